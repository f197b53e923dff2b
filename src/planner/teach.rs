//! Which keys lead to a contact. A key that a row writes is taught to the index, and one that a row removes is untaught
//! (behaviour M7).
//!
//! ```text
//! row 1   ana@example.com                      creates a contact, to which the address leads from now on
//! row 2   ana@example.com   +1 206 555 0123    finds it by the address, and now the phone leads to it, too
//! row 3                     +1 206 555 0123    finds it by the phone
//! ```

mod texts;

use std::borrow::Cow;

use smallvec::SmallVec;

use super::Planner;
use super::contacts::of_file;
use super::key_policy::{AddressPolicy, rule_of};
use super::row_keys::RowKeys;
use crate::dedup::KeyNumber;
use crate::draft::{Column, Key, KeyKind, KeyText, Rule, Settings, Shape};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::lookup::DeclaredKey;
use crate::merge::{AddressBook, Addresses, RowRole, addresses_of};
use crate::object::{ContactNumber, Object, RowIndex};
use crate::value::{Phone, Value};
use texts::declared_keys;
pub(crate) use texts::keys_of;
pub(super) use texts::text_of;

impl Planner {
    /// Takes the keys that storage declares for a stored contact.
    pub(super) fn declare(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        keys: &[DeclaredKey<'_>],
    ) {
        for (number, rule) in settings.rules.iter().enumerate() {
            for text in declared_keys(rule, keys) {
                let Some(key) = self.find_key(number, rule, &text) else { continue };
                if self.declare_key(settings, contact, rule, &text, key)
                    && Addresses::of_rule(rule).is_none()
                {
                    self.contacts.taught.entry(contact).or_default().push(key);
                }
            }
        }
        for &DeclaredKey { field, key: text, .. } in keys {
            if !self.is_asked(settings, field, text) {
                let id = self.ledger.name(contact);
                let fault = format!(
                    "the record {id} was declared for the key {text:?}, which nobody asked for: a key is \
                     declared as it was asked, not as it is stored"
                );
                self.faults.push(fault);
            }
        }
    }

    /// Takes declared keys under rules of addresses, each of which is one value. Returns those that no row has offered;
    /// they are not taken.
    pub(super) fn declare_each<'f>(
        &mut self,
        settings: &Settings,
        declared: impl Iterator<Item = DeclaredKey<'f>>,
    ) -> Vec<DeclaredKey<'f>> {
        let first = self.window_keys().start;
        let mut near = vec![0; settings.rules.len()];
        let rule_of = |field| settings.rules.iter().position(|rule| rule.has(field));
        let (mut field, mut rule) = (None, None);
        let mut unknown = Vec::new();
        for key in declared {
            // Keys of one rule usually come one after the other.
            if key.field != field {
                (field, rule) = (key.field, key.field.and_then(rule_of));
            }
            let number = rule.and_then(|at: usize| {
                let rule = &settings.rules[at];
                match self.question.mark_of(rule.number, key.address, key.key, &mut near[at]) {
                    Some(mark) => Some(self.window.numbers[mark as usize - first]),
                    None => self.find_key(at, rule, key.key),
                }
            });
            match rule.zip(number) {
                Some((rule, number)) => {
                    let contact = self.contacts.stored[key.record.0 as usize];
                    self.declare_key(settings, contact, &settings.rules[rule], key.key, number);
                }
                None => unknown.push(key),
            }
        }
        unknown
    }

    /// The number of the key with this text under the rule at position `number`, if a row has offered it.
    fn find_key(&self, number: usize, rule: &Rule, text: &str) -> Option<KeyNumber> {
        let kind = KeyKind::of_rule(number);
        let phone = (rule.shape == Shape::Phones).then(|| parse_phone(text)).flatten();
        self.index.find(kind, text, phone.and_then(Phone::packed), |p| self.ledger.text(p))
    }

    /// Lets a key lead to a stored contact that carries it, unless a row has removed the key from the contact before
    /// storage was asked for it. Then a contact that takes the key takes it from this one (X3). Returns whether the key
    /// leads there.
    fn declare_key(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        rule: &Rule,
        text: &str,
        key: KeyNumber,
    ) -> bool {
        self.index.note_stored(key);
        let holds = self.still_holds(settings, contact, rule, text);
        if holds {
            self.index.teach(key, contact);
        } else {
            self.index.unteach(key, contact);
        }
        holds
    }

    /// Whether a declared value belongs to a key that was asked for.
    fn is_asked(&self, settings: &Settings, field: Option<FieldId>, text: &str) -> bool {
        let Some(field) = field else { return false };
        settings.rules.iter().enumerate().any(|(number, rule)| match &rule.shape {
            Shape::Combined(fields) => fields.contains(&field),
            _ => rule.has(field) && self.find_key(number, rule, text).is_some(),
        })
    }

    /// Whether a contact still carries a key that is stored for it, after the rows so far.
    fn still_holds(
        &self,
        settings: &Settings,
        contact: ContactNumber,
        rule: &Rule,
        text: &str,
    ) -> bool {
        if !self.ledger.entry(contact).has_rows() {
            return true;
        }
        let (base, rows) = (self.ledger.base(contact), self.ledger.rows(contact));
        match Addresses::of_rule(rule) {
            Some(kind) => {
                !self.key_policy.can_remove(kind)
                    || addresses_of(base, kind, &settings.contact_columns, &rows)
                        .holds(&address(kind, text.into()))
            }
            None => {
                let before = keys_of(base, rule, &[]);
                let after = keys_of(base, rule, &rows);
                before == after || after.iter().any(|key| key == text)
            }
        }
    }

    /// After a row was folded into a contact: lets those of its keys that are written lead there, and those that it
    /// removes no longer.
    pub(super) fn teach(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
    ) {
        for at in 0..self.key_policy.addresses.len() {
            let of = self.key_policy.addresses[at];
            if !self.are_addresses_taught_simply(settings, contact, row, keys, of) {
                self.teach_addresses(settings, contact, row, keys, of);
            }
        }
        for at in 0..self.key_policy.texts.len() {
            let of = self.key_policy.texts[at];
            if !self.are_texts_taught_simply(contact, row, keys, of) {
                self.teach_texts(settings, contact, row, of);
            }
        }
    }

    /// Handles the common cases without folding any row: the contact carries every address of the row already, or takes
    /// all of them because there is certainly room. Returns false for any other case.
    fn are_addresses_taught_simply(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        of: AddressPolicy,
    ) -> bool {
        if of.can_remove {
            return false;
        }
        let Some(rule) = of.rule else {
            return self.is_room_certain(settings, contact, row, of.kind);
        };
        let own = keys.of(rule);
        if own.clone().all(|(_, number)| self.index.is_held_by(number, contact)) {
            return true;
        }
        let entry = self.ledger.contacts[contact.index()];
        let is_first = entry.first_row == Some(row);
        let is_taken = of.is_always_taken || (is_first && entry.is_new());
        if !is_taken || has_dropped(self, row) {
            return false;
        }
        let has_room = match is_first {
            true => {
                self.stored_addresses(contact, of.kind) + own.clone().count() <= AddressBook::LIMIT
            }
            false => self.is_room_certain(settings, contact, row, of.kind),
        };
        debug_assert!(
            !has_room || self.takes_all(settings, contact, row, keys, of),
            "the same as folded in full"
        );
        for (_, number) in own.filter(|_| has_room) {
            if !self.index.is_held_by(number, contact) {
                self.note_moved(number, contact);
                self.index.teach(number, contact);
            }
        }
        has_room
    }

    /// Whether there is certainly room for all addresses of this kind that the rows of a contact give, up to this row.
    fn is_room_certain(
        &self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        kind: Addresses,
    ) -> bool {
        if self.is_one_of_many(row) {
            return false;
        }
        let of_kind = |column: &&Column| kind.has(column.field);
        let columns = || settings.contact_columns.iter().filter(of_kind);
        let given = self.ledger.back_from(Object::Contact, row).map(|row| {
            let cells = self.row_of(row).cells;
            columns().map(|column| column.most_items(&cells)).sum::<usize>()
        });
        self.stored_addresses(contact, kind) + given.sum::<usize>() <= AddressBook::LIMIT
    }

    /// How many additional addresses of this kind a contact has in storage, plus one for the primary one, which may
    /// become an additional one.
    fn stored_addresses(&self, contact: ContactNumber, kind: Addresses) -> usize {
        match self.ledger.entry(contact).is_new() {
            true => 0,
            false => 1 + self.ledger.base(contact).shown(kind.additional()).count(),
        }
    }

    /// Handles any other case: folds the row, and teaches what comes out.
    fn teach_addresses(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        of: AddressPolicy,
    ) {
        let lesson = self.address_lesson(settings, contact, row, keys, of);
        if let Some(book) = lesson.book {
            self.contacts.books.insert((contact, of.kind), (row, book));
        }
        for key in lesson.held {
            if !self.index.is_held_by(key, contact) {
                self.note_moved(key, contact);
                self.index.teach(key, contact);
            }
        }
        lesson.gone.into_iter().for_each(|key| self.index.unteach(key, contact));
        self.note_moved_values(contact, &lesson.gone_values);
        let at = row.index() - self.row_at(0).index();
        for (column, item, shown) in lesson.refused {
            let finding = self.of_contact(at, IssueCode::ValueLimit).value(shown);
            self.report(finding.column(of_file(column)));
            self.drop_value(at, column, item);
        }
    }

    /// What a row changes about the addresses of its contact, given all rows of the contact before it.
    fn address_lesson(
        &self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        AddressPolicy { kind, rule, can_remove, .. }: AddressPolicy,
    ) -> AddressLesson {
        let base = self.ledger.base(contact);
        let previous = self.ledger.contact_rows[row.index()].previous;
        let mut book = match previous {
            None => AddressBook::stored(base, kind),
            Some(previous) => self.book_at(settings, contact, previous, kind),
        };
        let before = can_remove.then(|| book.clone());
        let (this, columns) = (self.row_of(row), &settings.contact_columns);
        let role = if previous.is_none() { base.role_of(0) } else { RowRole::Joins };
        let mut refused = Vec::new();
        book.take_row(base, kind, columns, &this, role, |(column, item, value)| {
            refused.push((column.unwrap_or(u16::MAX), item, value.to_string()));
        });
        let own = rule.into_iter().flat_map(|rule| keys.of(rule));
        let held = own.filter(|(key, _)| book.holds(&self.address_of(kind, key)));
        let held = held.map(|(_, number)| number).collect();
        let gone = before.iter().flat_map(AddressBook::iter).filter(|value| !book.holds(value));
        let gone_values: Vec<Value<'static>> =
            gone.map(|value| value.clone().into_owned()).collect();
        let known = |value: &Value<'_>| self.find_address(settings, kind, value);
        let gone = gone_values.iter().filter_map(known).collect();
        // The phone of a switchboard may be on thousands of rows. If the addresses were not kept, each of these rows
        // would have to fold all rows before it.
        let book = self.is_one_of_many(row).then(|| book.into_owned());
        AddressLesson { held, gone, gone_values, refused, book }
    }

    /// Whether the contact takes every address of the row and loses none, found out by folding. For an assertion.
    fn takes_all(
        &self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        of: AddressPolicy,
    ) -> bool {
        let lesson = self.address_lesson(settings, contact, row, keys, of);
        let own = of.rule.map_or(0, |rule| keys.of(rule).count());
        lesson.held.len() == own && lesson.gone_values.is_empty() && lesson.refused.is_empty()
    }

    /// The address that a key of the current block was made from.
    fn address_of(&self, kind: Addresses, key: &Key) -> Value<'_> {
        let phone = match key.text {
            KeyText::Phone => Phone::unpacked(key.hash),
            KeyText::Span(_) => None,
        };
        phone.map_or_else(|| address(kind, self.key_text(key)), Value::Phone)
    }

    fn find_address(
        &self,
        settings: &Settings,
        kind: Addresses,
        value: &Value<'_>,
    ) -> Option<KeyNumber> {
        let rule = rule_of(settings, kind)?;
        let packed = if let Value::Phone(phone) = value { phone.packed() } else { None };
        self.index.find(rule, &value.to_text(), packed, |place| self.ledger.text(place))
    }
}

/// What a row changes about the addresses of its contact.
struct AddressLesson {
    /// The keys of the row that the contact carries now.
    held: SmallVec<[KeyNumber; 8]>,
    /// Keys that it no longer carries.
    gone: Vec<KeyNumber>,
    /// All addresses that it no longer carries, whether or not they are keys of the file.
    gone_values: Vec<Value<'static>>,
    /// The values of the row for which there was no room: column, place in the cell, and text.
    refused: Vec<(u16, u16, String)>,
    /// The addresses after the row, if they are to be kept.
    book: Option<AddressBook<'static>>,
}

fn has_dropped(planner: &Planner, row: RowIndex) -> bool {
    planner.ledger.contact_rows[row.index()].has_dropped
}

fn address(kind: Addresses, text: Cow<'_, str>) -> Value<'_> {
    let phone = (kind == Addresses::Phones).then(|| parse_phone(&text)).flatten();
    phone.map_or(Value::Text(text), Value::Phone)
}

/// Reads a phone as storage declares it, which is the canonical text that it was asked for with.
fn parse_phone(text: &str) -> Option<Phone> {
    let digits = text.strip_prefix('+')?;
    let (number, extension) = digits.split_once(";ext=").unwrap_or((digits, ""));
    Phone::new(number.parse().ok()?, extension)
}
