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
///
/// `?` does not turn any error into this one, since it is an error itself. It turns a boxed one into
/// it: where a database's client has many error types, let the functions of the adapter give boxed
/// errors, and those of the traits call them.
///
/// ```
/// use crm_import::storage::StorageError;
///
/// type Boxed = Box<dyn std::error::Error + Send + Sync>;
///
/// fn read(id: &str, name: &[u8]) -> Result<(u32, String), Boxed> {
///     Ok((id.parse()?, std::str::from_utf8(name)?.to_owned())) // two error types
/// }
/// fn find(id: &str) -> Result<(u32, String), StorageError> {
///     Ok(read(id, b"Ana")?)
/// }
/// assert_eq!(find("7").unwrap(), (7, "Ana".to_owned()));
/// assert_eq!(find("x").unwrap_err().to_string(), "invalid digit found in string");
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

impl From<Box<dyn Error + Send + Sync>> for StorageError {
    fn from(error: Box<dyn Error + Send + Sync>) -> Self {
        StorageError(error)
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
