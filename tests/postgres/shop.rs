//! An adapter over tables that were there before there was any import: unique addresses, phones in a table of their own,
//! deals that must have an owner, stages as an enum, rows that are deleted by a date, no versions.
//!
//! This file is what you write yourself for your tables. What the import keeps beside them is in `kept.rs`.

use crm_import::account::{OpportunityMatching, OpportunityPolicy, Pipeline, Stage, User};
use crm_import::dedup::{ContactKeys, DedupPolicy};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, BatchStep, Checkpoint, Receipts, Recovery, Token};
use crm_import::{Account, Object, RecordId, Storage, StorageWrite};
use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Error, GenericClient, Row, Transaction};

use super::kept::{self, Addresses, Asked, Written};

/// The tables of the application.
pub(crate) const TABLES: &str = "
CREATE TYPE deal_stage AS ENUM ('lead', 'offer', 'delivery');
CREATE TABLE staff (id serial PRIMARY KEY, name text NOT NULL, mail text NOT NULL);
INSERT INTO staff (name, mail) VALUES ('House', 'house@us.example'), ('Ann Lowe', 'ann@us.example');
CREATE TABLE customers (id bigserial PRIMARY KEY, full_name text NOT NULL, mail text, city text,
    created_at timestamptz NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX customers_by_mail ON customers (lower(mail));
CREATE TABLE phones (customer bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
    place int NOT NULL, number text NOT NULL, PRIMARY KEY (customer, place));
CREATE TABLE deals (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customers,
    owner int NOT NULL REFERENCES staff, title text NOT NULL, stage deal_stage NOT NULL DEFAULT 'lead',
    status text NOT NULL DEFAULT 'open', amount numeric(12, 2), deleted_at timestamptz);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN new.created_at := now(); RETURN new; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION stamp();";

/// Who gets the deals of which a file does not say whose they are.
const HOUSE: &str = "1";

/// A version is any text that changes with each write: `xmin`, and the phones, which are in another table.
const CUSTOMERS: &str = "
SELECT id, customers.xmin::text || coalesce(version, ''), full_name, coalesce(mail, ''), coalesce(city, ''),
    coalesce(phone, ''), coalesce(more, '{}')
FROM customers LEFT JOIN LATERAL (
    SELECT string_agg(place || ' ' || number, ';' ORDER BY place) AS version,
        max(number) FILTER (WHERE place = 0) AS phone,
        array_agg(number ORDER BY place) FILTER (WHERE place > 0) AS more
    FROM phones WHERE customer = customers.id) AS phones ON true
WHERE deleted_at IS NULL AND id = ANY($1)";
const DEALS: &str = "
SELECT d.id, d.xmin::text, d.customer, d.owner, d.title, d.stage::text, d.status, coalesce(d.amount::text, '')
FROM deals d JOIN customers c ON c.id = d.customer
WHERE d.deleted_at IS NULL AND c.deleted_at IS NULL AND";

pub(crate) struct Shop {
    pub(crate) db: Client,
    keys: ContactKeys,
}

fn account(users: Vec<User>) -> Account {
    let stages = ["Lead", "Offer", "Delivery"].map(|name| Stage::new(name.to_lowercase(), name));
    let required = vec!["name".into()];
    Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy { required, ..DedupPolicy::by([["email"], ["phone"]]) },
        pipelines: vec![Pipeline::new("deals", "Deals", stages)],
        opportunities: OpportunityPolicy::by(OpportunityMatching::best_or_create(["name"])),
        users,
        ..Account::default()
    }
    .only(Object::Contact, &["name", "email", "phone", "additional_phones", "city"])
    .only(Object::Opportunity, &["value", "owner"])
}

impl Shop {
    pub(crate) fn new(mut db: Client) -> Result<Self, Error> {
        db.batch_execute(kept::TABLES)?;
        kept::watch(&mut db, "customers", "id")?;
        kept::watch(&mut db, "phones", "customer")?;
        Ok(Shop { db, keys: ContactKeys::new(&account(Vec::new())) })
    }
}

fn renew_keys(db: &mut Transaction<'_>, keys: &ContactKeys) -> Result<(), Error> {
    kept::renew(db, keys, |db, ids| {
        let addresses = |row: &Row| -> (i64, Addresses) {
            let more: Vec<String> = row.get(6);
            let mut addresses = vec![("email", row.get(3)), ("phone", row.get(5))];
            addresses.extend(more.into_iter().map(|number| ("additional_phones", number)));
            (row.get(0), addresses)
        };
        Ok(db.query(CUSTOMERS, &[&ids])?.iter().map(addresses).collect())
    })
}

fn tell_customer(row: &Row, asked: &[Asked], found: &mut Found) {
    let mut told = found
        .record(&row.get::<_, i64>(0).to_string())
        .version(row.get(1))
        .value("name", row.get(2))
        .value("email", row.get(3))
        .value("city", row.get(4))
        .value("phone", row.get(5))
        .values("additional_phones", row.get::<_, Vec<String>>(6));
    for Asked { rule, key } in asked {
        told = told.key(rule, key);
    }
}

fn tell_deal(row: &Row, found: &mut Found) {
    found
        .record(&row.get::<_, i64>(0).to_string())
        .version(row.get(1))
        .value("contact_id", &row.get::<_, i64>(2).to_string())
        .value("owner", &row.get::<_, i32>(3).to_string())
        .value("name", row.get(4))
        .value("pipeline", "deals") // there is only one
        .value("stage", row.get(5))
        .value("status", row.get(6))
        .value("value", row.get(7));
}

impl Storage for Shop {
    type Error = Error;

    fn account(&mut self) -> Result<Account, Error> {
        let staff = self.db.query("SELECT id, name, mail FROM staff", &[])?;
        let user = |row: &Row| {
            User::new(row.get::<_, i32>(0), row.get::<_, &str>(1), row.get::<_, &str>(2))
        };
        Ok(account(staff.iter().map(user).collect()))
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Error> {
        if lookup.object() == Object::Opportunity {
            for (column, ids) in [("d.id", lookup.ids()), ("d.customer", lookup.contact_ids())] {
                let ids: Vec<i64> = ids.iter().filter_map(|id| RecordId::number(id)).collect();
                let deals = self.db.query(&format!("{DEALS} {column} = ANY($1)"), &[&ids])?;
                deals.iter().for_each(|row| tell_deal(row, found));
            }
            return Ok(());
        }
        let mut db = self.db.transaction()?;
        renew_keys(&mut db, &self.keys)?;
        let asked = kept::find(&mut db, lookup)?;
        let ids: Vec<i64> = asked.keys().copied().collect();
        for row in db.query(CUSTOMERS, &[&ids])? {
            tell_customer(&row, &asked[&row.get(0)], found);
        }
        db.commit()
    }
}

impl StorageWrite for Shop {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Error> {
        let mut db = self.db.transaction()?;
        kept::lock(&mut db, batch)?;
        renew_keys(&mut db, &self.keys)?; // as they are under the locks
        let unique = ["customers_by_mail"];
        kept::write(&mut db, batch, receipts, &unique, |db, step, customer| match step.object() {
            Object::Contact => write_customer(db, step),
            Object::Opportunity => write_deal(db, step, customer),
        })?;
        db.commit()
    }

    fn recover(&mut self, error: &Error, attempt: u32) -> Recovery {
        match error.code() {
            Some(&SqlState::T_R_DEADLOCK_DETECTED) if attempt < 5 => Recovery::Retry,
            Some(_) => Recovery::Split,
            None => Recovery::Stop,
        }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Error> {
        kept::applied(&mut self.db, tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Error> {
        kept::unfinished(&mut self.db)
    }
}

/// Whether a customer is there, and stays so until the commit.
fn is_there(db: &mut impl GenericClient, id: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM customers WHERE id = $1 AND deleted_at IS NULL FOR UPDATE";
    Ok(db.query_opt(sql, &[&id])?.is_some())
}

fn write_customer(db: &mut Transaction<'_>, step: &BatchStep<'_>) -> Result<Written, Error> {
    let own = RecordId::number(step.id()).filter(|_| step.is_update());
    if kept::is_taken(db, step)? {
        return Ok(Written::Conflict);
    }
    if let Some(mail) = step.change("email").map(|change| change.text()) {
        let gone =
            "SELECT 1 FROM customers WHERE lower(mail) = lower($1) AND deleted_at IS NOT NULL";
        if db.query_opt(gone, &[&mail])?.is_some() {
            return Ok(Written::Rejected("a deleted customer has this address".into()));
        }
    }
    if step.is_update() {
        let own = own.unwrap_or_default();
        let now = if is_there(db, own)? { db.query_opt(CUSTOMERS, &[&vec![own]])? } else { None };
        if step.is_stale(now.map(|row| row.get::<_, String>(1)).as_deref()) {
            return Ok(Written::Conflict);
        }
    }
    let mut columns = Vec::new();
    for change in step.changes() {
        let column = match change.key() {
            "name" => "full_name",
            "email" => "mail",
            "city" => "city",
            _ => continue, // phones
        };
        columns.push((column, "text", change.value().map(|value| value.to_string())));
    }
    let id = save(db, "customers", &columns, own)?;
    for (field, is_first) in [("phone", true), ("additional_phones", false)] {
        let Some(change) = step.change(field) else { continue };
        let clear = "DELETE FROM phones WHERE customer = $1 AND (place = 0) = $2";
        db.execute(clear, &[&id, &is_first])?;
        for (place, number) in (i32::from(!is_first)..).zip(change.after()) {
            let add = "INSERT INTO phones VALUES ($1, $2, $3)";
            db.execute(add, &[&id, &place, &number.to_string()])?;
        }
    }
    Ok(Written::To(id))
}

fn write_deal(
    db: &mut Transaction<'_>,
    step: &BatchStep<'_>,
    customer: Option<i64>,
) -> Result<Written, Error> {
    let own = RecordId::number(step.id()).filter(|_| step.is_update());
    if step.is_update() {
        let now = db.query_opt(&format!("{DEALS} d.id = $1 FOR UPDATE OF d"), &[&own])?;
        if step.is_stale(now.map(|row| row.get::<_, String>(1)).as_deref()) {
            return Ok(Written::Conflict);
        }
    }
    let mut columns = Vec::new();
    if let Some(customer) = customer {
        if !is_there(db, customer)? {
            return Ok(Written::Conflict);
        }
        columns.push(("customer", "bigint", Some(customer.to_string())));
    }
    for change in step.changes() {
        let value = change.value();
        let (column, kind) = match (change.key(), &value) {
            ("pipeline", _) => continue,
            ("name", _) => ("title", "text"),
            ("stage", _) => ("stage", "deal_stage"),
            ("owner", _) => ("owner", "int"), // one that is cleared is refused by the database
            ("value", Some(amount)) if amount.units(2).is_none() => {
                return Ok(Written::Rejected(format!("{amount} has more than two decimals")));
            }
            ("value", _) => ("amount", "numeric"),
            _ => ("status", "text"),
        };
        columns.push((column, kind, value.map(|value| value.to_string())));
    }
    if own.is_none() && columns.iter().all(|(column, ..)| *column != "owner") {
        columns.push(("owner", "int", Some(HOUSE.into())));
    }
    save(db, "deals", &columns, own).map(Written::To)
}

/// Adds a row, or changes these columns (each with its type) of the one with this id. Returns the id. There may be no
/// columns: then only the version changes.
fn save(
    db: &mut impl GenericClient,
    table: &str,
    columns: &[(&str, &str, Option<String>)],
    own: Option<i64>,
) -> Result<i64, Error> {
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    let place = |(at, (_, kind, _)): (usize, &(&str, &str, _))| format!("${at}::text::{kind}");
    let places: Vec<String> = (1..).zip(columns).map(place).collect();
    let sql = match own {
        None => format!(
            "INSERT INTO {table} ({}) VALUES ({}) RETURNING id",
            names.join(", "),
            places.join(", ")
        ),
        Some(id) => {
            let set = |(name, place)| format!(", {name} = {place}");
            let sets: String = names.iter().zip(&places).map(set).collect();
            format!("UPDATE {table} SET id = id{sets} WHERE id = {id} RETURNING id")
        }
    };
    let values: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|(.., value)| value as _).collect();
    Ok(db.query_one(&sql, &values)?.get(0))
}
