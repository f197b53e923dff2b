//! [`QuoteSigns`] stand for quotes around each cell, and quotes are put in their place.
//!
//! ```text
//! 'Ana','ana@example.com','York, UK'      as databases quote texts
//! “Ana”,“ana@example.com”,“York, UK”      typed in a word processor, which makes quotes look better
//! ```
//!
//! A file is read so only if each cell at its beginning stands between such signs, but for numbers and blanks. An
//! apostrophe alone may mark a cell as text, and a quote may be a part of one. A sign closes a cell if the cell ends
//! there: `'O'Hara'` is one.

use super::encoding::PREFIX;
use super::rewritten::Rewrite;

/// Opening and closing signs, as they may stand around a cell.
const SIGNS: [(&[&str], &[&str]); 4] = [
    (&["'"], &["'"]),
    (&["\u{201c}", "\u{201d}", "\u{201e}"], &["\u{201d}", "\u{201c}"]),
    (&["\u{2018}", "\u{201a}"], &["\u{2019}", "\u{2018}"]),
    (&["\u{ab}"], &["\u{bb}"]),
];

/// The longest sign and the line break behind it.
const LONGEST: usize = 4;

/// Which signs a file has in the place of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QuoteSigns {
    delimiter: u8,
    opening: &'static [&'static str],
    closing: &'static [&'static str],
}

/// What a place in the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The beginning of a cell.
    Start,
    Bare,
    Quoted,
    /// Behind the sign that closes a cell.
    Closed,
}

impl QuoteSigns {
    /// The signs at the beginning of a file, from the header on. `None`: quotes, or nothing at all.
    pub(super) fn of(text: &[u8], delimiter: u8) -> Option<Self> {
        SIGNS
            .into_iter()
            .map(|(opening, closing)| QuoteSigns { delimiter, opening, closing })
            .find(|signs| starts_with(text, signs.opening).is_some() && signs.are_around_each(text))
    }

    /// Whether each cell of the text stands between these signs, or is a number or blank below the header.
    fn are_around_each(self, text: &[u8]) -> bool {
        let (mut at, mut place, mut cell_start) = (At::Start, 0, 0);
        let (mut lines, mut signed) = (0_u32, [0_u32; 2]);
        while place < text.len() {
            let (now, len) = self.after(at, &text[place..]);
            let is_end = now == At::Start && at != At::Quoted;
            if is_end {
                let is_signed = at == At::Closed;
                let may_be_bare = lines > 0 || cell_start == place;
                let is_bare = may_be_bare && is_number(&text[cell_start..place]);
                if !(is_signed || is_bare) {
                    return false;
                }
                signed[usize::from(lines > 0)] += u32::from(is_signed);
                lines += u32::from(text[place] == b'\n' || text[place] == b'\r');
            }
            (at, place) = (now, place + len);
            if is_end {
                cell_start = place;
            }
        }
        // A long text has been cut somewhere.
        let is_closed = at == At::Closed || place == cell_start || text.len() >= PREFIX / 2;
        signed[usize::from(lines > 0)] += u32::from(at == At::Closed);
        is_closed && signed[0] >= 2 && signed[1] >= 1
    }

    /// What follows a place that is not at the end of the text, and how many bytes on it is.
    fn after(self, at: At, text: &[u8]) -> (At, usize) {
        let is_end = |byte: Option<&u8>| {
            byte.is_none_or(|byte| matches!(byte, b'\n' | b'\r') || *byte == self.delimiter)
        };
        match at {
            At::Start if starts_with(text, self.opening).is_some() => {
                (At::Quoted, starts_with(text, self.opening).unwrap_or(1))
            }
            At::Quoted => match starts_with(text, self.closing) {
                Some(len) if is_end(text.get(len)) => (At::Closed, len),
                // An apostrophe is doubled where it is meant.
                Some(1) if text.get(1) == Some(&b'\'') => (At::Quoted, 2),
                len => (At::Quoted, len.unwrap_or(1)),
            },
            At::Start | At::Bare | At::Closed if is_end(text.first()) => (At::Start, 1),
            At::Start | At::Bare | At::Closed => (At::Bare, 1),
        }
    }

    /// Puts quotes in the place of these signs.
    pub(super) fn rewrite(self) -> Box<dyn Rewrite> {
        Box::new(Requoted { signs: self, at: At::Start })
    }
}

/// The length of the sign that a text begins with.
fn starts_with(text: &[u8], signs: &[&str]) -> Option<usize> {
    signs.iter().find(|sign| text.starts_with(sign.as_bytes())).map(|sign| sign.len())
}

/// Whether a cell needs no quotes: a number, a blank, or what databases write for one.
fn is_number(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.eq_ignore_ascii_case(b"null")
        || cell.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'))
}

struct Requoted {
    signs: QuoteSigns,
    at: At,
}

impl Rewrite for Requoted {
    fn add(&mut self, piece: &[u8], is_end: bool, out: &mut Vec<u8>) -> usize {
        // What a sign means depends on what follows it, and that may not be there yet.
        let enough = if is_end { 0 } else { 2 * LONGEST };
        let mut place = 0;
        while place < piece.len() && place + enough <= piece.len() {
            place += self.add_one(&piece[place..], out);
        }
        place
    }
}

impl Requoted {
    /// Adds what a text begins with, and tells how many bytes of the text that is.
    fn add_one(&mut self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let (now, len) = self.signs.after(self.at, text);
        let is_turn = matches!((self.at, now), (At::Start, At::Quoted) | (At::Quoted, At::Closed));
        match (self.at, text[0]) {
            _ if is_turn => out.push(b'"'),
            (At::Quoted, b'"') => out.extend_from_slice(b"\"\""),
            // A doubled sign is one.
            (At::Quoted, b'\'') if len == 2 => out.push(b'\''),
            _ => out.extend_from_slice(&text[..len]),
        }
        self.at = now;
        len
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::*;
    use crate::source::input::Bytes;
    use crate::source::rewritten::rewritten;

    fn mended(text: &str) -> Option<String> {
        let signs = QuoteSigns::of(text.as_bytes(), b',')?;
        let mut out = String::new();
        let bytes = rewritten(Bytes::memory(text.as_bytes()), 0, signs.rewrite()).unwrap();
        bytes.into_reader().read_to_string(&mut out).unwrap();
        Some(out)
    }

    #[test]
    fn signs_around_each_cell_become_quotes() {
        for (text, usual) in [
            ("'a','b'\n'c, d','e'\n", "\"a\",\"b\"\n\"c, d\",\"e\"\n"),
            ("'a','b'\r\n'O'Hara','O''Hara'", "\"a\",\"b\"\r\n\"O'Hara\",\"O'Hara\""),
            (
                "'a','b','c'\n'',7,NULL\n,-1.5,'6\" \nx'\n",
                "\"a\",\"b\",\"c\"\n\"\",7,NULL\n,-1.5,\"6\"\" \nx\"\n",
            ),
            ("“a”,“b”\n“c, d”,“say “e””\n", "\"a\",\"b\"\n\"c, d\",\"say “e”\"\n"),
            ("”a”,”b”\n”c”,”d”\n", "\"a\",\"b\"\n\"c\",\"d\"\n"),
            ("„a“,„b“\n„c“,„d“\n", "\"a\",\"b\"\n\"c\",\"d\"\n"),
            ("‘a’,‘b’\n‘it’s’,‘d’\n", "\"a\",\"b\"\n\"it’s\",\"d\"\n"),
            ("«a»,«b»\n«c»,«d»\n", "\"a\",\"b\"\n\"c\",\"d\"\n"),
        ] {
            assert_eq!(mended(text).as_deref(), Some(usual), "{text}");
        }
    }

    #[test]
    fn a_file_with_other_cells_is_left_alone() {
        for text in [
            "",
            "'a','b'\n",
            "'a'\n'b'\n",
            "'a',b\n'c','d'\n",
            "'a','b'\n'c',d\n",
            "'a,'b\n'c,'d\n",
            "a,b\n'c','d'\n",
            "\"a\",\"b\"\n\"c\",\"d\"\n",
            "'a','b'\n'c','d\n",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_a_file_arrives() {
        /// Gives a byte at a time.
        struct Drops<'a>(&'a [u8]);
        impl Read for Drops<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let len = self.0.len().min(out.len()).min(1);
                out[..len].copy_from_slice(&self.0[..len]);
                self.0 = &self.0[len..];
                Ok(len)
            }
        }
        let text = "“above”\n“a”,“b”\r\n“c, “d” ””,“”\r\n7,“e";
        let signs = QuoteSigns { delimiter: b',', opening: SIGNS[1].0, closing: SIGNS[1].1 };
        let read = |bytes| {
            let mut out = Vec::new();
            rewritten(bytes, "“above”\n".len(), signs.rewrite())
                .unwrap()
                .into_reader()
                .read_to_end(&mut out)
                .unwrap();
            String::from_utf8(out).unwrap()
        };
        let whole = read(Bytes::memory(text.as_bytes()));
        assert_eq!(read(Bytes::stream(Box::new(Drops(text.as_bytes())))), whole);
        assert_eq!(whole, "“above”\n\"a\",\"b\"\r\n\"c, “d” ”\",\"\"\r\n7,\"e");
    }
}
