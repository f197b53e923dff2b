//! The example program, killed at random moments and started again each time.
//!
//! `CRM_IMPORT_KILL_ROWS=100000` does it with a file of that many rows.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::program::{Folder, example};

const KILLS: usize = 20;

/// People with opportunities, a tenth of them repeats.
fn write_file(path: &Path, rows: usize) {
    let mut file = String::from("First Name,Last Name,Email,Phone,City,Opportunity Name,Value\n");
    for row in 0..rows {
        let who = if row % 10 == 9 { row / 2 } else { row };
        let deal = if row % 2 == 0 { format!("Deal {row},{row}") } else { ",".into() };
        file.push_str(&format!("P{who},Lee,p{who}@example.com,,City {row},{deal}\n"));
    }
    std::fs::write(path, file).unwrap();
}

fn command(program: &Path, file: &Path, db: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(file).arg("--db").arg(db).args([
        "--workflow",
        "welcome",
        "--tag",
        "fair",
        "--json",
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Everything that is kept, without ids and versions.
fn content(db: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(db).unwrap();
    let ask = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let contact = "(SELECT value FROM contact_emails e WHERE e.contact_id = ";
    let mut lines = ask(&format!(
        "SELECT coalesce(first_name, '') || '|' || coalesce(city, '') || '|' || {contact} c.id) \
         FROM contacts c"
    ));
    lines.extend(ask(&format!(
        "SELECT name || '|' || value || '|' || stage || '|' || {contact} o.contact_id) \
         FROM opportunities o"
    )));
    lines.extend(ask(&format!("SELECT kind || name || {contact} f.contact_id) FROM follow_ups f")));
    lines
        .extend(ask("SELECT field || value || count(*) FROM contact_fields GROUP BY field, value"));
    lines.sort();
    lines
}

/// What was printed, if it was all of it.
fn json_of(output: &[u8]) -> Option<serde_json::Value> {
    let json: serde_json::Value = serde_json::from_slice(output).ok()?;
    assert!(json.get("error").is_none(), "{json}");
    Some(json)
}

/// The report, if all of it was printed.
fn report_of(output: &[u8]) -> Option<serde_json::Value> {
    json_of(output).map(|json| json["report"].clone())
}

/// The import without a kill: what is to come out, and how long it takes.
struct Whole {
    file: PathBuf,
    db: PathBuf,
    report: serde_json::Value,
    takes: Duration,
}

impl Whole {
    fn new(folder: &Folder, rows: usize, extra: &[&str]) -> Self {
        let (file, db) = (folder.at("file.csv"), folder.at("whole.sqlite"));
        write_file(&file, rows);
        let begun = Instant::now();
        let output = command(&example(), &file, &db).args(extra).output().unwrap();
        let takes = begun.elapsed();
        Whole { report: report_of(&output.stdout).unwrap(), takes, file, db }
    }

    fn start(&self, db: &Path, extra: &[&str]) -> Child {
        command(&example(), &self.file, db).args(extra).spawn().unwrap()
    }

    fn compare(&self, db: &Path, report: &serde_json::Value) {
        let (got, wanted) = (content(db), content(&self.db));
        assert_eq!(got.len(), wanted.len());
        assert!(got == wanted, "the content differs");
        assert_eq!(report, &self.report);
    }
}

/// Reads what the process prints, to its end.
fn read(child: &mut Child) -> Vec<u8> {
    let mut text = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut text).unwrap();
    text
}

/// How one start has ended.
pub(super) struct End {
    pub(super) is_killed: bool,
    /// What was printed, if all of it was before the end.
    pub(super) json: Option<serde_json::Value>,
}

/// Waits for a process to end, and kills it if it has not by then.
pub(super) fn wait_until(mut child: Child, deadline: Option<Instant>) -> End {
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        output.read_to_end(&mut text).map(|_| text)
    });
    while deadline.is_some_and(|moment| Instant::now() < moment)
        && child.try_wait().unwrap().is_none()
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    let is_killed = deadline.is_some() && child.try_wait().unwrap().is_none();
    if is_killed {
        child.kill().unwrap(); // SIGKILL
    }
    let status = child.wait().unwrap();
    let text = reader.join().unwrap().unwrap();
    assert!(is_killed || status.success(), "{}", String::from_utf8_lossy(&text));
    End { is_killed, json: json_of(&text) }
}

/// Kills at moments spread from the beginning of a run to beyond its end, and starts again each time with the next of
/// these options. As soon as somebody has the report, the content is compared and an empty database is next.
fn kill_and_restart(name: &str, extras: &[&[&str]]) {
    let rows = std::env::var("CRM_IMPORT_KILL_ROWS").ok().and_then(|rows| rows.parse().ok());
    let rows: usize = rows.unwrap_or(3_000);
    let folder = Folder::new(name);
    let whole = Whole::new(&folder, rows, extras[0]);
    let db = folder.at("db.sqlite");

    // They spread the moments of death over the run.
    let mut dice = Dice::new(7);
    let (mut kills, mut starts, mut ends) = (0, 0, 0);
    loop {
        assert!(starts < 500, "after {kills} kills there is no end");
        let child = whole.start(&db, extras[starts % extras.len()]);
        starts += 1;
        let deadline = (kills < KILLS).then(|| {
            let thousandths = dice.below(1_000) as f64;
            Instant::now() + whole.takes.mul_f64(thousandths / 1_000.0 * 1.1)
        });
        let End { is_killed, json } = wait_until(child, deadline);
        kills += usize::from(is_killed);
        // A killed one that was still in time to tell everything is done too, as its caller sees it.
        let Some(json) = json else { continue };
        ends += 1;
        whole.compare(&db, &json["report"]);
        if kills == KILLS {
            break;
        }
        std::fs::remove_file(&db).unwrap();
    }
    eprintln!(
        "{rows} rows {extras:?}: {kills} kills, {starts} starts, {ends} imports came to their end, \
         {:?} without a kill",
        whole.takes
    );
}

/// Does the database say that the last batch is written?
fn is_complete(db: &Path) -> bool {
    let ask = || -> rusqlite::Result<String> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = rusqlite::Connection::open_with_flags(db, flags)?;
        db.query_row("SELECT checkpoint FROM import_checkpoints", [], |row| row.get(0))
    };
    let checkpoint: serde_json::Value =
        serde_json::from_str(&ask().unwrap_or_default()).unwrap_or_default();
    checkpoint["is_last"] == true
}

/// Kills behind the last batch, again and again: nobody takes the report, so the process waits with
/// it until it dies.
fn kill_behind_the_last_batch(name: &str, extra: &[&str]) {
    let folder = Folder::new(name);
    let whole = Whole::new(&folder, 3_000, extra);
    let db = folder.at("db.sqlite");
    for _ in 0..3 {
        let mut child = whole.start(&db, extra);
        let begun = Instant::now();
        while !is_complete(&db) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the last batch is never written");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // The report is larger than a pipe holds.
        assert_eq!(report_of(&read(&mut child)), None);
    }
    let mut child = whole.start(&db, extra);
    let report = report_of(&read(&mut child)).unwrap();
    assert!(child.wait().unwrap().success());
    whole.compare(&db, &report);

    // Now that its report is out, the same file is another import.
    let mut child = whole.start(&db, extra);
    let report = report_of(&read(&mut child)).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(report["contacts"]["created"], 0);
    assert_eq!(report["opportunities"]["created"], whole.report["opportunities"]["created"]);
}

#[test]
fn the_example_killed_twenty_times_ends_with_the_content_of_an_uninterrupted_run() {
    kill_and_restart("kill", &[&[]]);
}

#[test]
fn the_example_run_in_windows_and_killed_ends_the_same() {
    kill_and_restart("kill-run", &[&["--window", "500"]]);
}

#[test]
fn the_example_started_again_with_another_window_or_none_goes_on_as_it_was_begun() {
    kill_and_restart("kill-other", &[&["--window", "500"], &["--window", "130"], &[]]);
}

#[test]
fn the_example_killed_behind_its_last_batch_gives_its_report_at_the_next_start() {
    kill_behind_the_last_batch("kill-last", &[]);
    kill_behind_the_last_batch("kill-last-run", &["--window", "500"]);
}
