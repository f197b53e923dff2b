//! [`Closing`]: the end of planning, when outcomes of records become outcomes of rows, and records
//! become steps.
//!
//! Contacts are settled first. Then the rows are gone through once: each settles the opportunity that
//! it is the first row of, is counted, and names the steps of its two records. So the steps are in
//! order as they come, but for those that another row names: these are put in their places at the end.

use super::differences::contradicts;
use crate::field::FieldId;
use crate::follow_up::FollowUp;
use crate::object::Object;
use crate::plan::{Changes, Ledger, NONE, Outcome, Stats, StepRef, first_row, fold, moves_link};

/// See the [module](self).
pub(super) struct Closing<'p> {
    ledger: &'p mut Ledger,
    /// Where a row may plainly contradict what is stored.
    overwritten: &'p [(usize, FieldId)],
    /// Of each contact: is it written? Before it is settled: would its first row change what is stored
    /// of it?
    is_written: Vec<bool>,
    /// Does a follow-up tag contacts?
    tags_all: bool,
    /// A buffer for comparing.
    changes: Changes,
    steps: Vec<StepRef>,
    /// Steps that another row names than the first of their own.
    elsewhere: Vec<(Place, StepRef)>,
    stats: Stats,
}

/// Where a step stands among all: by the row that names the unit, a contact before its opportunities
/// (X1), contacts by their numbers, opportunities by their own rows.
type Place = (u32, Object, u32);

impl<'p> Closing<'p> {
    /// `first_differs`: would the first row of each contact change what is stored of it?
    pub(super) fn new(
        ledger: &'p mut Ledger,
        overwritten: &'p [(usize, FieldId)],
        first_differs: Vec<bool>,
    ) -> Self {
        let is_tag = |follow_up: &FollowUp| matches!(follow_up, FollowUp::Tag(..));
        Closing {
            tags_all: ledger.settings.follow_ups.iter().any(is_tag),
            ledger,
            overwritten,
            is_written: first_differs,
            changes: Changes::default(),
            steps: Vec::new(),
            elsewhere: Vec::new(),
            stats: Stats::default(),
        }
    }

    /// Settles every record; gives the steps in their order, and the totals.
    pub(super) fn close(mut self) -> (Vec<StepRef>, Stats) {
        self.settle_contacts();
        // As much room as they may need.
        let contacts = self.is_written.iter().filter(|is_written| **is_written).count();
        self.steps.reserve_exact(contacts + self.ledger.deals.len());
        self.settle_rows();
        self.put_in_place();
        self.steps.shrink_to_fit();
        (self.steps, self.stats)
    }

    fn settle_contacts(&mut self) {
        for (number, at) in (0..).zip(0..self.is_written.len()) {
            let entry = self.ledger.people[at];
            // The first row of a new one has said so when it was met.
            let is_written = if entry.is_new() {
                entry.has_rows()
            } else {
                let outcome = self.outcome_of_contact(number);
                self.set_outcome(Object::Contact, number, outcome);
                outcome == Outcome::Update
            };
            self.is_written[at] = is_written;
            if is_written && !entry.has_rows() {
                let step = StepRef { object: Object::Contact, number };
                let unit = first_row(self.ledger, step);
                self.elsewhere.push((self.place(unit, step), step));
            }
        }
    }

    /// What becomes of a stored contact?
    fn outcome_of_contact(&mut self, number: u32) -> Outcome {
        let entry = self.ledger.people[number as usize];
        let has_gifts = self.has_gifts(number);
        let is_one_row = entry.has_rows() && entry.first_row == entry.last_row;
        let differs = if is_one_row && !has_gifts && !self.tags_all {
            self.is_written[number as usize]
        } else if entry.has_rows() && self.last_differs(number) {
            true
        } else {
            let has_work = entry.has_rows() || entry.is_named() || has_gifts;
            has_work && self.changes_on_folding(StepRef { object: Object::Contact, number })
        };
        if differs { Outcome::Update } else { Outcome::Unchanged }
    }

    /// Does the last row of a stored contact plainly leave it other than it is?
    fn last_differs(&self, number: u32) -> bool {
        let entry = &self.ledger.people[number as usize];
        let row = self.ledger.row(Object::Contact, entry.last_row);
        contradicts(self.overwritten, self.ledger.base(Object::Contact, entry), &row)
    }

    fn has_gifts(&self, contact: u32) -> bool {
        let gifts = &self.ledger.gifts;
        let from = gifts.partition_point(|&(of, _)| of < contact);
        gifts.get(from).is_some_and(|&(of, _)| of == contact)
    }

    /// Do the rows of a record change it?
    fn changes_on_folding(&mut self, step: StepRef) -> bool {
        self.changes.clear();
        fold(self.ledger, step, true, &mut self.changes);
        self.changes.len() > 0
    }

    /// The row that met a stored record first says what becomes of it, unless an earlier window has
    /// folded rows into it: then it was counted there.
    fn set_outcome(&mut self, object: Object, number: u32, outcome: Outcome) {
        let entry = *self.ledger.entry(object, number);
        if entry.has_rows() && !self.ledger.was_folded(object, number) {
            let row = entry.first_row as usize;
            match object {
                Object::Contact => self.ledger.contact_rows[row].outcome = Some(outcome),
                Object::Opportunity => self.ledger.opportunity_rows[row].outcome = Some(outcome),
            }
        }
    }

    fn settle_rows(&mut self) {
        for (row, at) in (0..).zip(0..self.ledger.len()) {
            let side = self.ledger.contact_rows[at];
            // The first row of its contact, if there is a contact.
            if side.contact != NONE && side.previous == NONE {
                let contact = side.contact as usize;
                if self.is_written[contact] && self.ledger.people[contact].first_row == row {
                    self.steps.push(StepRef { object: Object::Contact, number: side.contact });
                }
            }
            let side = self.ledger.opportunity_rows[at];
            if side.deal != NONE && side.previous == NONE {
                self.settle_opportunity(side.deal, row);
            }
            self.count(at);
        }
    }

    /// Settles an opportunity if this is its first row.
    fn settle_opportunity(&mut self, number: u32, row: u32) {
        let entry = self.ledger.deals[number as usize];
        if entry.first_row != row {
            return;
        }
        let step = StepRef { object: Object::Opportunity, number };
        let link = self.ledger.link_of(&entry);
        let was_folded = self.ledger.was_folded(step.object, number);
        self.stats.links += u64::from(link.is_some() && !was_folded);
        if !entry.is_new() {
            let differs = self.changes_on_folding(step) || moves_link(self.ledger, &entry);
            let outcome = if differs { Outcome::Update } else { Outcome::Unchanged };
            self.set_outcome(step.object, number, outcome);
            if !differs {
                return;
            }
        }
        match self.unit_of(step, link) {
            unit if unit == row => self.steps.push(step),
            unit => self.elsewhere.push((self.place(unit, step), step)),
        }
    }

    /// The row that names the unit of a step: that of its contact, if it is linked to one that is
    /// written, else its own.
    fn unit_of(&self, step: StepRef, link: Option<u32>) -> u32 {
        let contact = link.filter(|&contact| self.is_written[contact as usize]);
        let contact = contact.map(|number| StepRef { object: Object::Contact, number });
        first_row(self.ledger, contact.unwrap_or(step))
    }

    fn count(&mut self, row: usize) {
        let contact = &self.ledger.contact_rows[row];
        let opportunity = &self.ledger.opportunity_rows[row];
        if let Some(outcome) = contact.outcome {
            self.stats.contacts.add(outcome);
            self.stats.contacts.warnings += u64::from(contact.has_warning);
        }
        if let Some(outcome) = opportunity.outcome {
            self.stats.opportunities.add(outcome);
            self.stats.opportunities.warnings += u64::from(opportunity.has_warning);
        }
        if contact.outcome.is_none() && opportunity.outcome.is_none() {
            self.stats.blank_rows += 1;
        }
    }

    /// The place of a step in the unit that this row names.
    fn place(&self, unit: u32, step: StepRef) -> Place {
        let own = match step.object {
            Object::Contact => step.number,
            Object::Opportunity => self.ledger.deals[step.number as usize].first_row,
        };
        (unit, step.object, own)
    }

    /// Puts the steps that other rows name among those that stand where their own rows do: from the
    /// last one on, so that each step is moved once.
    fn put_in_place(&mut self) {
        let mut elsewhere = std::mem::take(&mut self.elsewhere);
        elsewhere.sort_unstable_by_key(|(place, _)| *place);
        let mut behind = self.steps.len();
        self.steps.extend(elsewhere.iter().map(|(_, step)| *step));
        for (before, (place, step)) in elsewhere.into_iter().enumerate().rev() {
            while behind > 0 {
                let last = self.steps[behind - 1];
                if self.place(self.ledger.entry(last.object, last.number).first_row, last) < place {
                    break;
                }
                behind -= 1;
                self.steps[behind + before + 1] = last;
            }
            self.steps[behind + before] = step;
        }
        debug_assert!(self.steps.is_sorted_by_key(|&step| {
            let entry = self.ledger.entry(step.object, step.number);
            let is_deal = step.object == Object::Opportunity;
            let link = is_deal.then(|| self.ledger.link_of(entry)).flatten();
            self.place(self.unit_of(step, link), step)
        }));
    }
}
