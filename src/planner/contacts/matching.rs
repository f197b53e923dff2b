//! Which contact a row means: the one whose id it names, the one to which its keys lead, or none (behaviour §4).

use super::{ContactDecision, OpenContact, of_file};
use crate::dedup::{Candidates, Holder, KeyNumber, Verdict, decide};
use crate::draft::{Key, KeyKind, Otherwise, Settings, SideDraft};
use crate::issue::IssueCode;
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
    pub(super) fn note_reason(&mut self, at: usize, by: By, key: u8) {
        let row = self.row_at(at);
        let side = &mut self.ledger.contact_rows[row.index()];
        (side.by, side.key) = (by, key);
    }

    /// Notes that the row found its contact by a match rule, given the position of the rule and of the key under it.
    pub(super) fn note_rule(&mut self, at: usize, rule: usize, key: usize) {
        let [rule, key] = [rule, key].map(|position| u8::try_from(position).unwrap_or(u8::MAX));
        self.note_reason(at, By::Rule(rule), key);
    }

    /// What the match rules find for a row among the contacts for which `is_met` is true.
    pub(super) fn match_contact(
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
