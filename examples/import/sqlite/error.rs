//! [`SqliteError`]: what SQLite says when it refuses something.

use std::error::Error;
use std::fmt;

use rusqlite::ErrorCode;

/// An error of the database. What a constraint or a trigger says stands alone: the number that SQLite has for it
/// (`Error code 1811`) would tell nothing to whoever has the spreadsheet.
#[derive(Debug)]
pub(crate) struct SqliteError(rusqlite::Error);

impl SqliteError {
    /// What kind of refusal it is.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        self.0.sqlite_error_code()
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        SqliteError(error)
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for SqliteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.0 {
            rusqlite::Error::SqliteFailure(_, Some(_)) => None,
            _ => self.0.source(),
        }
    }
}
