//! What a checkpoint keeps of the rows of a plan that leave no token: why they failed, or to which record they led
//! (behaviour X6).

use super::{By, Ledger, Outcome, Plan};
use crate::issue::{Detail, FailedRow, Finding, IssueCode, MetRow, Severity, beginning};
use crate::maps::Set;
use crate::object::{Object, RecordRef, RowIndex, RowNumber};

impl Plan {
    /// The sides of wanted rows that fail because of what storage holds, one entry for each of their issues.
    pub(crate) fn failed_rows(&self, is_wanted: impl Fn(RowIndex) -> bool) -> Vec<FailedRow> {
        let side = |found: &Finding| Some((found.object?, found.row?));
        let is_error = |found: &&Finding| found.severity == Severity::Error;
        let errors = || self.findings.iter().filter(is_error);
        let depending = errors().filter(|found| found.code.depends_on_records()).filter_map(side);
        let depending: Set<_> =
            depending.filter(|(_, row)| is_wanted(RowIndex::of(*row))).collect();
        let failed = errors().filter_map(|found| {
            let Finding { code, column, .. } = *found;
            let (object, row) = side(found).filter(|side| depending.contains(side))?;
            let value = found.value.as_deref().filter(|value| !self.is_cell(row, column, value));
            let row = self.ledger.number(RowIndex::of(row));
            let detail = found.detail.as_ref().and_then(Detail::text);
            let [value, detail] = [value, detail]
                .map(|text| Some(beginning(text?, FailedRow::LONGEST_TEXT).into_owned()));
            Some(FailedRow { object, row, code, column, value, detail })
        });
        failed.collect()
    }

    /// Whether this value is the whole cell, which an issue shows without being told.
    fn is_cell(&self, row: RowNumber, column: Option<u16>, value: &str) -> bool {
        column.is_some_and(|column| {
            let cells = self.ledger.cells(RowIndex::of(row));
            crate::normalize::trim(cells.cell(usize::from(column))) == value
        })
    }

    /// The record to which the contact side of a row led, unless the side failed for the row's own fault, and the one
    /// to which the opportunity side led, if that side leaves no token.
    pub(crate) fn met_rows(&self, row: RowIndex) -> impl Iterator<Item = MetRow> {
        let sides = [self.contact_met(row), opportunity_met(&self.ledger, row)];
        sides.into_iter().flatten()
    }

    /// The entry of a row that brings a new opportunity and is not written yet.
    pub(crate) fn bringing_row(&self, row: RowIndex) -> MetRow {
        met(&self.ledger, Object::Opportunity, row, None)
    }

    fn contact_met(&self, row: RowIndex) -> Option<MetRow> {
        let side = &self.ledger.contact_rows[row.index()];
        let contact = match side.outcome? {
            // Until it is written, it has led to no contact; then it leaves a token.
            Outcome::Create if self.ledger.settings.may_share_keys() => None,
            Outcome::Create => return None,
            // A repeat that is rejected fails, but still leads to its contact (M10).
            Outcome::Fail => Some(side.contact?),
            Outcome::Update | Outcome::Unchanged | Outcome::Merged | Outcome::Skip => side.contact,
        };
        Some(MetRow {
            dropped: self.keys_of_others(row),
            ..met(&self.ledger, Object::Contact, row, contact.map(Into::into))
        })
    }

    /// The keys of a row that are dropped because they belong to other contacts (M6): the column and the place in the
    /// cell of each.
    fn keys_of_others(&self, row: RowIndex) -> Vec<(u16, u16)> {
        let number = row.number();
        let from = self.findings.partition_point(|found| found.row < Some(number));
        let found = self.findings[from..].iter().take_while(|found| found.row == Some(number));
        let conflicts = found.filter(|found| found.code == IssueCode::KeyConflict);
        let columns: Vec<u16> = conflicts.map(|found| found.column.unwrap_or(u16::MAX)).collect();
        if columns.is_empty() {
            return Vec::new();
        }
        let dropped = self.ledger.dropped_of_contacts.iter();
        dropped
            .filter(|dropped| dropped.row == number && columns.contains(&dropped.column))
            .map(|dropped| (dropped.column, dropped.item))
            .collect()
    }
}

fn opportunity_met(ledger: &Ledger, row: RowIndex) -> Option<MetRow> {
    let side = &ledger.opportunity_rows[row.index()];
    let is_met = matches!(side.outcome?, Outcome::Unchanged | Outcome::Merged | Outcome::Skip);
    let opportunity = side.opportunity.filter(|_| is_met && side.by != By::Id)?;
    Some(met(ledger, Object::Opportunity, row, Some(opportunity.into())))
}

/// The entry of one side of a row that led to this record, or to none.
fn met(ledger: &Ledger, object: Object, row: RowIndex, record: Option<RecordRef>) -> MetRow {
    let id = record.and_then(|record| ledger.id(record)).map(str::to_owned);
    let brought = record.filter(|_| id.is_none());
    let first_row = brought.and_then(|record| ledger.entry(record).first_row);
    MetRow {
        object,
        row: ledger.number(row),
        id,
        first_row: first_row.map(|row| ledger.number(row)),
        dropped: Vec::new(),
    }
}
