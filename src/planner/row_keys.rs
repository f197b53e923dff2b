//! [`RowKeys`]: the keys that one row offers, with their numbers.

use crate::dedup::KeyNumber;
use crate::draft::{Key, KeyKind, RowDraft};

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(super) struct RowKeys<'k> {
    keys: &'k [Key],
    numbers: &'k [KeyNumber],
}

impl<'k> RowKeys<'k> {
    /// No keys.
    pub(super) const NONE: Self = RowKeys { keys: &[], numbers: &[] };

    /// The keys of a row, among those of its block. The numbers are those of the window, whose first key is at this
    /// position of the block.
    #[inline(always)]
    pub(super) fn of_row(
        draft: &RowDraft,
        keys: &'k [Key],
        numbers: &'k [KeyNumber],
        first: usize,
    ) -> Self {
        let own = draft.keys();
        let numbers = &numbers[own.start - first..own.end - first];
        let keys = &keys[own];
        debug_assert!(keys.is_sorted_by_key(is_of_opportunity));
        RowKeys { keys, numbers }
    }

    /// The keys of the contact side, which come first.
    pub(super) fn of_contact(self) -> Self {
        let own = self.keys.len() - self.count_of_opportunity();
        RowKeys { keys: &self.keys[..own], numbers: &self.numbers[..own] }
    }

    /// The contact's id alone, if the row gives it.
    pub(super) fn of_id(self) -> Self {
        match self.keys.iter().position(|key| key.kind == KeyKind::ContactId) {
            Some(at) => RowKeys { keys: &self.keys[at..=at], numbers: &self.numbers[at..=at] },
            None => RowKeys::NONE,
        }
    }

    /// The keys of the opportunity side: the ids of its contact and of itself. Most rows have none.
    pub(super) fn of_opportunity(self) -> Self {
        let from = self.keys.len() - self.count_of_opportunity();
        RowKeys { keys: &self.keys[from..], numbers: &self.numbers[from..] }
    }

    fn count_of_opportunity(self) -> usize {
        self.keys.iter().rev().take_while(|key| is_of_opportunity(key)).count()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.keys.iter().zip(self.numbers.iter().copied())
    }

    pub(super) fn len(self) -> usize {
        self.keys.len()
    }

    /// The keys under match rules.
    pub(super) fn rules(self) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.iter().filter(|(key, _)| matches!(key.kind, KeyKind::Rule(_)))
    }

    /// The keys of one kind.
    pub(super) fn of(self, kind: KeyKind) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.iter().filter(move |(key, _)| key.kind == kind)
    }
}

fn is_of_opportunity(key: &Key) -> bool {
    matches!(key.kind, KeyKind::ContactLink | KeyKind::OpportunityId)
}
