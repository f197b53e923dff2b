//! A file may say very many things of one record. Each row costs the same however many stand before
//! it: four times the rows take about four times as long, not sixteen times.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use crm_import::account::OpportunityMatching;
use crm_import::{Account, Import, MemoryStorage, Object, Source};

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

/// How long planning, counting and applying take, the best of three.
fn time((header, row): File, rows: usize) -> Duration {
    let mut file = format!("{header}\n");
    (0..rows).for_each(|at| file.push_str(&(row(at) + "\n")));
    let account: Account = serde_json::from_str(
        r#"{ "dedup": { "contacts": [["email"], ["first_name", "last_name"]] } }"#,
    )
    .unwrap();
    let attempt = || {
        let mut crm = MemoryStorage::new(account.clone());
        crm.insert(Object::Contact, [("email", "a@x.org")]);
        let begun = Instant::now();
        let import = Import::new();
        let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        assert_eq!(plan.stats().contacts.merged, rows as u64 - 1);
        assert_eq!(plan.column_counts()[0].taken, rows as u64);
        import.apply(plan, &mut crm).unwrap();
        begun.elapsed()
    };
    (0..3).map(|_| attempt()).min().unwrap()
}

#[test]
fn rows_of_one_contact_cost_the_same_however_many_stand_before_them() {
    for (name, file) in FILES {
        let (few, many) = (time(file, 3_000), time(file, 12_000));
        assert!(many < few * 9, "{name}: {few:?} for 3,000 rows, {many:?} for 12,000");
    }
}

/// How long it takes to find so many opportunities of one contact again, the best of three.
fn time_to_match(rows: usize) -> Duration {
    let mut account = Account::default();
    account.opportunities.matching = Some(OpportunityMatching::best_or_create(["name"]));
    let mut crm = MemoryStorage::new(account);
    let contact = crm.insert(Object::Contact, [("email", "a@x.org")]);
    let mut file = String::from("Email,Opportunity Name\n");
    for row in 0..rows {
        let name = format!("Deal {row}");
        crm.insert(Object::Opportunity, [("name", name.as_str()), ("contact_id", &contact)]);
        file.push_str(&format!("a@x.org,{name}\n"));
    }
    let mut attempt = || {
        let begun = Instant::now();
        let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        assert_eq!(plan.stats().opportunities.unchanged, rows as u64);
        begun.elapsed()
    };
    (0..3).map(|_| attempt()).min().unwrap()
}

#[test]
fn o5_a_contact_s_opportunities_are_not_compared_one_by_one() {
    let (few, many) = (time_to_match(3_000), time_to_match(12_000));
    assert!(many < few * 9, "{few:?} for 3,000 opportunities, {many:?} for 12,000");
}

#[test]
fn w6_a_wish_holds_over_very_many_rows_and_each_that_speaks_against_it_is_told() {
    for seed in 0..200_u64 {
        let mut lot = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut file = String::from("Email,Do Not Disturb\n");
        let (mut wishes, mut against) = (seed % 3 == 0, Vec::new());
        let stored = if wishes { "true" } else { "false" };
        for row in 1..=40 {
            lot ^= lot << 13;
            lot ^= lot >> 7;
            lot ^= lot << 17;
            let said = ["", "no", "no", "yes", "maybe"]
                [(lot >> 20) as usize % if row < 15 { 3 } else { 5 }];
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
