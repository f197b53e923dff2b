//! [`ErrorLog`]: the rows that failed, in a file to correct and import again (behaviour §15).

use std::cmp::Reverse;
use std::fmt::Display;
use std::io;

use super::meanings::meanings;
use super::report::Report;
use crate::issue::{ERROR_LOG_COLUMNS, Issue, IssueCode, Severity};
use crate::object::{Object, RowNumber};
use crate::plan::{Outcome, RowPlan};
use crate::source::escape_formula;

/// Writes the rows that failed, as they were in the file, with what to do about each.
///
/// For an import that was planned as a whole, [`Report::write_error_log`] does it in one call. A
/// [run](crate::Import::run_with) has a report for each window, and the log is written window by window:
///
/// ```
/// use crm_import::{ErrorLog, Import, MemoryStorage, Source};
///
/// let mut crm = MemoryStorage::default();
/// let file = Source::from_bytes(&b"Email,Contact ID\nana@example.com,\nbo@example.com,c9\n"[..]);
/// let mut log = ErrorLog::csv(Vec::new());
/// Import::new()
///     .run_with(file, &mut crm, |event| {
///         event.window().map_or(Ok(0), |window| log.add(window)).is_ok()
///     })
///     .unwrap();
/// assert_eq!(log.rows(), 1); // there is no contact c9
/// ```
#[derive(Debug)]
pub struct ErrorLog<W: io::Write> {
    writer: W,
    format: Format,
    has_header: bool,
    /// What the columns mean, for each row.
    meanings: String,
    rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl<W: io::Write> ErrorLog<W> {
    /// A log in CSV: the columns of the file, then [`ERROR_LOG_COLUMNS`], then the surplus cells of rows that are
    /// wider than the header. Cells are escaped so that none starts a formula in a spreadsheet; the escape is
    /// removed when the log is imported.
    pub fn csv(writer: W) -> Self {
        ErrorLog::new(writer, Format::Csv)
    }

    /// A log of JSON objects, one per line: the row and line, the status, the ids, the cells by header (`record`), the
    /// cells beyond the header (`surplus`), and the issues.
    pub fn json(writer: W) -> Self {
        ErrorLog::new(writer, Format::Json)
    }

    fn new(writer: W, format: Format) -> Self {
        ErrorLog { writer, format, has_header: false, meanings: String::new(), rows: 0 }
    }

    /// The number of rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes the failed rows of a report. Returns their number.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn add(&mut self, report: &Report) -> io::Result<u64> {
        let before = self.rows;
        let Told { issues, repeats } = Told::of(report);
        if self.format == Format::Csv && !std::mem::replace(&mut self.has_header, true) {
            self.meanings = in_words(meanings(&report.plan));
            self.write_header(report.plan.headers())?;
        }
        let mut rest = issues.as_slice();
        for row in report.plan.rows() {
            let number = row.number();
            let own = rest.partition_point(|issue| issue.row <= Some(number));
            let (issues, others) = rest.split_at(own);
            rest = others;
            let outcomes = Object::ALL.map(|object| report.outcome(object, number));
            if !outcomes.contains(&Some(Outcome::Fail)) && issues.is_empty() {
                continue;
            }
            self.rows += 1;
            let failed = Failed::new(report, row, outcomes, issues, &repeats);
            match self.format {
                Format::Csv => self.write_csv(&failed)?,
                Format::Json => self.write_json(&failed)?,
            }
        }
        Ok(self.rows - before)
    }

    /// Flushes the writer. Returns the number of all rows written.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn finish(mut self) -> io::Result<u64> {
        self.writer.flush()?;
        Ok(self.rows)
    }

    fn write_header(&mut self, headers: &[String]) -> io::Result<()> {
        // A log of a log keeps one set of our columns.
        let own = headers.iter().filter(|header| !is_log_column(header)).map(|h| escape_formula(h));
        let all: Vec<String> = own.chain(ERROR_LOG_COLUMNS.map(str::to_owned)).collect();
        self.write_record(&all)
    }

    fn write_csv(&mut self, failed: &Failed<'_>) -> io::Result<()> {
        let headers = failed.report.plan.headers();
        let mut cells: Vec<&str> = failed.row.cells().collect();
        cells.resize(cells.len().max(headers.len()), "");
        let kept = |at: usize| !headers.get(at).is_some_and(|header| is_log_column(header));
        // Cells beyond the header come last: before ours they would push those out of their columns.
        let mut record: Vec<String> = cells
            .iter()
            .enumerate()
            .take(headers.len())
            .filter(|(at, _)| kept(*at))
            .map(|(_, cell)| escape_formula(cell))
            .collect();
        record.push(failed.status.to_owned());
        record.push(failed.join(|issue| issue.code.code().to_owned()));
        record.push(failed.join(|issue| issue.column.clone().unwrap_or_default()));
        record.push(failed.join(Issue::message));
        record.push(failed.join(Issue::remedy));
        record.extend(failed.ids.map(|id| escape_formula(id.unwrap_or(""))));
        let formats = in_words(&failed.report.plan.formats());
        let parts = [formats.as_str(), self.meanings.as_str()];
        let told: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        record.push(escape_formula(&told.join("; ")));
        record.extend(failed.checks.each_ref().map(|check| check.clone().unwrap_or_default()));
        record.extend(cells.iter().skip(headers.len()).map(|cell| escape_formula(cell)));
        self.write_record(&record)
    }

    fn write_record(&mut self, record: &[String]) -> io::Result<()> {
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(&mut self.writer);
        csv.write_record(record)?;
        csv.flush()
    }

    fn write_json(&mut self, failed: &Failed<'_>) -> io::Result<()> {
        let mut line = format!(
            "{{\"row\":{},\"line\":{},\"status\":{}",
            failed.row.number(),
            failed.row.line(),
            json(failed.status)
        );
        for (name, id) in ["contact_id", "opportunity_id"].into_iter().zip(failed.ids) {
            line.push_str(&format!(",\"{name}\":{}", id.map_or("null".into(), json)));
        }
        line.push_str(",\"record\":{");
        let cells: Vec<&str> = failed.row.cells().collect();
        let headers = failed.report.plan.headers();
        for (at, header) in headers.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let cell = json(cells.get(at).copied().unwrap_or(""));
            line.push_str(&format!("{comma}{}:{cell}", json(header)));
        }
        line.push('}');
        let surplus: Vec<String> =
            cells.iter().skip(headers.len()).map(|cell| json(cell)).collect();
        if !surplus.is_empty() {
            line.push_str(&format!(",\"surplus\":[{}]", surplus.join(",")));
        }
        line.push_str(",\"issues\":[");
        for (at, issue) in failed.issues.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let column = issue.column.as_deref().map_or("null".into(), json);
            let object = issue.object.map_or("null".into(), |object| json(object.name()));
            line.push_str(&format!(
                "{comma}{{\"severity\":{},\"code\":{},\"object\":{object},\"column\":{column},\"message\":{},\"fix\":{}}}",
                json(issue.severity.name()),
                json(issue.code.code()),
                json(&issue.message()),
                json(&issue.remedy())
            ));
        }
        line.push_str("]}\n");
        self.writer.write_all(line.as_bytes())
    }
}

/// What the issues of a report tell the log.
struct Told {
    /// Those that stand in it, by row: why the row fails comes before its warnings.
    issues: Vec<Issue>,
    /// The rows whose contact was left out as a repeat (M10), in order.
    repeats: Vec<RowNumber>,
}

impl Told {
    fn of(report: &Report) -> Self {
        let mut told = Told { issues: Vec::new(), repeats: Vec::new() };
        for issue in report.issues() {
            if matches!(issue.code, IssueCode::RepeatSkipped | IssueCode::RepeatRejected) {
                told.repeats.extend(issue.row);
            }
            if is_told(report, &issue) {
                told.issues.push(issue);
            }
        }
        told.issues.sort_by_key(|issue| (issue.row, Reverse(issue.severity)));
        told.repeats.sort_unstable();
        told
    }
}

/// Whether an issue belongs in the log. Errors do. So do warnings about cells of a row that failed, because they may be
/// the reason why it failed, and would be forgotten once the row is mended.
fn is_told(report: &Report, issue: &Issue) -> bool {
    let Some(row) = issue.row else { return false };
    match issue.severity {
        Severity::Error => true,
        Severity::Warning => {
            let has_failed = |object| report.outcome(object, row) == Some(Outcome::Fail);
            issue.column.is_some() && Object::ALL.into_iter().any(has_failed)
        }
        Severity::Info => false,
    }
}

/// One row of the log.
struct Failed<'r> {
    report: &'r Report,
    row: RowPlan<'r>,
    issues: &'r [Issue],
    status: &'static str,
    /// Of its contact and its opportunity, if this import or an earlier one has written them.
    ids: [Option<&'r str>; 2],
    /// The check of the contact's cells, if the contact was imported, or left out as a repeat: of all of them, if all
    /// were imported, and of those by which it is found. And that of the opportunity's, if all were imported.
    checks: [Option<String>; 2],
}

impl<'r> Failed<'r> {
    fn new(
        report: &'r Report,
        row: RowPlan<'r>,
        outcomes: [Option<Outcome>; 2],
        issues: &'r [Issue],
        repeats: &[RowNumber],
    ) -> Self {
        let all_failed = outcomes.iter().flatten().all(|outcome| *outcome == Outcome::Fail);
        let status = if all_failed { "failed" } else { "partly imported" };
        let is_repeat = repeats.binary_search(&row.number()).is_ok();
        let mut failed =
            Failed { report, row, issues, status, ids: [None; 2], checks: [None, None] };
        let [contact, opportunity] = outcomes;
        failed.ids = [
            failed.id(Object::Contact, contact, is_repeat),
            failed.id(Object::Opportunity, opportunity, is_repeat),
        ];
        failed.checks =
            [failed.check_of_contact(contact, is_repeat), failed.check_of_opportunity(opportunity)];
        failed
    }

    /// The id of a side's record, if this import or an earlier one has written it.
    fn id(&self, object: Object, outcome: Option<Outcome>, is_repeat: bool) -> Option<&'r str> {
        let number = self.row.number();
        match outcome? {
            Outcome::Create | Outcome::Update | Outcome::Unchanged | Outcome::Merged => {
                self.report.id(object, number)
            }
            // It belongs to the contact that it repeats, whoever else is found by its cells later.
            _ if is_repeat && object == Object::Contact => self.report.id(object, number),
            // The file may itself be an error log, and name the record that an import before this one wrote.
            Outcome::Skip | Outcome::Fail => self.row.imported_id(object),
        }
    }

    fn check_of_contact(&self, outcome: Option<Outcome>, is_repeat: bool) -> Option<String> {
        if is_repeat {
            // The log may not have the row that it repeats. That is no reason to write it over that one.
            return self.row.check_of_repeat();
        }
        let (id, outcome) = self.ids[0].zip(outcome)?;
        let is_whole = outcome != Outcome::Fail && !self.lacks_value_of(Object::Contact);
        let whole = if is_whole { self.row.check_of_contact() } else { String::new() };
        Some(whole + &self.row.check_of_keys(outcome, id))
    }

    fn check_of_opportunity(&self, outcome: Option<Outcome>) -> Option<String> {
        // If storage did not write the contact, the tags that it was to get from the opportunity went with it.
        let are_tags_lost = || {
            self.row.has_opportunity_tags()
                && (self.report.was_refused_at(Object::Contact, self.row.number())
                    || self.issues.iter().any(|issue| issue.code == IssueCode::FollowUpFailed))
        };
        self.ids[1]?;
        let is_whole = !are_tags_lost() && !self.lacks_value_of(Object::Opportunity);
        outcome.filter(|_| is_whole).and_then(|outcome| self.row.check_of_opportunity(outcome))
    }

    /// Whether a value of this side was left out. It may become usable although nobody changes its cell. That is no
    /// reason to write the other cells over what later rows have written.
    fn lacks_value_of(&self, object: Object) -> bool {
        let mut issues = self.issues.iter();
        issues.any(|issue| {
            issue.column.is_some()
                && (issue.object, issue.severity) == (Some(object), Severity::Warning)
                // They are about the contact that the log names, and refuse no value.
                && !matches!(issue.code, IssueCode::ContactIdUnknown | IssueCode::ContactUnlikeLog)
        }) && !self.row.is_overruled(object)
    }

    fn join(&self, text: impl Fn(&Issue) -> String) -> String {
        let texts: Vec<String> =
            self.issues.iter().map(text).filter(|text| !text.is_empty()).collect();
        escape_formula(&texts.join("; "))
    }
}

/// The formats of the columns of a file, or what they mean, in one cell: `Close Date=dmy; Value=1.234,5`.
fn in_words(columns: impl IntoIterator<Item = (impl Display, impl Display)>) -> String {
    let told = columns.into_iter().map(|(header, word)| format!("{header}={word}"));
    told.collect::<Vec<String>>().join("; ")
}

/// The words that such a cell has, by header.
pub(crate) fn formats_of_log<'c, 'h>(
    cell: &'c str,
    headers: &'h [String],
) -> Vec<(&'h str, &'c str)> {
    let mut rest = cell;
    let mut formats = Vec::new();
    while !rest.is_empty() {
        // A header may itself contain `; ` or `=`: the longest one that fits is meant.
        let of = |header: &&String| {
            rest.strip_prefix(header.as_str()).is_some_and(|rest| rest.starts_with('='))
        };
        let Some(header) = headers.iter().filter(of).max_by_key(|header| header.len()) else {
            break;
        };
        let (format, more) = match rest[header.len() + 1..].split_once("; ") {
            Some((format, more)) => (format, more),
            None => (&rest[header.len() + 1..], ""),
        };
        formats.push((header.as_str(), format));
        rest = more;
    }
    formats
}

fn is_log_column(header: &str) -> bool {
    ERROR_LOG_COLUMNS.contains(&header)
}

/// A text as JSON writes it.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
