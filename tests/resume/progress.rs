//! What is counted while an import runs: progress, errors within a budget, and issues (X7, X8).

use crm_import::{Error, ErrorBudget, Import, MemoryStorage, Object, Progress, Status};

use super::{file, import, source};

use Object::{Contact, Opportunity};

#[test]
fn x7_progress_counts_what_is_written_and_ends_at_the_end() {
    let file = file(1_500);
    let mut crm = MemoryStorage::default();
    let plan = import().plan(source(&file), &mut crm).unwrap();
    let mut all: Vec<Progress> = Vec::new();
    import().apply_with(plan, &mut crm, |progress| all.push(progress)).unwrap();
    assert!(all.len() > 3);
    assert!(all.windows(2).all(|pair| pair[0].done <= pair[1].done));
    let last = all.last().unwrap();
    assert_eq!((last.done, last.rows), (last.steps, 1_500));
    assert_eq!(last.contacts.created, crm.len(Contact));
    assert_eq!(last.opportunities.created, crm.len(Opportunity));

    let mut seen = (0, false);
    let report = import()
        .id("run")
        .run_window(200)
        .run_with(source(&file), &mut crm, |event| {
            if let Some(progress) = event.progress() {
                seen = (progress.bytes, seen.1 || progress.status == Status::Planning);
                assert_eq!(progress.total_bytes, Some(file.len() as u64));
            }
        })
        .unwrap();
    assert_eq!(report.status(), Status::Completed);
    assert_eq!(seen, (file.len() as u64, true));
}

#[test]
fn x7_an_error_budget_stops_a_plan_before_the_first_write_and_a_run_between_windows() {
    let mut file = String::from("Email,Contact ID\n");
    for row in 0..100 {
        let id = if row % 10 == 9 { "c999" } else { "" };
        file.push_str(&format!("p{row}@example.com,{id}\n"));
    }
    for (budget, is_enough) in [
        (ErrorBudget::Sides(9), false),
        (ErrorBudget::Sides(10), true),
        (ErrorBudget::Share(0.05), false),
        (ErrorBudget::Share(0.1), true),
    ] {
        let import = Import::new().max_errors(budget);
        let mut crm = MemoryStorage::default();
        let plan = import.plan(source(&file), &mut crm).unwrap();
        let result = import.apply(plan, &mut crm);
        assert_eq!(result.is_ok(), is_enough, "{budget:?}");
        if let Err(error) = &result {
            let contacts = error.done().unwrap().stats().contacts;
            assert_eq!((contacts.create, contacts.fail, contacts.rows), (0, 10, 10));
        }
        assert_eq!(crm.is_empty(), !is_enough);
    }
    let file_of_one = "Email,Contact ID,Opportunity Name\na@example.com,c999,Roof\n";
    let import = Import::new().max_errors(ErrorBudget::Sides(0));
    let error = import.run(source(file_of_one), &mut MemoryStorage::default()).unwrap_err();
    assert!(error.to_string().starts_with("1 contact and 1 opportunity failed"), "{error}");
    let mut crm = MemoryStorage::default();
    let import = Import::new().max_errors(ErrorBudget::Sides(4)).run_window(20);
    let error = import.run(source(&file), &mut crm).unwrap_err();
    assert_eq!(error.to_string(), "6 contacts failed, which is more than the error budget allows");
    let Error::TooManyErrors { done } = &error else { panic!("{error}") };
    // Two windows of 20 rows hold four errors; the third brings two more and is not written.
    assert_eq!(crm.len(Contact), 36);
    assert_eq!((done.stats().contacts.fail, done.status()), (6, Status::Failed));
    assert_eq!((done.stats().contacts.create, done.unwritten()), (36, 18));
}

#[test]
fn x8_a_run_counts_every_issue_keeps_a_thousand_of_a_code_and_hands_all_to_the_log() {
    let mut file = String::from("Email,Contact ID\n");
    (0..1_500).for_each(|row| file.push_str(&format!("p{row}@example.com,c9{row}\n")));
    let mut crm = MemoryStorage::default();
    let mut log = crm_import::ErrorLog::csv(Vec::new());
    let report = Import::new()
        .run_window(64)
        .run_with(source(&file), &mut crm, |event| {
            event.window().is_none_or(|window| log.add(window).is_ok())
        })
        .unwrap();
    assert_eq!(report.issues().count(), 1_000);
    let code = crm_import::IssueCode::ContactIdUnknown;
    assert_eq!(report.issue_counts()[&code], 1_500);
    assert_eq!(log.rows(), 1_500);
    assert_eq!(report.stats().contacts.fail, 1_500);
}
