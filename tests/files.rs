//! The file (behaviour §12): how people really export, and what no one should.

#![allow(clippy::unwrap_used)] // outside of test functions too

#[path = "files/encodings.rs"]
mod encodings;
#[path = "files/quoting.rs"]
mod quoting;

use std::io::Read;

use crm_import::source::{Block, FileFormat, Limits, Ragged, Rows, SourceError};
use crm_import::{Issue, IssueCode, Severity, Source};
use proptest::prelude::*;

/// Everything that reading a file tells.
#[derive(Debug, PartialEq)]
struct Told {
    headers: Vec<String>,
    /// The cells of each row, its line, and whether it fails.
    rows: Vec<(Vec<String>, u64, bool)>,
    issues: Vec<Issue>,
    bytes: u64,
}

fn tell(rows: Result<Rows<'_>, SourceError>, block_rows: usize) -> Result<Told, String> {
    let mut rows = rows.map_err(|error| error.to_string())?;
    let mut told = Told {
        headers: rows.headers().to_vec(),
        rows: Vec::new(),
        issues: rows.findings().to_vec(),
        bytes: 0,
    };
    let mut block = Block::new();
    while let Some(issues) = rows.next_block(&mut block, block_rows).map_err(|e| e.to_string())? {
        assert!(block.is_empty() || block.first_row().index() == told.rows.len());
        told.issues.extend(issues);
        told.rows.extend((0..block.len()).map(|row| {
            let record = block.record(row).map(str::to_owned).collect();
            (record, block.line(row), block.is_failed(row))
        }));
    }
    told.bytes = rows.bytes_read();
    Ok(told)
}

fn read(file: impl AsRef<[u8]>) -> Told {
    tell(Source::from_bytes(file.as_ref()).open(), 100).unwrap()
}

fn records(told: &Told) -> Vec<Vec<&str>> {
    told.rows.iter().map(|row| row.0.iter().map(String::as_str).collect()).collect()
}

fn codes(told: &Told) -> Vec<(Option<u32>, IssueCode)> {
    told.issues.iter().map(|issue| (issue.row.map(|row| row.0), issue.code)).collect()
}

/// Gives its bytes in pieces of these lengths, over and over.
struct Pieces<'a> {
    bytes: &'a [u8],
    lengths: Vec<usize>,
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let length = self.lengths[self.turn % self.lengths.len()];
        self.turn += 1;
        let length = length.min(out.len()).min(self.bytes.len());
        let (piece, rest) = self.bytes.split_at(length);
        out[..length].copy_from_slice(piece);
        self.bytes = rest;
        Ok(length)
    }
}

/// Bytes that break things more often than chance would have it.
fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[a-z0-9@. ]{0,6}".prop_map(String::into_bytes),
        8 => Just(b",".to_vec()),
        2 => Just(b";".to_vec()),
        4 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        4 => Just(b"\"".to_vec()),
        2 => Just(b"\"\"".to_vec()),
        1 => Just("é".as_bytes().to_vec()),
        1 => Just(b"\xef\xbb\xbf".to_vec()),
        1 => Just(b"\xff".to_vec()),
        1 => Just(b"\xc3".to_vec()),
        1 => Just(vec![0]),
        2 => Just(vec![0x1a]),
        1 => Just(b"sep=;\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Where a buffer ends, whether the file lies in memory, how large a block is: none of it shows.
    #[test]
    fn a_file_is_read_the_same_however_it_comes_in_pieces(
        file in any_file(),
        lengths in prop::collection::vec(1_usize..9, 1..4),
        cell_bytes in prop_oneof![Just(1 << 20), Just(12)],
        columns in prop_oneof![Just(4_096), Just(5)],
    ) {
        let limits = Limits::default().cell_bytes(cell_bytes).columns(columns);
        let whole = tell(Source::from_bytes(&file[..]).limits(limits).open(), 100);
        let pieces = Pieces { bytes: &file, lengths, turn: 0 };
        let piecewise = tell(Source::from_reader(pieces).limits(limits).open(), 3);
        prop_assert_eq!(whole, piecewise);
    }

    /// The records of a well-formed file come out as they were written, by the csv crate's writer.
    #[test]
    fn what_a_csv_writer_writes_is_read_back(
        header in prop::collection::vec("[a-z]{1,5}", 2..6),
        cells in prop::collection::vec("[a-z,;\"\n\r \u{e9}]{0,6}", 0..60),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t'), Just(b'|')],
    ) {
        let rows: Vec<&[String]> = cells.chunks_exact(header.len()).collect();
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        rows.iter().for_each(|row| writer.write_record(*row).unwrap());
        let file = writer.into_inner().unwrap();
        let format = FileFormat { delimiter: Some(delimiter.into()), header_line: Some(1), ..FileFormat::default() };
        let told = tell(Source::from_bytes(file).format(format).open(), 7).unwrap();
        let read: Vec<&[String]> = told.rows.iter().map(|row| &row.0[..]).collect();
        prop_assert_eq!(read, rows);
        prop_assert!(told.rows.iter().all(|row| !row.2));
    }
}

#[test]
fn delimiters_are_detected_and_a_tie_is_reported() {
    for (file, delimiter) in [
        ("a,b,c\n1,2,3\n", ','),
        ("a;b\n1,5;2,5\n3,5;4\n", ';'),
        ("a\tb\n1, 2\t3\n", '\t'),
        ("a|b\n1|2\n", '|'),
        ("sep=;\nName,x;Phone\nLee, Ana;5,5\n", ';'),
        ("\"sep=|\"\r\na|b\r\n1|2\r\n", '|'),
        ("Name;Phone\nLee, Ana;1\nLee, Bo;2\nLee, Cy;3\nLee, Di;4\nEve\n", ';'),
        // The rows leave out what is empty at their end, and a note is a list of several lines.
        ("Name,Email,Notes,City,Phone\nAna,a@x.com,\"a; b\nc; d\"\n", ','),
        ("Name;Email;Notes;City;Phone\nAna;a@x.com;\"a, b\nc, d\"\n", ';'),
        ("Our leads\nFoo;Bar\n1;2\n", ';'),
        ("Name, Email and more\nFoo;Bar\n1;2\n3;4\n", ';'),
    ] {
        let rows = Source::from_bytes(file.as_bytes()).open().unwrap();
        assert_eq!(rows.dialect().delimiter, delimiter, "{file:?}");
        assert_eq!(rows.dialect().tie, None, "{file:?}");
    }
    let rows = Source::from_bytes(&b"a,b;c\n1,2;3\n"[..]).open().unwrap();
    assert_eq!(rows.dialect().tie, Some(';'));
    assert_eq!(rows.findings()[0].code, IssueCode::DelimiterUnsure);
    let rows = Source::from_bytes(&b"a,b\n1,2\n1\n1,2\n1,2\n"[..]).open().unwrap();
    assert_eq!(rows.dialect().confidence, 80);
}

#[test]
fn a_declared_delimiter_is_not_guessed_and_a_quote_cannot_be_one() {
    let declare = |delimiter| FileFormat { delimiter: Some(delimiter), ..FileFormat::default() };
    let open = |format| Source::from_bytes(&b"a,b;c\n1,2;3\n"[..]).format(format).open();
    assert_eq!(open(declare(';')).unwrap().headers(), ["a,b", "c"]);
    let error = open(declare('"')).unwrap_err();
    assert!(matches!(error, SourceError::Delimiter { delimiter: '"' }));
}

#[test]
fn the_header_is_found_below_blank_lines_and_a_notice() {
    let told = read("\n\nReport of the spring fair\n\nName,Email,City\nAna,a@x.com,Rome\n");
    assert_eq!(told.headers, ["Name", "Email", "City"]);
    assert_eq!(told.rows[0].1, 6);
    let told = read("\"Contacts,\nas of today\",,\r\nName,Email,City\r\nAna,a@x.com,Rome\r\n");
    assert_eq!(told.headers, ["Name", "Email", "City"]);
    assert_eq!(told.rows[0].1, 4);
}

#[test]
fn the_header_of_a_small_table_is_told_from_a_notice_by_the_names_of_its_columns() {
    for notice in
        ["Newsletter list", "Company", "Newsletter list\n\nas of today", "Exported on Jan 3, 2024"]
    {
        let told = read(format!("{notice}\nName,Email,City\nAna,a@x.com,Rome\n"));
        assert_eq!(told.headers, ["Name", "Email", "City"], "{notice}");
        assert_eq!(records(&told), [["Ana", "a@x.com", "Rome"]], "{notice}");
    }
    let told = read("Leads of March\nE-Mail;Vorname\na@x.com;Ana\n");
    assert_eq!(
        (told.headers.as_slice(), told.rows.len()),
        (&["E-Mail".into(), "Vorname".into()][..], 1)
    );
    // A row never becomes the header of a table that names its columns, or one that is as wide.
    let told = read("Name,Kanal\nAna,Email\nPhone,Email\n");
    assert_eq!((told.headers[0].as_str(), told.rows.len()), ("Name", 2));
    let told = read("x,y\nEmail,Phone\n1,2\n");
    assert_eq!((told.headers[0].as_str(), told.rows.len()), ("x", 2));
}

#[test]
fn a_notice_whose_commas_make_it_wider_than_the_table_is_none_the_less_a_notice() {
    let notice = "Confidential, please handle with care, and delete after use, thank you, IT";
    let told = read(format!("{notice}\nFirst Name,Last Name,Email\nAna,Lee,a@x.com\n"));
    assert_eq!(told.headers, ["First Name", "Last Name", "Email"]);
    assert_eq!(records(&told), [["Ana", "Lee", "a@x.com"]]);
    // Columns that nobody knows are columns none the less.
    let told = read("Foo,Bar,Baz,Qux\nHow,Email,Phone,x\nb,Name,d,e\n");
    assert_eq!(told.headers, ["Foo", "Bar", "Baz", "Qux"]);
}

#[test]
fn a_title_of_several_cells_above_a_wider_header_is_a_title() {
    let told = read(
        "Organizer;Fair Ltd\nBestellnr.;Jméno;Příjmení;Kategorie\n17;Jana;Nová;Basic\n18;Petr;Malý;Basic\n",
    );
    assert_eq!(told.headers, ["Bestellnr.", "Jméno", "Příjmení", "Kategorie"]);
    assert_eq!(told.rows.len(), 2);
    // A header that misses its last columns stays the header, whether its names are known or not.
    let told = read("Emri;Mbiemri\nAna;Lee;Berlin;x\nBo;Ray;Email;Phone 2\nNew;Lou;Rome;3\n");
    assert_eq!((told.headers[0].as_str(), told.rows.len()), ("Emri", 3));
    let told = read("Vorname;Ort\nAna;Lee;Email\nBo;Name;Phone\n");
    assert_eq!((told.headers[0].as_str(), told.rows.len()), ("Vorname", 2));
}

#[test]
fn a_column_that_stands_alone_keeps_the_commas_in_its_cells() {
    let told = read("Name\n\"Doe, Jane\"\nRoe, Rick\nPoe; Ann, Lea\n");
    assert_eq!(told.headers, ["Name"]);
    assert_eq!(records(&told), [["Doe, Jane"], ["Roe, Rick"], ["Poe; Ann, Lea"]]);
    // A header of two is one of two, however short the rows are.
    let told = read("Email,Name\na@x.com\nb@x.com\nc@x.com\n");
    assert_eq!(told.headers, ["Email", "Name"]);
    assert_eq!(told.rows.len(), 3);
    let told = read("Email\na@x.com;b@x.com\nc@x.com;d@x.com\n");
    assert_eq!(records(&told), [["a@x.com;b@x.com"], ["c@x.com;d@x.com"]]);
}

#[test]
fn a_declared_header_line_is_taken_and_one_beyond_the_end_is_an_error() {
    let declare = |line| FileFormat { header_line: Some(line), ..FileFormat::default() };
    let open = |line| Source::from_bytes(&b"x,y\na,b\n1,2\n"[..]).format(declare(line)).open();
    let told = tell(open(2), 10).unwrap();
    assert_eq!((told.headers, told.rows[0].1), (vec!["a".to_owned(), "b".into()], 3));
    assert!(matches!(open(4), Err(SourceError::HeaderLine { line: 4 })));
}

#[test]
fn physical_lines_are_right_with_quoted_line_breaks_and_any_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["a,b", "\"1", "1\",2", "", "", "3,4", "\"5", "", "5\",6", "7,8"].join(end);
        let told = read(&file);
        let lines: Vec<u64> = told.rows.iter().map(|row| row.1).collect();
        assert_eq!(lines, [2, 6, 7, 10], "{end:?}");
    }
}

#[test]
fn ragged_rows_are_padded_or_fail_and_are_reported_either_way() {
    let file = "a,b\n1\n1,2\n1,2,3\n1,2,,\n,\n,,,\n";
    let told = read(file);
    let severities: Vec<Severity> = told.issues.iter().map(|issue| issue.severity).collect();
    assert_eq!(
        codes(&told),
        [(1, IssueCode::RowShort), (3, IssueCode::RowLong), (4, IssueCode::RowLong)]
            .map(|(row, code)| (Some(row), code))
    );
    // Delimiters at the end of a row lose nothing.
    assert_eq!(severities, [Severity::Warning, Severity::Warning, Severity::Info]);
    assert!(told.rows.iter().all(|row| !row.2));

    let format = FileFormat { ragged: Ragged::Fail, ..FileFormat::default() };
    let told = tell(Source::from_bytes(file.as_bytes()).format(format).open(), 9).unwrap();
    let failed: Vec<bool> = told.rows.iter().map(|row| row.2).collect();
    assert_eq!(failed, [true, false, true, true, false, false]);
    assert!(codes(&told).iter().all(|(_, code)| *code == IssueCode::RowRagged));
}

#[test]
fn duplicate_and_empty_headers_are_reported_with_their_position() {
    let told = read("Email,,Email,\n1,2,3,4\n");
    let found: Vec<(IssueCode, &str)> =
        told.issues.iter().map(|i| (i.code, i.detail.as_deref().unwrap())).collect();
    assert_eq!(
        found,
        [
            (IssueCode::HeaderEmpty, "column 2"),
            (IssueCode::HeaderDuplicate, "column 3"),
            (IssueCode::HeaderEmpty, "column 4"),
        ]
    );
}

#[test]
fn a1_repeated_headers_take_the_name_of_the_group_above_them() {
    let told = read("Contact,,Deal,\nName,Email,Name,Value\nAna,ana@example.com,Roof,100\n");
    assert_eq!(told.headers, ["Contact Name", "Email", "Deal Name", "Value"]);
    assert_eq!((records(&told).len(), codes(&told)), (1, vec![]));
    let told = read(";Home;;Work;\nName;Street;City;Street;City\nAna;A 1;Rom;B 2;Bonn\n");
    assert_eq!(told.headers, ["Name", "Home Street", "Home City", "Work Street", "Work City"]);
    // A title is no group, nor is a notice; and headers that differ need none.
    for above in ["Our deals,,,", "As of,2026-01-31,,", "Name,Email,Name,Value", ""] {
        let told = read(format!("{above}\nName,Email,Name,Value\nAna,ana@example.com,Roof,100\n"));
        assert_eq!(told.headers, ["Name", "Email", "Name", "Value"], "{above}");
    }
    let told = read("Contact,,Deal,\nName,Email,Title,Value\nAna,ana@example.com,Roof,100\n");
    assert_eq!(told.headers, ["Name", "Email", "Title", "Value"]);
}

#[test]
fn l2_a_first_line_that_looks_like_a_row_is_named() {
    let told = read("Ana,ana@x.com\nBo,bo@x.com\n");
    assert_eq!(codes(&told), [(None, IssueCode::HeaderIsData)]);
    let issue = &told.issues[0];
    assert_eq!((issue.line, issue.column.as_deref()), (Some(1), Some("ana@x.com")));
    assert_eq!(records(&told), [["Bo", "bo@x.com"]]);
    assert!(codes(&read("Name,Email (ours is info@x.com)\nBo,bo@x.com\n")).is_empty());
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let told = read("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    assert_eq!(records(&told), [vec!["1", "2"], vec!["3", "4"], vec!["5", "6"], vec!["7", "8"]]);
    assert_eq!(codes(&told), [(Some(2), IssueCode::QuoteUnclosed)]);
    assert_eq!(told.issues[0].column.as_deref(), Some("b"));
    assert!(told.rows[1].2);
    assert_eq!(told.rows[3].1, 5);
    // Cut in the middle of the last cell.
    let told = read("a,b\n1,2\n3,\"4");
    assert_eq!(codes(&told), [(Some(2), IssueCode::QuoteUnclosed)]);
}

#[test]
fn a_quote_that_swallows_rows_up_to_the_next_quoted_cell_costs_one_row() {
    let told = read("a,b\n1,\"2\n3,4\n5,\"6\"\n7,8\n");
    assert_eq!(records(&told), [vec!["1", "2"], vec!["3", "4"], vec!["5", "6"], vec!["7", "8"]]);
    assert_eq!(codes(&told), [(Some(1), IssueCode::QuoteUnclosed)]);
    // A note with a quote that is not doubled is left whole.
    let told = read("a,b,c\n1,2,\"she said\nsee \"the plan\" there\"\n7,8,9\n");
    assert_eq!(told.rows.len(), 2);
}

#[test]
fn limits_on_rows_and_bytes_end_the_reading_with_an_issue() {
    let file = "a,b\n1,2\n3,4\n5,6\n";
    let with = |limits| tell(Source::from_bytes(file.as_bytes()).limits(limits).open(), 2).unwrap();
    let told = with(Limits::default().rows(2));
    assert_eq!((told.rows.len(), codes(&told)), (2, vec![(None, IssueCode::RowLimit)]));
    assert_eq!(told.issues[0].detail.as_deref(), Some("from row 3 on"));
    let told = with(Limits::default().bytes(8));
    assert_eq!((told.rows.len(), codes(&told)), (1, vec![(None, IssueCode::ByteLimit)]));
    let told = with(Limits::default().rows(0));
    assert_eq!((told.rows.len(), codes(&told)), (0, vec![(None, IssueCode::RowLimit)]));
    // As many as the limit allows is not more than it allows.
    assert_eq!(with(Limits::default().rows(3)).issues, []);
    assert_eq!(with(Limits::default().bytes(16)).issues, []);
}

#[test]
fn limits_on_cells_and_columns_cost_the_row_and_not_the_next() {
    let limits = Limits::default().cell_bytes(10).columns(4);
    let with = |file: &'static str| {
        tell(Source::from_bytes(file.as_bytes()).limits(limits).open(), 100).unwrap()
    };
    let told = with("a,b\n1,01234567890\n3,4\n\"one long cell\nof text\",9\n5,6\n1,2,3,4,5\n7,8");
    assert_eq!(
        codes(&told),
        [(1, IssueCode::CellTooLong), (3, IssueCode::CellTooLong), (5, IssueCode::RowTooWide)]
            .map(|(row, code)| (Some(row), code))
    );
    assert_eq!(told.issues[0].column.as_deref(), Some("b"));
    let failed: Vec<bool> = told.rows.iter().map(|row| row.2).collect();
    assert_eq!(failed, [true, false, true, false, true, false]);
    assert_eq!(told.rows[5], (vec!["7".into(), "8".into()], 8, false));
}

#[test]
fn a_header_beyond_the_limits_is_an_error() {
    let wide = "h,".repeat(5_000) + "h\n1\n";
    let error = Source::from_bytes(wide.as_bytes()).open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the header has more columns than the limit of 4096 (Limits::columns)"
    );
    assert!(
        Source::from_bytes(wide.as_bytes()).limits(Limits::default().columns(6_000)).open().is_ok()
    );
    let long = "h".repeat(3 << 20);
    let error = Source::from_bytes(long.as_bytes()).open().unwrap_err();
    assert!(matches!(error, SourceError::HeaderTooLong { .. }), "{error}");
}

#[test]
fn a_file_without_a_header_is_refused_and_one_without_rows_is_not() {
    for file in ["", "\n\r\n\n", "\u{feff}"] {
        let error = Source::from_bytes(file.as_bytes()).open().unwrap_err();
        assert_eq!(error.to_string(), "the file is empty: it has no header", "{file:?}");
    }
    let told = read("a,b");
    assert_eq!((told.headers.len(), told.rows.len()), (2, 0));
    let told = read("a\r\n");
    assert_eq!((told.headers.len(), told.rows.len()), (1, 0));
}

#[test]
fn a_file_of_another_kind_is_refused_by_its_name() {
    for (bytes, kind) in [
        (&b"PK\x03\x04\x14\0\x06\0"[..], "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old spreadsheet"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Ruiz\r\nEND:VCARD\r\n", "vCard"),
        (b"\n<!DOCTYPE HTML>\n<html><body><table><tr><td>Email", "web page"),
        (b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", "web page"),
        (b"<TABLE>\n<tr><td>Email</td></tr>\n</TABLE>", "web page"),
        (b"<?xml version=\"1.0\"?>\n<Workbook>", "XML"),
        (b"[\n  {\"email\": \"ana@example.com\"}\n]", "JSON"),
        (b"{ \"contacts\": [] }", "JSON"),
    ] {
        let error = Source::from_bytes(bytes).open().unwrap_err().to_string();
        assert!(error.contains(kind) && error.contains("export it as CSV"), "{error}");
    }
}

#[test]
fn a_table_that_begins_nearly_like_another_kind_is_read() {
    for (file, header) in [
        ("<Email>,Name\na@x.org,Ana\n", "<Email>"),
        ("[id],Name\n1,Ana\n", "[id]"),
        ("{id},Name\n1,Ana\n", "{id}"),
        ("Begin:,Name\n1,Ana\n", "Begin:"),
    ] {
        assert_eq!(read(file).headers[0], header);
    }
}
