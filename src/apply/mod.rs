//! Writing a plan: batches out, receipts in, every row accounted for.
//!
//! The [`Applier`](applier::Applier) is a state machine that does no I/O. It hands out batches of whole units, checks
//! that each step has exactly one receipt, splits a batch that fails, plans rows again that somebody
//! else was in the way of, and counts what was done. The drivers are loops of a few lines: one writes
//! a plan, one plans and writes a file window by window.

mod applier;
mod conflicts;
mod driver;
mod error_log;
mod event;
mod failing;
mod filling;
mod job;
mod kept_links;
mod known;
mod progress;
mod report;
mod run;
mod token;
mod units;

pub(crate) use driver::{apply, check_resumed, finds_again};
pub use error_log::ErrorLog;
pub(crate) use error_log::formats_of_log;
pub use event::Event;
pub(crate) use job::{Ending, Job};
pub(crate) use known::Known;
pub use progress::{Control, ErrorBudget, Progress, Status, Written};
pub use report::Report;
pub(crate) use run::{Run, run};
pub(crate) use token::{Tokens, checkpoint};
