//! [`ChangeSet`]: the fields that a step writes, with their values before and after.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::field::{Field, FieldId, Fields};
use crate::maps::Set;
use crate::value::{Phone, Value};

/// The changes of one step or of a whole batch. Their values are packed into one arena, so that a set that
/// is reused allocates nothing per step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    text: String,
    values: Vec<Packed>,
    changes: Vec<Raw>,
}

/// Where in `values` a change begins, where its before-values end, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Raw {
    field: FieldId,
    start: u32,
    middle: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Packed {
    Text(u32, u32),
    Phone(Phone),
    Date(Date),
    Number(Decimal),
    Boolean(bool),
}

fn position(n: usize) -> u32 {
    u32::try_from(n).expect("the changes of one batch fit 4 GiB")
}

impl Changes {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.values.clear();
        self.changes.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Adds one change. Blank before or after = no values.
    pub(crate) fn push<'v>(
        &mut self,
        field: FieldId,
        before: impl IntoIterator<Item = Value<'v>>,
        after: impl IntoIterator<Item = Value<'v>>,
    ) {
        let start = position(self.values.len());
        before.into_iter().for_each(|value| self.pack(&value));
        let middle = position(self.values.len());
        after.into_iter().for_each(|value| self.pack(&value));
        self.changes.push(Raw { field, start, middle, end: position(self.values.len()) });
    }

    /// Adds the only value of a field that was blank.
    pub(crate) fn push_value(&mut self, field: FieldId, value: &Value<'_>) {
        let start = position(self.values.len());
        self.pack(value);
        self.changes.push(Raw { field, start, middle: start, end: start + 1 });
    }

    /// As [`push_value`](Self::push_value), of a text.
    #[inline]
    pub(crate) fn push_text(&mut self, field: FieldId, text: &str) {
        let start = position(self.values.len());
        let from = position(self.text.len());
        self.text.push_str(text);
        self.values.push(Packed::Text(from, position(self.text.len())));
        self.changes.push(Raw { field, start, middle: start, end: start + 1 });
    }

    fn pack(&mut self, value: &Value<'_>) {
        self.values.push(match value {
            Value::Text(text) => {
                let start = position(self.text.len());
                self.text.push_str(text);
                Packed::Text(start, position(self.text.len()))
            }
            Value::Phone(phone) => Packed::Phone(*phone),
            Value::Date(date) => Packed::Date(*date),
            Value::Number(number) => Packed::Number(*number),
            Value::Boolean(boolean) => Packed::Boolean(*boolean),
        });
    }

    /// The field of a change.
    pub(crate) fn field(&self, at: usize) -> FieldId {
        self.changes[at].field
    }

    /// The values that a change writes.
    pub(crate) fn after(&self, at: usize) -> Values<'_> {
        let Raw { middle, end, .. } = self.changes[at];
        self.values(middle, end)
    }

    #[inline]
    fn values(&self, from: u32, to: u32) -> Values<'_> {
        Values { text: &self.text, values: self.values[from as usize..to as usize].iter() }
    }

    #[inline] // adapters ask for every change of every step, and most need only a part of it
    pub(crate) fn get<'a>(&'a self, at: usize, fields: &'a Fields) -> Change<'a> {
        let Raw { field, start, middle, end } = self.changes[at];
        Change {
            id: field,
            field: fields.get(field),
            before: self.values(start, middle),
            after: self.values(middle, end),
        }
    }
}

/// The fields that a [`Step`](super::Step) writes, in the order of the account's fields.
///
/// ```
/// # use crm_import::{Import, MemoryStorage, Source};
/// let mut crm = MemoryStorage::default();
/// let file = Source::from_bytes(&b"Email,First Name\nana@example.com,Ana\n"[..]);
/// let plan = Import::new().plan(file, &mut crm).unwrap();
///
/// let step = plan.steps().next().unwrap();
/// let changes = step.changes();
/// let written: Vec<String> = changes.iter().map(|change| change.to_string()).collect();
/// assert_eq!(written, ["first_name: \"\" -> \"Ana\"", "email: \"\" -> \"ana@example.com\""]);
/// ```
#[derive(Clone, Debug)]
pub struct ChangeSet<'a> {
    pub(crate) changes: Changes,
    pub(crate) fields: &'a Fields,
}

impl ChangeSet<'_> {
    /// The changes, one for each field.
    pub fn iter(&self) -> impl Iterator<Item = Change<'_>> {
        (0..self.changes.len()).map(|at| self.changes.get(at, self.fields))
    }

    /// The change of the field with this key, if it changes.
    pub fn get(&self, key: &str) -> Option<Change<'_>> {
        self.iter().find(|change| change.field.key == key)
    }

    /// The number of fields that change.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether no field changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A field that a step writes, with its values before and after. `Display` writes `key: "before" -> "after"`.
/// Pipelines, stages and users are shown by their ids; [`Account::shown`](crate::Account::shown) has their names.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    id: FieldId,
    field: &'a Field,
    before: Values<'a>,
    after: Values<'a>,
}

impl<'a> Change<'a> {
    /// The field.
    #[inline]
    pub fn field(&self) -> &'a Field {
        self.field
    }

    /// The id of the field.
    #[inline]
    pub fn field_id(&self) -> FieldId {
        self.id
    }

    /// The key of the field, such as `first_name`.
    #[inline]
    pub fn key(&self) -> &'a str {
        &self.field.key
    }

    /// The stored values: none if the field is blank, as it always is for a create.
    #[inline]
    pub fn before(&self) -> Values<'a> {
        self.before.clone()
    }

    /// The values to store, for a list all its items. If there are none, the field is to be cleared.
    #[inline]
    pub fn after(&self) -> Values<'a> {
        self.after.clone()
    }

    /// The value to store in a field with a single value. With `None`, the field is to be cleared.
    #[inline]
    pub fn value(&self) -> Option<Value<'a>> {
        self.after().next()
    }

    /// The value to store as canonical text, with `, ` between the items of a list. If it is empty, the field is to
    /// be cleared.
    pub fn text(&self) -> String {
        join(self.after())
    }

    /// The items to add to a list.
    pub fn added(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let before: Set<String> = self.before().map(|value| value.to_string()).collect();
        self.after().filter(move |value| !before.contains(&value.to_string()))
    }

    /// The items to remove from a list.
    pub fn removed(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let after: Set<String> = self.after().map(|value| value.to_string()).collect();
        self.before().filter(move |value| !after.contains(&value.to_string()))
    }
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?} -> {:?}", self.key(), join(self.before()), join(self.after()))
    }
}

fn join(values: Values<'_>) -> String {
    values.map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
}

/// An iterator over the values of a field: none if it is blank, one or, for a list, several if it is not.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    text: &'a str,
    values: std::slice::Iter<'a, Packed>,
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        let value = match *self.values.next()? {
            Packed::Text(from, to) => Value::text(&self.text[from as usize..to as usize]),
            Packed::Phone(phone) => Value::Phone(phone),
            Packed::Date(date) => Value::Date(date),
            Packed::Number(number) => Value::Number(number),
            Packed::Boolean(boolean) => Value::Boolean(boolean),
        };
        Some(value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl ExactSizeIterator for Values<'_> {}
