//! What the drafter keeps of a row's e-mail addresses and phones.

use std::hash::BuildHasher;

use super::drafter::Drafter;
use super::refusal::{Refusal, refuse};
use super::watch::Watch;
use super::{Column, Drafts, RowDraft};
use crate::normalize;
use crate::source::{BlockRow, TextSpan};
use crate::value::Value;

/// One e-mail address of the current row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) column: u16,
    pub(super) item: u16,
    pub(super) span: TextSpan,
    pub(super) hash: u64,
}

impl<'s> Drafter<'s> {
    /// Keeps the address of a cell that is one as it stands.
    pub(super) fn keep_plain_email(
        &mut self,
        watch: &Watch<'s>,
        row: &BlockRow<'_>,
        cell: &[u8],
    ) -> bool {
        let Some(is_lower) = normalize::plain_address(cell) else { return false };
        let span = match row.span_of(cell) {
            Some(span) if is_lower => span,
            _ => {
                let start = self.extra.len();
                self.extra.push_str(watch.column.text(row));
                self.extra[start..].make_ascii_lowercase();
                self.span_from(start)
            }
        };
        let hash = self.hash_of(self.text(row, span));
        self.emails.push(Address { column: watch.number(), item: 0, span, hash });
        true
    }

    /// Keeps the phone of a cell that is one as it stands.
    pub(super) fn keep_plain_phone(
        &mut self,
        watch: &Watch<'s>,
        row: &BlockRow<'_>,
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
            None => self.region(row),
        };
        let rule = self.settings.choices.phone_rule;
        let Some(phone) = normalize::plain_phone(cell, region, rule) else { return false };
        self.phones.push((watch.number(), 0, phone));
        true
    }

    pub(super) fn look_at_emails<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let settings = self.settings;
        let mut item = 0;
        column.read_items(cell, None, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Text(email)) => {
                    let (span, hash) = (self.place(row, &email), self.hash_of(&email));
                    self.emails.push(Address { column: at, item, span, hash });
                }
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    refuse(drafts, draft, row.number(), column, refusal);
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
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let region = self.region(row);
        let mut item = 0;
        column.read_items(cell, region, &self.settings.choices, |shown, read| {
            match read {
                Ok(Value::Phone(phone)) => self.phones.push((at, item, phone)),
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    refuse(drafts, draft, row.number(), column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The region whose numbers the row writes without a country code (V6).
    pub(super) fn region<'b>(&mut self, row: &BlockRow<'b>) -> Option<&'b str>
    where
        's: 'b,
    {
        let own = self.country.as_mut().and_then(|country| country.of_row(row));
        own.or(self.settings.account.default_country.as_deref())
    }
}
