//! Letters that were broken before the file was written ([`first_garbled`]): a program has read UTF-8 as windows-1252,
//! and `Jörg` has become `JÃ¶rg`.

use encoding_rs::WINDOWS_1252;

/// How much of a word is shown before its broken letters, and behind them; and twice as long they may be.
const SHOWN: usize = 40;

/// A word with such letters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbled {
    /// The physical line that it is on.
    pub(super) line: u64,
    /// As it stands in the file.
    pub(super) word: String,
    /// As it was once written.
    pub(super) meant: String,
}

/// The first garbled word of a text.
pub(super) fn first_garbled(text: &[u8]) -> Option<Garbled> {
    let mut start = 0;
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        if let Some((at, garbled)) = first_in(valid) {
            let line = 1 + memchr::memchr_iter(b'\n', &text[..start + at]).count() as u64;
            return Some(Garbled { line, ..garbled });
        }
        start += valid.len() + chunk.invalid().len();
    }
    None
}

/// The first garbled word, and where it is.
fn first_in(text: &str) -> Option<(usize, Garbled)> {
    let mut from = 0;
    while let Some(found) = text.as_bytes()[from..].iter().position(|byte| !byte.is_ascii()) {
        let start = from + found;
        let end = text[start..].find(|c: char| c.is_ascii()).map_or(text.len(), |len| start + len);
        from = end;
        let (before, run, behind) = (&text[..start], &text[start..end], &text[end..]);
        if let Some(meant) = meant(run, behind) {
            let is_end = |c: char| !c.is_ascii_alphanumeric();
            let begin = before.rsplit(is_end).next().unwrap_or_default();
            let begin = &begin[begin.len().saturating_sub(SHOWN)..];
            let rest = behind.split(is_end).next().unwrap_or_default();
            let rest = &rest[..rest.len().min(SHOWN)];
            let (word, meant) = (format!("{begin}{run}{rest}"), format!("{begin}{meant}{rest}"));
            return Some((start, Garbled { line: 0, word, meant }));
        }
    }
    None
}

/// What some characters were, if they are what windows-1252 makes of letters or of quotes and dashes in UTF-8.
fn meant(run: &str, behind: &str) -> Option<String> {
    let mut chars = run.chars();
    if run.len() > 2 * SHOWN {
        return None;
    }
    // Whatever begins otherwise is no first byte in UTF-8.
    let is_lead = matches!(chars.next(), Some('Â'..='â'));
    let second = chars.next().filter(|_| is_lead)?;
    // The last letter of a quotation, and its end: `“IRMÃ”`.
    let ends =
        matches!(second, '”' | '’') && !behind.starts_with(|c: char| c.is_ascii_alphabetic());
    if ends && chars.next().is_none() {
        return None;
    }
    let (bytes, _, has_others) = WINDOWS_1252.encode(run);
    let meant = std::str::from_utf8(&bytes).ok().filter(|_| !has_others)?;
    let is_usual = |c: char| matches!(c, '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{45f}' | '\u{2010}'..='\u{2122}');
    meant.chars().all(is_usual).then(|| meant.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_were_read_in_another_encoding_are_found_and_others_are_not() {
        let (long, shown) =
            ("aÃ¶a".replace('a', &"a".repeat(99)), "aöa".replace('a', &"a".repeat(40)));
        let table: [(&str, &str); 10] = [
            ("JÃ¶rg", "Jörg"),
            ("NuÃ±ez,MÃ¡laga", "Nuñez"),
            ("Oâ€™Brien", "O’Brien"),
            ("\"MUÃ‘OZ\"", "MUÑOZ"),
            ("WÅ‚adysÅ‚aw", "Władys"),
            ("Acme GmbHÂ\u{a0}& Co", "GmbH\u{a0}"),
            ("2 Â£", "£"),
            ("ÿaÃ¶bÿ", "aöb"),
            ("Ð˜Ð²Ð°Ð½", "Иван"),
            (&long, &shown),
        ];
        for (text, expected) in table {
            let garbled = first_garbled(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(garbled.meant, expected, "{text}");
        }
        let sound = [
            "Jörg Müller",
            "“IRMÔ, “SÃ”",
            "É® CAFÉ™ été… «Été»",
            "São João, SÃO PAULO",
            "Łódź Žižkov Åström Ärö",
            "Nguyễn Thị Ánh",
            "山田太郎",
            "10 °C – 20 €",
            "Ã",
        ];
        for text in sound {
            assert_eq!(first_garbled(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn it_is_told_on_which_line_the_first_one_is_also_behind_bytes_that_are_no_text() {
        let file = b"Name\nAna\n\xe9\nJ\xc3\x83\xc2\xb6rg\nJ\xc3\x83\xc2\xb6rg\n";
        let garbled = first_garbled(file).unwrap();
        assert_eq!((garbled.line, &*garbled.word, &*garbled.meant), (4, "JÃ¶rg", "Jörg"));
    }
}
