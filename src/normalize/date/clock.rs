//! The time of day beside a date, which is read over: a day counts as it is written.

use std::borrow::Cow;

use super::lexer::has_all_parts;
use super::months::name;

/// What stands between a date and its time, in lower case.
const AT: [&str; 34] = [
    "at", "um", "à", "a las", "a la", "a les", "às", "alle", "alle ore", "ore", "om", "kl.", "kl",
    "klo", "u", "v", "ob", "kell", "pukul", "pada", "nang", "saa", "ag", "në", "lúc", "στις", "в",
    "во", "о", "בשעה", "في", "को", "এ", "کو",
];

/// The halves of a day, as some languages write them before the time.
const HALVES: [&str; 15] = [
    "am", "pm", "上午", "下午", "凌晨", "清晨", "早上", "中午", "傍晚", "晚上", "半夜", "午前",
    "午後", "오전", "오후",
];

/// What may stand behind a time besides its zone, without points and spaces.
const BEHIND: [&str; 12] =
    ["am", "pm", "uhr", "hs", "hrs", "π\u{3bc}", "\u{3bc}\u{3bc}", "ص", "م", "ч", "น", "बजे"];

/// The date without the time before it or behind it. `None` if what is written with a colon is no time.
pub(super) fn without_time(text: &str) -> Option<Cow<'_, str>> {
    // `Fri Mar 13 14:05:09 UTC 2026`
    let year = text.rsplit_once(' ').filter(|(rest, year)| rest.contains(':') && is_year(year));
    if let Some((rest, year)) = year
        && let Some(before) = before_clock(rest)
    {
        return Some(format!("{before} {year}").into());
    }
    let date = if text.contains(':') {
        before_clock(text).or_else(|| behind_clock(text))?
    } else {
        before_spelled(text).or_else(|| before_points(text)).unwrap_or_else(|| without_zone(text))
    };
    Some(date.into())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What stands before a time that is written with colons, if it is one.
fn before_clock(text: &str) -> Option<&str> {
    let colon = text.find(':')?;
    let hours = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if hours == colon || !is_time(&text[hours..]) {
        return None;
    }
    let before = without_at(&text[..hours]);
    // `2026-03-04T14:05`; the day of `4 March 2026 at 14:05` has lost its `at` by now.
    let day = before.strip_suffix(['T', 't']).map(|day| day.trim_end_matches([',', ' ']));
    let day = day.filter(|day| day.ends_with(|c: char| c.is_ascii_digit()));
    let before = day.unwrap_or(before);
    (!before.is_empty()).then_some(before)
}

/// What stands behind a time that is written first: `13:30, 4 March 2026`, `lúc 13:30 4 thg 3, 2026`.
fn behind_clock(text: &str) -> Option<&str> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    if !without_at(&text[..first]).is_empty() {
        return None;
    }
    let (_, rest) = clock(&text[first..], ':').filter(|(fields, _)| *fields > 1)?;
    let gaps = [',', ' '];
    let rest = rest.trim_start_matches(gaps);
    // The zone or the half of the day goes with the time.
    let word = rest.split(gaps).next().unwrap_or(rest);
    let is_of_date = name(word).is_some();
    let goes_with_it = word.starts_with(char::is_alphabetic) && !is_of_date && is_behind(word, 2);
    Some(if goes_with_it { rest[word.len()..].trim_start_matches(gaps) } else { rest })
}

/// What stands before `14h05`, `14 h 05 min 09 s`, `9 Uhr`, `14시 5분`.
fn before_spelled(text: &str) -> Option<&str> {
    let starts = text.char_indices().filter(|(at, c)| {
        c.is_ascii_digit() && !text[..*at].ends_with(|before: char| before.is_ascii_digit())
    });
    let mut times = starts.filter(|(at, _)| *at > 0 && is_spelled(&text[*at..]));
    times.next().map(|(at, _)| without_at(&text[..at])).filter(|before| !before.is_empty())
}

fn is_spelled(text: &str) -> bool {
    const UNITS: [&[&str]; 3] = [
        &["h", "H", "Uhr", "시", "時", "点", "點"],
        &["min", "분", "分", ""],
        &["s", "초", "秒", ""],
    ];
    let mut rest = text;
    for (at, units) in UNITS.iter().enumerate() {
        let digits = leading_digits(rest);
        if digits == 0 && at > 0 {
            break;
        }
        let most = if at == 0 { 24 } else { 60 };
        let is_fine =
            (1..=2).contains(&digits) && rest[..digits].parse::<u8>().is_ok_and(|it| it <= most);
        let behind = rest[digits..].trim_start();
        let Some(after) =
            units.iter().find_map(|unit| behind.strip_prefix(unit)).filter(|_| is_fine)
        else {
            return false;
        };
        rest = after.trim_start();
    }
    is_behind(rest, 1)
}

/// What stands before `14.05.09` or `14.05 Uhr`, if it is a whole date. Dates are written with points, too.
fn before_points(text: &str) -> Option<&str> {
    let starts = text
        .char_indices()
        .rev()
        .filter(|(at, c)| c.is_ascii_digit() && text[..*at].ends_with([' ', ',']));
    let (at, _) = starts.take(2).find(|(at, _)| {
        clock(&text[*at..], '.').is_some_and(|(fields, rest)| fields > 1 && is_behind(rest, fields))
    })?;
    Some(without_at(&text[..at])).filter(|before| has_all_parts(before))
}

/// `4 March 2026 at`, `2026/3/4 下午`: the day alone.
fn without_at(before: &str) -> &str {
    let gaps = [',', ' ', '('];
    let date = before.trim_end_matches(gaps);
    let date = HALVES.iter().find_map(|half| without_word(date, half)).unwrap_or(date);
    let date = date.trim_end_matches(gaps);
    AT.iter().find_map(|word| without_word(date, word)).unwrap_or(date).trim_end_matches(gaps)
}

/// A text without the word at its end. Words stand apart, but for those of scripts that do without spaces.
fn without_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest =
        &text[..text.len().checked_sub(word.len()).filter(|at| text.is_char_boundary(*at))?];
    let is_word = text[rest.len()..].to_lowercase() == word;
    let is_apart =
        rest.is_empty() || rest.ends_with([' ', ',']) || word.starts_with(|c| c >= '\u{3000}');
    (is_word && is_apart).then_some(rest)
}

/// `2026-03-04Z`
fn without_zone(text: &str) -> &str {
    match text.strip_suffix('Z') {
        Some(date) if date.ends_with(|c: char| c.is_ascii_digit()) => date,
        _ => text,
    }
}

/// Whether a text is a time: `14:05`, `2:05:09.000 PM`, `14:05:09+02:00`, `14:05 UTC`.
fn is_time(text: &str) -> bool {
    clock(text, ':').is_some_and(|(fields, rest)| is_behind(rest, fields))
}

/// Whether a text can stand behind a time of so many fields: a half of the day, a zone.
fn is_behind(text: &str, fields: usize) -> bool {
    // `14:05:09 GMT+0200 (CEST)`, `14:05:09+02:00[Europe/Berlin]`
    let rest = match text.split_once(['(', '[']) {
        Some((zone, name)) if name.ends_with([')', ']']) => zone.trim(),
        _ => text.trim(),
    };
    let lower = rest.to_lowercase().replace(['.', ' ', ')'], "");
    let mut zone = lower.as_str();
    for _ in 0..2 {
        zone = BEHIND.iter().find_map(|word| zone.strip_prefix(word)).unwrap_or(zone);
    }
    let zone = zone.strip_prefix("utc").or_else(|| zone.strip_prefix("gmt")).unwrap_or(zone);
    let is_name = zone.len() <= 4 && zone.bytes().all(|b| b.is_ascii_lowercase());
    zone.is_empty() || zone == "z" || is_offset(zone) || (is_name && fields > 1)
}

/// The hours, minutes and seconds at the beginning of a text: how many of them there are, and the rest.
fn clock(text: &str, separator: char) -> Option<(usize, &str)> {
    let mut rest = text;
    let mut fields = 0;
    loop {
        let digits = leading_digits(rest);
        if !(1..=2).contains(&digits) || (fields > 0 && digits != 2) {
            return None;
        }
        let value: u8 = rest[..digits].parse().unwrap_or(99);
        if value > if fields == 0 { 24 } else { 60 } {
            return None;
        }
        rest = &rest[digits..];
        fields += 1;
        match rest.strip_prefix(separator) {
            Some(next) if fields < 3 && leading_digits(next) > 0 => rest = next,
            Some(_) if separator == ':' => return None,
            _ => break,
        }
    }
    if separator == ':'
        && let Some(fraction) = rest.strip_prefix(['.', ','])
        && leading_digits(fraction) > 0
    {
        // Only seconds have a fraction.
        rest = Some(&fraction[leading_digits(fraction)..]).filter(|_| fields == 3)?;
    }
    Some((fields, rest))
}

/// How many digits a text begins with.
fn leading_digits(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len()
}

/// Whether a text is the offset of a time zone: `+02:00`, `-5:30`, `+0200`.
fn is_offset(zone: &str) -> bool {
    let digits = zone.trim_start_matches(['+', '-']).replace(':', "");
    zone.starts_with(['+', '-'])
        && (2..=4).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
}
