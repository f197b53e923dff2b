//! [`Closing`]: what becomes of every record and every row, once all rows are planned. Records become steps, and what
//! becomes of a record is what becomes of its rows.
//!
//! Contacts are settled first. Then the rows are gone through once. Each settles the opportunity whose first
//! row it is, is counted, and names the steps of the records whose first row it is. So most steps come in
//! order. Steps that are named by another row than their own are put in their places at the end.
//!
//! Both passes only read the ledger. So they are cut into stretches, one for each thread, and the outcomes are
//! written down when all threads are done.

mod contacts;
mod out_of_order;
mod rows;

use super::differences::Overwritten;
use super::stretches::{in_stretches, joined};
use crate::plan::{KeptStep, Ledger, Stats};

use contacts::Contacts;
use out_of_order::OutOfOrder;
use rows::Rows;

/// See the [module](self).
pub(super) struct Closing<'p> {
    pub(super) ledger: &'p mut Ledger,
    /// See [`Differences`](super::differences::Differences).
    pub(super) overwritten: &'p [Overwritten],
    /// For each stored contact, whether its first row by itself would change it.
    pub(super) first_differs: &'p [bool],
    pub(super) threads: usize,
}

impl Closing<'_> {
    /// Settles every record, and returns the steps in order and the totals.
    pub(super) fn close(self) -> (Vec<KeptStep>, Stats) {
        let Closing { ledger, overwritten, first_differs, threads } = self;
        let contacts = Contacts::new(ledger, overwritten, first_differs);
        let settled = in_stretches(ledger.contacts.len(), threads, |of| contacts.settle(of));
        let (contacts, mut out_of_order): (Vec<_>, Vec<OutOfOrder>) = settled.into_iter().unzip();
        let rows = Rows { ledger, contacts: &joined(contacts) };
        let settled = in_stretches(ledger.len(), threads, |of| rows.settle(of));
        let mut stats = Stats::default();
        let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
        for of in settled {
            stats.add(&of.stats);
            steps.push(of.steps);
            out_of_order.push(of.out_of_order);
            outcomes.push(of.outcomes);
        }
        let mut steps = joined(steps);
        OutOfOrder::joined(out_of_order).put_in_place(ledger, &mut steps);
        steps.shrink_to_fit();
        debug_assert!(rows.are_in_order(&steps));
        for (object, row, outcome) in outcomes.into_iter().flatten() {
            *ledger.outcome_mut(object, row) = Some(outcome);
        }
        (steps, stats)
    }
}
