//! Makes the keys of match rules that are neither e-mail addresses nor phones (behaviour M2, M3).

use super::address::ANY_RULE;
use super::drafter::Drafter;
use super::offered::KeyColumn;
use super::{Cell, Column, Key, KeyText, Shape, key_hash};
use crate::field::FieldId;
use crate::lookup::PART;
use crate::normalize;
use crate::source::{Stripe, rows_of};
use crate::value::Phone;

impl Drafter<'_> {
    /// Makes the keys of these rows under such rules.
    pub(super) fn combine(&mut self, stripe: &Stripe<'_>, rows: u64) {
        let settings = self.settings;
        for (number, rule) in settings.rules.iter().enumerate() {
            let (fields, column) = match &rule.shape {
                Shape::Emails | Shape::Phones => continue,
                Shape::Text(field) => {
                    // A rule of one field owns its value (M6), so the key says which column the value may be
                    // dropped from.
                    let mut columns = settings.contact_columns.iter();
                    let column = columns.find(|column| column.field == *field);
                    (std::slice::from_ref(field), column.and_then(Column::index))
                }
                Shape::Combined(fields) => (&fields[..], None),
            };
            for row in rows_of(rows) {
                self.combine_row(stripe, row, number, fields, column);
            }
        }
    }

    /// Makes a key of each combination of the row's values of these fields; none if a field is blank (M2).
    fn combine_row(
        &mut self,
        stripe: &Stripe<'_>,
        row: usize,
        rule: usize,
        fields: &[FieldId],
        column: Option<u16>,
    ) {
        let mut keys = vec![String::new()];
        for (at, &field) in fields.iter().enumerate() {
            let values = self.parts(stripe, row, field);
            let combined = keys.iter().flat_map(|key| {
                let begun = if at == 0 { key.clone() } else { format!("{key}{PART}") };
                values.iter().map(move |value| begun.clone() + value)
            });
            keys = combined.collect();
        }
        for (item, key) in keys.iter().enumerate() {
            let item = u16::try_from(item).unwrap_or(u16::MAX);
            let text = KeyText::Span(self.place(stripe.block, key));
            let hash = key_hash(&self.seed, key.as_bytes());
            let column = column.unwrap_or(u16::MAX);
            self.offered.combined[rule].push(row, Key { kind: ANY_RULE, column, item, hash, text });
        }
    }

    /// The row's values for one field of a rule, folded.
    fn parts(&mut self, stripe: &Stripe<'_>, row: usize, field: FieldId) -> Vec<String> {
        match field {
            FieldId::EMAIL => return self.shown(&self.offered.emails, stripe, row),
            FieldId::PHONE => return self.shown(&self.offered.phones, stripe, row),
            _ => {}
        }
        let settings = self.settings;
        let region = self.region(row);
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

    /// The texts of the keys that these columns give to a row.
    fn shown(&self, columns: &[KeyColumn], stripe: &Stripe<'_>, row: usize) -> Vec<String> {
        let keys = columns.iter().flat_map(|column| column.of_row(row));
        let shown = keys.filter_map(|key| match key.text {
            KeyText::Span(span) => Some(self.text(stripe.block, span).to_owned()),
            KeyText::Phone => Phone::unpacked(key.hash).map(|phone| phone.to_string()),
        });
        shown.collect()
    }
}
