//! What planning takes from the heap: nothing for a row of its own in the steady state, and so many
//! bytes for each row of a plan that is kept.

#![allow(clippy::unwrap_used)]

#[path = "../benches/fair/mod.rs"]
mod fair;

use allocation_counter::{AllocationInfo, measure};
use crm_import::{Import, Object, Plan, Source};
use fair::{Fair, IndexedCrm};

/// What the phone library reads once, the first time it is asked.
fn warm_up() {
    plan_once(Fair { rows: 4_096, bad: 100, ..Fair::default() });
}

/// Plans such a file; what was allocated on the way, and what the plan holds on to.
fn plan(fair: Fair) -> (AllocationInfo, usize) {
    warm_up();
    plan_once(fair)
}

fn plan_once(fair: Fair) -> (AllocationInfo, usize) {
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let mut kept: Option<Plan> = None;
    let counted = measure(|| {
        let source = Source::from_bytes(csv.as_slice());
        kept = Some(Import::new().threads(1).plan(source, &mut crm).unwrap());
    });
    assert_eq!(kept.unwrap().stats().of(Object::Contact).rows, u64::from(fair.rows));
    (counted, csv.len())
}

/// What the second half of a file costs that is twice as long, for each of its rows.
fn per_row(fair: Fair) -> f64 {
    let (half, _) = plan(fair);
    let (whole, _) = plan(Fair { rows: fair.rows * 2, ..fair });
    (whole.count_total - half.count_total) as f64 / f64::from(fair.rows)
}

const ROWS: u32 = 32_768;

/// Blocks, windows and doubling buffers allocate, whatever the rows hold: some hundred times for 4,096 rows.
const NOTHING: f64 = 0.03;

#[test]
fn a_row_of_a_new_contact_with_an_opportunity_allocates_nothing() {
    let fair = Fair { rows: ROWS, repeats: 0, matches: 0, bad: 0, ..Fair::default() };
    let each = per_row(fair);
    assert!(each < NOTHING, "{each} allocations a row");
}

#[test]
fn a_row_of_a_stored_contact_allocates_nothing() {
    let fair = Fair { rows: ROWS, repeats: 0, matches: 1_000, bad: 0, ..Fair::default() };
    let each = per_row(fair);
    // An additional address in capitals is rewritten where it is compared with the stored ones.
    assert!(each < 0.1, "{each} allocations a row");
}

#[test]
fn a_row_that_repeats_a_contact_allocates_nothing() {
    let fair = Fair { rows: ROWS, repeats: 950, matches: 0, bad: 0, ..Fair::default() };
    let each = per_row(fair);
    // Notes that hundreds of rows add to are folded now and then, to see whether they have room.
    assert!(each < 1.5 * NOTHING, "{each} allocations a row");
}

#[test]
fn a_bad_row_allocates_for_what_its_issues_say() {
    let fair = Fair { rows: ROWS, repeats: 0, matches: 0, bad: 1_000, ..Fair::default() };
    let each = per_row(fair);
    // A third of the phones are bad, and are told how they were read; one row in five has no key left, and says
    // which there may be.
    assert!(each < 1.0, "{each} allocations a row");
}

#[test]
fn a_fingerprint_takes_no_more_than_folding_its_records() {
    for (matches, repeats) in [(0, 0), (1_000, 0), (0, 950)] {
        let fair = Fair { rows: ROWS, repeats, matches, bad: 0, ..Fair::default() };
        let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
        let plan = Import::new().plan(Source::from_bytes(csv.as_slice()), &mut crm).unwrap();
        let counted = measure(|| {
            plan.fingerprint();
        });
        let each = counted.count_total as f64 / f64::from(ROWS);
        // An address in capitals is rewritten where it is folded.
        assert!(each < 0.5, "{each} allocations a row");
        // Where thousands of rows are one contact, they are folded together.
        let bytes = counted.bytes_max;
        assert!(repeats > 0 || bytes < 32 * 1024, "{bytes} bytes at a time");
    }
}

#[test]
fn a_kept_plan_holds_little_more_than_its_file() {
    let fair = Fair { rows: ROWS, matches: 0, ..Fair::default() };
    let (counted, file) = plan(fair);
    let each = (counted.bytes_current - file as i64) / i64::from(ROWS);
    assert!(each <= 192, "{each} bytes a row besides the file's own");
}

#[test]
fn a_run_remembers_a_contact_in_32_bytes() {
    let highest = |rows| {
        let fair = Fair { rows, repeats: 0, matches: 0, bad: 0, ..Fair::default() };
        let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
        let counted = measure(|| {
            let source = Source::from_bytes(csv.as_slice());
            Import::new().objects([Object::Contact]).threads(1).run(source, &mut crm).unwrap();
        });
        counted.bytes_max as i64
    };
    warm_up();
    let each = (highest(ROWS * 4) - highest(ROWS * 2)) / i64::from(ROWS * 2);
    assert!(each <= 32, "{each} bytes a contact");
}
