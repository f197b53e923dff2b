//! The example program as a black box: what it says of values that the CRM does not know, or does not take.

use super::program::{Folder, import, keys};

#[test]
fn section_9_what_the_crm_does_not_know_is_in_the_json_once_whatever_the_window() {
    let folder = Folder::new("unknown");
    let (file, db) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    let rows = "a@x.org,Roof,Fresh\nb@x.org,Loft,New\nc@x.org,Shed,fresh\nd@x.org,Barn,Late\n";
    std::fs::write(&file, format!("Email,Opportunity Name,Stage\n{rows}")).unwrap();
    let arguments = [file.to_str().unwrap(), "--db", db.to_str().unwrap()];
    for extra in [&["--window", "2"][..], &[]] {
        let (status, json) = import(&[&arguments[..], extra].concat());
        assert_eq!(status, 0, "{json}");
        let unknown = json["plan"]["unknown_values"].as_array().unwrap();
        let told = unknown.iter().map(|it| (it["value"].as_str().unwrap(), it["rows"].as_u64()));
        assert_eq!(told.collect::<Vec<_>>(), [("Fresh", Some(2)), ("Late", Some(1))]);
        let expected =
            ["column", "field", "is_ambiguous", "nearest", "object", "pipeline", "rows", "value"];
        assert_eq!(keys(&unknown[0]), expected);
        assert_eq!(
            (&unknown[0]["field"], &unknown[0]["pipeline"]),
            (&"stage".into(), &"Sales".into())
        );
        std::fs::remove_file(&db).unwrap();
    }
}

#[test]
fn section_15_what_the_database_does_not_take_is_told_in_the_words_of_its_rule() {
    let folder = Folder::new("refused");
    let (file, path) = (folder.at("file.csv"), folder.at("crm.sqlite"));
    let arguments = [file.to_str().unwrap(), "--db", path.to_str().unwrap()];
    std::fs::write(&file, "First Name,Email\nAna,ana@example.com\n").unwrap();
    assert_eq!(import(&arguments).0, 0);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TRIGGER refused BEFORE INSERT ON contacts WHEN new.first_name = 'Mallory'
         BEGIN SELECT RAISE(ABORT, 'nobody of that name'); END;",
    )
    .unwrap();
    std::fs::write(&file, "First Name,Email\nMallory,m@example.com\nBo,bo@example.com\n").unwrap();
    let (status, json) = import(&arguments);
    assert_eq!((status, &json["report"]["contacts"]["created"]), (0, &1.into()), "{json}");
    assert_eq!(json["issues"][0]["code"], "write-rejected", "{json}");
    let message = json["issues"][0]["message"].as_str().unwrap();
    assert_eq!(message, "the CRM did not take the contact: nobody of that name");
}
