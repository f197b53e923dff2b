//! [`Block`]: some thousand rows in one piece of text.

use std::borrow::Cow;

use simdutf8::basic::from_utf8;
use wide::u8x32;

use crate::normalize::{Window, is_blank};
use crate::object::RowNumber;

use super::block_row::BlockRow;
use super::formula::unescape_formula;
use super::raw::{bare, raw_cells};
use super::run::Run;

/// A place in the text of a [`Block`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSpan {
    start: u32,
    len: u32,
}

/// Consecutive rows of a file: one text, and where in it each cell ends. The cells lie there
/// raw, as in the file.
///
/// A cell costs two bytes besides its text (four in a block with a row of more than 64 KiB), so that
/// a plan can keep every row it has read.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub(super) text: String,
    /// How many cells of a row there are, with one that was [made](Self::make_column).
    pub(super) columns: usize,
    /// The last column is none of the file.
    pub(super) has_made: bool,
    pub(super) first_row: u32,
    /// Where each row begins in the text.
    pub(super) starts: Vec<u32>,
    /// Where each cell ends, relative to its row; `columns` for each row.
    pub(super) ends: Ends,
    /// Physical lines, relative to the first row's.
    pub(super) lines: Vec<u32>,
    pub(super) first_line: u64,
    /// Rows whose cells could not be read, ascending.
    pub(super) failed: Vec<u32>,
    /// Of rows that are wider than the header: the ends of the surplus cells; of narrower ones how
    /// many cells there are.
    pub(super) odd: Vec<(u32, OddWidth)>,
    pub(super) is_escaped: bool,
    /// A cell holds a NUL.
    pub(super) has_nul: bool,
}

#[derive(Clone, Debug)]
pub(super) enum OddWidth {
    Narrow(usize),
    Wide(Vec<u32>),
}

#[derive(Clone, Debug)]
pub(super) enum Ends {
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Default for Ends {
    fn default() -> Self {
        Ends::Short(Vec::new())
    }
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

    /// The bytes it covers in a text whose first byte lies at `base`.
    pub(crate) fn range_from(self, base: usize) -> std::ops::Range<usize> {
        let start = (self.start as usize).wrapping_sub(base);
        start..start.wrapping_add(self.len as usize)
    }
}

impl Block {
    /// An empty block.
    pub fn new() -> Self {
        Block::default()
    }

    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Does it hold no row?
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// How many columns the file has.
    pub fn columns(&self) -> usize {
        self.columns - usize::from(self.has_made)
    }

    /// The number of the first row.
    pub fn first_row(&self) -> RowNumber {
        RowNumber(self.first_row)
    }

    /// One cell as the file has it, untrimmed; "" where the row is too short.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.columns() {
            return "";
        }
        let start = self.starts[row] as usize;
        let at = row * self.columns + column;
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

    /// The cell whose raw text lies there; the row may be too short for it.
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

    /// Shows the cells of a column from above to below, without the empty ones.
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
        for (ends, &start) in ends.chunks_exact(self.columns.max(1)).zip(&self.starts) {
            let Some(&end) = ends.get(column) else { return };
            let to = end.into();
            let from = column.checked_sub(1).map_or(0, |before| ends[before].into() + 1);
            if from < to {
                look(self.plain((start + from) as usize, (start + to) as usize));
            }
        }
    }

    /// The row as it stood in the file: as many cells as it had.
    pub fn record(&self, row: usize) -> impl Iterator<Item = &str> {
        let odd = self.odd.binary_search_by_key(&row, |(at, _)| *at as usize).ok();
        let odd = odd.map(|at| &self.odd[at].1);
        let (own, surplus): (usize, &[u32]) = match odd {
            None => (self.columns(), &[]),
            Some(OddWidth::Narrow(cells)) => (*cells, &[]),
            Some(OddWidth::Wide(ends)) => (self.columns(), ends),
        };
        let start = self.starts[row] as usize;
        let last = match &self.ends {
            _ if self.columns == 0 => 0,
            Ends::Short(ends) => u32::from(ends[(row + 1) * self.columns - 1]),
            Ends::Long(ends) => ends[(row + 1) * self.columns - 1],
        };
        let froms = std::iter::once(last).chain(surplus.iter().copied());
        let more = froms
            .zip(surplus)
            .map(move |(from, &to)| self.plain(start + from as usize + 1, start + to as usize));
        self.cells(row).take(own).chain(more)
    }

    /// The physical line on which a row begins, 1-based.
    pub fn line(&self, row: usize) -> u64 {
        self.first_line + u64::from(self.lines[row])
    }

    /// Are all cells of a row blank?
    pub fn is_blank(&self, row: usize) -> bool {
        self.cells(row).all(is_blank)
    }

    /// Could the row not be read? Its cells are as far as they were understood; an issue says why.
    pub fn is_failed(&self, row: usize) -> bool {
        !self.failed.is_empty() && self.failed.binary_search_by_key(&row, |at| *at as usize).is_ok()
    }

    /// Is there a row that could not be read?
    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// May a cell hold a NUL? Mostly no cell of the block does.
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

    /// Reads a little of everything that a row is made of, so that it is at hand afterwards; a byte of
    /// each line of the processor's cache, of a long row the first ones. What comes back means nothing.
    pub(crate) fn touch(&self, row: usize, start: usize) -> u8 {
        let (first, behind) = (row * self.columns, (row + 1) * self.columns);
        let ends = match &self.ends {
            Ends::Short(ends) => {
                ends[first..behind].iter().step_by(32).fold(0, |all, end| all ^ end)
            }
            Ends::Long(ends) => ends[first..behind].first().map_or(0, |end| *end as u16),
        };
        let text = &self.text.as_bytes()[start..];
        text.iter().step_by(64).take(4).fold(ends as u8, |all, byte| all ^ byte)
    }

    /// Moves the block on in the file by so many rows and lines: it was read as part of a piece.
    pub(super) fn shift(&mut self, rows: u32, lines: u64) {
        self.first_row += rows;
        self.first_line += lines;
    }

    /// The length of the text, cells and all.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Adds a text that is not a cell, and says where it lies.
    pub fn append_text(&mut self, text: &str) -> TextSpan {
        let span = TextSpan { start: position(self.text.len()), len: position(text.len()) };
        self.text.push_str(text);
        span
    }

    /// The text at a place.
    pub fn text(&self, span: TextSpan) -> &str {
        &self.text[span.start as usize..(span.start + span.len) as usize]
    }

    /// Where a part of a cell lies, if it is one.
    #[inline]
    pub(crate) fn span_of(&self, part: impl AsRef<[u8]>) -> Option<TextSpan> {
        let part = part.as_ref();
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let is_inside = start + part.len() <= self.text.len();
        is_inside.then(|| TextSpan { start: position(start), len: position(part.len()) })
    }

    /// So many bytes of the text from where a part of a cell begins, if it is one.
    #[inline]
    pub(crate) fn window<const LEN: usize>(&self, part: &[u8]) -> Option<&[u8; LEN]> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        self.text.as_bytes().get(start..)?.first_chunk()
    }

    /// Up to 32 bytes of a row, with zeros behind them.
    #[inline]
    pub(crate) fn padded(&self, part: &[u8]) -> Window {
        let Some(window) = self.window(part) else {
            let mut padded = [0; _];
            padded[..part.len()].copy_from_slice(part);
            return padded;
        };
        let places = u8x32::new(std::array::from_fn(|place| place as u8));
        let is_own = places.simd_lt(u8x32::splat(part.len() as u8));
        (u8x32::new(*window) & is_own).to_array()
    }

    /// Empties the block for rows of a file with so many columns.
    pub(super) fn start(&mut self, columns: usize, first_row: u32, is_escaped: bool) {
        *self = Block {
            columns,
            first_row,
            is_escaped,
            text: std::mem::take(&mut self.text),
            starts: std::mem::take(&mut self.starts),
            lines: std::mem::take(&mut self.lines),
            ends: std::mem::take(&mut self.ends),
            ..Block::default()
        };
        self.text.clear();
        self.starts.clear();
        self.lines.clear();
        match &mut self.ends {
            Ends::Short(ends) => ends.clear(),
            Ends::Long(_) => self.ends = Ends::default(),
        }
    }

    /// The same rows under other numbers: a part of a file is planned as if it were the whole.
    pub(crate) fn renumber(&mut self, first_row: RowNumber) {
        self.first_row = first_row.0;
    }

    /// Some rows of other blocks in the order given, ascending, numbered from 1.
    pub(crate) fn gather<'b>(rows: impl Iterator<Item = (&'b Block, usize)>) -> Block {
        let mut whole = Block::default();
        let (mut text, mut ends) = (String::new(), Vec::new());
        for (block, row) in rows {
            if whole.is_empty() {
                whole.start(block.columns, 1, block.is_escaped);
                whole.has_made = block.has_made;
            }
            whole.has_nul |= block.has_nul;
            ends.clear();
            let width = block.put_ends(row, &mut ends);
            let (start, from) = (block.starts[row] as usize, text.len());
            text.push_str(&block.text[start..start + ends.last().copied().unwrap_or(0)]);
            text.push('\n');
            whole.push_row(from, block.line(row), &ends);
            whole.narrow_last(width);
            if block.is_failed(row) {
                whole.fail_last();
            }
        }
        whole.text = text;
        whole
    }

    /// Adds a record whose raw cells end at these places. Cells with bytes that are not UTF-8 are mended
    /// with U+FFFD; their columns are returned.
    pub(super) fn push_record(&mut self, line: u64, record: &[u8], ends: &[usize]) -> Vec<usize> {
        let start = self.text.len();
        if let Ok(record) = from_utf8(record) {
            self.text.push_str(record);
            self.push_row(start, line, ends);
            return Vec::new();
        }
        let (mut mended, mut mended_ends) = (Vec::new(), Vec::with_capacity(ends.len()));
        for (column, cell) in raw_cells(record, ends).enumerate() {
            let read = String::from_utf8_lossy(cell);
            if matches!(read, Cow::Owned(_)) {
                mended.push(column);
            }
            self.text.push_str(&read);
            mended_ends.push(self.text.len() - start);
            self.text.push('\n');
        }
        self.push_row(start, line, &mended_ends);
        mended
    }

    /// Adds a row whose cells end at these places relative to its start.
    pub(super) fn push_row(&mut self, start: usize, line: u64, ends: &[usize]) {
        let row = position(self.starts.len());
        if self.starts.is_empty() {
            self.first_line = line;
        }
        self.starts.push(position(start));
        self.lines.push(position(usize::try_from(line - self.first_line).unwrap_or(usize::MAX)));
        let own = &ends[..ends.len().min(self.columns)];
        let last = own.last().copied().unwrap_or(0);
        if last > usize::from(u16::MAX) {
            self.lengthen();
        }
        let padded = own.iter().copied().chain(std::iter::repeat_n(last, self.columns - own.len()));
        match &mut self.ends {
            // Checked above: the last end is the largest.
            Ends::Short(all) => all.extend(padded.map(|end| end as u16)),
            Ends::Long(all) => all.extend(padded.map(position)),
        }
        if ends.len() > self.columns {
            let surplus = ends[self.columns..].iter().map(|end| position(*end)).collect();
            self.odd.push((row, OddWidth::Wide(surplus)));
        } else if ends.len() < self.columns {
            self.odd.push((row, OddWidth::Narrow(ends.len())));
        }
    }

    /// May rows be [added](Self::push_run) many at a time? Not if one was longer than 64 KiB.
    pub(super) fn takes_runs(&self) -> bool {
        matches!(self.ends, Ends::Short(_))
    }

    /// Adds rows that were read together, the first of them on this line.
    pub(super) fn push_run(&mut self, line: u64, run: &Run) {
        let Ends::Short(ends) = &mut self.ends else { return };
        if self.starts.is_empty() {
            self.first_line = line;
        }
        let line = position(usize::try_from(line - self.first_line).unwrap_or(usize::MAX));
        self.starts.extend(run.starts.iter().map(|(start, _)| *start));
        self.lines.extend(run.starts.iter().map(|(_, own)| line.saturating_add(*own)));
        ends.extend_from_slice(run.ends());
    }

    /// The row fails, though it could be read.
    pub(super) fn fail(&mut self, row: usize) {
        let row = position(row);
        if let Err(at) = self.failed.binary_search(&row) {
            self.failed.insert(at, row);
        }
    }

    pub(super) fn fail_last(&mut self) {
        self.failed.push(position(self.starts.len() - 1));
    }

    fn lengthen(&mut self) {
        if let Ends::Short(ends) = &self.ends {
            self.ends = Ends::Long(ends.iter().map(|end| u32::from(*end)).collect());
        }
    }

    /// An empty one with room for as much as this one holds.
    pub(crate) fn empty_like(&self) -> Block {
        let mut empty = Block { columns: self.columns, ..Block::default() };
        empty.reserve(self.len(), self.text.len() + self.text.len() / 8);
        empty
    }

    /// Makes room for so many rows of so many bytes.
    pub(super) fn reserve(&mut self, rows: usize, bytes: usize) {
        self.text.reserve(bytes);
        self.starts.reserve(rows);
        self.lines.reserve(rows);
        if let Ends::Short(ends) = &mut self.ends {
            ends.reserve(rows.saturating_mul(self.columns));
        }
    }

    /// All rows are added: gives back the room that none of them needs.
    pub(super) fn finish(&mut self) {
        self.has_nul = memchr::memchr(0, self.text.as_bytes()).is_some();
        let len = self.text.len();
        if self.text.capacity() > len + len / 4 + 1024 {
            self.text.shrink_to(len + len / 8);
        }
        self.starts.shrink_to_fit();
        self.lines.shrink_to_fit();
        match &mut self.ends {
            Ends::Short(ends) => ends.shrink_to_fit(),
            Ends::Long(ends) => ends.shrink_to_fit(),
        }
    }

    /// Appends the ends of all cells of a row: of those the file has a column for, missing ones among them,
    /// and of surplus ones. `Some`: so many are there really.
    pub(super) fn put_ends(&self, row: usize, ends: &mut Vec<usize>) -> Option<usize> {
        let range = row * self.columns..(row + 1) * self.columns;
        match &self.ends {
            Ends::Short(all) => ends.extend(all[range].iter().map(|end| usize::from(*end))),
            Ends::Long(all) => ends.extend(all[range].iter().map(|end| *end as usize)),
        }
        let odd = self.odd.binary_search_by_key(&row, |(at, _)| *at as usize).ok();
        match &self.odd[odd?].1 {
            OddWidth::Narrow(cells) => return Some(*cells),
            OddWidth::Wide(surplus) => ends.extend(surplus.iter().map(|end| *end as usize)),
        }
        None
    }

    /// Of the last row only so many cells are there really.
    pub(super) fn narrow_last(&mut self, cells: Option<usize>) {
        let row = position(self.starts.len() - 1);
        self.odd.extend(cells.map(|cells| (row, OddWidth::Narrow(cells))));
    }
}

fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block is cut long before 4 GiB")
}
