//! Writing one step inside the batch's transaction.

use crm_import::storage::{BatchFollowUp, BatchStep, Link, Op, Receipts, Token};
use crm_import::{Account, Fields, Object, dedup};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{canonical, schema};

/// Writes one step and files its receipt.
pub(super) fn step(
    db: &Transaction<'_>,
    fields: &Fields,
    account: &Account,
    step: &BatchStep<'_>,
    receipts: &mut Receipts,
) -> Result<(), rusqlite::Error> {
    let (object, token) = (step.object(), step.token());
    if let Some(id) = written(db, token)? {
        receipts.already_applied(token, &id.to_string());
        return Ok(());
    }
    let link = match step.link(receipts) {
        Link::Unchanged => None,
        Link::To(id) => Some(id.to_owned()),
        Link::Lost => return Ok(()),
    };
    if is_taken(db, step)? {
        receipts.conflict(token);
        return Ok(());
    }
    let (id, version) = match step.op() {
        Op::Create => (insert(db, object, link.as_deref())?, 1),
        Op::Update => match update(db, object, step, link.as_deref())? {
            Some(written) => written,
            None => {
                receipts.conflict(token);
                return Ok(());
            }
        },
    };
    for change in step.changes() {
        let values: Vec<String> = change.after().map(|value| value.to_string()).collect();
        put(db, fields, object, id, change.key(), &values)?;
    }
    if object == Object::Contact {
        index(db, fields, account, id)?;
    }
    let outcome = if step.is_update() { "updated" } else { "created" };
    keep(db, token, object.name(), id, outcome)?;
    match step.op() {
        Op::Create => receipts.created(token, &id.to_string(), Some(&version.to_string())),
        Op::Update => receipts.updated(token, Some(&version.to_string())),
    }
    Ok(())
}

/// Does one follow-up and files its receipt.
pub(super) fn follow_up(
    db: &Transaction<'_>,
    follow_up: &BatchFollowUp<'_>,
    receipts: &mut Receipts,
) -> Result<(), rusqlite::Error> {
    let token = follow_up.token();
    if let Some(id) = written(db, token)? {
        receipts.already_applied(token, &id.to_string());
        return Ok(());
    }
    let Link::To(contact) = follow_up.contact(receipts) else { return Ok(()) };
    let Some(contact) = schema::number(contact) else {
        receipts.rejected(token, "there is no such contact");
        return Ok(());
    };
    db.prepare_cached("INSERT INTO follow_ups (contact_id, kind, name) VALUES (?1, ?2, ?3)")?
        .execute(params![contact, follow_up.kind().name(), follow_up.name()])?;
    keep(db, token, "follow_up", contact, "done")?;
    receipts.done(token);
    Ok(())
}

/// The record that the step with this token wrote.
fn written(db: &Transaction<'_>, token: Token) -> Result<Option<i64>, rusqlite::Error> {
    db.prepare_cached("SELECT record_id FROM import_steps WHERE token = ?1")?
        .query_row([token.to_string()], |row| row.get(0))
        .optional()
}

fn keep(
    db: &Transaction<'_>,
    token: Token,
    object: &str,
    id: i64,
    outcome: &str,
) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO import_steps (token, object, record_id, outcome) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![token.to_string(), object, id, outcome])?;
    Ok(())
}

/// Does another contact hold a key that the step expects to be free?
fn is_taken(db: &Transaction<'_>, step: &BatchStep<'_>) -> Result<bool, rusqlite::Error> {
    let own = schema::number(step.id()).unwrap_or(0);
    for key in step.new_keys() {
        let is_taken = match key.fields() {
            [field] if field == "email" => db
                .prepare_cached(
                    "SELECT 1 FROM contact_emails WHERE value = ?1 AND contact_id <> ?2",
                )?
                .exists(params![key.value(), own])?,
            [field] if field == "phone" => db
                .prepare_cached(
                    "SELECT 1 FROM contact_phones WHERE value = ?1 AND contact_id <> ?2",
                )?
                .exists(params![key.value(), own])?,
            fields => db
                .prepare_cached(
                    "SELECT 1 FROM contact_keys WHERE rule = ?1 AND key = ?2 AND contact_id <> ?3",
                )?
                .exists(params![fields.join("+"), key.value(), own])?,
        };
        if is_taken {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A new record without values.
pub(super) fn insert(
    db: &Transaction<'_>,
    object: Object,
    contact: Option<&str>,
) -> Result<i64, rusqlite::Error> {
    match object {
        Object::Contact => db.prepare_cached("INSERT INTO contacts DEFAULT VALUES")?.execute([])?,
        Object::Opportunity => db
            .prepare_cached("INSERT INTO opportunities (contact_id) VALUES (?1)")?
            .execute([contact])?,
    };
    Ok(db.last_insert_rowid())
}

/// Raises the version of a record if it is the one that was read. `None`: it is not.
fn update(
    db: &Transaction<'_>,
    object: Object,
    step: &BatchStep<'_>,
    contact: Option<&str>,
) -> Result<Option<(i64, i64)>, rusqlite::Error> {
    let Some(id) = schema::number(step.id()) else { return Ok(None) };
    let sql = format!(
        "UPDATE {} SET version = version + 1 WHERE id = ?1 AND (?2 IS NULL OR version = ?2) RETURNING version",
        schema::table(object)
    );
    let read: Option<i64> = step.version().and_then(|version| version.parse().ok());
    let version: Option<i64> =
        db.prepare_cached(&sql)?.query_row(params![id, read], |row| row.get(0)).optional()?;
    if let (Some(_), Some(contact)) = (version, contact) {
        db.prepare_cached("UPDATE opportunities SET contact_id = ?2 WHERE id = ?1")?
            .execute(params![id, contact])?;
    }
    Ok(version.map(|version| (id, version)))
}

/// Sets the values of one field; none clears it.
pub(super) fn put(
    db: &Transaction<'_>,
    fields: &Fields,
    object: Object,
    id: i64,
    key: &str,
    values: &[String],
) -> Result<(), rusqlite::Error> {
    let addresses = match (object, key) {
        (Object::Contact, "email") => Some(("contact_emails", true)),
        (Object::Contact, "additional_emails") => Some(("contact_emails", false)),
        (Object::Contact, "phone") => Some(("contact_phones", true)),
        (Object::Contact, "additional_phones") => Some(("contact_phones", false)),
        _ => None,
    };
    if let Some((table, is_primary)) = addresses {
        let which = if is_primary { "position = 0" } else { "position > 0" };
        db.prepare_cached(&format!("DELETE FROM {table} WHERE contact_id = ?1 AND {which}"))?
            .execute([id])?;
        let sql = format!("INSERT INTO {table} (contact_id, position, value) VALUES (?1, ?2, ?3)");
        let mut statement = db.prepare_cached(&sql)?;
        for (at, value) in values.iter().enumerate() {
            let position =
                if is_primary { 0 } else { i64::try_from(at).unwrap_or(i64::MAX - 1) + 1 };
            statement.execute(params![id, position, value])?;
        }
        return Ok(());
    }
    let is_column = fields.find(object, key).is_some_and(|id| schema::is_column(fields.get(id)));
    if is_column {
        let sql = format!("UPDATE {} SET \"{key}\" = ?2 WHERE id = ?1", schema::table(object));
        db.prepare_cached(&sql)?.execute(params![id, values.first()])?;
        return Ok(());
    }
    let table = schema::extras(object);
    db.prepare_cached(&format!("DELETE FROM {table} WHERE record_id = ?1 AND field = ?2"))?
        .execute(params![id, key])?;
    let sql =
        format!("INSERT INTO {table} (record_id, field, position, value) VALUES (?1, ?2, ?3, ?4)");
    let mut statement = db.prepare_cached(&sql)?;
    for (at, value) in values.iter().enumerate() {
        statement.execute(params![id, key, i64::try_from(at).unwrap_or(i64::MAX), value])?;
    }
    Ok(())
}

/// Keeps the keys of a contact under the match rules that are not plain e-mail or phone.
pub(super) fn index(
    db: &Transaction<'_>,
    fields: &Fields,
    account: &Account,
    id: i64,
) -> Result<(), rusqlite::Error> {
    let rules = account.dedup.contacts.iter().map(|rule| &rule.0);
    let rules: Vec<&Vec<String>> = rules
        .filter(|rule| !matches!(rule.as_slice(), [one] if one == "email" || one == "phone"))
        .collect();
    if rules.is_empty() {
        return Ok(());
    }
    db.prepare_cached("DELETE FROM contact_keys WHERE contact_id = ?1")?.execute([id])?;
    for rule in rules {
        let keys = dedup::record_keys(Object::Contact, rule, fields, account, |field| {
            stored(db, fields, id, field).unwrap_or_default()
        });
        for key in keys {
            db.prepare_cached(
                "INSERT OR IGNORE INTO contact_keys (contact_id, rule, key) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![id, rule.join("+"), key.join("\u{1f}")])?;
        }
    }
    Ok(())
}

/// The stored values of one field of a contact.
fn stored(
    db: &Transaction<'_>,
    fields: &Fields,
    id: i64,
    key: &str,
) -> Result<Vec<String>, rusqlite::Error> {
    let sql = match key {
        "email" => {
            "SELECT value FROM contact_emails WHERE contact_id = ?1 AND position = 0".to_owned()
        }
        "additional_emails" => {
            "SELECT value FROM contact_emails WHERE contact_id = ?1 AND position > 0".to_owned()
        }
        "phone" => {
            "SELECT value FROM contact_phones WHERE contact_id = ?1 AND position = 0".to_owned()
        }
        "additional_phones" => {
            "SELECT value FROM contact_phones WHERE contact_id = ?1 AND position > 0".to_owned()
        }
        _ => match fields.find(Object::Contact, key) {
            Some(field) if schema::is_column(fields.get(field)) => {
                format!("SELECT \"{key}\" FROM contacts WHERE id = ?1 AND \"{key}\" IS NOT NULL")
            }
            Some(_) => format!(
                "SELECT value FROM contact_fields WHERE record_id = ?1 AND field = '{}'",
                key.replace('\'', "''")
            ),
            None => return Ok(Vec::new()),
        },
    };
    let mut statement = db.prepare_cached(&sql)?;
    let values = statement.query_map([id], |row| row.get(0))?;
    values.collect()
}

/// How the values of a seeded record are kept.
pub(super) fn spelled(object: Object, key: &str, value: &str, account: &Account) -> String {
    match (object, key) {
        (Object::Contact, "email" | "additional_emails") => canonical(true, value, account),
        (Object::Contact, "phone" | "additional_phones") => canonical(false, value, account),
        _ => value.to_owned(),
    }
}
