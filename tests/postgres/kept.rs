//! What an import keeps in a PostgreSQL database beside the tables of the application: tokens, checkpoints, and the
//! keys by which contacts are found. Nothing here knows the application's tables, except that ids are `bigint`. Copy
//! this file as it is; `shop.rs` is an example of what you write yourself.

use std::collections::BTreeMap;

use crm_import::RecordId;
use crm_import::dedup::ContactKeys;
use crm_import::lookup::Lookup;
use crm_import::storage::{
    Applied, Batch, BatchKey, BatchStep, Checkpoint, Link, Op, Receipts, Token,
};
use postgres::error::SqlState;
use postgres::{Client, Error, GenericClient, Transaction};

/// The tables that the import adds, and the trigger function of [`watch`].
pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS import_tokens (token text PRIMARY KEY, op text NOT NULL, id bigint NOT NULL);
CREATE TABLE IF NOT EXISTS import_checkpoints (import_id text PRIMARY KEY, begun bigserial, json text NOT NULL);
CREATE TABLE IF NOT EXISTS import_keys (rule text, key text, id bigint, PRIMARY KEY (rule, key, id));
CREATE INDEX IF NOT EXISTS import_keys_of ON import_keys (id);
CREATE TABLE IF NOT EXISTS import_stale (id bigint);
CREATE OR REPLACE FUNCTION import_saw() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO import_stale VALUES ((to_jsonb(old) ->> tg_argv[0])::bigint);
    END IF;
    IF tg_op <> 'DELETE' THEN
        INSERT INTO import_stale VALUES ((to_jsonb(new) ->> tg_argv[0])::bigint);
    END IF;
    RETURN NULL;
END $$;";

/// Notes each contact of whom this table holds addresses when a row is written, whichever program writes it, because
/// SQL cannot make the keys of a phone itself: [`renew`] does. `id` is the column with the contact's id.
pub(crate) fn watch(db: &mut Client, table: &str, id: &str) -> Result<(), Error> {
    db.batch_execute(&format!(
        "CREATE OR REPLACE TRIGGER import_saw AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION import_saw('{id}');
        INSERT INTO import_stale SELECT {id} FROM {table};"
    ))
}

/// The stored addresses of a contact, by field.
pub(crate) type Addresses = Vec<(&'static str, String)>;

/// Renews the keys of the contacts that were written since the last time. `addresses` returns those of these contacts
/// that an import may see.
pub(crate) fn renew(
    db: &mut Transaction<'_>,
    keys: &ContactKeys,
    addresses: impl FnOnce(&mut Transaction<'_>, &[i64]) -> Result<Vec<(i64, Addresses)>, Error>,
) -> Result<(), Error> {
    let stale = db.query("DELETE FROM import_stale RETURNING id", &[])?;
    if stale.is_empty() {
        return Ok(());
    }
    let stale: Vec<i64> = stale.iter().filter_map(|row| row.get(0)).collect();
    db.execute("DELETE FROM import_keys WHERE id = ANY($1)", &[&stale])?;
    let (mut rules, mut texts, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (id, addresses) in addresses(db, &stale)? {
        for key in keys.of(&addresses) {
            rules.push(key.rule.to_owned());
            texts.push(key.value);
            ids.push(id);
        }
    }
    let sql = "INSERT INTO import_keys SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT DO NOTHING";
    db.execute(sql, &[&rules, &texts, &ids]).map(drop)
}

/// The key that led to a contact.
pub(crate) struct Asked {
    pub(crate) rule: String,
    pub(crate) key: String,
}

/// The contacts that a look-up asks for, each with the keys that led to it. Those that an import must not see may be
/// among them. The match rules are of one field each.
pub(crate) fn find(
    db: &mut impl GenericClient,
    lookup: &Lookup<'_>,
) -> Result<BTreeMap<i64, Vec<Asked>>, Error> {
    let ids = lookup.ids().iter().filter_map(|id| RecordId::number(id));
    let mut all: BTreeMap<i64, Vec<Asked>> = ids.map(|id| (id, Vec::new())).collect();
    for block in lookup.blocks() {
        let sql = "SELECT id, key FROM import_keys WHERE rule = $1 AND key = ANY($2)";
        for row in db.query(sql, &[&block.rule(), &block.column(0)])? {
            all.entry(row.get(0)).or_default().push(Asked { rule: block.rule(), key: row.get(1) });
        }
    }
    Ok(all)
}

/// Whether another contact has one of the keys that a step expects to be free.
pub(crate) fn is_taken(db: &mut impl GenericClient, step: &BatchStep<'_>) -> Result<bool, Error> {
    let (mut rules, mut keys) = (Vec::new(), Vec::new());
    for key in step.new_keys() {
        rules.push(key.rule());
        keys.push(key.value());
    }
    if keys.is_empty() {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM import_keys JOIN unnest($1::text[], $2::text[]) AS new (rule, key) USING (rule, key)
        WHERE id IS DISTINCT FROM $3 LIMIT 1";
    Ok(db.query_opt(sql, &[&rules, &keys, &RecordId::number(step.id())])?.is_some())
}

/// Waits for whoever writes the same import, or one of the same records or keys, in one order for all.
pub(crate) fn lock(db: &mut Transaction<'_>, batch: &Batch<'_>) -> Result<(), Error> {
    let mut names = vec![format!("import {}", batch.checkpoint().import_id)];
    names.extend(batch.keys().iter().map(|key| match key {
        BatchKey::Id(object, id) => format!("{object} {id}"),
        BatchKey::Match(key) => format!("{} {}", key.rule(), key.value()),
    }));
    let sql =
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name";
    db.execute(sql, &[&names]).map(drop)
}

/// What became of a step.
pub(crate) enum Written {
    /// It was written to the record with this id.
    To(i64),
    /// Somebody else was quicker: it is a conflict.
    Conflict,
    /// It can never be written; this is why, for the person with the spreadsheet.
    Rejected(String),
}

/// Writes a batch, once it is [locked](lock). `write` writes one step; it is given the contact that an opportunity is
/// linked to from now on, if that changes. `unique` are the names of the unique indexes of addresses: if one of these
/// refuses a step, somebody else was quicker.
pub(crate) fn write(
    db: &mut Transaction<'_>,
    batch: &Batch<'_>,
    receipts: &mut Receipts,
    unique: &[&str],
    mut write: impl FnMut(&mut Transaction<'_>, &BatchStep<'_>, Option<i64>) -> Result<Written, Error>,
) -> Result<(), Error> {
    for step in batch.steps() {
        let token = step.token().to_string();
        if let Some(row) =
            db.query_opt("SELECT id FROM import_tokens WHERE token = $1", &[&token])?
        {
            receipts.already_applied(step.token(), &row.get::<_, i64>(0).to_string());
            continue;
        }
        let contact = match step.link(receipts) {
            Link::Lost => continue, // its contact was not written: neither is the opportunity
            Link::To(contact) => match RecordId::number(contact) {
                None => {
                    receipts.conflict(step.token()); // nobody has such an id
                    continue;
                }
                known => known,
            },
            Link::Unchanged => None,
        };
        // Dropped before its commit, a savepoint takes the step back, and the others are written nevertheless.
        let mut point = db.transaction()?;
        match write(&mut point, &step, contact).or_else(|error| refused(&step, unique, error))? {
            Written::To(id) => {
                let keep = "INSERT INTO import_tokens VALUES ($1, $2, $3)";
                point.execute(keep, &[&token, &step.op().name(), &id])?;
                point.commit()?;
                receipts.written(&step, &id.to_string(), None);
            }
            Written::Conflict => receipts.conflict(step.token()),
            Written::Rejected(why) => receipts.rejected(step.token(), &why),
        }
    }
    keep(db, batch.checkpoint())
}

/// Keeps a checkpoint, in the same transaction as what it speaks of.
fn keep(db: &mut Transaction<'_>, checkpoint: &Checkpoint) -> Result<(), Error> {
    let json = serde_json::to_string(checkpoint).expect("a checkpoint has text for its keys");
    let keep = "INSERT INTO import_checkpoints (import_id, json) VALUES ($1, $2)
        ON CONFLICT (import_id) DO UPDATE SET json = excluded.json";
    db.execute(keep, &[&checkpoint.import_id, &json]).map(drop)
}

/// What an error makes of its step, if the step is to blame: classes 22 and 23 are values and constraints, P0 is what a
/// trigger raises.
fn refused(step: &BatchStep<'_>, unique: &[&str], error: Error) -> Result<Written, Error> {
    let Some(refusal) = error.as_db_error() else { return Err(error) };
    let is_address = refusal.constraint().is_some_and(|name| unique.contains(&name));
    let is_taken = is_address && step.new_keys().next().is_some();
    match (refusal.code(), &refusal.code().code()[..2]) {
        (&SqlState::UNIQUE_VIOLATION, _) if is_taken => Ok(Written::Conflict),
        (_, "22" | "23" | "P0") => Ok(Written::Rejected(refusal.message().to_owned())),
        _ => Err(error),
    }
}

/// Answers [`StorageWrite::applied`](crm_import::StorageWrite::applied).
pub(crate) fn applied(db: &mut Client, tokens: &[Token], known: &mut Applied) -> Result<(), Error> {
    let texts: Vec<String> = tokens.iter().map(Token::to_string).collect();
    let sql = "SELECT token, op, id FROM import_tokens WHERE token = ANY($1)";
    for row in db.query(sql, &[&texts])? {
        if let (Ok(token), Some(op)) = (row.get::<_, &str>(0).parse(), Op::named(row.get(1))) {
            known.add(token, op, &row.get::<_, i64>(2).to_string());
        }
    }
    Ok(())
}

/// Answers [`StorageWrite::unfinished`](crm_import::StorageWrite::unfinished).
pub(crate) fn unfinished(db: &mut Client) -> Result<Option<Vec<Checkpoint>>, Error> {
    let rows = db.query("SELECT json FROM import_checkpoints ORDER BY begun DESC", &[])?;
    Ok(Some(rows.iter().filter_map(|row| serde_json::from_str(row.get(0)).ok()).collect()))
}
