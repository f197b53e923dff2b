//! The sans-IO [`Applier`].

use std::collections::VecDeque;
use std::ops::Range;

use super::Progress;
use super::report::Report;
use super::token::{digest, token};
use crate::issue::{Finding, IssueCode};
use crate::object::{Object, RowNumber};
use crate::plan::{NONE, Plan, StepRef, first_row, fold};
use crate::storage::{Batch, BatchData, Checkpoint, ContactOf, Op, Receipt, Receipts, StepData};

/// Steps of one batch, unless a unit is longer.
const BATCH_STEPS: usize = 500;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Waiting,
    Done,
    Failed,
}

/// See the [module](super).
#[derive(Debug)]
pub(crate) struct Applier {
    report: Report,
    status: Vec<Status>,
    /// Ranges of steps still to be written, in order.
    queue: VecDeque<Range<usize>>,
    /// The range that the current batch was made of, and the steps it holds.
    current: Range<usize>,
    batched: Vec<usize>,
    data: BatchData,
    checkpoint: Checkpoint,
}

impl Applier {
    pub(crate) fn new(plan: Plan, import_id: &str) -> Self {
        let settings = plan.ledger.settings.clone();
        let policy = format!(
            "{:?} {:?} {:?} {:?}",
            settings.account, settings.contacts, settings.opportunities, settings.follow_ups
        );
        let checkpoint = Checkpoint {
            import_id: import_id.to_owned(),
            file: plan.file_digest.clone(),
            mapping: digest(&format!("{:?}", settings.mapping)),
            policy: digest(&policy),
            ..Checkpoint::default()
        };
        let queue = batches(&plan);
        let status = vec![Status::Waiting; plan.steps.len()];
        Applier {
            report: Report::new(plan),
            status,
            queue,
            current: 0..0,
            batched: Vec::new(),
            data: BatchData::default(),
            checkpoint,
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        let waiting: usize = self.queue.iter().map(Range::len).sum::<usize>() + self.current.len();
        Progress { done: self.status.len() - waiting, steps: self.status.len() }
    }

    /// Makes the next batch; false when there is none. Until [`written`](Self::written) or
    /// [`failed`](Self::failed) is called it is the same one again.
    pub(crate) fn next_batch(&mut self) -> bool {
        if !self.current.is_empty() {
            return true;
        }
        while let Some(range) = self.queue.pop_front() {
            self.fill(range.clone());
            if !self.batched.is_empty() {
                self.current = range;
                return true;
            }
        }
        false
    }

    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch { data: &self.data, fields: &self.report.plan.ledger.settings.fields }
    }

    fn fill(&mut self, range: Range<usize>) {
        self.data.steps.clear();
        self.data.changes.clear();
        self.batched.clear();
        for at in range.clone() {
            let step = self.report.plan.steps[at];
            let Some(contact) = self.contact_of(step) else {
                self.fail_dependant(at, step);
                continue;
            };
            let ledger = &self.report.plan.ledger;
            let from = self.data.changes.len();
            fold(ledger, step, false, &mut self.data.changes);
            let entry = ledger.entry(step.object, step.number);
            let row = first_row(ledger, step);
            let answers = ledger.answers(step.object);
            self.data.steps.push(StepData {
                object: step.object,
                op: if entry.is_new() { Op::Create } else { Op::Update },
                row: RowNumber(row + 1),
                token: token(&self.checkpoint.import_id, step.object, row),
                id: entry.stored().map(|id| answers.id(id).into()),
                version: entry.stored().and_then(|id| answers.version(id)).map(Into::into),
                contact,
                changes: from..self.data.changes.len(),
            });
            self.batched.push(at);
        }
        let last = self.data.steps.iter().map(|step| step.row.0).max().unwrap_or(0);
        self.checkpoint.row = self.checkpoint.row.max(u64::from(last));
        self.checkpoint.is_last = self.queue.is_empty();
        self.checkpoint.stats = *self.report.stats();
        self.data.checkpoint = self.checkpoint.clone();
    }

    /// Whom an opportunity is to be linked to. `None`: to a contact that could not be created.
    fn contact_of(&self, step: StepRef) -> Option<ContactOf> {
        let ledger = &self.report.plan.ledger;
        if step.object == Object::Contact {
            return Some(ContactOf::Unchanged);
        }
        let deal = ledger.entry(step.object, step.number);
        let Some(contact) = ledger.link_of(deal) else { return Some(ContactOf::Unchanged) };
        if !deal.is_new() && !crate::plan::moves_link(ledger, deal) {
            return Some(ContactOf::Unchanged);
        }
        if let Some(id) = ledger.id(Object::Contact, contact) {
            return Some(ContactOf::Known(id.into()));
        }
        if let Some(id) = self.report.created_id(Object::Contact, contact) {
            return Some(ContactOf::Known(id.into()));
        }
        let unit = self.batched.iter().zip(&self.data.steps).find(|(at, _)| {
            let other = self.report.plan.steps[**at];
            other.object == Object::Contact && other.number == contact
        });
        unit.map(|(_, step)| ContactOf::CreatedBy(step.token))
    }

    /// The batch was written; the receipts say what became of each step.
    pub(crate) fn written(&mut self, receipts: &Receipts) {
        self.current = 0..0;
        let faults = receipts.faults().join("; ");
        for position in 0..self.batched.len() {
            let at = self.batched[position];
            let step = self.report.plan.steps[at];
            let (token, op) = (self.data.steps[position].token, self.data.steps[position].op);
            match receipts.get(token) {
                Some(Receipt::Created { id, .. } | Receipt::AlreadyApplied { id }) => {
                    self.report.set_id(step, id);
                    self.status[at] = Status::Done;
                }
                Some(Receipt::Updated { .. } | Receipt::Unchanged) if op == Op::Update => {
                    self.status[at] = Status::Done;
                }
                Some(Receipt::Updated { .. } | Receipt::Unchanged) => {
                    let why = "an update receipt for a create";
                    self.fail_step(at, step, IssueCode::StorageFault, why);
                }
                Some(Receipt::Conflict) => self.fail_step(at, step, IssueCode::WriteConflict, ""),
                Some(Receipt::Rejected { why }) => {
                    let code = if op == Op::Create {
                        IssueCode::WriteRejected
                    } else {
                        IssueCode::UpdateRejected
                    };
                    self.fail_step(at, step, code, why);
                }
                None if self.is_lost(position, receipts) => self.fail_dependant(at, step),
                None => {
                    let why = if faults.is_empty() { "a step without a receipt" } else { &faults };
                    self.fail_step(at, step, IssueCode::StorageFault, why);
                }
            }
        }
    }

    /// Was the step waiting for a contact of this batch that has no id?
    fn is_lost(&self, position: usize, receipts: &Receipts) -> bool {
        match self.data.steps[position].contact {
            ContactOf::CreatedBy(token) => receipts.id(token).is_none(),
            _ => false,
        }
    }

    /// Nothing of the batch was written: its halves are tried again, a single step is reported (X5).
    pub(crate) fn failed(&mut self, why: &str) {
        let range = std::mem::replace(&mut self.current, 0..0);
        if let [at] = *self.batched.as_slice() {
            let step = self.report.plan.steps[at];
            let code = match self.data.steps[0].op {
                Op::Create => IssueCode::WriteRejected,
                Op::Update => IssueCode::UpdateRejected,
            };
            return self.fail_step(at, step, code, why);
        }
        let middle = self.middle(&range);
        self.queue.push_front(middle..range.end);
        self.queue.push_front(range.start..middle);
    }

    /// Where to cut a range: between two units near the middle, else after the first step.
    fn middle(&self, range: &Range<usize>) -> usize {
        let half = range.start + range.len() / 2;
        let is_start = |at: &usize| self.report.plan.steps[*at].object == Object::Contact;
        let after = (half..range.end).find(is_start);
        let before = (range.start + 1..half).rev().find(is_start);
        match (before, after) {
            (_, Some(at)) if at > range.start => at,
            (Some(at), _) => at,
            _ => range.start + 1,
        }
    }

    /// The contact of an opportunity could not be created.
    fn fail_dependant(&mut self, at: usize, step: StepRef) {
        let ledger = &self.report.plan.ledger;
        let contact = ledger.link_of(ledger.entry(step.object, step.number));
        let row = contact.map_or(NONE, |contact| ledger.people[contact as usize].first_row);
        let why = format!("row {}", row.wrapping_add(1));
        self.fail_step(at, step, IssueCode::ContactFailed, &why);
    }

    /// A step that storage does not write fails every row folded into it (L1).
    fn fail_step(&mut self, at: usize, step: StepRef, code: IssueCode, why: &str) {
        self.status[at] = Status::Failed;
        let ledger = &self.report.plan.ledger;
        let mut rows: Vec<u32> =
            ledger.row_numbers(step.object, ledger.entry(step.object, step.number)).collect();
        rows.reverse();
        if rows.is_empty() {
            rows.push(first_row(ledger, step));
            return self.report.note(finding(code, rows[0], step.object, why));
        }
        for row in rows {
            self.report.fail(step.object, row);
            self.report.note(finding(code, row, step.object, why));
        }
    }

    pub(crate) fn finish(mut self) -> Report {
        let open = self.status.iter().filter(|status| **status == Status::Waiting).count();
        self.report.finish(open);
        self.report
    }
}

fn finding(code: IssueCode, row: u32, object: Object, why: &str) -> Finding {
    let finding = Finding::row(code, RowNumber(row + 1)).object(object);
    if why.is_empty() { finding } else { finding.detail(why) }
}

/// Cuts the steps into batches between units.
fn batches(plan: &Plan) -> VecDeque<Range<usize>> {
    let mut queue = VecDeque::new();
    let mut from = 0;
    for at in 1..=plan.steps.len() {
        let is_unit_start = plan
            .steps
            .get(at)
            .is_none_or(|step| step.object == Object::Contact || at - from >= 2 * BATCH_STEPS);
        if (at - from >= BATCH_STEPS && is_unit_start) || at == plan.steps.len() {
            queue.push_back(from..at);
            from = at;
        }
    }
    queue
}
