//! [`Value`]: one normalised value of a field, borrowed where it can be.
//!
//! A value is what is left of a cell once its spelling no longer matters: `(206) 555-0123` and
//! `+1 206 555 0123` are the same [`Phone`], `$1,200.50` and `1200.5` the same number. `Display`
//! writes the canonical text (dates ISO, numbers plain decimal, phones E.164), which is also the
//! form a storage may keep.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU64;

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A typed, normalised value of one field.
///
/// ```
/// use crm_import::Value;
///
/// let amount = Value::of_units(120_050, 2);
/// assert_eq!(amount.to_string(), "1200.5"); // the canonical text
/// assert_eq!(Value::text("Ana").to_text(), "Ana");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Text, and everything that is text once it is normalised: an e-mail address in lower case; the id of an
    /// option, a user or a stage; an ISO country code.
    Text(Cow<'a, str>),
    /// A telephone number.
    Phone(Phone),
    /// A day of the proleptic Gregorian calendar, without a time zone.
    Date(Date),
    /// A number or an amount of money, exact.
    Number(Decimal),
    /// Yes or no.
    Boolean(bool),
}

impl<'a> Value<'a> {
    /// A text value.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Value::Text(text.into())
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Phone(phone) => Value::Phone(phone),
            Value::Date(date) => Value::Date(date),
            Value::Number(number) => Value::Number(number),
            Value::Boolean(boolean) => Value::Boolean(boolean),
        }
    }

    /// An amount from a number of its smallest units, as a column of cents holds it. `decimals` is the number of
    /// decimals of a unit: 2 for cents, 0 for yen. More than 28 count as 28.
    ///
    /// ```
    /// use crm_import::Value;
    ///
    /// assert_eq!(Value::of_units(-50, 2).to_text(), "-0.5");
    /// ```
    pub fn of_units(units: i64, decimals: u32) -> Self {
        Value::Number(Decimal::new(units, decimals.min(Decimal::MAX_SCALE)))
    }

    /// An amount as a number of its smallest units, for a column of cents. `None` if it is not a number, has more
    /// decimals than that, or is too large; answer with [`rejected`](crate::storage::Receipts::rejected) then.
    ///
    /// ```
    /// use crm_import::Value;
    ///
    /// let amount = Value::of_units(18_500_500, 3);
    /// assert_eq!(amount.units(2), Some(1_850_050));
    /// assert_eq!(Value::of_units(12_999, 3).units(2), None); // 12.999
    /// ```
    pub fn units(&self, decimals: u32) -> Option<i64> {
        let Value::Number(number) = self else { return None };
        let number = number.normalize();
        let missing = decimals.checked_sub(number.scale())?;
        number.mantissa().checked_mul(10_i128.checked_pow(missing)?)?.try_into().ok()
    }

    /// Appends the canonical text.
    pub(crate) fn write_to(&self, out: &mut String) {
        match self {
            Value::Text(text) => out.push_str(text),
            Value::Phone(phone) => phone.write_to(out),
            // A string takes everything.
            other => _ = fmt::Write::write_fmt(out, format_args!("{other}")),
        }
    }

    /// The canonical text, as `Display` writes it; borrowed if the value is text.
    #[inline]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.written()),
        }
    }

    /// The same text, where it has to outlive the value.
    ///
    /// ```
    /// use std::borrow::Cow;
    ///
    /// use crm_import::storage::BatchStep;
    ///
    /// /// What is to stand in a text column; `None` clears it.
    /// fn text<'a>(step: &BatchStep<'a>, field: &str) -> Option<Cow<'a, str>> {
    ///     Some(step.change(field)?.value()?.into_text())
    /// }
    /// ```
    #[inline]
    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Value::Text(text) => text,
            other => Cow::Owned(other.written()),
        }
    }

    /// The canonical text of a value that is not text. Most of them are short, and need no more room.
    fn written(&self) -> String {
        let mut text = String::with_capacity(24);
        self.write_to(&mut text);
        text
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Phone(phone) => phone.fmt(f),
            Value::Date(date) => date.fmt(f),
            Value::Number(number) => number.normalize().fmt(f),
            Value::Boolean(boolean) => boolean.fmt(f),
        }
    }
}

/// A telephone number in E.164 with its extension, as exact integers.
///
/// Two numbers are equal if and only if the digits to dial are equal. The extension is part of the number:
/// otherwise a shared switchboard would make one contact of all colleagues (behaviour V4).
///
/// ```
/// use crm_import::Phone;
///
/// let desk = Phone::new(12065550123, "17").unwrap();
/// assert_eq!(desk.to_string(), "+12065550123;ext=17");
/// assert_ne!(desk, Phone::new(12065550123, "").unwrap());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    number: NonZeroU64,
    /// 0 = none; else the digits with a `1` before them, which keeps leading zeros.
    extension: u32,
}

impl Phone {
    /// The largest number of digits in E.164, country code included.
    pub const MAX_DIGITS: usize = 15;
    /// The largest number of digits in an extension.
    pub const MAX_EXTENSION: usize = 9;

    /// A number from its digits with country code, and its extension ("" for none).
    ///
    /// `None` if the number is 0 or longer than [`MAX_DIGITS`](Self::MAX_DIGITS), or if the extension has a
    /// character that is not a digit or is longer than [`MAX_EXTENSION`](Self::MAX_EXTENSION).
    pub fn new(number: u64, extension: &str) -> Option<Self> {
        let number = NonZeroU64::new(number).filter(|n| n.get() < 10u64.pow(15))?;
        if extension.is_empty() {
            return Some(Phone { number, extension: 0 });
        }
        if extension.len() > Self::MAX_EXTENSION || !extension.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = extension.bytes().fold(1u32, |sum, b| sum * 10 + u32::from(b - b'0'));
        Some(Phone { number, extension: digits })
    }

    /// The number without its extension: country code and national number as one integer.
    pub const fn number(self) -> u64 {
        self.number.get()
    }

    /// Whether the number has an extension.
    pub const fn has_extension(self) -> bool {
        self.extension != 0
    }

    /// The extension's digits, "" if there is none.
    pub fn extension(self) -> String {
        match self.extension {
            0 => String::new(),
            digits => digits.to_string()[1..].to_owned(),
        }
    }

    /// Appends the number as [`Display`](fmt::Display) writes it, which is what storage is asked with.
    pub(crate) fn write_to(self, out: &mut String) {
        // A string takes everything.
        let _ = self.write(out);
    }

    /// Without the machinery of formatting, which takes longer than the digits.
    fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_char('+')?;
        out.write_str(itoa::Buffer::new().format(self.number.get()))?;
        if self.has_extension() { write!(out, ";ext={}", self.extension()) } else { Ok(()) }
    }

    /// Number and extension as one integer, for hashing and exact comparison; `None` where the
    /// extension is too long to fit (more than four digits).
    pub(crate) const fn packed(self) -> Option<u64> {
        // 10¹⁵ < 2⁵⁰, which leaves 14 bits: extensions of up to four digits are below 2 × 10⁴ and
        // those of four digits (1_0000 + …) must stay below 2¹⁴ = 16,384.
        if self.extension >= 1 << 14 {
            None
        } else {
            Some(self.number.get() << 14 | self.extension as u64)
        }
    }

    /// The number that [`packed`](Self::packed) gave.
    pub(crate) fn unpacked(packed: u64) -> Option<Self> {
        let number = NonZeroU64::new(packed >> 14)?;
        let extension = (packed & ((1 << 14) - 1)) as u32;
        Some(Phone { number, extension })
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_keeps_its_leading_zeros() {
        let phone = Phone::new(12065550123, "007").unwrap();
        assert_eq!(phone.extension(), "007");
        assert_ne!(phone, Phone::new(12065550123, "7").unwrap());
    }

    #[test]
    fn an_amount_is_counted_in_its_smallest_units() {
        let units =
            |text: &str, decimals| Value::Number(text.parse::<Decimal>().unwrap()).units(decimals);
        for (text, decimals, expected) in [
            ("18500.5", 2, Some(1_850_050)),
            ("-0.50", 2, Some(-50)),
            ("12.9900", 2, Some(1_299)),
            ("12.999", 2, None),
            ("12", 0, Some(12)),
            ("0", 2, Some(0)),
            ("92233720368547758.07", 2, Some(i64::MAX)),
            ("92233720368547758.08", 2, None),
            ("79228162514264337593543950335", 28, None),
            ("1", 40, None),
        ] {
            assert_eq!(units(text, decimals), expected, "{text} in {decimals}");
        }
        assert_eq!(Value::text("12").units(2), None);
        for cents in [0, 5, -50, 100, i64::MIN] {
            assert_eq!(Value::of_units(cents, 2).units(2), Some(cents));
        }
    }

    #[test]
    fn a_number_is_asked_for_as_it_is_shown() {
        for phone in [Phone::new(12065550123, ""), Phone::new(7, ""), Phone::new(12065550123, "07")]
        {
            let (phone, mut text) = (phone.unwrap(), String::new());
            phone.write_to(&mut text);
            assert_eq!(text, phone.to_string());
        }
    }

    #[test]
    fn too_long_or_empty_numbers_are_no_phones() {
        assert_eq!(Phone::new(0, ""), None);
        assert_eq!(Phone::new(10u64.pow(15), ""), None);
        assert!(Phone::new(10u64.pow(15) - 1, "").is_some());
        assert_eq!(Phone::new(12065550123, "1234567890"), None);
        assert_eq!(Phone::new(12065550123, "x1"), None);
    }

    #[test]
    fn packing_is_exact_where_it_is_possible() {
        let plain = Phone::new(12065550123, "").unwrap();
        let zero = Phone::new(12065550123, "0").unwrap();
        assert_ne!(plain.packed(), zero.packed());
        assert!(Phone::new(12065550123, "4444").unwrap().packed().is_some());
        assert_eq!(Phone::new(12065550123, "98765").unwrap().packed(), None);
    }
}
