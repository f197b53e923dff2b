//! Every suite over `shop.rs`: its tables are the application's.

use std::sync::Arc;

use crm_import::storage::conformance::{self, Hidden, Meanwhile, Report};
use crm_import::{Import, IssueCode, Object, Source};
use postgres::{Client, NoTls};

use crate::cluster::Cluster;
use crate::shop::{Shop, TABLES};

/// Two customers and their deals, one who was deleted with hers, and one with a deal that was.
const ROWS: &str = "
INSERT INTO customers (id, full_name, mail, deleted_at) VALUES (107, 'Ana Lee', 'Ana@Example.com', NULL),
    (108, 'Bo', NULL, NULL), (120, 'Gia', 'gia@example.com', now());
INSERT INTO phones VALUES (107, 0, '(206) 555-0123'), (107, 1, '206.555.0199'), (108, 1, '2065550124'),
    (120, 0, '206 555 0177');
INSERT INTO deals (id, customer, owner, title, amount, deleted_at) VALUES (200, 107, 2, 'Roof', 12.5, NULL),
    (201, 107, 2, 'Attic', 12.5, now()), (202, 120, 1, 'Garage', 1, NULL);";

/// A database that has the application's tables.
fn tables(cluster: &Cluster, more: &str) -> Client {
    let mut db = cluster.database().connect(NoTls).unwrap();
    db.batch_execute(TABLES).unwrap();
    db.batch_execute(more).unwrap();
    db
}

fn open(cluster: &Cluster, more: &str) -> Shop {
    Shop::new(tables(cluster, more)).unwrap()
}

fn assert_passed(test: impl FnOnce(&Arc<Cluster>) -> Report) {
    if let Some(cluster) = Cluster::shared() {
        let report = test(&cluster);
        assert!(report.is_passed(), "{report}");
    }
}

#[test]
fn the_adapter_over_a_shop_keeps_the_contract() {
    assert_passed(|cluster| conformance::run(|| open(cluster, "")));
}

#[test]
fn it_leaves_customers_of_the_application_as_they_are() {
    let ids = [(Object::Contact, "107"), (Object::Contact, "108"), (Object::Opportunity, "200")];
    assert_passed(|cluster| conformance::run_over(|| open(cluster, ROWS), &ids));
}

#[test]
fn it_leaves_deleted_customers_alone() {
    let hidden = [Hidden { id: "120", email: "gia@example.com" }];
    assert_passed(|cluster| conformance::run_hidden(|| open(cluster, ROWS), &hidden));
}

#[test]
fn it_sees_what_the_application_writes() {
    assert_passed(|cluster| {
        conformance::run_beside(
            || open(cluster, ""),
            |shop, meanwhile| {
                let sql = match meanwhile {
                    Meanwhile::Insert { email } => {
                        format!("INSERT INTO customers (full_name, mail) VALUES ('New', '{email}')")
                    }
                    Meanwhile::Change { id, email } => {
                        format!("UPDATE customers SET mail = '{email}' WHERE id = {id}")
                    }
                    Meanwhile::Delete { id } => format!("DELETE FROM customers WHERE id = {id}"),
                };
                assert_eq!(shop.db.execute(&sql, &[]).unwrap(), 1);
            },
        )
    });
}

#[test]
fn it_leaves_nothing_half_written() {
    let check = "ALTER TABLE customers ADD CHECK (full_name <> 'Mallory')";
    assert_passed(|cluster| conformance::run_failing(|| open(cluster, check)));
}

#[test]
fn two_of_it_write_nobody_twice() {
    assert_passed(|cluster| {
        conformance::run_together(|| {
            let config = cluster.database();
            let connect = || config.connect(NoTls).unwrap();
            connect().batch_execute(TABLES).unwrap();
            let open = || Shop::new(connect()).unwrap();
            (open(), open())
        })
    });
}

/// O7, X3: what a unique index, a `NOT NULL` column and a deleted row refuse is told by row, and the rest is written.
#[test]
fn what_the_tables_refuse_is_told_by_row() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut shop = open(&cluster, ROWS);
    let file = "Contact ID,Name,Email,Deal Name,Stage,Status,Value\n\
                ,Gia,gia@example.com,,,,\n\
                107,Ana Lee,z@example.com,Roof,offer,open,12.5\n\
                ,Cy,ana@example.com,Garage,lead,open,1.5\n";
    let import = Import::new();
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut shop).unwrap();
    let report = import.apply(plan, &mut shop).unwrap();
    let told: Vec<String> = report.issues().map(|issue| issue.to_string()).collect();
    let refused = report.issues().filter(|issue| issue.code == IssueCode::WriteRejected).count();
    assert!(refused == 1 && told.iter().any(|it| it.contains("a deleted customer")), "{told:?}");
    let counts = report.stats().of(Object::Contact);
    assert_eq!((counts.create, counts.update, counts.fail), (1, 1, 1), "{told:?}");
}
