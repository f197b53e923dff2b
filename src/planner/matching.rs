//! Which contact a row means: the one with its id, the one that carries its keys, or none (behaviour §4).

use super::Planner;
use super::contacts::{ContactDecision, OpenContact, of_file};
use super::row_keys::RowKeys;
use crate::account::Conflict;
use crate::dedup::{Candidates, Holder, KeyNumber, Verdict, decide};
use crate::draft::{Key, KeyKind, Otherwise, Settings, SideDraft};
use crate::issue::{Finding, IssueCode, Severity};
use crate::object::{ContactNumber, Object};
use crate::plan::{By, Outcome};

/// Who carries the keys of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// Nobody carries any of them.
    ByNobody,
    /// One contact carries all of them, and nobody else carries any.
    ByOne,
    /// Anything else.
    Mixed,
}

/// Where the keys of a row lead, if one look at them tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Glance {
    Nobody,
    /// To this contact, first by this key under this rule; no key leads to anybody else.
    One {
        contact: ContactNumber,
        rule: u8,
        key: u8,
        carried: Carried,
    },
}

impl Planner {
    /// Decides about the contact side of a row. Also returns who carried its keys before.
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

    /// Decides about a row that names its contact by id, was written before the import was interrupted, or
    /// has keys that lead to several contacts.
    // In a function of its own, so that the common cases stay short.
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
            // The keys that led the row there may be gone since.
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

    /// The row means the contact that it met before the import was interrupted, whatever the match rules find now.
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

    /// What the match rules find for a row; if it was met before the import was interrupted, what they found then.
    fn match_as_before(
        &self,
        OpenContact { settings, at, keys, .. }: OpenContact<'_>,
    ) -> (Verdict, Vec<Candidates>) {
        let now = self.match_contact(settings, keys, |_| true);
        let (Verdict::One { contact, .. }, _) = now else { return now };
        if !self.is_met_later(at, contact) {
            return now;
        }
        // The contact got this key only later, from rows further down.
        let before = self.match_contact(settings, keys, |of| !self.is_met_later(at, of));
        // If that leaves nobody, or too many, and the row stands between two, then it has failed before, and a row
        // that fails leaves no token.
        let has_failed = matches!(before.0, Verdict::Nobody | Verdict::Several)
            && self.fails_between(settings, keys, contact);
        if has_failed { now } else { before }
    }

    /// Lets the keys of a row lead to nobody any more: before the import was interrupted, the row found nobody. A later
    /// row may have given somebody a key that several may share.
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

    /// Lets a key that has a single holder lead to no stored contact but this one. Whoever has it now has come by it
    /// since the import was interrupted, by somebody else (X3), so it is expected to be free.
    fn overlook_others(&mut self, key: KeyNumber, but: Option<ContactNumber>) {
        for holder in self.index.holders(key) {
            let is_stored = self.ledger.contacts[holder.index()].stored().is_some();
            if is_stored && Some(holder) != but {
                self.index.overlook(key, holder);
            }
        }
    }

    /// Warns if our own error log names a contact that none of the row's keys lead to, although nobody has changed these
    /// since the row became that contact (§15). It may have other keys by now; or the log is of another database, where
    /// the id is somebody else's. Of a contact that other rows have changed by now nothing can be told.
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

    /// The row means the contact whose id it names, whatever its other keys say (M1).
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

    /// The stored contact with an id that the file gives. An id that this import has assigned itself is unknown, however
    /// late the row is planned: whoever wrote the file meant somebody else (M1, L1).
    pub(super) fn contact_with_id(&self, id: KeyNumber) -> Option<ContactNumber> {
        let holders = self.index.holders(id);
        let contact = holders.first().copied()?;
        (!self.is_own(contact)).then_some(contact)
    }

    /// Does what the match rules have decided.
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

    /// Notes how the row found its contact (M9): by its id, or by which of its keys under a rule.
    fn note_reason(&mut self, at: usize, by: By, key: u8) {
        let row = self.row_at(at);
        let side = &mut self.ledger.contact_rows[row.index()];
        (side.by, side.key) = (by, key);
    }

    /// Notes that a key of the row found its contact under a rule; both by their positions.
    fn note_rule(&mut self, at: usize, rule: usize, key: usize) {
        let [rule, key] = [rule, key].map(|position| u8::try_from(position).unwrap_or(u8::MAX));
        self.note_reason(at, By::Rule(rule), key);
    }

    /// The contact that this row met before the import was interrupted, if it still exists.
    fn contact_met_before(&self, at: usize) -> Option<ContactNumber> {
        let row = self.row_at(at);
        if let Some(first) = self.interrupted.joined_row.get(&(Object::Contact, row)) {
            return self.contact_of(*first);
        }
        let stored = self.ledger.stored_contacts.find(self.interrupted.contacts.get(&row)?)?;
        Some(self.contacts.stored[stored.0 as usize])
    }

    /// Is it known which keys of a row were somebody else's when it was imported before? Where such a key fails a row, a
    /// row that did not fail had none.
    fn knows_disputed(&self, settings: &Settings, at: usize) -> bool {
        settings.account.dedup.conflict == Conflict::Fail || self.knows_dropped(at)
    }

    /// A row joins the contact that it met before the import was interrupted. Whoever has keys of the row by now that were
    /// not somebody else's then has come by them since. If the row is not written yet, it expects them to be free (X3).
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

    /// Is it known which keys of the row were somebody else's before the import was interrupted?
    fn knows_dropped(&self, at: usize) -> bool {
        self.interrupted.dropped.contains_key(&self.row_at(at))
    }

    /// Those keys of a row that may be somebody else's (M6). Of a row that was imported before it is known which were,
    /// and whoever has others of its keys now has come by them since.
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

    /// Fails the row again if it failed, before the import was interrupted, because of what storage held then,
    /// whatever later rows have changed since (X6). False if it had not failed.
    pub(super) fn fail_again(&mut self, object: Object, at: usize) -> bool {
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

    /// Did an interrupted import first meet this stored contact on a row further down? Then this row has not
    /// met it, whatever keys the contact carries now. What an earlier window has met was met before.
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

    /// What the match rules find among the contacts that were met by now, as `is_met` says.
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

    /// The common cases: nobody carries a key of the row, or all carried keys are one contact's.
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

/// Is it a key of a rule that owns its keys?
fn owns(settings: &Settings, key: &Key) -> bool {
    matches!(key.kind, KeyKind::Rule(rule) if settings.rules[usize::from(rule)].owns_keys())
}
