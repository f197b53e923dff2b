//! How a row found its record (M9), when an interrupted import goes on.

use crm_import::{Account, Import, MemoryStorage, Object, Plan};

use super::source;

use Object::Contact;

/// Row 2 gives the contact another address in place of the one by which row 1 finds it.
#[test]
fn x6_m9_a_row_whose_contact_has_lost_its_address_does_not_say_that_it_was_found_by_an_id() {
    let account = Account::default().only(Contact, &["id", "email", "phone"]);
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "c1", [("email", "ana@example.com")]);
    let file = "Contact ID,Email\n,ana@example.com\nc1,ana@example.org\n";
    let plan = Import::new().plan(source(file), &mut crm).unwrap();
    let by = |plan: &Plan| -> Vec<String> {
        let sides = plan.rows().map(|row| row.side(Contact).unwrap().reason().unwrap().name());
        sides.collect()
    };
    assert_eq!(by(&plan), ["email", "id"]);
    Import::new().apply(plan, &mut crm).unwrap();
    let again = Import::new().resume(crm.checkpoint().unwrap().clone());
    let plan = again.plan_resumed(source(file), &mut crm).unwrap();
    assert_eq!(by(&plan), ["before", "id"]);
    let report = again.apply(plan, &mut crm).unwrap();
    assert_eq!(report.stats().contacts.update, 1);
    assert_eq!(crm.get(Contact, "c1").unwrap().value("email"), Some("ana@example.org"));
}
