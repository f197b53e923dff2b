//! [`Finding`]: an issue before it is rendered.

use super::{IssueCode, Severity};
use crate::object::{Object, RowNumber};

/// The compact form in which every stage notes an issue: codes and positions. The text of cells and
/// headers is looked up when somebody reads it, so that a clean row costs nothing and a bad one
/// little.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// `None` = about the column or the file. Counted from the first row that is planned: in a window of a
    /// run that is not the number in the file, which the issue has.
    pub(crate) row: Option<RowNumber>,
    pub(crate) code: IssueCode,
    /// The severity of the code, unless the rule that found it says otherwise.
    pub(crate) severity: Severity,
    pub(crate) object: Option<Object>,
    /// Position of the column in the file.
    pub(crate) column: Option<u16>,
    /// The offending text where it is not the whole cell.
    pub(crate) value: Option<Box<str>>,
    pub(crate) detail: Option<Detail>,
}

/// What a finding says besides its code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Detail {
    Text(Box<str>),
    /// Another row, counted in the same way as the row of the finding.
    Row(RowNumber),
    /// The contacts that have a key of the row, and the contact that the row means all the same.
    Others(Box<Others>),
}

/// See [`Detail::Others`]: contacts, as messages name them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Others {
    pub(crate) names: String,
    pub(crate) meant: String,
}

impl Detail {
    /// The text, unless it is another row.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Detail::Text(text) => Some(text),
            Detail::Others(others) => Some(&others.names),
            Detail::Row(_) => None,
        }
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Detail::Text(text.into())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Detail::Text(text.into())
    }
}

impl From<Others> for Detail {
    fn from(others: Others) -> Self {
        Detail::Others(Box::new(others))
    }
}

impl Finding {
    /// A finding about a whole row.
    pub(crate) fn row(code: IssueCode, row: RowNumber) -> Self {
        Finding {
            row: Some(row),
            code,
            severity: code.severity(),
            object: None,
            column: None,
            value: None,
            detail: None,
        }
    }

    /// A finding about the file, or with [`column`](Self::column) about one of its columns.
    pub(crate) fn file(code: IssueCode) -> Self {
        Finding { row: None, ..Finding::row(code, RowNumber(0)) }
    }

    pub(crate) fn object(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    pub(crate) fn column(mut self, column: impl Into<Option<u16>>) -> Self {
        self.column = column.into();
        self
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(crate) fn value(mut self, value: impl Into<Box<str>>) -> Self {
        self.value = Some(value.into());
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<Detail>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
