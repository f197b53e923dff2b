//! What an import tells the `tracing` crate, if the feature of that name is on; without it, nothing.
//!
//! The names, levels and fields are public: [the adapter guide](crate::guide::adapters) lists them.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables, clippy::unused_self))]

use std::fmt::Display;

use crate::lookup::{Found, Lookup};
use crate::storage::Batch;

/// What takes its time: a question, a batch, an import.
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// Makes a span of the crate.
macro_rules! span {
    ($level:ident, $($named:tt)*) => {
        Span {
            #[cfg(feature = "tracing")]
            span: tracing::span!(target: "crm_import", tracing::Level::$level, $($named)*),
        }
    };
}

/// A file is planned as a whole.
pub(crate) fn plan(threads: usize) -> Span {
    span!(INFO, "plan", threads)
}

/// A plan is written.
pub(crate) fn apply(import_id: &str, steps: usize) -> Span {
    span!(INFO, "apply", import_id, steps)
}

/// A file is planned and written window by window.
pub(crate) fn run(import_id: &str) -> Span {
    span!(INFO, "run", import_id)
}

/// One window of a run.
pub(crate) fn window(first_row: usize, rows: usize) -> Span {
    span!(INFO, "window", first_row, rows)
}

/// Storage is asked.
pub(crate) fn find(lookup: &Lookup<'_>) -> Span {
    let (object, keys) = (lookup.object(), lookup.len());
    span!(DEBUG, "find", %object, keys, records = tracing::field::Empty)
}

/// A batch is handed to storage.
pub(crate) fn write(batch: &Batch<'_>) -> Span {
    let (steps, row) = (batch.len(), batch.checkpoint().row);
    span!(DEBUG, "write", steps, row)
}

impl Span {
    /// What is done within the span: the span is entered while it runs, and left while it waits.
    pub(crate) fn over<F: Future>(&self, done: F) -> impl Future<Output = F::Output> + use<F> {
        #[cfg(feature = "tracing")]
        let done = tracing::Instrument::instrument(done, self.span.clone());
        done
    }

    /// What storage has found.
    pub(crate) fn found(&self, found: &Found) {
        #[cfg(feature = "tracing")]
        self.span.record("records", found.len());
    }
}

/// Storage has failed, and is to be asked once more.
pub(crate) fn again(error: &impl Display, attempt: u32) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "crm_import", %error, attempt, "storage failed; once more");
}

/// Storage has failed at a batch, which is tried in parts.
pub(crate) fn split(error: &impl Display, steps: usize) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "crm_import", %error, steps, "the batch failed; it is tried in parts");
}
