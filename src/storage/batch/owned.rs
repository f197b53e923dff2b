//! [`OwnedBatch`]: the contents of a batch, in buffers that are used again for the next. Storage sees them
//! as a [`Batch`](super::Batch).

use std::ops::Range;

use super::{Link, NewKey};
use crate::follow_up::FollowUpKind;
use crate::object::{Object, RowNumber};
use crate::plan::{Changes, Op};
use crate::storage::checkpoint::{Checkpoint, Token};
use crate::storage::receipts::{Receipt, Receipts};

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct OwnedBatch {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) steps: Vec<OwnedStep>,
    pub(crate) follow_ups: Vec<OwnedFollowUp>,
    pub(crate) changes: Changes,
    pub(crate) keys: Vec<OwnedKey>,
    pub(crate) key_text: String,
    /// The match rules that keys refer to.
    pub(crate) rules: Vec<Vec<String>>,
}

impl OwnedBatch {
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.follow_ups.clear();
        self.changes.clear();
        self.keys.clear();
        self.key_text.clear();
    }

    /// Takes the changes and keys of another batch, which gets the buffers of this one.
    pub(crate) fn take_folds(&mut self, other: &mut OwnedBatch) {
        std::mem::swap(&mut self.changes, &mut other.changes);
        std::mem::swap(&mut self.keys, &mut other.keys);
        std::mem::swap(&mut self.key_text, &mut other.key_text);
    }

    pub(crate) fn push_key(&mut self, rule: usize, key: &str) {
        OwnedKey::push(&mut self.keys, &mut self.key_text, rule, |text| text.push_str(key));
    }

    /// Keeps, of the keys from position `from` on, only those for which `stays` is true.
    pub(crate) fn retain_keys(&mut self, from: usize, mut stays: impl FnMut(&str) -> bool) {
        let mut end = from;
        for at in from..self.keys.len() {
            let key = self.keys[at];
            if stays(&self.key_text[key.start..key.end]) {
                self.keys[end] = key;
                end += 1;
            }
        }
        self.keys.truncate(end);
    }

    /// The texts of the keys from this position on.
    pub(crate) fn key_texts(&self, from: usize) -> impl Iterator<Item = &str> {
        self.keys[from..].iter().map(|key| &self.key_text[key.start..key.end])
    }

    pub(super) fn key(&self, at: usize) -> NewKey<'_> {
        let OwnedKey { rule, start, end } = self.keys[at];
        NewKey { fields: &self.rules[rule], value: &self.key_text[start..end] }
    }

    /// Puts the steps in order (X1). Because steps are large and keys long, positions are sorted instead, and keys are
    /// compared by their first bytes if these differ.
    pub(crate) fn sort_steps(&mut self) {
        let mut steps = std::mem::take(&mut self.steps);
        let place = |at: usize| {
            let (class, key) = self.order_of(&steps[at]);
            (class, beginning(key), at)
        };
        let mut places: Vec<(u8, u64, usize)> = (0..steps.len()).map(place).collect();
        places.sort_unstable_by(|a, b| {
            let in_full = || self.order_of(&steps[a.2]).cmp(&self.order_of(&steps[b.2]));
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(in_full).then(a.2.cmp(&b.2))
        });
        let mut rest: Vec<Option<OwnedStep>> = steps.drain(..).map(Some).collect();
        steps.extend(places.into_iter().filter_map(|(.., at)| rest[at].take()));
        self.steps = steps;
    }

    /// The text by which a step is ordered.
    fn order_of<'s>(&'s self, step: &'s OwnedStep) -> (u8, &'s str) {
        match (&step.id, step.keys.clone().next()) {
            (Some(id), _) => (0, id),
            (None, Some(key)) => (1, self.key(key).value),
            (None, None) => (2, ""),
        }
    }
}

/// One step. It owns its texts, because a batch is small.
#[derive(Clone, Debug)]
pub(crate) struct OwnedStep {
    pub(crate) object: Object,
    pub(crate) op: Op,
    pub(crate) row: RowNumber,
    pub(crate) token: Token,
    pub(crate) id: Option<Box<str>>,
    pub(crate) version: Option<Box<str>>,
    pub(crate) contact: ContactOf,
    /// The step that writes the contact, if that may be in this batch. It comes first, and if it is in conflict, both
    /// are planned again (X3).
    pub(crate) contact_step: Option<Token>,
    pub(crate) changes: Range<usize>,
    pub(crate) keys: Range<usize>,
    /// The task of the applier that it writes.
    pub(crate) task: usize,
}

/// One follow-up of one contact.
#[derive(Clone, Debug)]
pub(crate) struct OwnedFollowUp {
    pub(crate) kind: FollowUpKind,
    pub(crate) name: Box<str>,
    pub(crate) token: Token,
    pub(crate) row: RowNumber,
    pub(crate) contact: ContactOf,
    /// As in a [step](OwnedStep).
    pub(crate) contact_step: Option<Token>,
    pub(crate) task: usize,
}

/// Which contact an opportunity is to be linked to.
#[derive(Clone, Debug)]
pub(crate) enum ContactOf {
    /// Its link stays as it is.
    Unchanged,
    /// A contact whose id is known.
    Known(Box<str>),
    /// The contact that a step of this batch creates.
    CreatedBy(Token),
}

impl OwnedStep {
    pub(crate) fn link<'r>(&'r self, receipts: &'r Receipts) -> Link<'r> {
        self.contact.link(self.contact_step, receipts)
    }
}

impl OwnedFollowUp {
    pub(crate) fn link<'r>(&'r self, receipts: &'r Receipts) -> Link<'r> {
        self.contact.link(self.contact_step, receipts)
    }
}

impl ContactOf {
    fn link<'r>(&'r self, step: Option<Token>, receipts: &'r Receipts) -> Link<'r> {
        let receipt = step.and_then(|token| receipts.get(token));
        match self {
            // The contact is planned again, and the row may mean another one then.
            _ if receipt == Some(&Receipt::Conflict) => Link::Lost,
            ContactOf::Unchanged => Link::Unchanged,
            ContactOf::Known(id) => Link::To(id),
            ContactOf::CreatedBy(token) => receipts.id(*token).map_or(Link::Lost, Link::To),
        }
    }
}

/// A key that no other record may have: its rule, and the place of its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnedKey {
    pub(crate) rule: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl OwnedKey {
    /// Adds a key that writes its own text.
    pub(crate) fn push(
        keys: &mut Vec<OwnedKey>,
        text: &mut String,
        rule: usize,
        write: impl FnOnce(&mut String),
    ) {
        let start = text.len();
        write(text);
        keys.push(OwnedKey { rule, start, end: text.len() });
    }
}

/// The first eight bytes as a number, which orders texts that differ in them.
fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let len = text.len().min(8);
    bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn beginnings_never_tell_otherwise_than_the_texts() {
        let texts =
            ["", "\0", "a", "a\0", "ab", "abcdefgh", "abcdefghi", "abcdefgi", "é", "+49301"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let (told, real) = (beginning(a).cmp(&beginning(b)), a.cmp(b));
            assert!(told.is_eq() || told == real, "{a:?} {b:?}");
        }
    }
}
