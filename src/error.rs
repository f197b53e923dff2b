//! The errors that stop an import: [`ConfigError`] before row 1, [`Error`] later.
//!
//! Neither is about the file's data; what is wrong with a row is an [`Issue`](crate::Issue).

use std::fmt;

use crate::source::SourceError;

/// What is wrong with the set-up, all of it at once; nothing was read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(crate) problems: Vec<String>,
}

impl ConfigError {
    /// Each problem in words: which setting, and which rule it breaks.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the import is not set up right: {}", self.problems.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// Why a run cannot continue. `E` is the error of the storage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E: std::error::Error + 'static> {
    /// The settings do not fit the file or the storage.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Source(#[source] SourceError),
    /// The storage did not hand over the account's settings.
    #[error("the account's settings cannot be read")]
    Account {
        /// The storage's error.
        source: E,
    },
    /// The storage did not answer a question; nothing was written.
    #[error("a look-up failed")]
    Find {
        /// The storage's error.
        source: E,
    },
    /// The storage could not write, and said to stop.
    #[error("a batch could not be written")]
    Write {
        /// The storage's error.
        source: E,
        /// What was done before.
        done: Box<crate::apply::Report>,
    },
    /// The storage adapter broke its contract while answering; nothing was written.
    #[error("the storage adapter broke its contract: {}", faults.join("; "))]
    Adapter {
        /// Each fault in words.
        faults: Vec<String>,
    },
}
