//! What is worth saying about rows that are folded into one contact: where they disagree (behaviour
//! W5), and which wish an import does not take back (W6).

use super::Planner;
use super::kept::columns_of;
use crate::draft::{Cell, Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::issue::{Finding, IssueCode};
use crate::mapping::Merge;
use crate::merge::{effective, loosens, region_of};
use crate::object::Object;
use crate::plan::NONE;
use crate::value::Value;

impl Planner {
    /// Notes where a row says otherwise than an earlier row of its contact (W5).
    pub(super) fn note_differences(&mut self, settings: &Settings, row: u32, previous: u32) {
        let mut found = Vec::new();
        let this = self.row_of(row);
        let before = self.row_of(previous);
        for column in &settings.contact_columns {
            let is_single = !column.is_list
                && column.merge == Merge::Overwrite
                && !matches!(column.field, FieldId::EMAIL | FieldId::PHONE | FieldId::CONTACT_ID);
            if !is_single || column.is_constant() {
                continue;
            }
            let text = column.text(&this.cells);
            if text.is_empty() || this.is_dropped(column.index(), 0) {
                continue;
            }
            // The same words mean the same, but for phones, which have a region.
            if text == column.text(&before.cells) && column.kind != FieldKind::Phone {
                continue;
            }
            let region = region_of(settings, &this, column.kind);
            let Cell::Value(now) = column.read(text, region, &settings.choices) else { continue };
            let mut earlier = previous;
            while earlier != NONE {
                let other = self.row_of(earlier);
                let region = region_of(settings, &other, column.kind);
                let text = column.text(&other.cells);
                let said = column.read(text, region, &settings.choices);
                if let (Cell::Value(before), false) = (said, other.is_dropped(column.index(), 0)) {
                    if before != now && !loosens(column, Some(&before), &now) {
                        let finding = Finding::row(IssueCode::FieldDiffers, this.number);
                        let finding = finding
                            .object(Object::Contact)
                            .detail(self.ledger.number(earlier).to_string());
                        found.push(Finding { column: column.index(), ..finding });
                    }
                    break;
                }
                earlier = self.ledger.contact_rows[earlier as usize].previous;
            }
        }
        self.findings.append(&mut found);
    }

    /// Notes that a contact does not want to be contacted and the row says otherwise, in vain (W6).
    #[cold]
    pub(super) fn note_kept_consent(&mut self, settings: &Settings, contact: u32, row: u32) {
        let columns = columns_of(settings, FieldId::DND);
        let this = self.row_of(row);
        let (number, no) = (this.number, Value::Boolean(false));
        let said = |column: &Column| {
            column.read(column.text(&this.cells), None, &settings.choices)
                == Cell::Value(no.clone())
        };
        let Some(column) = columns.iter().find(|column| !column.loosens_consent && said(column))
        else {
            return;
        };
        let previous = self.ledger.contact_rows[row as usize].previous;
        let before = if self.is_one_of_many(row) {
            self.kept_value(settings, contact, previous, FieldId::DND)
        } else {
            let entry = &self.ledger.people[contact as usize];
            let rows = self.ledger.rows(Object::Contact, entry);
            let earlier = rows.split_last().map_or(&[][..], |(_, earlier)| earlier);
            let base = self.ledger.base(Object::Contact, entry);
            effective(base, columns, earlier).map(Value::into_owned)
        };
        if !loosens(column, before.as_ref(), &no) {
            return;
        }
        let finding = Finding::row(IssueCode::ConsentKept, number).object(Object::Contact);
        let finding = Finding { column: column.index(), ..finding };
        self.findings.push(finding);
    }
}
