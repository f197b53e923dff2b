//! What a plan and a run hold on the heap, and how often storage is called. Prints a table of `benches/README.md`.
//!
//!     cargo bench --bench heap -- 1000000
//!
//! The times of `ratio` are taken apart, because counting takes time: the counting allocator copies what
//! the system's would only move.

#![allow(clippy::print_stdout)]

mod fair;

use allocation_counter::measure;
use crm_import::{Import, Object, Plan, Source, Status};
use fair::{Fair, IndexedCrm};

/// Rows of one planning window, where nothing else is said.
const WINDOW: u32 = 4_096;

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let rows: u32 = asked.unwrap_or(if is_test { 2_000 } else { 1_000_000 });
    let fair = Fair { rows, ..Fair::default() };
    println!("{rows} rows of 25 columns\n");
    println!("| what | figure |");
    println!("|---|---|");
    kept(fair);
    written(fair);
    run(fair);
}

/// What a plan holds while nobody touches it, and what making it took.
fn kept(fair: Fair) {
    let fair = Fair { matches: 0, ..fair };
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    // The phone library reads its numbering plans once.
    drop(plan(Source::from_bytes(csv.as_slice()), &mut crm));
    crm.look_ups = 0;
    let mut kept: Option<Plan> = None;
    let counted = measure(|| kept = Some(plan(Source::from_bytes(csv.as_slice()), &mut crm)));
    let each = |bytes: i64| (bytes - csv.len() as i64) / i64::from(fair.rows);
    println!(
        "| heap of a kept plan besides the file's bytes, a row | {} bytes |",
        each(counted.bytes_current)
    );
    println!("| at its highest while planning, a row | {} bytes |", each(counted.bytes_max as i64));
    let allocations = counted.count_total as f64 / f64::from(fair.rows);
    println!("| allocations a row (1 in 50 rows is bad and has an issue) | {allocations:.3} |");
    let windows = fair.rows.div_ceil(WINDOW);
    println!("| look-up calls a window | {:.2} |", f64::from(crm.look_ups) / f64::from(windows));
}

/// How often storage is told to write for each batch.
fn written(fair: Fair) {
    let fair = Fair { rows: fair.rows.min(100_000), ..fair };
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let plan = plan(Source::from_bytes(csv.as_slice()), &mut crm);
    // It is watched before each batch, and behind the last one.
    let mut watched = 0;
    let report = Import::new().apply_with(plan, &mut crm, |_| watched += 1);
    assert_eq!(report.expect("the file is fine").status(), Status::Completed);
    println!("| write calls a batch | {:.2} |", f64::from(crm.writes) / f64::from(watched - 1));
}

/// What `run` remembers of each contact it has met: what twice as many take more at the highest.
fn run(fair: Fair) {
    let highest = |rows: u32| {
        let fair = Fair { rows, repeats: 0, matches: 0, bad: 0, ..fair };
        let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
        let counted = measure(|| {
            let source = Source::from_bytes(csv.as_slice());
            let report = Import::new().threads(1).run(source, &mut crm).expect("the file is fine");
            std::hint::black_box(report);
        });
        counted.bytes_max
    };
    let half = fair.rows / 2;
    let more = highest(half * 2) as f64 - highest(half) as f64;
    println!("| heap of `run` for each contact | {:.0} bytes |", more / f64::from(half.max(1)));
}

fn plan(source: Source<'_>, crm: &mut IndexedCrm) -> Plan {
    let plan = Import::new().plan(source, crm).expect("the file is fine");
    assert!(plan.stats().of(Object::Contact).rows > 0);
    std::hint::black_box(plan)
}
