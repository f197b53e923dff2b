//! [`Closing`]: the end of planning, when outcomes of records become outcomes of rows, and records
//! become steps.
//!
//! Contacts are settled first. Then the rows are gone through once: each settles the opportunity that
//! it is the first row of, is counted, and names the steps of its two records. So the steps are in
//! order as they come, but for those that another row names: these are put in their places at the end.
//!
//! Both only look at the ledger, so they are cut into stretches, one for each thread; what the rows have
//! come to is written down when all are back.

mod contacts;
mod elsewhere;
mod rows;

use super::stretches::{in_stretches, joined};
use crate::field::FieldId;
use crate::plan::{KeptStep, Ledger, Stats};

use contacts::Contacts;
use elsewhere::Elsewhere;
use rows::Rows;

/// See the [module](self).
pub(super) struct Closing<'p> {
    pub(super) ledger: &'p mut Ledger,
    /// Where a row may plainly contradict what is stored.
    pub(super) overwritten: &'p [(usize, FieldId)],
    /// Of each stored contact: would its first row change what is stored of it?
    pub(super) first_differs: &'p [bool],
    pub(super) threads: usize,
}

impl Closing<'_> {
    /// Settles every record; gives the steps in their order, and the totals.
    pub(super) fn close(self) -> (Vec<KeptStep>, Stats) {
        let Closing { ledger, overwritten, first_differs, threads } = self;
        let contacts = Contacts::new(ledger, overwritten, first_differs);
        let settled = in_stretches(ledger.people.len(), threads, |of| contacts.settle(of));
        let (contacts, mut elsewhere): (Vec<_>, Vec<Elsewhere>) = settled.into_iter().unzip();
        let rows = Rows { ledger, contacts: &joined(contacts) };
        let settled = in_stretches(ledger.len(), threads, |of| rows.settle(of));
        let mut stats = Stats::default();
        let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
        for of in settled {
            stats.add(&of.stats);
            steps.push(of.steps);
            elsewhere.push(of.elsewhere);
            outcomes.push(of.outcomes);
        }
        let mut steps = joined(steps);
        Elsewhere::joined(elsewhere).put_in_place(ledger, &mut steps);
        steps.shrink_to_fit();
        debug_assert!(rows.are_in_order(&steps));
        for (object, row, outcome) in outcomes.into_iter().flatten() {
            *ledger.outcome_mut(object, row) = Some(outcome);
        }
        (steps, stats)
    }
}
