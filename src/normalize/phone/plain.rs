//! The short cut for phone numbers the way they are usually written: digits, and what is written between them.

#[cfg(feature = "phone")]
use super::abroad::{read as abroad, read_at_home as at_home};
use super::american;
#[cfg(feature = "phone")]
pub(super) use super::areas::is_plain as area_is_plain;
use crate::account::PhoneRule;
use crate::normalize::Window;
use crate::value::Phone;

/// The exact short cut, for plain ASCII: a number of the North American plan whose area code has no
/// rules of its own, or one of another country with `+` or `00` and its code, or with the 0 that is written at
/// home. `None` = it has to be read in full. Tests hold it to the library's answer on random numbers.
///
/// The `window` are the bytes from the cell's first on, with whatever stands behind it, if they are at
/// hand.
#[inline]
pub(crate) fn plain_phone(
    cell: &[u8],
    window: Option<&Window>,
    region: Option<&str>,
    rule: PhoneRule,
) -> Option<Phone> {
    let has_plus = cell.first() == Some(&b'+');
    if let Some(window) = window
        && cell.len() <= 19
        && (has_plus || matches!(region, Some("US" | "CA")))
        && let Some(phone) = american::read(window, cell.len(), has_plus)
    {
        return Some(phone);
    }
    digit_by_digit(cell, region, rule)
}

#[inline(never)]
fn digit_by_digit(cell: &[u8], region: Option<&str>, rule: PhoneRule) -> Option<Phone> {
    let has_plus = cell.first() == Some(&b'+');
    // A call abroad begins with two zeros in most countries; if that gives a number, it is a plus (V6).
    let is_called = matches!(cell, [b'0', b'0', b'1'..=b'9', ..]);
    let is_abroad = has_plus | is_called;
    let is_at_home = !is_abroad && !matches!(region, Some("US" | "CA"));
    // A point and a 0 at the end are read as a fraction.
    let is_fraction = !has_plus && cell.ends_with(b".0");
    if is_fraction || (is_at_home && !cell.starts_with(b"0")) || cell.len() > 19 {
        return None;
    }
    // 19 digits fit.
    let written = &cell[usize::from(has_plus) + 2 * usize::from(is_called)..];
    let (mut number, mut marks) = (0_u64, 0);
    // How many digits follow the slash behind an area code, `030/901820`.
    let mut behind_slash = None;
    for &byte in written {
        let digit = u64::from(byte).wrapping_sub(u64::from(b'0'));
        if digit < 10 {
            number = number * 10 + digit;
            behind_slash = behind_slash.map(|digits| digits + 1);
        } else if byte == b'/' && behind_slash.is_none() {
            (marks, behind_slash) = (marks + 1, Some(0));
        } else if matches!(byte, b' ' | b'-' | b'.' | b'(' | b')') {
            marks += 1;
        } else {
            return None;
        }
    }
    if behind_slash.is_some_and(|digits| digits < 4) {
        return None;
    }
    let count = written.len() as u32 - marks;
    match (is_abroad, count) {
        _ if is_at_home && rule == PhoneRule::Valid => at_home(number, count, region?),
        _ if is_at_home => None,
        (_, 11) if number / 10_000_000_000 == 1 => north_american(number - 10_000_000_000),
        (false, 10) => north_american(number),
        (true, _) if rule == PhoneRule::Valid => abroad(number, count),
        _ => None,
    }
}

/// The ten digits of a number of the North American plan.
fn north_american(national: u64) -> Option<Phone> {
    let (area, exchange) = (national / 10_000_000, national / 10_000 % 1_000);
    let is_plain = (200..1000).contains(&area) && exchange >= 200 && area_is_plain(area);
    if is_plain { Phone::new(10_000_000_000 + national, "") } else { None }
}

/// Whether these are too few digits for a number of the North American plan. Most bad cells are like that: `12345`,
/// `555-0123`. The shortest numbers have seven digits, like `310-1234` in Canada, with or without a 1 before them; a
/// leading 0 would begin a call abroad.
pub(super) fn is_short_of_american(cell: &[u8], region: Option<&str>) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.');
    if !matches!(region, Some("US" | "CA")) || cell.len() > 20 || !cell.iter().all(is_plain) {
        return false;
    }
    let mut digits = cell.iter().filter(|byte| byte.is_ascii_digit());
    let least = match digits.next() {
        Some(b'0') => return false,
        Some(b'1' | b'3') => 7,
        _ => 10,
    };
    1 + digits.count() < least
}

/// Without the numbering plans every number is read in full.
#[cfg(not(feature = "phone"))]
fn abroad(_: u64, _: u32) -> Option<Phone> {
    None
}

#[cfg(not(feature = "phone"))]
fn at_home(_: u64, _: u32, _: &str) -> Option<Phone> {
    None
}

/// Without the numbering plans every area code from 200 on counts.
#[cfg(not(feature = "phone"))]
pub(super) fn area_is_plain(_: u64) -> bool {
    true
}
