//! What is different in an import that goes on after an interruption (behaviour X6). What that means for the sides of a
//! row stands in `contacts/resumed.rs` and `opportunities/resumed.rs`.

use super::Planner;
use crate::issue::{Finding, Severity};
use crate::maps::Set;
use crate::object::{Object, RecordRef};
use crate::plan::Interrupted;

impl Planner {
    /// Says what the rows had found before the import was interrupted.
    pub(crate) fn know_interrupted(&mut self, interrupted: Interrupted) {
        self.interrupted = interrupted;
    }

    /// Says which ids storage has given to records of this import. If the file names one, it means another record.
    pub(crate) fn know_assigned(&mut self, ids: Set<(Object, Box<str>)>) {
        self.assigned = ids;
    }

    /// Whether this import has created the record. Then no id in the file means it (M1, O2): the author of the file
    /// could not know its id.
    pub(super) fn is_own(&self, record: impl Into<RecordRef>) -> bool {
        let record = record.into();
        let is_assigned = |id: &str| self.assigned.contains(&(record.object, id.into()));
        self.ledger.is_made(record)
            || (!self.assigned.is_empty() && self.ledger.id(record).is_some_and(is_assigned))
    }

    /// Asks for the records that rows of the window had met before the import was interrupted.
    pub(super) fn ask_met_before(&mut self, object: Object) {
        let met_before = match object {
            Object::Contact => &self.interrupted.contacts,
            Object::Opportunity => &self.interrupted.opportunities,
        };
        if met_before.is_empty() {
            return;
        }
        for at in 0..self.window.rows.len() {
            let id = met_before.get(&self.row_at(at));
            if let Some(id) = id.filter(|id| self.ledger.answers(object).find(id).is_none()) {
                self.question.ask_id(id);
            }
        }
    }

    /// Fails one side of a row again if it had failed before the import was interrupted because of what storage held
    /// then. Later rows may have changed that since, but the report has to be the same (X6). Returns false if it had
    /// not failed.
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
}
