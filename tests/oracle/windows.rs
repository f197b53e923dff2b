//! A run in windows against one plan of the same file, over the same random policies (L1).

use std::collections::BTreeMap;

use crm_import::{Import, MemoryStorage, Object, Outcome, Source};

use crate::dice::Dice;
use crate::generate;
use crate::outcomes::{self, Outcomes};
use crate::{Case, engine, number};

const OBJECTS: [Object; 2] = [Object::Contact, Object::Opportunity];

/// The records by what they say: ids differ by the order in which records are made; neither the order of a
/// list nor the spelling of a tag is a difference (V2, F3).
fn stored(crm: &MemoryStorage) -> Vec<(Object, BTreeMap<String, Vec<String>>)> {
    let mut all = Vec::new();
    for object in OBJECTS {
        for (_, record) in crm.iter(object) {
            let values = record.values.iter().filter(|(field, _)| *field != "contact_id");
            let sorted = |(field, values): (&String, &Vec<String>)| {
                let mut values: Vec<String> = values.iter().map(|v| v.to_lowercase()).collect();
                values.sort();
                (field.clone(), values)
            };
            all.push((object, values.map(sorted).collect()));
        }
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
    for (object, stats) in OBJECTS.into_iter().zip([stats.contacts, stats.opportunities]) {
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

#[test]
fn l1_a_run_gives_rows_the_outcomes_of_one_plan_and_leaves_the_same() {
    let cases = number("CRM_IMPORT_CASES").unwrap_or(3_000);
    let (first, last) = number("CRM_IMPORT_CASE").map_or((0, cases), |case| (case, case + 1));
    for case in first..last {
        let _told = Case(case);
        let mut dice = Dice::new(case + 1);
        let policy = generate::policy(&mut dice);
        let (crm, rows) = (generate::crm(&mut dice, &policy), generate::rows(&mut dice, &policy));
        let (file, window) = (engine::csv(&policy, &rows), [1, 2, 3, 5][dice.below(4)]);
        let (import, mut one) = engine::set_up(&policy, &crm);
        let mut other = with_ids_of_its_own(&one);
        let Ok(plan) = import.plan(Source::from_bytes(file.as_bytes()), &mut one) else { continue };
        let mut planned = outcomes::of_plan(&plan);
        import.apply(plan, &mut one).unwrap();
        let told = run(&import, &file, window, &mut other);
        let is_tagging = policy.headers.contains(&"Opportunity Tags");
        for (side, planned) in &mut planned {
            match (*planned, told[side]) {
                // What goes and comes back is written twice in windows, and not at all in one plan.
                (Outcome::Unchanged, Outcome::Update) => *planned = Outcome::Update,
                // An opportunity has tagged the contact before a row of its own met it.
                (Outcome::Update, Outcome::Unchanged) if is_tagging => {
                    *planned = Outcome::Unchanged;
                }
                _ => {}
            }
        }
        let what = format!("windows of {window}\n{policy:?}\n{crm:?}\n{file}");
        assert_eq!(told, planned, "{what}");
        assert_eq!(stored(&other), stored(&one), "{what}");
    }
}
