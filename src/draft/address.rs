//! What the drafter keeps of a row's e-mail addresses and phones.

use std::hash::BuildHasher;
use std::ops::Range;

use super::drafter::Drafter;
use super::refusal::Refusal;
use super::watch::Watch;
use super::{Column, Key};
use crate::normalize;
use crate::source::{Stripe, TextSpan};
use crate::value::{Phone, Value};

/// What the rows of a stripe offer to find records by.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) emails: Vec<Address>,
    pub(super) phones: Vec<Number>,
    /// The keys of records that are named by their ids.
    pub(super) ids: Vec<(usize, Key)>,
    /// Of the row whose keys are written.
    pub(super) of_row: OfRow,
}

/// What one row offers, by the places among what is [offered](Offered).
#[derive(Clone, Debug, Default)]
pub(super) struct OfRow {
    pub(super) emails: Range<usize>,
    pub(super) phones: Range<usize>,
    pub(super) ids: Range<usize>,
}

/// One e-mail address of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) row: usize,
    pub(super) column: u16,
    pub(super) item: u16,
    pub(super) span: TextSpan,
    pub(super) hash: u64,
}

/// One phone of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) row: usize,
    pub(super) column: u16,
    pub(super) item: u16,
    pub(super) phone: Phone,
}

impl Offered {
    /// Brings everything into the order of the rows; what one row offers stays as it is.
    pub(super) fn sort(&mut self) {
        self.emails.sort_by_key(|email| email.row);
        self.phones.sort_by_key(|number| number.row);
        self.ids.sort_by_key(|(row, _)| *row);
    }

    /// The rows with an e-mail address or a phone.
    pub(super) fn rows_with_addresses(&self) -> u64 {
        let emails = self.emails.iter().fold(0, |rows, email| rows | 1 << email.row);
        self.phones.iter().fold(emails, |rows, number| rows | 1 << number.row)
    }

    /// Moves on to the next row.
    pub(super) fn move_to(&mut self, row: usize) {
        let OfRow { emails, phones, ids } = &mut self.of_row;
        *emails = behind(emails.end, &self.emails, |email| email.row == row);
        *phones = behind(phones.end, &self.phones, |number| number.row == row);
        *ids = behind(ids.end, &self.ids, |(of, _)| *of == row);
    }

    pub(super) fn clear(&mut self) {
        self.of_row = OfRow::default();
        self.emails.clear();
        self.phones.clear();
        self.ids.clear();
    }
}

/// The range of those that are of the row, from this place on.
fn behind<T>(start: usize, all: &[T], is_of_row: impl Fn(&T) -> bool) -> Range<usize> {
    let mut end = start;
    while all.get(end).is_some_and(&is_of_row) {
        end += 1;
    }
    start..end
}

impl<'s> Drafter<'s> {
    /// Keeps the address of a cell that is one as it stands.
    pub(super) fn keep_plain_email(
        &mut self,
        watch: &Watch<'s>,
        stripe: &Stripe<'_>,
        row: usize,
        cell: &[u8],
    ) -> bool {
        let Some(is_lower) = normalize::plain_address(cell) else { return false };
        let span = match stripe.block.span_of(cell) {
            Some(span) if is_lower => span,
            _ => {
                let start = self.extra.len();
                self.extra.push_str(watch.column.text(&stripe.row(row)));
                self.extra[start..].make_ascii_lowercase();
                self.span_from(start)
            }
        };
        let hash = self.hash_of(self.text(stripe.block, span));
        self.offered.emails.push(Address { row, column: watch.number(), item: 0, span, hash });
        true
    }

    /// Keeps the phone of a cell that is one as it stands.
    pub(super) fn keep_plain_phone(
        &mut self,
        watch: &Watch<'s>,
        stripe: &Stripe<'_>,
        row: usize,
        cell: &[u8],
    ) -> bool {
        let ([first, ..], [.., last]) = (cell, cell) else { return false };
        if !first.is_ascii_graphic() || !last.is_ascii_graphic() {
            return false;
        }
        // With a plus it is the same number everywhere.
        let region = match &watch.column.country {
            _ if *first == b'+' => None,
            Some(country) => Some(country.as_str()),
            None => self.region(stripe, row),
        };
        let rule = self.settings.choices.phone_rule;
        let Some(phone) = normalize::plain_phone(cell, region, rule) else { return false };
        self.offered.phones.push(Number { row, column: watch.number(), item: 0, phone });
        true
    }

    pub(super) fn look_at_emails<'b>(
        &mut self,
        column: &'s Column,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let settings = self.settings;
        let mut item = 0;
        column.read_items(cell, None, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Text(email)) => {
                    let (span, hash) = (self.place(stripe.block, &email), self.hash_of(&email));
                    self.offered.emails.push(Address { row, column: at, item, span, hash });
                }
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    self.refused.add(stripe, row, column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The hash of an e-mail address, if a rule asks for it.
    fn hash_of(&self, email: &str) -> u64 {
        if self.has_email_rule { self.seed.hash_one(email) } else { 0 }
    }

    pub(super) fn look_at_phones<'b>(
        &mut self,
        column: &'s Column,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let region = self.region(stripe, row);
        let mut item = 0;
        column.read_items(cell, region, &self.settings.choices, |shown, read| {
            match read {
                Ok(Value::Phone(phone)) => {
                    self.offered.phones.push(Number { row, column: at, item, phone });
                }
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    self.refused.add(stripe, row, column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The region whose numbers the row writes without a country code (V6).
    pub(super) fn region<'b>(&mut self, stripe: &Stripe<'b>, row: usize) -> Option<&'b str>
    where
        's: 'b,
    {
        let own = self.country.as_mut().and_then(|country| country.of_row(stripe, row));
        own.or(self.settings.account.default_country.as_deref())
    }
}
