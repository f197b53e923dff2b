//! The JSON object that `--json` prints.

use crm_import::mapping::Suggestion;
use crm_import::plan::{ColumnCounts, Counts, RowPlan};
use crm_import::{Fields, Issue, Object, Outcome, Plan, Report};
use serde_json::{Map, Value, json};

use crate::{OBJECTS, Planned};

/// Everything about an import but its rows. `report` is `None` on a dry run.
pub(crate) fn document(
    columns: &[Suggestion],
    plan: &Plan,
    planned: &Planned,
    report: Option<&Report>,
    rows: &[Value],
) -> Value {
    let fields = plan.account().fields();
    let issues: Vec<Value> = match report {
        Some(report) => report.issues().map(|found| issue(&found)).collect(),
        None => plan.issues().map(|found| issue(&found)).collect(),
    };
    json!({
        "mapping": columns.iter().map(|column| mapping(column, &fields)).collect::<Vec<_>>(),
        "plan": {
            "contacts": counts(&planned.stats.contacts),
            "opportunities": counts(&planned.stats.opportunities),
            "links": planned.stats.links,
            "blank_rows": planned.stats.blank_rows,
            "columns": planned.columns.iter().map(cells).collect::<Vec<_>>(),
        },
        "report": report.map(|report| json!({
            "contacts": done(&report.stats().contacts),
            "opportunities": done(&report.stats().opportunities),
            "links": report.stats().links,
        })),
        "rows": rows,
        "issues": issues,
    })
}

/// The rows of a plan that are not blank, with what became of them.
pub(crate) fn rows(plan: &Plan, report: Option<&Report>) -> Vec<Value> {
    plan.rows().filter(|row| !row.is_blank()).map(|row| self::row(&row, report)).collect()
}

/// Corrects the rows of earlier windows whose records this one has changed.
pub(crate) fn revise(rows: &mut [Value], window: &Report) {
    for &(object, row) in window.revised() {
        if let Ok(at) =
            rows.binary_search_by_key(&Some(u64::from(row.0)), |row| row["row"].as_u64())
        {
            rows[at][object.name()]["outcome"] = json!(Outcome::Update);
        }
    }
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
    // A row that was planned again says how it came to its record in the end.
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
