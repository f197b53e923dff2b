//! A log that nobody has mended is imported again, or one whose contacts the first import has made.

use crm_import::account::Repeats;
use crm_import::dedup::DedupPolicy;
use crm_import::{
    Account, FollowUp, FollowUpKind, Import, Issue, IssueCode, MemoryStorage, Mode, Object,
    Outcome, RowNumber,
};

use super::{ana, codes, crm, log_of, records, run};
use Object::{Contact, Opportunity};

/// Ana stands there twice, and neither row has anything else that is wrong.
const REPEATED: &str = "Email,City,Opportunity Name,Pipeline\n\
    a@x.org,Rome,Roof,Sales\na@x.org,Paris,Wall,Sales\n";

fn rejecting() -> MemoryStorage {
    let mut crm = crm();
    crm.account.dedup.repeats = Repeats::Reject;
    crm
}

#[test]
fn m10_a_repeat_that_was_rejected_is_rejected_again_until_somebody_changes_it() {
    for mode in [Mode::Upsert, Mode::Create] {
        let mut crm = rejecting();
        let import = Import::new().contacts(mode);
        let log = log_of(&run(&import, REPEATED, &mut crm));
        let again = run(&import, &log, &mut crm);
        assert_eq!(again.outcome(Contact, RowNumber(1)), Some(Outcome::Fail), "{mode:?}");
        let issue = again.issues().find(|issue| issue.code == IssueCode::RepeatRejected).unwrap();
        let said = "the contact is on row 1 (of the file that this log is about) already";
        assert_eq!(issue.message(), said);
        assert_eq!(ana(&crm)[1], Some("Rome"));
        // The log of the log knows it, too.
        let log = log_of(&again);
        run(&import, &log, &mut crm);
        assert_eq!((ana(&crm)[1], crm.len(Contact), crm.len(Opportunity)), (Some("Rome"), 1, 2));
    }
}

#[test]
fn m10_a_repeat_that_was_rejected_counts_once_it_is_mended() {
    let mut crm = rejecting();
    let log = log_of(&run(&Import::new(), REPEATED, &mut crm));
    run(&Import::new(), &log.replace("Paris", "Bern"), &mut crm);
    assert_eq!((ana(&crm)[1], crm.len(Contact)), (Some("Bern"), 1));
}

/// The address was mistyped: the row was never about Ana.
#[test]
fn m10_a_repeat_that_was_left_out_may_turn_out_to_be_somebody_else() {
    for repeats in [Repeats::KeepFirst, Repeats::Reject] {
        let mut crm = crm();
        crm.account.dedup.repeats = repeats;
        let file = REPEATED.replace("Wall,Sales", "Wall,Nope");
        let log = log_of(&run(&Import::new(), &file, &mut crm));
        let mended = log.replace("Nope", "Sales").replace("a@x.org,Paris", "b@x.org,Paris");
        let again = run(&Import::new(), &mended, &mut crm);
        assert_eq!(again.outcome(Contact, RowNumber(1)), Some(Outcome::Create), "{repeats:?}");
        assert_eq!((crm.len(Contact), crm.len(Opportunity)), (2, 2));
        assert_eq!(ana(&crm)[1], Some("Rome"));
    }
}

/// Who was imported is there by now, and who only creates changes nobody who is there (§5).
#[test]
fn section_5_a_log_that_only_creates_leaves_the_contacts_of_the_first_import_as_they_are() {
    let mut crm = crm();
    let import = Import::new().contacts(Mode::Create);
    let file = "Email,City,Opportunity Name,Pipeline\na@x.org,Rome,,\na@x.org,Paris,Wall,Nope\n";
    let log = log_of(&run(&import, file, &mut crm));
    let mended = log.replace("Paris", "Bern").replace("Nope", "Sales");
    let again = run(&import, &mended, &mut crm.clone());
    assert_eq!((codes(&again), again.stats().links), (vec!["contact-exists"], 1));
    let issue = again.issues().next().unwrap();
    assert_eq!(issue.remedy(), "choose Create & Update to change it");
    // That is what one does.
    run(&Import::new(), &mended, &mut crm);
    assert_eq!((ana(&crm)[1], crm.len(Contact)), (Some("Bern"), 1));
}

#[test]
fn section_15_an_issue_shows_the_beginning_of_a_cell_and_the_log_has_all_of_it() {
    let long = "x".repeat(20_000);
    let file = format!("Email,First Name,Contact Type\n{long},Ana,\na@x.org,Bo,{long}\n");
    let mut crm = MemoryStorage::new(Account {
        options: [("contact_type".to_owned(), vec!["Lead".to_owned()])].into_iter().collect(),
        dedup: DedupPolicy {
            keyless: crm_import::account::Keyless::Fail,
            ..DedupPolicy::default()
        },
        ..Account::default()
    });
    let report = run(&Import::new(), &file, &mut crm);
    let values: Vec<String> = report.issues().filter_map(|issue| issue.value).collect();
    let shown = format!("{}…", &long[..Issue::LONGEST_VALUE]);
    assert_eq!(values.iter().filter(|value| **value == shown).count(), 2, "{values:?}");
    assert!(report.issues().all(|issue| issue.message().len() < 1_200));
    // What a person maps has to be whole.
    assert_eq!(report.plan().unknown_values()[0].value, long);
    let log = log_of(&report);
    let rows = records(&log);
    assert_eq!((rows.len(), rows[1][0] == long), (2, true));
}

/// When row 2 was read nobody had its phone, so its address led to Ana. By now Bo has it.
#[test]
fn m10_the_deal_of_a_repeat_goes_to_the_contact_that_its_row_repeats() {
    for repeats in [Repeats::KeepFirst, Repeats::Reject] {
        let mut crm = crm();
        crm.account.dedup =
            DedupPolicy { repeats, ..DedupPolicy::by([vec!["phone"], vec!["email"]]) };
        let file = "Email,City,Phone,Opportunity Name,Pipeline\n\
                    a@x.org,Rome,,Roof,Sales\na@x.org,Paris,206-555-0103,Wall,Nope\n\
                    b@x.org,Oslo,206-555-0103,,\n";
        let log = log_of(&run(&Import::new(), file, &mut crm));
        let again = run(&Import::new(), &log.replace("Nope", "Sales"), &mut crm);
        let wall = again.id(Opportunity, RowNumber(1)).unwrap();
        let owner = crm.get(Opportunity, wall).unwrap().value("contact_id").unwrap();
        let owner = crm.get(Contact, owner).unwrap();
        assert_eq!(
            ["email", "city"].map(|field| owner.value(field)),
            [Some("a@x.org"), Some("Rome")]
        );
        assert_eq!(crm.len(Contact), 2, "{repeats:?}");
    }
}

#[test]
fn f1_no_follow_up_is_done_twice_for_a_contact_that_was_imported_with_the_file() {
    let workflow = FollowUp::of(FollowUpKind::Workflow, "Welcome");
    let import = Import::new().follow_up(workflow);
    let mut crm = crm();
    let file = "Email,Opportunity Name,Pipeline\n\
                ana@example.com,Roof,Sails\n\
                bo@,Deck,Sales\n";
    let log = log_of(&run(&import, file, &mut crm));
    assert_eq!(crm.follow_ups().len(), 1); // Ana's
    let mended = log.replace("bo@,", "bo@example.com,").replace("Sails", "Sales");
    let report = run(&import, &mended, &mut crm);
    assert_eq!(report.stats().opportunities.create, 2);
    assert_eq!(crm.follow_ups().len(), 2); // and Bo's
}

/// Ids are counted from 1 in every database, so that those of another one mean somebody else.
#[test]
fn section_15_a_log_of_another_database_is_told_by_contacts_without_the_keys_of_their_rows() {
    let file = "Email,Opportunity Name,Pipeline\nana@x.org,Roof,Nope\n";
    let mut own = crm();
    own.insert_as(Contact, "c1", [("email", "ana@x.org")]);
    let log = log_of(&run(&Import::new(), file, &mut own)).replace("Nope", "Sales");
    let mut other = crm();
    other.insert_as(Contact, "c1", [("email", "bo@x.org")]);
    for window in [1, 9] {
        let told = run(&Import::new().planning_window(window), &log, &mut other.clone());
        assert_eq!(codes(&told), ["contact-unlike-log", "contact-imported"]);
        let issue = told.issues().next().unwrap();
        assert_eq!(issue.column.as_deref(), Some("Import contact id"));
        assert!(issue.message().contains("became the contact c1"), "{issue}");
    }
    assert_eq!(codes(&run(&Import::new(), &log, &mut own)), ["contact-imported"]);
}

/// The row fails a second time, so that the log is about a log.
#[test]
fn section_15_nor_does_a_log_of_such_a_log_change_the_contact() {
    let file = "Email,Opportunity Name,Pipeline\nana@x.org,Roof,Nope\n";
    let mut own = crm();
    own.insert_as(Contact, "c1", [("email", "ana@x.org")]);
    let log = log_of(&run(&Import::new(), file, &mut own));
    let mut other = crm();
    other.insert_as(Contact, "c1", [("email", "bo@x.org")]);
    let again = log_of(&run(&Import::new(), &log, &mut other)).replace("Nope", "Sales");
    let told = run(&Import::new(), &again, &mut other);
    assert_eq!(codes(&told), ["contact-unlike-log", "contact-imported"]);
    assert_eq!(told.stats().opportunities.create, 1);
    assert_eq!(other.get(Contact, "c1").unwrap().value("email"), Some("bo@x.org"));
}
