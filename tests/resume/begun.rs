//! One call begins an import, or goes on with it (behaviour X6).

use crm_import::storage::StorageError;
use crm_import::{Control, Error, Import, Mapping, MemoryStorage, Object, Plan, Source};

use super::elsewhere::Silent;
use super::{source, stop_after, tells_what_is_stored};

/// Nobody in it can be found again.
fn names(rows: usize) -> String {
    "Name\n".to_owned() + &"Ana Lee\n".repeat(rows)
}

/// Writes a batch of a file and stops.
fn begin(import: &Import, file: &str, crm: &mut MemoryStorage) {
    let plan = import.plan_or_resume(source(file), crm).unwrap();
    import.apply_with(plan, crm, stop_after(1, Control::Pause)).unwrap();
    assert_eq!(crm.len(Object::Contact), 500);
}

fn go_on(import: &Import, plan: Plan, crm: &mut MemoryStorage) {
    assert!(plan.is_resumed());
    let report = import.apply(plan, crm).unwrap();
    assert_eq!(report.stats().contacts.create, 700);
    assert_eq!(crm.len(Object::Contact), 700);
    tells_what_is_stored(&report, crm);
    report.acknowledge(crm).unwrap();
}

#[test]
fn x6_an_import_that_was_stopped_goes_on_by_its_name_or_by_its_file() {
    let file = names(700);
    for import in [Import::new(), Import::new().id("upload 17"), Import::new().threads(2)] {
        let mut crm = MemoryStorage::default();
        begin(&import, &file, &mut crm);
        let plan = import.plan_or_resume(source(&file), &mut crm).unwrap();
        go_on(&import, plan, &mut crm);
        let plan = import.plan_or_resume(source(&file), &mut crm).unwrap();
        assert!(!plan.is_resumed()); // it is finished
    }
}

#[test]
fn x6_a_stream_can_be_gone_on_with_though_it_is_read_once() {
    let (file, import, mut crm) = (names(700), Import::new(), MemoryStorage::default());
    begin(&import, &file, &mut crm);
    let plan = import.plan_or_resume(Source::from_reader(file.as_bytes()), &mut crm).unwrap();
    go_on(&import, plan, &mut crm);
}

#[test]
fn x6_whoever_applies_the_plan_need_not_know_that_it_is_the_rest_of_one() {
    let (file, mut crm) = (names(700), MemoryStorage::default());
    begin(&Import::new(), &file, &mut crm);
    let plan = Import::new().plan_or_resume(source(&file), &mut crm).unwrap();
    let row = crm.checkpoint().unwrap().row;
    Import::new().apply_with(plan, &mut crm, stop_after(1, Control::Pause)).unwrap();
    assert!(crm.checkpoint().unwrap().row >= row);
    assert_eq!(crm.checkpoints().count(), 1);
    assert_eq!(crm.len(Object::Contact), 700);
}

#[test]
fn x6_another_file_is_planned_as_ever_beside_an_import_that_is_not_finished() {
    let (file, import, mut crm) = (names(700), Import::new(), MemoryStorage::default());
    begin(&import, &file, &mut crm);
    let other = "Name,Email\nBo Ray,bo@example.com\nBo Ray,BO@example.com\n";
    let asked = import.plan_or_resume(source(other), &mut crm).unwrap();
    assert!(!asked.is_resumed());
    let plan = import.plan(source(other), &mut crm).unwrap();
    assert_eq!(asked.fingerprint(), plan.fingerprint());
    import.apply(asked, &mut crm).unwrap();
    let plan = import.plan_or_resume(source(&file), &mut crm).unwrap();
    assert!(plan.is_resumed());
}

#[test]
fn x6_a_file_that_was_begun_otherwise_is_for_a_person_to_decide() {
    let (file, mut crm) = (names(700), MemoryStorage::default());
    begin(&Import::new(), &file, &mut crm);
    let mapping = Mapping::default().column("Name", Object::Contact, "company");
    let import = Import::new().mapping(mapping);
    let differs = |result: Result<Plan, Error<StorageError>>| match result {
        Err(Error::Resume { differs }) => differs,
        other => panic!("{other:?}"),
    };
    assert_eq!(differs(import.plan_or_resume(source(&file), &mut crm)), ["mapping"]);

    // Once all of it is written, no more than its report is at stake.
    let first = Import::new();
    let plan = first.plan_or_resume(source(&file), &mut crm).unwrap();
    first.apply(plan, &mut crm).unwrap();
    assert!(first.unfinished(source(&file), &mut crm).unwrap().is_some());
    assert!(!import.plan_or_resume(source(&file), &mut crm).unwrap().is_resumed());

    // What was begun window by window goes on so.
    let run = Import::new().id("run");
    run.run_with(source(&file), &mut crm, |event| event.progress().is_none_or(|it| it.done < 500))
        .unwrap();
    assert_eq!(differs(run.plan_or_resume(source(&file), &mut crm)), ["run"]);
    let stopped = run.unfinished(source(&file), &mut crm).unwrap().unwrap();
    run.clone().resume(stopped).run(source(&file), &mut crm).unwrap();
    assert_eq!(crm.len(Object::Contact), 1_400);
}

#[test]
fn x6_which_import_it_is_is_told_by_all_of_its_rows() {
    // The order of day and month shows in the last row alone, far behind the first block.
    let file =
        "Name,Date of Birth\n".to_owned() + &"Ana,01/02/1990\n".repeat(9_000) + "Bo,31/12/1990\n";
    for (threads, window) in [(1, None), (2, None), (1, Some(100))] {
        let mut crm = MemoryStorage::default();
        let mut import = Import::new().threads(threads);
        if let Some(rows) = window {
            import = import.run_window(rows);
            let stop = |event: crm_import::Event<'_>| event.window().is_none();
            import.run_with(source(&file), &mut crm, stop).unwrap();
        } else {
            let plan = import.plan(source(&file), &mut crm).unwrap();
            import.apply_with(plan, &mut crm, stop_after(1, Control::Pause)).unwrap();
        }
        let own = import.checkpoint(source(&file), &mut crm).unwrap();
        let kept = crm.checkpoint().unwrap();
        assert_eq!(own.formats["Date of Birth"], "dmy");
        assert_eq!((&own.file, &own.formats), (&kept.file, &kept.formats));
        assert!(kept.differences(&own).is_empty());
        assert!(import.unfinished(source(&file), &mut crm).unwrap().is_some());
    }
}

#[test]
fn x6_a_storage_that_cannot_tell_is_refused_instead_of_written_to_twice() {
    for (keeps_tokens, why) in [(false, "keeps no tokens"), (true, "StorageWrite::unfinished")] {
        let mut crm = Silent { keeps_tokens, ..Silent::default() };
        let error = Import::new().plan_or_resume(source("Name\nAna\n"), &mut crm).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}
