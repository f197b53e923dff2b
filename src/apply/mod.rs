//! Writing a plan: batches out, receipts in, every row accounted for.
//!
//! The [`Applier`] is a state machine that does no I/O. It hands out batches of whole units, checks
//! that each step has exactly one receipt, splits a batch that fails, and counts what was done. The
//! driver is a loop of a few lines around it.

mod applier;
mod driver;
mod error_log;
mod report;
mod token;

pub(crate) use driver::apply;
pub use error_log::ERROR_LOG_COLUMNS;
pub use report::Report;

/// How far an import is: handed to the caller's progress function between batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps that are settled: written, rejected or left out.
    pub done: usize,
    /// Steps of the plan.
    pub steps: usize,
}
