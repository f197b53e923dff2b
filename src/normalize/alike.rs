//! Texts that look the same, however a program has written them: with line breaks of its own kind, or with letters
//! taken apart. A text is kept as it was written, and compared as it looks (behaviour W4, W5).

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::value::Value;

/// Whether two texts look the same. `\r\n`, `\r` and `\n` are one line break, and an `e` with an accent behind it, as
/// some systems write it, is an `é`.
pub(crate) fn looks_like(a: &str, b: &str) -> bool {
    a == b || (!is_plain(a) && !is_plain(b) && as_it_looks(a) == as_it_looks(b))
}

/// Whether two values say the same (behaviour W4). Texts do if they look the same.
pub(crate) fn says_the_same(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => looks_like(one, other),
        (one, other) => one == other,
    }
}

/// Whether there is certainly no other value that [says the same](says_the_same).
pub(crate) fn is_written_one_way(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => is_plain(text),
        _ => true,
    }
}

/// Whether there is only one way to write this text. Then no other looks like it.
fn is_plain(text: &str) -> bool {
    // All bytes are looked at, sixteen at a time. Most texts are short.
    text.bytes()
        .fold(true, |is_plain, byte| is_plain & byte.is_ascii() & (byte != b'\r') & (byte != b'\n'))
}

/// A text with `\n` for every line break and with each letter in one piece.
pub(crate) fn as_it_looks(text: &str) -> Cow<'_, str> {
    let has_returns = memchr::memchr(b'\r', text.as_bytes()).is_some();
    match (has_returns, is_composed(text)) {
        (false, true) => Cow::Borrowed(text),
        (false, false) => Cow::Owned(text.nfc().collect()),
        (true, is_composed) => {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            Cow::Owned(if is_composed { lines } else { lines.nfc().collect() })
        }
    }
}

/// Whether every letter is certainly in one piece, not a letter and an accent. Nearly all texts are written so.
pub(super) fn is_composed(text: &str) -> bool {
    text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w4_texts_are_alike_if_they_look_the_same() {
        for (a, b, are_alike) in [
            ("l1\r\nl2", "l1\nl2", true),
            ("l1\rl2", "l1\r\nl2", true),
            ("l1\n\nl2", "l1\nl2", false),
            ("l1 l2", "l1\nl2", false),
            ("Jose\u{301}", "Jos\u{e9}", true),
            ("Jose\u{301}\r\nx", "Jos\u{e9}\nx", true),
            ("Jose\u{301}", "Jose", false),
            ("\u{1100}\u{1161}", "\u{ac00}", true),
            ("a", "A", false),
        ] {
            assert_eq!(looks_like(a, b), are_alike, "{a:?} {b:?}");
            assert_eq!(looks_like(b, a), are_alike, "{b:?} {a:?}");
        }
    }
}
