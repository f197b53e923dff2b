//! How a [`Block`] is filled: record by record, with many rows at a time, or with rows of other blocks.

use std::borrow::Cow;

use simdutf8::basic::from_utf8;

use super::block::{Block, Ends, OddWidth};
use super::plain_rows::PlainRows;
use super::raw::raw_cells;

impl Block {
    /// Empties the block, to be filled with rows of a file with so many columns.
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

    /// An empty block with room for as much as this one holds.
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

    /// Adds a record whose raw cells end at these places. Bytes that are not UTF-8 are replaced by U+FFFD; the
    /// columns of cells with such bytes are returned.
    pub(super) fn push_record(&mut self, line: u64, record: &[u8], ends: &[usize]) -> Vec<usize> {
        let start = self.text.len();
        self.has_nul |= memchr::memchr(0, record).is_some();
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

    /// Adds a row of the text that begins there, and whose cells end at these places relative to that.
    pub(super) fn push_row(&mut self, start: usize, line: u64, ends: &[usize]) {
        let row = position(self.starts.len());
        let line = self.relative_line(line);
        self.starts.push(position(start));
        self.lines.push(line);
        let own = &ends[..ends.len().min(self.columns)];
        let last = own.last().copied().unwrap_or(0);
        if last > usize::from(u16::MAX) {
            self.widen_ends();
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

    /// The line of the next row, relative to the first row's. If there is no row yet, it becomes the first
    /// row's.
    fn relative_line(&mut self, line: u64) -> u32 {
        if self.is_empty() {
            self.first_line = line;
        }
        position(usize::try_from(line - self.first_line).unwrap_or(usize::MAX))
    }

    /// Can rows be [added](Self::push_run) many at a time? Not once there was a row of more than 64 KiB.
    pub(super) fn takes_runs(&self) -> bool {
        matches!(self.ends, Ends::Short(_))
    }

    /// Adds rows that were read together, the first one from this line.
    pub(super) fn push_run(&mut self, line: u64, run: &PlainRows) {
        let line = self.relative_line(line);
        self.has_nul |= run.has_nul;
        let Ends::Short(ends) = &mut self.ends else { return };
        self.starts.extend(run.starts.iter().map(|start| start.at));
        self.lines.extend(run.starts.iter().map(|start| line.saturating_add(start.line)));
        ends.extend_from_slice(run.ends());
    }

    /// Fails a row that could be read.
    pub(super) fn fail(&mut self, row: usize) {
        let row = position(row);
        if let Err(at) = self.failed.binary_search(&row) {
            self.failed.insert(at, row);
        }
    }

    /// Fails the last row, which could not be read.
    pub(super) fn fail_last(&mut self) {
        self.failed.push(position(self.starts.len() - 1));
    }

    /// Two bytes are not enough any more to say where cells end.
    fn widen_ends(&mut self) {
        if let Ends::Short(ends) = &self.ends {
            self.ends = Ends::Long(ends.iter().map(|end| u32::from(*end)).collect());
        }
    }

    /// Notes that the last row really has only so many cells, if it is narrower than the header.
    pub(super) fn narrow_last(&mut self, cells: Option<usize>) {
        let row = position(self.starts.len() - 1);
        self.odd.extend(cells.map(|cells| (row, OddWidth::Narrow(cells))));
    }

    /// A block of some rows of other blocks, in ascending order, numbered from 1.
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

    /// All rows have been added: gives back the memory that they do not need.
    pub(super) fn finish(&mut self) {
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
}

#[inline]
pub(super) fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block is cut long before 4 GiB")
}
