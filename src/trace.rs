//! What an import tells the `tracing` crate, if the feature of that name is on; without it, nothing.
//!
//! The names, levels and fields are public: [the adapter guide](crate::guide::adapters) lists them.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables, clippy::unused_self))]

use std::fmt::Display;

use crate::lookup::{Found, Lookup};
use crate::storage::Batch;

/// A span that ends when this is dropped.
#[must_use]
pub(crate) struct Entered {
    #[cfg(feature = "tracing")]
    span: tracing::span::EnteredSpan,
}

/// Enters a span of the crate.
macro_rules! enter {
    ($level:ident, $($named:tt)*) => {
        Entered {
            #[cfg(feature = "tracing")]
            span: tracing::span!(
                target: "crm_import", tracing::Level::$level, $($named)*
            ).entered(),
        }
    };
}

/// A file is planned as a whole.
pub(crate) fn plan(threads: usize) -> Entered {
    enter!(INFO, "plan", threads)
}

/// A plan is written.
pub(crate) fn apply(import_id: &str, steps: usize) -> Entered {
    enter!(INFO, "apply", import_id, steps)
}

/// A file is planned and written window by window.
pub(crate) fn run(import_id: &str) -> Entered {
    enter!(INFO, "run", import_id)
}

/// One window of a run.
pub(crate) fn window(first_row: usize, rows: usize) -> Entered {
    enter!(INFO, "window", first_row, rows)
}

/// Storage is asked.
pub(crate) fn find(lookup: &Lookup<'_>) -> Entered {
    let (object, keys) = (lookup.object(), lookup.len());
    enter!(DEBUG, "find", %object, keys, records = tracing::field::Empty)
}

/// A batch is handed to storage.
pub(crate) fn write(batch: &Batch<'_>) -> Entered {
    let (steps, row) = (batch.len(), batch.checkpoint().row);
    enter!(DEBUG, "write", steps, row)
}

impl Entered {
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
