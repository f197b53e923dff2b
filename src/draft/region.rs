//! [`region`]: whose phone numbers a row writes without a country code.

use super::memo::Memo;
use super::{Column, Settings};
use crate::field::FieldId;
use crate::source::{BlockRow, Stripe};

/// The row's own country if it is mapped and valid, else the account's (V6).
pub(crate) fn region<'s>(settings: &'s Settings, row: &BlockRow<'_>) -> Option<&'s str> {
    let own = settings.contact_columns.iter().find(|column| column.field == FieldId::COUNTRY);
    let own = own.and_then(|column| column.country_of(column.text(row)));
    own.or(settings.account.default_country.as_deref())
}

/// The column of the row's own country, and what its cells have said.
#[derive(Debug)]
pub(super) struct Countries<'s> {
    column: &'s Column,
    /// `None` = a constant.
    index: Option<usize>,
    known: Memo<Option<&'static str>>,
}

impl<'s> Countries<'s> {
    pub(super) fn of(settings: &'s Settings) -> Option<Self> {
        let column =
            settings.contact_columns.iter().find(|column| column.field == FieldId::COUNTRY)?;
        let index = column.index().map(usize::from);
        Some(Countries { column, index, known: Memo::default() })
    }

    /// The country that a row names.
    #[inline]
    pub(super) fn of_row(&mut self, stripe: &Stripe<'_>, row: usize) -> Option<&'static str> {
        let cell = match self.index {
            Some(index) if stripe.filled(index) >> row & 1 == 0 => return None,
            Some(index) => stripe.bytes(row, index),
            None => self.column.bytes(&stripe.row(row)),
        };
        self.known.get(cell).unwrap_or_else(|| {
            let own = self.column.country_of(self.column.text(&stripe.row(row)));
            self.known.put(cell, own);
            own
        })
    }
}
