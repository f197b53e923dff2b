//! What a word in a date is: a month, or a weekday or another filler.
//!
//! For English, German, French, Spanish, Portuguese, Italian and Dutch the usual abbreviations are known, for
//! other languages the names and abbreviations that CLDR has. A word that is one month in one language and
//! another in the next is no month (`listopada`: November in Polish, October in Croatian).

use std::sync::LazyLock;

use super::names::{FILLERS, FURTHER, FURTHER_WEEKDAYS, MONTHS, OTHERS, SHORT, WEEKDAYS};
use crate::maps::Map;
use crate::normalize::folded;

/// What a word in a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Month(u16),
    /// `mar`: March, or the Tuesday of `mar 3 giu 2026`.
    MonthOrWeekday(u16),
    /// A weekday, `de`, `of`: it says nothing about the date.
    Filler,
}

static WORDS: LazyLock<Map<String, Word>> = LazyLock::new(|| {
    // `None`: a month here and another there.
    let mut months: Map<String, Option<u16>> = Map::default();
    let mut add = |word: String, month: u16| {
        let known = months.entry(folded(&word)).or_insert(Some(month));
        if *known != Some(month) {
            *known = None;
        }
    };
    for (((month, names), others), further) in (1..).zip(MONTHS).zip(OTHERS).zip(FURTHER) {
        for name in names {
            add((*name).to_owned(), month);
            let letters = name.chars().count();
            (3..letters).for_each(|n| add(name.chars().take(n).collect(), month));
        }
        others.split(' ').for_each(|word| add(word.to_owned(), month));
        further.split(' ').for_each(|word| add(word.replace('_', " "), month));
    }
    SHORT.iter().for_each(|(short, month)| add((*short).to_owned(), *month));
    let mut words = Map::default();
    for (word, month) in months {
        let month = month.map(|month| match word.as_str() {
            "mar" => Word::MonthOrWeekday(month),
            _ => Word::Month(month),
        });
        words.extend(month.map(|month| (word, month)));
    }
    for filler in [WEEKDAYS, FURTHER_WEEKDAYS, FILLERS].iter().flat_map(|words| words.split(' ')) {
        words.entry(folded(filler)).or_insert(Word::Filler);
    }
    words
});

/// What the name at the beginning of a text is, if it is one of a date, and how long it is. It is a word, or two with a
/// point or a space in between: `ม.ค`, `كانون الثاني`.
pub(super) fn name(text: &str) -> Option<(Word, usize)> {
    let first = letters(text);
    if text[first..].starts_with(['.', ' ']) {
        let both = first + 1 + letters(&text[first + 1..]);
        if let Some(word) = word(&text[..both]).filter(|_| both > first + 1) {
            return Some((word, both));
        }
    }
    Some((word(&text[..first])?, first))
}

/// How long the word at the beginning of a text is.
fn letters(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_of_word).len()
}

/// Whether the character can be part of a word. The vowels of some scripts, and the marks that join their letters, are
/// no letters by themselves.
fn is_of_word(c: char) -> bool {
    c.is_alphabetic()
        || matches!(
            c,
            '\u{300}'..='\u{36f}' // combining marks
                | '\u{900}'..='\u{dff}' // Devanagari and the scripts of India
                | '\u{e00}'..='\u{ecf}' // Thai, Lao
                | '\u{1000}'..='\u{109f}' // Burmese
                | '\u{1780}'..='\u{17d3}' // Khmer
        )
}

/// What a word is, if it is one of a date.
pub(super) fn word(text: &str) -> Option<Word> {
    let text = folded(text);
    let is_weekday = |text: &str| {
        text.starts_with("星期")
            || text.starts_with(['週', '周'])
            || text.ends_with("曜日")
            || text.ends_with("요일")
    };
    match WORDS.get(text.as_str()) {
        Some(word) => Some(*word),
        None => is_weekday(&text).then_some(Word::Filler),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_and_its_abbreviations_are_one_month() {
        for (month, names) in (1..).zip(MONTHS) {
            for name in names {
                assert_eq!(word(name), Some(Word::Month(month)), "{name}");
                let short: String = name.chars().take(4).collect();
                assert_eq!(word(&short.to_uppercase()), Some(Word::Month(month)), "{short}");
            }
        }
        assert_eq!(word("Mon"), Some(Word::Filler));
        assert_eq!(word("foo"), None);
    }

    #[test]
    fn a_word_that_is_two_months_is_none() {
        for ambiguous in ["listopada", "lip", "lis", "srp"] {
            assert_eq!(word(ambiguous), None, "{ambiguous}");
        }
        assert_eq!(word("listopadu"), Some(Word::Month(11)));
        assert_eq!(word("декабря"), Some(Word::Month(12)));
    }

    #[test]
    fn names_of_two_words_are_read_as_one() {
        for (text, expected) in [
            ("ม.ค. 2026", Some((Word::Month(1), "ม.ค"))),
            ("كانون الثاني 2026", Some((Word::Month(1), "كانون الثاني"))),
            ("كانون الأول", Some((Word::Month(12), "كانون الأول"))),
            ("मार्च 2026", Some((Word::Month(3), "मार्च"))),
            ("mar. giu", Some((Word::MonthOrWeekday(3), "mar"))),
            ("Mar 4", Some((Word::MonthOrWeekday(3), "Mar"))),
            ("كانون 2026", None),
        ] {
            let expected = expected.map(|(word, name): (Word, &str)| (word, name.len()));
            assert_eq!(name(text), expected, "{text}");
        }
    }
}
