//! [`Job`]: what an applier is told besides the plan.

use super::progress::ErrorBudget;
use crate::storage::Refusal;

/// How a plan is written.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) import_id: String,
    /// The caller has named it; else the name was minted, and nobody else has it.
    pub(crate) is_named: bool,
    /// What an earlier run of the same import has written is left alone.
    pub(crate) resumes: bool,
    /// Rows that are planned and written at a time; 0 = all.
    pub(crate) window: usize,
    /// How far an interrupted import was; its checkpoints never fall behind that.
    pub(crate) from_row: u64,
    /// What storage refused in the windows before.
    pub(crate) refused: Vec<Refusal>,
    pub(crate) ending: Ending,
    pub(crate) budget: Option<ErrorBudget>,
    /// With more than one, a batch is made ready while the one before is written.
    pub(crate) threads: usize,
}

/// What is said behind the last step, by a batch without any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing.
    Open,
    /// What storage refused: it is known before a step of the next window is written.
    Window,
    /// That the import is complete.
    Import,
}
