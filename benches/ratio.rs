//! How long planning takes, in times of the plain csv parse of the same file in the same run, and
//! importing, in times of a program written by hand. Prints tables of `benches/README.md`.
//!
//!     cargo bench --bench ratio --bench heap -- 1000000

#![allow(clippy::print_stdout)]

mod databases;
mod fair;

use std::time::{Duration, Instant};

use crm_import::{Import, Object, Plan, Source};
use fair::{Fair, IndexedCrm};

/// Each figure is the best of so many runs; of a large file, one takes long enough. What is compared runs in
/// turn, so that a slower minute of the machine meets all of it.
const fn rounds(rows: u32) -> usize {
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
    times(plain);
    times_abroad(Fair { abroad: true, ..plain });
    println!();
    let of_databases = Fair { rows: rows.min(100_000), ..plain };
    println!("{} rows into databases\n", of_databases.rows);
    databases::print(&of_databases, rounds(rows).min(3));
}

/// The times of one file, and of its beginning.
fn times(fair: Fair) {
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let small = Fair { rows: fair.rows.min(100_000), ..fair };
    let (small_csv, mut small_crm) = (small.csv(), IndexedCrm::of(&small));
    let path = std::env::temp_dir().join(format!("crm-import-ratio-{}.csv", std::process::id()));
    std::fs::write(&path, &csv).expect("the temporary folder can be written to");
    let [mut reference, mut file, mut memory, mut two, mut begin] = [Duration::MAX; 5];
    for _ in 0..rounds(fair.rows) {
        reference = reference.min(time(|| parse(&csv)));
        file = file.min(time(|| plan(Source::from_path(&path), 1, &mut crm)));
        memory = memory.min(time(|| plan(Source::from_bytes(csv.as_slice()), 1, &mut crm)));
        two = two.min(time(|| plan(Source::from_bytes(csv.as_slice()), 2, &mut crm)));
        for _ in 0..3 {
            let source = Source::from_bytes(small_csv.as_slice());
            begin = begin.min(time(|| plan(source, 1, &mut small_crm)));
        }
    }
    let _ = std::fs::remove_file(&path);
    let name = "csv `read_byte_record` over the file in memory (the reference)";
    line(name, reference, reference, fair.rows);
    line("`plan` from a file, 1 thread", file, reference, fair.rows);
    line("`plan`, input in memory, 1 thread", memory, reference, fair.rows);
    line("`plan`, input in memory, 2 threads", two, reference, fair.rows);
    println!("| 2 threads / 1 thread | {:.2} | |", ratio(two, memory));
    let growth = ratio(memory, begin) * f64::from(small.rows) / f64::from(fair.rows);
    println!("| ns a row at {} / at {} rows | {growth:.2} | |", fair.rows, small.rows);
}

fn times_abroad(fair: Fair) {
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let [mut reference, mut abroad] = [Duration::MAX; 2];
    for _ in 0..rounds(fair.rows) {
        reference = reference.min(time(|| parse(&csv)));
        abroad = abroad.min(time(|| plan(Source::from_bytes(csv.as_slice()), 1, &mut crm)));
    }
    line("`plan`, every phone outside +1, 1 thread", abroad, reference, fair.rows);
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    drop(run());
    start.elapsed()
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
