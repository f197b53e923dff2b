//! [`Watch`]: how the drafter looks at a column, which is as little as the rules allow.
//!
//! Most cells are text that nothing can be wrong with, or one of a few words that recur in a thousand rows, or
//! written in the plainest way of their kind. Those need only a glance; the others are read in full by
//! [`Column::read`].

use super::memo::Memo;
use super::{Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::normalize;
use crate::source::Stripe;

/// A column, and how its cells are looked at.
#[derive(Debug)]
pub(super) struct Watch<'s> {
    pub(super) column: &'s Column,
    /// Its place in the file; `None` for a constant.
    pub(super) index: Option<usize>,
    pub(super) look: Look,
    /// Its cells are in the file, and do not serve to identify a contact: a row that fills one says more than
    /// keys.
    pub(super) says_more: bool,
    pub(super) is_name: bool,
    /// Nothing can be wrong with its cells in a block without a NUL, or not until the opportunity is known.
    /// Once another column has shown that a row says more than keys, they need not be looked at.
    pub(super) is_quiet: bool,
    /// Its number among the columns that are looked at the same way, if they give keys.
    pub(super) among_its_kind: usize,
    /// Cells that were read before and are fine.
    pub(super) fine: Memo<()>,
}

/// How cells are looked at while rows are drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Any text is fine, unless it holds a NUL.
    Text,
    Email,
    Phone,
    Id,
    /// Few distinct cells recur, and one that was fine is fine again.
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

impl<'s> Watch<'s> {
    pub(super) fn new(settings: &Settings, column: &'s Column) -> Self {
        let look = match column.field {
            FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK => Look::Id,
            FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS => Look::Email,
            FieldId::PHONE | FieldId::ADDITIONAL_PHONES => Look::Phone,
            FieldId::PIPELINE | FieldId::STAGE => Look::Later,
            FieldId::OPPORTUNITY_TAGS => Look::Items,
            _ => match column.kind {
                FieldKind::Text | FieldKind::LongText | FieldKind::List | FieldKind::FullName
                    if column.is_direct() =>
                {
                    Look::Text
                }
                _ if column.is_list => Look::Items,
                FieldKind::Boolean
                | FieldKind::Country
                | FieldKind::SingleChoice
                | FieldKind::Status
                | FieldKind::Timezone
                | FieldKind::User => Look::Choice,
                FieldKind::Date if column.is_direct() => Look::Day,
                FieldKind::Number | FieldKind::Money if column.is_direct() => Look::Amount,
                _ => Look::Value,
            },
        };
        let is_key = settings.is_key(column.field);
        let index = column.index().map(usize::from);
        Watch {
            column,
            index,
            look,
            is_quiet: matches!(look, Look::Text | Look::Later)
                && !is_key
                && !column.is_constant()
                && column.max_chars == usize::MAX,
            says_more: !is_key && !column.is_constant(),
            is_name: matches!(
                column.field,
                FieldId::FIRST_NAME | FieldId::LAST_NAME | FieldId::NAME
            ),
            among_its_kind: 0,
            fine: Memo::default(),
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

    /// Is nothing left of the cell once it is trimmed? Few cells come here, and most of those only begin with a space.
    #[inline(never)]
    fn is_blank(&self, stripe: &Stripe<'_>, row: usize, cell: &[u8]) -> bool {
        let is_plain =
            cell.trim_ascii_start().first().is_some_and(|byte| normalize::is_plain(*byte));
        !is_plain && normalize::is_blank(self.column.text(&stripe.row(row)))
    }

    /// The number by which keys name the column.
    pub(super) fn number(&self) -> u16 {
        self.column.index().unwrap_or(u16::MAX)
    }
}
