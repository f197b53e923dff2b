//! [`RowNumbers`]: which rows of the file the rows of a ledger are.
//!
//! A ledger counts its own rows from 0. It may hold the whole file, one window of it, or only the rows that
//! are planned again.

use crate::object::RowNumber;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(crate) enum RowNumbers {
    /// All rows after the first so many.
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
    pub(crate) fn of(&self, row: u32) -> RowNumber {
        match self {
            RowNumbers::After(before) => RowNumber(row.wrapping_add(before + 1)),
            RowNumbers::Listed(numbers) => {
                numbers.get(row as usize).copied().unwrap_or(RowNumber(row.wrapping_add(1)))
            }
        }
    }

    /// The row with this number in the file.
    pub(crate) fn row(&self, number: RowNumber) -> Option<u32> {
        match self {
            RowNumbers::After(before) => number.0.checked_sub(before + 1),
            RowNumbers::Listed(numbers) => {
                numbers.binary_search(&number).ok().and_then(|at| u32::try_from(at).ok())
            }
        }
    }
}
