//! Opportunities that a row names by id, and whose contact could not be written. They are updated all the same, but
//! stay linked to the contact that they have (P6).

use super::applier::{Applier, State};
use super::failing::finding;
use super::report::Side;
use super::units::TaskKind;
use crate::issue::IssueCode;
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{By, Changes, Ledger, Outcome, first_row, fold_record};

impl Applier {
    /// Reports that the rows of a contact which was not written do not link their opportunities to it. That includes
    /// opportunities that were written before the import was interrupted.
    pub(super) fn note_kept_links(&mut self, part: u32, contact: ContactNumber) {
        let ledger = self.ledger(part);
        let rows = ledger.row_indexes(contact);
        let rows = rows.filter(|&row| links_to(ledger, row, contact)).collect();
        self.note_kept(part, rows, contact);
    }

    /// Queues the update of an opportunity again, to be written without its link. Returns false if no row names the
    /// opportunity by id, or if that was tried before.
    pub(super) fn write_without_link(&mut self, at: usize) -> bool {
        let task = self.tasks[at];
        if task.kind != TaskKind::Opportunity || self.kept_links.contains(&at) {
            return false;
        }
        let (ledger, step) = (self.ledger(task.part), task.record());
        let is_named = first_row(ledger, step)
            .is_some_and(|row| ledger.opportunity_rows[row.index()].by == By::Id);
        let Some(contact) =
            ledger.link_of(step).filter(|_| is_named && !ledger.entry(step).is_new())
        else {
            return false;
        };
        let rows = ledger.row_indexes(step);
        let rows = rows.filter(|&row| links_to(ledger, row, contact)).collect();
        let mut changes = Changes::default();
        fold_record(ledger, step, &mut changes);
        self.note_kept(task.part, rows, contact);
        if changes.is_empty() {
            self.note_unchanged(at, step);
        } else {
            self.kept_links.insert(at);
            self.set_state(at, State::Waiting);
            self.queue.push_back(at..at + 1);
        }
        true
    }

    /// Reports that these rows of a part, given last one first, do not link their opportunity to the contact after all.
    fn note_kept(&mut self, part: u32, rows: Vec<RowIndex>, contact: ContactNumber) {
        let why = self.why_failed(part, contact);
        for row in rows.into_iter().rev() {
            let Some(home) = self.home(part, row) else { continue };
            let outcome = self.report.current(Object::Opportunity, home);
            if outcome.is_some_and(Outcome::is_folded) && self.report.keep_link(home) {
                let code = IssueCode::ContactFailedLinkKept;
                self.report.warn(Object::Opportunity, home);
                self.report.note(finding(code, home, Object::Opportunity, &why));
            }
        }
    }

    /// Notes that an opportunity is unchanged, because the link was all that there was to write.
    fn note_unchanged(&mut self, at: usize, step: RecordRef) {
        let part = self.tasks[at].part;
        self.set_state(at, State::Done);
        let ledger = self.ledger(part);
        let id = ledger.id(step).map(str::to_owned);
        for row in self.rows_of(part, step) {
            if self.report.current(step.object, row) == Some(Outcome::Update) {
                let id = id.as_deref().map(Into::into);
                let outcome = Some(Outcome::Unchanged);
                self.report.replace(
                    step.object,
                    row,
                    Side { part, outcome, id, ..Side::default() },
                );
            }
        }
    }
}

/// Whether a row names an opportunity by id and links it to this contact.
fn links_to(ledger: &Ledger, row: RowIndex, contact: ContactNumber) -> bool {
    let side = &ledger.opportunity_rows[row.index()];
    let is_named = side.opportunity.is_some() && side.by == By::Id;
    is_named && side.sets_link && side.contact == Some(contact)
}
