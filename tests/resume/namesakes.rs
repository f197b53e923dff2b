//! One import that is started twice at the same time, or again: a button pressed twice, a job handed out again.

use std::collections::BTreeMap;

use crm_import::{Control, FollowUp, Import, MemoryStorage, Object, Scope};

use super::{source, stop_after};

/// What was done for Ana, who was there before, and how often for the others.
fn done(crm: &MemoryStorage) -> BTreeMap<(bool, &'static str, String), usize> {
    let mut counts = BTreeMap::new();
    for done in crm.follow_ups() {
        let key = (done.contact == "ana", done.kind.name(), done.name.clone());
        *counts.entry(key).or_default() += 1;
    }
    counts
}

#[test]
fn f1_an_import_that_is_started_twice_has_its_follow_ups_once() {
    let new: Vec<String> = (0..1_200).map(|n| format!("p{n}@example.com\n")).collect();
    let rows: String = new.iter().chain(new.iter().rev()).map(String::as_str).collect();
    let file = format!("Email\nana@example.com\n{rows}");
    let mut import = Import::new().id("pressed twice");
    for scope in [Scope::Created, Scope::Updated, Scope::All] {
        import = import
            .follow_up(FollowUp::Workflow(format!("{scope:?}"), scope))
            .follow_up(FollowUp::List(format!("{scope:?}"), scope));
    }
    let crm = || {
        let mut crm = MemoryStorage::default();
        crm.insert_as(Object::Contact, "ana", [("email", "ana@example.com")]);
        crm
    };
    let (mut once, mut twice) = (crm(), crm());
    let plan = import.plan(source(&file), &mut once).unwrap();
    import.apply(plan, &mut once).unwrap();
    let expected = done(&once);
    assert_eq!(expected.values().sum::<usize>(), 2 * (2 * 1_200 + 2));

    // The second begins when the first has written some batches, and knows nothing of it.
    let plan = import.plan(source(&file), &mut twice).unwrap();
    let report = import.apply_with(plan, &mut twice, stop_after(3, Control::Pause)).unwrap();
    assert!((1..1_200).contains(&report.stats().contacts.create), "{report:?}");
    let plan = import.plan(source(&file), &mut twice).unwrap();
    import.apply(plan, &mut twice).unwrap();
    assert_eq!(done(&twice), expected);

    // A third comes in windows, when all is written.
    import.run(source(&file), &mut twice).unwrap();
    assert_eq!(done(&twice), expected);

    // Under another name it is another import.
    import.id("next month").run(source(&file), &mut twice).unwrap();
    let again = done(&twice);
    assert_eq!(again[&(false, "workflow", "Updated".to_owned())], 1_200);
    assert_eq!(again[&(false, "workflow", "All".to_owned())], 2 * 1_200);
    assert_eq!(again[&(true, "workflow", "All".to_owned())], 2);
}
