//! Further updates: rows that join a record after the record's step was written.
//!
//! When rows are planned again, a row may join a record that another row of its unit has written before. What it adds
//! is then a further update (X3). Its token is the one that the row would have as the first row of a record. If the
//! record was created by this import, it is hidden from the new plan, so the row is planned once more, by itself, and
//! finds the record in storage.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::applier::Applier;
use super::run::met_on;
use super::units::{Task, TaskKind};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Memory, first_number};
use crate::storage::Token;

impl Applier {
    /// Finds the steps of a part of which only the later rows are still to be written.
    pub(super) fn note_further(&mut self, part: u32) {
        let ledger = self.ledger(part);
        let mut further = Vec::new();
        for step in ledger.records().filter(|step| ledger.entry(*step).has_rows()) {
            if self.is_begun(part, step) {
                let rows = ledger.row_indexes(step);
                let open = rows.filter(|row| self.is_open(part, step.object, *row));
                // The rows come last one first.
                further.extend(open.last().map(|row| ((part, step), row)));
            }
        }
        self.further.extend(further);
    }

    /// Whether the first row of a step was written.
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

    /// The first row that a step of a part writes. The rows before it were written earlier, and are not folded again:
    /// somebody may have changed since what they wrote.
    pub(super) fn first_written(&self, part: u32, step: RecordRef) -> RowIndex {
        self.further.get(&(part, step)).copied().unwrap_or(RowIndex::new(0))
    }

    /// The number of the first row that a step of a part writes.
    pub(super) fn step_number(&self, part: u32, step: RecordRef) -> RowNumber {
        let ledger = self.ledger(part);
        let further = self.further.get(&(part, step));
        further.map_or_else(|| first_number(ledger, step), |row| ledger.number(*row))
    }

    /// The token under which a row of a part is written into its record, or was written.
    pub(super) fn token_of_row(&self, part: u32, step: RecordRef, row: RowIndex) -> Token {
        if self.is_open(part, step.object, row) {
            return self.step_token(part, step);
        }
        self.tokens.step(self.ledger(part), step)
    }

    /// Whether one side of a row of a part is still to be written: no step that it was planned for before has been
    /// written, and storage has not refused it.
    pub(super) fn is_open(&self, part: u32, object: Object, row: RowIndex) -> bool {
        let Some(home) = self.home(part, row) else { return false };
        let is_written =
            || self.report.token(object, home).is_some_and(|of| self.report.done.contains_key(&of));
        !self.report.was_refused(object, home) && !is_written()
    }

    /// Whether one side of a row is written by the further update of a part. The other rows of the record follow the
    /// part by which they were written, or were written before the import was interrupted.
    pub(super) fn is_written_by(&self, part: u32, object: Object, home: RowIndex) -> bool {
        self.report.part(object, home) == part && (part > 0 || self.is_open(0, object, home))
    }

    /// Whether a task adds to a record that the import has itself created from another row of the unit. That record is
    /// hidden from the part, which therefore knows neither its id nor its version.
    pub(super) fn is_late(&self, task: &Task) -> bool {
        let step = task.record();
        !matches!(task.kind, TaskKind::FollowUp(_))
            && self.further.contains_key(&(task.part, step))
            && self.ledger(task.part).entry(step).is_new()
    }

    /// Whether all rows of a task were written, in a round of late rows. The part has only the later rows of the
    /// record, so the token of its step does not tell.
    pub(super) fn is_written(&self, task: &Task) -> bool {
        let (step, ledger) = (task.record(), self.ledger(task.part));
        let entry = ledger.entry(step);
        let is_open = |row| self.is_open(task.part, step.object, row);
        self.conflicts.is_late
            && !matches!(task.kind, TaskKind::FollowUp(_))
            && entry.has_rows()
            && !ledger.row_indexes(step).any(is_open)
    }

    /// The rows of the late tasks, except those that a later part has planned.
    pub(super) fn late_rows(&self) -> Vec<RowIndex> {
        let tasks = self.conflicts.tasks().iter().map(|at| self.tasks[*at]);
        let rows: BTreeSet<RowIndex> =
            tasks.flat_map(|task| self.rows_of(task.part, task.record())).collect();
        rows.into_iter().collect()
    }

    /// The memory with which late rows are planned. It has the records that the other rows of their units have found,
    /// as if these rows were an earlier window: so repeats are recognised (M10), and nothing is cleared that those rows
    /// gave (W3).
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
