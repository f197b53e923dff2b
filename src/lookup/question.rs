//! [`Question`]: the reusable buffer a [`Lookup`] is built from.

use super::{Lookup, MatchBlock};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use crate::value::Phone;

/// Separates the parts of a combined key inside one text; no cell can hold it (behaviour §9 refuses
/// control characters in keys by folding them away).
pub(crate) const PART: char = '\u{1f}';

/// What shall be asked, collected key by key.
#[derive(Debug, Default)]
pub(crate) struct Question {
    text: String,
    ids: Vec<(u32, u32)>,
    contact_ids: Vec<(u32, u32)>,
    /// Per match rule.
    keys: Vec<Vec<(u32, u32)>>,
}

impl Question {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ids.clear();
        self.contact_ids.clear();
        self.keys.iter_mut().for_each(Vec::clear);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.contact_ids.is_empty() && self.keys.iter().all(Vec::is_empty)
    }

    pub(crate) fn ask_id(&mut self, id: &str) {
        let span = self.push(id);
        self.ids.push(span);
    }

    pub(crate) fn ask_contact_id(&mut self, id: &str) {
        let span = self.push(id);
        self.contact_ids.push(span);
    }

    /// Asks for a key of a rule; the parts of a combined key are joined by [`PART`].
    pub(crate) fn ask_key(&mut self, rule: usize, key: &str) {
        let span = self.push(key);
        self.keys_of(rule).push(span);
    }

    /// Asks for a phone under a rule.
    pub(crate) fn ask_phone(&mut self, rule: usize, phone: Phone) {
        let start = self.text.len();
        phone.write_to(&mut self.text);
        let at = |n: usize| u32::try_from(n).expect("the keys of one window fit 4 GiB");
        let span = (at(start), at(self.text.len()));
        self.keys_of(rule).push(span);
    }

    fn keys_of(&mut self, rule: usize) -> &mut Vec<(u32, u32)> {
        if self.keys.len() <= rule {
            self.keys.resize_with(rule + 1, Vec::new);
        }
        &mut self.keys[rule]
    }

    fn push(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len();
        self.text.push_str(text);
        let at = |n: usize| u32::try_from(n).expect("the keys of one window fit 4 GiB");
        (at(start), at(self.text.len()))
    }

    fn sorted(&self, spans: &[(u32, u32)]) -> Vec<&str> {
        // Compared by their first bytes, which rarely leaves a doubt: half the time of comparing the
        // texts where they lie.
        let head = |text: &str| {
            let mut head = [0; 16];
            let len = text.len().min(16);
            head[..len].copy_from_slice(&text.as_bytes()[..len]);
            u128::from_be_bytes(head)
        };
        let mut texts: Vec<(u128, &str)> = spans
            .iter()
            .map(|&(from, to)| &self.text[from as usize..to as usize])
            .map(|text| (head(text), text))
            .collect();
        texts.sort_unstable();
        texts.dedup();
        texts.into_iter().map(|(_, text)| text).collect()
    }

    /// The question as storage sees it: sorted and distinct.
    pub(crate) fn lookup<'a>(
        &'a self,
        object: Object,
        rules: &'a [Vec<String>],
        wanted: &'a [FieldId],
        fields: &'a Fields,
    ) -> Lookup<'a> {
        let mut blocks = Vec::new();
        for (rule, spans) in rules.iter().zip(&self.keys).filter(|(_, spans)| !spans.is_empty()) {
            let keys = self.sorted(spans);
            let columns = match rule.as_slice() {
                [_] => vec![keys],
                _ => in_parts(&keys, rule.len()),
            };
            blocks.push(MatchBlock { fields: rule.iter().map(String::as_str).collect(), columns });
        }
        Lookup {
            object,
            ids: self.sorted(&self.ids),
            contact_ids: self.sorted(&self.contact_ids),
            blocks,
            wanted,
            fields,
        }
    }
}

/// The keys of a combined rule as one column for each of its fields.
fn in_parts<'a>(keys: &[&'a str], fields: usize) -> Vec<Vec<&'a str>> {
    let mut columns: Vec<Vec<&str>> = vec![Vec::with_capacity(keys.len()); fields];
    for key in keys {
        for (column, part) in columns.iter_mut().zip(key.split(PART)) {
            column.push(part);
        }
    }
    columns
}
