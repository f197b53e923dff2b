//! [`Rule`]: a match rule of the account, compiled for the columns of one file.

use super::combined::combination;
use super::{Cell, Column, Settings, combinations, key_part, region};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use crate::source::BlockRow;

/// A match rule all of whose fields have a column. Other rules are left out, because they would be blank on every row,
/// and blank never equals blank (behaviour M2).
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its position in the account's policy.
    pub(crate) number: usize,
    pub(crate) shape: Shape,
}

/// How a rule's keys are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The primary and the additional e-mail addresses (M3).
    Emails,
    /// The primary and the additional phones.
    Phones,
    /// The folded text of one field.
    Text(FieldId),
    /// The values of several fields, joined.
    Combined(Vec<FieldId>),
}

impl Rule {
    pub(crate) fn compile(
        number: usize,
        names: &[String],
        fields: &Fields,
        columns: &[Column],
    ) -> Option<Self> {
        let parts: Option<Vec<FieldId>> = names
            .iter()
            .map(|name| {
                let field = fields.find(Object::Contact, name)?;
                let feeds = feeders(field);
                columns.iter().any(|column| feeds.contains(&column.field)).then_some(field)
            })
            .collect();
        let shape = match parts?.as_slice() {
            [] => return None,
            [one] => Shape::of(*one),
            several => Shape::Combined(several.to_vec()),
        };
        Some(Rule { number, shape })
    }

    /// Whether values of this field take part in the rule's keys.
    pub(crate) fn has(&self, field: FieldId) -> bool {
        self.fields().any(|of| feeders(of).contains(&field))
    }

    /// The fields that the rule names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = FieldId> + '_ {
        let (one, several): (Option<FieldId>, &[FieldId]) = match &self.shape {
            Shape::Emails => (Some(FieldId::EMAIL), &[]),
            Shape::Phones => (Some(FieldId::PHONE), &[]),
            Shape::Text(field) => (Some(*field), &[]),
            Shape::Combined(fields) => (None, fields),
        };
        one.into_iter().chain(several.iter().copied())
    }

    /// The key with this number among those that a row offers under the rule, as [`Drafts`](super::Drafts)
    /// count them, with its parts joined by `, `.
    pub(crate) fn key_of(
        &self,
        settings: &Settings,
        row: &BlockRow<'_>,
        number: usize,
    ) -> Option<String> {
        let parts: Vec<Vec<String>> =
            self.fields().map(|field| parts_of(settings, row, field)).collect();
        let count: usize = parts.iter().map(Vec::len).product();
        (number < count).then(|| combination(&parts, number).join(", "))
    }

    /// Every key that a row offers under the rule.
    pub(crate) fn keys_offered(&self, settings: &Settings, row: &BlockRow<'_>) -> Vec<String> {
        let parts: Vec<Vec<String>> =
            self.fields().map(|field| parts_of(settings, row, field)).collect();
        combinations(&parts)
    }

    /// Whether each key of the rule belongs to a single contact. That is so for rules of one field (M6).
    pub(crate) fn owns_keys(&self) -> bool {
        !matches!(self.shape, Shape::Combined(_))
    }
}

impl Shape {
    fn of(field: FieldId) -> Self {
        match field {
            FieldId::EMAIL => Shape::Emails,
            FieldId::PHONE => Shape::Phones,
            other => Shape::Text(other),
        }
    }
}

/// The values of a row for one field of a rule.
fn parts_of(settings: &Settings, row: &BlockRow<'_>, field: FieldId) -> Vec<String> {
    let region = region(settings, row);
    let feeds = feeders(field);
    let mut parts = Vec::new();
    for column in settings.contact_columns.iter().filter(|c| feeds.contains(&c.field)) {
        let text = column.text(row);
        if matches!(field, FieldId::EMAIL | FieldId::PHONE) {
            column.read_items(text, region, &settings.choices, |_, read| {
                parts.extend(read.ok().map(|value| value.to_string()));
            });
        } else if let Cell::Value(value) = column.read(text, region, &settings.choices) {
            parts.extend(Some(key_part(&value.to_text())).filter(|part| !part.is_empty()));
        }
    }
    parts
}

/// The fields that give values for a field which a rule names: for an address both fields of its kind.
fn feeders(field: FieldId) -> [FieldId; 2] {
    match field {
        FieldId::EMAIL => [FieldId::EMAIL, FieldId::ADDITIONAL_EMAILS],
        FieldId::PHONE => [FieldId::PHONE, FieldId::ADDITIONAL_PHONES],
        other => [other, other],
    }
}
