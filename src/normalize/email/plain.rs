//! The short cut for e-mail addresses: whole chunks of bytes are looked at together, with a bit for each byte
//! that matters.
//!
//! It can tell that most addresses are fine. Any other is looked at byte by byte, and a test compares the two. For
//! 25 bytes that takes a quarter of the instructions.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x32, u8x32};

use crate::normalize::Window;

/// How many bytes are looked at together.
const CHUNK: usize = size_of::<Window>();

/// One bit for each byte of an address of up to 64 bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    at: u64,
    /// A point or the `@`: what parts stand between.
    breaks: u64,
    capitals: u64,
    /// Neither a letter nor a digit nor a break.
    others: u64,
    dashes: u64,
    /// What may stand before the `@` only: `_` and `+`.
    local_only: u64,
}

/// Whether what is sure to be an address is in lower case already. `None` if it needs a closer look. The `window` has
/// the bytes from its first on, with whatever comes after it, if they are at hand.
pub(super) fn is_lower(address: &[u8], window: Option<&Window>) -> Option<bool> {
    dispatch!(Level::new(), simd => is_lower_on(simd, address, window))
}

#[inline(always)]
fn is_lower_on<S: Simd>(simd: S, address: &[u8], window: Option<&Window>) -> Option<bool> {
    let len = address.len();
    let marks = match window {
        _ if len == 0 || len > 64 => return None,
        Some(window) if len <= CHUNK => Marks::of(simd, window, u32::MAX >> (CHUNK - len)),
        _ => Marks::of_address(simd, address),
    };
    let is_one = marks.at != 0 && marks.at & (marks.at - 1) == 0;
    // Nothing empty before, between or behind the breaks.
    let (first, last) = (1, 1 << (len - 1));
    let has_empty = marks.breaks & (marks.breaks << 1 | first | last) != 0;
    let domain = !(marks.at | marks.at.wrapping_sub(1));
    // The last label begins behind a point of the domain, has two bytes, and is no number.
    let has_point = domain & marks.breaks != 0;
    let has_short_end = marks.breaks & (last >> 1) != 0;
    let ends_in_letter = (address[len - 1] | 0x20).is_ascii_lowercase();
    let edges = marks.breaks << 1 | marks.breaks >> 1 | last;
    let is_fine = is_one
        && !has_empty
        && has_point
        && !has_short_end
        && ends_in_letter
        && (marks.others == 0 || marks.are_others_fine(domain, edges));
    is_fine.then_some(marks.capitals == 0)
}

impl Marks {
    /// Of up to 64 bytes.
    #[inline(always)]
    fn of_address<S: Simd>(simd: S, address: &[u8]) -> Self {
        let mut padded = [0; 2 * CHUNK];
        padded[..address.len()].copy_from_slice(address);
        let own = u64::MAX >> (64 - address.len());
        let (chunks, _) = padded.as_chunks();
        let first = Marks::of(simd, &chunks[0], own as u32);
        let last = Marks::of(simd, &chunks[1], (own >> CHUNK) as u32);
        Marks {
            at: last.at << CHUNK | first.at,
            breaks: last.breaks << CHUNK | first.breaks,
            capitals: last.capitals << CHUNK | first.capitals,
            others: last.others << CHUNK | first.others,
            dashes: last.dashes << CHUNK | first.dashes,
            local_only: last.local_only << CHUNK | first.local_only,
        }
    }

    /// Of the bytes of a chunk that are the address's `own`.
    #[inline(always)]
    fn of<S: Simd>(simd: S, chunk: &Window, own: u32) -> Self {
        let bytes = u8x32::from_slice(simd, chunk);
        let is = |byte: u8| bytes.simd_eq(byte);
        let is_among = |bytes: u8x32<S>, first: u8, last: u8| (bytes - first).simd_le(last - first);
        let bits = |found: mask8x32<S>| found.to_bitmask() & u64::from(own);
        let at = is(b'@');
        let breaks = at | is(b'.');
        let letters = is_among(bytes | 0x20, b'a', b'z');
        let digits = is_among(bytes, b'0', b'9');
        let mut marks = Marks {
            at: bits(at),
            breaks: bits(breaks),
            capitals: bits(is_among(bytes, b'A', b'Z')),
            others: bits(!(letters | digits | breaks)),
            ..Marks::default()
        };
        if marks.others != 0 {
            marks.dashes = bits(is(b'-'));
            marks.local_only = bits(is(b'_') | is(b'+'));
        }
        marks
    }

    /// Whether the other signs are all known, and none is where it may not stand.
    #[inline(always)]
    fn are_others_fine(self, domain: u64, edges: u64) -> bool {
        self.others == self.dashes | self.local_only
            && domain & (self.local_only | self.dashes & edges) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{has_capitals, is_ascii_address};
    use super::*;
    use crate::dice::Dice;

    /// Addresses and what is nearly one: one or two bytes of a good one changed, cut at both ends.
    fn address(seed: u64) -> Vec<u8> {
        let mut dice = Dice::new(seed);
        let good = [
            "ada.b2f7@mail.example.org",
            "A.Lee-Roy+crm@x-y.co.uk",
            "jane@x.com",
            "o_neil@a.b.c.d.example",
            "Somebody.With.A.Rather.Long.Name@subdomain.of-some-company.example.com",
        ];
        let mut text = dice.one_of(&good).as_bytes().to_vec();
        for _ in 0..dice.below(3) {
            let at = dice.below(text.len());
            text[at] = dice.one_of(b"aZ09.-_+@@..--!{ `[/:\xc3\x00");
        }
        let from = dice.below(12).saturating_sub(8);
        let to = text.len() - dice.below(12).saturating_sub(8);
        text[from..to].to_vec()
    }

    #[test]
    fn the_quick_look_tells_what_the_closer_one_tells() {
        let mut fine = 0;
        for address in (0..200_000).map(address) {
            let is_lower = is_lower(&address, None);
            // Whatever stands behind it.
            let mut text = address.clone();
            text.extend_from_slice(b",@-_.Z\xff,a.bc@d-e.f,,,,,\n,,,,,,,,,,");
            assert_eq!(is_lower, super::is_lower(&address, text.first_chunk()));
            let Some(is_lower) = is_lower else { continue };
            let shown = String::from_utf8_lossy(&address);
            assert!(is_ascii_address(&address), "{shown}");
            assert_eq!(is_lower, !has_capitals(&address), "{shown}");
            fine += 1;
        }
        assert!(fine > 50_000, "only {fine} addresses were plain");
    }

    #[test]
    fn ordinary_addresses_need_no_closer_look() {
        for address in ["ada.b2f7@mail.example.org", "jane@x.com", "o_neil+crm@x-y.co.uk"] {
            assert_eq!(is_lower(address.as_bytes(), None), Some(true), "{address}");
            assert_eq!(is_lower(address.to_uppercase().as_bytes(), None), Some(false), "{address}");
        }
    }
}
