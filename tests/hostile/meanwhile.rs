//! A contact and its opportunities are a unit: where somebody else has changed the contact between plan
//! and apply, both are planned again (behaviour X3, P2), and the report says what is true then.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts};
use crm_import::{
    FollowUp, FollowUpKind, Import, MemoryStorage, Mode, Object, Outcome, Report, RowNumber,
    Severity, Source,
};

use super::dice::Dice;
use super::shelf::{Rec, Shelf};
use super::{Act, Answer, Call, Honest, Hostile, Storage, StorageWrite, codes};

use Object::{Contact, Opportunity};

const FILE: &str = "Email,First Name,Opportunity Name\na@example.com,Ana,Roof\n";

/// Plans, lets somebody else write, and applies.
pub(super) fn apply(
    import: &Import,
    file: &str,
    shelf: Shelf,
    meanwhile: impl FnOnce(&mut Shelf),
) -> (Report, Shelf) {
    let mut storage = Hostile::new(shelf, Honest);
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
    meanwhile(&mut storage.shelf);
    let report = import.apply(plan, &mut storage).unwrap();
    (report, storage.shelf)
}

pub(super) fn import() -> Import {
    Import::new().id("meanwhile")
}

/// Contact 1, who has the address of the file.
pub(super) fn with_ana() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.insert(Contact, &[("email", "a@example.com")]);
    shelf
}

/// The address goes from contact 1 to a contact that has been there before.
fn move_address(shelf: &mut Shelf) {
    let (from, to) = (1, 2);
    let addresses = shelf.contacts.get_mut(&from).unwrap().values.remove("email").unwrap();
    shelf.contacts.get_mut(&from).unwrap().version += 1;
    let to = shelf.contacts.get_mut(&to).unwrap();
    to.values.insert("email".into(), addresses);
    to.version += 1;
}

fn with_ana_and_bo() -> Shelf {
    let mut shelf = with_ana();
    shelf.insert(Contact, &[("email", "bo@example.com")]);
    shelf
}

/// The contact of the only opportunity.
fn contact_of_the_opportunity(shelf: &Shelf) -> u64 {
    assert_eq!(shelf.opportunities.len(), 1);
    let deal = shelf.opportunities.values().next().unwrap();
    deal.values["contact_id"][0].parse().unwrap()
}

#[test]
fn x3_an_opportunity_follows_its_contact_to_whom_the_address_belongs_by_now() {
    let (report, shelf) = apply(&import(), FILE, with_ana_and_bo(), move_address);
    assert_eq!(contact_of_the_opportunity(&shelf), 2);
    assert_eq!(shelf.contacts[&2].values["first_name"], ["Ana"]);
    assert_eq!(shelf.contacts[&1].values.get("first_name"), None);
    assert_eq!(report.id(Contact, RowNumber(1)), Some("2"));
    assert_eq!((report.stats().contacts.update, report.stats().opportunities.create), (1, 1));
    assert_eq!(report.stats().links, 1);
    assert_eq!(codes(&report), []);
}

#[test]
fn x3_an_opportunity_of_a_contact_deleted_meanwhile_goes_to_the_one_created_in_its_place() {
    let delete = |shelf: &mut Shelf| _ = shelf.contacts.remove(&1);
    let (report, shelf) = apply(&import(), FILE, with_ana(), delete);
    let id = contact_of_the_opportunity(&shelf);
    assert_eq!(shelf.contacts[&id].values["email"], ["a@example.com"]);
    assert_eq!(report.id(Contact, RowNumber(1)), Some(id.to_string().as_str()));
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Create));
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (1, 1));
    assert_eq!(codes(&report), []);
}

#[test]
fn x3_an_opportunity_whose_contact_is_gone_has_one_error_where_contacts_are_only_updated() {
    let delete = |shelf: &mut Shelf| _ = shelf.contacts.remove(&1);
    let update = import().contacts(Mode::Update);
    let (report, shelf) = apply(&update, FILE, with_ana(), delete);
    assert_eq!(shelf.opportunities.len(), 0);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Skip));
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Fail));
    let errors: Vec<_> =
        report.issues().filter(|issue| issue.object == Some(Opportunity)).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].code.code(), "opportunity-contact-missing");
    let expected = [(1, "contact-not-found"), (1, "opportunity-contact-missing")];
    assert_eq!(codes(&report), expected);
    assert_eq!(report.stats().links, 0);
}

#[test]
fn x3_a_stored_opportunity_moves_with_its_contact_although_its_own_link_was_right() {
    let mut shelf = with_ana_and_bo();
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = format!(
        "Email,First Name,Opportunity ID,Opportunity Name\na@example.com,Ana,{roof},Loft\n"
    );
    let (report, shelf) = apply(&import(), &file, shelf, move_address);
    assert_eq!(contact_of_the_opportunity(&shelf), 2);
    assert_eq!(shelf.opportunities[&roof].values["name"], ["Loft"]);
    assert_eq!(shelf.opportunities[&roof].version, 2); // written once
    assert_eq!(report.stats().opportunities.update, 1);
    assert_eq!(codes(&report), [(1, "opportunity-relinked")]);
}

/// Its contact needs no write, and the link is right already.
#[test]
fn x3_a_stored_opportunity_does_not_stay_with_a_contact_deleted_meanwhile() {
    let mut shelf = with_ana();
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = format!("Email,Opportunity ID,Opportunity Name\na@example.com,{roof},Loft\n");
    let delete = |shelf: &mut Shelf| _ = shelf.contacts.remove(&1);
    let (report, shelf) = apply(&import(), &file, shelf, delete);
    let id = contact_of_the_opportunity(&shelf);
    assert_eq!(shelf.contacts[&id].values["email"], ["a@example.com"]);
    assert_eq!(report.id(Contact, RowNumber(1)), Some(id.to_string().as_str()));
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Create));
    assert_eq!(shelf.opportunities[&roof].values["name"], ["Loft"]);
}

#[test]
fn x3_a_long_unit_waits_for_its_contact_in_later_batches_too() {
    let mut file = String::from("Email,First Name,Opportunity Name\n");
    (0..2_500).for_each(|row| file.push_str(&format!("a@example.com,Ana,Deal {row}\n")));
    let (report, shelf) = apply(&import(), &file, with_ana_and_bo(), move_address);
    let is_of_bo = |rec: &Rec| rec.values["contact_id"] == ["2"];
    assert!(shelf.opportunities.values().all(is_of_bo));
    assert_eq!((shelf.opportunities.len(), report.stats().links), (2_500, 2_500));
}

#[test]
fn x3_a_follow_up_is_for_the_contact_that_is_written_in_the_end() {
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let (report, shelf) = apply(&import, FILE, with_ana_and_bo(), move_address);
    assert_eq!(shelf.follow_ups, [(2, "workflow".to_owned(), "welcome".to_owned())]);
    assert_eq!(report.follow_ups(), 1);
}

#[test]
fn x5_a_unit_that_is_cut_because_a_batch_fails_keeps_together_all_the_same() {
    /// Refuses batches of more than one step.
    struct Narrow;
    impl Act for Narrow {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if batch.len() > 1 {
                return Err("too much at once".into());
            }
            call.shelf.write(batch, receipts)
        }

        fn recover(&mut self, _: u32) -> crm_import::storage::Recovery {
            crm_import::storage::Recovery::Split
        }
    }
    let mut storage = Hostile::new(with_ana_and_bo(), Narrow);
    let plan = import().plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    move_address(&mut storage.shelf);
    let report = import().apply(plan, &mut storage).unwrap();
    assert_eq!(contact_of_the_opportunity(&storage.shelf), 2);
    assert_eq!(codes(&report), []);
}

#[test]
fn x5_what_is_to_be_planned_again_when_the_import_stops_has_come_to_nothing() {
    /// Answers until something is written.
    struct Silent;
    impl Act for Silent {
        fn find(&mut self, call: Call<'_>, lookup: &Lookup<'_>, found: &mut Found) -> Answer {
            if call.number > 1 {
                return Err("the connection is lost".into());
            }
            call.shelf.find(lookup, found)
        }
    }
    let mut storage = Hostile::new(with_ana_and_bo(), Silent);
    let file = format!("{FILE}bo@example.com,Bo,Boat\n");
    let plan = import().plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
    storage.shelf.contacts.get_mut(&1).unwrap().version += 1;
    let error = import().apply(plan, &mut storage).unwrap_err();
    let done = error.done().unwrap();
    for object in Object::ALL {
        assert_eq!(done.outcome(object, RowNumber(1)), None);
        assert!(done.outcome(object, RowNumber(2)).is_some());
        assert_eq!(done.stats().of(object).rows, 1);
    }
    assert_eq!((done.unwritten(), done.stats().links), (2, 1));
}

/// Somebody who moves addresses, deletes and touches contacts before some of the writes. Each new
/// opportunity is held to belong to whoever has the address it is named by, at that moment.
struct Restless {
    dice: Dice,
    left: usize,
}

impl Restless {
    fn meddle(&mut self, shelf: &mut Shelf) {
        let ids: Vec<u64> = shelf.contacts.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let (from, to) = (self.dice.one_of(&ids), self.dice.one_of(&ids));
        match self.dice.below(3) {
            0 => _ = shelf.contacts.remove(&from),
            1 => shelf.contacts.get_mut(&from).unwrap().version += 1,
            _ => {
                let addresses = |id: u64| shelf.contacts[&id].values.get("email").cloned();
                let moved = [(from, addresses(to)), (to, addresses(from))];
                for (id, addresses) in moved {
                    let rec = shelf.contacts.get_mut(&id).unwrap();
                    rec.values.insert("email".into(), addresses.unwrap_or_default());
                    rec.version += 1;
                }
            }
        }
    }
}

impl Act for Restless {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        while self.left > 0 && !self.dice.one_in(3) {
            self.left -= 1;
            self.meddle(call.shelf);
        }
        let before = call.shelf.opportunities.clone();
        call.shelf.write(batch, receipts)?;
        for (id, deal) in &call.shelf.opportunities {
            if before.get(id) == Some(deal) {
                continue;
            }
            let address = deal.values["name"][0].split(' ').next().unwrap();
            let link = |deal: &Rec| deal.values["contact_id"].clone();
            let contact = call.shelf.contacts.get(&link(deal)[0].parse().unwrap());
            let has_address = |rec: &Rec| rec.values["email"] == [address];
            // One that is there stays where it is if its row means nobody.
            let stays = before.get(id).map(link) == Some(link(deal))
                && !call.shelf.contacts.values().any(has_address);
            assert!(contact.is_some_and(has_address) || stays, "{deal:?} is with {contact:?}");
        }
        Ok(())
    }
}

#[test]
fn x3_whatever_others_do_no_opportunity_is_written_to_another_than_its_row_means() {
    for seed in 0..2_000 {
        let mut dice = Dice::new(seed);
        let (mut shelf, rows) = (Shelf::default(), 1 + dice.below(6));
        (0..4).for_each(|n| _ = shelf.insert(Contact, &[("email", &format!("p{n}@example.com"))]));
        let boat = [("name", "p1@example.com Boat"), ("contact_id", "2")];
        let boat = shelf.insert(Opportunity, &boat);
        let mut file = String::from("Email,First Name,Opportunity ID,Opportunity Name\n");
        for row in 0..rows {
            let who = format!("p{}@example.com", dice.below(6));
            let (id, who) = match dice.below(6) {
                0 => (boat.to_string(), "p1@example.com".to_owned()),
                _ => (String::new(), who),
            };
            file.push_str(&format!("{who},P{row},{id},{who} Deal {row}\n"));
        }
        let left = 1 + dice.below(4);
        let mut storage = Hostile::new(shelf, Restless { dice, left });
        let import = import().contacts(if seed % 3 == 0 { Mode::Update } else { Mode::Upsert });
        let window = usize::try_from(1 + seed % 4).unwrap();
        let report = match seed % 2 {
            0 => import.run_window(window).run(Source::from_bytes(file.as_bytes()), &mut storage),
            _ => {
                let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
                import.apply(plan, &mut storage)
            }
        };
        let (report, shelf) = (report.unwrap(), storage.shelf);
        let counts = report.stats().opportunities;
        let created = shelf.opportunities.len() as u64 - 1;
        assert_eq!(counts.create, created, "seed {seed}\n{file}");
        // Each that is not imported has an error of its own, and one only.
        let errors = report
            .issues()
            .filter(|issue| (issue.object, issue.severity) == (Some(Opportunity), Severity::Error));
        assert_eq!(errors.count() as u64, counts.fail, "seed {seed}\n{file}");
        assert_eq!(counts.rows, rows as u64);
    }
}

/// A storage in memory without this contact.
fn without(crm: &MemoryStorage, id: &str) -> MemoryStorage {
    let mut json = serde_json::to_value(crm).unwrap();
    json["contacts"].as_object_mut().unwrap().remove(id).unwrap();
    serde_json::from_value(json).unwrap()
}

#[test]
fn x3_an_opportunity_whose_contact_needs_no_write_notices_that_it_is_gone() {
    let mut crm = MemoryStorage::default();
    crm.insert_as(Contact, "k1", [("email", "a@example.com"), ("first_name", "Ana")]);
    let plan = import().plan(Source::from_bytes(FILE.as_bytes()), &mut crm).unwrap();
    let mut crm = without(&crm, "k1");
    let report = import().apply(plan, &mut crm).unwrap();
    let (_, deal) = crm.iter(Opportunity).next().unwrap();
    let contact = crm.get(Contact, deal.value("contact_id").unwrap()).unwrap();
    assert_eq!(contact.value("first_name"), Some("Ana"));
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Create));
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (1, 1));
    assert_eq!(codes(&report), []);
}

#[test]
fn x3_a_record_that_is_put_in_place_of_another_in_memory_has_another_version() {
    let mut crm = MemoryStorage::default();
    crm.insert_as(Contact, "k1", [("email", "a@example.com"), ("city", "Oslo")]);
    let plan = import().plan(Source::from_bytes(FILE.as_bytes()), &mut crm).unwrap();
    // The address is somebody else's now.
    crm.insert_as(Contact, "k1", [("city", "Oslo")]);
    crm.insert_as(Contact, "k2", [("email", "a@example.com")]);
    let report = import().apply(plan, &mut crm).unwrap();
    assert_eq!(report.id(Contact, RowNumber(1)), Some("k2"));
    assert_eq!(crm.get(Contact, "k1").unwrap().value("first_name"), None);
    let (_, deal) = crm.iter(Opportunity).next().unwrap();
    assert_eq!(deal.value("contact_id"), Some("k2"));
}

#[test]
fn l2_a_row_that_is_planned_again_says_why_it_is_skipped() {
    let rival = |shelf: &mut Shelf| _ = shelf.insert(Contact, &[("email", "a@example.com")]);
    let create = import().contacts(Mode::Create);
    let (report, _) = apply(&create, FILE, Shelf::default(), rival);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Skip));
    assert_eq!(codes(&report), [(1, "contact-exists")]);
    assert_eq!(report.stats().opportunities.create, 1);
}

/// How each row came to its contact, and the first row of that.
fn reasons(report: &Report) -> Vec<(String, u32)> {
    let rows = report.plan().rows().map(|row| row.number());
    rows.map(|row| {
        let side = report.side(Contact, row).unwrap();
        (side.reason().unwrap().name(), side.first_row().unwrap().0)
    })
    .collect()
}

#[test]
fn m9_a_row_that_is_planned_again_says_how_it_came_to_its_contact_in_the_end() {
    let file = "Email,Phone,City\na@example.com,+12065550123,Oslo\n,+12065550123,Rome\n";
    // The address and the phone belong to two people by then, and no row contradicts another.
    let rivals = |shelf: &mut Shelf| {
        shelf.insert(Contact, &[("email", "a@example.com"), ("city", "Oslo")]);
        shelf.insert(Contact, &[("phone", "+12065550123")]);
    };
    let (calm, _) = apply(&import(), file, Shelf::default(), |_| ());
    assert_eq!(reasons(&calm), [("new".into(), 1), ("phone".into(), 1)]);
    assert_eq!(codes(&calm), [(2, "field-differs")]);

    let (report, shelf) = apply(&import(), file, Shelf::default(), rivals);
    assert_eq!(reasons(&report), [("email".into(), 1), ("phone".into(), 2)]);
    assert_eq!(codes(&report), [(1, "key-conflict")]);
    let outcomes = [1, 2].map(|row| report.outcome(Contact, RowNumber(row)));
    assert_eq!(outcomes, [Some(Outcome::Unchanged), Some(Outcome::Update)]);
    assert_eq!(report.stats().contacts.warnings, 1);
    assert_eq!(shelf.contacts[&2].values["city"], ["Rome"]);
}

#[test]
fn l2_what_planning_again_finds_no_fault_with_is_imported_and_counted() {
    // Of an account that has one opportunity per pipeline the first contact has one already.
    let mut shelf = with_ana_and_bo();
    shelf.account.opportunities.duplicates = crm_import::account::Duplicates::OnePerPipeline;
    shelf.insert(Opportunity, &[("name", "Boat"), ("contact_id", "1")]);
    let (report, shelf) = apply(&import(), FILE, shelf, move_address);
    assert_eq!(report.outcome(Opportunity, RowNumber(1)), Some(Outcome::Create));
    assert_eq!((report.stats().opportunities.create, report.stats().opportunities.fail), (1, 0));
    assert_eq!((report.stats().links, shelf.opportunities.len()), (1, 2));
    assert_eq!(codes(&report), []);
}

#[test]
fn f4_a_workflow_for_a_contact_deleted_meanwhile_is_a_warning() {
    let mut crm = MemoryStorage::default();
    crm.insert_as(Contact, "k1", [("email", "a@example.com"), ("first_name", "Ana")]);
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    // She needs no write, so that nothing else notices.
    let file = "Email,First Name\na@example.com,Ana\n";
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    crm.remove(Contact, "k1");
    let report = import.apply(plan, &mut crm).unwrap();
    assert_eq!(codes(&report), [(1, "follow-up-failed")]);
    assert!(crm.follow_ups().is_empty());
    assert_eq!(report.follow_ups(), 0);
}

/// Row 1 names the roof of Ana and leaves it with her, so row 2 is another roof, however often it is planned.
#[test]
fn x3_o5_a_row_that_is_planned_again_is_not_matched_with_what_a_row_of_another_unit_has_met() {
    let mut shelf = with_ana_and_bo();
    shelf.account.opportunities.relink = crm_import::account::Relink::Keep;
    shelf.account.opportunities.matching = Some(Default::default());
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = format!(
        "Email,First Name,Opportunity ID,Opportunity Name,Opportunity Value\n\
         bo@example.com,,{roof},Roof,5\na@example.com,Ana,,Roof,6\n"
    );
    let rename = |shelf: &mut Shelf| {
        let ana = shelf.contacts.get_mut(&1).unwrap();
        ana.values.insert("first_name".into(), vec!["Anna".into()]);
        ana.version += 1;
    };
    for meanwhile in [|_: &mut Shelf| (), rename] {
        let (report, shelf) = apply(&import(), &file, shelf.clone(), meanwhile);
        let outcomes = [1, 2].map(|row| report.outcome(Opportunity, RowNumber(row)));
        assert_eq!(outcomes, [Some(Outcome::Update), Some(Outcome::Create)]);
        assert_eq!(shelf.contacts[&1].values["first_name"], ["Ana"]);
        assert_eq!(shelf.opportunities.len(), 2);
    }
}

/// An adapter that takes an opportunity for a bad one because its contact was left out.
#[test]
fn x3_an_opportunity_that_is_refused_beside_the_conflict_of_its_contact_is_planned_again_with_it() {
    struct Hasty;
    impl Act for Hasty {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if call.number > 1 {
                return call.shelf.write(batch, receipts);
            }
            call.shelf.contacts.get_mut(&1).unwrap().version += 1;
            for step in batch.steps() {
                match step.object() {
                    Contact => receipts.conflict(step.token()),
                    Opportunity => receipts.rejected(step.token(), "no contact"),
                }
            }
            Ok(())
        }
    }
    let mut storage = Hostile::new(with_ana(), Hasty);
    let report = import().run(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    assert_eq!(contact_of_the_opportunity(&storage.shelf), 1);
    assert_eq!(codes(&report), []);
}

#[test]
fn x3_a_contact_that_is_skipped_because_somebody_else_has_created_it_is_named_by_its_id() {
    let create = |shelf: &mut Shelf| _ = shelf.insert(Contact, &[("email", "a@example.com")]);
    let (report, _) = apply(&import().contacts(Mode::Create), FILE, Shelf::default(), create);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Skip));
    assert_eq!(report.id(Contact, RowNumber(1)), Some("1"));
}
