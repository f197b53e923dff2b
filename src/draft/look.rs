//! How the drafter looks at a cell: at a plain one quickly, at any other by reading it in full.

use std::hash::BuildHasher;

use super::drafter::Drafter;
use super::refusal::{Refusal, nearest, refuse};
use super::watch::{Look, Watch};
use super::{Cell, Column, Drafts, Key, KeyKind, KeyText, RowDraft};
use crate::field::FieldId;
use crate::normalize;
use crate::object::Object;
use crate::source::BlockRow;
use crate::value::Value;

impl<'s> Drafter<'s> {
    /// Looks at a cell that is not blank. Does it hold something usable? Most cells are plain, and
    /// need no closer look; a call for each would cost more than looking.
    #[inline(always)]
    pub(super) fn look(
        &mut self,
        watch: &mut Watch<'s>,
        row: &BlockRow<'_>,
        cell: &[u8],
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool {
        let column = watch.column;
        let is_plain = match watch.look {
            // It is looked at once the opportunity is known.
            Look::Later => true,
            Look::Text => !row.may_hold_nul() && cell.len() <= column.max_chars,
            Look::Choice => watch.fine.get(cell).is_some(),
            Look::Day => normalize::is_plain_day(cell),
            Look::Amount => normalize::is_plain_amount(cell, column.separators),
            Look::Email if column.is_direct() => self.keep_plain_email(watch, row, cell),
            Look::Phone if column.is_direct() => self.keep_plain_phone(watch, row, cell),
            _ => false,
        };
        is_plain || self.look_closely(watch, row, drafts, draft)
    }

    #[inline(never)]
    fn look_closely(
        &mut self,
        watch: &mut Watch<'s>,
        row: &BlockRow<'_>,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool {
        let column = watch.column;
        let cell = column.text(row);
        match watch.look {
            Look::Choice => {
                let is_fine = self.read(column, row, cell, drafts, draft);
                if is_fine {
                    watch.fine.put(cell.as_bytes(), ());
                }
                is_fine
            }
            Look::Id => self.look_at_id(column, row, cell, drafts, draft),
            Look::Email => {
                self.look_at_emails(column, row, cell, drafts, draft);
                true
            }
            Look::Phone => {
                self.look_at_phones(column, row, cell, drafts, draft);
                true
            }
            _ if column.is_list => self.read_items(column, row, cell, drafts, draft),
            _ => self.read(column, row, cell, drafts, draft),
        }
    }

    fn look_at_id<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        match column.read(cell, None, &self.settings.choices) {
            Cell::Value(Value::Text(id)) => {
                let kind = match column.field {
                    FieldId::CONTACT_ID => KeyKind::ContactId,
                    FieldId::CONTACT_LINK => KeyKind::ContactLink,
                    _ => KeyKind::OpportunityId,
                };
                let text = KeyText::Span(self.place(row, &id));
                let hash = self.seed.hash_one(&*id);
                let column = column.index().unwrap_or(u16::MAX);
                drafts.keys.push(Key { kind, column, item: 0, hash, text });
                true
            }
            Cell::Invalid(code) => {
                refuse(drafts, draft, row.number(), column, Refusal { fails: true, ..code.into() });
                false
            }
            _ => false,
        }
    }

    /// Reads a cell in full, only to see whether it can be used.
    fn read<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
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
                let detail = nearest(self.settings, column, code, normalize::trim(cell));
                let refusal = Refusal { detail, ..code.into() };
                refuse(drafts, draft, row.number(), column, refusal);
                false
            }
        }
    }

    /// Reads every item of a cell.
    fn read_items<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        let region = self.region_for(column, row);
        let mut is_filled = false;
        column.read_items(cell, region, &self.settings.choices, |shown, read| match read {
            Ok(_) => is_filled = true,
            Err(code) => {
                let detail = nearest(self.settings, column, code, shown);
                let refusal = Refusal { item: Some(shown), detail, ..code.into() };
                refuse(drafts, draft, row.number(), column, refusal);
            }
        });
        is_filled
    }

    fn region_for<'b>(&mut self, column: &Column, row: &BlockRow<'b>) -> Option<&'b str>
    where
        's: 'b,
    {
        match column.object {
            Object::Contact => self.region(row),
            Object::Opportunity => self.settings.account.default_country.as_deref(),
        }
    }
}
