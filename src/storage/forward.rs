//! Every method of the storage traits through `&mut S` and `Box<S>`.

use super::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, Checkpoint, FollowUpKind, Receipts, Recovery,
    Storage, StorageWrite, Token,
};
use crate::account::Account;
use crate::lookup::{Found, Lookup};

macro_rules! forward {
    ($($wrapper:ty),*) => {$(
        impl<S: Storage + ?Sized> Storage for $wrapper {
            type Error = S::Error;

            fn account(&mut self) -> Result<Account, Self::Error> {
                (**self).account()
            }

            fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error> {
                (**self).find(lookup, found)
            }

            fn answers(&self, rule: &[String]) -> bool {
                (**self).answers(rule)
            }

            fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool {
                (**self).asks_again(error, attempt)
            }
        }

        impl<S: StorageWrite + ?Sized> StorageWrite for $wrapper {
            fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Self::Error> {
                (**self).write(batch, receipts)
            }

            fn recover(&mut self, error: &Self::Error, attempt: u32) -> Recovery {
                (**self).recover(error, attempt)
            }

            fn keeps_tokens(&self) -> bool {
                (**self).keeps_tokens()
            }

            fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Self::Error> {
                (**self).applied(tokens, known)
            }

            fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Self::Error> {
                (**self).unfinished()
            }

            fn supports(&self, follow_up: FollowUpKind) -> bool {
                (**self).supports(follow_up)
            }
        }

        impl<S: AsyncStorage + ?Sized> AsyncStorage for $wrapper {
            type Error = S::Error;

            fn account(&mut self) -> impl Future<Output = Result<Account, Self::Error>> + Send {
                (**self).account()
            }

            fn find(
                &mut self,
                lookup: &Lookup<'_>,
                found: &mut Found,
            ) -> impl Future<Output = Result<(), Self::Error>> + Send {
                (**self).find(lookup, found)
            }

            fn answers(&self, rule: &[String]) -> bool {
                (**self).answers(rule)
            }

            fn asks_again(
                &mut self,
                error: &Self::Error,
                attempt: u32,
            ) -> impl Future<Output = bool> + Send {
                (**self).asks_again(error, attempt)
            }
        }

        impl<S: AsyncStorageWrite + ?Sized> AsyncStorageWrite for $wrapper {
            fn write(
                &mut self,
                batch: &Batch<'_>,
                receipts: &mut Receipts,
            ) -> impl Future<Output = Result<(), Self::Error>> + Send {
                (**self).write(batch, receipts)
            }

            fn recover(
                &mut self,
                error: &Self::Error,
                attempt: u32,
            ) -> impl Future<Output = Recovery> + Send {
                (**self).recover(error, attempt)
            }

            fn keeps_tokens(&self) -> bool {
                (**self).keeps_tokens()
            }

            fn applied(
                &mut self,
                tokens: &[Token],
                known: &mut Applied,
            ) -> impl Future<Output = Result<(), Self::Error>> + Send {
                (**self).applied(tokens, known)
            }

            fn unfinished(
                &mut self,
            ) -> impl Future<Output = Result<Option<Vec<Checkpoint>>, Self::Error>> + Send {
                (**self).unfinished()
            }

            fn supports(&self, follow_up: FollowUpKind) -> bool {
                (**self).supports(follow_up)
            }
        }
    )*};
}

forward!(&mut S, Box<S>);
