//! Records of the application, written before the import or beside it.

use crm_import::storage::conformance::{self, Meanwhile, Outcome, Report};
use crm_import::{MemoryStorage, Object};

use crate::customers::Crm;
use crate::shelf::{Defect, Shelf};
use crate::{account, customers_with, sqlite_with};

#[allow(dead_code)]
#[path = "../../examples/customers/kept.rs"]
mod kept;

const ANA: &[(&str, &str)] = &[
    ("first_name", "Ana"),
    ("last_name", "Lee"),
    ("email", "Ana@Example.com"),
    ("website", "ana.example"),
    ("tags", "vip"),
];
const BO: &[(&str, &str)] = &[("phone", "+12065550124"), ("date_of_birth", "1990-05-17")];

/// Two contacts and an opportunity of the first.
const IDS: [(Object, &str); 3] =
    [(Object::Contact, "1"), (Object::Contact, "2"), (Object::Opportunity, "3")];

fn shop(mut crm: Shelf) -> Shelf {
    crm.insert(Object::Contact, ANA);
    crm.insert(Object::Contact, BO);
    let deal = [("name", "Roof"), ("contact_id", "1"), ("value", "12.50"), ("lost_reason", "dear")];
    crm.insert(Object::Opportunity, &deal);
    crm
}

fn fails(report: &Report, case: &str) -> bool {
    report.failures().any(|(name, _)| name == case)
}

#[test]
fn storages_that_leave_the_records_of_the_application_as_they_are_pass() {
    let report = conformance::run_over(|| shop(Shelf::new(account())), &IDS);
    assert!(report.is_passed(), "{report}");
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");

    let memory = || {
        let mut crm = MemoryStorage::new(account());
        crm.insert_as(Object::Contact, "1", ANA.iter().copied());
        crm.insert_as(Object::Contact, "2", BO.iter().copied());
        crm.insert_as(Object::Opportunity, "3", [("name", "Roof"), ("contact_id", "1")]);
        crm
    };
    let report = conformance::run_over(memory, &IDS);
    assert!(report.is_passed(), "{report}");
}

#[test]
fn each_way_of_losing_what_the_application_wrote_is_caught() {
    for (defect, case) in [
        (Defect::EmptiesWhatItDidNotWrite, "an update of one field leaves the others as they were"),
        (Defect::OverwritesWholeRecord, "an update of one field leaves the others as they were"),
        (Defect::TwoFieldsInOneColumn, "an update of one field leaves the others as they were"),
        (Defect::KeysOfItsOwnWritesOnly, "each contact of the application is found by its keys"),
        (Defect::FindsNobodyById, "each record of the application is found by its id"),
        (Defect::NoVersions, "each record of the application is found by its id"),
    ] {
        let report = conformance::run_over(|| shop(Shelf::broken(account(), defect)), &IDS);
        assert!(fails(&report, case), "{defect:?} passes {case:?}:\n{report}");
    }
    // It is new records that this one is right about.
    let defect = Defect::EmptiesWhatItDidNotWrite;
    assert!(conformance::run(|| Shelf::broken(account(), defect)).is_passed());
}

#[test]
fn the_fields_that_were_lost_are_named() {
    let make = || shop(Shelf::broken(account(), Defect::EmptiesWhatItDidNotWrite));
    let report = conformance::run_over(make, &IDS);
    let why = report.failures().next().unwrap().1;
    assert!(why.contains("the contact 1 of the application") && why.contains("[]"), "{why}");
}

#[test]
fn the_spelling_that_was_not_found_is_told() {
    let make = || shop(Shelf::broken(account(), Defect::KeysOfItsOwnWritesOnly));
    let report = conformance::run_over(make, &IDS);
    let (_, why) = report.failures().find(|(name, _)| name.contains("by its keys")).unwrap();
    let told = "by its email \"ana@example.com\"; it is stored as ";
    assert!(why.contains(told) && why.contains("email \"Ana@Example.com\""), "{why}");
}

#[test]
fn an_application_that_gives_no_records_is_told_so() {
    let report = conformance::run_over(|| Shelf::new(account()), &[]);
    assert!(!report.is_passed(), "{report}");
}

fn application(crm: &mut Shelf, meanwhile: Meanwhile<'_>) {
    match meanwhile {
        Meanwhile::Insert { email } => {
            crm.insert(Object::Contact, &[("first_name", "Zoe"), ("email", email)]);
        }
        Meanwhile::Change { id, email } => {
            crm.set(Object::Contact, id.parse().unwrap(), "email", email);
        }
        Meanwhile::Delete { id } => {
            crm.contacts.remove(&id.parse().unwrap());
        }
    }
}

#[test]
fn a_storage_that_sees_what_the_application_writes_passes() {
    let report = conformance::run_beside(|| Shelf::new(account()), application);
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");
}

#[test]
fn what_only_imports_renew_is_caught() {
    let run = |defect| conformance::run_beside(|| Shelf::broken(account(), defect), application);
    let report = run(Defect::KeysOfItsOwnWritesOnly);
    for case in [
        "a contact that the application adds is found by its address",
        "a contact whose address the application changes is found by the new one alone",
        "an address that the application has given to a contact is taken",
        "an address that the application has taken away is free",
    ] {
        assert!(fails(&report, case), "{case}:\n{report}");
    }
    let stale = "an update of a contact that the application has changed is a conflict";
    for defect in [Defect::VersionsOfItsOwnWritesOnly, Defect::IgnoresVersions] {
        assert!(fails(&run(defect), stale), "{defect:?}");
        let is_new = defect == Defect::VersionsOfItsOwnWritesOnly;
        let passes_alone = conformance::run(|| Shelf::broken(account(), defect)).is_passed();
        assert_eq!(passes_alone, is_new, "{defect:?}");
    }
    let gone = "an update of a contact that the application has deleted is a conflict";
    assert!(fails(&run(Defect::UpdateCreates), gone));
}

fn shop_writes(crm: &mut Crm, meanwhile: Meanwhile<'_>) {
    let (sql, values) = match meanwhile {
        Meanwhile::Insert { email } => ("INSERT INTO customers (mail) VALUES (?1)", vec![email]),
        Meanwhile::Change { id, email } => {
            ("UPDATE customers SET mail = ?1 WHERE customer_no = ?2", vec![email, id])
        }
        Meanwhile::Delete { id } => ("DELETE FROM customers WHERE customer_no = ?1", vec![id]),
    };
    crm.db.execute(sql, rusqlite::params_from_iter(values)).unwrap();
}

/// Its tables have triggers that note whose keys are to be renewed.
#[test]
fn the_adapter_over_customers_sees_what_the_application_writes() {
    let report = conformance::run_beside(|| customers_with(""), shop_writes);
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");
}

/// As many applications do, which never delete a row.
#[test]
fn an_address_may_stay_with_a_contact_that_the_application_has_deleted() {
    let graveyard = "CREATE TABLE gone (mail TEXT);
        CREATE TRIGGER gone AFTER DELETE ON customers BEGIN INSERT INTO gone VALUES (old.mail); END;
        CREATE TRIGGER taken BEFORE INSERT ON customers
            WHEN EXISTS (SELECT 1 FROM gone WHERE mail = new.mail)
            BEGIN SELECT raise(ABORT, 'a deleted customer has this address'); END;";
    let report = conformance::run_beside(|| customers_with(graveyard), shop_writes);
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");
}

/// The table of deals has the stage only, and stages belong to pipelines (O7).
#[test]
fn a_deal_may_be_in_the_pipeline_of_its_stage() {
    let rows = "INSERT INTO customers (name) VALUES ('Ana Lee');
        INSERT INTO deals VALUES ('d7', 1, 'Roof', 'service', 'booked', 100, 'open');
        CREATE TRIGGER joined AFTER UPDATE ON deals
            BEGIN UPDATE deals SET pipeline = iif(stage = 'booked', 'service', 'sales'); END;";
    let ids = [(Object::Contact, "1"), (Object::Opportunity, "d7")];
    let report = conformance::run_over(|| customers_with(rows), &ids);
    assert!(report.is_passed(), "{report}");
}

/// Contacts often have their addresses in several tables.
#[test]
fn the_keys_of_several_tables_can_be_watched() {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    let tables = ["mails", "phones"];
    db.execute_batch(kept::TABLES).unwrap();
    for table in tables {
        db.execute_batch(&format!("CREATE TABLE {table} (person TEXT, address TEXT)")).unwrap();
        kept::watch(&db, table, "person", "address").unwrap();
    }
    for table in tables {
        db.execute(&format!("INSERT INTO {table} VALUES ('{table}', 'x')"), []).unwrap();
    }
    let mut query = db.prepare("SELECT id FROM import_stale").unwrap();
    let seen: Vec<String> =
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(seen, tables);
}

#[test]
fn an_address_that_finds_nobody_is_told_once_with_what_to_do() {
    let report = conformance::run(|| {
        let crm = customers_with("");
        crm.db.execute_batch("DROP TRIGGER import_sees_new_customers").unwrap();
        crm
    });
    let told = |rule: &str| {
        let of_rule = format!("is not found by its {rule}: answer Lookup::blocks");
        report.failures().filter(|(_, why)| why.contains(&of_rule)).count()
    };
    assert_eq!((told("email"), told("phone")), (1, 1), "{report}");
}

#[test]
fn the_adapters_to_copy_leave_records_of_the_application_as_they_are() {
    let sqlite = || {
        let mut crm = sqlite_with(account());
        crm.seed(Object::Contact, ANA).unwrap();
        crm.seed(Object::Contact, BO).unwrap();
        crm.seed(Object::Opportunity, &[("name", "Roof"), ("contact_id", "1")]).unwrap();
        crm
    };
    let ids = [(Object::Contact, "1"), (Object::Contact, "2"), (Object::Opportunity, "1")];
    let report = conformance::run_over(sqlite, &ids);
    assert!(report.is_passed(), "{report}");

    let customers = || {
        customers_with(
            "INSERT INTO customers (name, mail, mobile) VALUES ('Ana Lee', 'Ana@Example.com', NULL),
                 (NULL, NULL, '(206) 555-0124');
             INSERT INTO deals VALUES ('d7', 1, 'Roof', NULL, NULL, -50, NULL)",
        )
    };
    let ids = [(Object::Contact, "1"), (Object::Contact, "2"), (Object::Opportunity, "d7")];
    let report = conformance::run_over(customers, &ids);
    assert!(report.is_passed(), "{report}");
}
