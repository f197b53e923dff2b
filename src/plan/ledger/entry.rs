//! [`Entry`]: what the ledger notes about a record, stored or new.

use crate::lookup::StoredId;
use crate::object::RowIndex;

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its number among the answers of storage, or [`NEW`].
    stored: u32,
    /// The first and the last row that are folded into it; `None` if there are none.
    pub(crate) first_row: Option<RowIndex>,
    pub(crate) last_row: Option<RowIndex>,
    /// The first row that names it, even if that row writes nothing into it.
    pub(crate) named_row: Option<RowIndex>,
}

/// Stands for the missing number of a new record. There are fewer stored records than that.
const NEW: u32 = u32::MAX;

impl Entry {
    /// A stored record that no row has met yet.
    pub(crate) fn stored_as(StoredId(stored): StoredId) -> Self {
        Entry { stored, first_row: None, last_row: None, named_row: None }
    }

    /// A new record that this row brings.
    pub(crate) fn brought_by(row: RowIndex) -> Self {
        let row = Some(row);
        Entry { stored: NEW, first_row: row, last_row: row, named_row: row }
    }

    /// Adds a row that is folded into it. Returns the row before that one, if there is one.
    pub(crate) fn take_row(&mut self, row: RowIndex) -> Option<RowIndex> {
        let previous = self.last_row.replace(row);
        if previous.is_none() {
            self.first_row = Some(row);
        }
        self.name(row);
        previous
    }

    /// Whether a row names it, even if that row writes nothing into it.
    pub(crate) fn is_named(&self) -> bool {
        self.named_row.is_some()
    }

    /// Notes that this row names it.
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

    /// The row that is folded into it, if there is only one.
    pub(crate) fn only_row(&self) -> Option<RowIndex> {
        self.first_row.filter(|row| self.last_row == Some(*row))
    }
}
