//! [`Trial`]: a storage on trial, with questions and batches made by hand.

use super::maker::{ABSENT, Maker, Values, name_of};
use super::{Result, Stop, fail};
use crate::field::{FieldId, Fields};
use crate::lookup::{Found, Lookup, MatchBlock};
use crate::object::Object;
use crate::storage::{
    Batch, Checkpoint, ContactOf, OwnedBatch, Receipt, Receipts, StorageWrite, Token,
};

/// A storage on trial.
pub(super) struct Trial<S> {
    pub(super) storage: S,
    fields: Fields,
    next: u128,
    /// A case is about a field that the account does without.
    needs_absent: bool,
}

impl<S: StorageWrite> Trial<S> {
    pub(super) fn new(mut storage: S) -> Self {
        let fields = storage.account().map_or_else(|_| Fields::standard(), |it| it.fields());
        Trial { storage, fields, next: 0, needs_absent: false }
    }

    /// The fields that the account has.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Makes a batch and writes it.
    pub(super) fn write<T>(
        &mut self,
        make: impl FnOnce(&mut Maker<'_>) -> T,
    ) -> Result<(T, Receipts)> {
        let (made, batch) = self.make(make);
        let receipts = self.write_made(&batch)?;
        Ok((made, receipts))
    }

    /// Makes a batch.
    pub(super) fn make<T>(&mut self, make: impl FnOnce(&mut Maker<'_>) -> T) -> (T, OwnedBatch) {
        let checkpoint = Checkpoint { import_id: "conformance".into(), ..Checkpoint::default() };
        let batch = OwnedBatch { checkpoint, ..OwnedBatch::default() };
        let mut maker = Maker::new(batch, &self.fields, &mut self.next);
        let made = make(&mut maker);
        let (batch, needs_absent) = maker.finish();
        self.needs_absent |= needs_absent;
        (made, batch)
    }

    /// Writes a batch that was made.
    pub(super) fn write_made(&mut self, batch: &OwnedBatch) -> Result<Receipts> {
        if self.needs_absent {
            return Err(ABSENT);
        }
        let batch = Batch { owned: batch, fields: &self.fields };
        let mut receipts = Receipts::expecting(&batch);
        if let Err(error) = self.storage.write(&batch, &mut receipts) {
            return fail(format!("write failed: {error}"));
        }
        match receipts.faults().first() {
            Some(fault) => fail(fault.clone()),
            None => Ok(receipts),
        }
    }

    /// Creates a record. Gives its id.
    pub(super) fn add(&mut self, object: Object, values: Values<'_>) -> Result<String> {
        let (token, receipts) = self.write(|batch| batch.create(object, values))?;
        created(&receipts, token)
    }

    /// Creates an opportunity of a contact. Gives its id.
    pub(super) fn add_to(&mut self, contact: &str, values: Values<'_>) -> Result<String> {
        let contact = ContactOf::Known(contact.into());
        let (token, receipts) = self.write(|batch| batch.opportunity(values, contact))?;
        created(&receipts, token)
    }

    /// Asks a question. Gives each record with what was said of it.
    pub(super) fn ask(&mut self, lookup: &Lookup<'_>) -> Result<Vec<(String, Seen)>> {
        let mut found = Found::default();
        if let Err(error) = self.storage.find(lookup, &mut found) {
            return fail(format!("find failed: {error}"));
        }
        let mut records: Vec<(String, Seen)> = Vec::new();
        for (id, version, keys, values) in found.told(lookup.object, &self.fields) {
            let at = records.iter().position(|(other, _)| other == id).unwrap_or_else(|| {
                records.push((id.to_owned(), Seen::default()));
                records.len() - 1
            });
            let seen = &mut records[at].1;
            seen.version = seen.version.take().or(version.map(str::to_owned));
            seen.keys.extend(keys.into_iter().map(|(f, k)| (f.to_owned(), k.to_owned())));
            let values = values.into_iter().filter(|(_, value)| !value.is_empty());
            seen.values.extend(values.map(|(f, v)| (f.to_owned(), v.to_owned())));
        }
        records.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(records)
    }

    /// Asks for records by id.
    pub(super) fn by_ids(&mut self, object: Object, ids: &[&str]) -> Result<Vec<(String, Seen)>> {
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, object));
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        self.ask(&question(object, &fields, &wanted, ids, vec![], vec![]))
    }

    /// The record with this id.
    pub(super) fn get(&mut self, object: Object, id: &str) -> Result<Seen> {
        match self.by_ids(object, &[id])?.pop() {
            Some((found, seen)) if found == id => Ok(seen),
            Some((found, _)) => fail(format!("asked for the {object} {id}, got {found}")),
            None => fail(format!("the {object} {id} is not found by its id")),
        }
    }

    /// Asks for contacts by the keys of one rule.
    pub(super) fn by_keys(
        &mut self,
        rule: &[&str],
        columns: &[&[&str]],
    ) -> Result<Vec<(String, Seen)>> {
        let rule: Vec<&str> =
            rule.iter().map(|key| name_of(&self.fields, Object::Contact, key)).collect();
        if rule.iter().any(|key| self.fields.find(Object::Contact, key).is_none()) {
            return Err(ABSENT);
        }
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Contact));
        let columns = columns.iter().map(|column| column.to_vec()).collect();
        let block = MatchBlock { fields: rule, columns };
        self.ask(&question(Object::Contact, &fields, &wanted, vec![], vec![], vec![block]))
    }

    /// Asks for the opportunities of contacts.
    pub(super) fn of_contacts(&mut self, contacts: &[&str]) -> Result<Vec<(String, Seen)>> {
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Opportunity));
        let mut contacts = contacts.to_vec();
        contacts.sort_unstable();
        self.ask(&question(Object::Opportunity, &fields, &wanted, vec![], contacts, vec![]))
    }

    /// The case is about tokens, which not every storage keeps.
    pub(super) fn needs_tokens(&self) -> Result {
        if self.storage.keeps_tokens() {
            return Ok(());
        }
        Err(Stop::Skipped("the storage keeps no tokens"))
    }
}

/// What storage says of one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) version: Option<String>,
    pub(super) keys: Vec<(String, String)>,
    values: Vec<(String, String)>,
}

impl Seen {
    pub(super) fn values(&self, field: &str) -> Vec<&str> {
        let mut seen: Vec<&str> = Vec::new();
        for (_, value) in self.values.iter().filter(|(of, _)| of == field) {
            if !seen.contains(&value.as_str()) {
                seen.push(value);
            }
        }
        seen
    }

    pub(super) fn value(&self, field: &str) -> Option<&str> {
        let whole = || if field == "first_name" { self.values("name") } else { Vec::new() };
        self.values(field).first().copied().or_else(|| whole().first().copied())
    }

    /// The fields that hold something.
    pub(super) fn fields(&self) -> Vec<String> {
        self.values.iter().map(|(field, _)| field.clone()).collect()
    }
}

fn wanted(fields: &Fields, object: Object) -> Vec<FieldId> {
    let is_wanted = |key: &str| !matches!((object, key), (_, "id") | (Object::Opportunity, "tags"));
    let own = fields.iter().filter(|(_, field)| field.object == object && is_wanted(&field.key));
    own.map(|(id, _)| id).collect()
}

fn question<'a>(
    object: Object,
    fields: &'a Fields,
    wanted: &'a [FieldId],
    ids: Vec<&'a str>,
    contact_ids: Vec<&'a str>,
    blocks: Vec<MatchBlock<'a>>,
) -> Lookup<'a> {
    Lookup { object, ids, contact_ids, blocks, wanted, fields }
}

/// The id that a receipt says was created.
pub(super) fn created(receipts: &Receipts, token: Token) -> Result<String> {
    match receipts.get(token) {
        Some(Receipt::Created { id, .. }) => Ok(id.clone()),
        Some(other) => fail(format!("a create was receipted as {other:?}")),
        None => fail("a create has no receipt"),
    }
}

/// The step was receipted as an update.
pub(super) fn updated(receipts: &Receipts, token: Token) -> Result {
    match receipts.get(token) {
        Some(Receipt::Updated { .. }) => Ok(()),
        Some(other) => fail(format!("an update was receipted as {other:?}")),
        None => fail("an update has no receipt"),
    }
}

/// The step was receipted as a conflict.
pub(super) fn conflicted(receipts: &Receipts, token: Token) -> Result {
    match receipts.get(token) {
        Some(Receipt::Conflict) => Ok(()),
        Some(other) => fail(format!("a conflict was receipted as {other:?}")),
        None => fail("a conflict has no receipt"),
    }
}
