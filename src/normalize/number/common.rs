//! The plainest ways to write an amount, read in one pass: `1234`, `-12.5`, `$1,234.50`. They are
//! most of what a file holds; a test keeps them equal to the lexer's reading.

use rust_decimal::Decimal;

use super::Separators;

/// An amount with points for decimals, groups of three set off by commas, and at most a dollar sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common<'c> {
    is_negative: bool,
    /// From the first digit to the last.
    text: &'c [u8],
    /// How many digits stand before the first separator.
    lead: usize,
    groups: usize,
    decimals: usize,
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

impl<'c> Common<'c> {
    /// `None` for whatever needs the lexer.
    pub(super) fn read(cell: &'c [u8]) -> Option<Self> {
        let (is_negative, text) = match cell {
            [b'-', b'$', rest @ ..] | [b'-', rest @ ..] => (true, rest),
            [b'$', rest @ ..] | rest => (false, rest),
        };
        let lead = count_digits(text);
        if lead == 0 || text.len() > 18 {
            return None;
        }
        let (mut rest, mut groups, mut decimals) = (&text[lead..], 0, 0);
        if lead <= 3 {
            while let [b',', group @ ..] = rest {
                if count_digits(group) != 3 {
                    return None;
                }
                (rest, groups) = (&group[3..], groups + 1);
            }
        }
        if let [b'.', behind @ ..] = rest {
            decimals = count_digits(behind);
            if decimals == 0 {
                return None;
            }
            rest = &behind[decimals..];
        }
        rest.is_empty().then_some(Common { is_negative, text, lead, groups, decimals })
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
        // 18 digits at most.
        let digits = self.text.iter().filter(|byte| byte.is_ascii_digit());
        let number = digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let number = if self.is_negative { -number } else { number };
        Decimal::new(number, self.decimals as u32)
    }
}

/// How many digits a text begins with.
fn count_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
