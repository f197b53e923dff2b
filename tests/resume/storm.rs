//! Imports that are written into one database at the same time, by processes that are killed and started again.
//! Nothing is lost or doubled (behaviour X3, X4, X6, F1).
//!
//! `CRM_IMPORT_STORMS=100` runs that many of each kind, from the number in `CRM_IMPORT_FIRST_STORM` on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::dice::Dice;
use super::kill::{End, wait_until};
use super::program::{Folder, example};

const PEOPLE: usize = 60;
const ROWS: usize = 400;

/// A row of a file. Its tag and its opportunity are its own.
struct Row {
    tag: String,
    deal: Option<String>,
}

/// One file, and how it is imported.
struct Job {
    rows: Vec<Row>,
    arguments: Vec<String>,
    workflow: String,
}

impl Job {
    /// Rows that name people now by one key, now by both, so that they come together only through others.
    fn new(number: usize, folder: &Folder, db: &Path, dice: &mut Dice) -> Self {
        let mut text = String::from("First Name,Email,Phone,Tags,Opportunity Name,Value\n");
        let mut rows = Vec::new();
        for row in 1..=ROWS {
            let who = dice.below(PEOPLE);
            let (email, phone) =
                (format!("p{who}@example.com"), format!("+1206555{:04}", 100 + who));
            let (email, phone) = match dice.below(5) {
                0 => (email, phone),
                1 => (String::new(), phone),
                _ => (email, String::new()),
            };
            let tag = format!("t{number}-{row}");
            let deal = dice.one_in(4).then(|| format!("Deal {number}-{row}"));
            let (name, value) =
                deal.as_ref().map_or_else(Default::default, |deal| (&**deal, row.to_string()));
            text += &format!("P{who},{email},{phone},{tag},{name},{value}\n");
            rows.push(Row { tag, deal });
        }
        let file = folder.at(&format!("{number}.csv"));
        std::fs::write(&file, text).unwrap();
        let workflow = format!("welcome {number}");
        let mut arguments =
            vec![file.display().to_string(), "--db".into(), db.display().to_string()];
        arguments.extend(["--workflow".into(), workflow.clone(), "--json".into()]);
        arguments.extend(["--import-id".into(), format!("file {number}")]);
        let window = dice.one_of(&[0, 30, 150]);
        if window > 0 {
            arguments.extend(["--window".into(), window.to_string()]);
        }
        Job { rows, arguments, workflow }
    }

    /// Starts it until it has told everything, and kills it some times before. Gives what it told.
    fn see_through(&self, mut kills: usize, dice: &mut Dice) -> Value {
        for _ in 0..100 {
            let mut command = Command::new(example());
            command.args(&self.arguments).stdout(Stdio::piped()).stderr(Stdio::null());
            let after = Duration::from_millis(dice.below(400) as u64);
            let deadline = (kills > 0).then(|| Instant::now() + after);
            let End { is_killed, json } = wait_until(command.spawn().unwrap(), deadline);
            kills -= usize::from(is_killed);
            if let Some(json) = json {
                return json;
            }
        }
        panic!("there is no end of {:?}", self.arguments);
    }
}

/// What a database holds.
struct Kept {
    /// The keys of contacts and whose they are.
    keys: Vec<(String, String)>,
    /// The tags and whose they are.
    tags: BTreeMap<String, Vec<String>>,
    /// The opportunities by name, with the ids of contacts that exist.
    deals: BTreeMap<String, Vec<String>>,
    /// The contacts and the workflows that were started for them.
    workflows: Vec<(String, String)>,
}

impl Kept {
    fn of(db: &Path) -> Self {
        let db = rusqlite::Connection::open(db).unwrap();
        let pairs = |sql: &str| -> Vec<(String, String)> {
            let mut statement = db.prepare(sql).unwrap();
            let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            pairs.map(Result::unwrap).collect()
        };
        let grouped = |sql: &str| {
            let mut groups = BTreeMap::<String, Vec<String>>::new();
            for (name, id) in pairs(sql) {
                groups.entry(name).or_default().push(id);
            }
            groups
        };
        Kept {
            keys: pairs(
                "SELECT value, '' || contact_id FROM contact_emails UNION ALL \
                 SELECT value, '' || contact_id FROM contact_phones",
            ),
            tags: grouped("SELECT value, '' || record_id FROM contact_fields WHERE field = 'tags'"),
            deals: grouped(
                "SELECT o.name, '' || c.id FROM opportunities o JOIN contacts c ON c.id = o.contact_id",
            ),
            workflows: pairs("SELECT '' || contact_id, name FROM follow_ups"),
        }
    }

    /// No key is held twice, and no workflow was started twice.
    fn check_once(&self) {
        for pairs in [&self.keys, &self.workflows] {
            let mut seen = BTreeSet::new();
            for pair in pairs {
                assert!(seen.insert(pair), "{pair:?} twice");
            }
        }
        let mut holders = BTreeMap::new();
        for (key, id) in &self.keys {
            let holder = holders.insert(key, id);
            assert!(holder.is_none(), "{key} is held by {id} and {holder:?}");
        }
    }

    /// Each row of a file is there once, or was told as failed by all who imported it.
    fn check_rows(&self, job: &Job, told: &[Value]) {
        for (at, row) in job.rows.iter().enumerate() {
            let failed = |object: &str| {
                told.iter().all(|json| json["rows"][at][object]["outcome"] == "fail")
            };
            let place = || format!("{}: {:?}", row.tag, told.iter().map(|json| &json["rows"][at]));
            let contact = match self.tags.get(&row.tag).map(Vec::as_slice) {
                Some([contact]) => contact,
                None if failed("contact") => continue,
                other => panic!("{other:?} {}", place()),
            };
            let started = (contact.clone(), job.workflow.clone());
            assert!(self.workflows.contains(&started), "no workflow: {}", place());
            let Some(deal) = &row.deal else { continue };
            match self.deals.get(deal).map(Vec::as_slice) {
                Some([of]) => assert_eq!(of, contact, "{}", place()),
                None if failed("opportunity") => {}
                other => panic!("{deal} of {other:?} {}", place()),
            }
        }
    }
}

/// So many files, each imported by so many processes at once.
fn storm(number: u64, files: usize, processes: usize) {
    let mut dice = Dice::new(number);
    let folder = Folder::new(&format!("storm-{files}-{number}"));
    let db = folder.at("db.sqlite");
    let empty = folder.at("empty.csv");
    std::fs::write(&empty, "Email\n").unwrap();
    let made = Command::new(example()).args([&empty, Path::new("--db"), &db]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let jobs: Vec<Job> = (0..files).map(|n| Job::new(n, &folder, &db, &mut dice)).collect();
    let told: Vec<Vec<Value>> = std::thread::scope(|scope| {
        let mut running = Vec::new();
        for job in &jobs {
            for _ in 0..processes {
                let (kills, mut dice) = (dice.below(5), Dice::new(dice.below(1 << 30) as u64));
                running.push(scope.spawn(move || job.see_through(kills, &mut dice)));
            }
        }
        let told: Vec<Value> = running.into_iter().map(|end| end.join().unwrap()).collect();
        told.chunks(processes).map(<[Value]>::to_vec).collect()
    });

    let kept = Kept::of(&db);
    kept.check_once();
    for (job, told) in jobs.iter().zip(&told) {
        kept.check_rows(job, told);
    }
}

fn storms(files: usize, processes: usize) {
    let number = |name: &str, usual| -> u64 {
        std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
    };
    let (first, count) = (number("CRM_IMPORT_FIRST_STORM", 1), number("CRM_IMPORT_STORMS", 3));
    for number in first..first + count {
        storm(number, files, processes);
    }
}

#[test]
fn x3_files_of_the_same_people_imported_at_once_and_killed_lose_and_double_nothing() {
    storms(3, 1);
}

#[test]
fn x4_one_import_started_three_times_at_once_and_killed_loses_and_doubles_nothing() {
    storms(1, 3);
}
