//! What hangs on a contact that storage refuses: the addresses that it was to give up, and the tags of its opportunity.

use crm_import::dedup::DedupPolicy;
use crm_import::storage::{Batch, Receipts};
use crm_import::{Account, Import, Object, Outcome, RowNumber, Source};

use super::shelf::Shelf;
use super::{Act, Answer, Call, Hostile, run};

use Object::{Contact, Opportunity};

/// Refuses contacts of this city.
struct Strict(&'static str);

impl Act for Strict {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        for step in batch.steps() {
            if step.change("city").is_some_and(|change| change.text() == self.0) {
                receipts.rejected(step.token(), "no such city");
            }
        }
        call.shelf.write_some(batch, receipts, batch.len());
        Ok(())
    }
}

#[test]
fn l1_whoever_gets_the_address_of_a_contact_that_is_refused_is_not_taken_for_that_contact() {
    let account = Account { dedup: DedupPolicy::by([["email"], ["phone"]]), ..Account::default() }
        .only(Contact, &["first_name", "email", "phone", "city"]);
    let mut shelf = Shelf::new(account);
    let ana = [("first_name", "Ana"), ("email", "office@example.com"), ("phone", "+12065550101")];
    shelf.insert(Contact, &ana);
    let file = "First Name,Email,Phone,City\nAna,ana@example.com,+12065550101,Xx\n\
                Bo,office@example.com,,Rome\n";
    for threads in [1, 2] {
        let mut storage = Hostile::new(shelf.clone(), Strict("Xx"));
        let import = Import::new().threads(threads);
        let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
        let report = import.apply(plan, &mut storage).unwrap();
        assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
        assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Create));
        assert_ne!(report.id(Contact, RowNumber(2)), Some("1"));
        let names = storage.shelf.contacts.values().map(|it| it.values["first_name"].clone());
        assert_eq!(names.collect::<Vec<_>>(), [["Ana"], ["Bo"]]);
    }
}

#[test]
fn section_15_tags_that_went_with_a_refused_contact_come_with_the_mended_row() {
    let mut shelf = Shelf::default();
    shelf.insert(Contact, &[("email", "ana@example.com")]);
    shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = "Email,City,Opportunity ID,Opportunity Name,Opportunity Tags\n\
                ana@example.com,Xx,2,Loft,hot\n";
    let mut storage = Hostile::new(shelf, Strict("Xx"));
    let report = run(file, &mut storage);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
    let mut log = Vec::new();
    report.write_error_log(&mut log).unwrap();
    let log = String::from_utf8(log).unwrap().replace(",Xx,", ",Oslo,");
    let import = Import::new().id("again");
    let plan = import.plan(Source::from_bytes(log.as_bytes()), &mut storage).unwrap();
    import.apply(plan, &mut storage).unwrap();
    assert_eq!(storage.shelf.contacts[&1].values["tags"], ["hot"]);
}
