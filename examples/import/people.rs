//! What people see: the mapping, the plan, the progress, the report, the first issues.

use crm_import::mapping::{Confidence, Resolved, Suggestion};
use crm_import::plan::{ColumnCounts, Counts, UnknownValue};
use crm_import::{ErrorBudget, Fields, Issue, Plan, Progress, Report, Severity, Stats};
use indicatif::{ProgressBar, ProgressStyle};

use crate::options::Options;
use crate::{AGAIN, OBJECTS, Planned};

/// How many issues are shown; the error log has all of them.
const SHOWN: usize = 10;

pub(crate) fn mapping(columns: &[Suggestion], fields: &Fields) {
    let width =
        columns.iter().map(|column| column.header.chars().count()).max().unwrap_or(0).clamp(6, 40);
    say!("{:width$}  {:40}  WHY", "COLUMN", "FIELD");
    for column in columns {
        let field = column.target.map(|id| fields.get(id));
        let field = match (field, column.confidence) {
            (None, _) => "-".to_owned(),
            (Some(field), Confidence::Sure) => format!("{} {}", field.object, field.key),
            (Some(field), _) => format!("{} {} (likely)", field.object, field.key),
        };
        say!("{:width$}  {field:40}  {}", column.header, column.reason);
    }
}

/// Columns of a saved mapping that the file does not have; never on standard output.
pub(crate) fn missing(resolved: &Resolved<'_>) {
    for missing in &resolved.missing {
        match resolved.renamed.iter().find(|(before, _)| before == missing) {
            Some((_, now)) => {
                note!("the file has no column {missing:?}; it may be called {now:?} now");
            }
            None => note!("the file has no column {missing:?}"),
        }
    }
}

pub(crate) fn plan(plan: &Plan, planned: &Planned) {
    let stats = &planned.stats;
    say!("\nPLAN           rows  create  update  unchanged  merged  skip  fail  warnings");
    for (object, name) in OBJECTS {
        line(name, stats.of(object));
    }
    say!("{}, {}", counted(stats.links, "link"), counted(stats.blank_rows, "blank row"));
    if stats.unused_rows > 0 {
        say!("{} without an opportunity", counted(stats.unused_rows, "row"));
    }
    for (follow_up, contacts) in plan.follow_ups() {
        let contacts = counted(contacts as u64, "contact");
        let kind = follow_up.kind().name();
        say!("{kind} {:?} for {contacts}", follow_up.name());
    }
    for column in plan.unmapped() {
        let examples = column.examples.join(", ");
        let warning = if column.is_consent { ": it speaks of a consent" } else { "" };
        say!(
            "left out: column {:?} with {} ({examples}){warning}",
            column.header,
            counted(column.filled, "value")
        );
    }
    unknown(&planned.unknown);
    left_out(&planned.columns);
}

/// What the CRM does not know, each value once for all its rows, so that somebody can say what it means.
fn unknown(values: &[UnknownValue]) {
    for unknown in values.iter().take(SHOWN) {
        let UnknownValue { object, field, column, value, rows, .. } = unknown;
        let column = column.as_ref().map(|header| format!(" of column {header:?}"));
        let nearest = match unknown.nearest.as_slice() {
            [] => String::new(),
            nearest => format!("; there is {}", nearest.join(", ")),
        };
        let what = if unknown.is_ambiguous { "ambiguous" } else { "unknown" };
        say!(
            "{what}: {object} {field} {value:?}{} on {}{nearest}",
            column.unwrap_or_default(),
            counted(*rows, "row")
        );
    }
    if values.len() > SHOWN {
        say!("and {} more that are not known", values.len() - SHOWN);
    }
}

/// A number of things: `1 row`, `2 rows`.
fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// Columns of which some values do not get into the CRM, although nothing is wrong with them.
fn left_out(columns: &[ColumnCounts]) {
    for column in columns.iter().filter(|column| column.left_out > 0) {
        let ColumnCounts { header, object, field, left_out, filled, .. } = column;
        say!(
            "left out: {left_out} of {filled} values of column {header:?}; another value of {object} \
             {field} stands, by the column's merge rule or a later row"
        );
    }
}

fn line(name: &str, c: &Counts) {
    say!(
        "{name:13} {:>5}  {:>6}  {:>6}  {:>9}  {:>6}  {:>4}  {:>4}  {:>8}",
        c.rows,
        c.create,
        c.update,
        c.unchanged,
        c.merged,
        c.skip,
        c.fail,
        c.warnings
    );
}

/// Runs the import with a progress bar on standard error.
pub(crate) fn with_progress<T>(
    is_quiet: bool,
    run: impl FnOnce(&mut dyn FnMut(Progress) -> bool) -> T,
) -> T {
    let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) =
        ProgressStyle::with_template("writing {bar:40} {pos}/{len} records, {eta} left")
    {
        bar.set_style(style);
    }
    let result = run(&mut |progress: Progress| {
        bar.set_length(progress.steps as u64);
        bar.set_position(progress.done as u64);
        true
    });
    bar.finish_and_clear();
    result
}

pub(crate) fn report(report: &Report, options: &Options) {
    let stats = report.stats();
    say!("\nDONE           rows  created updated  unchanged  merged  skip  fail  warnings");
    for (object, name) in OBJECTS {
        line(name, stats.of(object));
    }
    say!("{}, in {}", counted(stats.links, "link"), options.db.display());
    issues(report.issues());
    if let Some(path) = &options.error_log {
        let failed = stats.contacts.fail + stats.opportunities.fail;
        if failed > 0 {
            say!("\nmend the rows that failed in {} and import that file", path.display());
        }
    }
}

/// What was written before the import stopped, the first rows that failed, and how to go on.
pub(crate) fn stopped(done: &Report, has_too_many_errors: bool) -> String {
    let stats = done.stats();
    let written = OBJECTS.map(|(object, name)| {
        let counts = stats.of(object);
        format!("{} {name} created, {} updated", counts.create, counts.update)
    });
    let mut text = format!("\nwritten before that: {}", written.join("; "));
    if !has_too_many_errors {
        text.push_str(&format!("\n\nto go on, mend that and {AGAIN}"));
        return text;
    }
    let errors: Vec<Issue> =
        done.issues().filter(|issue| issue.severity == Severity::Error).collect();
    text.push_str(&format!("\n\nERRORS ({} in all)", errors.len()));
    for issue in errors.iter().take(SHOWN) {
        text.push_str(&format!("\n{issue}\n    fix: {}", issue.remedy()));
    }
    text.push_str(
        "\n\nto go on, import the file once more with a higher --max-errors: what is written is not written twice",
    );
    text
}

/// The first issues, the worst first, with what to do about them.
pub(crate) fn issues(issues: impl Iterator<Item = Issue>) {
    let mut all: Vec<Issue> = issues.filter(|issue| issue.severity > Severity::Info).collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
    say!("\nISSUES ({} in all)", all.len());
    for issue in all.iter().take(SHOWN) {
        say!("{}: {issue}\n    fix: {}", issue.severity, issue.remedy());
    }
}

/// Says on a dry run that the import would stop for its errors, if it would (X7).
pub(crate) fn foretell_stop(options: &Options, stats: &Stats) {
    let is_over = |limit: &u64| ErrorBudget::Sides(*limit).is_exceeded(stats);
    let Some(limit) = options.max_errors.filter(is_over) else { return };
    let when = match options.window {
        Some(_) => "as soon as more have failed",
        None => "before it writes anything",
    };
    let [contacts, opportunities] = [stats.contacts.fail, stats.opportunities.fail];
    note!(
        "failed contacts: {contacts}, failed opportunities: {opportunities}; with --max-errors {limit}, the import \
         would stop {when}"
    );
}
