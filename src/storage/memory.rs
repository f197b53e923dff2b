//! [`MemoryStorage`]: a CRM in memory, the reference implementation of the storage traits.

mod index;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{
    Applied, Batch, BatchFollowUp, BatchStep, Checkpoint, FollowUpKind, Link, Op, Receipts,
    Storage, StorageError, StorageWrite, Token,
};
use crate::account::Account;
use crate::field::Fields;
use crate::lookup::{Found, Lookup};
use crate::object::Object;
use index::Index;

/// A CRM in memory, for tests, examples and bug reports: serde writes it as JSON and reads it back. It is also the
/// reference for adapters, which should return what it returns.
///
/// ```
/// use crm_import::{MemoryStorage, Object};
///
/// let mut crm = MemoryStorage::default();
/// let id = crm.insert(Object::Contact, [("email", "ana@example.com"), ("first_name", "Ana")]);
/// assert_eq!(crm.get(Object::Contact, &id).unwrap().value("first_name"), Some("Ana"));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryStorage {
    /// The settings of the account.
    pub account: Account,
    contacts: IndexMap<String, MemoryRecord>,
    opportunities: IndexMap<String, MemoryRecord>,
    next_id: u64,
    follow_ups: Vec<MemoryFollowUp>,
    tokens: IndexMap<String, (Op, String)>,
    /// By import, in the order in which they were begun.
    checkpoints: IndexMap<String, Checkpoint>,
    #[serde(skip)]
    calls: Calls,
    #[serde(skip)]
    index: Index,
}

/// How often each method of a [`MemoryStorage`] was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// [`Storage::find`].
    pub find: usize,
    /// [`StorageWrite::write`].
    pub write: usize,
}

/// One record of a [`MemoryStorage`]: its values by field key, as canonical text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryRecord {
    /// Its version: the number of writes.
    pub version: u64,
    /// The values by field key. A field that is not listed is blank.
    pub values: IndexMap<String, Vec<String>>,
}

/// A follow-up that was done for a contact of a [`MemoryStorage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryFollowUp {
    /// The id of the contact.
    pub contact: String,
    /// Whether it is a list or a workflow.
    pub kind: FollowUpKind,
    /// The name of the list or workflow.
    pub name: String,
}

impl MemoryRecord {
    /// The first value of a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values(field).first().map(String::as_str)
    }

    /// All values of a field.
    pub fn values(&self, field: &str) -> &[String] {
        self.values.get(field).map_or(&[], Vec::as_slice)
    }
}

impl MemoryStorage {
    /// An empty CRM with these settings.
    pub fn new(account: Account) -> Self {
        MemoryStorage { account, ..MemoryStorage::default() }
    }

    /// Adds a record, and returns its id: the next free one of `c1`, `c2`, … or `o1`, `o2`, …. To give a field
    /// several values, name it several times.
    pub fn insert<'v>(
        &mut self,
        object: Object,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> String {
        let id = self.mint(object);
        self.insert_as(object, &id, values);
        id
    }

    /// Adds a record with this id, or replaces the one that has it. The version continues to count, so that an import
    /// that has read the former record notices.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let mut crm = MemoryStorage::default();
    /// crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Oslo")]);
    /// let file = Source::from_bytes(&b"Email,City\nana@example.com,Rome\n"[..]);
    /// let plan = Import::new().plan(file, &mut crm).unwrap();
    ///
    /// // Somebody else is quicker, and the import looks again before it writes.
    /// crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Rome")]);
    /// let report = Import::new().apply(plan, &mut crm).unwrap();
    /// assert_eq!(report.stats().contacts.unchanged, 1);
    /// ```
    pub fn insert_as<'v>(
        &mut self,
        object: Object,
        id: &str,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) {
        let before = self.get(object, id).map_or(0, |record| record.version);
        let mut record = MemoryRecord { version: before + 1, ..MemoryRecord::default() };
        for (field, value) in values {
            record.values.entry(field.to_owned()).or_default().push(value.to_owned());
        }
        self.records_mut(object).insert(id.to_owned(), record);
        self.index.clear();
    }

    /// Removes a record, as if somebody deleted it while an import is running. Returns it.
    pub fn remove(&mut self, object: Object, id: &str) -> Option<MemoryRecord> {
        self.index.clear();
        self.records_mut(object).shift_remove(id)
    }

    /// The record with this id.
    pub fn get(&self, object: Object, id: &str) -> Option<&MemoryRecord> {
        self.records(object).get(id)
    }

    /// Every record of an object with its id, in the order in which they were added.
    pub fn iter(&self, object: Object) -> impl Iterator<Item = (&str, &MemoryRecord)> {
        self.records(object).iter().map(|(id, record)| (id.as_str(), record))
    }

    /// The number of records of an object.
    pub fn len(&self, object: Object) -> usize {
        self.records(object).len()
    }

    /// Whether there are no records at all.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.opportunities.is_empty()
    }

    /// How often the methods of the storage traits were called so far.
    pub fn calls(&self) -> Calls {
        self.calls
    }

    /// The last checkpoint of the import that was begun last.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoints.last().map(|(_, checkpoint)| checkpoint)
    }

    /// The last checkpoint of each import, in the order in which the imports were begun.
    pub fn checkpoints(&self) -> impl Iterator<Item = &Checkpoint> {
        self.checkpoints.values()
    }

    /// The lists that contacts were put on and the workflows that were started, in order.
    pub fn follow_ups(&self) -> &[MemoryFollowUp] {
        &self.follow_ups
    }

    fn records(&self, object: Object) -> &IndexMap<String, MemoryRecord> {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    fn records_mut(&mut self, object: Object) -> &mut IndexMap<String, MemoryRecord> {
        match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        }
    }

    fn mint(&mut self, object: Object) -> String {
        let letter = if object == Object::Contact { 'c' } else { 'o' };
        loop {
            self.next_id += 1;
            let id = format!("{letter}{}", self.next_id);
            if !self.records(object).contains_key(&id) {
                return id;
            }
        }
    }

    /// Whether another record has a key that the step expects to be free (X3).
    fn is_taken(&mut self, step: &BatchStep<'_>, fields: &Fields) -> bool {
        let MemoryStorage { contacts, index, account, .. } = self;
        step.new_keys().any(|key| {
            let rule: Vec<&str> = key.fields().iter().map(String::as_str).collect();
            index.build(Object::Contact, &rule, contacts, fields, account);
            let parts: Vec<&str> = key.parts().collect();
            index.find(Object::Contact, &rule, &parts).iter().any(|holder| holder != step.id())
        })
    }

    fn write_step(&mut self, step: &BatchStep<'_>, fields: &Fields, receipts: &mut Receipts) {
        let token = step.token();
        if let Some((_, id)) = self.tokens.get(&token.to_string()) {
            return receipts.already_applied(token, id);
        }
        let link = match step.link(receipts) {
            Link::Unchanged => None,
            Link::To(id) if self.contacts.contains_key(id) => Some(id.to_owned()),
            // Somebody has deleted it meanwhile.
            Link::To(_) => return receipts.conflict(token),
            Link::Lost => return,
        };
        if self.is_taken(step, fields) {
            return receipts.conflict(token);
        }
        let object = step.object();
        let Some(mut record) = self.as_read(step) else { return receipts.conflict(token) };
        let id = match step.op() {
            Op::Create => self.mint(object),
            Op::Update => step.id().to_owned(),
        };
        for change in step.changes() {
            let after: Vec<String> = change.after().map(|value| value.to_string()).collect();
            if after.is_empty() {
                record.values.shift_remove(change.key());
            } else {
                record.values.insert(change.key().to_owned(), after);
            }
        }
        if let Some(contact) = link {
            record.values.insert("contact_id".into(), vec![contact]);
        }
        record.version += 1;
        let version = record.version.to_string();
        let before = self.records(object).get(&id).cloned();
        self.index.note(object, &id, before.as_ref(), &record, &self.account);
        self.records_mut(object).insert(id.clone(), record);
        self.tokens.insert(token.to_string(), (step.op(), id.clone()));
        match step.op() {
            Op::Create => receipts.created(token, &id, Some(&version)),
            Op::Update => receipts.updated(token, Some(&version)),
        }
    }

    /// The record that a step goes on with, if it still is as it was read.
    fn as_read(&self, step: &BatchStep<'_>) -> Option<MemoryRecord> {
        let record = match step.op() {
            Op::Create => return Some(MemoryRecord::default()),
            Op::Update => self.get(step.object(), step.id()),
        };
        let version = record.map(|record| record.version.to_string());
        if step.is_stale(version.as_deref()) { None } else { record.cloned() }
    }

    fn follow_up(&mut self, follow_up: &BatchFollowUp<'_>, receipts: &mut Receipts) {
        let token = follow_up.token();
        if let Some((_, id)) = self.tokens.get(&token.to_string()) {
            return receipts.already_applied(token, id);
        }
        let Link::To(contact) = follow_up.contact(receipts) else { return };
        if !self.contacts.contains_key(contact) {
            return receipts.rejected(token, "the contact is gone");
        }
        let contact = contact.to_owned();
        self.tokens.insert(token.to_string(), (Op::Update, contact.clone()));
        let (kind, name) = (follow_up.kind(), follow_up.name().to_owned());
        self.follow_ups.push(MemoryFollowUp { contact, kind, name });
        receipts.done(token);
    }
}

impl Storage for MemoryStorage {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.calls.find += 1;
        let records = match lookup.object() {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        };
        let add = |id: &str, keys: &[(&str, &str)], found: &mut Found| {
            let Some(record) = records.get(id) else { return };
            let mut entry = found.record(id).version(&record.version.to_string());
            for (field, key) in keys {
                entry = entry.key(*field, key);
            }
            for (field, values) in &record.values {
                entry = entry.values(field.as_str(), values.iter().map(String::as_str));
            }
        };
        for id in lookup.ids() {
            add(id, &[], found);
        }
        if !lookup.contact_ids().is_empty() {
            for (id, record) in records {
                if record
                    .value("contact_id")
                    .is_some_and(|c| lookup.contact_ids().binary_search(&c).is_ok())
                {
                    add(id, &[], found);
                }
            }
        }
        for block in lookup.blocks() {
            let fields = self.account.fields();
            self.index.build(lookup.object(), block.fields(), records, &fields, &self.account);
            for key in block.keys() {
                let declared: Vec<(&str, &str)> =
                    block.fields().iter().copied().zip(key.iter().copied()).collect();
                for id in self.index.find(lookup.object(), block.fields(), &key) {
                    add(id, &declared, found);
                }
            }
        }
        Ok(())
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

impl StorageWrite for MemoryStorage {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.calls.write += 1;
        let fields = self.account.fields();
        for step in batch.steps() {
            self.write_step(&step, &fields, receipts);
        }
        for follow_up in batch.follow_ups() {
            self.follow_up(&follow_up, receipts);
        }
        let checkpoint = batch.checkpoint().clone();
        self.checkpoints.insert(checkpoint.import_id.clone(), checkpoint);
        Ok(())
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        for &token in tokens {
            if let Some((op, id)) = self.tokens.get(&token.to_string()) {
                known.add(token, *op, id);
            }
        }
        Ok(())
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        let open = self.checkpoints.values().rev().filter(|one| one.is_open());
        Ok(Some(open.cloned().collect()))
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}
