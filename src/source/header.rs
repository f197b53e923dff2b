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
/// Longer texts above the headers are notices.
const LONGEST_GROUP: usize = 40;

/// Reads the headers, trimmed, and adds what is odd about them to the findings. `above` is the text before their line.
pub(super) fn read_header(
    records: &mut Records<'_>,
    dialect: &Dialect,
    above: &[u8],
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
    let headers = with_groups(headers, above, dialect.delimiter);
    check_headers(&headers, dialect, findings);
    Ok(headers)
}

/// `Contact,,Deal,` above `Name,Email,Name,Value`: headers that are repeated take the name of their group, which stands
/// above its first column, as merged cells are saved.
fn with_groups(headers: Vec<String>, above: &[u8], delimiter: char) -> Vec<String> {
    if above.is_empty() {
        return headers;
    }
    let repeated: Set<String> = {
        let mut seen = Set::<&str>::default();
        let again = headers.iter().filter(|header| !seen.insert(header.as_str()));
        again.filter(|header| !header.is_empty()).cloned().collect()
    };
    let groups = groups(above, delimiter).filter(|it| it.len() == headers.len());
    let Some(groups) = groups.filter(|_| !repeated.is_empty()) else { return headers };
    let named = headers.into_iter().zip(groups).map(|(header, group)| {
        let takes_group = !group.is_empty() && repeated.contains(&header);
        if takes_group { format!("{group} {header}") } else { header }
    });
    named.collect()
}

/// The group of each column, if the last line of a text names several: in words, and not for each column.
fn groups(above: &[u8], delimiter: char) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).ok()?)
        .from_reader(above);
    let line = reader.byte_records().filter_map(Result::ok).last()?;
    let cells: Vec<String> = line
        .iter()
        .map(|cell| normalize::trim(&String::from_utf8_lossy(cell)).to_owned())
        .collect();
    let is_word = |cell: &&String| {
        cell.len() <= LONGEST_GROUP && !cell.contains(|c: char| c.is_numeric() || "@:".contains(c))
    };
    let filled: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    if filled.len() < 2 || filled.len() == cells.len() || !filled.iter().all(is_word) {
        return None;
    }
    let mut group = String::new();
    let groups = cells.into_iter().map(|cell| {
        if !cell.is_empty() {
            group = cell;
        }
        group.clone()
    });
    Some(groups.collect())
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
