//! [`Batch`]: the records that storage writes in one transaction.

mod owned;

pub(crate) use owned::{ContactOf, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep};

use super::checkpoint::{Checkpoint, Token};
use super::receipts::Receipts;
use super::table::Table;
use crate::field::{FieldId, Fields};
use crate::follow_up::FollowUpKind;
use crate::object::{Object, RowNumber};
use crate::plan::{Change, Op};

/// What storage writes in one transaction: contacts in ascending order of their keys, then follow-ups, then
/// opportunities.
///
/// | to write | use |
/// |---|---|
/// | record by record | [`steps`](Self::steps), [`follow_ups`](Self::follow_ups) |
/// | in bulk, with array parameters or COPY | [`table`](Self::table), [`update_tables`](Self::update_tables) |
/// | under locks | [`keys`](Self::keys) |
///
/// A batch has about 500 steps and follow-ups: up to 1,000 if records that belong together are written together,
/// fewer if a batch has been [split](super::Recovery::Split), or at the end of a plan or a window. If storage keeps
/// tokens, the last batch of an import has nothing but the checkpoint that marks it as the last.
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

    /// The steps of one object and operation as columns, for a bulk insert.
    pub fn table(&self, object: Object, op: Op) -> Table<'a> {
        Table::new(self.of(object, op).collect())
    }

    /// The updates of one object as columns, for bulk updates: one table for each set of fields that change
    /// together, so that every step of a table changes every column.
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

    /// The lists to put contacts on, and the workflows to start for them. Do them after the contacts of the batch
    /// have their receipts. Tags are not among them; they are [changes](BatchStep::changes).
    pub fn follow_ups(&self) -> impl Iterator<Item = BatchFollowUp<'a>> + use<'a> {
        self.owned.follow_ups.iter().map(|owned| BatchFollowUp { owned })
    }

    /// Every record and every match key that the batch touches, each once, in ascending order. If all imports lock
    /// them in this order, concurrent imports wait for each other and never deadlock.
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

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.owned.steps.len()
    }

    /// Whether there are no steps. There may still be follow-ups, and there is always a checkpoint.
    pub fn is_empty(&self) -> bool {
        self.owned.steps.is_empty()
    }

    /// How far the import is once this batch is written. Commit it with the batch, in place of the import's
    /// previous one. Without transactions, keep that of the first batch before anything is written, too
    /// ([why](crate::guide::adapters#a-service-without-transactions)).
    pub fn checkpoint(&self) -> &'a Checkpoint {
        &self.owned.checkpoint
    }
}

/// The contact to link an opportunity to. It is known once the contacts of the batch have their receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link<'r> {
    /// Leave the link as it is; a new opportunity gets none.
    Unchanged,
    /// Link it to the contact with this id. A stored opportunity may be linked to it already; then all that counts is
    /// that the contact is still there.
    To(&'r str),
    /// Its contact was not created, or is a conflict. Leave the whole step out, without a receipt: what becomes of
    /// it follows from its contact.
    Lost,
}

/// Something that a batch touches and an adapter may lock; see [`Batch::keys`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchKey<'a> {
    /// A stored record.
    Id(Object, &'a str),
    /// A new match key of a contact of the batch.
    Match(NewKey<'a>),
}

/// A match key that a contact is about to get, and that no other record may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewKey<'a> {
    fields: &'a [String],
    value: &'a str,
}

impl<'a> NewKey<'a> {
    /// The keys of the fields of its match rule.
    pub fn fields(&self) -> &'a [String] {
        self.fields
    }

    /// The [name](crate::dedup::MatchRule::name) of its match rule: its fields joined with `+`. A table of
    /// [keys](crate::dedup::ContactKeys) has it under this name.
    pub fn rule(&self) -> String {
        self.fields.join("+")
    }

    /// The parts of its value, one for each field, normalised as in look-ups.
    pub fn parts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.split(crate::lookup::PART_SEPARATOR)
    }

    /// Its value, normalised as in look-ups. The parts of a key of several fields are joined by U+001F.
    pub fn value(&self) -> &'a str {
        self.value
    }
}

/// One record to create or update.
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

    /// Whether the record is created or updated.
    pub fn op(&self) -> Op {
        self.step.op
    }

    /// Whether the record is updated, not created.
    pub fn is_update(&self) -> bool {
        self.step.op == Op::Update
    }

    /// The token of the step, under which its receipt is filed.
    pub fn token(&self) -> Token {
        self.step.token
    }

    /// The first row of the file that is about this record.
    pub fn row(&self) -> RowNumber {
        self.step.row
    }

    /// The id of the record to update; "" for a create.
    pub fn id(&self) -> &'a str {
        self.step.id.as_deref().unwrap_or("")
    }

    /// The version that was read, if storage returned one. If the record has another one now, the receipt is a
    /// conflict (X3); see [`is_stale`](Self::is_stale).
    pub fn version(&self) -> Option<&'a str> {
        self.step.version.as_deref()
    }

    /// Whether the record has been changed or deleted since it was read (X3). If so, file a
    /// [conflict](Receipts::conflict) instead of writing the step. `stored` is the version that the record has now,
    /// or `None` if it no longer exists.
    ///
    /// Always false for a create, and for an update without a version, as long as the record exists.
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

    /// The match keys that the contact gets and that no other record may have: all of them for a create, the added
    /// ones for an update. If another record has one, the receipt is a conflict (X3).
    ///
    /// A key that this import itself takes from a stored contact is among them only if that contact is written in an
    /// earlier batch.
    pub fn new_keys(&self) -> impl Iterator<Item = NewKey<'a>> + use<'a> {
        let owned = self.owned;
        self.step.keys.clone().map(move |at| owned.key(at))
    }

    /// The fields to write: for a create those with a value, for an update those that differ.
    #[inline]
    pub fn changes(&self) -> impl Iterator<Item = Change<'a>> + use<'a> {
        let (owned, fields) = (self.owned, self.fields);
        self.step.changes.clone().map(move |at| owned.changes.get(at, fields))
    }

    /// The change of the field with this key, if there is one.
    #[inline]
    pub fn change(&self, key: &str) -> Option<Change<'a>> {
        self.changes().find(|change| change.key() == key)
    }

    /// The change of the field with this id, if there is one.
    #[inline]
    pub fn change_of(&self, field: FieldId) -> Option<Change<'a>> {
        self.changes().find(|change| change.field_id() == field)
    }

    /// The contact to link the opportunity to. Ask after the contacts of the batch have their receipts. For a
    /// contact, it is always [`Link::Unchanged`].
    pub fn link<'r>(&self, receipts: &'r Receipts) -> Link<'r>
    where
        'a: 'r,
    {
        self.step.link(receipts)
    }
}

/// A list to put a contact on, or a workflow to start for it (behaviour §13).
#[derive(Clone, Copy, Debug)]
pub struct BatchFollowUp<'a> {
    owned: &'a OwnedFollowUp,
}

impl<'a> BatchFollowUp<'a> {
    /// Whether it is a list or a workflow.
    pub fn kind(&self) -> FollowUpKind {
        self.owned.kind
    }

    /// The name of the list or workflow.
    pub fn name(&self) -> &'a str {
        &self.owned.name
    }

    /// The token of the follow-up, under which its receipt is filed. If it is stored already, do not do the follow-up
    /// again.
    pub fn token(&self) -> Token {
        self.owned.token
    }

    /// The first row of the file that is about the contact.
    pub fn row(&self) -> RowNumber {
        self.owned.row
    }

    /// The contact: [`Link::To`], or [`Link::Lost`] if it was not created or its step is a conflict.
    pub fn contact<'r>(&self, receipts: &'r Receipts) -> Link<'r>
    where
        'a: 'r,
    {
        self.owned.link(receipts)
    }
}
