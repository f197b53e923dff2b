//! [`Dialect`]: the delimiter and the header line, found from the beginning of a file.

use super::encoding::PREFIX;
use super::{FileFormat, SourceError};
use crate::field::synonyms::is_known;

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// The character between cells.
    pub delimiter: char,
    /// The percentage of records at the beginning of the file that are as wide as the table, if they are split at this
    /// delimiter. 100 if the delimiter was declared.
    pub confidence: u8,
    /// The encoding the file is in.
    pub encoding: String,
    /// The physical line of the header, 1-based.
    pub header_line: u64,
    /// Another delimiter that fits the file equally well, if there is one.
    pub tie: Option<char>,
}

/// What was found, and where in the beginning of the file the header is.
pub(super) struct Detected {
    pub(super) delimiter: u8,
    pub(super) confidence: u8,
    pub(super) tie: Option<u8>,
    pub(super) header_start: usize,
    pub(super) header_line: u64,
}

/// The only delimiters that are looked for. In a tie the first one wins.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many records at the beginning are looked at.
const LOOKED_AT: usize = 200;

/// Among so many of them the header is looked for, below the notices.
const MAY_BE_HEADER: usize = 12;

/// Finds the delimiter and the header in the beginning of a file.
pub(super) fn detect(prefix: &[u8], format: &FileFormat) -> Result<Detected, SourceError> {
    let declared = match format.delimiter {
        None => None,
        Some(delimiter) if delimiter.is_ascii() && !matches!(delimiter, '"' | '\n' | '\r') => {
            Some(delimiter as u8)
        }
        Some(delimiter) => return Err(SourceError::Delimiter { delimiter }),
    };
    let (hint, skipped) = separator_hint(prefix);
    let from = match format.header_line {
        Some(line) => line_start(prefix, line).ok_or(SourceError::HeaderLine { line })?,
        None => skipped,
    };
    let body = &prefix[from..];
    let found = match declared.or(hint) {
        Some(delimiter) => {
            let records = records(body, delimiter);
            let header = find_header(&records).map(|at| records[at].start);
            Found { delimiter, confidence: 100, tie: None, header }
        }
        None => best_delimiter(body),
    };
    let Found { delimiter, confidence, tie, header } = found;
    let header_start = match format.header_line {
        Some(_) => from,
        None => from + header.ok_or(SourceError::NoHeader)?,
    };
    let header_line = 1 + count_lines(&prefix[..header_start]);
    Ok(Detected { delimiter, confidence, tie, header_start, header_line })
}

#[derive(Clone, Copy)]
struct Found {
    delimiter: u8,
    confidence: u8,
    tie: Option<u8>,
    /// Where the header begins.
    header: Option<usize>,
}

/// The delimiter of a first line like `sep=;`, as spreadsheets write it, and where the next line begins.
fn separator_hint(prefix: &[u8]) -> (Option<u8>, usize) {
    let end = memchr::memchr2(b'\n', b'\r', prefix).unwrap_or(prefix.len());
    let line = prefix[..end].trim_ascii();
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    let is_hint = line.len() >= 5 && line[..4].eq_ignore_ascii_case(b"sep=");
    match line.get(4) {
        Some(&delimiter) if is_hint && line.len() == 5 => {
            let rest = &prefix[end..];
            let newline = if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) };
            (Some(delimiter), end + newline)
        }
        // `sep=` and a tab, which was trimmed away.
        None if line.eq_ignore_ascii_case(b"sep=") && prefix[..end].ends_with(b"\t") => {
            (Some(b'\t'), (end + 1).min(prefix.len()))
        }
        _ => (None, 0),
    }
}

struct Record {
    start: usize,
    cells: usize,
    filled: usize,
    /// Only the first few records keep their cells, in case they have to be asked for names of columns.
    may_be_header: Option<csv::ByteRecord>,
}

impl Record {
    /// Whether at least half of its cells are names of columns.
    fn is_named(&self) -> bool {
        self.filled > 0 && self.names() >= self.filled.div_ceil(2)
    }

    /// Whether there are several names of columns, and little else.
    fn is_surely_named(&self) -> bool {
        let names = self.names();
        names >= 2 && 3 * names >= 2 * self.filled
    }

    /// Whether every cell holds words, and several are names of columns.
    fn is_worded(&self) -> bool {
        let is_word = |cell: &[u8]| {
            !cell.trim_ascii().is_empty() && !cell.iter().any(|b| b.is_ascii_digit() || *b == b'@')
        };
        self.may_be_header.iter().flatten().all(is_word) && self.names() >= 2
    }

    /// How many of its cells are names that columns usually have. This is expensive, and hardly ever asked.
    fn names(&self) -> usize {
        let cells = self.may_be_header.iter().flatten();
        cells.filter(|cell| str::from_utf8(cell).is_ok_and(is_known)).count()
    }
}

/// The records at the beginning of a text. If a long text was read to its end, the last record may have been
/// cut, and is left out.
fn records(body: &[u8], delimiter: u8) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(body);
    let mut record = csv::ByteRecord::new();
    let mut records = Vec::new();
    while records.len() < LOOKED_AT && matches!(reader.read_byte_record(&mut record), Ok(true)) {
        let is_filled = |cell: &&[u8]| !cell.trim_ascii().is_empty();
        let mut start = record.position().map_or(0, |position| position.byte() as usize);
        while matches!(body.get(start), Some(b'\n' | b'\r')) {
            start += 1;
        }
        records.push(Record {
            start,
            cells: record.len(),
            filled: record.iter().filter(is_filled).count(),
            may_be_header: (records.len() < MAY_BE_HEADER).then(|| record.clone()),
        });
    }
    let is_cut = body.len() >= PREFIX / 2 && reader.position().byte() as usize == body.len();
    if is_cut && records.len() > 1 {
        records.pop();
    }
    records
}

/// How well a delimiter fits, compared field by field. What counts first is the share of records that are as wide as
/// the table. It is measured in fifths, so that a few ragged rows decide nothing. Then it counts that the header is
/// as wide, and then the width of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// The share of records that are as wide as the table, in fifths.
    share: u8,
    fits_header: bool,
    width: usize,
}

/// A delimiter that the file may have.
struct Candidate {
    score: Score,
    found: Found,
    header: Option<Record>,
    /// Whether the file seems to be a single column, whose cells this delimiter would cut.
    cuts_cells: bool,
}

impl Candidate {
    /// Whether the header does not contain the delimiter at all, although it separates the cells of the rows.
    fn spares_header(&self) -> bool {
        self.score.width > 1 && self.header.as_ref().is_some_and(|header| header.cells == 1)
    }

    /// Whether it cuts the header into the names of several columns.
    fn names_columns(&self) -> bool {
        self.score.width > 1 && self.header.as_ref().is_some_and(Record::is_surely_named)
    }
}

/// The delimiter under which the beginning of the file looks most like a table.
fn best_delimiter(body: &[u8]) -> Found {
    let mut candidates = DELIMITERS.map(|delimiter| {
        let mut records = records(body, delimiter);
        let header_at = find_header(&records);
        let header = header_at.map(|at| &records[at]);
        // The cells of a single column may well hold other delimiters.
        let is_single = header.is_some_and(|header| header.cells == 1 && header.is_named());
        let width = if is_single { 1 } else { usual_width(&records) };
        let filled = records.iter().filter(|record| record.filled > 0).count().max(1);
        let fitting = records.iter().filter(|record| record.cells == width).count().min(filled);
        let percent = if width < 2 { 0 } else { (100 * fitting / filled) as u8 };
        let fits_header = width > 1 && header.is_some_and(|header| header.cells == width);
        let cuts_cells = is_single && records.iter().any(|record| record.cells > 1);
        let score = Score { share: percent / 20, fits_header, width };
        let header = header_at.map(|at| records.swap_remove(at));
        let start = header.as_ref().map(|header| header.start);
        let found = Found { delimiter, confidence: percent, tie: None, header: start };
        Candidate { score, found, header, cuts_cells }
    });
    // The sort is stable: among equals the order of `DELIMITERS` decides.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    let [best, second, ..] = &candidates;
    if best.score.width < 2 {
        // There is one column: any delimiter will do, as long as it does not cut the cells.
        let whole = candidates.iter().find(|candidate| !candidate.cuts_cells);
        let is_first = |candidate: &&Candidate| candidate.found.delimiter == DELIMITERS[0];
        let chosen = whole.or_else(|| candidates.iter().find(is_first)).unwrap_or(best);
        return Found { confidence: 100, ..chosen.found };
    }
    if best.spares_header()
        && let Some(named) = candidates.iter().find(|candidate| candidate.names_columns())
    {
        // The rows are ragged, and their cells are lists.
        return named.found;
    }
    let tie = (best.score == second.score).then_some(second.found.delimiter);
    Found { tie, ..best.found }
}

/// The most frequent width. If several are equally frequent, the largest of them.
fn usual_width(records: &[Record]) -> usize {
    let mut widths: Vec<usize> = records.iter().map(|record| record.cells).collect();
    widths.sort_unstable();
    let runs = widths.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| (run.len(), run[0])).map_or(0, |run| run[0])
}

/// Which record is the header. Usually it is the first one that is as wide as the table: notices above it are
/// narrower, and a title fills only the first of many cells.
///
/// In a table of few columns the width says less, because a notice with commas may be as wide or wider. Then the
/// header is recognised by the names that columns usually have.
fn find_header(records: &[Record]) -> Option<usize> {
    let wide = first_wide(records)?;
    let (first, below) = (&records[wide], &records[wide + 1..]);
    // A notice with commas may be wider than the table, but it does not name a single column.
    let width = usual_width(records);
    let is_nameless = first.cells != width && first.names() == 0;
    // A title of several cells is narrower, and the header is the first record that is not.
    let is_title = is_nameless && first.cells < width;
    let widest = below.iter().position(|record| record.cells == width).filter(|_| is_title);
    let named = below.iter().enumerate().position(|(at, record)| {
        let is_fuller = record.filled > first.filled && record.is_named();
        let is_wide = is_nameless && !is_title && record.cells == width;
        is_fuller || is_wide && record.is_surely_named() || widest == Some(at) && record.is_worded()
    });
    let named = named.filter(|&at| {
        let notices = below[..at].iter().chain([first]);
        let names = below[at].names();
        let is_more = |notice: &Record| {
            notice.names() < names && (is_nameless || notice.filled < below[at].filled)
        };
        notices.into_iter().all(is_more)
    });
    Some(named.map_or(wide, |at| wide + 1 + at))
}

fn first_wide(records: &[Record]) -> Option<usize> {
    let width = usual_width(records).max(1);
    let widest = records.iter().map(|record| record.filled).max().unwrap_or(0);
    let enough = width.min(widest).div_ceil(2);
    let is_header = |record: &Record| record.filled > 0 && record.filled >= enough;
    records
        .iter()
        .position(is_header)
        .or_else(|| records.iter().position(|record| record.filled > 0))
}

fn line_start(prefix: &[u8], line: u64) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += memchr::memchr2(b'\n', b'\r', &prefix[start..])?;
        start += if prefix[start..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    (start < prefix.len()).then_some(start)
}

/// Counts line ends of all three kinds.
pub(super) fn count_lines(text: &[u8]) -> u64 {
    let mut lines = 0;
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        lines += 1;
        rest = if rest[at..].starts_with(b"\r\n") { &rest[at + 2..] } else { &rest[at + 1..] };
    }
    lines
}
