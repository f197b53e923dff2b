//! Cells that hold several values.

use super::text::trim;

/// What separates several e-mail addresses in a cell, besides ` ::: ` and line breaks (behaviour V1).
pub const EMAIL_SEPARATORS: &str = ",;/";
/// What separates several phones in a cell, besides ` ::: ` and line breaks.
pub const PHONE_SEPARATORS: &str = ",;/";
/// What separates the items of other lists, besides ` ::: ` and line breaks.
pub const LIST_SEPARATORS: &str = ",;";

/// The items of a cell, trimmed and without blank ones. The cell is split at any of the separators, at
/// ` ::: ` and at line breaks, but not inside double quotes or angle brackets. A JSON array of strings, which
/// is how some products export lists, gives its strings, and so does `[vip, new]` or `{vip,new}`. One of objects
/// gives the `value` of each, or is one item if they have none. `N/A` is one item.
///
/// ```
/// # use crm_import::normalize::{items, LIST_SEPARATORS};
/// let tags: Vec<&str> = items("vip; spring fair,, new ::: \"a, b\"", LIST_SEPARATORS).collect();
/// assert_eq!(tags, ["vip", "spring fair", "new", "a, b"]);
/// let json: Vec<&str> = items(r#"["vip", "new"]"#, LIST_SEPARATORS).collect();
/// assert_eq!(json, ["vip", "new"]);
/// let json = r#"[{"value": "ana@example.com", "label": "work"}, {"value": "ana@example.org"}]"#;
/// let json: Vec<&str> = items(json, LIST_SEPARATORS).collect();
/// assert_eq!(json, ["ana@example.com", "ana@example.org"]);
/// ```
pub fn items<'a>(cell: &'a str, separators: &'a str) -> Items<'a> {
    let cell = trim(cell);
    let array = cell.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match array.map(trim) {
        // It means nothing, not an `N` and an `A`.
        None if is_none(cell) => Items { rest: cell, by: By::Separators("") },
        Some(inner) if inner.is_empty() || (inner.starts_with('"') && inner.ends_with('"')) => {
            Items { rest: inner, by: By::Separators(",") }
        }
        Some(inner) if is_of_objects(inner) => match value_of(inner) {
            Some(_) => Items { rest: inner, by: By::Values },
            None => Items { rest: cell, by: By::Separators("") },
        },
        _ => Items { rest: without_brackets(cell), by: By::Separators(separators) },
    }
}

/// Whether these are the objects of a JSON array, with nothing escaped in them: `{"value": "a"}, {"value": "b"}`.
fn is_of_objects(inner: &str) -> bool {
    let object = inner.strip_prefix('{').filter(|_| inner.ends_with('}'));
    object.is_some_and(|object| trim(object).starts_with('"') && !object.contains('\\'))
}

/// The first `value` in the objects of a JSON array, blank for `null`, and what follows it.
fn value_of(mut objects: &str) -> Option<(&str, &str)> {
    const KEY: &str = "\"value\"";
    loop {
        objects = &objects[objects.find(KEY)? + KEY.len()..];
        let Some(value) = trim(objects).strip_prefix(':').map(trim) else { continue };
        let end = match value.strip_prefix('"') {
            Some(text) => 1 + text.find('"')?,
            None => value.find([',', '}'])?,
        };
        let (value, rest) = value.split_at(end);
        let text = value.strip_prefix('"');
        return Some((text.unwrap_or(if value == "null" { "" } else { value }), rest));
    }
}

/// `[vip, new]`, `{vip,new}`: the list without the brackets that are around all of it.
fn without_brackets(cell: &str) -> &str {
    let inner = [('[', ']'), ('{', '}')].into_iter().find_map(|(open, close)| {
        let inner = cell.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains([open, close, '"'])).then_some(inner)
    });
    inner.map_or(cell, trim)
}

/// `N/A`, and `#N/A` as spreadsheets write it.
fn is_none(cell: &str) -> bool {
    cell.strip_prefix('#').unwrap_or(cell).eq_ignore_ascii_case("n/a")
}

/// The iterator of [`items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a str,
    by: By<'a>,
}

/// How the items of a cell are told apart.
#[derive(Clone, Copy, Debug)]
enum By<'a> {
    /// By these characters.
    Separators(&'a str),
    /// They are the values of objects.
    Values,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let (item, rest) = match self.by {
                By::Separators(separators) => split_first(self.rest, separators),
                By::Values => value_of(self.rest).unwrap_or_default(),
            };
            self.rest = rest;
            let item = bare(trim(item));
            if !item.is_empty() {
                return Some(item);
            }
        }
        None
    }
}

fn split_first<'a>(text: &'a str, separators: &str) -> (&'a str, &'a str) {
    split_plain(text, separators).unwrap_or_else(|| split_in_full(text, separators))
}

/// The short cut for an item before whose end there is no quote, angle bracket, colon or line break. `None` if there
/// is one, or if the separators are not among the signs that ASCII has before its letters.
fn split_plain<'a>(text: &'a str, separators: &str) -> Option<(&'a str, &'a str)> {
    const ODD: u64 = 1 << b'"' | 1 << b'<' | 1 << b'>' | 1 << b':' | 1 << b'\n' | 1 << b'\r';
    let is_among = |byte: u8, set: u64| byte < 64 && set >> byte & 1 == 1;
    if separators.bytes().any(|byte| byte >= 64) {
        return None;
    }
    let ends = separators.bytes().fold(ODD, |set, byte| set | 1 << byte);
    let end = text.bytes().zip(0..).find(|(byte, _)| is_among(*byte, ends));
    let Some((byte, at)) = end else { return Some((text, "")) };
    (!is_among(byte, ODD)).then(|| (&text[..at], &text[at + 1..]))
}

fn split_in_full<'a>(text: &'a str, separators: &str) -> (&'a str, &'a str) {
    let (mut is_quoted, mut is_angled) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            // A quote inside a word is an apostrophe of inches; it opens only at the start of an item.
            '"' if is_quoted || trim(&text[..at]).is_empty() => is_quoted = !is_quoted,
            '<' if !is_quoted => is_angled = true,
            '>' if !is_quoted => is_angled = false,
            _ if is_quoted || is_angled => {}
            '\n' | '\r' => return (&text[..at], &text[at + 1..]),
            ':' if text[at..].starts_with(":::") => return (&text[..at], &text[at + 3..]),
            c if separators.contains(c) => return (&text[..at], &text[at + c.len_utf8()..]),
            _ => {}
        }
    }
    if is_quoted || is_angled {
        // It is never closed, so it is no quote.
        let at = text.find(|c: char| separators.contains(c) || c == '\n' || c == '\r');
        if let Some(at) = at {
            let len = text[at..].chars().next().map_or(1, char::len_utf8);
            return (&text[..at], &text[at + len..]);
        }
    }
    (text, "")
}

/// An item that is quoted as a whole, without its quotes.
fn bare(item: &str) -> &str {
    let inner = item.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(item, trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn v1_brackets_around_a_list_are_no_part_of_its_items() {
        for (cell, expected) in [
            ("[vip, new]", vec!["vip", "new"]),
            ("{vip,new}", vec!["vip", "new"]),
            ("[vip]", vec!["vip"]),
            ("[]", vec![]),
            ("[\"vip\", \"a, b\"]", vec!["vip", "a, b"]),
            ("[a], [b]", vec!["[a]", "[b]"]),
            ("[draft] fair, new", vec!["[draft] fair", "new"]),
        ] {
            let read: Vec<&str> = items(cell, LIST_SEPARATORS).collect();
            assert_eq!(read, expected, "{cell}");
        }
    }

    #[test]
    fn v1_objects_of_an_array_give_their_values_and_are_not_split() {
        for (cell, expected) in [
            (r#"[{"value": "a@x.org", "label": "work"}]"#, vec!["a@x.org"]),
            (
                r#"[{"label":"value","value":"a@x.org"},{"value":"b@x.org"}]"#,
                vec!["a@x.org", "b@x.org"],
            ),
            (r#"[{"value": 2065550123, "label": "work"}]"#, vec!["2065550123"]),
            (r#"[{"value": null, "label": "work"}, {"value": ""}]"#, vec![]),
            (
                r#"[{"email": "a@x.org", "label": "b"}]"#,
                vec![r#"[{"email": "a@x.org", "label": "b"}]"#],
            ),
            (r#"[{"value": "6\" pipe"}]"#, vec![r#"[{"value": "6\" pipe"}]"#]),
            (r#"[{"value": "a, b"}]"#, vec!["a, b"]),
            (r#"[{"value": "a}]"#, vec![r#"[{"value": "a}]"#]),
        ] {
            let read: Vec<&str> = items(cell, LIST_SEPARATORS).collect();
            assert_eq!(read, expected, "{cell}");
        }
    }

    #[test]
    fn what_is_split_plainly_is_split_so_in_full() {
        const PARTS: [&str; 16] =
            ["a", "b", " ", "7", "é", ".", "-", ",", ";", "\"", "<", ">", ":", "\n", "/", "|"];
        let mut plain = 0;
        for seed in 0..50_000 {
            let text = Dice::new(seed).text(16, &PARTS);
            for separators in
                [LIST_SEPARATORS, EMAIL_SEPARATORS, "|", "", "a", ".", "\"", ":", ">,", "é"]
            {
                if let Some(split) = split_plain(&text, separators) {
                    assert_eq!(split, split_in_full(&text, separators), "{text:?} {separators:?}");
                    plain += 1;
                }
            }
        }
        assert!(plain > 10_000, "only {plain} were plain");
    }
}
