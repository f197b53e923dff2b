//! What records are called in messages, and in which order they are named.

use std::cmp::Ordering;

use super::Ledger;
use crate::object::{RecordId, RecordRef};

/// How many records an issue names one by one. If thousands of contacts carry a key, such as a placeholder for a name,
/// and each row's issue named them all, the issues would be longer than the file and the database together.
const NAMED: usize = 100;

impl Ledger {
    /// What to call a record in a message: its id, or the row that brought it.
    pub(crate) fn name(&self, record: impl Into<RecordRef>) -> String {
        let record = record.into();
        let row = || Some(format!("row {}", self.number(self.entry(record).first_row?)));
        self.id(record).map(str::to_owned).or_else(row).unwrap_or_default()
    }

    /// The names of the lowest [`NAMED`] of these records, in order, and how many more there are.
    pub(crate) fn names<R: Copy + Into<RecordRef>>(&self, mut records: Vec<R>) -> String {
        let more = records.len().saturating_sub(NAMED);
        if more > 0 {
            records.select_nth_unstable_by(NAMED, |a, b| self.compare(*a, *b));
            records.truncate(NAMED);
        }
        records.sort_by(|a, b| self.compare(*a, *b));
        let names: Vec<String> = records.into_iter().map(|record| self.name(record)).collect();
        let names = names.join(", ");
        if more > 0 { format!("{names} and {more} more") } else { names }
    }

    /// The order that decides which record is the lowest (M5): stored records by id, then those of the file.
    pub(crate) fn compare<R: Into<RecordRef>>(&self, a: R, b: R) -> Ordering {
        let (a, b) = (a.into(), b.into());
        let stored = |record| self.id(record).filter(|_| !self.is_made(record));
        match (stored(a), stored(b)) {
            (Some(x), Some(y)) => RecordId::compare(x, y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.first_number(a).cmp(&self.first_number(b)),
        }
    }
}
