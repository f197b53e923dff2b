//! Planning a file, by size, by how many are stored already, by how often people repeat, by how it is written,
//! and by what contacts are matched by.

mod fair;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use crm_import::dedup::DedupPolicy;
use crm_import::{Import, MemoryStorage, Plan, Source, Storage};
use fair::{Fair, IndexedCrm};

fn plan(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan");
    let base = Fair::default();
    let kinds = [
        ("1k", Fair { rows: 1_000, ..base }),
        ("100k", Fair { rows: 100_000, ..base }),
        ("100k, nobody stored", Fair { rows: 100_000, matches: 0, ..base }),
        ("100k, half stored", Fair { rows: 100_000, matches: 500, ..base }),
        ("100k, all stored", Fair { rows: 100_000, matches: 1_000, ..base }),
        ("100k, no repeats", Fair { rows: 100_000, repeats: 0, ..base }),
        ("100k, 95 % repeats", Fair { rows: 100_000, repeats: 950, ..base }),
        ("20k, all of one contact", Fair { rows: 20_000, repeats: 1_000, ..base }),
        ("10k, 60 wide columns", Fair { rows: 10_000, more_columns: 35, ..base }),
        ("1M", Fair { rows: 1_000_000, ..base }),
    ];
    // In test mode every bench runs once; a million rows then only cost time.
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    for (name, fair) in kinds.into_iter().filter(|(_, fair)| !is_test || fair.rows <= 10_000) {
        let csv = fair.csv();
        group.sample_size(if fair.rows > 1_000 { 10 } else { 50 });
        measure(&mut group, name, &fair, &csv);
    }
    group.finish();
}

fn spellings(c: &mut Criterion) {
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let fair = Fair { rows: if is_test { 1_000 } else { 100_000 }, ..Fair::default() };
    let csv = String::from_utf8(fair.csv()).expect("it is text");
    let german = Fair { abroad: true, german: true, ..fair };
    let mut group = c.benchmark_group("spellings");
    group.sample_size(10);
    let files = [
        ("German dates, amounts and phones", german, german.csv()),
        // Every letter in it has the same number there.
        ("windows-1252", fair, csv.chars().map(|c| u8::try_from(c).expect("a letter")).collect()),
        ("UTF-16", fair, csv.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    for (name, fair, csv) in files {
        measure(&mut group, name, &fair, &csv);
    }
    group.finish();
}

/// Nobody is stored, so what differs is how the keys of the file's own rows are made and kept.
fn policies(c: &mut Criterion) {
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let fair = Fair { rows: if is_test { 1_000 } else { 100_000 }, ..Fair::default() };
    let (csv, mut account) = (fair.csv(), IndexedCrm::of(&fair).account().expect("it has one"));
    let mut group = c.benchmark_group("policies");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(fair.rows)));
    let policies = [
        ("e-mail, phone", vec![vec!["email"], vec!["phone"]]),
        ("names and e-mail, phone", vec![vec!["first_name", "last_name", "email"], vec!["phone"]]),
        ("names and company", vec![vec!["first_name", "last_name", "company"]]),
    ];
    for (name, rules) in policies {
        account.dedup = DedupPolicy::by(rules);
        let mut crm = MemoryStorage::new(account.clone());
        group.bench_function(name, |b| b.iter(|| black_box(planned(&csv, &mut crm))));
    }
    group.finish();
}

/// Plans a file, beside a storage that holds whom its kind of file has stored.
fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, fair: &Fair, csv: &[u8]) {
    let mut crm = IndexedCrm::of(fair);
    group.throughput(Throughput::Elements(u64::from(fair.rows)));
    group.bench_with_input(BenchmarkId::from_parameter(name), csv, |b, csv| {
        b.iter(|| black_box(planned(csv, &mut crm)));
    });
}

fn planned(csv: &[u8], crm: &mut impl Storage<Error: std::fmt::Debug>) -> Plan {
    Import::new().plan(Source::from_bytes(csv), crm).expect("the file is fine")
}

criterion_group!(benches, plan, spellings, policies);
criterion_main!(benches);
