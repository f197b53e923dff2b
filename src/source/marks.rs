//! [`Marks`]: where the four bytes are that mean something in a csv file.

use wide::u8x16;

/// How many bytes are compared at once.
pub(super) const CHUNK: usize = 64;

/// Where delimiters, quotes and line ends are among up to 64 bytes, as a bit for each byte. The lowest bit is
/// that of the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) delimiters: u64,
    pub(super) quotes: u64,
    pub(super) line_ends: u64,
}

impl Marks {
    /// Those of the first 64 bytes, or of all if there are fewer.
    #[inline(always)] // what is compared with stays in registers from one chunk to the next
    pub(super) fn of(bytes: &[u8], delimiter: u8) -> Self {
        match bytes.first_chunk::<CHUNK>() {
            Some(chunk) => Marks::of_chunk(chunk, delimiter),
            None => Marks::of_rest(bytes, delimiter),
        }
    }

    #[inline(always)]
    fn of_chunk(chunk: &[u8; CHUNK], delimiter: u8) -> Self {
        let [delimiter, quote, line_feed, carriage_return] =
            [delimiter, b'"', b'\n', b'\r'].map(u8x16::splat);
        let (sixteens, _) = chunk.as_chunks::<16>();
        sixteens.iter().rev().fold(Marks::default(), |marks, sixteen| {
            let bytes = u8x16::new(*sixteen);
            let is_line_end = bytes.simd_eq(line_feed) | bytes.simd_eq(carriage_return);
            Marks {
                delimiters: marks.delimiters << 16 | bits(bytes.simd_eq(delimiter)),
                quotes: marks.quotes << 16 | bits(bytes.simd_eq(quote)),
                line_ends: marks.line_ends << 16 | bits(is_line_end),
            }
        })
    }

    /// Those of fewer than 64 bytes; the other bits are zero.
    #[cold]
    fn of_rest(bytes: &[u8], delimiter: u8) -> Self {
        let mut chunk = [0; CHUNK];
        chunk[..bytes.len()].copy_from_slice(bytes);
        let marks = Marks::of_chunk(&chunk, delimiter);
        let held = (1 << bytes.len()) - 1;
        Marks {
            delimiters: marks.delimiters & held,
            quotes: marks.quotes & held,
            line_ends: marks.line_ends & held,
        }
    }

    /// Where any of them is.
    pub(super) fn any(self) -> u64 {
        self.delimiters | self.quotes | self.line_ends
    }
}

fn bits(equal: u8x16) -> u64 {
    u64::from(equal.to_bitmask())
}
