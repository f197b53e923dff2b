//! [`AsyncStorage`] and [`AsyncStorageWrite`]: the storage traits for a client that is asynchronous.

use std::future::ready;

use super::{
    Applied, Batch, Checkpoint, FollowUpKind, Receipts, Recovery, Token, answers_by_default,
    supports_by_default,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

/// [`Storage`](super::Storage) for a client that is asynchronous: the same methods, which mean the same and have
/// the same defaults. [`Import`](crate::Import) has a method for it beside each of the others, by the same name with
/// `_async` behind it.
///
/// Write `async fn` in the `impl`. Any runtime will do, since the crate has none.
///
/// ```
/// use crm_import::lookup::{Found, Lookup};
/// use crm_import::storage::AsyncStorage;
/// use crm_import::{Account, Import, Source};
/// # struct Client;
/// # impl Client {
/// #     async fn customers(&self, mails: &[&str]) -> Result<Vec<[String; 3]>, std::io::Error> {
/// #         Ok(mails.iter().map(|mail| ["7", mail, "Ana"].map(String::from)).collect())
/// #     }
/// # }
///
/// struct Crm { client: Client }
///
/// impl AsyncStorage for Crm {
///     type Error = std::io::Error;
///
///     async fn account(&mut self) -> Result<Account, std::io::Error> {
///         Ok(Account::default())
///     }
///
///     async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), std::io::Error> {
///         for block in lookup.blocks().iter().filter(|block| block.is_rule(&["email"])) {
///             for [id, mail, name] in self.client.customers(block.column(0)).await? {
///                 found.record(&id).key("email", &mail).value("email", &mail).value("name", &name);
///             }
///         }
///         Ok(())
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let mut crm = Crm { client: Client };
/// let file = Source::from_bytes(&b"Email,City\nana@example.com,York\n"[..]);
/// let plan = Import::new().plan_async(file, &mut crm).await?;
/// assert_eq!(plan.stats().contacts.update, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// - *The futures are `Send`*, so that an import can be spawned: what they hold while they wait must be, too, and
///   so the adapter. The compiler says so where it is not.
/// - *There is no `dyn AsyncStorage`*, because the methods return a type of each adapter's own. Choose between
///   adapters in an `enum`, or by a type parameter; or [block on it](super::Blocking), since `dyn Storage` is
///   possible.
/// - *A future may be dropped while it waits*: see [`AsyncStorageWrite::write`].
pub trait AsyncStorage {
    /// As [`Storage::Error`](super::Storage::Error).
    type Error: std::error::Error + Send + Sync + 'static;

    /// As [`Storage::account`](super::Storage::account): called once, before the first row.
    ///
    /// # Errors
    /// An error stops the import before it has begun.
    fn account(&mut self) -> impl Future<Output = Result<Account, Self::Error>> + Send;

    /// Answers one question, as [`Storage::find`](super::Storage::find).
    ///
    /// # Errors
    /// An error stops planning, unless [`asks_again`](Self::asks_again) says to repeat the question. Nothing
    /// has been written then.
    fn find(
        &mut self,
        lookup: &Lookup<'_>,
        found: &mut Found,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// As [`Storage::answers`](super::Storage::answers): by default a rule of `email` alone or of `phone` alone.
    fn answers(&self, rule: &[String]) -> bool {
        answers_by_default(rule)
    }

    /// As [`Storage::asks_again`](super::Storage::asks_again). If you want to wait before the next attempt, await
    /// here what sleeps. By default no.
    fn asks_again(
        &mut self,
        error: &Self::Error,
        attempt: u32,
    ) -> impl Future<Output = bool> + Send {
        let _ = (error, attempt);
        ready(false)
    }
}

/// [`StorageWrite`](super::StorageWrite) for a client that is asynchronous: the same methods, which mean the same
/// and have the same defaults. An adapter is [certified](super::conformance) behind [`Blocking`](super::Blocking).
pub trait AsyncStorageWrite: AsyncStorage {
    /// Writes one batch, as [`StorageWrite::write`](super::StorageWrite::write).
    ///
    /// **The future may be dropped while it waits**, when whoever imports is dropped: a time limit, a request
    /// whose client has left. That is to the batch what the end of the process would be, so a transaction must be
    /// rolled back then, now or before the connection is used again. Most clients see to it when their transaction
    /// is dropped. The import [goes on](crate::Import::plan_or_resume_async) from its tokens and its checkpoint,
    /// whether the batch arrived or not.
    ///
    /// # Errors
    /// An error means that nothing of the batch was written, or that nobody can tell: receipts filed before it
    /// are void. What happens next is for [`recover`](Self::recover) to say.
    fn write(
        &mut self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// As [`StorageWrite::recover`](super::StorageWrite::recover). If you want to wait before a retry, await here
    /// what sleeps. By default the import stops.
    fn recover(
        &mut self,
        error: &Self::Error,
        attempt: u32,
    ) -> impl Future<Output = Recovery> + Send {
        let _ = (error, attempt);
        ready(Recovery::Stop)
    }

    /// As [`StorageWrite::keeps_tokens`](super::StorageWrite::keeps_tokens). By default no.
    fn keeps_tokens(&self) -> bool {
        false
    }

    /// As [`StorageWrite::applied`](super::StorageWrite::applied). By default none is known.
    ///
    /// # Errors
    /// An error stops the import; of one that is resumed, before anything is written.
    fn applied(
        &mut self,
        tokens: &[Token],
        known: &mut Applied,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = (tokens, known);
        ready(Ok(()))
    }

    /// As [`StorageWrite::unfinished`](super::StorageWrite::unfinished), for
    /// [`Import::plan_or_resume_async`](crate::Import::plan_or_resume_async). By default `None`: this storage does
    /// not say.
    ///
    /// # Errors
    /// An error stops the import before anything is written.
    fn unfinished(
        &mut self,
    ) -> impl Future<Output = Result<Option<Vec<Checkpoint>>, Self::Error>> + Send {
        ready(Ok(None))
    }

    /// As [`StorageWrite::supports`](super::StorageWrite::supports): by default only tags.
    fn supports(&self, follow_up: FollowUpKind) -> bool {
        supports_by_default(follow_up)
    }
}
