//! [`Slow`]: a synchronous storage behind futures that have to be waited for, and the two ways to drive them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, Checkpoint, Receipts, Recovery, Token,
};
use crm_import::{Account, FollowUpKind, StorageWrite};

/// Each future waits once before the storage is called, and once after.
#[derive(Clone, Default)]
pub(crate) struct Slow<S>(pub(crate) S);

/// Pending once.
pub(crate) async fn wait() {
    let mut has_waited = false;
    poll_fn(|context| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<S> Slow<S> {
    async fn call<T>(&mut self, call: impl FnOnce(&mut S) -> T) -> T {
        wait().await;
        let answer = call(&mut self.0);
        wait().await;
        answer
    }
}

impl<S: StorageWrite + Send> AsyncStorage for Slow<S> {
    type Error = S::Error;

    async fn account(&mut self) -> Result<Account, S::Error> {
        self.call(S::account).await
    }

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        self.call(|storage| storage.find(lookup, found)).await
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.0.answers(rule)
    }

    async fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        self.call(|storage| storage.asks_again(error, attempt)).await
    }
}

impl<S: StorageWrite + Send> AsyncStorageWrite for Slow<S> {
    async fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), S::Error> {
        self.call(|storage| storage.write(batch, receipts)).await
    }

    async fn recover(&mut self, error: &S::Error, attempt: u32) -> Recovery {
        self.call(|storage| storage.recover(error, attempt)).await
    }

    fn keeps_tokens(&self) -> bool {
        self.0.keeps_tokens()
    }

    async fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), S::Error> {
        self.call(|storage| storage.applied(tokens, known)).await
    }

    async fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, S::Error> {
        self.call(S::unfinished).await
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.0.supports(follow_up)
    }
}

/// Polls a future so many times. `None`: it is not ready by then, and is dropped.
pub(crate) fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(out) => Some(out),
        Poll::Pending => None,
    })
}

/// Polls a future until it is ready, and counts how often it was not.
pub(crate) fn counting<F: Future>(future: F) -> (F::Output, usize) {
    let mut waits = 0;
    let mut future = pin!(future);
    let out = poll_times(
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            waits += usize::from(polled.is_pending());
            polled
        }),
        usize::MAX,
    );
    (out.unwrap(), waits)
}

/// Drives a future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    counting(future).0
}
