//! Phone numbers: plain ones are read at a glance, any other as the numbering plans have it.

#[cfg(feature = "phone")]
mod abroad;
mod american;
#[cfg(feature = "phone")]
mod areas;
mod plain;

use super::digits::{ascii_digit, is_dash, is_mark};
use super::text::{is_rounded, trim};
use crate::account::PhoneRule;
use crate::issue::IssueCode;
use crate::value::Phone;
use plain::is_short_of_american;
pub(crate) use plain::plain_phone;

/// The largest number of digits that are dialled after a pause.
pub(crate) const MAX_PAUSED: usize = 6;

/// A valid phone number, however it is written.
///
/// `region` is the ISO 3166 code of the country in which numbers without a country code are read. Without a
/// region, only numbers with `+` or `00` can be read. Labels (`Mobile: …`, `tel:`), quotes, invisible marks,
/// and digits and dashes of other scripts are understood. An extension is kept apart, also where it stands behind a
/// pause: `206-555-0123,11`.
///
/// No number is ever invented (behaviour V6). A number that the numbering plan of its region does not know is
/// refused; under [`PhoneRule::Possible`], one that cannot have that length. So is one that may have lost its `+`
/// and is valid with and without it, and so is `0711/2345670/9`, whose last digit may be a second number or an
/// extension: without it, it would be the number of everybody who shares the switchboard, and make them one contact
/// (V4).
///
/// # Errors
/// [`IssueCode::PhoneDamaged`] for a number that a spreadsheet has rounded (`1.5550101234E+10`),
/// [`IssueCode::PhoneSeveral`] for two numbers in one cell, [`IssueCode::PhoneInvalid`] for the rest.
///
/// ```
/// # use crm_import::{normalize::phone, IssueCode};
/// let read = |cell| phone(cell, Some("GB"), Default::default()).map(|phone| phone.to_string());
/// assert_eq!(read("020 7946 0018 ext. 7").unwrap(), "+442079460018;ext=7");
/// assert_eq!(read("+1 206-555-0123").unwrap(), "+12065550123");
/// assert_eq!(read("4.42079E+11"), Err(IssueCode::PhoneDamaged));
/// ```
pub fn phone(cell: &str, region: Option<&str>, rule: PhoneRule) -> Result<Phone, IssueCode> {
    let cell = trim(cell);
    if let Some(phone) = plain_phone(cell.as_bytes(), None, region, rule) {
        return Ok(phone);
    }
    if is_short_of_american(cell.as_bytes(), region) {
        return Err(IssueCode::PhoneInvalid);
    }
    in_full(cell, region, rule)
}

/// As [`phone`], whatever the cell is like.
fn in_full(cell: &str, region: Option<&str>, rule: PhoneRule) -> Result<Phone, IssueCode> {
    let cleaned = clean(cell);
    let text = cleaned.trim();
    if is_rounded(text) {
        return Err(IssueCode::PhoneDamaged);
    }
    let text = without_float(without_label(text));
    let is_phone = |digits: &str| look_up(digits, region, "", rule).is_some();
    let (number, extension) = split_pause(text)
        .filter(|(_, extension)| !is_phone(extension))
        .unwrap_or_else(|| split_extension(text));
    check_shape(number)?;
    let found = |number: &str, region| look_up(number, region, extension, rule);
    if let Some(first) = number.find(|c: char| c.is_ascii_alphabetic())
        && found(&number[..first], region).is_some()
    {
        // This is a whole number and a word behind it, whose letters would otherwise become further digits.
        return Err(IssueCode::PhoneInvalid);
    }
    // Behind the `0011` that is dialled in Australia, `11` is no beginning of a number in America.
    if let Some(rest) = number.strip_prefix("00")
        && !rest.starts_with("11")
        && let Some(phone) = found(&format!("+{rest}"), None)
    {
        return Ok(phone);
    }
    let phone = found(number, region)
        .or_else(|| found(&without_mobile_one(number)?, None))
        .ok_or(IssueCode::PhoneInvalid)?;
    let abroad = with_plus(number, region).and_then(|number| found(&number, None));
    match abroad.is_some_and(|other| other != phone) {
        true => Err(IssueCode::PhoneInvalid),
        false => Ok(phone),
    }
}

/// A number that may have lost its `+`, with it: it begins with the country code of its region. In Germany,
/// `4915123456789` is a mobile phone then, and without it one in East Frisia.
#[cfg(feature = "phone")]
fn with_plus(number: &str, region: Option<&str>) -> Option<String> {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

    let region = Region::from_code(region?).ok()?;
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
    number.starts_with(&code.to_string()).then(|| format!("+{number}"))
}

#[cfg(not(feature = "phone"))]
fn with_plus(_number: &str, _region: Option<&str>) -> Option<String> {
    None
}

/// `+52 1 55 1234 5678`: a mobile phone in Mexico had a `1` behind the country code until 2019, and WhatsApp still
/// writes it. Without it, it is the same number.
fn without_mobile_one(number: &str) -> Option<String> {
    let number = number.strip_prefix('+').or_else(|| number.strip_prefix("00"))?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.strip_prefix("521").filter(|rest| rest.len() == 10)?;
    Some(format!("+52{rest}"))
}

/// Checks whether this can be one number, judging by its characters.
fn check_shape(number: &str) -> Result<(), IssueCode> {
    let count = |is_one: fn(&u8) -> bool| number.bytes().filter(is_one).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let is_list = digits > Phone::MAX_DIGITS + 2 || count(|b| *b == b'+') > 1;
    if is_list || has_second_ending(number) {
        return Err(IssueCode::PhoneSeveral);
    }
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '/' | '(' | ')' | ' ' | '*')
    };
    let is_word = letters > 0 && !is_vanity(number, letters);
    if !is_word && digits + letters >= 3 && number.chars().all(is_plain) {
        return Ok(());
    }
    // Whatever it is, it has the digits of more than one number.
    let is_several = digits > Phone::MAX_DIGITS;
    Err(if is_several { IssueCode::PhoneSeveral } else { IssueCode::PhoneInvalid })
}

/// Whether a number has a second ending, and is therefore two numbers: `030 123456/57`.
fn has_second_ending(number: &str) -> bool {
    let Some((before, ending)) = number.rsplit_once('/') else { return false };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    // `06/12/34/56/78` is one.
    let is_in_pairs = number.split('/').all(|part| digits(part) == 2);
    digits(ending) < 4 && digits(before) > 5 && !is_in_pairs
}

/// What a number with a [second ending](has_second_ending) may mean, written the way it would be understood: two
/// numbers, or one with an extension. `None` if what comes before the ending is no number.
pub(crate) fn readings(cell: &str, region: Option<&str>, rule: PhoneRule) -> Option<String> {
    let (before, ending) = trim(cell).rsplit_once('/').filter(|_| has_second_ending(cell))?;
    let (before, ending) = (trim(before), trim(ending));
    let is_plain = before.is_ascii() && ending.bytes().all(|b| b.is_ascii_digit());
    if !is_plain || phone(before, region, rule).is_err() {
        return None;
    }
    let digits = before.char_indices().rev().filter(|(_, c)| c.is_ascii_digit());
    let (from, _) = digits.take(ending.len()).last()?;
    let other = format!("{}{ending}", &before[..from]);
    let two = phone(&other, region, rule).is_ok().then(|| format!("{before} and {other}, or "));
    Some(format!("{}{before} ext. {ending}", two.unwrap_or_default()))
}

/// Whether the letters spell a number. Then they are at its end, at least three of them, after some digits. `XXXX`
/// hides digits and does not spell them.
fn is_vanity(number: &str, letters: usize) -> bool {
    let first = number.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let mut spelled = number[first..].bytes().filter(u8::is_ascii_alphabetic);
    let hidden = spelled.next().is_some_and(|letter| spelled.all(|other| other == letter));
    letters >= 3
        && !hidden
        && digits(&number[..first]) >= 3
        && digits(&number[first..]) <= 4
        && !number[first..].contains(['(', ')', '/'])
        && !ends_with_label(number)
}

/// `206 555 home`: the word says what kind of number it is, and does not spell the digits that are missing.
fn ends_with_label(number: &str) -> bool {
    const LABELS: [&str; 14] = [
        "home", "work", "cell", "main", "mobile", "mobil", "office", "desk", "direct", "fax",
        "phone", "mob", "tel", "ext",
    ];
    let word = &number[number.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len()..];
    // `1-800-NEW-HOME` and `206.555.DESK` are spelled.
    let before = &number[..number.len() - word.len()];
    let is_spelled = || {
        word.bytes().all(|b| b.is_ascii_uppercase())
            && (before.ends_with(['-', '.']) || before.bytes().any(|b| b.is_ascii_alphabetic()))
    };
    LABELS.iter().any(|label| label.eq_ignore_ascii_case(word)) && !is_spelled()
}

/// The cell in ASCII, without invisible marks and without quotes around it.
fn clean(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in cell.chars().filter(|c| !is_mark(*c)) {
        match c {
            '[' | '\u{ff08}' => out.push('('),
            ']' | '\u{ff09}' => out.push(')'),
            c if c.is_ascii_graphic() => out.push(c),
            c if ascii_digit(c).is_some() => out.extend(ascii_digit(c)),
            c if is_dash(c) => out.push('-'),
            c if c.is_whitespace() => out.push(' '),
            '\u{ff0b}' => out.push('+'),
            '\u{ff0e}' | '\u{b7}' | '\u{2022}' => out.push('.'),
            '\u{ff0f}' => out.push('/'),
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{201e}' => out.push('\''),
            other => out.push(other),
        }
    }
    let bare = out.trim().trim_start_matches('=').trim_matches(['"', '\'', '`', ' ']);
    bare.to_owned()
}

/// `Mobile: +1 …`, `tel:+1…`, `+1 … (mobile)` or `[mobile]`: the label taken off.
fn without_label(text: &str) -> &str {
    let mut text = text;
    if let Some((label, rest)) = text.split_once(':') {
        let is_label = !label.is_empty()
            && label.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '(' | ')'));
        if is_label {
            text = rest.trim().trim_start_matches("//");
        }
    }
    for label in [
        "tel.", "tel", "phone", "ph.", "ph", "mobile", "mob.", "mob", "cell", "fon", "home",
        "work", "office", "direct", "main", "t.", "m.", "p.",
    ] {
        let is_prefix = text.len() > label.len()
            && text.is_char_boundary(label.len())
            && text[..label.len()].eq_ignore_ascii_case(label);
        if is_prefix
            && text[label.len()..]
                .starts_with([' ', '+', '(', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        {
            text = text[label.len()..].trim_start();
            break;
        }
    }
    if let (Some(at), true) = (text.rfind('('), text.ends_with(')')) {
        let label = &text[at + 1..text.len() - 1];
        if at > 0 && !label.is_empty() && label.chars().all(|c| c.is_alphabetic() || c == ' ') {
            text = text[..at].trim_end();
        }
    }
    text
}

/// `12065550123.0`, a number that went through a floating-point column.
fn without_float(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(digits) if digits.len() > 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => text,
    }
}

/// The number, and the extension that is dialled after a pause: `206-555-0123,11`, `;11`, `,,11`, `p11` or `w11`. More
/// than six digits are rather a second number.
fn split_pause(text: &str) -> Option<(&str, &str)> {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = &text[before.len()..];
    let before = before.trim_end();
    let number = before.trim_end_matches([',', ';', ' ']);
    let is_paused = number.len() < before.len();
    // Behind another letter it is a part of a word: `DW 12`.
    let letter = || before.strip_suffix(['p', 'w', 'P', 'W']).map(str::trim_end);
    let behind_digit = |number: &&str| number.ends_with(|c: char| c.is_ascii_digit() || c == ')');
    let number = if is_paused { Some(number) } else { letter().filter(behind_digit) }?;
    (1..=MAX_PAUSED).contains(&extension.len()).then_some((number, extension))
}

/// Whether an item of a list of phones may be the [extension](split_pause) of the one before it.
pub(crate) fn is_paused(item: &str) -> bool {
    (1..=MAX_PAUSED).contains(&item.len()) && item.bytes().all(|b| b.is_ascii_digit())
}

/// The number and its extension's digits. A mark of an extension with nothing behind it, `206-555-0123 ext.`, says
/// that there is none.
fn split_extension(text: &str) -> (&str, &str) {
    const MARKS: [&str; 35] = [
        ";ext=",
        "extension",
        "extensi\u{f3}n",
        "extn.",
        "extn",
        "ext.:",
        "ext.",
        "ext",
        "poste",
        "durchwahl",
        "dw.",
        "dw",
        "apparat",
        " app.",
        " app ",
        "toestel",
        "anknytning",
        "interno",
        "klapka",
        "wewn.",
        "wew.",
        "anexo",
        "ramal",
        "int.",
        "доб.",
        "доб",
        "доп.",
        "доп",
        "вн.",
        "вн",
        "xt.",
        "x.",
        "x",
        "#",
        "~",
    ];
    // Each mark of an extension contains one of these.
    let may_mark = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'#' | b'~' | 0xd0..);
    if !text.bytes().any(may_mark) {
        return (text, "");
    }
    let lower = in_lower_case(text);
    for mark in MARKS {
        let Some(at) = lower.rfind(mark) else { continue };
        let number = text[..at].trim_end_matches([' ', ',', ';', '(', '-', '.', '/']);
        let tail = text[at + mark.len()..].trim_matches([' ', '.', ':', '-', ')', '=']);
        // Nor is the last letter of a number that is spelled a mark: `1-800-555-LUXX`.
        let is_behind_digits =
            || !tail.is_empty() || !number.bytes().any(|b| b.is_ascii_alphabetic());
        let is_extension = tail.len() <= Phone::MAX_EXTENSION
            && tail.bytes().all(|b| b.is_ascii_digit())
            && is_behind_digits();
        // The shortest numbers there are have four digits; a lone sign needs more to go by.
        let enough = if mark.len() >= 3 { 4 } else { 5 };
        if is_extension && number.bytes().filter(u8::is_ascii_digit).count() >= enough {
            return (number, tail);
        }
    }
    (text, "")
}

/// In lower case, byte for byte in the same places.
fn in_lower_case(text: &str) -> String {
    let lower = |c: char| match c {
        'А'..='Я' => c.to_lowercase().next().unwrap_or(c),
        c => c.to_ascii_lowercase(),
    };
    text.chars().map(lower).collect()
}

/// The number as the numbering plans read it.
#[cfg(feature = "phone")]
fn look_up(number: &str, region: Option<&str>, extension: &str, rule: PhoneRule) -> Option<Phone> {
    use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

    let region = region.and_then(|code| Region::from_code(code).ok());
    let parsed = PHONE_NUMBER_UTIL.parse(number, region).ok()?;
    let is_good = match rule {
        PhoneRule::Valid => parsed.is_valid(),
        PhoneRule::Possible => {
            matches!(parsed.is_possible_with_reason(), Ok(NumberLengthType::IsPossible))
        }
    };
    if !is_good {
        return None;
    }
    let shown = parsed.format_as(PhoneNumberFormat::E164);
    // A number that is merely possible may begin like a national prefix. It would come out as another number
    // when it is read again.
    if rule == PhoneRule::Possible
        && PHONE_NUMBER_UTIL
            .parse(&shown, None)
            .map_or(true, |again| again.format_as(PhoneNumberFormat::E164) != shown)
    {
        return None;
    }
    let digits = shown.strip_prefix('+')?;
    let own = parsed.extension.as_deref().unwrap_or("");
    Phone::new(digits.parse().ok()?, if extension.is_empty() { own } else { extension })
}

/// Without the numbering plans, a number is judged by its length.
#[cfg(not(feature = "phone"))]
fn look_up(number: &str, region: Option<&str>, extension: &str, _: PhoneRule) -> Option<Phone> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_american = matches!(region, Some("US" | "CA"));
    let full = match (number.starts_with('+'), digits.len()) {
        (true, 8..=15) if !digits.starts_with('1') || digits.len() == 11 => digits,
        (false, 10) if is_american => format!("1{digits}"),
        (false, 11) if is_american && digits.starts_with('1') => digits,
        _ => return None,
    };
    Phone::new(full.parse().ok()?, extension)
}

#[cfg(all(test, feature = "phone"))]
mod tests;
