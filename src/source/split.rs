//! [`split`]: a short cut for a record that is plainly written.
//!
//! Only four bytes mean something in a csv file: the delimiter, the quote and the two line ends. They are searched for
//! in 64 bytes at a time, and the bytes between them are not looked at. For most records this is enough. If there is
//! anything odd (text after a closing quote, an end that is not held yet), the csv crate parses the record. It also
//! defines what is right: a test compares the two.

use fearless_simd::{Level, Simd, dispatch};

use super::marks::{CHUNK, Marks};

/// A record that was split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// Its length in bytes, with the byte that ends its line.
    pub(super) len: usize,
    pub(super) cells: usize,
    /// Whether a quoted cell contains a line end.
    pub(super) is_multiline: bool,
    /// Whether a quoted cell contains a (doubled) quote.
    pub(super) has_doubled: bool,
}

/// Splits the record at the beginning of `held`. Writes to `ends` where each cell ends, quotes included; the next
/// cell begins one byte later. Returns `None` if the record has to be parsed in full.
pub(super) fn split(held: &[u8], delimiter: u8, ends: &mut Vec<usize>) -> Option<Plain> {
    dispatch!(Level::new(), simd => split_on(simd, held, delimiter, ends))
}

#[inline(always)]
fn split_on<S: Simd>(simd: S, held: &[u8], delimiter: u8, ends: &mut Vec<usize>) -> Option<Plain> {
    let (mut cells, mut cell_start) = (0, 0);
    let (mut is_quoted, mut is_multiline, mut has_doubled) = (false, false, false);
    // `skipped` is the second quote of a pair, which was read together with the first.
    let (mut chunk_start, mut skipped) = (0, usize::MAX);
    while chunk_start < held.len() {
        let mut marks = Marks::of(simd, &held[chunk_start..], delimiter).any();
        while marks != 0 {
            let at = chunk_start + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            let byte = held[at];
            if at == skipped {
                continue;
            }
            if byte == b'"' && !is_quoted {
                // In the middle of a cell, a quote is an ordinary character.
                is_quoted = at == cell_start;
                continue;
            }
            if byte == b'"' {
                match *held.get(at + 1)? {
                    b'"' => {
                        has_doubled = true;
                        skipped = at + 1;
                    }
                    next if next == delimiter || is_line_end(next) => is_quoted = false,
                    _ => return None,
                }
                continue;
            }
            if is_quoted {
                is_multiline |= byte != delimiter;
                continue;
            }
            if cells == ends.len() {
                ends.resize(cells * 2 + 8, 0);
            }
            ends[cells] = at;
            cells += 1;
            if byte != delimiter {
                return Some(Plain { len: at + 1, cells, is_multiline, has_doubled });
            }
            cell_start = at + 1;
        }
        chunk_start += CHUNK;
    }
    None
}

#[inline(always)]
fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells_of(text: &str) -> Option<(usize, Vec<&str>)> {
        let mut ends = Vec::new();
        let plain = split(text.as_bytes(), b',', &mut ends)?;
        let mut from = 0;
        let cell = |end: &usize| &text[std::mem::replace(&mut from, end + 1)..*end];
        Some((plain.len, ends[..plain.cells].iter().map(cell).collect()))
    }

    #[test]
    fn a_plain_record_ends_with_its_line_and_a_cell_with_its_delimiter() {
        assert_eq!(cells_of("a,b\nc"), Some((4, vec!["a", "b"])));
        assert_eq!(cells_of("a,b\r\nc"), Some((4, vec!["a", "b"])));
        assert_eq!(cells_of(",\n"), Some((2, vec!["", ""])));
        assert_eq!(cells_of("\"a,b\",\"c\nd\"\n"), Some((12, vec!["\"a,b\"", "\"c\nd\""])));
        assert_eq!(cells_of("5\" disk,x\n"), Some((10, vec!["5\" disk", "x"])));
        assert_eq!(cells_of("\"a\"\"b\",\"\"\n"), Some((10, vec!["\"a\"\"b\"", "\"\""])));
        let long = format!("{},{}\n", "x".repeat(200), "y".repeat(61));
        assert_eq!(cells_of(&long).map(|(len, cells)| (len, cells.len())), Some((263, 2)));
    }

    #[test]
    fn what_is_odd_or_not_held_to_its_end_is_left_to_the_full_reading() {
        for text in ["", "a,b", "\"a\" b\n", "\"a\n", "\"a\"", "\"a\"\""] {
            assert_eq!(cells_of(text), None, "{text:?}");
        }
    }
}
