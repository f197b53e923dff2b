//! The example program as a black box: what it prints as JSON, and its exit status.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The built example, beside this test.
pub(crate) fn example() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("import{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "build it first: cargo build --example import");
    program
}

/// A folder that is gone after the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("crm-import-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the example. Gives its exit status and its JSON.
pub(crate) fn import(arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(example()).args(arguments).arg("--json").output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json)
}

pub(crate) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const FILE: &str = "\
First Name,Email,Opportunity Name,Shoe Size
Ana,ana@example.com,Roof,43
Ana,ANA@example.com,,
,not an address,Boat,
";

const COUNTS: [&str; 8] =
    ["create", "fail", "merged", "rows", "skip", "unchanged", "update", "warnings"];
const DONE: [&str; 8] =
    ["created", "failed", "merged", "rows", "skipped", "unchanged", "updated", "warnings"];

const CELLS: [&str; 10] = [
    "failed", "field", "filled", "header", "index", "left_out", "object", "refused", "skipped",
    "taken",
];

#[test]
fn the_json_of_an_import_has_its_shape() {
    let folder = Folder::new("json");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, FILE).unwrap();
    let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap()];
    for extra in [&["--dry-run"][..], &["--window", "2"], &["--threads", "3"], &[]] {
        let (status, json) = import(&[&arguments[..], extra].concat());
        assert_eq!(status, 0, "{json}");
        assert_eq!(keys(&json), ["issues", "mapping", "plan", "report", "rows"]);
        let plan = [
            "blank_rows",
            "columns",
            "contacts",
            "links",
            "opportunities",
            "unknown_values",
            "unused_rows",
        ];
        assert_eq!(keys(&json["plan"]), plan);
        let email = &json["plan"]["columns"][1];
        assert_eq!(keys(email), CELLS);
        assert_eq!((&email["header"], &email["filled"]), (&"Email".into(), &3.into()));
        assert_eq!((&email["taken"], &email["failed"]), (&2.into(), &1.into()));
        for object in ["contacts", "opportunities"] {
            assert_eq!(keys(&json["plan"][object]), COUNTS);
        }
        if extra == ["--dry-run"] {
            assert_eq!(json["report"], Value::Null);
            assert_eq!(json["rows"][0]["contact"]["id"], Value::Null);
            assert!(!db.exists());
        } else {
            assert_eq!(keys(&json["report"]), ["contacts", "links", "opportunities"]);
            assert_eq!(keys(&json["report"]["contacts"]), DONE);
            assert_eq!(json["rows"][0]["contact"]["id"], "1");
        }
        let (first, second) = (&json["rows"][0], &json["rows"][1]);
        assert_eq!(keys(first), ["contact", "line", "opportunity", "row"]);
        assert_eq!((&first["row"], &first["line"]), (&1.into(), &2.into()));
        assert_eq!(keys(&first["contact"]), ["by", "first_row", "id", "outcome", "values"]);
        assert_eq!(keys(&first["opportunity"]), ["by", "contact_row", "id", "outcome", "values"]);
        assert_eq!(first["contact"]["values"]["email"], "ana@example.com");
        assert_eq!(second["contact"]["outcome"], "merged");
        assert_eq!(second["contact"]["first_row"], 1);
        assert_eq!(second["opportunity"], Value::Null);
        let issue = &json["issues"][0];
        let expected = [
            "code", "column", "field", "line", "message", "number", "object", "remedy", "row",
            "severity", "value",
        ];
        assert_eq!(keys(issue), expected);
        assert_eq!(keys(&json["mapping"][0]), expected_mapping());
        assert_eq!(json["mapping"][3]["field"], Value::Null);
        assert_eq!(json["mapping"][3]["confidence"], "none");
        // The next one begins anew.
        let _ = std::fs::remove_file(&db);
    }
}

fn expected_mapping() -> [&'static str; 6] {
    ["confidence", "field", "header", "index", "object", "reason"]
}

#[test]
fn a_run_that_cannot_continue_says_why_and_exits_with_1_and_wrong_usage_with_2() {
    let folder = Folder::new("exit");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, FILE).unwrap();
    let (file, db) = (file.to_str().unwrap(), db.to_str().unwrap());
    let cases: [(&[&str], &str); 4] = [
        (&["/no/such/file.csv", "--db", db], "source"),
        (&[file, "--db", db, "--resume"], "resume"),
        (&[file, "--db", db, "--max-errors", "0"], "max-errors"),
        (&[file, "--db", db, "--max-errors", "0", "--window", "1"], "max-errors"),
    ];
    for (arguments, kind) in cases {
        let (status, json) = import(arguments);
        assert_eq!((status, &json["error"]["kind"]), (1, &kind.into()), "{json}");
        assert_eq!(keys(&json["error"]), ["kind", "message"]);
        assert!(!json["error"]["message"].as_str().unwrap().is_empty());
    }
    // Files of settings are named.
    let (missing, broken) = (folder.at("missing.json"), folder.at("broken.json"));
    std::fs::write(&broken, "{").unwrap();
    for (option, kind) in [("--account", "account"), ("--mapping", "mapping")] {
        for path in [&missing, &broken] {
            let path = path.to_str().unwrap();
            let (status, json) = import(&[file, "--db", db, option, path]);
            assert_eq!((status, &json["error"]["kind"]), (1, &kind.into()), "{json}");
            assert!(json["error"]["message"].as_str().unwrap().starts_with(path), "{json}");
        }
    }
    for arguments in [&["--db", db][..], &[file, "--contacts", "destroy"], &[file, "--what"]] {
        assert_eq!(import(arguments).0, 2);
    }
}

#[test]
fn a_used_import_id_stands_for_its_import_and_no_other() {
    let folder = Folder::new("id");
    let (file, other, db) =
        (folder.at("file.csv"), folder.at("other.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, FILE).unwrap();
    std::fs::write(&other, FILE.replace("Roof", "Attic")).unwrap();
    let db = db.to_str().unwrap();
    let run = |file: &Path| import(&[file.to_str().unwrap(), "--db", db, "--import-id", "fair"]);
    let (_, first) = run(&file);
    let (status, again) = run(&file);
    assert_eq!((status, &again["report"]), (0, &first["report"]));
    let (status, refused) = run(&other);
    assert_eq!((status, &refused["error"]["kind"]), (1, &"resume".into()), "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("another file"));
}

#[test]
fn an_error_log_that_cannot_be_written_is_said_before_anything_is_imported() {
    let folder = Folder::new("log");
    let (file, db, log) = (folder.at("file.csv"), folder.at("crm.sqlite"), folder.at("no/log.csv"));
    std::fs::write(&file, FILE).unwrap();
    let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap()];
    let log = ["--error-log", log.to_str().unwrap()];
    for extra in [&[][..], &["--window", "2"]] {
        let (status, json) = import(&[&arguments[..], &log, extra].concat());
        assert_eq!((status, &json["error"]["kind"]), (1, &"error-log".into()), "{json}");
        let db = rusqlite::Connection::open(&db).unwrap();
        let count = db.query_row("SELECT count(*) FROM contacts", [], |row| row.get::<_, i64>(0));
        assert_eq!(count, Ok(0));
    }
}

#[test]
fn follow_ups_are_written_once_and_show_in_their_table() {
    let folder = Folder::new("follow");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, FILE).unwrap();
    let arguments = [
        file.to_str().unwrap(),
        "--db",
        db.to_str().unwrap(),
        "--list",
        "leads",
        "--workflow",
        "welcome",
        "--tag",
        "fair",
    ];
    assert_eq!(import(&arguments).0, 0);
    assert_eq!(import(&arguments).0, 0);
    let db = rusqlite::Connection::open(db).unwrap();
    let count = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    // The list takes those that are created, once; the workflow starts with each import.
    assert_eq!(count("SELECT count(*) FROM follow_ups WHERE kind = 'list' AND name = 'leads'"), 1);
    assert_eq!(count("SELECT count(*) FROM follow_ups WHERE kind = 'workflow'"), 2);
    assert_eq!(count("SELECT count(*) FROM contact_fields WHERE value = 'fair'"), 1);
}

/// How many contacts there are.
pub(crate) fn contacts(db: &Path) -> i64 {
    let db = rusqlite::Connection::open(db).unwrap();
    db.query_row("SELECT count(*) FROM contacts", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_read_is_never_overwritten() {
    let folder = Folder::new("overwritten");
    let (file, db, mapping) =
        (folder.at("file.csv"), folder.at("crm.sqlite"), folder.at("mapping.json"));
    std::fs::write(&file, FILE).unwrap();
    std::fs::write(&mapping, "{}").unwrap();
    let (path, db) = (file.to_str().unwrap(), db.to_str().unwrap());
    let mapping = mapping.to_str().unwrap();
    for extra in [
        &["--error-log", path][..],
        &["--error-log", path, "--window", "1"],
        &["--save-mapping", path],
        &["--error-log", db],
        &["--error-log", mapping, "--mapping", mapping],
        &["--error-log", "out/one", "--save-mapping", "out/one"],
    ] {
        assert_eq!(import(&[&[path, "--db", db], extra].concat()).0, 2, "{extra:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), FILE);
    }
}

#[test]
fn x7_an_import_with_too_many_errors_logs_those_that_stopped_it() {
    let folder = Folder::new("budget");
    let (file, db, log) = (folder.at("file.csv"), folder.at("crm.sqlite"), folder.at("log.csv"));
    std::fs::write(&file, FILE).unwrap();
    let paths = [&file, &db, &log].map(|path| path.to_str().unwrap());
    let arguments = [paths[0], "--db", paths[1], "--error-log", paths[2], "--max-errors", "0"];
    for extra in [&[][..], &["--window", "2"], &["--window", "1"]] {
        assert_eq!(import(&[&arguments[..], extra].concat()).0, 1);
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("not an address,Boat"), "{extra:?}: {text}");
        assert!(!text.contains("ANA@"), "{text}");
    }
}

#[test]
fn x7_an_import_with_too_many_errors_says_what_it_has_written_and_goes_on_with_more() {
    let folder = Folder::new("stopped");
    let file = folder.at("file.csv");
    let text = "Email,Contact ID\nana@example.com,\nbo@example.com,nobody\ncy@example.com,\n";
    std::fs::write(&file, text).unwrap();
    for (name, extra, created) in [("plan", &[][..], 0), ("run", &["--window", "1"], 1)] {
        let db = folder.at(name);
        let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap()];
        let arguments = [&arguments[..], extra].concat();
        let limited = [&arguments[..], &["--max-errors", "0"]].concat();
        let (status, json) = import(&limited);
        assert_eq!((status, &json["error"]["kind"]), (1, &"max-errors".into()), "{json}");
        assert_eq!(json["report"]["contacts"]["created"], created, "{json}");
        assert_eq!(json["issues"][0]["row"], 2, "{json}");
        assert_eq!(json["issues"][0]["code"], "contact-id-unknown", "{json}");
        let output = Command::new(example()).args(&limited).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(&format!("{created} contacts created")), "{told}");
        assert!(told.contains("row 2 (line 3)") && told.contains("--max-errors"), "{told}");
        let (status, json) = import(&[&arguments[..], &["--max-errors", "1"]].concat());
        assert_eq!((status, &json["report"]["contacts"]["created"]), (0, &2.into()), "{json}");
        assert_eq!(contacts(&db), 2);
    }
}

#[test]
fn x6_a_file_that_was_begun_with_other_settings_is_imported_anew_and_goes_on_as_it_was_begun() {
    let folder = Folder::new("other-settings");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    // The second row fails, and the third is never reached.
    std::fs::write(&file, "First Name,Email\nAna,\n,nobody\nBo,\n").unwrap();
    let begin = [file.to_str().unwrap(), "--db", db.to_str().unwrap(), "--window", "1"];
    let (status, json) = import(&[&begin[..], &["--max-errors", "0"]].concat());
    assert_eq!((status, contacts(&db)), (1, 1), "{json}");

    let other = [&begin[..], &["--contacts", "create"]].concat();
    let output = Command::new(example()).args(other).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), contacts(&db)), (Some(0), 3), "{told}");
    assert!(told.contains("another policy. An import of this file is unfinished"), "{told}");
    // As it was begun, it goes on.
    assert_eq!((import(&begin).0, contacts(&db)), (0, 4));
}

#[test]
fn x5_an_import_that_the_database_stops_says_what_it_has_written_and_goes_on() {
    let folder = Folder::new("broken");
    let file = folder.at("file.csv");
    let rows: String = (0..1_200).map(|n| format!("p{n}@example.com,City {n}\n")).collect();
    std::fs::write(&file, format!("Email,City\n{rows}")).unwrap();
    for (name, extra) in [("plan", &[][..]), ("run", &["--window", "400"])] {
        let path = folder.at(name);
        let arguments =
            [&[file.to_str().unwrap(), "--db", path.to_str().unwrap()][..], extra].concat();
        let first = folder.at("first.csv");
        std::fs::write(&first, "Email\nfirst@example.com\n").unwrap();
        assert_eq!(import(&[first.to_str().unwrap(), "--db", path.to_str().unwrap()]).0, 0);
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch(
            "CREATE TRIGGER breaks AFTER INSERT ON contacts WHEN NEW.city = 'City 1100'
             BEGIN SELECT abs(-9223372036854775807 - 1); END",
        )
        .unwrap();
        let (status, json) = import(&arguments);
        assert_eq!((status, &json["error"]["kind"]), (1, &"storage".into()), "{json}");
        if cfg!(target_os = "linux") && name == "plan" {
            // The log has no room either: both are said. A run would stop at the first window for want of its log.
            let (_, json) = import(&[&arguments[..], &["--error-log", "/dev/full"]].concat());
            assert_eq!(json["error"]["kind"], "storage", "{json}");
            let told = json["error"]["message"].as_str().unwrap();
            assert!(told.contains("integer overflow") && told.contains("/dev/full"), "{told}");
        }
        let created = contacts(&path) - 1;
        assert!(created > 0, "{json}");
        assert_eq!(json["report"]["contacts"]["created"], created, "{json}");
        let output = Command::new(example()).args(&arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("integer overflow"), "{told}");
        assert!(told.contains(&format!("{created} contacts created")), "{told}");
        assert!(told.contains("start the same import again"), "{told}");
        db.execute_batch("DROP TRIGGER breaks").unwrap();
        let (status, json) = import(&arguments);
        assert_eq!((status, &json["report"]["contacts"]["created"]), (0, &1_200.into()), "{json}");
        assert_eq!(contacts(&path), 1_201);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_log_for_which_there_is_no_room_is_named_and_written_at_the_next_start() {
    let folder = Folder::new("room");
    let (file, log) = (folder.at("file.csv"), folder.at("log.csv"));
    std::fs::write(&file, FILE).unwrap();
    for (name, extra) in [("plan", &[][..]), ("run", &["--window", "2"])] {
        let db = folder.at(name);
        let arguments =
            [&[file.to_str().unwrap(), "--db", db.to_str().unwrap()][..], extra].concat();
        let (status, json) = import(&[&arguments[..], &["--error-log", "/dev/full"]].concat());
        assert_eq!((status, &json["error"]["kind"]), (1, &"error-log".into()), "{json}");
        let told = json["error"]["message"].as_str().unwrap();
        assert!(told.contains("/dev/full") && told.contains("again"), "{told}");
        let again = [&arguments[..], &["--error-log", log.to_str().unwrap()]].concat();
        let (status, json) = import(&again);
        assert_eq!((status, &json["report"]["contacts"]["created"]), (0, &1.into()), "{json}");
        assert!(std::fs::read_to_string(&log).unwrap().contains("not an address"));
        assert_eq!(contacts(&db), 1);
        std::fs::remove_file(&log).unwrap();
    }
}

#[test]
fn settings_that_the_database_was_not_made_with_are_refused() {
    let folder = Folder::new("settings");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    let (own, other) = (folder.at("own.json"), folder.at("other.json"));
    std::fs::write(&file, FILE).unwrap();
    std::fs::write(&own, r#"{ "default_country": "DE" }"#).unwrap();
    std::fs::write(&other, r#"{ "default_country": "FR" }"#).unwrap();
    let paths = [&file, &db, &own, &other].map(|path| path.to_str().unwrap());
    let with = |settings| import(&[paths[0], "--db", paths[1], "--account", settings]);
    assert_eq!((with(paths[2]).0, with(paths[2]).0), (0, 0));
    let (status, json) = with(paths[3]);
    assert_eq!((status, &json["error"]["kind"]), (1, &"account".into()), "{json}");
    assert!(json["error"]["message"].as_str().unwrap().contains(paths[1]), "{json}");
}

#[test]
fn a_log_stays_where_the_import_is_refused() {
    let folder = Folder::new("kept");
    let (file, db, log) = (folder.at("file.csv"), folder.at("crm.sqlite"), folder.at("log.csv"));
    std::fs::write(&file, FILE).unwrap();
    let paths = [&file, &db, &log].map(|path| path.to_str().unwrap());
    let named = ["--import-id", "fair", "--error-log", paths[2], "--window", "2"];
    let arguments = [&[paths[0], "--db", paths[1]][..], &named].concat();
    assert_eq!(import(&arguments).0, 0);
    let before = std::fs::read_to_string(&log).unwrap();
    assert!(before.contains("not an address"));
    std::fs::write(&file, FILE.replace("Roof", "Attic")).unwrap();
    assert_eq!(import(&arguments).0, 1);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_imported_whole() {
    use std::io::Write;
    use std::process::Stdio;
    let folder = Folder::new("pipe");
    for (name, extra) in [("plan", &[][..]), ("run", &["--window", "500"])] {
        let db = folder.at(name);
        let mut child = Command::new(example())
            .args(["/dev/stdin", "--json", "--db", db.to_str().unwrap()])
            .args(extra)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        writeln!(pipe, "Email").unwrap();
        (0..3_000).for_each(|n| writeln!(pipe, "p{n}@example.com").unwrap());
        drop(pipe);
        assert!(child.wait().unwrap().success());
        assert_eq!(contacts(&db), 3_000);
    }
}

#[cfg(unix)]
#[test]
fn a_report_that_nobody_reads_is_given_again() {
    let folder = Folder::new("unheard");
    let file = folder.at("file.csv");
    std::fs::write(&file, FILE).unwrap();
    for (name, extra) in
        [("people", &[][..]), ("programs", &["--json"]), ("run", &["--window", "1"])]
    {
        let db = folder.at(name);
        let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap()];
        // Whoever reads has gone before anything is printed.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(example());
        command.args(arguments).args(extra).stdout(writer);
        let output = command.stderr(std::process::Stdio::piped()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(!told.contains("panicked"), "{told}");
        assert!(told.contains("report could not be printed"), "{name}: {told}");
        let (status, json) = import(&arguments);
        assert_eq!((status, &json["report"]["contacts"]["created"]), (0, &1.into()), "{json}");
        assert_eq!(contacts(&db), 1);
    }
}
