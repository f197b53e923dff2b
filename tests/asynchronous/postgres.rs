//! The adapter over `tokio-postgres` keeps the contract and imports files, also when its connection is lost, or the
//! import is dropped. Where PostgreSQL is not installed it says so.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crm_import::storage::{Blocking, conformance};
use crm_import::{FollowUp, FollowUpKind, Import, Object, Source, Status};
use postgres::NoTls;
use postgres::config::Host;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Config;

use super::cluster::Cluster;
use super::crm::Crm;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// How the asynchronous client reaches the same database.
fn config(of: &postgres::Config) -> Config {
    let mut config = Config::new();
    config.user(of.get_user().unwrap()).dbname(of.get_dbname().unwrap());
    for host in of.get_hosts() {
        if let Host::Unix(path) = host {
            config.host_path(path);
        }
    }
    config
}

/// People, every third with a deal, every tenth told twice.
fn file(people: usize) -> String {
    let mut file = String::from("First Name,Email,Phone,Tags,Opportunity Name,Value\n");
    for who in 0..people {
        let deal = if who % 3 == 0 { format!("Deal {who},{who}") } else { ",".into() };
        file.push_str(&format!("P{who},p{who}@example.com,+1206555{who:04},vip,{deal}\n"));
        if who % 10 == 0 {
            file.push_str(&format!("P{who},,+1206555{who:04},again,,\n"));
        }
    }
    file
}

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

fn import() -> Import {
    Import::new().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"))
}

/// How many contacts, deals and follow-ups there are.
fn content(config: &postgres::Config) -> [i64; 3] {
    let mut db = config.connect(NoTls).unwrap();
    ["contacts", "opportunities", "follow_ups"]
        .map(|table| db.query_one(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().get(0))
}

#[test]
fn the_adapter_keeps_the_contract() {
    let Some(cluster) = Cluster::shared() else { return };
    let runtime = runtime();
    let report = conformance::run(|| {
        let crm = runtime.block_on(Crm::open(config(&cluster.database()))).unwrap();
        Blocking::new(crm, |future| runtime.block_on(future))
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn a_file_is_imported_once() {
    let Some(cluster) = Cluster::shared() else { return };
    let (runtime, database, file) = (runtime(), cluster.database(), file(700));
    runtime.block_on(async {
        let mut crm = Crm::open(config(&database)).await.unwrap();
        let plan = import().plan_async(source(&file), &mut crm).await.unwrap();
        let report = import().threads(2).apply_async(plan, &mut crm).await.unwrap();
        assert_eq!((report.status(), report.stats().contacts.create), (Status::Completed, 700));
        report.acknowledge_async(&mut crm).await.unwrap();
        let again = Import::new().objects([Object::Contact]); // the deals would be created again
        let report = again.run_async(source(&file), &mut crm).await.unwrap();
        assert_eq!(report.stats().contacts.unchanged, 700);
    });
    assert_eq!(content(&database), [700, 234, 700]);
}

/// The connection is cut before each batch, by another one.
#[test]
fn a_connection_that_is_lost_is_made_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let (runtime, database, file) = (runtime(), cluster.database(), file(700));
    let cut = || {
        let mut db = database.connect(NoTls).unwrap();
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        db.execute(sql, &[]).unwrap();
    };
    runtime.block_on(async {
        let mut crm = Crm::open(config(&database)).await.unwrap();
        let plan = import().plan_async(source(&file), &mut crm).await.unwrap();
        let mut looks = 0;
        let watch = |_| {
            looks += 1;
            if looks % 2 == 1 {
                std::thread::scope(|scope| scope.spawn(cut).join()).unwrap();
            }
        };
        let report = import().apply_with_async(plan, &mut crm, watch).await.unwrap();
        assert_eq!((report.status(), report.stats().contacts.create), (Status::Completed, 700));
    });
    assert_eq!(content(&database), [700, 234, 700]);
}

/// After so many waits, each time, until there is nothing left to do.
#[test]
fn an_import_that_is_dropped_goes_on() {
    let Some(cluster) = Cluster::shared() else { return };
    let (runtime, database, file) = (runtime(), cluster.database(), file(300));
    let import = import().id("upload 17");
    runtime.block_on(async {
        let mut crm = Crm::open(config(&database)).await.unwrap();
        for most in (100..).step_by(150) {
            let mut begun = pin!(async {
                let plan = import.plan_or_resume_async(source(&file), &mut crm).await?;
                import.apply_async(plan, &mut crm).await
            });
            let mut waits = 0;
            let report = poll_fn(|context| {
                waits += 1;
                match begun.as_mut().poll(context) {
                    Poll::Ready(report) => Poll::Ready(Some(report)),
                    Poll::Pending if waits > most => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            });
            if let Some(report) = report.await {
                assert!(most > 100, "it was never dropped");
                assert_eq!(report.unwrap().stats().contacts.create, 300);
                break;
            }
        }
    });
    assert_eq!(content(&database), [300, 100, 300]);
}
