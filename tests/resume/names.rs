//! The name of an import (X4): a row of a file is written once under it, and whatever is not written
//! is told.

use crm_import::{Import, MemoryStorage, Object, Outcome, Report, RowNumber};

use super::source;

/// Plans and applies under one name.
fn apply(file: &str, crm: &mut MemoryStorage) -> Report {
    let import = Import::new().id("spring fair");
    let plan = import.plan(source(file), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

fn run(file: &str, crm: &mut MemoryStorage) -> Report {
    Import::new().id("spring fair").run_window(1).run(source(file), crm).unwrap()
}

/// An issue as text: row, code and severity.
fn told(report: &Report) -> Vec<String> {
    let issue = |issue: crm_import::Issue| format!("{:?} {}", issue.row, issue.code);
    report.issues().map(issue).collect()
}

#[test]
fn x4_another_file_under_the_name_of_one_that_was_imported_is_written() {
    for import in [apply, run] {
        let mut crm = MemoryStorage::default();
        import("Email\nana@example.com\n", &mut crm);
        let report = import("Email\nbo@example.com\n", &mut crm);
        assert_eq!(report.stats().contacts.create, 1);
        assert_eq!(told(&report), [""; 0]);
        assert_eq!(crm.len(Object::Contact), 2);
    }
}

#[test]
fn x4_a_mended_error_log_may_have_the_name_of_its_import() {
    let mut crm = MemoryStorage::default();
    let file =
        "Email,Opportunity Name,Pipeline\nana@example.com,Roof,\nbo@example.com,Loft,Nowhere\n";
    let report = apply(file, &mut crm);
    let mut log = Vec::new();
    report.write_error_log(&mut log).unwrap();
    let mended = String::from_utf8(log).unwrap().replace("Nowhere", "");
    apply(&mended, &mut crm);
    let names: Vec<_> =
        crm.iter(Object::Opportunity).map(|(_, deal)| deal.value("name").unwrap()).collect();
    assert_eq!(names, ["Roof", "Loft"]);
}

#[test]
fn x4_what_was_written_before_under_the_name_is_not_written_again_and_that_is_told() {
    for import in [apply, run] {
        let mut crm = MemoryStorage::default();
        let file = "Email,City,Opportunity Name\nana@example.com,Rome,Roof\nbo@example.com,Bonn,\n";
        import(file, &mut crm);
        // Somebody changes her meanwhile.
        crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Leeds")]);
        let report = import(file, &mut crm);
        assert_eq!(crm.get(Object::Contact, "c1").unwrap().value("city"), Some("Leeds"));
        assert_eq!(crm.len(Object::Opportunity), 1);
        let stats = report.stats();
        assert_eq!((stats.contacts.update, stats.contacts.unchanged), (0, 2));
        assert_eq!((stats.opportunities.create, stats.opportunities.unchanged), (0, 1));
        let row = "Some(RowNumber(1)) already-written";
        assert_eq!(told(&report), [row, row]);
    }
}

#[test]
fn x4_every_row_of_a_record_that_was_written_before_is_told() {
    let mut crm = MemoryStorage::default();
    let file = "Email,City,Phone\nana@example.com,Rome,\nana@example.com,,+12065550100\n";
    apply(file, &mut crm);
    crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Leeds")]);
    let report = apply(file, &mut crm);
    assert_eq!(told(&report).len(), 2);
    let outcomes = [1, 2].map(|row| report.outcome(Object::Contact, RowNumber(row)));
    assert_eq!(outcomes, [Some(Outcome::Unchanged), Some(Outcome::Merged)]);
    assert_eq!(report.id(Object::Contact, RowNumber(1)), Some("c1"));
    let words = report.issues().next().unwrap().message();
    assert!(words.contains("spring fair"), "{words}");
}
