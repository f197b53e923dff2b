//! [`Watched`]: a storage with a watch, and with a notebook if wanted.

use std::time::{Duration, Instant};

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Checkpoint, FollowUpKind, Receipts, Recovery, Token};
use crm_import::{Account, Storage, StorageWrite};

use super::plain::Plain;

/// Hands everything on to the storage in it, and measures how long that takes.
pub(crate) struct Watched<S> {
    pub(crate) storage: S,
    pub(crate) look_ups: Duration,
    pub(crate) writes: Duration,
    /// What was asked and written.
    pub(crate) notes: Option<Plain>,
}

impl<S> Watched<S> {
    pub(crate) fn new(storage: S) -> Self {
        Watched { storage, look_ups: Duration::ZERO, writes: Duration::ZERO, notes: None }
    }
}

impl<S: Storage> Storage for Watched<S> {
    type Error = S::Error;

    fn account(&mut self) -> Result<Account, S::Error> {
        self.storage.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        let begun = Instant::now();
        let result = self.storage.find(lookup, found);
        self.look_ups += begun.elapsed();
        if let Some(notes) = &mut self.notes {
            notes.note_look_up(lookup);
        }
        result
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.storage.answers(rule)
    }

    fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        self.storage.asks_again(error, attempt)
    }
}

impl<S: StorageWrite> StorageWrite for Watched<S> {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), S::Error> {
        let begun = Instant::now();
        let result = self.storage.write(batch, receipts);
        self.writes += begun.elapsed();
        if let Some(notes) = &mut self.notes {
            notes.note_batch(batch, receipts);
        }
        result
    }

    fn recover(&mut self, error: &S::Error, attempt: u32) -> Recovery {
        self.storage.recover(error, attempt)
    }

    fn keeps_tokens(&self) -> bool {
        self.storage.keeps_tokens()
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), S::Error> {
        self.storage.applied(tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, S::Error> {
        self.storage.unfinished()
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.storage.supports(follow_up)
    }
}
