//! The error log: a CSV file that a person mends and imports again (behaviour §15).

use std::io;

use super::report::Report;
use crate::issue::{Issue, Severity};
use crate::object::Object;
use crate::plan::Outcome;
use crate::source::escape_formula;

/// The columns that the error log adds behind those of the file. The first five are ignored when the
/// log is imported; the ids are read, so that nothing is created twice.
pub const ERROR_LOG_COLUMNS: [&str; 7] = [
    "Import status",
    "Import code",
    "Import column",
    "Import message",
    "Import fix",
    "Import contact id",
    "Import opportunity id",
];

pub(super) fn write(report: &Report, writer: impl io::Write) -> io::Result<u64> {
    let mut log = csv::WriterBuilder::new().flexible(true).from_writer(writer);
    let headers: Vec<&str> = report.plan.headers().iter().map(String::as_str).collect();
    // A log of a log keeps one set of our columns.
    let own: Vec<bool> = headers.iter().map(|header| ERROR_LOG_COLUMNS.contains(header)).collect();
    let kept = |at: usize| !own.get(at).copied().unwrap_or(false);
    let mut record: Vec<String> = headers
        .iter()
        .enumerate()
        .filter(|(at, _)| kept(*at))
        .map(|(_, h)| escape_formula(h))
        .collect();
    record.extend(ERROR_LOG_COLUMNS.map(str::to_owned));
    log.write_record(&record)?;

    let mut issues: Vec<Issue> = report
        .issues()
        .filter(|issue| issue.row.is_some() && issue.severity == Severity::Error)
        .collect();
    issues.sort_by_key(|issue| issue.row);
    let mut rest = issues.as_slice();
    let mut written = 0;
    for row in report.plan.rows() {
        let number = row.number();
        let own = rest.partition_point(|issue| issue.row <= Some(number));
        let (issues, others) = rest.split_at(own);
        rest = others;
        let outcomes = [Object::Contact, Object::Opportunity].map(|o| report.outcome(o, number));
        if !outcomes.contains(&Some(Outcome::Fail)) && issues.is_empty() {
            continue;
        }
        record.clear();
        let mut cells: Vec<&str> = row.cells().collect();
        cells.resize(cells.len().max(headers.len()), "");
        record.extend(
            cells
                .iter()
                .enumerate()
                .filter(|(at, _)| kept(*at))
                .map(|(_, cell)| escape_formula(cell)),
        );
        let all_failed = outcomes.iter().flatten().all(|outcome| *outcome == Outcome::Fail);
        record.push(if all_failed { "failed" } else { "partly imported" }.to_owned());
        let join = |text: &dyn Fn(&Issue) -> String| {
            let texts: Vec<String> =
                issues.iter().map(text).filter(|text| !text.is_empty()).collect();
            escape_formula(&texts.join("; "))
        };
        record.push(join(&|issue| issue.code.code().to_owned()));
        record.push(join(&|issue| issue.column.clone().unwrap_or_default()));
        record.push(join(&Issue::message));
        record.push(join(&Issue::remedy));
        for (object, outcome) in [Object::Contact, Object::Opportunity].into_iter().zip(outcomes) {
            let is_done = matches!(
                outcome,
                Some(Outcome::Create | Outcome::Update | Outcome::Unchanged | Outcome::Merged)
            );
            let id = report.id(object, number).filter(|_| is_done);
            record.push(escape_formula(id.unwrap_or("")));
        }
        log.write_record(&record)?;
        written += 1;
    }
    log.flush()?;
    Ok(written)
}
