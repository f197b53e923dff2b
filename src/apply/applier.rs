//! [`Applier`]: writes a plan without doing the I/O. Batches go out, receipts come in.

use std::collections::VecDeque;
use std::ops::Range;

use super::checkpoint::first_checkpoint;
use super::conflicts::Conflicts;
use super::filling::Folded;
use super::job::{Ending, Job};
use super::passed_keys::batches_in_turn;
use super::progress::{Progress, Status, Written};
use super::report::{Report, Side};
use super::token::Tokens;
use super::units::{Task, TaskKind, Units, middle, tasks};
use crate::issue::{Finding, IssueCode, Severity};
use crate::maps::{Map, Set};
use crate::object::{Object, RecordRef, RowIndex};
use crate::plan::{Ledger, Op, Plan, first_row};
use crate::planner::Moved;
use crate::storage::{Applied, Batch, Checkpoint, Fault, OwnedBatch, Receipt, Receipts, Token};

/// What has become of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is still to be written.
    Waiting,
    /// It was written, or there is nothing left to write.
    Done,
    /// It was refused, or failed with its contact.
    Failed,
    /// Its rows are planned again.
    Conflicted,
}

/// What an [`Applier`] needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Poll {
    /// The answer to [`Applier::lookup`], to plan rows again because somebody else wrote meanwhile.
    LookUp,
    /// The receipts of [`Applier::batch`].
    Write,
    /// Nothing.
    Done,
}

/// See the [module](super).
#[derive(Debug)]
pub(super) struct Applier {
    pub(super) report: Report,
    pub(super) tokens: Tokens,
    pub(super) tasks: Vec<Task>,
    pub(super) states: Vec<State>,
    /// How many of them are [waiting](State::Waiting).
    pub(super) open: usize,
    pub(super) units: Units,
    /// Ranges of tasks still to be written, in order.
    pub(super) queue: VecDeque<Range<usize>>,
    /// The tasks of the current batch.
    current: Range<usize>,
    /// Tasks before this one may have been written without a receipt, because a batch of theirs failed.
    doubted: usize,
    /// Whatever was written under the import's name before is its own: it was interrupted, or the name was
    /// made up and nobody else can know it.
    owns_name: bool,
    /// The contacts that another process of the same import has created, by id, with the tokens of their steps.
    pub(super) created_elsewhere: Map<Box<str>, Token>,
    /// The batch waits for its receipts.
    awaits_receipts: bool,
    pub(super) batch: OwnedBatch,
    /// The folded steps of the batch after it; or, if there are none yet, buffers for them.
    pub(super) folded: Option<Folded>,
    pub(super) checkpoint: Checkpoint,
    /// What the plan and the parts before the last one change, once a part was planned.
    pub(super) moved_before: Option<Moved>,
    pub(super) conflicts: Conflicts,
    /// Steps that were refused: they are not tried again when their rows are planned again.
    pub(super) failed: Set<Token>,
    /// Steps of parts that are written but for some of their rows, with the first of these.
    pub(super) further: Map<(u32, RecordRef), RowIndex>,
    /// Tasks that are written without the link that was planned (P6).
    pub(super) kept_links: Set<usize>,
    /// What was done about contacts and about opportunities.
    pub(super) written: [Written; 2],
    /// What storage is still to be told after the last step.
    ending: Ending,
}

impl Applier {
    /// An applier of a plan.
    pub(super) fn new(mut plan: Plan, job: &Job) -> Self {
        let (tokens, settings) =
            (Tokens::new(&job.import_id, &plan.file_digest), &plan.ledger.settings);
        let mut checkpoint =
            first_checkpoint(&job.import_id, settings, &plan.file_digest, job.window);
        checkpoint.row = job.from_row;
        checkpoint.refused.clone_from(&job.refused);
        checkpoint.failed.clone_from(&job.failed);
        checkpoint.met.clone_from(&job.met);
        checkpoint.joined = Some(Vec::new());
        checkpoint.is_begun = job.is_begun;
        let mut units = Units::of(&plan.ledger);
        let tasks = tasks(&plan, 0, &mut units);
        let queue = batches_in_turn(&tasks, &mut plan.ledger);
        let batch =
            OwnedBatch { rules: plan.ledger.settings.rule_names.clone(), ..OwnedBatch::default() };
        let mut report = Report::new(plan, tokens.clone());
        report.done.reserve(tasks.len());
        Applier {
            report,
            tokens,
            states: vec![State::Waiting; tasks.len()],
            open: tasks.len(),
            queue,
            tasks,
            units,
            current: 0..0,
            doubted: 0,
            owns_name: job.resumes || !job.is_named,
            created_elsewhere: Map::default(),
            awaits_receipts: false,
            batch,
            folded: None,
            checkpoint,
            moved_before: None,
            conflicts: Conflicts::default(),
            failed: Set::default(),
            further: Map::default(),
            kept_links: Set::default(),
            written: [Written::default(); 2],
            ending: job.ending,
        }
    }

    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    pub(super) fn progress(&self) -> Progress {
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
    pub(super) fn open_tokens(&self) -> Vec<Token> {
        self.tasks.iter().map(|task| self.token(task)).collect()
    }

    /// Takes over what the import had written before it was interrupted.
    pub(super) fn know(&mut self, applied: &Applied) {
        for at in 0..self.tasks.len() {
            let token = self.token(&self.tasks[at]);
            if let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) {
                self.keep_id(at, op, id);
                self.settle_done(at, token, op, id);
            }
        }
    }

    /// The rows of a step keep the id of the record that they had updated, although they would lead to another one now.
    fn keep_id(&mut self, at: usize, op: Op, id: &str) {
        let task = self.tasks[at];
        let (part, step) = (task.part, task.record());
        let is_same = self.ledger(part).id(step) == Some(id);
        if op == Op::Create || is_same || matches!(task.kind, TaskKind::FollowUp(_)) {
            return;
        }
        for row in self.rows_of(part, step) {
            let (outcome, id) = (self.report.current(step.object, row), Some(id.into()));
            self.report.settle(step.object, row, Side { part, outcome, id, ..Side::default() });
        }
    }

    /// What is needed next. The answer stays the same until that is given.
    pub(super) fn poll(&mut self) -> Poll {
        loop {
            if self.awaits_receipts {
                return Poll::Write;
            }
            if self.conflicts.is_planning() {
                if self.conflicts.is_asking() {
                    return Poll::LookUp;
                }
                self.end_round();
            } else if let Some(range) = self.queue.pop_front() {
                self.fill(range.clone());
                self.awaits_receipts =
                    !self.batch.steps.is_empty() || !self.batch.follow_ups.is_empty();
                self.current = range;
            } else if !self.conflicts.is_empty() {
                self.begin_round();
            } else if self.ending != Ending::Open {
                self.batch.clear();
                let ending = std::mem::replace(&mut self.ending, Ending::Open);
                self.stamp(ending == Ending::Import);
                (self.awaits_receipts, self.current) = (true, 0..0);
            } else {
                return Poll::Done;
            }
        }
    }

    pub(super) fn batch(&self) -> Batch<'_> {
        Batch { owned: &self.batch, fields: &self.report.plan.ledger.settings.fields }
    }

    /// Brings the batch's checkpoint up to date.
    pub(super) fn stamp(&mut self, is_last: bool) {
        let last = self.batch.steps.iter().map(|step| step.row.0).max().unwrap_or(0);
        self.checkpoint.row = self.checkpoint.row.max(u64::from(last));
        self.checkpoint.is_last = is_last;
        self.checkpoint.stats = *self.report.stats();
        self.batch.checkpoint = self.checkpoint.clone();
    }

    pub(super) fn ledger(&self, part: u32) -> &Ledger {
        &self.report.plan_of(part).ledger
    }

    pub(super) fn token(&self, task: &Task) -> Token {
        match task.kind {
            TaskKind::FollowUp(number) => self.follow_up_token(task, number),
            _ => self.step_token(task.part, task.record()),
        }
    }

    pub(super) fn has_failed(&self, token: Token) -> bool {
        self.failed.contains(&token)
    }

    /// The batch was written; the receipts say what became of each step.
    pub(super) fn take_receipts(&mut self, receipts: &Receipts) {
        self.awaits_receipts = false;
        let mut ids = BatchIds::of(&self.batch, receipts);
        for position in 0..self.batch.steps.len() {
            let step = &self.batch.steps[position];
            let (at, token, op) = (step.task, step.token, step.op);
            match (receipts.get(token), op) {
                (Some(Receipt::Created { id, .. }), Op::Create) => {
                    let object = step.object;
                    match ids.clash(object, id).or_else(|| self.is_another(at, object, id)) {
                        Some(why) => self.fault(at, why),
                        None => self.settle_done(at, token, op, id),
                    }
                }
                (Some(Receipt::Updated { .. } | Receipt::Unchanged), Op::Update) => {
                    self.settle_done(at, token, op, "");
                }
                (Some(Receipt::AlreadyApplied { id }), Op::Create)
                    if ids.clash(step.object, id).is_some() =>
                {
                    self.fault(at, "two records were created under one id");
                }
                (Some(Receipt::AlreadyApplied { id }), _) => self.already_applied(position, id),
                (Some(Receipt::Conflict), _) => self.conflict(at),
                // Whatever is wrong with the step, it was told of one without its contact.
                (Some(Receipt::Rejected { .. }), _) if self.is_lost(position, receipts) => {
                    self.lose(at);
                }
                (Some(Receipt::Rejected { why }), _) => self.reject(at, op, why),
                (Some(_), _) => self.fault(at, "a receipt that does not fit the step"),
                (None, _) if self.is_lost(position, receipts) => self.lose(at),
                (None, _) => self.fault(at, &missing(receipts, token)),
            }
        }
        self.take_receipts_of_follow_ups(receipts);
        self.note_faults(receipts);
    }

    /// Did the plan, or the one that was made again, read another record with the id under which a step was created?
    /// Says so then.
    fn is_another(&self, at: usize, object: Object, id: &str) -> Option<&'static str> {
        let mut parts = [0, self.tasks[at].part].into_iter();
        let is_read = parts.any(|part| self.ledger(part).answers(object).find(id).is_some());
        is_read.then_some("the record was created under the id of another one")
    }

    /// Storage had written the step before, to this record.
    fn already_applied(&mut self, position: usize, id: &str) {
        let step = &self.batch.steps[position];
        let (at, token, op) = (step.task, step.token, step.op);
        let is_other = match op {
            Op::Create => self.is_another(at, step.object, id).is_some(),
            Op::Update => step.id.as_deref() != Some(id),
        };
        if !self.may_be_written(at) {
            self.was_written_before(at, token, id);
        } else if is_other {
            self.fault(at, "the step was written before, but to another record");
        } else {
            self.settle_done(at, token, op, id);
        }
    }

    fn take_receipts_of_follow_ups(&mut self, receipts: &Receipts) {
        let follow_ups: Vec<(usize, Token)> =
            self.batch.follow_ups.iter().map(|wanted| (wanted.task, wanted.token)).collect();
        for (position, (at, token)) in follow_ups.into_iter().enumerate() {
            match receipts.get(token) {
                Some(Receipt::AlreadyApplied { .. }) if !self.may_be_written(at) => {
                    self.set_state(at, State::Done);
                }
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

    /// Receipts that nobody asked for do not undo what was written, but they are reported (X2).
    fn note_faults(&mut self, receipts: &Receipts) {
        // A step whose receipt is blank has failed with that.
        let is_told = |(fault, _): &(Fault, &str)| !matches!(fault, Fault::Blank(_));
        for (fault, why) in receipts.told_faults().filter(is_told) {
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

    /// Storage has failed, and nobody knows how much of the batch was written.
    pub(super) fn doubt(&mut self) {
        self.doubted = self.doubted.max(self.current.end);
    }

    /// May this import itself have written the task before?
    fn may_be_written(&self, at: usize) -> bool {
        self.owns_name || at < self.doubted || self.tasks[at].part > 0
    }

    /// The token of what the batch writes, if that is one thing.
    pub(super) fn only_token(&self) -> Option<Token> {
        match (self.batch.steps.as_slice(), self.batch.follow_ups.as_slice()) {
            ([step], []) => Some(step.token),
            ([], [follow_up]) => Some(follow_up.token),
            _ => None,
        }
    }

    /// Storage broke its contract over the only thing that the batch writes.
    pub(super) fn is_at_fault(&mut self, why: &str) {
        self.awaits_receipts = false;
        match (self.batch.steps.first(), self.batch.follow_ups.first()) {
            (Some(step), _) => self.fault(step.task, why),
            (None, Some(follow_up)) => self.follow_up_failed(follow_up.task, why),
            (None, None) => {}
        }
    }

    /// Nothing of the batch was written. Its halves are tried by themselves, and a task that already stands
    /// alone is reported (X5).
    pub(super) fn batch_failed(&mut self, why: &str) {
        self.awaits_receipts = false;
        let range = std::mem::replace(&mut self.current, 0..0);
        match (self.batch.steps.as_slice(), self.batch.follow_ups.as_slice()) {
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
        self.checkpoint.is_begun |= self.is_of_row(&task);
        let written = &mut self.written[usize::from(task.kind == TaskKind::Opportunity)];
        match (task.kind, op) {
            (TaskKind::FollowUp(_), _) => self.report.follow_ups += 1,
            (_, Op::Create) => written.created += 1,
            (_, Op::Update) => written.updated += 1,
        }
    }

    /// Is its token that of a row?
    fn is_of_row(&self, task: &Task) -> bool {
        let step = task.record();
        !matches!(task.kind, TaskKind::FollowUp(_)) && self.ledger(task.part).entry(step).has_rows()
    }

    /// The row of the import's plan that a row of another plan is.
    pub(super) fn home(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        self.report.home(part, row)
    }

    /// The rows of the import's plan that are folded into a record of a part, last one first.
    pub(super) fn rows_of(&self, part: u32, step: RecordRef) -> Vec<RowIndex> {
        let ledger = self.ledger(part);
        let rows = ledger.row_indexes(step);
        let homes = rows.filter_map(|row| self.home(part, row));
        if !self.further.contains_key(&(part, step)) {
            return homes.collect();
        }
        homes.filter(|home| self.is_written_by(part, step.object, *home)).collect()
    }

    /// The row of the import's plan that names a step of a part.
    pub(super) fn naming_row(&self, part: u32, step: RecordRef) -> Option<RowIndex> {
        self.home(part, first_row(self.ledger(part), step)?)
    }

    /// The import stops. Whatever is not written yet stays unwritten, and its rows are not counted.
    fn leave_open(&mut self) {
        for at in 0..self.tasks.len() {
            let task = self.tasks[at];
            let is_open = matches!(self.states[at], State::Waiting | State::Conflicted);
            if !is_open || matches!(task.kind, TaskKind::FollowUp(_)) {
                continue;
            }
            let step = task.record();
            for row in self.rows_of(task.part, step) {
                self.report.leave_open(step.object, row);
            }
        }
    }

    pub(super) fn finish(mut self, status: Status) -> Report {
        if status != Status::Completed {
            self.leave_open();
        }
        self.report.finish(self.open + self.conflicts.len(), status);
        self.report.checkpoint = self.checkpoint;
        self.report
    }
}

/// The ids under which the records of a batch were written: no two of them are one.
struct BatchIds<'r> {
    created: Set<(Object, &'r str)>,
    /// Those of contacts, and of opportunities.
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
        // A record that this very batch has changed was there before it.
        let is_updated = self.updated[object as usize].contains(id);
        is_updated.then_some("the record was created under the id of another one")
    }
}

fn missing(receipts: &Receipts, token: Token) -> String {
    let own = receipts.told_faults().find(|(fault, _)| fault.step() == Some(token));
    own.map_or_else(|| "a step without a receipt".to_owned(), |(_, why)| why.to_owned())
}
