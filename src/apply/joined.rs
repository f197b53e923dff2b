//! [`Joined`] rows and checkpoints: rows that belong to the step of an earlier row only because of what storage holds.
//!
//! The token of a step does not tell of which rows it was made, so checkpoints name its joined rows. Suppose that a
//! resumed import finds a step written, and the checkpoint does not name a row that joins it now. Then the row was not
//! written with the step: it was in conflict, or had not been reached, and has come to this record since. Such rows are
//! planned again after everything else, as after a conflict, and are written as a further update (behaviour X3, X6).

use super::applier::Applier;
use super::report::Side;
use super::units::TaskKind;
use crate::maps::Set;
use crate::object::{Object, RowNumber};
use crate::planner::{Joined, joined_rows};
use crate::storage::{Applied, Checkpoint, JoinedRow, Token};

impl Applier {
    /// Puts the joined rows of a part into every checkpoint from here on.
    pub(super) fn tell_joined(&mut self, part: u32, joined: &[Joined]) {
        let told: Vec<JoinedRow> = joined
            .iter()
            .map(|of| JoinedRow {
                object: of.record.object,
                row: self.ledger(part).number(of.row),
                first_row: self.step_number(part, of.record),
            })
            .filter(|row| self.report.part_at(row.object, row.row) == part)
            .collect();
        let Applier { report, checkpoint, .. } = self;
        if let Some(known) = &mut checkpoint.joined {
            known.retain(|row| report.part_at(row.object, row.row) != part);
            known.extend(told);
        }
        checkpoint.joined.take_if(|known| known.len() > Checkpoint::FAILURES);
    }

    /// The joined rows of a part.
    pub(super) fn joined_in(&self, part: u32) -> Vec<Joined> {
        joined_rows(self.ledger(part), |step| self.first_written(part, step))
    }

    /// The tokens of all steps that may have written the joined rows: those of the rows themselves, and those of the
    /// steps with which the checkpoint names them.
    pub(super) fn tokens_of_joined(&self, joined: &[Joined], known: &[JoinedRow]) -> Vec<Token> {
        let ledger = &self.report.plan.ledger;
        let token = |of: &Joined| self.tokens.row(of.record.object, ledger.number(of.row));
        let own = joined.iter().map(token);
        own.chain(known.iter().map(|row| self.tokens.row(row.object, row.first_row))).collect()
    }

    /// Takes those rows out of `joined` whose step was written without them, and has them planned again.
    pub(super) fn reopen(
        &mut self,
        joined: &mut Vec<Joined>,
        known: &[JoinedRow],
        applied: &Applied,
    ) {
        let is_written =
            |of: &&JoinedRow| applied.op(self.tokens.row(of.object, of.first_row)).is_some();
        let named = known.iter().filter(is_written).map(|of| (of.object, of.row)).collect();
        joined.retain(|of| {
            let is_open = self.was_written_without(*of, &named, applied);
            if is_open {
                self.reopen_row(*of);
            }
            !is_open
        });
        for at in 0..self.tasks.len() {
            let task = self.tasks[at];
            let is_step = !matches!(task.kind, TaskKind::FollowUp(_));
            if is_step && self.further.contains_key(&(task.part, task.record())) {
                self.conflict(at);
            }
        }
    }

    /// Whether the step of the record was written without this row.
    fn was_written_without(
        &self,
        of: Joined,
        named: &Set<(Object, RowNumber)>,
        applied: &Applied,
    ) -> bool {
        let Joined { record, row } = of;
        let ledger = &self.report.plan.ledger;
        let (object, number) = (record.object, ledger.number(row));
        self.report.done.contains_key(&self.tokens.step(ledger, record))
            && applied.op(self.tokens.row(object, number)).is_none()
            && !named.contains(&(object, number))
            && !self.report.was_refused(object, row)
    }

    fn reopen_row(&mut self, Joined { record, row }: Joined) {
        let ledger = &self.report.plan.ledger;
        let token = Some(self.tokens.row(record.object, ledger.number(row)));
        let id = ledger.id(record).map(Into::into);
        let outcome = self.report.current(record.object, row);
        self.report.replace(record.object, row, Side { outcome, id, token, ..Side::default() });
        let first = self.further.entry((0, record)).or_insert(row);
        *first = row.min(*first);
    }
}
