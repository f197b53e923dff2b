//! [`BlockRow`]: one row of a block, for code that reads many of its cells.

use std::ops::Range;

use super::block::{Block, Ends};
use super::formula::unescape_formula;
use super::raw::{bare, bare_bytes};
use crate::object::RowNumber;

/// One row of a [`Block`]. Its place in the block is looked up only once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRow<'b> {
    block: &'b Block,
    at: usize,
    /// The text of the block from the row on.
    text: &'b str,
    ends: RowEnds<'b>,
}

#[derive(Clone, Copy, Debug)]
enum RowEnds<'b> {
    Short(&'b [u16]),
    Long(&'b [u32]),
}

/// Neighbouring cells as one piece of the block, with the delimiters between them. Two stretches are equal if
/// their cells are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'b> {
    pub(crate) bytes: &'b [u8],
    /// Where it begins in the row, and where its cells end there.
    start: u16,
    ends: &'b [u16],
}

impl Stretch<'_> {
    /// Where each cell ends in the bytes. The bytes alone do not show this, because a cell may contain a delimiter.
    /// Where a short row lacks the cell, the place means nothing.
    pub(crate) fn ends(&self) -> impl Iterator<Item = u16> {
        self.ends.iter().map(|end| end.wrapping_sub(self.start))
    }
}

impl PartialEq for Stretch<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.ends().eq(other.ends())
    }
}

/// Some columns, in whatever order, as ranges of neighbours.
pub(crate) fn side_by_side(columns: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut columns: Vec<usize> = columns.collect();
    columns.sort_unstable();
    columns.dedup();
    let ranges = columns.chunk_by(|a, b| a + 1 == *b);
    ranges.map(|of| of[0]..of[0] + of.len()).collect()
}

impl<'b> BlockRow<'b> {
    #[inline]
    pub(super) fn new(block: &'b Block, at: usize) -> Self {
        let start = block.starts[at] as usize;
        let range = at * block.stride..(at + 1) * block.stride;
        let ends = match &block.ends {
            Ends::Short(ends) => RowEnds::Short(&ends[range]),
            Ends::Long(ends) => RowEnds::Long(&ends[range]),
        };
        BlockRow { block, at, text: &block.text[start..], ends }
    }

    /// A cell as the file has it, untrimmed.
    #[inline]
    pub(crate) fn cell(&self, column: usize) -> &'b str {
        let range = self.range(column);
        if range.is_empty() {
            return "";
        }
        let raw = &self.text[range];
        if raw.as_bytes()[0] == b'"' || self.block.is_escaped {
            return self.unprotected(raw);
        }
        raw
    }

    /// The bytes of a [`cell`](Self::cell), which is quicker than cutting out text.
    #[inline(always)]
    pub(crate) fn bytes(&self, column: usize) -> &'b [u8] {
        if self.block.is_escaped {
            return self.cell(column).as_bytes();
        }
        let range = self.range(column);
        if range.is_empty() {
            return b"";
        }
        bare_bytes(&self.text.as_bytes()[range])
    }

    /// Where a raw cell is in the text of the row. If the row is too short for it, the range is empty, or ends
    /// before it begins.
    #[inline]
    fn range(&self, column: usize) -> Range<usize> {
        match self.ends {
            RowEnds::Short(ends) => {
                let Some(&to) = ends.get(column) else { return 0..0 };
                let from = if column == 0 { 0 } else { usize::from(ends[column - 1]) + 1 };
                from..usize::from(to)
            }
            RowEnds::Long(ends) => {
                let Some(&to) = ends.get(column) else { return 0..0 };
                let from = if column == 0 { 0 } else { ends[column - 1] as usize + 1 };
                from..to as usize
            }
        }
    }

    /// The cell without its quotes, and without the apostrophe that keeps a spreadsheet from running it.
    fn unprotected(&self, raw: &'b str) -> &'b str {
        let cell = bare(raw);
        if self.block.is_escaped { unescape_formula(cell) } else { cell }
    }

    /// The cells of these columns in one piece; `None` in a block with a row of more than 64 KiB.
    #[inline]
    pub(crate) fn stretch(&self, columns: Range<usize>) -> Option<Stretch<'b>> {
        let RowEnds::Short(ends) = self.ends else { return None };
        let start = match columns.start {
            0 => 0,
            first => usize::from(*ends.get(first - 1)?) + 1,
        };
        let ends = ends.get(columns)?;
        // The row may be too short for the columns.
        let bytes = self.text.as_bytes().get(start..usize::from(*ends.last()?));
        Some(Stretch { bytes: bytes.unwrap_or_default(), start: start as u16, ends })
    }

    /// Whether a cell is empty, judging by where it ends. A cell of nothing but quotes is not.
    #[inline]
    pub(crate) fn is_empty(&self, column: usize) -> bool {
        let before = column.wrapping_sub(1);
        match self.ends {
            RowEnds::Short(ends) => {
                let Some(&to) = ends.get(column) else { return true };
                usize::from(to) <= ends.get(before).map_or(0, |end| usize::from(*end) + 1)
            }
            RowEnds::Long(ends) => {
                let Some(&to) = ends.get(column) else { return true };
                to as usize <= ends.get(before).map_or(0, |end| *end as usize + 1)
            }
        }
    }

    /// Whether the row ends before this column.
    pub(crate) fn lacks(&self, column: usize) -> bool {
        // Where it ends, no cell ends behind the one before.
        let Some(before) = column.checked_sub(1) else { return false };
        match self.ends {
            RowEnds::Short(ends) => ends.get(column) <= ends.get(before),
            RowEnds::Long(ends) => ends.get(column) <= ends.get(before),
        }
    }

    /// Which of the first 64 columns have cells that are not [empty](Self::is_empty), as bits.
    pub(crate) fn filled(&self) -> u64 {
        match self.ends {
            RowEnds::Short(ends) => filled(ends.iter().map(|end| u32::from(*end))),
            RowEnds::Long(ends) => filled(ends.iter().copied()),
        }
    }

    /// The number of the row.
    pub(crate) fn number(&self) -> RowNumber {
        RowNumber(self.block.first_row().0 + u32::try_from(self.at).unwrap_or(u32::MAX))
    }

    /// Whether one of its cells may hold a NUL. In most blocks none does.
    pub(crate) fn may_hold_nul(&self) -> bool {
        self.block.has_nul
    }
}

/// Which cells are not empty, by where they end.
fn filled(ends: impl Iterator<Item = u32>) -> u64 {
    let (mut filled, mut start) = (0, 0);
    for (at, end) in ends.take(64).enumerate() {
        filled |= u64::from(end > start) << at;
        start = end.saturating_add(1);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::filled;
    use crate::dice::Dice;
    use crate::source::{Block, Source};

    #[test]
    fn the_filled_columns_are_those_that_are_not_empty() {
        let wide = ["a,", ","].concat().repeat(40);
        let long = format!("{},,x", "y".repeat(70_000));
        let text = format!("{wide}end\n,b,,\"\",,\n\n1,2\n,,,\n{wide}\n{long}\n");
        let mut rows = Source::from_bytes(text.as_bytes()).open().unwrap();
        let (mut block, mut seen) = (Block::new(), 0);
        while rows.next_block(&mut block, 3).unwrap().is_some() {
            let rows = || (0..block.len()).map(|at| block.row(at));
            for column in 0..block.columns() + 2 {
                let mut shown = Vec::new();
                block.each_filled(column, |cell| shown.push(cell));
                let filled = rows().filter(|row| !row.is_empty(column));
                assert_eq!(shown, filled.map(|row| row.cell(column)).collect::<Vec<_>>());
            }
            for (at, row) in rows().enumerate() {
                for column in 0..block.columns() {
                    assert_eq!(row.lacks(column), column >= block.record(at).count(), "{column}");
                }
                for column in 0..64 {
                    assert_eq!(row.bytes(column), row.cell(column).as_bytes(), "{column}");
                    let is_filled = row.filled() >> column & 1 == 1;
                    assert_eq!(is_filled, !row.is_empty(column), "{column}");
                    seen += usize::from(is_filled);
                }
            }
        }
        assert!(seen > 30, "only {seen} cells were filled");
        assert_eq!(filled([].into_iter()), 0);
    }

    /// Random rows over few cells. The csv crate reads some of them (text after a closing quote, which may then
    /// hold a bare delimiter), and some are too short.
    #[test]
    fn equal_stretches_hold_the_same_cells() {
        let cells = ["", "a", "a,b", "\"a,b\"", "\"a\"b", "\"a,\"b", "\"\"", "b", "\"b\""];
        let mut dice = Dice::new(7);
        let mut text = String::from("w,x,y,z\n");
        for _ in 0..400 {
            let row: Vec<&str> = (0..1 + dice.below(4)).map(|_| dice.one_of(&cells)).collect();
            text.push_str(&row.join(","));
            text.push('\n');
        }
        let mut rows = Source::from_bytes(text.as_bytes()).open().unwrap();
        let mut block = Block::new();
        rows.next_block(&mut block, 400).unwrap();
        let (mut equal, mut texts_only) = (0, 0);
        for columns in [0..1, 0..3, 1..3, 2..4, 0..4] {
            let rows = || (0..block.len()).map(|at| block.row(at));
            for (a, b) in rows().flat_map(|a| rows().map(move |b| (a, b))) {
                let (x, y) = (a.stretch(columns.clone()), b.stretch(columns.clone()));
                let is_same = columns.clone().all(|column| a.cell(column) == b.cell(column));
                assert!(x != y || is_same, "{x:?} {y:?}");
                equal += usize::from(x == y);
                texts_only += usize::from(x.unwrap().bytes == y.unwrap().bytes && !is_same);
            }
        }
        assert!(equal > 1_000 && texts_only > 10, "{equal} {texts_only}");
        assert_eq!(super::side_by_side([7, 2, 3, 9, 8, 3].into_iter()), [2..4, 7..10]);
    }
}
