//! [`Rows`]: the open file, read block by block.

use super::block::Block;
use super::dialect::{Dialect, detect};
use super::encoding::{Decoded, PREFIX, decode};
use super::formula::unescape_formula;
#[cfg(feature = "encoding")]
use super::garbled::{Garbled, first_garbled};
use super::header::{note, read_header, sample};
use super::input::Bytes;
use super::quote_signs::QuoteSigns;
use super::quoting::Quoting;
use super::raw::{bare_bytes, raw_cells};
use super::records::{KEPT_BYTES, Outcome, Records};
use super::rewritten::rewritten;
use super::unmended::fail_unmended;
use super::{FileFormat, Limits, Ragged, SourceError};
use crate::issue::{Detail, Finding, Issue, IssueCode, Severity, log_columns};
use crate::object::RowNumber;

/// A block ends early when its text has grown to this.
const BLOCK_BYTES: usize = 16 * 1024 * 1024;
/// A block ends early when it has so many cells, even if they are empty.
const BLOCK_CELLS: usize = 8 * 1024 * 1024;

/// The rows of an open file.
pub struct Rows<'a> {
    pub(super) records: Records<'a>,
    total: Option<u64>,
    layout: Layout,
    sample: Vec<Vec<String>>,
    findings: Vec<Issue>,
    pub(super) next_row: u32,
    pub(super) is_end: bool,
    /// The last record that was read by itself, on its way to the block.
    record: Vec<u8>,
    /// That record was left for the next block.
    unplaced: Option<Unplaced>,
    /// How many rows the last block had, and how long its text was: the next one is likely to be like it.
    block_rows: usize,
    block_bytes: usize,
    /// The digest of the whole file, if it was computed apart from reading the rows.
    pub(super) digest: Option<u128>,
}

/// What the parts of a file that is read in pieces have in common.
#[derive(Clone)]
struct Layout {
    limits: Limits,
    ragged: Ragged,
    dialect: Dialect,
    headers: Vec<String>,
    /// Whether the file is an error log of ours, whose cells are escaped against formulas.
    is_error_log: bool,
}

/// A record that was read, and is not in a block yet.
#[derive(Clone, Copy)]
struct Unplaced {
    line: u64,
    outcome: Outcome,
    cells: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn open(
        bytes: Bytes<'a>,
        total: Option<u64>,
        format: &FileFormat,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let Decoded { mut bytes, encoding, is_guess } = decode(bytes, format.encoding.as_deref())?;
        bytes.hide_end_marks();
        let mut found = detect(prefix(&bytes), format)?;
        let from_header = &prefix(&bytes)[found.header_start..];
        let signs = QuoteSigns::of(from_header, found.delimiter).map(QuoteSigns::rewrite);
        let quoting = || Quoting::of(from_header, found.delimiter).map(Quoting::rewrite);
        if let Some(rewrite) = signs.or_else(quoting) {
            bytes = rewritten(bytes, found.header_start, rewrite)?;
            bytes.hide_end_marks();
            found = detect(prefix(&bytes), format)?;
        }
        let prefix = prefix(&bytes);
        let garbled = garbled(prefix);
        let sample = sample(&prefix[found.header_start..], found.delimiter);
        let above = prefix[..found.header_start].to_vec();
        bytes.consume(found.header_start);
        let mut records = Records::new(bytes, found.delimiter, limits, found.header_line);
        records.bytes_read = found.header_start as u64;
        let dialect = Dialect {
            delimiter: char::from(found.delimiter),
            confidence: found.confidence,
            encoding,
            header_line: found.header_line,
            tie: found.tie.map(char::from),
        };
        let mut findings = Vec::new();
        if is_guess {
            let name = Some(dialect.encoding.clone());
            findings.push(note(IssueCode::EncodingGuessed, 1, None, name));
        }
        findings.extend(garbled);
        let mut headers = read_header(&mut records, &dialect, &above, &mut findings)?;
        let is_header = |own: &&str| headers.iter().any(|header| header == own);
        let is_error_log =
            [log_columns::STATUS, log_columns::CODE, log_columns::FIX].iter().all(is_header);
        if is_error_log {
            headers.iter_mut().for_each(|header| *header = unescape_formula(header).to_owned());
        }
        let layout = Layout { limits, ragged: format.ragged, dialect, headers, is_error_log };
        Ok(Rows { total, sample, findings, ..Rows::new(records, layout) })
    }

    /// A part of the same file, to be read as if it were a whole file.
    pub(super) fn part<'p>(&self, records: Records<'p>) -> Rows<'p> {
        Rows::new(records, self.layout.clone())
    }

    fn new(records: Records<'a>, layout: Layout) -> Self {
        Rows {
            records,
            total: None,
            layout,
            sample: Vec::new(),
            findings: Vec::new(),
            next_row: 1,
            is_end: false,
            record: Vec::new(),
            unplaced: None,
            block_rows: 0,
            block_bytes: 0,
            digest: None,
        }
    }

    /// The most that is read of the file.
    pub(super) fn limits(&self) -> Limits {
        self.layout.limits
    }

    /// The headers, trimmed. [`findings`](Self::findings) names those that are empty or repeated.
    pub fn headers(&self) -> &[String] {
        &self.layout.headers
    }

    /// How the file is written.
    pub fn dialect(&self) -> &Dialect {
        &self.layout.dialect
    }

    /// The issues of the file as a whole.
    pub fn findings(&self) -> &[Issue] {
        &self.findings
    }

    /// Up to 100 records from the beginning, for suggesting a mapping.
    pub fn sample(&self) -> &[Vec<String>] {
        &self.sample
    }

    /// How many bytes have been read, counted as UTF-8.
    pub fn bytes_read(&self) -> u64 {
        self.records.bytes_read
    }

    /// How many bytes the file has, if that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// A digest of the text that was read so far. It is the same on every machine.
    pub fn digest(&self) -> u128 {
        self.digest.unwrap_or_else(|| self.records.bytes.digest())
    }

    /// Empties the block, reads up to `max_rows` rows into it, and returns the issues of these rows. Returns `None` at
    /// the end of the file. If a limit is reached before the first row, the block stays empty.
    ///
    /// # Errors
    /// If the rest of the file cannot be read.
    pub fn next_block(
        &mut self,
        block: &mut Block,
        max_rows: usize,
    ) -> Result<Option<Vec<Issue>>, SourceError> {
        let mut findings = Vec::new();
        if !self.read_block(block, max_rows, &mut findings)? && findings.is_empty() {
            return Ok(None);
        }
        let issue = |finding: Finding| {
            let at = finding.row.map(|row| (row.0 - block.first_row().0) as usize);
            let column = finding.column.map(usize::from);
            let cell = at.zip(column).map(|(at, column)| block.cell(at, column).to_owned());
            Issue {
                row: finding.row,
                line: at.filter(|at| *at < block.len()).map(|at| block.line(at)),
                column: column.and_then(|column| self.layout.headers.get(column).cloned()),
                severity: finding.severity,
                value: finding.value.map(Into::into).or(cell),
                detail: finding.detail.as_ref().and_then(Detail::text).map(str::to_owned),
                ..Issue::of(finding.code)
            }
        };
        Ok(Some(findings.into_iter().map(issue).collect()))
    }

    /// Like [`next_block`](Self::next_block), with the issues in their compact form. False at the end.
    pub(crate) fn read_block(
        &mut self,
        block: &mut Block,
        max_rows: usize,
        findings: &mut Vec<Finding>,
    ) -> Result<bool, SourceError> {
        let from = findings.len();
        block.start(self.layout.headers.len(), self.next_row, self.layout.is_error_log);
        let most = max_rows.min(BLOCK_CELLS / self.layout.headers.len().max(1)).max(1);
        // Some room is left for the normalised keys that are added later.
        block.reserve(self.block_rows, self.block_bytes + self.block_bytes / 8);
        let has_room = |block: &Block| {
            block.len() < most && block.text.len() < BLOCK_BYTES && !block.is_better_closed()
        };
        while has_room(block) && !self.is_end {
            self.is_end = self.unplaced.is_none()
                && (self.is_over_limit(findings)? || !self.records.skip_line_ends()?);
            if !self.is_end && !self.read_run(block, most - block.len()) {
                self.read_row(block, findings)?;
            }
            if self.unplaced.is_some() {
                break;
            }
        }
        if !self.is_end && self.unplaced.is_none() {
            self.is_end = self.is_over_limit(findings)?;
        }
        (self.block_rows, self.block_bytes) = (block.len(), block.text.len());
        block.finish();
        if self.layout.is_error_log {
            fail_unmended(block, &self.layout.headers, findings);
        }
        findings[from..].sort_by_key(|finding| finding.row);
        Ok(!block.is_empty())
    }

    /// Reads and appends the plain rows that come next, up to the limits. False if there are none.
    fn read_run(&mut self, block: &mut Block, most: usize) -> bool {
        let columns = self.layout.headers.len();
        let is_for_runs = block.takes_runs() && !block.is_better_without(columns);
        if !is_for_runs || self.unplaced.is_some() || self.records.run.waits() {
            return false;
        }
        let line = self.records.line;
        let most = most.min((self.layout.limits.rows - self.next_row) as usize + 1);
        let bytes = self.layout.limits.bytes.saturating_sub(self.records.bytes_read);
        let bytes =
            usize::try_from(bytes).unwrap_or(usize::MAX).min(BLOCK_BYTES - block.text.len());
        let run = self.records.read_run(most, bytes, &mut block.text);
        block.push_run(line, run);
        self.next_row += run.starts.len() as u32;
        !run.starts.is_empty()
    }

    /// Reads one row and appends it, or leaves it for the next block.
    fn read_row(
        &mut self,
        block: &mut Block,
        findings: &mut Vec<Finding>,
    ) -> Result<(), SourceError> {
        let unplaced = match self.unplaced.take() {
            Some(unplaced) => unplaced,
            None => self.read_record()?,
        };
        let Unplaced { line, outcome, cells } = unplaced;
        if block.is_better_without(cells) {
            self.unplaced = Some(unplaced);
            return Ok(());
        }
        let row = RowNumber(self.next_row);
        let ends = &self.records.ends[..cells];
        let broken = match outcome {
            Outcome::End => {
                self.is_end = true;
                return Ok(());
            }
            Outcome::Record => None,
            Outcome::TooLong => Some(Finding::row(IssueCode::CellTooLong, row)),
            Outcome::TooWide => {
                let finding = Finding::row(IssueCode::RowTooWide, row);
                Some(finding.detail(format!("more than {cells}")))
            }
            Outcome::Unclosed { line } => {
                let finding = Finding::row(IssueCode::QuoteUnclosed, row);
                Some(finding.detail(format!("the quote is opened on line {line}")))
            }
        };
        let mended = block.push_record(line, &self.record, ends);
        let finding = match broken {
            Some(finding) => Some(finding.column(position(cells - 1))),
            None => self.check_width(row, ends),
        };
        let fails = finding.as_ref().is_some_and(|finding| finding.severity == Severity::Error);
        findings.extend(finding);
        let invalid =
            |column| Finding::row(IssueCode::EncodingInvalid, row).column(position(column));
        findings.extend(mended.into_iter().map(invalid));
        if fails {
            block.fail_last();
        }
        self.next_row += 1;
        self.record.shrink_to(KEPT_BYTES);
        Ok(())
    }

    fn read_record(&mut self) -> Result<Unplaced, SourceError> {
        let line = self.records.line;
        self.record.clear();
        let (outcome, cells) = self.records.read(&mut self.record)?;
        Ok(Unplaced { line, outcome, cells })
    }

    /// The issue of a row that is narrower or wider than the header. A blank row has none.
    fn check_width(&self, row: RowNumber, ends: &[usize]) -> Option<Finding> {
        let (cells, columns) = (ends.len(), self.layout.headers.len());
        if cells == columns {
            return None;
        }
        let is_blank = |from| {
            let mut raw = raw_cells(&self.record, ends).skip(from);
            raw.all(|cell| bare_bytes(cell).trim_ascii().is_empty())
        };
        if is_blank(0) {
            return None;
        }
        let code = match self.layout.ragged {
            Ragged::Fail => IssueCode::RowRagged,
            Ragged::Pad if cells < columns => IssueCode::RowShort,
            Ragged::Pad => IssueCode::RowLong,
        };
        let finding = Finding::row(code, row).detail(format!("{cells} instead of {columns}"));
        // Delimiters at the end of a row hold no value that could be lost.
        let is_harmless = code == IssueCode::RowLong && is_blank(columns);
        Some(if is_harmless { finding.severity(Severity::Info) } else { finding })
    }

    fn is_over_limit(&mut self, findings: &mut Vec<Finding>) -> Result<bool, SourceError> {
        let code = if self.next_row > self.layout.limits.rows {
            IssueCode::RowLimit
        } else if self.records.bytes_read >= self.layout.limits.bytes {
            IssueCode::ByteLimit
        } else {
            return Ok(false);
        };
        // Nothing to report if the file ends here anyway.
        if self.records.skip_line_ends()? {
            let finding = Finding::file(code);
            findings.push(finding.detail(format!("from row {} on", self.next_row)));
        }
        Ok(true)
    }
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("dialect", &self.layout.dialect)
            .field("headers", &self.layout.headers)
            .field("next_row", &self.next_row)
            .finish_non_exhaustive()
    }
}

pub(super) fn position(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// The beginning of a file, by which is told how it is written.
fn prefix<'b>(bytes: &'b Bytes<'_>) -> &'b [u8] {
    let held = bytes.held();
    &held[..held.len().min(PREFIX)]
}

/// The issue of a word whose letters were broken before the file was written.
#[cfg(feature = "encoding")]
fn garbled(prefix: &[u8]) -> Option<Issue> {
    let Garbled { line, word, meant } = first_garbled(prefix)?;
    let detail = format!("{word:?} was probably {meant:?}");
    Some(note(IssueCode::TextGarbled, line, None, Some(detail)))
}

#[cfg(not(feature = "encoding"))]
fn garbled(_: &[u8]) -> Option<Issue> {
    None
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;
    use crate::dice::Dice;

    /// The records of a file of three columns, of which a few cells are not UTF-8.
    fn records(seed: u64) -> Vec<Vec<Vec<u8>>> {
        const PIECES: [&str; 7] = ["a", "bc", "12345678", "é", "中", "", " "];
        const BROKEN: [&[u8]; 3] = [b"\xff", b"\xe4\xb8", b"\xa9"];
        let mut dice = Dice::new(seed);
        let rows = dice.below(300);
        let mut cell = |_| {
            let mut cell = dice.one_of(&PIECES).repeat(dice.below(3)).into_bytes();
            if dice.one_in(40) {
                cell.extend_from_slice(dice.one_of(&BROKEN));
            }
            cell.extend_from_slice(dice.one_of(&PIECES).as_bytes());
            cell
        };
        let mut records: Vec<Vec<Vec<u8>>> =
            (0..rows).map(|_| (0..3).map(&mut cell).collect()).collect();
        for (row, record) in records.iter_mut().enumerate() {
            // No row is blank, and some are too short.
            record[0].push(b'x');
            record.truncate(if row % 23 == 7 { 2 } else { 3 });
        }
        records
    }

    #[test]
    fn bytes_that_are_no_text_are_mended_and_reported_where_they_stand() {
        let mut all_mended = 0;
        for seed in 0..600 {
            let records = records(seed);
            let lines = records.iter().map(|record| record.join(&b','));
            let file = std::iter::once(b"a,b,c".to_vec()).chain(lines).collect::<Vec<_>>();
            let format = FileFormat {
                encoding: Some("utf-8".into()),
                delimiter: Some(','),
                header_line: Some(1),
                ..FileFormat::default()
            };
            let mut rows = Source::from_bytes(file.join(&b'\n')).format(format).open().unwrap();
            let (mut block, mut findings, mut row) = (Block::new(), Vec::new(), 0);
            let mut mended = Vec::new();
            while rows.read_block(&mut block, 64, &mut findings).unwrap() {
                for of_block in 0..block.len() {
                    let cells = records[row].iter().map(|cell| String::from_utf8_lossy(cell));
                    assert!(block.record(of_block).eq(cells), "{seed} {row}");
                    row += 1;
                    let broken = |(_, cell): &(_, &Vec<u8>)| str::from_utf8(cell).is_err();
                    let cells = records[row - 1].iter().enumerate().filter(broken);
                    mended.extend(cells.map(|(at, _)| (Some(row as u32), Some(at as u16))));
                }
            }
            assert_eq!(row, records.len(), "{seed}");
            findings.retain(|finding| finding.code == IssueCode::EncodingInvalid);
            let found = findings.iter().map(|found| (found.row.map(|row| row.0), found.column));
            assert_eq!(found.collect::<Vec<_>>(), mended, "{seed}");
            all_mended += mended.len();
        }
        assert!(all_mended > 3_000, "only {all_mended} cells were mended");
    }
}
