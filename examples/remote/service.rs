//! A stub of somebody else's CRM, which is reached over its API: its limits, and the ways in which it fails.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crm_import::Object;

/// The most values of one search, and the most records of one write.
pub(crate) const SEARCHED: usize = 50;
pub(crate) const WRITTEN: usize = 100;

pub(crate) type Values = BTreeMap<String, String>;

#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) version: u32,
    /// A field for the numbers of other systems. No two records may have the same.
    pub(crate) external_ref: String,
    pub(crate) values: Values,
}

/// What became of one record of a write.
pub(crate) enum Answer {
    Written {
        id: String,
        version: u32,
    },
    /// It has another version, or is gone, or the contact of a deal is.
    Changed,
    /// Another record has the address in this field.
    Taken(&'static str),
    Refused(&'static str),
}

#[derive(Debug)]
pub(crate) enum Failure {
    TryAgain,
    /// The connection broke, perhaps after the service had written everything.
    NoAnswer,
    Down,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Failure::TryAgain => "too many requests",
            Failure::NoAnswer => "the connection broke",
            Failure::Down => "the service is down",
        })
    }
}

impl std::error::Error for Failure {}

/// How the service fails. A 0 means never.
#[derive(Clone, Copy, Default)]
pub(crate) struct Moods {
    pub(crate) busy_every: u32,
    pub(crate) lost_every: u32,
    pub(crate) down_after: u32,
    /// Nobody of this name is taken.
    pub(crate) refuses: &'static str,
}

#[derive(Default)]
struct Tables {
    people: Vec<Record>,
    deals: Vec<Record>,
    moods: Moods,
    calls: u32,
    ids: u32,
}

/// Each clone reaches the same service.
#[derive(Clone, Default)]
pub(crate) struct Service(Arc<Mutex<Tables>>);

impl Tables {
    fn of(&mut self, object: Object) -> &mut Vec<Record> {
        match object {
            Object::Contact => &mut self.people,
            Object::Opportunity => &mut self.deals,
        }
    }

    /// The field whose value another person has.
    fn taken(&self, values: &Values, own: &str) -> Option<&'static str> {
        let is_like = |one: &String, other: &String| one.eq_ignore_ascii_case(other);
        ["email", "phone"].into_iter().find(|field| {
            let Some(value) = values.get(*field).filter(|value| !value.is_empty()) else {
                return false;
            };
            let mut others = self.people.iter().filter(|person| person.id != own);
            others.any(|other| other.values.get(*field).is_some_and(|it| is_like(it, value)))
        })
    }

    fn write(&mut self, object: Object, record: &Record) -> Answer {
        if object == Object::Contact
            && let Some(field) = self.taken(&record.values, &record.id)
        {
            return Answer::Taken(field);
        }
        if record.values.get("first_name").is_some_and(|name| name == self.moods.refuses) {
            return Answer::Refused("nobody of that name");
        }
        let contact = record.values.get("contact_id");
        if contact.is_some_and(|id| self.people.iter().all(|person| person.id != *id)) {
            return Answer::Changed;
        }
        let records = self.of(object);
        if record.id.is_empty() {
            if records.iter().any(|other| other.external_ref == record.external_ref) {
                return Answer::Refused("external_ref is not unique");
            }
            self.ids += 1;
            let (id, version) = (format!("r{}", self.ids), 1);
            self.of(object).push(Record { id: id.clone(), version, ..record.clone() });
            return Answer::Written { id, version };
        }
        let is_it =
            |stored: &&mut Record| stored.id == record.id && stored.version == record.version;
        let Some(stored) = records.iter_mut().find(is_it) else { return Answer::Changed };
        stored.version += 1;
        stored.values.extend(record.values.clone());
        Answer::Written { id: stored.id.clone(), version: stored.version }
    }
}

impl Service {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, moods: Moods) {
        let mut tables = self.tables();
        (tables.moods, tables.calls) = (moods, 0);
    }

    /// What other programs see and write.
    #[allow(dead_code)] // only tests do
    pub(crate) fn edit<T>(&self, object: Object, edit: impl FnOnce(&mut Vec<Record>) -> T) -> T {
        edit(self.tables().of(object))
    }

    async fn call(&self) -> Result<(), Failure> {
        let mut tables = self.tables();
        tables.calls += 1;
        let (calls, Moods { busy_every, down_after, .. }) = (tables.calls, tables.moods);
        match calls {
            _ if down_after > 0 && calls > down_after => Err(Failure::Down),
            _ if calls.is_multiple_of(busy_every) => Err(Failure::TryAgain),
            _ => Ok(()),
        }
    }

    /// The records that have one of at most [`SEARCHED`] values in this field.
    pub(crate) async fn search(
        &self,
        object: Object,
        field: &str,
        values: &[&str],
    ) -> Result<Vec<Record>, Failure> {
        self.call().await?;
        assert!(values.len() <= SEARCHED, "too many values");
        let is_asked = |record: &&Record| match field {
            "id" => values.contains(&&*record.id),
            "external_ref" => values.contains(&&*record.external_ref),
            _ => record.values.get(field).is_some_and(|it| values.contains(&&*it.to_lowercase())),
        };
        Ok(self.tables().of(object).iter().filter(is_asked).cloned().collect())
    }

    /// Creates records without an id, and updates the others: at most [`WRITTEN`].
    pub(crate) async fn write(
        &self,
        object: Object,
        records: &[Record],
    ) -> Result<Vec<Answer>, Failure> {
        self.call().await?;
        assert!(records.len() <= WRITTEN, "too many records");
        let mut tables = self.tables();
        let answers = records.iter().map(|record| tables.write(object, record)).collect();
        let lost_every = tables.moods.lost_every;
        let is_lost = tables.calls.is_multiple_of(lost_every);
        if is_lost { Err(Failure::NoAnswer) } else { Ok(answers) }
    }
}
