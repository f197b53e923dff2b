//! How the drafter reads the e-mail addresses and phones of rows, and makes keys of them.

use super::checked_column::CheckedColumn;
use super::drafter::Drafter;
use super::refusal::{Refusal, hint};
use super::{Key, KeyKind, KeyText, key_hash};
use crate::issue::IssueCode;
use crate::normalize;
use crate::source::{Stripe, TextSpan};
use crate::value::{Phone, Value};

/// The kind of a key until it is offered under its rules.
pub(super) const ANY_RULE: KeyKind = KeyKind::Rule(0);

fn email_key(column: u16, item: u16, span: TextSpan, hash: u64) -> Key {
    Key { kind: ANY_RULE, column, item, hash, text: KeyText::Span(span) }
}

impl<'s> Drafter<'s> {
    /// Keeps the key of a cell that is plainly an e-mail address. Returns false if the cell has to be read in full.
    pub(super) fn keep_plain_email(
        &mut self,
        checked: &CheckedColumn<'s>,
        stripe: &Stripe<'_>,
        row: usize,
        cell: &[u8],
    ) -> bool {
        let ([first, ..], [.., last]) = (cell, cell) else { return false };
        if !first.is_ascii_graphic() || !last.is_ascii_graphic() {
            return false;
        }
        let window = stripe.block.window(cell);
        let Some(is_lower) = normalize::plain_address_in(cell, window) else { return false };
        let (span, hash) = match stripe.block.span_of(cell) {
            Some(span) if is_lower => (span, self.hash_of(cell)),
            _ => {
                let start = self.extra.len();
                self.extra.push_str(str::from_utf8(cell).unwrap_or_default());
                self.extra[start..].make_ascii_lowercase();
                (self.span_from(start), self.hash_of(&self.extra.as_bytes()[start..]))
            }
        };
        let column = checked.number();
        self.keys.emails[checked.among_its_kind].push(row, email_key(column, 0, span, hash));
        true
    }

    /// Keeps the key of a cell that is plainly a phone. Returns false if the cell has to be read in full.
    pub(super) fn keep_plain_phone(
        &mut self,
        checked: &CheckedColumn<'s>,
        stripe: &Stripe<'_>,
        row: usize,
        cell: &[u8],
    ) -> bool {
        let ([first, ..], [.., last]) = (cell, cell) else { return false };
        if !first.is_ascii_graphic() || !last.is_ascii_graphic() {
            return false;
        }
        // A number with a plus has a country code, so the region does not matter.
        let region = match &checked.column.country {
            _ if *first == b'+' => None,
            Some(country) => Some(country.as_str()),
            None => self.region(row),
        };
        let rule = self.settings.choices.phone_rule;
        let window = stripe.block.window(cell);
        let Some(phone) = normalize::plain_phone(cell, window, region, rule) else { return false };
        let key = self.phone_key(checked.number(), 0, phone, stripe);
        self.keys.phones[checked.among_its_kind].push(row, key);
        true
    }

    /// Reads the e-mail addresses of a cell, and keeps their keys.
    pub(super) fn read_emails<'b>(
        &mut self,
        checked: &CheckedColumn<'s>,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) where
        's: 'b,
    {
        let (column, at, among) = (checked.column, checked.number(), checked.among_its_kind);
        let settings = self.settings;
        let mut item = 0;
        column.read_items(cell, None, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Text(email)) => {
                    let (span, hash) =
                        (self.place(stripe.block, &email), self.hash_of(email.as_bytes()));
                    self.keys.emails[among].push(row, email_key(at, item, span, hash));
                }
                Ok(_) => {}
                Err(code) => {
                    self.refused.add(stripe, row, column, Refusal::of(code, (item, shown), cell));
                }
            }
            item += 1;
        });
    }

    /// The hash of an e-mail address; 0 if no rule needs it.
    fn hash_of(&self, email: &[u8]) -> u64 {
        if self.has_email_rule { key_hash(&self.seed, email) } else { 0 }
    }

    /// Reads the phones of a cell, and keeps their keys.
    pub(super) fn read_phones<'b>(
        &mut self,
        checked: &CheckedColumn<'s>,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) where
        's: 'b,
    {
        let (column, at, among) = (checked.column, checked.number(), checked.among_its_kind);
        let region = self.region(row);
        let mut item = 0;
        column.read_items(cell, region, &self.settings.choices, |shown, read| {
            match read {
                Ok(Value::Phone(phone)) => {
                    let key = self.phone_key(at, item, phone, stripe);
                    self.keys.phones[among].push(row, key);
                }
                Ok(_) => {}
                Err(code) => {
                    let own = column.country.as_deref().or(region);
                    let rule = self.settings.choices.phone_rule;
                    let detail = match code {
                        IssueCode::PhoneSeveral => normalize::readings(shown, own, rule),
                        _ => hint(self.settings, column, code, own, shown),
                    };
                    let refusal = Refusal { detail, ..Refusal::of(code, (item, shown), cell) };
                    self.refused.add(stripe, row, column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The key of a phone.
    #[inline]
    fn phone_key(&mut self, column: u16, item: u16, phone: Phone, stripe: &Stripe<'_>) -> Key {
        let (hash, text) = match phone.packed() {
            Some(packed) => (packed, KeyText::Phone),
            None => self.long_phone(phone, stripe),
        };
        Key { kind: ANY_RULE, column, item, hash, text }
    }

    #[cold]
    fn long_phone(&mut self, phone: Phone, stripe: &Stripe<'_>) -> (u64, KeyText) {
        let shown = phone.to_string();
        let span = self.place(stripe.block, &shown);
        (key_hash(&self.seed, shown.as_bytes()), KeyText::Span(span))
    }

    /// The region of numbers that the row writes without a country code (V6).
    #[inline]
    pub(super) fn region(&self, row: usize) -> Option<&'s str> {
        let own = self.country.as_ref().and_then(|country| country.of_row(row));
        own.or(self.settings.account.default_country.as_deref())
    }
}
