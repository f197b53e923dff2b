//! The shapes of a date: numbers, the name of a month, a time behind it.

use smallvec::SmallVec;

use super::clock::without_time;
use super::months::{Word, name};
use super::plain;
use crate::normalize::as_it_looks;
use crate::normalize::digits::{ascii_digit, is_dash, is_mark};

/// What a cell says, before day and month are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// With the name of a month, and the numbers before and behind it.
    Named { first: Number, month: u16, second: Number },
    /// Three numbers, a four-digit year in front.
    YearFirst { year: u16, second: u16, third: u16 },
    /// Three numbers of one or two digits, or four at the end.
    Numeric { first: Number, second: u16, third: Number },
    /// Digits alone.
    Digits(String),
}

/// A number as it is written: how many digits it has tells a year from a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u16,
    pub(super) digits: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Number(Number),
    Month(u16),
    Separator(char),
    Space,
}

/// Reads a trimmed cell.
pub(super) fn read(cell: &str) -> Option<Parts> {
    plain::read(cell.as_bytes()).or_else(|| read_in_full(cell))
}

/// Does the work of [`read`] for cells that are not [plain].
pub(super) fn read_in_full(cell: &str) -> Option<Parts> {
    // The scripts of India take three bytes for a letter.
    if cell.len() > 160 {
        return None;
    }
    let text = simplified(cell);
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Parts::Digits(text.to_owned()));
    }
    if let Some(day) = basic(text) {
        return Some(day);
    }
    let tokens = tokens(&without_time(text)?)?;
    let numbers = numbers(&tokens);
    let month = tokens.iter().position(|token| matches!(token, Token::Month(_)));
    match (month, numbers.as_slice()) {
        (Some(at), &[first, second]) => {
            let Token::Month(month) = tokens[at] else { return None };
            named(first, month, second)
        }
        (None, &[first, second, third]) => {
            separators_agree(&tokens).then(|| three_numbers(first, second, third)).flatten()
        }
        _ => None,
    }
}

/// Whether a text has the name of a month and two numbers, or three numbers.
pub(super) fn has_all_parts(text: &str) -> bool {
    tokens(text).is_some_and(|tokens| {
        let has_month = tokens.iter().any(|token| matches!(token, Token::Month(_)));
        numbers(&tokens).len() == if has_month { 2 } else { 3 }
    })
}

fn numbers(tokens: &[Token]) -> SmallVec<[Number; 3]> {
    let number =
        |token: &Token| if let Token::Number(number) = token { Some(*number) } else { None };
    tokens.iter().filter_map(number).collect()
}

/// Whether there is no separator, or the same one twice.
fn separators_agree(tokens: &[Token]) -> bool {
    let mut separators = tokens
        .iter()
        .filter_map(|token| if let Token::Separator(c) = token { Some(*c) } else { None });
    match (separators.next(), separators.next(), separators.next()) {
        (None, ..) => true,
        (Some(first), Some(second), None) => first == second,
        _ => false,
    }
}

/// What a month and the numbers before and behind it can be, by how many digits those have.
pub(super) fn named(first: Number, month: u16, second: Number) -> Option<Parts> {
    let is_fine = matches!((first.digits, second.digits), (4, 1..=2) | (1..=2, 2 | 4));
    is_fine.then_some(Parts::Named { first, month, second })
}

/// What three numbers can be, by how many digits they have.
pub(super) fn three_numbers(first: Number, second: Number, third: Number) -> Option<Parts> {
    match (first.digits, second.digits, third.digits) {
        (4, 1..=2, 1..=2) => {
            Some(Parts::YearFirst { year: first.value, second: second.value, third: third.value })
        }
        (1..=2, 1..=2, 2 | 4) | (2, 1..=2, 1) => {
            Some(Parts::Numeric { first, second: second.value, third })
        }
        _ => None,
    }
}

/// `20260304T140509Z`, the basic shape of ISO.
fn basic(text: &str) -> Option<Parts> {
    let (day, time) = text.split_once('T')?;
    let time = time.strip_suffix('Z').unwrap_or(time);
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_basic =
        day.len() == 8 && matches!(time.len(), 4 | 6) && is_digits(day) && is_digits(time);
    let part = |range: std::ops::Range<usize>| day[range].parse().ok();
    is_basic.then_some(())?;
    Some(Parts::YearFirst { year: part(0..4)?, second: part(4..6)?, third: part(6..8)? })
}

/// Digits of any script as ASCII, dashes as `-`, spaces as spaces, invisible marks gone, letters in one piece.
fn simplified(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in as_it_looks(cell).chars().filter(|c| !is_mark(*c)) {
        match c {
            c if c.is_ascii() => out.push(c),
            c if ascii_digit(c).is_some() => out.extend(ascii_digit(c)),
            c if is_dash(c) => out.push('-'),
            c if c.is_whitespace() => out.push(' '),
            '\u{2019}' | '\u{5f3}' => out.push('\''),
            '\u{60c}' | '\u{104a}' => out.push(','),
            c => out.push(c),
        }
    }
    out
}

fn tokens(text: &str) -> Option<SmallVec<[Token; 12]>> {
    let mut tokens: SmallVec<[Token; 12]> = SmallVec::new();
    // The month of a word that may also be a weekday. It is taken if the cell names no other month.
    let mut weekday = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if tokens.len() >= 12 {
            return None;
        }
        if c.is_ascii_digit() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits > 4 {
                return None;
            }
            let value = rest[..digits].parse().ok()?;
            tokens.push(Token::Number(Number { value, digits }));
            rest = ordinal(&rest[digits..]);
        } else if matches!(c, '/' | '-' | '.') {
            // A point behind a day or an abbreviation, before a space, only ends it.
            let after = &rest[1..];
            if c != '.' || after.starts_with(|c: char| c.is_ascii_digit()) {
                tokens.push(Token::Separator(c));
            }
            rest = after;
        } else if matches!(c, ' ' | ',' | '\'') {
            tokens.push(Token::Space);
            rest = &rest[1..];
        } else if matches!(c, '年' | '月' | '日' | '년' | '월' | '일') {
            rest = &rest[c.len_utf8()..];
        } else if c.is_alphabetic() {
            let (word, len) = name(rest)?;
            match word {
                Word::Month(month) => tokens.push(Token::Month(month)),
                Word::MonthOrWeekday(month) => weekday = Some(weekday.unwrap_or(month)),
                Word::Filler => {}
            }
            rest = &rest[len..];
        } else {
            return None;
        }
    }
    let months = tokens.iter().filter(|token| matches!(token, Token::Month(_))).count();
    match (months, weekday) {
        (0, Some(month)) => tokens.push(Token::Month(month)),
        (0 | 1, _) => {}
        _ => return None,
    }
    Some(tokens)
}

/// What makes a number an ordinal: `4th`, `1er`, `3º`.
fn ordinal(rest: &str) -> &str {
    for suffix in ["st", "nd", "rd", "th", "er", "re", "\u{ba}", "\u{aa}", "°"] {
        if let Some(after) = rest.strip_prefix(suffix)
            && !after.starts_with(char::is_alphabetic)
        {
            return after;
        }
    }
    rest
}
