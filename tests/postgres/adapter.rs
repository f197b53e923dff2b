//! A storage adapter over PostgreSQL: the other model to copy (SQLite is in `examples/import/sqlite`).
//!
//! Both objects are tables of one shape: an id, a version, and the values as JSON, each field a list of
//! texts. The keys of contacts under the account's match rules are rows of their own, which is what
//! makes a look-up one index access for a whole window. A batch is a handful of statements, however
//! many steps it has: array parameters in, `unnest` on the other side.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::thread::sleep;
use std::time::Duration;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchKey, Checkpoint, FollowUpKind, Link, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, Fields, Object, RecordId, Storage, StorageWrite};
use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Config, Error, NoTls, Row, Transaction};

#[path = "columns.rs"] // it is also a module of a bench
mod columns;
#[path = "keys.rs"]
mod keys;
#[path = "stored.rs"]
mod stored;

use columns::{Records, json};
use keys::{Keys, PART, Rules};
use stored::Stored;

/// In one transaction; the lock lets one of several processes make them.
const TABLES: &str = "
SELECT pg_advisory_xact_lock(hashtextextended('tables of the import', 0));
CREATE TABLE IF NOT EXISTS contacts (id bigserial PRIMARY KEY, version bigint NOT NULL DEFAULT 1, data jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS opportunities (id bigserial PRIMARY KEY, version bigint NOT NULL DEFAULT 1, data jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS opportunities_by_contact ON opportunities ((data->'contact_id'->>0));
CREATE TABLE IF NOT EXISTS contact_keys (rule text, key text, contact_id bigint, PRIMARY KEY (rule, key, contact_id));
CREATE INDEX IF NOT EXISTS contact_keys_by_contact ON contact_keys (contact_id);
CREATE TABLE IF NOT EXISTS follow_ups (contact_id bigint NOT NULL, kind text NOT NULL, name text NOT NULL);
CREATE TABLE IF NOT EXISTS import_steps (token text PRIMARY KEY, op text NOT NULL, record_id bigint NOT NULL);
CREATE TABLE IF NOT EXISTS import_checkpoints (import_id text PRIMARY KEY, begun bigserial, checkpoint text NOT NULL);";

/// A CRM in a PostgreSQL database.
pub(crate) struct Postgres {
    config: Config,
    client: Client,
    account: Account,
    fields: Fields,
}

/// The values of a record by field.
type Values = BTreeMap<String, Vec<String>>;

impl Postgres {
    /// Connects, and makes the tables where they are missing. Where they are not, nothing is done about them: to make
    /// an index that is there already still waits for whoever writes, and may end in a deadlock.
    pub(crate) fn open(config: Config, account: Account) -> Result<Self, Error> {
        let mut client = config.connect(NoTls)?;
        let is_made = "SELECT to_regclass('import_checkpoints') IS NOT NULL";
        if !client.query_one(is_made, &[])?.get::<_, bool>(0) {
            client.batch_execute(TABLES)?;
        }
        let fields = account.fields();
        Ok(Postgres { config, client, account, fields })
    }

    /// The last checkpoint of every import, the one begun last first.
    pub(crate) fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, Error> {
        let sql = "SELECT checkpoint FROM import_checkpoints ORDER BY begun DESC";
        let rows = self.client.query(sql, &[])?;
        Ok(rows.iter().filter_map(|row| serde_json::from_str(row.get(0)).ok()).collect())
    }

    /// Adds the records of a query (id, version, data, and the key that led to each) to the answer.
    fn add(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
        key_fields: &[&str],
        found: &mut Found,
    ) -> Result<(), Error> {
        for row in self.client.query(sql, parameters)? {
            let mut record = found.record(&row.get::<_, i64>(0).to_string());
            record = record.version(&row.get::<_, i64>(1).to_string());
            if !key_fields.is_empty() {
                for (field, part) in key_fields.iter().zip(row.get::<_, &str>(3).split(PART)) {
                    record = record.key(*field, part);
                }
            }
            for (field, values) in &values_of(&row) {
                record = record.values(field.as_str(), values.iter().map(String::as_str));
            }
        }
        Ok(())
    }

    /// Can the work go on after this error? A connection that is gone is made again.
    fn is_passing(&mut self, error: &Error, attempt: u32) -> bool {
        let passing = [
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::ADMIN_SHUTDOWN,
        ];
        let is_passing = self.client.is_closed()
            || error.is_closed()
            || error.code().is_none_or(|code| passing.contains(code));
        if !is_passing || attempt > 8 {
            return false;
        }
        sleep(Duration::from_millis(20 << attempt.min(6)));
        if self.client.is_valid(Duration::from_secs(5)).is_err() {
            let Ok(client) = self.config.connect(NoTls) else { return attempt < 8 };
            self.client = client;
        }
        true
    }
}

fn table(object: Object) -> &'static str {
    match object {
        Object::Contact => "contacts",
        Object::Opportunity => "opportunities",
    }
}

fn values_of(row: &Row) -> Values {
    serde_json::from_str(row.get(2)).unwrap_or_default()
}

impl Storage for Postgres {
    type Error = Error;

    fn account(&mut self) -> Result<Account, Error> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Error> {
        let of = format!("SELECT id, version, data::text FROM {}", table(lookup.object()));
        let ids: Vec<i64> = lookup.ids().iter().filter_map(|id| RecordId::number(id)).collect();
        if !ids.is_empty() {
            self.add(&format!("{of} WHERE id = ANY($1)"), &[&ids], &[], found)?;
        }
        if !lookup.contact_ids().is_empty() {
            let sql = format!("{of} WHERE data->'contact_id'->>0 = ANY($1)");
            self.add(&sql, &[&lookup.contact_ids()], &[], found)?;
        }
        for block in lookup.blocks() {
            let keys: Vec<String> = block.keys().map(|key| key.join("\u{1f}")).collect();
            let sql = "SELECT c.id, c.version, c.data::text, k.key FROM contact_keys k \
                       JOIN contacts c ON c.id = k.contact_id WHERE k.rule = $1 AND k.key = ANY($2)";
            self.add(sql, &[&block.fields().join("+"), &keys], block.fields(), found)?;
        }
        Ok(())
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.account.dedup.contacts.iter().any(|own| own.0 == rule)
    }

    fn asks_again(&mut self, error: &Error, attempt: u32) -> bool {
        self.is_passing(error, attempt)
    }
}

impl StorageWrite for Postgres {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Error> {
        let mut writing = Writing {
            db: self.client.transaction()?,
            rules: Rules { account: &self.account, fields: &self.fields },
            ledger: Ledger::default(),
        };
        writing.lock(batch)?;
        let known = writing.known(batch)?;
        // Contacts first: opportunities ask for the ids that these receipts give.
        for object in Object::ALL {
            writing.records(object, batch, &known, receipts)?;
        }
        writing.follow_ups(batch, &known, receipts)?;
        writing.keep(batch.checkpoint())?;
        writing.db.commit()
    }

    fn recover(&mut self, error: &Error, attempt: u32) -> Recovery {
        // Classes 22 and 23: a value or a constraint that some step does not fit.
        let is_data = error.code().is_some_and(|c| ["22", "23"].contains(&&c.code()[..2]));
        match is_data {
            true => Recovery::Split,
            false if self.is_passing(error, attempt) => Recovery::Retry,
            false => Recovery::Stop,
        }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Error> {
        let texts: Vec<String> = tokens.iter().map(Token::to_string).collect();
        let sql = "SELECT token, op, record_id FROM import_steps WHERE token = ANY($1)";
        for row in self.client.query(sql, &[&texts])? {
            let Ok(token) = row.get::<_, &str>(0).parse() else { continue };
            let op = if row.get::<_, &str>(1) == "create" { Op::Create } else { Op::Update };
            known.add(token, op, &row.get::<_, i64>(2).to_string());
        }
        Ok(())
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Error> {
        self.checkpoints().map(Some)
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

/// Tokens with what was done and to which record, as columns.
#[derive(Default)]
struct Ledger {
    tokens: Vec<String>,
    ops: Vec<&'static str>,
    ids: Vec<i64>,
}

impl Ledger {
    fn note(&mut self, token: Token, op: &'static str, id: i64) {
        self.tokens.push(token.to_string());
        self.ops.push(op);
        self.ids.push(id);
    }
}

/// One batch in its transaction.
struct Writing<'a> {
    db: Transaction<'a>,
    rules: Rules<'a>,
    ledger: Ledger,
}

impl Writing<'_> {
    /// Waits for whoever writes the same import, or one of the same records or keys, in one order for
    /// all: what is checked from here on stays true until the commit, and nobody waits in a circle.
    fn lock(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let mut names = vec![format!("import {}", batch.checkpoint().import_id)];
        names.extend(batch.keys().iter().map(|key| match key {
            BatchKey::Id(object, id) => format!("{object} {id}"),
            BatchKey::Match(key) => format!("{} {}", key.fields().join("+"), key.value()),
        }));
        let sql =
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name";
        self.db.execute(sql, &[&names]).map(drop)
    }

    /// The records of steps that were written before.
    fn known(&mut self, batch: &Batch<'_>) -> Result<HashMap<Token, i64>, Error> {
        let steps = batch.steps().map(|step| step.token().to_string());
        let tokens: Vec<String> =
            steps.chain(batch.follow_ups().map(|f| f.token().to_string())).collect();
        let sql = "SELECT token, record_id FROM import_steps WHERE token = ANY($1)";
        let rows = self.db.query(sql, &[&tokens])?;
        let token = |row: &Row| row.get::<_, &str>(0).parse().ok();
        Ok(rows.iter().filter_map(|row| Some((token(row)?, row.get(1)))).collect())
    }

    /// Writes the steps of one object and files their receipts.
    fn records(
        &mut self,
        object: Object,
        batch: &Batch<'_>,
        known: &HashMap<Token, i64>,
        receipts: &mut Receipts,
    ) -> Result<(), Error> {
        let stored = Stored::of(object, batch, receipts, &mut self.db)?;
        let mut fresh = self.new_ids(object, batch)?.into_iter();
        let (mut new, mut changed) = (Records::default(), Records::default());
        let (mut new_keys, mut more_keys) = (Keys::default(), Keys::default());
        let (mut rekeyed, is_contact) = (Vec::new(), object == Object::Contact);
        for step in batch.steps().filter(|step| step.object() == object) {
            let token = step.token();
            if let Some(id) = known.get(&token) {
                receipts.already_applied(token, &id.to_string());
                continue;
            }
            let contact = match step.link(receipts) {
                Link::Unchanged => None,
                Link::To(contact) => Some(contact),
                Link::Lost => continue,
            };
            if stored.forbids(&step, contact) {
                receipts.conflict(token);
                continue;
            }
            let data = json(&step, contact);
            let id = match RecordId::number(step.id()).filter(|_| step.is_update()) {
                Some(id) => {
                    if is_contact && !self.rules.add_more(&step, id, &mut more_keys) {
                        rekeyed.push(id);
                    }
                    changed.add(id, data);
                    receipts.updated(token, None);
                    id
                }
                None => {
                    let id = fresh.next().unwrap_or_default();
                    if is_contact {
                        self.rules.add_new(&step, id, &mut new_keys);
                    }
                    new.add(id, data);
                    receipts.created(token, &id.to_string(), Some("1"));
                    id
                }
            };
            self.ledger.note(token, if step.is_update() { "update" } else { "create" }, id);
        }
        self.insert(object, &new)?;
        let written = self.update(object, &changed, &rekeyed)?;
        self.key_again(&rekeyed, &written, &mut more_keys)?;
        self.index(&new_keys, "")?;
        self.index(&more_keys, "ON CONFLICT DO NOTHING")
    }

    /// Of these contacts only the database knows all that they hold: all their keys are made anew.
    fn key_again(&mut self, ids: &[i64], written: &[Row], keys: &mut Keys) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        self.db.execute("DELETE FROM contact_keys WHERE contact_id = ANY($1)", &[&ids])?;
        for row in written.iter().filter(|row| ids.contains(&row.get(0))) {
            let values = values_of(row);
            let of = |field: &str| values.get(field).cloned().unwrap_or_default();
            self.rules.add_all(of, row.get(0), keys);
        }
        Ok(())
    }

    fn insert(&mut self, object: Object, new: &Records) -> Result<(), Error> {
        if new.ids.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO {} (id, data) SELECT id, data::jsonb
             FROM unnest($1::bigint[], $2::text[]) AS n (id, data)",
            table(object)
        );
        self.db.execute(&sql, &[&new.ids, &new.data]).map(drop)
    }

    /// Changes records, and reads those of them that are asked for. They are found by their ids also while
    /// PostgreSQL has no statistics, which a join would not see to.
    fn update(
        &mut self,
        object: Object,
        changed: &Records,
        asked: &[i64],
    ) -> Result<Vec<Row>, Error> {
        if changed.ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "INSERT INTO {} AS t (id, data) SELECT id, data::jsonb
             FROM unnest($1::bigint[], $2::text[]) AS n (id, data)
             ON CONFLICT (id) DO UPDATE SET version = t.version + 1,
                 data = jsonb_strip_nulls(t.data || excluded.data)",
            table(object)
        );
        if asked.is_empty() {
            self.db.execute(&sql, &[&changed.ids, &changed.data])?;
            return Ok(Vec::new());
        }
        let sql =
            format!("{sql} RETURNING id, version, CASE WHEN id = ANY($3) THEN data::text END");
        self.db.query(&sql, &[&changed.ids, &changed.data, &asked])
    }

    fn new_ids(&mut self, object: Object, batch: &Batch<'_>) -> Result<Vec<i64>, Error> {
        let count = i32::try_from(batch.of(object, Op::Create).count()).unwrap_or(i32::MAX);
        if count == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT nextval(pg_get_serial_sequence($1, 'id')::regclass) FROM generate_series(1, $2)";
        let rows = self.db.query(sql, &[&table(object), &count])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn index(&mut self, keys: &Keys, on_conflict: &str) -> Result<(), Error> {
        if keys.holders.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO contact_keys SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
             {on_conflict}"
        );
        self.db.execute(&sql, &[&keys.rules, &keys.keys, &keys.holders]).map(drop)
    }

    fn follow_ups(
        &mut self,
        batch: &Batch<'_>,
        known: &HashMap<Token, i64>,
        receipts: &mut Receipts,
    ) -> Result<(), Error> {
        if batch.follow_ups().next().is_none() {
            return Ok(());
        }
        let (mut contacts, mut kinds, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let ids: Vec<i64> = batch
            .follow_ups()
            .filter_map(|follow_up| match follow_up.contact(receipts) {
                Link::To(id) => RecordId::number(id),
                _ => None,
            })
            .collect();
        let sql = "SELECT id FROM contacts WHERE id = ANY($1) ORDER BY id FOR KEY SHARE";
        let there: HashSet<i64> =
            self.db.query(sql, &[&ids])?.iter().map(|row| row.get(0)).collect();
        for follow_up in batch.follow_ups() {
            let token = follow_up.token();
            if let Some(id) = known.get(&token) {
                receipts.already_applied(token, &id.to_string());
            } else if let Link::To(id) = follow_up.contact(receipts) {
                let Some(contact) = RecordId::number(id).filter(|id| there.contains(id)) else {
                    receipts.rejected(token, "the contact is gone");
                    continue;
                };
                contacts.push(contact);
                kinds.push(follow_up.kind().name());
                names.push(follow_up.name());
                self.ledger.note(token, "follow-up", contact);
                receipts.done(token);
            }
        }
        let sql =
            "INSERT INTO follow_ups SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])";
        self.db.execute(sql, &[&contacts, &kinds, &names]).map(drop)
    }

    /// Keeps the tokens and the checkpoint, in the same transaction as the data.
    fn keep(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let Ledger { tokens, ops, ids } = &self.ledger;
        let sql =
            "INSERT INTO import_steps SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
        self.db.execute(sql, &[tokens, ops, ids])?;
        let text = serde_json::to_string(checkpoint).unwrap_or_default();
        let sql = "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES ($1, $2)
                   ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint";
        self.db.execute(sql, &[&checkpoint.import_id, &text]).map(drop)
    }
}
