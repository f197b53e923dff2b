//! Contacts of another tenant, and deleted ones, beside which an adapter imports.

use crm_import::Object;
use crm_import::storage::conformance::{self, Hidden};

use crate::shelf::{Defect, Shelf};
use crate::{account, customers_only};

const HIDDEN: [Hidden<'static>; 1] = [Hidden { id: "1", email: "gone@example.com" }];

fn shop(mut shelf: Shelf) -> Shelf {
    let gone = shelf.insert(Object::Contact, &[("email", "gone@example.com")]);
    shelf.hidden.insert(gone);
    shelf.insert(Object::Opportunity, &[("contact_id", "1"), ("name", "Roof")]);
    shelf
}

#[test]
fn a_storage_that_sees_only_its_own_rows_passes() {
    for account in [account(), customers_only()] {
        let report = conformance::run_hidden(|| shop(Shelf::new(account.clone())), &HIDDEN);
        assert!(report.is_passed(), "{report}");
    }
}

#[test]
fn each_way_of_touching_a_hidden_contact_is_caught() {
    for (defect, case) in [
        (Defect::FindsHiddenById, "a hidden contact is not found by its id"),
        (Defect::FindsHiddenByKey, "a hidden contact is not found by its address"),
        (Defect::FindsDealsOfHidden, "the opportunities of a hidden contact are not found"),
        (Defect::UpdatesHidden, "a hidden contact is not updated"),
        (Defect::LinksToHidden, "no opportunity is linked to a hidden contact"),
        (Defect::TakesHiddenKeys, "the address of a hidden contact is free, or refused in words"),
    ] {
        let report = conformance::run_hidden(|| shop(Shelf::broken(account(), defect)), &HIDDEN);
        let failed: Vec<&str> = report.failures().map(|(name, _)| name).collect();
        assert_eq!(failed, [case], "{defect:?}: {report}");
    }
}

#[test]
fn whoever_names_no_hidden_contact_is_told_so() {
    let report = conformance::run_hidden(|| Shelf::new(account()), &[]);
    assert!(!report.is_passed());
}
