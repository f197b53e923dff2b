//! A run in windows against one plan of the same file, over the same random policies (L1).

use std::collections::BTreeMap;

use crm_import::plan::RowPlan;
use crm_import::{Import, MemoryStorage, Object, Outcome, Plan, RowNumber, Source};

use crate::dice::Dice;
use crate::generate::SmallImport;
use crate::outcomes::{self, Outcomes};
use crate::wild::Wild;
use crate::{assert_of_all, cases, differences};

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
    let lines = |crm| stored(crm).iter().map(|record| format!("{record:?}")).collect();
    differs.push(differences(("one plan", lines(&one)), ("windows ", lines(&other))));
    let differs = differs.join("\n");
    Some(if differs.is_empty() { Ok(()) } else { Err(differs) })
}

#[test]
fn l1_a_run_gives_rows_the_outcomes_of_one_plan_and_leaves_the_same() {
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let small = SmallImport::of(&mut dice);
        let window = dice.one_of(&[1, 2, 3, 5]);
        let (import, one) = small.set_up();
        let is_tagging = small.policy.headers.contains(&"Opportunity Tags");
        let compared = compare(&import, one, &small.file(), window, is_tagging);
        if let Some(Err(differs)) = compared {
            panic!("windows of {window}\n{small}\n{differs}");
        }
    }
}

#[test]
fn l1_so_it_does_whatever_the_settings_of_the_columns() {
    let (mut agreed, mut refused) = (0, 0);
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
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
    assert_of_all(agreed > refused, "too many settings are refused");
}

/// The first row of the contact of each row.
fn first_rows(plan: &Plan) -> Vec<(RowNumber, Option<RowNumber>)> {
    let first = |row: RowPlan<'_>| Some((row.number(), row.side(Object::Contact)?.first_row()));
    plan.rows().filter_map(first).collect()
}

#[test]
fn m9_a_row_of_a_run_names_the_first_row_of_its_contact_as_in_one_plan() {
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let small = SmallImport::of(&mut dice);
        let window = dice.one_of(&[1, 2, 3, 5]);
        let (import, mut crm) = small.set_up();
        let (text, mut told) = (small.file(), Vec::new());
        let source = || Source::from_bytes(text.as_bytes());
        let Ok(plan) = import.plan(source(), &mut crm) else { continue };
        let run = import.run_window(window).run_with(source(), &mut crm, |event| {
            told.extend(event.window().into_iter().flat_map(|window| first_rows(window.plan())));
            true
        });
        run.unwrap();
        assert_eq!(told, first_rows(&plan), "windows of {window}\n{small}");
    }
}
