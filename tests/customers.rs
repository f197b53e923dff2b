//! The application of `examples/customers/` goes on working while files are imported into its tables.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../examples/customers/crm.rs"]
mod crm;

use crm::Crm;
use crm_import::{Import, IssueCode, Object, Plan, Report, Source};
use rusqlite::Connection;
use tempfile::TempDir;

/// The import's connection, and one of the application, which knows nothing of imports.
fn open(tables: &str) -> (TempDir, Crm, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crm.sqlite");
    let application = Connection::open(&file).unwrap();
    application.execute_batch(tables).unwrap();
    let crm = Crm::new(Connection::open(&file).unwrap()).unwrap();
    (folder, crm, application)
}

fn plan(crm: &mut Crm, file: &str) -> Plan {
    Import::new().plan(Source::from_bytes(file.as_bytes()), crm).unwrap()
}

fn import(crm: &mut Crm, file: &str) -> Report {
    let plan = plan(crm, file);
    Import::new().apply(plan, crm).unwrap()
}

/// Created, changed, unchanged, failed.
fn contacts(report: &Report) -> [u64; 4] {
    let counts = report.stats().of(Object::Contact);
    [counts.create, counts.update, counts.unchanged, counts.fail]
}

fn customers(application: &Connection) -> Vec<String> {
    let all = "SELECT name || ' ' || ifnull(mail, '') || ' ' || ifnull(mobile, '') FROM customers
        ORDER BY name, mail";
    let mut all = application.prepare(all).unwrap();
    all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

const PEOPLE: &str = "\
Name,Email,Phone
Ana,ana@example.com,
Bo,,206-555-0123
Cy,cy@example.com,
";

#[test]
fn whom_the_application_has_written_between_two_imports_is_found_by_the_keys_of_today() {
    let (_folder, mut crm, application) = open(crm::TABLES);
    application
        .execute_batch(
            "INSERT INTO customers (name, mail) VALUES ('Ana', 'ana@example.com');
            INSERT INTO customers (name, mail) VALUES ('Cy', 'cy@example.com')",
        )
        .unwrap();
    assert_eq!(contacts(&import(&mut crm, PEOPLE)), [1, 0, 2, 0]);

    application
        .execute_batch(
            "UPDATE customers SET mail = 'Ana@Work.example' WHERE name = 'Ana';
            UPDATE customers SET mobile = '(206) 555-0199' WHERE name = 'Bo';
            DELETE FROM customers WHERE name = 'Cy';
            INSERT OR REPLACE INTO customers (name, mobile) VALUES ('Di', '(206) 555-0100')",
        )
        .unwrap();
    let file = "\
Name,Email,Phone
Ana,ana@work.example,
Bo,,+1 206 555 0199
Cy,cy@example.com,
Di,,206.555.0100
Ed,ana@example.com,206-555-0123
";
    // Cy is a new customer, and the addresses that were given up are Ed's to take.
    assert_eq!(contacts(&import(&mut crm, file)), [2, 0, 3, 0]);
    assert_eq!(contacts(&import(&mut crm, file)), [0, 0, 5, 0]);
}

#[test]
fn what_the_application_writes_between_plan_and_apply_is_planned_again() {
    let (_folder, mut crm, application) = open(crm::TABLES);
    application
        .execute_batch(
            "INSERT INTO customers (name, mail) VALUES ('Ana Lee', 'ana@example.com');
            INSERT INTO customers (name, mail) VALUES ('Cyrus', 'cy@example.com')",
        )
        .unwrap();
    let plan = plan(&mut crm, PEOPLE);
    assert_eq!((plan.stats().contacts.create, plan.stats().contacts.update), (1, 2));
    application
        .execute_batch(
            "UPDATE customers SET mobile = '206 555 0111' WHERE name = 'Ana Lee';
            DELETE FROM customers WHERE name = 'Cyrus';
            INSERT INTO customers (name, mobile) VALUES ('Robert', '(206) 555-0123')",
        )
        .unwrap();
    let report = Import::new().apply(plan, &mut crm).unwrap();
    assert_eq!(contacts(&report), [1, 2, 0, 0]);
    let expected = ["Ana ana@example.com 206 555 0111", "Bo  (206) 555-0123", "Cy cy@example.com "];
    assert_eq!(customers(&application), expected);
}

#[test]
fn whoever_was_deleted_is_in_nobodys_way() {
    let (_folder, mut crm, application) = open(crm::TABLES);
    assert_eq!(contacts(&import(&mut crm, PEOPLE)), [3, 0, 0, 0]);
    application.execute_batch("DELETE FROM customers").unwrap();
    assert_eq!(contacts(&import(&mut crm, PEOPLE)), [3, 0, 0, 0]);
}

#[test]
fn amounts_below_one_come_back_as_they_were_and_parts_of_a_cent_are_told_before_row_1_is_written() {
    let (_folder, mut crm, application) = open(crm::TABLES);
    let file = "\
Email,Opportunity Name,Pipeline,Stage,Opportunity Value
ana@example.com,Refund,Sales,New,-0.50
bo@example.com,Roof,Sales,New,12.999
di@example.com,Moon,Sales,New,123456789012345678901
cy@example.com,Boat,Sales,New,-1234.5
";
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    let told: Vec<_> = plan.issues().map(|issue| (issue.row.unwrap().0, issue.code)).collect();
    assert_eq!(told, [(2, IssueCode::DecimalsTooMany)]);

    let report = import(&mut crm, file);
    assert_eq!(report.stats().opportunities.create, 3);
    let refused: Vec<_> =
        report.issues().filter(|issue| issue.code == IssueCode::WriteRejected).collect();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].message().contains("123456789012345678901 cannot be kept in whole cents"));
    let kept = "SELECT group_concat(amount_cents) FROM (SELECT * FROM deals ORDER BY title)";
    let kept: String = application.query_row(kept, [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "-123450,-50,0");

    // What is read back is what was written.
    let again = import(&mut crm, file);
    assert_eq!(again.stats().opportunities.unchanged, 3);
    assert_eq!((again.stats().opportunities.create, again.stats().opportunities.fail), (0, 1));
}

#[test]
fn columns_may_be_not_null() {
    let strict = crm::TABLES
        .replace("name TEXT,", "name TEXT NOT NULL,")
        .replace("pipeline TEXT, stage TEXT,", "pipeline TEXT NOT NULL, stage TEXT NOT NULL,");
    assert_eq!(strict.matches("NOT NULL").count(), crm::TABLES.matches("NOT NULL").count() + 3);
    let (_folder, mut crm, _application) = open(&strict);
    let file =
        "Name,Email,Opportunity Name,Pipeline,Stage\nAna,ana@example.com,Roof,Sales,Proposal\n";
    let report = import(&mut crm, file);
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (1, 1));
}
