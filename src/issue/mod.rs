//! What can be wrong with a file or a row: [`Issue`], its [`Severity`] and the catalogue of [`IssueCode`]s.
//!
//! An issue is written for the person with the spreadsheet: it says what was seen, where, and what to do
//! about it. It is a value first (code, row, column, value) and text second ([`Issue::message`],
//! [`Issue::remedy`]). Bad data is never an `Err` (behaviour L5): the row gets an issue and the import goes
//! on.

mod catalogue;
mod failed_row;
mod finding;
mod joined_row;
pub(crate) mod log_columns;
mod met_row;
mod wording;

pub(crate) use catalogue::has_country_code;
pub use catalogue::{IssueCode, Severity};
pub use failed_row::FailedRow;
pub(crate) use finding::{Detail, Finding, Others};
pub use joined_row::JoinedRow;
pub use log_columns::ERROR_LOG_COLUMNS;
pub use met_row::MetRow;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::object::{Object, RowNumber};

/// Something that is wrong with a cell, a side of a row, a column or the file, or worth knowing about it.
///
/// [`Plan::issues`](crate::Plan::issues) and [`Report::issues`](crate::Report::issues) list them. Show
/// people the [message](Self::message) and the [remedy](Self::remedy); let programs match on the
/// [code](Self::code). `Display` writes the place and the message.
///
/// ```
/// use crm_import::{Import, IssueCode, MemoryStorage, Source};
///
/// let file = Source::from_bytes(&b"Name,Email\nAna,ana@\n"[..]);
/// let plan = Import::new().plan(file, &mut MemoryStorage::default()).unwrap();
///
/// let issue = plan.issues().find(|issue| issue.code == IssueCode::EmailInvalid).unwrap();
/// assert_eq!(issue.to_string(), r#"row 1 (line 2), column "Email": "ana@" is not an e-mail address"#);
/// assert_eq!(issue.remedy(), "write it as name@example.com");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// The row, or `None` if the issue is about a column or the file as a whole.
    pub row: Option<RowNumber>,
    /// The physical line on which the row begins: 1-based, and the header counts.
    pub line: Option<u64>,
    /// The side of the row, if the issue is about one.
    pub object: Option<Object>,
    /// The header of the column, as the file writes it. If several columns are joined to one value, the
    /// headers of those that are filled, with ` + ` between them.
    pub column: Option<String>,
    /// The key of the field that the column is mapped to.
    pub field: Option<String>,
    /// What it means for the row.
    pub severity: Severity,
    /// The stable code of the issue, for programs.
    pub code: IssueCode,
    /// The cell, or the item of the cell, as the file writes it; the first
    /// [`LONGEST_VALUE`](Self::LONGEST_VALUE) characters, if it is longer. For a contact without a key, its name.
    pub value: Option<String>,
    /// What distinguishes this issue from others with the same code: the other row, the other record, the
    /// nearest options, a number in the format of the column.
    pub detail: Option<String>,
    /// Where contacts are not imported, a key of the row may still belong to others than the contact that the row
    /// means. Then the detail names those others, and this is the contact that is meant: its the opportunity is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
}

impl Issue {
    /// How many characters of a cell an issue shows; a longer one ends in `…`. Otherwise a file of giant cells (a
    /// lost quote, a column of letters) would have issues as large as itself. The [error log](crate::ErrorLog) has
    /// the whole cell.
    pub const LONGEST_VALUE: usize = 1_000;

    /// An issue of which nothing but the code is known.
    pub(crate) fn of(code: IssueCode) -> Self {
        Issue {
            row: None,
            line: None,
            object: None,
            column: None,
            field: None,
            severity: code.severity(),
            code,
            value: None,
            detail: None,
            meant: None,
        }
    }

    /// HighLevel's number for this kind of issue, if it has one.
    pub fn number(&self) -> Option<u16> {
        match self.code {
            // It is the contact's id that the file holds twice.
            IssueCode::RepeatSkipped | IssueCode::RepeatRejected
                if self.field.as_deref() == Some("id") =>
            {
                Some(1012)
            }
            // As under `match-key-missing`, the row fails because what it is found by is blank.
            IssueCode::NoMatchKey if self.severity == Severity::Error => {
                IssueCode::MatchKeyMissing.number()
            }
            code => code.number(),
        }
    }
}

/// The first characters of a text, with an ellipsis if there are more.
pub(crate) fn beginning(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((end, _)) => format!("{}\u{2026}", &text[..end]).into(),
    }
}

impl fmt::Display for Issue {
    /// `row 12 (line 14), column "Email": the e-mail address "x@" is not valid`; of the file as a whole,
    /// `file (line 14): …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, self.line) {
            (Some(row), Some(line)) => write!(f, "row {row} (line {line})")?,
            (Some(row), None) => write!(f, "row {row}")?,
            (None, Some(line)) => write!(f, "file (line {line})")?,
            (None, None) => f.write_str("file")?,
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column:?}")?;
        }
        write!(f, ": {}", self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_whole_file_is_told_with_its_line() {
        let issue = Issue { line: Some(4), ..Issue::of(IssueCode::HeaderDuplicate) };
        let issue = Issue { column: Some("Email".to_owned()), ..issue };
        let said = "file (line 4), column \"Email\": the header appears more than once";
        assert_eq!(issue.to_string(), said);
        let whole = Issue::of(IssueCode::DelimiterUnsure).to_string();
        assert!(whole.starts_with("file: more than one sign"), "{whole}");
    }

    #[test]
    fn an_id_that_is_repeated_has_another_number_than_a_key() {
        let key = Issue::of(IssueCode::RepeatRejected);
        let id = Issue { field: Some("id".to_owned()), ..key.clone() };
        assert_eq!((id.number(), key.number()), (Some(1012), Some(1011)));
    }
}
