//! The end of planning: the ledger becomes a [`Plan`]. Records that change become steps, and the outcome of a record
//! becomes that of its first row.
//!
//! The outcomes of all contacts are decided first. Then one pass over the rows decides each opportunity at its first
//! row, counts every row, and lists the steps of the records whose first row it is. So nearly all steps come in the
//! order in which they are written. A step that belongs to the unit of another row is put in its place at the end.
//!
//! Both passes only read the ledger. So each is cut into stretches, one for each thread, and the outcomes are written
//! into the ledger when all threads are done.

mod contacts;
mod out_of_order;
mod rows;

use super::Planner;
use super::differences::Overwritten;
use super::stretches::{concatenated, in_stretches};
use crate::draft::KeyKind;
use crate::issue::Finding;
use crate::object::ContactNumber;
use crate::plan::{KeptStep, Ledger, PassedOn, Plan, Stats};

use contacts::Contacts;
use out_of_order::OutOfOrder;
use rows::Rows;

impl Planner {
    /// The plan, after every block was planned.
    pub(crate) fn finish(mut self, about_file: Vec<Finding>, threads: usize) -> Plan {
        self.withdraw_tags();
        self.ledger.gifts.sort_unstable();
        self.ledger.dropped_of_contacts.sort_unstable();
        self.ledger.dropped_of_opportunities.sort_unstable();
        let passed_on = self.passed_on();
        let moved_keys = self.moved_keys();
        let mut ledger = self.ledger;
        ledger.passed_on = passed_on;
        let closing = Closing {
            ledger: &mut ledger,
            overwritten: &self.differences.overwritten,
            first_differs: &self.contacts.first_differs,
            threads,
        };
        let (steps, stats) = closing.close();
        ledger.shrink();
        let mut findings = self.all_findings;
        findings.splice(0..0, about_file);
        findings.shrink_to_fit();
        let described = self.contacts.described;
        Plan { findings, stats, steps, described, moved_keys, ..Plan::empty(ledger, String::new()) }
    }

    /// The keys that pass from one contact to another, or that several carry in the end.
    fn passed_on(&self) -> PassedOn {
        let mut all = PassedOn::default();
        let is_new = |it: ContactNumber| self.ledger.contacts[it.index()].is_new();
        for key in self.index.passed_on(is_new, |place| self.ledger.text(place)) {
            let KeyKind::Rule(rule) = key.kind else { continue };
            let passage = all.entry((rule, key.text)).or_default();
            passage.from.extend(key.from);
            passage.to = key.to;
        }
        all
    }
}

/// What is needed to decide which records change.
struct Closing<'p> {
    ledger: &'p mut Ledger,
    /// See [`Differences`](super::differences::Differences).
    overwritten: &'p [Overwritten],
    /// For each stored contact, whether its first row by itself changes it.
    first_differs: &'p [bool],
    threads: usize,
}

impl Closing<'_> {
    /// Decides every record and every row, and returns the steps in order and the totals.
    fn close(self) -> (Vec<KeptStep>, Stats) {
        let Closing { ledger, overwritten, first_differs, threads } = self;
        let contacts = Contacts::new(ledger, overwritten, first_differs);
        let decided = in_stretches(ledger.contacts.len(), threads, |of| contacts.decide(of));
        let (contacts, mut out_of_order): (Vec<_>, Vec<OutOfOrder>) = decided.into_iter().unzip();
        let rows = Rows { ledger, contacts: &concatenated(contacts) };
        let decided = in_stretches(ledger.len(), threads, |of| rows.decide(of));
        let mut stats = Stats::default();
        let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
        for of in decided {
            stats.add(&of.stats);
            steps.push(of.steps);
            out_of_order.push(of.out_of_order);
            outcomes.push(of.outcomes);
        }
        let mut steps = concatenated(steps);
        OutOfOrder::concatenated(out_of_order).put_in_place(ledger, &mut steps);
        steps.shrink_to_fit();
        debug_assert!(rows.are_in_order(&steps));
        for (object, row, outcome) in outcomes.into_iter().flatten() {
            *ledger.outcome_mut(object, row) = Some(outcome);
        }
        (steps, stats)
    }
}
