//! What an import keeps in an SQLite database beside the tables of the application: tokens, checkpoints, and the keys
//! by which contacts are found. Nothing here knows the application's tables. Copy this file as it is, with the crates
//! `rusqlite` and `serde_json`; `crm.rs` is an example of what you write yourself.

use crm_import::dedup::ContactKeys;
use crm_import::lookup::Lookup;
use crm_import::plan::Change;
use crm_import::storage::{Applied, Batch, BatchStep, Checkpoint, Link, Op, Receipts, Token};
use rusqlite::Error::{FromSqlConversionFailure, SqliteFailure};
use rusqlite::types::{Type, Value};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Result, Transaction, TransactionBehavior, params,
    params_from_iter,
};

/// The tables that the import adds. That of stale contacts has no unique key, so that it cannot make a write of the
/// application fail.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS import_tokens (
        tenant INTEGER, token TEXT, op TEXT, id TEXT, PRIMARY KEY (tenant, token));
    CREATE TABLE IF NOT EXISTS import_checkpoints (
        tenant INTEGER, import_id TEXT, json TEXT, PRIMARY KEY (tenant, import_id));
    CREATE TABLE IF NOT EXISTS import_keys (
        rule TEXT, key TEXT, id TEXT, PRIMARY KEY (rule, key, id)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS import_keys_of ON import_keys (id);
    CREATE TABLE IF NOT EXISTS import_stale (id TEXT);";

/// Notes each contact of this table that is written, whichever program writes it, because SQL cannot make the keys of
/// a phone itself: [`Kept::renew`] does. `id` is the column of the contact's id, and `addresses` are those that keys
/// are made of; call it once for each table that has some. Contacts that are there already are noted at once: the match
/// rules or the country of phones may have changed since last time.
pub(crate) fn watch(db: &Connection, table: &str, id: &str, addresses: &str) -> Result<()> {
    db.execute_batch(&format!(
        "CREATE TRIGGER IF NOT EXISTS import_sees_new_{table} AFTER INSERT ON {table}
            BEGIN INSERT INTO import_stale VALUES (new.{id}); END;
        CREATE TRIGGER IF NOT EXISTS import_sees_change_{table} AFTER UPDATE OF {id}, {addresses}
            ON {table}
            BEGIN INSERT INTO import_stale VALUES (old.{id}), (new.{id}); END;
        CREATE TRIGGER IF NOT EXISTS import_sees_gone_{table} AFTER DELETE ON {table}
            BEGIN INSERT INTO import_stale VALUES (old.{id}); END;
        INSERT INTO import_stale SELECT {id} FROM {table};"
    ))
}

/// What is kept for one tenant: any number, if there is only one.
pub(crate) struct Kept<'c> {
    pub(crate) db: &'c Connection,
    pub(crate) tenant: i64,
}

/// What became of a step.
pub(crate) enum Written {
    /// It was written to the record with this id.
    To(String),
    /// Somebody else was quicker: it is a conflict.
    Conflict,
    /// It can never be written; this is why, for the person with the spreadsheet.
    Rejected(String),
}

/// The key that led to a contact.
pub(crate) struct Asked {
    pub(crate) rule: String,
    pub(crate) key: String,
}

impl Kept<'_> {
    /// Writes a batch, within a transaction. `write` writes one step; it is given the contact that an opportunity is
    /// linked to from now on, if that changes.
    pub(crate) fn write(
        &self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
        mut write: impl FnMut(&BatchStep<'_>, Option<&str>) -> Result<Written>,
    ) -> Result<()> {
        for step in batch.steps() {
            if let Some((_, id)) = self.step_of(step.token())? {
                receipts.already_applied(step.token(), &id);
                continue;
            }
            let contact = match step.link(receipts) {
                Link::Lost => continue, // its contact was not written: neither is the opportunity
                Link::To(contact) => Some(contact),
                Link::Unchanged => None,
            };
            match self.try_to(|| write(&step, contact))? {
                Written::To(id) => {
                    let keep = "INSERT INTO import_tokens VALUES (?1, ?2, ?3, ?4)";
                    let (token, op) = (step.token().to_string(), step.op().name());
                    self.db.prepare_cached(keep)?.execute(params![self.tenant, token, op, id])?;
                    receipts.written(&step, &id, None);
                }
                Written::Conflict => receipts.conflict(step.token()),
                Written::Rejected(why) => receipts.rejected(step.token(), &why),
            }
        }
        let checkpoint = batch.checkpoint();
        let json = serde_json::to_string(checkpoint).expect("a checkpoint has text for its keys");
        self.db.execute(
            "INSERT INTO import_checkpoints VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET json = excluded.json",
            params![self.tenant, checkpoint.import_id, json],
        )?;
        Ok(())
    }

    /// Takes a step back that a constraint refuses, so that the others are written nevertheless.
    fn try_to(&self, write: impl FnOnce() -> Result<Written>) -> Result<Written> {
        self.db.prepare_cached("SAVEPOINT import_step")?.execute([])?;
        let written = match write() {
            Err(SqliteFailure(error, why)) if error.code == ErrorCode::ConstraintViolation => {
                self.db.prepare_cached("ROLLBACK TO import_step")?.execute([])?;
                Written::Rejected(why.unwrap_or_else(|| error.to_string()))
            }
            written => written?,
        };
        self.db.prepare_cached("RELEASE import_step")?.execute([])?;
        Ok(written)
    }

    /// What the step with this token did, and to which record.
    fn step_of(&self, token: Token) -> Result<Option<(Op, String)>> {
        let known = "SELECT op, id FROM import_tokens WHERE tenant = ?1 AND token = ?2";
        let mut query = self.db.prepare_cached(known)?;
        let stored: Option<(String, String)> = query
            .query_row(params![self.tenant, token.to_string()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(stored.and_then(|(op, id)| Some((Op::named(&op)?, id))))
    }

    /// Answers [`StorageWrite::applied`](crm_import::StorageWrite::applied).
    pub(crate) fn applied(&self, tokens: &[Token], known: &mut Applied) -> Result<()> {
        for token in tokens {
            if let Some((op, id)) = self.step_of(*token)? {
                known.add(*token, op, &id);
            }
        }
        Ok(())
    }

    /// Answers [`StorageWrite::unfinished`](crm_import::StorageWrite::unfinished).
    pub(crate) fn unfinished(&self) -> Result<Option<Vec<Checkpoint>>> {
        let mut query = self.db.prepare_cached(
            "SELECT json FROM import_checkpoints WHERE tenant = ?1 ORDER BY rowid DESC",
        )?;
        let texts: Vec<String> =
            query.query_map([self.tenant], |row| row.get(0))?.collect::<Result<_>>()?;
        let read = |json: &String| {
            let unreadable = |error| FromSqlConversionFailure(0, Type::Text, Box::new(error));
            serde_json::from_str(json).map_err(unreadable)
        };
        texts.iter().map(read).collect::<Result<_>>().map(Some)
    }

    /// Finds the contacts that a look-up asks for, by their ids or by their keys, and has each of them told: those that
    /// an import must not see are among them. The match rules are of one field each.
    pub(crate) fn find(
        &self,
        lookup: &Lookup<'_>,
        mut tell: impl FnMut(&str, Option<&Asked>) -> Result<()>,
    ) -> Result<()> {
        lookup.ids().iter().try_for_each(|id| tell(id, None))?;
        let mut query = self.db.prepare_cached(
            "SELECT id, key FROM import_keys
                WHERE rule = ?1 AND key IN (SELECT value FROM json_each(?2))",
        )?;
        for block in lookup.blocks() {
            let keys = serde_json::to_string(block.column(0)).expect("texts are JSON");
            let mut holders = query.query([block.rule(), keys])?;
            while let Some(row) = holders.next()? {
                let asked = Asked { rule: block.rule(), key: row.get(1)? };
                tell(&row.get::<_, String>(0)?, Some(&asked))?;
            }
        }
        Ok(())
    }

    /// The other contacts that have one of the keys that a step expects to be free.
    pub(crate) fn others(&self, step: &BatchStep<'_>) -> Result<Vec<String>> {
        let mut query = self.db.prepare_cached(
            "SELECT id FROM import_keys WHERE rule = ?1 AND key = ?2 AND id <> ?3",
        )?;
        let mut others = Vec::new();
        for key in step.new_keys() {
            let ids =
                query.query_map(params![key.rule(), key.value(), step.id()], |row| row.get(0))?;
            others.extend(ids.collect::<Result<Vec<String>>>()?);
        }
        Ok(others)
    }

    /// Renews the keys of the contacts that were written since the last time. `addresses` returns the stored values of
    /// one, by field: `None` if it was deleted.
    pub(crate) fn renew<F: AsRef<str>>(
        &self,
        keys: &ContactKeys,
        addresses: impl Fn(&str) -> Result<Option<Vec<(F, String)>>>,
    ) -> Result<()> {
        if !self.db.prepare_cached("SELECT 1 FROM import_stale")?.exists([])? {
            return Ok(());
        }
        let is_alone = self.db.is_autocommit(); // no batch is being written
        let behavior = TransactionBehavior::Immediate;
        let own = is_alone.then(|| Transaction::new_unchecked(self.db, behavior)).transpose()?;
        let stale: Vec<String> = self
            .db
            .prepare_cached("SELECT DISTINCT id FROM import_stale")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for id in &stale {
            self.db.prepare_cached("DELETE FROM import_keys WHERE id = ?1")?.execute([id])?;
            let insert = "INSERT OR IGNORE INTO import_keys VALUES (?1, ?2, ?3)";
            let mut insert = self.db.prepare_cached(insert)?;
            for key in keys.of(&addresses(id)?.unwrap_or_default()) {
                insert.execute([key.rule, &key.value, id])?;
            }
        }
        self.db.prepare_cached("DELETE FROM import_stale")?.execute([])?;
        own.map_or(Ok(()), Transaction::commit)
    }
}

/// What a change makes of a column for one value: NULL if the field is cleared, 1 or 0 for yes or no, and otherwise the
/// text, which a column of numbers, such as ids, takes as a number.
pub(crate) fn cell(change: &Change<'_>) -> Value {
    match change.value() {
        None => Value::Null,
        Some(crm_import::Value::Boolean(yes)) => i64::from(yes).into(),
        Some(value) => value.to_string().into(),
    }
}

/// Adds a row in one statement, so that columns may be NOT NULL. Returns its number.
pub(crate) fn insert(db: &Connection, table: &str, columns: &[(&str, Value)]) -> Result<i64> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let places = vec!["?"; names.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
    let values = params_from_iter(columns.iter().map(|(_, value)| value));
    db.prepare_cached(&insert)?.insert(values)
}

/// Changes these columns of the row whose `key` is this id. There may be none, if no column holds what changes.
pub(crate) fn update(
    db: &Connection,
    table: &str,
    columns: &[(&str, Value)],
    (key, id): (&str, &str),
) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let sets: Vec<String> = columns.iter().map(|(name, _)| format!("{name} = ?")).collect();
    let update = format!("UPDATE {table} SET {} WHERE {key} = ?", sets.join(", "));
    let id = Value::from(id.to_owned());
    let values = columns.iter().map(|(_, value)| value).chain([&id]);
    db.prepare_cached(&update)?.execute(params_from_iter(values))?;
    Ok(())
}
