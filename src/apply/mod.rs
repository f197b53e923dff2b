//! Writing a plan: batches out, receipts in, every row accounted for.
//!
//! The [`Applier`](applier::Applier) is a state machine that does no I/O. It hands out batches of whole
//! units, checks that each step has exactly one receipt, splits a batch that fails, plans rows again where
//! somebody else was quicker, and counts what was done. The drivers are loops of a few lines: one writes a
//! plan, the other plans and writes a file window by window. Both are written once, for storages that are waited for
//! and for those that are not.
//!
//! Four words are used throughout this module:
//!
//! | word | means |
//! |---|---|
//! | task | one thing to write: the step of a record, or a follow-up of a contact |
//! | unit | the tasks that hang together, because rows of the file bring their records together |
//! | part | a plan, by number: 0 is the plan of the import, each later one was made again for some rows |
//! | home | the row of part 0 that a row of another part is |

mod applier;
mod checkpoint;
mod conflicts;
mod driver;
mod error_log;
mod event;
mod failing;
mod filling;
mod further;
mod job;
mod joined;
mod kept_links;
mod meanings;
mod namesakes;
mod passed_keys;
mod progress;
mod receiving;
mod report;
mod run;
mod token;
mod tokenless;
mod units;
mod written_before;

pub(crate) use checkpoint::first_checkpoint;
pub(crate) use driver::{WhileWriting, apply};
pub use error_log::ErrorLog;
pub(crate) use error_log::formats_of_log;
pub use event::Event;
pub(crate) use job::{Ending, Job};
pub(crate) use meanings::meaning_of;
pub use progress::{Control, ErrorBudget, Progress, Status, Written};
pub use report::Report;
pub(crate) use run::{Run, run};
pub(crate) use token::Tokens;
pub(crate) use written_before::{WrittenBefore, check_resumed, check_storage};
