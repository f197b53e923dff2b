//! [`RowNumbers`]: which rows of the file the rows of a ledger are.
//!
//! A ledger counts its own rows from 0. It may hold the whole file, one window of it, or only the rows that
//! are planned again.

use crate::object::{RowIndex, RowNumber};

/// See the [module](self).
#[derive(Clone, Debug)]
pub(crate) enum RowNumbers {
    /// All rows after this many.
    After(u32),
    /// These rows, ascending.
    Listed(Vec<RowNumber>),
}

impl Default for RowNumbers {
    fn default() -> Self {
        RowNumbers::After(0)
    }
}

impl RowNumbers {
    /// The number in the file of a row of the ledger.
    pub(crate) fn of(&self, row: RowIndex) -> RowNumber {
        match self {
            RowNumbers::After(before) => RowNumber(row.number().0.saturating_add(*before)),
            RowNumbers::Listed(numbers) => {
                numbers.get(row.index()).copied().unwrap_or(row.number())
            }
        }
    }

    /// The row of the ledger with this number in the file.
    pub(crate) fn row(&self, number: RowNumber) -> Option<RowIndex> {
        match self {
            RowNumbers::After(before) => number.0.checked_sub(before + 1).map(RowIndex::new),
            RowNumbers::Listed(numbers) => {
                let at = numbers.binary_search(&number).ok()?;
                u32::try_from(at).ok().map(RowIndex::new)
            }
        }
    }
}
