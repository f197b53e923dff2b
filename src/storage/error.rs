//! [`StorageError`]: for adapters without an error type of their own.

use std::error::Error;
use std::fmt;

/// Any error, boxed. A storage adapter may use it as its `Error` where several libraries' errors
/// meet.
///
/// ```
/// use crm_import::storage::StorageError;
///
/// fn connect() -> Result<(), StorageError> {
///     "not a number".parse::<u32>().map_err(StorageError::new)?;
///     Ok(())
/// }
/// assert_eq!(connect().unwrap_err().to_string(), "invalid digit found in string");
/// ```
pub struct StorageError(Box<dyn Error + Send + Sync>);

impl StorageError {
    /// Wraps an error, or a text.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        StorageError(error.into())
    }

    /// The wrapped error, to ask it for its type.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl From<&str> for StorageError {
    fn from(text: &str) -> Self {
        StorageError::new(text)
    }
}

impl From<String> for StorageError {
    fn from(text: String) -> Self {
        StorageError::new(text)
    }
}

impl fmt::Debug for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for StorageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
