//! What is different about the contact of a row that was planned before the import was interrupted: the row means whom it
//! meant then (behaviour X6).

use super::{ContactDecision, OpenContact, of_file};
use crate::account::Conflict;
use crate::dedup::{Candidates, KeyNumber, Verdict};
use crate::draft::{Key, KeyKind, Settings};
use crate::issue::{IssueCode, Severity};
use crate::object::{ContactNumber, Object};
use crate::plan::By;
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

impl Planner {
    /// The contact that this row had met before the import was interrupted, if that is known and the contact still
    /// exists.
    pub(super) fn contact_met_before(&self, at: usize) -> Option<ContactNumber> {
        let row = self.row_at(at);
        if let Some(first) = self.interrupted.joined_row.get(&(Object::Contact, row)) {
            return self.contact_of(*first);
        }
        let stored = self.ledger.stored_contacts.find(self.interrupted.contacts.get(&row)?)?;
        Some(self.contacts.stored[stored.0 as usize])
    }

    /// Decides about a row that had met this contact before the import was interrupted: it means that contact again,
    /// whatever the match rules find now.
    pub(super) fn follow_contact_met_before(
        &mut self,
        open: OpenContact<'_>,
        met: ContactNumber,
        verdict: &Verdict,
    ) -> ContactDecision {
        let at = open.at;
        match *verdict {
            Verdict::One { contact, rule, key } if contact == met => self.note_rule(at, rule, key),
            _ => self.note_reason(at, By::Before, 0),
        }
        let disputed = self.disputed(open);
        self.meet(open, disputed, met)
    }

    /// What the match rules find for a row. If the import was interrupted after the row was planned, that is what they
    /// found then.
    pub(super) fn match_as_before(
        &self,
        OpenContact { settings, at, keys, .. }: OpenContact<'_>,
    ) -> (Verdict, Vec<Candidates>) {
        let now = self.match_contact(settings, keys, |_| true);
        let (Verdict::One { contact, .. }, _) = now else { return now };
        if !self.is_met_later(at, contact) {
            return now;
        }
        // The contact got this key only later, from a row further down.
        let before = self.match_contact(settings, keys, |of| !self.is_met_later(at, of));
        // If that leaves no contact, or several, and the row would fail between two contacts (M6), then it has failed
        // before as well: a row that fails leaves no token.
        let has_failed = matches!(before.0, Verdict::Nobody | Verdict::Several)
            && self.fails_between(settings, keys, contact);
        if has_failed { now } else { before }
    }

    /// Whether the interrupted import had met this stored contact first on a row further down. Then this row had not
    /// met it, whatever keys the contact carries now. A contact that an earlier window has met was met before.
    fn is_met_later(&self, at: usize, contact: ContactNumber) -> bool {
        if self.interrupted.is_complete
            || self.interrupted.first_rows.is_empty()
            || self.ledger.met(contact).is_some()
        {
            return false;
        }
        let id = self.ledger.id(contact);
        let first = id.and_then(|id| self.interrupted.first_rows.get(id));
        first.is_some_and(|first| *first > self.row_at(at))
    }

    /// Takes away the contacts to which the keys of a row lead, because the row had found nobody before the import was
    /// interrupted. Whoever has these keys now got them later.
    pub(super) fn overlook_holders(&mut self, OpenContact { settings, keys, .. }: OpenContact<'_>) {
        for (key, number) in keys.rules() {
            if owns(settings, key) {
                self.overlook_others(number, None);
            } else {
                for holder in self.index.holders(number) {
                    self.index.unteach(number, holder);
                }
            }
        }
    }

    /// Lets a key that only one contact may have lead to no stored contact, except for `but`. Another stored contact
    /// that has the key now got it from somebody else since the import was interrupted. So the step that writes the key
    /// still expects it to be free, and will be in conflict (X3).
    fn overlook_others(&mut self, key: KeyNumber, but: Option<ContactNumber>) {
        for holder in self.index.holders(key) {
            let is_stored = self.ledger.contacts[holder.index()].stored().is_some();
            if is_stored && Some(holder) != but {
                self.index.overlook(key, holder);
            }
        }
    }

    /// Handles the keys of a row that joins the contact which it had met before the import was interrupted. If such a
    /// key did not belong to another contact then, but does now, that contact got it since. A row that is still to be
    /// written expects the key to be free (X3). But a key that the row's own contact carries already may have been
    /// another's as well, as storage had it.
    pub(super) fn expect_free(&mut self, open: OpenContact<'_>, contact: ContactNumber) {
        let OpenContact { settings, at, keys, .. } = open;
        if self.contact_met_before(at) != Some(contact) || !self.knows_disputed(settings, at) {
            return;
        }
        let dropped = self.interrupted.dropped.get(&self.row_at(at)).cloned().unwrap_or_default();
        for (key, number) in keys.rules() {
            let is_dropped = dropped.contains(&(key.column, key.item));
            if owns(settings, key) && !is_dropped && !self.index.is_held_by(number, contact) {
                self.overlook_others(number, Some(contact));
            }
        }
    }

    /// Whether it is known which keys of a row belonged to other contacts before the import was interrupted. If the
    /// policy fails such rows, it is: a row that did not fail had no such key.
    fn knows_disputed(&self, settings: &Settings, at: usize) -> bool {
        settings.account.dedup.conflict == Conflict::Fail || self.knows_dropped(at)
    }

    /// Whether the checkpoint says which keys of the row belonged to other contacts before the import was interrupted.
    pub(super) fn knows_dropped(&self, at: usize) -> bool {
        self.interrupted.dropped.contains_key(&self.row_at(at))
    }

    /// Those keys of a row that may belong to other contacts (M6). For a row that was planned before the import was
    /// interrupted, that is decided as it was then: the keys that belonged to others are dropped, and only its id is
    /// left.
    pub(super) fn disputed<'k>(
        &mut self,
        OpenContact { settings, at, keys, .. }: OpenContact<'k>,
    ) -> RowKeys<'k> {
        if self.contact_met_before(at).is_none() || !self.knows_disputed(settings, at) {
            return keys;
        }
        let dropped = self.interrupted.dropped.get(&self.row_at(at)).cloned().unwrap_or_default();
        for (column, item) in dropped {
            let finding = self.of_contact(at, IssueCode::KeyConflict).severity(Severity::Warning);
            self.report(finding.column(of_file(column)));
            self.drop_value(at, column, item);
        }
        keys.of_id()
    }
}

/// Whether it is a key that only one contact may have (M6).
fn owns(settings: &Settings, key: &Key) -> bool {
    matches!(key.kind, KeyKind::Rule(rule) if settings.rules[usize::from(rule)].owns_keys())
}
