//! The contact of a row is not written: opportunities that the row names by id are updated all the same,
//! and stay with whom they are (behaviour P6).

use crm_import::storage::{Batch, Receipts};
use crm_import::{Import, Object, Outcome, Report, RowNumber, Source, StorageWrite};

use super::shelf::Shelf;
use super::{Act, Answer, Call, Hostile, codes, run};

use Object::{Contact, Opportunity};

/// Does not take contacts of this name.
struct Strict(&'static str);

impl Act for Strict {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        for step in batch.steps().filter(|step| step.object() == Contact) {
            let name = step.change("first_name").and_then(|change| change.value());
            if name.is_some_and(|name| name.to_string() == self.0) {
                receipts.rejected(step.token(), "not this one");
            }
        }
        call.shelf.write_some(batch, receipts, batch.len());
        let checkpoint = batch.checkpoint().clone();
        call.shelf.checkpoints.insert(checkpoint.import_id.clone(), checkpoint);
        Ok(())
    }
}

/// Contact 1, whose opportunity is 2.
fn with_roof() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.insert(Contact, &[("email", "bo@example.com")]);
    shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    shelf
}

fn file(name: &str) -> String {
    format!(
        "Email,First Name,Opportunity ID,Opportunity Name\nana@example.com,Ana,2,{name}\n\
         cy@example.com,Cy,,Boat\n"
    )
}

fn is_updated_and_stays_with_bo(report: &Report, shelf: &Shelf) {
    assert_eq!(codes(report), [(1, "write-rejected"), (1, "contact-failed-link-kept")]);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
    let deals = report.stats().opportunities;
    assert_eq!((deals.create, deals.update, deals.fail, deals.warnings), (1, 1, 0, 1));
    assert_eq!(report.stats().links, 1); // of the boat
    let roof = &shelf.opportunities[&2].values;
    assert_eq!((&roof["name"][0][..], &roof["contact_id"][0][..]), ("Attic", "1"));
    // That it would be moved was planned, and did not come to pass.
    assert!(report.issues().all(|issue| issue.code.code() != "opportunity-relinked"));
}

#[test]
fn p6_an_opportunity_named_by_id_is_updated_though_storage_refuses_its_new_contact() {
    let mut storage = Hostile::new(with_roof(), Strict("Ana"));
    let report = run(&file("Attic"), &mut storage);
    is_updated_and_stays_with_bo(&report, &storage.shelf);
}

#[test]
fn p6_it_is_so_too_when_the_import_is_resumed() {
    let mut storage = Hostile::new(with_roof(), Strict("Ana"));
    run(&file("Attic"), &mut storage);
    let checkpoint = storage.shelf.checkpoints["hostile"].clone();
    let again = Import::new().resume(checkpoint);
    let (file, writes) = (file("Attic"), storage.writes);
    let source = Source::from_bytes(file.as_bytes());
    let plan = again.plan_resumed(source, &mut storage).unwrap();
    let report = again.apply(plan, &mut storage).unwrap();
    is_updated_and_stays_with_bo(&report, &storage.shelf);
    assert_eq!(storage.shelf.opportunities[&2].version, 2);
    assert_eq!(storage.writes, writes + 2); // Ana once more, and the last checkpoint
}

#[test]
fn p6_an_opportunity_that_would_only_have_been_moved_is_unchanged() {
    let mut storage = Hostile::new(with_roof(), Strict("Ana"));
    let report = run(&file("Roof"), &mut storage);
    assert_eq!(codes(&report), [(1, "write-rejected"), (1, "contact-failed-link-kept")]);
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Unchanged));
    assert_eq!(report.id(Opportunity, RowNumber(1)), Some("2"));
    assert_eq!(storage.shelf.opportunities[&2].version, 1);
    assert_eq!(report.stats().links, 1);
}

#[test]
fn p6_an_opportunity_named_by_id_is_updated_though_others_keep_changing_its_contact() {
    /// Writes the contact before each of our writes.
    struct Busy;
    impl Act for Busy {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            call.shelf.contacts.get_mut(&1).unwrap().version += 1;
            call.shelf.write(batch, receipts)
        }
    }
    let file = "Email,First Name,Opportunity ID,Opportunity Name\nbo@example.com,Bo,2,Attic\n";
    let mut storage = Hostile::new(with_roof(), Busy);
    let report = run(file, &mut storage);
    assert_eq!(codes(&report), [(1, "write-conflict"), (1, "contact-failed-link-kept")]);
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
    assert_eq!(storage.shelf.opportunities[&2].values["name"], ["Attic"]);
    assert_eq!(report.stats().contacts.fail, 1);
}

#[test]
fn p6_an_opportunity_that_is_refused_itself_fails_once() {
    /// Takes neither.
    struct Closed;
    impl Act for Closed {
        fn write(&mut self, _: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            for step in batch.steps() {
                match step.object() {
                    Contact => receipts.rejected(step.token(), "closed"),
                    Opportunity => receipts.conflict(step.token()),
                }
            }
            Ok(())
        }
    }
    let file = "Email,First Name,Opportunity ID,Opportunity Name\nana@example.com,Ana,2,Attic\n";
    let report = run(file, &mut Hostile::new(with_roof(), Closed));
    let told: Vec<_> = codes(&report).into_iter().filter(|it| it.1 == "write-conflict").collect();
    assert_eq!(told, [(1, "write-conflict")]);
    assert_eq!((report.stats().opportunities.fail, report.stats().opportunities.rows), (1, 1));
}
