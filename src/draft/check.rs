//! How the drafter checks a cell: at a glance if it is plain, otherwise by reading it in full.

use super::checked_column::{Check, CheckedColumn};
use super::drafter::Drafter;
use super::refusal::{Refusal, hint};
use super::region::Countries;
use super::{Cell, Column, Key, KeyKind, KeyText, key_hash};
use crate::field::FieldId;
use crate::normalize;
use crate::object::Object;
use crate::source::{Stripe, rows_of};
use crate::value::Value;

/// What a check of a column has shown: sets of rows of a stripe, a bit for each row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    /// The rows whose cell is not blank.
    pub(super) filled: u64,
    /// Those of them whose cell holds something that can be used.
    pub(super) usable: u64,
}

impl<'s> Drafter<'s> {
    /// Checks the cells of a column on some rows.
    pub(super) fn check_column(
        &mut self,
        checked: &mut CheckedColumn<'s>,
        is_quiet: bool,
        stripe: &Stripe<'_>,
        rows: u64,
    ) -> Checked {
        let column = checked.column;
        let is_direct = column.is_direct();
        let may_hold_nul = stripe.block.may_hold_nul();
        match checked.check {
            _ if is_quiet => self.check_each(checked, stripe, rows, |_, _, _, _| true),
            // What the cells mean depends on the opportunity that the row finds, so they are checked then.
            Check::Later => self.check_each(checked, stripe, rows, |_, _, _, _| true),
            Check::Text => self.check_each(checked, stripe, rows, |_, checked, _, cell| {
                !may_hold_nul && cell.len() <= checked.column.max_chars
            }),
            Check::Choice
                if is_direct && self.country.as_ref().is_some_and(|c| c.are_read_from(column)) =>
            {
                // Which cells name a country was found out at the beginning of the stripe.
                let told = rows & self.country.as_ref().map_or(0, Countries::rows);
                let rest = self.check_each(checked, stripe, rows & !told, |_, _, _, _| false);
                Checked { filled: rest.filled | told, usable: rest.usable | told }
            }
            Check::Choice => self.check_each(checked, stripe, rows, |_, checked, _, cell| {
                checked.fine.get(cell).is_some()
            }),
            Check::Day => self
                .check_each(checked, stripe, rows, |_, _, _, cell| normalize::is_plain_day(cell)),
            Check::Amount => self.check_each(checked, stripe, rows, |_, checked, _, cell| {
                normalize::is_plain_amount(cell, checked.column.separators)
                    && checked.column.has_few_decimals(cell)
            }),
            Check::Email if is_direct => {
                self.check_each(checked, stripe, rows, |drafter, checked, row, cell| {
                    drafter.keep_plain_email(checked, stripe, row, cell)
                })
            }
            Check::Phone if is_direct => {
                self.check_each(checked, stripe, rows, |drafter, checked, row, cell| {
                    drafter.keep_plain_phone(checked, stripe, row, cell)
                })
            }
            _ => self.check_each(checked, stripe, rows, |_, _, _, _| false),
        }
    }

    /// Does the work of [`check_column`](Self::check_column). `is_plain` says of a cell, as it is or without spaces
    /// around it, that it needs no closer look.
    #[inline(always)]
    fn check_each(
        &mut self,
        checked: &mut CheckedColumn<'s>,
        stripe: &Stripe<'_>,
        rows: u64,
        mut is_plain: impl FnMut(&mut Self, &CheckedColumn<'s>, usize, &[u8]) -> bool,
    ) -> Checked {
        let (mut filled, mut usable) = (rows, rows);
        for row in rows_of(rows) {
            let Some(mut cell) = checked.cell(stripe, row) else {
                filled &= !(1 << row);
                continue;
            };
            while !is_plain(self, checked, row, cell) {
                let bare = cell.trim_ascii();
                if bare.len() < cell.len() {
                    cell = bare;
                    continue;
                }
                if !self.read_in_full(checked, stripe, row) {
                    usable &= !(1 << row);
                }
                break;
            }
        }
        Checked { filled, usable: filled & usable }
    }

    #[inline(never)]
    fn read_in_full(
        &mut self,
        checked: &mut CheckedColumn<'s>,
        stripe: &Stripe<'_>,
        row: usize,
    ) -> bool {
        let column = checked.column;
        let of_row = stripe.row(row);
        let cell = column.text(&of_row);
        match checked.check {
            Check::Choice => {
                let is_fine = self.read(column, stripe, row, cell);
                if is_fine {
                    checked.fine.put(cell.as_bytes(), ());
                }
                is_fine
            }
            Check::Id => self.read_id(checked, stripe, row, cell),
            Check::Email => {
                self.read_emails(checked, stripe, row, cell);
                true
            }
            Check::Phone => {
                self.read_phones(checked, stripe, row, cell);
                true
            }
            _ if column.is_list => self.read_items(column, stripe, row, cell),
            _ => self.read(column, stripe, row, cell),
        }
    }

    fn read_id<'b>(
        &mut self,
        checked: &CheckedColumn<'s>,
        stripe: &Stripe<'b>,
        row: usize,
        cell: &'b str,
    ) -> bool
    where
        's: 'b,
    {
        let column = checked.column;
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
                let columns = match checked.column.object {
                    Object::Contact => &mut self.keys.contact_ids,
                    Object::Opportunity => &mut self.keys.opportunity_ids,
                };
                columns[checked.among_its_kind]
                    .push(row, Key { kind, column, item: 0, hash, text });
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

    /// Reads a cell in full, only to see whether it can be used.
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

    /// Reads every item of a cell. Returns whether one of them can be used.
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
