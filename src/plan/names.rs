//! What records are called in messages, and in which order they are named.

use std::cmp::Ordering;

use super::Ledger;
use crate::object::{ContactNumber, Object, RecordId};

/// How many records are named one by one. If thousands carry a key, such as a placeholder for a name, issues
/// that named them all would be longer together than the file and the database.
const NAMED: usize = 100;

impl Ledger {
    /// What to call a record in a message: its id, or the row that brought it.
    pub(crate) fn name(&self, object: Object, number: u32) -> String {
        let row = || Some(format!("row {}", self.number(self.entry(object, number).first_row?)));
        self.id(object, number).map(str::to_owned).or_else(row).unwrap_or_default()
    }

    /// The names of the lowest [`NAMED`] of these records, in order, and how many more there are.
    pub(crate) fn names(&self, object: Object, mut numbers: Vec<u32>) -> String {
        let more = numbers.len().saturating_sub(NAMED);
        if more > 0 {
            numbers.select_nth_unstable_by(NAMED, |a, b| self.compare(object, *a, *b));
            numbers.truncate(NAMED);
        }
        numbers.sort_by(|a, b| self.compare(object, *a, *b));
        let names: Vec<String> =
            numbers.into_iter().map(|number| self.name(object, number)).collect();
        let names = names.join(", ");
        if more > 0 { format!("{names} and {more} more") } else { names }
    }

    /// The order that decides which record is the lowest (M5): stored records by id, then those of the file.
    pub(crate) fn compare(&self, object: Object, a: u32, b: u32) -> Ordering {
        let stored = |number| self.id(object, number).filter(|_| !self.is_made(object, number));
        match (stored(a), stored(b)) {
            (Some(x), Some(y)) => RecordId::compare(x, y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.first_number(object, a).cmp(&self.first_number(object, b)),
        }
    }

    pub(crate) fn compare_contacts(&self, a: ContactNumber, b: ContactNumber) -> Ordering {
        self.compare(Object::Contact, a.number(), b.number())
    }
}
