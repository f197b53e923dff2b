//! An adapter over tables that were there before the import: one column for the whole name, amounts in
//! cents, phones as somebody typed them, ids of two kinds, and no column for a version.
//!
//! Three tables are added to them: the keys by which customers are found, the tokens of what was written,
//! and the checkpoints of imports.

use crm_import::account::{Pipeline, Stage};
use crm_import::dedup::{DedupPolicy, record_keys};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchStep, Checkpoint, Link, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, Object, Storage, StorageWrite};
use rusqlite::{Connection, OptionalExtension, Result, Row, Transaction, params};

/// What the application has.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customers (
        customer_no INTEGER PRIMARY KEY, name TEXT, mail TEXT, mobile TEXT,
        tags TEXT NOT NULL DEFAULT '[]', updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE IF NOT EXISTS deals (
        deal_id TEXT PRIMARY KEY, customer_no INTEGER REFERENCES customers, title TEXT NOT NULL,
        pipeline TEXT, stage TEXT, amount_cents INTEGER, state TEXT);";

/// What the import adds.
const IMPORT_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customer_keys (
        rule TEXT, key TEXT, customer_no INTEGER, PRIMARY KEY (rule, key, customer_no)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS keys_of_customers ON customer_keys (customer_no);
    CREATE TABLE IF NOT EXISTS import_tokens (token TEXT PRIMARY KEY, is_update INTEGER, id TEXT);
    CREATE TABLE IF NOT EXISTS import_checkpoints (import_id TEXT PRIMARY KEY, json TEXT NOT NULL);";

// A version is any text that changes with each write. The time of a write may be that of the next one;
// what the row says is not.
const CUSTOMER: &str = "SELECT customer_no, name, mail, mobile, tags,
        json_array(name, mail, mobile, tags, updated_at) FROM customers WHERE customer_no = ?1";
const DEAL: &str = "SELECT deal_id, customer_no, title, pipeline, stage, amount_cents, state,
        json_array(customer_no, title, pipeline, stage, amount_cents, state) FROM deals WHERE ";

pub(crate) struct Crm {
    pub(crate) db: Connection,
    account: Account,
}

/// Which fields there are, how customers are matched, and where a deal may stand.
fn account() -> Account {
    let stage = |name: &str| Stage { id: name.to_lowercase(), name: name.to_owned() };
    let stages = ["New", "Qualified", "Proposal"].map(stage).to_vec();
    Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy::by([["email"], ["phone"]]),
        pipelines: vec![Pipeline { id: "sales".into(), name: "Sales".into(), stages }],
        ..Account::default()
    }
    .only(Object::Contact, &["name", "email", "phone", "tags"])
    .only(Object::Opportunity, &["name", "pipeline", "stage", "status", "value"])
}

impl Crm {
    /// Over a database that has the application's tables: the customers it holds are indexed.
    pub(crate) fn new(mut db: Connection) -> Result<Self> {
        db.execute_batch(IMPORT_TABLES)?;
        let account = account();
        let tx = db.transaction()?;
        let all: Vec<i64> = tx
            .prepare("SELECT customer_no FROM customers")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for customer in all {
            index(&tx, &account, customer)?;
        }
        tx.commit()?;
        Ok(Crm { db, account })
    }

    /// The checkpoints of imports that are not over, last begun first.
    pub(crate) fn open_imports(&self) -> Result<Vec<Checkpoint>> {
        let mut query =
            self.db.prepare("SELECT json FROM import_checkpoints ORDER BY rowid DESC")?;
        let texts: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        let all = texts.iter().filter_map(|json| serde_json::from_str(json).ok());
        Ok(all.filter(Checkpoint::is_open).collect())
    }

    /// Tells a customer, with the key that was asked for.
    fn tell_customer(
        &self,
        id: &str,
        asked: Option<(&str, &str)>,
        found: &mut Found,
    ) -> Result<()> {
        let mut query = self.db.prepare_cached(CUSTOMER)?;
        let mut rows = query.query([id])?;
        while let Some(row) = rows.next()? {
            // A number that is spelt otherwise, such as 007, is another id.
            if row.get::<_, i64>(0)?.to_string() != id {
                continue;
            }
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

    fn tell_deals(&self, column: &str, id: &str, found: &mut Found) -> Result<()> {
        let mut query = self.db.prepare_cached(&format!("{DEAL} CAST({column} AS TEXT) = ?1"))?;
        let mut rows = query.query([id])?;
        while let Some(row) = rows.next()? {
            let cents: Option<i64> = row.get(5)?;
            let value = cents.map(|cents| format!("{}.{:02}", cents / 100, cents % 100));
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

/// A text, "" where there is none.
fn text(row: &Row<'_>, column: usize) -> Result<String> {
    Ok(row.get::<_, Option<String>>(column)?.unwrap_or_default())
}

/// Renews the keys by which a customer is found.
fn index(tx: &Transaction<'_>, account: &Account, customer: i64) -> Result<()> {
    tx.execute("DELETE FROM customer_keys WHERE customer_no = ?1", [customer])?;
    let (mail, mobile) =
        tx.query_row(CUSTOMER, [customer], |row| Ok((text(row, 2)?, text(row, 3)?)))?;
    let value = |field: &str| match field {
        "email" => vec![mail.clone()],
        "phone" => vec![mobile.clone()],
        _ => Vec::new(),
    };
    for rule in &account.dedup.contacts {
        for key in record_keys(Object::Contact, &rule.0, &account.fields(), account, value) {
            let insert = "INSERT OR IGNORE INTO customer_keys VALUES (?1, ?2, ?3)";
            tx.execute(insert, params![rule.name(), key.join("\u{1f}"), customer])?;
        }
    }
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
            let customers = lookup.contact_ids().iter();
            return customers.copied().try_for_each(|no| self.tell_deals("customer_no", no, found));
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
        let tx = self.db.transaction()?;
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
            let Some(id) = written else {
                receipts.conflict(step.token());
                continue;
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

/// Writes a customer and gives its number; `None`: somebody else was quicker.
fn write_customer(
    tx: &Transaction<'_>,
    account: &Account,
    step: &BatchStep<'_>,
) -> Result<Option<String>> {
    for key in step.new_keys() {
        let other = "SELECT 1 FROM customer_keys
            WHERE rule = ?1 AND key = ?2 AND CAST(customer_no AS TEXT) <> ?3";
        let rule = key.fields().join("+");
        if tx.prepare_cached(other)?.exists([&rule, key.value(), step.id()])? {
            return Ok(None);
        }
    }
    if step.is_update() {
        let now: Option<String> =
            tx.query_row(CUSTOMER, [step.id()], |row| row.get(5)).optional()?;
        if now.is_none() || now.as_deref() != step.version() {
            return Ok(None);
        }
    } else {
        tx.execute("INSERT INTO customers DEFAULT VALUES", [])?;
    }
    let customer = if step.is_update() {
        step.id().parse().expect("find has given this id")
    } else {
        tx.last_insert_rowid()
    };
    for change in step.changes() {
        let (column, value) = match change.key() {
            "name" => ("name", change.text()),
            "email" => ("mail", change.text()),
            "phone" => ("mobile", change.text()),
            _ => {
                let tags: Vec<String> = change.after().map(|tag| tag.to_string()).collect();
                ("tags", serde_json::to_string(&tags).expect("texts are JSON"))
            }
        };
        let set = format!("UPDATE customers SET {column} = ?1 WHERE customer_no = ?2");
        tx.prepare_cached(&set)?.execute(params![value, customer])?;
    }
    let touch = "UPDATE customers SET updated_at = CURRENT_TIMESTAMP WHERE customer_no = ?1";
    tx.execute(touch, [customer])?;
    index(tx, account, customer)?;
    Ok(Some(customer.to_string()))
}

/// Writes a deal and gives its id; `None`: somebody else was quicker, or its customer is gone.
fn write_deal(
    tx: &Transaction<'_>,
    step: &BatchStep<'_>,
    customer: Option<&str>,
) -> Result<Option<String>> {
    if let Some(customer) = customer {
        let is_there = "SELECT 1 FROM customers WHERE CAST(customer_no AS TEXT) = ?1";
        if !tx.prepare_cached(is_there)?.exists([customer])? {
            return Ok(None);
        }
    }
    let id = if step.is_update() {
        let by_id = format!("{DEAL} deal_id = ?1");
        let now: Option<String> = tx.query_row(&by_id, [step.id()], |row| row.get(7)).optional()?;
        if now.is_none() || now.as_deref() != step.version() {
            return Ok(None);
        }
        step.id().to_owned()
    } else {
        // A token is as good as a new uuid, and no other step has it.
        let id = step.token().to_string();
        tx.execute("INSERT INTO deals (deal_id, title) VALUES (?1, '')", [&id])?;
        id
    };
    if let Some(customer) = customer {
        tx.execute("UPDATE deals SET customer_no = ?1 WHERE deal_id = ?2", [customer, &id])?;
    }
    for change in step.changes() {
        let column = match change.key() {
            "name" => "title",
            "value" => "amount_cents",
            "status" => "state",
            same => same, // pipeline and stage
        };
        let set = format!("UPDATE deals SET {column} = ?1 WHERE deal_id = ?2");
        let mut set = tx.prepare_cached(&set)?;
        match change.key() {
            "value" => set.execute(params![cents(&change.text()), id])?,
            _ => set.execute(params![change.text(), id])?,
        };
    }
    Ok(Some(id))
}

/// An amount in plain decimals, as the import writes it, in cents; `None`: there is none.
fn cents(amount: &str) -> Option<i64> {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    format!("{whole}{part}").parse().ok()
}
