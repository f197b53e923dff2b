//! The import into PostgreSQL as one would write it by hand for this file: a handful of statements for
//! each transaction, with arrays as parameters.

use std::collections::HashMap;
use std::time::Instant;

use postgres::{Config, Error, NoTls, Transaction};
use serde::ser::{SerializeMap as _, Serializer};

use super::Times;
use super::plain::{Asked, Deal, OF_CONTACTS, OF_DEALS, Person, Plain, Whose, Writes};

/// Looks up and writes everything.
pub(crate) fn import(config: &Config, plain: &Plain) -> Result<Times, Error> {
    let mut client = config.connect(NoTls)?;
    let begun = Instant::now();
    for asked in &plain.look_ups {
        std::hint::black_box(look_up(&mut client, asked)?);
    }
    let look_ups = begun.elapsed();
    for writes in &plain.batches {
        let mut transaction = client.transaction()?;
        write(&mut transaction, writes, &plain.import_id)?;
        transaction.commit()?;
    }
    let all = begun.elapsed();
    Ok(Times { look_ups, writes: all - look_ups, all })
}

/// Id, version and values of a stored contact.
type Stored = (i64, i64, HashMap<String, Vec<String>>);

fn look_up(client: &mut postgres::Client, asked: &Asked) -> Result<Vec<Stored>, Error> {
    let mut stored = Vec::new();
    for (rule, keys) in [("email", &asked.emails), ("phone", &asked.phones)] {
        let sql = "SELECT c.id, c.version, c.data::text FROM contact_keys k \
                   JOIN contacts c ON c.id = k.contact_id WHERE k.rule = $1 AND k.key = ANY($2)";
        for row in client.query(sql, &[&rule, keys])? {
            let values = serde_json::from_str(row.get(2)).unwrap_or_default();
            stored.push((row.get(0), row.get(1), values));
        }
    }
    Ok(stored)
}

fn write(db: &mut Transaction<'_>, writes: &Writes, import_id: &str) -> Result<(), Error> {
    let Writes { people, deals, checkpoint } = writes;
    lock(db, people, import_id)?;
    let tokens: Vec<&str> =
        people.iter().map(|p| &*p.token).chain(deals.iter().map(|d| &*d.token)).collect();
    let sql = "SELECT token FROM import_steps WHERE token = ANY($1)";
    assert!(db.query(sql, &[&tokens])?.is_empty(), "nothing is written yet");
    let mut contacts = Vec::new();
    if !people.is_empty() {
        contacts = write_people(db, people)?;
    }
    let mut new = Vec::new();
    if !deals.is_empty() {
        new = ids(db, "opportunities", deals.len())?;
        let data: Vec<String> = deals.iter().map(|deal| deal_json(deal, &contacts)).collect();
        let sql = "INSERT INTO opportunities (id, data) SELECT id, data::jsonb \
                   FROM unnest($1::bigint[], $2::text[]) AS n (id, data)";
        db.execute(sql, &[&new, &data])?;
    }
    let op = |person: &Person| if person.stored.is_some() { "update" } else { "create" };
    let ops: Vec<&str> = people.iter().map(op).chain(deals.iter().map(|_| "create")).collect();
    contacts.extend(new);
    let sql = "INSERT INTO import_steps SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
    db.execute(sql, &[&tokens, &ops, &contacts])?;
    let sql = "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES ($1, $2) \
               ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint";
    db.execute(sql, &[&import_id, checkpoint]).map(drop)
}

/// The import and every record and key, in the order of their names.
fn lock(db: &mut Transaction<'_>, people: &[Person], import_id: &str) -> Result<(), Error> {
    let mut names = vec![format!("import {import_id}")];
    for person in people {
        names.extend(person.stored.map(|(id, _)| format!("contact {id}")));
        names.extend(person.emails.new.iter().map(|key| format!("email {key}")));
        names.extend(person.phones.new.iter().map(|key| format!("phone {key}")));
    }
    names[1..].sort_unstable();
    let sql =
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name";
    db.execute(sql, &[&names]).map(drop)
}

/// Gives the id of each.
fn write_people(db: &mut Transaction<'_>, people: &[Person]) -> Result<Vec<i64>, Error> {
    let stored: Vec<i64> = people.iter().filter_map(|p| p.stored).map(|(id, _)| id).collect();
    let sql = "SELECT id, version FROM contacts WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    let versions: HashMap<i64, i64> =
        db.query(sql, &[&stored])?.iter().map(|row| (row.get(0), row.get(1))).collect();
    let is_read = |(id, version): (i64, i64)| versions.get(&id) == Some(&version);
    assert!(people.iter().filter_map(|p| p.stored).all(is_read), "nobody else writes");
    let mut fresh = ids(db, "contacts", people.len() - stored.len())?.into_iter();
    let id = |person: &Person| person.stored.map_or_else(|| fresh.next(), |(id, _)| Some(id));
    let all: Vec<i64> = people.iter().filter_map(id).collect();

    let (mut rules, mut keys, mut holders) = (Vec::new(), Vec::new(), Vec::new());
    for (person, id) in people.iter().zip(&all) {
        for (rule, addresses) in [("email", &person.emails), ("phone", &person.phones)] {
            for key in &addresses.new {
                rules.push(rule);
                keys.push(key.as_str());
                holders.push(*id);
            }
        }
    }
    let sql = "SELECT k.contact_id FROM contact_keys k \
               JOIN unnest($1::text[], $2::text[]) AS n (rule, key) USING (rule, key)";
    assert!(db.query(sql, &[&rules, &keys])?.is_empty(), "nobody else writes");

    let insert = "INSERT INTO contacts (id, data) SELECT id, data::jsonb \
                  FROM unnest($1::bigint[], $2::text[]) AS n (id, data)";
    let update = "INSERT INTO contacts AS t (id, data) SELECT id, data::jsonb \
                  FROM unnest($1::bigint[], $2::text[]) AS n (id, data) \
                  ON CONFLICT (id) DO UPDATE SET version = t.version + 1, data = t.data || excluded.data";
    for (sql, is_new) in [(insert, true), (update, false)] {
        let (ids, data): (Vec<i64>, Vec<String>) = people
            .iter()
            .zip(&all)
            .filter(|(person, _)| person.stored.is_none() == is_new)
            .map(|(person, id)| (*id, person_json(person)))
            .unzip();
        db.execute(sql, &[&ids, &data])?;
    }
    let sql = "INSERT INTO contact_keys SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
    db.execute(sql, &[&rules, &keys, &holders])?;
    Ok(all)
}

fn ids(db: &mut Transaction<'_>, table: &str, count: usize) -> Result<Vec<i64>, Error> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let sql =
        "SELECT nextval(pg_get_serial_sequence($1, 'id')::regclass) FROM generate_series(1, $2)";
    Ok(db.query(sql, &[&table, &count])?.iter().map(|row| row.get(0)).collect())
}

fn person_json(person: &Person) -> String {
    json(|map| {
        single(map, &OF_CONTACTS, &person.columns)?;
        for (addresses, primary, additional) in [
            (&person.emails, "email", "additional_emails"),
            (&person.phones, "phone", "additional_phones"),
        ] {
            single(map, &[primary], std::slice::from_ref(&addresses.primary))?;
            list(map, additional, &addresses.additional)?;
        }
        list(map, "tags", &person.tags)
    })
}

fn deal_json(deal: &Deal, contacts: &[i64]) -> String {
    json(|map| {
        let contact = deal.contact.map(|whose| match whose {
            Whose::Stored(id) => id.to_string(),
            Whose::New(position) => contacts[position].to_string(),
        });
        single(map, &["contact_id"], &[contact])?;
        single(map, &OF_DEALS, &deal.columns)
    })
}

type Map<'a> = <&'a mut serde_json::Serializer<&'a mut Vec<u8>> as Serializer>::SerializeMap;

fn json(fill: impl FnOnce(&mut Map<'_>) -> serde_json::Result<()>) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut text);
    let filled = serializer.serialize_map(None).and_then(|mut map| {
        fill(&mut map)?;
        map.end()
    });
    filled.expect("memory takes it");
    String::from_utf8(text).expect("it is JSON")
}

fn single(map: &mut Map<'_>, names: &[&str], values: &[Option<String>]) -> serde_json::Result<()> {
    for (name, value) in names.iter().zip(values) {
        if let Some(value) = value {
            map.serialize_entry(name, &[value])?;
        }
    }
    Ok(())
}

fn list(map: &mut Map<'_>, name: &str, items: &[String]) -> serde_json::Result<()> {
    if items.is_empty() { Ok(()) } else { map.serialize_entry(name, &items) }
}

/// Gathers the statistics that a server gathers by itself within a minute: without them it searches whole
/// tables.
pub(crate) fn analyze(config: &Config) {
    let mut db = config.connect(NoTls).expect("the server runs");
    db.batch_execute("ANALYZE").expect("the server runs");
}

/// Everything in the database.
pub(crate) fn content(config: &Config) -> Vec<String> {
    let mut db = config.connect(NoTls).expect("the server runs");
    let tables =
        ["contacts", "opportunities", "contact_keys", "import_steps", "import_checkpoints"];
    let mut lines = Vec::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM {table} t ORDER BY 1");
        let rows = db.query(&sql, &[]).expect("the server runs");
        lines.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    lines
}
