//! [`CheckedColumn`]: how the drafter checks the cells of a column, with as little work as the rules allow.
//!
//! Most cells are text that nothing can be wrong with, or one of a few words that recur in a thousand rows, or
//! written in the plainest way of their kind. Those need only a glance; the others are read in full by
//! [`Column::read`].

use super::column::SilentCells;
use super::recent_cells::RecentCells;
use super::{Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::normalize;
use crate::source::{BlockRow, Stripe, rows_of};

/// A column, and how its cells are checked.
#[derive(Debug)]
pub(super) struct CheckedColumn<'s> {
    pub(super) column: &'s Column,
    /// Its place in the file; `None` for a constant.
    pub(super) index: Option<usize>,
    pub(super) check: Check,
    /// Whether a row that fills one of its cells says more than keys: the column is in the file, and does not serve to
    /// identify a contact.
    pub(super) says_more: bool,
    pub(super) is_name: bool,
    /// Whether nothing can be wrong with its cells in a block without a NUL, or nothing that is known before the
    /// opportunity. Then a cell needs no check if another column has shown already that its row says more than keys.
    pub(super) is_quiet: bool,
    /// Which of its cells mean nothing.
    silent_cells: SilentCells,
    /// Its number among the columns that are checked the same way, if they give keys.
    pub(super) among_its_kind: usize,
    /// Cells that were read before and are fine.
    pub(super) fine: RecentCells<()>,
}

/// How cells are checked while rows are drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Any text is fine, unless it holds a NUL.
    Text,
    Email,
    Phone,
    Id,
    /// One of a few values that recur: a cell that was fine is fine again.
    Choice,
    /// A date, without a value map.
    Day,
    /// A number or an amount, without a value map.
    Amount,
    Value,
    Items,
    /// What the cell means depends on the opportunity that the row finds.
    Later,
}

impl Check {
    /// How the cells of a column are checked.
    fn of(column: &Column) -> Self {
        use FieldKind::{
            Boolean, Country, Date, FullName, List, LongText, Money, Number, SingleChoice, Status,
            Text, Timezone, User,
        };
        match column.field {
            FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK => Check::Id,
            FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS => Check::Email,
            FieldId::PHONE | FieldId::ADDITIONAL_PHONES => Check::Phone,
            FieldId::PIPELINE | FieldId::STAGE => Check::Later,
            FieldId::OPPORTUNITY_TAGS => Check::Items,
            _ => match column.kind {
                Text | LongText | List | FullName if column.is_direct() => Check::Text,
                _ if column.is_list => Check::Items,
                Boolean | Country | SingleChoice | Status | Timezone | User => Check::Choice,
                Date if column.is_direct() => Check::Day,
                Number | Money if column.is_direct() => Check::Amount,
                _ => Check::Value,
            },
        }
    }
}

impl<'s> CheckedColumn<'s> {
    pub(super) fn new(settings: &Settings, column: &'s Column) -> Self {
        let check = Check::of(column);
        let is_key = settings.is_key(column.field);
        let index = column.index().map(usize::from);
        CheckedColumn {
            column,
            index,
            check,
            is_quiet: matches!(check, Check::Text | Check::Later)
                && !is_key
                && !column.is_constant()
                && column.max_chars == usize::MAX,
            says_more: !is_key && !column.is_constant(),
            is_name: column.field.is_name(),
            silent_cells: column.silent_cells(),
            among_its_kind: 0,
            fine: RecentCells::default(),
        }
    }

    /// The bytes of the cell on one of the rows, unless it is blank. If the column is one of the file, the
    /// row must be among those that [fill](Stripe::filled) it.
    #[inline(always)]
    pub(super) fn cell<'b>(&self, stripe: &Stripe<'b>, row: usize) -> Option<&'b [u8]>
    where
        's: 'b,
    {
        let cell = match self.index {
            Some(index) => stripe.bytes(row, index),
            None => self.column.bytes(&stripe.row(row)),
        };
        let is_plain = normalize::is_plain(*cell.first()?);
        (is_plain || !self.is_blank(stripe, row, cell)).then_some(cell)
    }

    /// Whether nothing is left of the cell once it is trimmed. Few cells come here, and most of those only begin with a
    /// space.
    #[inline(never)]
    fn is_blank(&self, stripe: &Stripe<'_>, row: usize, cell: &[u8]) -> bool {
        let is_plain =
            cell.trim_ascii_start().first().is_some_and(|byte| normalize::is_plain(*byte));
        !is_plain && normalize::is_blank(self.column.text(&stripe.row(row)))
    }

    /// Whether it is a column of the file whose cell on this row makes the side present (P1).
    pub(super) fn makes_present(&self, row: &BlockRow<'_>) -> bool {
        let is_filled = self.index.is_some_and(|index| !normalize::is_blank(row.cell(index)));
        is_filled && !(self.silent_cells != SilentCells::None && self.column.means_nothing(row))
    }

    /// Those of the rows whose cell means something.
    #[inline]
    pub(super) fn rows_with_meaning(&self, stripe: &Stripe<'_>, rows: u64) -> u64 {
        let may_be_silent = |row: &usize| match (self.silent_cells, self.index) {
            (SilentCells::Zeros, Some(index)) => {
                normalize::may_say_no_day(stripe.bytes(*row, index).trim_ascii_start())
            }
            _ => true,
        };
        if self.silent_cells == SilentCells::None {
            return rows;
        }
        let silent = rows_of(rows)
            .filter(may_be_silent)
            .filter(|row| self.column.means_nothing(&stripe.row(*row)));
        silent.fold(rows, |rows, row| rows & !(1 << row))
    }

    /// The number by which keys name the column.
    pub(super) fn number(&self) -> u16 {
        self.column.index().unwrap_or(u16::MAX)
    }
}
