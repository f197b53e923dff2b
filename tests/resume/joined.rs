//! While an import is interrupted, somebody else gives a contact that it has written the key of a row that it has not.
//! That row is written when the import goes on (behaviour X3, X6). A row that was written with the contact is not written
//! again over what others have said since.

use crm_import::account::DedupPolicy;
use crm_import::storage::Checkpoint;
use crm_import::{
    Account, Control, Event, Import, IssueCode, MemoryStorage, Object, Outcome, Report, RowNumber,
    Status,
};

use super::{source, stop_after};

use Object::{Contact, Opportunity};

/// The first row names Ana by her address, the last one by a phone.
fn file() -> String {
    let others: String = (0..600).map(|n| format!("p{n}@example.com,,,Deal {n}\n")).collect();
    format!(
        "Email,Phone,City,Opportunity Name\nana@example.com,,,Roof\n{others},+12065550100,Rome,Loft\n"
    )
}

fn ana() -> MemoryStorage {
    let mut crm = MemoryStorage::default();
    crm.insert_as(Contact, "ana", [("email", "ana@example.com")]);
    crm
}

/// What somebody else does while the import is interrupted.
type Meanwhile<'m> = &'m dyn Fn(&mut MemoryStorage);

/// Somebody else imports a file.
fn imports(file: &str) -> impl Fn(&mut MemoryStorage) {
    move |crm| {
        let import = Import::new().id("meanwhile");
        let plan = import.plan(source(file), crm).unwrap();
        assert_eq!(import.apply(plan, crm).unwrap().stats().contacts.fail, 0);
    }
}

fn begun(crm: &MemoryStorage) -> Checkpoint {
    crm.checkpoints().find(|one| one.import_id == "joined").unwrap().clone()
}

/// Stops after one batch, lets somebody else write, and goes on.
fn interrupted(file: &str, crm: &mut MemoryStorage, meanwhile: Meanwhile<'_>) -> Report {
    let plan = import().plan(source(file), crm).unwrap();
    import().apply_with(plan, crm, stop_after(1, Control::Pause)).unwrap();
    meanwhile(crm);
    let import = import().resume(begun(crm));
    let plan = import.plan_resumed(source(file), crm).unwrap();
    import.apply(plan, crm).unwrap()
}

/// The same of a run with one large window.
fn interrupted_run(file: &str, crm: &mut MemoryStorage, meanwhile: Meanwhile<'_>) -> Report {
    let import = import().run_window(1_000);
    let mut stop = stop_after(1, Control::Pause);
    let watch = |event: Event<'_>| match event.progress() {
        Some(progress) if progress.status == Status::Applying => stop(progress),
        _ => Control::Continue,
    };
    import.run_with(source(file), crm, watch).unwrap();
    meanwhile(crm);
    import.resume(begun(crm)).run(source(file), crm).unwrap()
}

fn import() -> Import {
    Import::new().id("joined")
}

#[test]
fn x6_a_row_whose_key_a_written_contact_was_given_meanwhile_is_written_and_not_taken_for_written() {
    for go in [interrupted, interrupted_run] {
        let mut crm = ana();
        let report = go(&file(), &mut crm, &imports("Email,Phone\nana@example.com,+12065550100\n"));
        let ana = crm.get(Contact, "ana").unwrap();
        assert_eq!(ana.value("city"), Some("Rome"));
        assert_eq!(crm.len(Contact), 601);
        let loft = crm.iter(Opportunity).find(|(_, deal)| deal.value("name") == Some("Loft"));
        assert_eq!(loft.unwrap().1.value("contact_id"), Some("ana"));
        let contacts = report.stats().contacts;
        assert_eq!((contacts.create, contacts.merged, contacts.fail), (600, 1, 0));
        // The next import has nothing to add.
        let plan = Import::new().plan(source(&file()), &mut crm).unwrap();
        assert_eq!(plan.stats().contacts.update, 0);
    }
}

#[test]
fn x6_a_row_that_was_written_with_its_contact_is_not_written_again_over_what_others_said() {
    for go in [interrupted, interrupted_run] {
        let mut crm = ana();
        imports("Email,Phone\nana@example.com,+12065550100\n")(&mut crm);
        // Only storage knows that the first and the last row are about Ana.
        go(&file(), &mut crm, &imports("Email,City\nana@example.com,Paris\n"));
        let ana = crm.get(Contact, "ana").unwrap();
        assert_eq!(ana.value("city"), Some("Paris"));
    }
}

#[test]
fn x6_a_row_that_found_nobody_does_not_take_the_key_that_somebody_was_given_meanwhile() {
    // The row before the last one finds nobody; the last one gives its name to Ana, who is written first. So the
    // checkpoint says whom it found.
    let dedup = DedupPolicy::by([vec!["email"], vec!["phone"], vec!["first_name", "last_name"]]);
    let account = Account { dedup, ..Account::default() };
    let others: String = (0..600).map(|n| format!("p{n}@example.com,,,\n")).collect();
    let file = format!(
        "Email,Phone,First Name,Last Name\nana@example.com,,,\n{others}\
         ,+12065550100,Ana,Poe\nana@example.com,,Ana,Poe\n"
    );
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "ana", [("email", "ana@example.com")]);
    interrupted(&file, &mut crm, &imports("Email,Phone\nana@example.com,+12065550100\n"));
    let holders = crm.iter(Contact).filter(|(_, contact)| {
        ["phone", "additional_phones"].iter().any(|of| contact.value(of) == Some("+12065550100"))
    });
    assert_eq!(holders.count(), 1);
}

#[test]
fn x6_more_joined_rows_than_a_checkpoint_holds_are_taken_to_be_written() {
    let mut crm = MemoryStorage::default();
    let mut file = String::from("Email,Phone,City\n");
    for n in 0..1_001 {
        let (email, phone) = (format!("p{n}@example.com"), format!("+1206555{n:04}"));
        crm.insert(Contact, [("email", &*email), ("phone", &*phone)]);
        file.push_str(&format!("{email},,Rome\n,{phone},Paris\n"));
    }
    let import = import();
    let plan = import.plan(source(&file), &mut crm).unwrap();
    let report = import.apply_with(plan, &mut crm, stop_after(1, Control::Pause)).unwrap();
    assert_eq!(report.outcome(Contact, RowNumber(2)), Some(Outcome::Merged));
    let checkpoint = begun(&crm);
    assert_eq!(checkpoint.joined, None);
    imports("Email,City\np0@example.com,Oslo\n")(&mut crm);
    let import = import.resume(checkpoint);
    let plan = import.plan_resumed(source(&file), &mut crm).unwrap();
    let report = import.apply(plan, &mut crm).unwrap();
    assert_eq!(report.stats().contacts.merged, 1_001);
    assert!(report.issues().all(|issue| issue.code != IssueCode::WriteConflict));
    let cities = crm.iter(Contact).filter(|(_, contact)| contact.value("city") == Some("Oslo"));
    assert_eq!(cities.count(), 1);
}

#[test]
fn x6_a_row_that_failed_is_not_told_as_written_once_somebody_else_has_removed_the_cause() {
    let others: String = (0..600).map(|n| format!("p{n}@example.com,,\n")).collect();
    let file = format!(
        "Email,Additional Emails,City\nana@example.com,,Oslo\n\
         ana@example.com,anna@example.com,Rome\n{others}"
    );
    let both = || {
        let mut crm = ana();
        crm.insert_as(Contact, "anna", [("email", "anna@example.com")]);
        crm
    };
    // In a plan it is written then.
    let mut crm = both();
    let remove = |crm: &mut MemoryStorage| drop(crm.remove(Contact, "anna"));
    let report = interrupted(&file, &mut crm, &remove);
    assert_eq!((report.stats().contacts.fail, report.stats().contacts.merged), (0, 1));
    assert_eq!(crm.get(Contact, "ana").unwrap().value("city"), Some("Rome"));
    // The window of a run is complete, so nothing is written of it any more.
    let mut crm = both();
    let import = import().run_window(200);
    let mut windows = 0;
    let watch = |event: Event<'_>| {
        windows += usize::from(matches!(event, Event::Window(_)));
        windows < 2
    };
    import.run_with(source(&file), &mut crm, watch).unwrap();
    remove(&mut crm);
    let report = import.resume(begun(&crm)).run(source(&file), &mut crm).unwrap();
    let contacts = report.stats().contacts;
    assert_eq!((contacts.fail, contacts.merged, contacts.create), (1, 0, 600));
    assert_eq!(crm.get(Contact, "ana").unwrap().value("city"), Some("Oslo"));
    let codes: Vec<_> = report.issues().map(|issue| (issue.row.unwrap().0, issue.code)).collect();
    assert_eq!(codes, [(2, IssueCode::KeyAmbiguous)]);
}
