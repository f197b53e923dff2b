//! An adapter over tables that were there before there was any import: one column for the whole name, amounts
//! in cents, phones as somebody typed them, two kinds of ids, and no column for a version.
//!
//! This file is what you write yourself for your tables. What the import keeps beside them is in `kept.rs`.

#[path = "kept.rs"]
mod kept;

use crm_import::account::{OpportunityMatching, OpportunityPolicy, Pipeline, Stage};
use crm_import::dedup::{ContactKeys, DedupPolicy};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, BatchStep, Checkpoint, Receipts, Recovery, Token};
use crm_import::{Account, Object, RecordId, Storage, StorageWrite};
use kept::{Asked, Kept, Written, cell, insert, update};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Result, Row, ToSql, TransactionBehavior};

/// The tables of the application.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customers (
        customer_no INTEGER PRIMARY KEY, name TEXT, mail TEXT, mobile TEXT,
        tags TEXT NOT NULL DEFAULT '[]', updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE IF NOT EXISTS deals (
        deal_id TEXT PRIMARY KEY, customer_no INTEGER REFERENCES customers, title TEXT NOT NULL,
        pipeline TEXT, stage TEXT, amount_cents INTEGER, state TEXT);
    CREATE INDEX IF NOT EXISTS deals_of_customers ON deals (customer_no);";

// A version is any text that changes with each write. Two writes may happen at the same time, so a time stamp
// will not do; the contents of the row will.
const CUSTOMER: &str = "SELECT customer_no, name, mail, mobile, tags,
        json_array(name, mail, mobile, tags, updated_at) FROM customers WHERE customer_no = ?1";
const DEAL: &str = "SELECT deal_id, customer_no, title, pipeline, stage, amount_cents, state,
        json_array(customer_no, title, pipeline, stage, amount_cents, state) FROM deals WHERE ";

pub(crate) struct Crm {
    pub(crate) db: Connection,
    keys: ContactKeys,
}

/// Which fields there are, how customers and deals are matched, and which stages a deal may be in.
fn account() -> Account {
    let stages = ["New", "Qualified", "Proposal"].map(|name| Stage::new(name.to_lowercase(), name));
    Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy::by([["email"], ["phone"]]),
        pipelines: vec![Pipeline::new("sales", "Sales", stages)],
        // Otherwise the same file would create its deals a second time.
        opportunities: OpportunityPolicy::by(OpportunityMatching::best_or_create(["name"])),
        ..Account::default()
    }
    .only(Object::Contact, &["name", "email", "phone", "tags"])
    .only(Object::Opportunity, &["name", "pipeline", "stage", "status", "value"])
    .to_decimals(Object::Opportunity, &[("value", 2)])
}

/// The tables keep the customers of one tenant.
fn kept(db: &Connection) -> Kept<'_> {
    Kept { db, tenant: 1 }
}

impl Crm {
    /// Opens a database that has the application's tables.
    pub(crate) fn new(mut db: Connection) -> Result<Self> {
        let keys = ContactKeys::new(&account());
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(kept::TABLES)?;
        kept::watch(&tx, "customers", "customer_no", "mail, mobile")?;
        renew_keys(&tx, &keys)?;
        tx.commit()?;
        Ok(Crm { db, keys })
    }

    /// Adds a customer to the answer, with the key that was asked for.
    fn tell_customer(&self, id: &str, asked: Option<&Asked>, found: &mut Found) -> Result<()> {
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
            if let Some(Asked { rule, key }) = asked {
                record.key(rule, key);
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
fn renew_keys(db: &Connection, keys: &ContactKeys) -> Result<()> {
    kept(db).renew(keys, |id| {
        let addresses =
            |row: &Row<'_>| Ok(vec![("email", text(row, 2)?), ("phone", text(row, 3)?)]);
        db.prepare_cached(CUSTOMER)?.query_row([id], addresses).optional()
    })
}

impl Storage for Crm {
    type Error = rusqlite::Error;

    fn account(&mut self) -> Result<Account> {
        Ok(account())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<()> {
        if lookup.object() == Object::Opportunity {
            lookup.ids().iter().try_for_each(|id| self.tell_deals("deal_id", id, found))?;
            let mut customers = lookup.contact_ids().iter().map(|id| RecordId::number(id));
            return customers.try_for_each(|no| self.tell_deals("customer_no", no, found));
        }
        renew_keys(&self.db, &self.keys)?;
        kept(&self.db).find(lookup, |id, asked| self.tell_customer(id, asked, found))
    }
}

impl StorageWrite for Crm {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<()> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        kept(&tx).write(batch, receipts, |step, customer| match step.object() {
            Object::Contact => write_customer(&tx, &self.keys, step),
            Object::Opportunity => write_deal(&tx, step, customer),
        })?;
        tx.commit()
    }

    fn recover(&mut self, _: &rusqlite::Error, attempt: u32) -> Recovery {
        if attempt < 3 { Recovery::Retry } else { Recovery::Split }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<()> {
        kept(&self.db).applied(tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>> {
        kept(&self.db).unfinished()
    }
}

/// Writes a customer. The keys are renewed first, so that it is checked against those of this moment.
fn write_customer(db: &Connection, keys: &ContactKeys, step: &BatchStep<'_>) -> Result<Written> {
    renew_keys(db, keys)?;
    if !kept(db).others(step)?.is_empty() {
        return Ok(Written::Conflict);
    }
    let mut columns: Vec<(&str, Value)> = Vec::new();
    for change in step.changes() {
        columns.push(match change.key() {
            "name" => ("name", cell(&change)),
            "email" => ("mail", cell(&change)),
            "phone" => ("mobile", cell(&change)),
            _ => {
                let tags: Vec<String> = change.after().map(|tag| tag.to_string()).collect();
                ("tags", serde_json::to_string(&tags).expect("texts are JSON").into())
            }
        });
    }
    if step.is_update() {
        let now: Option<String> =
            db.query_row(CUSTOMER, [step.id()], |row| row.get(5)).optional()?;
        if step.is_stale(now.as_deref()) {
            return Ok(Written::Conflict);
        }
        update(db, "customers", &columns, ("customer_no", step.id()))?;
        let touch = "UPDATE customers SET updated_at = CURRENT_TIMESTAMP WHERE customer_no = ?1";
        db.prepare_cached(touch)?.execute([step.id()])?;
        return Ok(Written::To(step.id().to_owned()));
    }
    let customer = insert(db, "customers", &columns)?;
    Ok(Written::To(customer.to_string()))
}

/// Writes a deal. `customer` is the one it is linked to from now on, if that changes.
fn write_deal(db: &Connection, step: &BatchStep<'_>, customer: Option<&str>) -> Result<Written> {
    let mut columns: Vec<(&str, Value)> = Vec::new();
    if let Some(customer) = customer {
        let number = RecordId::number(customer);
        let is_there = "SELECT 1 FROM customers WHERE customer_no = ?1";
        if !db.prepare_cached(is_there)?.exists([number])? {
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
            ("name", _) => ("title", cell(&change)),
            ("status", _) => ("state", cell(&change)),
            (same, _) => (same, cell(&change)), // pipeline and stage
        });
    }
    if step.is_update() {
        let by_id = format!("{DEAL} deal_id = ?1");
        let now: Option<String> = db.query_row(&by_id, [step.id()], |row| row.get(7)).optional()?;
        if step.is_stale(now.as_deref()) {
            return Ok(Written::Conflict);
        }
        update(db, "deals", &columns, ("deal_id", step.id()))?;
        return Ok(Written::To(step.id().to_owned()));
    }
    // A token is as good as a new uuid, and no other step has it.
    let id = step.token().to_string();
    columns.push(("deal_id", id.clone().into()));
    insert(db, "deals", &columns)?;
    Ok(Written::To(id))
}
