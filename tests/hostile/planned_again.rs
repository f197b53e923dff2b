//! Rows that are planned again see what the import itself has written by then (behaviour X3).

use crm_import::account::{Duplicates, Pipeline, Stage};
use crm_import::storage::{Batch, Receipt, Receipts};
use crm_import::{
    FollowUp, FollowUpKind, Import, Object, Outcome, Report, RowNumber, Severity, Source,
};

use super::meanwhile::{apply, import, with_ana};
use super::shelf::{Rec, Shelf};
use super::{Act, Answer, Call, Honest, Hostile, StorageWrite, codes};

use Object::{Contact, Opportunity};

/// Once contact 1 is written, somebody moves it to Bergen, leaves it one address, and gives it the phone of the contact
/// behind it.
struct GivesPhone;

impl Act for GivesPhone {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number == 1 {
            call.shelf.write_some(batch, receipts, 1);
            let ana = call.shelf.contacts.get_mut(&1).unwrap();
            ana.values.insert("phone".into(), vec!["+12065550101".into()]);
            ana.values.insert("city".into(), vec!["Bergen".into()]);
            ana.values.remove("additional_emails");
            ana.version += 1;
        }
        let mut rest = Receipts::expecting(batch);
        call.shelf.write(batch, &mut rest)?;
        for token in batch.steps().map(|step| step.token()) {
            match rest.get(token).filter(|_| receipts.get(token).is_none()) {
                Some(Receipt::Created { id, .. }) => receipts.created(token, id, None),
                Some(Receipt::Updated { .. }) => receipts.updated(token, None),
                Some(Receipt::Conflict) => receipts.conflict(token),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Both rows are one unit, since they speak of one opportunity.
fn given_phone(header: &str, first: &str, second: &str) -> (Report, Shelf) {
    let mut shelf = with_ana();
    shelf.account.default_country = Some("US".into());
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = format!(
        "Email,Phone,{header},Opportunity ID\n\
        a@example.com,,{first},{roof}\n,206 555 0101,{second},{roof}\n"
    );
    let mut storage = Hostile::new(shelf, GivesPhone);
    let plan = import().plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
    let report = import().apply(plan, &mut storage).unwrap();
    assert_eq!(storage.shelf.contacts.len(), 1);
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Update));
    assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Merged));
    assert_eq!(report.id(Contact, RowNumber(2)), Some("1"));
    (report, storage.shelf)
}

#[test]
fn x3_a_row_that_joins_a_contact_of_its_unit_that_is_written_already_is_a_further_update() {
    let (_, shelf) = given_phone("City", "Oslo", "Rome");
    assert_eq!(shelf.contacts[&1].values["city"], ["Rome"]);
}

#[test]
fn x3_a_further_update_leaves_what_somebody_has_changed_of_the_rows_before_it() {
    // Somebody may also have taken away the second address, which nobody expects to be free then.
    let (_, shelf) = given_phone("Additional Emails,City", "ana@example.com,Oslo", ",Rome");
    assert_eq!(shelf.contacts[&1].values["city"], ["Rome"]);
    assert!(!shelf.contacts[&1].values.contains_key("additional_emails"));
    let (report, shelf) = given_phone("City,Company", "Oslo,", ",Acme");
    assert_eq!(shelf.contacts[&1].values["city"], ["Bergen"]);
    assert_eq!(shelf.contacts[&1].values["company"], ["Acme"]);
    assert_eq!(codes(&report), []);
}

/// The file names the ids by which its first row is stored, without knowing it: they are somebody else's in the CRM that
/// it comes from.
#[test]
fn m1_o2_an_id_that_the_import_has_assigned_stays_unknown_when_its_row_is_planned_again() {
    let mut shelf = with_ana();
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let bo =
        "Email,First Name,Contact ID,Opportunity ID,Opportunity Name\nb@example.com,Bo,,,Boat\n";
    let (report, _) = apply(&import(), bo, shelf.clone(), |_| ());
    let [contact, boat] =
        [Contact, Opportunity].map(|object| report.id(object, RowNumber(1)).unwrap().to_owned());
    for (row, code) in [
        (format!("a@example.com,Ana,,{boat},Loft\n"), "opportunity-id-unknown"),
        (format!(",Zoe,{contact},{roof},Loft\n"), "contact-id-unknown"),
    ] {
        let (report, shelf) = apply(&import(), &(bo.to_owned() + &row), shelf.clone(), |shelf| {
            shelf.contacts.values_mut().for_each(|ana| ana.version += 1);
            shelf.opportunities.values_mut().for_each(|roof| roof.version += 1);
        });
        assert!(codes(&report).contains(&(2, code)), "{row}: {:?}", codes(&report));
        let contact = contact.parse::<u64>().unwrap();
        assert_eq!(shelf.contacts[&contact].values["first_name"], ["Bo"], "{row}");
        let boat = &shelf.opportunities[&boat.parse::<u64>().unwrap()].values;
        assert_eq!(
            (&boat["name"][0], &boat["contact_id"][0]),
            (&"Boat".to_owned(), &contact.to_string())
        );
    }
}

/// Contact 1 is Bo, who is deleted before the plan is applied. All rows speak of one opportunity, and some of them give
/// Bo's address and the phone of the first row.
fn joins_new(import: &Import, shelf: Shelf, file: &str) -> (Report, Shelf) {
    let (report, shelf) = apply(import, file, shelf, |shelf| {
        shelf.contacts.remove(&1);
    });
    let rows: Vec<RowNumber> = report.plan().rows().map(|row| row.number()).collect();
    for &row in &rows {
        let is_first = row == RowNumber(1);
        let outcome = if is_first { Outcome::Create } else { Outcome::Merged };
        assert_eq!(report.outcome(Contact, row), Some(outcome), "row {row}");
        assert_eq!(report.id(Contact, row), report.id(Contact, RowNumber(1)), "row {row}");
        assert_eq!(report.side(Contact, row).unwrap().first_row(), Some(RowNumber(1)));
    }
    let counts = report.stats().contacts;
    assert_eq!((counts.rows, counts.create), (rows.len() as u64, 1));
    assert_eq!(counts.merged, rows.len() as u64 - 1);
    assert_eq!((shelf.contacts.len(), shelf.follow_ups.len()), (1, 1));
    let errors: Vec<_> =
        report.issues().filter(|issue| issue.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    (report, shelf)
}

fn welcoming() -> Import {
    import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"))
}

fn with_bo() -> (Shelf, u64) {
    let mut shelf = Shelf::default();
    shelf.account.default_country = Some("US".into());
    shelf.insert(Contact, &[("email", "bo@example.com")]);
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    (shelf, roof)
}

/// A blank clears nothing that the row before it has given, as in any plan (W3).
#[test]
fn x3_a_row_that_joins_a_contact_that_its_unit_has_created_is_a_further_update() {
    let (shelf, roof) = with_bo();
    let file = format!(
        "Email,Phone,City,Company,Opportunity ID\n\
        a@example.com,206 555 0101,Oslo,Acme,{roof}\nbo@example.com,206 555 0101,Rome,,{roof}\n"
    );
    for import in [welcoming(), welcoming().highlevel()] {
        let (report, shelf) = joins_new(&import, shelf.clone(), &file);
        let ana = shelf.contacts.values().next().unwrap();
        assert_eq!(ana.values["email"], ["bo@example.com"]);
        assert_eq!(ana.values["additional_emails"], ["a@example.com"]);
        assert_eq!([&ana.values["city"][0], &ana.values["company"][0]], ["Rome", "Acme"]);
        assert_eq!(ana.version, 2);
        // Whoever has lost the report gets the same again, and nothing is written (X6).
        let again = import.resume(shelf.checkpoints["meanwhile"].clone());
        let mut storage = Hostile::new(shelf.clone(), Honest);
        let plan = again.plan_resumed(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
        let resumed = again.apply(plan, &mut storage).unwrap();
        assert_eq!((storage.shelf.content(), resumed.stats()), (shelf.content(), report.stats()));
    }
}

/// Where a contact has one opportunity in a pipeline, row 4 is the deal of row 1 by then (O4). Row 3 adds nothing to the
/// roof that row 2 had written.
#[test]
fn x3_o4_so_is_a_row_that_joins_an_opportunity_that_its_unit_has_created() {
    let (mut shelf, roof) = with_bo();
    let stage = Stage { id: "s1".into(), name: "New".into() };
    let pipeline =
        |id: &str| Pipeline { id: id.into(), name: id.to_uppercase(), stages: vec![stage.clone()] };
    shelf.account.pipelines = vec![pipeline("p1"), pipeline("p2")];
    shelf.account.opportunities.duplicates = Duplicates::Update;
    let file = format!(
        "Email,Phone,Opportunity ID,Opportunity Name,Opportunity Value,Pipeline\n\
        a@example.com,206 555 0101,,Boat,1,p1\na@example.com,206 555 0101,{roof},Loft,2,p2\n\
        bo@example.com,206 555 0101,{roof},Loft,2,p2\nbo@example.com,206 555 0101,,Boat,3,p1\n"
    );
    let (report, shelf) = joins_new(&welcoming(), shelf, &file);
    let outcomes = [1, 2, 3, 4].map(|row| report.outcome(Opportunity, RowNumber(row)).unwrap());
    let expected = [Outcome::Create, Outcome::Update, Outcome::Merged, Outcome::Merged];
    assert_eq!(outcomes, expected);
    let mut deals = shelf.opportunities.values();
    let values = |deal: &Rec| (deal.values["value"][0].clone(), deal.version);
    assert_eq!(deals.next().map(values), Some(("2".into(), 2)));
    assert_eq!(deals.next().map(values), Some(("3".into(), 2)));
    assert_eq!((deals.next(), report.stats().links), (None, 2));
}

/// Somebody takes the address of contact 1 before the first write.
struct TakesAddress;

impl Act for TakesAddress {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number == 1 {
            let ana = call.shelf.contacts.get_mut(&1).unwrap();
            ana.values.remove("email");
            ana.version += 1;
        }
        call.shelf.write(batch, receipts)
    }
}

/// Rows 1 and 2 were to meet contact 1, and are a new contact in the end.
#[test]
fn x6_a_run_that_is_resumed_tells_what_its_rows_met_when_they_were_planned_again() {
    let mut shelf = with_ana();
    shelf.account.default_country = Some("US".into());
    let mut storage = Hostile::new(shelf, TakesAddress);
    let file = "Email,Phone\na@example.com,206 555 0101\n,206 555 0101\nb@example.com,\n";
    let mut met_by = |import: &Import| {
        let mut met = Vec::new();
        let source = Source::from_bytes(file.as_bytes());
        let told = import.run_with(source, &mut storage, |event| {
            let window = event.window();
            met.extend(window.into_iter().flat_map(|window| {
                let rows = window.plan().rows().map(|row| row.number());
                rows.map(|row| window.id(Contact, row).map(str::to_owned)).collect::<Vec<_>>()
            }));
            true
        });
        (met, *told.unwrap().stats(), storage.shelf.checkpoints["meanwhile"].clone())
    };
    let import = import().run_window(2);
    let (met, stats, begun) = met_by(&import);
    assert_eq!(met, [Some("2"), Some("2"), Some("3")].map(|id| id.map(str::to_owned)));
    let (again, stats_again, _) = met_by(&import.resume(begun));
    assert_eq!((again, stats_again), (met, stats));
}
