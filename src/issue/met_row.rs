//! [`MetRow`]: what a checkpoint keeps of a row that led to a record but left nothing in storage, or not yet.

use serde::{Deserialize, Serialize};

use crate::object::{Object, RowNumber};

/// A side of a row that left nothing in storage, because it joined the record of an earlier row, changed nothing, was
/// skipped or was not reached, and that might find another record now, because the import itself has changed the keys.
/// A [checkpoint](crate::storage::Checkpoint::met) keeps it, so that a resumed import leads it to the same record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MetRow {
    /// The side of the row.
    pub object: Object,
    /// The row.
    pub row: RowNumber,
    /// The id of the record that the row led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// If the record had no id yet: the row that creates it. If both are `None`, the row led to no record, or brings a
    /// new opportunity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_row: Option<RowNumber>,
    /// The keys of the row that belonged to another contact and were not written: for each its column, and its position
    /// among the items of the cell, both 0-based.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<(u16, u16)>,
}

impl MetRow {
    /// Whether it is a row that brings a new opportunity.
    pub(crate) fn is_bringing(&self) -> bool {
        self.object == Object::Opportunity && self.id.is_none() && self.first_row.is_none()
    }
}
