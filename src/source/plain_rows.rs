//! [`PlainRows`]: rows that are plainly written and as wide as the header, split many at a time.
//!
//! The text is taken 64 bytes at a time, as three words of [bits](Marks): one for the delimiters, one for the
//! quotes, one for the line ends. A byte is quoted if an odd number of quotes come before it, and an exclusive
//! or of all lower bits tells that for 64 bytes at once:
//!
//! ```text
//! text        Lee,"Owl, ""Ltd""",5⏎
//! quotes      ....1.....11...111...
//! quoted      ....111111.1111.1....
//! ```
//!
//! This agrees with the csv crate on one condition: a quote that opens a cell is its first byte, and a quote that
//! closes a cell is followed by a delimiter, a line end or a second quote. Before a row that breaks the condition, the
//! run ends. It also ends before any other row that is unlike the rest, such as one of another width. Such rows are
//! rare, and are read [one by one](super::records).

use fearless_simd::{Level, Simd, dispatch};
use simdutf8::compat::from_utf8;

use super::marks::{CHUNK, Marks, OVERWRITTEN, write_places};
use super::records::BYTE_ORDER_MARK;

/// A run is no longer than this, so that a place in it fits in the two bytes in which a block keeps it, and so
/// that the run is still in the processor's cache when it is copied.
pub(super) const RUN_BYTES: usize = 32 * 1024;
/// Once bytes that are not UTF-8 have ended a run, the next runs are searched for in fewer bytes, but at least in this
/// many. If the search went far for runs that end soon, it would read the same bytes again and again.
const LEAST_REACH: usize = 1024;
/// At most so many rows are read one by one before a run is looked for again.
const MOST_WAITED: usize = 63;

/// What all rows of a run have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) delimiter: u8,
    pub(super) columns: usize,
    /// How long a row may be, with the byte that ends its line.
    pub(super) row_bytes: usize,
}

impl Like {
    /// Whether a row with this many cells may be part of the run. Not if it begins with a byte order mark, because
    /// files were glued together there.
    #[inline(always)]
    fn fits(self, row: &[u8], cells: usize) -> bool {
        cells == self.columns && row.len() <= self.row_bytes && !row.starts_with(BYTE_ORDER_MARK)
    }
}

/// Where a row of a run begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowStart {
    /// Its place in the text of the block.
    pub(super) at: u32,
    /// Its physical line, relative to that of the first row.
    pub(super) line: u32,
}

/// Splits runs, and holds what was found out about the last one.
#[derive(Debug)]
pub(super) struct PlainRows {
    /// Where each row begins.
    pub(super) starts: Vec<RowStart>,
    /// Where the cells end, relative to their row; what comes after the first `cells` of them means nothing.
    ends: Vec<u16>,
    cells: usize,
    /// Which quotes are left out of the text: one of each two.
    doubled: Vec<usize>,
    /// How many bytes of the file the rows are, with the byte that ends the last one.
    pub(super) len: usize,
    /// How many lines end in these bytes.
    pub(super) lines: u32,
    /// Whether one of these bytes is a NUL.
    pub(super) has_nul: bool,
    /// How many bytes are looked at for the next run.
    reach: usize,
    /// How many rows are still to be read one by one before a run is looked for again, and how many there were
    /// at the beginning.
    wait: usize,
    waited: usize,
}

impl Default for PlainRows {
    fn default() -> Self {
        // Every byte may be a delimiter.
        let ends = vec![0; RUN_BYTES + CHUNK + OVERWRITTEN];
        PlainRows {
            starts: Vec::new(),
            ends,
            cells: 0,
            doubled: Vec::new(),
            len: 0,
            lines: 0,
            has_nul: false,
            reach: RUN_BYTES,
            wait: 0,
            waited: 0,
        }
    }
}

/// A row that has begun and not ended yet.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// Where it begins.
    start: usize,
    /// The place that its ends are relative to: its start, plus one for each quote that was left out.
    base: usize,
    line: u32,
}

/// What the bytes before a chunk say about it.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// All bits if the chunk begins inside a quoted cell, otherwise none.
    quoted: u64,
    /// The lowest bit if the byte before ended a cell or a row, or was a quote that may have closed a cell.
    cell_start: u64,
    /// The lowest bit if the byte before was a quote that may have closed a cell.
    closed: u64,
}

impl PlainRows {
    /// Whether the next row is to be read by itself, without looking for a run. In a file of odd rows, looking for runs
    /// between them would make reading take half as long again. Each call counts down by one row.
    pub(super) fn waits(&mut self) -> bool {
        let waits = self.wait > 0;
        self.wait = self.wait.saturating_sub(1);
        waits
    }

    /// Where the cells of all its rows end, relative to their row.
    pub(super) fn ends(&self) -> &[u16] {
        &self.ends[..self.cells]
    }

    /// Appends the rows with which `held` begins to the text: those before the first that is not plain, and at
    /// most so many.
    pub(super) fn split(&mut self, held: &[u8], like: Like, most: usize, text: &mut String) {
        let held = &held[..held.len().min(self.reach)];
        self.find(held, like, most, text.len());
        self.reach = RUN_BYTES.min(self.reach * 2);
        let found = match from_utf8(&held[..self.len]) {
            Ok(found) => found,
            Err(error) => {
                // The row with bytes that are not UTF-8 is read by itself.
                let valid = error.valid_up_to();
                self.find(&held[..valid], like, most, text.len());
                self.reach = LEAST_REACH.max(valid);
                from_utf8(&held[..self.len]).unwrap_or_default()
            }
        };
        self.has_nul = memchr::memchr(0, found.as_bytes()).is_some();
        let mut copied = 0;
        for at in self.doubled.iter().copied().take_while(|at| *at < found.len()) {
            text.push_str(&found[copied..at]);
            copied = at + 1;
        }
        text.push_str(&found[copied..]);
        self.waited = if self.len == 0 { (self.waited * 2 + 1).min(MOST_WAITED) } else { 0 };
        self.wait = self.waited;
    }

    /// Finds the rows with which `held` begins. In the block they will come after so much text.
    ///
    /// A chunk is read from one stop to the next: the second quote of two, a line end inside a quoted cell, or the end
    /// of a line. All of that is one function because its state has to stay in registers: in parts that share a
    /// struct, finding the rows took 5 to 12 % more instructions.
    fn find(&mut self, held: &[u8], like: Like, most: usize, text_start: usize) {
        dispatch!(Level::new(), simd => self.find_on(simd, held, like, most, text_start));
    }

    #[inline(always)]
    fn find_on<S: Simd>(
        &mut self,
        simd: S,
        held: &[u8],
        like: Like,
        most: usize,
        text_start: usize,
    ) {
        let PlainRows { starts, ends, doubled: left_out, .. } = self;
        let ends = ends.as_mut_slice();
        starts.clear();
        left_out.clear();
        let (mut filled, mut cells, mut len, mut lines) = (0, 0, 0, 0);
        let mut row = Open::default();
        let mut before = Before::START;
        let mut chunk_start = 0;
        'run: while chunk_start < held.len() {
            let marks = Marks::of(simd, &held[chunk_start..], like.delimiter);
            let Quotes { quoted, doubled, known } = before.pass(marks);
            let mut delimiters = marks.delimiters & !quoted;
            let mut stops = (marks.line_ends | doubled) & known;
            while stops != 0 {
                let stop = stops.trailing_zeros();
                let below = (1 << stop) - 1;
                filled = push_ends(simd, ends, filled, delimiters & below, chunk_start, row.base);
                delimiters &= !below;
                stops &= stops - 1;
                let at = chunk_start + stop as usize;
                if doubled >> stop & 1 != 0 {
                    left_out.push(at);
                    row.base += 1;
                    continue;
                }
                if quoted >> stop & 1 != 0 {
                    row.line += u32::from(!is_second(held, at));
                    continue;
                }
                if at == row.start {
                    if !is_second(held, at) {
                        // A blank line is skipped elsewhere.
                        break 'run;
                    }
                    (row.start, row.base) = (at + 1, at + 1);
                    continue;
                }
                ends[filled] = (at - row.base) as u16;
                filled += 1;
                if !like.fits(&held[row.start..=at], filled - cells) {
                    break 'run;
                }
                let start = text_start + row.base - left_out.len();
                starts.push(RowStart { at: start as u32, line: lines });
                row.line += 1;
                (cells, len, lines) = (filled, at + 1, row.line);
                if starts.len() == most {
                    break 'run;
                }
                (row.start, row.base) = (at + 1, at + 1);
            }
            if known != u64::MAX {
                break;
            }
            filled = push_ends(simd, ends, filled, delimiters, chunk_start, row.base);
            chunk_start += CHUNK;
        }
        (self.cells, self.len, self.lines) = (cells, len, lines);
    }
}

/// Adds the ends of some cells of a chunk after those that are filled; returns how many there are then.
#[inline(always)]
fn push_ends<S: Simd>(
    simd: S,
    ends: &mut [u16],
    filled: usize,
    marks: u64,
    chunk_start: usize,
    base: usize,
) -> usize {
    let from = chunk_start.wrapping_sub(base) as u16;
    write_places(simd, marks, from, &mut ends[filled..]);
    filled + marks.count_ones() as usize
}

/// Whether this is the line feed after a carriage return, which ends the same line.
#[inline(always)]
fn is_second(held: &[u8], at: usize) -> bool {
    held[at] == b'\n' && at > 0 && held[at - 1] == b'\r'
}

/// What the quotes mean for a chunk.
struct Quotes {
    /// The bytes inside quoted cells, each from the quote that opens it.
    quoted: u64,
    /// The second quotes of pairs that stand for one.
    doubled: u64,
    /// All bits, or those before the first quote in a place where none should be.
    known: u64,
}

impl Before {
    /// Before the first chunk of a run, a row begins.
    const START: Self = Before { quoted: 0, cell_start: 1, closed: 0 };

    /// Reads a chunk, and moves on to the one after it.
    #[inline(always)]
    fn pass(&mut self, marks: Marks) -> Quotes {
        let Marks { delimiters, quotes, line_ends } = marks;
        let ends = delimiters | line_ends;
        if quotes | self.closed == 0 {
            self.cell_start = ends >> 63;
            return Quotes { quoted: self.quoted, doubled: 0, known: u64::MAX };
        }
        let quoted = xor_of_lower(quotes) ^ self.quoted;
        let (opening, closing) = (quotes & quoted, quotes & !quoted);
        let behind_closing = closing << 1 | self.closed;
        let behind_end = (ends | closing) << 1 | self.cell_start;
        let stray = opening & !behind_end | behind_closing & !(ends | quotes);
        *self = Before {
            quoted: (quoted >> 63).wrapping_neg(),
            cell_start: (ends | closing) >> 63,
            closed: closing >> 63,
        };
        let known = if stray == 0 { u64::MAX } else { (1 << stray.trailing_zeros()) - 1 };
        Quotes { quoted, doubled: behind_closing & quotes, known }
    }
}

/// Turns each bit into the exclusive or of itself and all lower ones.
#[inline(always)]
fn xor_of_lower(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].iter().fold(bits, |bits, by| bits ^ bits << by)
}

#[cfg(test)]
mod tests {
    use super::super::input::Bytes;
    use super::super::records::Records;
    use super::super::{Block, FileFormat, Limits, Source};
    use super::*;
    use crate::dice::Dice;

    /// What plain rows are made of.
    const CELLS: [&[u8]; 12] = [
        b"",
        b"",
        b"a",
        "Zoé".as_bytes(),
        b"\"\"",
        b"\"a,b\"",
        b"\"x\ny\"",
        b"\"x\r\n\r\ny\r\"",
        b"\"a \"\"b\"\"\"",
        b"\"\"\"\"",
        b"a longer text that fills a chunk of sixty-four bytes all alone ..",
        b"\"a quoted one, longer than sixty-four bytes, with a \"\" at its end: \"\"\"",
    ];

    /// What mostly makes a row odd.
    const ODD: [&[u8]; 12] = [
        b"\"",
        b"\"",
        b"\"\"",
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"\xff",
        b"\0",
        b"5\" disk",
        b"\xef\xbb\xbf",
        b"\xef",
    ];

    const LINE_ENDS: [&[u8]; 3] = [b"\n", b"\r\n", b"\r"];

    /// A file of three columns. Most rows are plain, and some have odd parts.
    fn file(seed: u64) -> Vec<u8> {
        let mut dice = Dice::new(seed);
        let line_ends = match dice.below(4) {
            3 => &LINE_ENDS[..],
            one => &LINE_ENDS[one..=one],
        };
        let oddness = dice.one_of(&[usize::MAX, 40, 8]);
        // Some are longer than a run may be.
        let rows = if seed.is_multiple_of(500) { 2_000 } else { dice.below(24) };
        let mut text = b"a,b,c\n".to_vec();
        for _ in 0..rows {
            for column in 0..3 {
                if dice.one_in(oddness) {
                    text.extend_from_slice(dice.one_of(&ODD));
                }
                text.extend_from_slice(dice.one_of(&CELLS));
                text.extend_from_slice(if column < 2 { b"," } else { dice.one_of(line_ends) });
            }
            if dice.one_in(oddness) {
                text.extend_from_slice(dice.one_of(&ODD));
            }
        }
        if seed % 500 == 1 {
            // A row is too long for its ends to fit in two bytes.
            text.extend_from_slice(&[b'x'; 70_000]);
            text.extend_from_slice(b",b,c\n1,2,3\n4,5,6\n");
        }
        if dice.one_in(4) {
            text.truncate(6.max(text.len().saturating_sub(dice.below(9))));
        }
        text
    }

    /// Hands out a byte at a time: no record is held to its end before it is read, so that no run is
    /// found.
    struct Drops<'t>(&'t [u8]);

    impl std::io::Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let len = self.0.len().min(out.len()).min(1);
            out[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    /// All that is found out about a file by reading it in blocks of so many rows.
    fn read(source: Source<'_>, limits: Limits, block_rows: usize) -> Vec<String> {
        let format =
            FileFormat { delimiter: Some(','), header_line: Some(1), ..FileFormat::default() };
        let mut rows = source.format(format).limits(limits).open().unwrap();
        let (mut told, mut block) = (Vec::new(), Block::new());
        while let Some(issues) = rows.next_block(&mut block, block_rows).unwrap() {
            for row in 0..block.len() {
                let record: Vec<&str> = block.record(row).collect();
                let cells: Vec<&str> = block.cells(row).collect();
                let (line, is_failed) = (block.line(row), block.is_failed(row));
                told.push(format!("{line} {is_failed} {record:?} {cells:?}"));
            }
            told.push(format!("{:?} {} {issues:?}", block.first_row(), rows.bytes_read()));
        }
        told.push(format!("{}", rows.bytes_read()));
        told
    }

    #[test]
    fn rows_read_many_at_a_time_are_those_read_one_by_one() {
        for seed in 0..20_000 {
            let file = file(seed);
            // Other dice than the file's, so that limits do not go with line ends.
            let mut dice = Dice::new(!seed);
            let mut limits = Limits::default();
            match dice.below(6) {
                0 => limits = limits.rows(dice.below(12) as u32),
                1 => limits = limits.bytes(dice.below(file.len() + 2) as u64),
                2 => limits = limits.cell_bytes(1 + dice.below(90)),
                3 => limits = limits.columns(3 + dice.below(2)),
                _ => {}
            }
            let block_rows = if dice.one_in(2) { 1_000 } else { 1 + dice.below(8) };
            let many = read(Source::from_bytes(file.as_slice()), limits, block_rows);
            let single = read(Source::from_reader(Drops(&file)), limits, block_rows);
            assert_eq!(many, single, "{limits:?} {block_rows} {}", file.escape_ascii());
        }
    }

    #[test]
    fn most_rows_are_read_many_at_a_time_if_few_are_odd() {
        let (mut all, mut many) = (0, 0);
        for seed in 0..5_000 {
            let file = file(seed);
            let mut records =
                Records::new(Bytes::memory(file.as_slice()), b',', Limits::default(), 1);
            records.columns = 3;
            while records.skip_line_ends().unwrap() {
                let run = records.read_run(1_000, usize::MAX, &mut String::new()).starts.len();
                if run == 0 {
                    records.read(&mut Vec::new()).unwrap();
                }
                (all, many) = (all + run.max(1), many + run);
            }
        }
        assert!(many > all * 4 / 5, "{many} of {all}");
    }

    #[test]
    fn a_run_ends_before_a_row_that_is_odd() {
        let lengths = |text: &str| {
            let like = Like { delimiter: b',', columns: 2, row_bytes: 40 };
            let (mut run, mut copy) = (PlainRows::default(), String::new());
            run.split(text.as_bytes(), like, 3, &mut copy);
            (run.starts.len(), run.len, copy.len())
        };
        assert_eq!(lengths("a,b\nc,d\n"), (2, 8, 8));
        assert_eq!(lengths("a,\"\"\"b\"\nc,\"\"\"\n"), (1, 8, 7), "a quote is never closed");
        assert_eq!(lengths("a,b\r\nc,d\r\ne"), (2, 9, 9), "the end of the file");
        assert_eq!(lengths("a,b\nc\n"), (1, 4, 4), "too narrow");
        assert_eq!(lengths("a,b\nc,d,e\n"), (1, 4, 4), "too wide");
        assert_eq!(lengths("a,b\n\nc,d\n"), (1, 4, 4), "a blank line");
        assert_eq!(lengths("a,b\n5\" disk,d\n"), (1, 4, 4), "a quote in a cell");
        assert_eq!(lengths("a,b\n\"c\" d,e\n"), (1, 4, 4), "text behind a quote");
        assert_eq!(lengths("a,b\n\u{feff}c,d\n"), (1, 4, 4), "a byte order mark");
        assert_eq!(lengths(&format!("a,b\n{},d\n", "c".repeat(40))), (1, 4, 4), "too long");
        assert_eq!(lengths("a,b\nc,d\ne,f\ng,h\n"), (3, 12, 12), "as many as were asked for");
        assert_eq!(lengths("\n"), (0, 0, 0));
    }
}
