//! The errors that stop an import: [`ConfigError`] before row 1, [`Error`] later.
//!
//! Neither is about the file's data; what is wrong with a row is an [`Issue`](crate::Issue).

use std::fmt;

use crate::apply::{Report, Status};
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
        done: Box<Report>,
    },
    /// The storage did not answer a question after something was written.
    #[error("a look-up failed while the import was written")]
    LookUp {
        /// The storage's error.
        source: E,
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage did not say what an interrupted import has written; nothing was written now.
    #[error("the storage did not say what the interrupted import has written")]
    Tokens {
        /// The storage's error.
        source: E,
    },
    /// This is not the import that was interrupted; nothing was written now.
    #[error("this is not the import that was interrupted: another {}", differs.join(", another "))]
    Resume {
        /// What differs: `file`, `mapping`, `policy`, `window`.
        differs: Vec<&'static str>,
    },
    /// More rows failed than the error budget allows.
    #[error("{} sides of rows failed, which is more than the error budget allows", done.stats().contacts.fail + done.stats().opportunities.fail)]
    TooManyErrors {
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage adapter broke its contract while answering; nothing was written for the rows that
    /// it was asked about.
    #[error("the storage adapter broke its contract: {}", faults.join("; "))]
    Adapter {
        /// Each fault in words.
        faults: Vec<String>,
    },
}

impl<E: std::error::Error + 'static> Error<E> {
    /// What was done before the import could not go on, if anything was.
    pub fn done(&self) -> Option<&Report> {
        match self {
            Error::Write { done, .. }
            | Error::LookUp { done, .. }
            | Error::TooManyErrors { done } => Some(done),
            _ => None,
        }
    }

    /// The same error with what the windows before were, too.
    pub(crate) fn with_total(mut self, mut total: Report) -> Self {
        if let Error::Find { source } = self {
            total.end(Status::Failed);
            return Error::LookUp { source, done: Box::new(total) };
        }
        if let Error::Write { done, .. }
        | Error::LookUp { done, .. }
        | Error::TooManyErrors { done } = &mut self
        {
            total.end(Status::Failed);
            **done = total;
        }
        self
    }
}
