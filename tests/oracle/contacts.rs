//! Whom a row means, and what the mode makes of it, as behaviour §4 and §5 say it: look at every
//! record, decide.

use crate::model::{Policy, Record, Row, Side, by_id, fold};
use crate::naive::Naive;

/// What a row's contact side came to, for its opportunity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ref {
    Absent,
    Failed,
    Is(usize),
}

/// A key that a row offers: the value, and the cell and item it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) value: String,
    pub(crate) at: (&'static str, usize),
}

/// The fields in which a contact has its addresses.
pub(crate) const ADDRESSES: [&str; 4] =
    ["email", "additional_emails", "phone", "additional_phones"];

pub(crate) const HEADERS: [(&str, &str); 11] = [
    ("Contact ID", "id"),
    ("First Name", "first_name"),
    ("Last Name", "last_name"),
    ("Email", "email"),
    ("Additional Emails", "additional_emails"),
    ("Phone", "phone"),
    ("Additional Phones", "additional_phones"),
    ("Company", "company"),
    ("Tags", "tags"),
    ("Notes", "notes"),
    ("Contract No", "contract_no"),
];

pub(crate) fn header_of(field: &str) -> &'static str {
    HEADERS.iter().find(|(_, key)| *key == field).unwrap().0
}

pub(crate) fn list_of(field: &str) -> &'static str {
    if field == "email" { "additional_emails" } else { "additional_phones" }
}

/// An address as it is compared, if it is one.
pub(crate) fn normal(field: &str, item: &str) -> Option<String> {
    if field.ends_with("email") || field.ends_with("emails") {
        return item.contains('@').then(|| item.to_lowercase());
    }
    let digits: String = item.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        10 => Some(format!("+1{digits}")),
        11 => Some(format!("+{digits}")),
        _ => None,
    }
}

pub(crate) fn items(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split([',', ';', '/', '\n', '\r']).flat_map(|part| part.split(" ::: "));
    parts.map(str::trim).filter(|item| !item.is_empty())
}

/// The usable items of a cell with their positions.
pub(crate) fn addresses(row: &Row, field: &'static str) -> Vec<Key> {
    let header = header_of(field);
    let cell = row.get(header).map_or("", String::as_str);
    let usable = items(cell).enumerate();
    let usable = usable.filter_map(|(at, item)| Some((at, normal(field, item)?)));
    usable.map(|(at, value)| Key { value, at: (header, at) }).collect()
}

fn product(parts: &[Vec<String>]) -> Vec<String> {
    let join = |all: Vec<String>, values: &Vec<String>| {
        all.iter().flat_map(|left| values.iter().map(move |v| format!("{left}|{v}"))).collect()
    };
    parts.iter().fold(vec![String::new()], join)
}

/// Are the fields of a rule mapped?
pub(crate) fn is_usable(policy: &Policy, rule: &[&'static str]) -> bool {
    rule.iter().all(|field| {
        let is_there = |field| policy.headers.contains(&header_of(field));
        is_there(field) || (matches!(*field, "email" | "phone") && is_there(list_of(field)))
    })
}

impl Naive {
    fn is_usable(&self, rule: &[&'static str]) -> bool {
        is_usable(&self.policy, rule)
    }

    /// The keys a row offers under a rule; none if a part is blank (M2).
    fn keys(&self, row: &Row, rule: &[&'static str]) -> Vec<Key> {
        if !self.is_usable(rule) {
            return Vec::new();
        }
        let part = |field: &&'static str| -> Vec<Key> {
            if matches!(*field, "email" | "phone") {
                let more = addresses(row, list_of(field));
                return addresses(row, field).into_iter().chain(more).collect();
            }
            let header = header_of(field);
            let value = fold(row.get(header).map_or("", String::as_str));
            let key = (!value.is_empty()).then_some(Key { value, at: (header, 0) });
            key.into_iter().collect()
        };
        let parts: Vec<Vec<Key>> = rule.iter().map(part).collect();
        if let [one] = parts.as_slice() {
            return one.clone();
        }
        let texts: Vec<Vec<String>> =
            parts.iter().map(|keys| keys.iter().map(|key| key.value.clone()).collect()).collect();
        product(&texts).into_iter().map(|value| Key { value, at: ("", 0) }).collect()
    }

    /// Does a contact carry this key now (M3, M7)?
    fn carries(&self, contact: &Record, rule: &[&'static str], key: &str) -> bool {
        let part = |field: &&'static str| -> Vec<String> {
            let values = |field| contact.now.get(field).cloned().unwrap_or_default();
            if matches!(*field, "email" | "phone") {
                let all = values(*field).into_iter().chain(values(list_of(field)));
                return all.map(|value| normal(field, &value).unwrap_or(value)).collect();
            }
            values(*field).iter().map(|value| fold(value)).filter(|v| !v.is_empty()).collect()
        };
        let parts: Vec<Vec<String>> = rule.iter().map(part).collect();
        match parts.as_slice() {
            [one] => one.iter().any(|value| value == key),
            several => product(several).iter().any(|value| value == key),
        }
    }

    fn holders(&self, rule: &[&'static str], key: &str) -> Vec<usize> {
        let all = self.contacts.iter().enumerate();
        all.filter(|(_, contact)| self.carries(contact, rule, key)).map(|(at, _)| at).collect()
    }

    /// The lowest: stored records by id, then contacts of the file by row (M5).
    fn lowest(&self, among: &[usize]) -> usize {
        let order = |a: &&usize, b: &&usize| {
            let (x, y) = (&self.contacts[**a], &self.contacts[**b]);
            match (&x.id, &y.id) {
                (Some(x), Some(y)) => by_id(x, y),
                (None, None) => x.rows.cmp(&y.rows),
                (x, y) => x.is_none().cmp(&y.is_none()),
            }
        };
        *among.iter().min_by(order).unwrap()
    }

    pub(crate) fn contact_side(&mut self, at: usize) -> Ref {
        let as_written = self.row(at);
        let row = self.without_tokens(at);
        let is_selected = self.policy.contacts.is_some();
        let rules = self.policy.rules.clone();
        let usable: Vec<_> = rules.iter().filter(|rule| self.is_usable(rule)).collect();
        let is_key = |field: &str| {
            field == "id"
                || ADDRESSES.contains(&field)
                || usable.iter().any(|rule| rule.contains(&field))
        };
        let is_filled = |header: &str| as_written.get(header).is_some_and(|cell| !cell.is_empty());
        let counts = |field: &str| is_selected || is_key(field);
        if !HEADERS.iter().any(|(header, field)| is_filled(header) && counts(field)) {
            return Ref::Absent;
        }
        self.note_bad_addresses(&row, at);
        // P8: they are looked up to link an opportunity.
        if !is_selected && !self.has_opportunity(at) {
            return Ref::Absent;
        }
        let says_more = HEADERS.iter().any(|(header, field)| is_filled(header) && !is_key(field));
        let only_links = !says_more && self.has_opportunity(at);
        let found = self.find_contact(&row, at);
        let (reference, outcome, by) = match found {
            Found::Failed => (Ref::Failed, "fail", None),
            Found::Nobody => self.meet_nobody(&row, at, only_links),
            Found::One(contact, by, rule) => {
                let (reference, outcome) =
                    self.meet(&row, at, contact, rule.as_deref(), only_links);
                (reference, outcome, Some(by))
            }
        };
        if is_selected {
            let record = match reference {
                Ref::Is(contact) => Some(self.contact_name(contact)),
                _ => None,
            };
            let by = by.filter(|_| record.is_some());
            let outcome = outcome.to_owned();
            self.verdict.contacts[at] = Some(Side { outcome, record, by });
        }
        reference
    }

    fn note_bad_addresses(&mut self, row: &Row, at: usize) {
        for field in ADDRESSES {
            let is_email = field.contains("mail");
            let code = if is_email { "email-invalid" } else { "phone-invalid" };
            for item in items(row.get(header_of(field)).map_or("", String::as_str)) {
                if normal(field, item).is_none() {
                    self.note(at, "contact", code);
                }
            }
        }
    }

    /// Whom the row means (M1 to M5).
    fn find_contact(&mut self, row: &Row, at: usize) -> Found {
        let id = row.get("Contact ID").map_or("", String::as_str);
        if !id.is_empty() {
            let known = self.contacts.iter().position(|c| c.id.as_deref() == Some(id));
            return known.map_or_else(
                || {
                    self.note(at, "contact", "contact-id-unknown");
                    Found::Failed
                },
                |contact| Found::One(contact, "id".into(), None),
            );
        }
        // Whoever else might have been meant is named for each rule that found several (M5).
        let mut was_undecided = false;
        for rule in self.policy.rules.clone() {
            let keys = self.keys(row, &rule);
            let mut found: Vec<usize> =
                keys.iter().flat_map(|key| self.holders(&rule, &key.value)).collect();
            found.sort_unstable();
            found.dedup();
            if found.len() > 1 {
                self.note(at, "contact", "key-ambiguous");
            }
            match (found.as_slice(), self.policy.ambiguous) {
                ([], _) => {}
                ([one], _) => return Found::One(*one, rule.join("+"), Some(rule)),
                (several, "first") => {
                    return Found::One(self.lowest(several), rule.join("+"), Some(rule));
                }
                (_, "next_rule") => was_undecided = true,
                _ => return Found::Failed,
            }
        }
        if was_undecided { Found::Failed } else { Found::Nobody }
    }

    /// Nobody was found (M4, M8, situation 1 of the table).
    fn meet_nobody(
        &mut self,
        row: &Row,
        at: usize,
        only_links: bool,
    ) -> (Ref, &'static str, Option<String>) {
        let Some(mode) = self.policy.contacts else { return (Ref::Absent, "", None) };
        let rules = self.policy.rules.clone();
        let has_key = rules.iter().any(|rule| !self.keys(row, rule).is_empty());
        // A dash is nobody's name.
        let is_name = |header: &str| {
            row.get(header).is_some_and(|cell| cell.chars().any(char::is_alphanumeric))
        };
        let has_name = is_name("First Name") || is_name("Last Name");
        let has_address = ADDRESSES.iter().any(|field| !addresses(row, field).is_empty());
        let fail = |this: &mut Self, code| {
            this.note(at, "contact", code);
            (Ref::Failed, "fail", None)
        };
        if !has_key && !has_name && !has_address {
            return fail(self, "contact-empty");
        }
        if mode == "update" {
            if has_key {
                self.note(at, "contact", "contact-not-found");
                return (Ref::Absent, "skip", None);
            }
            return fail(self, "match-key-missing");
        }
        if !self.has_required(row, at) {
            return (Ref::Failed, "fail", None);
        }
        if !has_key {
            self.note(at, "contact", "no-match-key");
            if self.policy.keyless == "fail" {
                return (Ref::Failed, "fail", None);
            }
        }
        // What a row says of a contact counts, not that it brought it: it may be there next time (L3).
        self.contacts.push(Record { told: !only_links, ..Record::default() });
        let contact = self.contacts.len() - 1;
        self.join_contact(contact, at, None, &[]);
        (Ref::Is(contact), "create", Some("new".into()))
    }

    fn has_required(&mut self, row: &Row, at: usize) -> bool {
        let (mut missing, mut unusable) = (false, 0);
        for field in self.policy.required.clone() {
            let header = header_of(field);
            let cell = row.get(header).map_or("", String::as_str);
            let is_filled = self.row(at).get(header).is_some_and(|cell| !cell.is_empty());
            let is_there = match field {
                "email" => {
                    !addresses(row, "email").is_empty()
                        || !addresses(row, "additional_emails").is_empty()
                }
                _ => !cell.is_empty() || self.policy.defaults.contains_key(header),
            };
            if !is_there && !is_filled {
                missing = true;
            } else if !is_there {
                unusable += 1;
            }
        }
        if missing {
            self.note(at, "contact", "required-missing");
        }
        for _ in 0..unusable {
            self.note(at, "contact", "required-invalid");
        }
        !missing && unusable == 0
    }

    /// The places of those keys of a row that are somebody else's, each with its issue (M6).
    fn keys_of_others(
        &mut self,
        row: &Row,
        at: usize,
        contact: usize,
    ) -> Vec<(&'static str, usize)> {
        let mut others = Vec::new();
        for rule in self.policy.rules.clone().iter().filter(|rule| rule.len() == 1) {
            for key in self.keys(row, rule) {
                let holders = self.holders(rule, &key.value);
                if !holders.is_empty() && !holders.contains(&contact) {
                    self.note(at, "contact", "key-conflict");
                    others.push(key.at);
                }
            }
        }
        others
    }

    /// The row means this contact (M6, M10, situations 2 and 3).
    fn meet(
        &mut self,
        row: &Row,
        at: usize,
        contact: usize,
        rule: Option<&[&'static str]>,
        only_links: bool,
    ) -> (Ref, &'static str) {
        let Some(mode) = self.policy.contacts else {
            // P8, M6: they are only referred to, and a key of somebody else counts all the same.
            let is_disputed = !self.keys_of_others(row, at, contact).is_empty();
            return match is_disputed && self.policy.conflict == "fail" {
                true => (Ref::Failed, "fail"),
                false => (Ref::Is(contact), ""),
            };
        };
        let record = &self.contacts[contact];
        let is_new = record.id.is_none();
        if mode == "create" && !is_new {
            self.note(at, "contact", "contact-exists");
            return (Ref::Is(contact), "skip");
        }
        let is_repeat = record.told && !only_links;
        if is_repeat && self.policy.repeats != "merge" {
            let is_kept = self.policy.repeats == "keep_first";
            self.note(at, "contact", if is_kept { "repeat-skipped" } else { "repeat-rejected" });
            return (Ref::Is(contact), if is_kept { "skip" } else { "fail" });
        }
        let dropped = self.keys_of_others(row, at, contact);
        if !dropped.is_empty() && self.policy.conflict == "fail" {
            return (Ref::Failed, "fail");
        }
        let record = &mut self.contacts[contact];
        record.told |= !only_links;
        let is_first = record.rows.is_empty();
        self.join_contact(contact, at, rule, &dropped);
        (Ref::Is(contact), if is_first { "first" } else { "merged" })
    }
}

/// Whom a row means.
enum Found {
    Nobody,
    Failed,
    One(usize, String, Option<Vec<&'static str>>),
}
