//! How long planning takes, in times of the plain csv parse of the same file in the same run, and what
//! a kept plan costs in memory. Prints the table of the README.
//!
//!     cargo bench --bench ratio -- 1000000

#![allow(clippy::print_stdout)]

mod fair;

use std::time::{Duration, Instant};

use crm_import::{Import, Object, Source};
use fair::{Fair, IndexedCrm};

/// Each figure is the best of so many runs.
const RUNS: usize = 3;

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let rows: u32 = asked.unwrap_or(if is_test { 2_000 } else { 1_000_000 });
    let plain = Fair { rows, ..Fair::default() };
    let abroad = Fair { abroad: true, ..plain };
    let small = Fair { rows: (rows / 10).max(1), ..plain };
    println!("{rows} rows of 25 columns, {} bytes a row\n", plain.csv().len() / rows as usize);
    println!("| what | times the csv parse | ns a row |");
    println!("|---|---|---|");
    let csv = plain.csv();
    let reference = best(|| parse(&csv));
    line(
        "csv `read_byte_record` over the file in memory (the reference)",
        reference,
        reference,
        rows,
    );
    let mut crm = IndexedCrm::of(&plain);
    let path = std::env::temp_dir().join(format!("crm-import-ratio-{}.csv", std::process::id()));
    std::fs::write(&path, &csv).expect("the temporary folder can be written to");
    let from_file = best(|| plan(Source::from_path(&path), 1, &mut crm));
    line("`plan` from a file, 1 thread", from_file, reference, rows);
    let _ = std::fs::remove_file(&path);
    let in_memory = best(|| plan(Source::from_bytes(csv.as_slice()), 1, &mut crm));
    line("`plan`, input in memory, 1 thread", in_memory, reference, rows);
    let on_two = best(|| plan(Source::from_bytes(csv.as_slice()), 2, &mut crm));
    line("`plan`, input in memory, 2 threads", on_two, reference, rows);
    println!("| 2 threads / 1 thread | {:.2} | |", ratio(on_two, in_memory));
    let (csv, mut crm) = (abroad.csv(), IndexedCrm::of(&abroad));
    let reference = best(|| parse(&csv));
    let abroad = best(|| plan(Source::from_bytes(csv.as_slice()), 1, &mut crm));
    line("`plan`, every phone outside +1, 1 thread", abroad, reference, rows);
    let (csv, mut crm) = (small.csv(), IndexedCrm::of(&small));
    let tenth = best(|| plan(Source::from_bytes(csv.as_slice()), 1, &mut crm));
    let growth = ratio(in_memory, tenth) * f64::from(small.rows) / f64::from(rows);
    println!("| ns a row at {rows} / at {} rows | {growth:.2} | |", small.rows);
}

fn best(mut run: impl FnMut()) -> Duration {
    let time = |()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_n((), RUNS).map(time).min().unwrap_or_default()
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

fn plan(source: Source<'_>, threads: usize, crm: &mut IndexedCrm) {
    let plan = Import::new().threads(threads).plan(source, crm).expect("the file is fine");
    assert!(plan.stats().of(Object::Contact).rows > 0);
    std::hint::black_box(plan);
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn line(what: &str, time: Duration, reference: Duration, rows: u32) {
    let each = time.as_nanos() / u128::from(rows);
    println!("| {what} | {:.1} | {each} |", ratio(time, reference));
}
