//! [`Immediate`]: makes an asynchronous storage of a synchronous one.

use std::future::{poll_fn, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, Checkpoint, FollowUpKind, Receipts, Recovery,
    Storage, StorageWrite, Token,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

/// Makes an [asynchronous](AsyncStorage) storage of a synchronous one: each future is ready when it is made. Use it for
/// a [`MemoryStorage`](super::MemoryStorage) in the tests of an asynchronous application.
///
/// Do not use it for a database client: each call would block the thread, and with it all other futures on that thread.
///
/// ```
/// use crm_import::storage::Immediate;
/// use crm_import::{Import, MemoryStorage, Object, Source};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let mut crm = Immediate(MemoryStorage::default());
/// let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
/// Import::new().run_async(file, &mut crm).await?;
/// assert_eq!(crm.0.len(Object::Contact), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Immediate<S>(pub S);

impl<S: Storage> AsyncStorage for Immediate<S> {
    type Error = S::Error;

    fn account(&mut self) -> impl Future<Output = Result<Account, S::Error>> + Send {
        ready(self.0.account())
    }

    fn find(
        &mut self,
        lookup: &Lookup<'_>,
        found: &mut Found,
    ) -> impl Future<Output = Result<(), S::Error>> + Send {
        ready(self.0.find(lookup, found))
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.0.answers(rule)
    }

    fn asks_again(&mut self, error: &S::Error, attempt: u32) -> impl Future<Output = bool> + Send {
        ready(self.0.asks_again(error, attempt))
    }
}

impl<S: StorageWrite> AsyncStorageWrite for Immediate<S> {
    fn write(
        &mut self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
    ) -> impl Future<Output = Result<(), S::Error>> + Send {
        ready(self.0.write(batch, receipts))
    }

    fn recover(&mut self, error: &S::Error, attempt: u32) -> impl Future<Output = Recovery> + Send {
        ready(self.0.recover(error, attempt))
    }

    fn keeps_tokens(&self) -> bool {
        self.0.keeps_tokens()
    }

    fn applied(
        &mut self,
        tokens: &[Token],
        known: &mut Applied,
    ) -> impl Future<Output = Result<(), S::Error>> + Send {
        ready(self.0.applied(tokens, known))
    }

    fn unfinished(
        &mut self,
    ) -> impl Future<Output = Result<Option<Vec<Checkpoint>>, S::Error>> + Send {
        ready(self.0.unfinished())
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.0.supports(follow_up)
    }
}

/// Drives an import of an [`Immediate`] storage: it is never waited for.
pub(crate) fn now<F: Future>(import: F) -> F::Output {
    let mut import = pin!(import);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        // Where it is pending, it has only let others go first.
        if let Poll::Ready(out) = import.as_mut().poll(&mut context) {
            return out;
        }
    }
}

/// Lets the runtime's other tasks go first, once.
pub(crate) fn let_others_run() -> impl Future<Output = ()> + Send {
    let mut has_waited = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
