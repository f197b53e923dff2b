//! An import that dies is started again and ends as if it had never died (behaviour X6, X7).

#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "resume/begun.rs"]
mod begun;
#[path = "resume/blanks.rs"]
mod blanks;
#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;
#[path = "resume/elsewhere.rs"]
mod elsewhere;
#[path = "resume/failed.rs"]
mod failed;
#[path = "resume/joined.rs"]
mod joined;
#[path = "resume/kill.rs"]
mod kill;
#[path = "resume/many.rs"]
mod many;
#[path = "resume/matched.rs"]
mod matched;
#[path = "resume/names.rs"]
mod names;
#[path = "resume/namesakes.rs"]
mod namesakes;
#[path = "resume/planned_again.rs"]
mod planned_again;
#[path = "resume/program.rs"]
mod program;
#[path = "resume/progress.rs"]
mod progress;
#[path = "resume/reasons.rs"]
mod reasons;
#[path = "resume/started.rs"]
mod started;
#[path = "resume/storm.rs"]
mod storm;
#[path = "resume/words.rs"]
mod words;

use crm_import::storage::StorageError;
use crm_import::{
    Control, Error, Event, FollowUp, FollowUpKind, Import, MemoryStorage, Mode, Object, Progress,
    Report, Source, Status,
};

use Object::{Contact, Opportunity};

/// So many people with an opportunity each, every third row a repeat of an earlier person.
fn file(rows: usize) -> String {
    let mut file = String::from("First Name,Email,City,Opportunity Name\n");
    for row in 0..rows {
        let who = if row % 3 == 2 { row / 2 } else { row };
        file.push_str(&format!("P{who},p{who}@example.com,City {row},Deal {row}\n"));
    }
    file
}

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

fn import() -> Import {
    Import::new()
        .id("resumed")
        .follow_up(FollowUp::of(FollowUpKind::Tag, "spring fair"))
        .follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"))
}

/// Contacts, opportunities and follow-ups as text, without ids.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let name = |id: &str| crm.get(Contact, id).unwrap().value("email").unwrap().to_owned();
    let mut lines: Vec<String> =
        crm.iter(Contact).map(|(_, record)| format!("{:?}", record.values)).collect();
    for (_, record) in crm.iter(Opportunity) {
        let (deal, of) = (record.value("name").unwrap(), record.value("contact_id").unwrap());
        lines.push(format!("{deal} of {}", name(of)));
    }
    lines.extend(crm.follow_ups().iter().map(|f| format!("{} {}", f.name, name(&f.contact))));
    lines.sort();
    lines
}

/// Stops after so many batches.
fn stop_after(batches: usize, how: Control) -> impl FnMut(Progress) -> Control {
    let mut seen = 0;
    move |_| {
        seen += 1;
        if seen > batches { how } else { Control::Continue }
    }
}

/// Pauses a run after so many events.
fn pause_after(events: usize) -> impl FnMut(Event<'_>) -> Control {
    let mut seen = 0;
    move |_| {
        seen += 1;
        if seen > events { Control::Pause } else { Control::Continue }
    }
}

/// A stopped import calls created what is stored, and counts no row whose record is not.
fn tells_what_is_stored(report: &Report, crm: &MemoryStorage) {
    for object in Object::ALL {
        let counts = report.stats().of(object);
        let rows = report.plan().rows().map(|row| row.number());
        let told: Vec<_> =
            rows.filter_map(|row| Some((row, report.outcome(object, row)?))).collect();
        assert_eq!(told.len() as u64, counts.rows);
        assert_eq!(counts.create, crm.len(object) as u64);
        assert_eq!(counts.create + counts.merged, counts.rows);
        for (row, _) in told {
            assert!(crm.get(object, report.id(object, row).unwrap()).is_some(), "row {row}");
        }
    }
    assert_eq!(report.stats().links, crm.len(Opportunity) as u64);
}

#[test]
fn x6_a_stopped_import_resumes_to_the_storage_and_the_totals_of_an_uninterrupted_one() {
    let file = file(2_000);
    let mut whole = MemoryStorage::default();
    let plan = import().plan(source(&file), &mut whole).unwrap();
    let expected = import().apply(plan, &mut whole).unwrap();
    assert_eq!(expected.status(), Status::Completed);

    for batches in [0, 1, 3, 5] {
        let mut crm = MemoryStorage::default();
        let plan = import().plan(source(&file), &mut crm).unwrap();
        let first =
            import().apply_with(plan, &mut crm, stop_after(batches, Control::Pause)).unwrap();
        assert_eq!(first.status(), Status::Paused);
        assert!(first.unwritten() > 0);
        tells_what_is_stored(&first, &crm);
        let Some(checkpoint) = crm.checkpoint().cloned() else {
            assert_eq!(batches, 0);
            continue;
        };
        assert!(!checkpoint.is_last);
        let again = import().resume(checkpoint);
        let plan = again.plan_resumed(source(&file), &mut crm).unwrap();
        assert_eq!(plan.stats(), expected.plan().stats());
        let report = again.apply(plan, &mut crm).unwrap();
        assert_eq!(report.stats(), expected.stats());
        assert_eq!(content(&crm), content(&whole));
        for row in [1, 3, 500, 1_999] {
            let row = crm_import::RowNumber(row);
            for object in Object::ALL {
                assert_eq!(report.outcome(object, row), expected.outcome(object, row));
                let id = report.id(object, row).unwrap();
                assert!(crm.get(object, id).is_some());
            }
        }
    }
}

#[test]
fn x6_a_stopped_run_resumes_too_and_writes_nothing_older_over_what_is_newer() {
    let file = file(900);
    let mut whole = MemoryStorage::default();
    let import = import().run_window(70);
    let expected = import.run(source(&file), &mut whole).unwrap();
    for batches in [1, 4, 9] {
        let mut crm = MemoryStorage::default();
        let mut stop = stop_after(batches, Control::Cancel);
        let first = import
            .run_with(source(&file), &mut crm, |event| {
                event
                    .progress()
                    .filter(|p| p.status == Status::Applying)
                    .map_or(true.into(), &mut stop)
            })
            .unwrap();
        assert_eq!(first.status(), Status::Cancelled);
        for object in Object::ALL {
            assert_eq!(first.stats().of(object).create, crm.len(object) as u64);
        }
        assert_eq!(first.stats().links, crm.len(Opportunity) as u64);
        let again = import.clone().resume(crm.checkpoint().unwrap().clone());
        let report = again.run(source(&file), &mut crm).unwrap();
        assert_eq!(report.stats(), expected.stats());
        assert_eq!(content(&crm), content(&whole));
    }
}

#[test]
fn l1_an_opportunity_that_a_row_named_and_skipped_is_matched_in_a_later_window_as_in_a_plan() {
    let account = r#"{ "opportunities": { "matching": { "fields": ["name"], "one": "update" } } }"#;
    let mut whole = MemoryStorage::new(serde_json::from_str(account).unwrap());
    whole.insert_as(Contact, "c1", [("email", "ana@example.com")]);
    whole.insert_as(Opportunity, "o1", [("name", "Roof"), ("contact_id", "c1")]);
    let file = "Email,Opportunity ID,Opportunity Name\n\
                ana@example.com,o1,Loft\n\
                ana@example.com,,Roof\n\
                ana@example.com,,Roof\n";
    let import = Import::new().opportunities(Mode::Create);
    for window in [1, 2, 3] {
        let mut crm = whole.clone();
        let report = import.clone().run_window(window).run(source(file), &mut crm).unwrap();
        // The second row matches it, and the third one no more (O5).
        assert_eq!(report.stats().opportunities.skip, 2, "window {window}");
        assert_eq!(report.stats().opportunities.create, 1, "window {window}");
    }
}

#[test]
fn l1_a_run_leaves_what_plan_and_apply_leave_and_every_row_has_the_same_outcome() {
    let file = file(500);
    let mut whole = MemoryStorage::default();
    let plan = import().plan(source(&file), &mut whole).unwrap();
    let expected = import().apply(plan, &mut whole).unwrap();
    for window in [1, 7, 100, 10_000] {
        let mut crm = MemoryStorage::default();
        let mut rows = 0;
        let report = import()
            .run_window(window)
            .run_with(source(&file), &mut crm, |event| {
                let Some(part) = event.window() else { return true };
                for row in part.plan().rows() {
                    rows += 1;
                    let number = row.number();
                    assert_eq!(number.0, rows);
                    for object in Object::ALL {
                        let outcome = part.outcome(object, number);
                        assert_eq!(outcome, expected.outcome(object, number), "row {number}");
                        let (a, b) = (row.side(object), expected.plan().row(number).unwrap());
                        let first = |side: Option<crm_import::plan::SidePlan<'_>>| {
                            side.and_then(|side| side.first_row())
                        };
                        assert_eq!(first(a), first(b.side(object)), "row {number}");
                    }
                }
                true
            })
            .unwrap();
        assert_eq!(report.stats(), expected.stats(), "window {window}");
        assert_eq!(content(&crm), content(&whole), "window {window}");
        assert_eq!(report.follow_ups(), expected.follow_ups());
    }
}

#[test]
fn a_run_of_a_stream_that_cannot_be_read_twice_does_the_same() {
    let file = file(300);
    let (mut whole, mut crm) = (MemoryStorage::default(), MemoryStorage::default());
    let import = import().run_window(40);
    let expected = import.run(source(&file), &mut whole).unwrap();
    let report = import.run(Source::from_reader(file.as_bytes()), &mut crm).unwrap();
    assert_eq!(report.stats(), expected.stats());
    assert_eq!(content(&crm), content(&whole));
}

#[test]
fn x6_a_run_goes_on_in_windows_as_large_as_it_was_begun_with() {
    let file = file(900);
    let mut whole = MemoryStorage::default();
    let expected = import().run_window(70).run(source(&file), &mut whole).unwrap();
    for window in [None, Some(1), Some(7), Some(300), Some(2_000)] {
        let mut crm = MemoryStorage::default();
        let mut stop = stop_after(5, Control::Cancel);
        let begun = import().run_window(70).run_with(source(&file), &mut crm, |event| {
            event.progress().map_or(true.into(), &mut stop)
        });
        assert!(begun.unwrap().unwritten() > 0 || crm.len(Contact) < whole.len(Contact));
        let import = window.map_or_else(import, |rows| import().run_window(rows));
        let checkpoint = crm.checkpoint().unwrap().clone();
        let own = import.checkpoint(source(&file), &mut crm).unwrap();
        assert_eq!(checkpoint.differences(&own), [""; 0]);
        assert!(checkpoint.is_run());
        let again = import.resume(checkpoint);
        let report = again.run(source(&file), &mut crm).unwrap();
        assert_eq!(report.stats(), expected.stats(), "{window:?}");
        assert_eq!(content(&crm), content(&whole), "{window:?}");
        assert_eq!(crm.checkpoint().unwrap().window, 70);
        // As one plan it would take what later windows have said for said by the first.
        let error = again.plan_resumed(source(&file), &mut crm).map(|_| ()).unwrap_err();
        let said = "it was begun with run; go on with resume and run";
        assert!(error.to_string().ends_with(said), "{error}");
    }
}

#[test]
fn x6_another_file_mapping_or_policy_is_refused_by_name_and_a_run_of_what_is_no_run() {
    let file = file(30);
    let mut crm = MemoryStorage::default();
    let plan = import().plan(source(&file), &mut crm).unwrap();
    import().apply(plan, &mut crm).unwrap();
    let checkpoint = crm.checkpoint().unwrap().clone();
    let refused = |import: Import, file: &str, crm: &mut MemoryStorage| {
        let import = import.resume(checkpoint.clone());
        let error = import.plan_resumed(source(file), crm).map(|_| ()).unwrap_err();
        match error {
            Error::Resume { differs } => differs,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(import(), &file.replace("City 7", "Rome"), &mut crm), ["file"]);
    let mapping = crm_import::Mapping::default().column("Email", Contact, "email").column(
        "Opportunity Name",
        Opportunity,
        "name",
    );
    assert_eq!(refused(import().mapping(mapping), &file, &mut crm), ["mapping"]);
    let create = import().contacts(crm_import::Mode::Create);
    assert_eq!(refused(create, &file, &mut crm), ["policy"]);
    let mut other = crm.clone();
    other.account.default_country = Some("DE".into());
    assert_eq!(refused(import(), &file, &mut other), ["policy"]);
    let run = import().run_window(10).resume(checkpoint.clone());
    let error = run.run(source(&file), &mut crm).map(|_| ()).unwrap_err();
    let said = "it was begun as one plan; go on with plan_resumed and apply";
    assert!(error.to_string().ends_with(said), "{error}");
    let own = import().checkpoint(source(&file), &mut crm).unwrap();
    assert_eq!(checkpoint.differences(&own), [""; 0]);
}

#[test]
fn x6_a_stage_that_is_new_since_does_not_make_it_another_import() {
    let file = "Email,Opportunity Name,Pipeline,Stage\nana@example.com,Roof,Sales,New\n\
                bo@example.com,Loft,Sales,Late\n";
    let account = |stages: &str| {
        let text = format!(
            r#"{{ "pipelines": [ {{ "id": "p", "name": "Sales", "stages": [{stages}] }} ] }}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    let new = r#"{ "id": "s1", "name": "New" }"#;
    let mut crm = MemoryStorage::new(account(new));
    let plan = Import::new().plan(source(file), &mut crm).unwrap();
    let report = Import::new().apply(plan, &mut crm).unwrap();
    assert_eq!((report.stats().opportunities.create, report.stats().opportunities.fail), (1, 1));
    crm.account = account(&format!(r#"{new}, {{ "id": "s2", "name": "Late" }}"#));
    let import = Import::new().resume(crm.checkpoint().unwrap().clone());
    let plan = import.plan_resumed(source(file), &mut crm).unwrap();
    let again = import.apply(plan, &mut crm).unwrap();
    assert_eq!((again.stats().opportunities.create, again.stats().opportunities.fail), (2, 0));
    assert_eq!(crm.len(Opportunity), 2);
    // The complete windows of a run stay as they are.
    let mut crm = MemoryStorage::new(account(new));
    Import::new().run(source(file), &mut crm).unwrap();
    crm.account = account("");
    let run = Import::new().resume(crm.checkpoint().unwrap().clone());
    let error = run.run(source(file), &mut crm).map(|_| ()).unwrap_err();
    assert!(error.to_string().ends_with("other pipelines, users or options"), "{error}");
}

#[test]
fn x6_a_run_that_was_begun_with_a_giant_window_asks_for_no_more_rows_than_the_file_has() {
    let file = file(30);
    let mut crm = MemoryStorage::default();
    let run = import().run_window(usize::MAX);
    let report = run.run(source(&file), &mut crm).unwrap();
    let again = Import::new().resume(crm.checkpoint().unwrap().clone());
    let again = again.follow_up(FollowUp::of(FollowUpKind::Tag, "spring fair"));
    let again = again.follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"));
    assert_eq!(again.run(source(&file), &mut crm).unwrap().stats(), report.stats());
}

#[test]
fn x6_a_checkpoint_of_a_row_that_the_file_does_not_have_is_refused() {
    let file = file(30);
    let mut crm = MemoryStorage::default();
    let run = import().run_window(10);
    run.run_with(source(&file), &mut crm, |event| event.window().is_none()).unwrap();
    let mut checkpoint = crm.checkpoint().unwrap().clone();
    let resume = |checkpoint, crm: &mut MemoryStorage| {
        let error = import().resume(checkpoint).run(source(&file), crm).map(|_| ());
        error.err().map(|error| error.to_string())
    };
    checkpoint.row = 32;
    let told = resume(checkpoint.clone(), &mut crm);
    assert_eq!(told.unwrap(), "cannot go on with the import that was begun: another row");
    checkpoint.row = 10;
    assert_eq!(resume(checkpoint, &mut crm), None);
    // Behind its last window it is the row that would be next.
    let checkpoint = crm.checkpoint().unwrap().clone();
    assert_eq!((checkpoint.row, resume(checkpoint, &mut crm)), (31, None));
}

#[test]
fn x6_a_storage_that_keeps_no_tokens_refuses_to_resume() {
    struct Forgetful(MemoryStorage);
    impl crm_import::Storage for Forgetful {
        type Error = StorageError;
        fn account(&mut self) -> Result<crm_import::Account, StorageError> {
            self.0.account()
        }
        fn find(
            &mut self,
            lookup: &crm_import::lookup::Lookup<'_>,
            found: &mut crm_import::lookup::Found,
        ) -> Result<(), StorageError> {
            self.0.find(lookup, found)
        }
    }
    impl crm_import::StorageWrite for Forgetful {
        fn write(
            &mut self,
            batch: &crm_import::storage::Batch<'_>,
            receipts: &mut crm_import::storage::Receipts,
        ) -> Result<(), StorageError> {
            assert!(!batch.is_empty(), "a last batch is of no use to it");
            self.0.write(batch, receipts)
        }
    }
    let file = file(10);
    let mut crm = Forgetful(MemoryStorage::default());
    let plan = Import::new().plan(source(&file), &mut crm).unwrap();
    Import::new().apply(plan, &mut crm).unwrap();
    let import = Import::new().resume(crm.0.checkpoint().unwrap().clone());
    for error in [
        import.plan_resumed(source(&file), &mut crm).map(|_| ()).unwrap_err(),
        import.run(source(&file), &mut crm).map(|_| ()).unwrap_err(),
    ] {
        assert!(error.to_string().contains("keeps no tokens"), "{error}");
    }
}
