//! [`Side`]s of rows that did not turn out as planned: refused, not reached, or planned again.

use std::sync::Arc;

use super::Report;
use crate::issue::{IssueCode, Severity};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Fact, Outcome, Plan, first_row};
use crate::storage::Token;

/// What became of one side of a row, if not what was planned.
#[derive(Debug, Default)]
pub(in crate::apply) struct Side {
    /// The part that it follows: 0 is the import's own plan, the others were made again for some rows.
    pub(in crate::apply) part: u32,
    /// `None` if the import was stopped before the side was written.
    pub(in crate::apply) outcome: Option<Outcome>,
    /// Whether storage refused to write it.
    pub(in crate::apply) is_refused: bool,
    /// Whether it failed because it was in conflict to the end (X3). Then it is not known which record the row means,
    /// and a contact has had no follow-ups.
    pub(in crate::apply) is_lost: bool,
    pub(in crate::apply) id: Option<Box<str>>,
    pub(in crate::apply) token: Option<Token>,
}

impl Report {
    /// Notes that one side of a row has a warning, perhaps its first one.
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

    /// The outcome of one side of a row as it is now.
    pub(in crate::apply) fn current(&self, object: Object, row: RowIndex) -> Option<Outcome> {
        let planned = self.plan.ledger.side(object, row).outcome;
        self.sides.get(&(object, row)).map_or(planned, |side| side.outcome)
    }

    /// Whether storage refused to write one side of a row.
    pub(in crate::apply) fn was_refused(&self, object: Object, row: RowIndex) -> bool {
        self.sides.get(&(object, row)).is_some_and(|side| side.is_refused)
    }

    /// The same for the row with this number in the file.
    pub(in crate::apply) fn was_refused_at(&self, object: Object, number: RowNumber) -> bool {
        self.plan.ledger.numbers.row(number).is_some_and(|row| self.was_refused(object, row))
    }

    /// Notes that the opportunity of a row keeps the link that it has. Returns false if that was noted already.
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

    /// Notes that one side of a row failed: storage refused to write it, or it was in conflict to the end.
    pub(in crate::apply) fn fail(&mut self, object: Object, row: RowIndex, code: IssueCode) {
        let (part, outcome) = (self.part(object, row), Some(Outcome::Fail));
        let is_lost = code == IssueCode::WriteConflict;
        let side = Side { part, outcome, is_refused: true, is_lost, ..Side::default() };
        self.replace(object, row, side);
    }

    /// Whether one side of a row failed because it was in conflict to the end.
    pub(in crate::apply) fn was_lost(&self, object: Object, row: RowIndex) -> bool {
        self.sides.get(&(object, row)).is_some_and(|side| side.is_lost)
    }

    /// Notes that one side of a row was to be written, but another import of the same name had written it before.
    pub(in crate::apply) fn was_written_before(
        &mut self,
        part: u32,
        object: Object,
        row: RowIndex,
        id: &str,
    ) {
        if let Some(Outcome::Create | Outcome::Update) = self.current(object, row) {
            let (outcome, id) = (Some(Outcome::Unchanged), Some(id.into()));
            self.replace(object, row, Side { part, outcome, id, ..Side::default() });
        }
        self.warn(object, row);
    }

    /// Replaces what was planned for one side of a row, and brings the totals up to date.
    pub(in crate::apply) fn replace(&mut self, object: Object, row: RowIndex, side: Side) {
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

    /// Takes one side of a row out of the totals, because the import was stopped before its record was written.
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

    /// Whether a warning about one side of a row was found while it was written.
    fn is_warned_of(&self, object: Object, row: RowIndex) -> bool {
        let number = Some(row.number());
        self.plan.ledger.side(object, row).has_warning
            && self.findings.iter().any(|found| {
                (found.row, found.object, found.severity)
                    == (number, Some(object), Severity::Warning)
            })
    }

    /// How many links one side of a row counts for in the totals: 1 if it is the first row of an opportunity that is
    /// linked to a contact of the file, otherwise 0.
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

    /// Whether the opportunity of a row is linked to a contact of the file.
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

/// Parts: the plans that were made again for some rows.
impl Report {
    /// Adds a plan that was made again for some rows, and returns its number.
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

    /// The number of the plan that one side of a row follows.
    pub(in crate::apply) fn part(&self, object: Object, row: RowIndex) -> u32 {
        self.sides.get(&(object, row)).map_or(0, |side| side.part)
    }

    /// The same for the row with this number in the file. It is 0 if the import's plan does not have the row.
    pub(in crate::apply) fn part_at(&self, object: Object, number: RowNumber) -> u32 {
        self.plan.ledger.numbers.row(number).map_or(0, |row| self.part(object, row))
    }

    /// The plans that were made again, with their numbers.
    pub(in crate::apply) fn parts(&self) -> impl Iterator<Item = (u32, &Plan)> {
        (1u32..).zip(&self.parts)
    }

    /// The row of the import's own plan that is the same row of the file as this row of a part.
    pub(in crate::apply) fn home(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        if part == 0 {
            return Some(row);
        }
        self.plan.ledger.numbers.row(self.plan_of(part).ledger.number(row))
    }

    /// The reverse of [`home`](Self::home): the row of a part for a row of the import's own plan.
    pub(super) fn row_in(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        if part == 0 {
            return Some(row);
        }
        self.plan_of(part).ledger.numbers.row(self.plan.ledger.number(row))
    }

    /// Drops its references to the memory of earlier windows, so that the memory can be changed without a copy.
    pub(in crate::apply) fn forget_memory(&mut self) {
        self.plan.ledger.memory = Arc::default();
        self.parts.iter_mut().for_each(|plan| plan.ledger.memory = Arc::default());
    }
}
