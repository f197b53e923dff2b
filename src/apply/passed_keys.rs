//! Keys that pass from a stored contact to another one of the same plan.
//!
//! If one contact gives up an address and another gets it, both in one batch, then the step of the second cannot expect
//! the address to be free: it depends on the adapter whether that is so yet. And so it would not notice that another
//! import has given it to a third meanwhile (X3). Therefore the second is written in a later batch, if that is possible
//! without writing it before something else of its unit.

use std::collections::VecDeque;
use std::ops::Range;

use super::applier::Applier;
use super::units::{Task, TaskKind, Waits, batches};
use crate::maps::Map;
use crate::object::ContactNumber;
use crate::plan::{Ledger, Passage};

/// Cuts the tasks of a plan into batches, and notes which keys pass on in turn with that.
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
    // The last step that gives up the key, and the one that gets it.
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
    /// A contact is not written, so it keeps the keys that it was to give up. Nobody who gets one of them expects it to
    /// be free then: that row is written as planned (L1), not taken for one about the contact that has the key still.
    pub(super) fn keep_keys(&mut self, part: u32, contact: ContactNumber) {
        if part != 0 {
            return;
        }
        let passed_on = self.report.plan.ledger.passed_on.values_mut();
        for passage in passed_on.filter(|it| it.is_in_turn && it.from.contains(&contact)) {
            passage.is_in_turn = false;
            // The keys of the next batch may have been put together already.
            self.folded = None;
        }
    }
}
