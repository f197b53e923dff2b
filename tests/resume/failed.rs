//! A row that failed has left no token: when the import is resumed, nothing but the row itself tells that it
//! has failed before (behaviour X6).

use crm_import::account::Conflict;
use crm_import::dedup::DedupPolicy;
use crm_import::{Account, Control, Import, MemoryStorage, Object, Outcome, RowNumber, Source};

use Object::{Contact, Opportunity};

/// Ana by a phone, Bo by an e-mail address; a row with keys of both fails.
fn crm() -> MemoryStorage {
    let mut dedup = DedupPolicy::by([["phone"], ["email"]]);
    dedup.conflict = Conflict::Fail;
    let account = Account { dedup, default_country: Some("US".into()), ..Account::default() };
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "c1", [("email", "ana@example.com"), ("phone", "+12065550101")]);
    crm.insert_as(Contact, "c2", [("email", "bo@example.com"), ("phone", "+12065550102")]);
    crm
}

/// Row 1 fails; the rows behind it meet both of whom it speaks.
const BOTH: &str = "\
Email,Phone,City,Opportunity Name
bo@example.com,206 555 0101,Oslo,Roof
ana@example.com,,Rome,
bo@example.com,,Bonn,
";

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

/// Everything that is kept.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let all = crm.iter(Contact).chain(crm.iter(Opportunity));
    all.map(|(id, record)| format!("{id} {:?}", record.values)).collect()
}

#[test]
fn x6_a_row_between_two_contacts_that_failed_fails_again_and_creates_nobody() {
    let file = format!(
        "{BOTH}{}",
        (0..600).map(|n| format!("p{n}@example.com,,Graz,\n")).collect::<String>()
    );
    let import = Import::new().id("failed");
    let (mut whole, mut cut) = (crm(), crm());
    let plan = import.plan(source(&file), &mut whole).unwrap();
    let report = import.apply(plan, &mut whole).unwrap();
    assert_eq!(report.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));

    let plan = import.plan(source(&file), &mut cut).unwrap();
    let mut batches = 0;
    let stopped = import.apply_with(plan, &mut cut, |_| {
        batches += 1;
        if batches > 1 { Control::Pause } else { Control::Continue }
    });
    let stopped = stopped.unwrap();
    assert!(stopped.unwritten() > 0);
    let import = import.resume(cut.checkpoint().unwrap().clone());
    let plan = import.plan_resumed(source(&file), &mut cut).unwrap();
    let again = import.apply(plan, &mut cut).unwrap();
    assert_eq!(again.outcome(Contact, RowNumber(1)), Some(Outcome::Fail));
    assert_eq!(again.stats(), report.stats());
    assert_eq!(content(&cut), content(&whole));
    let told = |report: &crm_import::Report| -> Vec<String> {
        report.issues().map(|issue| issue.to_string()).collect()
    };
    assert_eq!(told(&again), told(&report));
}
