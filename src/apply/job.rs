//! [`Job`]: what an applier has to know besides the plan.

use super::progress::ErrorBudget;
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::Plan;
use crate::planner::{Moved, Tokenless, each_tokenless, each_writing};
use crate::storage::{Checkpoint, FailedRow, MetRow, Refusal};

/// How a plan is written.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) import_id: String,
    /// Has the caller named it? Otherwise the name was made up, and no other import has it.
    pub(crate) is_named: bool,
    /// Does it go on with an interrupted import? Then whatever that has written is left alone.
    pub(crate) resumes: bool,
    /// How many rows are planned and written at a time; 0 = all.
    pub(crate) window: usize,
    /// How far an interrupted import had come. Checkpoints never fall behind that.
    pub(crate) from_row: u64,
    /// Has it written a step of a row before?
    pub(crate) is_begun: bool,
    /// What storage refused in the windows before.
    pub(crate) refused: Vec<Refusal>,
    /// Rows that have failed because of what storage held, in order.
    pub(crate) failed: Vec<FailedRow>,
    /// Others that left no token, in order.
    pub(crate) met: Vec<MetRow>,
    pub(crate) ending: Ending,
    pub(crate) budget: Option<ErrorBudget>,
    /// With more than one, a batch is made ready while the one before is written.
    pub(crate) threads: usize,
}

impl Job {
    /// Adds rows that left no token to those that are known, and keeps the last [thousand](Checkpoint::FAILURES).
    pub(crate) fn remember(&mut self, failed: Vec<FailedRow>, met: Vec<MetRow>) {
        add_failed(&mut self.failed, failed);
        add_met(&mut self.met, met);
    }

    /// Remembers those rows of a whole plan that leave no token, or not at once, and that the plan itself could lead
    /// elsewhere while it is written.
    pub(crate) fn remember_rows_of(&mut self, plan: &Plan) {
        let (failed, met) = led_elsewhere(plan, &[&Moved::of(plan)]);
        self.remember(failed, met);
    }
}

/// Those rows of a plan that leave no token, or not at once, and that could lead elsewhere once all this has moved.
pub(super) fn led_elsewhere(plan: &Plan, moved: &[&Moved]) -> (Vec<FailedRow>, Vec<MetRow>) {
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
    // The last ones of each kind, so that a list which is not full lacks none of its kind.
    let met = concerned.iter().rev().flat_map(|row| plan.met_rows(*row));
    let met = met.take(Checkpoint::FAILURES).collect();
    let mut failed = plan.failed_rows(|row| concerned.binary_search(&row).is_ok());
    keep_last(&mut failed);
    (failed, met)
}

/// Adds rows that failed to those that are known.
pub(super) fn add_failed(known: &mut Vec<FailedRow>, more: Vec<FailedRow>) {
    add_new(known, more, |row| (row.row, row.object));
}

/// Adds others that left no token to those that are known.
pub(super) fn add_met(known: &mut Vec<MetRow>, more: Vec<MetRow>) {
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

/// What a batch without steps tells storage after the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing; there is no such batch.
    Open,
    /// What storage has refused, so that this is known before a step of the next window is written.
    Window,
    /// That the import is complete.
    Import,
}
