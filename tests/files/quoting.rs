//! Quotes as some programs write them (behaviour §12).

use crm_import::Source;

use super::{Pieces, read, records, tell};

#[test]
fn a_space_between_the_comma_and_the_quote_is_no_part_of_the_cell() {
    let file = "Name, Email, City\nAna Lee, \"ana@example.com\", \"York, UK\"\n\nBo Ray, bo@example.com, Hull\n";
    let told = read(file);
    assert_eq!(
        records(&told),
        [["Ana Lee", "ana@example.com", "York, UK"], ["Bo Ray", " bo@example.com", " Hull"]],
        "other spaces stay until the values are read"
    );
    assert!(told.issues.is_empty());
    assert_eq!(told.rows[1].1, 4, "its line in the file");
}

#[test]
fn a_backslash_before_a_quote_keeps_it_from_closing_the_cell() {
    let file = "Contacts of \"Fair\"\n\nName;Email;Notes\n\"Ana \\\"Nan\\\" Lee\";ana@example.com;\"C:\\\\Fair; \\\"big\\\"\"\n";
    let told = read(file);
    assert_eq!(records(&told), [["Ana \"Nan\" Lee", "ana@example.com", "C:\\Fair; \"big\""]]);
    assert!(told.issues.is_empty());
}

#[test]
fn quotes_of_either_kind_are_read_so_from_a_stream_in_any_encoding() {
    let file = "Name, Town\n\"Zoë \\\"Zo\\\" Lee\", \"Köln, DE\"\n";
    let latin: Vec<u8> = file.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for bytes in [file.as_bytes(), &latin] {
        let pieces = Pieces { bytes, lengths: vec![1, 2, 3], turn: 0 };
        let told = tell(Source::from_reader(pieces).open(), 1).unwrap();
        assert_eq!(records(&told), [["Zoë \"Zo\" Lee", "Köln, DE"]]);
    }
}

#[test]
fn a_path_that_ends_in_a_backslash_is_read_as_it_stands() {
    let told = read("Name,Folder\nAna,\"C:\\fair\\\"\nBo,\"say \"\"hi\"\"\"\n");
    assert_eq!(records(&told), [["Ana", "C:\\fair\\"], ["Bo", "say \"hi\""]]);
}

#[test]
fn signs_that_stand_for_quotes_around_each_cell_are_no_part_of_it() {
    for file in [
        "'Name','Email','Notes','Size'\n'Ana Lee','ana@example.com','O'Hara, \"Nan\"\nnew',7\n'Bo','','',\n",
        "“Name”;“Email”;“Notes”;“Size”\n“Ana Lee”;“ana@example.com”;“O'Hara, \"Nan\"\nnew”;7\n“Bo”;“”;“”;\n",
    ] {
        let told = read(file);
        let ana = ["Ana Lee", "ana@example.com", "O'Hara, \"Nan\"\nnew", "7"];
        assert_eq!(records(&told), [ana, ["Bo", "", "", ""]], "{file}");
        assert!(told.issues.is_empty());
        assert_eq!(told.rows[1].1, 4, "its line in the file");
    }
}
