//! How the text of a [`Block`](super::Block) holds a record: as the file does, with the cells one byte apart,
//! and quoted ones still in their quotes. So a plainly written record is copied in one piece.
//!
//! ```text
//! file        5,"Lee, Ana","the ""Owl"""
//! block       5,"Lee, Ana","the "Owl""     one quote for two
//! bare cells  5 | Lee, Ana | the "Owl"
//! ```
//!
//! Quotes inside a quoted cell are doubled in the file, but not here. The csv crate returns bare cells; one
//! that begins with a quote is put in quotes again, so that [`bare`] gives it back.

use std::borrow::Cow;

use super::formula::escape_formula;

/// The byte between two cells where a record was not copied as it is.
pub(super) const BETWEEN: u8 = b',';

/// The cell without its quotes.
pub(super) fn bare(raw: &str) -> &str {
    match raw.as_bytes() {
        [b'"', .., b'"'] => &raw[1..raw.len() - 1],
        _ => raw,
    }
}

/// The cell without its quotes, of a record that may not be UTF-8.
pub(super) fn bare_bytes(raw: &[u8]) -> &[u8] {
    match raw {
        [b'"', inner @ .., b'"'] => inner,
        _ => raw,
    }
}

/// Appends a cell so that [`bare`] gives it back; in a block whose cells are escaped against formulas,
/// together with the unescaping that follows there.
pub(super) fn push_raw(text: &mut String, cell: &str, is_escaped: bool) {
    let cell = if is_escaped { escape_formula(cell).into() } else { Cow::Borrowed(cell) };
    let quote = if cell.starts_with('"') { "\"" } else { "" };
    text.extend([quote, &cell, quote]);
}

/// The raw cells of a record, by where they end. Cells beyond the last one of the record are empty.
pub(super) fn raw_cells<'t>(record: &'t [u8], ends: &[usize]) -> impl Iterator<Item = &'t [u8]> {
    let mut from = 0;
    ends.iter().map(move |&end| {
        let start = std::mem::replace(&mut from, end + 1);
        record.get(start..end).unwrap_or_default()
    })
}

/// Appends a record that has doubled quotes inside quoted cells, with one quote for each two, and moves the
/// ends of its cells accordingly.
pub(super) fn push_undoubled(text: &mut Vec<u8>, record: &[u8], ends: &mut [usize]) {
    let start = text.len();
    let mut from = 0;
    for end in ends {
        match &record[from..*end] {
            [b'"', inner @ .., b'"'] => {
                text.push(b'"');
                let mut rest = inner;
                while let Some(quote) = memchr::memchr(b'"', rest) {
                    text.extend_from_slice(&rest[..=quote]);
                    rest = &rest[quote + 2..];
                }
                text.extend_from_slice(rest);
                text.push(b'"');
            }
            cell => text.extend_from_slice(cell),
        }
        from = *end + 1;
        *end = text.len() - start;
        text.push(BETWEEN);
    }
}

/// Appends a record that the csv crate has parsed into `bare`, where its cells end at these places. The ends
/// become those of the raw cells, relative to where the record begins.
pub(super) fn push_record(text: &mut Vec<u8>, bare: &[u8], ends: &mut [usize]) {
    let start = text.len();
    let mut from = 0;
    for end in ends {
        let cell = &bare[from..*end];
        from = *end;
        if cell.first() == Some(&b'"') {
            text.push(b'"');
            text.extend_from_slice(cell);
            text.push(b'"');
        } else {
            text.extend_from_slice(cell);
        }
        *end = text.len() - start;
        text.push(BETWEEN);
    }
}
