//! [`Contacts`]: settles what becomes of each contact, once all rows have been folded.

use std::ops::Range;

use super::elsewhere::Elsewhere;
use crate::follow_up::FollowUp;
use crate::object::Object;
use crate::plan::{Changes, Ledger, Outcome, StepRef, changes_record, first_row};
use crate::planner::differences::{Overwritten, contradicts};

/// See the [module](self).
pub(super) struct Contacts<'p> {
    ledger: &'p Ledger,
    /// See [`Differences`](crate::planner::differences::Differences).
    overwritten: &'p [Overwritten],
    /// For each stored contact, whether its first row by itself would change it.
    first_differs: &'p [bool],
    /// A follow-up tags contacts.
    tags_all: bool,
}

impl<'p> Contacts<'p> {
    pub(super) fn new(
        ledger: &'p Ledger,
        overwritten: &'p [Overwritten],
        first_differs: &'p [bool],
    ) -> Self {
        let is_tag = |follow_up: &FollowUp| matches!(follow_up, FollowUp::Tag(..));
        let tags_all = ledger.settings.follow_ups.iter().any(is_tag);
        Contacts { ledger, overwritten, first_differs, tags_all }
    }

    /// Settles the contacts with these numbers. Also returns the steps of those that have no rows themselves.
    pub(super) fn settle(&self, numbers: Range<u32>) -> (Vec<Outcome>, Elsewhere) {
        let (mut elsewhere, mut changes) = (Elsewhere::default(), Changes::default());
        let outcomes = numbers.map(|number| {
            let entry = &self.ledger.contacts[number as usize];
            if entry.is_new() {
                return Outcome::Create;
            }
            if !self.is_changed(number, &mut changes) {
                return Outcome::Unchanged;
            }
            if !entry.has_rows() {
                let step = StepRef { object: Object::Contact, number };
                elsewhere.push(self.ledger, first_row(self.ledger, step), step);
            }
            Outcome::Update
        });
        (outcomes.collect(), elsewhere)
    }

    /// Does the file change a stored contact? `changes` is a buffer.
    fn is_changed(&self, number: u32, changes: &mut Changes) -> bool {
        let entry = &self.ledger.contacts[number as usize];
        let has_gifts = self.has_gifts(number);
        let is_one_row = entry.has_rows() && entry.first_row == entry.last_row;
        if is_one_row && !has_gifts && !self.tags_all {
            return self.first_differs[entry.stored as usize];
        }
        let last = entry.last_row;
        if entry.has_rows() && contradicts(self.ledger, self.overwritten, entry, last) {
            return true;
        }
        let has_work = entry.has_rows() || entry.is_named() || has_gifts;
        has_work
            && changes_record(self.ledger, StepRef { object: Object::Contact, number }, changes)
    }

    fn has_gifts(&self, contact: u32) -> bool {
        let gifts = &self.ledger.gifts;
        let from = gifts.partition_point(|&(of, _)| of < contact);
        gifts.get(from).is_some_and(|&(of, _)| of == contact)
    }
}
