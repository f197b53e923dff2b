//! Rows that leave no token, more of them than a checkpoint or a run would keep if it kept all (behaviour X6).

use crm_import::account::Conflict;
use crm_import::{Account, Import, MemoryStorage, Mode, Object, Outcome, Report, RowNumber};

use super::source;

use Object::Contact;

/// Contacts with one address of each kind, so that a new one takes the place of the former.
fn crm() -> MemoryStorage {
    let mut account = Account::default().only(Contact, &["id", "email", "phone"]);
    account.default_country = Some("US".into());
    account.dedup.conflict = Conflict::Fail;
    MemoryStorage::new(account)
}

fn update() -> Import {
    Import::new().id("many").contacts(Mode::Update)
}

/// Nobody has the address of a row yet when it comes, but a later row gives it to somebody.
fn skipped(report: &Report, row: u32) {
    assert_eq!(report.outcome(Contact, RowNumber(row)), Some(Outcome::Skip), "row {row}");
}

#[test]
fn x6_rows_that_failed_take_no_place_from_those_that_found_nobody() {
    const COUNT: usize = 600;
    let (mut crm, mut rows) = (crm(), [const { String::new() }; 4]);
    for n in 0..COUNT {
        let [phone, of] = [n, n + COUNT].map(|n| format!("+1206555{n:04}"));
        crm.insert_as(Contact, &format!("c{n}"), [("email", format!("c{n}@x.org").as_str())]);
        crm.insert_as(Contact, &format!("d{n}"), [("email", format!("d{n}@x.org").as_str())]);
        crm.insert_as(Contact, &format!("e{n}"), [("phone", of.as_str())]);
        rows[0].push_str(&format!(",s{n}@x.org,{phone}\n"));
        // Its phone is somebody else's.
        rows[1].push_str(&format!(",d{n}@x.org,{of}\n"));
        rows[2].push_str(&format!("c{n},s{n}@x.org,\n"));
        rows[3].push_str(&format!("d{n},v{n}@x.org,\n"));
    }
    let file = format!("Contact ID,Email,Phone\n{}", rows.concat());
    let plan = update().plan(source(&file), &mut crm).unwrap();
    let first = update().apply(plan, &mut crm).unwrap();
    skipped(&first, 1);
    assert_eq!((first.stats().contacts.fail, first.stats().contacts.update), (600, 1_200));
    let again = update().resume(crm.checkpoint().unwrap().clone());
    let plan = again.plan_resumed(source(&file), &mut crm).unwrap();
    let report = again.apply(plan, &mut crm).unwrap();
    skipped(&report, 1);
    assert_eq!(report.stats(), first.stats());
}

#[test]
fn x6_a_row_of_a_long_window_is_remembered_if_the_window_itself_leads_it_elsewhere() {
    let mut crm = crm();
    crm.insert_as(Contact, "c1", [("email", "old@x.org")]);
    let mut file = String::from("Contact ID,Email\n,ana@x.org\nc1,ana@x.org\n");
    (0..5_000).for_each(|n| file.push_str(&format!(",p{n}@x.org\n")));
    let run = |import: Import, crm: &mut MemoryStorage| {
        let mut first = None;
        let report = import.run_window(6_000).run_with(source(&file), crm, |event| {
            first = first.or(event.window().and_then(|of| of.outcome(Contact, RowNumber(1))));
            true
        });
        (first, *report.unwrap().stats())
    };
    let whole = run(update(), &mut crm);
    assert_eq!(whole.0, Some(Outcome::Skip));
    let begun = crm.checkpoint().unwrap().clone();
    assert_eq!(run(update().resume(begun), &mut crm), whole);
}
