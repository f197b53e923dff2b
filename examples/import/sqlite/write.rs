//! Writing one step inside the batch's transaction.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use crm_import::storage::{BatchFollowUp, BatchStep, Link, Op, Receipts};
use crm_import::{Account, FieldId, Fields, Object, RecordId, Value, dedup};
use rusqlite::{Connection, OptionalExtension, params};

use super::canonical;
use super::schema::{self, Columns};

/// Writes into one transaction.
pub(super) struct Writer<'a> {
    db: &'a Connection,
    fields: &'a Fields,
    account: &'a Account,
    columns: &'a [Columns; 2],
    /// The contacts that this transaction has written. They are there.
    contacts: HashSet<i64>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        db: &'a Connection,
        fields: &'a Fields,
        account: &'a Account,
        columns: &'a [Columns; 2],
    ) -> Self {
        Writer { db, fields, account, columns, contacts: HashSet::new() }
    }

    /// Writes one step and files its receipt.
    pub(super) fn step(
        &mut self,
        step: &BatchStep<'_>,
        receipts: &mut Receipts,
    ) -> Result<(), rusqlite::Error> {
        let (object, token, name) = (step.object(), step.token(), step.token().to_string());
        if let Some(id) = self.written(&name)? {
            receipts.already_applied(token, &id.to_string());
            return Ok(());
        }
        let contact = match step.link(receipts) {
            Link::Unchanged => None,
            Link::To(id) => Some(id),
            Link::Lost => return Ok(()),
        };
        if self.is_taken(step)? || self.is_gone(contact)? {
            receipts.conflict(token);
            return Ok(());
        }
        let (id, version) = match step.op() {
            Op::Create => (self.insert(object, texts(step), contact)?, Some(1)),
            Op::Update => match self.update(step, contact)? {
                Some(written) => written,
                None => {
                    receipts.conflict(token);
                    return Ok(());
                }
            },
        };
        for change in step.changes() {
            if self.columns[object as usize].find(change.field_id()).is_none() {
                let values = change.after().map(Value::into_text);
                self.put(object, id, change.key(), values, !step.is_update())?;
            }
        }
        if object == Object::Contact {
            self.index(id)?;
            self.contacts.insert(id);
        }
        let outcome = if step.is_update() { "updated" } else { "created" };
        self.keep(&name, object.name(), id, outcome)?;
        let version = version.map(|version| version.to_string());
        match step.op() {
            Op::Create => receipts.created(token, &id.to_string(), version.as_deref()),
            Op::Update => receipts.updated(token, version.as_deref()),
        }
        Ok(())
    }

    /// Does one follow-up and files its receipt.
    pub(super) fn follow_up(
        &self,
        follow_up: &BatchFollowUp<'_>,
        receipts: &mut Receipts,
    ) -> Result<(), rusqlite::Error> {
        let (token, name) = (follow_up.token(), follow_up.token().to_string());
        if let Some(id) = self.written(&name)? {
            receipts.already_applied(token, &id.to_string());
            return Ok(());
        }
        let Link::To(contact) = follow_up.contact(receipts) else { return Ok(()) };
        let contact = match RecordId::number(contact) {
            Some(number) if !self.is_gone(Some(contact))? => number,
            _ => {
                receipts.rejected(token, "the contact is gone");
                return Ok(());
            }
        };
        self.db
            .prepare_cached("INSERT INTO follow_ups (contact_id, kind, name) VALUES (?1, ?2, ?3)")?
            .execute(params![contact, follow_up.kind().name(), follow_up.name()])?;
        self.keep(&name, "follow_up", contact, "done")?;
        receipts.done(token);
        Ok(())
    }

    /// The record that the step with this token wrote.
    fn written(&self, token: &str) -> Result<Option<i64>, rusqlite::Error> {
        self.db
            .prepare_cached("SELECT record_id FROM import_steps WHERE token = ?1")?
            .query_row([token], |row| row.get(0))
            .optional()
    }

    fn keep(
        &self,
        token: &str,
        object: &str,
        id: i64,
        outcome: &str,
    ) -> Result<(), rusqlite::Error> {
        self.db
            .prepare_cached(
                "INSERT INTO import_steps (token, object, record_id, outcome) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![token, object, id, outcome])?;
        Ok(())
    }

    /// Does another contact hold a key that the step expects to be free?
    fn is_taken(&self, step: &BatchStep<'_>) -> Result<bool, rusqlite::Error> {
        let own = RecordId::number(step.id()).unwrap_or(0);
        for key in step.new_keys() {
            let is_taken = match key.fields() {
                [field] if field == "email" => self
                    .db
                    .prepare_cached(
                        "SELECT 1 FROM contact_emails WHERE value = ?1 AND contact_id <> ?2",
                    )?
                    .exists(params![key.value(), own])?,
                [field] if field == "phone" => self
                    .db
                    .prepare_cached(
                        "SELECT 1 FROM contact_phones WHERE value = ?1 AND contact_id <> ?2",
                    )?
                    .exists(params![key.value(), own])?,
                fields => self
                    .db
                    .prepare_cached(
                        "SELECT 1 FROM contact_keys WHERE rule = ?1 AND key = ?2 AND contact_id <> ?3",
                    )?
                    .exists(params![fields.join("+"), key.value(), own])?,
            };
            if is_taken {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has somebody deleted the contact that the step links to?
    fn is_gone(&self, contact: Option<&str>) -> Result<bool, rusqlite::Error> {
        let Some(contact) = contact.map(RecordId::number) else { return Ok(false) };
        if contact.is_some_and(|contact| self.contacts.contains(&contact)) {
            return Ok(false);
        }
        let mut statement = self.db.prepare_cached("SELECT 1 FROM contacts WHERE id = ?1")?;
        Ok(!statement.exists([contact])?)
    }

    /// A new record with these values, as far as they are columns.
    fn insert<'v>(
        &self,
        object: Object,
        values: impl Iterator<Item = (FieldId, Option<Cow<'v, str>>)>,
        contact: Option<&'v str>,
    ) -> Result<i64, rusqlite::Error> {
        let columns = &self.columns[object as usize];
        let mut statement = self.db.prepare_cached(&columns.insert)?;
        values.chain(self.link(contact)).try_for_each(|(field, value)| {
            match columns.find(field) {
                Some((place, _)) => statement.raw_bind_parameter(place, value),
                None => Ok(()),
            }
        })?;
        statement.raw_execute()?;
        Ok(self.db.last_insert_rowid())
    }

    /// The contact of an opportunity, as the value of its column.
    fn link<'v>(&self, contact: Option<&'v str>) -> Option<(FieldId, Option<Cow<'v, str>>)> {
        let field = self.fields.find(Object::Opportunity, "contact_id")?;
        contact.map(|contact| (field, Some(contact.into())))
    }

    /// Writes the columns of a record and raises its version, provided that it has the one that was read.
    /// Returns its id and the version, if one was read; `None` if it has another.
    fn update(
        &self,
        step: &BatchStep<'_>,
        contact: Option<&str>,
    ) -> Result<Option<(i64, Option<i64>)>, rusqlite::Error> {
        let Some(id) = RecordId::number(step.id()) else { return Ok(None) };
        let columns = &self.columns[step.object() as usize];
        let (mut set, mut values) = (String::new(), Vec::new());
        for (field, value) in texts(step).chain(self.link(contact)) {
            if let Some((_, name)) = columns.find(field) {
                values.push(value);
                let _ = write!(set, ", {name} = ?{}", values.len() + 2);
            }
        }
        let sql = format!(
            "UPDATE {} SET version = version + 1{set} WHERE id = ?1 AND (?2 IS NULL OR version = ?2)",
            columns.table
        );
        let read: Option<i64> = step.version().and_then(|version| version.parse().ok());
        let mut statement = self.db.prepare_cached(&sql)?;
        statement.raw_bind_parameter(1, id)?;
        statement.raw_bind_parameter(2, read)?;
        for (place, value) in (3..).zip(values) {
            statement.raw_bind_parameter(place, value)?;
        }
        let is_written = statement.raw_execute()? > 0;
        Ok(is_written.then_some((id, read.map(|read| read + 1))))
    }

    /// Sets the values of a field that has no column. No values clear it.
    fn put<'v>(
        &self,
        object: Object,
        id: i64,
        key: &str,
        values: impl Iterator<Item = Cow<'v, str>>,
        is_new: bool,
    ) -> Result<(), rusqlite::Error> {
        let addresses = match (object, key) {
            (Object::Contact, "email") => Some(("contact_emails", 0)),
            (Object::Contact, "additional_emails") => Some(("contact_emails", 1)),
            (Object::Contact, "phone") => Some(("contact_phones", 0)),
            (Object::Contact, "additional_phones") => Some(("contact_phones", 1)),
            _ => None,
        };
        if let Some((table, first)) = addresses {
            if !is_new {
                let which = if first == 0 { "position = 0" } else { "position > 0" };
                let sql = format!("DELETE FROM {table} WHERE contact_id = ?1 AND {which}");
                self.db.prepare_cached(&sql)?.execute([id])?;
            }
            let sql =
                format!("INSERT INTO {table} (contact_id, position, value) VALUES (?1, ?2, ?3)");
            let mut statement = self.db.prepare_cached(&sql)?;
            for (position, value) in (first..).zip(values) {
                statement.execute(params![id, position, value])?;
            }
            return Ok(());
        }
        let table = schema::extras(object);
        if !is_new {
            let sql = format!("DELETE FROM {table} WHERE record_id = ?1 AND field = ?2");
            self.db.prepare_cached(&sql)?.execute(params![id, key])?;
        }
        let sql = format!(
            "INSERT INTO {table} (record_id, field, position, value) VALUES (?1, ?2, ?3, ?4)"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        for (position, value) in (0_i64..).zip(values) {
            statement.execute(params![id, key, position, value])?;
        }
        Ok(())
    }

    /// Adds one record the way an application would. Items of a list are separated by `|`.
    pub(super) fn seed(
        &self,
        object: Object,
        values: &[(&str, &str)],
    ) -> Result<i64, rusqlite::Error> {
        let spell = |key, value| spelled(object, key, value, self.account);
        let known = |key| self.fields.find(object, key);
        let is_column = |field: &FieldId| self.columns[object as usize].find(*field).is_some();
        let columns = values.iter().filter_map(|(key, value)| {
            Some((known(key).filter(is_column)?, Some(spell(key, value).into())))
        });
        let id = self.insert(object, columns, None)?;
        for (key, value) in
            values.iter().filter(|(key, _)| !known(key).as_ref().is_some_and(is_column))
        {
            let items = value.split('|').map(|value| spell(key, value).into());
            self.put(object, id, key, items, true)?;
        }
        if object == Object::Contact {
            self.index(id)?;
        }
        Ok(id)
    }

    /// Keeps the keys of a contact under the match rules that are not plain e-mail or phone.
    fn index(&self, id: i64) -> Result<(), rusqlite::Error> {
        let rules = self.account.dedup.contacts.iter().map(|rule| &rule.0);
        let rules: Vec<&Vec<String>> = rules
            .filter(|rule| !matches!(rule.as_slice(), [one] if one == "email" || one == "phone"))
            .collect();
        if rules.is_empty() {
            return Ok(());
        }
        self.db.prepare_cached("DELETE FROM contact_keys WHERE contact_id = ?1")?.execute([id])?;
        for rule in rules {
            let of = |field: &str| self.stored(id, field).unwrap_or_default();
            for key in dedup::record_keys(Object::Contact, rule, self.fields, self.account, of) {
                self.db
                    .prepare_cached(
                        "INSERT OR IGNORE INTO contact_keys (contact_id, rule, key) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![id, rule.join("+"), key.join("\u{1f}")])?;
            }
        }
        Ok(())
    }

    /// The stored values of one field of a contact.
    fn stored(&self, id: i64, key: &str) -> Result<Vec<String>, rusqlite::Error> {
        let sql = match key {
            "email" => {
                "SELECT value FROM contact_emails WHERE contact_id = ?1 AND position = 0".to_owned()
            }
            "additional_emails" => {
                "SELECT value FROM contact_emails WHERE contact_id = ?1 AND position > 0".to_owned()
            }
            "phone" => {
                "SELECT value FROM contact_phones WHERE contact_id = ?1 AND position = 0".to_owned()
            }
            "additional_phones" => {
                "SELECT value FROM contact_phones WHERE contact_id = ?1 AND position > 0".to_owned()
            }
            _ => match self.fields.find(Object::Contact, key) {
                Some(field) if schema::is_column(self.fields.get(field)) => {
                    format!(
                        "SELECT \"{key}\" FROM contacts WHERE id = ?1 AND \"{key}\" IS NOT NULL"
                    )
                }
                Some(_) => format!(
                    "SELECT value FROM contact_fields WHERE record_id = ?1 AND field = '{}'",
                    key.replace('\'', "''")
                ),
                None => return Ok(Vec::new()),
            },
        };
        let mut statement = self.db.prepare_cached(&sql)?;
        let values = statement.query_map([id], |row| row.get(0))?;
        values.collect()
    }
}

/// The first value of each field that a step changes, as text.
fn texts<'v, 'a: 'v>(
    step: &BatchStep<'a>,
) -> impl Iterator<Item = (FieldId, Option<Cow<'v, str>>)> + use<'v, 'a> {
    step.changes().map(|change| (change.field_id(), change.value().map(Value::into_text)))
}

/// How the values of a seeded record are kept.
fn spelled(object: Object, key: &str, value: &str, account: &Account) -> String {
    match (object, key) {
        (Object::Contact, "email" | "additional_emails") => canonical(true, value, account),
        (Object::Contact, "phone" | "additional_phones") => canonical(false, value, account),
        _ => value.to_owned(),
    }
}
