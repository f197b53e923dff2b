//! What is wrong is told once, in words that say what to do.

use std::cell::RefCell;
use std::rc::Rc;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::conformance::{self, Outcome, Report};
use crm_import::storage::{Applied, Batch, Op, Receipts, StorageError, Token};
use crm_import::{Account, Object, Storage, StorageWrite};

use crate::shelf::{Defect, Shelf};
use crate::{account, customers_only};

fn broken(defect: Defect) -> Report {
    conformance::run(|| Shelf::broken(account(), defect))
}

/// The one failure, and how many fail with it.
fn only(report: &Report) -> (&str, &str, usize) {
    let mut failures = report.failures();
    let (name, why) = failures.next().unwrap();
    assert_eq!(failures.next(), None, "{report}");
    let follows = |case: &&conformance::Case| case.outcome == Outcome::Follows(name);
    (name, why, report.cases().iter().filter(follows).count())
}

#[test]
fn versions_that_are_compared_and_not_told_are_told_once_for_each_object() {
    let report = broken(Defect::ComparesVersionsItDoesNotTell);
    let told: Vec<_> = report.failures().collect();
    assert_eq!(told.len(), 2, "{report}");
    assert_eq!(told[0].0, "a contact has a version");
    for ((_, why), object) in told.into_iter().zip(["a contact", "an opportunity"]) {
        assert!(why.starts_with(object) && why.contains("FoundRecord::version"), "{why}");
    }
}

#[test]
fn an_error_of_every_write_is_one_line() {
    let report = broken(Defect::FailsEveryWrite);
    let (name, why, more) = only(&report);
    assert_eq!((name, why), ("a new contact is written", "write failed: no such table: contacts"));
    assert!(more > 30, "{report}");
    let text = report.to_string();
    assert_eq!(text.matches("no such table").count(), 1, "{text}");
    assert!(text.contains(&format!("({more} more fail for the same cause")), "{text}");
}

/// An error as some clients make it, which leaves the reason to its source.
#[derive(Debug)]
struct DbError(std::fmt::Error);

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("db error")
    }
}

impl std::error::Error for DbError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

struct Silent;

impl Storage for Silent {
    type Error = DbError;

    fn account(&mut self) -> Result<Account, DbError> {
        Ok(customers_only())
    }

    fn find(&mut self, _: &Lookup<'_>, _: &mut Found) -> Result<(), DbError> {
        Ok(())
    }
}

impl StorageWrite for Silent {
    fn write(&mut self, _: &Batch<'_>, _: &mut Receipts) -> Result<(), DbError> {
        Err(DbError(std::fmt::Error))
    }
}

#[test]
fn an_error_is_told_with_its_cause() {
    let report = conformance::run(|| Silent);
    let (_, why, _) = only(&report);
    let cause = "an error occurred when formatting an argument";
    assert_eq!(why, format!("write failed: db error: {cause}"));
}

#[test]
fn what_is_not_found_by_its_id_is_told_once() {
    let report = broken(Defect::FindsNobodyById);
    let (name, why, _) = only(&report);
    assert_eq!(name, "a record is found by its id");
    assert!(why.contains("Lookup::ids"), "{why}");
}

#[test]
fn a_panic_is_told_with_its_case_and_the_others_are_tried() {
    let report = broken(Defect::PanicsWhenItMoves);
    let (name, why, _) = only(&report);
    assert_eq!(name, "a write changes the version");
    assert_eq!(why, "the adapter panicked: links are for ever");
    let passed = report.cases().iter().filter(|case| case.outcome == Outcome::Passed);
    assert!(passed.count() > 35, "{report}");
}

#[test]
fn a_panic_of_every_write_is_one_line() {
    let report = broken(Defect::PanicsInEveryWrite);
    let (name, why, more) = only(&report);
    assert_eq!(name, "a new contact is written");
    assert_eq!(why, "the adapter panicked: not yet implemented");
    assert!(more > 30, "{report}");
}

#[test]
fn an_opportunity_that_does_not_say_whose_it_is_is_told_how() {
    let report = broken(Defect::TellsNoLinks);
    let (_, why, _) = only(&report);
    assert!(why.contains("give it as the value of contact_id in find"), "{why}");
}

#[test]
fn a_misspelt_field_is_named_with_the_one_that_may_be_meant() {
    let report = broken(Defect::MisspellsAField);
    let (name, why, more) = only(&report);
    assert_eq!(name, "find names only fields that the account has");
    assert_eq!(
        why,
        "`find` gave frist_name, which contacts of this account do not have; first_name is one"
    );
    assert_eq!(more, 9, "{report}");
}

#[test]
fn records_that_nobody_asked_for_are_told_once() {
    let report = broken(Defect::FindsEverybodyById);
    assert_eq!(report.failures().count(), 4, "{report}");
    let (name, why) = report.failures().next().unwrap();
    assert_eq!(name, "a record is found by its id");
    assert!(why.contains("Lookup::ids"), "{why}");
}

#[test]
fn the_parts_of_a_name_that_is_kept_whole_are_named() {
    let report = conformance::run(|| Shelf::broken(customers_only(), Defect::TellsThePartsOfNames));
    let (_, why, _) = only(&report);
    assert_eq!(why, "`find` gave first_name, which contacts of this account do not have");
}

/// A storage that several cases share, since nobody empties it.
#[derive(Clone)]
struct Shared {
    shelf: Rc<RefCell<Shelf>>,
    keeps_tokens: bool,
}

impl Storage for Shared {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.shelf.borrow_mut().account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.shelf.borrow_mut().find(lookup, found)
    }
}

impl StorageWrite for Shared {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.shelf.borrow_mut().write(batch, receipts)
    }

    fn keeps_tokens(&self) -> bool {
        self.keeps_tokens
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.shelf.borrow_mut().applied(tokens, known)
    }
}

#[test]
fn a_storage_that_is_not_emptied_is_told_once() {
    for keeps_tokens in [false, true] {
        let shelf = Rc::new(RefCell::new(Shelf::new(account())));
        let report = conformance::run(|| Shared { shelf: shelf.clone(), keeps_tokens });
        let (name, why, more) = only(&report);
        assert_eq!(name, "each storage that `fresh` makes is empty");
        assert!(why.contains("`fresh` must make an empty storage"), "{why}");
        assert_eq!(more, report.cases().len() - 1);
    }
}

#[test]
fn rows_that_are_emptied_and_tokens_that_are_not_are_told_as_that() {
    let shelf = Rc::new(RefCell::new(Shelf::new(account())));
    let report = conformance::run(|| {
        let tokens = std::mem::take(&mut shelf.borrow_mut().tokens);
        let mut emptied = Shelf::new(account());
        emptied.tokens = tokens;
        *shelf.borrow_mut() = emptied;
        Shared { shelf: shelf.clone(), keeps_tokens: true }
    });
    let (name, ..) = only(&report);
    assert_eq!(name, "each storage that `fresh` makes is empty");
}

#[test]
fn what_the_application_holds_that_the_suite_does_not_ask_for_is_no_old_data() {
    let report = conformance::run(|| {
        let mut crm = Shelf::new(account());
        crm.insert(Object::Contact, &[("email", "owner@shop.example")]);
        crm
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn each_rule_of_the_account_is_tried() {
    let mut account = account();
    let rules = [vec!["email"], vec!["company"], vec!["phone", "date_of_birth"], vec!["own_2"]];
    account.dedup = crm_import::dedup::DedupPolicy::by(rules);
    let report = conformance::run(|| Shelf::new(account.clone()));
    assert!(report.is_passed(), "{report}");
    let combined = "a combined rule finds only whom all fields agree with";
    for case in [combined, "a rule of another field finds only whom it agrees with"] {
        let told = report.cases().iter().find(|own| own.name == case).unwrap();
        assert_eq!(told.outcome, Outcome::Passed, "{case}");
    }
}

/// A table whose address is unique, and which takes any second holder of one for a conflict.
struct Unique(Shelf);

asks_its_shelf!(Unique);

impl StorageWrite for Unique {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        for step in batch.of(Object::Contact, Op::Create) {
            let email = step.change("email").map(|change| change.text());
            let mut held = self.0.contacts.values().filter_map(|rec| rec.values.get("email"));
            let is_held = email.is_some_and(|email| held.any(|values| values.contains(&email)));
            if is_held && step.new_keys().next().is_none() {
                receipts.conflict(step.token()); // the shelf sees to new keys
            }
        }
        self.0.write(batch, receipts)
    }
}

#[test]
fn a_unique_index_that_is_taken_for_a_conflict_is_told_once_with_the_receipt_it_calls_for() {
    let report = conformance::run(|| Unique(Shelf::new(account())));
    let (name, why, more) = only(&report);
    assert_eq!((name, more), ("a key that several contacts carry finds them all", 1), "{report}");
    assert!(why.contains("new_keys") && why.contains("Receipts::rejected"), "{why}");
}
