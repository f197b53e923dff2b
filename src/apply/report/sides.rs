//! Sides of rows whose outcome is not the planned one: refused, left open, or planned again.

use std::sync::Arc;

use super::Report;
use crate::issue::{IssueCode, Severity};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Fact, Outcome, Plan, first_row};
use crate::storage::Token;

/// What became of a side instead.
#[derive(Debug, Default)]
pub(in crate::apply) struct Side {
    /// The plan that it follows: 0 is the import's own, 1 the first of those made again.
    pub(in crate::apply) part: u32,
    /// `None`: the import was stopped before it was written.
    pub(in crate::apply) outcome: Option<Outcome>,
    /// Did storage refuse to write it?
    pub(in crate::apply) is_refused: bool,
    /// Did it fail for a conflict (X3)? Then nobody knows whom the row means, and its contact has had no follow-ups.
    pub(in crate::apply) is_lost: bool,
    pub(in crate::apply) id: Option<Box<str>>,
    pub(in crate::apply) token: Option<Token>,
}

impl Report {
    /// One side of a row has a warning. It may be the first.
    pub(in crate::apply) fn warn(&mut self, object: Object, row: RowIndex) {
        self.set_warning(object, row, true);
    }

    fn set_warning(&mut self, object: Object, row: RowIndex, has_warning: bool) {
        if self.current(object, row).is_none() {
            return;
        }
        let ledger = &mut self.plan.ledger;
        let place = match object {
            Object::Contact => &mut ledger.contact_rows[row.index()].has_warning,
            Object::Opportunity => &mut ledger.opportunity_rows[row.index()].has_warning,
        };
        let before = std::mem::replace(place, has_warning);
        let warnings = &mut self.stats.of_mut(object).warnings;
        *warnings = *warnings + u64::from(has_warning) - u64::from(before);
    }

    /// The outcome of a side as it is now.
    pub(in crate::apply) fn current(&self, object: Object, row: RowIndex) -> Option<Outcome> {
        let planned = self.plan.ledger.side(object, row).outcome;
        self.sides.get(&(object, row)).map_or(planned, |side| side.outcome)
    }

    /// Did storage refuse to write one side of a row?
    pub(in crate::apply) fn was_refused(&self, object: Object, row: RowIndex) -> bool {
        self.sides.get(&(object, row)).is_some_and(|side| side.is_refused)
    }

    /// The same of the row with this number in the file.
    pub(in crate::apply) fn was_refused_at(&self, object: Object, number: RowNumber) -> bool {
        self.plan.ledger.numbers.row(number).is_some_and(|row| self.was_refused(object, row))
    }

    /// The opportunity of a row keeps the link that it has. False if that was known already.
    pub(in crate::apply) fn keep_link(&mut self, row: RowIndex) -> bool {
        let part = self.part(Object::Opportunity, row);
        let ledger = &self.plan_of(part).ledger;
        let own = self.row_in(part, row).map(|row| &ledger.opportunity_rows[row.index()]);
        let step = own.and_then(|side| side.opportunity).map(RecordRef::from);
        // A link is counted on the first row of its opportunity.
        let first = step.and_then(|step| self.home(part, first_row(ledger, step)?));
        let links = |report: &Report| first.map_or(0, |row| report.links(Object::Opportunity, row));
        let before = links(self);
        let is_new = self.kept_links.insert(row);
        self.stats.links = (self.stats.links + links(self)).saturating_sub(before);
        is_new
    }

    /// Storage has refused to write one side of a row, or it was in conflict to the end.
    pub(in crate::apply) fn fail(&mut self, object: Object, row: RowIndex, code: IssueCode) {
        let (part, outcome) = (self.part(object, row), Some(Outcome::Fail));
        let is_lost = code == IssueCode::WriteConflict;
        let side = Side { part, outcome, is_refused: true, is_lost, ..Side::default() };
        self.settle(object, row, side);
    }

    /// Did one side of a row fail for a conflict?
    pub(in crate::apply) fn was_lost(&self, object: Object, row: RowIndex) -> bool {
        self.sides.get(&(object, row)).is_some_and(|side| side.is_lost)
    }

    /// One side of a row was to be written, but had been written before.
    pub(in crate::apply) fn was_written_before(
        &mut self,
        part: u32,
        object: Object,
        row: RowIndex,
        id: &str,
    ) {
        if let Some(Outcome::Create | Outcome::Update) = self.current(object, row) {
            let (outcome, id) = (Some(Outcome::Unchanged), Some(id.into()));
            self.settle(object, row, Side { part, outcome, id, ..Side::default() });
        }
        self.warn(object, row);
    }

    /// Notes what became of one side of a row instead of what was planned.
    pub(in crate::apply) fn settle(&mut self, object: Object, row: RowIndex, side: Side) {
        let Some(before) = self.current(object, row) else { return };
        let (part, links) = (self.part(object, row), self.links(object, row));
        if side.part != part {
            let own = self.row_in(side.part, row).map(|row| (side.part, row));
            let is_warned = own
                .is_some_and(|(part, row)| self.plan_of(part).ledger.side(object, row).has_warning);
            self.set_warning(object, row, is_warned || self.is_warned_of(object, row));
        }
        let outcome = side.outcome;
        self.sides.insert((object, row), side);
        if let Some(outcome) = outcome.filter(|outcome| *outcome != before) {
            self.stats.of_mut(object).shift(before, outcome);
        }
        let now = self.stats.links + self.links(object, row);
        self.stats.links = now.saturating_sub(links);
    }

    /// The import was stopped before the record of one side of a row was written.
    pub(in crate::apply) fn leave_open(&mut self, object: Object, row: RowIndex) {
        let Some(before) = self.current(object, row).filter(|outcome| outcome.is_folded()) else {
            return;
        };
        self.set_warning(object, row, false);
        let links = self.links(object, row);
        let id = self.stored(object, row).map(Into::into);
        let side = self.sides.entry((object, row));
        side.or_insert(Side { id, ..Side::default() }).outcome = None;
        self.stats.of_mut(object).leave_out(before);
        self.stats.links = self.stats.links.saturating_sub(links);
    }

    /// Was there a warning while it was written?
    fn is_warned_of(&self, object: Object, row: RowIndex) -> bool {
        let number = Some(row.number());
        self.plan.ledger.side(object, row).has_warning
            && self.findings.iter().any(|found| {
                (found.row, found.object, found.severity)
                    == (number, Some(object), Severity::Warning)
            })
    }

    /// How many links a side counts for in the totals: 1 if it is the first of its opportunity, and that is
    /// linked to a contact of the file; otherwise 0.
    fn links(&self, object: Object, home: RowIndex) -> u64 {
        let part = self.part(object, home);
        let ledger = &self.plan_of(part).ledger;
        let Some(outcome) = self.current(object, home).filter(|outcome| outcome.is_folded()) else {
            return 0;
        };
        let Some(row) = self.row_in(part, home).filter(|_| object == Object::Opportunity) else {
            return 0;
        };
        let side = &ledger.opportunity_rows[row.index()];
        let met = side.opportunity.and_then(|of| ledger.met(of));
        let is_counted = match met {
            // An earlier window may have counted it.
            Some(met) => !met.has(Fact::Linked),
            None => outcome != Outcome::Merged,
        };
        u64::from(is_counted && side.is_first() && self.is_linked(home))
    }

    /// Is the opportunity of a row linked to a contact of the file?
    pub(in crate::apply) fn is_linked(&self, home: RowIndex) -> bool {
        let part = self.part(Object::Opportunity, home);
        let ledger = &self.plan_of(part).ledger;
        let own = self.row_in(part, home).map(|row| &ledger.opportunity_rows[row.index()]);
        let Some(opportunity) = own.and_then(|side| side.opportunity) else { return false };
        let is_kept = |row| self.home(part, row).is_some_and(|row| self.kept_links.contains(&row));
        let mut rows = ledger.row_indexes(opportunity);
        let link = rows.find(|row| ledger.opportunity_rows[row.index()].sets_link);
        link.is_some_and(|row| !is_kept(row))
    }
}

/// Rows that were planned again.
impl Report {
    /// Adds a plan that was made again for some rows. Returns its number.
    pub(in crate::apply) fn add_part(&mut self, plan: Plan) -> u32 {
        self.parts.push(plan);
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    /// The import's own plan, or one that was made again.
    pub(in crate::apply) fn plan_of(&self, part: u32) -> &Plan {
        match (part as usize).checked_sub(1) {
            None => &self.plan,
            Some(at) => &self.parts[at],
        }
    }

    /// The number of the plan that a side follows.
    pub(in crate::apply) fn part(&self, object: Object, row: RowIndex) -> u32 {
        self.sides.get(&(object, row)).map_or(0, |side| side.part)
    }

    /// The same of the row with this number in the file. 0 also if the row is not of this plan.
    pub(in crate::apply) fn part_at(&self, object: Object, number: RowNumber) -> u32 {
        self.plan.ledger.numbers.row(number).map_or(0, |row| self.part(object, row))
    }

    /// The plans that were made again, with their numbers.
    pub(in crate::apply) fn parts(&self) -> impl Iterator<Item = (u32, &Plan)> {
        (1u32..).zip(&self.parts)
    }

    /// The row of the import's plan that a row of another plan is.
    pub(in crate::apply) fn home(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        if part == 0 {
            return Some(row);
        }
        self.plan.ledger.numbers.row(self.plan_of(part).ledger.number(row))
    }

    /// The row of another plan that a row of the import's plan is.
    pub(super) fn row_in(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        if part == 0 {
            return Some(row);
        }
        self.plan_of(part).ledger.numbers.row(self.plan.ledger.number(row))
    }

    /// Lets go of the memory of earlier windows, so that it can be changed without a copy.
    pub(in crate::apply) fn forget_memory(&mut self) {
        self.plan.ledger.memory = Arc::default();
        self.parts.iter_mut().for_each(|plan| plan.ledger.memory = Arc::default());
    }
}
