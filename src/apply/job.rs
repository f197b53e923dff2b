//! [`Job`]: what an applier has to know besides the plan.

use super::progress::ErrorBudget;
use crate::storage::{FailedRow, JoinedRow, MetRow, Refusal};

/// How a plan is written.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) import_id: String,
    /// Whether the caller has named it. If not, the name was made up, and no other import has it.
    pub(crate) is_named: bool,
    /// Whether it resumes an interrupted import. Then whatever that import has written is left alone.
    pub(crate) resumes: bool,
    /// How many rows are planned and written at a time; 0 = all.
    pub(crate) window: usize,
    /// How far an interrupted import had come. Checkpoints never fall behind that.
    pub(crate) from_row: u64,
    /// Whether the interrupted import has written a step of a row.
    pub(crate) is_begun: bool,
    /// What storage refused in the windows before.
    pub(crate) refused: Vec<Refusal>,
    /// Rows that have failed because of what storage held, in order.
    pub(crate) failed: Vec<FailedRow>,
    /// Other rows that left no token, in order.
    pub(crate) met: Vec<MetRow>,
    /// The joined rows of the interrupted import, if its checkpoint has them.
    pub(crate) joined: Option<Vec<JoinedRow>>,
    pub(crate) ending: Ending,
    pub(crate) budget: Option<ErrorBudget>,
    /// With more than one, a batch is made ready while the one before is written.
    pub(crate) threads: usize,
}

impl Job {
    /// Whether another process may be writing under the same name.
    pub(super) fn may_have_namesakes(&self) -> bool {
        self.is_named || self.resumes
    }
}

/// What storage is told after the last step, by a batch without steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing; there is no such batch.
    Open,
    /// What storage has refused: that has to be in a checkpoint before a step of the next window is written.
    Window,
    /// That the import is complete.
    Import,
}
