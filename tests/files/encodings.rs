//! Which bytes are which text (behaviour §12).

use crm_import::source::FileFormat;
use crm_import::{IssueCode, Source};

use super::{Pieces, codes, read, records, tell};

fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    let unit = |unit: u16| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn encodings_are_told_by_the_mark_then_by_declaration_then_by_the_bytes() {
    let text = "Name,City\nJürgen 🎉,Köln\nAna,Roma\nEve,Bonn\n";
    let marked = "\u{feff}".to_owned() + text;
    let utf32: Vec<u8> = marked.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let latin: Vec<u8> =
        text.replace('🎉', "").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let files: [(Vec<u8>, &str); 8] = [
        (text.into(), "UTF-8"),
        (marked.clone().into(), "UTF-8"),
        (utf16(&marked, true), "UTF-16LE"),
        (utf16(&marked, false), "UTF-16BE"),
        (utf16(text, true), "UTF-16LE"),
        (utf16(text, false), "UTF-16BE"),
        (utf32, "UTF-32LE"),
        (latin.clone(), "windows-1252"),
    ];
    for (file, encoding) in files {
        // What was declared gives way to a mark.
        let rows = Source::from_bytes(&file[..]).open().unwrap();
        assert_eq!(rows.dialect().encoding, encoding);
        let told = tell(Ok(rows), 10).unwrap();
        assert_eq!(told.rows[0].0[1], "Köln", "{encoding}");
        assert!(told.rows[0].0[0].starts_with("Jürgen"), "{encoding}");
        let guessed = encoding == "windows-1252";
        assert_eq!(told.issues.iter().any(|i| i.code == IssueCode::EncodingGuessed), guessed);
    }
    let declare =
        |label: &str| FileFormat { encoding: Some(label.into()), ..FileFormat::default() };
    let rows = Source::from_bytes(&latin[..]).format(declare("macintosh")).open().unwrap();
    assert_eq!(tell(Ok(rows), 10).unwrap().rows[0].0[1], "Kˆln");
    let rows = Source::from_bytes(marked.as_bytes()).format(declare("latin1")).open().unwrap();
    assert_eq!(tell(Ok(rows), 10).unwrap().rows[0].0[1], "Köln");
    let error = Source::from_bytes(&latin[..]).format(declare("klingon")).open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the encoding \"klingon\" is not known; declare one such as \"utf-8\" or \"windows-1252\""
    );
}

#[test]
fn a_few_broken_bytes_do_not_make_another_encoding_of_a_short_file_in_utf_8() {
    let told = read(b"Name,City\nJos\xc3\xa9,M\xc3\xa1laga\nFran\xc3\xa7ois,Orl\xe9ans\n");
    assert_eq!(told.rows[0].0, ["José", "Málaga"]);
    assert_eq!(told.rows[1].0, ["François", "Orl\u{fffd}ans"]);
    assert_eq!(codes(&told), [(Some(2), IssueCode::EncodingInvalid)]);
}

#[test]
fn a_line_of_another_file_does_not_spoil_the_others() {
    let told = read(b"Name,City\nZo\xc3\xab,Reno\nJos\xe9,York\n");
    assert_eq!(told.rows[0].0, ["Zoë", "Reno"]);
    assert_eq!(told.rows[1].0, ["Jos\u{fffd}", "York"]);
    assert_eq!(codes(&told), [(Some(2), IssueCode::EncodingInvalid)]);
    // Where most are written in the other way, they are read that way.
    let told = read(b"Name,City\nZo\xc3\xab,Reno\nJos\xe9,Orl\xe9ans\n");
    assert_eq!(told.rows[1].0, ["José", "Orléans"]);
    // What that spoils is told.
    assert_eq!(codes(&told), [(None, IssueCode::EncodingGuessed), (None, IssueCode::TextGarbled)]);
}

#[test]
fn what_a_mac_has_written_is_told_from_windows() {
    // `é` and `ö` as a Mac writes them; Windows has `Ž` and `š` there, which end no word.
    for (file, cells) in [
        (&b"Name,City\nJos\x8e,K\x9aln\n"[..], ["José", "Köln"]),
        (b"Name,City\nFran\x8dois,Lefvre\n", ["François", "Lefvre"]),
        (b"Name,City\nG\x96nter,M\x87laga\n", ["Gñnter", "Málaga"]),
        // Windows.
        (b"Name,City\nJos\xe9,K\xf6ln \x96 Ost\n", ["José", "Köln – Ost"]),
        (b"Name,City\nO\x92Brien,Acme\x99\n", ["O’Brien", "Acme™"]),
        (b"Name,City\nred\x95blue,O\x92Brien\n", ["red•blue", "O’Brien"]),
        (b"Name,City\n\x8eeljko,Ba\x9aka \x80\n", ["Željko", "Baška €"]),
    ] {
        assert_eq!(read(file).rows[0].0, cells);
    }
}

#[test]
fn broken_bytes_are_mended_and_reported_with_row_and_column_in_every_encoding() {
    let mut cut = utf16("\u{feff}a,b\n1,2\n3,45", true);
    cut.pop();
    let lone = [utf16("\u{feff}a,b\n1,2\n3,", true), vec![0x3d, 0xd8], utf16("4\n", true)].concat();
    let files: [(&[u8], &str); 4] = [
        (b"a,b\n1,2\n3,\xff4\n", "\u{fffd}4"),
        ("a,b\n1,é\n3,\u{e9}".as_bytes().split_last().unwrap().1, "\u{fffd}"),
        (&cut, "4\u{fffd}"),
        (&lone, "\u{fffd}4"),
    ];
    for (file, cell) in files {
        let format = FileFormat { encoding: Some("utf-8".into()), ..FileFormat::default() };
        let told = tell(Source::from_bytes(file).format(format).open(), 10).unwrap();
        assert_eq!(told.rows[1].0[1], cell);
        assert_eq!(codes(&told), [(Some(2), IssueCode::EncodingInvalid)]);
        assert_eq!(told.issues[0].column.as_deref(), Some("b"));
    }
    // Two halves of one character in neighbouring cells do not make one.
    let told = read(b"a,b\n\xc3,\xa9\nJ\xc3\xbcrgen\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc,x\n");
    assert_eq!(told.rows[0].0, ["\u{fffd}", "\u{fffd}"]);
}

#[test]
fn a_mark_in_the_middle_of_glued_files_is_no_text() {
    let told = read("\u{feff}a,b\n1,2\n\u{feff}\"3,3\",4\n");
    assert_eq!(records(&told), [vec!["1", "2"], vec!["3,3", "4"]]);
}

/// Older programs end a text by Ctrl-Z, and fill up its last 128 bytes.
#[test]
fn section_12_a_mark_that_ends_the_file_is_no_row_and_no_part_of_a_cell() {
    let marks = "\u{1a}".repeat(128);
    for file in [
        "a,b\r\n1,2\r\n\u{1a}",
        "a,b\n1,2\u{1a}",
        "a,b\n1,\"2\"\u{1a}\u{1a}",
        &format!("a,b\r\n1,2\r\n{marks}"),
    ] {
        let told = read(file);
        assert_eq!((records(&told), &told.issues[..]), (vec![vec!["1", "2"]], &[][..]), "{file:?}");
        let streamed = Pieces { bytes: file.as_bytes(), lengths: vec![1, 3], turn: 0 };
        assert_eq!(tell(Source::from_reader(streamed).open(), 1).unwrap(), told, "{file:?}");
    }
    // A column that stands alone, and another encoding.
    assert_eq!(records(&read("a\n1\n\u{1a}")), [["1"]]);
    assert_eq!(records(&read(b"a,b\nJos\xe9 Mu\xf1oz,S\xe3o Paulo\n\x1a")).len(), 1);
    // Where something follows it is what it is, and so is the letter that ends in the same byte.
    let told = read("a,b\n\u{1a}\n1,2\u{1a}\n3,4\n");
    assert_eq!(records(&told), vec![vec!["\u{1a}"], vec!["1", "2\u{1a}"], vec!["3", "4"]]);
    assert_eq!(records(&read(utf16("a,b\n1,\u{1a20}", true))), [["1", "\u{1a20}"]]);
    assert_eq!(records(&read(utf16("a,b\n1,\u{201a}", false))), [["1", "\u{201a}"]]);
    assert!(Source::from_bytes(&b"\x1a"[..]).open().is_err());
}

#[test]
fn a_nul_in_a_text_is_found_in_a_file_that_is_not_all_utf_8() {
    use crm_import::{Import, MemoryStorage};
    let file =
        b"Email,First Name\nana@example.com,A\0na\nbo@example.com,B\xf6\xff\x80\xff\n".to_vec();
    let format = FileFormat { encoding: Some("utf-8".into()), ..FileFormat::default() };
    let file = Source::from_bytes(file).format(format);
    let plan = Import::new().plan(file, &mut MemoryStorage::default()).unwrap();
    let found: Vec<_> =
        plan.issues().map(|issue| (issue.row.map(|row| row.0), issue.code)).collect();
    assert!(found.contains(&(Some(1), IssueCode::TextInvalid)), "{found:?}");
    assert!(found.contains(&(Some(2), IssueCode::EncodingInvalid)), "{found:?}");
}

#[test]
fn letters_that_another_program_has_broken_are_told_and_left() {
    let told = read("Name,City\nAna,Reno\nJÃ¶rg,MÃ¡laga\n".as_bytes());
    assert_eq!(told.rows[1].0, ["JÃ¶rg", "MÃ¡laga"]);
    let [issue] = told.issues.as_slice() else { panic!("{:?}", told.issues) };
    assert_eq!((issue.code, issue.line), (IssueCode::TextGarbled, Some(3)));
    assert_eq!(issue.message(), "letters in the file are broken: \"JÃ¶rg\" was probably \"Jörg\"");
}
