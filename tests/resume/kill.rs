//! The example program, killed at random moments and started again each time.
//!
//! `CRM_IMPORT_KILL_ROWS=100000` does it with a file of that many rows.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// Does the database say that the import was written to its end?
fn is_complete(db: &Path) -> bool {
    let Ok(db) = rusqlite::Connection::open(db) else { return false };
    let ask = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0));
    let checkpoint = ask("SELECT checkpoint FROM import_checkpoints").unwrap_or_default();
    let checkpoint: serde_json::Value = serde_json::from_str(&checkpoint).unwrap_or_default();
    checkpoint["is_last"] == true
}

fn report_of(output: &[u8]) -> serde_json::Value {
    let json: serde_json::Value = serde_json::from_slice(output).unwrap();
    assert!(json.get("error").is_none(), "{json}");
    json["report"].clone()
}

fn kill_and_restart(extra: &[&str]) {
    let rows: usize =
        std::env::var("CRM_IMPORT_KILL_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let folder = Folder::new(if extra.is_empty() { "kill" } else { "kill-run" });
    let program: PathBuf = example();
    let (file, whole, db) =
        (folder.at("file.csv"), folder.at("whole.sqlite"), folder.at("db.sqlite"));
    write_file(&file, rows);

    let begun = Instant::now();
    let output = command(&program, &file, &whole).args(extra).output().unwrap();
    let expected = report_of(&output.stdout);
    let whole_run = begun.elapsed();

    // A linear congruence spreads the moments of death over the run.
    let mut lot: u64 = 7;
    let (mut kills, mut starts) = (0, 0);
    let report = loop {
        starts += 1;
        assert!(starts < 500, "after {kills} kills there is no end");
        let mut child = command(&program, &file, &db).args(extra).spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut output, &mut text).map(|_| text)
        });
        if kills < KILLS {
            lot =
                lot.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = f64::from((lot >> 40) as u32) / f64::from(1u32 << 24);
            std::thread::sleep(Duration::from_secs_f64(whole_run.as_secs_f64() * share * 0.9));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap(); // SIGKILL
                child.wait().unwrap();
                kills += 1;
                reader.join().unwrap().unwrap();
                // Killed behind its last batch, it is complete: the next start would be another import.
                if is_complete(&db) {
                    std::fs::remove_file(&db).unwrap();
                }
                continue;
            }
        }
        let status = child.wait().unwrap();
        let text = reader.join().unwrap().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&text));
        if kills >= KILLS || starts > 2 * KILLS {
            break report_of(&text);
        }
        // It was done before its time: from the beginning, with what is left of the kills.
        std::fs::remove_file(&db).unwrap();
    };
    assert!(kills >= KILLS / 2, "only {kills} kills");
    let (got, wanted) = (content(&db), content(&whole));
    assert_eq!(got.len(), wanted.len());
    assert!(got == wanted, "the content differs");
    assert_eq!(report, expected);
    eprintln!("{rows} rows, {kills} kills, {starts} starts, {whole_run:?} without a kill");
}

#[test]
fn the_example_killed_twenty_times_ends_with_the_content_of_an_uninterrupted_run() {
    kill_and_restart(&[]);
}

#[test]
fn the_example_run_in_windows_and_killed_ends_the_same() {
    kill_and_restart(&["--window", "500"]);
}
