//! The keys of contacts under the account's match rules: which a new contact has, and which an update
//! adds.

use std::borrow::Cow;

use crm_import::dedup::record_keys;
use crm_import::plan::Change;
use crm_import::storage::BatchStep;
use crm_import::{Account, Fields, Object};

/// What joins the parts of a combined key.
pub(crate) const PART: char = '\u{1f}';

/// Keys of contacts, as columns.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) rules: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) holders: Vec<i64>,
}

impl Keys {
    pub(crate) fn add(&mut self, rule: &str, key: &str, holder: i64) {
        self.rules.push(rule.to_owned());
        self.keys.push(key.to_owned());
        self.holders.push(holder);
    }

    fn append(&mut self, mut more: Keys) {
        self.rules.append(&mut more.rules);
        self.keys.append(&mut more.keys);
        self.holders.append(&mut more.holders);
    }
}

/// The match rules of an account.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) account: &'a Account,
    pub(crate) fields: &'a Fields,
}

impl<'a> Rules<'a> {
    fn iter(self) -> impl Iterator<Item = &'a [String]> {
        self.account.dedup.contacts.iter().map(|rule| &*rule.0)
    }

    /// The keys of a new contact: what is written is all it holds. E-mail addresses and phones are their
    /// own keys, as the engine writes them in the form in which it asks for them.
    pub(crate) fn add_new(self, step: &BatchStep<'_>, id: i64, keys: &mut Keys) {
        let values = |field: &str| -> Vec<String> {
            let change = step.change(field);
            change.iter().flat_map(Change::after).map(|v| v.to_string()).collect()
        };
        for rule in self.iter() {
            match address_fields(rule) {
                Some(fields) => {
                    for key in fields.into_iter().flat_map(values) {
                        keys.add(&name_of(rule), &key, id);
                    }
                }
                None => self.add_by(rule, values, id, keys),
            }
        }
    }

    /// The keys that an update adds. False: it takes some away, or what they are only the database knows.
    pub(crate) fn add_more(self, step: &BatchStep<'_>, id: i64, keys: &mut Keys) -> bool {
        let mut more = Keys::default();
        for rule in self.iter() {
            let addresses = address_fields(rule);
            for change in step.changes() {
                let is_address = addresses.is_some_and(|fields| fields.contains(&change.key()));
                if is_address && change.removed().next().is_none() {
                    for key in change.added() {
                        more.add(&name_of(rule), &key.to_text(), id);
                    }
                } else if is_address || rule.iter().any(|name| feeds(change.key(), name)) {
                    return false;
                }
            }
        }
        keys.append(more);
        true
    }

    /// The keys of a contact that holds these values.
    pub(crate) fn add_all(self, of: impl Fn(&str) -> Vec<String>, id: i64, keys: &mut Keys) {
        self.iter().for_each(|rule| self.add_by(rule, &of, id, keys));
    }

    fn add_by(self, rule: &[String], of: impl Fn(&str) -> Vec<String>, id: i64, keys: &mut Keys) {
        for key in record_keys(Object::Contact, rule, self.fields, self.account, of) {
            keys.add(&name_of(rule), &key.join(&PART.to_string()), id);
        }
    }
}

/// How a rule is called in the database.
pub(crate) fn name_of(rule: &[String]) -> Cow<'_, str> {
    match rule {
        [field] => field.into(),
        fields => fields.join("+").into(),
    }
}

/// The fields of a rule that is about addresses alone.
fn address_fields(rule: &[String]) -> Option<[&'static str; 2]> {
    match rule {
        [field] if field == "email" => Some(["email", "additional_emails"]),
        [field] if field == "phone" => Some(["phone", "additional_phones"]),
        _ => None,
    }
}

/// Do the values of a field take part in what a rule calls by this name?
fn feeds(field: &str, name: &str) -> bool {
    let named = match field {
        "additional_emails" => "email",
        "additional_phones" => "phone",
        other => other,
    };
    named == name
}
