//! What a window of rows asks storage for: every contact that its keys may lead to.

use std::hint::black_box;
use std::ops::Range;

use crate::draft::{Drafts, Key, KeyKind, KeyText, Settings};
use crate::lookup::Question;
use crate::source::Block;
use crate::value::Phone;

/// So many keys are told apart before the first is asked for.
const TOGETHER: usize = 64;

/// Asks for the keys of contacts with these positions in a block, those that are `wanted`. Each is
/// marked with its position.
///
/// Which key is wanted, and of what kind it is, nobody can foretell: so phones and texts are told apart
/// without a branch first.
pub(super) fn ask_keys(
    question: &mut Question,
    settings: &Settings,
    block: &Block,
    drafts: &Drafts,
    keys: Range<usize>,
    mut is_wanted: impl FnMut(usize) -> bool,
) {
    let first = u32::try_from(keys.start).expect("a block has fewer than 2³² keys");
    let chunks = drafts.keys(keys).chunks(TOGETHER);
    let mut sorted = [[0; TOGETHER]; 2];
    for (keys, first) in chunks.zip((first..).step_by(TOGETHER)) {
        let mut counts = [0; 2];
        for (key, at) in keys.iter().zip(0_u32..) {
            let position = (first + at) as usize;
            let is_asked = key.kind != KeyKind::OpportunityId && is_wanted(position);
            let kind = usize::from(matches!(key.text, KeyText::Phone));
            // The place is written either way.
            sorted[kind][counts[kind]] = at;
            counts[kind] += usize::from(is_asked);
        }
        let [texts, phones] = &sorted;
        // A look at all of them together: memory is waited for once.
        let spans = texts[..counts[0]].iter().map(|&at| keys[at as usize].text.span());
        black_box(spans.flatten().fold(0, |all, span| all ^ block.text(span).len()));
        for &at in &texts[..counts[0]] {
            let mark = first + at;
            let Key { kind, text, .. } = keys[at as usize];
            match (kind, text) {
                (KeyKind::Rule(rule), KeyText::Span(span)) => {
                    let rule = &settings.rules[usize::from(rule)];
                    question.ask_key(rule.number, block.text(span), mark);
                }
                (_, KeyText::Span(span)) => question.ask_id_marked(block.text(span), mark),
                (_, KeyText::Phone) => {}
            }
        }
        for &at in &phones[..counts[1]] {
            let mark = first + at;
            let Key { kind, hash, .. } = keys[at as usize];
            if let (KeyKind::Rule(rule), Some(phone)) = (kind, Phone::unpacked(hash)) {
                let rule = &settings.rules[usize::from(rule)];
                question.ask_phone(rule.number, phone, mark);
            }
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
