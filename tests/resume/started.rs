//! The example program as a black box: what it says before an import that would stop, and with which one it goes on
//! when it is started again.

use std::path::Path;
use std::process::Command;

use super::program::{Folder, contacts, example, import};

#[test]
fn x7_a_dry_run_says_that_the_import_would_stop_for_its_errors() {
    let folder = Folder::new("foretold");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, "Email,Contact ID\nana@example.com,\nbo@example.com,nobody\n").unwrap();
    let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap(), "--dry-run"];
    let told = |extra: &[&str]| {
        let output = Command::new(example()).args(arguments).args(extra).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let early = told(&["--max-errors", "0"]);
    assert!(early.contains("failed contacts: 1, failed opportunities: 0"), "{early}");
    assert!(early.contains("with --max-errors 0, the import would stop before it"), "{early}");
    assert!(told(&["--max-errors", "0", "--json"]).contains("would stop before it writes"));
    assert!(told(&["--max-errors", "0", "--window", "1"]).contains("would stop as soon as"));
    assert!(!told(&["--max-errors", "1"]).contains("would stop"));
    assert!(!db.exists());
}

/// Begins the import of a file whose second row fails, so that the third is never reached.
fn begin(file: &Path, db: &Path, rows: &str, extra: &[&str]) {
    std::fs::write(file, format!("First Name,Email\n{rows}")).unwrap();
    let begin = [file.to_str().unwrap(), "--db", db.to_str().unwrap(), "--window", "1"];
    let (status, json) = import(&[&begin[..], &["--max-errors", "0"], extra].concat());
    assert_eq!((status, &json["error"]["kind"]), (1, &"max-errors".into()), "{json}");
}

#[test]
fn x6_of_several_unfinished_imports_the_one_of_the_file_and_its_settings_goes_on() {
    let folder = Folder::new("several");
    let (file, other, db) =
        (folder.at("file.csv"), folder.at("other.csv"), folder.at("crm.sqlite"));
    begin(&file, &db, "Ana,\n,nobody\nBo,\n", &[]);
    begin(&file, &db, "Ana,\n,nobody\nBo,\n", &["--contacts", "create"]);
    begin(&other, &db, "Cy,\n,nowhere\nDi,\n", &[]);
    assert_eq!(contacts(&db), 3);
    let resume = |file: &Path, extra: &[&str]| {
        let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap(), "--resume"];
        let (status, json) = import(&[&arguments[..], extra].concat());
        let told = json["error"]["message"].as_str().unwrap_or("").to_owned();
        (status, contacts(&db), told)
    };
    // Each goes on with its last row, whichever was begun last.
    assert_eq!(resume(&file, &[]), (0, 4, String::new()));
    assert_eq!(resume(&file, &["--contacts", "create"]), (0, 5, String::new()));
    // Only that of the other file is left.
    let (status, count, told) = resume(&file, &[]);
    assert_eq!((status, count), (1, 5), "{told}");
    assert!(told.contains("another file"), "{told}");
    assert_eq!(resume(&other, &[]), (0, 6, String::new()));
    let (status, count, told) = resume(&other, &[]);
    assert_eq!((status, count), (1, 6), "{told}");
    assert!(told.contains("no unfinished import"), "{told}");
}

/// The disk is full by then, say.
#[test]
fn x6_a_report_that_the_database_could_not_note_is_one_object_all_the_same_and_given_again() {
    let folder = Folder::new("unnoted");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    std::fs::write(&file, "Email\nana@example.com\n").unwrap();
    let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap(), "--import-id", "fair"];
    begin(&folder.at("other.csv"), &db, "Bo,bo@example.com\n,nobody\n", &[]);
    let sql = |text: &str| rusqlite::Connection::open(&db).unwrap().execute_batch(text).unwrap();
    sql("CREATE TRIGGER breaks AFTER UPDATE ON import_checkpoints \
         WHEN NEW.checkpoint LIKE '%\"is_seen\":true%' BEGIN SELECT abs(-9223372036854775807 - 1); END");
    let output = Command::new(example()).args(arguments).arg("--json").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the next start gives its report again"), "{told}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["report"]["contacts"]["created"], 1, "{json}");
    sql("DROP TRIGGER breaks");
    let (status, again) = import(&arguments);
    assert_eq!((status, &again["report"]), (0, &json["report"]));
    assert_eq!(contacts(&db), 2);
}
