//! Decides about the contact side of each row of a window, in file order (behaviour §4, §5), and notes the decisions in
//! the ledger.

mod conflicts;
mod known;
mod matching;
mod meeting;
mod nobody;
mod report;
mod resumed;

pub(super) use known::KnownContacts;
pub(super) use report::of_file;

use matching::Carried;

use super::Planner;
use super::differences::contradicts;
use super::prefetching::TOGETHER;
use super::row_keys::RowKeys;
use crate::draft::{KeyKind, RowDraft, Settings};
use crate::lookup::{DeclaredKey, Found, StoredId};
use crate::merge::{AddressBook, RowOf, changes_contact};
use crate::object::{ContactNumber, Object, RowIndex};
use crate::plan::{Entry, Outcome};

/// What was decided about the contact side of a row. It is [noted](Planner::write_down) afterwards.
#[derive(Clone, Copy)]
pub(super) enum ContactDecision {
    /// It leads to no contact.
    Nobody(Outcome),
    /// It leads to this contact, but is not folded into it.
    Aside(ContactNumber, Outcome),
    /// It leads to this contact and is not folded into it: the file is our own error log, the row was imported to the
    /// contact before, and nobody has changed its cells since (§15).
    AsImported(ContactNumber),
    /// It is folded into this contact.
    Joins(ContactNumber),
    /// It is folded into a new contact.
    New,
}

/// The contact side of a row about which nothing is decided yet.
#[derive(Clone, Copy)]
pub(super) struct OpenContact<'s> {
    pub(super) settings: &'s Settings,
    /// The position of the row in the window.
    pub(super) at: usize,
    pub(super) draft: &'s RowDraft,
    /// Its keys: the contact id that it names, and the keys under match rules.
    pub(super) keys: RowKeys<'s>,
}

impl Planner {
    /// Takes an answer of storage: contacts, and the keys that each of them carries.
    pub(super) fn absorb_contacts(&mut self, found: &Found) {
        let settings = self.ledger.settings.clone();
        let wanted = settings.wanted(Object::Contact);
        let records = self.ledger.stored_contacts.absorb(found, &settings.fields, wanted);
        self.make_room_for_answers(Object::Contact);
        while self.contacts.stored.len() < self.ledger.stored_contacts.len() {
            let stored = u32::try_from(self.contacts.stored.len()).expect("fewer than 2³¹ records");
            let contact = self.new_contact(Entry::stored_as(StoredId(stored)));
            self.contacts.stored.push(contact);
            self.contacts.first_differs.push(false);
        }
        if self.index.has_ids() {
            // Only an id that was asked for can be one that a row names. Others are not even looked up in the index,
            // because each look-up waits for memory.
            for id in found.ids() {
                if self.question.asks_id(id) {
                    self.teach_id(id);
                }
            }
        }
        let declared = found.declared_keys(Object::Contact, &settings.fields, &records);
        let mut declared: Vec<DeclaredKey<'_>> = match self.key_policy.texts.is_empty() {
            true => self.declare_each(&settings, declared),
            false => declared.collect(),
        };
        // The keys of a rule of several fields are declared field by field, so all that belong to one record are put
        // together.
        declared.sort_by_key(|key| key.record.0);
        for keys in declared.chunk_by(|a, b| a.record == b.record) {
            let contact = self.contacts.stored[keys[0].record.0 as usize];
            self.declare(&settings, contact, keys);
        }
    }

    /// Lets the id of a stored contact lead to it, if a row names that id (M1).
    fn teach_id(&mut self, id: &str) {
        let ledger = &self.ledger;
        let key = self.index.find(KeyKind::ContactId, id, None, |place| ledger.text(place));
        if let Some((key, stored)) = key.zip(ledger.stored_contacts.find(id)) {
            self.index.teach(key, self.contacts.stored[stored.0 as usize]);
        }
    }

    /// Finds out for each row of the window which contact it means.
    pub(super) fn resolve_contacts(&mut self) {
        let settings = self.ledger.settings.clone();
        // Taken out of the planner, so that the planner can be changed while they are borrowed.
        let (keys, numbers) =
            (self.block.drafts.take_keys(), std::mem::take(&mut self.window.numbers));
        let first = self.window_keys().start;
        for at in 0..self.window.rows.len() {
            if at.is_multiple_of(TOGETHER) {
                self.prefetch(at..self.window.rows.len().min(at + TOGETHER), &numbers);
            }
            let draft = self.draft(at);
            // If contacts are not selected, they are looked up only for the opportunity of the row (P8).
            let is_asked = settings.contacts.is_some() || draft.opportunity.is_present();
            if !draft.contact.is_present() || !is_asked {
                continue;
            }
            let own = RowKeys::of_row(&draft, &keys, &numbers, first).of_contact();
            let open = OpenContact { settings: &settings, at, draft: &draft, keys: own };
            let (decision, carried) = self.resolve_contact(open);
            self.write_down(open, decision, carried);
        }
        self.block.drafts.put_keys(keys);
        self.window.numbers = numbers;
    }

    /// Carries out a decision about a contact side, and notes it in the ledger.
    fn write_down(&mut self, open: OpenContact<'_>, decision: ContactDecision, carried: Carried) {
        let OpenContact { settings, at, keys, .. } = open;
        let row = self.row_at(at);
        let is_selected = settings.contacts.is_some();
        let (contact, outcome) = match decision {
            ContactDecision::Nobody(outcome) => (None, outcome),
            ContactDecision::Aside(contact, outcome) => {
                // If contacts are not selected, the contact counts as named only once an opportunity of it does not
                // fail.
                if outcome != Outcome::Fail && is_selected {
                    self.ledger.contacts[contact.index()].name(row);
                }
                (Some(contact), outcome)
            }
            // The contact has had its follow-ups, so the row does not name it.
            ContactDecision::AsImported(contact) => (Some(contact), Outcome::Skip),
            ContactDecision::Joins(contact) => {
                (Some(contact), self.join(settings, contact, row, keys, carried))
            }
            ContactDecision::New => {
                (Some(self.bring_new(settings, at, keys, carried)), Outcome::Create)
            }
        };
        let side = &mut self.ledger.contact_rows[row.index()];
        side.contact = contact;
        side.outcome = is_selected.then_some(outcome);
        // If contacts are not selected, the side has no outcome. Pairing still has to know that it failed.
        if !is_selected && outcome == Outcome::Fail {
            self.contacts.failed_references.insert(row);
        }
    }

    /// Folds a row into a contact that is known already.
    fn join(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        carried: Carried,
    ) -> Outcome {
        let previous = self.ledger.contacts[contact.index()].take_row(row);
        let side = &mut self.ledger.contact_rows[row.index()];
        (side.previous, side.contact) = (previous, Some(contact));
        if let Some(previous) = previous {
            self.note_differences(settings, row, previous);
        }
        self.note_unheeded(settings, contact, row);
        if !(carried == Carried::ByOne && self.key_policy.is_plain) {
            self.teach(settings, contact, row, keys);
        }
        if previous.is_some() {
            return Outcome::Merged;
        }
        self.compare_first(contact, row);
        match self.ledger.was_folded(contact) {
            true => Outcome::Merged,
            false => Outcome::Create,
        }
    }

    /// Adds the new contact that a row brings.
    fn bring_new(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: RowKeys<'_>,
        carried: Carried,
    ) -> ContactNumber {
        let row = self.row_at(at);
        let contact = self.new_contact(Entry::brought_by(row));
        self.note_described(settings, at, contact);
        self.ledger.contact_rows[row.index()].contact = Some(contact);
        self.note_unheeded(settings, contact, row);
        self.teach_new(settings, contact, row, keys, carried);
        contact
    }

    /// Reports what a row says about its contact in vain: a consent that stays, a text without room, clear tokens that
    /// clear nothing.
    #[inline]
    fn note_unheeded(&mut self, settings: &Settings, contact: ContactNumber, row: RowIndex) {
        if settings.protects_consent {
            self.note_kept_consent(settings, contact, row);
        }
        self.note_full_texts(settings, contact.into(), row);
        if settings.mapping.clear_token.is_some() {
            self.note_kept_fields(settings, contact, row);
        }
    }

    /// Lets the keys of a row lead to the new contact that it brings.
    fn teach_new(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
        keys: RowKeys<'_>,
        carried: Carried,
    ) {
        // In the plain case a new contact carries every key of its first row, provided that there is room.
        let has_room = keys.len() <= AddressBook::LIMIT;
        if carried == Carried::ByNobody && self.key_policy.is_plain && has_room {
            keys.rules().for_each(|(_, key)| self.index.teach(key, contact));
        } else {
            self.teach(settings, contact, row, keys);
        }
    }

    /// Finds out whether the first row of a stored contact changes it. That is done now, while the row and the stored
    /// values are in the processor's cache. Most contacts have no other row, and need not be looked at again when
    /// planning ends.
    fn compare_first(&mut self, contact: ContactNumber, row: RowIndex) {
        let entry = &self.ledger.contacts[contact.index()];
        let Some(StoredId(stored)) = entry.stored() else { return };
        if contradicts(&self.ledger, &self.differences.overwritten, entry, row) {
            self.contacts.first_differs[stored as usize] = true;
            return;
        }
        let mut changes = std::mem::take(&mut self.changes);
        let (base, of) = (self.ledger.base(contact), self.row_of(row));
        self.contacts.first_differs[stored as usize] =
            changes_contact(base, &[of], &[], &mut changes);
        self.changes = changes;
    }

    pub(super) fn row_of(&self, row: RowIndex) -> RowOf<'_> {
        self.ledger.row(Object::Contact, row)
    }

    /// The contact that a row leads to, for its opportunity.
    pub(super) fn contact_of(&self, row: RowIndex) -> Option<ContactNumber> {
        self.ledger.contact_rows[row.index()].contact
    }
}
