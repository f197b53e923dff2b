//! What a row means that was planned again, because somebody else wrote meanwhile (X3), is what it means when the import
//! is resumed (behaviour X6).

use crm_import::{Account, Import, MemoryStorage, Object, Outcome, RowNumber};

use super::source;

use Object::Contact;

/// Ana, who has one phone at most.
fn crm(fields: &[(&str, &str)]) -> MemoryStorage {
    let mut account = Account { default_country: Some("US".into()), ..Account::default() };
    let kept = ["email", "phone", "city"].map(str::to_owned).to_vec();
    account.standard_fields.insert(Contact, kept);
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "c1", fields.iter().copied());
    crm
}

fn contacts(crm: &MemoryStorage) -> Vec<String> {
    crm.iter(Contact).map(|(id, record)| format!("{id} {:?}", record.values)).collect()
}

/// Ana is what `before` says when the file is planned, and what `meanwhile` says when it is written. Once the import is
/// over, it is resumed, which changes nothing. Returns who is stored, and whom each row met.
fn resumed(
    before: &[(&str, &str)],
    meanwhile: &[(&str, &str)],
    file: &str,
) -> (Vec<String>, Vec<(Outcome, String)>) {
    let mut crm = crm(before);
    let import = Import::new().id("again");
    let plan = import.plan(source(file), &mut crm).unwrap();
    crm.insert_as(Contact, "c1", meanwhile.iter().copied());
    let report = import.apply(plan, &mut crm).unwrap();
    let met = |report: &crm_import::Report| -> Vec<(Outcome, String)> {
        let rows = report.plan().rows().map(|row| row.number());
        let met = |row: RowNumber| {
            Some((report.outcome(Contact, row)?, report.id(Contact, row)?.to_owned()))
        };
        rows.filter_map(met).collect()
    };
    let (stored, told) = (contacts(&crm), met(&report));

    let import = import.resume(crm.checkpoint().unwrap().clone());
    let plan = import.plan_resumed(source(file), &mut crm).unwrap();
    let again = import.apply(plan, &mut crm).unwrap();
    assert_eq!(contacts(&crm), stored);
    assert_eq!(met(&again), told);
    assert_eq!(again.stats(), report.stats());
    (stored, told)
}

/// Somebody takes the address of Ana, whom both rows were to meet.
#[test]
fn x6_a_row_that_joined_a_new_contact_when_it_was_planned_again_joins_it_still() {
    let file = "Email,Phone,City\nana@example.com,206 555 0101,Rome\n,206 555 0101,Oslo\n";
    let (stored, told) = resumed(&[("email", "ana@example.com")], &[("city", "Bonn")], file);
    assert_eq!(stored.len(), 2, "{stored:?}");
    assert_eq!(told, [(Outcome::Create, "c2".to_owned()), (Outcome::Merged, "c2".to_owned())]);
}

/// Somebody changes Ana's city. Row 3 takes the phone by which row 2 has met her, before and when it is planned again.
#[test]
fn x6_a_row_whose_contact_has_another_phone_since_still_meets_it_though_it_was_planned_again() {
    let file =
        "Email,Phone,City\n,206 555 0101,Oslo\n,206 555 0101,Rome\nana@example.com,206 555 0107,\n";
    let ana = [("email", "ana@example.com"), ("phone", "+12065550101")];
    let (stored, told) = resumed(&ana, &[ana[0], ana[1], ("city", "Bonn")], file);
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert!(told.iter().all(|(_, id)| id == "c1"), "{told:?}");
}

/// Row 2 meets somebody else by then, whose phone row 3 takes.
#[test]
fn x6_nor_does_it_matter_that_it_meets_somebody_else_by_then() {
    let file = "Email,Phone,City\nana@example.com,,Oslo\n,206 555 0101,Rome\nana@example.com,206 555 0107,\n";
    let ana = [("email", "ana@example.com"), ("phone", "+12065550101")];
    let (stored, told) = resumed(&ana, &[ana[0]], file);
    assert_eq!(stored.len(), 2, "{stored:?}");
    assert_eq!(told[1], (Outcome::Create, "c2".to_owned()));
}
