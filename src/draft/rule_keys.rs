//! Makes the keys under all match rules except those of e-mail addresses or phones alone (behaviour M2, M3).

use std::borrow::Cow;

use smallvec::SmallVec;

use super::address::ANY_RULE;
use super::drafter::Drafter;
use super::stripe_keys::KeyColumn;
use super::{Cell, Column, Key, KeyText, Shape, combinations, key_hash, key_part};
use crate::field::FieldId;
use crate::source::{Stripe, rows_of};
use crate::value::Phone;

/// The values of a row for one field of a rule: usually one.
type Parts<'b> = SmallVec<[Cow<'b, str>; 1]>;

impl Drafter<'_> {
    /// Makes the keys of these rows under such rules.
    pub(super) fn combine(&mut self, stripe: &Stripe<'_>, rows: u64) {
        let settings = self.settings;
        for (number, rule) in settings.rules.iter().enumerate() {
            let (fields, column) = match &rule.shape {
                Shape::Emails | Shape::Phones => continue,
                Shape::Text(field) => {
                    // A value under a rule of one field may belong to another contact and be dropped (M6). So the key
                    // says from which column it is.
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
        let parts = fields.iter().map(|field| self.parts(stripe, row, *field));
        let keys = combinations(&parts.collect::<SmallVec<[_; 4]>>());
        for (item, key) in keys.iter().enumerate() {
            let item = u16::try_from(item).unwrap_or(u16::MAX);
            let text = KeyText::Span(self.place(stripe.block, key));
            let hash = key_hash(&self.seed, key.as_bytes());
            let column = column.unwrap_or(u16::MAX);
            self.keys.combined[rule].push(row, Key { kind: ANY_RULE, column, item, hash, text });
        }
    }

    /// The row's values for one field of a rule.
    fn parts<'b>(&'b self, stripe: &Stripe<'b>, row: usize, field: FieldId) -> Parts<'b> {
        match field {
            FieldId::EMAIL => return self.shown(&self.keys.emails, stripe, row),
            FieldId::PHONE => return self.shown(&self.keys.phones, stripe, row),
            _ => {}
        }
        let (settings, region, of_row) = (self.settings, self.region(row), stripe.row(row));
        let columns = settings.contact_columns.iter().filter(|column| column.field == field);
        let parts = columns.filter_map(|column| {
            match column.read(column.text(&of_row), region, &settings.choices) {
                Cell::Value(value) => {
                    Some(key_part(&value.to_text())).filter(|part| !part.is_empty())
                }
                _ => None,
            }
        });
        parts.map(Cow::Owned).collect()
    }

    /// The texts of the keys of a row that come from these columns.
    fn shown<'b>(&'b self, columns: &'b [KeyColumn], stripe: &Stripe<'b>, row: usize) -> Parts<'b> {
        let keys = columns.iter().flat_map(|column| column.of_row(row));
        let shown = keys.filter_map(|key| match key.text {
            KeyText::Span(span) => Some(Cow::Borrowed(self.text(stripe.block, span))),
            KeyText::Phone => Phone::unpacked(key.hash).map(|phone| phone.to_string().into()),
        });
        shown.collect()
    }
}
