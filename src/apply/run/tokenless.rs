//! [`Remembered`]: the last rows of a run that left no token. If a later window changes what such a row has found its
//! record by, the row is put into every checkpoint (behaviour X6).

use super::Runner;
use crate::apply::job::Ending;
use crate::apply::report::Report;
use crate::apply::tokenless::add_bringing;
use crate::issue::MetRow;
use crate::plan::Plan;
use crate::planner::{Moved, Tokenless, each_tokenless, each_writing};

/// How many rows are remembered.
const MOST: usize = 4_096;

/// See the [module](self).
pub(super) struct Remembered {
    row: Tokenless,
    met: Vec<MetRow>,
}

impl Runner<'_> {
    /// Remembers the rows of a window that leave no token. Those that failed, and those that the window itself could
    /// lead to other records, are put into every checkpoint at once.
    pub(super) fn remember_tokenless(&mut self, plan: &Plan) {
        if self.job.ending == Ending::Open {
            return;
        }
        let moved = Moved::of(plan);
        // Rows of earlier windows come first, before the rows of this window push them out.
        let mut met = self.take_concerned(&moved);
        each_tokenless(plan, |row| {
            let met_of_row = plan.met_rows(row.row);
            if moved.concerns(&row) {
                met.extend(met_of_row);
            } else {
                let met = met_of_row.collect();
                self.keep_in_mind(Remembered { met, row });
            }
        });
        if !moved.is_nothing() {
            // These rows leave a token, but only when the window is written; it may be interrupted before.
            each_writing(plan, |row| {
                if moved.concerns(&row) {
                    met.extend(plan.met_rows(row.row));
                }
            });
            // Those of the windows before are written.
            self.job.met.retain(|met| !met.is_bringing());
            add_bringing(plan, self.job.met.len(), &mut met);
        }
        // A row that has failed is not tried again when the run is resumed, even if its cause is gone by then.
        self.job.remember(plan.failed_rows(|_| true), met);
    }

    /// Takes out those remembered rows that these changes could lead to other records.
    fn take_concerned(&mut self, moved: &Moved) -> Vec<MetRow> {
        let mut met = Vec::new();
        if !moved.is_nothing() {
            self.tokenless.retain_mut(|row| {
                let is_concerned = moved.concerns(&row.row);
                if is_concerned {
                    met.append(&mut row.met);
                }
                !is_concerned
            });
        }
        met
    }

    /// For rows of a window that were planned again, remembers what they found then, in place of what they found at
    /// first.
    pub(super) fn remember_planned_again(&mut self, report: &Report) {
        if self.job.ending == Ending::Open || report.parts().next().is_none() {
            return;
        }
        self.job.failed.clone_from(&report.checkpoint.failed);
        self.job.met.clone_from(&report.checkpoint.met);
        for row in &mut self.tokenless {
            row.met.retain(|row| report.part_at(row.object, row.row) == 0);
        }
        for (part, plan) in report.parts() {
            let mut failed = plan.failed_rows(|_| true);
            failed.retain(|row| report.part_at(row.object, row.row) == part);
            self.job.remember(failed, Vec::new());
            each_tokenless(plan, |row| {
                let mut met: Vec<MetRow> = plan.met_rows(row.row).collect();
                met.retain(|row| report.part_at(row.object, row.row) == part);
                self.keep_in_mind(Remembered { met, row });
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
