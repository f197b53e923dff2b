//! The traits to implement over your own database: [`Storage`] to plan, and [`StorageWrite`] to apply.
//!
//! | implement this | to get |
//! |---|---|
//! | [`Storage::account`], [`Storage::find`] | planning, dry runs, previews |
//! | [`Storage::answers`] | match rules other than e-mail and phone |
//! | [`StorageWrite::write`] | applying |
//! | a [version](crate::lookup::FoundRecord::version), compared in `write` | no lost updates: changes that somebody else made in the meantime are not overwritten |
//! | [`Storage::asks_again`] | retries of look-ups |
//! | [`StorageWrite::recover`] | retries of writes, and splitting of batches that fail |
//! | [`StorageWrite::keeps_tokens`], [`StorageWrite::applied`] | resuming an interrupted import |
//! | [`StorageWrite::unfinished`] | finding the interrupted import in one call |
//! | [`StorageWrite::supports`] | lists and workflows as follow-ups |
//!
//! If your database client is asynchronous, implement [`AsyncStorage`] and [`AsyncStorageWrite`], which have the same
//! methods ([how](crate::guide::adapters#a-client-that-is-asynchronous)).
//!
//! [`guide::adapters`](crate::guide::adapters) goes through them step by step, with an adapter to copy.
//! [`MemoryStorage`] implements all of them and is the reference: an adapter should return what it returns.
//! [`conformance`] certifies that yours does.

mod asynchronous;
mod batch;
mod blocking;
mod checkpoint;
pub mod conformance;
mod erased;
mod error;
mod forward;
mod immediate;
mod memory;
mod receipts;
mod table;

pub use crate::issue::{FailedRow, JoinedRow, MetRow};
pub use asynchronous::{AsyncStorage, AsyncStorageWrite};
pub use batch::{Batch, BatchFollowUp, BatchKey, BatchStep, Link, NewKey};
pub(crate) use batch::{ContactOf, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep};
pub use blocking::Blocking;
pub use checkpoint::{Checkpoint, Refusal, Token};
pub(crate) use erased::{AnyStorage, AnyStorageWrite, Erased};
pub use error::StorageError;
pub(crate) use error::with_causes;
pub use immediate::Immediate;
pub(crate) use immediate::{let_others_run, now};
pub use memory::{Calls, MemoryFollowUp, MemoryRecord, MemoryStorage};
pub(crate) use receipts::Fault;
pub use receipts::{Receipt, Receipts};
pub use table::{Cell, Item, Table};

use crate::account::Account;
pub use crate::follow_up::FollowUpKind;
use crate::lookup::{Found, Lookup};
use crate::maps::Map;
pub use crate::plan::Op;

/// Where contacts and opportunities are stored, as far as planning needs to know. Nothing here writes.
///
/// The trait is object-safe: `&mut dyn Storage<Error = E>` works. Its methods take `&mut self`, because synchronous
/// database clients need it. For an asynchronous client there is [`AsyncStorage`], which has the same methods.
pub trait Storage {
    /// The error type: that of the database client, or [`StorageError`].
    type Error: std::error::Error + Send + Sync + 'static;

    /// Returns the settings of the account. Called once for each import, before the first row.
    ///
    /// # Errors
    /// An error stops the import before it begins.
    fn account(&mut self) -> Result<Account, Self::Error>;

    /// Answers one look-up: adds the records it asks for to `found`, each with its [wanted](Lookup::wanted)
    /// fields. These are
    ///
    /// - the records with one of the [ids](Lookup::ids),
    /// - the records that have a key of one of the [blocks](Lookup::blocks), each with the
    ///   [key](crate::lookup::FoundRecord::key) that it has, and
    /// - the opportunities of these [contacts](Lookup::contact_ids).
    ///
    /// Leave out records that an import must not see, such as deleted ones and those of another tenant. A key that
    /// no record has needs no answer. The order does not matter, and a record may be added more than once.
    ///
    /// Called at most twice for each planning window, or four times if opportunities are matched by fields or
    /// have tags. The look-up is never empty, and no key is asked for twice while a file is planned. Two things can
    /// cause it to be planned twice: dates or numbers in another format than the first rows have
    /// ([the whole file](crate::Import::threads)), and a conflict (the rows concerned).
    ///
    /// # Errors
    /// An error stops the import, unless [`asks_again`](Self::asks_again) asks for another attempt. While a file is
    /// planned, nothing has been written yet.
    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error>;

    /// Whether [`find`](Self::find) can answer this match rule, given as the keys of its fields. An account with a
    /// rule that storage cannot answer is refused before row 1.
    ///
    /// The default: only the rule `email` and the rule `phone`.
    fn answers(&self, rule: &[String]) -> bool {
        answers_by_default(rule)
    }

    /// Whether to repeat a look-up that failed. `attempt` is the number of failures so far; after 65,535 of them the
    /// import stops in any case. To wait before the next attempt, wait here.
    ///
    /// The default: no.
    fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool {
        let _ = (error, attempt);
        false
    }
}

/// A [`Storage`] that can be written to.
///
/// Only [`write`](Self::write) is required. The other methods have defaults that claim nothing, and what
/// is not claimed is refused rather than done halfway.
pub trait StorageWrite: Storage {
    /// Writes one batch, and files exactly one receipt for each step and each follow-up. If storage has
    /// transactions, the batch is one transaction, including [`Batch::checkpoint`].
    ///
    /// Steps come in an order in which they can be written: a contact before its opportunities.
    ///
    /// | if | then | receipt |
    /// |---|---|---|
    /// | the [token](BatchStep::token) of the step is stored already | do not write it again | [`already_applied`](Receipts::already_applied), with the id |
    /// | the [version](BatchStep::version) is no longer that of the record, or another record has one of the [new keys](BatchStep::new_keys) | leave it out | [`conflict`](Receipts::conflict) |
    /// | the contact is [lost](Link::Lost): it was not created, or is itself a conflict | leave it out | none |
    /// | the contact to link to no longer exists | leave it out | `conflict` |
    /// | a constraint refuses the record | leave it out | [`rejected`](Receipts::rejected), with the reason |
    /// | none of these | write it | [`created`](Receipts::created) or [`updated`](Receipts::updated) |
    /// | the contact of a follow-up no longer exists | leave it out | `rejected` |
    ///
    /// A step that is left out does not prevent the others from being written. Conflicts are planned again,
    /// together with everything that depends on their contact, because the row may now mean another one. A contact
    /// that is only linked to needs no version check.
    ///
    /// # Errors
    /// An error means that nothing of the batch was written, or that it is not known what was: receipts filed before
    /// it are void. [`recover`](Self::recover) says what happens next. A record that a constraint refuses is not an
    /// error but [`rejected`](Receipts::rejected).
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Self::Error>;

    /// Says what to do about an error of [`write`](Self::write), or of [`find`](Storage::find) while an import is
    /// written. `attempt` is the number of failures so far. To wait before a retry, wait here.
    ///
    /// The default: [`Recovery::Stop`].
    fn recover(&mut self, error: &Self::Error, attempt: u32) -> Recovery {
        let _ = (error, attempt);
        Recovery::Stop
    }

    /// Whether this storage keeps the tokens of what it wrote. If it does not, an interrupted import cannot be
    /// resumed.
    ///
    /// The default: no.
    fn keeps_tokens(&self) -> bool {
        false
    }

    /// Says which of these tokens are stored, what their steps did, and to which record.
    ///
    /// Called only if [`keeps_tokens`](Self::keeps_tokens):
    ///
    /// - when an import is resumed, for two tokens of each row of the file, up to 10,000 at a time, and for the steps
    ///   and follow-ups of each plan before it is written;
    /// - for the one step or follow-up that has failed alone ([`Recovery::Split`]), because its answer may have been
    ///   lost although it was written.
    ///
    /// # Errors
    /// An error stops the import; a resumed one, before anything is written.
    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Self::Error> {
        let _ = (tokens, known);
        Ok(())
    }

    /// Returns the last [checkpoint](Batch::checkpoint) of each unfinished import, the one begun last first. Finished
    /// ones may be included: only those that [are open](Checkpoint::is_open) count, and the others may be deleted.
    ///
    /// Called once by [`Import::plan_or_resume`](crate::Import::plan_or_resume) and by
    /// [`Import::unfinished`](crate::Import::unfinished), before anything is written; and once more if an import is
    /// [resumed](crate::Import::resume) of which this storage holds no token, to find out whether it is the right one.
    ///
    /// The default: `None`, which means that this storage does not say. Both methods then return an error rather than
    /// import the file a second time, and the application has to find the checkpoint itself.
    ///
    /// # Errors
    /// An error stops the import before anything is written.
    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Self::Error> {
        Ok(None)
    }

    /// Whether this storage can do this kind of follow-up: put a contact on a list, start a workflow. An import with
    /// any other kind is refused before the first write.
    ///
    /// The default: only tags, which are written like any other field.
    fn supports(&self, follow_up: FollowUpKind) -> bool {
        supports_by_default(follow_up)
    }
}

/// The default of [`Storage::answers`].
fn answers_by_default(rule: &[String]) -> bool {
    matches!(rule, [field] if field == "email" || field == "phone")
}

/// The default of [`StorageWrite::supports`]: tags, which are written like any other field.
fn supports_by_default(follow_up: FollowUpKind) -> bool {
    follow_up == FollowUpKind::Tag
}

/// The most attempts at one question or one batch, so that no storage can hold an import for ever.
pub(crate) const ATTEMPTS: u32 = 65_535;

/// What to do about an error of storage, as [`StorageWrite::recover`] decides (behaviour X5).
///
/// ```
/// use std::time::Duration;
///
/// use crm_import::storage::Recovery;
///
/// # #[allow(dead_code)]
/// enum CrmError {
///     TooManyRequests,
///     Refused(String),
///     LoggedOut,
/// }
///
/// /// How an adapter may answer.
/// fn recover(error: &CrmError, attempt: u32) -> Recovery {
///     match error {
///         CrmError::TooManyRequests if attempt < 10 => {
///             std::thread::sleep(Duration::from_millis(100 << attempt));
///             Recovery::Retry
///         }
///         CrmError::Refused(_) => Recovery::Split, // a record of the batch is to blame
///         CrmError::TooManyRequests | CrmError::LoggedOut => Recovery::Stop,
///     }
/// }
/// assert_eq!(recover(&CrmError::TooManyRequests, 1), Recovery::Retry);
/// assert_eq!(recover(&CrmError::LoggedOut, 1), Recovery::Stop);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Repeat the look-up or the batch. After 65,535 failures in a row, the import stops.
    Retry,
    /// Write the batch in halves, and those in halves again, until the step that fails it stands alone. That step is
    /// reported, and the others are written.
    Split,
    /// Stop the import with an [`Error`](crate::Error) that has the report of what was done.
    Stop,
}

/// The answer of [`StorageWrite::applied`]: the tokens that are stored, with what their steps did and the ids of
/// their records.
///
/// ```
/// use std::collections::HashMap;
///
/// use crm_import::storage::{Applied, Op, Token};
///
/// /// Which of these tokens are kept, in a storage that keeps what it has created.
/// fn applied(kept: &HashMap<Token, String>, tokens: &[Token], known: &mut Applied) {
///     for token in tokens {
///         if let Some(id) = kept.get(token) {
///             known.add(*token, Op::Create, id);
///         }
///     }
/// }
///
/// let mut known = Applied::default();
/// applied(&HashMap::from([(Token(7), "c1".to_owned())]), &[Token(7), Token(8)], &mut known);
/// assert_eq!((known.id(Token(7)), known.id(Token(8))), (Some("c1"), None));
/// ```
#[derive(Debug, Default)]
pub struct Applied {
    known: Map<Token, (Op, Box<str>)>,
}

impl Applied {
    /// Adds a token that is stored, with what its step did and the id of its record. For a follow-up, that is the
    /// contact, and `op` has no meaning.
    pub fn add(&mut self, token: Token, op: Op, id: &str) {
        self.known.insert(token, (op, id.into()));
    }

    /// The id of the record that the step with this token wrote.
    pub fn id(&self, token: Token) -> Option<&str> {
        self.known.get(&token).map(|(_, id)| &**id)
    }

    /// What the step with this token did.
    pub fn op(&self, token: Token) -> Option<Op> {
        self.known.get(&token).map(|(op, _)| *op)
    }

    /// What breaks the contract: records without an id.
    pub(crate) fn fault(&self) -> Option<String> {
        let (token, _) = self.known.iter().find(|(_, (_, id))| id.is_empty())?;
        Some(format!("step {token} is said to be written, to a record without an id"))
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}
