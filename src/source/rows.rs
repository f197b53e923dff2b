//! [`Rows`]: the open file, read block by block.

use csv_core::ReadRecordResult;

use super::block::Block;
use super::dialect::{Dialect, count_lines, detect};
use super::encoding::decode;
use super::input::Bytes;
use super::{FileFormat, Limits, Ragged, SourceError};
use crate::issue::{Finding, Issue, IssueCode, Severity};
use crate::normalize;
use crate::object::RowNumber;

/// A block ends early when its text has grown to this.
const BLOCK_BYTES: usize = 16 * 1024 * 1024;
/// How many records are looked at for suggestions.
const SAMPLE: usize = 100;

/// The rows of an open file.
pub struct Rows<'a> {
    bytes: Bytes<'a>,
    total: Option<u64>,
    limits: Limits,
    ragged: Ragged,
    dialect: Dialect,
    parser: csv_core::Reader,
    headers: Vec<String>,
    sample: Vec<Vec<String>>,
    findings: Vec<Issue>,
    next_row: u32,
    line: u64,
    bytes_read: u64,
    is_end: bool,
    is_error_log: bool,
    ends: Vec<usize>,
}

/// What reading one record came to.
enum Outcome {
    /// It lies in the text from where it began, and its line ends were so many.
    Record,
    /// A cell is longer than the limit; the text holds what fits.
    TooLong,
    /// The file ended inside a quoted cell that was opened so many bytes into the record.
    Unclosed,
    End,
}

impl<'a> Rows<'a> {
    pub(super) fn open(
        bytes: Bytes<'a>,
        total: Option<u64>,
        format: &FileFormat,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let (mut bytes, encoding) = decode(bytes, format.encoding.as_deref())?;
        let held = bytes.held();
        let prefix = &held[..held.len().min(super::encoding::PREFIX)];
        let found = detect(prefix, format)?;
        let dialect = Dialect {
            delimiter: char::from(found.delimiter),
            encoding,
            header_line: found.header_line,
            tie: found.tie.map(char::from),
        };
        let sample = sample(&prefix[found.header_start..], found.delimiter);
        bytes.consume(found.header_start);
        let mut rows = Rows {
            bytes,
            total,
            limits,
            ragged: format.ragged,
            parser: parser(found.delimiter),
            headers: Vec::new(),
            sample,
            findings: Vec::new(),
            next_row: 1,
            line: found.header_line,
            bytes_read: found.header_start as u64,
            is_end: false,
            is_error_log: false,
            ends: vec![0; 64],
            dialect,
        };
        rows.read_header()?;
        Ok(rows)
    }

    /// The headers, trimmed; those that are empty or repeated are in [`findings`](Self::findings).
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// How the file is written.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What is worth saying about the file as a whole.
    pub fn findings(&self) -> &[Issue] {
        &self.findings
    }

    /// Up to 100 records from the beginning, for suggesting a mapping.
    pub fn sample(&self) -> &[Vec<String>] {
        &self.sample
    }

    /// How many bytes have been read, as UTF-8.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How many bytes the file has, where that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// A digest of the file's text as far as it was read: the same for the same file on every
    /// machine.
    pub fn digest(&self) -> u128 {
        self.bytes.digest()
    }

    /// Reads up to `max_rows` rows into a block, in place of what was in it, with the issues found
    /// on the way. `None` at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read on.
    pub fn next_block(
        &mut self,
        block: &mut Block,
        max_rows: usize,
    ) -> Result<Option<Vec<Issue>>, SourceError> {
        let mut findings = Vec::new();
        if !self.read_block(block, max_rows, &mut findings)? {
            return Ok(None);
        }
        let issue = |finding: Finding| {
            let at = finding.row.map(|row| (row.0 - block.first_row().0) as usize);
            let column = finding.column.map(usize::from);
            let cell = at.zip(column).map(|(at, column)| block.cell(at, column).to_owned());
            Issue {
                row: finding.row,
                line: at.filter(|at| *at < block.len()).map(|at| block.line(at)),
                object: None,
                column: column.and_then(|column| self.headers.get(column).cloned()),
                field: None,
                severity: finding.severity,
                code: finding.code,
                value: finding.value.map(Into::into).or(cell),
                detail: finding.detail.map(Into::into),
            }
        };
        Ok(Some(findings.into_iter().map(issue).collect()))
    }

    /// As [`next_block`](Self::next_block), with the issues in their compact form. False at the end.
    pub(crate) fn read_block(
        &mut self,
        block: &mut Block,
        max_rows: usize,
        findings: &mut Vec<Finding>,
    ) -> Result<bool, SourceError> {
        block.start(self.headers.len(), self.next_row, self.is_error_log);
        let mut text = block.take_text();
        let mut used = 0;
        while block.len() < max_rows.max(1) && used < BLOCK_BYTES && !self.is_end {
            if self.is_over_limit(findings) {
                self.is_end = true;
                break;
            }
            self.skip_line_ends()?;
            let line = self.line;
            let (outcome, cells) = self.read_record(&mut text, used)?;
            let row = RowNumber(self.next_row);
            match outcome {
                Outcome::End => {
                    self.is_end = true;
                    break;
                }
                Outcome::Record => {}
                Outcome::TooLong => {
                    findings.push(
                        Finding::row(IssueCode::CellTooLong, row).column(position(cells - 1)),
                    );
                }
                Outcome::Unclosed => {
                    let finding =
                        Finding::row(IssueCode::QuoteUnclosed, row).column(position(cells - 1));
                    findings.push(finding.detail(format!("the quote is opened on line {line}")));
                }
            }
            let ends = &self.ends[..cells];
            block.push_row(used, line, ends);
            let is_failed = !matches!(outcome, Outcome::Record);
            let width_fails =
                check_width(row, &text[used..], ends, &self.headers, self.ragged, findings);
            if is_failed || width_fails {
                block.fail_last();
            }
            used += ends.last().copied().unwrap_or(0);
            self.next_row += 1;
        }
        text.truncate(used);
        // Normalised keys are added later; leave them some room.
        if text.capacity() > used + used / 4 + 1024 {
            text.shrink_to(used + used / 8);
        }
        for (row, column) in block.finish(text) {
            let number = RowNumber(block.first_row().0 + row as u32);
            findings
                .push(Finding::row(IssueCode::EncodingInvalid, number).column(position(column)));
        }
        findings.sort_by_key(|finding| finding.row);
        Ok(!block.is_empty())
    }

    fn is_over_limit(&mut self, findings: &mut Vec<Finding>) -> bool {
        let code = if self.next_row > self.limits.rows {
            IssueCode::RowLimit
        } else if self.bytes_read >= self.limits.bytes {
            IssueCode::ByteLimit
        } else {
            return false;
        };
        // Only if there is something left to be read.
        if matches!(self.skip_line_ends(), Ok(true)) {
            let finding = Finding::file(code);
            findings.push(finding.detail(format!("from row {} on", self.next_row)));
        }
        true
    }

    /// Moves over line ends before a record; true if a record follows.
    fn skip_line_ends(&mut self) -> Result<bool, SourceError> {
        loop {
            let held = self.bytes.held();
            let len = held.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if len < held.len() {
                self.line += count_lines(&held[..len]);
                self.advance(len);
                return Ok(true);
            }
            // A pair of carriage return and line feed must not be cut.
            let is_cut = held.last() == Some(&b'\r');
            if !self.bytes.more()? {
                let len = self.bytes.held().len();
                self.line += count_lines(self.bytes.held());
                self.advance(len);
                return Ok(false);
            }
            if !is_cut {
                self.line += count_lines(&self.bytes.held()[..len]);
                self.advance(len);
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.bytes.consume(bytes);
        self.bytes_read += bytes as u64;
    }

    /// Reads one record into the text from `start` on; its cell ends go to `self.ends`.
    fn read_record(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        self.parser.reset();
        let (mut read, mut written, mut cells) = (0, 0, 0);
        loop {
            // To the parser no input means the end of the file.
            if read == self.bytes.held().len() && !self.bytes.more()? {
                return self.end_of_file(text, start, read, written, cells);
            }
            if text.len() < start + written + 4096 {
                let more = (text.len() / 2).clamp(64 * 1024, 4 * 1024 * 1024);
                text.resize(start + written + more, 0);
            }
            let (result, nin, nout, nend) = self.parser.read_record(
                &self.bytes.held()[read..],
                &mut text[start + written..],
                &mut self.ends[cells..],
            );
            (read, written, cells) = (read + nin, written + nout, cells + nend);
            match result {
                ReadRecordResult::OutputFull => {}
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {
                    let cell = written - cells.checked_sub(1).map_or(0, |last| self.ends[last]);
                    if cell > self.limits.cell_bytes {
                        return self.give_up(text, start, read, written, cells);
                    }
                    continue;
                }
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return Ok(self.complete(read, cells));
                }
            }
            let cell = written - cells.checked_sub(1).map_or(0, |last| self.ends[last]);
            if cell > self.limits.cell_bytes {
                return self.give_up(text, start, read, written, cells);
            }
        }
    }

    /// A record was read in full.
    fn complete(&mut self, read: usize, cells: usize) -> (Outcome, usize) {
        let held = self.bytes.held();
        // The parser counts the line feeds it has seen; a carriage return ends a line too, with the
        // line feed behind it if there is one.
        let ends_with_return = held[..read].last() == Some(&b'\r');
        let is_pair = ends_with_return && held.get(read) == Some(&b'\n');
        self.line += self.parser.line() - 1 + u64::from(ends_with_return);
        self.advance(read + usize::from(is_pair));
        let widths = self.ends[..cells].windows(2).map(|pair| pair[1] - pair[0]);
        let longest = widths.chain(self.ends[..cells].first().copied()).max().unwrap_or(0);
        let is_too_long = longest > self.limits.cell_bytes;
        (if is_too_long { Outcome::TooLong } else { Outcome::Record }, cells)
    }

    /// The file ended inside a record.
    fn end_of_file(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
        read: usize,
        written: usize,
        mut cells: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        let held = self.bytes.held();
        if held.is_empty() {
            return Ok((Outcome::End, 0));
        }
        let opened = open_quote(&held[..read], self.dialect.delimiter as u8);
        if opened.is_some_and(|at| memchr::memchr(b'\n', &held[at..read]).is_some()) {
            return self.resume_after(text, start, read);
        }
        let mut written = written;
        loop {
            text.resize(text.len().max(start + written + 16), 0);
            let (result, _, nout, nend) =
                self.parser.read_record(&[], &mut text[start + written..], &mut self.ends[cells..]);
            (written, cells) = (written + nout, cells + nend);
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull => text.resize(text.len() + 4096, 0),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => {
                    let (outcome, cells) = self.complete(read, cells);
                    return Ok((if cells == 0 { Outcome::End } else { outcome }, cells));
                }
            }
        }
    }

    /// A cell has grown beyond the limit. Either a quote was never closed and the cell has swallowed
    /// rows: then only its first line is lost. Or it is one long cell: it is skipped to its end.
    fn give_up(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
        read: usize,
        _written: usize,
        cells: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        let held = &self.bytes.held()[..read];
        let opened = open_quote(held, self.dialect.delimiter as u8);
        if opened.is_some_and(|at| self.looks_like_rows(&held[at..])) {
            return self.resume_after(text, start, read);
        }
        let from = cells.checked_sub(1).map_or(0, |last| self.ends[last]);
        // Forget what was read, then the rest of the record as it comes.
        self.line += count_lines(held);
        self.advance(read);
        let mut scratch = [0; 16 * 1024];
        let mut ends = [0; 256];
        loop {
            let (result, nin, ..) =
                self.parser.read_record(self.bytes.held(), &mut scratch, &mut ends);
            self.line += count_lines(&self.bytes.held()[..nin]);
            self.advance(nin);
            match result {
                ReadRecordResult::InputEmpty if !self.bytes.more()? => {
                    break;
                }
                ReadRecordResult::Record | ReadRecordResult::End => break,
                _ => {}
            }
        }
        let shown = 64.min(text.len() - start - from);
        self.ends.truncate(self.ends.len().max(cells + 1));
        if self.ends.len() == cells {
            self.ends.push(0);
        }
        let mut end = from + shown;
        while end > from && text[start + end] & 0xc0 == 0x80 {
            end -= 1;
        }
        self.ends[cells] = end;
        Ok((Outcome::TooLong, cells + 1))
    }

    /// Do the lines inside an open quote look like rows of the table?
    fn looks_like_rows(&self, text: &[u8]) -> bool {
        let delimiter = self.dialect.delimiter as u8;
        let expected = self.headers.len().max(1) - 1;
        let mut lines =
            text.split(|byte| *byte == b'\n').skip(1).take(50).filter(|l| !l.is_empty());
        let fits =
            |line: &[u8]| memchr::memchr_iter(delimiter, line).count() >= expected.max(1) * 3 / 4;
        let (mut all, mut fitting) = (0, 0);
        for line in &mut lines {
            all += 1;
            fitting += usize::from(fits(line) || expected == 0);
        }
        all > 0 && fitting * 2 >= all
    }

    /// Takes the first line of a record alone, whatever its quotes say, and goes on with the next.
    fn resume_after(
        &mut self,
        text: &mut Vec<u8>,
        start: usize,
        read: usize,
    ) -> Result<(Outcome, usize), SourceError> {
        let held = &self.bytes.held()[..read];
        let opened = open_quote(held, self.dialect.delimiter as u8).unwrap_or(0);
        let end = memchr::memchr(b'\n', &held[opened..]).map_or(read, |at| opened + at);
        let line = held[..end].to_vec();
        let mut parser = parser(self.dialect.delimiter as u8);
        let (mut at, mut written, mut cells) = (0, 0, 0);
        loop {
            text.resize(text.len().max(start + written + line.len() + 16), 0);
            let (result, nin, nout, nend) = parser.read_record(
                &line[at..],
                &mut text[start + written..],
                &mut self.ends[cells..],
            );
            (at, written, cells) = (at + nin, written + nout, cells + nend);
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
                _ => {}
            }
        }
        let taken = (end + 1).min(read);
        self.line += count_lines(&self.bytes.held()[..taken]);
        self.advance(taken);
        Ok((Outcome::Unclosed, cells.max(1)))
    }

    fn read_header(&mut self) -> Result<(), SourceError> {
        let mut text = Vec::new();
        let (outcome, cells) = self.read_record(&mut text, 0)?;
        if matches!(outcome, Outcome::End) || cells == 0 {
            return Err(SourceError::NoHeader);
        }
        let limit = self.limits.columns.min(usize::from(u16::MAX) - 1);
        if cells > limit {
            return Err(SourceError::TooManyColumns { columns: cells, limit });
        }
        let mut from = 0;
        for end in &self.ends[..cells] {
            let header = String::from_utf8_lossy(&text[from..*end]).into_owned();
            from = *end;
            self.headers.push(normalize::trim(&header).to_owned());
        }
        self.is_error_log = ["Import status", "Import code", "Import fix"]
            .iter()
            .all(|own| self.headers.iter().any(|header| header == own));
        self.note_headers();
        Ok(())
    }

    fn note_headers(&mut self) {
        let mut note = |code: IssueCode, column: Option<usize>, detail: Option<String>| {
            self.findings.push(Issue {
                row: None,
                line: Some(self.dialect.header_line),
                object: None,
                column: column.map(|at| self.headers[at].clone()),
                field: None,
                severity: code.severity(),
                code,
                value: None,
                detail,
            });
        };
        if let Some(tie) = self.dialect.tie {
            let both = format!("{:?} and {:?}", self.dialect.delimiter, tie);
            note(IssueCode::DelimiterUnsure, None, Some(both));
        }
        for (at, header) in self.headers.iter().enumerate() {
            if header.is_empty() {
                note(IssueCode::HeaderEmpty, Some(at), Some(format!("column {}", at + 1)));
            } else if self.headers[..at].contains(header) {
                note(IssueCode::HeaderDuplicate, Some(at), Some(format!("column {}", at + 1)));
            }
        }
    }
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("dialect", &self.dialect)
            .field("headers", &self.headers)
            .field("next_row", &self.next_row)
            .finish_non_exhaustive()
    }
}

fn parser(delimiter: u8) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter).build()
}

fn position(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// Reports a row that is narrower or wider than the header. True: the row fails.
fn check_width(
    row: RowNumber,
    text: &[u8],
    ends: &[usize],
    headers: &[String],
    ragged: Ragged,
    findings: &mut Vec<Finding>,
) -> bool {
    let (cells, columns) = (ends.len(), headers.len());
    if cells == columns {
        return false;
    }
    let detail = format!("{cells} instead of {columns}");
    if ragged == Ragged::Fail {
        findings.push(Finding::row(IssueCode::RowRagged, row).detail(detail));
        return true;
    }
    let code = if cells < columns { IssueCode::RowShort } else { IssueCode::RowLong };
    let mut finding = Finding::row(code, row).detail(detail);
    // Delimiters at the end of a row lose nothing.
    if cells > columns && text[ends[columns - 1]..ends[cells - 1]].trim_ascii().is_empty() {
        finding = finding.severity(Severity::Info);
    }
    findings.push(finding);
    false
}

/// Where the quote begins that is still open at the end of a text, if one is.
fn open_quote(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    let mut is_start = true;
    while at < text.len() {
        if is_start && text[at] == b'"' {
            let opened = at;
            at += 1;
            loop {
                at += memchr::memchr(b'"', &text[at..])
                    .map_or(text.len() - at + 1, |found| found + 1);
                if at > text.len() {
                    return Some(opened);
                }
                if text.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            is_start = false;
            continue;
        }
        is_start = text[at] == delimiter || text[at] == b'\n' || text[at] == b'\r';
        at += 1;
    }
    None
}

/// The first records below the header, as text.
fn sample(prefix: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(true)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(prefix);
    let records = reader.byte_records().take(SAMPLE).filter_map(Result::ok);
    records
        .map(|record| {
            record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
        })
        .collect()
}
