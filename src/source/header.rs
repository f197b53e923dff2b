//! The header: what the columns are called, and what is odd about it.

use super::dialect::Dialect;
use super::raw::{bare_bytes, raw_cells};
use super::records::{Outcome, Records};
use super::{Limits, SourceError};
use crate::issue::{Issue, IssueCode};
use crate::maps::Set;
use crate::normalize;

/// How many records are looked at for suggestions.
const SAMPLE: usize = 100;

/// Reads the headers, trimmed, and adds what is odd about them to the findings.
pub(super) fn read_header(
    records: &mut Records<'_>,
    dialect: &Dialect,
    findings: &mut Vec<Issue>,
) -> Result<Vec<String>, SourceError> {
    let mut text = Vec::new();
    let (outcome, cells) = records.read(&mut text)?;
    let Limits { columns: limit, cell_bytes, .. } = records.limits;
    match outcome {
        Outcome::End => return Err(SourceError::NoHeader),
        Outcome::TooWide => return Err(SourceError::TooManyColumns { limit }),
        Outcome::TooLong => return Err(SourceError::HeaderTooLong { limit: cell_bytes }),
        Outcome::Record => {}
        Outcome::Unclosed { line } => {
            findings.push(note(IssueCode::QuoteUnclosed, line, None, None));
        }
    }
    let header = |raw| {
        let header = String::from_utf8_lossy(bare_bytes(raw));
        normalize::trim(&header).to_owned()
    };
    let headers: Vec<String> = raw_cells(&text, &records.ends[..cells]).map(header).collect();
    records.columns = headers.len();
    check_headers(&headers, dialect, findings);
    Ok(headers)
}

fn check_headers(headers: &[String], dialect: &Dialect, findings: &mut Vec<Issue>) {
    let line = dialect.header_line;
    if let Some(tie) = dialect.tie {
        let both = format!("{:?} and {tie:?}", dialect.delimiter);
        findings.push(note(IssueCode::DelimiterUnsure, line, None, Some(both)));
    }
    // The file may have no header at all. Its first row would be lost, and nobody would be told (L2).
    if let Some(at) = headers.iter().position(|header| normalize::email(header).is_ok()) {
        let detail = Some(format!("column {}", at + 1));
        findings.push(note(IssueCode::HeaderIsData, line, Some(&headers[at]), detail));
    }
    let mut seen = Set::<&str>::default();
    for (at, header) in headers.iter().enumerate() {
        let code = match header.as_str() {
            "" => IssueCode::HeaderEmpty,
            name if !seen.insert(name) => IssueCode::HeaderDuplicate,
            _ => continue,
        };
        findings.push(note(code, line, Some(header), Some(format!("column {}", at + 1))));
    }
}

/// An issue about the file.
pub(super) fn note(
    code: IssueCode,
    line: u64,
    column: Option<&String>,
    detail: Option<String>,
) -> Issue {
    Issue { line: Some(line), column: column.cloned(), detail, ..Issue::of(code) }
}

/// The first records below the header, as text.
pub(super) fn sample(prefix: &[u8], delimiter: u8) -> Vec<Vec<String>> {
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
