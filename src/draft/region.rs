//! [`region`]: the country whose phone numbers a row writes without a country code.

use super::recent_cells::RecentCells;
use super::{Column, Settings};
use crate::source::{BlockRow, Stripe, rows_of};

/// The row's own country, if it is mapped and valid, or else the account's (V6).
pub(crate) fn region<'s>(settings: &'s Settings, row: &BlockRow<'_>) -> Option<&'s str> {
    let own = settings.country.as_ref();
    let own = own.and_then(|column| column.country_of(column.text(row)));
    own.or(settings.account.default_country.as_deref())
}

/// The column in which rows name their own country, and what its cells were found to say.
#[derive(Debug)]
pub(super) struct Countries<'s> {
    column: &'s Column,
    known: RecentCells<Option<&'static str>>,
    /// The countries that the rows of the stripe name.
    of_rows: [Option<&'static str>; Stripe::ROWS],
    /// The rows that name one.
    rows: u64,
}

impl<'s> Countries<'s> {
    pub(super) fn of(settings: &'s Settings) -> Option<Self> {
        let column = settings.country.as_ref()?;
        Some(Countries {
            column,
            known: RecentCells::default(),
            of_rows: [None; Stripe::ROWS],
            rows: 0,
        })
    }

    /// Looks at the rows of a stripe.
    pub(super) fn read_stripe(&mut self, stripe: &Stripe<'_>) {
        let index = self.column.index().map(usize::from);
        self.of_rows = [None; Stripe::ROWS];
        self.rows = 0;
        for row in rows_of(index.map_or(stripe.rows(), |index| stripe.filled(index))) {
            let cell = match index {
                Some(index) => stripe.bytes(row, index),
                None => self.column.bytes(&stripe.row(row)),
            };
            let own = self.known.get(cell).unwrap_or_else(|| {
                let own = self.column.country_of(self.column.text(&stripe.row(row)));
                self.known.put(cell, own);
                own
            });
            self.of_rows[row] = own;
            self.rows |= u64::from(own.is_some()) << row;
        }
    }

    /// The rows that name a country.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The country that a row names.
    pub(super) fn of_row(&self, row: usize) -> Option<&'static str> {
        self.of_rows[row]
    }

    /// Whether the countries are read from this column.
    pub(super) fn are_read_from(&self, column: &Column) -> bool {
        (self.column.field, self.column.index()) == (column.field, column.index())
    }
}
