//! A run in windows against one plan of the same file, over the same random policies (L1).

use std::collections::BTreeMap;

use crm_import::{Import, MemoryStorage, Object, Outcome, Source};

use crate::dice::Dice;
use crate::generate;
use crate::outcomes::{self, Outcomes};
use crate::wild::Wild;
use crate::{Case, engine, number};

/// What the fields of a record say.
pub(crate) type Values = BTreeMap<String, Vec<String>>;
/// A record by what it says, with what hangs on it.
pub(crate) type Told = (Object, Values, Vec<String>);

/// The records by what they say and whom they are linked to, with what was done with them besides: ids
/// differ by the order in which records are made; neither the order of a list nor the spelling of a tag is
/// a difference (V2, F3).
pub(crate) fn stored(crm: &MemoryStorage) -> Vec<Told> {
    let told = |object, id: &str| -> Values {
        let values = crm.get(object, id).into_iter().flat_map(|record| &record.values);
        let values = values.filter(|(field, _)| *field != "contact_id");
        let sorted = |(field, values): (&String, &Vec<String>)| {
            let mut values: Vec<String> = values.iter().map(|v| v.to_lowercase()).collect();
            values.sort();
            (field.clone(), values)
        };
        values.map(sorted).collect()
    };
    let beside = |object, id: &str| -> Vec<String> {
        let follow_ups =
            crm.follow_ups().iter().filter(|of| object == Object::Contact && of.contact == id);
        let mut beside: Vec<String> =
            follow_ups.map(|of| format!("{} {}", of.kind.name(), of.name)).collect();
        beside.sort();
        let link = crm.get(object, id).unwrap().value("contact_id");
        beside.extend(link.map(|contact| format!("{:?}", told(Object::Contact, contact))));
        beside
    };
    let mut all = Vec::new();
    for object in Object::ALL {
        all.extend(crm.iter(object).map(|(id, _)| (object, told(object, id), beside(object, id))));
    }
    all.sort();
    all
}

/// The same, with ids for new records that no file of a case names.
pub(crate) fn with_ids_of_its_own(crm: &MemoryStorage) -> MemoryStorage {
    let mut value = serde_json::to_value(crm).unwrap();
    value["next_id"] = 1_000.into();
    serde_json::from_value(value).unwrap()
}

/// Runs a file in windows, whose totals count what was told.
fn run(import: &Import, file: &str, window: usize, crm: &mut MemoryStorage) -> Outcomes {
    let import = import.clone().run_window(window);
    let (told, report) = outcomes::of_run(&import, file.as_bytes(), crm);
    let stats = *report.stats();
    for object in Object::ALL {
        let stats = stats.of(object);
        let count = |outcome| {
            let sides =
                told.iter().filter(|((_, of), told)| (*of, **told) == (object.name(), outcome));
            sides.count() as u64
        };
        let counted =
            [Outcome::Create, Outcome::Update, Outcome::Unchanged, Outcome::Fail].map(count);
        assert_eq!(counted, [stats.create, stats.update, stats.unchanged, stats.fail]);
    }
    told
}

/// Does one plan of a file come to what a run in windows comes to? `None`: its settings do not fit together.
fn compare(
    import: &Import,
    mut one: MemoryStorage,
    file: &str,
    window: usize,
    is_tagging: bool,
) -> Option<Result<(), String>> {
    let mut other = one.clone();
    let Ok(plan) = import.plan(Source::from_bytes(file.as_bytes()), &mut one) else { return None };
    let mut planned = outcomes::of_plan(&plan);
    import.apply(plan, &mut one).unwrap();
    let told = run(import, file, window, &mut other);
    for (side, planned) in &mut planned {
        match (*planned, told[side]) {
            // What goes and comes back is written twice in windows, and not at all in one plan.
            (Outcome::Unchanged, Outcome::Update) => *planned = Outcome::Update,
            // An opportunity has tagged the contact before a row of its own met it.
            (Outcome::Update, Outcome::Unchanged) if is_tagging => *planned = Outcome::Unchanged,
            _ => {}
        }
    }
    let mut differs = Vec::new();
    for (side, planned) in &planned {
        if told[side] != *planned {
            differs.push(format!("{side:?}: planned {planned:?}, told {:?}", told[side]));
        }
    }
    let (one, other) = (stored(&one), stored(&other));
    let only = |these: &[Told], those: &[Told], who: &str| -> Vec<String> {
        let only = these.iter().filter(|record| !those.contains(record));
        only.map(|record| format!("{who} {record:?}")).collect()
    };
    differs.extend(only(&one, &other, "one plan"));
    differs.extend(only(&other, &one, "windows "));
    if differs.is_empty() && one != other {
        differs.push("how many there are of a record".to_owned());
    }
    Some(if differs.is_empty() { Ok(()) } else { Err(differs.join("\n")) })
}

pub(crate) fn cases() -> std::ops::Range<u64> {
    let cases = number("CRM_IMPORT_CASES").unwrap_or(3_000);
    number("CRM_IMPORT_CASE").map_or(0..cases, |case| case..case + 1)
}

#[test]
fn l1_a_run_gives_rows_the_outcomes_of_one_plan_and_leaves_the_same() {
    for case in cases() {
        let _told = Case(case);
        let mut dice = Dice::new(case + 1);
        let policy = generate::policy(&mut dice);
        let (crm, rows) = (generate::crm(&mut dice, &policy), generate::rows(&mut dice, &policy));
        let (file, window) = (engine::csv(&policy, &rows), [1, 2, 3, 5][dice.below(4)]);
        let (import, one) = engine::set_up(&policy, &crm);
        let is_tagging = policy.headers.contains(&"Opportunity Tags");
        let Some(Err(differs)) = compare(&import, one, &file, window, is_tagging) else { continue };
        panic!("windows of {window}\n{policy:?}\n{crm:?}\n{file}\n{differs}");
    }
}

#[test]
fn l1_so_it_does_whatever_the_settings_of_the_columns() {
    let (mut agreed, mut refused) = (0, 0);
    for case in cases() {
        let _told = Case(case);
        let mut dice = Dice::new(case + 1);
        let (wild, window) = (Wild::of(&mut dice), [1, 2, 3, 5][dice.below(4)]);
        let compare = |wild: &Wild| {
            let (import, storage, file) = wild.set_up();
            let is_tagging = wild.policy.headers.contains(&"Opportunity Tags");
            compare(&import, storage, &file, window, is_tagging)
        };
        match compare(&wild) {
            None => refused += 1,
            Some(Ok(())) => agreed += 1,
            Some(Err(_)) => {
                let smallest = wild.smallest(|wild| compare(wild)?.err());
                panic!("windows of {window}\n{smallest}");
            }
        }
    }
    println!("{agreed} imports agree; the settings of {refused} more were refused");
    assert!(cases().count() == 1 || agreed > refused, "too many settings are refused");
}
