//! Which keys a row offers to find its contact by (behaviour M2, M3).

use std::hash::BuildHasher;

use super::address::Address;
use super::drafter::Drafter;
use super::{Cell, Column, Drafts, Key, KeyKind, KeyText, Rule, Shape};
use crate::field::FieldId;
use crate::lookup::PART;
use crate::normalize;
use crate::source::BlockRow;

impl Drafter<'_> {
    /// The keys of a row under one rule.
    pub(super) fn offer_keys(
        &mut self,
        row: &BlockRow<'_>,
        kind: KeyKind,
        rule: &Rule,
        drafts: &mut Drafts,
    ) {
        match &rule.shape {
            Shape::Emails => {
                for &Address { column, item, span, hash } in &self.emails {
                    drafts.keys.push(Key { kind, column, item, hash, text: KeyText::Span(span) });
                }
            }
            Shape::Phones => {
                for at in 0..self.phones.len() {
                    let (column, item, phone) = self.phones[at];
                    let (hash, text) = match phone.packed() {
                        Some(packed) => (packed, KeyText::Phone),
                        None => {
                            let shown = phone.to_string();
                            let span = self.place(row, &shown);
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
                self.offer_combined(row, kind, &[*field], column, drafts);
            }
            Shape::Combined(fields) => self.offer_combined(row, kind, fields, None, drafts),
        }
    }

    /// Every combination of the row's values of these fields; none if one of them is blank (M2).
    fn offer_combined(
        &mut self,
        row: &BlockRow<'_>,
        kind: KeyKind,
        fields: &[FieldId],
        column: Option<u16>,
        drafts: &mut Drafts,
    ) {
        let mut keys = vec![String::new()];
        for (at, &field) in fields.iter().enumerate() {
            let values = self.parts(row, field);
            let combined = keys.iter().flat_map(|key| {
                let separator = if at == 0 { "" } else { "\u{1f}" };
                values.iter().map(move |value| format!("{key}{separator}{value}"))
            });
            keys = combined.collect();
        }
        for (item, key) in keys.iter().enumerate() {
            let item = u16::try_from(item).unwrap_or(u16::MAX);
            let text = KeyText::Span(self.place(row, key));
            let hash = self.seed.hash_one(key.as_str());
            let column = column.unwrap_or(u16::MAX);
            drafts.keys.push(Key { kind, column, item, hash, text });
        }
    }

    /// The row's values of one field of a rule, folded.
    fn parts(&mut self, row: &BlockRow<'_>, field: FieldId) -> Vec<String> {
        match field {
            FieldId::EMAIL => {
                return self.emails.iter().map(|e| self.text(row, e.span).to_owned()).collect();
            }
            FieldId::PHONE => return self.phones.iter().map(|p| p.2.to_string()).collect(),
            _ => {}
        }
        let settings = self.settings;
        let region = self.region(row);
        let columns = settings.contact_columns.iter().filter(|column| column.field == field);
        let mut values = Vec::new();
        for column in columns {
            let cell = column.read(column.text(row), region, &settings.choices);
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
