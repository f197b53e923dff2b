//! The name of an import (X4): a row of a file is written once under it, and whatever is not written
//! is told.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts, StorageError};
use crm_import::{
    Account, FollowUp, FollowUpKind, Import, MemoryStorage, Object, Outcome, Report, RowNumber,
    Source, Storage, StorageWrite,
};

use super::source;

/// Plans and applies under one name.
fn apply(file: &str, crm: &mut MemoryStorage) -> Report {
    let import = Import::new().id("spring fair");
    let plan = import.plan(source(file), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

fn run(file: &str, crm: &mut MemoryStorage) -> Report {
    Import::new().id("spring fair").run_window(1).run(source(file), crm).unwrap()
}

/// An issue as text: row, code and severity.
fn told(report: &Report) -> Vec<String> {
    let issue = |issue: crm_import::Issue| format!("{:?} {}", issue.row, issue.code);
    report.issues().map(issue).collect()
}

#[test]
fn x4_another_file_under_the_name_of_one_that_was_imported_is_written() {
    for import in [apply, run] {
        let mut crm = MemoryStorage::default();
        import("Email\nana@example.com\n", &mut crm);
        let report = import("Email\nbo@example.com\n", &mut crm);
        assert_eq!(report.stats().contacts.create, 1);
        assert_eq!(told(&report), [""; 0]);
        assert_eq!(crm.len(Object::Contact), 2);
    }
}

#[test]
fn x4_a_mended_error_log_may_have_the_name_of_its_import() {
    let mut crm = MemoryStorage::default();
    let file =
        "Email,Opportunity Name,Pipeline\nana@example.com,Roof,\nbo@example.com,Loft,Nowhere\n";
    let report = apply(file, &mut crm);
    let mut log = Vec::new();
    report.write_error_log(&mut log).unwrap();
    let mended = String::from_utf8(log).unwrap().replace("Nowhere", "");
    apply(&mended, &mut crm);
    let names: Vec<_> =
        crm.iter(Object::Opportunity).map(|(_, deal)| deal.value("name").unwrap()).collect();
    assert_eq!(names, ["Roof", "Loft"]);
}

#[test]
fn x4_what_was_written_before_under_the_name_is_not_written_again_and_that_is_told() {
    for import in [apply, run] {
        let mut crm = MemoryStorage::default();
        let file = "Email,City,Opportunity Name\nana@example.com,Rome,Roof\nbo@example.com,Bonn,\n";
        import(file, &mut crm);
        // Somebody changes her meanwhile.
        crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Leeds")]);
        let report = import(file, &mut crm);
        assert_eq!(crm.get(Object::Contact, "c1").unwrap().value("city"), Some("Leeds"));
        assert_eq!(crm.len(Object::Opportunity), 1);
        let stats = report.stats();
        assert_eq!((stats.contacts.update, stats.contacts.unchanged), (0, 2));
        assert_eq!((stats.opportunities.create, stats.opportunities.unchanged), (0, 1));
        let row = "Some(RowNumber(1)) already-written";
        assert_eq!(told(&report), [row, row]);
    }
}

#[test]
fn x4_every_row_of_a_record_that_was_written_before_is_told() {
    let mut crm = MemoryStorage::default();
    let file = "Email,City,Phone\nana@example.com,Rome,\nana@example.com,,+12065550100\n";
    apply(file, &mut crm);
    crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Leeds")]);
    let report = apply(file, &mut crm);
    assert_eq!(told(&report).len(), 2);
    let outcomes = [1, 2].map(|row| report.outcome(Object::Contact, RowNumber(row)));
    assert_eq!(outcomes, [Some(Outcome::Unchanged), Some(Outcome::Merged)]);
    assert_eq!(report.id(Object::Contact, RowNumber(1)), Some("c1"));
    let words = report.issues().next().unwrap().message();
    assert!(words.contains("spring fair"), "{words}");
}

/// Gives so many bytes at a time.
struct Pieces<'b>(&'b [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let piece = self.1.min(into.len());
        self.0.read(&mut into[..piece])
    }
}

/// How a stream comes, and in which windows it is written, does not make it another file.
#[test]
fn x4_a_stream_that_is_imported_again_under_its_name_is_not_written_again() {
    let rows =
        (0..12_000).map(|n| format!("Person {n},\"a note, as long as it takes, number {n}\"\n"));
    let file = std::iter::once("Name,Notes\n".to_owned()).chain(rows).collect::<String>();
    let mut crm = MemoryStorage::default();
    for (piece, window) in [(1 << 20, 8_192), (50_001, 8_192), (7_777, 2_500)] {
        let stream = Source::from_reader(Pieces(file.as_bytes(), piece));
        let import = Import::new().id("upload 17").run_window(window);
        import.run(stream, &mut crm).unwrap();
        assert_eq!(crm.len(Object::Contact), 12_000, "pieces of {piece}, windows of {window}");
    }
}

/// Her record is another one by now: nobody is to blame, and the rows behind are looked at.
#[test]
fn x4_what_was_written_before_to_a_record_that_is_gone_is_told_like_the_rest() {
    let file = "Email,City\nana@example.com,Rome\nbo@example.com,Bonn\n";
    for import in [apply, run] {
        let mut crm = MemoryStorage::default();
        import(file, &mut crm);
        crm.remove(Object::Contact, "c1");
        crm.insert_as(Object::Contact, "c7", [("email", "ana@example.com")]);
        crm.insert_as(Object::Contact, "c2", [("email", "bo@example.com")]);
        let report = import(file, &mut crm);
        let told = told(&report);
        assert_eq!(told, [1, 2].map(|row| format!("Some(RowNumber({row})) already-written")));
    }
}

/// A name that was minted now is nobody else's: the storage has written the batch itself, and again.
#[test]
fn x4_a_storage_that_repeats_a_batch_by_itself_is_believed() {
    let mut crm = MemoryStorage::default();
    let plan = Import::new().plan(source("Email\nana@example.com\n"), &mut crm).unwrap();
    let report = Import::new().apply(plan, &mut Twice(crm)).unwrap();
    assert_eq!(report.stats().contacts.create, 1);
    assert_eq!(told(&report), [""; 0]);
}

/// Writes each batch, and once more as if the answer had been lost.
struct Twice(MemoryStorage);

impl Storage for Twice {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.0.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.0.find(lookup, found)
    }
}

impl StorageWrite for Twice {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.0.write(batch, &mut Receipts::expecting(batch))?;
        self.0.write(batch, receipts)
    }
}

#[test]
fn x4_a_follow_up_that_was_done_before_is_not_counted() {
    let mut crm = MemoryStorage::default();
    crm.insert(Object::Contact, [("email", "ana@example.com")]);
    let import = Import::new().id("upload 17");
    let import = import.follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let done = [(); 2]
        .map(|()| import.run(source("Email\nana@example.com\n"), &mut crm).unwrap().follow_ups());
    assert_eq!(done, [1, 0]);
}
