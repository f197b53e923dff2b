//! The question of a window of rows to storage: which contacts do its keys lead to?

use std::hint::black_box;
use std::ops::Range;

use crate::draft::{Drafts, Key, KeyKind, KeyText, Settings};
use crate::lookup::Question;
use crate::source::Block;
use crate::value::Phone;

/// How many keys are sorted into texts and phones together.
const TOGETHER: usize = 64;

/// Asks for those of the keys at these positions of a block that may lead to contacts and for which `is_wanted` is
/// true. Each is marked with its position.
///
/// The processor cannot predict which keys are wanted, and which of them are phones. So a group of keys is first sorted
/// into texts and phones without branches.
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
            // The position is written in any case, and counted only if the key is asked for: that takes no branch.
            sorted[kind][counts[kind]] = at;
            counts[kind] += usize::from(is_asked);
        }
        let [texts, phones] = &sorted;
        // The texts are touched together, so that the processor waits for memory only once.
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

/// The questions of all windows of a block, as if none of their keys had been asked for before. So another thread can
/// make them, and the planner takes out the keys that it has asked for already.
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
