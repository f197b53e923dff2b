//! [`Erased`]: a storage whose type is erased. So the code of an import is compiled once, with the crate, and not again for
//! each adapter.

use super::{
    Applied, Batch, Checkpoint, FollowUpKind, Receipts, Recovery, Storage, StorageError,
    StorageWrite, Token,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

/// Any storage that can be planned with.
pub(crate) type AnyStorage<'s> = dyn Storage<Error = StorageError> + 's;
/// Any storage that can be written to.
pub(crate) type AnyStorageWrite<'s> = dyn StorageWrite<Error = StorageError> + 's;

/// A storage whose errors are boxed, so that it can be handed on as [`AnyStorage`] or [`AnyStorageWrite`].
/// [`StorageError::unboxed`] takes them out again.
pub(crate) struct Erased<S>(pub(crate) S);

impl<S: Storage> Erased<S> {
    /// What storage says of an error that it has made.
    fn about<T>(&mut self, error: &StorageError, ask: impl FnOnce(&mut S, &S::Error) -> T) -> T {
        let own = error.get_ref().downcast_ref();
        ask(&mut self.0, own.expect("the error is the storage's own"))
    }
}

impl<S: Storage> Storage for Erased<S> {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.0.account().map_err(StorageError::new)
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.0.find(lookup, found).map_err(StorageError::new)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.0.answers(rule)
    }

    fn asks_again(&mut self, error: &StorageError, attempt: u32) -> bool {
        self.about(error, |storage, error| storage.asks_again(error, attempt))
    }
}

impl<S: StorageWrite> StorageWrite for Erased<S> {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.0.write(batch, receipts).map_err(StorageError::new)
    }

    fn recover(&mut self, error: &StorageError, attempt: u32) -> Recovery {
        self.about(error, |storage, error| storage.recover(error, attempt))
    }

    fn keeps_tokens(&self) -> bool {
        self.0.keeps_tokens()
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.0.applied(tokens, known).map_err(StorageError::new)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        self.0.unfinished().map_err(StorageError::new)
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.0.supports(follow_up)
    }
}
