//! The error log: what failed as it stood, what to do about it, and back in again (behaviour §15).

#![allow(clippy::unwrap_used)]

use crm_import::account::{Pipeline, Repeats, Stage};
use crm_import::mapping::{Blank, ColumnMapping, OnInvalid};
use crm_import::{
    Account, ERROR_LOG_COLUMNS, ErrorLog, Import, Mapping, MemoryStorage, Object, Report, Source,
};

#[path = "error_log/again.rs"]
mod again;
#[path = "error_log/columns.rs"]
mod columns;
#[path = "error_log/form.rs"]
mod form;
#[path = "error_log/linked.rs"]
mod linked;
#[path = "error_log/mended.rs"]
mod mended;

use Object::{Contact, Opportunity};

fn crm() -> MemoryStorage {
    let stage = Stage { id: "s1".into(), name: "New".into() };
    let sales = Pipeline { id: "p1".into(), name: "Sales".into(), stages: vec![stage] };
    MemoryStorage::new(Account {
        default_country: Some("US".into()),
        pipelines: vec![sales],
        ..Account::default()
    })
}

fn run(import: &Import, file: &str, crm: &mut MemoryStorage) -> Report {
    let plan = import.plan(Source::from_bytes(file.as_bytes()), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

fn log_of(report: &Report) -> String {
    let mut log = Vec::new();
    report.write_error_log(&mut log).unwrap();
    String::from_utf8(log).unwrap()
}

/// What is said of a report's rows, each code once.
fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.issues().map(|issue| issue.code.code()).collect();
    codes.dedup();
    codes
}

fn records(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let rows = reader.records().map(|record| record.unwrap());
    rows.map(|record| record.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn fifty_failing_rows_mended_import_cleanly_and_nothing_doubles() {
    let mut file = String::from("First Name,Email,Opportunity Name,Pipeline\n");
    for row in 0..500 {
        let pipeline = if row % 10 == 3 { "Sails" } else { "Sales" };
        file.push_str(&format!("P{row},p{row}@example.com,Deal {row},{pipeline}\n"));
    }
    let mut crm = crm();
    let report = run(&Import::new(), &file, &mut crm);
    assert_eq!(report.stats().opportunities.fail, 50);
    assert_eq!(report.stats().contacts.create, 500);
    let log = log_of(&report);
    let rows = records(&log);
    assert_eq!(rows.len(), 51);
    assert_eq!(rows[0][4..], ERROR_LOG_COLUMNS.map(str::to_owned));
    // The contact is there already, and the log says so.
    assert!(rows[1..].iter().all(|row| row[4] == "partly imported" && !row[9].is_empty()));
    assert!(rows[1..].iter().all(|row| row[5] == "pipeline-unknown" && row[6] == "Pipeline"));

    let mended = log.replace(",Sails,", ",Sales,");
    let again = run(&Import::new(), &mended, &mut crm);
    assert_eq!((again.stats().contacts.rows, again.stats().contacts.skip), (50, 50));
    assert_eq!(again.stats().opportunities.create, 50);
    assert_eq!((codes(&again), again.issues().count()), (vec!["contact-imported"], 50));
    assert_eq!((crm.len(Contact), crm.len(Opportunity)), (500, 500));
    assert_eq!(again.write_error_log(Vec::new()).unwrap(), 0);
}

#[test]
fn what_is_wrong_with_other_cells_of_a_failed_row_is_told_after_what_it_fails_with() {
    let file = "Email,Phone,Date of Birth\nana@example,12,soon\nbo@example.com,12,soon\n";
    let report = run(&Import::new(), file, &mut crm());
    assert_eq!((report.stats().contacts.fail, report.stats().contacts.create), (1, 1));
    let rows = records(&log_of(&report));
    let [_, row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row[4], "contact-empty; email-invalid; phone-invalid; date-invalid");
    assert_eq!(row[5], "Email; Phone; Date of Birth");
    assert!(row[6].contains("\"ana@example\" is not an e-mail address"), "{}", row[6]);
    assert!(row[7].contains("write it as name@example.com"), "{}", row[7]);

    let mut log = ErrorLog::json(Vec::new());
    assert_eq!(log.add(&report).unwrap(), 1);
}

#[test]
fn a_mapping_made_for_the_file_reads_the_ids_of_its_log_too() {
    let mapping = Mapping::default()
        .column("Name", Contact, "first_name")
        .column("Deal", Opportunity, "name")
        .column("Where", Opportunity, "pipeline");
    let import = Import::new().mapping(mapping);
    let mut crm = crm();
    // Contacts without any key: only the id can find them again.
    let report = run(&import, "Name,Deal,Where\nAna,Roof,Sails\nBo,Boat,Sails\n", &mut crm);
    assert_eq!(report.stats().contacts.create, 2);
    let mended = log_of(&report).replace("Sails", "Sales");
    let again = run(&import, &mended, &mut crm);
    assert_eq!((again.stats().contacts.create, again.stats().opportunities.create), (0, 2));
    assert_eq!(crm.len(Contact), 2);
}

#[test]
fn w3_a_blank_of_the_log_does_not_clear_what_another_row_of_the_file_has_given() {
    let file = "Email,First Name,Tags,Additional Phones,Opportunity Name,Pipeline\n\
        a@x.org,Ana,vip,206-555-0101,Roof,Sales\na@x.org,,,,Door,Nope\nb@x.org,,,,Wall,Nope\n";
    let import = Import::new().highlevel();
    let mut crm = crm();
    crm.insert(Contact, [("email", "b@x.org"), ("first_name", "Bo")]);
    let report = run(&import, file, &mut crm);
    let log = log_of(&report).replace("Nope", "Sales");
    // Somebody adds a tag, so that the row counts once more.
    let again = run(&import, &log.replace("a@x.org,,,,", "a@x.org,,new,,"), &mut crm);
    assert_eq!(again.stats().opportunities.create, 2);
    assert_eq!((again.stats().contacts.update, again.stats().contacts.skip), (1, 1));
    assert_eq!(crm.len(Contact), 2);
    let names = crm.iter(Contact).map(|(_, contact)| contact.value("first_name"));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert_eq!(names, [None, Some("Ana")]);
}

/// Ana is met twice, and the later row counts (W5). Of the first one only the deal has failed.
const TWICE: &str = "Email,First Name,City,Opportunity Name,Pipeline\n\
    a@x.org,Ana,Rome,Roof,Nope\na@x.org,Anna,Oslo,Door,Sales\n";

fn ana(crm: &MemoryStorage) -> [Option<&str>; 2] {
    let (_, contact) = crm.iter(Contact).next().unwrap();
    ["first_name", "city"].map(|field| contact.value(field))
}

#[test]
fn section_15_a_contact_that_was_imported_is_not_written_over_later_rows_by_the_log() {
    for import in [Import::new(), Import::new().highlevel(), Import::new().planning_window(1)] {
        let mut crm = crm();
        let log = log_of(&run(&import, TWICE, &mut crm));
        let again = run(&import, &log.replace("Nope", "Sales"), &mut crm);
        assert_eq!(ana(&crm), [Some("Anna"), Some("Oslo")]);
        assert_eq!((again.stats().contacts.skip, again.stats().opportunities.create), (1, 1));
        assert_eq!((again.stats().links, codes(&again)), (1, vec!["contact-imported"]));
        // The log of a log that still fails tells the same.
        let again = run(&import, &log, &mut crm);
        assert_eq!(log_of(&again), log);
    }
}

#[test]
fn section_15_a_cell_of_the_contact_that_is_changed_in_the_log_is_imported() {
    let mut crm = crm();
    let log = log_of(&run(&Import::new(), TWICE, &mut crm));
    let mended = log.replace("Nope", "Sales").replace("Rome", "Bern");
    let again = run(&Import::new(), &mended, &mut crm);
    assert_eq!((ana(&crm)[1], again.stats().contacts.update), (Some("Bern"), 1));
    // A log of before has no checks.
    let log = log.replace(",Import contact check", "").replace("Nope", "Sales");
    let without = log.lines().enumerate().map(|(at, line)| match (at, line.rsplit_once(',')) {
        (1.., Some((line, _check))) => format!("{line}\n"),
        _ => format!("{line}\n"),
    });
    let again = run(&Import::new(), &without.collect::<String>(), &mut crm);
    assert_eq!((ana(&crm)[1], again.stats().contacts.update), (Some("Rome"), 1));
}

/// Both rows failed with their deals; the first one's contact was imported, and the second is its repeat.
#[test]
fn m10_a_repeat_that_was_left_out_is_left_out_of_the_log_too() {
    for repeats in [Repeats::KeepFirst, Repeats::Reject] {
        let mut crm = crm();
        crm.account.dedup.repeats = repeats;
        let file = "Email,City,Opportunity Name,Pipeline\n\
                    a@x.org,Rome,Roof,Nope\na@x.org,Paris,Wall,Nope\n";
        let log = log_of(&run(&Import::new(), file, &mut crm));
        run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
        assert_eq!(ana(&crm)[1], Some("Rome"), "{repeats:?}");
        assert_eq!(crm.len(Opportunity), 2);
    }
}

/// Only the repeat failed with its deal, so the row that it repeats is not in the log.
#[test]
fn m10_a_repeat_that_was_left_out_stays_so_where_the_log_has_no_other_row_of_the_contact() {
    let mut crm = crm();
    crm.account.dedup.repeats = Repeats::KeepFirst;
    let file = "Email,City,Opportunity Name,Pipeline\n\
                a@x.org,Rome,Roof,Sales\na@x.org,Paris,Wall,Nope\n";
    let log = log_of(&run(&Import::new(), file, &mut crm));
    let again = run(&Import::new(), &log, &mut crm);
    assert_eq!((ana(&crm)[1], log_of(&again)), (Some("Rome"), log.clone()));
    let again = run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
    assert_eq!((ana(&crm)[1], crm.len(Opportunity)), (Some("Rome"), 2));
    assert_eq!((again.stats().links, codes(&again)), (1, vec!["repeat-skipped"]));
    // Who changes a cell of it wants it imported.
    let mended = log.replace("Nope", "Sales").replace("Paris", "Bern");
    run(&Import::new(), &mended, &mut crm);
    assert_eq!(ana(&crm)[1], Some("Bern"));
}

/// Somebody mends the deal of a contact without a key, and breaks the contact on the way.
#[test]
fn section_15_the_log_of_a_log_still_knows_whom_the_first_import_has_created() {
    let mut crm = crm();
    let file = "First Name,Phone,Opportunity Name,Pipeline\nAna,,Roof,Nope\n";
    let mapping = Mapping::default()
        .column_with("Phone", Contact, "phone", |column| {
            column.on_invalid = Some(OnInvalid::FailRow);
        })
        .column("First Name", Contact, "first_name")
        .column("Opportunity Name", Opportunity, "name")
        .column("Pipeline", Opportunity, "pipeline");
    let import = Import::new().mapping(mapping);
    let log = log_of(&run(&import, file, &mut crm));
    let log = log_of(&run(&import, &log.replace("Ana,,", "Ana,12,"), &mut crm));
    let mended = log.replace("Ana,12,", "Ana,206-555-0101,").replace("Nope", "Sales");
    run(&import, &mended, &mut crm);
    assert_eq!((crm.len(Contact), crm.len(Opportunity)), (1, 1));
}

/// The remedy of a warning is done in the CRM, and the cells are as they were. A later row that says nothing else of the
/// contact makes no difference.
#[test]
fn section_15_a_contact_that_lost_a_value_is_imported_again_with_its_deal() {
    for later in ["", "a@x.org,,Loft,Sales\n"] {
        let mut crm = crm();
        let file = "Email,Contact Type,Opportunity Name,Pipeline\na@x.org,Partner,Roof,Nope\n";
        crm.account.options.insert("contact_type".into(), vec!["Lead".into()]);
        let log = log_of(&run(&Import::new(), &format!("{file}{later}"), &mut crm));
        crm.account.options.insert("contact_type".into(), vec!["Lead".into(), "Partner".into()]);
        run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
        assert_eq!(crm.get(Contact, "c1").unwrap().value("contact_type"), Some("Partner"));
    }
}

#[test]
fn section_15_a_contact_that_lost_a_value_is_not_written_over_later_rows_by_the_log() {
    let mut crm = crm();
    let file =
        TWICE.replace("City", "City,Phone").replace("Rome", "Rome,12").replace("Oslo", "Oslo,");
    let log = log_of(&run(&Import::new(), &file, &mut crm));
    assert!(log.contains("phone-invalid"), "{log}");
    let again = run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
    assert_eq!(ana(&crm), [Some("Anna"), Some("Oslo")]);
    assert_eq!(codes(&again), ["phone-invalid", "contact-imported"]);
    // Mended, the row is imported like any other.
    run(&Import::new(), &log.replace("Nope", "Sales").replace(",12,", ",206-555-0101,"), &mut crm);
    assert_eq!(ana(&crm), [Some("Ana"), Some("Rome")]);
}

/// What is left: the log does not tell what other rows have given a contact whose own row has failed.
#[test]
fn w3_where_blanks_clear_a_row_whose_contact_failed_clears_as_in_a_file_of_its_own() {
    let file = "Email,First Name,Phone\na@x.org,Ana,206-555-0101\na@x.org,,nobody's\n";
    let column = |header: &str, field: &str| ColumnMapping {
        header: Some(header.into()),
        object: Some(Contact),
        field: Some(field.into()),
        blank: Some(Blank::Clear),
        on_invalid: (field == "phone").then_some(OnInvalid::FailRow),
        ..ColumnMapping::default()
    };
    let columns = [("Email", "email"), ("First Name", "first_name"), ("Phone", "phone")];
    let columns = columns.map(|(header, field)| column(header, field));
    let import = Import::new().mapping(Mapping { columns: columns.into(), ..Mapping::default() });
    let (mut mended, mut by_log) = (crm(), crm());
    let log = log_of(&run(&import, file, &mut by_log));
    run(&import, &file.replace("nobody's", "206-555-0102"), &mut mended);
    run(&import, &log.replace("nobody's", "206-555-0102"), &mut by_log);
    assert_eq!((ana(&mended)[0], ana(&by_log)[0]), (Some("Ana"), None));
}

#[test]
fn p6_an_opportunity_whose_contact_failed_says_why_in_words() {
    let file = "Contact ID,Opportunity Name,Pipeline\nc9,Roof,Sales\n";
    let log = log_of(&run(&Import::new(), file, &mut crm()));
    let row = &records(&log)[1];
    assert_eq!(row[4], "contact-id-unknown; contact-failed");
    assert_eq!(
        row[6],
        "no contact has the id \"c9\"; the contact on this row failed, so its opportunity was not created: \
         no contact has the id \"c9\"; correct the id, or leave it blank, so that the contact is found by the \
         other cells of the row; leave the column out if its ids are another product's"
    );
    assert!(row[7].ends_with("correct the contact, and import the row again"));
}

#[test]
fn section_15_a_number_that_is_written_as_the_log_says_is_understood() {
    let file = "Email,Name,Pipeline,Value\na@example.com,Roof,Sales,\"1.234,50\"\n\
        b@example.com,Door,Sales,2.000\nc@example.com,Wall,Sales,12.ab\n";
    let column = |header: &str, field: &str| ColumnMapping {
        header: Some(header.into()),
        object: Some(if field == "email" { Contact } else { Opportunity }),
        field: Some(field.into()),
        on_invalid: (field == "value").then_some(OnInvalid::FailRow),
        ..ColumnMapping::default()
    };
    let columns =
        [("Email", "email"), ("Name", "name"), ("Pipeline", "pipeline"), ("Value", "value")]
            .map(|(header, field)| column(header, field));
    let import = Import::new().mapping(Mapping { columns: columns.into(), ..Mapping::default() });
    let mut crm = crm();
    let log = log_of(&run(&import, file, &mut crm));
    assert_eq!(records(&log)[1][8], "write it in digits, such as 1234,50");

    let again = run(&import, &log.replace(",12.ab,", ",\"1234,50\","), &mut crm);
    assert_eq!(codes(&again), ["contact-imported"]);
    let values = crm.iter(Opportunity).map(|(_, deal)| deal.value("value").unwrap());
    assert_eq!(values.collect::<Vec<_>>(), ["1234.5", "2000", "1234.5"]);
}
