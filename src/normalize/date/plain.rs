//! The plainest ways to write a date, read in one pass: `4.3.2026`, `03/04/2026`, `2026-3-4`, `March 4, 2026`,
//! `4-Mar-26`, and the same with a time behind it. They are most of what a file holds; a test keeps them equal to the
//! lexer's reading.

use super::lexer::{Number, Parts, named, three_numbers};
use super::months::{Word, word};

/// `None` for whatever needs the lexer.
pub(super) fn read(cell: &[u8]) -> Option<Parts> {
    if let Some(parts) = in_ten_bytes(cell) {
        return Some(parts);
    }
    let Some((first, rest)) = number(cell) else { return month_first(cell) };
    let (mark, rest) = rest.split_first()?;
    match mark {
        b' ' | b'-' if rest.first()?.is_ascii_alphabetic() => {
            let (month, rest) = month(rest)?;
            let (second, rest) = number(rest.strip_prefix(&[*mark])?)?;
            is_end_or_time(rest).then(|| named(first, month, second)).flatten()
        }
        b'.' | b'/' | b'-' => {
            let (second, rest) = number(rest)?;
            let (third, rest) = number(rest.strip_prefix(&[*mark])?)?;
            is_end_or_time(rest).then(|| three_numbers(first, second, third)).flatten()
        }
        _ => None,
    }
}

/// `04/03/2026`, most of all.
fn in_ten_bytes(cell: &[u8]) -> Option<Parts> {
    let &[a, b, mark, c, d, other, w, x, y, z] = cell else { return None };
    if mark != other || !matches!(mark, b'/' | b'.' | b'-') {
        return None;
    }
    let (first, second, third) = (digits([a, b])?, digits([c, d])?, digits([w, x, y, z])?);
    three_numbers(first, second, third)
}

fn digits<const N: usize>(text: [u8; N]) -> Option<Number> {
    let values = text.map(|byte| byte.wrapping_sub(b'0'));
    let value = || values.iter().fold(0, |sum, digit| sum * 10 + u16::from(*digit));
    values.iter().all(|digit| *digit < 10).then(|| Number { value: value(), digits: N })
}

/// `March 4, 2026`
fn month_first(cell: &[u8]) -> Option<Parts> {
    let (month, rest) = month(cell)?;
    let (first, rest) = number(rest.strip_prefix(b" ")?)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let (second, rest) = number(rest.strip_prefix(b" ")?)?;
    is_end_or_time(rest).then(|| named(first, month, second)).flatten()
}

/// The month with whose name a text begins, and the rest.
fn month(text: &[u8]) -> Option<(u16, &[u8])> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, rest) = text.split_at(letters);
    match word(str::from_utf8(name).ok()?)? {
        Word::Month(month) => Some((month, rest)),
        Word::MonthOrWeekday(_) | Word::Filler => None,
    }
}

/// Whether nothing is left behind the day, or only a time.
fn is_end_or_time(text: &[u8]) -> bool {
    text.is_empty() || is_time(text)
}

/// The number of one to four digits with which a text begins, and the rest.
fn number(text: &[u8]) -> Option<(Number, &[u8])> {
    let digits = text.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let (number, rest) = text.split_at(digits);
    let value = number.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    Some((Number { value, digits }, rest))
}

/// ` 14:05`, ` 2:05 PM`, `T14:05:09.000Z`, `T14:05:09+02:00`.
fn is_time(text: &[u8]) -> bool {
    let [b' ' | b'T', text @ ..] = text else { return false };
    let Some(text) = field(text, 1, 24).and_then(|text| field(text.strip_prefix(b":")?, 2, 60))
    else {
        return false;
    };
    let zone = match text.strip_prefix(b":") {
        Some(text) => field(text, 2, 60).map(without_fraction),
        None => Some(text),
    };
    match zone {
        Some([] | b"Z" | b" AM" | b" PM" | b" am" | b" pm") => true,
        Some([b'+' | b'-', a, b, b':', c, d] | [b'+' | b'-', a, b, c, d]) => {
            [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

/// What comes after a number of at least so many digits and at most two, which is no larger than this.
fn field(text: &[u8], least: usize, most: u16) -> Option<&[u8]> {
    let (number, rest) = number(text)?;
    ((least..=2).contains(&number.digits) && number.value <= most).then_some(rest)
}

/// What comes after a point and digits, if there are any.
fn without_fraction(text: &[u8]) -> &[u8] {
    match text {
        [b'.', b'0'..=b'9', rest @ ..] => {
            &rest[rest.iter().take_while(|byte| byte.is_ascii_digit()).count()..]
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexer;
    use super::*;
    use crate::dice::Dice;

    /// A cell made of what stands in dates and times.
    fn cell(seed: u64) -> String {
        const DAYS: [&str; 14] = [
            "March 4, 2026",
            "4 mar 26",
            "4-Mar-2026",
            "Juni 31 2026",
            "4.3.2026",
            "04/03/2026",
            "2026-3-4",
            "31.12.26",
            "26/1/4",
            "1-2-2026",
            "2026.03.04",
            "3/14/2026",
            "99.99.9999",
            "2026-03-04",
        ];
        const TIMES: [&str; 9] = [
            "",
            "",
            " 14:05",
            "T14:05:09",
            " 2:05 PM",
            "T23:59:60.000Z",
            " 24:00",
            "T1:05+02:00",
            "T14:05:09-0500",
        ];
        const ODD: [&str; 18] = [
            "ma", "Sun", "r", "th", "0", "1", "12", "60", ".", "/", "-", ":", " ", "T", "Z", "am",
            "+", ",",
        ];
        let mut dice = Dice::new(seed);
        let mut cell = [dice.one_of(&DAYS), dice.one_of(&TIMES)].concat();
        for _ in 0..dice.below(3) {
            let at = dice.below(cell.len() + 1);
            let end = cell.len().min(at + dice.below(3));
            cell.replace_range(at..end, dice.one_of(&ODD));
        }
        cell
    }

    #[test]
    fn a_plain_date_is_what_the_lexer_reads() {
        let mut plain = 0;
        for cell in (0..200_000).map(cell) {
            if let Some(read) = read(cell.as_bytes()) {
                assert_eq!(Some(read), lexer::read_in_full(&cell), "{cell:?}");
                plain += 1;
            }
        }
        assert!(plain > 50_000, "only {plain} dates were plain");
    }
}
