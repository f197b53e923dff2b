//! A file may say very many things of one record. Each row costs the same however many stand before
//! it: four times the rows take about four times the memory on their way, not sixteen times. (Whoever
//! folds all rows before a row holds them somewhere.) `benches/plan.rs` has such a file for the time.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;

use allocation_counter::measure;
use crm_import::{Account, Import, MemoryStorage, Object, Source};

use dice::Dice;

/// The header, and one row by its number.
type File = (&'static str, fn(usize) -> String);

const FILES: [(&str, File); 7] = [
    ("each with a new note", ("Email,Notes", |row| format!("a@x.org,note {row} of a long file"))),
    (
        "each against a wish",
        ("Email,Do Not Disturb", |row| format!("a@x.org,{}", if row == 0 { "yes" } else { "no" })),
    ),
    ("each with a new tag", ("Email,Tags", |row| format!("a@x.org,tag {row}"))),
    ("each with a new address", ("Email,Additional Emails", |row| format!("a@x.org,b{row}@x.org"))),
    ("each with a new name", ("Email,First Name,Last Name", |row| format!("a@x.org,N{row},Lee"))),
    (
        "each with another city",
        ("Email,First Name,Last Name,City", |row| format!("a@x.org,Ana,Lee,City {row}")),
    ),
    (
        "each with a tagged opportunity",
        ("Email,Opportunity Name,Opportunity Tags", |row| format!("a@x.org,Deal {row},tag {row}")),
    ),
];

/// How many bytes planning, counting and applying ask for altogether.
fn bytes((header, row): File, rows: usize) -> u64 {
    let mut file = format!("{header}\n");
    (0..rows).for_each(|at| file.push_str(&(row(at) + "\n")));
    let account: Account = serde_json::from_str(
        r#"{ "dedup": { "contacts": [["email"], ["first_name", "last_name"]] } }"#,
    )
    .unwrap();
    let mut crm = MemoryStorage::new(account);
    crm.insert(Object::Contact, [("email", "a@x.org")]);
    let counted = measure(|| {
        let import = Import::new();
        let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        assert_eq!(plan.stats().contacts.merged, rows as u64 - 1);
        assert_eq!(plan.column_counts()[0].taken, rows as u64);
        import.apply(plan, &mut crm).unwrap();
    });
    counted.bytes_total
}

#[test]
fn rows_of_one_contact_cost_the_same_however_many_stand_before_them() {
    for (name, file) in FILES {
        let (few, many) = (bytes(file, 3_000), bytes(file, 12_000));
        assert!(many < few * 6, "{name}: {few} bytes for 3,000 rows, {many} for 12,000");
    }
}

/// How many bytes importing so many opportunities of one contact a second time asks for.
fn bytes_of_second_import(rows: usize) -> u64 {
    let mut file = String::from("Email,Opportunity Name,Opportunity Value,Expected Close Date\n");
    (0..rows).for_each(|_| file += "a@x.org,Donation,50,2024-05-01\n");
    let account: Account = serde_json::from_str(
        r#"{ "opportunities": { "matching": { "fields": ["name"], "several": "best" } } }"#,
    )
    .unwrap();
    let mut crm = MemoryStorage::new(account);
    let source = || Source::from_bytes(file.as_bytes());
    let import = Import::new();
    let plan = import.plan(source(), &mut crm).unwrap();
    import.apply(plan, &mut crm).unwrap();
    let counted = measure(|| {
        let plan = import.plan(source(), &mut crm).unwrap();
        assert_eq!(plan.stats().opportunities.unchanged, rows as u64);
    });
    counted.bytes_total
}

#[test]
fn o5_a_row_is_compared_at_the_same_cost_with_however_many_opportunities() {
    let (few, many) = (bytes_of_second_import(3_000), bytes_of_second_import(12_000));
    assert!(many < few * 6, "{few} bytes for 3,000 rows, {many} for 12,000");
}

#[test]
fn m5_of_very_many_who_might_be_meant_the_lowest_hundred_are_named_and_the_rest_are_counted() {
    let account: Account =
        serde_json::from_str(r#"{ "dedup": { "contacts": [["first_name", "last_name"]] } }"#)
            .unwrap();
    let mut crm = MemoryStorage::new(account);
    for id in (1..=150).rev() {
        crm.insert_as(
            Object::Contact,
            &id.to_string(),
            [("first_name", "Ann"), ("last_name", "Lee")],
        );
    }
    let file = "First Name,Last Name\nAnn,Lee\n";
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    let issue = plan.issues().find(|issue| issue.code.code() == "key-ambiguous").unwrap();
    let lowest: Vec<String> = (1..=100).map(|id| id.to_string()).collect();
    let named = format!("{} and 50 more", lowest.join(", "));
    assert!(issue.message().contains(&named), "{}", issue.message());
}

#[test]
fn w6_a_wish_holds_over_very_many_rows_and_each_that_speaks_against_it_is_told() {
    for seed in 0..200_u64 {
        let mut dice = Dice::new(seed);
        let mut file = String::from("Email,Do Not Disturb\n");
        let (mut wishes, mut against) = (seed % 3 == 0, Vec::new());
        let stored = if wishes { "true" } else { "false" };
        for row in 1..=40 {
            let most = if row < 15 { 3 } else { 5 };
            let said = dice.one_of(&["", "no", "no", "yes", "maybe"][..most]);
            against.extend((said == "no" && wishes).then_some(row));
            wishes |= said == "yes";
            file.push_str(&format!("a@x.org,{said}\n"));
        }
        let mut crm = MemoryStorage::default();
        crm.insert(Object::Contact, [("email", "a@x.org"), ("dnd", stored)]);
        let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        let told = plan.issues().filter(|issue| issue.code.code() == "consent-kept");
        let told: Vec<u32> = told.map(|issue| issue.row.unwrap().0).collect();
        assert_eq!(told, against, "{file}");
    }
}
