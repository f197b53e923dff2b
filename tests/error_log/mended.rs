//! A cell by which contacts are found is mended in the log: the row may have been about somebody else.

use crm_import::account::Relink;
use crm_import::{Import, MemoryStorage, Object, Outcome, RowNumber};

use super::{codes, crm, log_of, run};
use Object::{Contact, Opportunity};

/// Ana has a deal, and Bo has none.
fn two() -> MemoryStorage {
    let mut crm = crm();
    crm.insert_as(Contact, "c1", [("email", "ana@x.org"), ("first_name", "Ana")]);
    crm.insert_as(Contact, "c2", [("email", "bo@x.org"), ("first_name", "Bo")]);
    crm.insert_as(Opportunity, "o1", [("name", "Roof"), ("contact_id", "c1")]);
    crm
}

fn emails(crm: &MemoryStorage) -> Vec<&str> {
    crm.iter(Contact).filter_map(|(_, contact)| contact.value("email")).collect()
}

/// The remedy is to correct the contact on the row (P7), whether its wrong address is somebody else's or nobody's.
#[test]
fn p7_a_contact_that_is_corrected_in_the_log_is_the_one_that_the_deal_belongs_to() {
    for wrong in ["bo@x.org", "anna@x.org"] {
        let mut crm = two();
        crm.account.opportunities.relink = Relink::Fail;
        let file = format!("Email,City,Opportunity ID,Opportunity Name\n{wrong},Rome,o1,Wall\n");
        let report = run(&Import::new(), &file, &mut crm);
        assert!(codes(&report).contains(&"opportunity-relink-refused"));
        let before = crm.len(Contact);
        let again = run(&Import::new(), &log_of(&report).replace(wrong, "ana@x.org"), &mut crm);
        assert_eq!((codes(&again), again.stats().links), (vec![], 1), "{wrong}");
        assert_eq!(crm.get(Opportunity, "o1").unwrap().value("name"), Some("Wall"));
        assert_eq!(crm.get(Contact, "c1").unwrap().value("city"), Some("Rome"));
        assert_eq!(crm.len(Contact), before);
        // Once mended, the file itself finds nothing to do.
        let mended = file.replace(wrong, "ana@x.org");
        let third = run(&Import::new(), &mended, &mut crm);
        let unchanged = Object::ALL.map(|of| third.outcome(of, RowNumber(1)));
        assert_eq!(unchanged, [Some(Outcome::Unchanged); 2]);
    }
}

/// The remedy is to make the contact's own cells agree with the id.
#[test]
fn p6_two_references_that_are_made_to_agree_in_the_log_do() {
    for wrong in ["bo@x.org", "anna@x.org"] {
        let mut crm = two();
        let file = format!(
            "Email,Opportunity Name,Pipeline,Contact Id,Deal Contact\n{wrong},Wall,Sales,,c1\n"
        );
        let mapping = crm_import::Mapping::default()
            .column("Email", Contact, "email")
            .column("Opportunity Name", Opportunity, "name")
            .column("Pipeline", Opportunity, "pipeline")
            .column("Deal Contact", Opportunity, "contact_id");
        let import = Import::new().mapping(mapping);
        let report = run(&import, &file, &mut crm);
        assert!(codes(&report).contains(&"contact-link-conflict"));
        let again = run(&import, &log_of(&report).replace(wrong, "ana@x.org"), &mut crm);
        assert_eq!((again.stats().opportunities.create, again.stats().links), (1, 1), "{wrong}");
    }
}

/// Ana's address was mistyped, and her deal failed: she is there already, so the right one is hers.
#[test]
fn section_15_an_address_that_is_corrected_in_the_log_is_that_of_the_contact_it_has_made() {
    let mut crm = crm();
    let file = "Email,Opportunity Name,Pipeline\nana@x.orgg,Roof,Nope\n";
    let log = log_of(&run(&Import::new(), file, &mut crm));
    // At first only the address is mended.
    let log = log_of(&run(&Import::new(), &log.replace("x.orgg", "x.org"), &mut crm));
    assert_eq!(emails(&crm), ["ana@x.org"]);
    let log = log.replace("Nope", "Sales").replace("ana@x.org", "ana@y.org");
    run(&Import::new(), &log, &mut crm);
    assert_eq!(emails(&crm), ["ana@y.org"]);
    assert_eq!((crm.len(Contact), crm.len(Opportunity)), (1, 1));
}

/// The row was never about Bo, so what it says is not written over what he is called.
#[test]
fn section_15_a_row_that_had_found_somebody_else_brings_a_new_contact_once_it_is_mended() {
    let mut crm = two();
    let file = "Email,City,Opportunity Name,Pipeline\nbo@x.org,Rome,Roof,Nope\n";
    let log = log_of(&run(&Import::new(), file, &mut crm));
    // It fails again, and is mended in two steps.
    let log = log_of(&run(&Import::new(), &log.replace("bo@x.org", "12"), &mut crm));
    let mended = log.replace("12,Rome", "cy@x.org,Rome").replace("Nope", "Sales");
    let again = run(&Import::new(), &mended, &mut crm);
    assert_eq!(again.outcome(Contact, RowNumber(1)), Some(Outcome::Create));
    assert_eq!(emails(&crm), ["ana@x.org", "bo@x.org", "cy@x.org"]);
}

/// Nothing is left to seek him by, so the deal is his.
#[test]
fn section_15_a_row_whose_address_is_taken_away_stays_with_the_contact_that_the_log_names() {
    let mut crm = two();
    let file = "Email,City,Opportunity Name,Pipeline\nbo@x.org,Rome,Roof,Nope\n";
    let log = log_of(&run(&Import::new(), file, &mut crm));
    let mended = log.replace("bo@x.org", "").replace("Nope", "Sales");
    let again = run(&Import::new(), &mended, &mut crm);
    assert_eq!(again.id(Contact, RowNumber(1)), Some("c2"));
    assert_eq!((again.stats().links, crm.len(Contact)), (1, 2));
}
