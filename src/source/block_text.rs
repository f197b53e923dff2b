//! The text of a [`Block`], and [`TextSpan`]: a place in it.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x32};

use super::block::Block;
use super::block_filling::position;
use crate::normalize::Window;

/// A place in the text of a [`Block`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSpan {
    start: u32,
    len: u32,
}

impl TextSpan {
    pub(crate) fn new(start: usize, len: usize) -> Self {
        TextSpan { start: position(start), len: position(len) }
    }

    /// Where it begins, and how long it is.
    pub(crate) fn parts(self) -> (u32, u32) {
        (self.start, self.len)
    }

    /// The place with these [`parts`](Self::parts).
    pub(crate) fn of_parts(start: u32, len: u32) -> Self {
        TextSpan { start, len }
    }

    /// The bytes it covers in a part of the text that begins at `base`.
    pub(crate) fn range_from(self, base: usize) -> std::ops::Range<usize> {
        let start = (self.start as usize).wrapping_sub(base);
        start..start.wrapping_add(self.len as usize)
    }
}

impl Block {
    /// How long the text is, with cells and everything else.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Adds a text that is not a cell, and returns where it is.
    pub(crate) fn append_text(&mut self, text: &str) -> TextSpan {
        let span = TextSpan::new(self.text.len(), text.len());
        self.text.push_str(text);
        span
    }

    /// The text at a place.
    pub fn text(&self, span: TextSpan) -> &str {
        &self.text[span.start as usize..(span.start + span.len) as usize]
    }

    /// The place of this part of a cell. `None` if the part does not lie in this text.
    #[inline]
    pub(crate) fn span_of(&self, part: impl AsRef<[u8]>) -> Option<TextSpan> {
        let part = part.as_ref();
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let is_inside = start + part.len() <= self.text.len();
        is_inside.then(|| TextSpan { start: position(start), len: position(part.len()) })
    }

    /// `LEN` bytes of the text from where a part of a cell begins; `None` if it is no part of this text, or too
    /// near its end.
    #[inline]
    pub(crate) fn window<const LEN: usize>(&self, part: &[u8]) -> Option<&[u8; LEN]> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        self.text.as_bytes().get(start..)?.first_chunk()
    }

    /// Up to 32 bytes of a row, followed by zeros.
    #[inline]
    pub(crate) fn padded(&self, part: &[u8]) -> Window {
        let Some(window) = self.window(part) else {
            let mut padded = [0; _];
            padded[..part.len()].copy_from_slice(part);
            return padded;
        };
        dispatch!(Level::baseline(), simd => {
            let places = u8x32::simd_from(simd, std::array::from_fn(|place| place as u8));
            let is_own = places.simd_lt(part.len() as u8);
            is_own.select(u8x32::simd_from(simd, *window), u8x32::splat(simd, 0)).into()
        })
    }
}
