//! [`Entry`]: a record that rows of the file are folded into, stored or new.

use crate::lookup::StoredId;
use crate::object::RowIndex;

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its number among the answers of storage, or [`NEW`].
    stored: u32,
    /// The first and the last row that are folded into it. Both are there, or neither.
    pub(crate) first_row: Option<RowIndex>,
    pub(crate) last_row: Option<RowIndex>,
    /// The first row that names it, even if it writes nothing into it.
    pub(crate) named_row: Option<RowIndex>,
}

/// What stands for the number of a record that is not stored: there are fewer records than that.
const NEW: u32 = u32::MAX;

impl Entry {
    /// A stored record, that no row has met.
    pub(crate) fn stored_as(StoredId(stored): StoredId) -> Self {
        Entry { stored, first_row: None, last_row: None, named_row: None }
    }

    /// A new record, brought by this row.
    pub(crate) fn brought_by(row: RowIndex) -> Self {
        let row = Some(row);
        Entry { stored: NEW, first_row: row, last_row: row, named_row: row }
    }

    /// Folds this row into it. Returns the row before, if there is one.
    pub(crate) fn take_row(&mut self, row: RowIndex) -> Option<RowIndex> {
        let previous = self.last_row.replace(row);
        if previous.is_none() {
            self.first_row = Some(row);
        }
        self.name(row);
        previous
    }

    /// Does a row name it, even if it writes nothing into it?
    pub(crate) fn is_named(&self) -> bool {
        self.named_row.is_some()
    }

    /// This row names it.
    pub(crate) fn name(&mut self, row: RowIndex) {
        self.named_row.get_or_insert(row);
    }

    pub(crate) fn stored(&self) -> Option<StoredId> {
        (!self.is_new()).then_some(StoredId(self.stored))
    }

    pub(crate) fn is_new(&self) -> bool {
        self.stored == NEW
    }

    pub(crate) fn has_rows(&self) -> bool {
        self.first_row.is_some()
    }

    /// The only row that is folded into it.
    pub(crate) fn only_row(&self) -> Option<RowIndex> {
        self.first_row.filter(|row| self.last_row == Some(*row))
    }
}
