//! What the caller implements: [`Storage`] to plan, [`StorageWrite`] to apply.
//!
//! | implement this | unlocks that |
//! |---|---|
//! | [`Storage::account`], [`Storage::find`] | planning, dry runs, previews |
//! | [`Storage::answers`] | match rules other than e-mail and phone |
//! | [`StorageWrite::write`] | applying |
//! | a [version](crate::lookup::FoundRecord::version), compared in `write` | what somebody else wrote meanwhile is not overwritten |
//! | [`Storage::asks_again`] | retries of look-ups that failed for a passing reason |
//! | [`StorageWrite::recover`] | retries of writes, and splitting of batches that fail |
//! | [`StorageWrite::keeps_tokens`], [`StorageWrite::applied`] | resuming an import that was interrupted |
//! | [`StorageWrite::unfinished`] | finding the import that was interrupted, in one call |
//! | [`StorageWrite::supports`] | lists and workflows as follow-ups |
//!
//! [`guide::adapters`](crate::guide::adapters) goes through them one by one, with an adapter to copy.
//! [`MemoryStorage`] implements all of them and is the reference: an adapter should answer what it answers.
//! [`conformance`] certifies that yours does.

mod batch;
mod checkpoint;
pub mod conformance;
mod error;
mod forward;
mod memory;
mod receipts;
mod table;

pub use crate::issue::FailedRow;
pub use batch::{Batch, BatchFollowUp, BatchKey, BatchStep, Link, NewKey};
pub(crate) use batch::{ContactOf, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep};
pub use checkpoint::{Checkpoint, Refusal, Token};
pub use error::StorageError;
pub(crate) use error::with_causes;
pub use memory::{Calls, MemoryFollowUp, MemoryRecord, MemoryStorage};
pub(crate) use receipts::Fault;
pub use receipts::{Receipt, Receipts};
pub use table::{Cell, Item, Table};

use crate::account::Account;
pub use crate::follow_up::FollowUpKind;
use crate::lookup::{Found, Lookup};
pub use crate::plan::Op;

/// A place where contacts and opportunities are kept, as far as planning needs it. Nothing here writes.
///
/// The trait has no type parameters, so `&mut dyn Storage<Error = E>` works. Its methods take `&mut self`
/// because synchronous database clients need that; an asynchronous client is
/// [waited for](crate::guide::adapters#a-client-that-is-asynchronous) inside them.
pub trait Storage {
    /// What can go wrong: the client's own error type, or [`StorageError`].
    type Error: std::error::Error + Send + Sync + 'static;

    /// The settings of the account. Called once, before the first row; what it returns holds for the whole
    /// import.
    ///
    /// # Errors
    /// An error stops the import before it has begun.
    fn account(&mut self) -> Result<Account, Self::Error>;

    /// Answers one question: adds the records that are asked for to `found`, each with its
    /// [wanted](Lookup::wanted) fields. These are
    ///
    /// - the records with one of the [ids](Lookup::ids),
    /// - the records that carry a key of one of the [blocks](Lookup::blocks), each declared with the
    ///   [key](crate::lookup::FoundRecord::key) that it carries, and
    /// - the opportunities of the [contacts](Lookup::contact_ids) that are named.
    ///
    /// Answer nothing that an import must not see, such as deleted records and those of another tenant. Leave a key
    /// that nobody carries unanswered. Order does not matter, and a record may be added more
    /// than once.
    ///
    /// Called at most twice per planning window, or four times where opportunities are matched by fields or
    /// carry tags. The lookup is never empty, and while a file is planned no key is asked for twice. Two
    /// things can make it planned twice: a file whose first rows write dates or numbers otherwise than the
    /// rest ([as a whole](crate::Import::threads)), and a conflict (the rows concerned).
    ///
    /// # Errors
    /// An error stops planning, unless [`asks_again`](Self::asks_again) says to repeat the question. Nothing
    /// has been written then.
    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error>;

    /// Can [`find`](Self::find) answer this match rule, given as the keys of its fields? An account with a
    /// rule that storage cannot answer is refused before row 1. By default only a rule of `email` alone or
    /// of `phone` alone can be answered.
    fn answers(&self, rule: &[String]) -> bool {
        matches!(rule, [field] if field == "email" || field == "phone")
    }

    /// Should a look-up that failed be tried again? `attempt` counts from 1; after 65,535 it is not tried
    /// again whatever this says. If you want to wait before the next attempt, wait here. By default no.
    fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool {
        let _ = (error, attempt);
        false
    }
}

/// A [`Storage`] that can be written to.
pub trait StorageWrite: Storage {
    /// Writes one batch and files exactly one receipt for each step and each follow-up. Where storage has
    /// transactions, all of it is one transaction, [`Batch::checkpoint`] included.
    ///
    /// Steps come in an order in which they can be written: a contact before its opportunities.
    ///
    /// | a step | do |
    /// |---|---|
    /// | whose [token](BatchStep::token) is kept already | do not write it again; receipt it [with its id](Receipts::already_applied) |
    /// | whose [version](BatchStep::version) is no longer the record's, or whose [new keys](BatchStep::new_keys) somebody else holds | leave it out; receipt a [conflict](Receipts::conflict) |
    /// | whose contact is [lost](Link::Lost): not created, or itself a conflict | leave it out; it needs no receipt |
    /// | that links to a contact which is gone | leave it out; receipt a conflict |
    /// | that a constraint refuses | leave it out; receipt it as [rejected](Receipts::rejected) |
    /// | like any other | write it; receipt it as [created](Receipts::created) or [updated](Receipts::updated) |
    ///
    /// A step that is left out does not keep the others from being written. Conflicts are planned again,
    /// together with everything that hangs on their contact: the row may mean somebody else by now. A contact
    /// that is only linked to needs no version check; the link is to the contact as it was read.
    ///
    /// A follow-up of a contact that is gone is [rejected](Receipts::rejected).
    ///
    /// # Errors
    /// An error means that nothing of the batch was written, or that nobody can tell: receipts filed before it
    /// are void. What happens next is for [`recover`](Self::recover) to say. A record that a constraint refuses is
    /// no error but [rejected](Receipts::rejected).
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Self::Error>;

    /// What to do about an error of [`write`](Self::write), or about one of [`find`](Storage::find) while an
    /// import is being written. `attempt` counts from 1. If you want to wait before a retry, wait here. By
    /// default the import stops.
    fn recover(&mut self, error: &Self::Error, attempt: u32) -> Recovery {
        let _ = (error, attempt);
        Recovery::Stop
    }

    /// Does this storage keep the tokens of what it wrote? If it does not, an interrupted import cannot be
    /// resumed. By default no.
    fn keeps_tokens(&self) -> bool {
        false
    }

    /// Which of these tokens have been written, what their steps did, and to which record. Called only if
    /// [`keeps_tokens`](Self::keeps_tokens), when an import is resumed: for two tokens of each row of the file,
    /// some 10,000 at a time; and for the steps and follow-ups of each plan before it is written.
    ///
    /// # Errors
    /// An error stops the import before anything is written.
    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Self::Error> {
        let _ = (tokens, known);
        Ok(())
    }

    /// The last [checkpoint](Batch::checkpoint) of each import that is not finished, the one begun last first.
    /// Finished ones may be among them: only those that [are open](Checkpoint::is_open) count, and the others may
    /// be deleted. Called once by [`Import::plan_or_resume`](crate::Import::plan_or_resume) and by
    /// [`Import::unfinished`](crate::Import::unfinished), before anything is written.
    ///
    /// By default `None`: this storage does not say. Both then refuse it, rather than begin an import for the
    /// second time, and the application has to find the checkpoint by itself.
    ///
    /// # Errors
    /// An error stops the import before anything is written.
    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Self::Error> {
        Ok(None)
    }

    /// Can this storage do this kind of follow-up: put a contact on a list, start a workflow? An import with
    /// a follow-up that it cannot do is refused before the first write. By default only tags, which are
    /// written like any other field.
    fn supports(&self, follow_up: FollowUpKind) -> bool {
        follow_up == FollowUpKind::Tag
    }
}

/// The most attempts at one question or one batch, so that no storage can hold an import for ever.
pub(crate) const ATTEMPTS: u32 = 65_535;

/// What to do about an error (behaviour X5).
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
    /// Ask or write the same again. After 65,535 attempts in a row that failed, the import stops.
    Retry,
    /// Write the batch in halves, and those in halves again, to find the step that fails it. A step that
    /// fails alone is reported, and the others go through.
    Split,
    /// Stop the import and hand back what was done.
    Stop,
}

/// Tokens that storage knows, with what their steps did and the ids of their records.
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
    known: hashbrown::HashMap<Token, (Op, Box<str>), foldhash::fast::RandomState>,
}

impl Applied {
    /// The step with this token was written: this is what it did, and to which record. For a follow-up the
    /// record is its contact, and `op` means nothing.
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

    /// How many are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Is none known?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}
