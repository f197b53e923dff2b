//! Which contact a row means: the one whose id it names, the one to which its keys lead, or none (behaviour §4).

use super::{ContactDecision, OpenContact, of_file};
use crate::account::Conflict;
use crate::dedup::{Candidates, Holder, KeyNumber, Verdict, decide};
use crate::draft::{Key, KeyKind, Otherwise, Settings, SideDraft};
use crate::issue::{Finding, IssueCode, Severity};
use crate::object::{ContactNumber, Object};
use crate::plan::{By, Outcome};
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

/// Which contacts carried the keys of a row before the row was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// No contact carried any of them.
    ByNobody,
    /// One contact carried all of them, and no other contact any.
    ByOne,
    /// Anything else.
    Mixed,
}

/// Where the keys of a row lead, if one pass over them can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Glance {
    Nobody,
    /// All keys that lead anywhere lead to this contact, the first of them being this key under this rule.
    One {
        contact: ContactNumber,
        rule: u8,
        key: u8,
        carried: Carried,
    },
}

impl Planner {
    /// Decides about the contact side of a row. Also returns which contacts carried its keys.
    pub(super) fn resolve_contact(&mut self, open: OpenContact<'_>) -> (ContactDecision, Carried) {
        let OpenContact { at, draft, keys, .. } = open;
        if draft.contact == SideDraft::Failed {
            return (ContactDecision::Nobody(Outcome::Fail), Carried::Mixed);
        }
        let is_plain = self.interrupted.is_empty_for_contacts();
        match is_plain.then(|| self.match_at_a_glance(keys)).flatten() {
            Some(Glance::Nobody) => (self.meet_nobody(open), Carried::ByNobody),
            Some(Glance::One { contact, rule, key, carried }) => {
                self.note_reason(at, By::Rule(rule), key);
                (self.meet(open, RowKeys::NONE, contact), carried)
            }
            None => {
                let decision = self.resolve_closely(open);
                if let ContactDecision::Joins(contact) = decision {
                    self.expect_free(open, contact);
                }
                (decision, Carried::Mixed)
            }
        }
    }

    /// Decides about a row that is not one of the common cases: it names its contact by id, it was planned before the
    /// import was interrupted, or its keys lead to several contacts.
    // In a function of its own, so that the code of the common cases stays short.
    #[inline(never)]
    fn resolve_closely(&mut self, open: OpenContact<'_>) -> ContactDecision {
        let OpenContact { settings, at, keys, .. } = open;
        if self.fail_again(Object::Contact, at) {
            return ContactDecision::Nobody(Outcome::Fail);
        }
        let named = keys.of(KeyKind::ContactId).next();
        let otherwise = named
            .filter(|(key, _)| settings.is_id_of_log(key) && keys.rules().next().is_some())
            .and_then(|_| settings.sought_again(&self.ledger.cells(self.row_at(at))));
        if let Some(named) = named
            && otherwise.is_none()
        {
            self.note_unlike_log(open, named);
            return self.follow_id(open, named);
        }
        if self.interrupted.created.contains_key(&self.row_at(at)) {
            self.overlook_holders(open);
            return self.meet_nobody(open);
        }
        let (verdict, candidates) = self.match_as_before(open);
        if let Some(named) = named
            && verdict == Verdict::Nobody
            && otherwise == Some(Otherwise::TheOneNamed)
        {
            return self.follow_id(open, named);
        }
        match self.contact_met_before(at) {
            // The keys that led the row there may have been changed since.
            Some(of) if !verdict.is_one(of) || self.knows_dropped(at) => {
                self.follow_contact_met_before(open, of, &verdict)
            }
            _ => {
                self.report_candidates(at, keys, &verdict, &candidates);
                let disputed = self.disputed(open);
                self.follow(open, disputed, &verdict)
            }
        }
    }

    /// Decides about a row that had met this contact before the import was interrupted: it means that contact again,
    /// whatever the match rules find now.
    fn follow_contact_met_before(
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
    fn match_as_before(
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

    /// Takes away the contacts to which the keys of a row lead, because the row had found nobody before the import was
    /// interrupted. Whoever has these keys now got them later.
    fn overlook_holders(&mut self, OpenContact { settings, keys, .. }: OpenContact<'_>) {
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

    /// Warns if our own error log names a contact to which none of the row's keys lead, although nobody has changed
    /// these keys since the row was imported to it (§15). Either the contact has other keys by now, or the log comes
    /// from another database, where the id belongs to somebody else. If rows of this file have changed the contact, the
    /// warning could be wrong, and is left out.
    fn note_unlike_log(
        &mut self,
        OpenContact { settings, at, keys, .. }: OpenContact<'_>,
        (key, number): (&Key, KeyNumber),
    ) {
        let is_of_log = settings.is_id_of_log(key) && keys.rules().next().is_some();
        let Some(contact) = self.contact_with_id(number).filter(|_| is_of_log) else { return };
        let is_changed =
            self.ledger.contacts[contact.index()].has_rows() || self.ledger.was_folded(contact);
        let is_found = |(_, number)| self.index.is_held_by(number, contact);
        let has_check = || settings.key_check(&self.ledger.cells(self.row_at(at))).is_some();
        if !is_changed && !keys.rules().any(is_found) && has_check() {
            let id = self.key_text(key).into_owned();
            let finding = self.of_contact(at, IssueCode::ContactUnlikeLog);
            self.report(finding.column(of_file(key.column)).detail(id));
        }
    }

    /// Decides about a row that names a contact by id: it means that contact, whatever its other keys say (M1).
    fn follow_id(
        &mut self,
        open: OpenContact<'_>,
        (key, number): (&Key, KeyNumber),
    ) -> ContactDecision {
        match self.contact_with_id(number) {
            Some(contact) => {
                self.note_reason(open.at, By::Id, 0);
                let disputed = self.disputed(open);
                self.meet(open, disputed, contact)
            }
            None => {
                let finding = self.of_contact(open.at, IssueCode::ContactIdUnknown);
                let finding = finding.value(self.key_text(key).into_owned());
                self.report(finding.column(of_file(key.column)));
                ContactDecision::Nobody(Outcome::Fail)
            }
        }
    }

    /// The stored contact with an id that the file names. An id that storage has given to a contact of this import does
    /// not count, even if the row is planned after that: the author of the file could not know it, and meant another
    /// contact (M1, L1).
    pub(in crate::planner) fn contact_with_id(&self, id: KeyNumber) -> Option<ContactNumber> {
        let holders = self.index.holders(id);
        let contact = holders.first().copied()?;
        (!self.is_own(contact)).then_some(contact)
    }

    /// Decides about a row as the match rules say. `disputed` are those of its keys that may belong to other contacts.
    fn follow(
        &mut self,
        open: OpenContact<'_>,
        disputed: RowKeys<'_>,
        verdict: &Verdict,
    ) -> ContactDecision {
        match *verdict {
            Verdict::One { contact, rule, key } => {
                self.note_rule(open.at, rule, key);
                self.meet(open, disputed, contact)
            }
            Verdict::Nobody => self.meet_nobody(OpenContact { keys: disputed, ..open }),
            Verdict::Several => ContactDecision::Nobody(Outcome::Fail),
        }
    }

    /// Notes how the row found its contact (M9), and which of its keys under a rule that was.
    fn note_reason(&mut self, at: usize, by: By, key: u8) {
        let row = self.row_at(at);
        let side = &mut self.ledger.contact_rows[row.index()];
        (side.by, side.key) = (by, key);
    }

    /// Notes that the row found its contact by a match rule, given the position of the rule and of the key under it.
    fn note_rule(&mut self, at: usize, rule: usize, key: usize) {
        let [rule, key] = [rule, key].map(|position| u8::try_from(position).unwrap_or(u8::MAX));
        self.note_reason(at, By::Rule(rule), key);
    }

    /// The contact that this row had met before the import was interrupted, if that is known and the contact still
    /// exists.
    fn contact_met_before(&self, at: usize) -> Option<ContactNumber> {
        let row = self.row_at(at);
        if let Some(first) = self.interrupted.joined_row.get(&(Object::Contact, row)) {
            return self.contact_of(*first);
        }
        let stored = self.ledger.stored_contacts.find(self.interrupted.contacts.get(&row)?)?;
        Some(self.contacts.stored[stored.0 as usize])
    }

    /// Whether it is known which keys of a row belonged to other contacts before the import was interrupted. If the
    /// policy fails such rows, it is: a row that did not fail had no such key.
    fn knows_disputed(&self, settings: &Settings, at: usize) -> bool {
        settings.account.dedup.conflict == Conflict::Fail || self.knows_dropped(at)
    }

    /// Handles the keys of a row that joins the contact which it had met before the import was interrupted. If such a
    /// key did not belong to another contact then, but does now, that contact got it since. A row that is still to be
    /// written expects the key to be free (X3).
    fn expect_free(&mut self, open: OpenContact<'_>, contact: ContactNumber) {
        let OpenContact { settings, at, keys, .. } = open;
        if self.contact_met_before(at) != Some(contact) || !self.knows_disputed(settings, at) {
            return;
        }
        let dropped = self.interrupted.dropped.get(&self.row_at(at)).cloned().unwrap_or_default();
        for (key, number) in keys.rules() {
            if owns(settings, key) && !dropped.contains(&(key.column, key.item)) {
                self.overlook_others(number, Some(contact));
            }
        }
    }

    /// Whether the checkpoint says which keys of the row belonged to other contacts before the import was interrupted.
    fn knows_dropped(&self, at: usize) -> bool {
        self.interrupted.dropped.contains_key(&self.row_at(at))
    }

    /// Those keys of a row that may belong to other contacts (M6). For a row that was planned before the import was
    /// interrupted, that is decided as it was then: the keys that belonged to others are dropped, and only its id is
    /// left.
    fn disputed<'k>(
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

    /// Fails one side of a row again if it had failed before the import was interrupted because of what storage held
    /// then. Later rows may have changed that since, but the report has to be the same (X6). Returns false if it had
    /// not failed.
    pub(in crate::planner) fn fail_again(&mut self, object: Object, at: usize) -> bool {
        let Some(failed) = self.interrupted.failed.get(&(object, self.row_at(at))) else {
            return false;
        };
        let number = self.number_at(at);
        self.window.findings.extend(failed.iter().map(|failed| Finding {
            column: failed.column,
            value: failed.value.as_deref().map(Into::into),
            detail: failed.detail.as_deref().map(Into::into),
            ..Finding::row(failed.code, number).object(object).severity(Severity::Error)
        }));
        true
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

    /// What the match rules find for a row among the contacts for which `is_met` is true.
    fn match_contact(
        &self,
        settings: &Settings,
        keys: RowKeys<'_>,
        is_met: impl Fn(ContactNumber) -> bool,
    ) -> (Verdict, Vec<Candidates>) {
        let carriers = |number| {
            let mut holders = self.index.holders(number);
            holders.retain(|holder| is_met(*holder));
            holders
        };
        let holders = (0..settings.rules.len()).map(|rule| {
            keys.of(KeyKind::of_rule(rule)).map(|(_, number)| carriers(number)).collect()
        });
        let ambiguous = settings.account.dedup.ambiguous;
        decide(holders, ambiguous, |a, b| self.ledger.compare(a, b))
    }

    /// Handles the common cases in one pass over the keys: no contact carries a key of the row, or all keys that are
    /// carried lead to one contact. `None` for any other row.
    fn match_at_a_glance(&self, keys: RowKeys<'_>) -> Option<Glance> {
        let mut found: Option<(ContactNumber, u8, u8)> = None;
        let mut is_any_free = false;
        let (mut rule, mut at) = (u8::MAX, 0_u8);
        for (key, number) in keys.iter() {
            // A row that names its contact by id is no common case.
            let KeyKind::Rule(of) = key.kind else { return None };
            at = if of == rule { at.saturating_add(1) } else { 0 };
            rule = of;
            match (self.index.holder(number), found) {
                (Holder::Nobody, _) => is_any_free = true,
                (Holder::One(contact), None) => found = Some((contact, of, at)),
                (Holder::One(contact), Some((other, ..))) if contact == other => {}
                (Holder::One(_) | Holder::Several, _) => return None,
            }
        }
        let Some((contact, rule, key)) = found else { return Some(Glance::Nobody) };
        let carried = if is_any_free { Carried::Mixed } else { Carried::ByOne };
        Some(Glance::One { contact, rule, key, carried })
    }
}

/// Whether it is a key that only one contact may have (M6).
fn owns(settings: &Settings, key: &Key) -> bool {
    matches!(key.kind, KeyKind::Rule(rule) if settings.rules[usize::from(rule)].owns_keys())
}
