//! Which keys a row offers to find its contact by (behaviour M2, M3).

use std::hash::BuildHasher;

use super::drafter::Drafter;
use super::offered::KeyColumn;
use super::{Cell, Column, Drafts, Key, KeyKind, KeyText, Rule, Shape};
use crate::field::FieldId;
use crate::lookup::PART;
use crate::normalize;
use crate::source::Stripe;
use crate::value::Phone;

impl Drafter<'_> {
    /// Adds the keys of the next row of the stripe; those of match rules only if it has a contact.
    pub(super) fn offer_keys(
        &mut self,
        stripe: &Stripe<'_>,
        row: usize,
        has_contact: bool,
        drafts: &mut Drafts,
    ) {
        let mut offer = |key: Key| drafts.keys.push(key);
        self.offered.contact_ids.iter().for_each(|of| of.each(row, &mut offer));
        let rules = if has_contact { &self.settings.rules[..] } else { &[] };
        for (number, rule) in rules.iter().enumerate() {
            let kind = KeyKind::Rule(u8::try_from(number).expect("fewer than 256 match rules"));
            self.offer_keys_under(rule, kind, stripe, row, drafts);
        }
        let mut offer = |key: Key| drafts.keys.push(key);
        self.offered.opportunity_ids.iter().for_each(|of| of.each(row, &mut offer));
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
        let mut offer = |key: Key| drafts.keys.push(Key { kind, ..key });
        match &rule.shape {
            Shape::Emails => self.offered.emails.iter().for_each(|of| of.each(row, &mut offer)),
            Shape::Phones => self.offered.phones.iter().for_each(|of| of.each(row, &mut offer)),
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
            FieldId::EMAIL => return self.shown(&self.offered.emails, stripe, row),
            FieldId::PHONE => return self.shown(&self.offered.phones, stripe, row),
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

    /// The texts of a row's keys in these columns.
    fn shown(&self, columns: &[KeyColumn], stripe: &Stripe<'_>, row: usize) -> Vec<String> {
        let mut shown = Vec::new();
        let mut show = |key: Key| {
            shown.extend(match key.text {
                KeyText::Span(span) => Some(self.text(stripe.block, span).to_owned()),
                KeyText::Phone => Phone::unpacked(key.hash).map(|phone| phone.to_string()),
            });
        };
        columns.iter().for_each(|column| column.each(row, &mut show));
        shown
    }
}
