//! The same import, with a storage that is waited for and with one that is not.

use crm_import::storage::{Immediate, StorageError};
use crm_import::{
    Control, Error, Event, FollowUp, FollowUpKind, Import, MemoryStorage, Plan, Report, Source,
};

use super::files::{crm, files};
use super::slow::{Slow, block_on, counting};

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

/// The settings under which each file is imported.
fn imports() -> Vec<Import> {
    let import = || {
        let welcome = FollowUp::of(FollowUpKind::Workflow, "welcome");
        Import::new().id("upload 17").run_window(700).follow_up(welcome)
    };
    vec![import(), import().threads(3).planning_window(900), import().planning_window(5)]
}

/// A plan in words.
fn told(plan: &Plan) -> String {
    let issues: Vec<String> = plan.issues().map(|issue| format!("{issue:?}")).collect();
    format!("{} {:?} {:?} {issues:?}", plan.fingerprint(), plan.stats(), plan.unmapped())
}

/// What an import has reported, and what it has left behind.
pub(crate) fn outcome(result: &Result<Report, Error<StorageError>>, crm: &MemoryStorage) -> String {
    let of = |report: &Report| {
        let issues: Vec<String> = report.issues().map(|issue| format!("{issue:?}")).collect();
        let mut log = Vec::new();
        report.write_error_log(&mut log).unwrap();
        format!("{:?} {:?} {issues:?} {log:?}", report.status(), report.stats())
    };
    let told = match result {
        Ok(report) => of(report),
        Err(error) => format!("{error} after {:?}", error.done().map(of)),
    };
    told + &serde_json::to_string(crm).unwrap()
}

/// Are two long texts the same? If not, the place is shown.
pub(crate) fn assert_same(one: &str, other: &str, of: &str) {
    let alike = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let from = alike.saturating_sub(60);
    let shown = |text: &str| text.bytes().skip(from).take(200).map(char::from).collect::<String>();
    assert!(one == other, "{of}:\n{}\n{}", shown(one), shown(other));
}

#[test]
fn a_plan_is_the_same_whether_its_storage_is_waited_for_or_not() {
    for (name, file) in files() {
        for import in imports() {
            let (mut crm, mut slow) = (crm(), Slow(crm()));
            let plan = import.plan(source(&file), &mut crm).unwrap();
            let waited = block_on(import.plan_async(source(&file), &mut slow)).unwrap();
            assert_same(&told(&plan), &told(&waited), name);
            let begun = import.plan_or_resume_async(source(&file), &mut slow);
            assert_same(&told(&plan), &told(&block_on(begun).unwrap()), name);
        }
    }
}

#[test]
fn a_plan_is_applied_alike() {
    for (name, file) in files() {
        for import in imports() {
            let (mut crm, mut slow) = (crm(), Slow(crm()));
            let (mut seen, mut seen_slow) = (Vec::new(), Vec::new());
            let plan = import.plan(source(&file), &mut crm).unwrap();
            let report = import.apply_with(plan, &mut crm, |at| seen.push(at));
            let report_slow = block_on(async {
                let plan = import.plan_async(source(&file), &mut slow).await?;
                import.apply_with_async(plan, &mut slow, |at| seen_slow.push(at)).await
            });
            assert_same(&outcome(&report, &crm), &outcome(&report_slow, &slow.0), name);
            assert_eq!(seen, seen_slow, "{name}");
            report.unwrap().acknowledge(&mut crm).unwrap();
            block_on(report_slow.unwrap().acknowledge_async(&mut slow)).unwrap();
            assert_eq!(crm.checkpoint(), slow.0.checkpoint(), "{name}");
        }
    }
}

#[test]
fn a_file_is_run_alike() {
    for (name, file) in files() {
        for import in imports() {
            let (mut crm, mut slow) = (crm(), Slow(crm()));
            let (mut seen, mut seen_slow) = (Vec::new(), Vec::new());
            let report = import.run_with(source(&file), &mut crm, |event| see(&event, &mut seen));
            let watch = |event: Event<'_>| see(&event, &mut seen_slow);
            let report_slow = block_on(import.run_with_async(source(&file), &mut slow, watch));
            assert_same(&outcome(&report, &crm), &outcome(&report_slow, &slow.0), name);
            assert_eq!(seen, seen_slow, "{name}");
        }
    }
}

fn see(event: &Event<'_>, seen: &mut Vec<String>) {
    seen.push(match event {
        Event::Progress(progress) => format!("{progress:?}"),
        Event::Window(window) => format!("{:?} {:?}", window.stats(), window.status()),
        other => format!("{other:?}"),
    });
}

#[test]
fn an_import_that_was_stopped_goes_on_alike() {
    for (name, file) in files() {
        let import = Import::new(); // it has no name, so that it is found by its file
        let (mut crm, mut slow) = (crm(), Slow(crm()));
        let plan = import.plan(source(&file), &mut crm).unwrap();
        let mut batches = 0;
        let stop = |_| {
            batches += 1;
            if batches > 1 { Control::Pause } else { Control::Continue }
        };
        import.apply_with(plan, &mut crm, stop).unwrap();
        slow.0 = crm.clone();
        let plan = import.plan_or_resume(source(&file), &mut crm).unwrap();
        let (found, own, resumed) = block_on(async {
            let found = import.unfinished_async(source(&file), &mut slow).await.unwrap();
            let own = import.checkpoint_async(source(&file), &mut slow).await.unwrap();
            let again = import.clone().resume(found.clone().unwrap());
            let resumed = again.plan_resumed_async(source(&file), &mut slow).await.unwrap();
            (found.unwrap(), own, resumed)
        });
        assert_eq!(found.differences(&own), [""; 0], "{name}");
        assert_same(&told(&plan), &told(&resumed), name);
        let begun = block_on(import.plan_or_resume_async(source(&file), &mut slow)).unwrap();
        assert!(begun.is_resumed(), "{name}");
        let report = import.apply(plan, &mut crm);
        let report_slow = block_on(import.apply_async(begun, &mut slow));
        assert_same(&outcome(&report, &crm), &outcome(&report_slow, &slow.0), name);
    }
}

/// Nothing is asked about people without a key, so this storage is not waited for at all.
#[test]
fn the_blocks_of_a_long_file_are_planned_in_turn_with_other_tasks() {
    let file = "First Name\n".to_owned() + &"Ana\n".repeat(9_000);
    let mut crm = Immediate(MemoryStorage::default());
    let (plan, turns) = counting(Import::new().plan_async(source(&file), &mut crm));
    assert_eq!((plan.unwrap().rows().len(), turns), (9_000, 3)); // of 4,096 rows
}
