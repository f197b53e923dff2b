//! [`Receipts`]: what became of each step of a batch, as storage tells it.

use super::batch::{Batch, BatchStep};
use super::checkpoint::Token;
use crate::maps::Map;
use crate::plan::Op;

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Receipt {
    /// The record was created under this id.
    Created {
        /// Its id.
        id: String,
        /// Its version, if storage has versions.
        version: Option<String>,
    },
    /// The record was changed.
    Updated {
        /// Its new version, if storage has versions.
        version: Option<String>,
    },
    /// There was nothing to change: the record had all of the values already.
    Unchanged,
    /// The token is stored already: the step was written before.
    AlreadyApplied {
        /// The id of its record.
        id: String,
    },
    /// Somebody else wrote in the meantime: the version differs, or a key is taken.
    Conflict,
    /// The record cannot be written, and another attempt would not help.
    Rejected {
        /// Why, for the person with the spreadsheet.
        why: String,
    },
    /// The follow-up was done.
    Done,
}

/// The receipts of one batch: exactly one for each step and each follow-up (behaviour X2), in any order.
/// A step whose contact was not written ([`Link::Lost`](super::Link::Lost)) needs none.
///
/// ```
/// # use crm_import::storage::{Batch, Receipts};
/// fn write(batch: &Batch<'_>, receipts: &mut Receipts) {
///     for (at, step) in batch.steps().enumerate() {
///         let id = if step.is_update() { step.id().to_owned() } else { format!("c{at}") };
///         receipts.written(&step, &id, None);
///     }
///     for follow_up in batch.follow_ups() {
///         receipts.done(follow_up.token());
///     }
/// }
/// ```
#[derive(Debug, Default)]
pub struct Receipts {
    receipts: Map<Token, Option<Receipt>>,
    faults: Vec<String>,
    /// What each of them is.
    kinds: Vec<Fault>,
}

/// How a receipt breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is for a step that is not in the batch.
    Stray,
    /// The step had one already, which counts.
    Second(Token),
    /// Its id is blank, so it counts for nothing.
    Blank(Token),
}

impl Fault {
    /// The step of the batch that it is about.
    pub(crate) fn step(self) -> Option<Token> {
        match self {
            Fault::Stray => None,
            Fault::Second(token) | Fault::Blank(token) => Some(token),
        }
    }
}

impl Receipts {
    /// An empty set that expects one receipt for each step and follow-up of the batch. The import makes them itself;
    /// use this in the tests of an adapter.
    pub fn expecting(batch: &Batch<'_>) -> Self {
        let mut receipts = Receipts::default();
        receipts.receipts.extend(batch.steps().map(|step| (step.token(), None)));
        receipts.receipts.extend(batch.follow_ups().map(|follow_up| (follow_up.token(), None)));
        receipts
    }

    /// The record was created under this id.
    ///
    /// The version is optional: the import calls [`find`](super::Storage::find) before it writes a record again.
    pub fn created(&mut self, token: Token, id: &str, version: Option<&str>) {
        let version = version.map(str::to_owned);
        self.file(token, Receipt::Created { id: id.to_owned(), version });
    }

    /// The record was updated. The version is optional, as in [`created`](Self::created).
    pub fn updated(&mut self, token: Token, version: Option<&str>) {
        self.file(token, Receipt::Updated { version: version.map(str::to_owned) });
    }

    /// The step was written to the record with this id: [`created`](Self::created) or [`updated`](Self::updated),
    /// whichever its operation is.
    pub fn written(&mut self, step: &BatchStep<'_>, id: &str, version: Option<&str>) {
        match step.op() {
            Op::Create => self.created(step.token(), id, version),
            Op::Update => self.updated(step.token(), version),
        }
    }

    /// There was nothing to change: the record had all of the values already.
    pub fn unchanged(&mut self, token: Token) {
        self.file(token, Receipt::Unchanged);
    }

    /// The step or follow-up was written before, and its token is stored with the id of this record.
    ///
    /// In an import with a [name](crate::Import::id), a step that this import has not handed out before is then
    /// reported as written by another (`already-written`). So if your adapter repeats a batch on its own, give the
    /// second attempt the receipts that the first would have had.
    pub fn already_applied(&mut self, token: Token, id: &str) {
        self.file(token, Receipt::AlreadyApplied { id: id.to_owned() });
    }

    /// Somebody else wrote in the meantime: the version differs, or a key is taken. The step was left out, and its
    /// rows will be planned again.
    pub fn conflict(&mut self, token: Token) {
        self.file(token, Receipt::Conflict);
    }

    /// The record cannot be written (a constraint, a validation, a missing permission), or the follow-up cannot be
    /// done. `why` becomes part of an issue, for the person with the spreadsheet.
    pub fn rejected(&mut self, token: Token, why: &str) {
        self.file(token, Receipt::Rejected { why: why.to_owned() });
    }

    /// The follow-up was done.
    pub fn done(&mut self, token: Token) {
        self.file(token, Receipt::Done);
    }

    /// The receipt with this token, if it was filed.
    pub fn get(&self, token: Token) -> Option<&Receipt> {
        self.receipts.get(&token)?.as_ref()
    }

    /// The id of the record that the step with this token created, now or before.
    pub fn id(&self, token: Token) -> Option<&str> {
        match self.get(token)? {
            Receipt::Created { id, .. } | Receipt::AlreadyApplied { id } => Some(id),
            _ => None,
        }
    }

    /// What breaks the contract: receipts for steps that are not in the batch, second receipts, blank ids.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The faults, each with its words.
    pub(crate) fn told_faults(&self) -> impl Iterator<Item = (Fault, &str)> {
        self.kinds.iter().copied().zip(self.faults.iter().map(String::as_str))
    }

    /// Says of a step that was [written before](Self::already_applied) what its first receipt said, which was
    /// lost on its way.
    pub(super) fn restore(&mut self, token: Token, first: impl FnOnce(String) -> Receipt) {
        if let Some(place) = self.receipts.get_mut(&token)
            && let Some(Receipt::AlreadyApplied { id }) = place
        {
            *place = Some(first(std::mem::take(id)));
        }
    }

    fn file(&mut self, token: Token, receipt: Receipt) {
        let is_blank = matches!(&receipt,
            Receipt::Created { id, .. } | Receipt::AlreadyApplied { id } if id.is_empty());
        let fault = match self.receipts.get_mut(&token) {
            None => Fault::Stray,
            Some(Some(_)) => Fault::Second(token),
            Some(_) if is_blank => Fault::Blank(token),
            Some(place) => {
                *place = Some(receipt);
                return;
            }
        };
        self.kinds.push(fault);
        self.faults.push(match fault {
            Fault::Stray => format!("a receipt for step {token}, which is not in the batch"),
            Fault::Second(_) => "a second receipt for one step".to_owned(),
            Fault::Blank(_) => {
                "a receipt with a blank id: every record has one, also without an address"
                    .to_owned()
            }
        });
    }
}
