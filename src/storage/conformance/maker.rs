//! [`Maker`]: builds the batches of the cases.

use super::bench::Values;
use super::fields::sample;
use crate::account::{Account, PhoneRule};
use crate::field::{FieldId, FieldKind, Fields};
use crate::follow_up::FollowUpKind;
use crate::normalize;
use crate::object::{Object, RowNumber};
use crate::plan::{Changes, Op};
use crate::storage::{Checkpoint, ContactOf, OwnedBatch, OwnedFollowUp, OwnedStep, Token};
use crate::value::Value;

/// A batch that is being made.
pub(super) struct Maker<'f> {
    batch: OwnedBatch,
    account: &'f Account,
    fields: &'f Fields,
    next: &'f mut u128,
    /// Why the case has to be skipped, if a step is about a field that the account does without.
    absent: Option<String>,
}

/// The record that a step is about.
#[derive(Clone, Copy)]
enum Target<'a> {
    New(Object),
    Stored { object: Object, id: &'a str, version: Option<&'a str> },
}

impl<'f> Maker<'f> {
    /// `next` is the number from which the last token was made.
    pub(super) fn new(account: &'f Account, fields: &'f Fields, next: &'f mut u128) -> Self {
        let checkpoint = Checkpoint { import_id: "conformance".into(), ..Checkpoint::default() };
        let batch = OwnedBatch { checkpoint, ..OwnedBatch::default() };
        Maker { batch, account, fields, next, absent: None }
    }

    /// The batch, and why the case has to be skipped if it is about a field that the account does without.
    pub(super) fn finish(self) -> (OwnedBatch, Option<String>) {
        (self.batch, self.absent)
    }

    fn token(&mut self) -> Token {
        *self.next += 1;
        // Like real tokens, they are spread over all bits.
        Token(self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    pub(super) fn create(&mut self, object: Object, values: Values<'_>) -> Token {
        self.step(Target::New(object), &[], values, ContactOf::Unchanged)
    }

    /// A create that expects its keys to be free.
    pub(super) fn create_new(&mut self, values: Values<'_>, keys: &[(&str, &str)]) -> Token {
        let token = self.create(Object::Contact, values);
        self.expect_free(keys);
        token
    }

    pub(super) fn opportunity(&mut self, values: Values<'_>, contact: ContactOf) -> Token {
        self.step(Target::New(Object::Opportunity), &[], values, contact)
    }

    /// An update; the values before are those that it takes away from lists.
    pub(super) fn update(
        &mut self,
        object: Object,
        id: &str,
        version: Option<&str>,
        before: Values<'_>,
        after: Values<'_>,
    ) -> Token {
        self.step(Target::Stored { object, id, version }, before, after, ContactOf::Unchanged)
    }

    pub(super) fn relink(&mut self, id: &str, version: Option<&str>, contact: &str) -> Token {
        let contact = ContactOf::Known(contact.into());
        let target = Target::Stored { object: Object::Opportunity, id, version };
        self.step(target, &[], &[], contact)
    }

    /// The last step is about the contact that another step of the batch writes.
    pub(super) fn expect_written(&mut self, contact: Token) {
        if let Some(step) = self.batch.steps.last_mut() {
            step.contact_step = Some(contact);
        }
    }

    /// The last step expects these keys to be free; the fields of a combined rule are joined by `+`.
    pub(super) fn expect_free(&mut self, keys: &[(&str, &str)]) {
        for (field, key) in keys {
            let rule: Vec<String> = field.split('+').map(str::to_owned).collect();
            let at =
                self.batch.rules.iter().position(|other| *other == rule).unwrap_or_else(|| {
                    self.batch.rules.push(rule);
                    self.batch.rules.len() - 1
                });
            self.batch.push_key(at, key);
        }
        if let Some(step) = self.batch.steps.last_mut() {
            step.keys.end = self.batch.keys.len();
        }
    }

    pub(super) fn follow_up(
        &mut self,
        kind: FollowUpKind,
        name: &str,
        contact: ContactOf,
    ) -> Token {
        let (token, row) = (self.token(), RowNumber(1));
        let task = 0;
        self.batch.follow_ups.push(OwnedFollowUp {
            kind,
            name: name.into(),
            token,
            row,
            contact,
            contact_step: None,
            task,
        });
        token
    }

    /// Adds what every new contact of the account needs, unless it is given.
    fn fill_required(&mut self, given: Values<'_>) {
        let account = self.account;
        for key in &account.dedup.required {
            let Some(field) = self.fields.find(Object::Contact, key) else { continue };
            let value = match self.fields.get(field).kind {
                FieldKind::Email => format!("p{}@needed.example", *self.next),
                FieldKind::Phone => format!("+1206555{:04}", 1_000 + *self.next % 1_000),
                _ => match sample(account, self.fields, self.fields.get(field)) {
                    Some(values) => values.concat(),
                    None => continue,
                },
            };
            if given.iter().all(|(of, _)| of != key) {
                push(&mut self.batch.changes, self.fields, field, &[], &[&value]);
            }
        }
    }

    /// Adds what an import gives every new opportunity (behaviour O6), unless it is given.
    fn fill_opportunity(&mut self, given: Values<'_>) {
        let pipeline = self.account.pipelines.first();
        let of_pipeline = pipeline.map(|pipeline| {
            [
                ("pipeline", pipeline.id.as_str()),
                ("stage", pipeline.stages.first().map_or("", |stage| &stage.id)),
            ]
        });
        let own = of_pipeline.into_iter().flatten().chain([("status", "open"), ("value", "0")]);
        for (key, text) in
            own.filter(|(key, text)| given.iter().all(|(of, _)| of != key) && !text.is_empty())
        {
            if let Some(field) = self.fields.find(Object::Opportunity, key) {
                push(&mut self.batch.changes, self.fields, field, &[], &[text]);
            }
        }
    }

    fn step(
        &mut self,
        target: Target<'_>,
        before: Values<'_>,
        after: Values<'_>,
        contact: ContactOf,
    ) -> Token {
        let token = self.token();
        let from = self.batch.changes.len();
        match target {
            Target::New(Object::Contact) => self.fill_required(after),
            Target::New(Object::Opportunity) => self.fill_opportunity(after),
            Target::Stored { .. } => {}
        }
        let (object, op, id, version) = match target {
            Target::New(object) => (object, Op::Create, None, None),
            Target::Stored { object, id, version } => (object, Op::Update, Some(id), version),
        };
        for (key, values) in after {
            let field = self.fields.find(object, key).filter(|id| !self.fields.is_part(*id));
            let Some(field) = field else {
                self.absent.get_or_insert_with(|| absent(object, key));
                continue;
            };
            let before = before.iter().find(|(of, _)| of == key).map_or(&[][..], |(_, v)| *v);
            push(&mut self.batch.changes, self.fields, field, before, values);
        }
        self.batch.steps.push(OwnedStep {
            object,
            op,
            row: RowNumber(u32::try_from(self.batch.steps.len() + 1).unwrap_or(1)),
            token,
            id: id.map(Into::into),
            version: version.map(Into::into),
            contact,
            contact_step: None,
            changes: from..self.batch.changes.len(),
            keys: self.batch.keys.len()..self.batch.keys.len(),
            task: 0,
        });
        token
    }
}

const POINT: normalize::Separators = normalize::Separators { group: None, decimal: '.' };

/// Why a case is skipped that is about this field.
pub(super) fn absent(object: Object, key: &str) -> String {
    match (object, key) {
        (Object::Opportunity, "name") => "the account keeps no opportunities".to_owned(),
        _ => format!("{} of this account have no field {key}", object.plural()),
    }
}

fn push(changes: &mut Changes, fields: &Fields, field: FieldId, before: &[&str], after: &[&str]) {
    let read = |text: &str| {
        let text = text.to_owned();
        match fields.get(field).kind {
            FieldKind::Phone => match normalize::phone(&text, None, PhoneRule::Possible) {
                Ok(phone) => Value::Phone(phone),
                Err(_) => Value::Text(text.into()),
            },
            // As in a file that writes a point before decimals.
            FieldKind::Number | FieldKind::Money => match normalize::decimal(&text, Some(POINT)) {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(text.into()),
            },
            FieldKind::Boolean => Value::Boolean(text == "true"),
            FieldKind::Date => match text.parse() {
                Ok(date) => Value::Date(date),
                Err(_) => Value::Text(text.into()),
            },
            _ => Value::Text(text.into()),
        }
    };
    changes.push(field, before.iter().map(|text| read(text)), after.iter().map(|text| read(text)));
}
