//! How a record lies in the text of a [`Block`](super::Block): as in the file, its cells one byte
//! apart, and quoted ones in their quotes. So a plainly written record is copied as a whole.
//!
//! A quote inside of quotes is doubled in the file, but not here. Where a record was read by the csv
//! crate, its cells are bare; one that begins with a quote is put in quotes, so that taking them off
//! gives it back.

use std::borrow::Cow;

use super::formula::escape_formula;

/// Stands between cells that were read in full.
pub(super) const BETWEEN: u8 = b',';

/// The cell inside its quotes.
pub(super) fn bare(raw: &str) -> &str {
    match raw.as_bytes() {
        [b'"', .., b'"'] => &raw[1..raw.len() - 1],
        _ => raw,
    }
}

/// The cell inside its quotes, if the record may not be text.
pub(super) fn bare_bytes(raw: &[u8]) -> &[u8] {
    match raw {
        [b'"', inner @ .., b'"'] => inner,
        _ => raw,
    }
}

/// Appends a cell so that [`bare`] gives it back, and of cells that are protected against formulas what
/// takes that off.
pub(super) fn push_raw(text: &mut String, cell: &str, is_escaped: bool) {
    let cell = if is_escaped { escape_formula(cell).into() } else { Cow::Borrowed(cell) };
    let quote = if cell.starts_with('"') { "\"" } else { "" };
    text.extend([quote, &cell, quote]);
}

/// The raw cells of a record whose cells end at these places. A cell behind the last that the record
/// has is empty.
pub(super) fn raw_cells<'t>(record: &'t [u8], ends: &[usize]) -> impl Iterator<Item = &'t [u8]> {
    let mut from = 0;
    ends.iter().map(move |&end| {
        let start = std::mem::replace(&mut from, end + 1);
        record.get(start..end).unwrap_or_default()
    })
}

/// Appends a record in which quotes are doubled inside quoted cells, with one quote for each two. The
/// ends of its cells move with that.
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

/// Appends a record that the csv crate has read, as cells that end at these places of `bare`. The
/// ends become those of the raw cells, relative to where the record begins.
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
