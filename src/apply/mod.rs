//! Writing a plan: batches out, receipts in, every row accounted for.
//!
//! The [`Applier`] is a state machine that does no I/O. It hands out batches of whole units, checks
//! that each step has exactly one receipt, splits a batch that fails, and counts what was done. The
//! driver below it is a loop of a few lines.

mod applier;
mod error_log;
mod report;
mod token;

pub(crate) use applier::Applier;
pub use error_log::ERROR_LOG_COLUMNS;
pub use report::Report;

use crate::error::Error;
use crate::plan::Plan;
use crate::storage::{Receipts, Recovery, StorageWrite};

/// How far an import is: handed to the caller's progress function between batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps that are settled: written, rejected or left out.
    pub done: usize,
    /// Steps of the plan.
    pub steps: usize,
}

/// Writes a plan. `watch` sees the progress before each batch and may stop the import by returning
/// false.
pub(crate) fn apply<S: StorageWrite + ?Sized>(
    plan: Plan,
    import_id: &str,
    storage: &mut S,
    mut watch: impl FnMut(Progress) -> bool,
) -> Result<Report, Error<S::Error>> {
    let mut applier = Applier::new(plan, import_id);
    let mut attempt = 0;
    while applier.next_batch() {
        if attempt == 0 && !watch(applier.progress()) {
            break;
        }
        let batch = applier.batch();
        let mut receipts = Receipts::expecting(&batch);
        match storage.write(&batch, &mut receipts) {
            Ok(()) => {
                attempt = 0;
                applier.written(&receipts);
            }
            Err(source) => {
                attempt += 1;
                match storage.recover(&source, attempt) {
                    Recovery::Retry => {}
                    Recovery::Split => {
                        attempt = 0;
                        applier.failed(&source.to_string());
                    }
                    Recovery::Stop => {
                        return Err(Error::Write { source, done: Box::new(applier.finish()) });
                    }
                }
            }
        }
    }
    watch(applier.progress());
    Ok(applier.finish())
}
