//! What a database holds, read past the import.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Checkpoint, FollowUpKind, Receipts, Recovery, Token};
use crm_import::{Account, MemoryStorage, Object, Storage, StorageWrite};

use crate::sqlite::Sqlite;

/// The records of an object by id: field -> values, blank ones left out.
pub(crate) type Records = BTreeMap<String, BTreeMap<String, Vec<String>>>;
/// Contacts and opportunities.
pub(crate) type Content = [Records; 2];

/// A storage that can be read as a whole.
pub(crate) trait Database: StorageWrite {
    fn content(&self) -> Content;
}

impl Database for MemoryStorage {
    fn content(&self) -> Content {
        Object::ALL.map(|object| {
            let record = |(id, record): (&str, &crm_import::storage::MemoryRecord)| {
                let values = record.values.iter().filter(|(_, values)| !values.is_empty());
                (id.to_owned(), values.map(|(f, v)| (f.clone(), v.clone())).collect())
            };
            self.iter(object).map(record).collect()
        })
    }
}

/// Puts the same records into memory.
pub(crate) fn copy(content: &Content, memory: &mut MemoryStorage) {
    for (object, records) in Object::ALL.into_iter().zip(content) {
        for (id, record) in records {
            let values = record.iter().flat_map(|(f, all)| all.iter().map(|v| (f.as_str(), v)));
            memory.insert_as(object, id, values.map(|(field, value)| (field, value.as_str())));
        }
    }
}

/// The example's adapter over a database that a second connection can read.
pub(crate) struct Shared {
    pub(crate) sqlite: Sqlite,
    name: String,
}

impl Shared {
    /// In memory, so that thousands of records are stored in no time.
    pub(crate) fn create(account: Account) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("file:crm-import-{number}?mode=memory&cache=shared");
        Shared { sqlite: Sqlite::create(Path::new(&name), account, |_| Ok(())).unwrap(), name }
    }
}

impl Database for Shared {
    fn content(&self) -> Content {
        let db = rusqlite::Connection::open(&self.name).unwrap();
        let addresses = ["contact_emails", "contact_phones"];
        [
            records(&db, "contacts", &addresses, "contact_fields"),
            records(&db, "opportunities", &[], "opportunity_fields"),
        ]
    }
}

/// The rows of a table, with the addresses and the further fields that belong to them.
fn records(db: &rusqlite::Connection, table: &str, addresses: &[&str], further: &str) -> Records {
    let mut found = Records::new();
    let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let id: i64 = row.get("id").unwrap();
        let record = found.entry(id.to_string()).or_default();
        for name in names.iter().filter(|name| !["id", "version"].contains(&name.as_str())) {
            let value: Option<String> = row.get(name.as_str()).unwrap();
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                record.insert(name.clone(), vec![value]);
            }
        }
    }
    let mut add = |sql: &str| {
        let mut statement = db.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, field): (i64, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            let record = found.get_mut(&id.to_string()).expect("nothing hangs loose");
            record.entry(field).or_default().push(row.get(2).unwrap());
        }
    };
    for table in addresses {
        let field = table.trim_start_matches("contact_").trim_end_matches('s');
        add(&format!(
            "SELECT contact_id, iif(position = 0, '{field}', 'additional_{field}s'), value \
             FROM {table} ORDER BY contact_id, position"
        ));
    }
    add(&format!(
        "SELECT record_id, field, value FROM {further} ORDER BY record_id, field, position"
    ));
    found
}

impl Storage for Shared {
    type Error = <Sqlite as Storage>::Error;

    fn account(&mut self) -> Result<Account, Self::Error> {
        self.sqlite.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error> {
        self.sqlite.find(lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.sqlite.answers(rule)
    }
}

impl StorageWrite for Shared {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Self::Error> {
        self.sqlite.write(batch, receipts)
    }

    fn keeps_tokens(&self) -> bool {
        self.sqlite.keeps_tokens()
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Self::Error> {
        self.sqlite.applied(tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Self::Error> {
        self.sqlite.unfinished()
    }

    fn supports(&self, kind: FollowUpKind) -> bool {
        self.sqlite.supports(kind)
    }

    fn recover(&mut self, error: &Self::Error, attempt: u32) -> Recovery {
        self.sqlite.recover(error, attempt)
    }
}
