//! [`Contacts`]: decides the outcome of each contact, after all rows have been planned.

use std::ops::Range;

use super::out_of_order::OutOfOrder;
use crate::follow_up::FollowUp;
use crate::lookup::StoredId;
use crate::object::{ContactNumber, RecordRef};
use crate::plan::{Changes, Ledger, Outcome, changes_record, first_row};
use crate::planner::differences::{Overwritten, contradicts};

/// See the [module](self).
pub(super) struct Contacts<'p> {
    ledger: &'p Ledger,
    /// See [`Differences`](crate::planner::differences::Differences).
    overwritten: &'p [Overwritten],
    /// For each stored contact, whether its first row by itself changes it.
    first_differs: &'p [bool],
    /// Whether a follow-up tags contacts.
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

    /// Decides the contacts with these numbers. Also returns the steps of those that no row is folded into: they only
    /// get tags.
    pub(super) fn decide(&self, numbers: Range<u32>) -> (Vec<Outcome>, OutOfOrder) {
        let (mut out_of_order, mut changes) = (OutOfOrder::default(), Changes::default());
        let outcomes = numbers.map(|number| {
            let contact = ContactNumber::new(number);
            let entry = &self.ledger.contacts[contact.index()];
            if entry.is_new() {
                return Outcome::Create;
            }
            if !self.is_changed(contact, &mut changes) {
                return Outcome::Unchanged;
            }
            if !entry.has_rows() {
                let step = RecordRef::from(contact);
                out_of_order.push(self.ledger, first_row(self.ledger, step), step);
            }
            Outcome::Update
        });
        (outcomes.collect(), out_of_order)
    }

    /// Whether the file changes a stored contact. `changes` is a buffer.
    fn is_changed(&self, contact: ContactNumber, changes: &mut Changes) -> bool {
        let entry = &self.ledger.contacts[contact.index()];
        let has_gifts = self.has_gifts(contact);
        if let Some(StoredId(stored)) = entry.stored()
            && entry.only_row().is_some()
            && !has_gifts
            && !self.tags_all
        {
            return self.first_differs[stored as usize];
        }
        let contradicts = |row| contradicts(self.ledger, self.overwritten, entry, row);
        if entry.last_row.is_some_and(contradicts) {
            return true;
        }
        let has_work = entry.has_rows() || entry.is_named() || has_gifts;
        has_work && changes_record(self.ledger, RecordRef::from(contact), changes)
    }

    fn has_gifts(&self, contact: ContactNumber) -> bool {
        let gifts = &self.ledger.gifts;
        let from = gifts.partition_point(|&(of, _)| of < contact);
        gifts.get(from).is_some_and(|&(of, _)| of == contact)
    }
}
