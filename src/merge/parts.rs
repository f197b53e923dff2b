//! [`has_note`] and [`Parts`]: whether a text that keeps growing has a note already.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memmem};

use crate::maps::Set;
use crate::normalize::as_it_looks;

/// How long a part is.
const LEN: usize = 8;

/// Shorter texts are searched as they are.
const LONG: usize = 4_096;

/// All runs of eight bytes in a text that grows at its end.
///
/// Thousands of rows may each add a note to one contact. A note that the text does not have usually contains
/// eight bytes in a row that the text does not have either, and then the text need not be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    seen: Set<[u8; LEN]>,
    /// Where the next part begins that is not in `seen` yet.
    next: usize,
    /// How much of the text is known.
    known: usize,
    /// That much as it looks, if it is written otherwise.
    looks: Option<String>,
}

impl Parts {
    /// As [`has_note`]. `text` must be the text of the last call, or that text with more at its end.
    pub(super) fn are_in(&mut self, text: &str, note: &str) -> bool {
        if text.len() < LONG {
            return has_note(text, note);
        }
        self.follow(text);
        let (text, note) = (self.looks.as_deref().unwrap_or(text), as_it_looks(note));
        self.seen.extend(parts(&text.as_bytes()[self.next..]));
        self.next = text.len() - (LEN - 1);
        parts(note.as_bytes()).all(|part| self.seen.contains(&part)) && has_lines(text, &note)
    }

    /// Notes how the text looks that is new. It begins with a line break, so no letter is cut in two.
    fn follow(&mut self, text: &str) {
        let (known, new) = text.split_at(self.known);
        self.known = text.len();
        match (&mut self.looks, as_it_looks(new)) {
            (Some(looks), new) => looks.push_str(&new),
            (None, Cow::Owned(new)) => self.looks = Some(known.to_owned() + &new),
            (None, Cow::Borrowed(_)) => {}
        }
    }
}

/// Does the text have this note as one or more whole lines? The line `Not interested` does not have the note
/// `interested` (W5). Neither blanks around the note nor the kind of line breaks make a difference.
pub(crate) fn has_note(text: &str, note: &str) -> bool {
    has_lines(&as_it_looks(text), &as_it_looks(note))
}

/// The same of texts [as they look](as_it_looks).
fn has_lines(text: &str, note: &str) -> bool {
    let blanks = [' ', '\t'];
    let is_edge = |rest: &str, c: Option<char>| rest.is_empty() || c == Some('\n');
    let finder = memmem::Finder::new(note);
    let mut from = 0;
    while let Some(found) = finder.find(&text.as_bytes()[from..]) {
        let (start, end) = (from + found, from + found + note.len());
        let before = text[..start].trim_end_matches(blanks);
        let after = text[end..].trim_start_matches(blanks);
        if is_edge(before, before.chars().next_back()) && is_edge(after, after.chars().next()) {
            return true;
        }
        // Another place may overlap this one, but begins a line of its own.
        let Some(line) = memchr(b'\n', &text.as_bytes()[start..]) else { return false };
        from = start + line + 1;
    }
    false
}

fn parts(text: &[u8]) -> impl Iterator<Item = [u8; LEN]> {
    let starts: Range<usize> = 0..(text.len() + 1).saturating_sub(LEN);
    starts.map(|at| {
        let mut part = [0; LEN];
        part.copy_from_slice(&text[at..at + LEN]);
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found_as_line_by_line_while_the_text_grows() {
        let (mut parts, mut text) = (Parts::default(), String::from("met at the fair"));
        for row in 0..2_000 {
            let (some, lines) = (format!("note {}", row / 2), text.lines().collect::<Vec<_>>());
            let several = format!("{some}\nnote {}", row / 2 + 1);
            for wanted in
                ["the fair", "met at the fair", "no such note", "te 9\nn", &some, &several]
            {
                let wanted_lines: Vec<_> = wanted.lines().collect();
                let is_there = lines.windows(wanted_lines.len()).any(|own| own == wanted_lines);
                assert_eq!(parts.are_in(&text, wanted), is_there, "{row}: {wanted:?}");
            }
            text.push_str(&format!("\nnote {row}"));
        }
        assert!(text.len() > 2 * LONG);
    }

    #[test]
    fn a_note_is_there_as_whole_lines_only() {
        for (text, note, is_there) in [
            ("Not interested", "interested", false),
            ("interested in a roof", "interested", false),
            ("interested", "interested", true),
            ("Not interested\ninterested", "interested", true),
            ("interested\r\nCalled", "interested", true),
            ("a\r\nb\rc", "b\nc", true),
            ("a\nb", "a\r\nb", true),
            ("Jose\u{301}\nb", "Jos\u{e9}", true),
            ("Called\n interested \nBack", "interested", true),
            ("a\nb\nc", "b\nc", true),
            ("a\nab\nc", "b\nc", false),
            // The second of two places that overlap.
            ("xa\na\na", "a\na", true),
            ("\u{e9}a\u{e9}", "a", false),
        ] {
            assert_eq!(has_note(text, note), is_there, "{note:?} in {text:?}");
        }
    }
}
