//! How long planning takes, in times of the plain csv parse of the same file in the same run, and
//! importing, in times of a program written by hand. Prints tables of the README.
//!
//!     cargo bench --bench ratio --bench heap -- 1000000

#![allow(clippy::print_stdout)]

mod databases;
mod fair;

use std::time::{Duration, Instant};

use crm_import::{Import, Object, Plan, Source};
use fair::{Fair, IndexedCrm};

/// Each figure is the best of so many runs; of a large file, one takes long enough.
const fn runs(rows: u32) -> usize {
    if rows > 2_000_000 { 1 } else { 6 }
}

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let rows: u32 = asked.unwrap_or(if is_test { 2_000 } else { 1_000_000 });
    let plain = Fair { rows, ..Fair::default() };
    println!("{rows} rows of 25 columns, {} bytes a row\n", plain.csv().len() / rows as usize);
    println!("| what | times the csv parse | ns a row |");
    println!("|---|---|---|");
    let in_memory = times(plain);
    times_abroad(Fair { abroad: true, ..plain });
    growth(plain, in_memory);
    println!();
    let of_databases = Fair { rows: rows.min(100_000), ..plain };
    println!("{} rows into databases\n", of_databases.rows);
    databases::print(&of_databases, runs(rows).min(3));
}

/// The times of one file; returns that of planning it in memory.
fn times(fair: Fair) -> Duration {
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let reference = best(runs(fair.rows), || parse(&csv));
    let name = "csv `read_byte_record` over the file in memory (the reference)";
    line(name, reference, reference, fair.rows);
    let path = std::env::temp_dir().join(format!("crm-import-ratio-{}.csv", std::process::id()));
    std::fs::write(&path, &csv).expect("the temporary folder can be written to");
    let from_file = best(runs(fair.rows), || drop(plan(Source::from_path(&path), 1, &mut crm)));
    line("`plan` from a file, 1 thread", from_file, reference, fair.rows);
    let _ = std::fs::remove_file(&path);
    let in_memory =
        best(runs(fair.rows), || drop(plan(Source::from_bytes(csv.as_slice()), 1, &mut crm)));
    line("`plan`, input in memory, 1 thread", in_memory, reference, fair.rows);
    let on_two =
        best(runs(fair.rows), || drop(plan(Source::from_bytes(csv.as_slice()), 2, &mut crm)));
    line("`plan`, input in memory, 2 threads", on_two, reference, fair.rows);
    println!("| 2 threads / 1 thread | {:.2} | |", ratio(on_two, in_memory));
    in_memory
}

fn times_abroad(fair: Fair) {
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let reference = best(runs(fair.rows), || parse(&csv));
    let abroad =
        best(runs(fair.rows), || drop(plan(Source::from_bytes(csv.as_slice()), 1, &mut crm)));
    line("`plan`, every phone outside +1, 1 thread", abroad, reference, fair.rows);
}

/// How much more a row costs in a large file than in one of 100,000.
fn growth(fair: Fair, large: Duration) {
    let small = Fair { rows: fair.rows.min(100_000), ..fair };
    let (csv, mut crm) = (small.csv(), IndexedCrm::of(&small));
    let time =
        best(runs(small.rows), || drop(plan(Source::from_bytes(csv.as_slice()), 1, &mut crm)));
    let growth = ratio(large, time) * f64::from(small.rows) / f64::from(fair.rows);
    println!("| ns a row at {} / at {} rows | {growth:.2} | |", fair.rows, small.rows);
}

fn best(runs: usize, mut run: impl FnMut()) -> Duration {
    let time = |()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_n((), runs).map(time).min().unwrap_or_default()
}

fn parse(csv: &[u8]) {
    let mut reader = csv::Reader::from_reader(csv);
    let mut record = csv::ByteRecord::new();
    let mut cells = 0;
    while reader.read_byte_record(&mut record).expect("the file is fine") {
        cells += record.len();
    }
    std::hint::black_box(cells);
}

fn plan(source: Source<'_>, threads: usize, crm: &mut IndexedCrm) -> Plan {
    let plan = Import::new().threads(threads).plan(source, crm).expect("the file is fine");
    assert!(plan.stats().of(Object::Contact).rows > 0);
    std::hint::black_box(plan)
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn line(what: &str, time: Duration, reference: Duration, rows: u32) {
    let each = time.as_nanos() / u128::from(rows);
    println!("| {what} | {:.1} | {each} |", ratio(time, reference));
}
