//! Planned = applied = what the database shows (behaviour L3).
//!
//! Each file is planned, applied, and then the database itself is read and compared with what it held
//! before: so many records more, so many others, so many links. Then the file is planned again, and
//! for everything that has a key there is nothing to do. In memory and in SQLite, which is read by a
//! connection of its own, past the adapter.
//!
//! `CRM_IMPORT_YARDSTICK` names a folder with the `import.csv` and `existing.csv` of the common measure
//! for the real size.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // also outside of test functions; the counts are told

#[allow(dead_code)]
#[path = "../../examples/import/demo.rs"]
mod demo;
#[allow(dead_code)]
#[path = "../../examples/import/sqlite/mod.rs"]
mod sqlite;

mod content;
mod crowd;
#[path = "../samples/folder.rs"]
mod folder;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use content::{Content, Database, Shared};
use crm_import::account::{DateOrder, OpportunityMatching};
use crm_import::plan::{RowPlan, SidePlan};
use crm_import::{
    Account, Import, MemoryStorage, Object, Outcome, Plan, Report, RowNumber, Source, Stats,
};
use folder::{FEBRL_COLUMNS, sample};

/// Imports a file and compares what was planned, what is reported and what the database shows; then
/// plans it again.
fn check<D: Database>(name: &str, file: &[u8], import: &Import, crm: &mut D) {
    let source = || Source::from_bytes(file);
    let before = crm.content();
    let plan = import.plan(source(), crm).unwrap();
    let planned = *plan.stats();
    assert!(before == crm.content(), "{name}: planning has written something");
    let report = import.apply(plan, crm).unwrap();
    assert_eq!(*report.stats(), planned, "{name}: planned is not applied");
    let after = crm.content();
    compare(name, &before, &after, &planned);
    assert_eq!(links(&report, &after), planned.links, "{name}: links");

    let again = import.plan(source(), crm).unwrap();
    let matching = crm.account().unwrap().opportunities.matching.map(|matching| matching.fields);
    let idle = nothing_to_do(name, report.plan(), &again, matching.as_deref());
    let told = |counts: &crm_import::plan::Counts| format!("{counts:?}").replace("Counts ", "");
    println!(
        "{name}: contacts {}, opportunities {}, {} links; again {idle} sides with a key and nothing \
         to do",
        told(&planned.contacts),
        told(&planned.opportunities),
        planned.links
    );
}

/// What the database shows of creates and updates is what was planned; nothing is gone.
fn compare(name: &str, before: &Content, after: &Content, planned: &Stats) {
    for object in Object::ALL {
        let (before, after) = (&before[object as usize], &after[object as usize]);
        let gone = before.keys().filter(|id| !after.contains_key(*id)).count();
        let created = after.keys().filter(|id| !before.contains_key(*id)).count();
        let updated = before.iter().filter(|(id, record)| after.get(*id) != Some(record)).count();
        let counts = planned.of(object);
        assert_eq!(
            (gone, created as u64, updated as u64),
            (0, counts.create, counts.update),
            "{name}: {object}s gone, created and updated in the database; planned {counts:?}"
        );
    }
}

/// How many opportunities the database links to the contact that the last row to speak of them names.
fn links(report: &Report, after: &Content) -> u64 {
    let mut named: HashMap<String, String> = HashMap::new();
    for row in report.plan().rows() {
        let is_written = |object| {
            let outcome = report.outcome(object, row.number());
            !matches!(outcome, None | Some(Outcome::Fail | Outcome::Skip))
        };
        let id = |object| report.id(object, row.number()).map(str::to_owned);
        if !is_written(Object::Opportunity) {
            continue;
        }
        // A contact that is there already and is skipped still gives its id to link to (P6).
        if let (Some(deal), Some(contact)) = (id(Object::Opportunity), id(Object::Contact)) {
            named.insert(deal, contact);
        }
    }
    let deals = &after[Object::Opportunity as usize];
    let is_linked = |(deal, contact): &(String, String)| {
        deals[deal].get("contact_id").is_some_and(|link| link == std::slice::from_ref(contact))
    };
    named.into_iter().filter(is_linked).count() as u64
}

/// Planned again, nothing that has a key is created or changed. Gives how many sides that are.
/// An opportunity has a key by its id, or by the fields that the account matches, none of them blank;
/// and a contact to be linked to that has one.
fn nothing_to_do(name: &str, first: &Plan, again: &Plan, matching: Option<&[String]>) -> usize {
    let keyless: BTreeSet<RowNumber> = again
        .issues()
        .filter(|issue| issue.code.code() == "no-match-key")
        .filter_map(|issue| issue.row)
        .collect();
    let is_keyless = |row: &RowPlan<'_>| keyless.contains(&row.number());
    // An opportunity that moves to a contact without a key moves to a new one each time.
    let moving: BTreeSet<&str> = again
        .rows()
        .filter(is_keyless)
        .filter_map(|row| row.side(Object::Opportunity)?.id())
        .collect();
    let mut idle = 0;
    for (row, before) in again.rows().zip(first.rows()) {
        let has_key = |side: &SidePlan<'_>, object| match object {
            Object::Contact => !is_keyless(&row),
            Object::Opportunity if side.id().is_some_and(|id| moving.contains(id)) => false,
            Object::Opportunity => {
                let values = side.values();
                let says = |key: &str| values.iter().any(|(field, _)| field.key == key);
                let is_known = matching.is_some_and(|fields| fields.iter().all(|key| says(key)));
                says("id") || (is_known && !is_keyless(&row))
            }
        };
        for object in Object::ALL {
            let Some(side) = row.side(object) else { continue };
            let outcome = side.outcome();
            if has_key(&side, object) {
                assert!(
                    !matches!(outcome, Outcome::Create | Outcome::Update),
                    "{name}, row {}: {object} {outcome} again, at first {:?}\n{:?}",
                    row.number(),
                    before.side(object).map(|side| side.outcome()),
                    row.cells().collect::<Vec<_>>()
                );
                idle += 1;
            } else {
                // Without a key nobody is known again: it is what it was.
                assert_eq!(before.side(object).map(|side| side.outcome()), Some(outcome));
            }
        }
    }
    idle
}

/// An account that knows its opportunities again by name and pipeline.
fn matching(mut account: Account) -> Account {
    account.opportunities.matching =
        Some(OpportunityMatching::best_or_create(["name", "pipeline"]));
    account
}

fn plain() -> Account {
    Account {
        default_country: Some("US".into()),
        date_order: Some(DateOrder::Mdy),
        ..Account::default()
    }
}

fn demo_file() -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/data/spring_fair.csv");
    std::fs::read(path).unwrap()
}

#[test]
fn l3_the_demo_file_with_and_without_opportunity_matching() {
    let file = demo_file();
    for (name, account) in
        [("demo", demo::account()), ("demo, matching", matching(demo::account()))]
    {
        let mut crm = Shared::create(account);
        demo::fill(&mut crm.sqlite).unwrap();
        check(&format!("{name}, SQLite"), &file, &Import::new(), &mut crm);
        // The same records in memory.
        let mut memory = MemoryStorage::new(crm.sqlite.settings().clone());
        let mut fresh = Shared::create(memory.account.clone());
        demo::fill(&mut fresh.sqlite).unwrap();
        content::copy(&fresh.content(), &mut memory);
        check(&format!("{name}, memory"), &file, &Import::new(), &mut memory);
    }
}

#[test]
fn l3_febrl_4_meets_its_stored_part() {
    let Some(folder) = sample("dedupe") else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (file, existing) = (read("febrl4_import.csv"), read("febrl4_existing.csv"));
    let records = crowd::records(&existing, &FEBRL_COLUMNS);
    let mut memory = MemoryStorage::new(plain());
    let mut sqlite = Shared::create(plain());
    for record in &records {
        let values = || record.iter().map(|(field, value)| (*field, value.as_str()));
        memory.insert(Object::Contact, values());
        sqlite.sqlite.seed(Object::Contact, &values().collect::<Vec<_>>()).unwrap();
    }
    check("FEBRL 4, memory", &file, &Import::new(), &mut memory);
    check("FEBRL 4, SQLite", &file, &Import::new(), &mut sqlite);
}

#[test]
fn l3_thousands_of_people_with_repeats_and_opportunities() {
    let (file, stored) = crowd::of(4_000);
    let mut memory = MemoryStorage::new(matching(plain()));
    let mut sqlite = Shared::create(matching(plain()));
    for values in &stored {
        let values: Vec<(&str, &str)> = values.iter().map(|(f, v)| (*f, v.as_str())).collect();
        memory.insert(Object::Contact, values.iter().copied());
        sqlite.sqlite.seed(Object::Contact, &values).unwrap();
    }
    check("a crowd, memory", &file, &Import::new(), &mut memory);
    check("a crowd, SQLite", &file, &Import::new(), &mut sqlite);
}

#[test]
fn l3_the_file_of_the_common_measure() {
    let Some(folder) = std::env::var_os("CRM_IMPORT_YARDSTICK").map(PathBuf::from) else {
        eprintln!("skipped: CRM_IMPORT_YARDSTICK names no folder");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (file, existing) = (read("import.csv"), read("existing.csv"));
    let mut memory = MemoryStorage::new(matching(plain()));
    for record in crowd::records(&existing, &[("id", "id"), ("email", "email"), ("phone", "phone")])
    {
        let (id, values): (Vec<_>, Vec<_>) = record.iter().partition(|(field, _)| *field == "id");
        let values = values.into_iter().map(|(field, value)| (*field, value.as_str()));
        memory.insert_as(Object::Contact, &id[0].1, values);
    }
    for record in crowd::records(&file, &[("Opportunity ID", "id")]) {
        for (_, id) in record {
            if memory.get(Object::Opportunity, &id).is_none() {
                memory.insert_as(Object::Opportunity, &id, [("name", "as it was")]);
            }
        }
    }
    check("the measure, memory", &file, &Import::new(), &mut memory);
}
