//! [`PlainAmount`]: the plainest ways to write an amount, read in one pass: `1234`, `-12.5`, `$1,234.50`.
//! They are most of what a file holds; a test keeps them equal to the lexer's reading.

use rust_decimal::Decimal;
use wide::u8x16;

use super::Separators;

/// An amount with points for decimals, groups of three set off by commas, and at most a dollar sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainAmount<'c> {
    is_negative: bool,
    /// From the first digit to the last.
    text: &'c [u8],
    /// How many digits stand before the first separator.
    lead: usize,
    groups: usize,
    decimals: usize,
}

/// What an amount says about its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tells {
    Nothing,
    /// A point stands before the decimals.
    Point,
    /// Its one separator may be either.
    Open,
    /// The lexer knows.
    Unsure,
}

impl<'c> PlainAmount<'c> {
    /// `None` for whatever needs the lexer.
    pub(super) fn read(cell: &'c [u8]) -> Option<Self> {
        let (is_negative, text) = match cell {
            [b'-', b'$', rest @ ..] | [b'-', rest @ ..] => (true, rest),
            [b'$', rest @ ..] | rest => (false, rest),
        };
        let len = text.len();
        if len == 0 || len > 16 {
            return None;
        }
        // One bit for each byte, of the first the lowest.
        let mut padded = [0; 16];
        padded[..len].copy_from_slice(text);
        let bytes = u8x16::new(padded);
        let value = bytes - u8x16::splat(b'0');
        let digits = value.simd_eq(value.min(u8x16::splat(9))).to_bitmask();
        let commas = bytes.simd_eq(u8x16::splat(b',')).to_bitmask();
        let points = bytes.simd_eq(u8x16::splat(b'.')).to_bitmask();
        let ends_in_digits = digits & 1 << (len - 1) & (digits & 1) << (len - 1) != 0;
        let is_known = (digits | commas | points) + 1 == 1 << len;
        if !ends_in_digits || !is_known || points & points.wrapping_sub(1) != 0 {
            return None;
        }
        let point = if points == 0 { len } else { points.trailing_zeros() as usize };
        let lead = ((commas | points).trailing_zeros() as usize).min(len);
        let grouped = point - lead;
        // Every fourth byte from the first comma to the point.
        let places = 0x1111 << lead & ((1 << point) - 1);
        if commas != 0 && (lead > 3 || grouped % 4 != 0 || commas != places) {
            return None;
        }
        let decimals = len.saturating_sub(point + 1);
        Some(PlainAmount { is_negative, text, lead, groups: grouped / 4, decimals })
    }

    pub(super) fn tells(self) -> Tells {
        match (self.groups, self.decimals) {
            (0, 0) => Tells::Nothing,
            (0, 3) => Tells::Unsure,
            (1, 0) if self.text[..self.lead].iter().any(|digit| *digit != b'0') => Tells::Open,
            (1, 0) => Tells::Unsure,
            _ => Tells::Point,
        }
    }

    /// Do the separators of the column, or the cell itself, leave no doubt of the number?
    pub(super) fn fits(self, separators: Option<Separators>) -> bool {
        match separators {
            None => matches!(self.tells(), Tells::Nothing | Tells::Point),
            Some(Separators { group, decimal: '.' }) => self.groups == 0 || group == Some(','),
            Some(_) => self.decimals == 0 && self.groups == 0,
        }
    }

    pub(super) fn value(self) -> Decimal {
        // 16 digits at most.
        let digits = self.text.iter().filter(|byte| byte.is_ascii_digit());
        let number = digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let number = if self.is_negative { -number } else { number };
        Decimal::new(number, self.decimals as u32)
    }
}
