//! [`MetRow`]: what an import that is interrupted remembers of a row that led to a record and left nothing in storage.

use serde::{Deserialize, Serialize};

use crate::object::{Object, RowNumber};

/// A side of a row that was folded into the record of an earlier row, changed nothing or was left out, although the
/// import changes that by which it found its record, or found nobody. A
/// [checkpoint](crate::storage::Checkpoint::met) keeps it, so that the row means the same when the import goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetRow {
    /// The side of the row.
    pub object: Object,
    /// The row.
    pub row: RowNumber,
    /// The id of the record that the row means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// If the record had no id yet, the row that brings it. Without either, the row means nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_row: Option<RowNumber>,
    /// Those of its keys that belonged to somebody else and were not written: the column of each and its place in the
    /// cell, both counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<(u16, u16)>,
}
