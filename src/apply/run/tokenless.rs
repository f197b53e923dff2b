//! [`Remembered`]: the last rows of a run that left no token. Once a later window changes what such a row was found by,
//! it becomes part of every checkpoint (behaviour X6).

use super::Runner;
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
        if self.job.ending == super::Ending::Open {
            return;
        }
        let mut failed = plan.failed_rows(|_| true);
        failed.sort_by_key(|failed| failed.row);
        each_tokenless(plan, |row| {
            let number = plan.ledger.number(row.row);
            let from = failed.partition_point(|failed| failed.row < number);
            let of_row = failed[from..].iter().take_while(|failed| failed.row == number);
            let failed = of_row.cloned().collect();
            self.tokenless.push_back(Remembered {
                met: plan.met_rows(row.row).collect(),
                failed,
                row,
            });
            if self.tokenless.len() > MOST {
                self.tokenless.pop_front();
            }
        });
        let moved = Moved::of(plan);
        if moved.is_nothing() {
            return;
        }
        let (mut failed, mut met) = (Vec::new(), Vec::new());
        self.tokenless.retain_mut(|row| {
            let is_concerned = moved.concerns(&row.row);
            if is_concerned {
                failed.append(&mut row.failed);
                met.append(&mut row.met);
            }
            !is_concerned
        });
        // Once the window is written, all of these have their token.
        each_writing(plan, |row| {
            if moved.concerns(&row) {
                met.extend(plan.met_rows(row.row));
            }
        });
        self.job.remember(failed, met);
    }
}
