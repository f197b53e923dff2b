//! What stands against a step: keys that somebody else holds, versions that have changed, and contacts
//! that are gone.

use std::collections::{HashMap, HashSet};

use crm_import::storage::{Batch, BatchStep, Link, Op, Receipts, Token};
use crm_import::{Object, RecordId};
use postgres::{Error, Row, Transaction};

use super::keys::name_of;
use super::table;

/// What the database holds, under the locks, of what the steps of a batch speak of.
pub(super) struct Stored {
    /// Steps that expect a key to be free which somebody else holds.
    taken: HashSet<Token>,
    versions: HashMap<i64, i64>,
    /// The contacts that are linked to and there.
    linked: HashSet<i64>,
}

impl Stored {
    pub(super) fn of(
        object: Object,
        batch: &Batch<'_>,
        receipts: &Receipts,
        db: &mut Transaction<'_>,
    ) -> Result<Self, Error> {
        Ok(Stored {
            taken: taken(object, batch, db)?,
            versions: versions(object, batch, db)?,
            linked: linked(object, batch, receipts, db)?,
        })
    }

    /// Has somebody else been quicker?
    pub(super) fn forbids(&self, step: &BatchStep<'_>, contact: Option<&str>) -> bool {
        let version =
            RecordId::number(step.id()).and_then(|id| self.versions.get(&id)).map(i64::to_string);
        let is_read = step.version().is_none_or(|read| Some(read) == version.as_deref());
        let is_stale = step.is_update() && (version.is_none() || !is_read);
        let is_gone =
            contact.and_then(RecordId::number).is_some_and(|id| !self.linked.contains(&id));
        self.taken.contains(&step.token()) || is_stale || is_gone
    }
}

/// The steps that expect a key to be free which somebody else holds.
fn taken(
    object: Object,
    batch: &Batch<'_>,
    db: &mut Transaction<'_>,
) -> Result<HashSet<Token>, Error> {
    let steps: Vec<_> = batch.steps().filter(|step| step.object() == object).collect();
    let (mut places, mut own) = (Vec::new(), Vec::new());
    let (mut rules, mut keys) = (Vec::new(), Vec::new());
    for (place, step) in (0_i32..).zip(&steps) {
        for key in step.new_keys() {
            places.push(place);
            own.push(RecordId::number(step.id()));
            rules.push(name_of(key.fields()));
            keys.push(key.value());
        }
    }
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "SELECT n.place FROM contact_keys k \
               JOIN unnest($1::int[], $2::bigint[], $3::text[], $4::text[]) \
                   AS n (place, own, rule, key) USING (rule, key) \
               WHERE k.contact_id IS DISTINCT FROM n.own";
    let rows = db.query(sql, &[&places, &own, &rules, &keys])?;
    let step = |row: &Row| steps.get(usize::try_from(row.get::<_, i32>(0)).ok()?);
    Ok(rows.iter().filter_map(step).map(BatchStep::token).collect())
}

/// The versions of the records to be updated, which stay so until the commit.
fn versions(
    object: Object,
    batch: &Batch<'_>,
    db: &mut Transaction<'_>,
) -> Result<HashMap<i64, i64>, Error> {
    let ids: Vec<i64> =
        batch.of(object, Op::Update).filter_map(|step| RecordId::number(step.id())).collect();
    let sql = format!(
        "SELECT id, version FROM {} WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        table(object)
    );
    let rows = if ids.is_empty() { Vec::new() } else { db.query(&sql, &[&ids])? };
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Those contacts that are there, and stay so until the commit, of all that opportunities are linked to.
fn linked(
    object: Object,
    batch: &Batch<'_>,
    receipts: &Receipts,
    db: &mut Transaction<'_>,
) -> Result<HashSet<i64>, Error> {
    let links = batch.steps().filter(|step| step.object() == object);
    let ids: Vec<i64> = links
        .filter_map(|step| {
            if let Link::To(id) = step.link(receipts) { RecordId::number(id) } else { None }
        })
        .collect();
    let sql = "SELECT id FROM contacts WHERE id = ANY($1) ORDER BY id FOR KEY SHARE";
    let rows = if ids.is_empty() { Vec::new() } else { db.query(sql, &[&ids])? };
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
