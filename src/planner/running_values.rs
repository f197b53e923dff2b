//! Running values of contacts with very many rows: they are kept from one row to the next. So planning a row takes the
//! same time, however many rows of its contact come before it.

use smallvec::SmallVec;

use super::Planner;
use super::teach::text_of;
use crate::draft::{Rule, Settings};
use crate::field::FieldId;
use crate::maps::Map;
use crate::merge::{AddressBook, Addresses, Base, RowRole, Single};
use crate::object::{ContactNumber, Object, RowIndex};
use crate::value::Value;

/// The values of a contact are kept once it has more rows than this.
pub(super) const KEPT_FROM: usize = 8;

/// Single values, each with the row after which it was kept.
pub(super) type Singles = Map<(ContactNumber, FieldId), (RowIndex, Single<'static>)>;

/// Addresses, each with the row after which they were kept.
pub(super) type Books = Map<(ContactNumber, Addresses), (RowIndex, AddressBook<'static>)>;

/// A value that was kept of a record, and the rows that are to be folded into it.
pub(super) struct Since<K> {
    pub(super) kept: Option<K>,
    /// The rows, in order. If nothing was kept, these are all rows of the record.
    pub(super) rows: SmallVec<[RowIndex; 8]>,
}

impl<K> Since<K> {
    /// The kept value, and the rows, each with its role.
    pub(super) fn with_roles(
        self,
        base: Base<'_>,
    ) -> (Option<K>, impl Iterator<Item = (RowIndex, RowRole)>) {
        let has_begun = self.kept.is_some();
        let role = move |at| if has_begun { RowRole::Joins } else { base.role_of(at) };
        let rows = self.rows.into_iter().enumerate();
        (self.kept, rows.map(move |(at, row)| (row, role(at))))
    }
}

impl Planner {
    /// Whether the contact of this row has so many rows before it that its values are kept.
    pub(super) fn is_one_of_many(&self, row: RowIndex) -> bool {
        self.ledger.back_from(Object::Contact, row).nth(KEPT_FROM).is_some()
    }

    /// The rows from the one after which a value was `kept`, up to this one. If that row is not an earlier row of this
    /// record, the kept value is dropped, and all rows of the record are to be folded.
    pub(super) fn since<K>(
        &self,
        object: Object,
        kept: Option<(RowIndex, K)>,
        row: RowIndex,
    ) -> Since<K> {
        let last = kept.as_ref().map(|(last, _)| *last);
        let rows = self.ledger.back_from(object, row);
        let mut since: SmallVec<[RowIndex; 8]> =
            rows.take_while(|&earlier| Some(earlier) != last).collect();
        since.reverse();
        let goes_on =
            since.first().map_or(Some(row), |&first| self.ledger.said_before(object, first));
        let is_there = goes_on == last;
        Since { kept: kept.filter(|_| is_there).map(|(_, kept)| kept), rows: since }
    }

    /// The value of a field after the rows up to this one. It is kept for later rows.
    pub(super) fn kept_value(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        field: FieldId,
    ) -> Option<Value<'static>> {
        let columns = settings.columns_of(field);
        let base = self.ledger.base(contact);
        let kept = self.contacts.singles.get(&(contact, field)).map(|(last, kept)| (*last, kept));
        let (kept, rows) = self.since(Object::Contact, kept, row).with_roles(base);
        let mut now = kept.map_or_else(|| Single::stored(base, field), Single::from_kept);
        for (row, role) in rows {
            now.take_row(base, columns, &self.row_of(row), role);
        }
        let now = now.into_owned();
        let value = now.value.clone();
        self.contacts.singles.insert((contact, field), (row, now));
        value
    }

    /// The addresses of a contact after the rows up to this one.
    pub(super) fn book_at<'s>(
        &'s self,
        settings: &'s Settings,
        contact: ContactNumber,
        row: RowIndex,
        kind: Addresses,
    ) -> AddressBook<'s> {
        let base = self.ledger.base(contact);
        let kept = self.contacts.books.get(&(contact, kind)).map(|(last, kept)| (*last, kept));
        let (kept, rows) = self.since(Object::Contact, kept, row).with_roles(base);
        let mut book = kept.map_or_else(|| AddressBook::stored(base, kind), AddressBook::from_kept);
        for (row, role) in rows {
            let of = self.row_of(row);
            book.take_row(base, kind, &settings.contact_columns, &of, role, |_| {});
        }
        book
    }

    /// The addresses of a contact after the rows up to this one. They are kept for later rows.
    fn kept_book(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        kind: Addresses,
    ) -> &AddressBook<'static> {
        let book = self.book_at(settings, contact, row, kind).into_owned();
        &self.contacts.books.entry((contact, kind)).insert((row, book)).into_mut().1
    }

    /// The texts of each field of a match rule after the rows up to this one. The values are kept for later rows.
    pub(super) fn kept_texts(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        rule: &Rule,
    ) -> Vec<Vec<String>> {
        let texts = |field: FieldId| match Addresses::of_primary(field) {
            Some(kind) => {
                let book = self.kept_book(settings, contact, row, kind);
                book.iter().map(Value::to_string).collect()
            }
            None => text_of(self.kept_value(settings, contact, row, field)),
        };
        rule.fields().map(texts).collect()
    }
}
