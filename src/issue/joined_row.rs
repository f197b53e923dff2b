//! [`JoinedRow`]: what a checkpoint keeps of a row that is with the rows before it only because storage says so.

use serde::{Deserialize, Serialize};

use crate::object::{Object, RowNumber};

/// A side of a row that has other keys than the first row of its record: only storage knows that both are about one
/// record. A [checkpoint](crate::storage::Checkpoint::joined) keeps it, so that a resumed import can tell it from a row
/// that was not written yet, and that has come to the record because somebody has given that its key meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JoinedRow {
    /// The side of the row.
    pub object: Object,
    /// The row.
    pub row: RowNumber,
    /// The first row of the step by which it is written.
    pub first_row: RowNumber,
}
