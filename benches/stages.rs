//! The stages of an import one by one: reading rows, normalising each kind of value, matching people,
//! folding rows into steps, writing the error log.

mod fair;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crm_import::normalize;
use crm_import::source::Block;
use crm_import::{ErrorLog, Import, Mapping, Object, Source};
use fair::{Fair, IndexedCrm};

fn rows() -> u32 {
    if std::env::args().any(|argument| argument == "--bench") { 50_000 } else { 1_000 }
}

fn read(c: &mut Criterion) {
    let csv = Fair { rows: rows(), ..Fair::default() }.csv();
    let mut group = c.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Bytes(csv.len() as u64));
    group.bench_function("rows into blocks", |b| {
        b.iter(|| {
            let mut rows = Source::from_bytes(csv.as_slice()).open().expect("it has a header");
            let (mut block, mut cells) = (Block::new(), 0);
            while rows.next_block(&mut block, 4_096).expect("it is in memory").is_some() {
                cells += block.len() * block.columns();
            }
            black_box(cells)
        });
    });
    group.bench_function("the csv crate, for comparison", |b| {
        b.iter(|| {
            let mut reader = csv::Reader::from_reader(csv.as_slice());
            let (mut record, mut cells) = (csv::ByteRecord::new(), 0);
            while reader.read_byte_record(&mut record).expect("the file is fine") {
                cells += record.len();
            }
            black_box(cells)
        });
    });
    group.finish();
}

fn normalise(c: &mut Criterion) {
    let mut group = c.benchmark_group("normalise");
    group.throughput(Throughput::Elements(1));
    let us = Some("US");
    group.bench_function("e-mail", |b| {
        b.iter(|| normalize::email(black_box("Ada.1f3a@Mail.example.org")).is_ok());
    });
    group.bench_function("phone of the region", |b| {
        b.iter(|| normalize::phone(black_box("(206) 201-0123"), us, Default::default()).is_ok());
    });
    group.bench_function("phone abroad", |b| {
        b.iter(|| normalize::phone(black_box("+49 30 2000123"), us, Default::default()).is_ok());
    });
    group.bench_function("date", |b| {
        b.iter(|| normalize::date(black_box("1984-03-12"), &Default::default()).is_ok());
    });
    group.bench_function("amount", |b| {
        b.iter(|| normalize::decimal(black_box("$1,234.50"), None).is_ok());
    });
    group.bench_function("country", |b| {
        b.iter(|| normalize::country(black_box("United States")).is_ok());
    });
    group.finish();
}

fn plan(c: &mut Criterion) {
    let fair = Fair { rows: rows(), ..Fair::default() };
    let (csv, mut crm) = (fair.csv(), IndexedCrm::of(&fair));
    let source = || Source::from_bytes(csv.as_slice());
    let mut group = c.benchmark_group("plan");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(fair.rows)));
    let keys = Mapping::default().column("Email", Object::Contact, "email").column(
        "Phone",
        Object::Contact,
        "phone",
    );
    let keys = Import::new().objects([Object::Contact]).mapping(keys);
    group.bench_function("match by e-mail and phone alone", |b| {
        b.iter(|| black_box(keys.plan(source(), &mut crm).expect("the file is fine")));
    });
    let plan = Import::new().plan(source(), &mut crm).expect("the file is fine");
    group.bench_function("fold the rows of every step", |b| {
        b.iter(|| plan.steps().map(|step| step.changes().iter().count()).sum::<usize>());
    });
    let report = Import::new().run(source(), &mut crm).expect("the file is fine");
    group.bench_function("write the error log", |b| {
        b.iter(|| {
            let mut log = ErrorLog::csv(Vec::new());
            log.add(&report).expect("memory takes it");
            black_box(log.finish().expect("memory takes it"))
        });
    });
    group.finish();
}

criterion_group!(benches, read, normalise, plan);
criterion_main!(benches);
