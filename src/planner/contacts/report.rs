//! Reports what is noteworthy about a row's contact side, and drops values that are not written.

use crate::dedup::{Candidates, Holder, Verdict};
use crate::draft::KeyKind;
use crate::issue::{Finding, IssueCode, Severity};
use crate::lookup::PART_SEPARATOR;
use crate::merge::Dropped;
use crate::object::{ContactNumber, Object, RowNumber};
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

impl Planner {
    /// An issue about a row's contact side.
    pub(in crate::planner) fn of_contact(&self, at: usize, code: IssueCode) -> Finding {
        Finding::row(code, self.number_at(at)).object(Object::Contact)
    }

    /// Reports the contacts that may have been meant, for each rule that found several (M5). It is an error if the
    /// policy chooses none of them, and otherwise an information that names the chosen one.
    pub(in crate::planner) fn report_candidates(
        &mut self,
        at: usize,
        keys: RowKeys<'_>,
        verdict: &Verdict,
        candidates: &[Candidates],
    ) {
        let is_open = *verdict == Verdict::Several;
        for Candidates { rule, contacts } in candidates {
            let mut names = self.names_of(contacts);
            let rule = KeyKind::of_rule(*rule);
            // Keys that no contact carries are not shown, because they led to none of the candidates.
            let is_held = |number| self.index.holder(number) != Holder::Nobody;
            let held = || keys.of(rule).filter(|(_, number)| is_held(*number));
            let mut values: Vec<String> =
                held().map(|(key, _)| self.key_text(key).replace(PART_SEPARATOR, ", ")).collect();
            values.dedup();
            let is_one = |number| matches!(self.index.holder(number), Holder::One(_));
            if held().all(|(_, number)| is_one(number)) {
                names.push_str(" (the row has something of each of them)");
            }
            if let Verdict::One { contact, .. } = verdict {
                let contact = self.ledger.name(*contact);
                names = format!("{names}; by the settings of the account it is {contact}");
            }
            let column = held().next().map(|(key, _)| key.column);
            let severity = if is_open { Severity::Error } else { Severity::Info };
            let finding = self.of_contact(at, IssueCode::KeyAmbiguous).severity(severity);
            let finding = finding.column(column.and_then(of_file)).value(values.join(", "));
            self.report(finding.detail(names));
        }
    }

    /// The names of contacts in an issue, as one text.
    pub(super) fn names_of(&self, contacts: &[ContactNumber]) -> String {
        self.ledger.names(contacts.to_vec())
    }

    /// Drops a value of a row, given by its column and its place in the cell, so that it is not written.
    pub(in crate::planner) fn drop_value(&mut self, at: usize, column: u16, item: u16) {
        let row = self.number_at(at);
        self.ledger.dropped_of_contacts.push(Dropped { row, column, item });
        self.ledger.contact_rows[row.index()].has_dropped = true;
    }

    /// Why the contact side of a row has failed, in the words of its issue.
    pub(in crate::planner) fn failure_of(&self, row: RowNumber) -> Option<String> {
        let of_row = |findings: &'_ [Finding]| {
            let from = findings.partition_point(|finding| finding.row < Some(row));
            let to = findings.partition_point(|finding| finding.row <= Some(row));
            from..to
        };
        let drafted = &self.block.drafts.findings;
        let resolved = &self.window.findings[..self.window.of_contacts];
        let mut found = drafted[of_row(drafted)].iter().chain(&resolved[of_row(resolved)]);
        let error = found.find(|finding| {
            finding.severity == Severity::Error && finding.object != Some(Object::Opportunity)
        });
        error.map(|finding| self.ledger.in_words(finding))
    }
}

/// The position of a column in the file; `None` for a constant, which keys and drops mark with `u16::MAX`.
pub(in crate::planner) fn of_file(column: u16) -> Option<u16> {
    (column != u16::MAX).then_some(column)
}
