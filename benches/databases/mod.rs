//! How long an import into a database takes, in times of a program written by hand that writes the same
//! with the same technique and has nothing to compute: its steps lie in memory in plain structs.
//!
//! Both begin with a copy of one database, which holds the people who are stored already, and both
//! leave the same in it, which is checked.

#[allow(clippy::unwrap_used, clippy::print_stderr)] // it is of the tests
#[path = "../../tests/postgres/cluster.rs"]
mod cluster;
mod plain;
mod postgres;
#[allow(dead_code)]
#[path = "../../tests/postgres/adapter.rs"]
mod postgres_adapter;
mod sqlite;
#[allow(dead_code)]
#[path = "../../examples/import/sqlite/mod.rs"]
mod sqlite_adapter;
mod watched;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cluster::Cluster;
use crm_import::{Account, Import, Object, Report, Source, Status, Storage as _, StorageWrite};
use plain::Plain;
use postgres_adapter::Postgres;
use sqlite_adapter::Sqlite;
use watched::Watched;

use crate::fair::{self, Fair, IndexedCrm};

/// Prints the figures of each database as lines of a table, the best of so many runs, which alternate.
pub(crate) fn print(fair: &Fair, runs: usize) {
    let job = Job::of(fair);
    println!("| database | what | by hand, ms | engine + adapter, ms | ratio |");
    println!("|---|---|---|---|---|");
    in_sqlite(&job, runs);
    match Cluster::shared() {
        Some(cluster) => in_postgres(&job, &cluster, runs),
        None => println!("| PostgreSQL | skipped: no PostgreSQL | | | |"),
    }
}

/// What is to be imported into which account.
struct Job {
    csv: Vec<u8>,
    account: Account,
    /// The people who are stored already, as a file.
    stored: String,
}

impl Job {
    fn of(fair: &Fair) -> Self {
        let mut stored = String::from("Email,Phone\n");
        for person in (0..fair.rows).filter(|&person| fair.is_stored(person)) {
            fair::email(person, &mut stored);
            stored.push(',');
            fair::phone(person, fair.abroad, &mut stored);
            stored.push('\n');
        }
        let account = IndexedCrm::of(fair).account().unwrap_or_default();
        Job { csv: fair.csv(), account, stored }
    }

    /// Brings the people who are stored already.
    fn seed(&self, crm: &mut impl StorageWrite) {
        let source = Source::from_bytes(self.stored.as_bytes());
        let report = Import::new().id("before").run(source, crm).expect("the file is fine");
        assert_eq!(report.status(), Status::Completed);
        report.acknowledge(crm).expect("the database can be written to");
    }

    /// Plans and applies, and says how long it took, and how long of it storage took.
    fn import<S: StorageWrite>(&self, threads: usize, crm: &mut Watched<S>) -> Times {
        let begun = Instant::now();
        let import = Import::new().id("fair").threads(threads);
        let source = Source::from_bytes(self.csv.as_slice());
        let plan = import.plan(source, crm).expect("the file is fine");
        let report: Report = import.apply(plan, crm).expect("the database can be written to");
        let all = begun.elapsed();
        assert!(report.stats().of(Object::Contact).create > 0);
        Times { look_ups: crm.look_ups, writes: crm.writes, all }
    }
}

/// How long an import took.
#[derive(Clone, Copy, Debug)]
struct Times {
    look_ups: Duration,
    writes: Duration,
    all: Duration,
}

impl Times {
    fn best(self, other: Option<Times>) -> Times {
        other.filter(|other| other.all < self.all).unwrap_or(self)
    }
}

/// The figures of one database.
#[derive(Default)]
struct Figures {
    by_hand: Option<Times>,
    /// With one thread and with two.
    engine: [Option<Times>; 2],
}

impl Figures {
    fn print(&self, database: &str) {
        let Some(by_hand) = self.by_hand else { return };
        for (threads, engine) in (1..).zip(&self.engine) {
            let Some(engine) = engine else { continue };
            let line = |what: &str, hand: Duration, engine: Duration| {
                let ratio = engine.as_secs_f64() / hand.as_secs_f64().max(f64::MIN_POSITIVE);
                let (hand, engine) = (hand.as_millis(), engine.as_millis());
                println!(
                    "| {database}, threads: {threads} | {what} | {hand} | {engine} | {ratio:.2} |"
                );
            };
            line("look-ups", by_hand.look_ups, engine.look_ups);
            line("writes", by_hand.writes, engine.writes);
            line("all of it", by_hand.all, engine.all);
        }
    }
}

/// Both have left the same.
fn same(by_hand: &[String], engine: &[String]) {
    let differing = by_hand.iter().zip(engine).find(|(a, b)| a != b);
    assert!(differing.is_none(), "{differing:#?}");
    assert_eq!(by_hand.len(), engine.len());
}

fn in_sqlite(job: &Job, runs: usize) {
    let folder = Folder::new();
    let seeded = folder.0.join("seeded.sqlite");
    job.seed(
        &mut Sqlite::create(&seeded, job.account.clone(), |_| Ok(()))
            .expect("the folder is writable"),
    );
    let fresh = |name: &str| -> PathBuf {
        let path = folder.0.join(name);
        std::fs::copy(&seeded, &path).expect("the folder is writable");
        path
    };
    let open =
        |path: &Path| Sqlite::open(path).expect("the database is whole").expect("it has been made");
    let plain = Plain::of(job, open(&fresh("recorded.sqlite")));
    let mut figures = Figures::default();
    for _ in 0..runs {
        let a = fresh("a.sqlite");
        let by_hand = sqlite::import(&a, &plain).expect("it can");
        figures.by_hand = Some(by_hand.best(figures.by_hand));
        let expected = sqlite::content(&a);
        for (threads, best) in (1..).zip(&mut figures.engine) {
            let b = fresh("b.sqlite");
            *best = Some(job.import(threads, &mut Watched::new(open(&b))).best(*best));
            same(&expected, &sqlite::content(&b));
        }
    }
    figures.print("SQLite");
}

fn in_postgres(job: &Job, cluster: &Cluster, runs: usize) {
    let open = |config| Postgres::open(config, job.account.clone()).expect("the server runs");
    let fresh = || {
        let config = cluster.database();
        job.seed(&mut open(config.clone()));
        postgres::analyze(&config);
        config
    };
    let plain = Plain::of(job, open(fresh()));
    let mut figures = Figures::default();
    for _ in 0..runs {
        let a = fresh();
        let by_hand = postgres::import(&a, &plain).expect("it can");
        figures.by_hand = Some(by_hand.best(figures.by_hand));
        let expected = postgres::content(&a);
        for (threads, best) in (1..).zip(&mut figures.engine) {
            let b = fresh();
            *best = Some(job.import(threads, &mut Watched::new(open(b.clone()))).best(*best));
            same(&expected, &postgres::content(&b));
        }
    }
    figures.print("PostgreSQL");
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("crm-import-sql-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written to");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
