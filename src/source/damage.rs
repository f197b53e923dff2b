//! Records that a stray quote breaks, or that never end: how much of them is lost, and where reading continues.
//!
//! If there is one quote too many, the csv grammar makes one cell of all rows up to the next quote:
//!
//! ```text
//! Lee,"Owl Ltd,5       <- this row fails
//! Bo,Fox Inc,7         <- and this one must not be lost in its second cell
//! ```
//!
//! So here only the line that opens the quote is lost, and the next line is a row again. This rule applies
//!
//! - if the quote is never closed,
//! - if the cell becomes longer than the limit, and the lines inside it look like rows of the table,
//! - if the quote that closes the cell is in the middle of another cell, and the lines look like rows.
//!
//! An issue reports the lost line, so nothing is lost silently.

use csv_core::ReadRecordResult;

use super::SourceError;
use super::records::{Outcome, Progress, Records, make_room, parser};

/// How much of a cell that is too long is kept, so that it can be shown.
pub(super) const SHOWN: usize = 64;
/// How many lines inside a quoted cell are looked at.
const LOOKED_AT: usize = 50;

/// What is still to come of a record that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing: it was read to its end.
    Nothing,
    /// Some of it: its end has not been found yet.
    Unread,
}

impl Records<'_> {
    /// Gives up a record that breaks a limit.
    pub(super) fn give_up(
        &mut self,
        text: &mut Vec<u8>,
        at: Progress,
        rest: Rest,
    ) -> Result<(Outcome, usize), SourceError> {
        let Some((cell, bytes)) = self.overlong_cell(at) else {
            self.leave(at, rest)?;
            return Ok((Outcome::TooWide, self.limits.columns));
        };
        if let Some(opened) = self.quote_of(cell, at.read) {
            let end = at.read.min(opened + self.limits.cell_bytes);
            if self.looks_like_rows(&self.bytes.held()[opened..end]) {
                return self.resume_after(text, at.read, opened);
            }
        }
        self.leave(at, rest)?;
        // So much of the cell is held in any case, in whatever pieces the file arrives.
        let shown = if bytes.len() > self.limits.cell_bytes { SHOWN } else { 0 };
        let mut end = bytes.start + shown.min(self.limits.cell_bytes);
        while end > bytes.start && text[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        if self.ends.len() == cell {
            self.ends.push(0);
        }
        self.ends[cell] = end;
        Ok((Outcome::TooLong, cell + 1))
    }

    /// Reads a record to its end, and keeps nothing of it.
    fn leave(&mut self, at: Progress, rest: Rest) -> Result<(), SourceError> {
        self.pass(at.read);
        if rest == Rest::Nothing {
            return Ok(());
        }
        let (mut scratch, mut ends) = ([0; 16 * 1024], [0; 256]);
        loop {
            // The parser takes empty input for the end of the file.
            if self.bytes.held().is_empty() && !self.bytes.more()? {
                return Ok(());
            }
            let (result, nin, ..) =
                self.parser.read_record(self.bytes.held(), &mut scratch, &mut ends);
            self.pass(nin);
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                return Ok(());
            }
        }
    }

    /// Takes the record only up to the end of the line on which the quote was opened, and continues with the next
    /// line.
    pub(super) fn resume_after(
        &mut self,
        text: &mut Vec<u8>,
        read: usize,
        opened: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        let held = self.bytes.held();
        let break_at = memchr::memchr2(b'\n', b'\r', &held[opened..read]);
        let end = break_at.map_or(read, |at| opened + at);
        let record = held[..end].to_vec();
        make_room(text, end);
        self.pass(opened);
        let line = self.line;
        self.pass(end - opened + usize::from(end < read));
        let mut parser = parser(self.delimiter);
        let (mut at, mut is_over) = (Progress::default(), false);
        while !is_over {
            let (result, nin, nout, nend) = parser.read_record(
                &record[at.read..],
                &mut text[at.written..],
                &mut self.ends[at.cells..],
            );
            at = Progress {
                read: at.read + nin,
                written: at.written + nout,
                cells: at.cells + nend,
            };
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {}
                // The text cannot be full: it has room for the whole line.
                _ => is_over = true,
            }
        }
        if at.cells == 0 {
            self.ends[0] = at.written;
        }
        Ok((Outcome::Unclosed { line }, at.cells.max(1)))
    }

    /// Where the quote is that opens this cell of the current record, if the cell is quoted.
    fn quote_of(&self, cell: usize, read: usize) -> Option<usize> {
        let held = &self.bytes.held()[..read];
        let mut at = 0;
        for _ in 0..cell {
            let mut quoted = QuotedCells { text: held, delimiter: self.delimiter, at };
            if held.get(at) == Some(&b'"') {
                at = quoted.next()?.end?;
            }
            at += memchr::memchr(self.delimiter, &held[at..])? + 1;
        }
        (held.get(at) == Some(&b'"')).then_some(at)
    }

    /// Where the first `read` bytes open a quote that they do not close.
    pub(super) fn open_quote(&self, read: usize) -> Option<usize> {
        let mut cells = QuotedCells::new(&self.bytes.held()[..read], self.delimiter);
        cells.find(|cell| cell.end.is_none()).map(|cell| cell.start)
    }

    /// Where a quote is opened that has swallowed rows: it is closed on a later line, in the middle of a cell.
    pub(super) fn swallowed_rows(&self, read: usize) -> Option<usize> {
        let held = &self.bytes.held()[..read];
        let is_stray = |start: usize, end: usize| {
            let behind = held.get(end);
            let is_closed =
                behind.is_none_or(|byte| *byte == self.delimiter || matches!(byte, b'\n' | b'\r'));
            !is_closed
                && memchr::memchr2(b'\n', b'\r', &held[start..end]).is_some()
                && self.columns > 1
                && self.looks_like_rows(&held[start..])
        };
        let mut cells = QuotedCells::new(held, self.delimiter);
        let stray = cells.find(|cell| cell.end.is_some_and(|end| is_stray(cell.start, end)));
        stray.map(|cell| cell.start)
    }

    /// Whether the lines after the first look like rows of the table.
    fn looks_like_rows(&self, text: &[u8]) -> bool {
        let expected = self.columns.max(1) - 1;
        let lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1);
        let (mut all, mut fitting) = (0, 0);
        for line in lines.filter(|line| !line.is_empty()).take(LOOKED_AT) {
            let delimiters = memchr::memchr_iter(self.delimiter, line).count();
            all += 1;
            fitting += usize::from(expected == 0 || delimiters >= (expected * 3).div_ceil(4));
        }
        all > 0 && fitting * 2 >= all
    }
}

/// The quoted cells of a text, each from the quote that opens it to just after the quote that closes it.
struct QuotedCells<'t> {
    text: &'t [u8],
    delimiter: u8,
    at: usize,
}

struct QuotedCell {
    start: usize,
    /// `None` if it is never closed.
    end: Option<usize>,
}

impl<'t> QuotedCells<'t> {
    fn new(text: &'t [u8], delimiter: u8) -> Self {
        QuotedCells { text, delimiter, at: 0 }
    }

    fn is_cell_start(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.text[before]);
        before.is_none_or(|byte| byte == self.delimiter || matches!(byte, b'\n' | b'\r'))
    }
}

impl Iterator for QuotedCells<'_> {
    type Item = QuotedCell;

    fn next(&mut self) -> Option<QuotedCell> {
        // Outside quoted cells, only a quote at the start of a cell counts.
        let start = loop {
            let quote = self.at + memchr::memchr(b'"', &self.text[self.at..])?;
            if self.is_cell_start(quote) {
                break quote;
            }
            self.at = quote + 1;
        };
        let mut at = start + 1;
        let end = loop {
            match memchr::memchr(b'"', &self.text[at..]) {
                None => break None,
                Some(quote) => at += quote + 1,
            }
            if self.text.get(at) != Some(&b'"') {
                break Some(at);
            }
            at += 1;
        };
        self.at = end.unwrap_or(self.text.len());
        Some(QuotedCell { start, end })
    }
}
