//! Cells that hold several values.

use super::text::trim;

/// What separates several e-mail addresses in a cell, besides ` ::: ` and line breaks (behaviour V1).
pub const EMAIL_SEPARATORS: &str = ",;/";
/// What separates several phones in a cell, besides ` ::: ` and line breaks.
pub const PHONE_SEPARATORS: &str = ",;/";
/// What separates the items of other lists, besides ` ::: ` and line breaks.
pub const LIST_SEPARATORS: &str = ",;";

/// The items of a cell: split at any of the separators, at ` ::: ` and at line breaks; trimmed,
/// blank ones left out. What stands in double quotes or angle brackets is not split. A JSON array of
/// strings, as some products export lists, gives its strings.
///
/// ```
/// # use crm_import::normalize::{items, LIST_SEPARATORS};
/// let tags: Vec<&str> = items("vip; spring fair,, new ::: \"a, b\"", LIST_SEPARATORS).collect();
/// assert_eq!(tags, ["vip", "spring fair", "new", "a, b"]);
/// let json: Vec<&str> = items(r#"["vip", "new"]"#, LIST_SEPARATORS).collect();
/// assert_eq!(json, ["vip", "new"]);
/// ```
pub fn items<'a>(cell: &'a str, separators: &'a str) -> Items<'a> {
    let cell = trim(cell);
    let array = cell.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match array.map(trim) {
        Some(inner) if inner.is_empty() || (inner.starts_with('"') && inner.ends_with('"')) => {
            Items { rest: inner, separators: "," }
        }
        _ => Items { rest: cell, separators },
    }
}

/// The iterator of [`items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a str,
    separators: &'a str,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let (item, rest) = split_first(self.rest, self.separators);
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
        // Never closed: then it is no quote.
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
