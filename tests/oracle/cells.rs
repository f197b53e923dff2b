//! No cell is lost silently (L2): each filled cell of a mapped column stands in the database
//! afterwards, is named by an issue, stands on a side that is skipped or fails, or is covered by a rule
//! that lets another value stand; and the plan counts them so, column by column.

use std::collections::HashSet;

use crm_import::storage::MemoryRecord;
use crm_import::{MemoryStorage, Object, Outcome, Report, RowNumber, Severity};

use crate::contacts::{items, normal};
use crate::generate::SmallImport;
use crate::model::{Crm, Policy, Row, fold, look};
use crate::writing::{has_lines, merge};

/// Filled, taken, left out, refused, skipped, failed.
type Counts = [u64; 6];

/// One cell with its column.
#[derive(Clone, Copy)]
struct Place<'c> {
    object: Object,
    header: &'c str,
    field: &'c str,
    at: usize,
    cell: &'c str,
}

/// Counts every cell by what the database holds and compares with the plan's counts.
pub(crate) fn check(small: &SmallImport, report: &Report, crm: &MemoryStorage) {
    let SmallImport { policy, crm: before, rows } = small;
    let named: HashSet<(usize, Object, String)> = report
        .plan()
        .issues()
        .filter(|issue| {
            let is_info = issue.severity == Severity::Info;
            !is_info || !matches!(issue.code.code(), "field-differs" | "key-ambiguous")
        })
        .filter_map(|issue| Some((issue.row?.index(), issue.object?, issue.column?)))
        .collect();
    let counted = report.plan().column_counts();
    for (index, header) in policy.headers.iter().enumerate() {
        let Some((object, field)) = target(policy, header) else { continue };
        let mut counts: Counts = [0; 6];
        for (at, row) in rows.iter().enumerate() {
            let place = Place { object, header, field, at, cell: &row[header] };
            if place.cell.is_empty() {
                continue;
            }
            let number = RowNumber::from_index(at);
            let fate = match report.outcome(object, number) {
                None => panic!("{header} on row {number} has no outcome"),
                Some(Outcome::Fail) => 5,
                Some(Outcome::Skip) => 4,
                Some(_) if named.contains(&(at, object, (*header).to_owned())) => 3,
                Some(_) if is_there(place, policy, before, report, crm) => 1,
                Some(_) => {
                    assert!(
                        is_covered(policy, rows, place, report),
                        "{header} {:?} on row {number} is lost silently\n{policy:?}\n{}",
                        place.cell,
                        crate::engine::csv(policy, rows)
                    );
                    2
                }
            };
            counts[0] += 1;
            counts[fate] += 1;
        }
        let found = counted.iter().find(|found| found.index == index && found.object == object);
        let found = found.unwrap_or_else(|| panic!("{header} is not counted"));
        assert_eq!(
            [found.filled, found.taken, found.left_out, found.refused, found.skipped, found.failed],
            counts,
            "{header}: filled, taken, left out, refused, skipped, failed\n{policy:?}\n{}",
            crate::engine::csv(policy, rows)
        );
    }
}

/// The object and field of a column, if the object is selected.
fn target(policy: &Policy, header: &str) -> Option<(Object, &'static str)> {
    let known = crate::contacts::HEADERS.iter().find(|(other, _)| *other == header);
    if let Some((_, field)) = known {
        return policy.contacts.map(|_| (Object::Contact, *field));
    }
    let field = match header {
        "Opportunity ID" => "id",
        "Opportunity Name" => "name",
        "Pipeline" => "pipeline",
        "Stage" => "stage",
        "Status" => "status",
        "Opportunity Value" => "value",
        "Lost Reason" => "lost_reason",
        "Expected Close Date" => "expected_close_date",
        "Contact ID of the Opportunity" => "contact_id",
        "Opportunity Tags" => "tags",
        other => panic!("{other} is no header"),
    };
    policy.opportunities.map(|_| (Object::Opportunity, field))
}

/// Does the record hold what the cell says?
fn is_there(
    place: Place<'_>,
    policy: &Policy,
    before: &Crm,
    report: &Report,
    crm: &MemoryStorage,
) -> bool {
    let Place { object, field, cell, .. } = place;
    let number = RowNumber::from_index(place.at);
    if policy.token == Some(cell) {
        let id = report.id(object, number).unwrap();
        // Nothing is there, or nothing was asked: of an id, or of what the column keeps.
        let values = crm.get(object, id).unwrap().values(field);
        return field == "id" || values.is_empty();
    }
    let id = report.id(object, number).unwrap();
    let record = crm.get(object, id).unwrap();
    let all = |record: &MemoryRecord, field: &str| record.values(field).to_vec();
    match (object, field) {
        (_, "id") => cell == id,
        (Object::Opportunity, "tags") => {
            let contact = contact_of(place, policy, before, report).unwrap();
            let tags = all(crm.get(Object::Contact, &contact).unwrap(), "tags");
            items(cell).all(|tag| tags.iter().any(|held| fold(held) == fold(tag)))
        }
        (_, "tags") => {
            let tags = all(record, "tags");
            items(cell).all(|tag| tags.iter().any(|held| fold(held) == fold(tag)))
        }
        (_, "email" | "additional_emails" | "phone" | "additional_phones") => {
            let (primary, list) = pair(field);
            let held = [all(record, primary), all(record, list)].concat();
            let held: Vec<Option<String>> = held.iter().map(|value| normal(field, value)).collect();
            items(cell).all(|item| held.contains(&normal(field, item)))
        }
        (_, "notes") if merge(policy, place.header, "append") == "append" => {
            record.value(field).is_some_and(|notes| has_lines(notes, cell))
        }
        (_, "pipeline" | "stage" | "status" | "lost_reason") => {
            record.value(field).is_some_and(|value| fold(value) == fold(cell))
        }
        _ => record.value(field).is_some_and(|value| look(value) == look(cell)),
    }
}

/// The contact that an opportunity belongs to once the rows up to this one are folded in (P7).
fn contact_of(place: Place<'_>, policy: &Policy, before: &Crm, report: &Report) -> Option<String> {
    let object = Object::Opportunity;
    let id = |row: RowNumber| report.id(object, row);
    let own = id(RowNumber::from_index(place.at))?;
    let stored = before.opportunities.iter().find(|(other, _)| other == own);
    let mut contact = stored.and_then(|(_, values)| values.get("contact_id")?.first().cloned());
    for row in (0..=place.at).map(RowNumber::from_index).filter(|row| id(*row) == Some(own)) {
        if matches!(report.outcome(object, row), Some(Outcome::Fail | Outcome::Skip)) {
            continue;
        }
        let side = report.plan().row(row)?.side(object)?;
        let made = || report.id(Object::Contact, side.contact_row()?);
        let named = side.contact_id().or_else(made).map(str::to_owned);
        if contact.is_none() || policy.relink == "move" {
            contact = named.or(contact);
        }
    }
    contact
}

fn pair(field: &str) -> (&'static str, &'static str) {
    if field.contains("email") {
        ("email", "additional_emails")
    } else {
        ("phone", "additional_phones")
    }
}

/// Which rule lets another value stand?
fn is_covered(policy: &Policy, rows: &[Row], place: Place<'_>, report: &Report) -> bool {
    let Place { object, header, field, at, .. } = place;
    let default = match field {
        "additional_emails" | "additional_phones" | "tags" => "union",
        "notes" => "append",
        _ => "overwrite",
    };
    let merge = policy.merge.get(header).copied().unwrap_or(default);
    let id = |at: usize| report.id(object, RowNumber::from_index(at)).map(str::to_owned);
    // A later row of the same record that fills this column.
    let is_overruled = |header: &str| {
        let later = (at + 1..rows.len()).filter(|later| id(*later) == id(at));
        later.into_iter().any(|later| rows[later].get(header).is_some_and(|cell| !cell.is_empty()))
    };
    // That there is nothing is overruled by whatever there is, in whichever column and row.
    if policy.token == Some(place.cell) {
        let gives = |at: &usize| {
            let is_said = !rows[*at][header].is_empty() || policy.always.contains(&header);
            *at != place.at && id(*at) == id(place.at) && is_said
        };
        return merge == "keep"
            || policy.headers.contains(&"Opportunity Tags")
            || pair(field).0 == field
            || pair(field).1 == field
            || (0..rows.len()).any(|at| gives(&at));
    }
    match (merge, field) {
        ("fill_blank" | "keep", _) => true,
        // They hang together (O7 to O9), also on one row.
        (_, "pipeline" | "stage" | "status" | "lost_reason" | "contact_id") => true,
        // Where there is no place for another one, a later row's address is the one that stays.
        (_, "email" | "phone") if policy.absent.contains(&pair(field).1) => is_overruled(header),
        (_, "email" | "phone" | "additional_emails" | "additional_phones") => {
            let list =
                if pair(field).0 == "email" { "Additional Emails" } else { "Additional Phones" };
            policy.merge.get(list) == Some(&"overwrite") && is_overruled(list)
        }
        // A later row of the contact may replace its tags, wherever they came from.
        (_, "tags") if object == Object::Opportunity => {
            policy.merge.get("Tags") == Some(&"overwrite")
        }
        ("overwrite", _) => is_overruled(header),
        _ => false,
    }
}
