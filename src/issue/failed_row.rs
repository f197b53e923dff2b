//! [`FailedRow`]: what a checkpoint keeps of a row that failed, and therefore left nothing in storage.

use serde::{Deserialize, Serialize};

use super::IssueCode;
use crate::object::{Object, RowNumber};

/// A row that failed because of what storage held. A [checkpoint](crate::storage::Checkpoint::failed) keeps it, so
/// that the row fails again when the import is resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedRow {
    /// The side of the row.
    pub object: Object,
    /// The row.
    pub row: RowNumber,
    /// The issue that reports it.
    pub code: IssueCode,
    /// The 0-based position of the column that the issue is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u16>,
    /// What the issue is about, if that is not the whole cell; the first
    /// [hundred characters](Self::LONGEST_TEXT).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The issue's [detail](super::Issue::detail); the first hundred characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl FailedRow {
    /// How many characters of a text are kept, because up to a thousand rows travel with each batch.
    pub const LONGEST_TEXT: usize = 100;
}
