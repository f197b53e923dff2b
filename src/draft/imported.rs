//! [`Imported`]: what our own error log says about the import that it came from (behaviour §15).
//!
//! A row is in the log if one of its sides failed; the other side may have been imported. Then the log has the id of
//! the imported record and a check of the cells of that side.
//!
//! - If nobody has changed these cells since, the side is not written again, over what later rows of the file or people
//!   have written.
//! - For a contact, a second part of the check covers the cells by which contacts are found. If somebody has changed
//!   one of these, the row may have been about another contact.
//! - A repeat that was left out (M10) has the id of the contact that it repeats, and a check of its own. If nobody has
//!   changed the row, it is left out again, even if the log does not have the row that it repeats.

use twox_hash::XxHash3_128;

use super::{Key, Settings};
use crate::field::FieldId;
use crate::issue::{ERROR_LOG_COLUMNS, log_columns};
use crate::normalize;
use crate::object::Object;
use crate::source::{BlockRow, unescape_formula};

/// What the check of a repeat begins with.
const REPEAT: &str = "r";
/// What the check of all cells of a contact, or of an opportunity, begins with.
const WHOLE: char = 'k';
/// What the check of the cells by which a contact is found begins with, if the row had found the contact.
const FOUND: char = 'm';
/// The same, if the row had brought the contact.
const BROUGHT: char = 'n';

/// Which contact a row of the log means if somebody has changed a cell by which contacts are found, and the match rules
/// find no contact now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// The contact that the log names: the row had created it, then with another address.
    TheOneNamed,
    /// A new contact: the one that the log names had been found by a cell that was wrong.
    SomebodyNew,
}

/// The positions of the log's columns for ids and checks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imported {
    contact_id: Option<usize>,
    opportunity_id: Option<usize>,
    contact_check: Option<usize>,
    opportunity_check: Option<usize>,
}

impl Imported {
    pub(super) fn of(headers: &[String]) -> Self {
        let place = |own: &str| headers.iter().position(|header| header == own);
        Imported {
            contact_id: place(log_columns::CONTACT_ID),
            opportunity_id: place(log_columns::OPPORTUNITY_ID),
            contact_check: place(log_columns::CONTACT_CHECK),
            opportunity_check: place(log_columns::OPPORTUNITY_CHECK),
        }
    }
}

impl Settings {
    /// The id of the record that this side of a row became in an earlier import, if our own error log says so.
    pub(crate) fn imported_id<'c>(&self, object: Object, cells: &BlockRow<'c>) -> Option<&'c str> {
        let place = match object {
            Object::Contact => self.imported.contact_id,
            Object::Opportunity => self.imported.opportunity_id,
        };
        let id = unescape_formula(normalize::trim(cells.cell(place?)));
        Some(id).filter(|id| !id.is_empty())
    }

    /// Whether our own error log says that this side of a row was imported before.
    pub(crate) fn was_imported(&self, object: Object, cells: &BlockRow<'_>) -> bool {
        self.imported_id(object, cells).is_some()
    }

    /// Whether the file may say that nobody has changed the cells of a contact. Only our own error log does.
    pub(crate) fn has_contact_checks(&self) -> bool {
        self.imported.contact_check.is_some()
    }

    /// Whether the contact of a row was imported before, and nobody has changed its cells since.
    pub(crate) fn is_contact_as_imported(&self, cells: &BlockRow<'_>) -> bool {
        self.was_imported(Object::Contact, cells)
            && self
                .check(cells)
                .is_some_and(|check| check.starts_with(&self.check_of_contact(cells)))
    }

    /// Whether the file may say that nobody has changed the cells of an opportunity. Only our own error log does.
    pub(crate) fn has_opportunity_checks(&self) -> bool {
        self.imported.opportunity_check.is_some()
    }

    /// Whether the opportunity of a row was imported before, and nobody has changed its cells since. Those that say
    /// which contact it belongs to may have changed.
    pub(crate) fn is_opportunity_as_imported(&self, cells: &BlockRow<'_>) -> bool {
        self.imported.opportunity_check.is_some_and(|at| {
            self.was_imported(Object::Opportunity, cells)
                && normalize::trim(cells.cell(at)) == self.check_of_opportunity(cells)
        })
    }

    /// The check that our own error log has for the contact of a row.
    fn check<'c>(&self, cells: &BlockRow<'c>) -> Option<&'c str> {
        Some(normalize::trim(cells.cell(self.imported.contact_check?)))
    }

    /// The part of that check that is of the cells by which contacts are found.
    pub(crate) fn key_check<'c>(&self, cells: &BlockRow<'c>) -> Option<&'c str> {
        let check = self.check(cells)?;
        check.rfind([FOUND, BROUGHT]).map(|at| &check[at..])
    }

    /// Whether this row had brought the contact that our own error log names.
    pub(crate) fn had_brought_contact(&self, cells: &BlockRow<'_>) -> bool {
        self.key_check(cells).is_some_and(|check| check.starts_with(BROUGHT))
    }

    /// Whether the key is the id of a contact that our own error log names.
    pub(crate) fn is_id_of_log(&self, key: &Key) -> bool {
        self.imported.contact_id == Some(usize::from(key.column))
    }

    /// If somebody has changed a cell by which contacts are found, the match rules are asked before the contact that
    /// our own error log names: it may be the wrong one. Says what counts if they find nobody.
    pub(crate) fn sought_again(&self, cells: &BlockRow<'_>) -> Option<Otherwise> {
        let check = self.key_check(cells)?;
        let had_brought = check.starts_with(BROUGHT);
        if check == self.check_of_keys(had_brought, cells) {
            return None;
        }
        Some(if had_brought { Otherwise::TheOneNamed } else { Otherwise::SomebodyNew })
    }

    /// The row that this one repeats, if it was left out for that before (M10), and nobody has changed the cells of
    /// its contact since. The row is one of the file that the log is about.
    pub(crate) fn repeat_left_out<'c>(&self, cells: &BlockRow<'c>) -> Option<&'c str> {
        let check = self.check(cells)?.strip_prefix(REPEAT)?;
        let (first, own) = check.split_at(check.find(WHOLE)?);
        own.starts_with(&self.check_of_contact(cells)).then_some(first)
    }

    /// The check of a contact that was left out, as one that repeats this row.
    pub(crate) fn check_of_repeat(&self, first: &str, cells: &BlockRow<'_>) -> String {
        let [whole, keys] = [self.check_of_contact(cells), self.check_of_keys(false, cells)];
        format!("{REPEAT}{first}{whole}{keys}")
    }

    /// The check of a contact: a digest of what the cells of its row say about which fields. It begins with a
    /// letter, so that no spreadsheet takes it for a number.
    pub(crate) fn check_of_contact(&self, cells: &BlockRow<'_>) -> String {
        format!("{WHOLE}{:016x}", self.digest(Object::Contact, cells, |_| true))
    }

    /// The check of an opportunity, but for whom it belongs to: that is what a row is mended for whose contact failed.
    pub(crate) fn check_of_opportunity(&self, cells: &BlockRow<'_>) -> String {
        let counts = |field| field != FieldId::CONTACT_LINK;
        format!("{WHOLE}{:016x}", self.digest(Object::Opportunity, cells, counts))
    }

    /// The check of the cells by which contacts are found, of a row that has brought its contact, or found it.
    pub(crate) fn check_of_keys(&self, has_brought: bool, cells: &BlockRow<'_>) -> String {
        let is_key = |field| self.rules.iter().any(|rule| rule.has(field));
        let letter = if has_brought { BROUGHT } else { FOUND };
        format!("{letter}{:08x}", self.digest(Object::Contact, cells, is_key) >> 32)
    }

    /// A digest of what the cells of a row say about the fields of an object that count.
    fn digest(
        &self,
        object: Object,
        cells: &BlockRow<'_>,
        counts: impl Fn(FieldId) -> bool,
    ) -> u64 {
        let is_own = |at: u16| {
            let header = self.headers.get(usize::from(at));
            header.is_some_and(|header| ERROR_LOG_COLUMNS.contains(&header.as_str()))
        };
        let columns = self.columns(object).iter().filter(|column| counts(column.field));
        let of_file = columns.filter(|column| column.index().is_some_and(|at| !is_own(at)));
        let mut said = String::new();
        for column in of_file {
            let cell = normalize::trim(column.whole_text(cells));
            if !cell.is_empty() {
                let field = &self.fields.get(column.field).key;
                said.extend([field.as_str(), "\0", cell, "\0"]);
            }
        }
        (XxHash3_128::oneshot(said.as_bytes()) >> 64) as u64
    }
}
