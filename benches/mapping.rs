//! How long it takes to map a wide file in an account with many fields of its own.
//!
//! Bound: a header of 200 columns with 1,000 custom fields in less than 5 ms.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crm_import::mapping::{Mapping, Unmapped, suggest};
use crm_import::{Account, CustomField, FieldKind, Mode, Object};

const COLUMNS: usize = 200;
const CUSTOM_FIELDS: usize = 1_000;
const SAMPLE_ROWS: usize = 100;

/// Custom fields of both objects with labels of several words.
fn custom_fields() -> Vec<CustomField> {
    let field = |n: usize| CustomField {
        object: if n.is_multiple_of(2) { Object::Contact } else { Object::Opportunity },
        key: format!("roof_measure_{n}"),
        label: format!("Roof measure No. {n} (m²)"),
        kind: FieldKind::Text,
        options: Vec::new(),
    };
    (0..CUSTOM_FIELDS).map(field).collect()
}

/// Standard names, custom labels, other people's columns and noise.
fn headers() -> Vec<String> {
    let usual = [
        "First Name",
        "Last Name",
        "E-mail 1 - Value",
        "Work Phone",
        "Mailing Street",
        "Assistant's Phone",
        "Deal - Expected close date",
        "Unsubscribed from all email",
    ];
    (0..COLUMNS)
        .map(|n| match n % 4 {
            0 => format!("Roof measure No. {} (m²)", n * 5),
            1 => usual[n / 4 % usual.len()].to_owned(),
            2 => format!("What is the colour of door {n}?"),
            _ => format!("last_campaign_{n}_opened_at"),
        })
        .collect()
}

fn samples(headers: &[String]) -> Vec<Vec<String>> {
    let cell = |header: &String, row: usize| match header.as_str() {
        "E-mail 1 - Value" => format!("person{row}@example.com"),
        "Work Phone" => format!("(217) 555-01{row:02}"),
        "Deal - Expected close date" => format!("2026-03-{:02}", row % 28 + 1),
        _ => format!("text {row}"),
    };
    (0..SAMPLE_ROWS).map(|row| headers.iter().map(|header| cell(header, row)).collect()).collect()
}

fn mapping(criterion: &mut Criterion) {
    let account = Account { custom_fields: custom_fields(), ..Account::default() };
    let fields = account.fields();
    let headers = headers();
    let samples = samples(&headers);
    let objects = Object::ALL;
    let mut group = criterion.benchmark_group("mapping of 200 columns, 1,000 custom fields");
    group.bench_function("suggest from headers", |bencher| {
        bencher.iter(|| suggest(black_box(&headers), &[], &objects, &fields));
    });
    group.bench_function("suggest from headers and 100 rows", |bencher| {
        bencher.iter(|| suggest(black_box(&headers), &samples, &objects, &fields));
    });
    let suggested = suggest(&headers, &samples, &objects, &fields);
    let saved = Mapping::from_suggestions(&suggested, &fields);
    let modes = objects.map(|object| (object, Mode::Upsert));
    group.bench_function("check a saved mapping", |bencher| {
        bencher.iter(|| saved.check(black_box(&headers), &account, &modes, Unmapped::Notice));
    });
    group.finish();
}

criterion_group!(benches, mapping);
criterion_main!(benches);
