//! Makes the batch of a range of tasks: what storage gets to see of each.
//!
//! Most of the work is folding the rows of each step, and that needs nothing but the plan. So all steps of a
//! batch are folded first, and with a second thread already while the batch before is being written
//! ([`Folded`]). How storage knows a contact is filled in afterwards, once its receipt is there.

use std::ops::Range;

use super::applier::{Applier, State};
use super::units::{Task, TaskKind};
use crate::draft::Rule;
use crate::maps::Set;
use crate::merge::{AddressBook, Addresses};
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{Ledger, Op, first_number, first_row, fold_record_from, moves_link, rows_from};
use crate::planner::keys_of;
use crate::storage::{
    ContactOf, Link, OwnedBatch, OwnedFollowUp, OwnedKey, OwnedStep, Receipts, Token,
};
use crate::value::Value;

/// The contact that a step is about besides its own record.
struct Tie {
    contact: ContactOf,
    /// The contact's own step (X3).
    step: Option<Token>,
}

impl Tie {
    /// The step is about no other contact.
    const NONE: Tie = Tie { contact: ContactOf::Unchanged, step: None };
}

type Tokens = Set<Token>;

/// The steps of contacts in the batch that is made.
#[derive(Default)]
struct ContactSteps {
    created: Tokens,
    updated: Tokens,
}

impl ContactSteps {
    fn note(&mut self, step: &OwnedStep) {
        match step.op {
            Op::Create => self.created.insert(step.token),
            Op::Update => self.updated.insert(step.token),
        };
    }
}

/// The changes and the new keys of the steps of a range of tasks.
#[derive(Debug, Default)]
pub(super) struct Folded {
    range: Range<usize>,
    batch: OwnedBatch,
    /// For each task of the range.
    steps: Vec<FoldedStep>,
}

/// Where the changes and the new keys of a step lie in the batch.
#[derive(Debug)]
struct FoldedStep {
    changes: Range<usize>,
    keys: Range<usize>,
}

impl Applier {
    /// Folds the steps of the next batch, unless it is done. Whatever becomes of the current batch, they
    /// come out the same.
    pub(super) fn fold_next(&self) -> Option<Folded> {
        let next = self.queue.front()?;
        let is_done = self.folded.as_ref().is_some_and(|folded| folded.range == *next);
        (!is_done).then(|| self.fold(next.clone(), Folded::default()))
    }

    /// Folds the steps of a range of tasks, in place of what was there.
    fn fold(&self, range: Range<usize>, mut folded: Folded) -> Folded {
        folded.batch.clear();
        folded.steps.clear();
        for at in range.clone() {
            let task = self.tasks[at];
            let (changes, keys) = (folded.batch.changes.len(), folded.batch.keys.len());
            let is_step = !matches!(task.kind, TaskKind::FollowUp(_));
            if is_step && self.states[at] == State::Waiting {
                let (ledger, step) = (self.ledger(task.part), task.record());
                let first = self.first_written(task.part, step);
                fold_record_from(ledger, step, first, &mut folded.batch.changes);
                if step.object == Object::Contact {
                    push_new_keys(ledger, step, first, changes, &mut folded.batch);
                }
            }
            folded.steps.push(FoldedStep {
                changes: changes..folded.batch.changes.len(),
                keys: keys..folded.batch.keys.len(),
            });
        }
        folded.range = range;
        folded
    }

    /// Makes the batch of a range of tasks. Those that are settled already are left out.
    pub(super) fn fill(&mut self, range: Range<usize>) {
        self.batch.clear();
        let mut folded = self.folded.take().unwrap_or_default();
        if folded.range != range {
            folded = self.fold(range.clone(), folded);
        }
        self.batch.take_folds(&mut folded.batch);
        let mut opportunities: Vec<OwnedStep> = Vec::new();
        let mut contacts = ContactSteps::default();
        for (at, folded) in range.zip(folded.steps.drain(..)) {
            if self.states[at] != State::Waiting {
                continue;
            }
            let Task { part, kind, number, .. } = self.tasks[at];
            let filled = match kind {
                TaskKind::Contact => {
                    let step = self.step(at, Tie::NONE, folded);
                    contacts.note(&step);
                    self.batch.steps.push(step);
                    Ok(())
                }
                TaskKind::FollowUp(which) => self
                    .tie_to(part, ContactNumber::new(number), &contacts)
                    .map(|tie| self.fill_follow_up(at, which, tie)),
                TaskKind::Opportunity => self
                    .link_of(at, &contacts)
                    .map(|tie| opportunities.push(self.step(at, tie, folded))),
            };
            if let Err(contact) = filled {
                self.leave_out(at, contact);
            }
        }
        self.batch.sort_steps();
        self.batch.steps.append(&mut opportunities);
        // Its room is used again.
        self.folded = Some(Folded { range: 0..0, ..folded });
        self.stamp(false);
    }

    /// A task whose contact is not there: it failed, or it is planned again with its contact.
    fn leave_out(&mut self, at: usize, contact: Token) {
        if self.conflicts.holds(contact) { self.conflict(at) } else { self.fail_dependant(at) }
    }

    fn fill_follow_up(&mut self, at: usize, which: u16, tie: Tie) {
        let task = self.tasks[at];
        let ledger = self.ledger(task.part);
        let follow_up = &ledger.settings.follow_ups[usize::from(which)];
        let follow_up = OwnedFollowUp {
            kind: follow_up.kind(),
            name: follow_up.name().into(),
            token: self.token(&task),
            row: first_number(ledger, task.record()),
            contact: tie.contact,
            contact_step: tie.step,
            task: at,
        };
        self.batch.follow_ups.push(follow_up);
    }

    fn step(&self, at: usize, tie: Tie, folded: FoldedStep) -> OwnedStep {
        let task = self.tasks[at];
        let (ledger, step) = (self.ledger(task.part), task.record());
        let entry = ledger.entry(step);
        let answers = ledger.answers(step.object);
        OwnedStep {
            object: step.object,
            op: if entry.is_new() { Op::Create } else { Op::Update },
            row: self.step_number(task.part, step),
            token: self.token(&task),
            id: entry.stored().map(|id| answers.id(id).into()),
            version: entry.stored().and_then(|id| answers.version(id)).map(Into::into),
            contact: tie.contact,
            contact_step: tie.step,
            changes: folded.changes,
            keys: folded.keys,
            task: at,
        }
    }

    /// Which contact an opportunity is to be linked to. `Err`: to one that is not there.
    fn link_of(&self, at: usize, contacts: &ContactSteps) -> Result<Tie, Token> {
        let task = self.tasks[at];
        let ledger = self.ledger(task.part);
        let opportunity = task.record();
        let link = ledger.link_of(opportunity).filter(|_| !self.kept_links.contains(&at));
        let Some(contact) = link else { return Ok(Tie::NONE) };
        let tie = self.tie_to(task.part, contact, contacts)?;
        // Unless the contact is written just before, only a link tells whether it is still there.
        let is_checked = || tie.step.is_some_and(|token| contacts.updated.contains(&token));
        if !ledger.entry(opportunity).is_new() && !moves_link(ledger, opportunity) && is_checked() {
            return Ok(Tie { contact: ContactOf::Unchanged, ..tie });
        }
        Ok(tie)
    }

    /// How storage knows a contact, and the contact's own step. `Err`: storage does not know it, or it is to
    /// be planned again; the token is that of its step.
    fn tie_to(
        &self,
        part: u32,
        contact: ContactNumber,
        contacts: &ContactSteps,
    ) -> Result<Tie, Token> {
        let ledger = self.ledger(part);
        let step = RecordRef::from(contact);
        // One that no row names is only linked to.
        let is_named = first_row(ledger, step).is_some();
        let token = is_named.then(|| self.step_token(part, step));
        if let Some(token) = token.filter(|token| self.conflicts.holds(*token)) {
            return Err(token);
        }
        if let Some(id) = ledger.id(contact) {
            return Ok(Tie { contact: ContactOf::Known(id.into()), step: token });
        }
        let token = self.tokens.step(ledger, step);
        match self.report.created(token) {
            Some(id) => Ok(Tie { contact: ContactOf::Known(id.into()), step: None }),
            None if contacts.created.contains(&token) => {
                Ok(Tie { contact: ContactOf::CreatedBy(token), step: None })
            }
            None => Err(token),
        }
    }

    /// Was the step waiting for a contact of this batch that has no id, or is to be found anew?
    pub(super) fn is_lost(&self, position: usize, receipts: &Receipts) -> bool {
        self.batch.steps[position].link(receipts) == Link::Lost
    }

    pub(super) fn follow_up_is_lost(&self, position: usize, receipts: &Receipts) -> bool {
        self.batch.follow_ups[position].link(receipts) == Link::Lost
    }

    /// A step whose contact was not written in this batch goes the way of its contact.
    pub(super) fn lose(&mut self, at: usize) {
        let task = self.tasks[at];
        let ledger = self.ledger(task.part);
        let contact = match task.kind {
            TaskKind::Opportunity => ledger.link_of(task.record()),
            _ => Some(ContactNumber::new(task.number)),
        };
        match contact {
            Some(contact) => {
                self.leave_out(at, self.step_token(task.part, RecordRef::from(contact)));
            }
            None => self.fail_dependant(at),
        }
    }
}

/// Notes the keys that a contact carries from now on and that nobody else may hold. Its changes are those
/// of the batch from `changes` on, and its rows those from `first` on.
///
/// Only rules of one field own their keys (M6), so that planning has dropped those that somebody else
/// holds. Of a combined rule a new contact expects the keys under which nobody was found: those of its
/// first row, as far as later rows have not changed them. A key that this plan itself passes on may
/// still be with, or already with, somebody else when the step is written.
fn push_new_keys(
    ledger: &Ledger,
    step: RecordRef,
    first: RowIndex,
    changes: usize,
    batch: &mut OwnedBatch,
) {
    let entry = ledger.entry(step);
    if !entry.has_rows() {
        return;
    }
    for (position, rule) in ledger.settings.rules.iter().enumerate() {
        let position = u8::try_from(position).unwrap_or(u8::MAX);
        if !rule.owns_keys() && !entry.is_new() {
            continue;
        }
        let Some(kind) = Addresses::of_rule(rule) else {
            for key in new_texts(ledger, step, first, rule) {
                if !ledger.passes_on(position, &key) {
                    batch.push_key(rule.number, &key);
                }
            }
            continue;
        };
        let known = batch.keys.len();
        push_new_addresses(ledger, step, kind, changes, rule.number, batch);
        debug_assert_eq!(
            batch.key_texts(known).collect::<Vec<_>>(),
            new_texts(ledger, step, first, rule),
            "the same as folded once more"
        );
        if !ledger.passed_on.is_empty() {
            batch.retain_keys(known, |key| !ledger.passes_on(position, key));
        }
    }
}

/// The addresses that a contact is given: they are among its changes, and so its rows need not be folded
/// once more.
fn push_new_addresses(
    ledger: &Ledger,
    step: RecordRef,
    kind: Addresses,
    changes: usize,
    rule: usize,
    batch: &mut OwnedBatch,
) {
    let known = batch.keys.len();
    let OwnedBatch { changes: all, keys, key_text, .. } = batch;
    // They are in the order of the fields.
    let up_to = |at: &usize| all.field(*at) <= kind.additional();
    let of_kind = (changes..all.len()).take_while(up_to).filter(|&at| kind.has(all.field(at)));
    for at in of_kind {
        for value in all.after(at) {
            OwnedKey::push(keys, key_text, rule, |text| value.write_to(text));
        }
    }
    let entry = ledger.entry(step);
    if batch.keys.len() > known && !entry.is_new() {
        let before = AddressBook::stored(ledger.base(step), kind);
        let before: Vec<String> = before.iter().map(Value::to_string).collect();
        batch.retain_keys(known, |key| !before.iter().any(|held| held == key));
    }
}

/// The keys under a rule that a contact comes to carry once its rows from `first` on are folded into it.
fn new_texts(ledger: &Ledger, step: RecordRef, first: RowIndex, rule: &Rule) -> Vec<String> {
    let entry = ledger.entry(step);
    let (base, rows) = (ledger.base(step), rows_from(ledger, step, first));
    let mut keys = keys_of(base, rule, &rows);
    if !entry.is_new() {
        let before = keys_of(base, rule, &[]);
        keys.retain(|key| !before.contains(key));
    }
    if !rule.owns_keys() {
        // What the row offers, not what a default adds: only that was asked for.
        let offered = rule.keys_offered(&ledger.settings, &rows[0].cells);
        keys.retain(|key| offered.contains(key));
    }
    keys
}
