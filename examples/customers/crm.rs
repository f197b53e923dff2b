//! An adapter over tables that were there before there was any import: one column for the whole name, amounts
//! in cents, phones as somebody typed them, two kinds of ids, and no column for a version.
//!
//! The adapter adds four tables: the keys by which customers are found, the customers whose keys have to be
//! renewed, the tokens of what was written, and the checkpoints of imports.

use crm_import::account::{OpportunityMatching, OpportunityPolicy, Pipeline, Stage};
use crm_import::dedup::{DedupPolicy, record_keys};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchStep, Checkpoint, Link, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, Object, RecordId, Storage, StorageWrite};
use rusqlite::Error::FromSqlConversionFailure;
use rusqlite::types::{Type, Value};
use rusqlite::{
    Connection, OptionalExtension, Result, Row, ToSql, Transaction, TransactionBehavior, params,
    params_from_iter,
};

/// The tables of the application.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customers (
        customer_no INTEGER PRIMARY KEY, name TEXT, mail TEXT, mobile TEXT,
        tags TEXT NOT NULL DEFAULT '[]', updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE IF NOT EXISTS deals (
        deal_id TEXT PRIMARY KEY, customer_no INTEGER REFERENCES customers, title TEXT NOT NULL,
        pipeline TEXT, stage TEXT, amount_cents INTEGER, state TEXT);";

/// The tables that the import adds. Triggers note every customer that is written, whoever writes it. SQL cannot
/// normalise a phone, so the keys are renewed by the import (`renew_keys`). The table of stale customers has no
/// unique key, so that it cannot make a write of the application fail.
const IMPORT_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customer_keys (
        rule TEXT, key TEXT, customer_no INTEGER, PRIMARY KEY (rule, key, customer_no)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS keys_of_customers ON customer_keys (customer_no);
    CREATE INDEX IF NOT EXISTS deals_of_customers ON deals (customer_no);
    CREATE TABLE IF NOT EXISTS stale_customers (customer_no INTEGER);
    CREATE TRIGGER IF NOT EXISTS customer_is_new AFTER INSERT ON customers
        BEGIN INSERT INTO stale_customers VALUES (new.customer_no); END;
    CREATE TRIGGER IF NOT EXISTS customer_has_changed AFTER UPDATE OF customer_no, mail, mobile ON customers
        BEGIN INSERT INTO stale_customers VALUES (old.customer_no), (new.customer_no); END;
    CREATE TRIGGER IF NOT EXISTS customer_is_gone AFTER DELETE ON customers
        BEGIN INSERT INTO stale_customers VALUES (old.customer_no); END;
    CREATE TABLE IF NOT EXISTS import_tokens (token TEXT PRIMARY KEY, is_update INTEGER, id TEXT);
    CREATE TABLE IF NOT EXISTS import_checkpoints (import_id TEXT PRIMARY KEY, json TEXT NOT NULL);";

// A version is any text that changes with each write. Two writes may happen at the same time, so a time stamp
// will not do; the contents of the row will.
const CUSTOMER: &str = "SELECT customer_no, name, mail, mobile, tags,
        json_array(name, mail, mobile, tags, updated_at) FROM customers WHERE customer_no = ?1";
const DEAL: &str = "SELECT deal_id, customer_no, title, pipeline, stage, amount_cents, state,
        json_array(customer_no, title, pipeline, stage, amount_cents, state) FROM deals WHERE ";

pub(crate) struct Crm {
    pub(crate) db: Connection,
    account: Account,
}

/// Which fields there are, how customers and deals are matched, and which stages a deal may be in.
fn account() -> Account {
    let stage = |name: &str| Stage { id: name.to_lowercase(), name: name.to_owned() };
    let stages = ["New", "Qualified", "Proposal"].map(stage).to_vec();
    Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy::by([["email"], ["phone"]]),
        pipelines: vec![Pipeline { id: "sales".into(), name: "Sales".into(), stages }],
        // Otherwise the same file would create its deals a second time.
        opportunities: OpportunityPolicy {
            matching: Some(OpportunityMatching::best_or_create(["name"])),
            ..OpportunityPolicy::default()
        },
        ..Account::default()
    }
    .only(Object::Contact, &["name", "email", "phone", "tags"])
    .only(Object::Opportunity, &["name", "pipeline", "stage", "status", "value"])
}

impl Crm {
    /// Opens a database that has the application's tables. The keys of all customers are renewed, because the
    /// match rules or the country of phones may have changed since last time.
    pub(crate) fn new(mut db: Connection) -> Result<Self> {
        db.execute_batch(IMPORT_TABLES)?;
        let account = account();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("INSERT INTO stale_customers SELECT customer_no FROM customers", [])?;
        renew_keys(&tx, &account)?;
        tx.commit()?;
        Ok(Crm { db, account })
    }

    /// Adds a customer to the answer, with the key that was asked for.
    fn tell_customer(
        &self,
        id: &str,
        asked: Option<(&str, &str)>,
        found: &mut Found,
    ) -> Result<()> {
        let mut query = self.db.prepare_cached(CUSTOMER)?;
        let mut rows = query.query([RecordId::number(id)])?;
        while let Some(row) = rows.next()? {
            let tags: Vec<String> = serde_json::from_str(&text(row, 4)?).unwrap_or_default();
            let record = found
                .record(id)
                .version(&text(row, 5)?)
                .value("name", &text(row, 1)?)
                .value("email", &text(row, 2)?)
                .value("phone", &text(row, 3)?)
                .values("tags", &tags);
            if let Some((field, key)) = asked {
                record.key(field, key);
            }
        }
        Ok(())
    }

    fn tell_deals(&self, column: &str, id: impl ToSql, found: &mut Found) -> Result<()> {
        let mut query = self.db.prepare_cached(&format!("{DEAL} {column} = ?1"))?;
        let mut rows = query.query([id])?;
        while let Some(row) = rows.next()? {
            let cents: Option<i64> = row.get(5)?;
            let value = cents.map(|cents| crm_import::Value::of_units(cents, 2).to_string());
            let customer: Option<i64> = row.get(1)?;
            found
                .record(&text(row, 0)?)
                .version(&text(row, 7)?)
                .value("contact_id", &customer.map_or_else(String::new, |no| no.to_string()))
                .value("name", &text(row, 2)?)
                .value("pipeline", &text(row, 3)?)
                .value("stage", &text(row, 4)?)
                .value("value", &value.unwrap_or_default())
                .value("status", &text(row, 6)?);
        }
        Ok(())
    }
}

/// A text, or "" if there is none.
fn text(row: &Row<'_>, column: usize) -> Result<String> {
    Ok(row.get::<_, Option<String>>(column)?.unwrap_or_default())
}

/// Renews the keys of the customers that were written since the last time.
fn renew_keys(tx: &Transaction<'_>, account: &Account) -> Result<()> {
    let stale: Vec<i64> = tx
        .prepare_cached("SELECT DISTINCT customer_no FROM stale_customers")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    if stale.is_empty() {
        return Ok(());
    }
    let fields = account.fields();
    for customer in stale {
        tx.prepare_cached("DELETE FROM customer_keys WHERE customer_no = ?1")?
            .execute([customer])?;
        let addresses = |row: &Row<'_>| Ok((text(row, 2)?, text(row, 3)?));
        let stored = tx.prepare_cached(CUSTOMER)?.query_row([customer], addresses).optional()?;
        let Some((mail, mobile)) = stored else { continue }; // deleted
        let value = |field: &str| match field {
            "email" => vec![mail.clone()],
            "phone" => vec![mobile.clone()],
            _ => Vec::new(),
        };
        for rule in &account.dedup.contacts {
            for key in record_keys(Object::Contact, &rule.0, &fields, account, value) {
                let insert = "INSERT OR IGNORE INTO customer_keys VALUES (?1, ?2, ?3)";
                tx.prepare_cached(insert)?.execute(params![
                    rule.name(),
                    key.join("\u{1f}"),
                    customer
                ])?;
            }
        }
    }
    tx.prepare_cached("DELETE FROM stale_customers")?.execute([])?;
    Ok(())
}

impl Storage for Crm {
    type Error = rusqlite::Error;

    fn account(&mut self) -> Result<Account> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<()> {
        if lookup.object() == Object::Opportunity {
            lookup.ids().iter().try_for_each(|id| self.tell_deals("deal_id", id, found))?;
            let mut customers = lookup.contact_ids().iter().map(|id| RecordId::number(id));
            return customers.try_for_each(|no| self.tell_deals("customer_no", no, found));
        }
        if self.db.prepare_cached("SELECT 1 FROM stale_customers")?.exists([])? {
            let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            renew_keys(&tx, &self.account)?;
            tx.commit()?;
        }
        lookup.ids().iter().try_for_each(|id| self.tell_customer(id, None, found))?;
        for block in lookup.blocks() {
            let rule = block.fields()[0];
            for &key in block.column(0) {
                let holders = "SELECT customer_no FROM customer_keys WHERE rule = ?1 AND key = ?2";
                let mut query = self.db.prepare_cached(holders)?;
                let mut rows = query.query([rule, key])?;
                while let Some(row) = rows.next()? {
                    let id = row.get::<_, i64>(0)?.to_string();
                    self.tell_customer(&id, Some((rule, key)), found)?;
                }
            }
        }
        Ok(())
    }
}

impl StorageWrite for Crm {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<()> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for step in batch.steps() {
            let token = step.token().to_string();
            let known = "SELECT id FROM import_tokens WHERE token = ?1";
            let known: Option<String> =
                tx.query_row(known, [&token], |row| row.get(0)).optional()?;
            if let Some(id) = known {
                receipts.already_applied(step.token(), &id);
                continue;
            }
            let written = match step.object() {
                Object::Contact => write_customer(&tx, &self.account, &step)?,
                Object::Opportunity => match step.link(receipts) {
                    Link::Lost => continue, // its customer was not written: neither is the deal
                    Link::To(customer) => write_deal(&tx, &step, Some(customer))?,
                    Link::Unchanged => write_deal(&tx, &step, None)?,
                },
            };
            let id = match written {
                Written::To(id) => id,
                Written::Conflict => {
                    receipts.conflict(step.token());
                    continue;
                }
                Written::Rejected(why) => {
                    receipts.rejected(step.token(), &why);
                    continue;
                }
            };
            let keep = "INSERT INTO import_tokens VALUES (?1, ?2, ?3)";
            tx.execute(keep, params![token, step.is_update(), id])?;
            match step.op() {
                Op::Create => receipts.created(step.token(), &id, None),
                Op::Update => receipts.updated(step.token(), None),
            }
        }
        let checkpoint = batch.checkpoint();
        let json = serde_json::to_string(checkpoint).expect("a checkpoint has text for its keys");
        tx.execute(
            "INSERT INTO import_checkpoints VALUES (?1, ?2)
                ON CONFLICT (import_id) DO UPDATE SET json = excluded.json",
            [&checkpoint.import_id, &json],
        )?;
        tx.commit()
    }

    fn recover(&mut self, _: &rusqlite::Error, attempt: u32) -> Recovery {
        if attempt < 3 { Recovery::Retry } else { Recovery::Split }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>> {
        let mut query =
            self.db.prepare_cached("SELECT json FROM import_checkpoints ORDER BY rowid DESC")?;
        let texts: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        let read = |json: &String| {
            let unreadable = |error| FromSqlConversionFailure(0, Type::Text, Box::new(error));
            serde_json::from_str(json).map_err(unreadable)
        };
        texts.iter().map(read).collect::<Result<_>>().map(Some)
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<()> {
        let mut query =
            self.db.prepare_cached("SELECT is_update, id FROM import_tokens WHERE token = ?1")?;
        for token in tokens {
            let mut rows = query.query([token.to_string()])?;
            while let Some(row) = rows.next()? {
                let op = if row.get(0)? { Op::Update } else { Op::Create };
                known.add(*token, op, &text(row, 1)?);
            }
        }
        Ok(())
    }
}

/// What became of a step.
enum Written {
    /// It was written to the record with this id.
    To(String),
    /// Somebody else was quicker: it is a conflict.
    Conflict,
    /// It can never be written; this is why, for the person with the spreadsheet.
    Rejected(String),
}

/// Writes a customer. The keys are renewed first, so that it is checked against those of this moment.
fn write_customer(
    tx: &Transaction<'_>,
    account: &Account,
    step: &BatchStep<'_>,
) -> Result<Written> {
    renew_keys(tx, account)?;
    for key in step.new_keys() {
        let other = "SELECT 1 FROM customer_keys
            WHERE rule = ?1 AND key = ?2 AND CAST(customer_no AS TEXT) <> ?3";
        let rule = key.fields().join("+");
        if tx.prepare_cached(other)?.exists([&rule, key.value(), step.id()])? {
            return Ok(Written::Conflict);
        }
    }
    let mut columns: Vec<(&str, Value)> = Vec::new();
    for change in step.changes() {
        columns.push(match change.key() {
            "name" => ("name", change.text().into()),
            "email" => ("mail", change.text().into()),
            "phone" => ("mobile", change.text().into()),
            _ => {
                let tags: Vec<String> = change.after().map(|tag| tag.to_string()).collect();
                ("tags", serde_json::to_string(&tags).expect("texts are JSON").into())
            }
        });
    }
    if step.is_update() {
        let now: Option<String> =
            tx.query_row(CUSTOMER, [step.id()], |row| row.get(5)).optional()?;
        if step.is_stale(now.as_deref()) {
            return Ok(Written::Conflict);
        }
        update(tx, "customers", &columns, ("customer_no", step.id()))?;
        let touch = "UPDATE customers SET updated_at = CURRENT_TIMESTAMP WHERE customer_no = ?1";
        tx.prepare_cached(touch)?.execute([step.id()])?;
        return Ok(Written::To(step.id().to_owned()));
    }
    let customer = insert(tx, "customers", &columns)?;
    Ok(Written::To(customer.to_string()))
}

/// Writes a deal. `customer` is the one it is linked to from now on, if that changes.
fn write_deal(
    tx: &Transaction<'_>,
    step: &BatchStep<'_>,
    customer: Option<&str>,
) -> Result<Written> {
    let mut columns: Vec<(&str, Value)> = Vec::new();
    if let Some(customer) = customer {
        let number = RecordId::number(customer);
        let is_there = "SELECT 1 FROM customers WHERE customer_no = ?1";
        if !tx.prepare_cached(is_there)?.exists([number])? {
            return Ok(Written::Conflict); // it is gone
        }
        columns.push(("customer_no", number.into()));
    }
    for change in step.changes() {
        columns.push(match (change.key(), change.value()) {
            ("value", Some(amount)) => match amount.units(2) {
                Some(cents) => ("amount_cents", cents.into()),
                None => {
                    let why = format!("{amount} cannot be kept in whole cents");
                    return Ok(Written::Rejected(why));
                }
            },
            ("value", None) => ("amount_cents", Value::Null),
            ("name", _) => ("title", change.text().into()),
            ("status", _) => ("state", change.text().into()),
            (same, _) => (same, change.text().into()), // pipeline and stage
        });
    }
    if step.is_update() {
        let by_id = format!("{DEAL} deal_id = ?1");
        let now: Option<String> = tx.query_row(&by_id, [step.id()], |row| row.get(7)).optional()?;
        if step.is_stale(now.as_deref()) {
            return Ok(Written::Conflict);
        }
        update(tx, "deals", &columns, ("deal_id", step.id()))?;
        return Ok(Written::To(step.id().to_owned()));
    }
    // A token is as good as a new uuid, and no other step has it.
    let id = step.token().to_string();
    columns.push(("deal_id", id.clone().into()));
    insert(tx, "deals", &columns)?;
    Ok(Written::To(id))
}

/// Adds a row in one statement, so that columns may be NOT NULL. Returns its number.
fn insert(tx: &Transaction<'_>, table: &str, columns: &[(&str, Value)]) -> Result<i64> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let places = vec!["?"; names.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
    let values = params_from_iter(columns.iter().map(|(_, value)| value));
    tx.prepare_cached(&insert)?.insert(values)
}

fn update(
    tx: &Transaction<'_>,
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
    tx.prepare_cached(&update)?.execute(params_from_iter(values))?;
    Ok(())
}
