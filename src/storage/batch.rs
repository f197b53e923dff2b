//! [`Batch`]: the steps that storage writes in one transaction.

use std::ops::Range;

use super::checkpoint::{Checkpoint, Token};
use super::receipts::{Receipt, Receipts};
use super::table::Table;
use crate::field::{FieldId, Fields};
use crate::follow_up::FollowUpKind;
use crate::object::{Object, RowNumber};
use crate::plan::{Change, Changes, Op};

/// The steps of one transaction, in the order in which they can be written: contacts ascending by
/// key, then the follow-ups of contacts, then opportunities.
///
/// | to write | take |
/// |---|---|
/// | record by record | [`steps`](Self::steps), [`follow_ups`](Self::follow_ups) |
/// | with array parameters or COPY | [`table`](Self::table), [`update_tables`](Self::update_tables) |
/// | under locks | [`keys`](Self::keys) |
///
/// The last batch of an import into a storage that keeps tokens holds nothing but the checkpoint that
/// says so.
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
    pub(crate) follow_ups: Vec<FollowUpData>,
    pub(crate) changes: Changes,
    pub(crate) keys: Vec<KeyData>,
    pub(crate) key_text: String,
    /// The match rules that keys speak of.
    pub(crate) rules: Vec<Vec<String>>,
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
    /// The step of that contact, where it may be in this batch: it comes first, and if somebody else was
    /// in its way, both are planned again (X3).
    pub(crate) contact_step: Option<Token>,
    pub(crate) changes: Range<usize>,
    pub(crate) keys: Range<usize>,
    /// Whose step it is, to the applier.
    pub(crate) task: usize,
}

/// One follow-up of one contact.
#[derive(Clone, Debug)]
pub(crate) struct FollowUpData {
    pub(crate) kind: FollowUpKind,
    pub(crate) name: Box<str>,
    pub(crate) token: Token,
    pub(crate) row: RowNumber,
    pub(crate) contact: ContactOf,
    /// As of a [step](StepData).
    pub(crate) contact_step: Option<Token>,
    pub(crate) task: usize,
}

/// A key that nobody else may hold: its rule, and where its text lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyData {
    pub(crate) rule: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
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

impl StepData {
    pub(crate) fn link<'r>(&'r self, receipts: &'r Receipts) -> Link<'r> {
        self.contact.link(self.contact_step, receipts)
    }
}

impl FollowUpData {
    pub(crate) fn link<'r>(&'r self, receipts: &'r Receipts) -> Link<'r> {
        self.contact.link(self.contact_step, receipts)
    }
}

impl ContactOf {
    fn link<'r>(&'r self, step: Option<Token>, receipts: &'r Receipts) -> Link<'r> {
        let receipt = step.and_then(|token| receipts.get(token));
        match self {
            // Whom the row means is asked again: it may be somebody else by now.
            _ if receipt == Some(&Receipt::Conflict) => Link::Lost,
            ContactOf::Unchanged => Link::Unchanged,
            ContactOf::Known(id) => Link::To(id),
            ContactOf::CreatedBy(token) => receipts.id(*token).map_or(Link::Lost, Link::To),
        }
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

impl BatchData {
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.follow_ups.clear();
        self.changes.clear();
        self.keys.clear();
        self.key_text.clear();
    }

    /// Exchanges the changes and keys for those of another.
    pub(crate) fn take_folds(&mut self, other: &mut BatchData) {
        std::mem::swap(&mut self.changes, &mut other.changes);
        std::mem::swap(&mut self.keys, &mut other.keys);
        std::mem::swap(&mut self.key_text, &mut other.key_text);
    }

    pub(crate) fn push_key(&mut self, rule: usize, key: &str) {
        KeyData::push(&mut self.keys, &mut self.key_text, rule, |text| text.push_str(key));
    }

    /// Drops some of the keys from this one on.
    pub(crate) fn retain_keys(&mut self, from: usize, mut stays: impl FnMut(&str) -> bool) {
        let mut end = from;
        for at in from..self.keys.len() {
            let key = self.keys[at];
            if stays(&self.key_text[key.start..key.end]) {
                self.keys[end] = key;
                end += 1;
            }
        }
        self.keys.truncate(end);
    }

    /// The texts of the keys from this one on.
    pub(crate) fn key_texts(&self, from: usize) -> impl Iterator<Item = &str> {
        self.keys[from..].iter().map(|key| &self.key_text[key.start..key.end])
    }

    fn key(&self, at: usize) -> NewKey<'_> {
        let KeyData { rule, start, end } = self.keys[at];
        NewKey { fields: &self.rules[rule], value: &self.key_text[start..end] }
    }

    /// Puts the steps in order (X1). They are large and their keys long, so that places are sorted
    /// instead, by the beginnings of the keys where these tell.
    pub(crate) fn sort_steps(&mut self) {
        let mut steps = std::mem::take(&mut self.steps);
        let place = |at: usize| {
            let (class, key) = self.order_of(&steps[at]);
            (class, beginning(key), at)
        };
        let mut places: Vec<(u8, u64, usize)> = (0..steps.len()).map(place).collect();
        places.sort_unstable_by(|a, b| {
            let in_full = || self.order_of(&steps[a.2]).cmp(&self.order_of(&steps[b.2]));
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(in_full).then(a.2.cmp(&b.2))
        });
        let mut rest: Vec<Option<StepData>> = steps.drain(..).map(Some).collect();
        steps.extend(places.into_iter().filter_map(|(.., at)| rest[at].take()));
        self.steps = steps;
    }

    /// By what a step is put in order.
    fn order_of<'s>(&'s self, step: &'s StepData) -> (u8, &'s str) {
        match (&step.id, step.keys.clone().next()) {
            (Some(id), _) => (0, id),
            (None, Some(key)) => (1, self.key(key).value),
            (None, None) => (2, ""),
        }
    }
}

impl KeyData {
    /// Adds a key that writes its own text.
    pub(crate) fn push(
        keys: &mut Vec<KeyData>,
        text: &mut String,
        rule: usize,
        write: impl FnOnce(&mut String),
    ) {
        let start = text.len();
        write(text);
        keys.push(KeyData { rule, start, end: text.len() });
    }
}

/// The first eight bytes as a number, which orders texts as far as it tells them apart.
fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let len = text.len().min(8);
    bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
    u64::from_be_bytes(bytes)
}

impl<'a> Batch<'a> {
    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = BatchStep<'a>> + use<'a> {
        let (data, fields) = (self.data, self.fields);
        data.steps.iter().map(move |step| BatchStep { step, data, fields })
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
        self.data.follow_ups.iter().map(|data| BatchFollowUp { data })
    }

    /// Every record and every match key that the batch touches, ascending and once each: lock them
    /// in this order, and concurrent imports wait for each other instead of for ever.
    pub fn keys(&self) -> Vec<BatchKey<'a>> {
        let data = self.data;
        let mut keys: Vec<BatchKey<'a>> = Vec::new();
        for step in &data.steps {
            keys.extend(step.id.as_deref().map(|id| BatchKey::Id(step.object, id)));
            keys.extend(step.keys.clone().map(|at| BatchKey::Match(data.key(at))));
            if let ContactOf::Known(id) = &step.contact {
                keys.push(BatchKey::Id(Object::Contact, id));
            }
        }
        for follow_up in &data.follow_ups {
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
        self.data.steps.len()
    }

    /// Are there no steps? Then there may be follow-ups, or the last checkpoint.
    pub fn is_empty(&self) -> bool {
        self.data.steps.is_empty()
    }

    /// How far the import is once this batch is written: to be committed with it.
    pub fn checkpoint(&self) -> &'a Checkpoint {
        &self.data.checkpoint
    }
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

    /// The version that was read and that the record must still have, if storage gave one (X3).
    pub fn version(&self) -> Option<&'a str> {
        self.step.version.as_deref()
    }

    /// The keys that the contact shall carry and that no other record may hold (X3): for a create all
    /// of them, for an update those it adds. If another record holds one, the receipt is a conflict.
    pub fn new_keys(&self) -> impl Iterator<Item = NewKey<'a>> + use<'a> {
        let data = self.data;
        self.step.keys.clone().map(move |at| data.key(at))
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
        self.step.link(receipts)
    }
}

/// One thing to do with one contact (behaviour §13).
#[derive(Clone, Copy, Debug)]
pub struct BatchFollowUp<'a> {
    data: &'a FollowUpData,
}

impl<'a> BatchFollowUp<'a> {
    /// List or workflow.
    pub fn kind(&self) -> FollowUpKind {
        self.data.kind
    }

    /// The name of the list or workflow.
    pub fn name(&self) -> &'a str {
        &self.data.name
    }

    /// The name under which its receipt is filed. Once it is kept, the follow-up is not done again.
    pub fn token(&self) -> Token {
        self.data.token
    }

    /// The row of the file that named the contact first.
    pub fn row(&self) -> RowNumber {
        self.data.row
    }

    /// The contact: [`Link::To`], or [`Link::Lost`] if it could not be created or its step is a conflict.
    pub fn contact<'r>(&self, receipts: &'r Receipts) -> Link<'r>
    where
        'a: 'r,
    {
        self.data.link(receipts)
    }
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn beginnings_never_tell_otherwise_than_the_texts() {
        let texts =
            ["", "\0", "a", "a\0", "ab", "abcdefgh", "abcdefghi", "abcdefgi", "é", "+49301"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let (told, real) = (beginning(a).cmp(&beginning(b)), a.cmp(b));
            assert!(told.is_eq() || told == real, "{a:?} {b:?}");
        }
    }
}
