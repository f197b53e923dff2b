//! [`Blocking`]: makes a synchronous storage of an asynchronous one.

use std::fmt;
use std::pin::{Pin, pin};

use super::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, Checkpoint, FollowUpKind, Receipts, Recovery,
    Storage, StorageWrite, Token,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

/// Makes a synchronous storage of an [asynchronous](AsyncStorage) one: the `block_on` of your runtime waits for each
/// future.
///
/// Use it to certify an asynchronous adapter, and to import on a thread that may block (`spawn_blocking`) with several
/// [threads](crate::Import::threads).
///
/// ```
/// use crm_import::storage::{Blocking, Immediate, conformance};
/// use crm_import::MemoryStorage;
///
/// # type Crm = Immediate<MemoryStorage>; // your own
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let report = conformance::run(|| {
///     Blocking::new(Crm::default(), |future| runtime.block_on(future))
/// });
/// assert!(report.is_passed(), "{report}");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// Every method panics if `block_on` returns before the future is ready, and where `block_on` itself panics, as that of
/// tokio does on a thread of its runtime.
pub struct Blocking<S, B> {
    /// The storage.
    pub storage: S,
    block_on: B,
}

impl<S, B> Blocking<S, B>
where
    B: FnMut(Pin<&mut (dyn Future<Output = ()> + Send + '_)>),
{
    /// Waits for this storage by handing each future to `block_on`, which returns when it is ready.
    pub fn new(storage: S, block_on: B) -> Self {
        Blocking { storage, block_on }
    }

    /// Waits for the future that a method of the storage returns.
    fn wait<'s, T, F>(&'s mut self, ask: impl FnOnce(&'s mut S) -> F) -> T
    where
        T: Send,
        F: Future<Output = T> + Send,
    {
        let Blocking { storage, block_on } = self;
        let (asked, mut answer) = (ask(storage), None);
        block_on(pin!(async { answer = Some(asked.await) }));
        answer.expect("block_on waits until the future is ready")
    }
}

impl<S: fmt::Debug, B> fmt::Debug for Blocking<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").field("storage", &self.storage).finish_non_exhaustive()
    }
}

impl<S, B> Storage for Blocking<S, B>
where
    S: AsyncStorage,
    B: FnMut(Pin<&mut (dyn Future<Output = ()> + Send + '_)>),
{
    type Error = S::Error;

    fn account(&mut self) -> Result<Account, S::Error> {
        self.wait(S::account)
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        self.wait(|storage| storage.find(lookup, found))
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.storage.answers(rule)
    }

    fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        self.wait(|storage| storage.asks_again(error, attempt))
    }
}

impl<S, B> StorageWrite for Blocking<S, B>
where
    S: AsyncStorageWrite,
    B: FnMut(Pin<&mut (dyn Future<Output = ()> + Send + '_)>),
{
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), S::Error> {
        self.wait(|storage| storage.write(batch, receipts))
    }

    fn recover(&mut self, error: &S::Error, attempt: u32) -> Recovery {
        self.wait(|storage| storage.recover(error, attempt))
    }

    fn keeps_tokens(&self) -> bool {
        self.storage.keeps_tokens()
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), S::Error> {
        self.wait(|storage| storage.applied(tokens, known))
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, S::Error> {
        self.wait(S::unfinished)
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.storage.supports(follow_up)
    }
}
