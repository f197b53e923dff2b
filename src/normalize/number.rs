//! Numbers and amounts of money.

mod common;
mod currency;
mod lexer;
mod scan;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::text::trim;
use crate::issue::IssueCode;
use common::Common;
use lexer::{Body, Reading};
pub use scan::{SeparatorScan, SeparatorsFound};

/// The separators of a number as written: thousands and decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separators {
    /// Between groups of digits; `None` = none is used.
    #[serde(default)]
    pub group: Option<char>,
    /// Before the decimals.
    pub decimal: char,
}

impl Separators {
    /// A number written with them: `1.234,5`.
    pub(crate) fn sample(self) -> String {
        let group = self.group.map(String::from).unwrap_or_default();
        format!("1{group}234{}5", self.decimal)
    }

    /// Those of a [sample](Self::sample).
    pub(crate) fn of_sample(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('1')?.strip_suffix('5')?;
        let (group, decimal) = rest.split_once("234")?;
        let one = |text: &str| {
            let mut chars = text.chars();
            chars.next().filter(|c| !c.is_ascii_digit() && chars.next().is_none())
        };
        Some(Separators {
            group: if group.is_empty() { None } else { Some(one(group)?) },
            decimal: one(decimal)?,
        })
    }
}

/// An exact number. Currency signs and codes are read over; `(1,200)` and `1,200-` are negative.
///
/// Without `separators` a cell must tell by itself: `1.234,50` and `1234.5` do, `1.234` does not, and
/// is refused rather than read a thousand times too large or too small. Spaces and apostrophes only
/// ever group.
///
/// # Errors
/// [`IssueCode::NumberAmbiguous`], or [`IssueCode::NumberInvalid`] for what is no number.
///
/// ```
/// # use crm_import::{normalize::{decimal, Separators}, IssueCode};
/// assert_eq!(decimal("$1,234.50", None).unwrap().to_string(), "1234.50");
/// assert_eq!(decimal("1.234", None), Err(IssueCode::NumberAmbiguous));
/// let german = Separators { group: Some('.'), decimal: ',' };
/// assert_eq!(decimal("1.234 €", Some(german)).unwrap().to_string(), "1234");
/// ```
pub fn decimal(cell: &str, separators: Option<Separators>) -> Result<Decimal, IssueCode> {
    let cell = trim(cell);
    let common = Common::read(cell.as_bytes());
    if let Some(common) = common.filter(|common| common.fits(separators)) {
        return Ok(common.value());
    }
    in_full(cell, separators)
}

/// An amount that [`decimal`] reads without a doubt, whatever number it is. For the others it has to
/// be asked.
pub(crate) fn is_plain_amount(cell: &[u8], separators: Option<Separators>) -> bool {
    Common::read(cell).is_some_and(|common| common.fits(separators))
}

fn in_full(cell: &str, separators: Option<Separators>) -> Result<Decimal, IssueCode> {
    let body = lexer::read(cell).ok_or(IssueCode::NumberInvalid)?;
    let point = match (separators, body.reading()) {
        (_, Reading::Wrong) => return Err(IssueCode::NumberInvalid),
        (Some(separators), _) => body.point_under(separators).ok_or(IssueCode::NumberInvalid)?,
        (None, Reading::Point(point)) => point,
        (None, Reading::Open) => return Err(IssueCode::NumberAmbiguous),
    };
    body.value(point).ok_or(IssueCode::NumberInvalid)
}

impl Body {
    fn value(&self, point: Option<usize>) -> Option<Decimal> {
        let mut text = String::with_capacity(self.digits.len() + 2);
        if self.is_negative {
            text.push('-');
        }
        match point {
            None => text.push_str(&self.digits),
            Some(at) => {
                text.push_str(if at == 0 { "0" } else { &self.digits[..at] });
                text.push('.');
                text.push_str(&self.digits[at..]);
            }
        }
        let mut number = Decimal::from_str_exact(text.trim_end_matches('.')).ok()?;
        if self.exponent != 0 {
            let scale = i64::from(number.scale()) - i64::from(self.exponent);
            if scale >= 0 {
                number.set_scale(u32::try_from(scale).ok()?).ok()?;
            } else {
                let zeros = u32::try_from(-scale).ok()?;
                number.set_scale(0).ok()?;
                number = number.checked_mul(Decimal::from(10_u64.checked_pow(zeros)?))?;
            }
        }
        if number.is_zero() {
            number.set_sign_positive(true);
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell made of the characters of amounts.
    fn cell(mut seed: u64) -> String {
        let mut text = String::new();
        for _ in 0..seed % 12 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push(char::from(b"0123456789001234,,..-$"[(seed >> 33) as usize % 22]));
        }
        text
    }

    #[test]
    fn the_short_cut_tells_what_the_lexer_tells() {
        for cell in (0..200_000).map(cell) {
            let Some(common) = Common::read(cell.as_bytes()) else { continue };
            let body = lexer::read(&cell).unwrap_or_else(|| panic!("{cell:?}"));
            let is_sound = match common.tells() {
                common::Tells::Nothing => body.separators.is_empty(),
                common::Tells::Open => body.reading() == Reading::Open,
                common::Tells::Point => matches!(body.reading(), Reading::Point(_)),
                common::Tells::Unsure => true,
            };
            assert!(is_sound, "{cell:?}: {:?} {:?}", common.tells(), body.reading());
        }
    }

    #[test]
    fn the_short_cut_reads_what_the_lexer_reads() {
        let points = Separators { group: Some(','), decimal: '.' };
        let commas = Separators { group: Some('.'), decimal: ',' };
        let plain = Separators { group: None, decimal: '.' };
        let mut read = 0;
        for seed in 0..200_000 {
            let cell = cell(seed);
            let Some(common) = Common::read(cell.as_bytes()) else { continue };
            for separators in [None, Some(points), Some(commas), Some(plain)] {
                if common.fits(separators) {
                    let number = common.value();
                    assert_eq!(in_full(&cell, separators), Ok(number), "{cell:?} {separators:?}");
                    read += 1;
                }
            }
        }
        assert!(read > 10_000, "only {read} cells were short");
    }
}
