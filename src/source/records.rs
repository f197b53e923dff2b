//! [`Records`]: one record after the other, from the bytes of the file into the text of a block.
//!
//! Plainly written records are split without being parsed, [many at a time](super::plain_rows) or
//! [one by one](super::split). The csv crate parses the rest. This file adds what endless or broken files require: no
//! more of a record is held than the [limits](super::Limits) allow, and the physical line is right for all kinds of
//! line ends, wherever a buffer ends.

use csv_core::ReadRecordResult;

use super::damage::Rest;
use super::dialect::count_lines;
use super::input::Bytes;
use super::plain_rows::{Like, PlainRows};
use super::raw::{push_record, push_undoubled};
use super::split::{Plain, split};
use super::{Limits, SourceError};

/// A record of many long cells is given up when it exceeds the limit of one cell by this much.
const RECORD_BYTES: usize = 64 * 1024 * 1024;
/// Found where files were glued together. It means nothing there.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// No buffer larger than this is kept from one record that is read by itself to the next.
pub(super) const KEPT_BYTES: usize = 1024 * 1024;

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
    /// Whether the byte before was a carriage return. Then a line feed that follows ends the same line.
    pub(super) after_return: bool,
    /// Where the [raw](super::raw) cells of the last record end, relative to its start. While a record is
    /// parsed in full: where its bare cells end.
    pub(super) ends: Vec<usize>,
    /// The bare cells, one after the other, of a record that is parsed in full.
    bare: Vec<u8>,
    /// The last rows that were read many at a time.
    pub(super) run: PlainRows,
}

/// The outcome of reading one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The text holds the record.
    Record,
    /// A cell is longer than the limit; the text holds only the beginning of that cell.
    TooLong,
    /// It has more cells than a file may have columns; the text holds as many as that.
    TooWide,
    /// A quote was opened on this line and has no proper end; the text holds the record up to the end of that
    /// line.
    Unclosed { line: u64 },
    /// There is no further record.
    End,
}

/// How far the current record has been parsed.
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
            bare: Vec::new(),
            run: PlainRows::default(),
        }
    }

    /// Skips blank lines, and a byte order mark where files were glued together. True if a record follows.
    pub(super) fn skip_line_ends(&mut self) -> Result<bool, SourceError> {
        const MARK: &[u8] = BYTE_ORDER_MARK;
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
            // Nothing is held, or something that may be the beginning of a mark.
            let (is_empty, is_open) = (held.is_empty(), MARK.starts_with(held));
            if !is_open || !self.bytes.more()? {
                return Ok(!is_empty);
            }
        }
    }

    /// Appends the next records to the text, as long as they are plain and as wide as the header, and returns
    /// where they are: at most so many, out of at most so many bytes.
    pub(super) fn read_run(&mut self, most: usize, bytes: usize, text: &mut String) -> &PlainRows {
        let held = self.bytes.held();
        // A record that is no longer than a cell may be cannot break a limit on bytes.
        let (delimiter, columns, row_bytes) =
            (self.delimiter, self.columns, self.limits.cell_bytes);
        let like = Like { delimiter, columns, row_bytes };
        self.run.split(&held[..held.len().min(bytes)], like, most, text);
        let len = self.run.len;
        if len > 0 {
            self.after_return = held[len - 1] == b'\r';
            self.line += u64::from(self.run.lines);
            self.advance(len);
        }
        &self.run
    }

    /// Appends one record to the text and returns how many cells it has; `self.ends` says where they end.
    pub(super) fn read(&mut self, text: &mut Vec<u8>) -> Result<(Outcome, usize), SourceError> {
        let held = self.bytes.held();
        // A record that is no longer than a cell may be cannot break a limit on bytes.
        let held = &held[..held.len().min(self.limits.cell_bytes)];
        let plain = split(held, self.delimiter, &mut self.ends);
        let Some(Plain { len, cells, is_multiline, has_doubled }) =
            plain.filter(|plain| plain.cells <= self.limits.columns)
        else {
            return self.read_odd(text);
        };
        if has_doubled {
            push_undoubled(text, &held[..len], &mut self.ends[..cells]);
        } else {
            text.extend_from_slice(&held[..len]);
        }
        if is_multiline {
            self.pass(len);
        } else {
            self.end_line(len);
        }
        Ok((Outcome::Record, cells))
    }

    /// Like [`read`](Self::read), for a record that is not plain.
    fn read_odd(&mut self, text: &mut Vec<u8>) -> Result<(Outcome, usize), SourceError> {
        let mut bare = std::mem::take(&mut self.bare);
        let read = self.read_in_full(&mut bare);
        if let Ok((_, cells)) = read {
            push_record(text, &bare, &mut self.ends[..cells]);
        }
        // The room that a giant took is given back.
        if bare.len() <= KEPT_BYTES {
            self.bare = bare;
        }
        read
    }

    /// Reads one record with the csv crate.
    fn read_in_full(&mut self, text: &mut Vec<u8>) -> Result<(Outcome, usize), SourceError> {
        self.parser.reset();
        let mut at = Progress::default();
        loop {
            // The parser takes empty input for the end of the file.
            if at.read == self.bytes.held().len() && !self.bytes.more()? {
                return self.end_of_file(text, at);
            }
            make_room(text, at.written);
            let (result, nin, nout, nend) = self.parser.read_record(
                &self.bytes.held()[at.read..],
                &mut text[at.written..],
                &mut self.ends[at.cells..],
            );
            at.read += nin;
            at.written += nout;
            at.cells += nend;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return self.complete(text, at);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::InputEmpty => {}
            }
            if self.is_excessive(at) {
                return self.give_up(text, at, Rest::Unread);
            }
        }
    }

    /// Whether the record exceeds a limit already, before it has ended.
    fn is_excessive(&self, at: Progress) -> bool {
        at.written - self.cell_start(at) > self.limits.cell_bytes
            || at.written > self.record_limit()
            || at.cells > self.limits.columns
    }

    fn record_limit(&self) -> usize {
        self.limits.cell_bytes + RECORD_BYTES
    }

    /// Where the cell begins that is being read.
    fn cell_start(&self, at: Progress) -> usize {
        at.cells.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// The first cell that breaks a limit on bytes, and where it is in the text of the record. It is the same one in
    /// whatever pieces the file arrives.
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

    /// A record was parsed to its end, and the line end after it as well.
    fn complete(
        &mut self,
        text: &mut Vec<u8>,
        at: Progress,
    ) -> Result<(Outcome, usize), SourceError> {
        if self.breaks_a_limit(at) {
            return self.give_up(text, at, Rest::Nothing);
        }
        // A cell without quotes takes its own bytes and one more, for what ends it. If that accounts for all
        // bytes, no line break is hidden in the record, and no quote can be wrong.
        let has_quotes = at.read != at.written + at.cells;
        let held = &self.bytes.held()[..at.read];
        if has_quotes && memchr::memchr2(b'\n', b'\r', &held[..at.read - 1]).is_some() {
            if let Some(opened) = self.swallowed_rows(at.read) {
                return self.resume_after(text, at.read, opened);
            }
            self.pass(at.read);
        } else {
            self.end_line(at.read);
        }
        Ok((Outcome::Record, at.cells))
    }

    /// The file ended inside a record, or before one.
    fn end_of_file(
        &mut self,
        text: &mut Vec<u8>,
        mut at: Progress,
    ) -> Result<(Outcome, usize), SourceError> {
        if at.read == 0 {
            return Ok((Outcome::End, 0));
        }
        if self.breaks_a_limit(at) {
            return self.give_up(text, at, Rest::Nothing);
        }
        if let Some(opened) = self.open_quote(at.read).or_else(|| self.swallowed_rows(at.read)) {
            return self.resume_after(text, at.read, opened);
        }
        loop {
            make_room(text, at.written);
            let (result, _, nout, nend) =
                self.parser.read_record(&[], &mut text[at.written..], &mut self.ends[at.cells..]);
            (at.written, at.cells) = (at.written + nout, at.cells + nend);
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        if at.cells > self.limits.columns {
            return self.give_up(text, at, Rest::Nothing);
        }
        self.pass(at.read);
        Ok((if at.cells == 0 { Outcome::End } else { Outcome::Record }, at.cells))
    }

    /// Moves past some bytes, and counts the lines that end in them.
    pub(super) fn pass(&mut self, len: usize) {
        let bytes = &self.bytes.held()[..len];
        let Some(&last) = bytes.last() else { return };
        let is_same_end = self.after_return && bytes[0] == b'\n';
        self.line += count_lines(&bytes[usize::from(is_same_end)..]);
        self.after_return = last == b'\r';
        self.advance(len);
    }

    /// Moves past a record that is a single line.
    fn end_line(&mut self, len: usize) {
        self.line += 1;
        self.after_return = self.bytes.held()[..len].last() == Some(&b'\r');
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

/// Makes room for the parser to write some thousand bytes after `used`.
pub(super) fn make_room(text: &mut Vec<u8>, used: usize) {
    if text.len() < used + 4096 {
        let more = (text.len() / 2).clamp(64 * 1024, 4 * 1024 * 1024);
        text.resize(used + more, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::raw::{bare_bytes, raw_cells};
    use super::*;
    use crate::dice::Dice;

    /// A file made mostly of bytes that mean something in a csv file.
    fn file(seed: u64) -> Vec<u8> {
        const PARTS: [&str; 16] = [
            ",",
            ",",
            ",",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "\"",
            "\"",
            "\"a,b\"",
            "\"a\"\"b\"",
            "ab",
            "é",
            "\u{feff}",
            "\"x\ny\"",
            " a longer text that fills a chunk of sixty-four bytes alone ",
        ];
        Dice::new(seed).text(60, &PARTS).into_bytes()
    }

    type Read = (Outcome, Vec<Vec<u8>>, u64, u64, bool);

    /// Every record of the file: its cells, and where the file stands then.
    fn records(
        file: &[u8],
        read: impl Fn(&mut Records<'_>, &mut Vec<u8>) -> Result<(Outcome, usize), SourceError>,
    ) -> Vec<Read> {
        let mut records = Records::new(Bytes::memory(file), b',', Limits::default(), 1);
        records.columns = 3;
        let mut all = Vec::new();
        while records.skip_line_ends().unwrap() {
            let mut text = Vec::new();
            let (outcome, cells) = read(&mut records, &mut text).unwrap();
            let cells = raw_cells(&text, &records.ends[..cells]);
            let cells = cells.map(|cell| bare_bytes(cell).to_vec()).collect();
            all.push((outcome, cells, records.line, records.bytes_read, records.after_return));
        }
        all
    }

    #[test]
    #[allow(clippy::redundant_closure_for_method_calls)] // a method has a lifetime too few
    fn the_quick_reading_is_the_csv_crate_s() {
        let mut plain = 0;
        for seed in 0..100_000 {
            let file = file(seed);
            let quick = records(&file, |records, text| records.read(text));
            let full = records(&file, |records, text| records.read_odd(text));
            assert_eq!(quick, full, "{}", file.escape_ascii());
            plain += usize::from(split(&file, b',', &mut Vec::new()).is_some());
        }
        assert!(plain > 20_000, "only {plain} files begin with a plain record");
    }
}
