//! Which keys a row offers to find its contact by (behaviour M2, M3).

use std::hash::BuildHasher;

use super::address::{Address, Number, OfRow};
use super::drafter::Drafter;
use super::{Cell, Column, Drafts, Key, KeyKind, KeyText, Rule, Shape};
use crate::field::FieldId;
use crate::lookup::PART;
use crate::normalize;
use crate::source::Stripe;

impl Drafter<'_> {
    /// Adds the keys of the next row of the stripe; those of match rules only if it has a contact.
    pub(super) fn offer_keys(
        &mut self,
        stripe: &Stripe<'_>,
        row: usize,
        has_contact: bool,
        drafts: &mut Drafts,
    ) {
        self.offered.move_to(row);
        let ids = self.offered.of_row.ids.clone();
        let is_contact = |key: &Key| key.kind == KeyKind::ContactId;
        let keys = self.offered.ids[ids.clone()].iter().map(|(_, key)| *key);
        drafts.keys.extend(keys.filter(is_contact));
        let rules = if has_contact { &self.settings.rules[..] } else { &[] };
        for (number, rule) in rules.iter().enumerate() {
            let kind = KeyKind::Rule(u8::try_from(number).expect("fewer than 256 match rules"));
            self.offer_keys_under(rule, kind, stripe, row, drafts);
        }
        let keys = self.offered.ids[ids].iter().map(|(_, key)| *key);
        drafts.keys.extend(keys.filter(|key| !is_contact(key)));
    }

    /// The keys of a row under one rule.
    fn offer_keys_under(
        &mut self,
        rule: &Rule,
        kind: KeyKind,
        stripe: &Stripe<'_>,
        row: usize,
        drafts: &mut Drafts,
    ) {
        let OfRow { emails, phones, .. } = &self.offered.of_row;
        match &rule.shape {
            Shape::Emails => {
                for &Address { column, item, span, hash, .. } in
                    &self.offered.emails[emails.clone()]
                {
                    drafts.keys.push(Key { kind, column, item, hash, text: KeyText::Span(span) });
                }
            }
            Shape::Phones => {
                for at in phones.clone() {
                    let Number { column, item, phone, .. } = self.offered.phones[at];
                    let (hash, text) = match phone.packed() {
                        Some(packed) => (packed, KeyText::Phone),
                        None => {
                            let shown = phone.to_string();
                            let span = self.place(stripe.block, &shown);
                            (self.seed.hash_one(shown.as_str()), KeyText::Span(span))
                        }
                    };
                    drafts.keys.push(Key { kind, column, item, hash, text });
                }
            }
            Shape::Text(field) => {
                // The rule owns its value (M6), so the key says where to drop it.
                let mut columns = self.settings.contact_columns.iter();
                let column = columns.find(|column| column.field == *field).and_then(Column::index);
                self.offer_combined(stripe, row, kind, &[*field], column, drafts);
            }
            Shape::Combined(fields) => self.offer_combined(stripe, row, kind, fields, None, drafts),
        }
    }

    /// Every combination of the row's values of these fields; none if one of them is blank (M2).
    fn offer_combined(
        &mut self,
        stripe: &Stripe<'_>,
        row: usize,
        kind: KeyKind,
        fields: &[FieldId],
        column: Option<u16>,
        drafts: &mut Drafts,
    ) {
        let mut keys = vec![String::new()];
        for (at, &field) in fields.iter().enumerate() {
            let values = self.parts(stripe, row, field);
            let combined = keys.iter().flat_map(|key| {
                let separator = if at == 0 { "" } else { "\u{1f}" };
                values.iter().map(move |value| format!("{key}{separator}{value}"))
            });
            keys = combined.collect();
        }
        for (item, key) in keys.iter().enumerate() {
            let item = u16::try_from(item).unwrap_or(u16::MAX);
            let text = KeyText::Span(self.place(stripe.block, key));
            let hash = self.seed.hash_one(key.as_str());
            let column = column.unwrap_or(u16::MAX);
            drafts.keys.push(Key { kind, column, item, hash, text });
        }
    }

    /// The row's values of one field of a rule, folded.
    fn parts(&mut self, stripe: &Stripe<'_>, row: usize, field: FieldId) -> Vec<String> {
        match field {
            FieldId::EMAIL => {
                let emails = &self.offered.emails[self.offered.of_row.emails.clone()];
                let text = |email: &Address| self.text(stripe.block, email.span).to_owned();
                return emails.iter().map(text).collect();
            }
            FieldId::PHONE => {
                let phones = &self.offered.phones[self.offered.of_row.phones.clone()];
                return phones.iter().map(|number| number.phone.to_string()).collect();
            }
            _ => {}
        }
        let settings = self.settings;
        let region = self.region(stripe, row);
        let columns = settings.contact_columns.iter().filter(|column| column.field == field);
        let mut values = Vec::new();
        let of_row = stripe.row(row);
        for column in columns {
            let cell = column.read(column.text(&of_row), region, &settings.choices);
            if let Cell::Value(value) = cell {
                self.folded.clear();
                normalize::fold_into(&value.to_text(), &mut self.folded);
                if !self.folded.is_empty() {
                    values.push(self.folded.replace(PART, " "));
                }
            }
        }
        values
    }
}
