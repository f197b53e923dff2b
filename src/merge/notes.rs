//! Notes: texts to which rows append. [`has_note`] says whether a note is there already, and [`NoteSearch`] says it
//! quickly of a text that grows row by row.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memmem};

use crate::maps::Set;
use crate::normalize::as_it_looks;

/// How many bytes in a row are remembered together.
const RUN: usize = 8;

/// Texts that are shorter than this are simply searched.
const LONG: usize = 4_096;

/// A search for notes in a text that grows at its end. It remembers all runs of eight bytes in the text.
///
/// Thousands of rows may each add a note to one contact, and if each of them searched the whole text, the time would
/// grow with the square of their number. But a note that is new usually contains eight bytes in a row that the text
/// does not contain anywhere. Then the text need not be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct NoteSearch {
    runs: Set<[u8; RUN]>,
    /// Where the next run begins that is not in `runs` yet.
    next: usize,
    /// The length of the text that was seen.
    seen: usize,
    /// The text that was seen, [as it looks](as_it_looks), if that differs from how it is written.
    looks: Option<String>,
}

impl NoteSearch {
    /// The same as [`has_note`]. `text` must be the text of the last call, or begin with it.
    pub(super) fn finds(&mut self, text: &str, note: &str) -> bool {
        if text.len() < LONG {
            return has_note(text, note);
        }
        self.follow(text);
        let (text, note) = (self.looks.as_deref().unwrap_or(text), as_it_looks(note));
        self.runs.extend(runs(&text.as_bytes()[self.next..]));
        self.next = text.len() - (RUN - 1);
        runs(note.as_bytes()).all(|run| self.runs.contains(&run)) && has_lines(text, &note)
    }

    /// Takes in what was added to the text since the last call. It begins with a line break, so no letter with an
    /// accent is cut in two.
    fn follow(&mut self, text: &str) {
        let (seen, new) = text.split_at(self.seen);
        self.seen = text.len();
        match (&mut self.looks, as_it_looks(new)) {
            (Some(looks), new) => looks.push_str(&new),
            (None, Cow::Owned(new)) => self.looks = Some(seen.to_owned() + &new),
            (None, Cow::Borrowed(_)) => {}
        }
    }
}

/// Whether the text contains this note as one or more whole lines (W5): the line `Not interested` does not contain the
/// note `interested`. Blanks around the note and the kind of line breaks make no difference.
pub(crate) fn has_note(text: &str, note: &str) -> bool {
    has_lines(&as_it_looks(text), &as_it_looks(note))
}

/// The same as [`has_note`], for texts that are given [as they look](as_it_looks).
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

fn runs(text: &[u8]) -> impl Iterator<Item = [u8; RUN]> {
    let starts: Range<usize> = 0..(text.len() + 1).saturating_sub(RUN);
    starts.map(|at| {
        let mut run = [0; RUN];
        run.copy_from_slice(&text[at..at + RUN]);
        run
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w5_a_note_in_a_growing_text_is_found_as_if_line_by_line() {
        let (mut search, mut text) = (NoteSearch::default(), String::from("met at the fair"));
        for row in 0..2_000 {
            let (some, lines) = (format!("note {}", row / 2), text.lines().collect::<Vec<_>>());
            let several = format!("{some}\nnote {}", row / 2 + 1);
            for wanted in
                ["the fair", "met at the fair", "no such note", "te 9\nn", &some, &several]
            {
                let wanted_lines: Vec<_> = wanted.lines().collect();
                let is_there = lines.windows(wanted_lines.len()).any(|own| own == wanted_lines);
                assert_eq!(search.finds(&text, wanted), is_there, "{row}: {wanted:?}");
            }
            text.push_str(&format!("\nnote {row}"));
        }
        assert!(text.len() > 2 * LONG);
    }

    #[test]
    fn w5_a_note_is_there_as_whole_lines_only() {
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
