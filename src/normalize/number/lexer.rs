//! Takes a written number apart: sign, digits, separators, exponent, and the currency around them.

use std::borrow::Cow;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::Separators;
use super::currency::{is_currency, without_currency};
use crate::normalize::digits::{ascii_digit, is_dash, is_mark};

/// This many digits of any value are kept exactly.
const MOST_DIGITS: usize = 28;
const MOST_EXPONENT: i16 = 18;

/// A number taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) is_negative: bool,
    pub(super) digits: String,
    /// Each separator with the number of digits before it.
    pub(super) separators: SmallVec<[(char, usize); 4]>,
    pub(super) exponent: i16,
}

/// What the separators of a number say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The decimals begin after this many digits; `None` = there are none.
    Point(Option<usize>),
    /// One separator with three digits after it: thousands or decimals.
    Open,
    /// There is no way to read it.
    Wrong,
}

/// Takes a trimmed cell apart.
pub(super) fn read(cell: &str) -> Option<Body> {
    if cell.len() > 120 {
        return None;
    }
    let text = in_plain_characters(cell);
    // A spreadsheet marks text with an apostrophe.
    let text = text.strip_prefix('\'').unwrap_or(&text).trim();
    amount(text).or_else(|| is_dash_for_zero(text).then(Body::zero))
}

/// `$ -`, `- €`: so spreadsheets write zero among the figures of an account. A dash alone may as well mean nothing, and
/// so may one beside a word that could be another unit, as in `- km`.
fn is_dash_for_zero(text: &str) -> bool {
    let name = text.strip_suffix('-').or_else(|| text.strip_prefix('-')).unwrap_or("").trim();
    let is_word = name.len() != 3 && name.bytes().all(|b| b.is_ascii_alphabetic());
    !is_word && is_currency(name)
}

fn amount(text: &str) -> Option<Body> {
    let (mut text, mut is_negative) = (without_dash(text), false);
    // Sign and currency stand before or behind the digits, in any order; so may brackets, `$ (1,200.00)`.
    loop {
        let before = text;
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_suffix('-')).or(inner) {
            if is_negative {
                return None;
            }
            (text, is_negative) = (rest.trim(), true);
        } else if let Some(rest) = text.strip_prefix('+') {
            text = rest.trim();
        } else {
            text = without_dash(without_currency(text));
        }
        if text == before {
            break;
        }
    }
    let (text, exponent) = split_exponent(text)?;
    body(text, is_negative, exponent)
}

/// `12,-`, `500/-` and `500/=` have no cents; the dash is no sign. In `1.250,-` the comma stands before the cents, so
/// the point does not.
fn without_dash(text: &str) -> &str {
    if let Some(whole) = text.strip_suffix("/-").or_else(|| text.strip_suffix("/=")) {
        return whole.trim_end();
    }
    let whole = text.trim_end_matches('-');
    match whole.strip_suffix([',', '.']) {
        Some(digits) if whole.len() < text.len() => {
            let mark = &whole[digits.len()..];
            let says_more = digits.contains([',', '.']) && !digits.contains(mark);
            if says_more { whole } else { digits }
        }
        _ => text,
    }
}

/// The text with each character in its plainest form.
fn in_plain_characters(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() {
        return Cow::Borrowed(cell);
    }
    cell.chars().filter(|c| !is_mark(*c)).map(plain).collect()
}

fn plain(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        c if is_dash(c) => '-',
        '\u{66b}' => '\u{66b}',
        '\u{66c}' | '\u{2019}' | '\u{2018}' | '\u{b4}' => '\'',
        c if c.is_whitespace() => ' ',
        '\u{ff0c}' => ',',
        '\u{ff0e}' => '.',
        c => ascii_digit(c).unwrap_or(c),
    }
}

fn body(text: &str, is_negative: bool, exponent: i16) -> Option<Body> {
    if text.contains(|c| !matches!(c, '0'..='9' | '.' | ',' | '\'' | ' ' | '\u{66b}')) {
        return None;
    }
    let mut body =
        Body { is_negative, digits: String::new(), separators: SmallVec::new(), exponent };
    let mut after_separator = false;
    for c in text.chars() {
        match c {
            '0'..='9' => {
                body.digits.push(c);
                after_separator = false;
            }
            _ if after_separator => return None,
            separator => {
                body.separators.push((separator, body.digits.len()));
                after_separator = true;
            }
        }
    }
    (!body.digits.is_empty()).then_some(body)
}

fn split_exponent(text: &str) -> Option<(&str, i16)> {
    let Some(at) = text.find(['e', 'E']) else { return Some((text, 0)) };
    let exponent: i16 = text[at + 1..].parse().ok()?;
    text[..at].ends_with(|c: char| c.is_ascii_digit()).then_some((&text[..at], exponent))
}

impl Body {
    fn zero() -> Self {
        Body {
            is_negative: false,
            digits: "0".to_owned(),
            separators: SmallVec::new(),
            exponent: 0,
        }
    }

    /// What the separators say by themselves.
    pub(super) fn reading(&self) -> Reading {
        let marks: SmallVec<[(char, usize); 4]> = self
            .separators
            .iter()
            .copied()
            .filter(|(c, _)| matches!(c, '.' | ',' | '\u{66b}'))
            .collect();
        let Some(&(mark, at)) = marks.last() else { return self.as_whole() };
        let same = marks.iter().filter(|(c, _)| *c == mark).count();
        if same > 1 {
            // It groups: `1.234.567`.
            return if marks.len() == same { self.as_whole() } else { Reading::Wrong };
        }
        let has_groups = self.separators.len() > 1;
        // Three digits after one to three others, not all of them zeros, may be a group of thousands.
        let may_group = self.digits.len() - at == 3
            && (1..=3).contains(&at)
            && self.digits[..at].bytes().any(|b| b != b'0');
        if may_group && mark != '\u{66b}' && !has_groups && self.exponent == 0 {
            return Reading::Open;
        }
        let is_last = self.separators.last() == Some(&(mark, at));
        if is_last && self.groups_are_sound(Some(at)) {
            Reading::Point(Some(at))
        } else {
            Reading::Wrong
        }
    }

    /// The reading as a number without decimals.
    fn as_whole(&self) -> Reading {
        if self.groups_are_sound(None) { Reading::Point(None) } else { Reading::Wrong }
    }

    /// Where the decimals begin under known separators.
    #[allow(clippy::option_option)] // no reading, no decimals, decimals from here on
    pub(super) fn point_under(&self, separators: Separators) -> Option<Option<usize>> {
        let mut point = None;
        for &(c, at) in &self.separators {
            let is_decimal = c == separators.decimal || c == '\u{66b}';
            let is_group = Some(c) == separators.group || matches!(c, ' ' | '\'');
            match (is_decimal, is_group, point) {
                (true, _, None) => point = Some(at),
                (_, true, None) => {}
                _ => return None,
            }
        }
        self.groups_are_sound(point).then_some(point)
    }

    /// Whether there are groups of three, counted from the right, with one kind of separator. With commas, as in India,
    /// all but the last may also be groups of two.
    fn groups_are_sound(&self, point: Option<usize>) -> bool {
        let end = point.unwrap_or(self.digits.len());
        let groups: SmallVec<[(char, usize); 4]> =
            self.separators.iter().copied().filter(|(_, at)| Some(*at) != point).collect();
        let Some(&(kind, first)) = groups.first() else { return true };
        if first == 0 || first > 3 || groups.iter().any(|(c, at)| *c != kind || *at > end) {
            return false;
        }
        let ends = groups.iter().skip(1).map(|(_, at)| *at).chain([end]);
        let mut lengths: SmallVec<[usize; 4]> = SmallVec::new();
        let mut from = first;
        for to in ends {
            lengths.push(to - from);
            from = to;
        }
        let is_last_three = lengths.last() == Some(&3);
        let inner = &lengths[..lengths.len() - 1];
        is_last_three
            && (inner.iter().all(|n| *n == 3)
                || (kind == ',' && first <= 2 && inner.iter().all(|n| *n == 2)))
    }

    /// The number, if its decimals begin after this many digits. `None` if it has too many digits to be kept exactly.
    pub(super) fn value(&self, point: Option<usize>) -> Option<Decimal> {
        if self.digits.len() > MOST_DIGITS || self.exponent.abs() > MOST_EXPONENT {
            return None;
        }
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
