//! Rows that join a record whose step is written already.
//!
//! When rows are planned again, one of them may come to a record that another row of the unit has written before. What
//! that row adds is a further update (X3), under a token of its own: the one by which it would be written if it were
//! the first of its record.

use super::applier::Applier;
use crate::issue::IssueCode;
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::{StepRef, first_number};
use crate::storage::Token;

impl Applier {
    /// Finds the steps of a part that are written but for some of their rows.
    pub(super) fn note_further(&mut self, part: u32) {
        let ledger = self.ledger(part);
        let count = |object, records: usize| {
            (0u32..).take(records).map(move |number| StepRef { object, number })
        };
        let steps = count(Object::Contact, ledger.contacts.len())
            .chain(count(Object::Opportunity, ledger.opportunities.len()));
        let mut further = Vec::new();
        for step in steps.filter(|step| ledger.entry(step.object, step.number).has_rows()) {
            if self.report.done.contains_key(&self.tokens.step(ledger, step)) {
                let rows = ledger.row_numbers(step.object, ledger.entry(step.object, step.number));
                let open = rows.filter(|row| self.is_open(part, step.object, *row));
                // They come last one first.
                further.extend(open.last().map(|row| ((part, step), row)));
            }
        }
        self.further.extend(further);
    }

    /// The token under which a step of a part is written.
    pub(super) fn step_token(&self, part: u32, step: StepRef) -> Token {
        match self.further.get(&(part, step)) {
            Some(_) => self.tokens.row(step.object, self.step_number(part, step)),
            None => self.tokens.step(self.ledger(part), step),
        }
    }

    /// The first row that a step of a part writes. What the rows before it have said is written already, and somebody
    /// may have changed it since.
    pub(super) fn first_written(&self, part: u32, step: StepRef) -> RowIndex {
        self.further.get(&(part, step)).copied().unwrap_or(RowIndex::new(0))
    }

    /// The number of the first row that a step of a part writes.
    pub(super) fn step_number(&self, part: u32, step: StepRef) -> RowNumber {
        let ledger = self.ledger(part);
        let further = self.further.get(&(part, step));
        further.map_or_else(|| first_number(ledger, step), |row| ledger.number(*row))
    }

    /// The token under which what a row of a part says of a record is written, or was.
    pub(super) fn token_of_row(&self, part: u32, step: StepRef, row: RowIndex) -> Token {
        if self.is_open(part, step.object, row) {
            return self.step_token(part, step);
        }
        self.tokens.step(self.ledger(part), step)
    }

    /// Is one side of a row of a part still to be written, as far as it was planned before?
    fn is_open(&self, part: u32, object: Object, row: RowIndex) -> bool {
        let Some(home) = self.home(part, row) else { return false };
        let is_written =
            || self.report.token(object, home).is_some_and(|of| self.report.done.contains_key(&of));
        !self.report.was_refused(object, home) && !is_written()
    }

    /// The import has created the record itself from another row of the unit, and hides it from this part, which then
    /// knows neither its id nor its version. So what its other rows add cannot be written.
    pub(super) fn fail_further_of_new(&mut self, part: u32) {
        let is_of_part = |(of, step): &&(u32, StepRef)| {
            *of == part && self.ledger(part).entry(step.object, step.number).is_new()
        };
        let mut new: Vec<StepRef> =
            self.further.keys().filter(is_of_part).map(|(_, step)| *step).collect();
        new.sort_unstable_by_key(|step| (step.object, step.number));
        for step in new {
            self.failed.insert(self.step_token(part, step));
            self.fail_rows(part, step, IssueCode::WriteConflict, "");
        }
    }
}
