//! The tables.

use std::path::Path;

use crm_import::{Account, Field, Fields, Object};
use rusqlite::Connection;

pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(10))?;
    db.set_prepared_statement_cache_capacity(64);
    // 64 MiB instead of 2: tokens are random, each look-up of one is another page.
    db.pragma_update(None, "cache_size", -65_536)?;
    Ok(db)
}

/// Has the database been made?
pub(super) fn is_made(db: &Connection) -> Result<bool, rusqlite::Error> {
    db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'account'")?.exists([])
}

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
    // All or nothing: killed on the way, it is made anew.
    let whole = db.unchecked_transaction()?;
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
    whole.commit()
}

/// The table of an object.
pub(super) fn table(object: Object) -> &'static str {
    match object {
        Object::Contact => "contacts",
        Object::Opportunity => "opportunities",
    }
}

/// The table of what is no column: custom fields and lists.
pub(super) fn extras(object: Object) -> &'static str {
    match object {
        Object::Contact => "contact_fields",
        Object::Opportunity => "opportunity_fields",
    }
}

/// Is the field a column of its object's table?
pub(super) fn is_column(field: &Field) -> bool {
    let is_address =
        field.object == Object::Contact && matches!(field.key.as_str(), "email" | "phone");
    !field.is_custom && !field.is_list && !is_address && field.key != "id"
}

/// Ids are numbers, written without leading zeros.
pub(super) fn number(id: &str) -> Option<i64> {
    let number: i64 = id.parse().ok()?;
    (number.to_string() == id).then_some(number)
}
