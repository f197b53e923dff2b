//! [`Side`]: the columns of one object, as the drafter looks at them.

use super::watch::{Look, Watch};
use super::{Column, Settings};
use crate::normalize;
use crate::source::{Stripe, rows_of};

/// The columns of contacts, or those of opportunities.
#[derive(Debug, Default)]
pub(super) struct Side<'s> {
    /// First the columns that are not [quiet](Watch::is_quiet), then the quiet ones that name a contact, then
    /// the others.
    pub(super) watches: Vec<Watch<'s>>,
    pub(super) has_constants: bool,
}

/// What is known about the rows of a stripe: each set holds the rows for which it is so.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// A cell of the object is filled (P1).
    pub(super) present: u64,
    /// A filled cell is not one of those that identify a contact.
    pub(super) more: u64,
    pub(super) named: u64,
    pub(super) tagged: u64,
}

impl<'s> Side<'s> {
    pub(super) fn new(settings: &Settings, columns: &'s [Column]) -> Self {
        let mut watches: Vec<_> =
            columns.iter().map(|column| Watch::new(settings, column)).collect();
        watches.sort_by_key(|watch| (watch.is_quiet, watch.is_quiet && !watch.is_name));
        for look in [Look::Email, Look::Phone, Look::Id] {
            let of_kind = watches.iter_mut().filter(|watch| watch.look == look);
            of_kind.enumerate().for_each(|(number, watch)| watch.among_its_kind = number);
        }
        Side { has_constants: watches.iter().any(|watch| watch.index.is_none()), watches }
    }

    /// How many columns are looked at this way.
    pub(super) fn count(&self, look: Look) -> usize {
        self.watches.iter().filter(|watch| watch.look == look).count()
    }

    /// Those of the rows that have a filled cell of the object (P1).
    pub(super) fn present_among(&self, rows: u64, stripe: &Stripe<'_>) -> u64 {
        let is_present = |row: &usize| {
            let mut cells = self.watches.iter().filter_map(|watch| watch.index);
            let row = stripe.row(*row);
            cells.any(|index| !normalize::is_blank(row.cell(index)))
        };
        rows_of(rows).filter(is_present).fold(0, |present, row| present | 1 << row)
    }
}
