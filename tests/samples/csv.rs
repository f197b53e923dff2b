//! `csv/`: files that are hard to parse, against the records they hold.

use std::collections::BTreeMap;

use crm_import::mapping::ColumnMapping;
use crm_import::source::{Block, Rows};
use crm_import::{Import, Mapping, MemoryStorage, Object, Source};
use serde_json::Value;

use crate::folder::sample;

/// The records of a file: the header, then each row as it stands.
struct Read {
    header_line: u64,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn read(mut rows: Rows<'_>) -> Read {
    let mut read = Read {
        header_line: rows.dialect().header_line,
        header: rows.headers().to_vec(),
        rows: vec![],
    };
    let mut block = Block::new();
    while rows.next_block(&mut block, 3).unwrap().is_some() {
        read.rows.extend((0..block.len()).map(|row| block.record(row).map(String::from).collect()));
    }
    read
}

/// The records a file is known to hold: those of a list of lists, from the header that was found on.
fn expected(answer: &Value, read: &Read) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let records = answer.as_array().unwrap();
    if records.first().is_some_and(Value::is_object) {
        let row = |record: &Value| read.header.iter().map(|name| text(&record[name])).collect();
        return std::iter::once(read.header.clone()).chain(records.iter().map(row)).collect();
    }
    let row = |record: &Value| record.as_array().unwrap().iter().map(text).collect::<Vec<_>>();
    let records: Vec<Vec<String>> =
        records.iter().map(row).filter(|record| !record.is_empty()).collect();
    let is_header = |record: &Vec<String>| {
        record.len() == read.header.len()
            && record.iter().zip(&read.header).all(|(a, b)| crm_import::normalize::trim(a) == b)
    };
    match records.iter().position(is_header) {
        Some(at) => {
            let mut records = records[at..].to_vec();
            records[0].clone_from(&read.header);
            records
        }
        None => records,
    }
}

/// Plans the file with its first column as first names: every row has one outcome or is blank.
fn accounted_for(source: Source<'_>, rows: usize) -> bool {
    let column = ColumnMapping {
        index: Some(0),
        object: Some(Object::Contact),
        field: Some("first_name".into()),
        ..ColumnMapping::default()
    };
    let mapping = Mapping { columns: vec![column], ..Mapping::default() };
    let plan = Import::new().mapping(mapping).plan(source, &mut MemoryStorage::default()).unwrap();
    let stats = plan.stats();
    let of = stats.contacts;
    let outcomes = of.create + of.update + of.unchanged + of.merged + of.skip + of.fail;
    plan.rows().len() == rows
        && of.rows == outcomes
        && plan.rows().filter(|row| row.side(Object::Contact).is_some()).count() as u64 == of.rows
}

#[test]
fn every_file_is_read_as_it_is_meant_or_ends_in_a_defined_outcome() {
    let Some(manifest) = sample("csv/manifest.json") else { return };
    let files: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(&manifest).unwrap()).unwrap();
    let folder = manifest.parent().unwrap();
    let mut shares: BTreeMap<String, (u32, u32, u32)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in &files {
        let (name, class) = (file["file"].as_str().unwrap(), file["klass"].as_str().unwrap());
        let share = shares.entry(class.to_owned()).or_default();
        share.0 += 1;
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let answer = file["expected"].as_str().map(|path| {
            let text = std::fs::read_to_string(folder.join(path)).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()
        });
        let opened = match Source::from_bytes(&bytes[..]).open() {
            Ok(rows) => rows,
            // No row can be read, and the error says why.
            Err(error) => {
                println!("{name}: {error}");
                share.2 += 1;
                if class != "empty" {
                    wrong.push(format!("{name} ({class}): {error}"));
                }
                continue;
            }
        };
        let read = read(opened);
        if !accounted_for(Source::from_bytes(&bytes[..]), read.rows.len()) {
            wrong.push(format!("{name} ({class}): rows are not accounted for"));
        }
        let cells = || read.rows.iter().chain([&read.header]).flatten();
        if class != "nul" && cells().any(|cell| cell.contains('\0')) {
            wrong.push(format!("{name} ({class}): undecoded text"));
        }
        let Some(answer) = answer else { continue };
        let expected = expected(&answer, &read);
        let records: Vec<&Vec<String>> = std::iter::once(&read.header).chain(&read.rows).collect();
        if records.iter().copied().eq(expected.iter()) {
            share.1 += 1;
        } else if class == "wellformed" {
            wrong.push(format!("{name}: {records:?}\n  instead of {expected:?}"));
        } else {
            let place = records.iter().zip(&expected).find(|(a, b)| **a != *b);
            println!("{name} ({class}): header on line {}, {place:?}", read.header_line);
        }
    }
    println!("csv: class, files, equal to the answer, refused as a whole");
    for (class, (files, equal, refused)) in &shares {
        println!("  {class:24} {files:3} {equal:3} {refused:3}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
