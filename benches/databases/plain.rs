//! [`Plain`]: everything an import asks and writes, in plain structs, as a program written by hand for
//! this one file would have it.

use crm_import::lookup::Lookup;
use crm_import::storage::{Batch, BatchStep, Link, Receipts};
use crm_import::{Object, StorageWrite};

use super::Job;
use super::watched::Watched;

/// The columns of a contact that the file fills; e-mail addresses, phones and tags are apart.
pub(crate) const OF_CONTACTS: [&str; 12] = [
    "first_name",
    "last_name",
    "company",
    "address",
    "city",
    "state",
    "postal_code",
    "country",
    "website",
    "source",
    "date_of_birth",
    "notes",
];

/// The columns of an opportunity that the file fills.
pub(crate) const OF_DEALS: [&str; 6] =
    ["name", "pipeline", "stage", "status", "value", "expected_close_date"];

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Plain {
    pub(crate) import_id: String,
    pub(crate) look_ups: Vec<Asked>,
    pub(crate) batches: Vec<Writes>,
}

/// The addresses that one window asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<String>,
}

/// One transaction.
#[derive(Debug)]
pub(crate) struct Writes {
    pub(crate) people: Vec<Person>,
    pub(crate) deals: Vec<Deal>,
    pub(crate) checkpoint: String,
}

/// A contact to create, or to update where it is stored.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) token: String,
    /// Id and version.
    pub(crate) stored: Option<(i64, i64)>,
    /// `None`: blank, or left as it is.
    pub(crate) columns: [Option<String>; OF_CONTACTS.len()],
    pub(crate) emails: Addresses,
    pub(crate) phones: Addresses,
    pub(crate) tags: Vec<String>,
}

/// E-mail addresses or phones.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) primary: Option<String>,
    pub(crate) additional: Vec<String>,
    /// Those that nobody else may hold.
    pub(crate) new: Vec<String>,
}

/// An opportunity to create.
#[derive(Debug)]
pub(crate) struct Deal {
    pub(crate) token: String,
    pub(crate) contact: Option<Whose>,
    pub(crate) columns: [Option<String>; OF_DEALS.len()],
}

/// The contact of an opportunity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    /// The one with this id.
    Stored(i64),
    /// The one at this position of the same transaction.
    New(usize),
}

impl Plain {
    /// Imports once and notes what is asked and written.
    pub(crate) fn of(job: &Job, storage: impl StorageWrite) -> Self {
        let notes = Plain { import_id: "fair".into(), ..Plain::default() };
        let mut crm = Watched { notes: Some(notes), ..Watched::new(storage) };
        job.import(1, &mut crm);
        crm.notes.unwrap_or_default()
    }

    pub(crate) fn note_look_up(&mut self, lookup: &Lookup<'_>) {
        assert_eq!(lookup.object(), Object::Contact);
        assert!(lookup.ids().is_empty());
        let mut asked = Asked::default();
        for block in lookup.blocks() {
            let list =
                if block.is_rule(&["email"]) { &mut asked.emails } else { &mut asked.phones };
            list.extend(block.column(0).iter().map(|&key| key.to_owned()));
        }
        self.look_ups.push(asked);
    }

    pub(crate) fn note_batch(&mut self, batch: &Batch<'_>, receipts: &Receipts) {
        let of = |object| batch.steps().filter(move |step| step.object() == object);
        let ids: Vec<Option<&str>> =
            of(Object::Contact).map(|step| receipts.id(step.token())).collect();
        let deal = |step: BatchStep<'_>| {
            assert!(!step.is_update());
            let contact = match step.link(receipts) {
                Link::To(id) => Some(match ids.iter().position(|new| *new == Some(id)) {
                    Some(position) => Whose::New(position),
                    None => Whose::Stored(number(id)),
                }),
                _ => None,
            };
            let columns = OF_DEALS.map(|column| text(&step, column));
            let known = columns.iter().flatten().count();
            assert_eq!(known, step.changes().count(), "a column is missing");
            Deal { token: step.token().to_string(), contact, columns }
        };
        self.batches.push(Writes {
            people: of(Object::Contact).map(person).collect(),
            deals: of(Object::Opportunity).map(deal).collect(),
            checkpoint: serde_json::to_string(batch.checkpoint()).unwrap_or_default(),
        });
    }
}

fn person(step: BatchStep<'_>) -> Person {
    let columns = OF_CONTACTS.map(|column| text(&step, column));
    let emails = addresses(&step, "email", "additional_emails");
    let phones = addresses(&step, "phone", "additional_phones");
    let tags = list(&step, "tags");
    let lists = [&emails.additional, &phones.additional, &tags];
    let known = columns.iter().flatten().count()
        + [&emails.primary, &phones.primary].into_iter().flatten().count()
        + lists.into_iter().filter(|list| !list.is_empty()).count();
    assert_eq!(known, step.changes().count(), "a column is missing, or one is cleared");
    let stored = step.version().map(|version| (number(step.id()), number(version)));
    Person { token: step.token().to_string(), stored, columns, emails, phones, tags }
}

fn addresses(step: &BatchStep<'_>, primary: &str, additional: &str) -> Addresses {
    let new = step.new_keys().filter(|key| key.fields() == [primary]);
    Addresses {
        primary: text(step, primary),
        additional: list(step, additional),
        new: new.map(|key| key.value().to_owned()).collect(),
    }
}

fn text(step: &BatchStep<'_>, field: &str) -> Option<String> {
    Some(step.change(field)?.value()?.to_string())
}

fn list(step: &BatchStep<'_>, field: &str) -> Vec<String> {
    step.change(field).map_or_else(Vec::new, |c| c.after().map(|item| item.to_string()).collect())
}

fn number(text: &str) -> i64 {
    text.parse().expect("ids and versions are numbers here")
}
