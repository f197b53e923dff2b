//! Takes windows of rows through the [stages](super) of planning: numbers their keys, asks storage, and in between has
//! their rows resolved.

use std::ops::Range;

use super::row_keys::RowKeys;
use super::{Planner, asking};
use crate::draft::RowDraft;
use crate::issue::{Finding, Severity};
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::{ContactRow, Ledger, OpportunityRow};

/// The answer for which the current window is waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// None: there is no window.
    Idle,
    /// The contacts of its rows.
    Contacts,
    /// The opportunities of its rows.
    Opportunities,
    /// The contacts that those opportunities are linked to, for their tags.
    Linked,
}

impl Planner {
    /// Starts the next window of the block. If it has no question, goes on to the next, until the block is done.
    pub(super) fn next_window(&mut self) {
        self.stage = Stage::Idle;
        let rows = self.ledger.blocks.last().map_or(0, |block| block.len());
        let from = self.window.rows.end;
        if from >= rows {
            return;
        }
        self.window.rows = from..rows.min(from + self.window_rows);
        self.window.first_row = u32::try_from(self.ledger.len()).expect("fewer than 2³² rows");
        self.open_window();
        self.question.clear();
        self.ask_contacts();
        self.ask_met_before(Object::Contact);
        if !self.waits_for(Stage::Contacts) {
            self.after_contacts();
        }
    }

    /// Goes on when contacts are known: resolves them, and asks for opportunities.
    pub(super) fn after_contacts(&mut self) {
        self.resolve_contacts();
        self.window.of_contacts = self.window.findings.len();
        self.question.clear();
        self.ask_opportunities();
        if !self.waits_for(Stage::Opportunities) {
            self.after_opportunities();
        }
    }

    /// Goes on when opportunities are known: asks for the contacts to which they are linked.
    pub(super) fn after_opportunities(&mut self) {
        self.question.clear();
        self.ask_linked();
        if !self.waits_for(Stage::Linked) {
            self.after_linked();
        }
    }

    /// Hands out the question of a stage. Returns false if there is nothing to ask.
    fn waits_for(&mut self, stage: Stage) -> bool {
        if self.question.is_empty() {
            return false;
        }
        self.question.sort();
        self.stage = stage;
        true
    }

    /// Goes on when those contacts are known: resolves opportunities, which ends the window.
    pub(super) fn after_linked(&mut self) {
        self.resolve_opportunities();
        self.gather_findings();
        self.next_window();
    }

    /// Moves the findings of the window to the list of all findings, in the order of the rows. For each row, those from
    /// reading come first, then those from drafting, then those about the contact, then those about the opportunity.
    fn gather_findings(&mut self) {
        let end = self.row_at(self.window.rows.len()).number();
        let of_window = |finding: &Finding| finding.row.is_none_or(|row| row < end);
        let from_source = self.block.findings.partition_point(of_window);
        let from_drafts = self.block.drafts.findings.partition_point(of_window);
        let Planner { all_findings: all, block, window, ledger, .. } = self;
        let before = all.len();
        all.extend(block.findings.drain(..from_source));
        all.extend(block.drafts.findings.drain(..from_drafts));
        all.append(&mut window.findings);
        let found = &mut all[before..];
        found.sort_by_key(|finding| finding.row);
        note_warnings(ledger, found);
    }

    /// Opens the window: numbers its keys, and adds its rows to the ledger.
    fn open_window(&mut self) {
        let block = self.block_number();
        self.number_keys(block);
        let rows = self.window.rows.len();
        self.ledger.contact_rows.extend(std::iter::repeat_n(ContactRow::OPEN, rows));
        self.ledger.opportunity_rows.extend(std::iter::repeat_n(OpportunityRow::OPEN, rows));
    }

    /// Gives every key of the window its number, unless another thread has done so.
    fn number_keys(&mut self, block: u32) {
        let keys = self.window_keys();
        let Planner { ledger, index, block: current, window, .. } = self;
        let (drafts, numbers) = (&current.drafts, &mut window.numbers);
        numbers.clear();
        if let Some(known) = &current.numbers {
            numbers.extend_from_slice(&known[keys]);
            return index.know(numbers);
        }
        index.add_all(drafts.keys(keys), block, |place| ledger.text(place), numbers);
    }

    /// The draft of the row at this position of the window.
    pub(super) fn draft(&self, at: usize) -> RowDraft {
        self.block.drafts.rows[self.window.rows.start + at]
    }

    /// The positions of the window's keys among those of the block.
    pub(super) fn window_keys(&self) -> Range<usize> {
        match self.block.drafts.rows.get(self.window.rows.clone()) {
            Some([first, .., last]) => first.keys().start..last.keys().end,
            Some([only]) => only.keys(),
            _ => 0..0,
        }
    }

    /// The keys of the row at this position of the window, with their numbers.
    pub(super) fn keys(&self, at: usize) -> RowKeys<'_> {
        let first = self.window_keys().start;
        RowKeys::of_row(&self.draft(at), self.block.drafts.all_keys(), &self.window.numbers, first)
    }

    /// Asks for the contacts to which keys of the window may lead. Keys that were asked for before are left out.
    fn ask_contacts(&mut self) {
        let keys = self.window_keys();
        let Planner { ledger, index, block: current, window, question, .. } = self;
        let mut is_new = |at: usize| index.ask(window.numbers[at - keys.start]);
        if let Some(made) = current.questions.next() {
            *question = made;
            question.retain(|mark| is_new(mark as usize));
        } else if let Some(block) = ledger.blocks.last() {
            asking::ask_keys(
                question,
                &ledger.settings,
                block,
                &current.drafts,
                keys.clone(),
                is_new,
            );
        }
    }

    /// The index of the row at this position of the window.
    pub(super) fn row_at(&self, at: usize) -> RowIndex {
        // A window has fewer rows than its block.
        RowIndex::new(self.window.first_row + at as u32)
    }

    /// The number of the row at this position of the window, as the plan counts rows.
    pub(super) fn number_at(&self, at: usize) -> RowNumber {
        self.row_at(at).number()
    }

    /// Reports a finding about a row of the window.
    pub(super) fn report(&mut self, finding: Finding) {
        self.window.findings.push(finding);
    }
}

/// Notes which sides of rows have warnings.
fn note_warnings(ledger: &mut Ledger, findings: &[Finding]) {
    for found in findings.iter().filter(|found| found.severity == Severity::Warning) {
        let Some(row) = found.row.map(RowNumber::index) else { continue };
        match found.object {
            Some(Object::Contact) => ledger.contact_rows[row].has_warning = true,
            Some(Object::Opportunity) => ledger.opportunity_rows[row].has_warning = true,
            None => {}
        }
    }
}
