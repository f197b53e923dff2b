//! [`Batch`]: the steps that storage writes in one transaction.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::receipts::Receipts;
use crate::field::{FieldId, Fields};
use crate::object::{Object, RowNumber};
use crate::plan::{Change, Changes, Op, Stats};

/// The name of one step of one import (behaviour X4): the same step has the same token whenever and
/// however often it is written, and no other step of any import has it.
///
/// Keep it beside what it wrote, in the same transaction; then a batch that is repeated after a lost
/// connection creates nothing twice. It is a 128-bit number; `Display` writes 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub u128);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for Token {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Token)
    }
}

/// How far an import is, and of what (behaviour X6): commit it with the batch it travels in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The name of the import.
    pub import_id: String,
    /// Digest of the file.
    pub file: String,
    /// Digest of the mapping.
    pub mapping: String,
    /// Digest of modes, objects and the account's policy.
    pub policy: String,
    /// The last row whose steps are written once this batch is.
    pub row: u64,
    /// Is this the last batch of the import?
    pub is_last: bool,
    /// What was done before this batch.
    pub stats: Stats,
}

/// The steps of one transaction, in the order in which they can be written: a contact before its
/// opportunities.
#[derive(Debug)]
pub struct Batch<'a> {
    pub(crate) data: &'a BatchData,
    pub(crate) fields: &'a Fields,
}

/// What a batch owns, reused from one to the next.
#[derive(Debug, Default)]
pub(crate) struct BatchData {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) steps: Vec<StepData>,
    pub(crate) changes: Changes,
}

/// One step, with its texts owned: a batch is small.
#[derive(Clone, Debug)]
pub(crate) struct StepData {
    pub(crate) object: Object,
    pub(crate) op: Op,
    pub(crate) row: RowNumber,
    pub(crate) token: Token,
    pub(crate) id: Option<Box<str>>,
    pub(crate) version: Option<Box<str>>,
    pub(crate) contact: ContactOf,
    pub(crate) changes: std::ops::Range<usize>,
}

/// Whom an opportunity shall be linked to.
#[derive(Clone, Debug)]
pub(crate) enum ContactOf {
    /// Its link stays as it is.
    Unchanged,
    /// A contact whose id is known.
    Known(Box<str>),
    /// The contact that a step of this batch creates.
    CreatedBy(Token),
}

/// Whom an opportunity shall be linked to, once the contacts of the batch are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link<'r> {
    /// The link stays as it is; a new opportunity gets none.
    Unchanged,
    /// To the contact with this id.
    To(&'r str),
    /// To a contact of this batch that has no id: it was not created. Leave this step out; it needs
    /// no receipt.
    Lost,
}

impl<'a> Batch<'a> {
    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = BatchStep<'a>> + use<'a> {
        let (data, fields) = (self.data, self.fields);
        data.steps.iter().map(move |step| BatchStep { step, data, fields })
    }

    /// The steps of one object and operation: what a bulk insert or a bulk update takes.
    pub fn of(&self, object: Object, op: Op) -> impl Iterator<Item = BatchStep<'a>> + use<'a> {
        self.steps().filter(move |step| step.object() == object && step.op() == op)
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.data.steps.len()
    }

    /// Never: a batch has a step.
    pub fn is_empty(&self) -> bool {
        self.data.steps.is_empty()
    }

    /// How far the import is once this batch is written: to be committed with it.
    pub fn checkpoint(&self) -> &'a Checkpoint {
        &self.data.checkpoint
    }
}

/// One record to write.
#[derive(Clone, Copy, Debug)]
pub struct BatchStep<'a> {
    step: &'a StepData,
    data: &'a BatchData,
    fields: &'a Fields,
}

impl<'a> BatchStep<'a> {
    /// The object.
    pub fn object(&self) -> Object {
        self.step.object
    }

    /// Create or update.
    pub fn op(&self) -> Op {
        self.step.op
    }

    /// Is the record there already?
    pub fn is_update(&self) -> bool {
        self.step.op == Op::Update
    }

    /// The name under which the step's receipt is filed.
    pub fn token(&self) -> Token {
        self.step.token
    }

    /// The first row of the file that met this record.
    pub fn row(&self) -> RowNumber {
        self.step.row
    }

    /// The id of the record to update, "" for a create.
    pub fn id(&self) -> &'a str {
        self.step.id.as_deref().unwrap_or("")
    }

    /// The version that was read, if storage gave one.
    pub fn version(&self) -> Option<&'a str> {
        self.step.version.as_deref()
    }

    /// The fields to write: for a create all that have a value, for an update all that differ.
    pub fn changes(&self) -> impl Iterator<Item = Change<'a>> + use<'a> {
        let (data, fields) = (self.data, self.fields);
        self.step.changes.clone().map(move |at| data.changes.get(at, fields))
    }

    /// The change of the field with this key, if it changes.
    pub fn change(&self, key: &str) -> Option<Change<'a>> {
        self.changes().find(|change| change.key() == key)
    }

    /// The change of a field by its position in the account's fields.
    pub fn change_of(&self, field: FieldId) -> Option<Change<'a>> {
        self.changes().find(|change| change.field_id() == field)
    }

    /// Whom the opportunity shall be linked to; ask after the contacts of the batch have their
    /// receipts. Always [`Link::Unchanged`] for a contact.
    pub fn link<'r>(&self, receipts: &'r Receipts) -> Link<'r>
    where
        'a: 'r,
    {
        match &self.step.contact {
            ContactOf::Unchanged => Link::Unchanged,
            ContactOf::Known(id) => Link::To(id),
            ContactOf::CreatedBy(token) => receipts.id(*token).map_or(Link::Lost, Link::To),
        }
    }
}
