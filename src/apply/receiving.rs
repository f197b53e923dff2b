//! What follows from the receipts of a batch: each step is done, in conflict or failed.

use super::applier::{Applier, State};
use crate::issue::{Finding, IssueCode, Severity};
use crate::maps::Set;
use crate::object::Object;
use crate::plan::Op;
use crate::storage::{Fault, OwnedBatch, Receipt, Receipts, Token};

impl Applier {
    /// Takes the receipts of a batch that was written: they say what became of each step.
    pub(super) fn take_receipts(&mut self, receipts: &Receipts) {
        self.awaits_receipts = false;
        let mut ids = BatchIds::of(&self.batch, receipts);
        for position in 0..self.batch.steps.len() {
            let step = &self.batch.steps[position];
            let (at, token, op) = (step.task, step.token, step.op);
            match (receipts.get(token), op) {
                (Some(Receipt::Created { id, .. }), Op::Create) => {
                    let object = step.object;
                    match ids
                        .clash(object, id)
                        .or_else(|| self.clash_with_read_record(at, object, id))
                    {
                        Some(why) => self.fail_for_fault(at, why),
                        None => self.mark_done(at, token, op, id),
                    }
                }
                (Some(Receipt::Updated { .. } | Receipt::Unchanged), Op::Update) => {
                    self.mark_done(at, token, op, "");
                }
                (Some(Receipt::AlreadyApplied { id }), Op::Create)
                    if ids.clash(step.object, id).is_some() =>
                {
                    self.fail_for_fault(at, "two records were created under one id");
                }
                (Some(Receipt::AlreadyApplied { id }), _) => {
                    self.take_already_applied(position, id);
                }
                (Some(Receipt::Conflict), _) => self.conflict(at),
                // The reason is no use: the step was judged without its contact, which is lost.
                (Some(Receipt::Rejected { .. }), _) if self.is_lost(position, receipts) => {
                    self.follow_lost_contact(at);
                }
                (Some(Receipt::Rejected { why }), _) => self.fail_rejected(at, op, why),
                (Some(_), _) => self.fail_for_fault(at, "a receipt that does not fit the step"),
                (None, _) if self.is_lost(position, receipts) => self.follow_lost_contact(at),
                (None, _) => self.fail_for_fault(at, &missing(receipts, token)),
            }
        }
        self.take_receipts_of_follow_ups(receipts);
        self.note_faults(receipts);
    }

    /// Why a record cannot have been created under this id: the import's plan, or the part that the step is of, has
    /// read another record with that id. `None` if neither has.
    fn clash_with_read_record(&self, at: usize, object: Object, id: &str) -> Option<&'static str> {
        let mut parts = [0, self.tasks[at].part].into_iter();
        let is_read = parts.any(|part| self.ledger(part).answers(object).find(id).is_some());
        is_read.then_some("the record was created under the id of another one")
    }

    /// Takes the receipt of a step that storage had written before, to the record with this id.
    fn take_already_applied(&mut self, position: usize, id: &str) {
        let step = &self.batch.steps[position];
        let (at, token, op) = (step.task, step.token, step.op);
        let is_other = match op {
            Op::Create => self.clash_with_read_record(at, step.object, id).is_some(),
            Op::Update => step.id.as_deref() != Some(id),
        };
        if !self.may_have_written(at) {
            self.was_written_before(at, token, id);
        } else if is_other {
            self.fail_for_fault(at, "the step was written before, but to another record");
        } else {
            self.mark_done(at, token, op, id);
        }
    }

    fn take_receipts_of_follow_ups(&mut self, receipts: &Receipts) {
        let follow_ups: Vec<(usize, Token)> =
            self.batch.follow_ups.iter().map(|wanted| (wanted.task, wanted.token)).collect();
        for (position, (at, token)) in follow_ups.into_iter().enumerate() {
            match receipts.get(token) {
                Some(Receipt::AlreadyApplied { .. }) if !self.may_have_written(at) => {
                    self.set_state(at, State::Done);
                }
                Some(Receipt::Done | Receipt::AlreadyApplied { .. }) => {
                    self.mark_done(at, token, Op::Update, "");
                }
                Some(Receipt::Rejected { why }) => self.follow_up_failed(at, why),
                Some(_) => self.follow_up_failed(at, "a receipt that does not fit a follow-up"),
                None if self.follow_up_is_lost(position, receipts) => self.follow_lost_contact(at),
                None => self.follow_up_failed(at, &missing(receipts, token)),
            }
        }
    }

    /// Reports receipts that break the contract (X2). What was written stays as it is.
    fn note_faults(&mut self, receipts: &Receipts) {
        // A step whose receipt has no id or reason has failed for that, and was reported then.
        let is_new = |(fault, _): &(Fault, &str)| !matches!(fault, Fault::Blank(_));
        for (fault, why) in receipts.told_faults().filter(is_new) {
            let step = self.batch.steps.iter().find(|step| Some(step.token) == fault.step());
            let place = step.map(|step| (step.object, step.row));
            let mut finding = Finding::file(IssueCode::StorageFault);
            if let Some((object, number)) = place
                && let Some(row) = self.report.plan.ledger.numbers.row(number)
            {
                finding = Finding::row(IssueCode::StorageFault, row.number()).object(object);
                self.report.warn(object, row);
            }
            self.report.note(finding.severity(Severity::Warning).detail(why));
        }
    }
}

/// The ids under which the records of a batch were written. No two records may have the same.
struct BatchIds<'r> {
    created: Set<(Object, &'r str)>,
    /// Those of contacts, then those of opportunities.
    updated: [Set<Box<str>>; 2],
}

impl<'r> BatchIds<'r> {
    fn of(batch: &OwnedBatch, receipts: &Receipts) -> Self {
        let is_updated = |token| matches!(receipts.get(token), Some(Receipt::Updated { .. }));
        let mut ids = BatchIds { created: Set::default(), updated: Default::default() };
        ids.created.reserve(batch.steps.len());
        for step in batch.steps.iter().filter(|step| is_updated(step.token)) {
            ids.updated[step.object as usize].extend(step.id.clone());
        }
        ids
    }

    /// Notes that a record was created under this id, or says why that cannot be.
    fn clash(&mut self, object: Object, id: &'r str) -> Option<&'static str> {
        if !self.created.insert((object, id)) {
            return Some("two records were created under one id");
        }
        // A record that the same batch has updated was there before.
        let is_updated = self.updated[object as usize].contains(id);
        is_updated.then_some("the record was created under the id of another one")
    }
}

/// Why a step has no receipt, as the adapter's own fault says it or in general.
fn missing(receipts: &Receipts, token: Token) -> String {
    let own = receipts.told_faults().find(|(fault, _)| fault.step() == Some(token));
    own.map_or_else(|| "a step without a receipt".to_owned(), |(_, why)| why.to_owned())
}
