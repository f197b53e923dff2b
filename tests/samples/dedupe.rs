//! `dedupe/`: FEBRL 1 and 4, row by row against their reference plans.
//!
//! FEBRL 1 is one file of 500 people on 1,000 rows; FEBRL 4 meets 4,007 stored people with 5,000
//! rows. The reference plans say what importing the rows one by one does under four policies: a row
//! creates, updates (whom: a stored record, or the row that brought the contact), or is ambiguous.

use std::collections::HashMap;
use std::path::Path;

use crm_import::dedup::DedupPolicy;
use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::plan::RowPlan;
use crm_import::{Account, Import, IssueCode, MemoryStorage, Object, Outcome, Source};

use crate::folder::{FEBRL_COLUMNS, sample};

const POLICIES: [(&str, &[&str]); 4] = [
    ("email", &["email"]),
    ("phone", &["phone"]),
    ("email_then_phone", &["email", "phone"]),
    ("phone_then_email", &["phone", "email"]),
];

fn mapping() -> Mapping {
    let column = |(header, field): (&str, &str)| ColumnMapping {
        header: Some(header.into()),
        object: Some(Object::Contact),
        field: Some(field.into()),
        ..ColumnMapping::default()
    };
    let mut columns: Vec<ColumnMapping> = FEBRL_COLUMNS.map(column).into();
    columns.push(ColumnMapping {
        header: Some("record".into()),
        ignore: true,
        ..ColumnMapping::default()
    });
    Mapping { columns, ..Mapping::default() }
}

fn records(path: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// What the plan says of each row, in the words of the reference: record, action, target.
fn planned(file: &Path, stored: Option<&Path>, rules: &[&str]) -> Vec<[String; 3]> {
    let dedup = DedupPolicy::by(rules.iter().map(|rule| [*rule]));
    let account = Account { default_country: Some("US".into()), dedup, ..Account::default() };
    let mut crm = MemoryStorage::new(account);
    for record in stored.map(records).unwrap_or_default() {
        let values = FEBRL_COLUMNS.iter().map(|(header, field)| (*field, record[*header].as_str()));
        let filled = values.filter(|(_, value)| !value.is_empty());
        crm.insert_as(Object::Contact, &record["record"], filled);
    }
    let import = Import::new().mapping(mapping());
    let plan = import.plan(Source::from_bytes(std::fs::read(file).unwrap()), &mut crm).unwrap();
    let names: Vec<String> = records(file).iter().map(|record| record["record"].clone()).collect();
    let ambiguous: Vec<_> = plan
        .issues()
        .filter(|issue| issue.code == IssueCode::KeyAmbiguous)
        .filter_map(|issue| issue.row)
        .collect();
    let action = |row: &RowPlan<'_>| {
        let side = row.side(Object::Contact).unwrap();
        match side.outcome() {
            Outcome::Create => ("create", String::new()),
            Outcome::Fail if ambiguous.contains(&row.number()) => ("ambiguous", String::new()),
            Outcome::Update | Outcome::Unchanged | Outcome::Merged => {
                let first = || names[side.first_row().unwrap().index()].clone();
                ("update", side.id().map_or_else(first, str::to_owned))
            }
            other => panic!("row {} was not expected to be {other}", row.number()),
        }
    };
    let row = |row: RowPlan<'_>| {
        let (action, target) = action(&row);
        [names[row.number().index()].clone(), action.to_owned(), target]
    };
    plan.rows().map(row).collect()
}

fn expected(path: &Path) -> Vec<[String; 3]> {
    let plan = records(path);
    let row = |record: HashMap<String, String>| {
        ["record", "action", "target"].map(|column| record[column].clone())
    };
    plan.into_iter().map(row).collect()
}

fn compare(name: &str, has_stored: bool) {
    for (policy, rules) in POLICIES {
        let Some(file) = sample(&format!("dedupe/{name}_import.csv")) else { return };
        let stored = sample(&format!("dedupe/{name}_existing.csv")).filter(|_| has_stored);
        let Some(reference) = sample(&format!("dedupe/{name}.plan_{policy}.csv")) else { return };
        let (planned, expected) = (planned(&file, stored.as_deref(), rules), expected(&reference));
        assert_eq!(planned.len(), expected.len(), "{name}, {policy}");
        let same = planned.iter().zip(&expected).filter(|(a, b)| a == b).count();
        println!("{name} by {policy}: {same} of {} rows as in the reference plan", expected.len());
        for (row, (planned, expected)) in planned.iter().zip(&expected).enumerate() {
            assert_eq!(planned, expected, "{name} by {policy}, row {}", row + 1);
        }
    }
}

#[test]
fn febrl_1_is_planned_row_by_row_as_the_reference_under_four_policies() {
    compare("febrl1", false);
}

#[test]
fn febrl_4_meets_its_stored_part_row_by_row_as_the_reference_under_four_policies() {
    compare("febrl4", true);
}
