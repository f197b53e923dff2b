//! [`RowKeys`]: what one row offers to find its contact by, with the numbers of the keys.

use crate::dedup::KeyNumber;
use crate::draft::{Key, KeyKind};

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(super) struct RowKeys<'k> {
    keys: &'k [Key],
    numbers: &'k [KeyNumber],
}

impl<'k> RowKeys<'k> {
    /// No keys.
    pub(super) const NONE: Self = RowKeys { keys: &[], numbers: &[] };

    pub(super) fn new(keys: &'k [Key], numbers: &'k [KeyNumber]) -> Self {
        debug_assert_eq!(keys.len(), numbers.len());
        RowKeys { keys, numbers }
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.keys.iter().zip(self.numbers.iter().copied())
    }

    pub(super) fn len(self) -> usize {
        self.keys.len()
    }

    /// Those of match rules.
    pub(super) fn rules(self) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.iter().filter(|(key, _)| matches!(key.kind, KeyKind::Rule(_)))
    }

    /// Those of one kind.
    pub(super) fn of(self, kind: KeyKind) -> impl Iterator<Item = (&'k Key, KeyNumber)> + Clone {
        self.iter().filter(move |(key, _)| key.kind == kind)
    }
}
