//! Rows that could not create an opportunity, and are matched with a stored one all the same (O5).
//!
//! With an earlier import of the file, such a row may have failed, and a later row may have created the opportunity. So
//! the row only borrows the opportunity: the later row has to find it as if the borrower were not there (L3).
//!
//! ```text
//! row 1   Roof   14 June   stage "Nwe"   fails the first time, and borrows row 2's roof the second time
//! row 2   Roof   15 June   stage "New"   creates a roof the first time, and has to find it the second time
//! ```

use std::borrow::Cow;

use super::report::Shortcomings;
use super::{OpenOpportunity, Status};
use crate::account::OpportunityMatching;
use crate::draft::{Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::issue::{Finding, IssueCode};
use crate::mapping::Merge;
use crate::merge::{RowOf, RowRole, closes_opportunity, effective};
use crate::object::{Object, OpportunityNumber};
use crate::plan::Outcome;
use crate::planner::Planner;

impl Planner {
    /// Whether the row could not create an opportunity, in an import that creates opportunities (O6, O7).
    pub(super) fn cannot_create(
        &self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>,
    ) -> bool {
        if !settings.may_create_opportunities || self.plain_standing(at).is_some() {
            return false;
        }
        let Shortcomings { missing, misfits, .. } = self.shortcomings(settings, at);
        !missing.is_empty() || !misfits.is_empty()
    }

    /// Folds a row into an opportunity that it borrows. Later rows are compared with the opportunity as this row leaves
    /// it, because in a later window they would be, too (L1).
    pub(super) fn lend_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
    ) -> Outcome {
        self.keep_what_is_compared(open, opportunity);
        self.take_from_index(open.settings, opportunity);
        let outcome = self.join_opportunity(open.settings, open.at, opportunity);
        self.put_in_index(open.settings, opportunity);
        outcome
    }

    /// Drops the values with which a row would change how later rows are compared with the opportunity that it borrows:
    /// a compared date, and a status that closes it where only open ones are compared. Reports these values.
    fn keep_what_is_compared(&mut self, open: OpenOpportunity<'_>, opportunity: OpportunityNumber) {
        let OpenOpportunity { settings, at, .. } = open;
        let Some(matching) = &settings.account.opportunities.matching else { return };
        let row = self.opportunity_row(self.row_at(at));
        let columns = settings.opportunity_columns.iter();
        let mut kept: Vec<u16> = columns
            .filter(|column| is_within_window(settings, matching, column))
            .filter(|column| self.moves(settings, opportunity, &row, column))
            .filter_map(Column::index)
            .collect();
        let status = self.status_after(settings, opportunity, &row);
        if matching.open_only && self.is_open(opportunity) && !status.is_open() {
            let closing = closing_columns(settings, &row);
            if closing.is_empty() {
                // No cell closes it, so a default or a constant does.
                self.report_kept(open, None, status.text());
            }
            kept.extend(closing);
        }
        for column in kept {
            self.drop_opportunity_value(at, column);
            self.report_kept(open, Some(column), None);
        }
    }

    /// Whether a row would change the date of an opportunity in this column.
    fn moves(
        &self,
        settings: &Settings,
        opportunity: OpportunityNumber,
        row: &RowOf<'_>,
        column: &Column,
    ) -> bool {
        let Some(said) = row.value(settings, column) else { return false };
        let (base, rows) = (self.ledger.base(opportunity), self.ledger.rows(opportunity));
        effective(base, self.ledger.settings.columns_of(column.field), &rows) != Some(said)
    }

    fn is_open(&self, opportunity: OpportunityNumber) -> bool {
        self.opportunities.states[opportunity.index()].status.is_open()
    }

    /// The status that an opportunity would have after a row if the row did not borrow it.
    fn status_after(
        &self,
        settings: &Settings,
        opportunity: OpportunityNumber,
        row: &RowOf<'_>,
    ) -> Status {
        let row = RowOf { stays_open: false, ..*row };
        let after = self.standing_after(settings, opportunity, &row, RowRole::Joins, |_| ());
        Status::of(after.status.as_deref())
    }

    /// Reports a value that is not written because the row borrows its opportunity, and what the row would need to
    /// create one. If no value is given, the issue shows the cell.
    fn report_kept(
        &mut self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>,
        column: Option<u16>,
        value: Option<Cow<'_, str>>,
    ) {
        let Shortcomings { missing, misfits, .. } = self.shortcomings(settings, at);
        let misfits = misfits.iter().map(|misfit| match misfit.code {
            code if code.is_about_stage() => "stage",
            _ => "pipeline",
        });
        let lacking = missing.into_iter().chain(misfits);
        let lacking: Vec<&str> =
            lacking.map(|key| settings.fields.label(Object::Opportunity, key)).collect();
        let finding = self.of_opportunity(at, IssueCode::OpportunityMatchKept);
        let value = value.map(|value| value.as_ref().into());
        self.report(Finding { column, value, ..finding.detail(lacking.join(", ")) });
    }
}

/// Whether opportunities may be matched although their dates in this column lie some days apart.
fn is_within_window(settings: &Settings, matching: &OpportunityMatching, column: &Column) -> bool {
    matching.date_window_days > 0
        && column.kind == FieldKind::Date
        && column.merge == Merge::Overwrite
        && matching
            .compared(&settings.fields)
            .any(|key| key == settings.fields.get(column.field).key)
}

/// The columns whose cells on this row close its opportunity.
fn closing_columns(settings: &Settings, row: &RowOf<'_>) -> Vec<u16> {
    let is_closing = |column: &&Column| {
        matches!(column.field, FieldId::STATUS | FieldId::LOST_REASON)
            && !column.is_constant()
            && row
                .value(settings, column)
                .is_some_and(|value| closes_opportunity(column.field, &value))
    };
    settings.opportunity_columns.iter().filter(is_closing).filter_map(Column::index).collect()
}
