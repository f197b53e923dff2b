//! [`Rows`]: settles what becomes of each row, once it is known what becomes of its contact.

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
    /// What becomes of each contact.
    pub(super) contacts: &'p [Outcome],
}

/// What has become of some rows.
#[derive(Debug, Default)]
pub(super) struct SettledRows {
    /// The steps of the records whose first rows these are.
    pub(super) steps: Vec<KeptStep>,
    pub(super) out_of_order: OutOfOrder,
    pub(super) stats: Stats,
    /// The outcomes that differ from those in the ledger.
    pub(super) outcomes: Vec<(Object, RowIndex, Outcome)>,
}

impl Rows<'_> {
    /// Settles these rows.
    pub(super) fn settle(&self, rows: Range<u32>) -> SettledRows {
        let (mut settled, mut changes) = (SettledRows::default(), Changes::default());
        settled.steps.reserve_exact(self.most_steps(rows.len()));
        let stretch = rows.start as usize..rows.end as usize;
        let contacts = &self.ledger.contact_rows[stretch.clone()];
        let opportunities = &self.ledger.opportunity_rows[stretch];
        let rows = rows.map(RowIndex::new);
        for ((row, contact), opportunity) in rows.zip(contacts).zip(opportunities) {
            let of_contact = self.settle_contact(row, contact, &mut settled);
            let of_opportunity =
                self.settle_opportunity(row, opportunity, &mut changes, &mut settled);
            let stats = &mut settled.stats;
            stats.contacts.count(of_contact, contact.has_warning);
            stats.opportunities.count(of_opportunity, opportunity.has_warning);
            if of_contact.is_none() && of_opportunity.is_none() {
                match self.ledger.is_unused(row) {
                    true => stats.unused_rows += 1,
                    false => stats.blank_rows += 1,
                }
            }
        }
        settled.out_of_order.sort();
        settled
    }

    /// Names the step of a row's contact, if this is the first row of a contact that is written. Returns the
    /// outcome.
    fn settle_contact(
        &self,
        row: RowIndex,
        side: &ContactRow,
        settled: &mut SettledRows,
    ) -> Option<Outcome> {
        let Some(contact) = side.contact.filter(|_| side.is_first()) else { return side.outcome };
        let outcome = self.contacts[contact.index()];
        if outcome != Outcome::Unchanged {
            let step = RecordRef::from(contact);
            settled.steps.push(KeptStep::new(step));
        }
        settled.first_row_of(Object::Contact, row, side.outcome, outcome)
    }

    /// Settles a row's opportunity, if this is its first row. Returns the outcome.
    fn settle_opportunity(
        &self,
        row: RowIndex,
        side: &OpportunityRow,
        changes: &mut Changes,
        settled: &mut SettledRows,
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
            // An earlier window may have counted it.
            Some(met) => !met.has(Fact::Linked),
            None => side.outcome != Some(Outcome::Merged),
        };
        settled.stats.links += u64::from(link.is_some() && is_counted);
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
                unit if unit == Some(row) => settled.steps.push(KeptStep::new(step)),
                unit => settled.out_of_order.push(self.ledger, unit, step),
            }
        }
        settled.first_row_of(Object::Opportunity, row, side.outcome, outcome)
    }

    /// The row that names the unit of a step: the first row of its contact, if it is linked to one that is
    /// written, or else its own.
    fn unit_of(&self, step: RecordRef, link: Option<ContactNumber>) -> Option<RowIndex> {
        let is_written =
            |contact: &ContactNumber| self.contacts[contact.index()] != Outcome::Unchanged;
        let contact = link.filter(is_written).map(RecordRef::from);
        first_row(self.ledger, contact.unwrap_or(step))
    }

    /// How many steps so many rows can name at most: no more than there are records.
    fn most_steps(&self, rows: usize) -> usize {
        rows.min(self.ledger.contacts.len()) + rows.min(self.ledger.opportunities.len())
    }

    /// Is every step in its place?
    pub(super) fn are_in_order(&self, steps: &[KeptStep]) -> bool {
        steps.is_sorted_by_key(|kept| {
            let step = kept.record();
            place(self.ledger, self.unit_of(step, self.ledger.link_of(step)), step)
        })
    }
}

impl SettledRows {
    /// The first row of a record shows what becomes of the record; unless an earlier window has folded rows
    /// into it, because then it was counted there.
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
