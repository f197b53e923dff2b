//! [`Task`]s in the order in which they are written, unit by unit, and the batches into which they are cut.
//!
//! A unit is a set of records that rows of the file connect with each other, directly or through other records. Within
//! a unit, contacts come first, then follow-ups, then opportunities (X1). Batches are cut between units. Only a unit
//! that is longer than two batches is itself cut, and its batches are written in order.

use std::collections::VecDeque;
use std::ops::Range;

use crate::maps::Map;
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{Ledger, Plan, first_row};

/// How many tasks a batch has, unless a unit is longer.
const BATCH_TASKS: usize = 500;

/// How many batches may be cut short because a unit has to wait for another one. Without a limit, a file in which each
/// row takes the address of the row before would be written record by record.
const SHORT_BATCHES: usize = 1_000;

/// One thing to write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// The plan that it belongs to: 0 is the plan of the import, the others were made again for some rows.
    pub(super) part: u32,
    pub(super) kind: TaskKind,
    /// The number of its record in that plan.
    pub(super) number: u32,
    /// Whether it is the first task of its unit.
    pub(super) is_start: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TaskKind {
    Contact,
    /// The follow-up at this position of the settings, for the contact with the task's number.
    FollowUp(u16),
    Opportunity,
}

impl Task {
    /// The record it is about.
    pub(super) fn record(&self) -> RecordRef {
        let object = match self.kind {
            TaskKind::Contact | TaskKind::FollowUp(_) => Object::Contact,
            TaskKind::Opportunity => Object::Opportunity,
        };
        RecordRef { object, number: self.number }
    }
}

/// The tasks of a plan, in order.
pub(super) fn tasks(plan: &Plan, part: u32, units: &mut Units) -> Vec<Task> {
    let ledger = &plan.ledger;
    let mut tasks: Vec<(u32, Option<RowIndex>, Task)> = Vec::with_capacity(plan.steps.len());
    for step in plan.steps.iter().map(|kept| kept.record()) {
        let kind = match step.object {
            Object::Contact => TaskKind::Contact,
            Object::Opportunity => TaskKind::Opportunity,
        };
        let task = Task { part, kind, number: step.number, is_start: false };
        tasks.push((units.root(ledger, step), first_row(ledger, step), task));
    }
    for (contact, at) in ledger.lists_and_workflows() {
        let (step, kind) = (RecordRef::from(contact), TaskKind::FollowUp(at));
        let task = Task { part, kind, number: step.number, is_start: false };
        tasks.push((units.root(ledger, step), first_row(ledger, step), task));
    }
    // Units come in the order of their first rows.
    let mut first: Vec<Option<RowIndex>> = vec![None; units.above.len()];
    for &(root, row, _) in &tasks {
        let place = &mut first[root as usize];
        *place = place.iter().copied().chain(row).min();
    }
    tasks.sort_by_key(|(root, row, task)| {
        (first[*root as usize], *root, task.kind.class(), *row, task.kind)
    });
    let mut before = None;
    let mark = |(root, _, mut task): (u32, Option<RowIndex>, Task)| {
        task.is_start = before.replace(root) != Some(root);
        task
    };
    tasks.into_iter().map(mark).collect()
}

impl TaskKind {
    /// The place of its kind within a unit (X1).
    fn class(self) -> u8 {
        match self {
            TaskKind::Contact => 0,
            TaskKind::FollowUp(_) => 1,
            TaskKind::Opportunity => 2,
        }
    }
}

/// Units that have to be in a later batch than a certain task: for the position of the first task of each unit, the
/// position of the task that it waits for.
pub(super) type Waits = Map<usize, usize>;

/// Cuts the tasks from position `from` on into batches of whole units.
pub(super) fn batches(tasks: &[Task], from: usize, waits: &Waits) -> VecDeque<Range<usize>> {
    let mut queue = VecDeque::new();
    let (mut start, mut short) = (from, 0);
    for at in from + 1..=tasks.len() {
        let is_cut = tasks.get(at).is_none_or(|t| t.is_start || at - start >= 2 * BATCH_TASKS);
        let waits = short < SHORT_BATCHES && waits.get(&at).is_some_and(|other| *other >= start);
        if waits || (at - start >= BATCH_TASKS && is_cut) || at == tasks.len() {
            queue.push_back(start..at);
            start = at;
            short += usize::from(waits);
        }
    }
    queue
}

/// Where to cut a range of tasks that failed as a whole (X5): between two units, near the middle; after its
/// contacts, if it is one unit; otherwise in the middle.
pub(super) fn middle(tasks: &[Task], range: &Range<usize>) -> usize {
    let half = range.start + range.len() / 2;
    let after = (half.max(range.start + 1)..range.end).find(|&at| tasks[at].is_start);
    let before = (range.start + 1..half).rev().find(|&at| tasks[at].is_start);
    let nearest = match (before, after) {
        (Some(before), Some(after)) if half - before < after - half => Some(before),
        (before, after) => after.or(before),
    };
    let contacts = || {
        let is_late = |&at: &usize| tasks[at].kind != TaskKind::Contact;
        (range.start..range.end).find(is_late).filter(|at| *at > range.start)
    };
    nearest.or_else(contacts).unwrap_or(half.max(range.start + 1))
}

/// Which records belong to one unit. Each row connects the records that it names, and an opportunity that gives tags to
/// a contact is connected with it. The records form a union-find forest, in which each tree is a unit.
#[derive(Debug)]
pub(super) struct Units {
    /// The parent of each contact, then of each opportunity; a root is its own.
    above: Vec<u32>,
}

impl Units {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let count = ledger.contacts.len() + ledger.opportunities.len();
        let mut units = Units { above: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect() };
        for row in ledger.all_rows() {
            let mut nodes = nodes(ledger, row);
            if let Some(first) = nodes.next() {
                nodes.for_each(|node| units.join(first, node));
            }
        }
        for &(contact, row) in &ledger.gifts {
            if let Some(node) = nodes(ledger, row).next() {
                units.join(node, contact.number());
            }
        }
        units
    }

    /// The unit of a row, if it is in one.
    pub(super) fn of_row(&mut self, ledger: &Ledger, row: RowIndex) -> Option<u32> {
        let node = nodes(ledger, row).next()?;
        Some(self.find(node))
    }

    fn root(&mut self, ledger: &Ledger, step: RecordRef) -> u32 {
        self.find(node(ledger, step))
    }

    fn find(&mut self, node: u32) -> u32 {
        let mut at = node;
        while self.above[at as usize] != at {
            let above = self.above[at as usize];
            self.above[at as usize] = self.above[above as usize];
            at = above;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        // The lower number becomes the root, so that the roots do not depend on the order of joining.
        let (low, high) = (a.min(b), a.max(b));
        self.above[high as usize] = low;
    }
}

fn node(ledger: &Ledger, step: RecordRef) -> u32 {
    let contacts = u32::try_from(ledger.contacts.len()).unwrap_or(u32::MAX);
    match step.object {
        Object::Contact => step.number,
        Object::Opportunity => contacts + step.number,
    }
}

/// The records that a row names.
fn nodes(ledger: &Ledger, row: RowIndex) -> impl Iterator<Item = u32> {
    let contact = &ledger.contact_rows[row.index()];
    let opportunity = &ledger.opportunity_rows[row.index()];
    let contacts = u32::try_from(ledger.contacts.len()).unwrap_or(u32::MAX);
    let own = opportunity.opportunity.map(|of| contacts + of.number());
    let [contact, link] =
        [contact.contact, opportunity.contact].map(|of| of.map(ContactNumber::number));
    [contact, link, own].into_iter().flatten()
}
