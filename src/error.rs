//! The errors that stop an import: [`ConfigError`] before row 1, [`Error`] later.
//!
//! Neither is about the data in the file: what is wrong with a row is an [`Issue`](crate::Issue).

use std::fmt;

use crate::apply::{Report, Status};
use crate::object::Object;
use crate::source::SourceError;
use crate::storage::StorageError;

/// Everything that is wrong with the settings of an import, reported at once. Nothing has been written.
///
/// ```
/// use crm_import::{Error, Import, Mapping, MemoryStorage, Object, Source};
///
/// let mapping = Mapping::default().column("Mail", Object::Contact, "emial");
/// let file = Source::from_bytes(&b"Mail\nana@example.com\n"[..]);
/// let refused = Import::new().mapping(mapping).plan(file, &mut MemoryStorage::default());
/// let Err(Error::Config(error)) = refused else { panic!("a misspelt field is refused") };
/// assert!(error.problems()[0].contains("is mapped to \"emial\", which is no field of contacts"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(crate) problems: Vec<String>,
}

impl ConfigError {
    /// A single problem.
    pub(crate) fn of(problem: impl Into<String>) -> Self {
        ConfigError { problems: vec![problem.into()] }
    }

    /// Each problem, as a sentence that names the setting and what is wrong with it.
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

/// Why an import cannot continue. `E` is the storage's own error type.
///
/// `Display` says in one line what could not be done. The cause is the
/// [`source`](std::error::Error::source): if storage failed, its own error.
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
/// If something was written before, [`done`](Self::done) is the report of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E: std::error::Error + 'static> {
    /// The settings do not fit the file or the storage.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Source(#[source] SourceError),
    /// The storage could not provide the account's settings. Nothing was written.
    #[error("the account's settings cannot be read")]
    Account {
        /// The storage's error.
        source: E,
    },
    /// The file could not be read to its end, or was changed while it was read.
    #[error("the file breaks off")]
    Torn {
        /// Why it could not be read.
        #[source]
        source: SourceError,
        /// What was done with the rows that were read.
        done: Box<Report>,
    },
    /// A look-up failed while the file was planned. Nothing was written.
    #[error("a look-up failed")]
    Find {
        /// The storage's error.
        source: E,
    },
    /// A batch could not be written, and the storage [said to stop](crate::storage::Recovery::Stop), or did not say
    /// whether a step that had failed alone was written ([`applied`](crate::StorageWrite::applied)).
    #[error("a batch could not be written")]
    Write {
        /// The storage's error.
        source: E,
        /// What was done before.
        done: Box<Report>,
    },
    /// A look-up failed after something had been written.
    #[error("a look-up failed while the import was written")]
    LookUp {
        /// The storage's error.
        source: E,
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage could not say what an interrupted import had written. For the rows in question, nothing was
    /// written now.
    #[error("the storage did not say what the interrupted import has written")]
    Tokens {
        /// The storage's error.
        source: E,
        /// What a run has done before.
        done: Option<Box<Report>>,
    },
    /// The interrupted import is a different one, or was begun in a different way. Nothing was written now.
    #[error("cannot go on with the import that was begun: {}", other_parts(differs))]
    Resume {
        /// What differs: `file`, `mapping` or `policy`, and for a run also `choices`; `run` if a
        /// [run](crate::storage::Checkpoint::is_run) was to be continued as one plan, and `plan` for the reverse;
        /// `row` if the checkpoint names a row that the file does not have; `storage` if storage knows nothing of the
        /// import, although the checkpoint says that some of it was written.
        differs: Vec<&'static str>,
    },
    /// More rows failed than the error budget allows.
    #[error("{}, which is more than the error budget allows", failed_sides(done))]
    TooManyErrors {
        /// What was done before.
        done: Box<Report>,
    },
    /// The storage adapter broke its contract in an answer. Nothing was written for the rows it was asked about.
    #[error("the storage adapter broke its contract: {}", faults.join("; "))]
    Adapter {
        /// Each fault, as a sentence that names the record or key.
        faults: Vec<String>,
        /// What a run has done before.
        done: Option<Box<Report>>,
    },
}

/// What failed, in words: the contact and the opportunity of a row are counted apart.
fn failed_sides(done: &Report) -> String {
    let stats = done.stats();
    let failed =
        [(Object::Contact, stats.contacts.fail), (Object::Opportunity, stats.opportunities.fail)];
    let words =
        failed.into_iter().filter(|(_, count)| *count > 0).map(|(object, count)| match count {
            1 => format!("1 {}", object.name()),
            count => format!("{count} {}", object.plural()),
        });
    format!("{} failed", words.collect::<Vec<_>>().join(" and "))
}

/// What differs, in words.
fn other_parts(differs: &[&str]) -> String {
    let words = differs.iter().map(|part| match *part {
        "choices" => "other pipelines, users or options".to_owned(),
        "run" => "it was begun with run; go on with resume and run".to_owned(),
        "plan" => "it was begun as one plan; go on with plan_resumed and apply".to_owned(),
        "storage" => {
            "another storage: this one knows no step of it; go on where it was begun, or begin it anew here".to_owned()
        }
        part => format!("another {part}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

impl<E: std::error::Error + 'static> Error<E> {
    /// The report of what was done before the import stopped, if anything was.
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

impl Error<StorageError> {
    /// The error of an import whose storage was [erased](crate::storage::Erased), with that storage's own.
    pub(crate) fn unboxed<E: std::error::Error + 'static>(self) -> Error<E> {
        match self {
            Error::Config(error) => Error::Config(error),
            Error::Source(source) => Error::Source(source),
            Error::Account { source } => Error::Account { source: source.unboxed() },
            Error::Torn { source, done } => Error::Torn { source, done },
            Error::Find { source } => Error::Find { source: source.unboxed() },
            Error::Write { source, done } => Error::Write { source: source.unboxed(), done },
            Error::LookUp { source, done } => Error::LookUp { source: source.unboxed(), done },
            Error::Tokens { source, done } => Error::Tokens { source: source.unboxed(), done },
            Error::Resume { differs } => Error::Resume { differs },
            Error::TooManyErrors { done } => Error::TooManyErrors { done },
            Error::Adapter { faults, done } => Error::Adapter { faults, done },
        }
    }
}
