//! Answering a look-up.

use std::collections::HashSet;

use crm_import::lookup::{Found, FoundRecord, Lookup, MatchBlock};
use crm_import::{Field, Object, RecordId};
use rusqlite::{CachedStatement, Connection, params, params_from_iter};

use super::schema;

/// How many parameters SQLite takes in one statement.
const PARAMETERS: usize = 900;

/// Adds the records that answer a look-up.
pub(super) struct Finder<'a> {
    db: &'a Connection,
    lookup: &'a Lookup<'a>,
    found: &'a mut Found,
    record: CachedStatement<'a>,
    /// The wanted fields that the statement reads, after the version.
    columns: Vec<&'a str>,
    /// Fields that are kept in tables of their own, with the names of the first value and of the others.
    addresses: Vec<(CachedStatement<'a>, [&'static str; 2])>,
    extras: CachedStatement<'a>,
    /// Records that were added with all their values. If another key finds one of them, only that key is added.
    known: HashSet<i64>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        db: &'a Connection,
        lookup: &'a Lookup<'a>,
        found: &'a mut Found,
    ) -> Result<Self, rusqlite::Error> {
        let object = lookup.object();
        let is_column = |field: &&'a Field| schema::is_column(field);
        let columns: Vec<&str> =
            lookup.wanted().filter(is_column).map(|field| field.key.as_str()).collect();
        let named: Vec<String> = columns.iter().map(|column| format!(", \"{column}\"")).collect();
        let (named, table) = (named.concat(), schema::table(object));
        let record =
            db.prepare_cached(&format!("SELECT version{named} FROM {table} WHERE id = ?1"))?;
        let mut addresses = Vec::new();
        if object == Object::Contact {
            for (table, fields) in [
                ("contact_emails", ["email", "additional_emails"]),
                ("contact_phones", ["phone", "additional_phones"]),
            ] {
                let sql = format!(
                    "SELECT position, value FROM {table} WHERE contact_id = ?1 ORDER BY position"
                );
                addresses.push((db.prepare_cached(&sql)?, fields));
            }
        }
        let extras = db.prepare_cached(&format!(
            "SELECT field, value FROM {} WHERE record_id = ?1 ORDER BY field, position",
            schema::extras(object)
        ))?;
        let known = HashSet::new();
        Ok(Finder { db, lookup, found, record, columns, addresses, extras, known })
    }

    /// Answers the whole question.
    pub(super) fn answer(&mut self) -> Result<(), rusqlite::Error> {
        for id in self.lookup.ids() {
            if let Some(id) = RecordId::number(id) {
                self.add(id, &[])?;
            }
        }
        for ids in self.lookup.contact_ids().chunks(PARAMETERS) {
            let ids: Vec<i64> = ids.iter().filter_map(|id| RecordId::number(id)).collect();
            let marks = vec!["?"; ids.len()].join(",");
            let sql = format!("SELECT id FROM opportunities WHERE contact_id IN ({marks})");
            let mut statement = self.db.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(ids))?;
            while let Some(row) = rows.next()? {
                self.add(row.get(0)?, &[])?;
            }
        }
        for block in self.lookup.blocks() {
            match block.fields() {
                ["email"] => self.find_address(block, "contact_emails")?,
                ["phone"] => self.find_address(block, "contact_phones")?,
                _ => self.find_rule(block)?,
            }
        }
        Ok(())
    }

    /// Contacts that carry one of these addresses.
    fn find_address(&mut self, block: &MatchBlock<'a>, table: &str) -> Result<(), rusqlite::Error> {
        let field = block.fields()[0];
        let sql = format!("SELECT contact_id FROM {table} WHERE value = ?1");
        let mut statement = self.db.prepare_cached(&sql)?;
        for key in block.column(0) {
            let mut rows = statement.query([key])?;
            while let Some(row) = rows.next()? {
                self.add(row.get(0)?, &[(field, key)])?;
            }
        }
        Ok(())
    }

    /// Contacts that carry a key of any other rule. Such keys are kept in a table of their own.
    fn find_rule(&mut self, block: &MatchBlock<'a>) -> Result<(), rusqlite::Error> {
        let rule = block.fields().join("+");
        let mut statement = self
            .db
            .prepare_cached("SELECT contact_id FROM contact_keys WHERE rule = ?1 AND key = ?2")?;
        for key in block.keys() {
            let mut rows = statement.query(params![rule, key.join("\u{1f}")])?;
            let declared: Vec<(&str, &str)> =
                block.fields().iter().copied().zip(key.iter().copied()).collect();
            while let Some(row) = rows.next()? {
                self.add(row.get(0)?, &declared)?;
            }
        }
        Ok(())
    }

    /// Adds a found record with every wanted field to the answer.
    fn add(&mut self, id: i64, keys: &[(&str, &str)]) -> Result<(), rusqlite::Error> {
        if self.known.contains(&id) {
            declare(self.found.record(&id.to_string()), keys);
            return Ok(());
        }
        let mut rows = self.record.query([id])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        self.known.insert(id);
        let version: i64 = row.get(0)?;
        let record = self.found.record(&id.to_string()).version(&version.to_string());
        let mut record = declare(record, keys);
        for (at, column) in self.columns.iter().enumerate() {
            if let Some(value) = row.get_ref(at + 1)?.as_str_or_null()? {
                record = record.value(*column, value);
            }
        }
        for (statement, [primary, additional]) in &mut self.addresses {
            let mut rows = statement.query([id])?;
            while let Some(row) = rows.next()? {
                let field = if row.get::<_, i64>(0)? == 0 { *primary } else { *additional };
                record = record.value(field, row.get_ref(1)?.as_str()?);
            }
        }
        let mut rows = self.extras.query([id])?;
        while let Some(row) = rows.next()? {
            record = record.value(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        }
        Ok(())
    }
}

/// Says which keys the record answers.
fn declare<'f>(mut record: FoundRecord<'f>, keys: &[(&str, &str)]) -> FoundRecord<'f> {
    for (field, key) in keys {
        record = record.key(*field, key);
    }
    record
}
