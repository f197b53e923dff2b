//! Keys that pass from a stored contact to another one of the same plan.
//!
//! If one contact gives up an address and another one gets it in the same batch, the step of the second contact cannot
//! expect the address to be free, because it depends on the adapter whether it is so yet. But then nobody would notice
//! if another import had given the address to a third contact in the meantime (X3). So the second contact is written in
//! a later batch, if its unit can wait as a whole.

use std::collections::VecDeque;
use std::ops::Range;

use super::applier::Applier;
use super::units::{Task, TaskKind, Waits, batches};
use crate::maps::Map;
use crate::object::ContactNumber;
use crate::plan::{Ledger, Passage};

/// Cuts the tasks of a plan into batches, and notes which keys are given up in an earlier batch than they are taken.
pub(super) fn batches_in_turn(tasks: &[Task], ledger: &mut Ledger) -> VecDeque<Range<usize>> {
    let mut waits = Waits::default();
    if ledger.passed_on.is_empty() {
        return batches(tasks, 0, &waits);
    }
    let all = || tasks.iter().enumerate();
    let of_contacts = all().filter(|(_, task)| task.kind == TaskKind::Contact);
    let steps: Map<ContactNumber, usize> =
        of_contacts.map(|(at, task)| (ContactNumber::new(task.number), at)).collect();
    let starts: Vec<usize> = all().filter(|(_, task)| task.is_start).map(|(at, _)| at).collect();
    // The position of the last step that gives up a key, and that of the step that takes it.
    let turn = |passage: &Passage| {
        let from: Option<Vec<usize>> =
            passage.from.iter().map(|from| steps.get(from).copied()).collect();
        Some((from?.into_iter().max()?, *steps.get(&passage.to?)?))
    };
    for (from, to) in ledger.passed_on.values().filter_map(turn) {
        let start = starts[starts.partition_point(|start| *start <= to) - 1];
        if from < start {
            let last = waits.entry(start).or_insert(from);
            *last = from.max(*last);
        }
    }
    let queue = batches(tasks, 0, &waits);
    let batch_of = |at: usize| queue.partition_point(|batch| batch.end <= at);
    for passage in ledger.passed_on.values_mut() {
        passage.is_in_turn = turn(passage).is_some_and(|(from, to)| batch_of(from) < batch_of(to));
    }
    queue
}

impl Applier {
    /// Notes that a contact was not written, so that it keeps the keys that it was to give up. Whoever takes such a key
    /// must not expect it to be free: its row is written as planned (L1), and is not planned again as one about the
    /// contact that still has the key.
    pub(super) fn keep_keys(&mut self, part: u32, contact: ContactNumber) {
        if part != 0 {
            return;
        }
        let passed_on = self.report.plan.ledger.passed_on.values_mut();
        for passage in passed_on.filter(|it| it.is_in_turn && it.from.contains(&contact)) {
            passage.is_in_turn = false;
            // The next batch may have been folded already, with the key among those that are expected to be free.
            self.folded = None;
        }
    }
}
