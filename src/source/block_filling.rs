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
            stride: columns,
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
        let mut empty = Block { columns: self.columns, stride: self.columns, ..Block::default() };
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
        self.widest = self.widest.max(own.len());
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

    /// Whether rows can be [added](Self::push_run) many at a time. Not after a row of more than 64 KiB.
    pub(super) fn takes_runs(&self) -> bool {
        matches!(self.ends, Ends::Short(_))
    }

    /// Adds rows that were read together, the first one from this line.
    pub(super) fn push_run(&mut self, line: u64, run: &PlainRows) {
        if run.starts.is_empty() {
            return;
        }
        let line = self.relative_line(line);
        self.has_nul |= run.has_nul;
        self.widest = self.columns;
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

    /// Whether a row of so many cells belongs into another block. A block that has mostly short rows, and only those,
    /// can be [narrowed](Self::narrow); with a row as wide as the header among them it cannot.
    pub(super) fn is_better_without(&self, cells: usize) -> bool {
        self.is_sparse() && self.widest < self.columns && cells >= self.columns
    }

    /// Whether no further row should be added, because there are many short ones below a row as wide as the header.
    pub(super) fn is_better_closed(&self) -> bool {
        self.is_sparse() && self.widest == self.columns
    }

    fn is_sparse(&self) -> bool {
        self.ends.len() > MUCH * self.text.len() + FEW
    }

    /// Keeps only as many ends of each row as the widest has, if all are narrower than the header.
    fn narrow(&mut self) {
        let widest = self.widest.max(1);
        if widest >= self.stride {
            return;
        }
        let stride = std::mem::replace(&mut self.stride, widest);
        match &mut self.ends {
            Ends::Short(ends) => keep_first(ends, stride, widest),
            Ends::Long(ends) => keep_first(ends, stride, widest),
        }
    }

    /// All rows have been added: gives back the memory that they do not need.
    pub(super) fn finish(&mut self) {
        let len = self.text.len();
        if self.text.capacity() > len + len / 4 + 1024 {
            self.text.shrink_to(len + len / 8);
        }
        self.starts.shrink_to_fit();
        self.lines.shrink_to_fit();
        if self.ends.len() > MUCH * len {
            self.narrow();
        }
        match &mut self.ends {
            Ends::Short(ends) => ends.shrink_to_fit(),
            Ends::Long(ends) => ends.shrink_to_fit(),
        }
    }
}

/// Of each so many ends, keeps the first ones.
fn keep_first<End: Copy>(ends: &mut Vec<End>, stride: usize, kept: usize) {
    let rows = ends.len() / stride;
    for row in 1..rows {
        ends.copy_within(row * stride..row * stride + kept, row * kept);
    }
    ends.truncate(rows * kept);
}

/// So many ends for each byte of text are kept only if a row has as many cells. Otherwise a small file of short rows
/// below a wide header would take thousands of times its size.
const MUCH: usize = 4;
/// So many ends besides are nothing to save.
const FEW: usize = 64 * 1024;

#[inline]
pub(super) fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block is cut long before 4 GiB")
}

#[cfg(test)]
mod tests {
    use crate::source::{Block, Source, Stripe};

    #[test]
    fn l5_a_full_row_among_short_ones_takes_a_block_of_its_own() {
        const COLUMNS: usize = 3_000;
        let full = vec!["x"; COLUMNS].join(",");
        let record = |row: usize| match row % 700 {
            0 => full.clone(),
            350 => format!("{full},y"),
            other => format!("{row},{}", "z".repeat(other % 3)),
        };
        let header = (0..COLUMNS).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
        let records: Vec<String> = (1..=7_000).map(record).collect();
        let file = format!("{header}\n{}", records.join("\n"));
        let mut rows = Source::from_bytes(file.as_bytes()).open().unwrap();
        let (mut block, mut read, mut ends, mut blocks) = (Block::new(), 0, 0, 0);
        while rows.next_block(&mut block, 2_048).unwrap().is_some() {
            for row in 0..block.len() {
                assert_eq!(block.record(row).collect::<Vec<_>>().join(","), records[read]);
                assert_eq!(block.line(row) as usize, read + 2);
                read += 1;
            }
            ends += block.ends.len();
            blocks += 1;
        }
        assert_eq!(read, records.len());
        assert!(ends < 15 * file.len(), "{ends} ends of {} bytes in {blocks} blocks", file.len());
        assert!(blocks < 60, "{blocks}");
    }

    #[test]
    fn l5_short_rows_below_a_wide_header_take_little_and_read_the_same() {
        let header = (0..300).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
        let rows = ["a,b", "", "c", "\"d\",,e", "f", ",g"];
        let short = format!("{header}\n{}", [&rows.join("\n"), "\n"].concat().repeat(3));
        let full = format!("{short}{}\n", ",".repeat(299));
        let read = |file: &str| {
            let mut block = Block::new();
            Source::from_bytes(file.as_bytes()).open().unwrap().next_block(&mut block, 99).unwrap();
            block
        };
        let (narrow, wide) = (read(&short), read(&full));
        assert_eq!((narrow.columns(), narrow.stride, wide.stride), (300, 3, 300));
        assert!(narrow.ends.len() == 3 * narrow.len() && narrow.len() > 10);
        let told = |block: &Block| {
            let (mut all, mut buffer) = (Vec::new(), Vec::new());
            let stripe = Stripe::of(block, 0, &mut buffer);
            for row in 0..narrow.len() {
                let of = block.row(row);
                let each = (0..300).map(|column| {
                    let is_filled = stripe.filled(column) >> row & 1 == 1;
                    let bytes = if is_filled { stripe.bytes(row, column) } else { b"" };
                    assert_eq!(bytes, of.bytes(column));
                    (of.cell(column), of.is_empty(column), of.lacks(column), of.filled())
                });
                all.push((each.collect::<Vec<_>>(), block.record(row).collect::<Vec<_>>()));
                assert_eq!(block.cells(row).count(), 300);
            }
            format!("{all:?}")
        };
        assert_eq!(told(&narrow), told(&wide));
        let gathered = Block::gather((0..narrow.len()).map(|row| (&narrow, row)));
        assert_eq!(told(&gathered), told(&wide));
        let made = |mut block: Block| {
            block.make_column(|row, cell| cell.push_str(row.cell(0)));
            (0..narrow.len()).map(|row| block.row(row).cell(300).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(made(narrow.clone()), made(wide));
        let mut shown = Vec::new();
        narrow.each_filled(2, |cell| shown.push(cell));
        narrow.each_filled(3, |cell| shown.push(cell));
        assert_eq!(shown, ["e"; 3]);
    }
}
