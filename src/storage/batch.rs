//! [`Batch`]: the steps that storage writes in one transaction.

mod owned;

pub(crate) use owned::{ContactOf, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep};

use super::checkpoint::{Checkpoint, Token};
use super::receipts::Receipts;
use super::table::Table;
use crate::field::{FieldId, Fields};
use crate::follow_up::FollowUpKind;
use crate::object::{Object, RowNumber};
use crate::plan::{Change, Op};

/// The steps of one transaction, in the order in which they can be written: contacts ascending by
/// key, then the follow-ups of contacts, then opportunities.
///
/// | to write | take |
/// |---|---|
/// | record by record | [`steps`](Self::steps), [`follow_ups`](Self::follow_ups) |
/// | with array parameters or COPY | [`table`](Self::table), [`update_tables`](Self::update_tables) |
/// | under locks | [`keys`](Self::keys) |
///
/// A batch has some 500 steps and follow-ups, 1,000 at most, since records that hang together are written
/// together; when it has to be [split](super::Recovery::Split), and at the end of a plan or a window, fewer.
///
/// The last batch of an import into a storage that keeps tokens holds nothing but the checkpoint that
/// says so.
///
/// ```
/// # use crm_import::storage::{Batch, Op};
/// /// A log line for each record that a batch writes.
/// fn lines(batch: &Batch<'_>) -> Vec<String> {
///     let line = |change: crm_import::plan::Change<'_>| {
///         let values: Vec<String> = change.after().map(|value| value.to_string()).collect();
///         format!("{} = {}", change.key(), values.join("; "))
///     };
///     let steps = batch.steps().map(|step| {
///         let record = if step.op() == Op::Create { "new" } else { step.id() };
///         let changes: Vec<String> = step.changes().map(line).collect();
///         format!("{} {record}: {}", step.object(), changes.join(", "))
///     });
///     steps.collect()
/// }
/// ```
#[derive(Debug)]
pub struct Batch<'a> {
    pub(crate) owned: &'a OwnedBatch,
    pub(crate) fields: &'a Fields,
}

impl<'a> Batch<'a> {
    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = BatchStep<'a>> + use<'a> {
        let (owned, fields) = (self.owned, self.fields);
        owned.steps.iter().map(move |step| BatchStep { step, owned, fields })
    }

    /// The steps of one object and operation.
    pub fn of(&self, object: Object, op: Op) -> impl Iterator<Item = BatchStep<'a>> + use<'a> {
        self.steps().filter(move |step| step.object() == object && step.op() == op)
    }

    /// The steps of one object and operation as columns: what a bulk insert takes.
    pub fn table(&self, object: Object, op: Op) -> Table<'a> {
        Table::new(self.of(object, op).collect())
    }

    /// The updates of one object as columns, one table for each set of fields that change together:
    /// what bulk updates take, without a column that some rows leave alone.
    pub fn update_tables(&self, object: Object) -> Vec<Table<'a>> {
        let mut tables: Vec<(Vec<FieldId>, Vec<BatchStep<'a>>)> = Vec::new();
        for step in self.of(object, Op::Update) {
            let mut fields: Vec<FieldId> = step.changes().map(|change| change.field_id()).collect();
            fields.sort_unstable();
            match tables.iter_mut().find(|(of, _)| *of == fields) {
                Some((_, steps)) => steps.push(step),
                None => tables.push((fields, vec![step])),
            }
        }
        tables.into_iter().map(|(_, steps)| Table::new(steps)).collect()
    }

    /// What is to be done with contacts besides writing them: lists and workflows, after the contacts
    /// of the batch have their receipts. Tags are among the changes.
    pub fn follow_ups(&self) -> impl Iterator<Item = BatchFollowUp<'a>> + use<'a> {
        self.owned.follow_ups.iter().map(|owned| BatchFollowUp { owned })
    }

    /// Every record and every match key that the batch touches, ascending and once each: lock them
    /// in this order, and concurrent imports wait for each other instead of for ever.
    pub fn keys(&self) -> Vec<BatchKey<'a>> {
        let owned = self.owned;
        let mut keys: Vec<BatchKey<'a>> = Vec::new();
        for step in &owned.steps {
            keys.extend(step.id.as_deref().map(|id| BatchKey::Id(step.object, id)));
            keys.extend(step.keys.clone().map(|at| BatchKey::Match(owned.key(at))));
            if let ContactOf::Known(id) = &step.contact {
                keys.push(BatchKey::Id(Object::Contact, id));
            }
        }
        for follow_up in &owned.follow_ups {
            if let ContactOf::Known(id) = &follow_up.contact {
                keys.push(BatchKey::Id(Object::Contact, id));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.owned.steps.len()
    }

    /// Are there no steps? Then there may be follow-ups, or the last checkpoint.
    pub fn is_empty(&self) -> bool {
        self.owned.steps.is_empty()
    }

    /// How far the import is once this batch is written: to be committed with it.
    pub fn checkpoint(&self) -> &'a Checkpoint {
        &self.owned.checkpoint
    }
}

/// A contact, once the contacts of the batch are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link<'r> {
    /// The link stays as it is; a new opportunity gets none.
    Unchanged,
    /// The contact with this id.
    To(&'r str),
    /// A contact of this batch that was not created, or whose step is a conflict. Leave this step out,
    /// whatever else it would write; it needs no receipt, and goes the way of its contact.
    Lost,
}

/// Something a batch touches; see [`Batch::keys`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchKey<'a> {
    /// A stored record.
    Id(Object, &'a str),
    /// A key under a match rule, which a contact of the batch shall carry from now on.
    Match(NewKey<'a>),
}

/// A key that a contact shall carry and that nobody else may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewKey<'a> {
    fields: &'a [String],
    value: &'a str,
}

impl<'a> NewKey<'a> {
    /// The field keys of its match rule.
    pub fn fields(&self) -> &'a [String] {
        self.fields
    }

    /// Its value as look-ups ask for it, one part for each field.
    pub fn parts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.split(crate::lookup::PART)
    }

    /// Its value; the parts of a combined key are joined by U+001F.
    pub fn value(&self) -> &'a str {
        self.value
    }
}

/// One record to write.
#[derive(Clone, Copy, Debug)]
pub struct BatchStep<'a> {
    step: &'a OwnedStep,
    owned: &'a OwnedBatch,
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

    /// The version that was read and that the record must still have, if storage gave one (X3).
    pub fn version(&self) -> Option<&'a str> {
        self.step.version.as_deref()
    }

    /// Has somebody else written the record since it was read (X3)? `stored` is the version that it has now,
    /// `None` if it is gone. Then the receipt is a conflict. Of a create never, nor where
    /// [`find`](super::Storage::find) gave no version and the record is there.
    ///
    /// ```
    /// # use crm_import::storage::{BatchStep, Receipts};
    /// /// Before a step is written: is it to be left out?
    /// fn is_left_out(step: &BatchStep<'_>, version_now: Option<u64>, receipts: &mut Receipts) -> bool {
    ///     let is_stale = step.is_stale(version_now.map(|it| it.to_string()).as_deref());
    ///     if is_stale {
    ///         receipts.conflict(step.token());
    ///     }
    ///     is_stale
    /// }
    /// ```
    pub fn is_stale(&self, stored: Option<&str>) -> bool {
        self.is_update()
            && match (stored, self.version()) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(now), Some(read)) => now != read,
            }
    }

    /// The keys that the contact shall carry and that no other record may hold (X3): for a create all
    /// of them, for an update those it adds. If another record holds one, the receipt is a conflict.
    pub fn new_keys(&self) -> impl Iterator<Item = NewKey<'a>> + use<'a> {
        let owned = self.owned;
        self.step.keys.clone().map(move |at| owned.key(at))
    }

    /// The fields to write: for a create all that have a value, for an update all that differ.
    pub fn changes(&self) -> impl Iterator<Item = Change<'a>> + use<'a> {
        let (owned, fields) = (self.owned, self.fields);
        self.step.changes.clone().map(move |at| owned.changes.get(at, fields))
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
        self.step.link(receipts)
    }
}

/// One thing to do with one contact (behaviour §13).
#[derive(Clone, Copy, Debug)]
pub struct BatchFollowUp<'a> {
    owned: &'a OwnedFollowUp,
}

impl<'a> BatchFollowUp<'a> {
    /// List or workflow.
    pub fn kind(&self) -> FollowUpKind {
        self.owned.kind
    }

    /// The name of the list or workflow.
    pub fn name(&self) -> &'a str {
        &self.owned.name
    }

    /// The name under which its receipt is filed. Once it is kept, the follow-up is not done again.
    pub fn token(&self) -> Token {
        self.owned.token
    }

    /// The row of the file that named the contact first.
    pub fn row(&self) -> RowNumber {
        self.owned.row
    }

    /// The contact: [`Link::To`], or [`Link::Lost`] if it could not be created or its step is a conflict.
    pub fn contact<'r>(&self, receipts: &'r Receipts) -> Link<'r>
    where
        'a: 'r,
    {
        self.owned.link(receipts)
    }
}
