//! The errors that stop an import: [`ConfigError`] before row 1, [`Error`] later.
//!
//! Neither is about the data in the file: what is wrong with a row is an [`Issue`](crate::Issue).

use std::fmt;

use crate::apply::{Report, Status};
use crate::source::SourceError;

/// Everything that is wrong with the set-up, all at once. Nothing has been written.
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

/// Why an import cannot continue. `E` is the error of the storage.
///
/// `Display` says what could not be done, in one line. The cause follows through
/// [`source`](std::error::Error::source); with a storage that failed, it is the storage's own error:
///
/// ```
/// use std::error::Error as _;
///
/// use crm_import::{Import, MemoryStorage, Source};
///
/// let file = Source::from_path("no such file.csv");
/// let error = Import::new().plan(file, &mut MemoryStorage::default()).unwrap_err();
/// assert_eq!(error.to_string(), "the file cannot be read");
/// let why = error.source().unwrap().to_string();
/// println!("{error}: {why}");
/// ```
///
/// Where something had been written before, [`done`](Self::done) has the report of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E: std::error::Error + 'static> {
    /// The settings do not fit the file or the storage.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Source(#[source] SourceError),
    /// The storage could not hand over the account's settings.
    #[error("the account's settings cannot be read")]
    Account {
        /// The storage's error.
        source: E,
    },
    /// The file could be read only in part.
    #[error("the file breaks off")]
    Torn {
        /// Why.
        #[source]
        source: SourceError,
        /// What was done with the rows before.
        done: Box<Report>,
    },
    /// The storage could not answer a question; nothing was written.
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
    /// The storage could not answer a question after something had been written.
    #[error("a look-up failed while the import was written")]
    LookUp {
        /// The storage's error.
        source: E,
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage could not say what an interrupted import had written. Nothing was written now for the
    /// rows in question.
    #[error("the storage did not say what the interrupted import has written")]
    Tokens {
        /// The storage's error.
        source: E,
        /// What a run has done before.
        done: Option<Box<Report>>,
    },
    /// The import that was interrupted is another one, or was begun in another way; nothing was written now.
    #[error("cannot go on with the interrupted import: {}", other_parts(differs))]
    Resume {
        /// What differs: `file`, `mapping` or `policy`, and for a run also `choices`. `run` if it was a
        /// [run](crate::storage::Checkpoint::is_run) and was to go on as one plan, `plan` if it was one plan and
        /// was to go on as a run; `row` if the checkpoint names a row that the file does not have.
        differs: Vec<&'static str>,
    },
    /// More rows failed than the error budget allows.
    #[error(
        "{} sides of rows failed, which is more than the error budget allows",
        failed_sides(done)
    )]
    TooManyErrors {
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage adapter broke its contract while answering. Nothing was written for the rows that it was
    /// asked about.
    #[error("the storage adapter broke its contract: {}", faults.join("; "))]
    Adapter {
        /// Each fault in words.
        faults: Vec<String>,
        /// What a run has done before.
        done: Option<Box<Report>>,
    },
}

fn failed_sides(done: &Report) -> u64 {
    done.stats().contacts.fail + done.stats().opportunities.fail
}

/// What differs, in words.
fn other_parts(differs: &[&str]) -> String {
    let words = differs.iter().map(|part| match *part {
        "choices" => "other pipelines, users or options".to_owned(),
        "run" => "it was begun with run; go on with resume and run".to_owned(),
        "plan" => "it was begun as one plan; go on with plan_resumed and apply".to_owned(),
        part => format!("another {part}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

impl<E: std::error::Error + 'static> Error<E> {
    /// What was done before the import could not go on, if anything was.
    pub fn done(&self) -> Option<&Report> {
        match self {
            Error::Write { done, .. }
            | Error::LookUp { done, .. }
            | Error::Torn { done, .. }
            | Error::TooManyErrors { done } => Some(done),
            Error::Tokens { done, .. } | Error::Adapter { done, .. } => done.as_deref(),
            _ => None,
        }
    }

    /// The same error, with the total of all windows of a run instead of the report of the last one.
    pub(crate) fn with_total(self, mut total: Report) -> Self {
        total.end(Status::Failed);
        let done = Box::new(total);
        match self {
            Error::Find { source } | Error::LookUp { source, .. } => Error::LookUp { source, done },
            Error::Write { source, .. } => Error::Write { source, done },
            Error::TooManyErrors { .. } => Error::TooManyErrors { done },
            Error::Source(source) | Error::Torn { source, .. } => Error::Torn { source, done },
            Error::Tokens { source, .. } => Error::Tokens { source, done: Some(done) },
            Error::Adapter { faults, .. } => Error::Adapter { faults, done: Some(done) },
            Error::Config(_) | Error::Account { .. } | Error::Resume { .. } => self,
        }
    }
}
