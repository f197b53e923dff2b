//! [`Finder`]: answers look-ups while rows are planned.

use crate::lookup::{Found, Lookup};
use crate::storage::{ATTEMPTS, AsyncStorage};
use crate::trace;

/// Answers look-ups while rows are planned: a storage, or one to which the import writes at the same time. The second
/// kind has a further way to say that a failed look-up is to be repeated.
pub(crate) trait Finder {
    type Error: std::error::Error + Send + Sync + 'static;

    /// Adds every record that answers the look-up.
    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error>;

    /// Whether a look-up that failed should be repeated.
    async fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool;
}

impl<S: AsyncStorage> Finder for S {
    type Error = S::Error;

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        AsyncStorage::find(self, lookup, found).await
    }

    async fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        AsyncStorage::asks_again(self, error, attempt).await
    }
}

/// Asks for the answer to a look-up, and repeats it as long as storage says so.
pub(crate) async fn find<S: Finder>(
    lookup: &Lookup<'_>,
    found: &mut Found,
    storage: &mut S,
) -> Result<(), S::Error> {
    let span = trace::find(lookup);
    span.over(async {
        let mut attempt = 0;
        loop {
            found.clear();
            let Err(error) = storage.find(lookup, found).await else { return Ok(()) };
            attempt += 1;
            if attempt == ATTEMPTS || !storage.asks_again(&error, attempt).await {
                return Err(error);
            }
            trace::again(&error, attempt);
        }
    })
    .await?;
    span.found(found);
    Ok(())
}
