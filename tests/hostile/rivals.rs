//! Somebody else moves, renames and deletes what an import is about to write, or takes its keys: the rules are applied
//! to what is there then, and the report says what became of the rows (behaviour X3).

use crm_import::account::{Conflict, OpportunityMatching, Relink};
use crm_import::lookup::{Found, Lookup};
use crm_import::{Object, Outcome, Report, RowNumber, Storage};

use super::meanwhile::{apply, import, with_ana};
use super::shelf::Shelf;
use super::{Act, Answer, Call, Hostile, codes, run};

use Object::{Contact, Opportunity};

/// Contacts 1 (a@example.com) and 2 (bo@example.com), and opportunity 3 (Roof) of contact 1.
fn with_roof() -> Shelf {
    let mut shelf = with_ana();
    shelf.insert(Contact, &[("email", "bo@example.com")]);
    shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    shelf
}

fn outcomes(report: &Report, row: u32) -> [Option<Outcome>; 2] {
    Object::ALL.map(|object| report.outcome(object, RowNumber(row)))
}

fn value(shelf: &Shelf, object: Object, id: u64, field: &str) -> String {
    let record = &shelf.records(object)[&id];
    record.values.get(field).map(|all| all.join("; ")).unwrap_or_default()
}

const BY_ID: &str = "Email,First Name,Opportunity ID,Opportunity Name\na@example.com,Ana,3,Loft\n";

fn move_roof(shelf: &mut Shelf) {
    shelf.set(Opportunity, 3, "contact_id", "2");
}

#[test]
fn p7_an_opportunity_that_is_moved_meanwhile_moves_back_stays_or_fails_as_the_policy_says() {
    for (relink, owner, name, outcome, code) in [
        (Relink::Move, "1", "Loft", Outcome::Update, "opportunity-relinked"),
        (Relink::Keep, "2", "Loft", Outcome::Update, "opportunity-link-kept"),
        (Relink::Fail, "2", "Roof", Outcome::Fail, "opportunity-relink-refused"),
    ] {
        let mut shelf = with_roof();
        shelf.account.opportunities.relink = relink;
        let (report, shelf) = apply(&import(), BY_ID, shelf, move_roof);
        assert_eq!(value(&shelf, Opportunity, 3, "contact_id"), owner, "{relink:?}");
        assert_eq!(value(&shelf, Opportunity, 3, "name"), name, "{relink:?}");
        assert_eq!(outcomes(&report, 1), [Some(Outcome::Update), Some(outcome)], "{relink:?}");
        assert_eq!(codes(&report), [(1, code)], "{relink:?}");
        assert_eq!(value(&shelf, Contact, 1, "first_name"), "Ana");
        assert_eq!(shelf.contacts[&1].version, 2, "written once");
    }
}

#[test]
fn o2_an_opportunity_that_is_deleted_meanwhile_fails_by_its_id_and_its_contact_goes_through() {
    let delete = |shelf: &mut Shelf| _ = shelf.opportunities.remove(&3);
    let (report, shelf) = apply(&import(), BY_ID, with_roof(), delete);
    assert_eq!(outcomes(&report, 1), [Some(Outcome::Update), Some(Outcome::Fail)]);
    assert_eq!(codes(&report), [(1, "opportunity-id-unknown")]);
    assert_eq!(value(&shelf, Contact, 1, "first_name"), "Ana");
    assert!(shelf.opportunities.is_empty());
}

#[test]
fn o5_a_matched_opportunity_that_is_renamed_or_deleted_meanwhile_is_no_match_any_more() {
    let file = "Email,Opportunity Name,Opportunity Value\na@example.com,Roof,5\n";
    let rename = |shelf: &mut Shelf| shelf.set(Opportunity, 3, "name", "Barn");
    let delete = |shelf: &mut Shelf| _ = shelf.opportunities.remove(&3);
    for (meanwhile, left) in [(rename as fn(&mut Shelf), 2), (delete, 1)] {
        let mut shelf = with_roof();
        shelf.account.opportunities.matching = Some(OpportunityMatching {
            fields: vec!["name".into()],
            ..OpportunityMatching::default()
        });
        let (report, shelf) = apply(&import(), file, shelf, meanwhile);
        assert_eq!(outcomes(&report, 1), [Some(Outcome::Unchanged), Some(Outcome::Create)]);
        assert_eq!(shelf.opportunities.len(), left);
        let id = report.id(Opportunity, RowNumber(1)).unwrap().parse().unwrap();
        assert_eq!(value(&shelf, Opportunity, id, "value"), "5");
        assert_eq!(codes(&report), []);
    }
}

#[test]
fn w4_what_somebody_else_has_written_meanwhile_just_so_is_unchanged() {
    let same = |shelf: &mut Shelf| {
        shelf.set(Contact, 1, "first_name", "Ana");
        shelf.set(Opportunity, 3, "name", "Loft");
    };
    let (report, shelf) = apply(&import(), BY_ID, with_roof(), same);
    assert_eq!(outcomes(&report, 1), [Some(Outcome::Unchanged); 2]);
    assert_eq!((shelf.contacts[&1].version, shelf.opportunities[&3].version), (2, 2));
    assert_eq!(codes(&report), []);
}

#[test]
fn m1_a_contact_named_by_its_id_that_is_deleted_meanwhile_is_never_created() {
    let file = "Contact ID,Email,First Name,Opportunity Name\n1,a@example.com,Ana,Barn\n";
    let delete = |shelf: &mut Shelf| _ = shelf.contacts.remove(&1);
    let (report, shelf) = apply(&import(), file, with_roof(), delete);
    assert_eq!(outcomes(&report, 1), [Some(Outcome::Fail); 2]);
    assert_eq!(codes(&report), [(1, "contact-id-unknown"), (1, "contact-failed")]);
    assert_eq!((shelf.contacts.len(), shelf.opportunities.len()), (1, 1));
}

/// Contact 1 is merged into contact 2: it is gone, and its address and opportunity are those of the other.
#[test]
fn x3_rows_of_a_contact_that_is_merged_into_another_meanwhile_go_to_that_one() {
    let merge = |shelf: &mut Shelf| {
        shelf.contacts.remove(&1);
        shelf.set(Contact, 2, "additional_emails", "a@example.com");
        shelf.set(Opportunity, 3, "contact_id", "2");
    };
    let file = format!("{BY_ID}a@example.com,,,Barn\n");
    let (report, shelf) = apply(&import(), &file, with_roof(), merge);
    assert_eq!(value(&shelf, Contact, 2, "first_name"), "Ana");
    assert_eq!(value(&shelf, Contact, 2, "email"), "bo@example.com");
    assert_eq!(shelf.contacts.len(), 1);
    assert!(shelf.opportunities.values().all(|deal| deal.values["contact_id"] == ["2"]));
    assert_eq!(value(&shelf, Opportunity, 3, "name"), "Loft");
    assert_eq!(outcomes(&report, 1), [Some(Outcome::Update); 2]);
    assert_eq!(outcomes(&report, 2), [Some(Outcome::Merged), Some(Outcome::Create)]);
    assert_eq!(codes(&report), []);
}

#[test]
fn m6_a_key_that_somebody_else_gets_meanwhile_is_dropped_or_fails_the_row_as_the_policy_says() {
    let file = "Email,First Name,Phone\na@example.com,Ana,+12065550101\n";
    let take = |shelf: &mut Shelf| shelf.set(Contact, 2, "phone", "+12065550101");
    for (conflict, outcome, name) in
        [(Conflict::DropValue, Outcome::Update, "Ana"), (Conflict::Fail, Outcome::Fail, "")]
    {
        let mut shelf = with_roof();
        shelf.account.dedup.conflict = conflict;
        let (report, shelf) = apply(&import(), file, shelf, take);
        assert_eq!(report.outcome(Contact, RowNumber(1)), Some(outcome), "{conflict:?}");
        assert_eq!(codes(&report), [(1, "key-conflict")], "{conflict:?}");
        assert_eq!(value(&shelf, Contact, 1, "phone"), "", "{conflict:?}");
        assert_eq!(value(&shelf, Contact, 1, "first_name"), name, "{conflict:?}");
    }
}

/// Two rows of somebody new, whom somebody else creates with the key of the second only.
#[test]
fn x3_both_rows_of_a_new_contact_join_the_one_that_somebody_else_creates_with_one_of_its_keys() {
    let file = "Email,Phone,City,Opportunity Name\n\
        cy@example.com,+12065550101,Oslo,Roof\n,+12065550101,Rome,Barn\n";
    let create = |shelf: &mut Shelf| _ = shelf.insert(Contact, &[("phone", "+12065550101")]);
    let (report, shelf) = apply(&import(), file, Shelf::default(), create);
    assert_eq!(shelf.contacts.len(), 1);
    assert_eq!(value(&shelf, Contact, 1, "email"), "cy@example.com");
    assert_eq!(value(&shelf, Contact, 1, "city"), "Rome");
    assert!(shelf.opportunities.values().all(|deal| deal.values["contact_id"] == ["1"]));
    assert_eq!(outcomes(&report, 1), [Some(Outcome::Update), Some(Outcome::Create)]);
    assert_eq!(outcomes(&report, 2), [Some(Outcome::Merged), Some(Outcome::Create)]);
    assert_eq!(codes(&report), [(2, "field-differs")]);
}

/// The first row's contact loses its address to nobody; its second row has only the phone that the first row brings.
#[test]
fn x3_rows_of_one_contact_part_where_its_address_is_taken_away_meanwhile() {
    let file = "Email,Phone,City\na@example.com,+12065550101,Oslo\n,+12065550101,Rome\n";
    let take = |shelf: &mut Shelf| {
        shelf.set(Contact, 1, "email", "other@example.com");
        shelf.set(Contact, 1, "phone", "+12065550101");
    };
    // By the phone, contact 1 is still meant, and the address is added to it (V2).
    let (report, shelf) = apply(&import(), file, with_ana(), take);
    assert_eq!(shelf.contacts.len(), 1);
    assert_eq!(value(&shelf, Contact, 1, "email"), "a@example.com");
    assert_eq!(value(&shelf, Contact, 1, "additional_emails"), "other@example.com");
    assert_eq!(value(&shelf, Contact, 1, "city"), "Rome");
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Update));
    assert_eq!(codes(&report), [(2, "field-differs")]);
}

/// A look-up that tells its records twice, while somebody changes them.
struct Torn;

impl Act for Torn {
    fn find(&mut self, call: Call<'_>, lookup: &Lookup<'_>, found: &mut Found) -> Answer {
        call.shelf.find(lookup, found)?;
        if call.number == 1 {
            call.shelf.set(Contact, 1, "city", "Rome");
            call.shelf.set(Contact, 1, "additional_emails", "ana@example.com");
            call.shelf.find(lookup, found)?;
        }
        Ok(())
    }
}

#[test]
fn x3_a_contact_that_is_told_twice_in_two_states_is_written_as_it_is_by_then() {
    for (city, outcome) in [("Oslo", Outcome::Update), ("Rome", Outcome::Unchanged)] {
        let mut shelf = with_ana();
        shelf.set(Contact, 1, "city", "Paris");
        let mut storage = Hostile::new(shelf, Torn);
        let file = format!("Email,City\na@example.com,{city}\n");
        let report = run(&file, &mut storage);
        assert_eq!(report.outcome(Contact, RowNumber(1)), Some(outcome));
        assert_eq!(value(&storage.shelf, Contact, 1, "city"), city);
        assert_eq!(value(&storage.shelf, Contact, 1, "email"), "a@example.com");
        assert_eq!(value(&storage.shelf, Contact, 1, "additional_emails"), "ana@example.com");
        assert_eq!(codes(&report), []);
    }
}
