//! [`Bench`]: a storage on trial, and batches and questions made by hand.

use super::{Result, Stop, fail};
use crate::account::PhoneRule;
use crate::field::{FieldId, FieldKind, Fields};
use crate::follow_up::FollowUpKind;
use crate::lookup::{Found, Lookup, MatchBlock};
use crate::normalize;
use crate::object::{Object, RowNumber};
use crate::plan::{Changes, Op};
use crate::storage::{
    Batch, BatchData, Checkpoint, ContactOf, FollowUpData, Receipt, Receipts, StepData,
    StorageWrite, Token,
};
use crate::value::Value;

/// Fields with their values.
pub(super) type Values<'v> = &'v [(&'v str, &'v [&'v str])];

/// A storage on trial.
pub(super) struct Bench<S> {
    pub(super) storage: S,
    fields: Fields,
    next: u128,
    /// A case is about a field that the account does without.
    needs_absent: bool,
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

/// A batch that is being made.
pub(super) struct Maker<'f> {
    data: BatchData,
    fields: &'f Fields,
    next: &'f mut u128,
    /// A step is about a field that the account does without.
    needs_absent: bool,
}

const ABSENT: Stop = Stop::Skipped("the account does without a field that this is about");

/// Where a full name is kept whole, it is what cases take for a first name.
fn name_of<'k>(fields: &Fields, object: Object, key: &'k str) -> &'k str {
    let has = |key| fields.find(object, key).is_some();
    if key == "first_name" && !has("first_name") && has("name") { "name" } else { key }
}

impl Maker<'_> {
    fn token(&mut self) -> Token {
        *self.next += 1;
        // Like real tokens, they are spread over all bits.
        Token(self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    pub(super) fn create(&mut self, object: Object, values: Values<'_>) -> Token {
        self.step(object, None, None, &[], values, ContactOf::Unchanged)
    }

    /// A create that expects its keys to be free.
    pub(super) fn create_new(&mut self, values: Values<'_>, keys: &[(&str, &str)]) -> Token {
        let token = self.create(Object::Contact, values);
        self.expect_free(keys);
        token
    }

    pub(super) fn opportunity(&mut self, values: Values<'_>, contact: ContactOf) -> Token {
        self.step(Object::Opportunity, None, None, &[], values, contact)
    }

    /// An update; the values before are those that it takes away from lists.
    pub(super) fn update(
        &mut self,
        object: Object,
        id: &str,
        version: Option<&str>,
        before: Values<'_>,
        after: Values<'_>,
    ) -> Token {
        self.step(object, Some(id), version, before, after, ContactOf::Unchanged)
    }

    pub(super) fn relink(&mut self, id: &str, version: Option<&str>, contact: &str) -> Token {
        let contact = ContactOf::Known(contact.into());
        self.step(Object::Opportunity, Some(id), version, &[], &[], contact)
    }

    /// The last step is about the contact that another step of the batch writes.
    pub(super) fn expect_written(&mut self, contact: Token) {
        if let Some(step) = self.data.steps.last_mut() {
            step.contact_step = Some(contact);
        }
    }

    /// The last step expects these keys to be free.
    pub(super) fn expect_free(&mut self, keys: &[(&str, &str)]) {
        for (field, key) in keys {
            let rule = vec![(*field).to_owned()];
            let at = self.data.rules.iter().position(|other| *other == rule).unwrap_or_else(|| {
                self.data.rules.push(rule);
                self.data.rules.len() - 1
            });
            self.data.push_key(at, key);
        }
        if let Some(step) = self.data.steps.last_mut() {
            step.keys.end = self.data.keys.len();
        }
    }

    pub(super) fn follow_up(
        &mut self,
        kind: FollowUpKind,
        name: &str,
        contact: ContactOf,
    ) -> Token {
        let (token, row) = (self.token(), RowNumber(1));
        let task = 0;
        self.data.follow_ups.push(FollowUpData {
            kind,
            name: name.into(),
            token,
            row,
            contact,
            contact_step: None,
            task,
        });
        token
    }

    fn step(
        &mut self,
        object: Object,
        id: Option<&str>,
        version: Option<&str>,
        before: Values<'_>,
        after: Values<'_>,
        contact: ContactOf,
    ) -> Token {
        let token = self.token();
        let from = self.data.changes.len();
        for (key, values) in after {
            let Some(field) = self.fields.find(object, name_of(self.fields, object, key)) else {
                self.needs_absent = true;
                continue;
            };
            let before = before.iter().find(|(of, _)| of == key).map_or(&[][..], |(_, v)| *v);
            push(&mut self.data.changes, self.fields, field, before, values);
        }
        self.data.steps.push(StepData {
            object,
            op: if id.is_some() { Op::Update } else { Op::Create },
            row: RowNumber(u32::try_from(self.data.steps.len() + 1).unwrap_or(1)),
            token,
            id: id.map(Into::into),
            version: version.map(Into::into),
            contact,
            contact_step: None,
            changes: from..self.data.changes.len(),
            keys: self.data.keys.len()..self.data.keys.len(),
            task: 0,
        });
        token
    }
}

fn push(changes: &mut Changes, fields: &Fields, field: FieldId, before: &[&str], after: &[&str]) {
    let read = |text: &str| {
        let text = text.to_owned();
        match fields.get(field).kind {
            FieldKind::Phone => match normalize::phone(&text, None, PhoneRule::Possible) {
                Ok(phone) => Value::Phone(phone),
                Err(_) => Value::Text(text.into()),
            },
            FieldKind::Number | FieldKind::Money => match normalize::decimal(&text, None) {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(text.into()),
            },
            FieldKind::Boolean => Value::Boolean(text == "true"),
            FieldKind::Date => match text.parse() {
                Ok(date) => Value::Date(date),
                Err(_) => Value::Text(text.into()),
            },
            _ => Value::Text(text.into()),
        }
    };
    changes.push(field, before.iter().map(|text| read(text)), after.iter().map(|text| read(text)));
}

impl<S: StorageWrite> Bench<S> {
    pub(super) fn new(mut storage: S) -> Self {
        let fields = storage.account().map_or_else(|_| Fields::standard(), |it| it.fields());
        Bench { storage, fields, next: 0, needs_absent: false }
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
        let (made, data) = self.make(make);
        let receipts = self.write_data(&data)?;
        Ok((made, receipts))
    }

    pub(super) fn make<T>(&mut self, make: impl FnOnce(&mut Maker<'_>) -> T) -> (T, BatchData) {
        let checkpoint = Checkpoint { import_id: "conformance".into(), ..Checkpoint::default() };
        let data = BatchData { checkpoint, ..BatchData::default() };
        let (fields, next) = (&self.fields, &mut self.next);
        let mut maker = Maker { data, fields, next, needs_absent: false };
        let made = make(&mut maker);
        let Maker { data, needs_absent, .. } = maker;
        self.needs_absent |= needs_absent;
        (made, data)
    }

    pub(super) fn write_data(&mut self, data: &BatchData) -> Result<Receipts> {
        if self.needs_absent {
            return Err(ABSENT);
        }
        let batch = Batch { data, fields: &self.fields };
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

    pub(super) fn needs_tokens(&self) -> Result {
        if self.storage.keeps_tokens() {
            return Ok(());
        }
        Err(Stop::Skipped("the storage keeps no tokens"))
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
