//! [`StorageError`]: the error type of adapters that need none of their own.

use std::error::Error;
use std::fmt;

/// Any error, boxed: the error type of a storage adapter that needs none of its own.
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
/// `?` converts boxed errors, but not every error, because `StorageError` is an error itself. If your database
/// client has many error types, let the adapter's own functions return boxed errors, and call them from the
/// methods of the traits.
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

    /// The wrapped error, to be downcast.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }

    /// The wrapped error of a storage that was [erased](super::Erased).
    pub(crate) fn unboxed<E: Error + 'static>(self) -> E {
        *self.0.downcast().expect("the error is the storage's own")
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

/// An error with what has led to it: some clients say no more than "db error" themselves.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let told = cause.to_string();
        // Some errors already repeat their cause.
        if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        next = cause.source();
    }
    text
}
