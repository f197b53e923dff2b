//! Rows that are with the earlier rows of a step only because storage says so ([`Joined`]).
//!
//! Checkpoints name them. If a resumed import comes to a step that is written, and one of these rows was not named with
//! it, then the row was not written: it was in conflict, or not reached, and somebody has led it there since. Such rows
//! are planned again after everything else, as after a conflict, and written as a further update (behaviour X3, X6).

use super::applier::Applier;
use super::report::Side;
use super::units::TaskKind;
use crate::maps::Set;
use crate::object::{Object, RowNumber};
use crate::planner::{Joined, joined_rows};
use crate::storage::{Applied, Checkpoint, JoinedRow, Token};

impl Applier {
    /// Makes the rows that joined earlier ones in a part known to every checkpoint from here on.
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

    /// The rows of a part that joined earlier ones.
    pub(super) fn joined_in(&self, part: u32) -> Vec<Joined> {
        joined_rows(self.ledger(part), |step| self.first_written(part, step))
    }

    /// The tokens of all steps by which rows that joined earlier ones may have been written.
    pub(super) fn tokens_of_joined(&self, joined: &[Joined], known: &[JoinedRow]) -> Vec<Token> {
        let ledger = &self.report.plan.ledger;
        let token = |of: &Joined| self.tokens.row(of.record.object, ledger.number(of.row));
        let own = joined.iter().map(token);
        own.chain(known.iter().map(|row| self.tokens.row(row.object, row.first_row))).collect()
    }

    /// Rows that joined a step which was written without them are planned again. The others are left.
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
        self.report.settle(record.object, row, Side { outcome, id, token, ..Side::default() });
        let first = self.further.entry((0, record)).or_insert(row);
        *first = row.min(*first);
    }
}
