//! [`Quoting`]: other ways of writing quotes, which are put into the usual one.
//!
//! Two of them are common among programs that write their files by hand:
//!
//! ```text
//! Ana Lee, "ana@example.com", "York, UK"      a space between the comma and the quote
//! "Ana \"Nan\" Lee",ana@example.com,York      a quote inside of quotes behind a backslash, as in databases
//! ```
//!
//! Read in the usual way, values would keep quotes that are not theirs, and be cut at their commas. A file is read in
//! another way only if its beginning has no fault then, and has one otherwise: text behind a closing quote, or a quote
//! that a cell begins with after spaces.

use memchr::memmem;

use super::encoding::PREFIX;
use super::rewritten::Rewrite;

/// How the quotes of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoting {
    delimiter: u8,
    /// Whether spaces before a quote that opens are no part of the cell.
    is_spaced: bool,
    /// Whether a backslash keeps a quote inside of quotes from closing them.
    is_escaped: bool,
}

/// What an automaton knows of the text before a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// At the beginning of a cell, behind so many spaces.
    Start(usize),
    Bare,
    Quoted,
    /// Behind a backslash in quotes.
    Escaped,
    /// Behind a quote that closes, unless another one follows.
    Closed,
    /// Behind the spaces after a quote that closes.
    Behind,
}

impl Quoting {
    /// The way in which the beginning of a file is written, from the header on. `None`: the usual one.
    pub(super) fn of(text: &[u8], delimiter: u8) -> Option<Self> {
        let may = |signs: &[u8]| memmem::find(text, signs).is_some();
        let (may_space, may_escape) = (may(b" \""), may(b"\\\""));
        let usual = Quoting { delimiter, is_spaced: false, is_escaped: false };
        if !(may_space || may_escape) || usual.is_sound(text) {
            return None;
        }
        let ways = [(true, false), (false, true), (true, true)].into_iter();
        ways.filter(|(spaced, escaped)| (may_space || !spaced) && (may_escape || !escaped))
            .map(|(is_spaced, is_escaped)| Quoting { is_spaced, is_escaped, ..usual })
            .find(|way| way.is_sound(text))
    }

    /// Whether a text that is written so has no fault.
    fn is_sound(self, text: &[u8]) -> bool {
        let mut at = At::Start(0);
        for &byte in text {
            let before = at;
            at = self.after(at, byte);
            let is_fault = match (before, byte) {
                (At::Start(spaces), b'"') => spaces > 0 && !self.is_spaced,
                (At::Closed | At::Behind, _) => at == At::Bare,
                _ => false,
            };
            if is_fault {
                return false;
            }
        }
        // A long text has been cut somewhere.
        !matches!(at, At::Quoted | At::Escaped) || text.len() >= PREFIX / 2
    }

    fn after(self, at: At, byte: u8) -> At {
        match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, b'\\') if self.is_escaped => At::Escaped,
            (At::Quoted | At::Escaped, _) | (At::Closed, b'"') => At::Quoted,
            (_, b'\n' | b'\r') => At::Start(0),
            (_, byte) if byte == self.delimiter => At::Start(0),
            (At::Start(spaces), b' ') => At::Start(spaces + 1),
            (At::Start(_), b'"') => At::Quoted,
            (At::Closed | At::Behind, b' ') => At::Behind,
            _ => At::Bare,
        }
    }

    /// Writes quotes in the usual way.
    pub(super) fn rewrite(self) -> Box<dyn Rewrite> {
        Box::new(Requoted { quoting: self, at: At::Start(0) })
    }
}

struct Requoted {
    quoting: Quoting,
    at: At,
}

impl Rewrite for Requoted {
    fn add(&mut self, piece: &[u8], is_end: bool, out: &mut Vec<u8>) -> usize {
        piece.iter().for_each(|byte| self.add_byte(*byte, out));
        if is_end {
            self.add_held(out);
        }
        piece.len()
    }
}

impl Requoted {
    fn add_byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        let before = self.at;
        self.at = self.quoting.after(before, byte);
        match (before, byte) {
            (At::Start(_), b' ') if self.quoting.is_spaced => return,
            (_, b'\\') if self.at == At::Escaped => return,
            (At::Start(_), b'"') => {}
            (At::Escaped, b'"') => out.push(b'"'),
            (At::Escaped, b'\\' | b'\n' | b'\r') => {}
            (At::Escaped, _) => out.push(b'\\'),
            (At::Start(spaces), _) if self.quoting.is_spaced => {
                out.resize(out.len() + spaces, b' ');
            }
            _ => {}
        }
        out.push(byte);
    }

    /// The file ends behind what was held back.
    fn add_held(&mut self, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.at, At::Bare) {
            At::Start(spaces) if self.quoting.is_spaced => out.resize(out.len() + spaces, b' '),
            At::Escaped => out.push(b'\\'),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::*;
    use crate::source::input::Bytes;
    use crate::source::rewritten::rewritten;

    fn mended(text: &str) -> Option<String> {
        let way = Quoting::of(text.as_bytes(), b',')?;
        let mut out = String::new();
        let bytes = rewritten(Bytes::memory(text.as_bytes()), 0, way.rewrite()).unwrap();
        bytes.into_reader().read_to_string(&mut out).unwrap();
        Some(out)
    }

    #[test]
    fn quotes_behind_spaces_and_backslashes_are_written_in_the_usual_way() {
        for (text, usual) in [
            ("a, \"b, c\", d\n", "a,\"b, c\", d\n"),
            ("a,  \"b\" , \"c\"\n \"d\",e\n", "a,\"b\" ,\"c\"\n\"d\",e\n"),
            ("\"a \\\"b\\\" c\",d\n", "\"a \"\"b\"\" c\",d\n"),
            ("\"a \\\"b\\\"\",\"c:\\\\\"\n", "\"a \"\"b\"\"\",\"c:\\\"\n"),
            ("\"a \\\"b\\\" c\", \"d \\n\\\n\"\n", "\"a \"\"b\"\" c\",\"d \\n\n\"\n"),
            ("a, \"b\"\n  ", "a,\"b\"\n  "),
        ] {
            assert_eq!(mended(text).as_deref(), Some(usual), "{text}");
        }
    }

    #[test]
    fn the_usual_way_is_left_alone_and_so_is_what_no_way_explains() {
        for text in [
            "a,b\n",
            "a,\"b\"\"c\"\n",
            "\"c:\\dir\\\",\"b\"\n",
            "\"a\\\"\"b\",c\n",
            "a,6\" pipe \"x\n",
            "a \"b\" c,d\n",
            "a, \"b\" c,d\n",
            "\"a \"b\" c\",d\n",
            "\"a \\\"b\" c\",d\n",
            "a, \"b\n",
            "\"a \\\"b\n",
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
        let text = "note, \"above\\\"\na,  \"b, \\\"c\\\"\",\\\"\n\"\\\\\"\"d\"\n  ";
        let way = Quoting { delimiter: b',', is_spaced: true, is_escaped: true };
        let read = |bytes| {
            let mut out = Vec::new();
            rewritten(bytes, 15, way.rewrite())
                .unwrap()
                .into_reader()
                .read_to_end(&mut out)
                .unwrap();
            String::from_utf8(out).unwrap()
        };
        let whole = read(Bytes::memory(text.as_bytes()));
        assert_eq!(read(Bytes::stream(Box::new(Drops(text.as_bytes())))), whole);
        assert!(whole.starts_with("note, \"above\\\"\na,\"b, \"\"c\"\"\",\\\"\n"), "{whole}");
    }
}
