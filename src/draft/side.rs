//! [`SideColumns`]: the columns of one object, as the drafter checks them.

use super::checked_column::{Check, CheckedColumn};
use super::{Column, Settings};
use crate::source::{Stripe, rows_of};

/// The columns of contacts, or those of opportunities.
#[derive(Debug, Default)]
pub(super) struct SideColumns<'s> {
    /// The columns in the order in which they are checked: first those that are not [quiet](CheckedColumn::is_quiet),
    /// then the quiet ones that name a contact, then the other quiet ones.
    pub(super) columns: Vec<CheckedColumn<'s>>,
    pub(super) has_constants: bool,
}

/// What the cells of one side show about the rows of a stripe: sets of rows, a bit for each row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// The rows with a filled cell of the side (P1).
    pub(super) present: u64,
    /// The rows with a filled cell that does not serve to identify the contact.
    pub(super) more: u64,
    /// The rows whose contact has a name.
    pub(super) named: u64,
    /// The rows whose opportunity has tags for its contact.
    pub(super) tagged: u64,
}

impl<'s> SideColumns<'s> {
    pub(super) fn new(settings: &Settings, columns: &'s [Column]) -> Self {
        let mut columns: Vec<_> =
            columns.iter().map(|column| CheckedColumn::new(settings, column)).collect();
        columns.sort_by_key(|checked| (checked.is_quiet, checked.is_quiet && !checked.is_name));
        for check in [Check::Email, Check::Phone, Check::Id] {
            let of_kind = columns.iter_mut().filter(|checked| checked.check == check);
            of_kind.enumerate().for_each(|(number, checked)| checked.among_its_kind = number);
        }
        SideColumns {
            has_constants: columns.iter().any(|checked| checked.index.is_none()),
            columns,
        }
    }

    /// How many columns are checked this way.
    pub(super) fn count(&self, check: Check) -> usize {
        self.columns.iter().filter(|checked| checked.check == check).count()
    }

    /// Those of the rows that have a filled cell of the object (P1).
    pub(super) fn present_among(&self, rows: u64, stripe: &Stripe<'_>) -> u64 {
        let is_present = |row: &usize| {
            let row = stripe.row(*row);
            self.columns.iter().any(|checked| checked.makes_present(&row))
        };
        rows_of(rows).filter(is_present).fold(0, |present, row| present | 1 << row)
    }
}
