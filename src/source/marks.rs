//! [`Marks`]: where the four bytes are that mean something in a csv file.
//!
//! What is here is compiled once for each kind of processor, into the function that [dispatches](fearless_simd::dispatch)
//! to it. So all of it is inlined.

use fearless_simd::prelude::*;
use fearless_simd::{kernel, mask8x64, u8x64};

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
    #[inline(always)]
    pub(super) fn of<S: Simd>(simd: S, bytes: &[u8], delimiter: u8) -> Self {
        match bytes.first_chunk::<CHUNK>() {
            Some(chunk) => Marks::of_chunk(simd, chunk, delimiter),
            None => Marks::of_rest(simd, bytes, delimiter),
        }
    }

    #[inline(always)]
    fn of_chunk<S: Simd>(simd: S, chunk: &[u8; CHUNK], delimiter: u8) -> Self {
        let bytes = u8x64::from_slice(simd, chunk);
        let places_of = |byte: u8| -> mask8x64<S> { bytes.simd_eq(u8x64::splat(simd, byte)) };
        Marks {
            delimiters: places_of(delimiter).to_bitmask(),
            quotes: places_of(b'"').to_bitmask(),
            line_ends: (places_of(b'\n') | places_of(b'\r')).to_bitmask(),
        }
    }

    /// Those of fewer than 64 bytes; the other bits are zero.
    #[inline(always)]
    fn of_rest<S: Simd>(simd: S, bytes: &[u8], delimiter: u8) -> Self {
        let mut chunk = [0; CHUNK];
        chunk[..bytes.len()].copy_from_slice(bytes);
        let marks = Marks::of_chunk(simd, &chunk, delimiter);
        let held = (1 << bytes.len()) - 1;
        Marks {
            delimiters: marks.delimiters & held,
            quotes: marks.quotes & held,
            line_ends: marks.line_ends & held,
        }
    }

    /// Where any of them is.
    #[inline(always)]
    pub(super) fn any(self) -> u64 {
        self.delimiters | self.quotes | self.line_ends
    }
}

/// So many places are written at once; a chunk of most files has fewer marks.
const AT_ONCE: usize = 8;
/// How many elements after the last place are overwritten at most.
pub(super) const OVERWRITTEN: usize = 32;

/// Writes the places of the marks, counted from `from`, into the first elements of `places`. The
/// [elements](OVERWRITTEN) after them mean nothing afterwards.
///
/// The processor cannot predict how many marks a chunk has. So several places are written without a branch for each.
#[inline(always)]
pub(super) fn write_places<S: Simd>(simd: S, mut marks: u64, from: u16, places: &mut [u16]) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(simd) = simd.level().as_avx512() {
        return pack_places(simd, marks, from, places);
    }
    let _ = simd;
    let mut places = places.chunks_exact_mut(AT_ONCE);
    while marks != 0
        && let Some(places) = places.next()
    {
        for place in places {
            *place = from.wrapping_add(marks.trailing_zeros() as u16);
            marks &= marks.wrapping_sub(1);
        }
    }
}

kernel!(
    /// The same, 32 places at once.
    #[inline(always)]
    fn pack_places(simd: Avx512, marks: u64, from: u16, places: &mut [u16]) {
        use fearless_simd::u16x32;
        #[cfg(target_arch = "x86")]
        use std::arch::x86::*;
        #[cfg(target_arch = "x86_64")]
        use std::arch::x86_64::*;

        const ALL: [u8; CHUNK] = {
            let mut all = [0; CHUNK];
            let mut at = 0;
            while at < CHUNK {
                all[at] = at as u8;
                at += 1;
            }
            all
        };
        let packed = _mm512_maskz_compress_epi8(marks, u8x64::from_slice(simd, &ALL).into());
        let from = _mm512_set1_epi16(from as i16);
        let counted = |half| _mm512_add_epi16(_mm512_cvtepu8_epi16(half), from);
        let first = counted(_mm512_castsi512_si256(packed));
        u16x32::simd_from(simd, first).store_slice(&mut places[..32]);
        if marks.count_ones() > 32 {
            let second = counted(_mm512_extracti64x4_epi64::<1>(packed));
            u16x32::simd_from(simd, second).store_slice(&mut places[32..64]);
        }
    }
);
