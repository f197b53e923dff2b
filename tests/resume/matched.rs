//! Opportunities are matched by what they say and whose they are (O5). An import changes both: when it is
//! resumed, what its rows met before is told by their tokens (behaviour X6).

use crm_import::account::{Account, Duplicates, MatchRule, OpportunityMatching};
use crm_import::{
    Control, FollowUp, FollowUpKind, Import, Mapping, MemoryStorage, Object, Outcome, RowNumber,
};

use super::{pause_after, source, stop_after};

use Object::{Contact, Opportunity};

/// Ana and Bo; whose the opportunity `o1` is, is for each test to say.
fn crm(of: &str) -> MemoryStorage {
    let mut account = Account::default();
    account.opportunities.matching = Some(OpportunityMatching {
        fields: vec!["name".to_owned()],
        ..OpportunityMatching::default()
    });
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "c1", [("email", "ana@example.com")]);
    crm.insert_as(Contact, "c2", [("email", "bo@example.com")]);
    crm.insert_as(Opportunity, "o1", [("name", "Roof"), ("contact_id", of)]);
    crm
}

/// Rows of other people, so that the rows behind them are written with a later batch.
fn others(from: usize) -> String {
    (from..from + 600).map(|n| format!("p{n}@example.com,,Deal,\n")).collect()
}

fn interrupted(file: &str, crm: &mut MemoryStorage) -> crm_import::Report {
    interrupted_as(&Import::new().id("matched"), file, crm)
}

/// Stops after the first batch, and goes on.
fn interrupted_as(import: &Import, file: &str, crm: &mut MemoryStorage) -> crm_import::Report {
    let plan = import.plan(source(file), crm).unwrap();
    let report = import.apply_with(plan, crm, stop_after(1, Control::Pause));
    assert!(report.unwrap().unwritten() > 0);
    let import = import.clone().resume(crm.checkpoint().unwrap().clone());
    let plan = import.plan_resumed(source(file), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

fn uninterrupted(file: &str, crm: &mut MemoryStorage) -> crm_import::Report {
    let import = Import::new().id("matched");
    let plan = import.plan(source(file), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

/// What every record says, ids apart.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let contacts = crm.iter(Contact).map(|(_, record)| format!("{:?}", record.values));
    let deals = crm.iter(Opportunity).map(|(_, record)| {
        let [name, status, of] = ["name", "status", "contact_id"].map(|field| record.value(field));
        let of = of.and_then(|id| crm.get(Contact, id)?.value("email"));
        format!("{name:?} {status:?} {of:?}")
    });
    let mut lines: Vec<String> = contacts.chain(deals).collect();
    lines.sort();
    lines
}

#[test]
fn x6_a_row_meets_the_opportunity_that_it_was_matched_with_though_it_was_moved_and_renamed() {
    // Row 1 is matched with o1, row 2 gives it to Bo under another name.
    let file = format!(
        "Email,Opportunity ID,Opportunity Name,Status\nana@example.com,,Roof,won\n\
         bo@example.com,o1,Attic,\n{}",
        others(0)
    );
    let (mut whole, mut cut) = (crm("c1"), crm("c1"));
    let report = uninterrupted(&file, &mut whole);
    let again = interrupted(&file, &mut cut);
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
    assert_eq!(again.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
    assert_eq!(again.id(Opportunity, RowNumber(1)), Some("o1"));
    assert_eq!(cut.get(Opportunity, "o1").unwrap().value("status"), Some("won"));
}

#[test]
fn x6_a_row_that_brought_an_opportunity_does_not_meet_one_that_came_there_since() {
    // Row 1 meets nobody's; row 2 gives Ana the one of Bo.
    let file = format!(
        "Email,Opportunity ID,Opportunity Name,Status\nana@example.com,,Roof,won\n\
         ana@example.com,o1,,lost\n{}",
        others(0)
    );
    let (mut whole, mut cut) = (crm("c2"), crm("c2"));
    let report = uninterrupted(&file, &mut whole);
    let again = interrupted(&file, &mut cut);
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
    assert_eq!(again.outcome(Opportunity, RowNumber(1)), Some(Outcome::Create));
    assert_ne!(again.id(Opportunity, RowNumber(1)), Some("o1"));
}

#[test]
fn x6_a_row_that_found_nobody_does_not_find_whom_a_later_row_has_given_its_key() {
    // Row 1 is skipped; row 2 gives Ana the phone of row 1.
    let file = format!(
        "Email,Phone,City,Opportunity Name\n,206 555 0100,Oslo,Roof\n\
         ana@example.com,206 555 0100,Rome,\n{}",
        (0..600).map(|n| format!("p{n}@example.com,,Bonn,\n")).collect::<String>()
    );
    let crm = || {
        let mut crm = crm("c2");
        for n in 0..600 {
            crm.insert(Contact, [("email", format!("p{n}@example.com").as_str())]);
        }
        crm.account.default_country = Some("US".into());
        crm
    };
    let import = || Import::new().id("update").contacts(crm_import::Mode::Update);
    let (mut whole, mut cut) = (crm(), crm());
    let plan = import().plan(source(&file), &mut whole).unwrap();
    let report = import().apply(plan, &mut whole).unwrap();
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Skip));

    let again = interrupted_as(&import(), &file, &mut cut);
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
}

#[test]
fn x6_a_row_that_found_nobody_does_not_find_whom_the_rows_around_it_make_fit_in_part() {
    // Row 2 is skipped: Al is no Lee yet, and once row 3 makes him one, he is called Ana.
    let rows = "c1,Al,,,,\n,Al,Lee,ana@example.com,,Oslo\nc1,Ana,Lee,,,\n";
    let others: String = (0..600).map(|n| format!(",,,,Firm {n},Bonn\n")).collect();
    let file = format!("Contact ID,First Name,Last Name,Email,Company,City\n{rows}{others}");
    let crm = || {
        let mut crm = crm("c2");
        let person = ["first_name", "last_name", "email"].map(str::to_owned).to_vec();
        crm.account.dedup.contacts = vec![MatchRule(person), MatchRule(vec!["company".into()])];
        for n in 0..600 {
            crm.insert(Contact, [("company", format!("Firm {n}").as_str())]);
        }
        crm
    };
    let import = || Import::new().id("update").contacts(crm_import::Mode::Update);
    let (mut whole, mut cut) = (crm(), crm());
    let plan = import().plan(source(&file), &mut whole).unwrap();
    let report = import().apply(plan, &mut whole).unwrap();
    assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Skip));

    let again = interrupted_as(&import(), &file, &mut cut);
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
}

/// The account has room for one opportunity in a pipeline. A later row moves another one there.
#[test]
fn x6_o4_a_row_that_was_to_bring_an_opportunity_brings_it_though_another_has_come_into_its_pipeline()
 {
    // So many that they are written in several batches, though they are of one contact.
    let many: String = (0..1_010).map(|n| format!("ana@example.com,,Deal {n},P{n}\n")).collect();
    let file = format!(
        "Email,Opportunity ID,Opportunity Name,Pipeline\n,o1,,\n{many}\
         ana@example.com,,Loft,Care\n,o1,,Care\n"
    );
    for policy in [Duplicates::Update, Duplicates::OnePerPipeline] {
        let crm = || {
            let mut crm = crm("c1");
            crm.account.opportunities.matching = None;
            crm.account.opportunities.duplicates = policy;
            crm
        };
        let (mut whole, mut cut) = (crm(), crm());
        let report = uninterrupted(&file, &mut whole);
        assert_eq!(report.stats().opportunities.create, 1_011);
        let again = interrupted(&file, &mut cut);
        assert_eq!(again.stats(), report.stats(), "{policy:?}");
        assert_eq!(content(&cut), content(&whole), "{policy:?}");
    }
}

#[test]
fn x6_a_contact_that_another_row_meets_first_when_resumed_has_its_follow_ups_once() {
    // Row 1 means Ann, until row 3 gives Bo her name; then row 2 meets her first.
    let rows = "Id,First Name,Last Name,Email\n,Ann,Lee,\n,,,ann@example.com\nc2,Ann,Lee,\n";
    let others: String = (0..600).map(|n| format!(",P{n},Ray,p{n}@example.com\n")).collect();
    let file = format!("{rows}{others}");
    let mut crm = MemoryStorage::default();
    crm.account.dedup.contacts = vec![
        MatchRule(vec!["first_name".into(), "last_name".into()]),
        MatchRule(vec!["email".into()]),
    ];
    let ann = [("first_name", "Ann"), ("last_name", "Lee"), ("email", "ann@example.com")];
    crm.insert_as(Contact, "c1", ann);
    crm.insert_as(Contact, "c2", [("first_name", "Bo"), ("last_name", "Ray")]);
    let mapping = Mapping::default()
        .column("Id", Contact, "id")
        .column("First Name", Contact, "first_name")
        .column("Last Name", Contact, "last_name")
        .column("Email", Contact, "email");
    let workflow = FollowUp::of(FollowUpKind::Workflow, "welcome");
    interrupted_as(&Import::new().id("once").mapping(mapping).follow_up(workflow), &file, &mut crm);
    for id in ["c1", "c2"] {
        assert_eq!(crm.follow_ups().iter().filter(|it| it.contact == id).count(), 1, "{id}");
    }
    assert_eq!(crm.follow_ups().len(), crm.len(Contact));
}

/// Ana's roof, in an account with a pipeline, where opportunities have stages.
fn crm_with_stages() -> MemoryStorage {
    let mut crm = crm("c1");
    let stages = serde_json::json!([{ "id": "s1", "name": "New" }, { "id": "s2", "name": "Won" }]);
    let pipelines = serde_json::json!([{ "id": "p1", "name": "Sales", "stages": stages }]);
    crm.account.pipelines = serde_json::from_value(pipelines).unwrap();
    let roof = [("name", "Roof"), ("pipeline", "p1"), ("stage", "s1"), ("contact_id", "c1")];
    crm.insert_as(Opportunity, "o1", roof);
    crm.insert_as(Opportunity, "o2", [("name", "Barn"), ("pipeline", "p1"), ("stage", "s1")]);
    crm
}

const STAGED: &str = "Email,Opportunity Name,Stage,Status\n";

fn staged_others() -> String {
    (0..600).map(|n| format!("p{n}@example.com,Deal,New,\n")).collect()
}

#[test]
fn x6_o5_what_a_row_leaves_that_could_create_none_is_not_created_when_resumed() {
    // Row 1 has no stage that there is, and is matched with o1; so is row 2, which could create one.
    let rows = "ana@example.com,Roof,Nowhere,won\nana@example.com,Roof,Won,\n";
    let file = format!("{STAGED}{rows}{}", staged_others());
    let (mut whole, mut cut) = (crm_with_stages(), crm_with_stages());
    let report = uninterrupted(&file, &mut whole);
    let again = interrupted(&file, &mut cut);
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
    assert_eq!(again.outcome(Opportunity, RowNumber(2)), Some(Outcome::Merged));
    assert_eq!(cut.get(Opportunity, "o1").unwrap().value("stage"), Some("s2"));
}

/// A run that is interrupted and goes on tells and leaves what this one has, which was not.
fn interrupted_anywhere(
    import: &Import,
    file: &str,
    report: &crm_import::Report,
    whole: &MemoryStorage,
) {
    for events in 1..=5 {
        let mut cut = crm_with_stages();
        import.run_with(source(file), &mut cut, pause_after(events)).unwrap();
        let Some(checkpoint) = cut.checkpoint().cloned() else { continue };
        let again = import.clone().resume(checkpoint).run(source(file), &mut cut).unwrap();
        assert_eq!(again.stats(), report.stats(), "after {events} events");
        assert_eq!(content(&cut), content(whole), "after {events} events");
    }
}

#[test]
fn x6_o5_it_is_left_to_a_row_of_another_window_too() {
    let (one, other) = (
        "ana@example.com,Roof,Nowhere,won\n",
        "ana@example.com,Roof,Won,\nana@example.com,Roof,,\n",
    );
    let file = format!("{STAGED}{one}{}{other}", staged_others());
    let import = Import::new().id("windows").run_window(200);
    let mut whole = crm_with_stages();
    let report = import.run(source(&file), &mut whole).unwrap();
    // Row 602 is matched with o1, row 603 finds none that is left.
    assert_eq!(report.stats().opportunities.create, 601);
    interrupted_anywhere(&import, &file, &report, &whole);
}

#[test]
fn x6_a_row_that_failed_for_its_stage_does_not_meet_what_a_later_row_has_named_like_it() {
    // Row 1 finds no attic; row 2, of the next window, makes one of the roof.
    let rows = ",ana@example.com,Attic,Nowhere\no1,,Attic,\n,bo@example.com,Deal,New\n";
    let file = format!("Opportunity ID,Email,Opportunity Name,Stage\n{rows}");
    let mut whole = crm_with_stages();
    let import = Import::new().id("windows").run_window(1);
    let report = import.run(source(&file), &mut whole).unwrap();
    assert_eq!(report.stats().opportunities.fail, 1);
    interrupted_anywhere(&import, &file, &report, &whole);
}

#[test]
fn x6_an_opportunity_that_a_window_only_looks_up_is_not_told_to_have_changed() {
    // Row 1 changes nothing. Row 3, of the next window, has the opportunities of its contact looked up.
    let file = "Contact ID,Opportunity ID,Opportunity Name\n,o1,\n,o2,Loft\nc1,,Attic\n";
    let import = Import::new().id("windows").run_window(2);
    let mut whole = crm_with_stages();
    let report = import.run(source(file), &mut whole).unwrap();
    assert_eq!(report.stats().opportunities.unchanged, 1);
    interrupted_anywhere(&import, file, &report, &whole);
}

/// The row updates the lowest of two in its pipeline (O4), and says so each time.
#[test]
fn x6_o4_which_of_several_opportunities_was_taken_is_told_again() {
    let account = r#"{ "opportunities": { "duplicates": "update" },
        "pipelines": [{ "id": "p1", "name": "Sales", "stages": [{ "id": "s1", "name": "New" }] }] }"#;
    let mut crm = MemoryStorage::new(serde_json::from_str(account).unwrap());
    crm.insert_as(Contact, "c1", [("email", "ana@example.com")]);
    for (id, name) in [("o1", "Roof"), ("o2", "Attic")] {
        crm.insert_as(Opportunity, id, [("name", name), ("pipeline", "p1"), ("contact_id", "c1")]);
    }
    let file = "Email,Opportunity Name\nana@example.com,Loft\n";
    let told = |report: &crm_import::Report| -> Vec<String> {
        report.issues().map(|issue| format!("{} {}", issue.code, issue.message())).collect()
    };
    let first = uninterrupted(file, &mut crm);
    assert!(told(&first)[0].starts_with("opportunity-match-several"), "{:?}", told(&first));
    let again = Import::new().resume(crm.checkpoint().unwrap().clone());
    let plan = again.plan_resumed(source(file), &mut crm).unwrap();
    let report = again.apply(plan, &mut crm).unwrap();
    assert_eq!((told(&report), report.stats()), (told(&first), first.stats()));
}
