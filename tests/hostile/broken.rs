//! A storage that panics in the middle of a batch, and checkpoints that come back from it altered.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_import::storage::{Batch, Checkpoint, Receipts};
use crm_import::{Error, Import, Report, Source};
use serde_json::{Value, json};

use super::shelf::Shelf;
use super::{Act, Answer, Call, FILE, Hostile};

/// Panics once, in one of its writes, after so many of the steps.
struct Fragile {
    at: usize,
    after: usize,
}

impl Act for Fragile {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        call.shelf.write_some(
            batch,
            receipts,
            if call.number == self.at { self.after } else { usize::MAX },
        );
        assert!(call.number != self.at, "the adapter is broken");
        Ok(())
    }
}

fn source() -> Source<'static> {
    Source::from_bytes(FILE.as_bytes())
}

fn import<A: Act>(import: &Import, is_run: bool, storage: &mut Hostile<A>) -> Report {
    if is_run {
        return import.run(source(), storage).unwrap();
    }
    let plan = import.plan_resumed(source(), storage).unwrap();
    import.apply(plan, storage).unwrap()
}

#[test]
fn x6_an_import_whose_storage_panics_in_the_middle_of_a_batch_goes_on_as_if_it_had_been_killed() {
    for (is_run, threads) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        let mine = Import::new().id("hostile").threads(threads);
        let mine = if is_run { mine.run_window(2) } else { mine };
        let mut whole = Hostile::new(Shelf::default(), Fragile { at: 0, after: 0 });
        let expected = import(&mine, is_run, &mut whole);
        for at in 1..=whole.writes {
            for after in [0, 1, 2, 3, usize::MAX] {
                let mut storage = Hostile::new(Shelf::default(), Fragile { at, after });
                let panic = catch_unwind(AssertUnwindSafe(|| import(&mine, is_run, &mut storage)));
                assert!(panic.is_err());
                let known = storage.shelf.checkpoints.get("hostile").cloned();
                let known =
                    known.unwrap_or_else(|| mine.checkpoint(source(), &mut storage).unwrap());
                let report = import(&mine.clone().resume(known), is_run, &mut storage);
                let place = format!("write {at}, {after} steps, {threads} threads, run: {is_run}");
                assert_eq!(storage.shelf.content(), whole.shelf.content(), "{place}");
                assert_eq!(report.stats(), expected.stats(), "{place}");
            }
        }
    }
}

#[test]
fn x6_a_checkpoint_that_is_beyond_the_end_of_the_file_is_refused() {
    let mine = Import::new().id("hostile").run_window(2);
    let begun = mine.checkpoint(source(), &mut Shelf::default()).unwrap();
    let resumed = mine.resume(altered(&begun, &json!({ "row": 7 })));
    let error = resumed.run(source(), &mut Shelf::default()).map(|_| ()).unwrap_err();
    assert!(matches!(&error, Error::Resume { differs } if differs == &["row"]), "{error}");
}

/// The checkpoint of an import that has just begun, with these entries.
fn altered(begun: &Checkpoint, change: &Value) -> Checkpoint {
    let mut whole = serde_json::to_value(begun).unwrap();
    for (key, value) in change.as_object().unwrap() {
        whole[key] = value.clone();
    }
    serde_json::from_value(whole).unwrap()
}

#[test]
fn x6_a_checkpoint_that_tells_of_rows_and_columns_that_are_not_there_does_no_harm() {
    let rows = [0, 1, 2, 3, 5, 6, u32::MAX - 1, u32::MAX];
    for is_run in [false, true] {
        let mine = Import::new().id("hostile");
        let mine = if is_run { mine.run_window(2) } else { mine };
        let begun = mine.checkpoint(source(), &mut Shelf::default()).unwrap();
        for object in ["contact", "opportunity"] {
            for row in rows {
                let failed =
                    json!({ "object": object, "row": row, "code": "key-ambiguous", "column": 999 });
                let met = |first: Option<u32>, id: Option<&str>| json!({ "object": object, "row": row, "id": id, "first_row": first, "dropped": [[999, 9], [1, 9]] });
                let refused = json!({ "object": object, "row": row, "id": "7", "code": "write-rejected", "why": "" });
                for change in [
                    json!({ "failed": [failed] }),
                    json!({ "met": [met(Some(row), None)] }),
                    json!({ "met": [met(Some(5), None)] }),
                    json!({ "met": [met(Some(u32::MAX), None)] }),
                    json!({ "met": [met(None, Some("999"))] }),
                    json!({ "met": [met(None, None)] }),
                    json!({ "refused": [refused, refused] }),
                ] {
                    let mut storage = Hostile::new(Shelf::default(), Fragile { at: 0, after: 0 });
                    let checkpoint = altered(&begun, &change);
                    let report = import(&mine.clone().resume(checkpoint), is_run, &mut storage);
                    let told: Vec<String> = report.issues().map(|issue| issue.message()).collect();
                    let sides = report.stats().contacts;
                    assert_eq!(sides.rows, 5, "{change} {told:?}");
                }
            }
        }
    }
}
