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
use crate::maps::{Map, Set};
use crate::object::{RecordRef, RowIndex};
use crate::plan::{Ledger, Op, Plan, first_row};
use crate::planner::Moved;
use crate::storage::{Applied, Batch, Checkpoint, OwnedBatch, Token};

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
    /// Tasks before this one may have been written without a receipt, because their batch failed.
    uncertain_before: usize,
    /// Whether everything that was written under the import's name is its own: the import was interrupted, or its name
    /// was made up, so that no other import can have it.
    owns_name: bool,
    /// The contacts that another process of the same import has created, by id, with the tokens of their steps.
    pub(super) created_elsewhere: Map<Box<str>, Token>,
    /// Whether the batch has been handed out, and its receipts are still to come.
    pub(super) awaits_receipts: bool,
    pub(super) batch: OwnedBatch,
    /// The folded steps of the next batch, or buffers for them.
    pub(super) folded: Option<Folded>,
    pub(super) checkpoint: Checkpoint,
    /// The keys and opportunities that the plan and all parts but the last change; `None` until a part is planned.
    pub(super) moved_before: Option<Moved>,
    pub(super) conflicts: Conflicts,
    /// Steps that were refused. They are not tried again when their rows are planned again.
    pub(super) failed: Set<Token>,
    /// Steps, by part and record, of which only the rows from this one on are still to be written. The rows before it
    /// were written by an earlier step.
    pub(super) further: Map<(u32, RecordRef), RowIndex>,
    /// Updates of opportunities that are written without the link that was planned, because its contact failed (P6).
    pub(super) kept_links: Set<usize>,
    /// What was done about contacts, and about opportunities.
    pub(super) written: [Written; 2],
    /// What storage is told after the last step.
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
            uncertain_before: 0,
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

    /// The tokens of all tasks, to ask storage which of them it has written already.
    pub(super) fn open_tokens(&self) -> Vec<Token> {
        self.tasks.iter().map(|task| self.token(task)).collect()
    }

    /// Takes over what the import had written before it was interrupted: those tasks are done.
    pub(super) fn take_over(&mut self, applied: &Applied) {
        for at in 0..self.tasks.len() {
            let token = self.token(&self.tasks[at]);
            if let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) {
                self.keep_updated_record(at, op, id);
                self.mark_done(at, token, op, id);
            }
        }
    }

    /// Lets the rows of a step keep the record that they had updated before the interruption, even if they would find
    /// another one now.
    fn keep_updated_record(&mut self, at: usize, op: Op, id: &str) {
        let task = self.tasks[at];
        let (part, step) = (task.part, task.record());
        let is_same = self.ledger(part).id(step) == Some(id);
        if op == Op::Create || is_same || matches!(task.kind, TaskKind::FollowUp(_)) {
            return;
        }
        for row in self.rows_of(part, step) {
            let (outcome, id) = (self.report.current(step.object, row), Some(id.into()));
            self.report.replace(step.object, row, Side { part, outcome, id, ..Side::default() });
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
                self.update_checkpoint(ending == Ending::Import);
                (self.awaits_receipts, self.current) = (true, 0..0);
            } else {
                return Poll::Done;
            }
        }
    }

    pub(super) fn batch(&self) -> Batch<'_> {
        Batch { owned: &self.batch, fields: &self.report.plan.ledger.settings.fields }
    }

    /// Brings the checkpoint up to date, and puts it into the batch.
    pub(super) fn update_checkpoint(&mut self, is_last: bool) {
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

    /// Notes that storage has failed, so that nobody knows how much of the batch was written.
    pub(super) fn mark_uncertain(&mut self) {
        self.uncertain_before = self.uncertain_before.max(self.current.end);
    }

    /// Whether this import itself may have written the task before.
    pub(super) fn may_have_written(&self, at: usize) -> bool {
        self.owns_name || at < self.uncertain_before || self.tasks[at].part > 0
    }

    /// The token of what the batch writes, if that is one thing.
    pub(super) fn only_token(&self) -> Option<Token> {
        match (self.batch.steps.as_slice(), self.batch.follow_ups.as_slice()) {
            ([step], []) => Some(step.token),
            ([], [follow_up]) => Some(follow_up.token),
            _ => None,
        }
    }

    /// Fails the only task of the batch, because storage broke its contract over it.
    pub(super) fn fail_only_task(&mut self, why: &str) {
        self.awaits_receipts = false;
        match (self.batch.steps.first(), self.batch.follow_ups.first()) {
            (Some(step), _) => self.fail_for_fault(step.task, why),
            (None, Some(follow_up)) => self.follow_up_failed(follow_up.task, why),
            (None, None) => {}
        }
    }

    /// Splits a batch of which nothing was written, so that its halves are written by themselves. A task that already
    /// stands alone fails (X5).
    pub(super) fn split_batch(&mut self, why: &str) {
        self.awaits_receipts = false;
        let range = std::mem::replace(&mut self.current, 0..0);
        match (self.batch.steps.as_slice(), self.batch.follow_ups.as_slice()) {
            ([], []) => {}
            ([step], []) => {
                let (at, op) = (step.task, step.op);
                self.fail_rejected(at, op, why);
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

    /// Notes that a task was written, under this id if it created a record.
    pub(super) fn mark_done(&mut self, at: usize, token: Token, op: Op, id: &str) {
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

    /// Whether a row of the file has the token of this task: not if it is a follow-up, or if a contact only gets tags.
    fn is_of_row(&self, task: &Task) -> bool {
        let step = task.record();
        !matches!(task.kind, TaskKind::FollowUp(_)) && self.ledger(task.part).entry(step).has_rows()
    }

    /// The row of the import's own plan that is the same row of the file as this row of a part.
    pub(super) fn home(&self, part: u32, row: RowIndex) -> Option<RowIndex> {
        self.report.home(part, row)
    }

    /// The rows that are folded into a record of a part, as rows of the import's own plan, last one first.
    pub(super) fn rows_of(&self, part: u32, step: RecordRef) -> Vec<RowIndex> {
        let ledger = self.ledger(part);
        let rows = ledger.row_indexes(step);
        let homes = rows.filter_map(|row| self.home(part, row));
        if !self.further.contains_key(&(part, step)) {
            return homes.collect();
        }
        homes.filter(|home| self.is_written_by(part, step.object, *home)).collect()
    }

    /// The row that names a step of a part, as a row of the import's own plan.
    pub(super) fn naming_row(&self, part: u32, step: RecordRef) -> Option<RowIndex> {
        self.home(part, first_row(self.ledger(part), step)?)
    }

    /// Takes the rows of everything that is not written out of the totals, because the import stops here.
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
