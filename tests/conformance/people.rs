//! Every suite over `examples/people.rs`: its table is the application's, which keeps people of several tenants.

use std::time::Duration;

use crm_import::Object;
use crm_import::storage::conformance::{self, Hidden, Meanwhile, Report};
use rusqlite::Connection;

use crate::people::{Crm, TABLE};

/// The people of tenant 1, beside one of tenant 2. Some were there before there was any import.
fn filled() -> Crm {
    let db = empty();
    db.execute_batch(
        "INSERT INTO people VALUES (7, 1, 'Ana', 'Lee', 'Ana@Example.com', '(206) 555-0123'),
            (8, 1, NULL, NULL, NULL, '206.555.0124'),
            (20, 2, 'Gia', NULL, 'gia@example.com', NULL)",
    )
    .unwrap();
    Crm::new(db, 1).unwrap()
}

fn empty() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(TABLE).unwrap();
    db
}

fn fresh() -> Crm {
    Crm::new(empty(), 1).unwrap()
}

fn assert_passed(report: &Report) {
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_adapter_over_people_keeps_the_contract() {
    assert_passed(&conformance::run(fresh));
}

#[test]
fn it_leaves_people_of_the_application_as_they_are() {
    let ids = [(Object::Contact, "7"), (Object::Contact, "8")];
    assert_passed(&conformance::run_over(filled, &ids));
}

#[test]
fn it_leaves_other_tenants_alone() {
    let hidden = [Hidden { id: "20", email: "gia@example.com" }];
    assert_passed(&conformance::run_hidden(filled, &hidden));
}

#[test]
fn it_sees_what_the_application_writes() {
    assert_passed(&conformance::run_beside(fresh, |crm, meanwhile| {
        let written = match meanwhile {
            Meanwhile::Insert { email } => {
                crm.db.execute("INSERT INTO people (org_id, mail) VALUES (1, ?1)", [email])
            }
            Meanwhile::Change { id, email } => {
                crm.db.execute("UPDATE people SET mail = ?2 WHERE id = ?1", [id, email])
            }
            Meanwhile::Delete { id } => crm.db.execute("DELETE FROM people WHERE id = ?1", [id]),
        };
        assert_eq!(written.unwrap(), 1);
    }));
}

#[test]
fn it_leaves_nothing_half_written() {
    assert_passed(&conformance::run_failing(|| {
        let db = empty();
        db.execute_batch(
            "CREATE TRIGGER refused BEFORE INSERT ON people WHEN new.given_name = 'Mallory'
                BEGIN SELECT RAISE(ABORT, 'nobody of that name'); END;",
        )
        .unwrap();
        Crm::new(db, 1).unwrap()
    }));
}

#[test]
fn two_of_it_write_nobody_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    assert_passed(&conformance::run_together(|| {
        number += 1;
        let path = folder.path().join(format!("{number}.sqlite"));
        let open = || {
            let db = Connection::open(&path).unwrap();
            db.busy_timeout(Duration::from_secs(10)).unwrap();
            db.execute_batch(TABLE).unwrap();
            Crm::new(db, 1).unwrap()
        };
        (open(), open())
    }));
}
