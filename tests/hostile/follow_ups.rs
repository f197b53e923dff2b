//! A contact has each follow-up once (F1), whoever writes meanwhile (X3).

use crm_import::storage::{Batch, Receipts};
use crm_import::{FollowUp, FollowUpKind, Object, Source, StorageWrite};

use super::meanwhile::{import, with_ana};
use super::shelf::Shelf;
use super::{Act, Answer, Call, Hostile, codes};

use Object::Contact;

/// Creates the second contact before the import does, and merges it then into the first.
struct Merging;

impl Act for Merging {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number > 1 {
            return call.shelf.write(batch, receipts);
        }
        let bo = call.shelf.insert(Contact, &[("email", "bo@example.com")]);
        call.shelf.write(batch, receipts)?;
        call.shelf.contacts.remove(&bo);
        let ana = *call.shelf.contacts.keys().next().unwrap();
        call.shelf.set(Contact, ana, "additional_emails", "bo@example.com");
        Ok(())
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

#[test]
fn f1_a_new_contact_that_another_row_comes_to_when_planned_again_has_its_follow_up_once() {
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let file = "Email,First Name\nana@example.com,Ana\nbo@example.com,Ana\n";
    let mut storage = Hostile::new(Shelf::default(), Merging);
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
    let report = import.apply(plan, &mut storage).unwrap();
    assert_eq!(storage.shelf.contacts.len(), 1);
    assert_eq!(storage.shelf.follow_ups.len(), 1, "{:?}", storage.shelf.follow_ups);
    assert_eq!(report.follow_ups(), 1);
}

/// Somebody else changes contact 1 just before each of the first so many batches.
struct Busy(usize);

impl Act for Busy {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number <= self.0 {
            call.shelf.contacts.get_mut(&1).unwrap().version += 1;
        }
        call.shelf.write(batch, receipts)
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

#[test]
fn f1_x3_a_contact_whose_rows_failed_for_a_conflict_has_its_follow_up_in_a_later_window() {
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let file = "Email,First Name\na@example.com,Ana\na@example.com,Anna\n";
    let mut storage = Hostile::new(with_ana(), Busy(4));
    let source = Source::from_bytes(file.as_bytes());
    let report = import.run_window(1).run(source, &mut storage).unwrap();
    assert_eq!(codes(&report), [(1, "write-conflict")]);
    assert_eq!(storage.shelf.contacts[&1].values["first_name"], ["Anna"]);
    assert_eq!(storage.shelf.follow_ups.len(), 1, "{:?}", storage.shelf.follow_ups);
}

/// Before the first batch, somebody else gives the address of contact 1 to a second contact, too.
struct Doubling;

impl Act for Doubling {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number == 1 {
            call.shelf.contacts.get_mut(&1).unwrap().version += 1;
            call.shelf.insert(Contact, &[("email", "a@example.com")]);
        }
        call.shelf.write(batch, receipts)
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

#[test]
fn f1_x3_a_contact_that_no_row_means_when_planned_again_has_its_follow_up_in_a_later_window() {
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let file = "Email,Phone,First Name\na@example.com,,Ana\n,+12065550100,Anna\n";
    let mut shelf = with_ana();
    shelf.set(Contact, 1, "phone", "+12065550100");
    let mut storage = Hostile::new(shelf, Doubling);
    let source = Source::from_bytes(file.as_bytes());
    let report = import.run_window(1).run(source, &mut storage).unwrap();
    assert_eq!(codes(&report), [(1, "key-ambiguous")]);
    assert_eq!(storage.shelf.contacts[&1].values["first_name"], ["Anna"]);
    assert_eq!(storage.shelf.follow_ups.len(), 1, "{:?}", storage.shelf.follow_ups);
}
