//! Whom a row means: the contact with its id, the one that carries its keys, or nobody (behaviour §4).

use super::Planner;
use super::contacts::Side;
use super::row_keys::RowKeys;
use crate::dedup::{ContactNumber, Holder, Verdict, decide};
use crate::draft::{KeyKind, RowDraft, Settings};
use crate::issue::IssueCode;
use crate::plan::{By, Outcome};

/// Who carries the keys of a row, all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// Nobody carries any.
    ByNobody,
    /// One contact carries every single one.
    ByOne,
    /// Anything else.
    Mixed,
}

impl Planner {
    /// What the contact side of a row comes to, and who carried its keys before.
    pub(super) fn resolve_contact(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: RowKeys<'_>,
    ) -> (Side, Carried) {
        if draft.contact_failed {
            return (Side::Nobody(Outcome::Fail), Carried::Mixed);
        }
        if let Some((key, number)) = keys.of(KeyKind::ContactId).next() {
            let side = match self.index.holders(number).first() {
                Some(contact) => self.meet_by(settings, at, draft, keys, (contact.0, By::Id, 0)),
                None => {
                    let value = Some(self.key_text(key));
                    self.report(at, IssueCode::ContactIdUnknown, Some(key.column), value, None);
                    Side::Nobody(Outcome::Fail)
                }
            };
            return (side, Carried::Mixed);
        }
        if !self.settled.has_no_row() {
            return (self.resolve_resumed(settings, at, draft, keys), Carried::Mixed);
        }
        match self.match_at_a_glance(keys) {
            Some((verdict, carried)) => (self.follow(settings, at, draft, keys, verdict), carried),
            None => {
                let verdict = self.match_contact(settings, keys);
                (self.follow(settings, at, draft, keys, verdict), Carried::Mixed)
            }
        }
    }

    /// A row that an interrupted import may have come to already.
    #[cold]
    fn resolve_resumed(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: RowKeys<'_>,
    ) -> Side {
        if self.settled.new.contains(&self.row_at(at)) {
            for (_, number) in keys.rules() {
                for holder in self.index.holders(number) {
                    self.index.unteach(number, holder);
                }
            }
            return self.meet_nobody(settings, at, draft, keys);
        }
        let verdict = match self.match_at_a_glance(keys) {
            Some((verdict, _)) => verdict,
            None => self.match_contact(settings, keys),
        };
        match self.settled_contact(at) {
            // Keys that led the row there may have gone since.
            Some(of) if !verdict.is_one(ContactNumber(of)) => {
                self.meet_by(settings, at, draft, keys, (of, By::Id, 0))
            }
            _ => self.follow(settings, at, draft, keys, verdict),
        }
    }

    /// Does what the match rules say.
    fn follow(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: RowKeys<'_>,
        verdict: Verdict,
    ) -> Side {
        match verdict {
            Verdict::One { contact, rule, key } => {
                let rule = By::Rule(u8::try_from(rule).unwrap_or(u8::MAX));
                let key = u8::try_from(key).unwrap_or(u8::MAX);
                self.meet_by(settings, at, draft, keys, (contact.0, rule, key))
            }
            Verdict::Nobody => self.meet_nobody(settings, at, draft, keys),
            Verdict::Several { rule, contacts } => {
                self.report_several(at, rule, keys, &contacts);
                Side::Nobody(Outcome::Fail)
            }
        }
    }

    /// The row means this contact, by its id or by one of its keys under a rule.
    fn meet_by(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: RowKeys<'_>,
        (contact, by, key): (u32, By, u8),
    ) -> Side {
        let row = self.row_at(at);
        let side = &mut self.ledger.contact_rows[row as usize];
        (side.by, side.key) = (by, key);
        self.meet(settings, at, draft, keys, contact)
    }

    /// The stored contact that an interrupted import has folded the row into first, as long as it is
    /// there.
    fn settled_contact(&self, at: usize) -> Option<u32> {
        let id = self.settled.contacts.get(&self.row_at(at))?;
        let stored = self.ledger.contacts.find(id)?;
        Some(self.stored_people[stored.0 as usize])
    }

    fn match_contact(&self, settings: &Settings, keys: RowKeys<'_>) -> Verdict {
        let holders = (0..settings.rules.len()).map(|rule| {
            let rule = KeyKind::Rule(u8::try_from(rule).unwrap_or(u8::MAX));
            keys.of(rule).map(|(_, number)| self.index.holders(number)).collect()
        });
        let ambiguous = settings.account.dedup.ambiguous;
        decide(holders, ambiguous, |a, b| self.ledger.compare_contacts(a, b))
    }

    /// The common cases: nobody carries a key of the row, or all that are carried are one contact's.
    fn match_at_a_glance(&self, keys: RowKeys<'_>) -> Option<(Verdict, Carried)> {
        let mut found: Option<(ContactNumber, usize, usize)> = None;
        let mut is_any_free = false;
        let (mut rule, mut at) = (u8::MAX, 0);
        for (key, number) in keys.iter() {
            let KeyKind::Rule(of) = key.kind else { continue };
            at = if of == rule { at + 1 } else { 0 };
            rule = of;
            match (self.index.holder(number), found) {
                (Holder::Nobody, _) => is_any_free = true,
                (Holder::One(contact), None) => found = Some((contact, usize::from(of), at)),
                (Holder::One(contact), Some((other, ..))) if contact == other => {}
                (Holder::One(_) | Holder::Several, _) => return None,
            }
        }
        let Some((contact, rule, key)) = found else {
            return Some((Verdict::Nobody, Carried::ByNobody));
        };
        let carried = if is_any_free { Carried::Mixed } else { Carried::ByOne };
        Some((Verdict::One { contact, rule, key }, carried))
    }
}
