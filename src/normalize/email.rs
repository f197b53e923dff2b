//! E-mail addresses.

mod international;
mod plain;
mod punycode;

use std::borrow::Cow;

use super::Window;
use super::text::trim;
use crate::issue::IssueCode;

/// An e-mail address as people type it, in lower case.
///
/// It accepts what browsers accept (WHATWG HTML, "valid e-mail address") and letters and digits of any script
/// besides. It also asks for more: the domain must have a dot, the local part may not begin or end with a dot
/// or have two in a row, and there may be 64 bytes before the `@` and 254 in all.
///
/// `Jane <jane@x.com>`, `Jane (jane@x.com)`, `<jane@x.com>`, `mailto:jane@x.com`, `jane@x.com (work)` and
/// `jane@x.com - jane@x.com` are unwrapped. The whole address becomes lower case (behaviour V4): providers that tell
/// `Jane@` and `jane@` apart are not met in practice, two records of one person are. A domain in other letters becomes
/// the name that the network knows it by (`exämple.com` is `xn--exmple-cua.com`), so that both spellings are one address.
///
/// ```
/// use crm_import::IssueCode;
/// use crm_import::normalize::email;
///
/// assert_eq!(email(" Jane Doe <Jane@Example.com> ").unwrap(), "jane@example.com");
/// assert_eq!(email("jane@example"), Err(IssueCode::EmailInvalid)); // no dot in the domain
/// ```
///
/// # Errors
/// [`IssueCode::EmailInvalid`] for anything else.
pub fn email(cell: &str) -> Result<Cow<'_, str>, IssueCode> {
    let cell = trim(cell);
    // If it is an address as it is, there is nothing to unwrap.
    match plain_address(cell.as_bytes()) {
        Some(true) => return Ok(Cow::Borrowed(cell)),
        Some(false) => return Ok(Cow::Owned(cell.to_ascii_lowercase())),
        None => {}
    }
    unwrapped(unwrap(cell))
}

/// As [`email`], for an address with nothing around it.
fn unwrapped(address: &str) -> Result<Cow<'_, str>, IssueCode> {
    if !address.is_ascii() {
        return international::address(address).map(Cow::Owned).ok_or(IssueCode::EmailInvalid);
    }
    match plain_address(address.as_bytes()) {
        Some(true) => Ok(Cow::Borrowed(address)),
        Some(false) => Ok(Cow::Owned(address.to_ascii_lowercase())),
        None => Err(IssueCode::EmailInvalid),
    }
}

/// Whether an ASCII address that needs no unwrapping is in lower case already. `None` for anything that needs a closer
/// look.
fn plain_address(cell: &[u8]) -> Option<bool> {
    plain_address_in(cell, None)
}

/// The same for a cell with more text after it: the `window` begins where the cell does.
pub(crate) fn plain_address_in(cell: &[u8], window: Option<&Window>) -> Option<bool> {
    plain::is_lower(cell, window).or_else(|| is_ascii_address(cell).then(|| !has_capitals(cell)))
}

/// Looks at all bytes, which is quicker than to stop at the first.
fn has_capitals(address: &[u8]) -> bool {
    address.iter().fold(false, |found, byte| found | byte.is_ascii_uppercase())
}

/// The quotes and brackets in which addresses are pasted.
const QUOTES: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
    ('\u{300c}', '\u{300d}'),
    ('(', ')'),
    ('[', ']'),
];

/// The address, without what was pasted around it.
fn unwrap(cell: &str) -> &str {
    let cell = without_remark(cell);
    let mut inner = cell;
    if let (Some(from), true) = (cell.rfind('<'), cell.ends_with('>')) {
        let (name, address) = (&cell[..from], trim(&cell[from + 1..cell.len() - 1]));
        // A name that holds another address makes it a list.
        let is_name = !name.contains(['<', '@'])
            || trim(name).trim_matches(['"', '\'']).eq_ignore_ascii_case(address);
        if is_name {
            inner = address;
        }
    } else if let Some((_, address)) = named_address(cell) {
        inner = address;
    }
    // The text of a link and its target, which are one.
    if let Some((text, address)) = inner.split_once(" - ")
        && trim(text).eq_ignore_ascii_case(trim(address))
    {
        inner = trim(address);
    }
    for (open, close) in QUOTES {
        if let Some(bare) = inner.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            inner = trim(bare);
        }
    }
    inner = inner.strip_prefix('\'').map_or(inner, trim);
    if inner.len() > 7 && inner.as_bytes()[..7].eq_ignore_ascii_case(b"mailto:") {
        inner = inner[7..].split('?').next().unwrap_or("");
    }
    trim(inner)
}

/// The name and the address of `Jane Roe <jane@x.com>` or `Jane Roe (jane@x.com)`.
pub(crate) fn named_address(cell: &str) -> Option<(&str, &str)> {
    let (inner, open) = match cell.as_bytes().last()? {
        b'>' => (&cell[..cell.len() - 1], '<'),
        b')' => (&cell[..cell.len() - 1], '('),
        _ => return None,
    };
    let (name, address) = inner.rsplit_once(open)?;
    let (name, address) = (trim(name), trim(address));
    let is_address = address.contains('@') && !address.contains(char::is_whitespace);
    (is_address && !name.is_empty() && !name.contains('@')).then_some((name, address))
}

/// Where an address is used, as people say it in brackets behind it.
const USES: [&str; 20] = [
    "work",
    "office",
    "business",
    "home",
    "private",
    "personal",
    "main",
    "primary",
    "secondary",
    "preferred",
    "arbeit",
    "büro",
    "geschäftlich",
    "privat",
    "travail",
    "bureau",
    "perso",
    "trabajo",
    "personale",
    "werk",
];

/// `jane@x.com (work)`: the address, without what is said of its use in brackets. Any other remark, such as
/// `(bounced)`, would be lost, so the cell is refused.
fn without_remark(cell: &str) -> &str {
    let parts = cell.strip_suffix(')').and_then(|inner| inner.rsplit_once(" ("));
    match parts {
        Some((address, use_of)) if USES.contains(&use_of.to_lowercase().as_str()) => trim(address),
        _ => cell,
    }
}

fn is_ascii_address(address: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'@', address) else { return false };
    let (local, domain) = (&address[..at], &address[at + 1..]);
    local.len() <= 64 && address.len() <= 254 && is_local(local) && is_domain(domain)
}

fn is_local(local: &[u8]) -> bool {
    let (Some(first), Some(last)) = (local.first(), local.last()) else { return false };
    let has_twice = |mark| local.windows(2).fold(false, |found, two| found | (two == [mark; 2]));
    // An address may begin with an apostrophe, but none that is met does: it keeps a spreadsheet from a formula.
    let begins = *first != b'.' && *first != b'\'';
    begins && *last != b'.' && are_all(local, LOCAL) && !has_twice(b'.')
}

fn is_domain(domain: &[u8]) -> bool {
    if !are_all(domain, DOMAIN) {
        return false;
    }
    let (mut rest, mut labels) = (domain, 0);
    loop {
        let end = rest.iter().position(|byte| *byte == b'.').unwrap_or(rest.len());
        let label = &rest[..end];
        let (Some(first), Some(last)) = (label.first(), label.last()) else { return false };
        if *first == b'-' || *last == b'-' || label.len() > 63 {
            return false;
        }
        labels += 1;
        if end == rest.len() {
            // A last label of digits alone is an IP address.
            return labels > 1 && label.len() > 1 && !label.iter().all(u8::is_ascii_digit);
        }
        rest = &rest[end + 1..];
    }
}

fn are_all(text: &[u8], class: u8) -> bool {
    text.iter().fold(class, |all, byte| all & CLASS[usize::from(*byte)]) != 0
}

/// May stand before the `@`.
const LOCAL: u8 = 1;
/// May stand behind it.
const DOMAIN: u8 = 2;

/// Where each ASCII character may stand.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => LOCAL | DOMAIN,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'^'
            | b'_' | b'`' | b'{' | b'|' | b'}' | b'~' => LOCAL,
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn what_is_read_as_it_stands_has_nothing_around_it() {
        const PARTS: [&str; 14] =
            ["a", "B", "7", ".", "@", "x.com", "-", "'", "<", ">", "mailto:", "?", "(", " "];
        let mut plain = 0;
        for seed in 0..100_000 {
            let mut dice = Dice::new(seed);
            let cell = dice.text(10, &PARTS) + dice.one_of(&["@x.com", "@x.com>", "@x.com'", ""]);
            let trimmed = trim(&cell);
            plain += usize::from(plain_address(trimmed.as_bytes()).is_some());
            assert_eq!(email(&cell), unwrapped(unwrap(trimmed)), "{cell:?}");
        }
        assert!(plain > 500, "only {plain} were plain");
    }

    #[test]
    fn what_people_type_is_read_and_the_rest_refused() {
        for (cell, expected) in [
            ("jane@x.com", "jane@x.com"),
            (" JANE@X.COM ", "jane@x.com"),
            ("Jane Lee <jane@x.com>", "jane@x.com"),
            ("\"Lee, Jane\" <Jane@x.com>", "jane@x.com"),
            ("Lee, Jane <jane@x.com>", "jane@x.com"),
            ("\"jane@x.com\" <Jane@x.com>", "jane@x.com"),
            ("mailto:jane@x.com?subject=hi", "jane@x.com"),
            ("jane@x.com - Jane@X.com", "jane@x.com"),
            ("jane@x.com (work)", "jane@x.com"),
            ("Jane <jane@x.com> (home)", "jane@x.com"),
            ("'jane@x.com", "jane@x.com"),
            ("'jürgen@x.com", "jürgen@x.com"),
            ("o'neil+crm@x-y.co.uk", "o'neil+crm@x-y.co.uk"),
            ("jürgen@müller.de", "jürgen@xn--mller-kva.de"),
            ("JÜRGEN@MÜLLER.DE", "jürgen@xn--mller-kva.de"),
            ("ju\u{308}rgen@mu\u{308}ller.de", "jürgen@xn--mller-kva.de"),
            ("jane\u{200b}@\u{200e}x.com", "jane@x.com"),
            ("jane＠x．com", "jane@x.com"),
            ("ｊａｎｅ＠ｘ．ｃｏｍ", "jane@x.com"),
            ("\u{201c}jane@x.com\u{201d}", "jane@x.com"),
            ("\u{2018}jane@x.com\u{2019}", "jane@x.com"),
            ("\u{201e}jane@x.com\u{201c}", "jane@x.com"),
        ] {
            assert_eq!(email(cell).as_deref(), Ok(expected), "{cell}");
        }
        for cell in [
            "",
            "jane",
            "jane@",
            "@x.com",
            "jane@x",
            "jane@@x.com",
            "a b@x.com",
            ".jane@x.com",
            "jane.@x.com",
            "ja..ne@x.com",
            "jane@x..com",
            "jane@-x.com",
            "jane@x.com.",
            "jane@x.com (or bo@x.com)",
            "jane@x.com (",
            "(work) jane@x.com",
            "jane@x.com (bounced)",
            "jane@x.com (do not use)",
            "jane@1.2.3.4",
            "jane@x.com, bo@x.com",
            "Jane <jane@x.com>, Bo <bo@x.com>",
            "jane@x.com <bo@x.com>",
            "jane@x_y.com",
            "n/a",
            // What is stored is read as the same address again (W4): an apostrophe before it would be taken away.
            "mailto:'jane@x.com",
            "mailto:'jürgen@x.com",
            "\u{ff07}jürgen@x.com",
        ] {
            assert_eq!(email(cell), Err(IssueCode::EmailInvalid), "{cell}");
        }
    }
}
