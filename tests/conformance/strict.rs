//! Adapters that are right although their columns do not take everything.

use crm_import::dedup::DedupPolicy;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::conformance::{self, Outcome};
use crm_import::storage::{Batch, BatchStep, Op, Receipts, Recovery, StorageError};
use crm_import::{Account, FieldKind, Object, Storage, StorageWrite};

use crate::shelf::{Defect, Shelf};
use crate::{NEVER_FAILS, account, customers_only, skipped};

/// A table whose address may neither be missing nor be there twice.
struct Strict(Shelf);

impl Storage for Strict {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.0.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.0.find(lookup, found)
    }
}

impl StorageWrite for Strict {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        for step in batch.of(Object::Contact, Op::Create) {
            let email = step.change("email").map(|change| change.text());
            let is_held = |email: &String| {
                let mut held = self.0.contacts.values().filter_map(|rec| rec.values.get("email"));
                held.any(|values| values.contains(email)) && step.new_keys().next().is_none()
            };
            if email.as_ref().is_none_or(is_held) {
                receipts.rejected(step.token(), "customers.mail is not null and unique");
            }
        }
        self.0.write(batch, receipts)
    }
}

#[test]
fn a_table_whose_address_is_required_and_unique_is_certified() {
    let mut account = customers_only();
    account.dedup.required = vec!["email".into()];
    let report = conformance::run(|| Strict(Shelf::new(account.clone())));
    assert!(report.is_passed(), "{report}");

    // The address may be part of other rules too: whoever shares it is refused, not found.
    let rules = [vec!["email"], vec!["first_name", "email"], vec!["last_name", "email"]];
    let mut account = Account { dedup: DedupPolicy::by(rules), ..Account::default() };
    account.dedup.required = vec!["email".into()];
    let account = account
        .only(Object::Contact, &["first_name", "last_name", "email"])
        .only(Object::Opportunity, &[]);
    let report = conformance::run(|| Strict(Shelf::new(account.clone())));
    assert!(report.is_passed(), "{report}");

    // Who does not say so is told to.
    let report = conformance::run(|| Strict(Shelf::new(customers_only())));
    let (_, why) = report.failures().next().unwrap();
    assert!(why.contains("customers.mail") && why.contains("dedup.required"), "{why}");
}

/// Columns that are never null and amounts in whole cents, not below zero. It keeps no tokens.
struct Checked(Shelf);

asks_its_shelf!(Checked);

impl StorageWrite for Checked {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        for step in batch.steps().filter(is_against_a_check) {
            receipts.rejected(step.token(), "a check constraint");
        }
        self.0.write(batch, receipts)
    }
}

fn is_against_a_check(step: &BatchStep<'_>) -> bool {
    step.changes().any(|change| {
        let text = change.text();
        let part = text.split_once('.').map_or("", |(_, part)| part);
        match change.field().kind {
            FieldKind::Number | FieldKind::Money => {
                text.is_empty() || text.starts_with('-') || part.len() > 2
            }
            _ => step.is_update() && change.after().next().is_none(),
        }
    })
}

#[test]
fn columns_that_refuse_blanks_and_fractions_of_a_cent_are_certified() {
    let mut account = account();
    account.dedup.contacts.truncate(2);
    let report = conformance::run(|| Checked(Shelf::new(account.clone())));
    assert!(report.is_passed(), "{report}");
}

#[test]
fn opportunities_without_versions_are_certified() {
    let make = || Shelf::broken(account(), Defect::TellsNoVersionsOfOpportunities);
    let report = conformance::run(make);
    assert!(report.is_passed(), "{report}");
    assert_eq!(skipped(&report), [NEVER_FAILS], "{report}");
}

/// Two columns for phones and two for addresses.
struct TwoOfEach(Shelf);

impl Storage for TwoOfEach {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.0.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.0.find(lookup, found)
    }
}

impl StorageWrite for TwoOfEach {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let is_too_much = |step: &BatchStep<'_>| {
            let lists = ["additional_emails", "additional_phones"];
            let mut changes = lists.iter().filter_map(|list| step.change(list));
            changes.any(|change| change.after().count() > 1)
        };
        for step in batch.steps().filter(is_too_much) {
            receipts.rejected(step.token(), "there is room for two");
        }
        self.0.write(batch, receipts)
    }
}

#[test]
fn a_table_with_room_for_one_more_address_is_certified() {
    let mut account = account();
    account.dedup.contacts.truncate(2);
    let report = conformance::run(|| TwoOfEach(Shelf::new(account.clone())));
    assert!(report.is_passed(), "{report}");
    let case = "a contact is found by an additional phone";
    let case = report.cases().iter().find(|own| own.name == case).unwrap();
    assert_eq!(case.outcome, Outcome::Passed);
}

/// Deals whose columns are never null.
struct NeverNull(Shelf);

asks_its_shelf!(NeverNull);

impl StorageWrite for NeverNull {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        for step in batch.of(Object::Opportunity, Op::Create) {
            for key in ["name", "pipeline", "stage", "status", "value"] {
                if step.change(key).is_none() {
                    return Err(format!("deals.{key} may not be null").into());
                }
            }
        }
        self.0.write(batch, receipts)
    }
}

#[test]
fn o6_a_new_opportunity_has_what_an_import_gives_each_of_them() {
    let report = conformance::run(|| NeverNull(Shelf::new(account())));
    assert!(report.is_passed(), "{report}");
}

/// Columns of contacts that are never null and have defaults: `unsubscribed` 0, and a country if there is one.
struct Defaults(Shelf);

asks_its_shelf!(Defaults);

impl StorageWrite for Defaults {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let has_country = self.0.account.fields().find(Object::Contact, "country").is_some();
        let before = self.0.contacts.len();
        self.0.write(batch, receipts)?;
        for (at, contact) in self.0.contacts.values_mut().enumerate() {
            contact.values.entry("dnd".into()).or_insert_with(|| vec!["0".into()]);
            if has_country && at >= before {
                contact.values.entry("country".into()).or_insert_with(|| vec!["US".into()]);
            }
        }
        Ok(())
    }
}

#[test]
fn columns_with_defaults_are_certified() {
    let contact = ["first_name", "last_name", "email", "phone", "city", "country", "dnd"];
    let full = account().only(Object::Contact, &contact);
    let few = customers_only().only(Object::Contact, &["name", "email", "dnd"]);
    for account in [full, few] {
        let report = conformance::run(|| Defaults(Shelf::new(account.clone())));
        assert!(report.is_passed(), "{report}");
    }
}

/// Columns that are never null, and an address too many, are errors of the database, which says so of the whole batch.
struct Constrained(Shelf, Recovery);

asks_its_shelf!(Constrained);

impl StorageWrite for Constrained {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let is_too_much = |step: &BatchStep<'_>| {
            step.change("additional_phones").is_some_and(|change| change.after().len() > 1)
        };
        if batch.steps().any(|step| is_against_a_check(&step) || is_too_much(&step)) {
            return Err("a constraint failed".into());
        }
        self.0.write(batch, receipts)
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        self.1
    }
}

#[test]
fn whoever_has_a_batch_split_to_find_what_a_constraint_refuses_is_certified() {
    let mut account = account();
    account.dedup.contacts.truncate(2);
    let report = conformance::run(|| Constrained(Shelf::new(account.clone()), Recovery::Split));
    assert!(report.is_passed(), "{report}");

    // Who does not say so is told what to do about a column that is never null.
    let account = account.only(Object::Contact, &["first_name", "last_name", "email", "city"]);
    let report = conformance::run(|| Constrained(Shelf::new(account.clone()), Recovery::Stop));
    let cleared = "every field that may be blank is cleared";
    let (_, why) = report.failures().find(|(case, _)| *case == cleared).unwrap();
    assert!(why.contains("Receipts::rejected") && why.contains("recover"), "{why}");
}
