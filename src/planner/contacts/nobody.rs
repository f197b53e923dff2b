//! What mode and policy do with a row that means no known contact (behaviour §5, M8).

use super::{ContactDecision, OpenContact};
use crate::account::Keyless;
use crate::draft::{Cell, Column, NamePart, Settings};
use crate::field::FieldId;
use crate::issue::{IssueCode, Severity};
use crate::merge::{Base, RowOf, fold_contact};
use crate::normalize::{is_blank, names_nobody};
use crate::object::{Mode, Object};
use crate::plan::{Changes, Outcome};
use crate::planner::Planner;

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
        let (mut missing, mut unusable) = (Vec::new(), Vec::new());
        let mut column_without = None;
        for (field, label) in lacking(settings, row) {
            let columns = settings.columns_of(field);
            match columns.iter().find(|column| says_something(settings, column, row)) {
                Some(column) => unusable.push((column.index(), label)),
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
}

/// The fields that the account requires and the new contact of a row would not have, with their labels.
fn lacking<'s>(settings: &'s Settings, row: RowOf<'_>) -> Vec<(FieldId, &'s str)> {
    let mut changes = Changes::default();
    fold_contact(Base::of(settings, None), &[row], &[], &mut changes);
    let given: Vec<&str> =
        (0..changes.len()).map(|at| changes.get(at, &settings.fields).key()).collect();
    let required = settings.account.dedup.required.iter().map(String::as_str);
    let of_key = |key| {
        let field = settings.fields.find(Object::Contact, key)?;
        Some((field, settings.fields.label(Object::Contact, key)))
    };
    required.filter(|key| !given.contains(key)).filter_map(of_key).collect()
}

/// Whether the cell of a row in this column says anything. A full name of one word says nothing about the last name:
/// that field is missing, and the cell is not bad.
fn says_something(settings: &Settings, column: &Column, row: RowOf<'_>) -> bool {
    let text = column.text(&row.cells);
    let says = match column.read(text, None, &settings.choices) {
        Cell::Blank => false,
        Cell::Clear => column.name_part == NamePart::Whole,
        Cell::Value(_) | Cell::Invalid(_) => true,
    };
    says && !is_blank(text)
}
