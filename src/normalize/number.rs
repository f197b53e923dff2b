//! Numbers and amounts of money.

mod lexer;
mod scan;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::text::trim;
use crate::issue::IssueCode;
use lexer::{Body, Reading};
pub use scan::{SeparatorScan, SeparatorsFound};

/// The separators of a number as written: thousands and decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Separators {
    /// Between groups of digits; `None` = none is used.
    #[serde(default)]
    pub group: Option<char>,
    /// Before the decimals.
    pub decimal: char,
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
    if let Some(number) = plain(cell.as_bytes(), separators) {
        return Ok(number);
    }
    let body = lexer::read(cell).ok_or(IssueCode::NumberInvalid)?;
    let point = match (separators, body.reading()) {
        (_, Reading::Wrong) => return Err(IssueCode::NumberInvalid),
        (Some(separators), _) => body.point_under(separators).ok_or(IssueCode::NumberInvalid)?,
        (None, Reading::Point(point)) => point,
        (None, Reading::Open) => return Err(IssueCode::NumberAmbiguous),
    };
    body.value(point).ok_or(IssueCode::NumberInvalid)
}

/// Digits alone, or with one point and other than three decimals: nothing to find out.
fn plain(cell: &[u8], separators: Option<Separators>) -> Option<Decimal> {
    if cell.is_empty() || cell.len() > 15 || separators.is_some_and(|s| s.decimal != '.') {
        return None;
    }
    let (mut value, mut scale) = (0_i64, None);
    for &byte in cell {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                scale = scale.map(|scale: u32| scale + 1);
            }
            b'.' if scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    match scale {
        None => Some(Decimal::new(value, 0)),
        // `5.` and `.5` are left to the lexer; `1.234` may be a thousand.
        Some(1..=2) if cell[0] != b'.' => Some(Decimal::new(value, scale?)),
        Some(_) => None,
    }
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
