//! Conflicts: somebody else has written between the look-up and the write (X3).
//!
//! The rows of all units with a conflict are planned again together. That is done after everything else has been
//! written, so that the new plan finds the records of all other units as the import has left them. Records that the
//! import itself has created from the rows in question are hidden from the new plan. So it comes to the same steps
//! again, and those that were written already are recognised by their tokens and left alone. After three rounds, what
//! is still in conflict is reported as an issue.
//!
//! In the new plan a row may join a record that another row of the same unit has created, although that record was
//! written without it. Such late rows are planned once more, by themselves and last of all, so that the plan finds that
//! record in storage ([further](super::further)).

use std::collections::BTreeSet;
use std::sync::Arc;

use smallvec::SmallVec;

use super::applier::{Applier, State};
use super::report::Side;
use super::token::Tokens;
use super::units::{Task, TaskKind, Units, Waits, batches, tasks};
use crate::draft::Drafter;
use crate::issue::IssueCode;
use crate::lookup::{Found, Lookup};
use crate::maps::{Map, Set};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Claim, Memory, Op, RowNumbers, first_row};
use crate::planner::{Planner, Poll, Prepared};
use crate::source::Block;
use crate::storage::Token;

/// How often a row is planned again.
const ROUNDS: u8 = 3;
/// Rows looked up at a time.
const WINDOW: usize = 8_192;

/// The conflicts of the current round, and the planner that plans their rows again.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    /// The tasks that are in conflict, or whose contact is.
    tasks: Vec<usize>,
    /// The tokens of these tasks.
    tokens: Set<Token>,
    /// The tasks of [late rows](self), which wait until no conflict is left.
    pub(super) late: Vec<usize>,
    /// Whether the current round plans late rows.
    pub(super) is_late: bool,
    round: u8,
    planner: Option<Box<Planner>>,
    /// Records that this import has created from the rows that are planned again.
    hidden: Set<(Object, Box<str>)>,
    faults: Vec<String>,
}

impl Conflicts {
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len() + self.late.len()
    }

    /// The tasks whose rows are planned again.
    pub(super) fn tasks(&self) -> &[usize] {
        &self.tasks
    }

    /// Whether the step with this token is in conflict.
    pub(super) fn holds(&self, token: Token) -> bool {
        self.tokens.contains(&token)
    }

    pub(super) fn is_planning(&self) -> bool {
        self.planner.is_some()
    }

    pub(super) fn is_asking(&self) -> bool {
        self.planner.as_ref().is_some_and(|planner| planner.poll() == Poll::LookUp)
    }
}

impl Applier {
    /// The question to be answered when rows are planned again.
    pub(super) fn lookup(&self) -> Option<Lookup<'_>> {
        self.conflicts.planner.as_ref().map(|planner| planner.lookup())
    }

    pub(super) fn answer(&mut self, found: &mut Found) {
        let Conflicts { planner, hidden, faults, .. } = &mut self.conflicts;
        let Some(planner) = planner else { return };
        let lookup = planner.lookup();
        faults.extend(found.strays(&lookup));
        let object = lookup.object();
        found.hide(|id| hidden.contains(&(object, id.into())));
        planner.answer(found);
    }

    /// Notes that a task is in conflict, so that the rows of its unit are planned again.
    pub(super) fn conflict(&mut self, at: usize) {
        self.set_state(at, State::Conflicted);
        self.conflicts.tasks.push(at);
        let token = self.token(&self.tasks[at]);
        self.conflicts.tokens.insert(token);
    }

    /// Begins to plan the rows of conflicts again, or the late rows if no conflict is left. Everything else is written.
    pub(super) fn begin_round(&mut self) {
        self.conflicts.is_late = self.conflicts.tasks.is_empty();
        if self.conflicts.is_late {
            self.conflicts.tasks = std::mem::take(&mut self.conflicts.late);
            let rows = self.late_rows();
            let memory = self.memory_beside(&rows);
            return self.plan_again(&rows, memory);
        }
        if self.conflicts.round == ROUNDS {
            return self.fail_conflicts(IssueCode::WriteConflict, "");
        }
        self.conflicts.round += 1;
        let rows = self.rows_of_conflicts();
        self.plan_again(&rows, self.report.plan.ledger.memory.clone());
    }

    /// Begins to plan these rows again.
    fn plan_again(&mut self, rows: &[RowIndex], memory: Arc<Memory>) {
        self.conflicts.hidden = self.created_of(rows);
        let ledger = &self.report.plan.ledger;
        let numbers: Vec<RowNumber> = rows.iter().map(|row| ledger.number(*row)).collect();
        let mut block = Block::gather(rows.iter().map(|row| ledger.locate(*row)));
        let settings = ledger.settings.clone();
        let mut planner = Planner::new(settings.clone(), WINDOW);
        planner.expect(numbers.len(), RowNumbers::Listed(numbers), memory);
        planner.know_claims(self.claims_beside(rows));
        planner.know_assigned(self.assigned_of(rows));
        let drafts = Drafter::new(&settings, planner.seed()).draft(&mut block);
        planner.feed(block, drafts, Prepared::default());
        self.conflicts.planner = Some(Box::new(planner));
    }

    /// Fails the tasks in conflict, which are not planned again. A new opportunity fails with its contact, because the
    /// row may now mean another one. An opportunity that is named by id is updated without the link (P6).
    fn fail_conflicts(&mut self, code: IssueCode, why: &str) {
        for at in std::mem::take(&mut self.conflicts.tasks) {
            let task = self.tasks[at];
            let is_new = self.ledger(task.part).entry(task.record()).is_new();
            match task.kind {
                TaskKind::FollowUp(_) => self.fail_dependant(at),
                TaskKind::Opportunity if self.waits_for_conflict(at) => {
                    if is_new {
                        self.fail_dependant(at);
                    } else if !self.write_without_link(at) {
                        self.fail_step(at, code, why);
                    }
                }
                _ => self.fail_step(at, code, why),
            }
        }
        self.conflicts.tokens.clear();
    }

    /// Whether the contact of an opportunity is in conflict.
    fn waits_for_conflict(&self, at: usize) -> bool {
        let task = self.tasks[at];
        let ledger = self.ledger(task.part);
        let contact = ledger.link_of(task.record());
        let step = contact.map(RecordRef::from);
        step.filter(|step| first_row(ledger, *step).is_some())
            .is_some_and(|step| self.conflicts.holds(self.step_token(task.part, step)))
    }

    /// The rows of every unit with a conflict, as rows of the import's own plan.
    fn rows_of_conflicts(&mut self) -> Vec<RowIndex> {
        let mut units: BTreeSet<u32> = BTreeSet::new();
        let mut own: BTreeSet<RowIndex> = BTreeSet::new();
        for at in self.conflicts.tasks.clone() {
            let task = self.tasks[at];
            let step = task.record();
            let mut rows = self.rows_of(task.part, step);
            if rows.is_empty() {
                rows.extend(self.naming_row(task.part, step));
            }
            for row in rows {
                own.insert(row);
                units.extend(self.units.of_row(&self.report.plan.ledger, row));
            }
        }
        own.extend(self.rows_of_units(&units));
        own.into_iter().collect()
    }

    /// The rows of these units, as rows of the import's own plan.
    pub(super) fn rows_of_units(&mut self, of: &BTreeSet<u32>) -> Vec<RowIndex> {
        let (ledger, units) = (&self.report.plan.ledger, &mut self.units);
        let is_of = |row: &RowIndex| units.of_row(ledger, *row).is_some_and(|it| of.contains(&it));
        ledger.all_rows().filter(is_of).collect()
    }

    /// The records that this import has created from these rows.
    fn created_of(&self, rows: &[RowIndex]) -> Set<(Object, Box<str>)> {
        let mut created = Set::default();
        for &row in rows {
            for object in Object::ALL {
                let token = self.tokens.row(object, self.report.plan.ledger.number(row));
                if let Some((Op::Create, id)) = self.report.done.get(&token) {
                    created.insert((object, id.clone()));
                }
            }
        }
        created
    }

    /// Those ids that these rows give and that this import has given to records of its own. The file cannot mean these
    /// records, because its author did not know their ids (M1, O2).
    fn assigned_of(&self, rows: &[RowIndex]) -> Set<(Object, Box<str>)> {
        let ledger = &self.report.plan.ledger;
        let given = |row: &RowIndex| ledger.settings.ids_given(&ledger.cells(*row));
        let given: Set<_> = rows.iter().flat_map(given).collect();
        if given.is_empty() {
            return given;
        }
        let mut assigned = self.created_of(&ledger.all_rows().collect::<Vec<_>>());
        assigned.retain(|id| given.contains(id));
        assigned
    }

    /// The opportunities that all other rows have matched or created, by id, each with its [`Claim`]: whether the rows
    /// that are planned again may still be matched with it (O5).
    fn claims_beside(&self, rows: &[RowIndex]) -> Map<Box<str>, Claim> {
        let (ledger, mut claims) = (&self.report.plan.ledger, Map::default());
        if ledger.settings.account.opportunities.matching.is_none() {
            return claims;
        }
        for row in ledger.all_rows().filter(|row| rows.binary_search(row).is_err()) {
            if let Some(id) = self.report.id(Object::Opportunity, ledger.number(row)) {
                let claim: &mut Claim = claims.entry(id.into()).or_default();
                *claim = self.report.claim(row).max(*claim);
            }
        }
        claims
    }

    /// Ends a round: the rows have been planned again, and the new outcomes and steps replace the earlier ones.
    pub(super) fn end_round(&mut self) {
        let Some(mut planner) = self.conflicts.planner.take() else { return };
        let mut faults = std::mem::take(&mut self.conflicts.faults);
        faults.append(&mut planner.take_faults());
        let plan = planner.finish(Vec::new(), 1);
        if !faults.is_empty() {
            return self.fail_conflicts(IssueCode::StorageFault, &faults.join("; "));
        }
        let before = std::mem::take(&mut self.conflicts.tasks);
        self.conflicts.tokens.clear();
        // The tasks of the new plan take their place.
        before.into_iter().for_each(|at| self.set_state(at, State::Done));
        let part = self.report.add_part(plan);
        self.note_further(part);
        self.take_outcomes(part);
        self.remember_again(part);
        self.tell_joined(part, &self.joined_in(part));
        self.take_tasks(part);
    }

    /// Queues what is left to write of a plan that was made again.
    fn take_tasks(&mut self, part: u32) {
        let plan = self.report.plan_of(part);
        let mut units = Units::of(&plan.ledger);
        let found = tasks(plan, part, &mut units);
        let creates = self.creates_of_followed(&found);
        let from = self.tasks.len();
        for task in found {
            let token = self.token(&task);
            let is_done = self.report.done.contains_key(&token)
                || self.is_written(&task)
                || self.is_followed_up(&task, &creates);
            let state = if is_done {
                State::Done
            } else if self.has_failed(token) {
                State::Failed
            } else if self.is_late(&task) {
                self.conflicts.late.push(self.tasks.len());
                State::Conflicted
            } else {
                State::Waiting
            };
            self.tasks.push(task);
            self.states.push(state);
            self.open += usize::from(state == State::Waiting);
        }
        self.queue.append(&mut batches(&self.tasks, from, &Waits::default()));
    }

    /// For each contact with a follow-up among these tasks, by id: the steps of this import that have created a record
    /// with that id. There may be two, because an opportunity may have the same id as a contact.
    fn creates_of_followed(&self, tasks: &[Task]) -> Map<Box<str>, SmallVec<[Token; 2]>> {
        let followed = tasks.iter().filter(|task| matches!(task.kind, TaskKind::FollowUp(_)));
        let ids: Set<&str> =
            followed.filter_map(|task| self.ledger(task.part).id(task.record())).collect();
        let mut creates = Map::<Box<str>, SmallVec<[Token; 2]>>::default();
        if ids.is_empty() {
            return creates;
        }
        for (token, (op, id)) in &self.report.done {
            if *op == Op::Create && ids.contains(&**id) {
                creates.entry(id.clone()).or_default().push(*token);
            }
        }
        creates
    }

    /// Whether a follow-up was done already for its contact, because this import has created that contact from the rows
    /// of another unit. Rows that are planned again may find such a contact if somebody has given it one of their keys.
    fn is_followed_up(&self, task: &Task, creates: &Map<Box<str>, SmallVec<[Token; 2]>>) -> bool {
        let TaskKind::FollowUp(at) = task.kind else { return false };
        let follow_up = self.follow_up(at);
        let id = self.ledger(task.part).id(task.record());
        let mut creates = id.and_then(|id| creates.get(id)).into_iter().flatten();
        creates.any(|create| {
            let own = Tokens::follow_up_of_new(*create, follow_up.kind(), follow_up.name());
            self.report.done.contains_key(&own)
        })
    }

    fn take_outcomes(&mut self, part: u32) {
        for row in self.ledger(part).all_rows() {
            for object in Object::ALL {
                self.take_outcome(part, object, row);
            }
        }
    }

    /// Replaces the outcome of one side of a row by the one of this part, unless the side was written or refused
    /// before.
    fn take_outcome(&mut self, part: u32, object: Object, row: RowIndex) {
        let ledger = self.ledger(part);
        let side = ledger.side(object, row);
        let (Some(outcome), Some(home)) = (side.outcome, self.home(part, row)) else { return };
        if self.conflicts.is_late && !self.is_open(part, object, row) {
            return;
        }
        let token = side.record.map(|step| self.token_of_row(part, step, row));
        let is_settled = match token {
            Some(token) => self.report.done.contains_key(&token) || self.has_failed(token),
            // In the new plan it has no record, but it may have written one before.
            None => !self.is_open(part, object, row),
        };
        if is_settled || self.report.was_refused(object, home) {
            return;
        }
        let id = side.record.and_then(|step| ledger.id(step)).map(Into::into);
        let side = Side { part, outcome: Some(outcome), id, token, ..Side::default() };
        self.report.replace(object, home, side);
    }
}
