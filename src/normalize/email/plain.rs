//! The quick look at an address: whole chunks of bytes at a time, one bit for each byte that matters.
//!
//! It says of most addresses that they are fine; what it does not know is looked at byte by byte, and
//! a test holds the two against each other. At 25 bytes that is a quarter of the instructions.

use wide::u8x16;

/// One bit for each byte of an address of up to 64 bytes that are all letters, digits or one of
/// `.-_+@`.
#[derive(Clone, Copy, Debug)]
struct Marks {
    at: u64,
    /// A point or the `@`: what parts stand between.
    breaks: u64,
    dashes: u64,
    /// What may stand before the `@` only.
    local_only: u64,
    /// All ones or zeros for each byte, over all chunks.
    known: u8x16,
    capitals: u8x16,
}

/// Is it surely an address, and in lower case already? `None`: it needs a closer look.
pub(super) fn is_lower(address: &[u8]) -> Option<bool> {
    let marks = Marks::of(address)?;
    let len = address.len();
    let is_one = marks.at != 0 && marks.at & (marks.at - 1) == 0;
    // Nothing empty before, between or behind the breaks.
    let (first, last) = (1, 1 << (len - 1));
    let has_empty = marks.breaks & (marks.breaks << 1 | first | last) != 0;
    let domain = !(marks.at | marks.at.wrapping_sub(1));
    let edges = marks.breaks << 1 | marks.breaks >> 1 | last;
    let is_domain = domain & (marks.local_only | marks.dashes & edges) == 0;
    // The last label begins behind a point of the domain, has two bytes, and is no number.
    let has_point = domain & marks.breaks != 0;
    let has_short_end = marks.breaks & (last >> 1) != 0;
    let ends_in_letter = address[len - 1].is_ascii_alphabetic();
    let is_fine = is_one
        && !has_empty
        && is_domain
        && has_point
        && !has_short_end
        && ends_in_letter
        && marks.known.all();
    is_fine.then(|| !marks.capitals.any())
}

impl Marks {
    fn of(address: &[u8]) -> Option<Self> {
        let len = address.len();
        if len == 0 || len > 64 {
            return None;
        }
        let none = u8x16::splat(0);
        let mut marks = Marks {
            at: 0,
            breaks: 0,
            dashes: 0,
            local_only: 0,
            known: u8x16::splat(u8::MAX),
            capitals: none,
        };
        let (chunks, rest) = address.as_chunks();
        for (number, chunk) in chunks.iter().enumerate() {
            marks.add(chunk, number * 16);
        }
        match address.last_chunk() {
            _ if rest.is_empty() => {}
            // Some bytes twice, which changes nothing.
            Some(last) => marks.add(last, len - 16),
            None => {
                let mut padded = [b'a'; 16];
                padded[..len].copy_from_slice(address);
                marks.add(&padded, 0);
            }
        }
        Some(marks)
    }

    #[inline]
    fn add(&mut self, chunk: &[u8; 16], from: usize) {
        let bytes = u8x16::new(*chunk);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let is_among = |bytes: u8x16, first: u8, last: u8| {
            let above = bytes - u8x16::splat(first);
            above.simd_eq(above.min(u8x16::splat(last - first)))
        };
        let place = |found: u8x16| u64::from(found.to_bitmask()) << from;
        let (at, dash, local_only) = (is(b'@'), is(b'-'), is(b'_') | is(b'+'));
        let breaks = at | is(b'.');
        let letters = is_among(bytes | u8x16::splat(0x20), b'a', b'z');
        let digits = is_among(bytes, b'0', b'9');
        self.known &= letters | digits | breaks | dash | local_only;
        self.capitals |= is_among(bytes, b'A', b'Z');
        self.at |= place(at);
        self.breaks |= place(breaks);
        self.dashes |= place(dash);
        self.local_only |= place(local_only);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{has_capitals, is_ascii_address};
    use super::*;

    /// Addresses and what is nearly one: one or two bytes of a good one changed, cut at both ends.
    fn address(mut seed: u64) -> Vec<u8> {
        let mut below = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            usize::try_from((seed >> 33) % n).unwrap()
        };
        let good = [
            "ada.b2f7@mail.example.org",
            "A.Lee-Roy+crm@x-y.co.uk",
            "jane@x.com",
            "o_neil@a.b.c.d.example",
            "Somebody.With.A.Rather.Long.Name@subdomain.of-some-company.example.com",
        ];
        let mut text = good[below(5)].as_bytes().to_vec();
        for _ in 0..below(3) {
            let at = below(text.len() as u64);
            text[at] = b"aZ09.-_+@@..--!{ `[/:\xc3\x00"[below(23)];
        }
        let from = below(12).saturating_sub(8);
        let to = text.len() - below(12).saturating_sub(8);
        text[from..to].to_vec()
    }

    #[test]
    fn the_quick_look_tells_what_the_closer_one_tells() {
        let mut fine = 0;
        for address in (0..200_000).map(address) {
            let Some(is_lower) = is_lower(&address) else { continue };
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
            assert_eq!(is_lower(address.as_bytes()), Some(true), "{address}");
            assert_eq!(is_lower(address.to_uppercase().as_bytes()), Some(false), "{address}");
        }
    }
}
