//! [`Drafts`]: for the rows of one block, which sides they have, which keys they offer, and what is wrong with their cells.

use super::Key;
use crate::issue::Finding;

/// The drafts of the rows of one block.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) rows: Vec<RowDraft>,
    pub(super) keys: Vec<Key>,
    /// In the order of the rows.
    pub(crate) findings: Vec<Finding>,
}

/// The draft of one row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowDraft {
    pub(super) first_key: u32,
    pub(super) end_key: u32,
    pub(crate) contact: SideDraft,
    pub(crate) opportunity: SideDraft,
    /// Whether the contact has a name.
    pub(crate) has_name: bool,
    /// Whether the contact has an e-mail address or a phone, even if no match rule uses it.
    pub(crate) has_address: bool,
    /// Whether the contact side has nothing but keys, next to an opportunity. Then it only refers to the contact that
    /// the opportunity belongs to, and does not describe it (M10).
    pub(crate) only_refers: bool,
    /// Whether the opportunity has tags for its contact (P8).
    pub(crate) has_tags: bool,
}

/// One side of a row, before any decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SideDraft {
    /// The side is absent: no cell that is mapped to the object is filled (P1).
    #[default]
    Absent,
    /// The side is present, and has to be decided.
    Open,
    /// The side fails, because of a cell or because of the whole row.
    Failed,
}

impl SideDraft {
    pub(super) fn new(is_present: bool, fails: bool) -> Self {
        use SideDraft::{Absent, Failed, Open};
        // Looked up in a table, because the processor cannot predict which rows have an opportunity.
        [Absent, Absent, Open, Failed][2 * usize::from(is_present) + usize::from(fails)]
    }

    pub(crate) fn is_present(self) -> bool {
        self != SideDraft::Absent
    }
}

impl RowDraft {
    /// Which of the keys of the block are the row's.
    pub(crate) fn keys(&self) -> std::ops::Range<usize> {
        self.first_key as usize..self.end_key as usize
    }
}

impl Drafts {
    /// Some of the keys.
    pub(crate) fn keys(&self, at: std::ops::Range<usize>) -> &[Key] {
        &self.keys[at]
    }

    /// Takes the keys out, until [`put_keys`](Self::put_keys) puts them back.
    pub(crate) fn take_keys(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.keys)
    }

    pub(crate) fn put_keys(&mut self, keys: Vec<Key>) {
        self.keys = keys;
    }

    /// The keys of all rows.
    pub(crate) fn all_keys(&self) -> &[Key] {
        &self.keys
    }
}
