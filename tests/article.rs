//! The help article this crate makes programmable (behaviour §0), one test for each of its sentences,
//! through the public API only.

#![allow(clippy::unwrap_used)]

use crm_import::account::{DedupPolicy, Pipeline, Stage, User};
use crm_import::mapping::{ColumnMapping, Confidence};
use crm_import::{
    Account, CustomField, FieldKind, FollowUp, FollowUpKind, Import, IssueCode, Mapping,
    MemoryStorage, Mode, Object, Outcome, Plan, Report, Scope, Source,
};

use Object::{Contact, Opportunity};

/// An account in the United States with one pipeline, e-mail then phone.
fn crm() -> MemoryStorage {
    let stage = |id: &str, name: &str| Stage { id: id.into(), name: name.into() };
    let sales = Pipeline {
        id: "p1".into(),
        name: "Sales".into(),
        stages: vec![stage("s1", "New"), stage("s2", "Proposal")],
    };
    MemoryStorage::new(Account {
        default_country: Some("US".into()),
        pipelines: vec![sales],
        users: vec![User {
            id: "u1".into(),
            name: "Ann Lee".into(),
            email: "ann@example.com".into(),
        }],
        options: [("lost_reason".to_owned(), vec!["Price".to_owned()])].into_iter().collect(),
        ..Account::default()
    })
}

fn plan(import: &Import, file: &str, crm: &mut MemoryStorage) -> Plan {
    import.plan(Source::from_bytes(file.as_bytes()), crm).unwrap()
}

fn run(import: &Import, file: &str, crm: &mut MemoryStorage) -> Report {
    let plan = plan(import, file, crm);
    import.apply(plan, crm).unwrap()
}

fn outcomes(plan: &Plan, object: Object) -> Vec<Option<Outcome>> {
    plan.rows().map(|row| row.side(object).map(|side| side.outcome())).collect()
}

fn codes(plan: &Plan) -> Vec<IssueCode> {
    plan.issues().map(|issue| issue.code).collect()
}

// Steps 1 and 2: choose Contacts, Opportunities or both.

const BOTH: &str = "First Name,Email,Opportunity Name\nAna,ana@example.com,Roof\n";

#[test]
fn contacts_alone_can_be_imported() {
    let mut crm = crm();
    let report = run(&Import::new().objects([Contact]), BOTH, &mut crm);
    assert_eq!(report.stats().contacts.create, 1);
    assert_eq!((report.stats().opportunities.rows, crm.len(Opportunity)), (0, 0));
}

#[test]
fn opportunities_alone_can_be_imported_and_find_their_contact_without_writing_it() {
    let mut crm = crm();
    let ana = crm.insert(Contact, [("email", "ana@example.com"), ("first_name", "Anna")]);
    let report = run(&Import::new().objects([Opportunity]), BOTH, &mut crm);
    assert_eq!((report.stats().opportunities.create, report.stats().contacts.rows), (1, 0));
    let (_, deal) = crm.iter(Opportunity).next().unwrap();
    assert_eq!(deal.value("contact_id"), Some(ana.as_str()));
    assert_eq!(crm.get(Contact, &ana).unwrap().value("first_name"), Some("Anna"));
}

#[test]
fn both_objects_can_be_imported_at_once_from_one_file() {
    let mut crm = crm();
    let report = run(&Import::new(), BOTH, &mut crm);
    let stats = report.stats();
    assert_eq!((stats.contacts.create, stats.opportunities.create, stats.links), (1, 1, 1));
}

// Step 3: one CSV; per object Create, Update, or Create & Update.

const KNOWN_AND_NEW: &str = "Email,First Name\nana@example.com,Ana\nbo@example.com,Bo\n";

fn with_ana() -> MemoryStorage {
    let mut crm = crm();
    crm.insert(Contact, [("email", "ana@example.com"), ("first_name", "Anna")]);
    crm
}

#[test]
fn create_adds_new_contacts_and_leaves_known_ones_as_they_are() {
    let mut crm = with_ana();
    let report = run(&Import::new().contacts(Mode::Create), KNOWN_AND_NEW, &mut crm);
    assert_eq!((report.stats().contacts.create, report.stats().contacts.skip), (1, 1));
    assert_eq!(crm.get(Contact, "c1").unwrap().value("first_name"), Some("Anna"));
}

#[test]
fn update_changes_known_contacts_and_adds_none() {
    let mut crm = with_ana();
    let report = run(&Import::new().contacts(Mode::Update), KNOWN_AND_NEW, &mut crm);
    assert_eq!((report.stats().contacts.update, report.stats().contacts.skip), (1, 1));
    assert_eq!(crm.len(Contact), 1);
    assert_eq!(crm.get(Contact, "c1").unwrap().value("first_name"), Some("Ana"));
}

#[test]
fn create_and_update_creates_and_updates() {
    let mut crm = with_ana();
    let report = run(&Import::new().contacts(Mode::Upsert), KNOWN_AND_NEW, &mut crm);
    assert_eq!((report.stats().contacts.update, report.stats().contacts.create), (1, 1));
}

#[test]
fn each_object_has_a_mode_of_its_own() {
    let mut crm = with_ana();
    crm.insert_as(Opportunity, "77", [("name", "Roof"), ("contact_id", "c1"), ("pipeline", "p1")]);
    let import = Import::new().contacts(Mode::Create).opportunities(Mode::Update);
    let file =
        "Email,First Name,Opportunity ID,Opportunity Name\nana@example.com,Ana,77,Big roof\n";
    let plan = plan(&import, file, &mut crm);
    assert_eq!(outcomes(&plan, Contact), [Some(Outcome::Skip)]);
    assert_eq!(outcomes(&plan, Opportunity), [Some(Outcome::Update)]);
}

// Step 3: an Opportunity ID updates, none creates.

#[test]
fn a_row_with_an_opportunity_id_updates_that_opportunity() {
    let mut crm = with_ana();
    crm.insert_as(Opportunity, "77", [("name", "Roof"), ("contact_id", "c1"), ("pipeline", "p1")]);
    let file = "Email,Opportunity ID,Opportunity Name,Value\nana@example.com,77,Roof,$1,\n";
    run(&Import::new(), &file.replace("$1,", "\"$1,200.50\""), &mut crm);
    assert_eq!(crm.len(Opportunity), 1);
    assert_eq!(crm.get(Opportunity, "77").unwrap().value("value"), Some("1200.5"));
}

#[test]
fn a_row_without_an_opportunity_id_creates_one_every_time() {
    let mut crm = crm();
    run(&Import::new(), BOTH, &mut crm);
    let second = run(&Import::new(), BOTH, &mut crm);
    assert_eq!((second.stats().contacts.create, second.stats().contacts.unchanged), (0, 1));
    assert_eq!((second.stats().opportunities.create, crm.len(Opportunity)), (1, 2));
}

#[test]
fn an_opportunity_id_that_nobody_has_is_an_error_and_never_a_create() {
    let mut crm = with_ana();
    let file = "Email,Opportunity ID,Opportunity Name\nana@example.com,999,Roof\n";
    let plan = plan(&Import::new(), file, &mut crm);
    assert_eq!(outcomes(&plan, Opportunity), [Some(Outcome::Fail)]);
    assert!(codes(&plan).contains(&IssueCode::OpportunityIdUnknown));
}

// Step 3: contacts are matched as the account's global settings say.

#[test]
fn how_contacts_are_matched_comes_from_the_account_and_the_plan_records_it() {
    let file = "Email,Phone\nana@example.com,206-555-0123\n";
    let mut by_phone = crm();
    by_phone.account.dedup = DedupPolicy::by([["phone"]]);
    by_phone.insert(Contact, [("email", "ana@example.com")]);
    let bo = by_phone.insert(Contact, [("phone", "+12065550123")]);
    let plan = plan(&Import::new(), file, &mut by_phone);
    let row = plan.rows().next().unwrap();
    assert_eq!(row.side(Contact).unwrap().id(), Some(bo.as_str()));
    assert_eq!(plan.account().dedup, by_phone.account.dedup);
}

#[test]
fn the_second_setting_is_tried_where_the_first_finds_nobody() {
    let mut crm = crm();
    let ana = crm.insert(Contact, [("phone", "(206) 555-0123")]);
    let file = "Email,Phone\nana@example.com,+1 206 555 0123\n";
    let plan = plan(&Import::new(), file, &mut crm);
    let side = plan.rows().next().unwrap().side(Contact).unwrap();
    assert_eq!((side.id(), side.reason().unwrap().name()), (Some(ana.as_str()), "phone".into()));
}

#[test]
fn a_contact_id_decides_before_any_other_key_and_an_unknown_one_is_an_error() {
    let mut crm = with_ana();
    let bo = crm.insert(Contact, [("email", "bo@example.com")]);
    let file = format!("Contact ID,Email\n{bo},bo2@example.com\nnobody,ana@example.com\n");
    let plan = plan(&Import::new(), &file, &mut crm);
    assert_eq!(outcomes(&plan, Contact), [Some(Outcome::Update), Some(Outcome::Fail)]);
    assert!(codes(&plan).contains(&IssueCode::ContactIdUnknown));
}

// Step 4: map the columns to the fields of the right object.

#[test]
fn columns_are_mapped_to_the_fields_of_the_right_object() {
    let mut crm = crm();
    let file =
        "Email,Opportunity Name,Pipeline,Stage,Shoe Size\nana@example.com,Roof,Sales,New,41\n";
    let rows = Source::from_bytes(file.as_bytes()).open().unwrap();
    let suggested = Import::new().suggest(&rows, &crm.account);
    let sure = suggested.iter().filter(|column| column.confidence == Confidence::Sure).count();
    assert_eq!(sure, 4);
    let plan = plan(&Import::new(), file, &mut crm);
    assert_eq!(plan.unmapped()[0].header, "Shoe Size");
}

#[test]
fn custom_fields_that_exist_can_be_mapped() {
    let mut crm = crm();
    crm.account.custom_fields.push(CustomField {
        object: Contact,
        key: "shoe_size".into(),
        label: "Shoe Size".into(),
        kind: FieldKind::Number,
        options: vec![],
    });
    run(&Import::new(), "Email,Shoe Size\nana@example.com,41\n", &mut crm);
    assert_eq!(crm.get(Contact, "c1").unwrap().value("shoe_size"), Some("41"));
}

#[test]
fn a_saved_mapping_can_be_used_instead_of_the_suggested_one() {
    let mut crm = crm();
    let to = |header: &str, field: &str| ColumnMapping {
        header: Some(header.into()),
        object: Some(Contact),
        field: Some(field.into()),
        ..ColumnMapping::default()
    };
    let columns = vec![to("A", "email"), to("B", "city")];
    let import = Import::new().mapping(Mapping { columns, ..Mapping::default() });
    run(&import, "A,B\nana@example.com,Paris\n", &mut crm);
    assert_eq!(crm.get(Contact, "c1").unwrap().value("city"), Some("Paris"));
}

// Step 4: several e-mails and phones per contact.

#[test]
fn a_contact_may_have_several_emails_and_phones() {
    let mut crm = crm();
    let file = "Email,Additional Emails,Phone,Additional Phones\n\
        ana@example.com,a@example.org; b@example.org,206-555-0123,\"206-555-0124, 206-555-0125\"\n";
    run(&Import::new(), file, &mut crm);
    let ana = crm.get(Contact, "c1").unwrap();
    assert_eq!(ana.value("email"), Some("ana@example.com"));
    assert_eq!(ana.values("additional_emails"), ["a@example.org", "b@example.org"]);
    assert_eq!(ana.values("additional_phones"), ["+12065550124", "+12065550125"]);
}

#[test]
fn an_additional_address_finds_the_contact_too() {
    let mut crm = crm();
    crm.insert(Contact, [("email", "ana@example.com"), ("additional_emails", "a@example.org")]);
    let plan = plan(&Import::new(), "Email\nA@example.org\n", &mut crm);
    assert_eq!(outcomes(&plan, Contact), [Some(Outcome::Unchanged)]);
}

#[test]
fn without_a_primary_email_the_first_additional_one_becomes_primary() {
    let mut crm = crm();
    let file = "First Name,Email,Additional Emails\nAna,,a@example.org; b@example.org\n";
    run(&Import::new(), file, &mut crm);
    let ana = crm.get(Contact, "c1").unwrap();
    assert_eq!(ana.value("email"), Some("a@example.org"));
    assert_eq!(ana.values("additional_emails"), ["b@example.org"]);
}

// Step 4: contact and opportunity on one line belong together.

#[test]
fn the_contact_and_the_opportunity_of_one_line_are_linked() {
    let mut crm = crm();
    run(&Import::new(), BOTH, &mut crm);
    let (_, deal) = crm.iter(Opportunity).next().unwrap();
    assert_eq!(deal.value("contact_id"), Some("c1"));
}

#[test]
fn one_contact_on_several_lines_gets_all_their_opportunities() {
    let mut crm = crm();
    let file = "Email,Opportunity Name\nana@example.com,Roof\nANA@example.com,Garage\n";
    let report = run(&Import::new(), file, &mut crm);
    assert_eq!((crm.len(Contact), crm.len(Opportunity), report.stats().links), (1, 2, 2));
}

#[test]
fn a_line_with_a_contact_alone_creates_no_opportunity() {
    let mut crm = crm();
    let plan = plan(&Import::new(), "Email,Opportunity Name\nana@example.com,\n", &mut crm);
    assert_eq!(outcomes(&plan, Opportunity), [None]);
    assert_eq!(plan.issues().count(), 0);
}

#[test]
fn a_new_opportunity_stands_in_the_first_stage_open_and_worth_nothing_unless_the_file_says() {
    let mut crm = crm();
    let file = "Email,Opportunity Name,Pipeline,Lost Reason\n\
        ana@example.com,Roof,Sales,\nbo@example.com,Garage,sales,price\n";
    run(&Import::new(), file, &mut crm);
    let deals: Vec<_> = crm.iter(Opportunity).map(|(_, deal)| deal).collect();
    assert_eq!(deals[0].value("stage"), Some("s1"));
    assert_eq!((deals[0].value("status"), deals[0].value("value")), (Some("open"), Some("0")));
    assert_eq!(deals[1].value("status"), Some("lost"));
}

#[test]
fn the_owner_is_found_by_email_or_by_name_in_either_order() {
    let mut crm = crm();
    let file = "Email,Owner\na@example.com,ann@example.com\nb@example.com,Ann Lee\n\
        c@example.com,Lee Ann\nd@example.com,Nobody\n";
    let report = run(&Import::new(), file, &mut crm);
    let owners: Vec<_> = crm.iter(Contact).map(|(_, contact)| contact.value("owner")).collect();
    assert_eq!(owners, [Some("u1"), Some("u1"), Some("u1"), None]);
    assert!(report.issues().any(|issue| issue.code == IssueCode::OwnerUnknown));
}

// Step 5: review and confirm; smart list, workflow, tag.

#[test]
fn the_review_shows_exactly_what_will_be_done_and_nothing_is_written_before() {
    let mut crm = with_ana();
    let plan = plan(&Import::new(), KNOWN_AND_NEW, &mut crm);
    assert_eq!(crm.calls().write, 0);
    let planned = *plan.stats();
    let changes: Vec<String> = plan
        .steps()
        .flat_map(|s| s.changes().iter().map(|c| c.to_string()).collect::<Vec<_>>())
        .collect();
    assert_eq!(changes[0], "first_name: \"Anna\" -> \"Ana\"");
    let report = Import::new().apply(plan, &mut crm).unwrap();
    assert_eq!(*report.stats(), planned);
}

#[test]
fn imported_contacts_can_be_given_a_tag() {
    let mut crm = with_ana();
    let import = Import::new().follow_up(FollowUp::Tag("spring fair".into(), Scope::All));
    run(&import, KNOWN_AND_NEW, &mut crm);
    for (_, contact) in crm.iter(Contact) {
        assert_eq!(contact.values("tags"), ["spring fair"]);
    }
}

// Step 6: progress, both objects in one place, stats, an error log with "how to fix".

#[test]
fn progress_is_told_between_batches_for_both_objects_together() {
    let mut crm = crm();
    let import = Import::new();
    let plan = plan(&import, BOTH, &mut crm);
    let mut seen = Vec::new();
    let watch = |progress: crm_import::Progress| {
        seen.push((progress.done, progress.steps));
        true
    };
    import.apply_with(plan, &mut crm, watch).unwrap();
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 2)), Some(&(2, 2))));
}

#[test]
fn the_stats_count_every_row_once() {
    let mut crm = with_ana();
    let file =
        "Email,First Name\nana@example.com,Ana\nbo@example.com,Bo\nBO@example.com,Bo\nx,\n,\n";
    let stats = *run(&Import::new(), file, &mut crm).stats();
    let c = stats.contacts;
    assert_eq!(c.rows, c.create + c.update + c.unchanged + c.merged + c.skip + c.fail);
    assert_eq!((c.create, c.update, c.merged, c.fail, stats.blank_rows), (1, 1, 1, 1, 1));
}

#[test]
fn every_error_says_where_it_is_and_how_to_fix_it() {
    let mut crm = crm();
    let file = "Email,Opportunity ID\nana@example.com,\nbo@example.com,999\n";
    let plan = plan(&Import::new(), file, &mut crm);
    let issue = plan.issues().next().unwrap();
    assert_eq!((issue.row.unwrap().0, issue.line), (2, Some(3)));
    assert_eq!(issue.column.as_deref(), Some("Opportunity ID"));
    assert_eq!(issue.value.as_deref(), Some("999"));
    assert!(issue.remedy().contains("correct the id"));
}

#[test]
fn the_error_log_holds_the_failed_rows_and_can_be_mended_and_imported_again() {
    let mut crm = crm();
    let file = "Email,Opportunity Name,Pipeline\nana@example.com,Roof,Sales\nbo@example.com,Garage,Sails\n";
    let report = run(&Import::new(), file, &mut crm);
    let mut log = Vec::new();
    assert_eq!(report.write_error_log(&mut log).unwrap(), 1);
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("pipeline-unknown") && !log.contains("ana@example.com"), "{log}");
    let again = run(&Import::new(), &log.replace(",Sails,", ",Sales,"), &mut crm);
    assert_eq!((again.stats().contacts.skip, again.stats().opportunities.create), (1, 1));
    assert_eq!((crm.len(Contact), crm.len(Opportunity)), (2, 2));
}

#[test]
fn f1_lists_are_for_new_contacts_and_tags_and_workflows_for_all() {
    for (kind, scope) in [
        (FollowUpKind::Tag, Scope::All),
        (FollowUpKind::List, Scope::Created),
        (FollowUpKind::Workflow, Scope::All),
    ] {
        assert_eq!(FollowUp::of(kind, "fair").scope(), scope, "{kind:?}");
    }
}
