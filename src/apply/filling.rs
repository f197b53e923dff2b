//! Fills a batch with a range of tasks.
//!
//! Most of the work is folding the rows of each step, and that needs nothing but the plan. So all steps of a batch are
//! folded first ([`Folded`]); with a second thread, while storage is still writing the batch before. The ids of
//! contacts that the batch before has created are filled in afterwards, when its receipts are there.

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

/// The contact to which an opportunity is linked, or that a follow-up is for.
struct Tie {
    contact: ContactOf,
    /// The step that writes the contact, if there is one: the task waits for its receipt (X3).
    step: Option<Token>,
}

impl Tie {
    /// The step sets no link.
    const NONE: Tie = Tie { contact: ContactOf::Unchanged, step: None };
}

type Tokens = Set<Token>;

/// The contacts that the batch in the making writes, by the tokens of their steps.
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

/// The changes and the new keys of the steps of a range of tasks, folded ahead of time.
#[derive(Debug, Default)]
pub(super) struct Folded {
    range: Range<usize>,
    batch: OwnedBatch,
    /// One for each task of the range.
    steps: Vec<FoldedStep>,
}

/// Where the changes and the new keys of a step lie in the batch.
#[derive(Debug)]
struct FoldedStep {
    changes: Range<usize>,
    keys: Range<usize>,
}

impl Applier {
    /// Folds the steps of the next batch, unless that was done. The result does not depend on what becomes of the
    /// current batch.
    pub(super) fn fold_next(&self) -> Option<Folded> {
        let next = self.queue.front()?;
        let is_done = self.folded.as_ref().is_some_and(|folded| folded.range == *next);
        (!is_done).then(|| self.fold(next.clone(), Folded::default()))
    }

    /// Folds the steps of a range of tasks. The buffers of `folded` are used again.
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

    /// Fills the batch with a range of tasks. Tasks that are done or have failed are left out.
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
        // Its buffers are used again.
        self.folded = Some(Folded { range: 0..0, ..folded });
        self.update_checkpoint(false);
    }

    /// Leaves out a task whose contact, which this step writes, is not there. If the contact is planned again, so is
    /// the task; otherwise it fails.
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

    /// Which contact an opportunity is to be linked to. `Err` is the step of a contact that is not there.
    fn link_of(&self, at: usize, contacts: &ContactSteps) -> Result<Tie, Token> {
        let task = self.tasks[at];
        let ledger = self.ledger(task.part);
        let opportunity = task.record();
        let link = ledger.link_of(opportunity).filter(|_| !self.kept_links.contains(&at));
        let Some(contact) = link else { return Ok(Tie::NONE) };
        let tie = self.tie_to(task.part, contact, contacts)?;
        // A link that does not change is left out only if this batch also updates the contact. Otherwise nothing else
        // would tell whether the contact still exists.
        let is_checked = || tie.step.is_some_and(|token| contacts.updated.contains(&token));
        if !ledger.entry(opportunity).is_new() && !moves_link(ledger, opportunity) && is_checked() {
            return Ok(Tie { contact: ContactOf::Unchanged, ..tie });
        }
        Ok(tie)
    }

    /// How storage knows a contact, and the step that writes it. `Err` is that step, if storage does not know the
    /// contact or the contact is to be planned again.
    fn tie_to(
        &self,
        part: u32,
        contact: ContactNumber,
        contacts: &ContactSteps,
    ) -> Result<Tie, Token> {
        let ledger = self.ledger(part);
        let step = RecordRef::from(contact);
        // A contact that no row names has no step; it is only linked to.
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

    /// Whether the contact of a step is lost: this batch was to create it and has not, or it is a conflict.
    pub(super) fn is_lost(&self, position: usize, receipts: &Receipts) -> bool {
        self.batch.steps[position].link(receipts) == Link::Lost
    }

    pub(super) fn follow_up_is_lost(&self, position: usize, receipts: &Receipts) -> bool {
        self.batch.follow_ups[position].link(receipts) == Link::Lost
    }

    /// Decides about a task whose contact was not written in the same batch: it fails with its contact, or is planned
    /// again with it.
    pub(super) fn follow_lost_contact(&mut self, at: usize) {
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

/// Adds the keys that a contact comes to carry with this step, and that the step expects to be free (X3). The changes
/// of the step are those of the batch from `changes` on, and its rows those from `first` on.
///
/// - Under a rule of one field, a key belongs to one contact (M6). Planning has dropped the keys that somebody else
///   has, so all others are expected to be free.
/// - Under a rule of several fields, contacts may share a key. Only a new contact expects such keys to be free: those
///   by which its first row found nobody, unless later rows have changed them.
/// - A key that this plan itself passes from one contact to another is not expected to be free, because it depends on
///   the adapter whether it is so yet.
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

/// Adds the addresses that a contact is given. They are among its changes, so its rows need not be folded again.
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
    // Changes are in the order of the fields.
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
        // Keys that come from a default are left out: storage was asked only for those that the row offers.
        let offered = rule.keys_offered(&ledger.settings, &rows[0].cells);
        keys.retain(|key| offered.contains(key));
    }
    keys
}
