//! [`Remembered`]: the last rows of a run that left no token. Once a later window changes what such a row was found by,
//! it becomes part of every checkpoint (behaviour X6).

use super::Runner;
use crate::apply::job::Ending;
use crate::apply::report::Report;
use crate::issue::{FailedRow, MetRow};
use crate::plan::Plan;
use crate::planner::{Moved, Tokenless, each_tokenless, each_writing};

/// How many rows are remembered.
const MOST: usize = 4_096;

/// See the [module](self).
pub(super) struct Remembered {
    row: Tokenless,
    failed: Vec<FailedRow>,
    met: Vec<MetRow>,
}

impl Runner<'_> {
    /// Remembers the rows of a window that leave no token, and tells the checkpoint those that it could lead elsewhere.
    pub(super) fn remember_tokenless(&mut self, plan: &Plan) {
        if self.job.ending == Ending::Open {
            return;
        }
        let moved = Moved::of(plan);
        // Those of earlier windows first: this one may push them out.
        let (mut failed, mut met) = self.take_concerned(&moved);
        let mut all_failed = plan.failed_rows(|_| true);
        all_failed.sort_by_key(|failed| failed.row);
        each_tokenless(plan, |row| {
            let number = plan.ledger.number(row.row);
            let from = all_failed.partition_point(|failed| failed.row < number);
            let of_row = all_failed[from..].iter().take_while(|failed| failed.row == number);
            if moved.concerns(&row) {
                failed.extend(of_row.cloned());
                met.extend(plan.met_rows(row.row));
            } else {
                let (met, failed) = (plan.met_rows(row.row).collect(), of_row.cloned().collect());
                self.keep_in_mind(Remembered { met, failed, row });
            }
        });
        if moved.is_nothing() {
            return;
        }
        // Once the window is written, all of these have their token.
        each_writing(plan, |row| {
            if moved.concerns(&row) {
                met.extend(plan.met_rows(row.row));
            }
        });
        self.job.remember(failed, met);
    }

    /// Takes out the remembered rows that this could lead elsewhere.
    fn take_concerned(&mut self, moved: &Moved) -> (Vec<FailedRow>, Vec<MetRow>) {
        let (mut failed, mut met) = (Vec::new(), Vec::new());
        if !moved.is_nothing() {
            self.tokenless.retain_mut(|row| {
                let is_concerned = moved.concerns(&row.row);
                if is_concerned {
                    failed.append(&mut row.failed);
                    met.append(&mut row.met);
                }
                !is_concerned
            });
        }
        (failed, met)
    }

    /// What rows of a window have met that were planned again takes the place of what they were to meet at first.
    pub(super) fn remember_planned_again(&mut self, report: &Report) {
        if self.job.ending == Ending::Open || report.parts().next().is_none() {
            return;
        }
        self.job.failed.clone_from(&report.checkpoint.failed);
        self.job.met.clone_from(&report.checkpoint.met);
        for row in &mut self.tokenless {
            row.failed.retain(|row| report.part_at(row.object, row.row) == 0);
            row.met.retain(|row| report.part_at(row.object, row.row) == 0);
        }
        for (part, plan) in report.parts() {
            let mut all_failed = plan.failed_rows(|_| true);
            all_failed.retain(|row| report.part_at(row.object, row.row) == part);
            each_tokenless(plan, |row| {
                let number = plan.ledger.number(row.row);
                let failed = all_failed.iter().filter(|failed| failed.row == number);
                let mut met: Vec<MetRow> = plan.met_rows(row.row).collect();
                met.retain(|row| report.part_at(row.object, row.row) == part);
                self.keep_in_mind(Remembered { failed: failed.cloned().collect(), met, row });
            });
        }
    }

    /// Remembers a row, and forgets the one that is farthest back.
    fn keep_in_mind(&mut self, row: Remembered) {
        self.tokenless.push_back(row);
        if self.tokenless.len() > MOST {
            self.tokenless.pop_front();
        }
    }
}
