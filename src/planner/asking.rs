//! What a window of rows asks storage for: every contact that its keys may lead to.

use std::ops::Range;

use crate::draft::{Drafts, KeyKind, KeyText, Settings};
use crate::lookup::Question;
use crate::source::Block;
use crate::value::Phone;

/// Asks for the keys of contacts with these positions in a block, those that are `wanted`. Each is
/// marked with its position.
pub(super) fn ask_keys(
    question: &mut Question,
    settings: &Settings,
    block: &Block,
    drafts: &Drafts,
    keys: Range<usize>,
    mut is_wanted: impl FnMut(usize) -> bool,
) {
    for (key, at) in drafts.keys(keys.clone()).iter().zip(keys) {
        if key.kind == KeyKind::OpportunityId || !is_wanted(at) {
            continue;
        }
        let mark = u32::try_from(at).expect("a block has fewer than 2³² keys");
        match (key.kind, key.text) {
            (KeyKind::Rule(rule), KeyText::Span(span)) => {
                let rule = &settings.rules[usize::from(rule)];
                question.ask_key(rule.number, block.text(span), mark);
            }
            (KeyKind::Rule(rule), KeyText::Phone) => {
                let rule = &settings.rules[usize::from(rule)];
                if let Some(phone) = Phone::unpacked(key.hash) {
                    question.ask_phone(rule.number, phone, mark);
                }
            }
            (_, KeyText::Span(span)) => question.ask_id_marked(block.text(span), mark),
            (_, KeyText::Phone) => {}
        }
    }
}

/// The questions of all windows of a block, as if no key of theirs was asked before. They can be made
/// beside the planner, which then takes out what it knows.
pub(super) fn questions(
    settings: &Settings,
    block: &Block,
    drafts: &Drafts,
    window_rows: usize,
) -> Vec<Question> {
    let windows = drafts.rows.chunks(window_rows);
    let keys = windows.map(|rows| rows[0].keys().start..rows[rows.len() - 1].keys().end);
    keys.map(|keys| {
        let mut question = Question::default();
        ask_keys(&mut question, settings, block, drafts, keys, |_| true);
        question.sort();
        question
    })
    .collect()
}
