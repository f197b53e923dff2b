//! A small adapter: people of several tenants, with a name, an e-mail address and a phone, in a table that was there
//! before. There are no deals. Tokens, checkpoints and keys are in `customers/kept.rs`, copied as it is.
//!
//! ```sh
//! cargo run --example people -- FILE.csv DATABASE
//! ```

#![allow(clippy::print_stdout)]

#[path = "customers/kept.rs"]
mod kept;

use crm_import::dedup::{ContactKeys, DedupPolicy};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, BatchStep, Checkpoint, Receipts, Recovery, Token};
use crm_import::{Account, Import, Object, RecordId, Source, Storage, StorageWrite};
use kept::{Asked, Kept, Written};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

/// The table of the application.
pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL, given_name TEXT, family_name TEXT, mail TEXT, mobile TEXT);";

/// Each field with its column.
const COLUMNS: [(&str, &str); 4] = [
    ("first_name", "given_name"),
    ("last_name", "family_name"),
    ("email", "mail"),
    ("phone", "mobile"),
];

/// The people of one tenant.
pub(crate) struct Crm {
    pub(crate) db: Connection,
    org: i64,
    keys: ContactKeys,
}

/// Somebody's version, which is all that there is of her, and the values of [`COLUMNS`].
struct Person {
    version: String,
    values: Vec<(&'static str, String)>,
}

fn account() -> Account {
    Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy::by([["email"], ["phone"]]),
        ..Account::default()
    }
    .only(Object::Contact, &COLUMNS.map(|(field, _)| field))
    .only(Object::Opportunity, &[])
}

/// A person of this tenant, or of any.
fn person(db: &Connection, id: &str, org: Option<i64>) -> Result<Option<Person>> {
    let columns = COLUMNS.map(|(_, column)| column).join(", ");
    let mut query = db.prepare_cached(&format!(
        "SELECT json_array({columns}), {columns} FROM people
            WHERE id = ?1 AND org_id = ifnull(?2, org_id)"
    ))?;
    let read = |row: &rusqlite::Row<'_>| {
        let texts = (1..).zip(COLUMNS).map(|(at, (field, _))| Ok((field, row.get(at)?)));
        let texts: Vec<(&str, Option<String>)> = texts.collect::<Result<_>>()?;
        let values = texts.into_iter().map(|(field, text)| (field, text.unwrap_or_default()));
        Ok(Person { version: row.get(0)?, values: values.collect() })
    };
    query.query_row(params![RecordId::number(id), org], read).optional()
}

impl Crm {
    pub(crate) fn new(db: Connection, org: i64) -> Result<Self> {
        db.execute_batch(kept::TABLES)?;
        kept::watch(&db, "people", "id", "mail, mobile")?;
        Ok(Crm { db, org, keys: ContactKeys::new(&account()) })
    }

    fn kept(&self) -> Kept<'_> {
        Kept { db: &self.db, tenant: self.org }
    }

    fn renew_keys(&self) -> Result<()> {
        let values = |id: &str| Ok(person(&self.db, id, None)?.map(|person| person.values));
        self.kept().renew(&self.keys, values)
    }

    fn write_person(&self, step: &BatchStep<'_>) -> Result<Written> {
        self.renew_keys()?; // as they are at this moment
        for other in self.kept().others(step)? {
            if person(&self.db, &other, Some(self.org))?.is_some() {
                return Ok(Written::Conflict);
            }
        }
        let columns = step.changes().filter_map(|change| {
            let (_, column) = COLUMNS.into_iter().find(|(field, _)| *field == change.key())?;
            Some((column, kept::cell(&change)))
        });
        let mut columns: Vec<(&str, Value)> = columns.collect();
        if step.is_update() {
            let now = person(&self.db, step.id(), Some(self.org))?;
            if step.is_stale(now.as_ref().map(|person| &*person.version)) {
                return Ok(Written::Conflict);
            }
            kept::update(&self.db, "people", &columns, ("id", step.id()))?;
            return Ok(Written::To(step.id().to_owned()));
        }
        columns.push(("org_id", self.org.into()));
        Ok(Written::To(kept::insert(&self.db, "people", &columns)?.to_string()))
    }
}

impl Storage for Crm {
    type Error = rusqlite::Error;

    fn account(&mut self) -> Result<Account> {
        Ok(account())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<()> {
        self.renew_keys()?;
        self.kept().find(lookup, |id, asked| {
            let Some(person) = person(&self.db, id, Some(self.org))? else { return Ok(()) };
            let mut record = found.record(id).version(&person.version);
            for (field, value) in &person.values {
                record = record.value(*field, value);
            }
            if let Some(Asked { rule, key }) = asked {
                record.key(rule, key);
            }
            Ok(())
        })
    }
}

impl StorageWrite for Crm {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<()> {
        let tx = rusqlite::Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        self.kept().write(batch, receipts, |step, _| self.write_person(step))?;
        tx.commit()
    }

    fn recover(&mut self, _: &rusqlite::Error, attempt: u32) -> Recovery {
        if attempt < 3 { Recovery::Retry } else { Recovery::Split }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<()> {
        self.kept().applied(tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>> {
        self.kept().unfinished()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (file, database) =
        arguments.next().zip(arguments.next()).ok_or("which file and database?")?;
    let db = Connection::open(database)?;
    db.execute_batch(TABLE)?;
    let mut crm = Crm::new(db, 1)?;
    let import = Import::new();
    let plan = import.plan_or_resume(Source::from_path(&file), &mut crm)?; // shown to somebody
    let report = import.apply(plan, &mut crm)?;
    for issue in report.issues() {
        println!("{issue}; {}", issue.remedy());
    }
    println!("{:?}", report.stats().contacts);
    report.acknowledge(&mut crm)?;
    Ok(())
}
