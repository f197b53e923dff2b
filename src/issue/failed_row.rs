//! [`FailedRow`]: what an import that is interrupted remembers of a row that left nothing in storage.

use serde::{Deserialize, Serialize};

use super::IssueCode;
use crate::object::{Object, RowNumber};

/// A row that failed because of what storage held. A [checkpoint](crate::storage::Checkpoint::failed) keeps it, so
/// that it fails again when the import goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedRow {
    /// The side of the row.
    pub object: Object,
    /// The row.
    pub row: RowNumber,
    /// The issue that reports it.
    pub code: IssueCode,
    /// The column that the issue is about, counted from 0.
    pub column: Option<u16>,
    /// What the issue is about, where that is not the whole cell; its first
    /// [hundred characters](Self::LONGEST_TEXT).
    pub value: Option<String>,
    /// The issue's [detail](super::Issue::detail); its first hundred characters.
    pub detail: Option<String>,
}

impl FailedRow {
    /// How many characters of a text are kept. A thousand rows travel with each batch.
    pub const LONGEST_TEXT: usize = 100;
}
