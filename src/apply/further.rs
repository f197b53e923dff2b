//! Rows that join a record whose step is written already.
//!
//! When rows are planned again, one of them may come to a record that another row of the unit has written before. What
//! that row adds is a further update (X3), under a token of its own: the one by which it would be written if it were
//! the first of its record. If the import has itself created that record from another row, the row is planned once more
//! by itself, and sees the record as it is stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::applier::Applier;
use super::run::met_on;
use super::units::{Task, TaskKind};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Memory, first_number};
use crate::storage::Token;

impl Applier {
    /// Finds the steps of a part that are written but for some of their rows.
    pub(super) fn note_further(&mut self, part: u32) {
        let ledger = self.ledger(part);
        let mut further = Vec::new();
        for step in ledger.records().filter(|step| ledger.entry(*step).has_rows()) {
            if self.is_begun(part, step) {
                let rows = ledger.row_indexes(step);
                let open = rows.filter(|row| self.is_open(part, step.object, *row));
                // They come last one first.
                further.extend(open.last().map(|row| ((part, step), row)));
            }
        }
        self.further.extend(further);
    }

    /// Has the first row of a step been written?
    fn is_begun(&self, part: u32, step: RecordRef) -> bool {
        let ledger = self.ledger(part);
        let first = ledger.entry(step).first_row;
        self.report.done.contains_key(&self.tokens.step(ledger, step))
            || (self.conflicts.is_late
                && first.is_some_and(|row| !self.is_open(part, step.object, row)))
    }

    /// The token under which a step of a part is written.
    pub(super) fn step_token(&self, part: u32, step: RecordRef) -> Token {
        match self.further.get(&(part, step)) {
            Some(_) => self.tokens.row(step.object, self.step_number(part, step)),
            None => self.tokens.step(self.ledger(part), step),
        }
    }

    /// The first row that a step of a part writes. What the rows before it have said is written already, and somebody
    /// may have changed it since.
    pub(super) fn first_written(&self, part: u32, step: RecordRef) -> RowIndex {
        self.further.get(&(part, step)).copied().unwrap_or(RowIndex::new(0))
    }

    /// The number of the first row that a step of a part writes.
    pub(super) fn step_number(&self, part: u32, step: RecordRef) -> RowNumber {
        let ledger = self.ledger(part);
        let further = self.further.get(&(part, step));
        further.map_or_else(|| first_number(ledger, step), |row| ledger.number(*row))
    }

    /// The token under which what a row of a part says of a record is written, or was.
    pub(super) fn token_of_row(&self, part: u32, step: RecordRef, row: RowIndex) -> Token {
        if self.is_open(part, step.object, row) {
            return self.step_token(part, step);
        }
        self.tokens.step(self.ledger(part), step)
    }

    /// Is one side of a row of a part still to be written, as far as it was planned before?
    pub(super) fn is_open(&self, part: u32, object: Object, row: RowIndex) -> bool {
        let Some(home) = self.home(part, row) else { return false };
        let is_written =
            || self.report.token(object, home).is_some_and(|of| self.report.done.contains_key(&of));
        !self.report.was_refused(object, home) && !is_written()
    }

    /// Is one side of a row written by the further step of a part to whose record it belongs? The others follow the part
    /// by which they were written, or were written before the import was interrupted.
    pub(super) fn is_written_by(&self, part: u32, object: Object, home: RowIndex) -> bool {
        self.report.part(object, home) == part && (part > 0 || self.is_open(0, object, home))
    }

    /// Does a task add something to a record that the import has created itself, from another row of the unit? That
    /// record is hidden from the part, which knows neither its id nor its version.
    pub(super) fn is_late(&self, task: &Task) -> bool {
        let step = task.record();
        !matches!(task.kind, TaskKind::FollowUp(_))
            && self.further.contains_key(&(task.part, step))
            && self.ledger(task.part).entry(step).is_new()
    }

    /// Have all rows of a task been written, though its part has only the later ones of them?
    pub(super) fn is_written(&self, task: &Task) -> bool {
        let (step, ledger) = (task.record(), self.ledger(task.part));
        let entry = ledger.entry(step);
        let is_open = |row| self.is_open(task.part, step.object, row);
        self.conflicts.is_late
            && !matches!(task.kind, TaskKind::FollowUp(_))
            && entry.has_rows()
            && !ledger.row_indexes(step).any(is_open)
    }

    /// The rows of the tasks that are planned again, as far as no later part has planned them.
    pub(super) fn late_rows(&self) -> Vec<RowIndex> {
        let tasks = self.conflicts.tasks().iter().map(|at| self.tasks[*at]);
        let rows: BTreeSet<RowIndex> =
            tasks.flat_map(|task| self.rows_of(task.part, task.record())).collect();
        rows.into_iter().collect()
    }

    /// What late rows must know of the records that the other rows of their units have met: they join these as rows of a
    /// later window join those of an earlier one (M10), and clear nothing in them (W3).
    pub(super) fn memory_beside(&mut self, rows: &[RowIndex]) -> Arc<Memory> {
        let (ledger, units) = (&self.report.plan.ledger, &mut self.units);
        let units = rows.iter().filter_map(|row| units.of_row(ledger, *row)).collect();
        let beside = self.rows_of_units(&units);
        let (report, ledger) = (&self.report, &self.report.plan.ledger);
        let mut memory = ledger.memory.clone();
        let known = Arc::make_mut(&mut memory);
        for row in beside.into_iter().filter(|row| rows.binary_search(row).is_err()) {
            for object in Object::ALL {
                let Some((id, met)) = met_on(report, &report.plan.described, object, row) else {
                    continue;
                };
                known.add(object, id, met);
                let clearable = 0..ledger.settings.clearable.len();
                clearable.for_each(|number| known.give(object, id, number));
            }
        }
        memory
    }
}
