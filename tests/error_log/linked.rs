//! A log of rows whose opportunity was imported although their contact failed (P6).

use crm_import::{Import, Mapping, MemoryStorage, Mode, Object, Outcome, RowNumber};

use super::{codes, crm, log_of, run};
use Object::{Contact, Opportunity};

/// The address of row 1 is wrong; row 2 says another value for the same opportunity.
const FILE: &str = "Email,Opportunity ID,Opportunity Value,Opportunity Tags\n\
    nope,o1,5,hot\n,o1,6,\n";

/// Ana's roof.
fn roof() -> MemoryStorage {
    let mut crm = crm();
    crm.insert_as(Contact, "c1", [("email", "ana@x.org")]);
    let roof = [("name", "Roof"), ("pipeline", "p1"), ("stage", "s1"), ("contact_id", "c1")];
    crm.insert_as(Opportunity, "o1", roof);
    crm
}

fn value(crm: &MemoryStorage) -> Option<&str> {
    crm.get(Opportunity, "o1").unwrap().value("value")
}

/// The storage after the file, and the log.
fn imported() -> (MemoryStorage, String) {
    let mut crm = roof();
    let log = log_of(&run(&Import::new(), FILE, &mut crm));
    assert_eq!(value(&crm), Some("6"));
    (crm, log)
}

#[test]
fn section_15_an_opportunity_that_was_imported_is_linked_to_a_mended_contact_and_left_as_it_is() {
    let (mut crm, log) = imported();
    let again = run(&Import::new(), &log.replace("nope", "bo@x.org"), &mut crm);
    assert_eq!(codes(&again), ["opportunity-relinked", "opportunity-imported"]);
    assert_eq!(again.outcome(Contact, RowNumber(1)), Some(Outcome::Create));
    assert_eq!(again.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
    let bo = again.id(Contact, RowNumber(1)).unwrap();
    assert_eq!(crm.get(Opportunity, "o1").unwrap().value("contact_id"), Some(bo));
    assert_eq!(value(&crm), Some("6"));
    // The tags of an opportunity are those of its contact (P8).
    assert_eq!(crm.get(Contact, bo).unwrap().value("tags"), Some("hot"));
}

#[test]
fn section_15_it_changes_nothing_where_it_is_linked_so_already() {
    for mode in [Mode::Upsert, Mode::Update] {
        let (mut crm, log) = imported();
        let import = Import::new().contacts(mode).opportunities(mode).run_window(1);
        let log = log.replace("nope", "ana@x.org");
        let again = run(&import, &log, &mut crm);
        assert_eq!(codes(&again), ["opportunity-imported"], "{mode:?}");
        assert_eq!(again.outcome(Opportunity, RowNumber(1)), Some(Outcome::Unchanged));
        assert_eq!(value(&crm), Some("6"));
    }
}

#[test]
fn section_15_nor_where_its_contact_fails_again_and_the_log_of_the_log_knows_that() {
    let (mut crm, mut log) = imported();
    for _ in 0..2 {
        let again = run(&Import::new(), &log, &mut crm);
        let told: Vec<_> = codes(&again);
        assert!(
            told.contains(&"opportunity-imported") && told.contains(&"contact-failed-link-kept")
        );
        assert_eq!(value(&crm), Some("6"));
        log = log_of(&again);
    }
    run(&Import::new(), &log.replace("nope", "bo@x.org"), &mut crm);
    assert_eq!((value(&crm), crm.len(Contact)), (Some("6"), 2));
}

#[test]
fn section_15_a_cell_of_the_opportunity_that_is_changed_in_the_log_is_imported() {
    let (mut crm, log) = imported();
    let log = log.replace("nope", "ana@x.org").replace("o1,5", "o1,7");
    let again = run(&Import::new(), &log, &mut crm);
    assert_eq!((codes(&again), value(&crm)), (vec![], Some("7")));
}

#[test]
fn section_15_an_opportunity_of_a_log_without_checks_is_imported_again() {
    let (mut crm, log) = imported();
    let log = log.replace("Import opportunity check", "Note").replace("nope", "ana@x.org");
    run(&Import::new(), &log, &mut crm);
    assert_eq!(value(&crm), Some("5"));
}

#[test]
fn section_15_an_opportunity_that_lost_a_value_is_imported_again_with_its_contact() {
    let row = "Email,Opportunity ID,Opportunity Value,Stage\nnope,o1,5,Nwe\n";
    let stage =
        |crm: &MemoryStorage| crm.get(Opportunity, "o1").unwrap().value("stage").map(str::to_owned);
    // If a later row has said more, that stands.
    for (later, told, left) in
        [("", vec![], ["5", "s2"]), (",o1,6,\n", vec!["opportunity-imported"], ["6", "s1"])]
    {
        let mut crm = roof();
        let log = log_of(&run(&Import::new(), &format!("{row}{later}"), &mut crm));
        let stages = &mut crm.account.pipelines[0].stages;
        stages.push(crm_import::account::Stage { id: "s2".into(), name: "Nwe".into() });
        let again = run(&Import::new(), &log.replace("nope", "ana@x.org"), &mut crm);
        assert_eq!(codes(&again), told);
        assert_eq!((value(&crm), stage(&crm).as_deref()), (Some(left[0]), Some(left[1])));
    }
}

/// Two rows whose contacts are wrong say something of one opportunity. In their log the first one's contact is mended,
/// so that row only links, and the second one is changed. `meanwhile` is what somebody does in the CRM before that.
fn told_of_the_log(
    import: &Import,
    header: &str,
    [first, second, changed]: [&str; 3],
    meanwhile: impl Fn(&mut MemoryStorage),
) -> Vec<&'static str> {
    let mut crm = roof();
    let file = format!("Email,Opportunity ID,{header}\nnope,o1,{first}\nnope,o1,{second}\n");
    let log = log_of(&run(import, &file, &mut crm));
    let log = log.replace("nope", "bo@x.org");
    meanwhile(&mut crm);
    let again = run(import, &log.replace(second, changed), &mut crm);
    assert_eq!(again.outcome(Opportunity, RowNumber(2)), Some(Outcome::Merged));
    codes(&again)
}

#[test]
fn w5_no_row_differs_from_one_that_only_links_its_opportunity() {
    let told = told_of_the_log(
        &Import::new(),
        "Opportunity Value",
        ["500500", "600600", "700700"],
        |_| (),
    );
    assert_eq!(told, ["opportunity-relinked", "opportunity-imported"]);
}

#[test]
fn w5_a_row_that_only_links_its_opportunity_fills_no_text() {
    let [first, second, changed] =
        [("a", 2_000), ("b", 900), ("c", 1_000)].map(|(a, n)| a.repeat(n));
    let told =
        told_of_the_log(&Import::new(), "Opportunity Notes", [&first, &second, &changed], |crm| {
            let long = "d".repeat(2_500);
            let roof = [("name", "Roof"), ("pipeline", "p1"), ("stage", "s1"), ("notes", &long)];
            crm.insert_as(Opportunity, "o1", roof.into_iter().chain([("contact_id", "c1")]));
        });
    assert_eq!(told, ["opportunity-relinked", "opportunity-imported"]);
}

#[test]
fn w3_what_a_row_that_only_links_its_opportunity_says_is_not_given() {
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Opportunity ID", Opportunity, "id")
        .column("Opportunity Source", Opportunity, "source");
    let mapping = Mapping { clear_token: Some("#N/A".into()), ..mapping };
    let import = Import::new().mapping(mapping);
    let told =
        told_of_the_log(&import, "Opportunity Source", ["trade fair", "website", "#N/A"], |_| ());
    assert_eq!(told, ["opportunity-relinked", "opportunity-imported"]);
}
