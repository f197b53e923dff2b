//! [`Entry`]: a record that rows of the file are folded into, stored or new.

use super::NONE;
use crate::lookup::StoredId;

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its number among the answers of storage; [`NONE`] = it is new.
    pub(crate) stored: u32,
    pub(crate) first_row: u32,
    pub(crate) last_row: u32,
    /// The first row that names it, even if it writes nothing into it.
    pub(crate) named_row: u32,
}

impl Entry {
    /// A stored record, that no row has met.
    pub(crate) fn stored_as(stored: u32) -> Self {
        Entry { stored, first_row: NONE, last_row: NONE, named_row: NONE }
    }

    /// A new record, brought by this row.
    pub(crate) fn brought_by(row: u32) -> Self {
        Entry { stored: NONE, first_row: row, last_row: row, named_row: row }
    }

    /// Folds this row into it. Returns the row before, or [`NONE`].
    pub(crate) fn take_row(&mut self, row: u32) -> u32 {
        let previous = std::mem::replace(&mut self.last_row, row);
        if previous == NONE {
            self.first_row = row;
        }
        self.name(row);
        previous
    }

    /// Does a row name it, even if it writes nothing into it?
    pub(crate) fn is_named(&self) -> bool {
        self.named_row != NONE
    }

    /// This row names it.
    pub(crate) fn name(&mut self, row: u32) {
        if !self.is_named() {
            self.named_row = row;
        }
    }

    pub(crate) fn stored(&self) -> Option<StoredId> {
        (self.stored != NONE).then_some(StoredId(self.stored))
    }

    pub(crate) fn is_new(&self) -> bool {
        self.stored == NONE
    }

    pub(crate) fn has_rows(&self) -> bool {
        self.first_row != NONE
    }
}
