//! Reports cells with the clear token that clear nothing, and why (behaviour L2, W3).

use super::Planner;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode};
use crate::mapping::Merge;
use crate::maps::Map;
use crate::merge::{
    AddressBook, Addresses, can_be_blank, gives, has_standing, is_required, may_replace_primary,
};
use crate::normalize;
use crate::object::{ContactNumber, Object, OpportunityNumber, RecordRef, RowIndex};
use crate::source::BlockRow;

const FOUND_BY_IT: &str = "the contact is found by it";
const NEEDED: &str = "a contact needs it";
const GIVEN: &str = "an earlier row of the file gives it";

/// Whether the rows of a record, up to a certain one, have given it a field.
pub(super) type GivenFields = Map<(RecordRef, FieldId), (RowIndex, bool)>;

impl Planner {
    /// Reports the clear tokens of a row that clear nothing of its contact. A consent that is kept has an issue
    /// [of its own](Self::note_kept_consent).
    #[cold]
    pub(super) fn note_kept_fields(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
    ) {
        let mut kept = Vec::new();
        for column in asked(settings, self.ledger.cells(row), Object::Contact) {
            let why = match Addresses::of_field(column.field) {
                Some(kind) => self.why_addresses_stay(settings, contact, row, kind, column.field),
                None => self.why_value_stays(settings, contact, row, column),
            };
            kept.extend(why.map(|why| (column.index(), why)));
        }
        self.note_kept(Object::Contact, row, kept);
    }

    /// Why a value is still there once the row is folded in; `None` if it is not, or if that is not to be reported.
    fn why_value_stays(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        column: &Column,
    ) -> Option<&'static str> {
        let base = self.ledger.base(contact);
        // The value that would be cleared: a stored one, or a default that takes the place of the token.
        let is_there = base.is_new() || base.shows(column.field) || column.default_always;
        match column.field {
            // No row can take back the id that the CRM has given. A consent has an issue of its own.
            FieldId::CONTACT_ID | FieldId::DND => None,
            // It is not known yet which tags the contact gets from opportunities of earlier rows.
            FieldId::TAGS if may_bring_tags(settings) => None,
            field if is_there && self.is_found_by(settings, row, field) => Some(FOUND_BY_IT),
            field if is_there && is_required(settings, field) => Some(NEEDED),
            field => self.is_given_before(contact.into(), row, field).then_some(GIVEN),
        }
    }

    /// Why an address of this field is still there once the row is folded in; `None` if none is.
    fn why_addresses_stay(
        &self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        kind: Addresses,
        field: FieldId,
    ) -> Option<&'static str> {
        let before = match self.ledger.said_before(Object::Contact, row) {
            None => AddressBook::stored(self.ledger.base(contact), kind),
            Some(previous) => self.book_at(settings, contact, previous, kind),
        };
        let after = self.book_at(settings, contact, row, kind);
        let is_primary = field == kind.primary();
        let stays = match is_primary {
            true => before.primary.is_some() && before.primary == after.primary,
            false => before.additional.iter().any(|held| after.additional.contains(held)),
        };
        // Of several additional addresses, only the one by which the row has found the contact stays for that reason.
        let leads = is_primary || self.names_one_of(settings, row, kind, &before);
        match () {
            () if !stays => None,
            () if leads && self.is_found_by(settings, row, field) => Some(FOUND_BY_IT),
            () if is_required(settings, field) => Some(NEEDED),
            () if !is_primary && may_replace_primary(kind, &settings.contact_columns) => {
                Some("a primary one that the file replaces is kept among them")
            }
            () => Some("the file gives it"),
        }
    }

    /// Whether a row names one of these additional addresses.
    fn names_one_of(
        &self,
        settings: &Settings,
        row: RowIndex,
        kind: Addresses,
        held: &AddressBook<'_>,
    ) -> bool {
        let row = self.row_of(row);
        let mut names = false;
        for column in settings.contact_columns.iter().filter(|column| kind.has(column.field)) {
            row.each_value(settings, column, |_, value| names |= held.additional.contains(&value));
        }
        names
    }

    /// Whether the row has found its contact by a rule that includes this field.
    fn is_found_by(&self, settings: &Settings, row: RowIndex, field: FieldId) -> bool {
        let rule = self.row_of(row).rule;
        let rule = rule.and_then(|rule| settings.rules.get(usize::from(rule)));
        rule.is_some_and(|rule| rule.has(field))
    }

    /// Whether an earlier row of the record has given it this field. Then a token does not clear it (W3).
    fn is_given_before(&mut self, record: RecordRef, row: RowIndex, field: FieldId) -> bool {
        let (object, base) = (record.object, self.ledger.base(record));
        let Some(previous) = self.ledger.said_before(object, row) else {
            return base.is_given(field);
        };
        let key = (record, field);
        let kept = self.contacts.given.get(&key).copied();
        let since = self.since(object, kept, previous);
        let rows: Vec<_> = since.rows.iter().map(|&row| self.ledger.row(object, row)).collect();
        let is_given = since.kept == Some(true) || gives(base, &rows, &[], field, false);
        self.contacts.given.insert(key, (previous, is_given));
        is_given
    }

    /// Reports the clear tokens of a row that clear nothing of its opportunity.
    #[cold]
    pub(super) fn note_kept_standing(
        &mut self,
        settings: &Settings,
        opportunity: OpportunityNumber,
        row: RowIndex,
    ) {
        let mut kept = Vec::new();
        for column in asked(settings, self.ledger.cells(row), Object::Opportunity) {
            let why = match column.field {
                FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK | FieldId::OPPORTUNITY_TAGS => None,
                FieldId::OPPORTUNITY_NAME => Some("an opportunity needs it"),
                field @ (FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS)
                    if !can_be_blank(settings, field) =>
                {
                    Some("an opportunity always stands somewhere")
                }
                field => (self.is_given_before(opportunity.into(), row, field)
                    && self.is_there_after(opportunity, row, field))
                .then_some(GIVEN),
            };
            kept.extend(why.map(|why| (column.index(), why)));
        }
        self.note_kept(Object::Opportunity, row, kept);
    }

    /// Whether an opportunity has this field once the row is folded in. A stage that a row has given may have been
    /// cleared together with its pipeline (O7), and a lost reason may not have been used (O8).
    fn is_there_after(
        &self,
        opportunity: OpportunityNumber,
        row: RowIndex,
        field: FieldId,
    ) -> bool {
        if !matches!(field, FieldId::STAGE | FieldId::LOST_REASON) {
            return true;
        }
        let object = Object::Opportunity;
        let base = self.ledger.base(opportunity);
        let mut rows: Vec<_> = self.ledger.back_from(object, row).collect();
        rows.reverse();
        let rows: Vec<_> = rows.iter().map(|&row| self.ledger.row(object, row)).collect();
        has_standing(base, &rows, field)
    }

    fn note_kept(&mut self, object: Object, row: RowIndex, kept: Vec<(Option<u16>, &str)>) {
        let number = self.ledger.row(object, row).number;
        self.window.findings.extend(kept.into_iter().map(|(column, why)| {
            let finding = Finding::row(IssueCode::ClearKept, number).object(object).detail(why);
            Finding { column, ..finding }
        }));
    }
}

/// Whether opportunities of this file can bring tags to their contacts (P8).
fn may_bring_tags(settings: &Settings) -> bool {
    let mut columns = settings.opportunity_columns.iter();
    columns.any(|column| column.field == FieldId::OPPORTUNITY_TAGS)
}

/// The columns in which a row asks to clear the stored value by the clear token. In a column that keeps what is stored,
/// the token asks for nothing.
fn asked<'s>(settings: &'s Settings, cells: BlockRow<'_>, object: Object) -> Vec<&'s Column> {
    let is_asked = |column: &&Column| {
        column.merge != Merge::Keep && column.is_clear_token(normalize::trim(column.text(&cells)))
    };
    settings.columns(object).iter().filter(is_asked).collect()
}
