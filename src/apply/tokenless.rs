//! Rows that leave no token in storage, and checkpoints. A checkpoint names the records that such rows have found, if
//! the import's own steps could lead the rows to other ones. So a resumed import leads them to the same records again
//! (behaviour X6).
//!
//! For rows that are planned again, the last plan counts (X3). The records of the first plan are those that the rows
//! found before somebody else wrote.

use super::applier::Applier;
use super::job::Job;
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::Plan;
use crate::planner::{Moved, Tokenless, each_bringing, each_tokenless, each_writing};
use crate::storage::{Checkpoint, FailedRow, MetRow};

impl Job {
    /// Adds rows that left no token to those that are known. Of each kind, the last [thousand](Checkpoint::FAILURES)
    /// are kept.
    pub(crate) fn remember(&mut self, failed: Vec<FailedRow>, met: Vec<MetRow>) {
        add_failed(&mut self.failed, failed);
        add_met(&mut self.met, met);
    }

    /// Remembers those rows of a whole plan that leave no token, or leave it late, and that the steps of the plan could
    /// lead to another record.
    pub(crate) fn remember_rows_of(&mut self, plan: &Plan) {
        let (failed, met) = led_elsewhere(plan, &[&Moved::of(plan)]);
        self.remember(failed, met);
    }
}

impl Applier {
    /// Puts what a part says of its rows into every checkpoint from here on, in place of what was there before. Rows
    /// that do not follow this part are left as they are.
    pub(super) fn remember_again(&mut self, part: u32) {
        let Applier { report, checkpoint, moved_before, .. } = self;
        let plan = report.plan_of(part);
        let before = moved_before.get_or_insert_with(|| {
            let mut moved = Moved::default();
            moved.add(Moved::of(report.plan_of(0)));
            moved
        });
        let own = Moved::of(plan);
        let (mut failed, mut met) = led_elsewhere(plan, &[&own, before]);
        before.add(own);
        failed.retain(|row| report.part_at(row.object, row.row) == part);
        met.retain(|row| report.part_at(row.object, row.row) == part);
        checkpoint.failed.retain(|row| report.part_at(row.object, row.row) != part);
        checkpoint.met.retain(|row| report.part_at(row.object, row.row) != part);
        add_failed(&mut checkpoint.failed, failed);
        add_met(&mut checkpoint.met, met);
    }
}

/// Those rows of a plan that leave no token, or leave it late, and that could find another record once these keys and
/// opportunities have changed.
fn led_elsewhere(plan: &Plan, moved: &[&Moved]) -> (Vec<FailedRow>, Vec<MetRow>) {
    if moved.iter().all(|moved| moved.is_nothing()) {
        return (Vec::new(), Vec::new());
    }
    let mut concerned: Vec<RowIndex> = Vec::new();
    let mut note = |row: Tokenless| {
        let is_concerned = moved.iter().any(|moved| moved.concerns(&row));
        concerned.extend(is_concerned.then_some(row.row));
    };
    each_tokenless(plan, &mut note);
    each_writing(plan, &mut note);
    concerned.sort_unstable();
    // The last ones of each kind are kept, so that a list which is not full has all of its kind.
    let met = concerned.iter().rev().flat_map(|row| plan.met_rows(*row));
    let mut met: Vec<MetRow> = met.take(Checkpoint::FAILURES).collect();
    add_bringing(plan, 0, &mut met);
    let mut failed = plan.failed_rows(|row| concerned.binary_search(&row).is_ok());
    keep_last(&mut failed);
    (failed, met)
}

/// Adds the rows that bring a new opportunity and could be matched with another one instead, before they are written
/// (O4, O5). Only the last ones are added for which `known` rows, and those that are there, leave room.
pub(super) fn add_bringing(plan: &Plan, known: usize, met: &mut Vec<MetRow>) {
    let mut bringing = Vec::new();
    each_bringing(plan, |row| bringing.push(plan.bringing_row(row)));
    let room = (Checkpoint::FAILURES - 1).saturating_sub(known + met.len());
    let surplus = bringing.len().saturating_sub(room);
    met.extend(bringing.drain(surplus..));
}

/// Adds rows that failed to those that are known.
fn add_failed(known: &mut Vec<FailedRow>, more: Vec<FailedRow>) {
    add_new(known, more, |row| (row.row, row.object));
}

/// Adds others that left no token to those that are known.
fn add_met(known: &mut Vec<MetRow>, more: Vec<MetRow>) {
    add_new(known, more, |row| (row.row, row.object));
}

/// Adds the sides of rows that are not known yet, puts all in order, and keeps the last ones.
fn add_new<T>(known: &mut Vec<T>, more: Vec<T>, side: impl Fn(&T) -> (RowNumber, Object)) {
    let is_new = |one: &T| !known.iter().any(|known| side(known) == side(one));
    let new: Vec<T> = more.into_iter().filter(is_new).collect();
    known.extend(new);
    known.sort_by_key(side);
    keep_last(known);
}

fn keep_last<T>(rows: &mut Vec<T>) {
    let surplus = rows.len().saturating_sub(Checkpoint::FAILURES);
    rows.drain(..surplus);
}
