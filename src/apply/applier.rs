//! The sans-IO [`Applier`].

use std::collections::VecDeque;
use std::ops::Range;

use hashbrown::HashSet;

use super::conflicts::Conflicts;
use super::filling::Folded;
use super::job::{Ending, Job};
use super::progress::{Progress, Status, Written};
use super::report::Report;
use super::token::{Tokens, checkpoint};
use super::units::{Task, TaskKind, Units, batches, middle, tasks};
use crate::issue::{Finding, IssueCode};
use crate::object::{Object, RowNumber};
use crate::plan::{Ledger, NONE, Op, Plan, StepRef, first_row};
use crate::storage::{Applied, Batch, BatchData, Checkpoint, Receipt, Receipts, Refusal, Token};

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Done,
    Failed,
    /// Its rows are planned again.
    Conflicted,
}

/// What an [`Applier`] needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poll {
    /// The answer to [`Applier::lookup`]: somebody else wrote meanwhile, and rows are planned again.
    LookUp,
    /// [`Applier::batch`] written.
    Write,
    /// Nothing.
    Done,
}

/// See the [module](super).
#[derive(Debug)]
pub(crate) struct Applier {
    pub(super) report: Report,
    pub(super) tokens: Tokens,
    pub(super) tasks: Vec<Task>,
    pub(super) states: Vec<State>,
    /// How many of them are waiting.
    pub(super) open: usize,
    pub(super) units: Units,
    /// Ranges of tasks still to be written, in order.
    pub(super) queue: VecDeque<Range<usize>>,
    /// The range that the current batch was made of.
    current: Range<usize>,
    is_current: bool,
    pub(super) data: BatchData,
    /// What is folded of the batch after it; else room for that.
    pub(super) folded: Option<Folded>,
    pub(super) checkpoint: Checkpoint,
    pub(super) conflicts: Conflicts,
    /// Steps that were refused: they are not tried again when their rows are planned again.
    failed: HashSet<Token, foldhash::fast::RandomState>,
    /// Tasks that are written without the link that was planned (P6).
    pub(super) kept_links: HashSet<usize, foldhash::fast::RandomState>,
    written: [Written; 2],
    ending: Ending,
}

impl Applier {
    /// An applier of a plan.
    pub(crate) fn new(plan: Plan, job: &Job) -> Self {
        let (tokens, settings) = (Tokens::new(&job.import_id), &plan.ledger.settings);
        let mut checkpoint = checkpoint(&job.import_id, settings, &plan.file_digest, job.window);
        checkpoint.row = job.from_row;
        checkpoint.refused.clone_from(&job.refused);
        let mut units = Units::of(&plan.ledger);
        let tasks = tasks(&plan, 0, &mut units);
        let data =
            BatchData { rules: plan.ledger.settings.rule_names.clone(), ..BatchData::default() };
        let mut report = Report::new(plan, tokens.clone());
        report.done.reserve(tasks.len());
        Applier {
            report,
            tokens,
            states: vec![State::Waiting; tasks.len()],
            open: tasks.len(),
            queue: batches(&tasks, 0),
            tasks,
            units,
            current: 0..0,
            is_current: false,
            data,
            folded: None,
            checkpoint,
            conflicts: Conflicts::default(),
            failed: HashSet::default(),
            kept_links: HashSet::default(),
            written: [Written::default(); 2],
            ending: job.ending,
        }
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress {
            status: Status::Applying,
            rows: self.report.plan.ledger.len() as u64,
            done: self.states.len() - self.open,
            steps: self.states.len(),
            contacts: self.written[0],
            opportunities: self.written[1],
            ..Progress::default()
        }
    }

    pub(super) fn set_state(&mut self, at: usize, state: State) {
        let before = std::mem::replace(&mut self.states[at], state);
        self.open += usize::from(state == State::Waiting);
        self.open -= usize::from(before == State::Waiting);
    }

    /// The tokens of everything that is to be written, for resuming.
    pub(crate) fn open_tokens(&self) -> Vec<Token> {
        self.tasks.iter().map(|task| self.token(task)).collect()
    }

    /// Takes over what an earlier run of the same import has written.
    pub(crate) fn know(&mut self, applied: &Applied) {
        for at in 0..self.tasks.len() {
            let token = self.token(&self.tasks[at]);
            if let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) {
                self.settle_done(at, token, op, id);
            }
        }
    }

    /// What is needed next. Until it is given it stays the same.
    pub(crate) fn poll(&mut self) -> Poll {
        loop {
            if self.is_current {
                return Poll::Write;
            }
            if self.conflicts.is_planning() {
                if self.conflicts.is_asking() {
                    return Poll::LookUp;
                }
                self.end_round();
            } else if let Some(range) = self.queue.pop_front() {
                self.fill(range.clone());
                self.is_current = !self.data.steps.is_empty() || !self.data.follow_ups.is_empty();
                self.current = range;
            } else if !self.conflicts.is_empty() {
                self.begin_round();
            } else if self.ending != Ending::Open {
                self.data.clear();
                let ending = std::mem::replace(&mut self.ending, Ending::Open);
                self.stamp(ending == Ending::Import);
                (self.is_current, self.current) = (true, 0..0);
            } else {
                return Poll::Done;
            }
        }
    }

    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch { data: &self.data, fields: &self.report.plan.ledger.settings.fields }
    }

    /// Brings the batch's checkpoint up to date.
    pub(super) fn stamp(&mut self, is_last: bool) {
        let last = self.data.steps.iter().map(|step| step.row.0).max().unwrap_or(0);
        self.checkpoint.row = self.checkpoint.row.max(u64::from(last));
        self.checkpoint.is_last = is_last;
        self.checkpoint.stats = *self.report.stats();
        self.data.checkpoint = self.checkpoint.clone();
    }

    pub(super) fn ledger(&self, part: u32) -> &Ledger {
        &self.report.plan_of(part).ledger
    }

    pub(super) fn token(&self, task: &Task) -> Token {
        let (ledger, record) = (self.ledger(task.part), task.record());
        match task.kind {
            TaskKind::FollowUp(at) => {
                let follow_ups = &self.report.plan.ledger.settings.follow_ups;
                let follow_up = &follow_ups[usize::from(at)];
                self.tokens.follow_up(ledger, record, follow_up.kind(), follow_up.name())
            }
            _ => self.tokens.step(ledger, record),
        }
    }

    pub(super) fn has_failed(&self, token: Token) -> bool {
        self.failed.contains(&token)
    }

    /// The batch was written; the receipts say what became of each step.
    pub(crate) fn written(&mut self, receipts: &Receipts) {
        self.is_current = false;
        let mut ids: HashSet<(Object, &str), foldhash::fast::RandomState> = HashSet::default();
        ids.reserve(self.data.steps.len());
        let is_written = |token| matches!(receipts.get(token), Some(Receipt::Updated { .. }));
        let updated = self.data.steps.iter().filter(|step| is_written(step.token));
        // A record that this very batch has changed was there before it.
        let updated = updated.filter_map(|step| Some((step.object, step.id.clone()?)));
        let updated: HashSet<(Object, Box<str>), foldhash::fast::RandomState> = updated.collect();
        for position in 0..self.data.steps.len() {
            let step = &self.data.steps[position];
            let (at, token, op, object) = (step.task, step.token, step.op, step.object);
            match (receipts.get(token), op) {
                (Some(Receipt::Created { id, .. }), Op::Create) if !ids.insert((object, id)) => {
                    self.fault(at, "two records were created under one id");
                }
                (Some(Receipt::Created { id, .. }), Op::Create)
                    if !updated.is_empty() && updated.contains(&(object, id.as_str().into())) =>
                {
                    self.fault(at, "the record was created under the id of another one");
                }
                (
                    Some(Receipt::Created { id, .. } | Receipt::AlreadyApplied { id }),
                    Op::Create,
                ) => {
                    self.settle_done(at, token, op, id);
                }
                (Some(Receipt::AlreadyApplied { id }), Op::Update)
                    if step.id.as_deref() != Some(id) =>
                {
                    self.fault(at, "the step was written before, but to another record");
                }
                (
                    Some(
                        Receipt::Updated { .. }
                        | Receipt::Unchanged
                        | Receipt::AlreadyApplied { .. },
                    ),
                    Op::Update,
                ) => self.settle_done(at, token, op, ""),
                (Some(Receipt::Conflict), _) => self.conflict(at),
                (Some(Receipt::Rejected { why }), _) => self.reject(at, op, why),
                (Some(_), _) => self.fault(at, "a receipt that does not fit the step"),
                (None, _) if self.is_lost(position, receipts) => self.lose(at),
                (None, _) => self.fault(at, &missing(receipts, token)),
            }
        }
        self.follow_ups_written(receipts);
        self.note_faults(receipts);
    }

    fn follow_ups_written(&mut self, receipts: &Receipts) {
        let follow_ups: Vec<(usize, Token)> =
            self.data.follow_ups.iter().map(|data| (data.task, data.token)).collect();
        for (position, (at, token)) in follow_ups.into_iter().enumerate() {
            match receipts.get(token) {
                Some(Receipt::Done | Receipt::AlreadyApplied { .. }) => {
                    self.settle_done(at, token, Op::Update, "");
                }
                Some(Receipt::Rejected { why }) => self.follow_up_failed(at, why),
                Some(_) => self.follow_up_failed(at, "a receipt that does not fit a follow-up"),
                None if self.follow_up_is_lost(position, receipts) => self.lose(at),
                None => self.follow_up_failed(at, &missing(receipts, token)),
            }
        }
    }

    /// Receipts that nobody asked for do not undo what was written, but they are said (X2).
    fn note_faults(&mut self, receipts: &Receipts) {
        let rows: Vec<(Option<(Object, RowNumber)>, String)> = receipts
            .faults_of()
            .filter(|(token, fault)| token.is_none() || !fault.contains("blank"))
            .map(|(token, fault)| {
                let step = self.data.steps.iter().find(|step| Some(step.token) == token);
                (step.map(|step| (step.object, step.row)), fault.to_owned())
            })
            .collect();
        for (place, fault) in rows {
            let mut finding = Finding::file(IssueCode::StorageFault);
            if let Some((object, number)) = place
                && let Some(row) = self.report.plan.ledger.numbers.row(number)
            {
                finding = Finding::row(IssueCode::StorageFault, RowNumber(row + 1)).object(object);
                self.report.warn(object, row);
            }
            let severity = crate::issue::Severity::Warning;
            self.report.note(finding.severity(severity).detail(fault));
        }
    }

    /// Nothing of the batch was written: its halves are tried again, a task that stands alone is
    /// reported (X5).
    pub(crate) fn failed(&mut self, why: &str) {
        self.is_current = false;
        let range = std::mem::replace(&mut self.current, 0..0);
        match (self.data.steps.as_slice(), self.data.follow_ups.as_slice()) {
            ([], []) => {}
            ([step], []) => {
                let (at, op) = (step.task, step.op);
                self.reject(at, op, why);
            }
            ([], [follow_up]) => {
                let at = follow_up.task;
                self.follow_up_failed(at, why);
            }
            _ => {
                let middle = middle(&self.tasks, &range);
                self.queue.push_front(middle..range.end);
                self.queue.push_front(range.start..middle);
            }
        }
    }

    fn settle_done(&mut self, at: usize, token: Token, op: Op, id: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Done);
        let id = if op == Op::Create { id } else { "" };
        self.report.done.insert(token, (op, id.into()));
        let written = &mut self.written[usize::from(task.kind == TaskKind::Opportunity)];
        match (task.kind, op) {
            (TaskKind::FollowUp(_), _) => self.report.follow_ups += 1,
            (_, Op::Create) => written.created += 1,
            (_, Op::Update) => written.updated += 1,
        }
    }

    fn reject(&mut self, at: usize, op: Op, why: &str) {
        let code = match op {
            Op::Create => IssueCode::WriteRejected,
            Op::Update => IssueCode::UpdateRejected,
        };
        self.fail_step(at, code, why);
    }

    pub(super) fn fault(&mut self, at: usize, why: &str) {
        self.fail_step(at, IssueCode::StorageFault, why);
    }

    fn follow_up_failed(&mut self, at: usize, why: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Failed);
        // It is not tried again when the contact's rows are planned again.
        self.failed.insert(self.token(&task));
        let TaskKind::FollowUp(which) = task.kind else { return };
        let follow_up = &self.report.plan.ledger.settings.follow_ups[usize::from(which)];
        let why = format!("{} {:?}: {why}", follow_up.kind().name(), follow_up.name());
        let step = task.record();
        let Some(row) = self.home(task.part, first_row(self.ledger(task.part), step)) else {
            return;
        };
        self.report.warn(Object::Contact, row);
        self.report.note(finding(IssueCode::FollowUpFailed, row, Object::Contact, &why));
    }

    /// The row of the import's plan that a row of another plan is.
    pub(super) fn home(&self, part: u32, row: u32) -> Option<u32> {
        self.report.home(part, row)
    }

    /// The contact of an opportunity could not be written.
    pub(super) fn fail_dependant(&mut self, at: usize) {
        let task = self.tasks[at];
        if self.write_without_link(at) {
            return;
        }
        if task.kind != TaskKind::Opportunity {
            self.set_state(at, State::Failed);
            return;
        }
        let ledger = self.ledger(task.part);
        let contact = ledger.link_of(ledger.entry(Object::Opportunity, task.number));
        let row = contact.and_then(|contact| ledger.first_number(Object::Contact, contact));
        let why = row.map_or_else(|| "unknown".to_owned(), |row| format!("row {row}"));
        self.fail_step(at, IssueCode::ContactFailed, &why);
    }

    /// A step that storage does not write fails every row folded into it (L1).
    pub(super) fn fail_step(&mut self, at: usize, code: IssueCode, why: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Failed);
        self.failed.insert(self.token(&task));
        self.written[usize::from(task.kind == TaskKind::Opportunity)].failed += 1;
        self.fail_rows(task.part, task.record(), code, why);
        // One that is stored and was only not changed is still whom the row means.
        let is_lost = code == IssueCode::WriteConflict
            || self.ledger(task.part).entry(task.record().object, task.number).is_new();
        if task.kind == TaskKind::Contact && is_lost {
            self.note_kept_links(task.part, task.number);
        }
    }

    fn fail_rows(&mut self, part: u32, step: StepRef, code: IssueCode, why: &str) {
        let ledger = self.ledger(part);
        let entry = ledger.entry(step.object, step.number);
        let mut rows: Vec<u32> =
            ledger.row_numbers(step.object, entry).filter_map(|row| self.home(part, row)).collect();
        rows.reverse();
        if rows.is_empty() {
            // A contact that only gets tags: nothing of its own fails.
            return self.tags_failed(part, step, why);
        }
        let row = ledger.number(first_row(ledger, step));
        let id = ledger.id(step.object, step.number).map(str::to_owned);
        let refusal = Refusal { object: step.object, row, id, code, why: why.to_owned() };
        self.report.refused.push(refusal);
        for row in rows {
            self.report.fail(step.object, row);
            self.report.note(finding(code, row, step.object, why));
        }
    }

    /// Storage refused this before: it is not written now either.
    pub(crate) fn refuse(&mut self, refused: &Refusal) {
        let ledger = &self.report.plan.ledger;
        let row = ledger.numbers.row(refused.row).filter(|row| (*row as usize) < ledger.len());
        let Some(row) = row else { return };
        let number = match refused.object {
            Object::Contact => ledger.contact_rows[row as usize].contact,
            Object::Opportunity => ledger.opportunity_rows[row as usize].deal,
        };
        if number == NONE {
            return;
        }
        let step = StepRef { object: refused.object, number };
        let is_it = |task: &Task| {
            let is_follow_up = matches!(task.kind, TaskKind::FollowUp(_));
            let record = task.record();
            !is_follow_up && (record.object, record.number) == (step.object, step.number)
        };
        match self.tasks.iter().position(is_it) {
            Some(at) if self.states[at] != State::Waiting => {}
            Some(at) => self.fail_step(at, refused.code, &refused.why),
            // By now it holds what the row says.
            None => self.fail_rows(0, step, refused.code, &refused.why),
        }
    }

    /// What is not written now comes to nothing: its rows are not counted.
    fn leave_open(&mut self) {
        for at in 0..self.tasks.len() {
            let task = self.tasks[at];
            let is_open = matches!(self.states[at], State::Waiting | State::Conflicted);
            if !is_open || matches!(task.kind, TaskKind::FollowUp(_)) {
                continue;
            }
            let (step, ledger) = (task.record(), self.ledger(task.part));
            let rows = ledger.row_numbers(step.object, ledger.entry(step.object, step.number));
            let rows: Vec<u32> = rows.filter_map(|row| self.home(task.part, row)).collect();
            rows.into_iter().for_each(|row| self.report.leave_open(step.object, row));
        }
    }

    fn tags_failed(&mut self, part: u32, step: StepRef, why: &str) {
        let Some(row) = self.home(part, first_row(self.ledger(part), step)) else { return };
        let why = format!("the tags were not written: {why}");
        self.report.warn(Object::Contact, row);
        self.report.note(finding(IssueCode::FollowUpFailed, row, Object::Contact, &why));
    }

    pub(crate) fn finish(mut self, status: Status) -> Report {
        if status != Status::Completed {
            self.leave_open();
        }
        self.report.finish(self.open + self.conflicts.len(), status);
        self.report.checkpoint = self.checkpoint;
        self.report
    }
}

pub(super) fn finding(code: IssueCode, row: u32, object: Object, why: &str) -> Finding {
    let finding = Finding::row(code, RowNumber(row + 1)).object(object);
    if why.is_empty() { finding } else { finding.detail(why) }
}

fn missing(receipts: &Receipts, token: Token) -> String {
    let own = receipts.faults_of().find(|(of, _)| *of == Some(token));
    own.map_or_else(|| "a step without a receipt".to_owned(), |(_, fault)| fault.to_owned())
}
