//! What the fingerprint of a plan tells and what it does not: whether what was shown in one request is
//! still what would be done in another.

#![allow(clippy::unwrap_used)]

use Object::{Contact, Opportunity};
use crm_import::plan::{Counts, Fingerprint};
use crm_import::{
    Account, FollowUp, FollowUpKind, Import, IssueCode, MemoryStorage, Mode, Object, Plan, Source,
};

const FILE: &str = "Email,City,Opportunity Name,Opportunity Value\n\
                    ana@example.com,Rome,Roof,100\n\
                    bo@example.com,,Loft,200\n\
                    nowhere,,Shed,\n\
                    cy@example.com,Bath,,\n";

/// Ana is there with another city, Cy with the one of the file.
fn crm() -> MemoryStorage {
    let account = Account { default_country: Some("US".into()), ..Account::default() };
    let mut crm = MemoryStorage::new(account);
    crm.insert(Contact, [("email", "ana@example.com"), ("city", "York"), ("last_name", "Lee")]);
    crm.insert(Contact, [("email", "cy@example.com"), ("city", "Bath")]);
    crm
}

fn plan_of(import: &Import, file: &str, crm: &mut MemoryStorage) -> Plan {
    import.plan(Source::from_bytes(file.as_bytes()), crm).unwrap()
}

fn of(import: &Import, file: &str, crm: &mut MemoryStorage) -> Fingerprint {
    plan_of(import, file, crm).fingerprint()
}

/// The fingerprint of the plan of the same file once this has been done to the CRM.
fn after(change: impl FnOnce(&mut MemoryStorage)) -> Fingerprint {
    let mut crm = crm();
    change(&mut crm);
    of(&Import::new(), FILE, &mut crm)
}

fn shown() -> Fingerprint {
    after(|_| ())
}

#[test]
fn the_same_file_planned_again_has_the_same_fingerprint() {
    assert_eq!(shown(), shown());
    // In every process and on every machine: this was written down in another one.
    assert_eq!(shown().to_string(), "c251ff6d78bd2e1105cf7b99909bd291");
}

/// The mapping that was shown is kept as JSON, with the formats that were found in the file.
#[test]
fn the_mapping_that_was_used_gives_the_same_fingerprint() {
    let file =
        "Mail address,Born,City\nana@example.com,31/12/1990,Rome\nbo@example.com,01/02/1990,\n";
    let shown = plan_of(&Import::new(), file, &mut crm());
    let kept = serde_json::to_string(shown.mapping()).unwrap();
    let import = Import::new().mapping(serde_json::from_str(&kept).unwrap());
    assert_eq!(of(&import, file, &mut crm()), shown.fingerprint());
    assert_eq!(shown.stats().contacts.warnings, 0);
}

/// Two requests that come together see the same storage, and both find what was shown.
#[test]
fn two_confirmations_at_once_write_nothing_twice_under_one_id() {
    let (import, mut crm) = (Import::new().id("upload 17"), crm());
    let confirmed = [(); 2].map(|()| plan_of(&import, FILE, &mut crm));
    assert_eq!(confirmed[0].fingerprint(), confirmed[1].fingerprint());
    let [first, second] = confirmed.map(|plan| {
        let planned = *plan.stats();
        (planned, import.apply(plan, &mut crm).unwrap())
    });
    assert_eq!(*first.1.stats(), first.0);
    // The second one writes nothing, and says so.
    let (planned, report) = second;
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (0, 0));
    let Counts { create, update, unchanged, .. } = planned.contacts;
    assert_eq!(report.stats().contacts.unchanged, create + update + unchanged);
    assert_eq!(report.issue_counts()[&IssueCode::AlreadyWritten], 4);
    assert_eq!((crm.len(Contact), crm.len(Opportunity)), (3, 2));
}

#[test]
fn neither_windows_nor_threads_nor_the_dialect_of_the_file_show() {
    for window in [1, 2, 7] {
        for threads in [1, 3] {
            let import = Import::new().planning_window(window).threads(threads);
            assert_eq!(of(&import, FILE, &mut crm()), shown(), "{window} rows, {threads} threads");
        }
    }
    let other = FILE.replace(',', ";").replace("ana@example.com", "\"ana@example.com\"");
    assert_eq!(of(&Import::new(), &other, &mut crm()), shown());
}

#[test]
fn a_stored_value_that_is_to_be_overwritten_shows() {
    let leeds = [("email", "ana@example.com"), ("city", "Leeds"), ("last_name", "Lee")];
    assert_ne!(after(|crm| crm.insert_as(Contact, "c1", leeds)), shown());
    let there = [("email", "ana@example.com"), ("city", "Rome"), ("last_name", "Lee")];
    assert_ne!(after(|crm| crm.insert_as(Contact, "c1", there)), shown());
}

#[test]
fn a_stored_value_that_the_plan_leaves_alone_does_not_show() {
    let married = [("email", "ana@example.com"), ("city", "York"), ("last_name", "Kim")];
    let mut now = crm();
    now.insert_as(Contact, "c1", married);
    let plan = plan_of(&Import::new(), FILE, &mut now);
    // The version is another one, and the plan expects it.
    let version = |plan: &Plan| plan.steps().next().unwrap().version().map(str::to_owned);
    assert_ne!(version(&plan), version(&plan_of(&Import::new(), FILE, &mut crm())));
    assert_eq!(plan.fingerprint(), shown());
}

#[test]
fn a_contact_that_somebody_else_has_created_or_taken_away_meanwhile_shows() {
    assert_ne!(after(|crm| drop(crm.insert(Contact, [("email", "bo@example.com")]))), shown());
    let elsewhere = [("email", "cy@example.org"), ("city", "Bath")];
    assert_ne!(after(|crm| crm.insert_as(Contact, "c2", elsewhere)), shown());
    // Cy is unchanged as before, but is another record.
    let again = after(|crm| {
        crm.insert_as(Contact, "c2", elsewhere);
        crm.insert_as(Contact, "c9", [("email", "cy@example.com"), ("city", "Bath")]);
    });
    assert_ne!(again, shown());
}

#[test]
fn records_that_the_file_does_not_meet_do_not_show() {
    let unrelated = after(|crm| {
        crm.insert(Contact, [("email", "dee@example.com"), ("city", "Rome")]);
        crm.insert(Opportunity, [("name", "Roof"), ("contact_id", "c3")]);
    });
    assert_eq!(unrelated, shown());
}

#[test]
fn what_the_import_may_do_shows_in_what_it_would_do() {
    let create = Import::new().contacts(Mode::Create);
    assert_ne!(of(&create, FILE, &mut crm()), shown());
    // Nobody is asked for more than there is.
    let other = FILE.replace("Rome", "Nice");
    assert_ne!(of(&Import::new(), &other, &mut crm()), shown());
    let other = FILE.replace("cy@example.com,Bath", "cy@example.com,Hull");
    assert_ne!(of(&Import::new(), &other, &mut crm()), shown());
}

#[test]
fn a_row_that_fails_shows_and_the_words_of_its_issue_do_not() {
    let other = FILE.replace("nowhere", "neverland");
    assert_eq!(of(&Import::new(), &other, &mut crm()), shown());
    let mended = FILE.replace("nowhere", "dee@example.com");
    assert_ne!(of(&Import::new(), &mended, &mut crm()), shown());
}

#[test]
fn whom_an_opportunity_was_and_will_be_linked_to_shows() {
    let file = "Opportunity ID,Opportunity Value,Email\no1,500,ana@example.com\n";
    let linked = |contact: &str| {
        let mut crm = crm();
        let roof = [("name", "Roof"), ("value", "100"), ("contact_id", contact)];
        crm.insert_as(Opportunity, "o1", roof);
        of(&Import::new(), file, &mut crm)
    };
    assert_ne!(linked("c1"), linked("c2"));
    assert_ne!(linked("c2"), linked(""));
}

#[test]
fn follow_ups_show() {
    let follow_up = |name: &str| Import::new().follow_up(FollowUp::of(FollowUpKind::List, name));
    let [fair, spring] = ["fair", "spring"].map(|name| of(&follow_up(name), FILE, &mut crm()));
    assert!(fair != spring && fair != shown());
    // They are for whom the opportunities are of, and contacts are numbered as windows meet them.
    let file = "Email,Opportunity Name\ncy@example.com,Roof\nana@example.com,Loft\n";
    let workflow = FollowUp::of(FollowUpKind::Workflow, "welcome");
    let import = Import::new().objects([Opportunity]).follow_up(workflow);
    let whole = of(&import, file, &mut crm());
    assert_eq!(of(&import.clone().planning_window(1), file, &mut crm()), whole);
    assert_ne!(of(&Import::new().objects([Opportunity]), file, &mut crm()), whole);
}

#[test]
fn it_is_kept_as_text() {
    let kept = serde_json::to_string(&shown()).unwrap();
    assert_eq!(kept, format!("\"{}\"", shown()));
    assert_eq!(serde_json::from_str::<Fingerprint>(&kept).unwrap(), shown());
    assert_eq!(shown().to_string().to_uppercase().parse(), Ok(shown()));
    assert!("no number".parse::<Fingerprint>().is_err());
    assert!(serde_json::from_str::<Fingerprint>("7").is_err());
}
