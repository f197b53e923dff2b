//! What mode and policy do with a row, depending on whether the contact that it means exists (behaviour §4, §5).

use smallvec::SmallVec;

use super::report::of_file;
use super::{ContactDecision, OpenContact};
use crate::account::{Conflict, Keyless, Repeats};
use crate::dedup::{Holder, KeyNumber};
use crate::draft::{Cell, Column, KeyKind, NamePart, Settings};
use crate::issue::{Detail, Finding, IssueCode, Others, Severity};
use crate::merge::{Addresses, Base, fold_contact};
use crate::normalize::{is_blank, names_nobody};
use crate::object::{ContactNumber, Mode, Object};
use crate::plan::{By, Changes, Fact, Outcome};
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

impl Planner {
    /// Decides about a row that means no known contact: it brings a new one, if mode and policy allow that.
    pub(in crate::planner) fn meet_nobody(&mut self, open: OpenContact<'_>) -> ContactDecision {
        let OpenContact { settings, at, draft, keys } = open;
        let has_key = keys.rules().next().is_some();
        let Some(mode) = settings.contacts else {
            return ContactDecision::Nobody(Outcome::Skip);
        };
        let is_nobody = || !draft.has_name || !self.is_named(settings, at);
        if !has_key && !draft.has_address && is_nobody() {
            self.report(self.of_contact(at, IssueCode::ContactEmpty));
            return ContactDecision::Nobody(Outcome::Fail);
        }
        if mode == Mode::Update {
            if has_key {
                self.report(self.of_contact(at, IssueCode::ContactNotFound));
                return ContactDecision::Nobody(Outcome::Skip);
            }
            let finding = self.of_contact(at, IssueCode::MatchKeyMissing);
            self.report(finding.detail(settings.rules_in_words.as_str()));
            return ContactDecision::Nobody(Outcome::Fail);
        }
        if !settings.account.dedup.required.is_empty() && !self.has_required(settings, at) {
            return ContactDecision::Nobody(Outcome::Fail);
        }
        if !has_key {
            let is_error = settings.account.dedup.keyless == Keyless::Fail;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let finding = self.of_contact(at, IssueCode::NoMatchKey).severity(severity);
            self.report(finding.detail(settings.rules_in_words.as_str()));
            if is_error {
                return ContactDecision::Nobody(Outcome::Fail);
            }
        }
        ContactDecision::New
    }

    /// Whether the name cells of a row name somebody (M8). These do not: a dash that stands for nothing, a line of
    /// dashes that divides a table, the total or the notice at the end of a report. A default does not count as a name.
    /// Asked only of rows without a key.
    fn is_named(&self, settings: &Settings, at: usize) -> bool {
        let says = |text: &str| !names_nobody(text);
        let row = self.row_of(self.row_at(at));
        // A full name is judged as a whole, because its parts may look like names: `Copyright (c) Fox, Inc`.
        let is_line = |column: &Column| {
            column.name_part != NamePart::Whole && !says(column.whole_text(&row.cells))
        };
        let columns = settings.contact_columns.iter();
        let columns = columns.filter(|column| column.field.is_name() && !is_line(column));
        let (mut whole, mut says_something) = (String::with_capacity(64), false);
        for column in columns {
            let cell = column.read(column.text(&row.cells), None, &settings.choices);
            let Cell::Value(name) = cell else { continue };
            let name = name.to_text();
            says_something |= says(&name);
            whole += if whole.is_empty() { "" } else { " " };
            whole += &name;
        }
        // The columns are also judged together: `Grand` and `Total` may stand in two of them.
        says_something && says(&whole)
    }

    /// Whether the new contact of a row would have every field that the account requires. If not, reports which fields
    /// are missing, and which cells cannot be used.
    fn has_required(&mut self, settings: &Settings, at: usize) -> bool {
        let row = self.row_of(self.row_at(at));
        let base = Base::of(settings, None);
        let mut changes = Changes::default();
        fold_contact(base, &[row], &[], &mut changes);
        let given: Vec<&str> =
            (0..changes.len()).map(|at| changes.get(at, &settings.fields).key()).collect();
        let required = settings.account.dedup.required.iter().map(String::as_str);
        let (mut missing, mut unusable) = (Vec::new(), Vec::new());
        let mut column_without = None;
        for key in required.filter(|key| !given.contains(key)) {
            let Some(field) = settings.fields.find(Object::Contact, key) else { continue };
            let label = settings.fields.label(Object::Contact, key);
            let columns = settings.columns_of(field);
            // A full name of one word has no last name: that field is missing, and the cell is not bad.
            let says_something = |column: &&Column| {
                let text = column.text(&row.cells);
                let says = match column.read(text, None, &settings.choices) {
                    Cell::Blank => false,
                    Cell::Clear => column.name_part == NamePart::Whole,
                    Cell::Value(_) | Cell::Invalid(_) => true,
                };
                says && !is_blank(text)
            };
            match columns.iter().find(says_something) {
                Some(column) => unusable.push((column.index(), label.to_owned())),
                None => {
                    missing.push(label);
                    let own = columns.iter().find_map(Column::index);
                    column_without = column_without.or(own);
                }
            }
        }
        let is_fine = missing.is_empty() && unusable.is_empty();
        if !missing.is_empty() {
            let finding = self.of_contact(at, IssueCode::RequiredMissing).column(column_without);
            self.report(finding.detail(missing.join(", ")));
        }
        for (column, label) in unusable {
            let finding = self.of_contact(at, IssueCode::RequiredInvalid).column(column);
            self.report(finding.detail(label));
        }
        is_fine
    }

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

    /// Whether a row would fail if it meant this contact, because one of its keys belongs to another contact (M6).
    pub(in crate::planner) fn fails_between(
        &self,
        settings: &Settings,
        keys: RowKeys<'_>,
        contact: ContactNumber,
    ) -> bool {
        settings.account.dedup.conflict == Conflict::Fail
            && keys.iter().any(|(key, number)| match key.kind {
                KeyKind::Rule(rule) => self.rivals(settings, rule, number, contact).is_some(),
                _ => false,
            })
    }

    /// The other contacts that carry a key, if it belongs to them and not to this contact.
    fn rivals(
        &self,
        settings: &Settings,
        rule: u8,
        key: KeyNumber,
        contact: ContactNumber,
    ) -> Option<SmallVec<[ContactNumber; 2]>> {
        let is_own = !settings.rules[usize::from(rule)].owns_keys()
            || self.index.holder(key) == Holder::Nobody
            || self.index.is_held_by(key, contact);
        let holders = if is_own { SmallVec::new() } else { self.index.holders(key) };
        (!holders.is_empty()).then_some(holders)
    }

    /// Reports the keys of a row that belong to other contacts, and drops them or fails the row, as the policy says
    /// (M6). Returns false if the row fails.
    fn resolve_conflicts(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: RowKeys<'_>,
        contact: ContactNumber,
    ) -> bool {
        let mut is_fine = true;
        for (key, key_number) in keys.iter() {
            let KeyKind::Rule(rule) = key.kind else { continue };
            let Some(holders) = self.rivals(settings, rule, key_number, contact) else { continue };
            let names = self.names_of(&holders);
            let is_error = settings.account.dedup.conflict == Conflict::Fail;
            let detail = match settings.contacts.is_none() && !is_error {
                true => Others { names, meant: self.ledger.name(contact) }.into(),
                false => Detail::from(names),
            };
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let finding = self.of_contact(at, IssueCode::KeyConflict).severity(severity);
            let mut finding = finding.column(of_file(key.column)).detail(detail);
            // Of a name or another text, the issue shows the cell. The key is folded, as nobody would spell it.
            if Addresses::of_rule(&settings.rules[usize::from(rule)]).is_some() {
                finding = finding.value(self.key_text(key).into_owned());
            }
            self.report(finding);
            is_fine &= !is_error;
            if !is_error {
                self.drop_value(at, key.column, key.item);
            }
        }
        is_fine
    }
}

/// What to call a row of the file that our own error log is about.
fn of_log(row: &str) -> String {
    format!("{row} (of the file that this log is about)")
}
