//! What the caller implements: [`Storage`] to plan, [`StorageWrite`] to apply.
//!
//! | implement this | unlocks that |
//! |---|---|
//! | [`Storage::account`], [`Storage::find`] | planning, dry runs, previews |
//! | [`Storage::answers`] | match rules other than e-mail and phone |
//! | [`StorageWrite::write`] | applying |
//! | a [version](crate::lookup::FoundRecord::version), compared in `write` | nothing that somebody else wrote meanwhile is overwritten |
//! | [`Storage::asks_again`] | retries of look-ups that fail in passing |
//! | [`StorageWrite::recover`] | retries of writes, and splitting of batches that fail |
//! | [`StorageWrite::keeps_tokens`], [`StorageWrite::applied`] | resuming an import that was interrupted |
//! | [`StorageWrite::supports`] | lists and workflows as follow-ups |
//!
//! [`guide::adapters`](crate::guide::adapters) goes through it step by step, with an adapter to copy.
//! [`MemoryStorage`] implements all of it and is the reference: what an adapter answers should be what
//! it answers.

mod batch;
mod checkpoint;
pub mod conformance;
mod error;
mod forward;
mod memory;
mod receipts;
mod table;

pub use batch::{Batch, BatchFollowUp, BatchKey, BatchStep, Link, NewKey};
pub(crate) use batch::{ContactOf, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep};
pub use checkpoint::{Checkpoint, Refusal, Token};
pub use error::StorageError;
pub use memory::{Calls, MemoryFollowUp, MemoryRecord, MemoryStorage};
pub(crate) use receipts::Fault;
pub use receipts::{Receipt, Receipts};
pub use table::{Cell, Item, Table};

use crate::account::Account;
pub use crate::follow_up::FollowUpKind;
use crate::lookup::{Found, Lookup};
pub use crate::plan::Op;

/// A place where contacts and opportunities are kept, as far as planning needs it: nothing here
/// writes.
///
/// It is not generic over anything, so `&mut dyn Storage<Error = E>` works. `&mut self` because
/// synchronous database clients need it; one that is asynchronous is
/// [waited for](crate::guide::adapters#a-client-that-is-asynchronous) inside.
pub trait Storage {
    /// What can go wrong: the client's own error type, or [`StorageError`].
    type Error: std::error::Error + Send + Sync + 'static;

    /// The settings of the account. Asked once, before the first row; frozen for the import.
    ///
    /// # Errors
    /// An error stops the import before it began.
    fn account(&mut self) -> Result<Account, Self::Error>;

    /// Adds every record that answers the question to `found`, with the [wanted](Lookup::wanted) fields:
    /// those with one of the asked [ids](Lookup::ids), those that answer a key of one of the
    /// [blocks](Lookup::blocks), each declared with the key it answers, and the opportunities of the
    /// [contacts](Lookup::contact_ids) that are named.
    ///
    /// Called at most twice per planning window, four times where opportunities are matched by
    /// fields or carry tags; never with a key that was asked before, never with an empty lookup. A
    /// key that nobody holds is left unanswered. A file whose first rows do not write dates and numbers
    /// like the rest may be planned [twice](crate::Import::threads).
    ///
    /// # Errors
    /// An error stops planning; nothing has been written.
    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error>;

    /// Can [`find`](Self::find) answer this match rule? A policy with a rule that storage cannot
    /// answer is refused before row 1. By default only the single-field rules e-mail and phone.
    fn answers(&self, rule: &[String]) -> bool {
        matches!(rule, [field] if field == "email" || field == "phone")
    }

    /// Is a look-up that failed worth asking again? `attempt` counts from 1, to 65,535 at most. To wait
    /// before, wait here. By default no.
    fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool {
        let _ = (error, attempt);
        false
    }
}

/// A [`Storage`] that can be written to.
pub trait StorageWrite: Storage {
    /// Writes one batch, in one transaction where there are transactions, and files one receipt for
    /// each step and each follow-up. [`Batch::checkpoint`] is kept in the same transaction.
    ///
    /// A contact stands before its opportunities. Each step says what it expects: an update that the
    /// record has the [version](BatchStep::version) it names, and every contact that nobody else
    /// holds its [new keys](BatchStep::new_keys). Where that no longer holds, the receipt is a
    /// conflict and the step is left out; the others are written. A step whose token is kept already
    /// is not written again but receipted with its id.
    ///
    /// What hangs on a contact whose step is a conflict is left out too ([`Link::Lost`]), and both are
    /// planned again. A contact that is only linked to has no step to tell: if it is gone, say that the
    /// opportunity's step is a conflict (its row may mean somebody else now); if it has changed, the link
    /// is to the contact as it was read. A follow-up of a contact that is gone is
    /// [rejected](Receipts::rejected).
    ///
    /// # Errors
    /// An error means that nothing of the batch was written, or that nobody knows: what happens next
    /// is for [`recover`](Self::recover) to say. A record that a constraint refuses is no error but
    /// [rejected](Receipts::rejected).
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Self::Error>;

    /// What to do about an error of [`write`](Self::write), or of [`find`](Storage::find) while
    /// writing; `attempt` counts from 1. To wait before a retry, wait here. By default: stop.
    fn recover(&mut self, error: &Self::Error, attempt: u32) -> Recovery {
        let _ = (error, attempt);
        Recovery::Stop
    }

    /// Does this storage keep the tokens of what it wrote? Without, an interrupted import cannot be
    /// resumed. By default no.
    fn keeps_tokens(&self) -> bool {
        false
    }

    /// Which of these tokens are written already, what they did and to which record. Only asked where
    /// [`keeps_tokens`](Self::keeps_tokens) says so.
    ///
    /// # Errors
    /// An error stops the import before anything is written.
    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Self::Error> {
        let _ = (tokens, known);
        Ok(())
    }

    /// Can this storage put contacts on lists, or start workflows? A follow-up it cannot do is
    /// refused before the first write. By default only tags, which are written like any other field.
    fn supports(&self, follow_up: FollowUpKind) -> bool {
        follow_up == FollowUpKind::Tag
    }
}

/// So often the same is asked or written at most: no storage keeps an import for ever.
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
    /// Ask or write the same again. After 65,535 attempts without one that succeeds, that is to stop.
    Retry,
    /// Write the batch in halves, to find the step that fails it; a step that fails alone is
    /// reported and the others go through.
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
    /// The step with this token was written: what it did, and the record. For a follow-up the op says
    /// nothing, and the record is the contact.
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
