//! Numbers and amounts of money.

mod currency;
mod lexer;
mod plain;
mod scan;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::text::trim;
use crate::issue::IssueCode;
pub(crate) use currency::is_currency;
use lexer::Reading;
use plain::PlainAmount;
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

/// An exact number. Currency signs and codes are ignored; `(1,200)` and `1,200-` are negative.
///
/// Without `separators` a cell must be readable in only one way. `1.234,50` and `1234.5` are; `1.234` is not,
/// and is refused rather than read a thousand times too large or too small. Spaces and apostrophes only ever
/// separate groups.
///
/// # Errors
/// [`IssueCode::NumberAmbiguous`], [`IssueCode::NumberTooLong`] for more than 28 digits, or
/// [`IssueCode::NumberInvalid`] for what is no number.
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
    let plain = PlainAmount::read(cell.as_bytes());
    if let Some(plain) = plain.filter(|plain| plain.fits(separators)) {
        return Ok(plain.value());
    }
    in_full(cell, separators)
}

/// Whether it is an amount that [`decimal`] is sure to read. For any other cell it has to be asked.
pub(crate) fn is_plain_amount(cell: &[u8], separators: Option<Separators>) -> bool {
    PlainAmount::read(cell).is_some_and(|plain| plain.fits(separators))
}

fn in_full(cell: &str, separators: Option<Separators>) -> Result<Decimal, IssueCode> {
    let body = lexer::read(cell).ok_or(IssueCode::NumberInvalid)?;
    let point = match (separators, body.reading()) {
        (_, Reading::Wrong) => return Err(IssueCode::NumberInvalid),
        (Some(separators), _) => body.point_under(separators).ok_or(IssueCode::NumberInvalid)?,
        (None, Reading::Point(point)) => point,
        (None, Reading::Open) => return Err(IssueCode::NumberAmbiguous),
    };
    body.value(point).ok_or(IssueCode::NumberTooLong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    /// A cell made of the characters of amounts.
    fn cell(seed: u64) -> String {
        let mut dice = Dice::new(seed);
        let mut cell: String = (0..dice.below(12))
            .map(|_| char::from(dice.one_of(b"0123456789001234,,..-$")))
            .collect();
        match dice.below(8) {
            0 => cell.push_str(dice.one_of(&[" €", "€", "\u{a0}€", " EUR", "£"])),
            1 => cell.insert_str(0, dice.one_of(&["€", "€ ", "£", "-€"])),
            _ => {}
        }
        cell
    }

    #[test]
    fn the_short_cut_tells_what_the_lexer_tells() {
        for cell in (0..200_000).map(cell) {
            let Some(amount) = PlainAmount::read(cell.as_bytes()) else { continue };
            let body = lexer::read(&cell).unwrap_or_else(|| panic!("{cell:?}"));
            let is_sound = match amount.tells() {
                plain::Tells::Nothing => body.separators.is_empty(),
                plain::Tells::Open => body.reading() == Reading::Open,
                plain::Tells::Point | plain::Tells::Comma => {
                    matches!(body.reading(), Reading::Point(_))
                }
                plain::Tells::Unsure => true,
            };
            assert!(is_sound, "{cell:?}: {:?} {:?}", amount.tells(), body.reading());
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
            let Some(amount) = PlainAmount::read(cell.as_bytes()) else { continue };
            for separators in [None, Some(points), Some(commas), Some(plain)] {
                if amount.fits(separators) {
                    let number = amount.value();
                    assert_eq!(in_full(&cell, separators), Ok(number), "{cell:?} {separators:?}");
                    read += 1;
                }
            }
        }
        assert!(read > 10_000, "only {read} cells were short");
    }
}
