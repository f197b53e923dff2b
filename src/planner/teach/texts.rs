//! Keys under rules of names and other texts, alone or together with addresses. They are made of the effective values
//! of a contact. So a row that changes the last name also takes the old key away.

use std::sync::Arc;

use smallvec::SmallVec;

use super::has_dropped;
use crate::dedup::{KeyNumber, KeyPlace};
use crate::draft::{KeyKind, Rule, Settings, combinations, key_part};
use crate::lookup::DeclaredKey;
use crate::merge::{AddressBook, Addresses, Base, RowOf, addresses_of, effective};
use crate::object::{ContactNumber, RowIndex};
use crate::planner::Planner;
use crate::planner::key_policy::TextPolicy;
use crate::planner::row_keys::RowKeys;
use crate::value::Value;

impl Planner {
    /// Handles the common cases of a rule whose keys are [as offered](TextPolicy::is_as_offered): the contact carries
    /// every key of the row already, or this is the first row of a new contact. Returns false for any other case.
    pub(super) fn are_texts_taught_simply(
        &mut self,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        TextPolicy { kind, is_as_offered, .. }: TextPolicy,
    ) -> bool {
        if !is_as_offered {
            return false;
        }
        let own: SmallVec<[KeyNumber; 4]> = keys.of(kind).map(|(_, number)| number).collect();
        if !own.is_empty() && own.iter().all(|key| self.index.is_held_by(*key, contact)) {
            return true;
        }
        let entry = self.ledger.contacts[contact.index()];
        let is_first = entry.is_new() && entry.first_row == Some(row);
        if !is_first || has_dropped(self, row) || own.len() > AddressBook::LIMIT {
            return false;
        }
        for key in own {
            self.index.teach(key, contact);
            self.contacts.taught.entry(contact).or_default().push(key);
        }
        true
    }

    /// Handles any other case: makes the keys of the contact after the row, and replaces the old ones.
    pub(super) fn teach_texts(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        TextPolicy { rule, kind, .. }: TextPolicy,
    ) {
        let entry = self.ledger.contacts[contact.index()];
        let is_first = entry.first_row == Some(row) && !entry.is_new();
        let [before, after] = self.texts_around(settings, contact, row, &settings.rules[rule]);
        if is_first && after == before {
            return;
        }
        if !entry.is_new() {
            let moved = before.iter().chain(&after).map(Value::text);
            self.note_moved_values(contact, &moved.collect::<Vec<_>>());
            self.note_mixed(contact, row, &settings.rules[rule]);
        }
        for key in self.contacts.taught.remove(&contact).unwrap_or_default() {
            if self.index.kind(key) == kind {
                self.note_moved(key, contact);
                self.index.unteach(key, contact);
            } else {
                self.contacts.taught.entry(contact).or_default().push(key);
            }
        }
        for text in after {
            let Some(key) = self.find_or_learn(kind, &text) else { continue };
            self.index.teach(key, contact);
            self.contacts.taught.entry(contact).or_default().push(key);
        }
    }

    /// Notes the keys of several fields that mix values from before the row with values from after it. A resumed import
    /// folds earlier rows onto what later ones have left, so the contact might carry such a key in between (X6).
    fn note_mixed(&mut self, contact: ContactNumber, row: RowIndex, rule: &Rule) {
        if rule.fields().nth(1).is_none() || self.is_one_of_many(row) {
            return;
        }
        let mixed = {
            let (base, rows) = (self.ledger.base(contact), self.ledger.rows(contact));
            let mut parts = parts_of(base, rule, &rows);
            let before = parts_of(base, rule, &rows[..rows.len() - 1]);
            for (parts, before) in parts.iter_mut().zip(before) {
                parts.extend(before);
                parts.sort_unstable();
                parts.dedup();
            }
            combinations(&parts)
        };
        self.note_moved_values(contact, &mixed.iter().map(Value::text).collect::<Vec<_>>());
    }

    /// The keys of a contact under a rule: first those that are stored, if this is its first row, then those after the
    /// row.
    fn texts_around(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        rule: &Rule,
    ) -> [Vec<String>; 2] {
        if self.is_one_of_many(row) {
            return [Vec::new(), combinations(&self.kept_texts(settings, contact, row, rule))];
        }
        let entry = self.ledger.contacts[contact.index()];
        let (base, rows) = (self.ledger.base(contact), self.ledger.rows(contact));
        let is_first = entry.first_row == Some(row) && !entry.is_new();
        let before = if is_first { keys_of(base, rule, &[]) } else { Vec::new() };
        [before, keys_of(base, rule, &rows)]
    }

    /// The key with this text. If no row has offered it, it is added. `None` if that is not possible, because another
    /// thread still uses the block to whose text it would be appended.
    fn find_or_learn(&mut self, kind: KeyKind, text: &str) -> Option<KeyNumber> {
        let ledger = &self.ledger;
        let found = self.index.find(kind, text, None, |place| ledger.text(place));
        if found.is_some() {
            return found;
        }
        let block = self.block_number();
        let last = self.ledger.blocks.last_mut().and_then(Arc::get_mut)?;
        let place = KeyPlace { block, span: last.append_text(text) };
        Some(self.index.learn(kind, text, place))
    }
}

/// The keys under a rule, combined from the values that storage has declared.
pub(super) fn declared_keys(rule: &Rule, keys: &[DeclaredKey<'_>]) -> Vec<String> {
    let parts_of = |field| {
        let parts = keys.iter().filter(|key| key.field == Some(field)).map(|key| key.key);
        let mut parts: Vec<&str> = parts.collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    };
    combinations(&rule.fields().map(parts_of).collect::<Vec<_>>())
}

/// The keys of a contact under a rule after these rows have been folded into it.
pub(crate) fn keys_of(base: Base<'_>, rule: &Rule, rows: &[RowOf<'_>]) -> Vec<String> {
    combinations(&parts_of(base, rule, rows))
}

/// The values of each field of a rule, as parts of keys.
fn parts_of(base: Base<'_>, rule: &Rule, rows: &[RowOf<'_>]) -> Vec<Vec<String>> {
    let columns = &base.settings.contact_columns;
    let texts = rule.fields().map(|field| match Addresses::of_primary(field) {
        Some(kind) => {
            let book = addresses_of(base, kind, columns, rows);
            book.iter().map(Value::to_string).collect()
        }
        None => text_of(effective(base, base.settings.columns_of(field), rows)),
    });
    texts.collect()
}

/// The text of a single value as a part of keys; nothing if there is no value.
pub(in crate::planner) fn text_of(value: Option<Value<'_>>) -> Vec<String> {
    let text = value.map(|value| key_part(&value.to_text()));
    text.into_iter().filter(|text| !text.is_empty()).collect()
}
