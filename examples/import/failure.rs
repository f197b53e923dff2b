//! [`Failure`]: why the run could not continue, in words and as JSON.

use std::fmt::{self, Write as _};
use std::path::Path;

use crm_import::{Error, Report};

use crate::options::Options;
use crate::{AGAIN, json, people};

/// Why the run could not continue.
pub(crate) struct Failure {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    pub(crate) stopped: Option<Box<Stopped>>,
}

/// What was done before the import stopped, and which rows have failed.
pub(crate) struct Stopped {
    pub(crate) prose: String,
    pub(crate) report: serde_json::Value,
    pub(crate) issues: serde_json::Value,
}

impl Stopped {
    fn of(done: &Report, has_too_many_errors: bool) -> Box<Self> {
        Box::new(Stopped {
            prose: people::stopped(done, has_too_many_errors),
            report: json::reported(done),
            issues: json::errors(done),
        })
    }
}

impl Failure {
    pub(crate) fn new(kind: &'static str, error: impl std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message.push_str(": ");
            message.push_str(&inner.to_string());
            cause = inner.source();
        }
        Failure::said(kind, message)
    }

    pub(crate) fn said(kind: &'static str, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into(), stopped: None }
    }

    /// Something is wrong with this file of settings.
    pub(crate) fn of_file(kind: &'static str, path: &Path, error: impl fmt::Display) -> Self {
        Failure::said(kind, format!("{}: {error}", path.display()))
    }

    /// It could not be logged either, for this reason.
    pub(crate) fn unlogged(mut self, log: Option<Failure>) -> Self {
        if let Some(log) = log {
            let _ = write!(self.message, "; the error log is not written either: {}", log.message);
        }
        self
    }

    /// The error log cannot be written, and rows may be imported already.
    pub(crate) fn of_log(options: &Options, error: impl fmt::Display) -> Self {
        let path = options.error_log.as_deref().unwrap_or(Path::new(""));
        Failure::of_file("error-log", path, format!("{error}; once it can be written, {AGAIN}"))
    }

    /// The rows of the report cannot be kept until they are printed.
    pub(crate) fn of_rows(error: impl fmt::Display) -> Self {
        Failure::of_file(
            "report",
            &std::env::temp_dir(),
            format!("{error}; once there is room, {AGAIN}"),
        )
    }
}

impl<E: std::error::Error + 'static> From<Error<E>> for Failure {
    fn from(error: Error<E>) -> Self {
        let kind = match &error {
            Error::Config(_) => "config",
            Error::Source(_) | Error::Torn { .. } => "source",
            Error::Resume { .. } => "resume",
            Error::TooManyErrors { .. } => "max-errors",
            Error::Adapter { .. } => "adapter",
            _ => "storage",
        };
        let has_too_many_errors = matches!(&error, Error::TooManyErrors { .. });
        let stopped = error.done().map(|done| Stopped::of(done, has_too_many_errors));
        Failure { stopped, ..Failure::new(kind, error) }
    }
}
