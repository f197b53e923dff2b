//! How rows stand in the log: formulas, surplus cells, formats, broken quotes, JSON; and how they are read back.

use crm_import::account::DateOrder;
use crm_import::source::Limits;
use crm_import::{ErrorLog, Import, MemoryStorage, Object, Report, RowNumber, Source};

use super::{codes, crm, log_of, records, run};
use Object::{Contact, Opportunity};

#[test]
fn cells_that_could_start_a_formula_are_harmless_in_the_log_and_come_back_identical() {
    let cells = [
        "=HYPERLINK(\"http://example.com\")",
        "+1 (206) 555-0123",
        "-5",
        "@SUM(A1)",
        "\tindented",
        "\rreturned",
        "'=already",
        "''=twice",
        "'quoted'",
        "plain, with comma",
        "two\nlines",
        "\"",
        "'+1",
        "=",
        "@",
    ];
    let mut file = Vec::new();
    let mut writer = csv::Writer::from_writer(&mut file);
    writer.write_record(["Email", "Notes", "Contact ID"]).unwrap();
    for (row, cell) in cells.iter().enumerate() {
        writer.write_record([&format!("p{row}@example.com"), *cell, "nobody"]).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    let file = String::from_utf8(file).unwrap();
    let mut crm = crm();
    let first = run(&Import::new(), &file, &mut crm);
    assert_eq!(first.stats().contacts.fail, cells.len() as u64);
    let log = log_of(&first);
    for record in records(&log) {
        for cell in record {
            let starts = cell.chars().next();
            assert!(!matches!(starts, Some('=' | '+' | '-' | '@' | '\t' | '\r')), "{cell:?}");
        }
    }
    // A log of the log holds the same cells; so does its plan.
    let second = run(&Import::new(), &log, &mut crm);
    let row_cells = |report: &Report| -> Vec<String> {
        let rows = report.plan().rows();
        rows.map(|row| row.cells().nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(row_cells(&second), cells);
    assert_eq!(log_of(&second), log);
}

#[test]
fn the_log_as_json_has_one_object_per_row() {
    let file = "Email,Contact ID\nana@example.com,c9\n\"b\"\"o\\@example.com\",c8\n";
    let report = run(&Import::new(), file, &mut crm());
    let mut log = ErrorLog::json(Vec::new());
    assert_eq!(log.add(&report).unwrap(), 2);
    let mut text = Vec::new();
    let mut log = ErrorLog::json(&mut text);
    log.add(&report).unwrap();
    log.finish().unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["row"], 1);
    assert_eq!(lines[0]["line"], 2);
    assert_eq!(lines[0]["status"], "failed");
    assert_eq!(lines[0]["record"]["Contact ID"], "c9");
    assert_eq!(lines[1]["record"]["Email"], "b\"o\\@example.com");
    assert_eq!(lines[0]["issues"][0]["code"], "contact-id-unknown");
    assert!(lines[0]["issues"][0]["fix"].as_str().unwrap().contains("correct the id"));
}

#[test]
fn the_surplus_cells_of_a_wide_row_stand_behind_all_others_and_come_back_as_surplus() {
    let file = "Email,Contact ID\nana@example.com,c9,=left,over\nbo@example.com,c8\n";
    let import = Import::new();
    let report = run(&import, file, &mut crm());
    let log = log_of(&report);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(log.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|record| record.unwrap()).collect();
    assert_eq!((rows[0].len(), rows[1].len(), rows[2].len()), (12, 14, 12));
    assert_eq!(&rows[1][0], "ana@example.com");
    assert!(!rows[1][12].starts_with('='), "{log}");
    assert_eq!(&rows[1][13], "over");

    // The same row of the log is too wide in the same way, and a log of the log loses nothing.
    let again = run(&import, &log, &mut crm());
    let second = log_of(&again);
    assert_eq!(second, log);

    let mut lines = Vec::new();
    let mut log = ErrorLog::json(&mut lines);
    log.add(&report).unwrap();
    log.finish().unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains(r#"},"surplus":["=left","over"],"issues""#), "{lines}");
}

/// The first row says which of the two a month is, and which sign stands before decimals; the second,
/// which fails, does not.
#[test]
fn section_9_the_formats_that_were_found_are_in_the_log_and_in_the_mapping() {
    let headers = "Email,Opportunity Name,Pipeline,Value,Expected Close Date,Opportunity ID";
    let file = format!(
        "{headers}\na@x.org,R1,Sales,\"1.234,50\",25/12/2026,\nb@x.org,R2,Nope,\"2.345\",03/04/2026,\n"
    );
    let mut crm = crm();
    crm.account.date_order = Some(DateOrder::Mdy);
    let report = run(&Import::new(), &file, &mut crm);
    let log = log_of(&report);
    assert_eq!(records(&log)[1][13], "Value=1.234,5; Expected Close Date=dmy");

    let mended = log.replace("Nope", "Sales");
    let found = |report: &Report, crm: &MemoryStorage| {
        let id = report.id(Opportunity, RowNumber::from_index(0)).unwrap().to_owned();
        let deal = crm.get(Opportunity, &id).unwrap();
        ["value", "expected_close_date"].map(|field| deal.value(field).unwrap().to_owned())
    };
    let expected = ["2345", "2026-04-03"].map(str::to_owned);
    let again = run(&Import::new(), &mended, &mut crm);
    assert_eq!(found(&again, &crm), expected);
    assert_eq!(codes(&again), ["contact-imported"]);
    assert!(again.plan().unmapped().is_empty(), "{:?}", again.plan().unmapped());

    // The mapping of the first import reads the rows alone as well.
    let rest = format!("{headers}\nb@x.org,R3,Sales,\"2.345\",03/04/2026,\n");
    let import = Import::new().mapping(report.plan().mapping().clone());
    let third = run(&import, &rest, &mut crm);
    assert_eq!(found(&third, &crm), expected);
    assert_eq!(third.issues().count(), 0);
}

#[test]
fn section_9_what_a_file_has_mixed_up_is_not_guessed_from_what_is_left_of_it() {
    let file = "Email,Opportunity Name,Pipeline,Value,Expected Close Date\n\
        a@x.org,A,Nope,1.234,01/02/2026\nb@x.org,B,Nope,\"2,5\",13/02/2026\n\
        c@x.org,C,Sales,3.5,02/13/2026\n";
    let mut crm = crm();
    let log = log_of(&run(&Import::new(), file, &mut crm));
    assert_eq!(records(&log)[1][12], "Value=mixed; Expected Close Date=mixed");

    let again = run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
    assert_eq!(codes(&again), ["number-ambiguous", "date-ambiguous", "contact-imported"]);
}

#[test]
fn headers_that_could_start_a_formula_come_back_too() {
    let mut crm = crm();
    let report = run(&Import::new(), "Contact ID,=cmd|x\nnobody,1\n", &mut crm);
    let log = log_of(&report);
    assert!(log.starts_with("Contact ID,'=cmd|x,"), "{log}");
    let again = run(&Import::new(), &log, &mut crm);
    assert_eq!(again.plan().headers()[1], "=cmd|x");
    assert!(log_of(&again).starts_with("Contact ID,'=cmd|x,"));
}

const UNCLOSED: &str = "\
Email,First Name,Opportunity Name,Pipeline
ana@example.com,\"Ana,Roof,Sales
bo@example.com,Bo,Boat,Sales
";

/// The quote of row 1 is never closed, so that its deal and its pipeline lie in the name.
#[test]
fn l2_a_row_that_a_quote_has_broken_fails_again_until_it_is_mended() {
    for import in [Import::new(), Import::new().threads(2)] {
        let mut crm = crm();
        let log = log_of(&run(&import, UNCLOSED, &mut crm));
        assert_eq!(records(&log)[1][..4], ["ana@example.com", "Ana,Roof,Sales", "", ""]);
        let again = run(&import, &log, &mut crm);
        let told: Vec<_> = again.issues().map(|issue| (issue.row, issue.code.code())).collect();
        assert_eq!(told, [(Some(RowNumber(1)), "quote-unclosed")]);
        assert_eq!(again.issues().next().unwrap().column.as_deref(), Some("First Name"));
        assert_eq!((crm.len(Contact), crm.len(Opportunity)), (1, 1));
        // The log of the log says the same.
        let log_again = log_of(&again);
        assert_eq!(records(&log_again)[1][..7], records(&log)[1][..7]);
        // Its cells stand where they belong.
        let mended = log_again.replace("\"Ana,Roof,Sales\",,,", "Ana,Roof,Sales,");
        let report = run(&import, &mended, &mut crm);
        assert_eq!((report.issues().count(), report.stats().contacts.create), (0, 1));
        assert_eq!((crm.len(Contact), crm.len(Opportunity)), (2, 2));
    }
}

#[test]
fn a_row_whose_quote_had_nothing_to_swallow_is_mended_as_it_is() {
    let file = "Email,Notes,City\nana@example.com,\"call her,\nbo@example.com,,Rome\n\
                cy@example.com,,\"Oslo, Norway\n";
    let mut crm = crm();
    let report = run(&Import::new(), file, &mut crm);
    let log = log_of(&report);
    assert_eq!(report.stats().contacts.fail, 2, "{log}");
    // Somebody says that the comma is hers, and behind the last column there is nothing.
    let own = log.replacen("quote-unclosed", "", 1);
    let again = run(&Import::new(), &own, &mut crm);
    assert_eq!((again.issues().count(), again.stats().contacts.create), (0, 2));
}

/// The log has the beginning of a cell that is too long, and nothing of what is behind it.
#[test]
fn l2_a_row_with_a_cell_that_was_too_long_fails_again_until_it_is_mended() {
    let (long, email) = ("x".repeat(200), "ana@example.com");
    let file = format!("Email,First Name,City\n{email},{long},Rome\nbo@example.com,Bo,Oslo\n");
    let limits = Limits::default().cell_bytes(100);
    let mut crm = crm();
    let source = Source::from_bytes(file.as_bytes()).limits(limits);
    let plan = Import::new().plan(source, &mut crm).unwrap();
    let log = log_of(&Import::new().apply(plan, &mut crm).unwrap());
    let again = run(&Import::new(), &log, &mut crm);
    let told: Vec<_> = again.issues().map(|issue| (issue.row, issue.code.code())).collect();
    assert_eq!(told, [(Some(RowNumber(1)), "cell-too-long")]);
    assert_eq!(again.issues().next().unwrap().column.as_deref(), Some("First Name"));
    assert_eq!(crm.len(Contact), 1);
    // The log of the log says the same.
    let log = log_of(&again);
    assert_eq!(run(&Import::new(), &log, &mut crm).stats().contacts.fail, 1);
    let cut = &records(&log)[1][1];
    for mended in [
        log.replace(&format!("{cut},"), "Ana,Rome"),
        log.replace(&format!("{cut},"), "Ana,"),
        log.replace("cell-too-long", ""),
    ] {
        let report = run(&Import::new(), &mended, &mut crm.clone());
        assert_eq!((report.issues().count(), report.stats().contacts.create), (0, 1), "{mended}");
    }
}
