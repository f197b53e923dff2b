//! The job of the common measure: every counter of it comes out of a plan, row by row.
//!
//! A small table of every class is always compared; `CRM_IMPORT_YARDSTICK` names a folder with the
//! `import.csv` and `existing.csv` of the generator for the real size. Each row is counted twice:
//! [`job`] reads the file as the job's description says, [`strict`] reads the plan of a strict
//! configuration through the public API. Where the job is simpler than the rule book, [`explain`] names
//! the rule and checks that what it says is true of that row.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // the counters are told

mod explain;
mod job;
mod strict;
mod table;

use std::collections::HashSet;
use std::path::PathBuf;

use crm_import::Source;
use explain::{Case, Comparison};
use job::{Counts, Row, Stored, Table};
use strict::Strict;

fn source(table: &Table) -> Source<'_> {
    Source::from_bytes(table.bytes.as_slice())
}

/// Plans and compares. `deals` are the ids of the stored opportunities.
fn compare(table: &Table, stored: &[Stored], deals: &HashSet<&str>) -> (Vec<Row>, Comparison) {
    let rows = job::classify(table, stored);
    let mut crm = strict::crm(stored, deals.iter().copied());
    let plan = strict::import(table, true).plan(source(table), &mut crm).unwrap();
    assert_eq!(plan.rows().len(), rows.len());
    for (row, record) in plan.rows().zip(&table.records) {
        assert!(row.cells().eq(record.iter()), "row {}: a cell is out of reach", row.number());
    }
    let keys = stored.iter().flat_map(|[_, email, phone]| [email.as_str(), phone.as_str()]);
    let strict = Strict::new(&plan, stored);
    let case = Case { table, rows: &rows, strict: &strict, deals, stored_keys: keys.collect() };
    let found = case.compare();
    for (name, job) in &found.job {
        let plan = found.plan.get(name).copied().unwrap_or_default();
        println!("{name:20} job {job:>16} plan {plan:>16} difference {:>10}", plan - job);
    }
    for (name, (rows, first)) in &found.rules {
        println!("{rows:>6} rows, the first is row {first}: {name}");
    }
    (rows, found)
}

/// The additional addresses read as addresses: as many on each row as the job counts (V1), unless one
/// is said twice (V4).
fn compare_beyond(table: &Table, stored: &[Stored], deals: &HashSet<&str>, rows: &[Row]) {
    let mut crm = strict::crm(stored, deals.iter().copied());
    let plan = strict::import(table, false).plan(source(table), &mut crm).unwrap();
    let mut sums = [0, 0];
    for (at, (found, row)) in strict::beyond(&plan).into_iter().zip(rows).enumerate() {
        if row.is_ok() {
            assert_eq!(found[..], row.items[..2], "row {}: {:?}", at + 1, table.records[at]);
            sums = [sums[0] + found[0], sums[1] + found[1]];
        }
    }
    println!("read as addresses: {} e-mails, {} phones beyond the first", sums[0], sums[1]);
}

fn all_deals(table: &Table) -> HashSet<&str> {
    let ids = (0..table.records.len()).map(|at| table.cell(at, "Opportunity ID"));
    ids.filter(|id| !id.is_empty()).collect()
}

#[test]
fn the_counters_of_the_job_come_out_for_a_table_of_every_class_and_rule() {
    let (table, stored) = (Table::read(table::import()), table::stored());
    let mut deals = all_deals(&table);
    deals.remove("d9");
    let (rows, found) = compare(&table, &stored, &deals);
    compare_beyond(&table, &stored, &deals, &rows);
    let classes: Vec<&str> = rows.iter().map(|row| row.class).collect();
    assert_eq!(classes, table::classes());
    assert_eq!(found.job, table::counts());
    assert_eq!(found.rules.len(), 8, "every rule is met: {:?}", found.rules);
}

#[test]
fn the_counters_of_the_job_come_out_for_the_folder_of_the_measure() {
    let Some(folder) = std::env::var_os("CRM_IMPORT_YARDSTICK").map(PathBuf::from) else {
        eprintln!("skipped: CRM_IMPORT_YARDSTICK names no folder");
        return;
    };
    let read = |name: &str| Table::read(std::fs::read(folder.join(name)).unwrap());
    let (table, existing) = (read("import.csv"), read("existing.csv"));
    let stored: Vec<Stored> = (0..existing.records.len())
        .map(|at| ["id", "email", "phone"].map(|header| existing.cell(at, header).to_owned()))
        .collect();
    let deals = all_deals(&table);
    let (rows, found) = compare(&table, &stored, &deals);
    compare_beyond(&table, &stored, &deals, &rows);
    // What the measure publishes for its own settings; it holds the reading of the job above.
    if rows.len() == 1_000_000 && stored.len() == 1_000_000 {
        let published: Counts = table::PUBLISHED.into_iter().collect();
        let counted = published.keys().map(|name| (*name, found.job[name])).collect::<Counts>();
        assert_eq!(counted, published);
    }
    // What must come out exactly, whatever the rules say of single rows.
    let exact = ["bad_email", "bad_phone", "no_key", "unknown_id", "id", "create", "e_len_sum"];
    for name in exact.into_iter().chain(["p_len_sum", "extra_emails", "extra_phones", "rows"]) {
        assert_eq!(found.plan.get(name), found.job.get(name), "{name}");
    }
    let by = |found: &Counts, kind: &str| {
        let in_file = found.get(format!("in_{kind}").as_str()).copied().unwrap_or_default();
        in_file + found.get(format!("ex_{kind}").as_str()).copied().unwrap_or_default()
    };
    for kind in ["email", "phone"] {
        assert_eq!(by(&found.plan, kind), by(&found.job, kind), "led by {kind}");
    }
}
