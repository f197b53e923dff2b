//! The adapters of this repository keep the contract, and every case of the suite catches the defect
//! it is about.

// Two of the adapters to copy have a copy of `kept.rs` each.
#![allow(clippy::unwrap_used, clippy::duplicate_mod)]

use std::path::Path;
use std::sync::LazyLock;

/// A storage around a shelf asks that, whatever it does about writing.
macro_rules! asks_its_shelf {
    ($storage:ty) => {
        impl crm_import::Storage for $storage {
            type Error = crm_import::storage::StorageError;

            fn account(&mut self) -> Result<crm_import::Account, Self::Error> {
                self.0.account()
            }

            fn find(
                &mut self,
                lookup: &crm_import::lookup::Lookup<'_>,
                found: &mut crm_import::lookup::Found,
            ) -> Result<(), Self::Error> {
                self.0.find(lookup, found)
            }

            fn answers(&self, rule: &[String]) -> bool {
                self.0.answers(rule)
            }
        }
    };
}

#[path = "shelf/mod.rs"]
mod shelf;

#[path = "conformance/application.rs"]
mod application;

#[path = "conformance/checkpoints.rs"]
mod checkpoints;

#[path = "conformance/failing.rs"]
mod failing;

#[path = "conformance/hidden.rs"]
mod hidden;

#[path = "conformance/people.rs"]
mod over_people;

#[path = "conformance/strict.rs"]
mod strict;

#[path = "conformance/together.rs"]
mod together;

#[path = "conformance/told.rs"]
mod told;

#[allow(dead_code)]
#[path = "../examples/import/sqlite/mod.rs"]
mod sqlite;

#[allow(dead_code)]
#[path = "../examples/customers/crm.rs"]
mod customers;

#[allow(dead_code)]
#[path = "../examples/people.rs"]
mod people;

use crm_import::account::{Pipeline, Stage, User};
use crm_import::dedup::DedupPolicy;
use crm_import::storage::conformance::{self, Outcome};
use crm_import::{Account, CustomField, FieldKind, Import, MemoryStorage, Object, Source};
use shelf::{Defect, Shelf};
use sqlite::Sqlite;

/// E-mail, phone, a combined rule and one of another field; a field of each kind that accounts may add.
fn account() -> Account {
    let rules = [vec!["email"], vec!["phone"], vec!["first_name", "last_name"], vec!["own_0"]];
    let kinds = [
        FieldKind::Text,
        FieldKind::LongText,
        FieldKind::Number,
        FieldKind::Money,
        FieldKind::Phone,
        FieldKind::Email,
        FieldKind::Date,
        FieldKind::Boolean,
        FieldKind::SingleChoice,
        FieldKind::MultipleChoice,
        FieldKind::List,
    ];
    let own = |object| {
        kinds.into_iter().enumerate().map(move |(at, kind)| CustomField {
            object,
            key: format!("own_{at}"),
            label: String::new(),
            kind,
            options: Vec::new(),
        })
    };
    let stage = |id: &str, name: &str| Stage { id: id.into(), name: name.into() };
    let stages = vec![stage("new", "New"), stage("quoted", "Quoted")];
    let sales = Pipeline { id: "sales".into(), name: "Sales".into(), stages };
    let user =
        |id: &str, name: &str| User { id: id.into(), name: name.into(), email: String::new() };
    Account {
        dedup: DedupPolicy::by(rules),
        pipelines: vec![sales],
        users: vec![user("7", "Kim Lee"), user("8", "Sam Ray")],
        custom_fields: own(Object::Contact).chain(own(Object::Opportunity)).collect(),
        ..Account::default()
    }
    .at_most(Object::Contact, &[("own_0", 9), ("own_1", 400)])
    .to_decimals(Object::Opportunity, &[("own_2", 2)])
}

/// A table of customers: a name, an e-mail address and a city.
fn few_fields() -> Account {
    let mut account = Account { dedup: DedupPolicy::by([["email"]]), ..Account::default() };
    let kept = ["name", "email", "city"].map(String::from);
    account.standard_fields.insert(Object::Contact, kept.to_vec());
    account
}

/// Customers have a name and an e-mail address, and there are no deals.
fn customers_only() -> Account {
    Account { dedup: DedupPolicy::by([["email"]]), ..Account::default() }
        .only(Object::Contact, &["name", "email"])
        .only(Object::Opportunity, &[])
}

/// The adapter of the example, over a database of its own.
fn sqlite_with(account: Account) -> Sqlite {
    Sqlite::create(Path::new(":memory:"), account, |_| Ok(())).unwrap()
}

/// The adapter over tables of customers and deals, to which this was done.
fn customers_with(sql: &str) -> customers::Crm {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(customers::TABLES).unwrap();
    db.execute_batch(sql).unwrap();
    customers::Crm::new(db).unwrap()
}

/// The case that is about storages in which a write may fail.
const NEVER_FAILS: &str = "a batch that fails can be written again";

fn skipped(report: &conformance::Report) -> Vec<&'static str> {
    let is_skipped = |case: &&conformance::Case| matches!(case.outcome, Outcome::Skipped(_));
    report.cases().iter().filter(is_skipped).map(|case| case.name).collect()
}

#[test]
fn a_crm_of_two_fields_is_put_through_what_can_be_asked_of_it() {
    let report = conformance::run(|| Shelf::new(customers_only()));
    assert!(report.is_passed(), "{report}");
    let mut missed = Vec::new();
    for (defect, case) in CAUGHT.into_iter().filter(|(defect, _)| !is_beyond_two_fields(*defect)) {
        let report = conformance::run(|| Shelf::broken(customers_only(), defect));
        if !report.failures().any(|(name, _)| name == case) {
            missed.push(format!("{defect:?} passes {case:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Is it about lists, other fields, combined rules, or opportunities?
fn is_beyond_two_fields(defect: Defect) -> bool {
    use Defect::*;
    matches!(
        defect,
        IgnoresAdditionalAddresses
            | FindsAllOpportunities
            | AnyFieldOfACombinedRule
            | KnowsAddressesOnly
            | DropsListValues
            | AppendsToLists
            | LinksToTheFirstContact
            | NeverMovesLinks
            | LinksLostToNobody
            | DropsAField
            | DropsCustomFields
            | TwoFieldsInOneColumn
            | LinksToTheGone
            | PanicsWhenItMoves
            | MisspellsAField
            | TellsNoLinks
            | CutsAmountsToCents
            | LosesTheSignBelowOne
            | DropsTheZeroOfCents
            | ConstantVersionOfOpportunities
            | KeepsTheVersionWhenItMoves
            | LeavesTagsOutOfTheVersion
            | NeverClearsLists
            | NeverClearsDates
            | NeverClearsFieldsOfDeals
            | TakesAdditionalAddresses
            | TakesCombinedKeys
            | FindsTheFirstContactsDeals
            | DeclaresOneKeyOfEach
            | KeysOfNewContactsOnly
            | WritesTheFieldsOfTheFirst
            | ShiftsLists
            | ShiftsLinks
            | EmptiesLinks
            | CutsLongText
            | RefusesLongText
            | RefusesCents
            | SaysNothingForNo
            | TellsLessByContact
            | KeepsNumbersAsFloats
            | ShiftsWinterDays
            | KnowsNoDaysBefore1970
            | KnowsOpenAndWonOnly
            | KnowsOneOption
            | KnowsOneUser
            | DropsExtensions
            | JoinsListsWithCommas
            | KeepsFiveItems
            | FoldsTags
            | SpellsLinks
            | CrossesCombinedKeys
            | LinksToNewContactsOnly
            | MovesWhatHasChanged
            | RepeatsUpdatesOfDeals
    )
}

#[test]
fn what_needs_a_field_that_the_account_does_without_is_skipped() {
    for report in [
        conformance::run(|| MemoryStorage::new(few_fields())),
        conformance::run(|| Shelf::new(few_fields())),
        conformance::run(|| sqlite_with(few_fields())),
    ] {
        assert!(report.is_passed(), "{report}");
        assert!(skipped(&report).len() < report.cases().len() / 3, "{report}");
    }
}

#[test]
fn memory_storage_keeps_the_contract() {
    let report = conformance::run(|| MemoryStorage::new(account()));
    assert!(report.is_passed(), "{report}");
    assert!(report.cases().len() >= 25);
    assert_eq!(skipped(&report), [NEVER_FAILS], "{report}");
}

#[test]
fn the_storage_of_these_tests_keeps_the_contract() {
    let report = conformance::run(|| Shelf::new(account()));
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_sqlite_adapter_keeps_the_contract() {
    let report = conformance::run(|| sqlite_with(account()));
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_adapter_over_customers_and_deals_keeps_the_contract() {
    let report = conformance::run(|| customers_with(""));
    assert!(report.is_passed(), "{report}");
    // Two lists of addresses, two kinds of rules, a combined key (twice), follow-ups (three times), dates, options,
    // texts of limited length, and that no write fails.
    assert_eq!(skipped(&report).len(), 13, "{report}");
}

#[test]
fn x3_the_sqlite_adapter_links_nothing_to_a_contact_that_is_gone() {
    let path = std::env::temp_dir().join(format!("crm-import-gone-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let mut crm = Sqlite::create(&path, account(), |_| Ok(())).unwrap();
    crm.seed(Object::Contact, &[("email", "a@example.com"), ("city", "Oslo")]).unwrap();
    crm.seed(Object::Contact, &[("email", "bo@example.com")]).unwrap();
    let file = "Email,City,Opportunity Name\na@example.com,Oslo,Roof\nbo@example.com,Rome,Boat\n";
    let import = Import::new();
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    // Neither the one that needs no write nor the one that is to be changed.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("DELETE FROM contacts; DELETE FROM contact_emails").unwrap();
    let report = import.apply(plan, &mut crm).unwrap();
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (2, 2));
    let dangling =
        "SELECT count(*) FROM opportunities WHERE contact_id NOT IN (SELECT id FROM contacts)";
    assert_eq!(other.query_row(dangling, [], |row| row.get::<_, i64>(0)), Ok(0));
    drop((crm, other));
    let _ = std::fs::remove_file(&path);
}

#[test]
fn what_an_adapter_does_not_claim_is_skipped_and_said() {
    let report = conformance::run(MemoryStorage::default);
    let combined = "a combined rule finds only whom all fields agree with";
    let case = report.cases().iter().find(|case| case.name == combined).unwrap();
    assert!(matches!(case.outcome, Outcome::Skipped(_)), "{report}");
    assert!(report.is_passed(), "{report}");
}

/// Each defect with the case that must catch it.
const CAUGHT: [(Defect, &str); 123] = [
    (Defect::IgnoresAdditionalAddresses, "a contact is found by an additional e-mail"),
    (Defect::DeclaresNoKeys, "the asked key is declared as it was asked"),
    (Defect::DeclaresSpelledKeys, "the asked key is declared as it was asked"),
    (Defect::FindsOneHolderOnly, "a key that several contacts carry finds them all"),
    (Defect::FindsByPrefix, "a key that nobody carries finds nothing"),
    (Defect::FindsEverybodyById, "an id that nobody has finds nothing"),
    (Defect::ReadsIdsAsNumbers, "another spelling of an id finds nothing"),
    (Defect::ForgetsToUnindex, "an address that was taken away finds nobody"),
    (Defect::FindsAllOpportunities, "opportunities are found by their contact, and no others"),
    (Defect::AnyFieldOfACombinedRule, "a combined rule finds only whom all fields agree with"),
    (Defect::KnowsAddressesOnly, "a rule of another field finds only whom it agrees with"),
    (Defect::DropsListValues, "every written value comes back"),
    (Defect::TrimsText, "unusual text comes back as it was written"),
    (Defect::NoVersions, "a contact has a version"),
    (Defect::ConstantVersion, "a write changes the version"),
    (Defect::IgnoresVersions, "an update of another version is a conflict and changes nothing"),
    (Defect::WritesOnConflict, "an update of another version is a conflict and changes nothing"),
    (Defect::UpdateCreates, "an update of a record that is gone creates nothing"),
    (Defect::IgnoresTakenKeys, "a create whose key is taken is a conflict and creates nothing"),
    (Defect::OwnKeyIsTaken, "a record's own key is not taken"),
    (Defect::OneConflictStopsAll, "a conflict does not keep the others from being written"),
    (Defect::DropsAReceipt, "every step of a batch has its receipt"),
    (Defect::DoublesAReceipt, "every step of a batch has its receipt"),
    (Defect::OneIdForAll, "each record has an id of its own"),
    (Defect::SwapsIds, "each record has an id of its own"),
    (Defect::OverwritesWholeRecord, "an update changes only its fields"),
    (Defect::NeverClears, "every field that may be blank is cleared"),
    (Defect::AppendsToLists, "a list is written as a whole"),
    (Defect::LinksToTheFirstContact, "an opportunity is linked to a contact of the same batch"),
    (Defect::NeverMovesLinks, "an opportunity moves to another contact"),
    (Defect::LinksLostToNobody, "an opportunity of a contact that was not created is left out"),
    (Defect::RefusesEmptyBatches, "a batch without steps is written"),
    (Defect::IgnoresTokens, "a batch that is written again creates nothing"),
    (Defect::NewIdForKnownTokens, "a batch that is written again creates nothing"),
    (Defect::KnowsEveryToken, "other tokens are not known"),
    (Defect::KeepsTokensOfConflicts, "the token of a conflict is not kept"),
    (
        Defect::SaysEverythingWasCreated,
        "written tokens are known, with what they did and to which record",
    ),
    (Defect::RepeatsFollowUps, "follow-ups are receipted, and done once"),
    (Defect::DropsAField, "every written value comes back"),
    (Defect::DropsCustomFields, "every written value comes back"),
    (Defect::LinksToTheGone, "an opportunity of a contact that is gone is a conflict"),
    (Defect::TwoFieldsInOneColumn, "a field that is written alone comes back alone"),
    (Defect::FailsEveryWrite, "a new contact is written"),
    (Defect::PanicsWhenItMoves, "a write changes the version"),
    (Defect::FindsNobodyById, "a record is found by its id"),
    (Defect::MisspellsAField, "find names only fields that the account has"),
    (Defect::TellsNoLinks, "opportunities are found by their contact, and no others"),
    (Defect::CutsAmountsToCents, "an amount comes back exact, or is rejected"),
    (Defect::LosesTheSignBelowOne, "an amount comes back exact, or is rejected"),
    (Defect::DropsTheZeroOfCents, "an amount comes back exact, or is rejected"),
    (Defect::ConstantVersionOfOpportunities, "a write changes the version"),
    (Defect::KeepsTheVersionWhenItMoves, "a write changes the version"),
    (Defect::LeavesTagsOutOfTheVersion, "a write changes the version"),
    (Defect::ComparesVersionsItDoesNotTell, "a contact has a version"),
    (Defect::NeverClearsAddresses, "every field that may be blank is cleared"),
    (Defect::NeverClearsLists, "every field that may be blank is cleared"),
    (Defect::NeverClearsDates, "every field that may be blank is cleared"),
    (Defect::NeverClearsFieldsOfDeals, "every field that may be blank is cleared"),
    (
        Defect::TakesAdditionalAddresses,
        "a create whose key is taken is a conflict and creates nothing",
    ),
    (Defect::TakesCombinedKeys, "a create whose combined key is taken is a conflict"),
    (Defect::FindsTheFirstContactsDeals, "opportunities are found by their contact, and no others"),
    (Defect::DeclaresOneKeyOfEach, "a contact that is found by two keys is declared by both"),
    (Defect::KeysOfNewContactsOnly, "a combined key follows an update of one of its fields"),
    (Defect::FindsLike, "a key that nobody carries finds nothing"),
    (Defect::ReadsTheNumberOfAnId, "an id that nobody has finds nothing"),
    (Defect::FindsSomeOfManyKeys, "thousands of keys are looked up at once"),
    (Defect::FindsSomeOfManyIds, "thousands of ids are looked up at once"),
    (Defect::KnowsSomeOfManyTokens, "thousands of tokens are asked for at once"),
    (Defect::CutsLongText, "a long text comes back whole, or is rejected"),
    (Defect::RefusesLongText, "a text as long as the account allows is not refused"),
    (Defect::RefusesCents, "an amount with as many decimals as the account allows is not refused"),
    (Defect::SaysNothingForNo, "every written value comes back"),
    (Defect::WritesTheFieldsOfTheFirst, "updates of one batch change each their own record"),
    (Defect::ShiftsLists, "creates of one batch have each their own values"),
    (Defect::ShiftsLinks, "opportunities of one batch have each their own contact"),
    (Defect::UpdatesByAddress, "an update changes only its fields"),
    (Defect::EmptiesLinks, "an update changes only its fields"),
    (Defect::TellsLessByKey, "a contact is found by its primary e-mail"),
    (Defect::TellsLessByContact, "opportunities are found by their contact, and no others"),
    (Defect::FollowsUpTheGone, "a follow-up of a contact that is gone is rejected"),
    (Defect::StripsCarriageReturns, "unusual text comes back as it was written"),
    (Defect::TitleCasesNames, "unusual text comes back as it was written"),
    (Defect::FoldsSpaces, "unusual text comes back as it was written"),
    (Defect::ComposesLetters, "unusual text comes back as it was written"),
    (Defect::DropsLongLetters, "unusual text comes back as it was written"),
    (Defect::ReadsNumbersInText, "unusual text comes back as it was written"),
    (Defect::ReadsNullInText, "unusual text comes back as it was written"),
    (Defect::EscapesMarkup, "unusual text comes back as it was written"),
    (Defect::KeepsNumbersAsFloats, "an amount comes back exact, or is rejected"),
    (Defect::ShiftsWinterDays, "a date comes back as the same day"),
    (Defect::KnowsNoDaysBefore1970, "a date comes back as the same day"),
    (Defect::KnowsOpenAndWonOnly, "each stage and each status of an opportunity comes back"),
    (Defect::KnowsOneOption, "each stage and each status of an opportunity comes back"),
    (Defect::KnowsOneUser, "each option comes back as it was chosen"),
    (Defect::DropsExtensions, "a phone comes back with its extension, or is rejected"),
    (Defect::JoinsListsWithCommas, "a list comes back with all its items, or is rejected"),
    (Defect::KeepsFiveItems, "a list comes back with all its items, or is rejected"),
    (Defect::FoldsTags, "a list comes back with all its items, or is rejected"),
    (Defect::DropsPlusTags, "an address with unusual signs is found, and no other"),
    (Defect::FindsByCollation, "an address with unusual signs is found, and no other"),
    (Defect::DoublesQuotes, "an address with unusual signs is found, and no other"),
    (Defect::FindsByTheClearedAddress, "an address that was taken away finds nobody"),
    (Defect::KeepsHalfATokens, "other tokens are not known"),
    (Defect::SpellsIdsInReceipts, "a record is found by its id"),
    (Defect::SpellsLinks, "opportunities are found by their contact, and no others"),
    (Defect::WritesSomeOfManySteps, "a batch of a thousand steps is written whole"),
    (Defect::SwapsIdsOfManySteps, "a batch of a thousand steps is written whole"),
    (Defect::LeavesHalfABatch, "a batch that fails can be written again"),
    (Defect::KeepsTokensOfFailedBatches, "a batch that fails can be written again"),
    (Defect::StaysBroken, "a batch that fails can be written again"),
    (Defect::SwapsDeclaredKeys, "each contact is declared by its own key, among others"),
    (Defect::CrossesCombinedKeys, "a combined rule finds only whom all fields agree with"),
    (Defect::AnswersIdsAlone, "ids and keys are answered in one look-up"),
    (Defect::ForgetsTokensAtTheEnd, "written tokens stay known when their import ends"),
    (Defect::ForgetsTokensOfOthers, "written tokens stay known when another import begins"),
    (Defect::LosesLongCheckpoints, "a long checkpoint is kept whole"),
    (Defect::KeepsCheckpointsOfFailedBatches, "a batch that fails can be written again"),
    (Defect::TellsImportsByName, "of unfinished imports the one begun last is told first"),
    (
        Defect::TellsImportsByTheirLastBatch,
        "of unfinished imports the one begun last is told first",
    ),
    (
        Defect::LinksToNewContactsOnly,
        "an opportunity is linked to a contact that was written before",
    ),
    (Defect::MovesWhatHasChanged, "an update of another version is a conflict and changes nothing"),
    (Defect::RepeatsUpdatesOfDeals, "a batch that is written again changes nothing"),
    (Defect::FailsFollowUpsOfTheLost, "a follow-up of a contact that was not created is left out"),
];

/// What the suite says of each of them.
static REPORTS: LazyLock<Vec<conformance::Report>> = LazyLock::new(|| {
    let report = |(defect, _)| conformance::run(|| Shelf::broken(account(), defect));
    CAUGHT.into_iter().map(report).collect()
});

#[test]
fn every_seeded_defect_is_caught_by_the_case_that_names_it() {
    let mut missed = Vec::new();
    for ((defect, case), report) in CAUGHT.into_iter().zip(&*REPORTS) {
        if !report.failures().any(|(name, _)| name == case) {
            let others: Vec<&str> = report.failures().map(|(name, _)| name).collect();
            missed.push(format!("{defect:?} passes {case:?}; caught by {others:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_case_catches_some_defect() {
    let all = conformance::run(|| Shelf::new(account()));
    let failures = REPORTS.iter().flat_map(conformance::Report::failures);
    let caught: Vec<&str> = failures.map(|(name, _)| name).collect();
    let idle: Vec<&str> =
        all.cases().iter().map(|case| case.name).filter(|name| !caught.contains(name)).collect();
    // A storage cannot forget its account on the way: that case guards against generated settings. What is
    // left over is the fault of whoever makes the storage (`told.rs`).
    let expected =
        ["each storage that `fresh` makes is empty", "the account is the same each time"];
    assert_eq!(idle, expected);
}
