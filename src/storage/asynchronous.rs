//! [`AsyncStorage`] and [`AsyncStorageWrite`]: the storage traits for a client that is asynchronous.

use std::future::ready;

use super::{
    Applied, Batch, Checkpoint, FollowUpKind, Receipts, Recovery, Token, answers_by_default,
    supports_by_default,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

/// [`Storage`](super::Storage) for a client that is asynchronous: the same methods, with the same meaning and the same
/// defaults. Each method of [`Import`](crate::Import) that takes a storage has a twin for it, whose name ends in
/// `_async`.
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
/// - *The futures are `Send`*, so that an import can be spawned. What they hold while they wait must be `Send` as well,
///   the adapter included; the compiler checks it.
/// - *There is no `dyn AsyncStorage`*, because each adapter's methods return types of their own. To choose an adapter
///   at run time, make an `enum` of adapters, or use [`Blocking`](super::Blocking) and `dyn Storage`.
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
    /// An error stops the import, unless [`asks_again`](Self::asks_again) asks for another attempt. While a file is
    /// planned, nothing has been written yet.
    fn find(
        &mut self,
        lookup: &Lookup<'_>,
        found: &mut Found,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// As [`Storage::answers`](super::Storage::answers): by default a rule of `email` alone or of `phone` alone.
    fn answers(&self, rule: &[String]) -> bool {
        answers_by_default(rule)
    }

    /// As [`Storage::asks_again`](super::Storage::asks_again): by default no. To wait before the next attempt, await a
    /// timer here.
    fn asks_again(
        &mut self,
        error: &Self::Error,
        attempt: u32,
    ) -> impl Future<Output = bool> + Send {
        let _ = (error, attempt);
        ready(false)
    }
}

/// [`StorageWrite`](super::StorageWrite) for a client that is asynchronous: the same methods, with the same meaning and
/// the same defaults. An adapter is [certified](super::conformance) behind [`Blocking`](super::Blocking).
pub trait AsyncStorageWrite: AsyncStorage {
    /// Writes one batch, as [`StorageWrite::write`](super::StorageWrite::write).
    ///
    /// **The future may be dropped while it waits**, with the import that waits for it: because a time limit has
    /// passed, say, or the client of a request has left. To the batch that is the end of the process: its transaction
    /// must be rolled back, at once or before the connection is used again. Most clients do so when their transaction
    /// is dropped. The import can be [resumed](crate::Import::plan_or_resume_async) from its tokens and its checkpoint,
    /// whether the batch arrived or not.
    ///
    /// # Errors
    /// An error means that nothing of the batch was written, or that it is not known what was: receipts filed before it
    /// are void. [`recover`](Self::recover) says what happens next.
    fn write(
        &mut self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// As [`StorageWrite::recover`](super::StorageWrite::recover): by default the import stops. To wait before a retry,
    /// await a timer here.
    fn recover(
        &mut self,
        error: &Self::Error,
        attempt: u32,
    ) -> impl Future<Output = Recovery> + Send {
        let _ = (error, attempt);
        ready(Recovery::Stop)
    }

    /// As [`StorageWrite::keeps_tokens`](super::StorageWrite::keeps_tokens): by default no.
    fn keeps_tokens(&self) -> bool {
        false
    }

    /// As [`StorageWrite::applied`](super::StorageWrite::applied): by default no token is known.
    ///
    /// # Errors
    /// An error stops the import; a resumed one, before anything is written.
    fn applied(
        &mut self,
        tokens: &[Token],
        known: &mut Applied,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = (tokens, known);
        ready(Ok(()))
    }

    /// As [`StorageWrite::unfinished`](super::StorageWrite::unfinished), for
    /// [`Import::plan_or_resume_async`](crate::Import::plan_or_resume_async): by default `None`, which means that this
    /// storage does not say.
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
