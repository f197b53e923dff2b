//! Storages that fail, lie, race and die: nothing is lost, nothing is done twice, and the adapter's
//! faults are the adapter's.
//!
//! The simulation runs random schedules of faults; `CRM_IMPORT_SCHEDULES=1000000` runs more of them,
//! `CRM_IMPORT_SCHEDULE=17` one.

#![allow(clippy::unwrap_used)]

#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/broken.rs"]
mod broken;
#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;
#[path = "hostile/every_call.rs"]
mod every_call;
#[path = "hostile/faults.rs"]
mod faults;
#[path = "hostile/few_people.rs"]
mod few_people;
#[path = "hostile/follow_ups.rs"]
mod follow_ups;
#[path = "hostile/links.rs"]
mod links;
#[path = "hostile/meanwhile.rs"]
mod meanwhile;
#[path = "numbered/mod.rs"]
mod numbered;
#[path = "hostile/planned_again.rs"]
mod planned_again;
#[path = "hostile/receipts.rs"]
mod receipts;
#[path = "hostile/refused.rs"]
mod refused;
#[path = "hostile/retries.rs"]
mod retries;
#[path = "hostile/rivals.rs"]
mod rivals;
#[path = "shelf/mod.rs"]
mod shelf;
#[path = "hostile/simulation.rs"]
mod simulation;
#[path = "hostile/twice.rs"]
mod twice;
#[path = "hostile/windows.rs"]
mod windows;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Receipts, Recovery, StorageError, Token};
use crm_import::{
    Account, Error, FollowUp, FollowUpKind, Import, IssueCode, Object, Outcome, RowNumber, Source,
    Status, Storage, StorageWrite,
};
use shelf::Shelf;

use Object::{Contact, Opportunity};

/// A shelf with something done to each write or look-up.
pub(crate) struct Hostile<W> {
    pub(crate) shelf: Shelf,
    pub(crate) writes: usize,
    pub(crate) finds: usize,
    pub(crate) asks: usize,
    pub(crate) act: W,
}

/// One write, look-up or question on its way to the shelf, numbered from 1 among its kind.
pub(crate) struct Call<'a> {
    pub(crate) shelf: &'a mut Shelf,
    pub(crate) number: usize,
}

pub(crate) type Answer = Result<(), StorageError>;

/// What is done in its place.
pub(crate) trait Act {
    /// A write.
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        call.shelf.write(batch, receipts)
    }

    /// A look-up.
    fn find(&mut self, call: Call<'_>, lookup: &Lookup<'_>, found: &mut Found) -> Answer {
        call.shelf.find(lookup, found)
    }

    /// The question of what is written already.
    fn applied(&mut self, call: Call<'_>, tokens: &[Token], known: &mut Applied) -> Answer {
        call.shelf.applied(tokens, known)
    }

    fn recover(&mut self, attempt: u32) -> Recovery {
        let _ = attempt;
        Recovery::Stop
    }

    fn supports(&self, kind: FollowUpKind) -> bool {
        let _ = kind;
        true
    }
}

/// Does nothing to its calls.
pub(crate) struct Honest;

impl Act for Honest {}

impl<A: Act> Hostile<A> {
    pub(crate) fn new(shelf: Shelf, act: A) -> Self {
        Hostile { shelf, writes: 0, finds: 0, asks: 0, act }
    }
}

impl<A: Act> Storage for Hostile<A> {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.shelf.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.finds += 1;
        let call = Call { shelf: &mut self.shelf, number: self.finds };
        self.act.find(call, lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.shelf.answers(rule)
    }

    fn asks_again(&mut self, _: &StorageError, attempt: u32) -> bool {
        self.act.recover(attempt) == Recovery::Retry
    }
}

impl<A: Act> StorageWrite for Hostile<A> {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.writes += 1;
        let call = Call { shelf: &mut self.shelf, number: self.writes };
        self.act.write(call, batch, receipts)
    }

    fn recover(&mut self, _: &StorageError, attempt: u32) -> Recovery {
        self.act.recover(attempt)
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.asks += 1;
        let call = Call { shelf: &mut self.shelf, number: self.asks };
        self.act.applied(call, tokens, known)
    }

    fn supports(&self, kind: FollowUpKind) -> bool {
        self.act.supports(kind)
    }
}

const FILE: &str = "\
First Name,Email,City,Opportunity Name
Ana,ana@example.com,Oslo,Roof
Bo,bo@example.com,Rome,
Cy,cy@example.com,Bonn,Boat
Ana,ana@example.com,Oslo,Garage
Di,di@example.com,Graz,
";

fn import() -> Import {
    Import::new().id("hostile")
}

fn run<A: Act>(file: &str, storage: &mut Hostile<A>) -> crm_import::Report {
    let plan = import().plan(Source::from_bytes(file.as_bytes()), storage).unwrap();
    import().apply(plan, storage).unwrap()
}

fn codes(report: &crm_import::Report) -> Vec<(u32, &'static str)> {
    let issues = report.issues();
    issues.map(|issue| (issue.row.map_or(0, |row| row.0), issue.code.code())).collect()
}

/// Another writer creates a contact with the same address between look-up and write.
struct Rival;

impl Act for Rival {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number == 1 {
            call.shelf.insert(Contact, &[("email", "bo@example.com"), ("company", "Bell & Sons")]);
        }
        call.shelf.write(batch, receipts)
    }
}

#[test]
fn x3_a_contact_that_somebody_else_creates_meanwhile_is_updated_instead() {
    let mut storage = Hostile::new(Shelf::default(), Rival);
    let report = run(FILE, &mut storage);
    assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Update));
    assert_eq!((report.stats().contacts.create, report.stats().contacts.update), (3, 1));
    let bo =
        storage.shelf.contacts.iter().find(|(_, rec)| rec.values["email"] == ["bo@example.com"]);
    let (id, bo) = bo.unwrap();
    assert_eq!(bo.values["company"], ["Bell & Sons"]);
    assert_eq!(bo.values["city"], ["Rome"]);
    assert_eq!(report.id(Contact, RowNumber(2)), Some(id.to_string().as_str()));
    assert_eq!(storage.shelf.contacts.len(), 4);
    assert_eq!(report.status(), Status::Completed);
}

/// Somebody changes a stored contact just before each of the first writes.
struct Meddler(usize);

impl Act for Meddler {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number <= self.0 {
            let ana = call.shelf.contacts.values_mut().next().unwrap();
            ana.version += 1;
            ana.values.insert("company".into(), vec![format!("Call {}", call.number)]);
        }
        call.shelf.write(batch, receipts)
    }
}

fn with_ana() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.insert(Contact, &[("email", "ana@example.com"), ("city", "Paris")]);
    shelf
}

#[test]
fn x3_a_contact_that_is_changed_meanwhile_is_planned_again_up_to_three_times() {
    let mut storage = Hostile::new(with_ana(), Meddler(3));
    let report = run(FILE, &mut storage);
    assert_eq!(codes(&report), []);
    let ana = storage.shelf.contacts.values().next().unwrap();
    assert_eq!(ana.values["city"], ["Oslo"]);
    assert_eq!(ana.values["company"], ["Call 3"]); // what the other wrote stays

    let mut storage = Hostile::new(with_ana(), Meddler(4));
    let report = run(FILE, &mut storage);
    let failed = ["write-conflict", "contact-failed"];
    let expected = [1, 4].map(|row| failed.map(|code| (row, code)));
    assert_eq!(codes(&report), expected.concat());
    assert_eq!(report.stats().contacts.fail, 2);
    // Nobody knows any more whose the opportunities are.
    assert_eq!((report.stats().opportunities.create, report.stats().opportunities.fail), (1, 2));
    assert_eq!(storage.shelf.contacts.values().next().unwrap().values["city"], ["Paris"]);
}

#[test]
fn x3_an_opportunity_in_conflict_does_not_write_its_contact_again() {
    struct Once;
    impl Act for Once {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if call.number == 1 {
                call.shelf.opportunities.values_mut().for_each(|rec| rec.version += 1);
            }
            call.shelf.write(batch, receipts)
        }
    }
    let mut shelf = with_ana();
    let roof = shelf.insert(Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    let file = format!(
        "Email,City,Opportunity ID,Opportunity Name\nana@example.com,Oslo,{roof},Attic\nana@example.com,Rome,,\n"
    );
    let mut storage = Hostile::new(shelf, Once);
    let report = run(&file, &mut storage);
    assert_eq!((report.stats().contacts.update, report.stats().opportunities.update), (1, 1));
    assert_eq!(storage.shelf.opportunities[&roof].values["name"], ["Attic"]);
    assert_eq!(storage.shelf.contacts[&1].version, 2);
    assert_eq!(storage.shelf.contacts[&1].values["city"], ["Rome"]);
}

/// A database that refuses any batch with a bad name in it.
struct Picky {
    calls: usize,
}

impl Act for Picky {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        self.calls += 1;
        let is_bad = |step: crm_import::storage::BatchStep<'_>| {
            step.changes().any(|change| change.text().contains("BAD"))
        };
        if batch.steps().any(is_bad) {
            return Err("the constraint names_are_good does not hold".into());
        }
        call.shelf.write(batch, receipts)
    }

    fn recover(&mut self, _: u32) -> Recovery {
        Recovery::Split
    }
}

/// Many rows, one of which has a bad contact or a bad opportunity.
fn many(bad: (Object, usize)) -> String {
    let mut file = String::from("First Name,Email,Opportunity Name\n");
    for row in 0..256 {
        let name = if bad == (Contact, row) { "BAD" } else { "Ann" };
        let deal = if bad == (Opportunity, row) { "BAD" } else { "Roof" };
        file.push_str(&format!("{name},c{row}@example.com,{deal}\n"));
    }
    file
}

#[test]
fn x5_one_bad_contact_is_found_in_logarithmically_many_writes_and_the_others_go_through() {
    let mut storage = Hostile::new(Shelf::default(), Picky { calls: 0 });
    let report = run(&many((Contact, 77)), &mut storage);
    assert_eq!(codes(&report), [(78, "write-rejected"), (78, "contact-failed")]);
    // Why the contact has failed is said of its opportunity, too (P6).
    let why = report.issues().nth(1).unwrap().message();
    assert!(why.contains("did not take the contact: the constraint names_are_good"), "{why}");
    assert_eq!((report.stats().contacts.create, report.stats().contacts.fail), (255, 1));
    assert_eq!((report.stats().opportunities.create, report.stats().opportunities.fail), (255, 1));
    assert_eq!(report.stats().links, 255);
    assert_eq!(storage.shelf.contacts.len(), 255);
    // 512 steps: two writes for each halving, and one more for the contact apart from its own.
    assert!(storage.act.calls <= 2 * 10 + 4, "{} writes", storage.act.calls);
}

#[test]
fn x5_one_bad_opportunity_does_not_fail_its_contact() {
    let mut storage = Hostile::new(Shelf::default(), Picky { calls: 0 });
    let report = run(&many((Opportunity, 200)), &mut storage);
    assert_eq!(codes(&report), [(201, "write-rejected")]);
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.fail), (256, 1));
    assert!(storage.act.calls <= 2 * 10 + 4, "{} writes", storage.act.calls);
}

#[test]
fn x5_a_storage_that_cannot_go_on_hands_back_what_was_done_and_the_import_resumes() {
    struct DiesOn(usize);
    impl Act for DiesOn {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if call.number == self.0 {
                return Err("the disk is full".into());
            }
            call.shelf.write(batch, receipts)
        }
    }
    let mut file = String::from("Email\n");
    (0..1200).for_each(|row| file.push_str(&format!("c{row}@example.com\n")));
    let mut storage = Hostile::new(Shelf::default(), DiesOn(3));
    let source = || Source::from_bytes(file.as_bytes());
    let plan = import().plan(source(), &mut storage).unwrap();
    let error = import().apply(plan, &mut storage).unwrap_err();
    let Error::Write { done, .. } = &error else { panic!("{error}") };
    assert_eq!((done.status(), done.unwritten()), (Status::Failed, 200));
    assert_eq!((done.stats().contacts.create, done.stats().contacts.rows), (1000, 1000));
    let outcomes = [1000, 1001].map(|row| done.outcome(Contact, RowNumber(row)));
    assert_eq!(outcomes, [Some(Outcome::Create), None]);
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("disk"));
    assert!(!error.to_string().contains("disk"));

    let checkpoint = storage.shelf.checkpoints["hostile"].clone();
    assert_eq!((checkpoint.row, checkpoint.is_last), (1000, false));
    let again = Import::new().resume(checkpoint);
    let plan = again.plan_resumed(source(), &mut storage).unwrap();
    let report = again.apply(plan, &mut storage).unwrap();
    assert_eq!(report.stats().contacts.create, 1200);
    assert_eq!(storage.shelf.contacts.len(), 1200);
    assert!(storage.shelf.checkpoints["hostile"].is_last);
}

#[test]
fn f4_a_follow_up_that_storage_cannot_do_is_refused_before_the_first_write() {
    struct NoLists;
    impl Act for NoLists {
        fn supports(&self, kind: FollowUpKind) -> bool {
            kind != FollowUpKind::List
        }
    }
    let mut storage = Hostile::new(Shelf::default(), NoLists);
    let import = import().follow_up(FollowUp::of(FollowUpKind::List, "leads"));
    let plan = import.plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    let error = import.apply(plan, &mut storage).unwrap_err();
    assert!(error.to_string().contains("list \"leads\""), "{error}");
    let error = import.run(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap_err();
    assert!(matches!(error, Error::Config(_)));
    assert_eq!(storage.writes, 0);
}

#[test]
fn f4_a_follow_up_that_fails_is_a_warning_on_its_contact_and_nothing_more() {
    struct NoWorkflows;
    impl Act for NoWorkflows {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            for follow_up in batch.follow_ups().take(1) {
                receipts.rejected(follow_up.token(), "the workflow is paused");
            }
            call.shelf.write_some(batch, receipts, batch.len());
            for follow_up in batch.follow_ups().skip(1) {
                receipts.done(follow_up.token());
            }
            Ok(())
        }
    }
    let mut storage = Hostile::new(Shelf::default(), NoWorkflows);
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let plan = import.plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    assert_eq!(plan.follow_ups()[0].1, 4); // seen before anything is written (F2)
    let report = import.apply(plan, &mut storage).unwrap();
    assert_eq!(codes(&report), [(1, "follow-up-failed")]);
    let issue = report.issues().next().unwrap();
    assert!(issue.message().contains("workflow \"welcome\": the workflow is paused"));
    assert_eq!((report.stats().contacts.create, report.stats().contacts.warnings), (4, 1));
    assert_eq!(report.stats().contacts.fail, 0);
    assert_eq!(report.follow_ups(), 3);
    assert_eq!(issue.code, IssueCode::FollowUpFailed);
}

#[test]
fn f4_a_follow_up_that_fails_is_told_once_though_its_contact_is_planned_again() {
    /// Lets nobody in, and somebody else is in the way of the first opportunity.
    struct Paused;
    impl Act for Paused {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            for follow_up in batch.follow_ups() {
                receipts.rejected(follow_up.token(), "the workflow is paused");
            }
            for step in
                batch.steps().filter(|step| step.object() == Opportunity && call.number == 1)
            {
                receipts.conflict(step.token());
            }
            call.shelf.write_some(batch, receipts, batch.len());
            Ok(())
        }
    }
    let mut storage = Hostile::new(Shelf::default(), Paused);
    let import = import().follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    let file = "Email,Opportunity Name\nana@example.com,Roof\n";
    let report = import.run(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
    assert_eq!(codes(&report), [(1, "follow-up-failed")]);
    assert_eq!(storage.shelf.opportunities.len(), 1);
}
