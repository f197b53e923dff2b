//! [`Bench`]: a storage under test, with helpers to write to it and to look up records.

use std::collections::BTreeSet;
use std::fmt;
use std::result::Result as Answer;

use super::maker::{Maker, absent};
use super::receipts::{created_id, expect_updated};
use super::{Result, cause, fail, skip, with_causes};
use crate::account::Account;
use crate::draft::{Choices, normalize_stored};
use crate::field::{FieldId, Fields};
use crate::lookup::{Found, Lookup, MatchBlock};
use crate::object::Object;
use crate::plan::Op;
use crate::storage::{
    Batch, ContactOf, OwnedBatch, Receipt, Receipts, Recovery, StorageWrite, Token,
};
use crate::value::Value;

/// Fields with their values.
pub(super) type Values<'v> = &'v [(&'v str, &'v [&'v str])];

/// A storage under test.
pub(super) struct Bench<S> {
    pub(super) storage: S,
    account: Account,
    fields: Fields,
    next: u128,
    /// Why the case has to be skipped, if it is about a field that the account does without.
    absent: Option<String>,
    /// Fields that `find` has named and that the account does not have.
    unknown: BTreeSet<(Object, String)>,
    /// The tokens of steps and follow-ups that storage was given.
    given: BTreeSet<Token>,
}

/// How often a case tries one question or one batch at most; an import is more patient.
pub(super) const TRIES: u32 = 5;

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
        self.values(field).first().copied()
    }

    /// Whether both have the same version and values.
    pub(super) fn is_like(&self, other: &Seen) -> bool {
        let values =
            |seen: &Seen| -> BTreeSet<(String, String)> { seen.values.iter().cloned().collect() };
        self.version == other.version && values(self) == values(other)
    }

    /// The fields that hold something, once each.
    pub(super) fn fields(&self) -> BTreeSet<&str> {
        self.values.iter().map(|(field, _)| field.as_str()).collect()
    }
}

/// As messages show it.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for field in self.fields() {
            write!(f, "{field} {:?}, ", self.values(field).join("; "))?;
        }
        match &self.version {
            Some(version) => write!(f, "version {version}"),
            None => f.write_str("no version"),
        }
    }
}

impl<S: StorageWrite> Bench<S> {
    pub(super) fn new(mut storage: S) -> Self {
        let account = storage.account().unwrap_or_default();
        let fields = account.fields();
        let unknown = BTreeSet::new();
        Bench { storage, account, fields, next: 0, absent: None, unknown, given: BTreeSet::new() }
    }

    /// Another import, beside one with a bench of its own. Their steps have different tokens.
    pub(super) fn beside(storage: S) -> Self {
        Bench { next: 1 << 64, ..Bench::new(storage) }
    }

    /// Fields that `find` has named so far and that the account does not have.
    pub(super) fn unknown(&self) -> &BTreeSet<(Object, String)> {
        &self.unknown
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// The fields that the account has.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn has(&self, object: Object, key: &str) -> bool {
        self.fields.find(object, key).is_some_and(|id| !self.fields.is_part(id))
    }

    /// Whether there are opportunities at all.
    pub(super) fn keeps_opportunities(&self) -> bool {
        self.has(Object::Opportunity, "name")
    }

    /// The field for a name: the first name, or the whole name where names are kept whole.
    pub(super) fn name(&self) -> &'static str {
        let is_whole =
            !self.has(Object::Contact, "first_name") && self.has(Object::Contact, "name");
        if is_whole { "name" } else { "first_name" }
    }

    /// A text field that may change and be blank: the city, or another one, or for want of any the name.
    pub(super) fn text(&self) -> &'static str {
        let texts = ["city", "company", "address", "state", "postal_code", "source", "notes"];
        let is_free = |key: &&str| {
            self.has(Object::Contact, key)
                && !self.account.dedup.required.iter().any(|needed| needed == key)
        };
        texts.into_iter().find(is_free).unwrap_or_else(|| self.name())
    }

    /// The addresses by which the account finds contacts, each with one that a case may use.
    pub(super) fn addresses(&self) -> Result<Vec<(&'static str, &'static str)>> {
        let is_rule = |field: &str| {
            self.account.dedup.contacts.iter().any(|rule| rule.0 == [field])
                && self.has(Object::Contact, field)
        };
        let all = [("email", "ana@example.com"), ("phone", "+12065550123")];
        let own: Vec<_> = all.into_iter().filter(|(field, _)| is_rule(field)).collect();
        if own.is_empty() {
            skip("the account matches neither by e-mail nor by phone")
        } else {
            Ok(own)
        }
    }

    /// Whether two values of a field say the same, as the import reads what is stored.
    pub(super) fn is_same(&self, object: Object, key: &str, one: &str, other: &str) -> bool {
        let Some(field) = self.fields.find(object, key) else { return one == other };
        let kind = self.fields.get(field).kind;
        let choices = Choices::new(&self.account, &self.fields);
        let region = self.account.default_country.as_deref();
        let read = |text| normalize_stored(kind, text, region, &choices).into_owned();
        one == other || !matches!(read(one), Value::Text(_)) && read(one) == read(other)
    }

    /// The same of several values, in any order.
    pub(super) fn are_same(
        &self,
        object: Object,
        key: &str,
        some: &[&str],
        others: &[&str],
    ) -> bool {
        let (mut some, mut others) = (some.to_vec(), others.to_vec());
        some.sort_unstable();
        others.sort_unstable();
        some.len() == others.len()
            && some.iter().zip(&others).all(|(one, other)| self.is_same(object, key, one, other))
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

    pub(super) fn make<T>(&mut self, make: impl FnOnce(&mut Maker<'_>) -> T) -> (T, OwnedBatch) {
        let mut maker = Maker::new(&self.account, &self.fields, &mut self.next);
        let made = make(&mut maker);
        let (batch, absent) = maker.finish();
        self.absent = self.absent.take().or(absent);
        (made, batch)
    }

    pub(super) fn write_made(&mut self, batch: &OwnedBatch) -> Result<Receipts> {
        if let Some(why) = &self.absent {
            return skip(why.clone());
        }
        let receipts = match self.try_write(batch) {
            Ok(receipts) => receipts,
            Err(error) => return cause(format!("write failed: {}", with_causes(&error))),
        };
        match receipts.faults().first() {
            Some(fault) => fail(fault.clone()),
            None => Ok(receipts),
        }
    }

    /// Writes a batch once, whatever the adapter says of an error.
    pub(super) fn write_once(&mut self, owned: &OwnedBatch) -> Answer<Receipts, S::Error> {
        let batch = Batch { owned, fields: &self.fields };
        let mut receipts = Receipts::expecting(&batch);
        self.storage.write(&batch, &mut receipts).map(|()| receipts)
    }

    /// Writes a batch, and once more as long as the adapter says so.
    pub(super) fn try_write(&mut self, owned: &OwnedBatch) -> Answer<Receipts, S::Error> {
        let mut attempt = 1;
        let receipts = loop {
            match self.write_once(owned) {
                Ok(receipts) => break receipts,
                Err(error) if attempt == TRIES => return Err(error),
                Err(error) if self.storage.recover(&error, attempt) != Recovery::Retry => {
                    return Err(error);
                }
                Err(_) => attempt += 1,
            }
        };
        let batch = Batch { owned, fields: &self.fields };
        let tokens = batch.steps().map(|step| step.token());
        let tokens = tokens.chain(batch.follow_ups().map(|wanted| wanted.token()));
        let new: Vec<Token> = tokens.filter(|token| self.given.insert(*token)).collect();
        Ok(if attempt > 1 { as_first(&batch, receipts, &new) } else { receipts })
    }

    /// Makes a batch and writes it. `None`: an error says that a step of it is to blame, which is as good as
    /// a refusal.
    pub(super) fn write_or_refuse<T>(
        &mut self,
        make: impl FnOnce(&mut Maker<'_>) -> T,
    ) -> Result<Option<(T, Receipts)>> {
        let (made, batch) = self.make(make);
        match self.try_write(&batch) {
            Ok(receipts) => Ok(Some((made, receipts))),
            // As if all tries were used up: does it still say that a step is to blame?
            Err(error) if self.storage.recover(&error, TRIES) == Recovery::Split => Ok(None),
            Err(error) => cause(format!("write failed: {}", with_causes(&error))),
        }
    }

    /// Writes a record with these values. Returns its id, `None` if storage refuses it, as it may.
    pub(super) fn add_or_refuse(
        &mut self,
        object: Object,
        values: Values<'_>,
    ) -> Result<Option<String>> {
        let name = self.name();
        let written = self.write_or_refuse(|batch| match object {
            Object::Contact => batch.create(object, values),
            Object::Opportunity => {
                let ana = batch.create(Object::Contact, &[(name, &["Ana"])]);
                batch.opportunity(values, ContactOf::CreatedBy(ana))
            }
        })?;
        let Some((token, receipts)) = written else { return Ok(None) };
        match receipts.get(token) {
            Some(Receipt::Rejected { .. }) => Ok(None),
            _ => created_id(&receipts, token).map(Some),
        }
    }

    /// Creates a record. Returns its id.
    pub(super) fn add(&mut self, object: Object, values: Values<'_>) -> Result<String> {
        let (token, receipts) = self.write(|batch| batch.create(object, values))?;
        created_id(&receipts, token)
    }

    /// Creates an opportunity of a contact. Returns its id.
    pub(super) fn add_to(&mut self, contact: &str, values: Values<'_>) -> Result<String> {
        let contact = ContactOf::Known(contact.into());
        let (token, receipts) = self.write(|batch| batch.opportunity(values, contact))?;
        created_id(&receipts, token)
    }

    /// Whether storage takes two items of this list of addresses. A table may have only one column beside that of the
    /// primary address, and reject what does not fit.
    pub(super) fn takes_two(&mut self, list: &str) -> Result<bool> {
        let two = match list {
            "additional_phones" => ["+12065550171", "+12065550172"],
            _ => ["p1@probe.example", "p2@probe.example"],
        };
        let make = |batch: &mut Maker<'_>| batch.create(Object::Contact, &[(list, &two)]);
        let Some((token, receipts)) = self.write_or_refuse(make)? else { return Ok(false) };
        Ok(!matches!(receipts.get(token), Some(Receipt::Rejected { .. })))
    }

    /// Asks a question. Returns each record with what storage says about it.
    pub(super) fn ask(&mut self, lookup: &Lookup<'_>) -> Result<Vec<(String, Seen)>> {
        let mut found = Found::default();
        let mut attempt = 1;
        while let Err(error) = self.storage.find(lookup, &mut found) {
            if attempt == TRIES || !self.storage.asks_again(&error, attempt) {
                return cause(format!("find failed: {}", with_causes(&error)));
            }
            (found, attempt) = (Found::default(), attempt + 1);
        }
        let unknown = found.unknown(lookup.object, &self.fields);
        self.unknown.extend(unknown.map(|name| (lookup.object, name.to_owned())));
        let mut records: Vec<(String, Seen)> = Vec::new();
        for (id, version, keys, values) in found.told(lookup.object, &self.fields) {
            let at = records.iter().position(|(other, _)| other == id).unwrap_or_else(|| {
                records.push((id.to_owned(), Seen::default()));
                records.len() - 1
            });
            let seen = &mut records[at].1;
            seen.version = seen.version.take().or(version.map(str::to_owned));
            seen.keys.extend(keys.into_iter().map(|(f, k)| (f.to_owned(), k.to_owned())));
            // A part of a name that is kept whole is no field of its own.
            let values = values.into_iter().filter(|(field, _)| self.has(lookup.object, field));
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
        let mut found = self.by_ids(object, &[id])?;
        if found.len() > 1 {
            return cause(
                "one id was asked for, and several records came: give those of Lookup::ids",
            );
        }
        match found.pop() {
            Some((found, seen)) if found == id => Ok(seen),
            Some((found, _)) => fail(format!("asked for the {object} {id}, got {found}")),
            None => {
                cause("a record is not found by the id that its receipt gave: answer Lookup::ids")
            }
        }
    }

    /// Updates a record as it is now, and expects the update to be written.
    pub(super) fn change(
        &mut self,
        object: Object,
        id: &str,
        before: Values<'_>,
        after: Values<'_>,
    ) -> Result {
        let version = self.get(object, id)?.version;
        let (token, receipts) =
            self.write(|batch| batch.update(object, id, version.as_deref(), before, after))?;
        expect_updated(&receipts, token, object, version.as_deref())
    }

    /// Links an opportunity to another contact.
    pub(super) fn relink(&mut self, id: &str, contact: &str) -> Result {
        let version = self.get(Object::Opportunity, id)?.version;
        let (token, receipts) =
            self.write(|batch| batch.relink(id, version.as_deref(), contact))?;
        expect_updated(&receipts, token, Object::Opportunity, version.as_deref())
    }

    /// Asks for contacts by the keys of one rule, given as a column of parts for each of its fields.
    pub(super) fn by_keys(
        &mut self,
        rule: &[&str],
        columns: &[&[&str]],
    ) -> Result<Vec<(String, Seen)>> {
        if let Some(key) = rule.iter().find(|key| !self.has(Object::Contact, key)) {
            return skip(absent(Object::Contact, key));
        }
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Contact));
        let columns = columns.iter().map(|column| column.to_vec()).collect();
        let block = MatchBlock { fields: rule.to_vec(), columns };
        self.ask(&question(Object::Contact, &fields, &wanted, vec![], vec![], vec![block]))
    }

    /// Asks for contacts by one key of a rule, given as its parts.
    pub(super) fn by_key(
        &mut self,
        rule: &[String],
        parts: &[String],
    ) -> Result<Vec<(String, Seen)>> {
        let fields: Vec<&str> = rule.iter().map(String::as_str).collect();
        let parts: Vec<[&str; 1]> = parts.iter().map(|part| [part.as_str()]).collect();
        let columns: Vec<&[&str]> = parts.iter().map(|column| &column[..]).collect();
        self.by_keys(&fields, &columns)
    }

    /// Asks for contacts by one address of each kind, all at once.
    pub(super) fn by_addresses(
        &mut self,
        addresses: Vec<(&str, &str)>,
    ) -> Result<Vec<(String, Seen)>> {
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Contact));
        let block = |(rule, key)| MatchBlock { fields: vec![rule], columns: vec![vec![key]] };
        let blocks = addresses.into_iter().map(block).collect();
        self.ask(&question(Object::Contact, &fields, &wanted, vec![], vec![], blocks))
    }

    /// Asks for a contact by its id and for another one by its address, at once.
    pub(super) fn by_id_and_key(
        &mut self,
        id: &str,
        rule: &str,
        key: &str,
    ) -> Result<Vec<(String, Seen)>> {
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Contact));
        let block = MatchBlock { fields: vec![rule], columns: vec![vec![key]] };
        self.ask(&question(Object::Contact, &fields, &wanted, vec![id], vec![], vec![block]))
    }

    /// Asks for the opportunities of contacts.
    pub(super) fn of_contacts(&mut self, contacts: &[&str]) -> Result<Vec<(String, Seen)>> {
        let (fields, wanted) = (self.fields.clone(), wanted(&self.fields, Object::Opportunity));
        let mut contacts = contacts.to_vec();
        contacts.sort_unstable();
        self.ask(&question(Object::Opportunity, &fields, &wanted, vec![], contacts, vec![]))
    }

    /// Whether the account matches contacts by these fields together.
    pub(super) fn needs_rule(&self, fields: &[&str]) -> Result {
        let rule: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        let is_asked = self.account.dedup.contacts.iter().any(|own| own.0 == rule);
        if is_asked && self.storage.answers(&rule) {
            return Ok(());
        }
        skip(format!("the account has no rule {}", fields.join("+")))
    }

    pub(super) fn needs_tokens(&self) -> Result {
        if self.storage.keeps_tokens() {
            return Ok(());
        }
        skip("the storage keeps no tokens (StorageWrite::keeps_tokens)")
    }
}

/// The receipts of a batch that was repeated because its answer was lost, as the first attempt had them.
fn as_first(batch: &Batch<'_>, mut receipts: Receipts, new: &[Token]) -> Receipts {
    let is_new = |token: Token| new.contains(&token);
    for step in batch.steps().filter(|step| is_new(step.token())) {
        receipts.restore(step.token(), |id| match step.op() {
            Op::Create => Receipt::Created { id, version: None },
            Op::Update => Receipt::Updated { version: None },
        });
    }
    for wanted in batch.follow_ups().filter(|wanted| is_new(wanted.token())) {
        receipts.restore(wanted.token(), |_| Receipt::Done);
    }
    receipts
}

fn wanted(fields: &Fields, object: Object) -> Vec<FieldId> {
    let is_wanted = |key: &str| !matches!((object, key), (_, "id") | (Object::Opportunity, "tags"));
    let own = fields.iter().filter(|(_, field)| field.object == object && is_wanted(&field.key));
    let own = own.filter(|(_, field)| !field.is_part);
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
