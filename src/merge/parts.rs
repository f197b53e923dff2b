//! [`Parts`]: is a text in a longer one that only grows?

use std::ops::Range;

use hashbrown::HashSet;
use memchr::memmem;

/// How long a part is.
const LEN: usize = 8;

/// Shorter texts are searched as they are.
const LONG: usize = 4_096;

/// The parts of a text that grows at its end, of eight bytes each.
///
/// Thousands of rows may each add a note to one contact. A note that is not there yet has, as a rule,
/// a part that is not there, and then the text need not be searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    seen: HashSet<[u8; LEN], foldhash::fast::RandomState>,
    /// Where the next part that is not yet among them begins.
    next: usize,
}

impl Parts {
    /// Is `wanted` in `text`, which is the text of the last call or goes on from it?
    pub(super) fn are_in(&mut self, text: &str, wanted: &str) -> bool {
        let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
        if text.len() >= LONG {
            self.seen.extend(parts(&text[self.next..]));
            self.next = text.len() - (LEN - 1);
            if parts(wanted).any(|part| !self.seen.contains(&part)) {
                return false;
            }
        }
        memmem::find(text, wanted).is_some()
    }
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
    fn what_is_there_is_found_as_by_a_plain_search_while_the_text_grows() {
        let (mut parts, mut text) = (Parts::default(), String::from("met at the fair"));
        for row in 0..2_000 {
            for wanted in
                ["the fair", "fair", "", "no such note", &format!("note {row}"), "te 9\nn"]
            {
                assert_eq!(parts.are_in(&text, wanted), text.contains(wanted), "{row}: {wanted:?}");
            }
            let earlier = format!("note {}\nnote", row / 2);
            assert_eq!(parts.are_in(&text, &earlier), text.contains(&earlier), "{earlier:?}");
            text.push_str(&format!("\nnote {row}"));
        }
        assert!(text.len() > 2 * LONG);
    }
}
