//! Several phones in a cell. A slash may be between two numbers, or after the area code of one; a comma between two, or
//! before the extension of one.

use crate::normalize::{self, is_paused, trim};

/// How many slashes a number may hold: `06/12/34/56/78`.
const SLASHES: usize = 4;

/// The items of a cell, where a few digits behind a number are its extension, not an item: `206-555-0123, 11`. Without
/// it, it would be the number of everybody who shares the switchboard (behaviour V4).
pub(super) fn extended<'c>(
    cell: &'c str,
    separators: &'c str,
    is_number: impl Fn(&'c str) -> bool,
) -> impl Iterator<Item = &'c str> {
    let mut items = normalize::items(cell, separators).peekable();
    let mut rest = cell;
    std::iter::from_fn(move || {
        let item = items.next()?;
        rest = &rest[rest.find(item).unwrap_or(0)..];
        let joined = items.peek().filter(|next| is_paused(next)).and_then(|next| {
            let at = item.len() + rest[item.len()..].find(next)?;
            Some(&rest[..at + next.len()])
        });
        let item = match joined.filter(|joined| is_number(joined)) {
            Some(joined) => {
                items.next();
                joined
            }
            None => item,
        };
        rest = &rest[item.len()..];
        Some(item)
    })
}

/// Cuts a cell into its numbers, and into pieces that are no number, in order.
///
/// ```text
/// 030/1234567               one number: the slash follows an area code
/// 030 1234567/030 7654321   two numbers
/// 06/12 34 56 789           none: there is a digit too many
/// ```
///
/// In the last one, `12 34 56 789` by itself would be a number of another town. What follows an area code is no
/// number without it, so both are handed on as one, to be refused (behaviour V6).
pub(super) fn slashed<'c>(
    cell: &'c str,
    is_number: impl Fn(&'c str) -> bool,
) -> impl Iterator<Item = &'c str> {
    let mut rest = cell;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c == '/' || c.is_whitespace());
        if rest.is_empty() {
            return None;
        }
        let first = rest.find('/').unwrap_or(rest.len());
        // The `030/1234` in `030/1234/5678` may itself be a valid number, but it would be somebody else's.
        let stands_alone = |more: &'c str| {
            let more = more.trim_start_matches(|c: char| c == '/' || c.is_whitespace());
            let piece = more.split('/').next().unwrap_or("");
            !piece.contains(char::is_numeric)
                || number_ends(more).any(|end| is_number(trim(&more[..end])))
        };
        let ending = second_ending(rest, first, &is_number);
        let number = number_ends(rest).find(|&end| {
            let is_apart = (end == first && ending.is_none()) || stands_alone(&rest[end..]);
            is_apart && is_number(trim(&rest[..end]))
        });
        let end = match number.or(ending) {
            Some(end) => end,
            None if is_area(&rest[..first], &rest[first..]) => rest.len(),
            None => first,
        };
        let (item, more) = rest.split_at(end);
        rest = more;
        Some(trim(item))
    })
}

/// The end of the ending that stands behind a number and the slash at this place: `030 1234567/8`, `030 1234567/x8`. It
/// may be the ending of another number, or an extension: the number is not read without it (behaviour V4).
fn second_ending<'c>(
    text: &'c str,
    slash: usize,
    is_number: &impl Fn(&'c str) -> bool,
) -> Option<usize> {
    let more = text.get(slash + 1..)?;
    let piece = more.split('/').next().unwrap_or("");
    let end = slash + 1 + piece.len();
    let digits = piece.chars().filter(|c| c.is_numeric()).count();
    let is_ending = (1..=4).contains(&digits)
        && is_number(trim(&text[..slash]))
        && if piece.contains(char::is_alphabetic) {
            is_number(trim(&text[..end]))
        } else {
            !number_ends(more).any(|end| is_number(trim(&more[..end])))
        };
    is_ending.then_some(end)
}

/// Where a number may end that begins at the start of the text.
fn number_ends(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices('/').map(|(at, _)| at).chain([text.len()]).take(SLASHES + 1)
}

/// Whether this can be the beginning of a number that continues after the slash.
fn is_area(first: &str, more: &str) -> bool {
    let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
    let next = digits(more[1.min(more.len())..].split('/').next().unwrap_or(""));
    match digits(first) {
        0 => false,
        _ if next == 0 => false,
        // Area codes have up to six digits, or eight with their country code. No number has more than
        // fifteen digits; and fewer than seven are only a part of one.
        1..=6 => true,
        _ if next < 7 => true,
        7..=8 if first.starts_with('+') => true,
        known => known + next <= 15,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of nine digits, or seven behind an area of two.
    fn is_number(text: &str) -> bool {
        text.replace(['/', ' '], "").len() == 9
    }

    /// Numbers of six digits or of ten, as in a country where their length is not fixed.
    #[test]
    fn a_part_of_a_number_is_none_though_it_looks_like_one() {
        let is_number = |text: &str| matches!(text.replace('/', "").len(), 6 | 10);
        for (cell, items) in [
            ("03/1234/5678", vec!["03/1234/5678"]),
            ("03/1234/567", vec!["03/1234/567"]),
            ("03/1234/567890", vec!["03/1234", "567890"]),
            ("03/1234/home", vec!["03/1234", "home"]),
        ] {
            assert_eq!(slashed(cell, is_number).collect::<Vec<_>>(), items, "{cell:?}");
        }
    }

    #[test]
    fn v4_a_few_digits_behind_a_number_are_its_extension() {
        let is_number = |text: &str| {
            let number = text.trim_end_matches(|c: char| c.is_ascii_digit());
            is_number(if number.is_empty() {
                text
            } else {
                number.trim_end_matches([',', ';', ' '])
            })
        };
        for (cell, items) in [
            ("123456789,11", vec!["123456789,11"]),
            ("123456789, 11; 123456789 ;12, home", vec!["123456789, 11", "123456789 ;12", "home"]),
            ("home, 11; 123456789", vec!["home", "11", "123456789"]),
            ("123456789, 11, 12", vec!["123456789, 11", "12"]),
            ("123456789, 1234567", vec!["123456789", "1234567"]),
            ("11, 11, 123456789, 11", vec!["11", "11", "123456789, 11"]),
        ] {
            assert_eq!(extended(cell, ",;", is_number).collect::<Vec<_>>(), items, "{cell:?}");
        }
    }

    #[test]
    fn a_slash_stands_between_numbers_or_behind_an_area() {
        for (cell, items) in [
            ("123456789/987654321", vec!["123456789", "987654321"]),
            ("12/3456789/98/7654321", vec!["12/3456789", "98/7654321"]),
            (" 12 / 345 / 6789 / ", vec!["12 / 345 / 6789"]),
            // A second ending, between others too.
            ("123456789/8", vec!["123456789/8"]),
            ("987654321/123456789/8/234567891", vec!["987654321", "123456789/8", "234567891"]),
            ("123456789/86421", vec!["123456789", "86421"]),
            ("123456789/home 2", vec!["123456789", "home 2"]),
            // A digit too many, or too few.
            ("12/34567890", vec!["12/34567890"]),
            ("12/345/987654321", vec!["12/345/987654321"]),
            ("1234567890/987654321", vec!["1234567890", "987654321"]),
            ("+12345678901/987654", vec!["+12345678901/987654"]),
            ("home/123456789", vec!["home", "123456789"]),
            ("n/a", vec!["n", "a"]),
            ("//", vec![]),
        ] {
            assert_eq!(slashed(cell, is_number).collect::<Vec<_>>(), items, "{cell:?}");
        }
    }
}
