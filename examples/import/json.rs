//! The JSON object that `--json` prints.

use std::io::{self, BufWriter, Write as _};

use crm_import::mapping::Suggestion;
use crm_import::plan::{ColumnCounts, Counts, RowPlan, UnknownValue};
use crm_import::{Fields, Issue, Object, Plan, Report, Severity};
use serde::ser::{Error as _, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Map, Value, json};

use crate::windows::KeptRows;
use crate::{OBJECTS, Planned};

/// Everything about an import. It is written out as it is printed, because the rows and issues of a long file
/// would take far more memory than its plan.
pub(crate) struct Document<'a> {
    pub(crate) columns: &'a [Suggestion],
    pub(crate) plan: &'a Plan,
    pub(crate) planned: &'a Planned,
    /// `None` on a dry run.
    pub(crate) report: Option<&'a Report>,
    /// The rows of past windows, of which the plan of a run has none.
    pub(crate) kept: Option<&'a KeptRows>,
}

impl Document<'_> {
    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        serde_json::to_writer(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.plan.account().fields();
        let mut document = serializer.serialize_map(None)?;
        let mapping: Vec<Value> =
            self.columns.iter().map(|column| mapping(column, &fields)).collect();
        document.serialize_entry("mapping", &mapping)?;
        document.serialize_entry("plan", &planned(self.planned))?;
        document.serialize_entry("report", &self.report.map(reported))?;
        let rows = || -> Items<'_> {
            match self.kept {
                Some(kept) => Box::new(kept.read()),
                None => Box::new(rows(self.plan, self.report).map(Ok)),
            }
        };
        document.serialize_entry("rows", &List(rows))?;
        let issues = || -> Items<'_> {
            match self.report {
                Some(report) => Box::new(report.issues().map(|found| Ok(issue(&found)))),
                None => Box::new(self.plan.issues().map(|found| Ok(issue(&found)))),
            }
        };
        document.serialize_entry("issues", &List(issues))?;
        document.end()
    }
}

type Items<'a> = Box<dyn Iterator<Item = io::Result<Value>> + 'a>;

/// A list whose items are made one by one.
struct List<F>(F);

impl<'a, F: Fn() -> Items<'a>> Serialize for List<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for item in (self.0)() {
            list.serialize_element(&item.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

/// The rows of a plan that are not blank, with what became of them.
pub(crate) fn rows(plan: &Plan, report: Option<&Report>) -> impl Iterator<Item = Value> {
    plan.rows().filter(|row| !row.is_blank()).map(move |row| self::row(&row, report))
}

fn planned(planned: &Planned) -> Value {
    json!({
        "contacts": counts(&planned.stats.contacts),
        "opportunities": counts(&planned.stats.opportunities),
        "links": planned.stats.links,
        "blank_rows": planned.stats.blank_rows,
        "unused_rows": planned.stats.unused_rows,
        "columns": planned.columns.iter().map(cells).collect::<Vec<_>>(),
        "unknown_values": planned.unknown.iter().map(unknown).collect::<Vec<_>>(),
    })
}

/// Why rows failed in an import that was stopped.
pub(crate) fn errors(report: &Report) -> Value {
    let errors = report.issues().filter(|issue| issue.severity == Severity::Error);
    errors.map(|found| issue(&found)).collect()
}

pub(crate) fn reported(report: &Report) -> Value {
    json!({
        "contacts": done(&report.stats().contacts),
        "opportunities": done(&report.stats().opportunities),
        "links": report.stats().links,
    })
}

fn mapping(column: &Suggestion, fields: &Fields) -> Value {
    let field = column.target.map(|id| fields.get(id));
    json!({
        "index": column.index,
        "header": column.header,
        "object": field.map(|field| field.object),
        "field": field.map(|field| &field.key),
        "confidence": column.confidence.name(),
        "reason": column.reason,
    })
}

/// Where the filled cells of a column go.
fn cells(column: &ColumnCounts) -> Value {
    json!({
        "index": column.index, "header": column.header, "object": column.object,
        "field": column.field, "filled": column.filled, "taken": column.taken,
        "left_out": column.left_out, "refused": column.refused, "skipped": column.skipped,
        "failed": column.failed,
    })
}

/// A value that the CRM does not know, for all its rows.
fn unknown(unknown: &UnknownValue) -> Value {
    json!({
        "object": unknown.object, "field": unknown.field, "column": unknown.column,
        "value": unknown.value, "pipeline": unknown.pipeline, "rows": unknown.rows,
        "is_ambiguous": unknown.is_ambiguous, "nearest": unknown.nearest,
    })
}

fn counts(counts: &Counts) -> Value {
    json!({
        "rows": counts.rows, "create": counts.create, "update": counts.update,
        "unchanged": counts.unchanged, "merged": counts.merged, "skip": counts.skip,
        "fail": counts.fail, "warnings": counts.warnings,
    })
}

fn done(counts: &Counts) -> Value {
    json!({
        "rows": counts.rows, "created": counts.create, "updated": counts.update,
        "unchanged": counts.unchanged, "merged": counts.merged, "skipped": counts.skip,
        "failed": counts.fail, "warnings": counts.warnings,
    })
}

fn row(row: &RowPlan<'_>, report: Option<&Report>) -> Value {
    let mut out = json!({ "row": row.number(), "line": row.line() });
    for (object, _) in OBJECTS {
        out[object.name()] = side(row, object, report).unwrap_or(Value::Null);
    }
    out
}

fn side(row: &RowPlan<'_>, object: Object, report: Option<&Report>) -> Option<Value> {
    // A row that was planned again says how it found its record in the end.
    let side = match report {
        Some(report) => report.side(object, row.number())?,
        None => row.side(object)?,
    };
    let outcome = match report {
        Some(report) => report.outcome(object, row.number()),
        None => Some(side.outcome()),
    };
    let id = match report {
        Some(report) => report.id(object, row.number()),
        None => side.id(),
    };
    let mut values = Map::new();
    for (field, offered) in side.values() {
        let texts: Vec<String> = offered.iter().map(ToString::to_string).collect();
        let value = if field.is_list { json!(texts) } else { json!(texts.first()) };
        values.insert(field.key.clone(), value);
    }
    let mut out = json!({
        "outcome": outcome,
        "id": id,
        "by": side.reason().map(|reason| reason.name()),
        "values": values,
    });
    match object {
        Object::Contact => out["first_row"] = json!(side.first_row()),
        Object::Opportunity => out["contact_row"] = json!(side.contact_row()),
    }
    Some(out)
}

fn issue(issue: &Issue) -> Value {
    json!({
        "row": issue.row,
        "line": issue.line,
        "object": issue.object,
        "column": issue.column,
        "field": issue.field,
        "severity": issue.severity,
        "code": issue.code.code(),
        "number": issue.number(),
        "value": issue.value,
        "message": issue.message(),
        "remedy": issue.remedy(),
    })
}
