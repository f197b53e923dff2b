//! [`Stripe`]: 64 rows of a block, to be looked at column by column.
//!
//! A set of its rows is a word with a bit for each row, the lowest for the first: `0b101` is its first and its
//! third row.

use std::num::NonZeroU64;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u16x16};

use super::block::{Block, Ends};
use super::block_row::BlockRow;
use super::raw::bare_bytes;

/// Up to 64 consecutive rows of a [`Block`].
#[derive(Debug)]
pub(crate) struct Stripe<'b> {
    pub(crate) block: &'b Block,
    /// The number of its first row in the block.
    pub(crate) first: usize,
    columns: usize,
    text: &'b [u8],
    starts: &'b [u32],
    /// Where its cells end, relative to their rows. Empty if a row is longer than 64 KiB, or if cells have to
    /// be unescaped: then each cell is read through its row.
    ends: &'b [u16],
    /// For each column the rows whose cell is not empty, judging by where it ends.
    filled: &'b [u64],
}

impl<'b> Stripe<'b> {
    /// How many rows a stripe has at most.
    pub(crate) const ROWS: usize = 64;

    /// The rows of the block from this one on. `filled` is a buffer for the stripe to use.
    pub(crate) fn of(block: &'b Block, first: usize, filled: &'b mut Vec<u64>) -> Self {
        dispatch!(Level::new(), simd => Stripe::on(simd, block, first, filled))
    }

    #[inline(always)]
    fn on<S: Simd>(simd: S, block: &'b Block, first: usize, filled: &'b mut Vec<u64>) -> Self {
        let starts = &block.starts[first..];
        let starts = &starts[..starts.len().min(Self::ROWS)];
        let columns = block.stride;
        let cells = first * columns..(first + starts.len()) * columns;
        filled.clear();
        for from in (0..columns).step_by(64) {
            let range = from..columns.min(from + 64);
            let mut words = [0; 64];
            match &block.ends {
                Ends::Short(ends) => {
                    let rows = ends[cells.clone()].chunks_exact(columns);
                    words.iter_mut().zip(rows).for_each(|(word, ends)| {
                        let before = from.checked_sub(1).map(|before| ends[before]);
                        *word = filled_of_short(simd, before, &ends[range.clone()]);
                    });
                }
                Ends::Long(ends) => {
                    let rows = ends[cells.clone()].chunks_exact(columns);
                    words.iter_mut().zip(rows).for_each(|(word, ends)| {
                        let before = from.checked_sub(1).map(|before| ends[before]);
                        *word = filled_of(before, ends[range.clone()].iter().copied());
                    });
                }
            }
            turn(&mut words);
            filled.extend_from_slice(&words);
        }
        let ends = match &block.ends {
            Ends::Short(ends) if !block.is_escaped => &ends[cells],
            _ => &[],
        };
        let text = block.text.as_bytes();
        Stripe { block, first, columns, text, starts, ends, filled }
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// All of its rows.
    pub(crate) fn rows(&self) -> u64 {
        u64::MAX >> (Self::ROWS - self.len())
    }

    /// The rows whose cell in this column is not empty. A cell of nothing but quotes counts as filled.
    pub(crate) fn filled(&self, column: usize) -> u64 {
        self.filled.get(column).copied().unwrap_or(0)
    }

    /// One of its rows.
    pub(crate) fn row(&self, row: usize) -> BlockRow<'b> {
        self.block.row(self.first + row)
    }

    /// The rows that could not be read.
    pub(crate) fn failed(&self) -> u64 {
        if !self.block.has_failed() {
            return 0;
        }
        let failed = (0..self.len()).filter(|row| self.block.is_failed(self.first + row));
        failed.fold(0, |rows, row| rows | 1 << row)
    }

    /// The bytes of a cell that is [filled](Self::filled), without its quotes.
    #[inline(always)]
    pub(crate) fn bytes(&self, row: usize, column: usize) -> &'b [u8] {
        match self.ends.get(..=row * self.columns + column) {
            Some([.., before, to]) if column > 0 => {
                let start = self.starts[row] as usize;
                let range = start + usize::from(*before) + 1..start + usize::from(*to);
                bare_bytes(self.text.get(range).unwrap_or_default())
            }
            Some([.., to]) => {
                let start = self.starts[row] as usize;
                let range = start..start + usize::from(*to);
                bare_bytes(self.text.get(range).unwrap_or_default())
            }
            _ => self.row(row).bytes(column),
        }
    }
}

/// The rows in a set, in order.
pub(crate) fn rows_of(mut rows: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let row = NonZeroU64::new(rows)?.trailing_zeros();
        rows &= rows - 1;
        Some(row as usize)
    })
}

/// Which of up to 64 neighbouring cells are not empty, sixteen at a time. `before` is where the cell before
/// them ends.
#[inline(always)]
fn filled_of_short<S: Simd>(simd: S, before: Option<u16>, ends: &[u16]) -> u64 {
    let Some(last) = ends.len().checked_sub(17) else {
        return filled_of(before.map(u32::from), ends.iter().map(|end| u32::from(*end)));
    };
    let sixteen = |at: usize| {
        let chunk = |from: usize| u16x16::from_slice(simd, &ends[from..from + 16]);
        // A cell with its delimiter is longer by one. Cells that are missing all end in the same place.
        let lens = chunk(at + 1) - chunk(at);
        lens.simd_gt(1).to_bitmask() << (at + 1)
    };
    let first = filled_of(before.map(u32::from), ends[..1].iter().map(|end| u32::from(*end)));
    let whole = (0..last).step_by(16).fold(first, |filled, at| filled | sixteen(at));
    // This may take some cells a second time, which changes nothing.
    whole | sixteen(last)
}

/// Which cells are not empty, by where they end.
#[inline(always)]
fn filled_of(before: Option<u32>, ends: impl Iterator<Item = u32>) -> u64 {
    let mut start = before.map_or(0, |end| end.saturating_add(1));
    let mut filled = 0;
    for (at, end) in ends.enumerate() {
        filled |= u64::from(end > start) << at;
        start = end.saturating_add(1);
    }
    filled
}

/// Turns words of rows into words of columns: bit i of word k becomes bit k of word i.
#[inline(always)]
fn turn(words: &mut [u64; 64]) {
    let mut width = 32;
    let mut low = u64::MAX >> 32;
    while width > 0 {
        // Of each four squares of this width, the two that are off the diagonal change places.
        for pair in words.chunks_exact_mut(2 * width) {
            let (above, below) = pair.split_at_mut(width);
            for (above, below) in above.iter_mut().zip(below) {
                let change = (*above >> width ^ *below) & low;
                *above ^= change << width;
                *below ^= change;
            }
        }
        width /= 2;
        low ^= low << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::source::Source;

    #[test]
    fn the_filled_rows_of_a_column_are_those_whose_cells_are_not_empty() {
        let long = format!("{},,x", "y".repeat(70_000));
        for columns in [1, 2, 16, 17, 18, 25, 64, 65, 66, 90, 130] {
            let mut dice = Dice::new(7);
            let header: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
            let mut text = header.join(",") + "\n";
            for _ in 0..200 {
                let cells = if dice.one_in(4) { 1 + dice.below(columns) } else { columns };
                let choices = ["", "a", "bc", "\"\"", "\"d,\"", ""];
                let cells: Vec<&str> = (0..cells).map(|_| dice.one_of(&choices)).collect();
                text += &(cells.join(",") + "\n");
            }
            // The last block holds a row of more than 64 KiB.
            text += &long;
            let mut rows = Source::from_bytes(text.as_bytes()).open().unwrap();
            let mut block = Block::new();
            while rows.next_block(&mut block, 150).unwrap().is_some() {
                for first in (0..block.len()).step_by(64) {
                    let mut buffer = Vec::new();
                    let stripe = Stripe::of(&block, first, &mut buffer);
                    for (row, column) in
                        (0..stripe.len()).flat_map(|row| (0..block.columns).map(move |c| (row, c)))
                    {
                        let of_row = stripe.row(row);
                        let is_filled = stripe.filled(column) >> row & 1 == 1;
                        assert_eq!(is_filled, !of_row.is_empty(column), "{columns} {row} {column}");
                        if is_filled {
                            assert_eq!(stripe.bytes(row, column), of_row.bytes(column));
                        }
                        assert!(stripe.filled(column) & !stripe.rows() == 0);
                    }
                }
            }
        }
    }
}
