//! A row that failed has left no token: when the import is resumed, nothing but the row itself tells that it
//! has failed before (behaviour X6).

use crm_import::account::{Ambiguous, Conflict, OpportunityMatching, Relink, Repeats};
use crm_import::dedup::DedupPolicy;
use crm_import::mapping::{Blank, ColumnMapping, Mapping, Merge};
use crm_import::{
    Account, Control, Import, MemoryStorage, Object, Outcome, Report, RowNumber, Severity,
};

use super::{source, stop_after};

use Object::{Contact, Opportunity};

/// Ana by a phone, Bo by an e-mail address; a row with keys of both fails.
fn crm() -> MemoryStorage {
    let mut dedup = DedupPolicy::by([["phone"], ["email"]]);
    dedup.conflict = Conflict::Fail;
    let account = Account { dedup, default_country: Some("US".into()), ..Account::default() };
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "c1", [("email", "ana@example.com"), ("phone", "+12065550101")]);
    crm.insert_as(Contact, "c2", [("email", "bo@example.com"), ("phone", "+12065550102")]);
    crm
}

/// Row 1 fails; the rows behind it meet both of whom it speaks.
const BOTH: &str = "\
Email,Phone,City,Opportunity Name
bo@example.com,206 555 0101,Oslo,Roof
ana@example.com,,Rome,
bo@example.com,,Bonn,
";

/// Everything that is kept.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let all = crm.iter(Contact).chain(crm.iter(Opportunity));
    all.map(|(id, record)| format!("{id} {:?}", record.values)).collect()
}

/// What an import leaves and tells that was stopped after its first batch and went on, and what one leaves and
/// tells that was never stopped. Rows of other people follow those of the file, so that there is more than a batch.
fn stopped_and_whole(
    crm: impl Fn() -> MemoryStorage,
    import: &Import,
    file: &str,
) -> [(Report, Vec<String>); 2] {
    let commas = ",".repeat(file.lines().next().unwrap().matches(',').count());
    let others: String = (0..600).map(|n| format!("p{n}@example.com{commas}\n")).collect();
    let file = format!("{file}{others}");
    let (mut whole, mut cut) = (crm(), crm());
    let plan = import.plan(source(&file), &mut whole).unwrap();
    let report = import.apply(plan, &mut whole).unwrap();

    let plan = import.plan(source(&file), &mut cut).unwrap();
    let stopped = import.apply_with(plan, &mut cut, stop_after(1, Control::Pause));
    assert!(stopped.unwrap().unwritten() > 0);
    let import = import.clone().resume(cut.checkpoint().unwrap().clone());
    let plan = import.plan_resumed(source(&file), &mut cut).unwrap();
    let again = import.apply(plan, &mut cut).unwrap();
    assert_eq!(again.stats(), report.stats());
    // What is no error may be told as storage is by now (X6).
    let told = |report: &Report| -> Vec<String> {
        let errors = report.issues().filter(|issue| issue.severity == Severity::Error);
        errors.map(|issue| issue.to_string()).collect()
    };
    assert_eq!(told(&again), told(&report));
    [(again, content(&cut)), (report, content(&whole))]
}

#[test]
fn x6_a_row_between_two_contacts_that_failed_fails_again_and_creates_nobody() {
    let import = Import::new().id("failed");
    let [again, whole] = stopped_and_whole(crm, &import, BOTH);
    assert_eq!(whole.0.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.0.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.1, whole.1);
}

#[test]
fn x6_a_row_that_changed_nothing_still_means_the_same_once_a_later_row_has_taken_its_name() {
    let crm = || {
        let mut dedup = DedupPolicy::by([vec!["first_name", "last_name"], vec!["email"]]);
        dedup.conflict = Conflict::Fail;
        let mut crm = MemoryStorage::new(Account { dedup, ..Account::default() });
        let xenia = [("email", "xenia@example.com"), ("first_name", "Xenia"), ("last_name", "Old")];
        crm.insert_as(Contact, "c1", xenia);
        crm.insert_as(Contact, "c2", [("email", "cy@example.com")]);
        crm
    };
    let fill = |column: &mut ColumnMapping| column.merge = Some(Merge::FillBlank);
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column_with("First", Contact, "first_name", fill)
        .column_with("Last", Contact, "last_name", fill);
    let import = Import::new().id("names").mapping(mapping);
    let file = "Email,First,Last\nxenia@example.com,Ana,Lee\ncy@example.com,Ana,Lee\n";
    let [again, whole] = stopped_and_whole(crm, &import, file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(1)), Some(Outcome::Unchanged));
    assert_eq!(again.0.outcome(Contact, RowNumber(1)), Some(Outcome::Unchanged));
    assert_eq!(again.1, whole.1);
}

#[test]
fn x6_a_row_that_joined_by_a_name_still_means_the_same_once_a_later_row_has_taken_it_away() {
    let crm = || {
        let dedup = DedupPolicy::by([vec!["email"], vec!["first_name", "last_name"]]);
        let mut crm = MemoryStorage::new(Account { dedup, ..Account::default() });
        let ana = [("email", "ana@example.com"), ("first_name", "Ana"), ("last_name", "Lee")];
        crm.insert_as(Contact, "c1", ana);
        crm
    };
    let file = "Email,First Name,Last Name\nana@example.com,,\n,Ana,Lee\nana@example.com,Ana,Kim\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("joined"), file);
    for (report, stored) in [&again, &whole] {
        assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Merged));
        assert_eq!(*stored, whole.1);
    }
}

#[test]
fn x6_a_row_that_was_not_reached_brings_its_contact_though_an_earlier_one_has_its_name_by_now() {
    let crm = || {
        let dedup = DedupPolicy::by([vec!["first_name", "last_name", "email"], vec!["phone"]]);
        let account = Account { dedup, default_country: Some("US".into()), ..Account::default() };
        let mut crm = MemoryStorage::new(account);
        crm.insert_as(Contact, "c1", [("email", "bo@example.com"), ("phone", "+12065550101")]);
        crm
    };
    // The last row gives the first name, and with it the key of the row before it.
    let others: String = (0..600).map(|n| format!("q{n}@example.com,,,\n")).collect();
    let file = format!(
        "Email,Phone,First Name,Last Name\n,206 555 0101,,Kim\n{others}bo@example.com,,Ana,Kim\n,206 555 0101,Ana,\n"
    );
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("brought"), &file);
    for (report, stored) in [&again, &whole] {
        assert_eq!(report.outcome(Contact, RowNumber(602)), Some(Outcome::Create));
        assert_eq!(*stored, whole.1);
    }
}

#[test]
fn x6_a_row_that_was_not_reached_finds_its_contact_though_an_earlier_one_has_its_address_by_now() {
    let crm = || {
        let mut crm = MemoryStorage::default();
        crm.insert_as(Contact, "c1", [("email", "ana@example.com")]);
        crm.insert_as(Contact, "c2", [("email", "bo@example.com")]);
        crm
    };
    let mapping = Mapping::default()
        .column_with("Email", Contact, "email", |column| column.merge = Some(Merge::Keep))
        .column("More", Contact, "additional_emails")
        .column("City", Contact, "city");
    let import = Import::new().id("addresses").mapping(mapping);
    // The first batch writes Ana with all that her rows say, but not Bo.
    let others: String = (0..600).map(|n| format!("q{n}@example.com,,\n")).collect();
    let file = format!(
        "Email,More,City\nana@example.com,,Oslo\n{others}\
         zoe@example.com,bo@example.com,Bonn\nana@example.com,zoe@example.com,\n"
    );
    let [again, whole] = stopped_and_whole(crm, &import, &file);
    for report in [&whole.0, &again.0] {
        assert_eq!(report.outcome(Contact, RowNumber(602)), Some(Outcome::Update));
        assert_eq!(report.id(Contact, RowNumber(602)), Some("c2"));
    }
    // New contacts may have other ids.
    assert_eq!(again.1[..2], whole.1[..2]);
}

#[test]
fn x6_an_opportunity_that_was_linked_to_a_new_contact_is_that_contacts() {
    for relink in [Relink::Keep, Relink::Fail, Relink::Move] {
        let crm = || {
            let mut crm = MemoryStorage::default();
            crm.account.opportunities.relink = relink;
            crm.insert_as(Opportunity, "4", [("name", "Loft")]);
            crm
        };
        let file = "Email,Opportunity ID,Opportunity Name\ncy@example.com,4,Roof\n";
        let [again, whole] = stopped_and_whole(crm, &Import::new().id("links"), file);
        assert_eq!(whole.0.stats().links, 1);
        assert_eq!(again.0.outcome(Opportunity, RowNumber(1)), Some(Outcome::Update));
        assert_eq!(again.1, whole.1);
    }
}

#[test]
fn x6_a_second_opportunity_that_failed_fails_again_though_the_first_was_moved_since() {
    let crm = || {
        let account = r#"{
            "opportunities": { "duplicates": "one_per_pipeline" },
            "pipelines": [{ "id": "p1", "name": "Sales", "stages": [{ "id": "s1", "name": "New" }] }]
        }"#;
        let mut crm = MemoryStorage::new(serde_json::from_str(account).unwrap());
        crm.insert_as(Contact, "c1", [("email", "ana@example.com")]);
        crm.insert_as(Contact, "c2", [("email", "bo@example.com")]);
        let loft = [("name", "Loft"), ("pipeline", "p1"), ("stage", "s1"), ("contact_id", "c1")];
        crm.insert_as(Opportunity, "4", loft);
        crm
    };
    let file = "Email,Opportunity ID,Opportunity Name,Pipeline\n\
                ana@example.com,,Roof,Sales\nbo@example.com,4,Loft,Sales\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("moved"), file);
    assert_eq!(whole.0.outcome(Opportunity, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.1, whole.1);
}

/// Only the row behind it tells the two of that phone apart.
#[test]
fn x6_a_row_that_could_mean_two_contacts_fails_again_though_one_of_them_has_another_key_since() {
    let crm = || {
        let dedup = DedupPolicy::by([["phone"], ["email"]]);
        let account = Account { dedup, default_country: Some("US".into()), ..Account::default() };
        let mut crm = MemoryStorage::new(account);
        crm.insert_as(Contact, "c1", [("phone", "+12065550101"), ("email", "ana@example.com")]);
        crm.insert_as(Contact, "c2", [("phone", "+12065550101")]);
        crm
    };
    let mapping = Mapping::default()
        .column_with("Phone", Contact, "phone", |column| column.blank = Some(Blank::Clear))
        .column("Email", Contact, "email")
        .column("City", Contact, "city");
    let file = "Email,Phone,City\n,206 555 0101,Oslo\nana@example.com,,Rome\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("two").mapping(mapping), file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.1, whole.1);
}

/// Row 1 means Ana by her phone. Her address is Bo's, too, so row 2 could mean either, also when Ana is written.
#[test]
fn x6_a_row_that_could_mean_two_contacts_fails_again_though_one_of_them_is_written() {
    let shared = || {
        let mut crm = crm();
        crm.insert_as(Contact, "c2", [("email", "ana@example.com")]);
        crm
    };
    let file = "Email,Phone,City\nana@example.com,206 555 0101,Oslo\nana@example.com,,Rome\n";
    let [again, whole] = stopped_and_whole(shared, &Import::new().id("shared"), file);
    let outcomes = [1, 2].map(|row| whole.0.outcome(Contact, RowNumber(row)));
    assert_eq!(outcomes, [Some(Outcome::Update), Some(Outcome::Fail)]);
    assert_eq!(again.1, whole.1);
}

/// The same, where a contact has one phone.
fn crm_of_one_phone() -> MemoryStorage {
    let mut crm = crm();
    let fields = ["email", "phone", "city"].map(str::to_owned).to_vec();
    crm.account.standard_fields.insert(Contact, fields);
    crm
}

/// There is no room for the second phone of row 2, which Ana gets.
#[test]
fn x6_a_row_that_joined_an_earlier_one_is_not_torn_between_two_by_a_later_one() {
    let crm = || {
        let mut crm = crm_of_one_phone();
        crm.insert_as(Contact, "c3", [("phone", "+12065550103")]);
        crm
    };
    let file = "Email,Phone,City\n,206 555 0103,Bonn\n,206 555 0103; 206 555 0105,Oslo\n\
                ana@example.com,206 555 0105,\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("torn"), file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(2)), Some(Outcome::Merged));
    assert_eq!(again.0.outcome(Contact, RowNumber(2)), Some(Outcome::Merged));
    assert_eq!(again.1, whole.1);
}

/// Row 2 repeats Ana by the phone that row 3 takes from her.
#[test]
fn x6_a_repeat_that_was_left_out_is_left_out_again_though_its_contact_has_another_phone_since() {
    let crm = || {
        let mut crm = crm_of_one_phone();
        crm.account.dedup.repeats = Repeats::KeepFirst;
        crm
    };
    let file = "Email,Phone,City\nana@example.com,,Oslo\n,206 555 0101,Rome\nana@example.com,206 555 0107,\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("repeat"), file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(2)), Some(Outcome::Skip));
    assert_eq!(again.0.outcome(Contact, RowNumber(2)), Some(Outcome::Skip));
    assert_eq!(again.1, whole.1);
}

/// The opportunity had nobody who could have got its tags, until row 2 gave it to Ana.
fn crm_of_an_unlinked_opportunity() -> MemoryStorage {
    let mut crm = crm();
    crm.insert_as(Opportunity, "4", [("name", "Loft")]);
    crm
}

const TAGS_THEN_LINK: &str = "Email,Opportunity ID,Opportunity Tags\n,4,vip\nana@example.com,4,\n";

#[test]
fn x6_tags_of_an_opportunity_go_to_nobody_whom_a_later_row_has_linked_since() {
    let import = Import::new().id("tags");
    let [again, whole] = stopped_and_whole(crm_of_an_unlinked_opportunity, &import, TAGS_THEN_LINK);
    assert_eq!(whole.0.outcome(Contact, RowNumber(2)), Some(Outcome::Unchanged));
    assert_eq!(again.1, whole.1);
}

#[test]
fn x6_nor_whom_a_later_window_has_linked() {
    let import = Import::new().id("tags").run_window(1);
    let [mut whole, mut cut] = [(); 2].map(|()| crm_of_an_unlinked_opportunity());
    let report = import.run(source(TAGS_THEN_LINK), &mut whole).unwrap();
    assert_eq!(report.stats().opportunities.update, 1);
    // Both windows are written, but the import is not complete.
    import
        .run_with(source(TAGS_THEN_LINK), &mut cut, |event| {
            event.window().is_none_or(|window| window.plan().row(RowNumber(2)).is_none())
        })
        .unwrap();
    let import = import.clone().resume(cut.checkpoint().unwrap().clone());
    let again = import.run(source(TAGS_THEN_LINK), &mut cut).unwrap();
    assert_eq!(content(&cut), content(&whole));
    assert_eq!(again.stats().contacts.update, report.stats().contacts.update);
}

/// Row 1 names Bo by one address and both by the other; row 2 changes Ana, who had that address before.
#[test]
fn x6_a_row_that_failed_for_whom_a_later_row_has_changed_fails_again() {
    let crm = || {
        let mut dedup = DedupPolicy::by([["email"]]);
        (dedup.conflict, dedup.ambiguous) = (Conflict::Fail, Ambiguous::First);
        let mut crm = MemoryStorage::new(Account { dedup, ..Account::default() });
        let ana = [("email", "ana@example.com"), ("additional_emails", "a@example.com")];
        crm.insert_as(Contact, "c1", ana);
        let bo = [("email", "bo@example.com"), ("additional_emails", "ana@example.com")];
        crm.insert_as(Contact, "c2", bo);
        crm
    };
    let file = "Email,City\nbo@example.com; ana@example.com,\na@example.com,Rome\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("shared"), file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.1, whole.1);
}

/// The phone by which row 2 finds Ana is not cleared by the blank cell of her row, however often it is planned.
#[test]
fn x6_a_row_that_is_known_to_have_met_a_contact_still_found_it_by_its_phone() {
    let crm = || {
        let mut crm = crm();
        crm.account.opportunities.matching = Some(OpportunityMatching::default());
        crm.insert_as(Opportunity, "4", [("name", "Loft")]);
        crm.insert_as(
            Contact,
            "c3",
            [("phone", "+12065550103"), ("additional_phones", "+12065550104")],
        );
        crm
    };
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("More", Contact, "additional_phones")
        .column_with("Phone", Contact, "phone", |column| column.blank = Some(Blank::Clear))
        .column("Deal", Opportunity, "id");
    let file = "Email,More,Phone,Deal\n,,206 555 0109,4\n,206 555 0104,,9\n";
    let [again, whole] = stopped_and_whole(crm, &Import::new().id("by").mapping(mapping), file);
    assert_eq!(whole.0.outcome(Contact, RowNumber(2)), Some(Outcome::Unchanged));
    assert_eq!(again.0.outcome(Contact, RowNumber(2)), Some(Outcome::Unchanged));
    assert_eq!(again.1[..3], whole.1[..3]);
}

#[test]
fn x6_a_checkpoint_holds_only_rows_that_the_import_itself_could_lead_elsewhere() {
    let kept = |file: &str| {
        let mut crm = crm();
        let import = Import::new().id("kept");
        let plan = import.plan(source(file), &mut crm).unwrap();
        let report = import.apply(plan, &mut crm).unwrap();
        let checkpoint = crm.checkpoint().unwrap();
        (report.stats().contacts.fail, checkpoint.failed.len(), checkpoint.met.len())
    };
    let between = "bo@example.com,206 555 0101\n";
    let header = "Email,Phone\n";
    assert_eq!(kept(&format!("{header}{}", between.repeat(2_000))), (2_000, 0, 0));
    // The last row gives Bo another phone, which none of the others has.
    let file = format!("{header}{}bo@example.com,206 555 0108\n", between.repeat(2_000));
    assert_eq!(kept(&file), (2_000, 0, 0));
    // One of the others had it, too.
    let file = format!(
        "{header}{between}ana@example.com,206 555 0108; 206 555 0102\nbo@example.com,206 555 0108\n"
    );
    assert_eq!(kept(&file), (2, 1, 0));
}
