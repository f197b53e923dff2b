//! PostgreSQL: the adapter keeps the contract, imports files, alone and against another import, and
//! survives the loss of its connection. Where PostgreSQL is not installed it says so.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod adapter;
mod cluster;
mod kept;
mod over_shop;
mod shop;

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crm_import::dedup::DedupPolicy;
use crm_import::storage::conformance;
use crm_import::{
    Account, CustomField, FieldKind, FollowUp, FollowUpKind, Import, Object, Report, Source,
    Status, StorageWrite,
};
use postgres::{Config, NoTls};

use adapter::Postgres;
use cluster::Cluster;

/// E-mail, phone, a combined rule and one of another field.
fn account() -> Account {
    let rules = [vec!["email"], vec!["phone"], vec!["first_name", "last_name"], vec!["company"]];
    let own = |object, key: &str, kind| {
        let (key, label, options) = (key.to_owned(), String::new(), Vec::new());
        CustomField { object, key, label, kind, options }
    };
    let custom_fields = vec![
        own(Object::Contact, "shoe_size", FieldKind::Number),
        own(Object::Contact, "hobbies", FieldKind::List),
        own(Object::Opportunity, "signed_on", FieldKind::Date),
    ];
    Account { dedup: DedupPolicy::by(rules), custom_fields, ..Account::default() }
}

fn open(config: &Config) -> Postgres {
    let account = Account { default_country: Some("US".into()), ..Account::default() };
    Postgres::open(config.clone(), account).unwrap()
}

/// People from one number to another, each fourth with an opportunity, each tenth told twice.
fn file(people: std::ops::Range<usize>, city: &str) -> String {
    let mut file = String::from("First Name,Email,Phone,City,Tags,Opportunity Name,Value\n");
    for who in people {
        let deal = if who % 4 == 0 { format!("Deal {who},{who}") } else { ",".into() };
        let phone = format!("+1206555{:04}", who % 10_000);
        file.push_str(&format!("P{who},p{who}@example.com,{phone},{city},vip;fair,{deal}\n"));
        if who % 10 == 0 {
            file.push_str(&format!("P{who},,{phone},,again,,\n"));
        }
    }
    file
}

fn import() -> Import {
    Import::new().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"))
}

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

fn plan_and_apply<S: StorageWrite>(file: &str, storage: &mut S) -> Report {
    let plan = import().plan(source(file), storage).unwrap();
    let report = import().apply(plan, storage).unwrap();
    assert_eq!(report.status(), Status::Completed);
    report
}

/// Everything that is kept, without ids and versions.
fn content(config: &Config) -> Vec<String> {
    let mut db = config.connect(NoTls).unwrap();
    let of = "(SELECT c.data->'email'->>0 FROM contacts c WHERE c.id";
    let sql = format!(
        "SELECT 'contact ' || data::text FROM contacts
         UNION ALL SELECT (data - 'contact_id')::text || {of} = (o.data->'contact_id'->>0)::bigint)
             FROM opportunities o
         UNION ALL SELECT kind || name || {of} = f.contact_id) FROM follow_ups f"
    );
    let mut lines: Vec<String> =
        db.query(&sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    lines.sort();
    lines
}

fn count(config: &Config, sql: &str) -> i64 {
    config.connect(NoTls).unwrap().query_one(sql, &[]).unwrap().get(0)
}

#[test]
fn the_adapter_keeps_the_contract() {
    let Some(cluster) = Cluster::shared() else { return };
    let account = account()
        .at_most(Object::Contact, &[("first_name", 80)])
        .to_decimals(Object::Opportunity, &[("value", 2)]);
    let open = || Postgres::open(cluster.database(), account.clone()).unwrap();
    let report = conformance::run(open);
    assert!(report.is_passed(), "{report}");
    let is_skipped =
        |case: &&conformance::Case| matches!(case.outcome, conformance::Outcome::Skipped(_));
    let skipped: Vec<&str> =
        report.cases().iter().filter(is_skipped).map(|case| case.name).collect();
    // The account has no options, and its columns take everything.
    let expected =
        ["each option comes back as it was chosen", "a batch that fails can be written again"];
    assert_eq!(skipped, expected, "{report}");
}

#[test]
fn x3_two_imports_at_the_same_moment_write_nobody_twice() {
    let Some(cluster) = Cluster::shared() else { return };
    let report = conformance::run_together(|| {
        let database = cluster.database();
        let open = || Postgres::open(database.clone(), account()).unwrap();
        (open(), open())
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn a_contact_that_a_check_refuses_leaves_nothing_half_written() {
    let Some(cluster) = Cluster::shared() else { return };
    let report = conformance::run_failing(|| {
        let config = cluster.database();
        let crm = Postgres::open(config.clone(), account()).unwrap();
        let check =
            "ALTER TABLE contacts ADD CHECK (data->'first_name'->>0 IS DISTINCT FROM 'Mallory')";
        config.connect(NoTls).unwrap().batch_execute(check).unwrap();
        crm
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn l3_a_file_is_imported_and_the_second_time_nothing_changes() {
    let Some(cluster) = Cluster::shared() else { return };
    let config = cluster.database();
    let mut crm = open(&config);
    let contacts = "First Name,Email,Phone,City,Tags\n\
                    Ana,ana@example.com,(312) 555-0101,Oslo,vip\n\
                    Bo,bo@example.com,,Rome,\n\
                    Ana,,312-555-0101,Bonn,fair\n";
    let report = plan_and_apply(contacts, &mut crm);
    assert_eq!((report.stats().contacts.create, report.stats().contacts.merged), (2, 1));
    let before = content(&config);
    let again = plan_and_apply(contacts, &mut crm);
    assert_eq!((again.stats().contacts.unchanged, again.stats().contacts.merged), (2, 1));
    assert_eq!(content(&config).len(), before.len() + 2); // the workflow starts with each import

    let large = file(0..3_000, "Oslo");
    let first = plan_and_apply(&large, &mut crm);
    assert_eq!((first.stats().contacts.create, first.stats().contacts.merged), (3_000, 300));
    assert_eq!((first.stats().opportunities.create, first.stats().links), (750, 750));
    assert_eq!(count(&config, "SELECT count(*) FROM contacts"), 3_002);
    // The same people without their opportunities, which have no key: nothing is left to do.
    let people: Vec<&str> = large.lines().filter_map(|line| line.rsplitn(3, ',').last()).collect();
    let plan = Import::new().plan(source(&people.join("\n")), &mut crm).unwrap();
    assert_eq!(plan.stats().contacts.unchanged, 3_000);
    assert_eq!(plan.steps().len(), 0);

    // In windows it comes to the same.
    let other = cluster.database();
    let report = import().run_window(500).run(source(&large), &mut open(&other)).unwrap();
    assert_eq!(report.stats(), first.stats());
    assert_eq!(content(&other).len(), 3_000 + 750 + 3_000);
}

#[test]
fn x1_two_imports_of_overlapping_files_double_nothing_and_both_come_to_their_end() {
    let Some(cluster) = Cluster::shared() else { return };
    let config = cluster.database();
    drop(open(&config));
    let files = [file(0..2_000, "Oslo"), file(1_000..3_000, "Rome")];
    let start = Barrier::new(files.len());
    let reports: Vec<Report> = std::thread::scope(|scope| {
        let work = |file| {
            let mut crm = open(&config);
            start.wait();
            // Windows, so that each sees what the other has written in the meantime.
            let report = import().run_window(250).run(source(file), &mut crm).unwrap();
            assert_eq!(report.status(), Status::Completed);
            report
        };
        let threads: Vec<_> = files.iter().map(|file| scope.spawn(move || work(file))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for report in &reports {
        assert_eq!(report.stats().contacts.fail, 0, "{:?}", report.issue_counts());
        assert_eq!(report.stats().opportunities.create, 500);
    }
    let created: u64 = reports.iter().map(|report| report.stats().contacts.create).sum();
    assert_eq!(created, 3_000);
    assert_eq!(count(&config, "SELECT count(*) FROM contacts"), 3_000);
    let doubled = "SELECT count(*) FROM (SELECT key FROM contact_keys GROUP BY rule, key
                   HAVING count(*) > 1) doubled";
    assert_eq!(count(&config, doubled), 0);
    assert_eq!(count(&config, "SELECT count(*) FROM opportunities"), 1_000);
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    assert_eq!(count(&config, waiting), 0);
}

#[test]
fn x1_an_import_starts_while_another_one_writes() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut config = cluster.database();
    drop(open(&config));
    let mut other = config.connect(NoTls).unwrap();
    let mut writing = other.transaction().unwrap();
    writing.batch_execute("INSERT INTO contacts (data) VALUES ('{}')").unwrap();
    // Whoever has to wait for it gets an error.
    open(config.options("-c lock_timeout=1000"));
}

#[test]
fn x5_a_connection_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing() {
    let Some(cluster) = Cluster::shared() else { return };
    let (quiet, config) = (cluster.database(), cluster.database());
    let file = file(0..3_000, "Oslo");
    let expected = plan_and_apply(&file, &mut open(&quiet));
    let mut crm = open(&config);
    let is_done = AtomicBool::new(false);
    let (report, kills) = std::thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let mut admin = cluster.config("postgres").connect(NoTls).unwrap();
            let database = config.get_dbname().unwrap();
            let mut kills = 0;
            while !is_done.load(Ordering::Relaxed) && kills < 15 {
                // Longer each time: on a busy machine, too, a batch gets through before its last attempt.
                std::thread::sleep(Duration::from_millis(60 * (kills as u64 + 1)));
                // Only one that is at work, so that it dies in the middle.
                let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE datname = $1 AND state <> 'idle'";
                kills += admin.query(sql, &[&database]).unwrap().len();
            }
            kills
        });
        let report = import().run_window(300).run(source(&file), &mut crm);
        is_done.store(true, Ordering::Relaxed);
        (report.unwrap(), killer.join().unwrap())
    });
    eprintln!("{kills} connections killed");
    assert!(kills > 0);
    assert_eq!(report.stats(), expected.stats());
    assert_eq!(content(&config), content(&quiet));
    report.acknowledge(&mut crm).unwrap();
    assert!(crm.checkpoints().unwrap().iter().all(|checkpoint| !checkpoint.is_open()));
}

#[test]
fn x3_an_opportunity_is_not_linked_to_a_contact_that_somebody_is_deleting() {
    let Some(cluster) = Cluster::shared() else { return };
    let config = cluster.database();
    let mut crm = open(&config);
    plan_and_apply("Email\nana@example.com\n", &mut crm);
    let file = "Email,Opportunity Name\nana@example.com,Roof\n";
    let plan = import().plan(source(file), &mut crm).unwrap();
    let mut other = config.connect(NoTls).unwrap();
    let mut deleting = other.transaction().unwrap();
    deleting.batch_execute("DELETE FROM contact_keys; DELETE FROM contacts").unwrap();
    let report = std::thread::scope(|scope| {
        let applying = scope.spawn(|| import().apply(plan, &mut crm).unwrap());
        // The import has come as far as it can by then.
        std::thread::sleep(Duration::from_millis(500));
        deleting.commit().unwrap();
        applying.join().unwrap()
    });
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (1, 1));
    let dangling = "SELECT count(*) FROM opportunities
                    WHERE (data->'contact_id'->>0)::bigint NOT IN (SELECT id FROM contacts)";
    assert_eq!(count(&config, dangling), 0);
}

#[test]
fn x6_of_two_imports_that_were_stopped_the_one_begun_last_is_told_first() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut crm = open(&cluster.database());
    for id in ["spring", "autumn"] {
        let (import, file) = (import().id(id), file(0..3, id));
        let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        import.apply(plan, &mut crm).unwrap(); // and nobody has seen its report
    }
    let open = crm.unfinished().unwrap().unwrap();
    let ids: Vec<&str> = open.iter().map(|checkpoint| &*checkpoint.import_id).collect();
    assert_eq!(ids, ["autumn", "spring"]);
}
