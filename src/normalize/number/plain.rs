//! [`PlainAmount`]: the plainest ways to write an amount, read in one pass: `1234`, `-12.5`, `$1,234.50`,
//! `1.234,50 €`. They are most of what a file holds; a test keeps them equal to the lexer's reading.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x16};
use rust_decimal::Decimal;

use super::Separators;

/// An amount with decimals, groups of three digits, and at most one sign of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainAmount<'c> {
    is_negative: bool,
    /// From the first digit to the last.
    text: &'c [u8],
    /// Whether commas stand before the decimals, and points between groups. Otherwise it is the other way round, or may
    /// be.
    has_comma: bool,
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
    /// A comma stands before the decimals.
    Comma,
    /// Its one separator may be either.
    Open,
    /// The lexer knows.
    Unsure,
}

/// Where the bytes of one kind are in an amount: a bit for each byte, the lowest for the first.
#[derive(Clone, Copy)]
struct Places {
    /// What groups thousands.
    group: u32,
    /// What stands before decimals.
    decimal: u32,
    len: usize,
}

impl<'c> PlainAmount<'c> {
    /// `None` for whatever needs the lexer.
    #[inline]
    pub(super) fn read(cell: &'c [u8]) -> Option<Self> {
        let (is_negative, text) = match cell {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let text = without_sign(text);
        let len = text.len();
        if len == 0 || len > 16 {
            return None;
        }
        let mut padded = [0; 16];
        padded[..len].copy_from_slice(text);
        let [digits, commas, points] = dispatch!(Level::baseline(), simd => {
            let bytes = u8x16::simd_from(simd, padded);
            let places = [(bytes - b'0').simd_le(9), bytes.simd_eq(b','), bytes.simd_eq(b'.')];
            places.map(|places| places.to_bitmask() as u32)
        });
        let ends_in_digits = digits & 1 << (len - 1) & (digits & 1) << (len - 1) != 0;
        let is_known = (digits | commas | points) + 1 == 1 << len;
        if !ends_in_digits || !is_known {
            return None;
        }
        let of = |group, decimal| Places { group, decimal, len };
        let (has_comma, [lead, groups, decimals]) = match of(commas, points).counted() {
            Some(counts) => (false, counts),
            None => (true, of(points, commas).counted()?),
        };
        Some(PlainAmount { is_negative, text, has_comma, lead, groups, decimals })
    }

    pub(super) fn tells(self) -> Tells {
        match (self.groups, self.decimals) {
            (0, 0) => Tells::Nothing,
            (0, 3) => Tells::Unsure,
            (1, 0) if self.text[..self.lead].iter().any(|digit| *digit != b'0') => Tells::Open,
            (1, 0) => Tells::Unsure,
            _ if self.has_comma => Tells::Comma,
            _ => Tells::Point,
        }
    }

    /// Whether the separators of the column, or the cell itself, leave no doubt of the number.
    pub(super) fn fits(self, separators: Option<Separators>) -> bool {
        let (group_mark, decimal_mark) = if self.has_comma { ('.', ',') } else { (',', '.') };
        match separators {
            None => matches!(self.tells(), Tells::Nothing | Tells::Point | Tells::Comma),
            Some(Separators { group, decimal }) if decimal == decimal_mark => {
                self.groups == 0 || group == Some(group_mark)
            }
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

impl Places {
    /// How many digits come before the first separator, how many groups after those, and how many decimals. `None`
    /// if the separators are not where they should be.
    #[inline]
    fn counted(self) -> Option<[usize; 3]> {
        let Places { group, decimal, len } = self;
        if decimal & decimal.wrapping_sub(1) != 0 {
            return None;
        }
        let point = if decimal == 0 { len } else { decimal.trailing_zeros() as usize };
        let lead = ((group | decimal).trailing_zeros() as usize).min(len);
        let grouped = point - lead;
        // Every fourth byte from the first separator to the decimals.
        let places = 0x1111 << lead & ((1 << point) - 1);
        if group != 0 && (lead > 3 || grouped % 4 != 0 || group != places) {
            return None;
        }
        Some([lead, grouped / 4, len.saturating_sub(point + 1)])
    }
}

/// The text without the sign of a currency before it or behind it.
#[inline]
fn without_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'$', rest @ ..] => rest,
        [] | [..0x80] | [..0x80, .., ..0x80] => text,
        _ => without_other_sign(text),
    }
}

/// The same where the sign is not ASCII.
fn without_other_sign(text: &[u8]) -> &[u8] {
    const SIGNS: [&str; 3] = ["\u{a0}€", "€", "£"];
    let without = |sign: &[u8]| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign));
    let bare = SIGNS.iter().find_map(|sign| without(sign.as_bytes()));
    bare.map_or(text, <[u8]>::trim_ascii)
}
