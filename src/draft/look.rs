//! How the drafter looks at a cell: briefly if it is plain, otherwise by reading it in full.

use super::drafter::Drafter;
use super::refusal::{Refusal, hint};
use super::region::Countries;
use super::watch::{Look, Watch};
use super::{Cell, Column, Key, KeyKind, KeyText, key_hash};
use crate::field::FieldId;
use crate::normalize;
use crate::object::Object;
use crate::source::{Stripe, rows_of};
use crate::value::Value;

/// What a look at a column has shown: sets of rows of a stripe, a bit for each row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    /// The rows whose cell is not blank.
    pub(super) filled: u64,
    /// Those of them whose cell holds something that can be used.
    pub(super) usable: u64,
}

impl<'s> Drafter<'s> {
    /// Looks at the cells of a column on some rows.
    pub(super) fn look(
        &mut self,
        watch: &mut Watch<'s>,
        is_quiet: bool,
        stripe: &Stripe<'_>,
        rows: u64,
    ) -> Looked {
        let column = watch.column;
        let is_direct = column.is_direct();
        let may_hold_nul = stripe.block.may_hold_nul();
        match watch.look {
            _ if is_quiet => self.look_at_each(watch, stripe, rows, |_, _, _, _| true),
            // Its cells are looked at once the opportunity is known.
            Look::Later => self.look_at_each(watch, stripe, rows, |_, _, _, _| true),
            Look::Text => self.look_at_each(watch, stripe, rows, |_, watch, _, cell| {
                !may_hold_nul && cell.len() <= watch.column.max_chars
            }),
            Look::Choice
                if is_direct && self.country.as_ref().is_some_and(|c| c.are_of(column)) =>
            {
                // Which cells name a country was found out at the beginning of the stripe.
                let told = rows & self.country.as_ref().map_or(0, Countries::rows);
                let rest = self.look_at_each(watch, stripe, rows & !told, |_, _, _, _| false);
                Looked { filled: rest.filled | told, usable: rest.usable | told }
            }
            Look::Choice => self.look_at_each(watch, stripe, rows, |_, watch, _, cell| {
                watch.fine.get(cell).is_some()
            }),
            Look::Day => self
                .look_at_each(watch, stripe, rows, |_, _, _, cell| normalize::is_plain_day(cell)),
            Look::Amount => self.look_at_each(watch, stripe, rows, |_, watch, _, cell| {
                normalize::is_plain_amount(cell, watch.column.separators)
            }),
            Look::Email if is_direct => {
                self.look_at_each(watch, stripe, rows, |drafter, watch, row, cell| {
                    drafter.keep_plain_email(watch, stripe, row, cell)
                })
            }
            Look::Phone if is_direct => {
                self.look_at_each(watch, stripe, rows, |drafter, watch, row, cell| {
                    drafter.keep_plain_phone(watch, stripe, row, cell)
                })
            }
            _ => self.look_at_each(watch, stripe, rows, |_, _, _, _| false),
        }
    }

    /// Does the work of [`look`](Self::look); `is_plain` says of a cell, as it is or without spaces around it, that
    /// it needs no closer look.
    #[inline(always)]
    fn look_at_each(
        &mut self,
        watch: &mut Watch<'s>,
        stripe: &Stripe<'_>,
        rows: u64,
        mut is_plain: impl FnMut(&mut Self, &Watch<'s>, usize, &[u8]) -> bool,
    ) -> Looked {
        let (mut filled, mut usable) = (rows, rows);
        for row in rows_of(rows) {
            let Some(mut cell) = watch.cell(stripe, row) else {
                filled &= !(1 << row);
                continue;
            };
            while !is_plain(self, watch, row, cell) {
                let bare = cell.trim_ascii();
                if bare.len() < cell.len() {
                    cell = bare;
                    continue;
                }
                if !self.look_closely(watch, stripe, row) {
                    usable &= !(1 << row);
                }
                break;
            }
        }
        Looked { filled, usable: filled & usable }
    }

    #[inline(never)]
    fn look_closely(&mut self, watch: &mut Watch<'s>, stripe: &Stripe<'_>, row: usize) -> bool {
        let column = watch.column;
        let of_row = stripe.row(row);
        let cell = column.text(&of_row);
        match watch.look {
            Look::Choice => {
                let is_fine = self.read(column, stripe, row, cell);
                if is_fine {
                    watch.fine.put(cell.as_bytes(), ());
                }
                is_fine
            }
            Look::Id => self.look_at_id(watch, stripe, row, cell),
            Look::Email => {
                self.look_at_emails(watch, stripe, row, cell);
                true
            }
            Look::Phone => {
                self.look_at_phones(watch, stripe, row, cell);
                true
            }
            _ if column.is_list => self.read_items(column, stripe, row, cell),
            _ => self.read(column, stripe, row, cell),
        }
    }

    fn look_at_id<'b>(
        &mut self,
        watch: &Watch<'s>,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) -> bool
    where
        's: 'b,
    {
        let column = watch.column;
        match column.read(cell, None, &self.settings.choices) {
            Cell::Value(Value::Text(id)) => {
                let kind = match column.field {
                    FieldId::CONTACT_ID => KeyKind::ContactId,
                    FieldId::CONTACT_LINK => KeyKind::ContactLink,
                    _ => KeyKind::OpportunityId,
                };
                let text = KeyText::Span(self.place(stripe.block, &id));
                let hash = key_hash(&self.seed, id.as_bytes());
                let column = column.index().unwrap_or(u16::MAX);
                let columns = match watch.column.object {
                    Object::Contact => &mut self.offered.contact_ids,
                    Object::Opportunity => &mut self.offered.opportunity_ids,
                };
                columns[watch.among_its_kind].push(row, Key { kind, column, item: 0, hash, text });
                true
            }
            Cell::Invalid(code) => {
                let refusal = Refusal { fails: true, ..code.into() };
                self.refused.add(stripe, row, column, refusal);
                false
            }
            _ => false,
        }
    }

    /// Reads a cell in full, just to see whether it can be used.
    fn read<'b>(
        &mut self,
        column: &'s Column,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) -> bool
    where
        's: 'b,
    {
        let is_phone = column.kind == crate::field::FieldKind::Phone;
        let region = if is_phone { self.region_for(column, row) } else { None };
        match column.read(cell, region, &self.settings.choices) {
            Cell::Blank | Cell::Clear => false,
            Cell::Value(_) => true,
            Cell::Invalid(code) => {
                let detail = hint(self.settings, column, code, region, normalize::trim(cell));
                let refusal = Refusal { detail, ..code.into() };
                self.refused.add(stripe, row, column, refusal);
                false
            }
        }
    }

    /// Reads every item of a cell; true if one can be used.
    fn read_items<'b>(
        &mut self,
        column: &'s Column,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) -> bool
    where
        's: 'b,
    {
        let region = self.region_for(column, row);
        let mut is_filled = false;
        column.read_items(cell, region, &self.settings.choices, |shown, read| match read {
            Ok(_) => is_filled = true,
            Err(code) => {
                let detail = hint(self.settings, column, code, region, shown);
                let refusal = Refusal { item: Some(shown), detail, ..code.into() };
                self.refused.add(stripe, row, column, refusal);
            }
        });
        is_filled
    }

    fn region_for(&self, column: &Column, row: usize) -> Option<&'s str> {
        match column.object {
            Object::Contact => self.region(row),
            Object::Opportunity => self.settings.account.default_country.as_deref(),
        }
    }
}
