//! [`Block`]: some thousand rows as one piece of text.

use super::block_row::BlockRow;
use super::formula::unescape_formula;
use super::raw::bare;
use crate::normalize::is_blank;
use crate::object::RowNumber;

/// Consecutive rows of a file, as one text with the places where cells end. The cells are as the file has them.
///
/// Besides its text, a cell takes two bytes (four if a row of the block is longer than 64 KiB). So a plan can afford
/// to keep every row.
///
/// ```
/// use crm_import::source::{Block, Source};
///
/// let file = "Name,City\nAna,\"York, UK\"\nBo\n";
/// let mut rows = Source::from_bytes(file.as_bytes()).open().unwrap();
/// let mut block = Block::new();
/// rows.next_block(&mut block, 1000).unwrap();
///
/// assert_eq!(block.cells(0).collect::<Vec<_>>(), ["Ana", "York, UK"]);
/// assert_eq!(block.cells(1).collect::<Vec<_>>(), ["Bo", ""]); // a cell for each column
/// assert_eq!(block.record(1).collect::<Vec<_>>(), ["Bo"]); // as it stands in the file
/// ```
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub(super) text: String,
    /// How many cells a row has, including one that was [made](Self::make_column).
    pub(super) columns: usize,
    /// How many ends are kept of each row: one for each column, or fewer if no row has so many cells.
    pub(super) stride: usize,
    /// How many cells the widest row has, at most one for each column.
    pub(super) widest: usize,
    /// Whether the last column was made from others: the file does not have it.
    pub(super) has_made: bool,
    pub(super) first_row: u32,
    /// Where each row begins in the text.
    pub(super) starts: Vec<u32>,
    /// Where each cell ends, relative to its row: `stride` ends for each row.
    pub(super) ends: Ends,
    /// The physical line of each row, relative to the first row's.
    pub(super) lines: Vec<u32>,
    pub(super) first_line: u64,
    /// The rows that fail as they were read, ascending.
    pub(super) failed: Vec<u32>,
    /// The rows that are wider or narrower than the header, ascending.
    pub(super) odd: Vec<(u32, OddWidth)>,
    /// Whether the file is an error log of ours, whose cells are escaped against formulas.
    pub(super) is_escaped: bool,
    /// Whether a cell holds a NUL.
    pub(super) has_nul: bool,
}

/// The cells of a row that is not as wide as the header.
#[derive(Clone, Debug)]
pub(super) enum OddWidth {
    /// It has only so many cells.
    Narrow(usize),
    /// It has surplus cells, which end here.
    Wide(Vec<u32>),
}

/// Where cells end, in two bytes each, or in four if a row is longer than 64 KiB.
#[derive(Clone, Debug)]
pub(super) enum Ends {
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Ends {
    pub(super) fn len(&self) -> usize {
        match self {
            Ends::Short(ends) => ends.len(),
            Ends::Long(ends) => ends.len(),
        }
    }
}

impl Default for Ends {
    fn default() -> Self {
        Ends::Short(Vec::new())
    }
}

impl Block {
    /// An empty block.
    pub fn new() -> Self {
        Block::default()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The number of columns of the file.
    pub fn columns(&self) -> usize {
        self.columns - usize::from(self.has_made)
    }

    /// The number of the first row.
    pub fn first_row(&self) -> RowNumber {
        RowNumber(self.first_row)
    }

    /// A cell as the file has it, untrimmed; "" if the row is too short.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.columns().min(self.stride) {
            return "";
        }
        let start = self.starts[row] as usize;
        let at = row * self.stride + column;
        let (from, to) = match &self.ends {
            Ends::Short(ends) => {
                let from = if column == 0 { 0 } else { usize::from(ends[at - 1]) + 1 };
                (from, usize::from(ends[at]))
            }
            Ends::Long(ends) => {
                let from = if column == 0 { 0 } else { ends[at - 1] as usize + 1 };
                (from, ends[at] as usize)
            }
        };
        self.plain(start + from, start + to)
    }

    /// The cell whose raw text is at this place. If the row is too short for the cell, `from` is not below `to`.
    #[inline]
    fn plain(&self, from: usize, to: usize) -> &str {
        if from >= to {
            return "";
        }
        let cell = bare(&self.text[from..to]);
        if self.is_escaped { unescape_formula(cell) } else { cell }
    }

    /// The cells of a row, one for each column.
    pub fn cells(&self, row: usize) -> impl ExactSizeIterator<Item = &str> {
        (0..self.columns()).map(move |column| self.cell(row, column))
    }

    /// Shows the cells of a column from top to bottom, except for the empty ones.
    pub(crate) fn each_filled<'b>(&'b self, column: usize, look: impl FnMut(&'b str)) {
        match &self.ends {
            Ends::Short(ends) => self.show_filled(ends, column, look),
            Ends::Long(ends) => self.show_filled(ends, column, look),
        }
    }

    fn show_filled<'b, End: Copy + Into<u32>>(
        &'b self,
        ends: &[End],
        column: usize,
        mut look: impl FnMut(&'b str),
    ) {
        for (ends, &start) in ends.chunks_exact(self.stride.max(1)).zip(&self.starts) {
            let Some(&end) = ends.get(column) else { return };
            let to = end.into();
            let from = column.checked_sub(1).map_or(0, |before| ends[before].into() + 1);
            if from < to {
                look(self.plain((start + from) as usize, (start + to) as usize));
            }
        }
    }

    /// The cells of a row as it is in the file: as many as it has there.
    pub fn record(&self, row: usize) -> impl Iterator<Item = &str> {
        let (own, surplus): (usize, &[u32]) = match self.odd_width(row) {
            None => (self.columns(), &[]),
            Some(OddWidth::Narrow(cells)) => (*cells, &[]),
            Some(OddWidth::Wide(ends)) => (self.columns(), ends),
        };
        let start = self.starts[row] as usize;
        let last = match &self.ends {
            _ if self.stride == 0 => 0,
            Ends::Short(ends) => u32::from(ends[(row + 1) * self.stride - 1]),
            Ends::Long(ends) => ends[(row + 1) * self.stride - 1],
        };
        let froms = std::iter::once(last).chain(surplus.iter().copied());
        let more = froms
            .zip(surplus)
            .map(move |(from, &to)| self.plain(start + from as usize + 1, start + to as usize));
        self.cells(row).take(own).chain(more)
    }

    /// Appends the ends of all cells of a row: one for each column, and those of surplus cells. Returns how
    /// many cells there really are if the row is narrower than the header.
    pub(super) fn put_ends(&self, row: usize, ends: &mut Vec<usize>) -> Option<usize> {
        let (from, range) = (ends.len(), row * self.stride..(row + 1) * self.stride);
        match &self.ends {
            Ends::Short(all) => ends.extend(all[range].iter().map(|end| usize::from(*end))),
            Ends::Long(all) => ends.extend(all[range].iter().map(|end| *end as usize)),
        }
        // Where fewer are kept, the row ends there.
        let last = ends[from..].last().copied().unwrap_or(0);
        ends.resize(from + self.columns, last);
        match self.odd_width(row)? {
            OddWidth::Narrow(cells) => return Some(*cells),
            OddWidth::Wide(surplus) => ends.extend(surplus.iter().map(|end| *end as usize)),
        }
        None
    }

    fn odd_width(&self, row: usize) -> Option<&OddWidth> {
        let at = self.odd.binary_search_by_key(&row, |(at, _)| *at as usize).ok()?;
        Some(&self.odd[at].1)
    }

    /// The physical line on which a row begins, 1-based.
    pub fn line(&self, row: usize) -> u64 {
        self.first_line + u64::from(self.lines[row])
    }

    /// Whether all cells of a row are blank.
    pub fn is_blank(&self, row: usize) -> bool {
        self.cells(row).all(is_blank)
    }

    /// Whether the row could not be read; an issue says why. The row keeps the cells that could be read.
    pub fn is_failed(&self, row: usize) -> bool {
        !self.failed.is_empty() && self.failed.binary_search_by_key(&row, |at| *at as usize).is_ok()
    }

    /// Whether there is a row that could not be read.
    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether one of its cells may hold a NUL. In most blocks none does.
    pub(crate) fn may_hold_nul(&self) -> bool {
        self.has_nul
    }

    /// One row, for looking at many of its cells.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> BlockRow<'_> {
        BlockRow::new(self, row)
    }

    /// Where a row begins in the text.
    pub(crate) fn start_of(&self, row: usize) -> usize {
        self.starts[row] as usize
    }

    /// Brings a row into the processor's cache: reads one byte of each cache line that it is made of, or of the first
    /// ones if it is long. The result means nothing.
    pub(crate) fn touch(&self, row: usize, start: usize) -> u8 {
        let (first, behind) = (row * self.stride, (row + 1) * self.stride);
        let ends = match &self.ends {
            Ends::Short(ends) => {
                ends[first..behind].iter().step_by(32).fold(0, |all, end| all ^ end)
            }
            Ends::Long(ends) => ends[first..behind].first().map_or(0, |end| *end as u16),
        };
        let text = &self.text.as_bytes()[start..];
        text.iter().step_by(64).take(4).fold(ends as u8, |all, byte| all ^ byte)
    }

    /// Moves the block further down in the file, by so many rows and lines, after it was read as part of a
    /// piece.
    pub(super) fn shift(&mut self, rows: u32, lines: u64) {
        self.first_row += rows;
        self.first_line += lines;
    }

    /// Gives the rows other numbers, to plan a part of a file as if it were the whole.
    pub(crate) fn renumber(&mut self, first_row: RowNumber) {
        self.first_row = first_row.0;
    }
}
