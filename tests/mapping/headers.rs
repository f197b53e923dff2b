//! Suggestions for many header sets at once (`headers.txt`): what real products and hand-made sheets
#![allow(clippy::print_stdout)]
//! call things, in many languages, and traps (A1-A3).

use crm_import::mapping::suggest;
use crm_import::{Fields, Object};

struct Column {
    header: &'static str,
    expected: &'static str,
    cells: Vec<&'static str>,
}

struct Set {
    name: &'static str,
    objects: Vec<Object>,
    columns: Vec<Column>,
}

fn sets() -> Vec<Set> {
    let mut sets: Vec<Set> = Vec::new();
    let comment = |line: &&str| line.starts_with("# Header") || line.starts_with("#   ");
    let lines = include_str!("headers.txt").lines().filter(|line| !comment(line));
    for line in lines.filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
            Some((objects, name)) => {
                let objects = match objects {
                    "both" => vec![Object::Contact, Object::Opportunity],
                    "contact" => vec![Object::Contact],
                    _ => vec![Object::Opportunity],
                };
                sets.push(Set { name, objects, columns: Vec::new() });
            }
            None => {
                let (header, rest) = line.split_once(" => ").expect("header => field");
                let mut rest = rest.split('~').map(str::trim);
                let expected = rest.next().expect("an expectation");
                let columns = &mut sets.last_mut().expect("a set").columns;
                columns.push(Column { header, expected, cells: rest.collect() });
            }
        }
    }
    sets
}

#[derive(Default)]
struct Score {
    columns: usize,
    must: usize,
    found: usize,
    guesses: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
    harmful: Vec<String>,
}

fn score(set: &Set, total: &mut Score) {
    let fields = Fields::standard();
    let headers: Vec<String> = set.columns.iter().map(|column| column.header.to_owned()).collect();
    let rows = set.columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let cell = |column: &Column, row: usize| (*column.cells.get(row).unwrap_or(&"")).to_owned();
    let samples: Vec<Vec<String>> =
        (0..rows).map(|row| set.columns.iter().map(|column| cell(column, row)).collect()).collect();
    let suggested = suggest(&headers, &samples, &set.objects, &fields);
    for (column, guess) in set.columns.iter().zip(&suggested) {
        let got = guess.target.map_or("-".to_owned(), |id| {
            let field = fields.get(id);
            let key = match field.key.as_str() {
                "additional_emails" => "email",
                "additional_phones" => "phone",
                key => key,
            };
            format!("{}.{key}", &field.object.name()[..1])
        });
        let may = column.expected.strip_prefix('?');
        let is_right = got == may.unwrap_or(column.expected) || (may.is_some() && got == "-");
        let is_must = may.is_none() && column.expected != "-";
        let line = || {
            format!(
                "{}: {:?} is {got}, not {} ({})",
                set.name, column.header, column.expected, guess.reason
            )
        };
        total.columns += 1;
        total.must += usize::from(is_must);
        total.found += usize::from(is_must && is_right);
        total.guesses += usize::from(got != "-");
        if is_must && !is_right {
            total.missed.push(line());
        }
        if got != "-" && !is_right {
            total.wrong.push(line());
        }
        let is_harmful =
            ["c.email", "c.phone", "c.id", "o.id", "o.value", "c.dnd"].contains(&got.as_str());
        if column.expected == "-" && is_harmful {
            total.harmful.push(line());
        }
    }
}

#[test]
fn a3_headers_of_many_products_and_languages_are_found_and_traps_are_not() {
    let mut total = Score::default();
    let sets = sets();
    sets.iter().for_each(|set| score(set, &mut total));
    let recall = total.found as f64 / total.must as f64;
    let precision = 1.0 - total.wrong.len() as f64 / total.guesses as f64;
    let (missed, wrong) = (total.missed.join("\n  "), total.wrong.join("\n  "));
    let told = format!(
        "{} sets, {} columns, {} to be found: recall {:.1} %, {} guesses: precision {:.1} %, {} harmful\nmissed:\n  {missed}\nwrong:\n  {wrong}",
        sets.len(),
        total.columns,
        total.must,
        recall * 100.0,
        total.guesses,
        precision * 100.0,
        total.harmful.len()
    );
    println!("{told}");
    assert!(recall >= 0.98 && precision >= 0.99 && total.harmful.is_empty(), "{told}");
}
