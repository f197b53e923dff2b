//! [`Rows`]: decides the outcome of each row, after those of the contacts are known.

use std::ops::Range;

use super::out_of_order::{OutOfOrder, place};
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{
    Changes, ContactRow, Fact, KeptStep, Ledger, OpportunityRow, Outcome, Stats, changes_record,
    first_row, moves_link,
};

/// See the [module](self).
pub(super) struct Rows<'p> {
    pub(super) ledger: &'p Ledger,
    /// The outcome of each contact.
    pub(super) contacts: &'p [Outcome],
}

/// What was decided about some rows.
#[derive(Debug, Default)]
pub(super) struct DecidedRows {
    /// The steps of the records whose first rows these are.
    pub(super) steps: Vec<KeptStep>,
    pub(super) out_of_order: OutOfOrder,
    pub(super) stats: Stats,
    /// Outcomes that have to be changed in the ledger.
    pub(super) outcomes: Vec<(Object, RowIndex, Outcome)>,
}

impl Rows<'_> {
    /// Decides these rows.
    pub(super) fn decide(&self, rows: Range<u32>) -> DecidedRows {
        let (mut decided, mut changes) = (DecidedRows::default(), Changes::default());
        decided.steps.reserve_exact(self.most_steps(rows.len()));
        let stretch = rows.start as usize..rows.end as usize;
        let contacts = &self.ledger.contact_rows[stretch.clone()];
        let opportunities = &self.ledger.opportunity_rows[stretch];
        let rows = rows.map(RowIndex::new);
        for ((row, contact), opportunity) in rows.zip(contacts).zip(opportunities) {
            let of_contact = self.decide_contact(row, contact, &mut decided);
            let of_opportunity =
                self.decide_opportunity(row, opportunity, &mut changes, &mut decided);
            let stats = &mut decided.stats;
            stats.contacts.count(of_contact, contact.has_warning);
            stats.opportunities.count(of_opportunity, opportunity.has_warning);
            if of_contact.is_none() && of_opportunity.is_none() {
                match self.ledger.is_unused(row) {
                    true => stats.unused_rows += 1,
                    false => stats.blank_rows += 1,
                }
            }
        }
        decided.out_of_order.sort();
        decided
    }

    /// Decides the contact side of a row, and lists the step of its contact if this is the first row of it. Returns the
    /// outcome.
    fn decide_contact(
        &self,
        row: RowIndex,
        side: &ContactRow,
        decided: &mut DecidedRows,
    ) -> Option<Outcome> {
        let Some(contact) = side.contact.filter(|_| side.is_first()) else { return side.outcome };
        let outcome = self.contacts[contact.index()];
        if outcome != Outcome::Unchanged {
            let step = RecordRef::from(contact);
            decided.steps.push(KeptStep::new(step));
        }
        decided.first_row_of(Object::Contact, row, side.outcome, outcome)
    }

    /// Decides the opportunity side of a row; if this is the first row of its opportunity, also decides the opportunity
    /// and lists its step. Returns the outcome.
    fn decide_opportunity(
        &self,
        row: RowIndex,
        side: &OpportunityRow,
        changes: &mut Changes,
        decided: &mut DecidedRows,
    ) -> Option<Outcome> {
        let Some(opportunity) = side.opportunity.filter(|_| side.is_first()) else {
            return side.outcome;
        };
        let entry = &self.ledger.opportunities[opportunity.index()];
        let step = RecordRef::from(opportunity);
        let link = match entry.last_row == Some(row) {
            true => side.contact.filter(|_| side.sets_link),
            false => self.ledger.link_of(opportunity),
        };
        let is_counted = match self.ledger.met(opportunity) {
            // An earlier window may have counted the link.
            Some(met) => !met.has(Fact::Linked),
            None => side.outcome != Some(Outcome::Merged),
        };
        decided.stats.links += u64::from(link.is_some() && is_counted);
        let outcome = if entry.is_new() {
            Outcome::Create
        } else if changes_record(self.ledger, step, changes) || moves_link(self.ledger, opportunity)
        {
            Outcome::Update
        } else {
            Outcome::Unchanged
        };
        if outcome != Outcome::Unchanged {
            match self.unit_of(step, link) {
                unit if unit == Some(row) => decided.steps.push(KeptStep::new(step)),
                unit => decided.out_of_order.push(self.ledger, unit, step),
            }
        }
        decided.first_row_of(Object::Opportunity, row, side.outcome, outcome)
    }

    /// The row by which the unit of a step is ordered: the first row of the contact to which an opportunity is linked,
    /// if that contact is written, or else the step's own first row.
    fn unit_of(&self, step: RecordRef, link: Option<ContactNumber>) -> Option<RowIndex> {
        let is_written =
            |contact: &ContactNumber| self.contacts[contact.index()] != Outcome::Unchanged;
        let contact = link.filter(is_written).map(RecordRef::from);
        first_row(self.ledger, contact.unwrap_or(step))
    }

    /// How many steps this many rows can list at most.
    fn most_steps(&self, rows: usize) -> usize {
        rows.min(self.ledger.contacts.len()) + rows.min(self.ledger.opportunities.len())
    }

    /// Whether every step is in its place. For an assertion.
    pub(super) fn are_in_order(&self, steps: &[KeptStep]) -> bool {
        steps.is_sorted_by_key(|kept| {
            let step = kept.record();
            place(self.ledger, self.unit_of(step, self.ledger.link_of(step)), step)
        })
    }
}

impl DecidedRows {
    /// Gives the first row of a record the outcome of the record. If an earlier window has folded rows into the record,
    /// its outcome was counted there, and this row has been merged.
    fn first_row_of(
        &mut self,
        object: Object,
        row: RowIndex,
        before: Option<Outcome>,
        outcome: Outcome,
    ) -> Option<Outcome> {
        if before != Some(Outcome::Create) {
            return before;
        }
        if outcome != Outcome::Create {
            self.outcomes.push((object, row, outcome));
        }
        Some(outcome)
    }
}
