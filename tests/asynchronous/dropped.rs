//! A future that is dropped ends its import as the end of the process would, at whichever of its waits: the import
//! goes on, nothing is lost and nothing is written twice.

use std::fmt::Write as _;

use crm_import::storage::StorageError;
use crm_import::{Error, FollowUp, FollowUpKind, Import, MemoryStorage, Report, Source};
use serde_json::Value;

use super::files::crm;
use super::same::assert_same;
use super::slow::{Slow, block_on, poll_times};

type Imported = Result<Report, Error<StorageError>>;

/// Three batches of people with deals.
fn file() -> String {
    let mut file = String::from("Email,Phone,Tags,Opportunity Name\n");
    for row in 0..600 {
        writeln!(file, "p{row}@example.com,,vip,{}", ["", "Roof"][row % 2]).unwrap();
    }
    file
}

fn import() -> Import {
    let welcome = FollowUp::of(FollowUpKind::Workflow, "welcome");
    Import::new().id("upload 17").run_window(250).follow_up(welcome)
}

/// What there is in the end: ids aside, which are given in the order of the batches.
fn left(report: &Imported, crm: &MemoryStorage) -> String {
    let report = report.as_ref().unwrap();
    let kept = serde_json::to_value(crm).unwrap();
    let email = |id: &Value| &kept["contacts"][id.as_str().unwrap()]["values"]["email"];
    let contacts = kept["contacts"].as_object().unwrap().values().map(Value::to_string);
    let deals = kept["opportunities"].as_object().unwrap().values();
    let deals = deals.map(|deal| {
        let values = &deal["values"];
        format!("{} {} {}", values["name"], deal["version"], email(&values["contact_id"][0]))
    });
    let done = kept["follow_ups"].as_array().unwrap().iter();
    let done = done.map(|done| format!("{} {}", done["name"], email(&done["contact"])));
    let mut lines: Vec<String> = contacts.chain(deals).chain(done).collect();
    lines.sort();
    let issues: Vec<String> = report.issues().map(|issue| issue.to_string()).collect();
    format!("{:?} {:?} {issues:?} {lines:?}", report.status(), report.stats())
}

/// Drops an import at each of its waits, and then goes on with it.
fn drop_everywhere(begin: &impl AsyncFn(&mut Slow<MemoryStorage>) -> Imported) -> usize {
    let mut whole = Slow(crm());
    let expected = left(&block_on(begin(&mut whole)), &whole.0);
    for waits in 1.. {
        let mut crm = Slow(crm());
        let is_done = poll_times(begin(&mut crm), waits).is_some();
        let report = block_on(begin(&mut crm));
        assert_same(&left(&report, &crm.0), &expected, &format!("after {waits} polls"));
        if is_done {
            return waits;
        }
    }
    unreachable!("every import ends")
}

#[test]
fn an_import_whose_future_is_dropped_goes_on() {
    let file = file();
    let source = || Source::from_bytes(file.as_bytes());
    let polls = drop_everywhere(&async |crm: &mut Slow<MemoryStorage>| {
        let plan = import().plan_or_resume_async(source(), crm).await?;
        import().apply_async(plan, crm).await
    });
    assert!(polls > 15, "only {polls} polls");
}

#[test]
fn a_run_whose_future_is_dropped_goes_on() {
    let file = file();
    let source = || Source::from_bytes(file.as_bytes());
    let polls = drop_everywhere(&async |crm: &mut Slow<MemoryStorage>| {
        let mut import = import();
        if let Some(stopped) = import.unfinished_async(source(), crm).await? {
            import = import.resume(stopped);
        }
        import.run_async(source(), crm).await
    });
    assert!(polls > 25, "only {polls} polls");
}
