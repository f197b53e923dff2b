//! [`Records`]: one record after the other, from the bytes of the file into the text of a block.
//!
//! The parsing is the csv crate's. Around it stands what an endless or broken file needs: a record
//! is never held longer than the [limits](super::Limits) allow, and the physical line is right
//! whatever the line ends are and wherever a buffer happens to end.

use csv_core::ReadRecordResult;

use super::dialect::count_lines;
use super::input::Bytes;
use super::{Limits, SourceError};

/// A record of many long cells is given up at this size beyond the limit of one cell.
const RECORD_BYTES: usize = 64 * 1024 * 1024;

/// The records of an open file, from the current position on.
pub(super) struct Records<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) parser: csv_core::Reader,
    pub(super) delimiter: u8,
    pub(super) limits: Limits,
    /// How many columns the header has; 0 until it is read.
    pub(super) columns: usize,
    /// The physical line of the current position, 1-based.
    pub(super) line: u64,
    pub(super) bytes_read: u64,
    /// The byte before was a carriage return: a line feed now ends the same line.
    pub(super) after_return: bool,
    /// Where the cells of the last record end, relative to where it begins.
    pub(super) ends: Vec<usize>,
}

/// What reading one record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It lies in the text from where it began.
    Record,
    /// A cell is longer than the limit; the text holds the beginning of it.
    TooLong,
    /// It has more cells than a file may have columns; the text holds as many.
    TooWide,
    /// A quote is opened on this line and never closed; the text holds the record up to the end of
    /// that line.
    Unclosed { line: u64 },
    /// There is no further record.
    End,
}

/// How far the current record is understood.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Bytes of the file.
    pub(super) read: usize,
    /// Bytes of text.
    pub(super) written: usize,
    /// Finished cells.
    pub(super) cells: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: Bytes<'a>, delimiter: u8, limits: Limits, line: u64) -> Self {
        Records {
            bytes,
            parser: parser(delimiter),
            delimiter,
            limits,
            columns: 0,
            line,
            bytes_read: 0,
            after_return: false,
            ends: vec![0; 64],
        }
    }

    /// Moves over blank lines, and over a byte order mark where files were glued together; true if a
    /// record follows.
    pub(super) fn skip_line_ends(&mut self) -> Result<bool, SourceError> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        loop {
            let held = self.bytes.held();
            let len = held.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if len > 0 {
                self.pass(len);
            }
            let held = self.bytes.held();
            if held.first().is_some_and(|first| *first != MARK[0]) {
                return Ok(true);
            }
            if held.starts_with(MARK) {
                self.advance(MARK.len());
                continue;
            }
            // There is nothing, or what may be the beginning of a mark.
            let (is_empty, is_open) = (held.is_empty(), MARK.starts_with(held));
            if !is_open || !self.bytes.more()? {
                return Ok(!is_empty);
            }
        }
    }

    /// Reads one record into the text from `start` on; its cell ends go to `self.ends`, and how many
    /// there are is returned.
    pub(super) fn read(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        self.parser.reset();
        let mut at = Progress::default();
        loop {
            // To the parser no input means the end of the file.
            if at.read == self.bytes.held().len() && !self.bytes.more()? {
                return self.end_of_file(text, start, at);
            }
            make_room(text, start + at.written);
            let (result, nin, nout, nend) = self.parser.read_record(
                &self.bytes.held()[at.read..],
                &mut text[start + at.written..],
                &mut self.ends[at.cells..],
            );
            at.read += nin;
            at.written += nout;
            at.cells += nend;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return self.complete(text, start, at);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::InputEmpty => {}
            }
            if self.is_excessive(at) {
                return self.give_up(text, start, at, false);
            }
        }
    }

    /// Is the record beyond the limits, though it has not ended?
    fn is_excessive(&self, at: Progress) -> bool {
        at.written - self.cell_start(at) > self.limits.cell_bytes
            || at.written > self.record_limit()
            || at.cells > self.limits.columns
    }

    fn record_limit(&self) -> usize {
        self.limits.cell_bytes + RECORD_BYTES
    }

    /// Where the cell begins that has not ended yet.
    fn cell_start(&self, at: Progress) -> usize {
        at.cells.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// The first cell that breaks a limit on bytes, and where in the text of the record it lies. It
    /// is the same one however the file came in pieces.
    pub(super) fn overlong_cell(&self, at: Progress) -> Option<(usize, std::ops::Range<usize>)> {
        let ends = self.ends[..at.cells].iter().copied().chain([at.written]);
        let mut from = 0;
        let cells = ends.map(|end| std::mem::replace(&mut from, end)..end);
        cells
            .take(self.limits.columns)
            .enumerate()
            .find(|(_, cell)| cell.len() > self.limits.cell_bytes || cell.end > self.record_limit())
    }

    fn breaks_a_limit(&self, at: Progress) -> bool {
        at.cells > self.limits.columns
            || (at.written > self.limits.cell_bytes && self.overlong_cell(at).is_some())
    }

    /// A record was read in full, with the line end behind it.
    fn complete(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
        at: Progress,
    ) -> Result<(Outcome, usize), SourceError> {
        if self.breaks_a_limit(at) {
            return self.give_up(text, start, at, true);
        }
        // A cell without quotes costs its bytes and one delimiter: if all do, no line break is hidden
        // in the record, and no quote in it can be wrong.
        let has_quotes = at.read != at.written + at.cells;
        let held = &self.bytes.held()[..at.read];
        if has_quotes && memchr::memchr2(b'\n', b'\r', &held[..at.read - 1]).is_some() {
            if let Some(opened) = self.swallowed_rows(at.read) {
                return self.resume_after(text, start, at.read, opened);
            }
            self.pass(at.read);
        } else {
            self.line += 1;
            self.after_return = held.last() == Some(&b'\r');
            self.advance(at.read);
        }
        Ok((Outcome::Record, at.cells))
    }

    /// The file ended inside a record, or before one.
    fn end_of_file(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
        mut at: Progress,
    ) -> Result<(Outcome, usize), SourceError> {
        if at.read == 0 {
            return Ok((Outcome::End, 0));
        }
        if self.breaks_a_limit(at) {
            return self.give_up(text, start, at, true);
        }
        if let Some(opened) = self.open_quote(at.read).or_else(|| self.swallowed_rows(at.read)) {
            return self.resume_after(text, start, at.read, opened);
        }
        loop {
            make_room(text, start + at.written);
            let (result, _, nout, nend) = self.parser.read_record(
                &[],
                &mut text[start + at.written..],
                &mut self.ends[at.cells..],
            );
            (at.written, at.cells) = (at.written + nout, at.cells + nend);
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        if at.cells > self.limits.columns {
            return self.give_up(text, start, at, true);
        }
        self.pass(at.read);
        Ok((if at.cells == 0 { Outcome::End } else { Outcome::Record }, at.cells))
    }

    /// Moves over bytes and the lines that end in them.
    pub(super) fn pass(&mut self, len: usize) {
        let bytes = &self.bytes.held()[..len];
        let Some(&last) = bytes.last() else { return };
        let is_same_end = self.after_return && bytes[0] == b'\n';
        self.line += count_lines(&bytes[usize::from(is_same_end)..]);
        self.after_return = last == b'\r';
        self.advance(len);
    }

    fn advance(&mut self, len: usize) {
        self.bytes.consume(len);
        self.bytes_read += len as u64;
    }
}

pub(super) fn parser(delimiter: u8) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter).build()
}

/// Lets the parser write some thousand bytes behind `used`.
pub(super) fn make_room(text: &mut Vec<u8>, used: usize) {
    if text.len() < used + 4096 {
        let more = (text.len() / 2).clamp(64 * 1024, 4 * 1024 * 1024);
        text.resize(used + more, 0);
    }
}
