//! Text, names and record ids.

use unicode_normalization::UnicodeNormalization;

use super::alike::is_composed;
use crate::issue::IssueCode;

/// White space at the ends of a cell: Unicode's, the zero-width characters, the byte order mark.
fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{00ad}')
}

/// A cell without the white space around it.
///
/// ```
/// # use crm_import::normalize::trim;
/// assert_eq!(trim("\u{feff} \u{a0}Ana\u{200b}\t"), "Ana");
/// ```
#[inline]
pub fn trim(cell: &str) -> &str {
    let bytes = cell.as_bytes();
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if is_plain(bytes.first()) && is_plain(bytes.last()) {
        return cell;
    }
    trim_fully(cell)
}

/// Few cells come here, and callers are shorter without it.
#[inline(never)]
fn trim_fully(cell: &str) -> &str {
    let cell = cell.trim_ascii();
    match cell.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        _ => cell.trim_matches(is_space),
    }
}

/// Whether a cell is blank: empty after trimming (behaviour §1), and after removing the `="…"` with which a
/// spreadsheet protects text.
///
/// ```
/// # use crm_import::normalize::is_blank;
/// assert!(is_blank(" \u{a0}\u{200b}") && is_blank("=\"\""));
/// assert!(!is_blank("-")); // somebody has written something
/// ```
#[inline]
pub fn is_blank(cell: &str) -> bool {
    match cell.as_bytes().first() {
        None => true,
        Some(byte) if is_plain(*byte) => false,
        Some(_) => unguarded(trim_fully(cell)).is_empty(),
    }
}

/// Whether a cell that begins with this byte certainly holds something.
#[inline]
pub(crate) fn is_plain(first: u8) -> bool {
    first.is_ascii_graphic() & (first != b'=')
}

/// A trimmed cell without what keeps a spreadsheet from reading it as a number: `="01234"` is `01234`. No value
/// begins like that. A cell with another quote inside is a formula, and stays as it is.
#[inline]
pub(crate) fn unguarded(cell: &str) -> &str {
    if cell.starts_with('=') { without_guard(cell) } else { cell }
}

/// Few cells come here.
#[cold]
fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).map(trim) {
        Some(inner) if !inner.contains('"') => inner,
        _ => cell,
    }
}

/// Text as written, trimmed.
///
/// ```
/// # use crm_import::{IssueCode, normalize::text};
/// assert_eq!(text("  Owl  Books "), Ok("Owl  Books"));
/// assert_eq!(text("Owl\0Books"), Err(IssueCode::TextInvalid));
/// ```
///
/// # Errors
/// [`IssueCode::TextInvalid`] if it holds a NUL, which databases refuse.
pub fn text(cell: &str) -> Result<&str, IssueCode> {
    if memchr::memchr(0, cell.as_bytes()).is_some() {
        return Err(IssueCode::TextInvalid);
    }
    Ok(trim(cell))
}

/// Appends the folded form of a text: lower case, white space as single spaces, each letter in one piece (Unicode's
/// form C). Two texts are equal in a match rule if their folded forms are.
///
/// ```
/// # use crm_import::normalize::fold_into;
/// let mut out = String::new();
/// fold_into("  ANA \u{a0} Lee", &mut out);
/// assert_eq!(out, "ana lee");
///
/// out.clear();
/// fold_into("Jose\u{301}", &mut out); // as macOS may write it
/// assert_eq!(out, "jos\u{e9}");
/// ```
pub fn fold_into(cell: &str, out: &mut String) {
    let cell = trim(cell);
    if is_composed(cell) { fold_chars(cell.chars(), out) } else { fold_chars(cell.nfc(), out) }
}

fn fold_chars(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut was_space = false;
    for c in chars {
        if is_space(c) {
            was_space = true;
            continue;
        }
        if std::mem::take(&mut was_space) {
            out.push(' ');
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
    }
}

/// The [folded](fold_into) form of a text.
pub(crate) fn folded(cell: &str) -> String {
    let mut out = String::new();
    fold_into(cell, &mut out);
    out
}

/// Whether two texts are equal once they are [folded](fold_into).
///
/// ```
/// # use crm_import::normalize::folded_eq;
/// assert!(folded_eq("New  lead", " new LEAD"));
/// ```
pub fn folded_eq(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    // Most differ in their first letter.
    if let (Some(x), Some(y)) = (a.bytes().next(), b.bytes().next())
        && x.is_ascii_graphic()
        && y.is_ascii_graphic()
        && !x.eq_ignore_ascii_case(&y)
    {
        return false;
    }
    let is_simple = |text: &str| {
        text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) && !text.contains("  ")
    };
    if is_simple(a) && is_simple(b) {
        return trim(a).eq_ignore_ascii_case(trim(b));
    }
    folded(a) == folded(b)
}

/// Splits a full name into first and last name. The last word is the last name, a single word is a first
/// name, and `Last, First` is turned round. Suffixes such as `Jr.`, degrees and the `Inc.` of a company stay with
/// the last name, and what stands in brackets behind a part stays there, unless it is an e-mail address.
///
/// ```
/// # use crm_import::normalize::full_name;
/// assert_eq!(full_name("Ana Maria Lee"), ("Ana Maria", "Lee"));
/// assert_eq!(full_name("Lee, Ana"), ("Ana", "Lee"));
/// assert_eq!(full_name("Ana"), ("Ana", ""));
/// assert_eq!(full_name("Ana Lee, MD, Ph.D."), ("Ana", "Lee, MD, Ph.D."));
/// ```
pub fn full_name(cell: &str) -> (&str, &str) {
    let name = without_address(trim(cell));
    let bare = std::iter::successors(Some(name), |name| before_bracket(name)).last();
    let bare = bare.unwrap_or(name);
    let (given, family) = split_name(bare);
    // A bracket stays behind the part that it follows.
    let with_bracket = |part: &str| &name[bare.len() - part.len()..];
    match bare.len() == name.len() {
        true => (given, family),
        false if !family.is_empty() && bare.ends_with(family) => (given, with_bracket(family)),
        false => (with_bracket(given), family),
    }
}

/// The name without the address that stands behind it: `Jane Roe <jane@x.com>`, `"Roe, Jane" (jane@x.com)`.
pub(crate) fn without_address(name: &str) -> &str {
    let Some((name, _)) = super::named_address(name) else { return name };
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(name, trim)
}

/// As [`full_name`], without brackets behind it.
fn split_name(name: &str) -> (&str, &str) {
    if let Some((last, first)) = name.split_once(',') {
        let (last, first) = (trim(last), trim(first));
        // `Smith, M.D.` are initials.
        let is_behind = last.contains(is_space) || !first.trim_end_matches('.').contains('.');
        if is_behind && first.split(',').all(|part| is_suffix(trim(part))) {
            let (given, family) = split_last(last);
            if family.is_empty() {
                return (given, first);
            }
            // `Ana Lee, Jr.`: the suffix belongs behind the last name.
            let start = family.as_ptr() as usize - name.as_ptr() as usize;
            return (given, &name[start..]);
        }
        return if last.is_empty() { (first, "") } else { (first, last) };
    }
    let (given, family) = split_last(name);
    if is_suffix(family) && given.contains(is_space) {
        let (first, _) = split_last(given);
        return (first, trim(&name[first.len()..]));
    }
    (given, family)
}

/// The name before a bracket at its end, which holds no last name but another one: `(Bob)`, `(née Roe)`.
fn before_bracket(name: &str) -> Option<&str> {
    let open = match name.chars().next_back()? {
        ')' => '(',
        ']' => '[',
        _ => return None,
    };
    let bare = trim(&name[..name.rfind(open)?]);
    (!bare.is_empty()).then_some(bare)
}

fn split_last(name: &str) -> (&str, &str) {
    match name.rfind(is_space) {
        None => (name, ""),
        Some(at) => (trim(&name[..at]), trim(&name[at..])),
    }
}

fn is_suffix(word: &str) -> bool {
    // `Ph.D.` is one, too; `J.R.` are somebody's initials.
    const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "ph.d", "m.d"];
    const DEGREES: [&str; 12] =
        ["dds", "dmd", "dvm", "cpa", "mba", "rn", "aprn", "lcsw", "lmft", "cfp", "cfa", "pmp"];
    const COMPANIES: [&str; 8] = ["inc", "llc", "ltd", "corp", "llp", "pllc", "plc", "gmbh"];
    [&SUFFIXES[..], &DEGREES, &COMPANIES]
        .into_iter()
        .flatten()
        .any(|suffix| word.trim_end_matches('.').eq_ignore_ascii_case(suffix))
}

/// A record id: any text, exactly as written.
///
/// ```
/// # use crm_import::{IssueCode, normalize::record_id};
/// assert_eq!(record_id(" 007 "), Ok("007"));
/// assert_eq!(record_id("1.23457E+17"), Err(IssueCode::RecordIdDamaged));
/// ```
///
/// # Errors
/// [`IssueCode::RecordIdDamaged`] if a spreadsheet has written a long number as `1.23457E+17`;
/// [`IssueCode::TextInvalid`] if it holds a NUL.
pub fn record_id(cell: &str) -> Result<&str, IssueCode> {
    let id = text(cell)?;
    if is_rounded(id) { Err(IssueCode::RecordIdDamaged) } else { Ok(id) }
}

/// Whether it is a long number that a spreadsheet has rounded: digits and an exponent, with a decimal point or comma or
/// with a sign. `12E5` alone may be an id.
pub(super) fn is_rounded(cell: &str) -> bool {
    let Some(at) = memchr::memchr2(b'e', b'E', cell.as_bytes()) else { return false };
    let (mantissa, exponent) = (&cell[..at], &cell[at + 1..]);
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let is_mantissa = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
        && digits.bytes().filter(|b| !b.is_ascii_digit()).count() <= 1;
    let has_sign = exponent.starts_with('+') || digits.contains(['.', ',']);
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_exponent =
        (1..=3).contains(&exponent.len()) && exponent.bytes().all(|byte| byte.is_ascii_digit());
    is_mantissa && has_sign && is_exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_split_by_the_rule() {
        let table = [
            ("Ana Lee", ("Ana", "Lee")),
            ("Ana", ("Ana", "")),
            ("  Ana   Lee ", ("Ana", "Lee")),
            ("Lee, Ana Maria", ("Ana Maria", "Lee")),
            ("Martin King Jr.", ("Martin", "King Jr.")),
            ("Martin King, Jr.", ("Martin", "King, Jr.")),
            ("Ana Lee, MD, Ph.D.", ("Ana", "Lee, MD, Ph.D.")),
            ("Lee, Ana, MD", ("Ana, MD", "Lee")),
            // Initials.
            ("Smith, J.R.", ("J.R.", "Smith")),
            ("Smith, M.D.", ("M.D.", "Smith")),
            ("Ana Lee, DDS", ("Ana", "Lee, DDS")),
            ("Fox, Inc.", ("Fox", "Inc.")),
            ("Fox Widgets, LLC", ("Fox", "Widgets, LLC")),
            ("Lee, Co", ("Co", "Lee")),
            ("Jane Roe (jane@example.com)", ("Jane", "Roe")),
            ("Jane Roe <jane@example.com>", ("Jane", "Roe")),
            ("\"Roe, Jane\" <jane@example.com>", ("Jane", "Roe")),
            ("<jane@example.com>", ("<jane@example.com>", "")),
            // What stands in brackets is another name, not the last one.
            ("Ana Lee (Bob)", ("Ana", "Lee (Bob)")),
            ("Ana Lee (n\u{e9}e Van Roe)", ("Ana", "Lee (n\u{e9}e Van Roe)")),
            ("Ana (Bob) Lee", ("Ana (Bob)", "Lee")),
            ("Ana (Bob)", ("Ana (Bob)", "")),
            ("Lee, Ana [Bob]", ("Ana [Bob]", "Lee")),
            ("Martin King Jr. (Bob)", ("Martin", "King Jr. (Bob)")),
            ("(Bob)", ("(Bob)", "")),
            ("", ("", "")),
            (",", ("", "")),
        ];
        for (cell, expected) in table {
            assert_eq!(full_name(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn texts_are_equal_if_their_folded_forms_are() {
        let words = [
            "", "a", "A", "ab", "aB ", " ab", "a  b", "A b", "é", "É", "éa", "ba", "\u{130}",
            "E\u{301}",
        ];
        for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
            assert_eq!(folded_eq(a, b), folded(a) == folded(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn rounded_ids_are_refused_and_others_are_not() {
        for cell in ["1.23457E+17", "1E+5", "1,2E+17", "12E+10", "1.2E17"] {
            assert_eq!(record_id(cell), Err(IssueCode::RecordIdDamaged), "{cell}");
        }
        for cell in ["7", "07", "1e5", "E+5", "abcE+5", "12E5", "1.2.3E+5", "00a1"] {
            assert_eq!(record_id(cell), Ok(cell));
        }
    }
}
