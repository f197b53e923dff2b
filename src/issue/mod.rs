//! What can be wrong with a file or a row: [`Issue`], its [`Severity`] and the catalogue of [`IssueCode`]s.
//!
//! An issue is written for the person with the spreadsheet: it says what was seen, where, and what to do
//! about it. It is a value first (code, row, column, value) and text second ([`Issue::message`],
//! [`Issue::remedy`]). Bad data is never an `Err` (behaviour L5): the row gets an issue and the import goes
//! on.

mod catalogue;
mod failed_row;
mod finding;
pub(crate) mod log_columns;
mod met_row;

pub(crate) use catalogue::has_country_code;
pub use catalogue::{IssueCode, Severity};
pub use failed_row::FailedRow;
pub(crate) use finding::{Detail, Finding};
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
}

/// What comes before a second thing that a detail says.
pub(crate) const AND_THEN: &str = "; ";

impl Issue {
    /// How many characters of a cell an issue shows; a longer one ends in `…`. Otherwise a file of giant cells (a
    /// lost quote, a column of letters) would have issues as large as itself. The [error log](crate::ErrorLog) has
    /// the whole cell.
    pub const LONGEST_VALUE: usize = 1_000;

    /// What is wrong, as a sentence in lower case without a full stop.
    pub fn message(&self) -> String {
        let message = match self.names_who_is_meant() {
            true => "\"{value}\" belongs to {others}",
            false => self.code.message(self.severity),
        };
        let mut text = self.fill(message);
        let names = ["{detail}", "{number}", "{record}", "{others}", "{owner}", "{place}"];
        let is_said = |text: &str| names.iter().any(|name| text.contains(name));
        if let Some(detail) = &self.detail
            && !is_said(message)
            && !is_said(self.code.remedy())
        {
            text.push_str(": ");
            text.push_str(detail);
        }
        text
    }

    /// Is it about a key of somebody else, on a row that only names whose its opportunity is? Then nothing was to be
    /// written of the key, and behind the others the detail says who it is.
    fn names_who_is_meant(&self) -> bool {
        (self.code, self.severity) == (IssueCode::KeyConflict, Severity::Warning)
            && self.detail.as_ref().is_some_and(|detail| detail.contains(AND_THEN))
    }

    /// What to do about it, as a sentence in lower case without a full stop.
    pub fn remedy(&self) -> String {
        self.fill(self.code.remedy_for(self.severity, self.value.as_deref()))
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

    /// Fills in the names in braces that the [catalogue] uses.
    fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(&self.named(name));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn named(&self, name: &str) -> Cow<'_, str> {
        match name {
            "value" => self.value.as_deref().unwrap_or("").into(),
            "column" => self.column.as_deref().unwrap_or("").into(),
            "object" => self.object.map_or("record", Object::name).into(),
            "detail" => self.detail.as_deref().unwrap_or("unknown").into(),
            "record" => match self.detail.as_deref() {
                Some(row) if row.starts_with("row ") => format!("that of {row}").into(),
                Some(id) => format!("{} {id}", self.named("object")).into(),
                None => self.named("object"),
            },
            "owner" => match self.detail.as_deref() {
                Some(row) if row.starts_with("row ") => format!("the contact of {row}").into(),
                Some(id) => format!("contact {id}").into(),
                None => "another contact".into(),
            },
            "place" => match self.detail.as_deref() {
                Some("") | None => "its pipeline: it is in none".into(),
                Some(pipeline) => format!("the pipeline {pipeline}").into(),
            },
            "that" => match self.detail.as_deref() {
                Some("") | None => "a pipeline, and name the pipeline, too".into(),
                Some(_) => "that pipeline".into(),
            },
            "others" => {
                let Some(detail) = self.detail.as_deref() else { return "another contact".into() };
                let end = detail.find(AND_THEN).unwrap_or(detail.len());
                let (names, then) = detail.split_at(end);
                let others =
                    if names.contains(", ") { "other contacts" } else { "another contact" };
                format!("{others} ({names}){then}").into()
            }
            "number" => self.detail.as_deref().unwrap_or("1234.50").into(),
            "nameless" => match &self.value {
                Some(text) => format!("\"{text}\" is not taken for a name, so the contact").into(),
                None => "the contact".into(),
            },
            "who" => match &self.value {
                Some(contact) => format!("\"{contact}\"").into(),
                None => "the contact".into(),
            },
            _ => "".into(),
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
    /// `row 12 (line 14), column "Email": the e-mail address "x@" is not valid`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, self.line) {
            (Some(row), Some(line)) => write!(f, "row {row} (line {line})")?,
            (Some(row), None) => write!(f, "row {row}")?,
            _ => f.write_str("file")?,
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

    fn of_contact(code: IssueCode) -> Issue {
        Issue {
            row: None,
            line: None,
            object: Some(Object::Contact),
            column: None,
            field: None,
            severity: code.severity(),
            code,
            value: None,
            detail: None,
        }
    }

    #[test]
    fn an_id_that_is_repeated_has_another_number_than_a_key() {
        let key = of_contact(IssueCode::RepeatRejected);
        let id = Issue { field: Some("id".to_owned()), ..key.clone() };
        assert_eq!((id.number(), key.number()), (Some(1012), Some(1011)));
    }

    #[test]
    fn messages_fit_what_the_policy_makes_of_the_row() {
        let said = |code, severity| {
            let (value, detail) = (Some("a@x.org".into()), Some("c1, c2".into()));
            Issue { severity, value, detail, ..of_contact(code) }.message()
        };
        let refused = Issue { severity: Severity::Error, ..of_contact(IssueCode::NoMatchKey) };
        assert_eq!(
            (refused.number(), of_contact(IssueCode::NoMatchKey).number()),
            (Some(1009), None)
        );
        let keyless = |severity| said(IssueCode::NoMatchKey, severity);
        assert!(keyless(Severity::Warning).contains("so a new contact is created each time"));
        assert!(!keyless(Severity::Error).contains("created"));
        let conflict = |severity| said(IssueCode::KeyConflict, severity);
        assert_eq!(
            conflict(Severity::Warning),
            "\"a@x.org\" belongs to other contacts (c1, c2) and was not written"
        );
        assert_eq!(
            conflict(Severity::Error),
            "\"a@x.org\" belongs to other contacts (c1, c2), so the row was left out"
        );
        let detail = Some("c2; the opportunity goes to c1".into());
        let aside = Issue { detail, ..of_contact(IssueCode::KeyConflict) }.message();
        assert!(aside.ends_with("to another contact (c2); the opportunity goes to c1"), "{aside}");
        assert!(
            said(IssueCode::KeyAmbiguous, Severity::Error)
                .ends_with("leads to more than one contact: c1, c2")
        );
        let exists = |detail: &str| {
            Issue { detail: Some(detail.into()), ..of_contact(IssueCode::ContactExists) }.message()
        };
        assert!(exists("7").ends_with("left as it is (contact 7)"));
        assert!(exists("row 7").ends_with("left as it is (that of row 7)"));
        let of_deal = |code: IssueCode, detail: &str| {
            let (severity, detail) = (code.severity(), Some(detail.into()));
            Issue { severity, detail, value: Some("Won".into()), ..of_contact(code) }.message()
        };
        let moved = |from: &str| of_deal(IssueCode::OpportunityRelinked, from);
        assert!(moved("c7").contains("was moved from contact c7 to"));
        assert!(moved("row 7").contains("was moved from the contact of row 7 to"));
        let stage = |pipeline: &str| of_deal(IssueCode::StageUnknown, pipeline);
        assert!(stage("Sales").ends_with("is not a stage of the pipeline Sales"));
        assert!(stage("").ends_with("is not a stage of its pipeline: it is in none"));
    }

    #[test]
    fn remedies_fit_what_is_wrong_with_the_cell() {
        let remedy =
            |code, value: &str| Issue { value: Some(value.into()), ..of_contact(code) }.remedy();
        assert!(
            remedy(IssueCode::PhoneInvalid, "+14155552671 work").starts_with("leave out the words")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "4155552671 work").starts_with("leave out the words")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "+1415555").starts_with("check whether it has wrong")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "ask Ana")
                .starts_with("write it with its country code")
        );
        let long = |severity| Issue { severity, ..of_contact(IssueCode::RowLong) }.remedy();
        assert!(long(Severity::Info).starts_with("nothing is lost"));
        assert!(long(Severity::Warning).starts_with("put quotes"));
    }
}
