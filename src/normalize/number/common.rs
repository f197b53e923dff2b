//! The plainest ways to write an amount, read in one pass: `1234`, `-12.5`, `$1,234.50`. They are
//! most of what a file holds; a test keeps them equal to the lexer's reading.

use rust_decimal::Decimal;

use super::Separators;

/// An amount with points for decimals, groups of three set off by commas, and at most a dollar sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common {
    digits: i64,
    decimals: u32,
    groups: u32,
    /// The digits before the first separator, as a number.
    lead: i64,
}

/// What an amount tells of its column.
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

impl Common {
    /// `None` for whatever needs the lexer.
    pub(super) fn read(cell: &[u8]) -> Option<Self> {
        let (is_negative, rest) = match cell {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let rest = rest.strip_prefix(b"$").unwrap_or(rest);
        if rest.len() > 18 || !rest.first()?.is_ascii_digit() || !rest.last()?.is_ascii_digit() {
            return None;
        }
        let (mut digits, mut lead) = (0_i64, 0);
        let (mut groups, mut decimals) = (0, 0);
        // Digits since the last separator.
        let mut run = 0;
        let mut has_point = false;
        for &byte in rest {
            match byte {
                b'0'..=b'9' => {
                    digits = digits * 10 + i64::from(byte - b'0');
                    run += 1;
                    decimals += u32::from(has_point);
                }
                b',' if !has_point && (if groups > 0 { run == 3 } else { run <= 3 }) => {
                    lead = if groups == 0 { digits } else { lead };
                    (groups, run) = (groups + 1, 0);
                }
                b'.' if !has_point && (groups == 0 || run == 3) => {
                    lead = if groups == 0 { digits } else { lead };
                    (has_point, run) = (true, 0);
                }
                _ => return None,
            }
        }
        if groups > 0 && !has_point && run != 3 {
            return None;
        }
        let digits = if is_negative { -digits } else { digits };
        Some(Common { digits, decimals, groups, lead })
    }

    pub(super) fn tells(self) -> Tells {
        match (self.groups, self.decimals) {
            (0, 0) => Tells::Nothing,
            (0, 3) => Tells::Unsure,
            (1, 0) if self.lead > 0 => Tells::Open,
            (1, 0) => Tells::Unsure,
            _ => Tells::Point,
        }
    }

    /// The number, if the separators of the column, or the cell itself, leave no doubt.
    pub(super) fn under(self, separators: Option<Separators>) -> Option<Decimal> {
        let fits = match separators {
            None => matches!(self.tells(), Tells::Nothing | Tells::Point),
            Some(Separators { group, decimal: '.' }) => self.groups == 0 || group == Some(','),
            Some(_) => self.decimals == 0 && self.groups == 0,
        };
        fits.then(|| Decimal::new(self.digits, self.decimals))
    }
}
