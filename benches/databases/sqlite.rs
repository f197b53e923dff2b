//! The import into SQLite as one would write it by hand for this file.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{
    CachedStatement, Connection, OptionalExtension, Result, Row, Transaction, TransactionBehavior,
    params, params_from_iter,
};

use super::Times;
use super::plain::{Addresses, Asked, Deal, OF_CONTACTS, OF_DEALS, Person, Plain, Whose, Writes};

// The same pragmas. The example keeps it to itself.
#[allow(dead_code, clippy::duplicate_mod)]
#[path = "../../examples/import/sqlite/schema.rs"]
mod schema;

/// Looks up and writes everything.
pub(crate) fn import(path: &Path, plain: &Plain) -> Result<Times> {
    let mut db = schema::connect(path)?;
    let begun = Instant::now();
    for asked in &plain.look_ups {
        std::hint::black_box(look_up(&mut db, asked)?);
    }
    let look_ups = begun.elapsed();
    let sql = Sql::new();
    for (at, writes) in plain.batches.iter().enumerate() {
        if at + 1 == plain.batches.len() {
            schema::set_durability(&db, schema::Durability::Power)?;
        }
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction, &sql, writes, &plain.import_id)?;
        transaction.commit()?;
    }
    let all = begun.elapsed();
    Ok(Times { look_ups, writes: all - look_ups, all })
}

/// A stored contact.
#[derive(Default)]
#[allow(dead_code)] // it is read to be compared with
struct Stored {
    id: i64,
    version: i64,
    columns: Vec<Option<String>>,
    emails: Vec<String>,
    phones: Vec<String>,
    more: Vec<(String, String)>,
}

fn look_up(db: &mut Connection, asked: &Asked) -> Result<Vec<Stored>> {
    let transaction = db.transaction()?;
    let mut reading = Reading::new(&transaction)?;
    let (mut stored, mut known) = (Vec::new(), HashSet::new());
    for (keys, table) in [(&asked.emails, "contact_emails"), (&asked.phones, "contact_phones")] {
        let sql = format!("SELECT contact_id FROM {table} WHERE value = ?1");
        let mut holders = transaction.prepare_cached(&sql)?;
        for key in keys {
            let mut ids = holders.query([key])?;
            while let Some(row) = ids.next()? {
                let id = row.get(0)?;
                if known.insert(id) {
                    stored.push(reading.read(id)?);
                }
            }
        }
    }
    drop(reading);
    transaction.commit()?;
    Ok(stored)
}

/// The statements that read one contact.
struct Reading<'db> {
    contact: CachedStatement<'db>,
    emails: CachedStatement<'db>,
    phones: CachedStatement<'db>,
    more: CachedStatement<'db>,
}

impl<'db> Reading<'db> {
    fn new(db: &'db Connection) -> Result<Self> {
        let columns = OF_CONTACTS.join(", ");
        let addresses =
            |table| format!("SELECT value FROM {table} WHERE contact_id = ?1 ORDER BY position");
        let more =
            "SELECT field, value FROM contact_fields WHERE record_id = ?1 ORDER BY field, position";
        Ok(Reading {
            contact: db.prepare_cached(&format!(
                "SELECT version, {columns} FROM contacts WHERE id = ?1"
            ))?,
            emails: db.prepare_cached(&addresses("contact_emails"))?,
            phones: db.prepare_cached(&addresses("contact_phones"))?,
            more: db.prepare_cached(more)?,
        })
    }

    fn read(&mut self, id: i64) -> Result<Stored> {
        let mut stored = self.contact.query_row([id], |row| {
            let columns: Result<_> = (1..=OF_CONTACTS.len()).map(|at| row.get(at)).collect();
            Ok(Stored { id, version: row.get(0)?, columns: columns?, ..Stored::default() })
        })?;
        stored.emails = self.emails.query_map([id], |row| row.get(0))?.collect::<Result<_>>()?;
        stored.phones = self.phones.query_map([id], |row| row.get(0))?.collect::<Result<_>>()?;
        let more = self.more.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        stored.more = more.collect::<Result<_>>()?;
        Ok(stored)
    }
}

/// The statements that name every column.
struct Sql {
    new_contact: String,
    update: String,
    new_deal: String,
}

impl Sql {
    fn new() -> Self {
        let marks = |count: usize| vec!["?"; count].join(", ");
        let set: Vec<String> = OF_CONTACTS
            .iter()
            .enumerate()
            .map(|(at, column)| format!(", {column} = coalesce(?{}, {column})", at + 3))
            .collect();
        Sql {
            new_contact: format!(
                "INSERT INTO contacts ({}) VALUES ({})",
                OF_CONTACTS.join(", "),
                marks(OF_CONTACTS.len())
            ),
            update: format!(
                "UPDATE contacts SET version = version + 1{} WHERE id = ?1 AND version = ?2",
                set.concat()
            ),
            new_deal: format!(
                "INSERT INTO opportunities (contact_id, {}) VALUES ({})",
                OF_DEALS.join(", "),
                marks(OF_DEALS.len() + 1)
            ),
        }
    }
}

fn write(db: &Transaction<'_>, sql: &Sql, writes: &Writes, import_id: &str) -> Result<()> {
    let mut ids = Vec::with_capacity(writes.people.len());
    for person in &writes.people {
        assert!(!is_written(db, &person.token)?, "nothing is written yet");
        let id = self::person(db, sql, person)?;
        let outcome = if person.stored.is_some() { "updated" } else { "created" };
        keep(db, &person.token, "contact", id, outcome)?;
        ids.push(id);
    }
    for deal in &writes.deals {
        assert!(!is_written(db, &deal.token)?, "nothing is written yet");
        let id = self::deal(db, sql, deal, &ids)?;
        keep(db, &deal.token, "opportunity", id, "created")?;
    }
    db.prepare_cached(
        "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES (?1, ?2)
         ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint",
    )?
    .execute([import_id, &writes.checkpoint])?;
    Ok(())
}

fn is_written(db: &Transaction<'_>, token: &str) -> Result<bool> {
    let sql = "SELECT record_id FROM import_steps WHERE token = ?1";
    let id: Option<i64> =
        db.prepare_cached(sql)?.query_row([token], |row| row.get(0)).optional()?;
    Ok(id.is_some())
}

fn keep(db: &Transaction<'_>, token: &str, object: &str, id: i64, outcome: &str) -> Result<()> {
    let sql =
        "INSERT INTO import_steps (token, object, record_id, outcome) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![token, object, id, outcome])?;
    Ok(())
}

fn person(db: &Transaction<'_>, sql: &Sql, person: &Person) -> Result<i64> {
    let own = person.stored.map_or(0, |(id, _)| id);
    for (table, addresses) in
        [("contact_emails", &person.emails), ("contact_phones", &person.phones)]
    {
        let sql = format!("SELECT 1 FROM {table} WHERE value = ?1 AND contact_id <> ?2");
        let mut taken = db.prepare_cached(&sql)?;
        for address in &addresses.new {
            assert!(!taken.exists(params![address, own])?, "nobody else writes");
        }
    }
    let id = match person.stored {
        None => {
            db.prepare_cached(&sql.new_contact)?.execute(params_from_iter(&person.columns))?;
            db.last_insert_rowid()
        }
        Some((id, version)) => {
            let named = [id, version].map(|number| Some(number.to_string()));
            let parameters = named.iter().chain(&person.columns);
            let updated = db.prepare_cached(&sql.update)?.execute(params_from_iter(parameters))?;
            assert_eq!(updated, 1, "nobody else writes");
            id
        }
    };
    let is_new = person.stored.is_none();
    self::addresses(db, "contact_emails", id, is_new, &person.emails)?;
    self::addresses(db, "contact_phones", id, is_new, &person.phones)?;
    if !person.tags.is_empty() {
        if !is_new {
            let sql = "DELETE FROM contact_fields WHERE record_id = ?1 AND field = 'tags'";
            db.prepare_cached(sql)?.execute([id])?;
        }
        let mut insert = db.prepare_cached(
            "INSERT INTO contact_fields (record_id, field, position, value) VALUES (?1, 'tags', ?2, ?3)",
        )?;
        for (position, tag) in (0_i64..).zip(&person.tags) {
            insert.execute(params![id, position, tag])?;
        }
    }
    Ok(id)
}

fn addresses(
    db: &Transaction<'_>,
    table: &str,
    id: i64,
    is_new: bool,
    addresses: &Addresses,
) -> Result<()> {
    let insert = format!("INSERT INTO {table} (contact_id, position, value) VALUES (?1, ?2, ?3)");
    let mut insert = db.prepare_cached(&insert)?;
    if let Some(primary) = &addresses.primary {
        if !is_new {
            let sql = format!("DELETE FROM {table} WHERE contact_id = ?1 AND position = 0");
            db.prepare_cached(&sql)?.execute([id])?;
        }
        insert.execute(params![id, 0, primary])?;
    }
    if !addresses.additional.is_empty() {
        if !is_new {
            let sql = format!("DELETE FROM {table} WHERE contact_id = ?1 AND position > 0");
            db.prepare_cached(&sql)?.execute([id])?;
        }
        for (position, address) in (1_i64..).zip(&addresses.additional) {
            insert.execute(params![id, position, address])?;
        }
    }
    Ok(())
}

fn deal(db: &Transaction<'_>, sql: &Sql, deal: &Deal, people: &[i64]) -> Result<i64> {
    let contact = deal.contact.map(|whose| match whose {
        Whose::Stored(id) => id.to_string(),
        Whose::New(position) => people[position].to_string(),
    });
    let parameters = std::iter::once(&contact).chain(&deal.columns);
    db.prepare_cached(&sql.new_deal)?.execute(params_from_iter(parameters))?;
    Ok(db.last_insert_rowid())
}

/// Everything in the database.
pub(crate) fn content(path: &Path) -> Vec<String> {
    let read = || -> Result<Vec<String>> {
        let db = schema::connect(path)?;
        let tables: Vec<String> = db
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_>>()?;
        let mut lines = Vec::new();
        for table in tables {
            let mut statement = db.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = statement.column_count();
            let values = |row: &Row<'_>| (0..columns).map(|at| row.get(at)).collect();
            for row in statement.query_map([], values)? {
                let values: Vec<Value> = row?;
                lines.push(format!("{table} {values:?}"));
            }
        }
        lines.sort_unstable();
        Ok(lines)
    };
    read().expect("the database is whole")
}
