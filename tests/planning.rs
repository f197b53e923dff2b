//! Planning writes nothing, asks storage no more than it must, and gives the same plan however the
//! file is cut.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use crm_import::account::{Pipeline, Stage};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts, StorageError};
use crm_import::{
    Account, Error, Import, MemoryStorage, Object, Plan, Report, Source, Storage, StorageWrite,
};

#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;
#[path = "../benches/fair/mod.rs"]
mod fair;
mod told;

use dice::Dice;
use told::told;

const DEMO: &str = include_str!("../examples/data/spring_fair.csv");

/// An account as the demo file expects it, with some records that the file meets.
fn crm() -> MemoryStorage {
    let stages = ["New", "Qualified", "Proposal", "Closed"];
    let stages = stages.map(|name| Stage { id: name.to_lowercase(), name: name.into() });
    let pipeline = Pipeline { id: "p1".into(), name: "Sales".into(), stages: stages.into() };
    let mut crm = MemoryStorage::new(Account {
        default_country: Some("US".into()),
        pipelines: vec![pipeline],
        ..Account::default()
    });
    let quinn =
        [("email", "quinn.harlow@example.com"), ("first_name", "Quinn"), ("city", "Dallas")];
    crm.insert(Object::Contact, quinn);
    let uma = [("email", "uma.patil@example.com"), ("phone", "(206) 555-0108")];
    crm.insert(Object::Contact, uma);
    crm.insert_as(
        Object::Opportunity,
        "1",
        [("name", "Roof"), ("contact_id", "c1"), ("value", "1")],
    );
    crm
}

#[test]
fn l1_the_plan_is_the_same_for_windows_of_1_7_and_1000_rows() {
    let whole = Import::new().plan(Source::from_bytes(DEMO.as_bytes()), &mut crm()).unwrap();
    assert!(whole.stats().contacts.rows > 190, "{:?}", whole.stats());
    for window in [1, 7, 1_000] {
        let import = Import::new().planning_window(window);
        let plan = import.plan(Source::from_bytes(DEMO.as_bytes()), &mut crm()).unwrap();
        assert_eq!(told(&plan), told(&whole), "window of {window} rows");
    }
}

/// A storage that counts what is asked of it and panics when it is written to.
struct ReadOnly {
    crm: MemoryStorage,
    finds: usize,
    seen: Vec<String>,
}

impl Storage for ReadOnly {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.finds += 1;
        let object = lookup.object();
        self.seen.extend(lookup.ids().iter().map(|id| format!("{object} {id}")));
        self.seen.extend(lookup.contact_ids().iter().map(|id| format!("{object} of {id}")));
        for block in lookup.blocks() {
            self.seen.extend(block.keys().map(|key| format!("{:?} {key:?}", block.fields())));
        }
        self.crm.find(lookup, found)
    }
}

impl StorageWrite for ReadOnly {
    fn write(&mut self, _: &Batch<'_>, _: &mut Receipts) -> Result<(), StorageError> {
        panic!("planning has written");
    }
}

#[test]
fn planning_writes_nothing_and_asks_twice_a_window_for_keys_not_asked_before() {
    let mut storage = ReadOnly { crm: crm(), finds: 0, seen: Vec::new() };
    let import = Import::new().planning_window(50);
    let plan = import.plan(Source::from_bytes(DEMO.as_bytes()), &mut storage).unwrap();
    let windows = plan.rows().len().div_ceil(50);
    assert!(storage.finds <= 2 * windows, "{} look-ups for {windows} windows", storage.finds);
    let mut distinct = storage.seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), storage.seen.len(), "a key was asked twice");
}

/// A file large enough to be cut, with quoted line breaks and bad values.
fn large() -> String {
    let fair = fair::Fair { rows: 12_000, ..fair::Fair::default() };
    String::from_utf8(fair.csv()).unwrap()
}

fn told_with(file: &str, threads: usize) -> String {
    let import = Import::new().threads(threads);
    told(&import.plan(Source::from_bytes(file.as_bytes()), &mut crm()).unwrap())
}

#[test]
fn l1_the_plan_is_the_same_on_any_number_of_threads() {
    let file = large();
    let alone = told_with(&file, 1);
    assert!(alone.contains("\n12000 contact"), "every row is there");
    for threads in [2, 3, 5] {
        assert!(told_with(&file, threads) == alone, "{threads} threads");
        // The mark that ends a text is in no piece.
        assert!(told_with(&format!("{file}\u{1a}"), threads) == alone, "{threads} threads, marked");
    }
    let limited = |threads| {
        let limits = crm_import::source::Limits::default().rows(10_000);
        let source = Source::from_bytes(file.as_bytes()).limits(limits);
        told(&Import::new().threads(threads).plan(source, &mut crm()).unwrap())
    };
    assert!(limited(1).contains("from row 10001 on"), "the limit is told");
    for threads in [2, 3] {
        assert!(limited(threads) == limited(1), "{threads} threads, with a limit");
    }
    let windows = file.replace('\n', "\r\n");
    assert!(told_with(&windows, 3) == told_with(&windows, 1), "with carriage returns");
}

/// Many rows on few people, some of them stored, in no order: their opportunities stand anywhere, new
/// ones and stored ones, and some bring tags to contacts that no row gives anything else.
fn tangled() -> (String, MemoryStorage) {
    let mut crm = crm();
    for person in (0..3_000).step_by(3) {
        let (id, deal) = (format!("s{person}"), format!("d{person}"));
        let email = format!("p{person}@example.com");
        crm.insert_as(Object::Contact, &id, [("email", email.as_str()), ("first_name", "Ana")]);
        let linked = [("name", "Roof"), ("contact_id", id.as_str()), ("value", "1")];
        crm.insert_as(Object::Opportunity, &deal, linked);
    }
    let mut file =
        String::from("Email,First Name,Opportunity ID,Opportunity Name,Value,Opportunity Tags\n");
    let mut dice = Dice::new(1);
    for row in 0..18_000 {
        // Some rows name a person more often than others, a third of them those of the first half.
        let person = dice.below(if row % 3 == 0 { 5_000 } else { 1_500 });
        let stored = person - person % 3;
        let line = match dice.below(8) {
            0 | 1 => format!("p{person}@example.com,Ana,,,,"),
            2 => format!("p{person}@example.com,Bo,,Roof {row},{row},"),
            3 => format!("p{person}@example.com,,,Roof {row},,fair"),
            4 if stored < 3_000 => format!(",,d{stored},Roof,1,"),
            5 if stored < 3_000 => format!(",,d{stored},,,late"),
            6 if stored < 3_000 => format!("p{person}@example.com,,d{stored},Roof,{row},"),
            7 => format!("nobody,,,Roof {row},much,"),
            _ => String::from(",,,,,"),
        };
        file.push_str(&(line + "\n"));
    }
    (file, crm)
}

#[test]
fn l1_rows_that_hang_together_across_the_file_end_the_same_on_any_number_of_threads() {
    let (file, mut crm) = tangled();
    let tag = crm_import::FollowUp::Tag("met".into(), crm_import::Scope::Created);
    for import in [Import::new(), Import::new().follow_up(tag)] {
        let mut told_with = |threads| {
            let import = import.clone().threads(threads);
            told(&import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap())
        };
        let alone = told_with(1);
        for side in ["update", "unchanged", "create", "merged", "fail"] {
            for object in Object::ALL {
                assert!(alone.contains(&format!(" {object} {side} ")), "no {object} {side}");
            }
        }
        for threads in [2, 3, 4] {
            assert!(told_with(threads) == alone, "{threads} threads");
        }
    }
}

/// A file of 10,000 rows and one more, whose dates and amounts are written in two ways.
fn turning(first: [&str; 2], last: [&str; 2]) -> String {
    let mut file = String::from("Email,Date of Birth,Opportunity Value,Remark for the warehouse\n");
    let row = |who: &str, [born, value]: [&str; 2]| {
        format!("{who}@example.com,{born},\"{value}\",as it was said at the stand\n")
    };
    (0..10_000).for_each(|at| file.push_str(&row(&format!("p{at}"), first)));
    file + &row("last", last)
}

#[test]
fn what_only_the_last_rows_tell_of_a_column_is_known_on_any_number_of_threads() {
    let turns = [
        (["03/04/1984", "1"], ["13/04/1984", "1"], Some("1984-04-03")),
        (["", ""], ["13/04/1984", "1.234,50"], None),
        (["1984-04-03", "1"], ["04/13/1984", "1.234,50"], Some("1984-04-03")),
        (["1984-04-03", "1,500"], ["03/04/1984", "1,234.50"], Some("1984-04-03")),
        (["04/13/1984", "1.25"], ["13/04/1984", "1,25"], Some("1984-04-13")),
        (["04/13/1984", "1.25"], ["04/13/1984", "1.25"], Some("1984-04-13")),
    ];
    for (first, last, born) in turns {
        let file = turning(first, last);
        let source = || Source::from_bytes(file.as_bytes());
        // In one window nothing is planned before the last row is read.
        let at_once = Import::new().planning_window(20_000).plan(source(), &mut crm()).unwrap();
        let step = at_once.steps().next().unwrap().changes();
        let of_first = step.get("date_of_birth").map(|change| change.text());
        assert_eq!(of_first.as_deref(), born, "{first:?} {last:?}");
        for threads in [1, 2, 3] {
            let import = Import::new().threads(threads);
            let plan = import.plan(source(), &mut crm()).unwrap();
            let what = format!("{first:?} {last:?}, {threads} threads");
            assert!(told(&plan) == told(&at_once), "{what}");
            assert_eq!(plan.unmapped(), at_once.unmapped(), "{what}");
            let checkpoint = import.checkpoint(source(), &mut crm()).unwrap();
            let expected = Import::new().checkpoint(source(), &mut crm()).unwrap();
            assert_eq!(checkpoint.differences(&expected), [""; 0], "{what}");
        }
    }
}

#[test]
fn on_one_thread_no_key_is_asked_twice_unless_the_last_rows_contradict_the_first() {
    let asks_twice = |first: [&str; 2], last: [&str; 2]| {
        let mut storage = ReadOnly { crm: crm(), finds: 0, seen: Vec::new() };
        let file = turning(first, last);
        Import::new().plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
        let asked = storage.seen.len();
        storage.seen.sort();
        storage.seen.dedup();
        storage.seen.len() < asked
    };
    assert!(!asks_twice(["1984-04-03", "1.25"], ["1984-04-03", "1.25"]));
    assert!(!asks_twice(["03/04/1984", "1.25"], ["13/04/1984", "1.25"]));
    assert!(!asks_twice(["1984-04-03", ""], ["1984-04-03", "1,25"]));
    assert!(asks_twice(["13/04/1984", "1.25"], ["04/13/1984", "1.25"]));
}

#[test]
fn l1_a_file_whose_quotes_deceive_is_read_the_same_on_any_number_of_threads() {
    let mut file = large();
    // A quote in the middle of a cell counts for nothing, one that is never closed for much.
    for (place, text) in [(0.2, "5\" pipe,"), (0.6, ",\"never closed, ")] {
        let at = (file.len() as f64 * place) as usize;
        let at =
            (at..).find(|at| file.is_char_boundary(*at) && file[*at..].starts_with(',')).unwrap();
        file.insert_str(at + 1, text);
    }
    let alone = told_with(&file, 1);
    for threads in [2, 4] {
        assert!(told_with(&file, threads) == alone, "{threads} threads");
    }
}

/// A storage of people of the large file that hands back copies of the keys, as a database does, and
/// fails when it is asked once more than it may be.
struct Copying {
    crm: MemoryStorage,
    questions_left: usize,
}

impl Storage for Copying {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        let left = self.questions_left.checked_sub(1);
        self.questions_left = left.ok_or_else(|| StorageError::new("no more questions"))?;
        for block in lookup.blocks().iter().filter(|block| block.is_rule(&["email"])) {
            for email in block.column(0).iter().rev().filter(|email| email.contains('7')) {
                let copy = String::from(*email);
                found.record(&format!("of {copy}")).key("email", &copy).value("email", &copy);
            }
        }
        Ok(())
    }
}

#[test]
fn l1_a_storage_that_copies_keys_is_understood_on_any_number_of_threads() {
    let file = large();
    let plan = |threads| {
        let mut storage = Copying { crm: crm(), questions_left: usize::MAX };
        let source = Source::from_bytes(file.as_bytes());
        told(&Import::new().threads(threads).plan(source, &mut storage).unwrap())
    };
    let alone = plan(1);
    assert!(alone.contains("update Some(\"of "), "people were found");
    for threads in [2, 3] {
        assert!(plan(threads) == alone, "{threads} threads");
    }
}

#[test]
fn a_storage_or_a_file_that_fails_ends_the_planning_on_any_number_of_threads() {
    struct Broken<'f>(&'f [u8]);
    impl std::io::Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::Error::other("the line was cut")),
                read => Ok(read),
            }
        }
    }
    let file = large();
    for threads in [1, 2, 3] {
        let import = Import::new().threads(threads).planning_window(1_000);
        for questions_left in [0, 1, 5] {
            let mut storage = Copying { crm: crm(), questions_left };
            let source = Source::from_bytes(file.as_bytes());
            let error = import.plan(source, &mut storage).unwrap_err();
            assert!(matches!(error, crm_import::Error::Find { .. }), "{error}");
        }
        let source = Source::from_reader(Broken(file.as_bytes()));
        let error = import.plan(source, &mut crm()).unwrap_err();
        assert!(matches!(error, crm_import::Error::Source(_)), "{error}");
    }
}

#[test]
fn m3_a_repeat_half_a_million_rows_after_its_first_row_is_the_same_contact() {
    let mut file = String::from("Email,First Name\n");
    for row in 0..500_000 {
        writeln!(file, "p{row}@example.com,").unwrap();
    }
    file.push_str("P0@Example.com,Zero\n");
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm()).unwrap();
    assert_eq!((plan.stats().contacts.create, plan.stats().contacts.merged), (500_000, 1));
    let last = plan.rows().last().unwrap().side(Object::Contact).unwrap();
    assert_eq!(last.first_row().map(|row| row.0), Some(1));
    let first = plan.steps().next().unwrap();
    assert_eq!(first.changes().get("first_name").unwrap().text(), "Zero");
}

#[test]
fn v1_a_switchboard_on_every_row_is_one_contact_with_its_first_addresses_and_no_row_is_folded_twice()
 {
    let mut file = String::from("Email,Phone,First Name\n");
    for row in 0..20_000 {
        writeln!(file, "p{row}@example.com,206-555-0123,N{row}").unwrap();
    }
    file.push_str("p3@example.com,,Three\np11@example.com,,Eleven\n");
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm()).unwrap();
    // The eleventh address found no room, so it leads to nobody.
    assert_eq!((plan.stats().contacts.create, plan.stats().contacts.merged), (2, 20_000));
    assert_eq!(plan.stats().contacts.warnings, 20_000 - 11);
    let one = plan.steps().next().unwrap();
    assert_eq!(one.changes().get("additional_emails").unwrap().after().count(), 10);
}

#[test]
fn x3_a_key_that_was_given_up_before_it_was_asked_for_is_passed_on_without_a_conflict() {
    // Bo gives up d in row 2, and only row 3 asks for it: in a window of its own, too.
    let file = "Contact ID,Email,Additional Emails,City\n\
                c1,,,Reno\nc2,bo@example.com,b@example.com,\nc1,d@example.com,,\n,d@example.com,,Reno\n";
    let mapping = serde_json::from_str(
        r#"{ "columns": [
            { "header": "Contact ID", "object": "contact", "field": "id" },
            { "header": "Email", "object": "contact", "field": "email" },
            { "header": "Additional Emails", "object": "contact", "field": "additional_emails",
              "merge": "overwrite" },
            { "header": "City", "object": "contact", "field": "city" } ] }"#,
    );
    let import = Import::new().mapping(mapping.unwrap());
    for window in [1, 2, 1_000] {
        let mut crm = MemoryStorage::default();
        crm.insert(Object::Contact, [("email", "ana@example.com")]);
        let bo = [("email", "bo@example.com"), ("additional_emails", "d@example.com")];
        crm.insert(Object::Contact, bo);
        let import = import.clone().planning_window(window);
        let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        let planned = *plan.stats();
        assert_eq!((planned.contacts.update, planned.contacts.merged), (2, 2), "{window}");
        let report = import.apply(plan, &mut crm).unwrap();
        assert_eq!(*report.stats(), planned, "a window of {window} rows");
        // One batch and the last word: nothing had to be planned again.
        assert_eq!((report.issues().count(), crm.calls().write), (0, 2), "{window}");
        let ana = crm.get(Object::Contact, "c1").unwrap();
        assert_eq!((ana.value("email"), ana.value("city")), (Some("d@example.com"), Some("Reno")));
    }
}

#[test]
fn what_an_import_is_made_of_and_hands_over_goes_to_another_thread() {
    fn goes<T: Send>() {}
    goes::<Import>();
    goes::<Source<'static>>();
    goes::<Plan>();
    goes::<Report>();
    goes::<Error<StorageError>>();
}
