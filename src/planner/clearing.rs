//! Reports clear tokens that are not obeyed (behaviour L2, W3).

use super::Planner;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode};
use crate::mapping::Merge;
use crate::merge::{Addresses, can_be_blank, is_required, may_replace_primary};
use crate::normalize;
use crate::object::Object;
use crate::source::BlockRow;

impl Planner {
    /// Reports the clear tokens of a row that do not clear anything of its contact. A consent that is kept
    /// has an issue [of its own](Self::note_kept_consent).
    #[cold]
    pub(super) fn note_kept_fields(&mut self, settings: &Settings, contact: u32, row: u32) {
        let entry = &self.ledger.people[contact as usize];
        let base = self.ledger.base(Object::Contact, entry);
        let rule = self.row_of(row).rule;
        let rule = rule.and_then(|rule| settings.rules.get(usize::from(rule)));
        // Of a new contact there is only what stands in for the token.
        let is_first = base.is_new() && entry.first_row == row;
        let columns = &settings.contact_columns;
        let is_there =
            |column: &Column| base.is_new() || base.shows(column.field) || column.default_always;
        let why = |column: &Column| {
            let of_list = Addresses::of_field(column.field)
                .filter(|kind| column.field == kind.additional())
                .is_some_and(|kind| may_replace_primary(kind, columns));
            match column.field {
                // Who has no id in the file is not asked to give up that of the CRM.
                FieldId::CONTACT_ID | FieldId::DND => None,
                _ if !is_there(column) => None,
                field if rule.is_some_and(|rule| rule.has(field)) => {
                    Some("the contact is found by it")
                }
                field if is_required(settings, field) => Some("a contact needs it"),
                _ if of_list && !is_first => {
                    Some("a primary one that the file replaces is kept among them")
                }
                _ => None,
            }
        };
        let kept = asked(settings, self.ledger.cells(row), Object::Contact);
        let kept: Vec<_> = kept.filter_map(|column| Some((column.index(), why(column)?))).collect();
        self.note_kept(Object::Contact, row, kept);
    }

    /// Reports the clear tokens of a row that do not clear anything of its stored opportunity.
    #[cold]
    pub(super) fn note_kept_standing(&mut self, settings: &Settings, row: u32) {
        let why = |column: &Column| match column.field {
            FieldId::OPPORTUNITY_NAME => Some("an opportunity needs it"),
            field @ (FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS) => {
                let is_kept = !can_be_blank(settings, field);
                is_kept.then_some("an opportunity always stands somewhere")
            }
            _ => None,
        };
        let kept = asked(settings, self.ledger.cells(row), Object::Opportunity);
        let kept: Vec<_> = kept.filter_map(|column| Some((column.index(), why(column)?))).collect();
        self.note_kept(Object::Opportunity, row, kept);
    }

    fn note_kept(&mut self, object: Object, row: u32, kept: Vec<(Option<u16>, &str)>) {
        let number = self.ledger.row(object, row).number;
        self.window.findings.extend(kept.into_iter().map(|(column, why)| {
            let finding = Finding::row(IssueCode::ClearKept, number).object(object).detail(why);
            Finding { column, ..finding }
        }));
    }
}

/// The columns whose cell is the clear token. Where the merge rule keeps what is stored, nothing is asked.
fn asked<'p>(
    settings: &'p Settings,
    cells: BlockRow<'p>,
    object: Object,
) -> impl Iterator<Item = &'p Column> {
    let columns = settings.columns(object).iter();
    columns.filter(move |column| {
        column.merge != Merge::Keep && column.is_clear_token(normalize::trim(column.text(&cells)))
    })
}
