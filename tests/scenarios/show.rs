//! A plan as text.

use std::fmt::Write;

use crm_import::plan::{Counts, RowPlan, SidePlan};
use crm_import::storage::{Op, StorageError};
use crm_import::{Error, Issue, MemoryStorage, Object, Outcome, Plan, Step};

pub(crate) fn plan(plan: &Plan) -> String {
    let mut out = String::new();
    plan.rows().for_each(|planned| row(&mut out, &planned));
    plan.steps().for_each(|planned| step(&mut out, &planned));
    plan.issues().for_each(|found| issue(&mut out, &found));
    plan.unknown_values().iter().for_each(|unknown| {
        let (object, field) = (unknown.object, &unknown.field);
        write!(out, "unknown {object} {field} {:?}", unknown.value).unwrap();
        writeln!(out, " on {} rows, nearest {:?}", unknown.rows, unknown.nearest).unwrap();
    });
    totals(&mut out, plan);
    out
}

fn row(out: &mut String, row: &RowPlan<'_>) {
    write!(out, "row {}:", row.number()).unwrap();
    let sides: Vec<String> = Object::ALL
        .iter()
        .filter_map(|object| Some(side(row, *object, &row.side(*object)?)))
        .collect();
    let text = match sides.is_empty() {
        true if row.is_blank() => "blank".to_owned(),
        true => "unused".to_owned(),
        false => sides.join("; "),
    };
    writeln!(out, " {text}").unwrap();
}

fn side(row: &RowPlan<'_>, object: Object, side: &SidePlan<'_>) -> String {
    let mut text = format!("{object} {}", side.outcome());
    if let Some(id) = side.id() {
        write!(text, " {id}").unwrap();
    }
    if let Some(reason) = side.reason() {
        write!(text, " by {}", reason.name()).unwrap();
    }
    if let Some(value) = side.matched_value().filter(|value| side.id() != Some(value)) {
        write!(text, " {value:?}").unwrap();
    }
    if let Some(first) = side.first_row().filter(|first| *first != row.number()) {
        write!(text, " with row {first}").unwrap();
    }
    if let Some(contact) = side.contact_id() {
        write!(text, " -> {contact}").unwrap();
    } else if let Some(contact) = side.contact_row() {
        write!(text, " -> row {contact}").unwrap();
    }
    text
}

fn step(out: &mut String, step: &Step<'_>) {
    let op = if step.op() == Op::Create { "create" } else { "update" };
    write!(out, "{op} {}", step.object()).unwrap();
    if let Some(id) = step.id() {
        write!(out, " {id}").unwrap();
    }
    let rows: Vec<String> = step.rows().iter().map(ToString::to_string).collect();
    if !rows.is_empty() {
        write!(out, " from {}", rows.join(", ")).unwrap();
    }
    if let Some(contact) = step.contact_id() {
        write!(out, " -> {contact}").unwrap();
    } else if let Some(contact) = step.contact_row() {
        write!(out, " -> row {contact}").unwrap();
    }
    out.push('\n');
    for change in step.changes().iter() {
        writeln!(out, "  {change}").unwrap();
    }
}

fn issue(out: &mut String, issue: &Issue) {
    match issue.row {
        Some(row) => write!(out, "{} {row}", issue.severity).unwrap(),
        None => write!(out, "{} file", issue.severity).unwrap(),
    }
    if let Some(object) = issue.object {
        write!(out, " {object}").unwrap();
    }
    write!(out, " {}", issue.code).unwrap();
    if let Some(column) = &issue.column {
        write!(out, " in {column}").unwrap();
    }
    if let Some(value) = &issue.value {
        write!(out, " {value:?}").unwrap();
    }
    if let Some(detail) = &issue.detail {
        let meant = issue.meant.as_ref().map(|it| format!("; the opportunity goes to {it}"));
        write!(out, " ({detail}{})", meant.unwrap_or_default()).unwrap();
    }
    out.push('\n');
}

fn totals(out: &mut String, plan: &Plan) {
    let stats = plan.stats();
    out.push_str("total:");
    for object in Object::ALL {
        let counts = stats.of(object);
        if counts.rows > 0 {
            write!(out, " {object} {}", counted(counts)).unwrap();
            if counts.warnings > 0 {
                write!(out, " (warned {})", counts.warnings).unwrap();
            }
            out.push(';');
        }
    }
    write!(out, " links {}; blank {}", stats.links, stats.blank_rows).unwrap();
    if stats.unused_rows > 0 {
        write!(out, "; unused {}", stats.unused_rows).unwrap();
    }
    out.push('\n');
}

fn by_outcome(counts: &Counts) -> [(Outcome, u64); 6] {
    [
        (Outcome::Create, counts.create),
        (Outcome::Update, counts.update),
        (Outcome::Unchanged, counts.unchanged),
        (Outcome::Merged, counts.merged),
        (Outcome::Skip, counts.skip),
        (Outcome::Fail, counts.fail),
    ]
}

fn counted(counts: &Counts) -> String {
    let told = by_outcome(counts);
    let filled = told.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = filled.map(|(outcome, count)| format!("{outcome} {count}")).collect();
    parts.join(", ")
}

/// Every side has exactly one outcome, and the totals are their sums (L2).
pub(crate) fn check_totals(plan: &Plan, name: &str) {
    for object in Object::ALL {
        let counts = plan.stats().of(object);
        let sides: Vec<Outcome> =
            plan.rows().filter_map(|row| row.side(object)).map(|side| side.outcome()).collect();
        let count = |outcome| sides.iter().filter(|other| **other == outcome).count() as u64;
        assert_eq!(counts.rows, sides.len() as u64, "{name}: rows of {object} (L2)");
        for (outcome, told) in by_outcome(counts) {
            assert_eq!(told, count(outcome), "{name}: {object} {outcome} (L2)");
        }
    }
    let blank = plan.rows().filter(RowPlan::is_blank).count() as u64;
    assert_eq!(plan.stats().blank_rows, blank, "{name}: blank rows (L2)");
    let has_none = |row: &RowPlan<'_>| Object::ALL.iter().all(|object| row.side(*object).is_none());
    let unused = plan.rows().filter(|row| has_none(row) && !row.is_blank()).count() as u64;
    assert_eq!(plan.stats().unused_rows, unused, "{name}: unused rows (L2)");
}

/// The records with their values, in the order of their ids.
pub(crate) fn crm(crm: &MemoryStorage) -> String {
    let mut out = String::new();
    for object in Object::ALL {
        let mut records: Vec<_> = crm.iter(object).collect();
        records.sort_by_key(|(id, _)| *id);
        for (id, record) in records {
            write!(out, "{object} {id}").unwrap();
            let mut values: Vec<_> = record.values.iter().collect();
            values.sort();
            for (field, items) in values {
                write!(out, " | {field}={}", items.join(", ")).unwrap();
            }
            out.push('\n');
        }
    }
    out
}

/// The settings do not fit, and why.
pub(crate) fn error(error: &Error<StorageError>) -> String {
    let mut out = String::new();
    match error {
        Error::Config(config) => {
            for problem in config.problems() {
                writeln!(out, "error {problem}").unwrap();
            }
        }
        other => writeln!(out, "error {other}").unwrap(),
    }
    out
}
