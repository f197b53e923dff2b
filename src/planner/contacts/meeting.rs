//! What mode and policy do with a row that means a contact which exists, or which an earlier row brings (behaviour §5,
//! M10).

use super::report::of_file;
use super::{ContactDecision, OpenContact};
use crate::account::Repeats;
use crate::draft::{KeyKind, Settings};
use crate::issue::{Finding, IssueCode};
use crate::merge::Addresses;
use crate::object::{ContactNumber, Mode};
use crate::plan::{By, Fact, Outcome};
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

impl Planner {
    /// Decides about a row that means this contact: it is folded into it, if mode and policy allow that. `disputed` are
    /// those of its keys that may belong to other contacts.
    pub(in crate::planner) fn meet(
        &mut self,
        open: OpenContact<'_>,
        disputed: RowKeys<'_>,
        contact: ContactNumber,
    ) -> ContactDecision {
        let OpenContact { settings, at, .. } = open;
        let Some(mode) = settings.contacts else {
            // Contacts are not selected, so nothing is written. But if a key belongs to another contact, it is doubtful
            // whose the opportunity is.
            return match self.resolve_conflicts(settings, at, disputed, contact) {
                true => ContactDecision::Aside(contact, Outcome::Unchanged),
                false => ContactDecision::Nobody(Outcome::Fail),
            };
        };
        let mut left_out = None;
        if settings.has_contact_checks() {
            let cells = self.ledger.cells(self.row_at(at));
            if settings.is_contact_as_imported(&cells) {
                self.report(self.of_contact(at, IssueCode::ContactImported));
                self.note_described(settings, at, contact);
                return ContactDecision::AsImported(contact);
            }
            let is_heeded = settings.account.dedup.repeats != Repeats::Merge;
            left_out = settings.repeat_left_out(&cells).filter(|_| is_heeded).map(of_log);
        }
        let counts_as_made = left_out.is_some() || self.ledger.is_made(contact);
        if mode == Mode::Create && !counts_as_made {
            let id = self.ledger.name(contact);
            self.report(self.of_contact(at, IssueCode::ContactExists).detail(id));
            return ContactDecision::Aside(contact, Outcome::Skip);
        }
        if let Some(outcome) = self.refuse_repeat(open, contact, left_out) {
            return ContactDecision::Aside(contact, outcome);
        }
        if !self.resolve_conflicts(settings, at, disputed, contact) {
            return ContactDecision::Nobody(Outcome::Fail);
        }
        self.note_described(settings, at, contact);
        ContactDecision::Joins(contact)
    }

    /// Leaves out a row that describes a contact which an earlier row has described, if the policy does not merge the
    /// two (M10). `left_out` is that earlier row, if it is in the file that our own error log is about.
    fn refuse_repeat(
        &mut self,
        open: OpenContact<'_>,
        contact: ContactNumber,
        left_out: Option<String>,
    ) -> Option<Outcome> {
        let (code, outcome) = match open.settings.account.dedup.repeats {
            Repeats::Merge => return None,
            Repeats::KeepFirst => (IssueCode::RepeatSkipped, Outcome::Skip),
            Repeats::Reject => (IssueCode::RepeatRejected, Outcome::Fail),
        };
        if open.draft.only_refers || (left_out.is_none() && !self.is_repeat(contact)) {
            return None;
        }
        let first = || self.ledger.first_number(contact);
        let first = left_out.or_else(|| first().map(|row| row.to_string()));
        let (column, key) = self.led_by(open);
        let (value, detail) = (key.map(Into::into), first.map(Into::into));
        self.report(Finding { column, value, detail, ..self.of_contact(open.at, code) });
        Some(outcome)
    }

    /// The column by which a row found its contact, and the key in it, to be shown in an issue. If the key is a name or
    /// another text, it is left out: the cell shows it as it is spelt, the key only as it is compared. If a rule of
    /// several fields found the contact, there is no such column.
    fn led_by(
        &self,
        OpenContact { settings, at, keys, .. }: OpenContact<'_>,
    ) -> (Option<u16>, Option<String>) {
        let side = &self.ledger.contact_rows[self.row_at(at).index()];
        let found = match side.by {
            By::Rule(rule) if settings.rules[usize::from(rule)].owns_keys() => {
                keys.of(KeyKind::Rule(rule)).nth(usize::from(side.key))
            }
            By::Id => keys.of(KeyKind::ContactId).find(|(key, _)| !settings.is_id_of_log(key)),
            _ => None,
        };
        let Some((key, _)) = found else { return (None, None) };
        let is_shown = match key.kind {
            KeyKind::Rule(rule) => Addresses::of_rule(&settings.rules[usize::from(rule)]).is_some(),
            _ => true,
        };
        (of_file(key.column), is_shown.then(|| self.key_text(key).into_owned()))
    }

    /// Notes that a row describes this contact, so that later rows that do so are repeats (M10).
    pub(super) fn note_described(
        &mut self,
        settings: &Settings,
        at: usize,
        contact: ContactNumber,
    ) {
        if settings.account.dedup.repeats != Repeats::Merge && !self.draft(at).only_refers {
            self.contacts.described.insert(contact);
        }
    }

    /// Whether an earlier row has described this contact (M10). It does not count that a row has created it: the next
    /// import of the file finds the contact stored, and must come to the same result (L3).
    fn is_repeat(&self, contact: ContactNumber) -> bool {
        let met = self.ledger.met(contact);
        self.contacts.described.contains(&contact)
            || met.is_some_and(|met| met.has(Fact::Described))
    }
}

/// What to call a row of the file that our own error log is about.
fn of_log(row: &str) -> String {
    format!("{row} (of the file that this log is about)")
}
