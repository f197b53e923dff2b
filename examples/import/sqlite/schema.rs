//! The tables.

use std::path::Path;

use crm_import::{Account, Field, FieldId, Fields, Object};
use rusqlite::Connection;

pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(10))?;
    db.set_prepared_statement_cache_capacity(128);
    // 64 MiB instead of 2: tokens are random, so that looking up each of them reads another page. For the same
    // reason many batches write to one page, and many of them pass before it is copied from the log.
    db.pragma_update(None, "cache_size", -65_536)?;
    db.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    set_durability(&db, Durability::Process)?;
    Ok(db)
}

/// What a commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// The end of this process, however sudden. A power cut may undo the last commits, but only whole ones and in
    /// order, as if the import had been interrupted before them; it is resumed then.
    Process,
    /// A power cut, too. Every commit before it survives as well. That costs a wait for the disk.
    Power,
}

pub(super) fn set_durability(
    db: &Connection,
    durability: Durability,
) -> Result<(), rusqlite::Error> {
    let synchronous = match durability {
        Durability::Process => "NORMAL",
        Durability::Power => "FULL",
    };
    db.pragma_update(None, "synchronous", synchronous)
}

/// Has the database been made?
pub(super) fn is_made(db: &Connection) -> Result<bool, rusqlite::Error> {
    db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'account'")?.exists([])
}

/// Makes the tables, within the caller's transaction.
pub(super) fn create(db: &Connection, account: &Account) -> Result<(), rusqlite::Error> {
    let columns = |object| -> String {
        let fields = Fields::standard();
        let named: Vec<String> = fields
            .iter()
            .filter(|(_, field)| {
                field.object == object && is_column(field) && field.key != "contact_id"
            })
            .map(|(_, field)| format!(", \"{}\" TEXT", field.key))
            .collect();
        named.concat()
    };
    let contacts = columns(Object::Contact);
    let opportunities = columns(Object::Opportunity);
    db.execute_batch(&format!(
        "CREATE TABLE account (settings TEXT NOT NULL);
         CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL DEFAULT 1{contacts});
         CREATE TABLE contact_emails (contact_id INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,
             PRIMARY KEY (contact_id, position)) WITHOUT ROWID;
         CREATE INDEX contact_emails_by_value ON contact_emails (value);
         CREATE TABLE contact_phones (contact_id INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,
             PRIMARY KEY (contact_id, position)) WITHOUT ROWID;
         CREATE INDEX contact_phones_by_value ON contact_phones (value);
         CREATE TABLE contact_keys (contact_id INTEGER NOT NULL, rule TEXT NOT NULL, key TEXT NOT NULL,
             PRIMARY KEY (contact_id, rule, key)) WITHOUT ROWID;
         CREATE INDEX contact_keys_by_key ON contact_keys (rule, key);
         CREATE TABLE contact_fields (record_id INTEGER NOT NULL, field TEXT NOT NULL, position INTEGER NOT NULL,
             value TEXT NOT NULL, PRIMARY KEY (record_id, field, position)) WITHOUT ROWID;
         CREATE TABLE opportunities (id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL DEFAULT 1,
             contact_id TEXT{opportunities});
         CREATE INDEX opportunities_by_contact ON opportunities (contact_id);
         CREATE TABLE opportunity_fields (record_id INTEGER NOT NULL, field TEXT NOT NULL, position INTEGER NOT NULL,
             value TEXT NOT NULL, PRIMARY KEY (record_id, field, position)) WITHOUT ROWID;
         CREATE TABLE follow_ups (contact_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL);
         CREATE TABLE import_steps (token TEXT PRIMARY KEY, object TEXT NOT NULL, record_id INTEGER NOT NULL,
             outcome TEXT NOT NULL) WITHOUT ROWID;
         CREATE TABLE import_checkpoints (import_id TEXT PRIMARY KEY, checkpoint TEXT NOT NULL);"
    ))?;
    let settings = serde_json::to_string(account).unwrap_or_default();
    db.execute("INSERT INTO account (settings) VALUES (?1)", [settings])?;
    Ok(())
}

/// A write-ahead log instead of a rollback journal: it is written in one go, and readers do not wait. It stays that
/// way for everybody who opens the file, which must not be on a network drive. Only once the tables are there,
/// because before that the file might be somebody else's. If another process is at the file by then, the rollback
/// journal does as well.
pub(super) fn write_ahead(db: &Connection) {
    let _ = db.pragma_update(None, "journal_mode", "WAL");
}

/// The table of an object.
pub(super) fn table(object: Object) -> &'static str {
    match object {
        Object::Contact => "contacts",
        Object::Opportunity => "opportunities",
    }
}

/// The table of values that have no column: custom fields and lists.
pub(super) fn extras(object: Object) -> &'static str {
    match object {
        Object::Contact => "contact_fields",
        Object::Opportunity => "opportunity_fields",
    }
}

/// The columns of an object's table, and the statement that makes a record with them.
pub(super) struct Columns {
    pub(super) table: &'static str,
    /// By the index of a field, which column it is.
    columns: Vec<Option<usize>>,
    names: Vec<String>,
    pub(super) insert: String,
}

impl Columns {
    pub(super) fn of(object: Object, fields: &Fields) -> Self {
        let (mut columns, mut names) = (vec![None; fields.len()], Vec::new());
        for (id, field) in fields.iter() {
            if field.object == object && is_column(field) {
                columns[id.index()] = Some(names.len());
                names.push(format!("\"{}\"", field.key));
            }
        }
        let (table, marks) = (table(object), vec!["?"; names.len()].join(", "));
        let insert = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
        Columns { table, columns, names, insert }
    }

    /// The place and the name of a field, if it is a column. The first place is 1.
    pub(super) fn find(&self, field: FieldId) -> Option<(usize, &str)> {
        let at = self.columns[field.index()]?;
        Some((at + 1, &self.names[at]))
    }
}

/// Is the field a column of its object's table?
pub(super) fn is_column(field: &Field) -> bool {
    let is_address =
        field.object == Object::Contact && matches!(field.key.as_str(), "email" | "phone");
    !field.is_custom && !field.is_list && !is_address && field.key != "id"
}
