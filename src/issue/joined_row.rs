//! [`JoinedRow`]: what a checkpoint keeps of a row that belongs to the record of earlier rows only because of what storage
//! holds.

use serde::{Deserialize, Serialize};

use crate::object::{Object, RowNumber};

/// A side of a row that has other keys than the first row of its record, so that only storage can tell that both mean
/// the same record. A [checkpoint](crate::storage::Checkpoint::joined) keeps it. So a resumed import can tell it from a
/// row that was not written, and belongs to the record now because somebody else has given the record its key
/// meanwhile.
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
