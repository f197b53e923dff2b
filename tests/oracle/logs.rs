//! The error log of a random file is imported again, as it is and mended (behaviour §15).

use crm_import::mapping::{ColumnMapping, OnInvalid};
use crm_import::{Import, Issue, MemoryStorage, Object, Outcome, Report, Severity, Source};
use serde_json::json;

use crate::dice::Dice;
use crate::generate::{self, SmallImport};
use crate::model::{Policy, Row};
use crate::numbered::Numbered;
use crate::windows::{stored, with_ids_of_its_own};
use crate::{assert_of_all, cases, engine};

/// What stands in a cell that fails its opportunity, until it is mended.
const BROKEN: &str = "brokencell";

fn run(import: &Import, file: &str, crm: &mut MemoryStorage) -> Option<Report> {
    let plan = import.plan(Source::from_bytes(file.as_bytes()), crm).ok()?;
    Some(import.apply(plan, crm).unwrap())
}

fn log_of(report: &Report) -> String {
    let mut log = Vec::new();
    report.write_error_log(&mut log).unwrap();
    String::from_utf8(log).unwrap()
}

/// For each row of a log, whether these cells are filled.
fn filled_in<const N: usize>(log: &str, columns: [&str; N]) -> Vec<[bool; N]> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(log.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let places = columns.map(|name| headers.iter().position(|header| header == name).unwrap());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| places.map(|at| !row[at].is_empty())).collect()
}

/// For each row of a log, whether it has the ids of the records that the row was imported to.
fn known_in(log: &str) -> Vec<[bool; 2]> {
    filled_in(log, ["Import contact id", "Import opportunity id"])
}

/// A random file that was imported, and its log.
struct Tried {
    small: SmallImport,
    import: Import,
    storage: MemoryStorage,
    log: String,
}

impl Tried {
    /// `None` if the settings of this case are refused.
    fn of(case: &Numbered) -> Option<Self> {
        let small = SmallImport::of(&mut Dice::new(case.number + 1));
        let (import, storage) = small.set_up();
        let mut storage = with_ids_of_its_own(&storage);
        let report = run(&import, &small.file(), &mut storage)?;
        Some(Tried { small, import, storage, log: log_of(&report) })
    }
}

#[test]
fn section_15_a_log_that_nobody_has_mended_creates_nothing_that_was_imported() {
    let (mut all, mut judged) = (0, 0);
    for case in cases() {
        all += 1;
        let Some(Tried { small, import, mut storage, log }) = Tried::of(&case) else { continue };
        let known = known_in(&log);
        if known.is_empty() {
            continue;
        }
        let before = stored(&storage);
        let again = run(&import, &log, &mut storage).unwrap();
        for (row, known) in again.plan().rows().zip(known) {
            for (object, is_known) in Object::ALL.into_iter().zip(known) {
                judged += usize::from(is_known);
                let is_created = again.outcome(object, row.number()) == Some(Outcome::Create);
                let number = row.number();
                assert!(!(is_known && is_created), "{object} {number}\n{small}\n{log}");
            }
        }
        if again.plan().steps().count() == 0 {
            assert_eq!(stored(&storage), before);
        }
    }
    println!("{judged} sides are judged");
    assert_of_all(judged * 5 > all, "hardly any side is judged");
}

#[test]
fn section_15_a_log_that_nobody_has_mended_writes_no_opportunity_again_that_was_imported() {
    let (mut all, mut judged) = (0, 0);
    for case in cases() {
        all += 1;
        let Some(Tried { small, import, mut storage, log }) = Tried::of(&case) else { continue };
        let checked = filled_in(&log, ["Import opportunity check"]);
        if checked.is_empty() {
            continue;
        }
        let again = run(&import, &log, &mut storage).unwrap();
        let steps = again.plan().steps().filter(|step| step.object() == Object::Opportunity);
        for step in steps.filter(|step| step.rows().iter().all(|row| checked[row.index()][0])) {
            let changes = step.changes();
            assert!(changes.is_empty(), "{changes:?}\n{small}\n{log}");
        }
        judged += checked.iter().filter(|[is_checked]| *is_checked).count();
    }
    println!("{judged} rows are judged");
    assert_of_all(judged * 20 > all, "hardly any row is judged");
}

/// A file of which some opportunities fail for a cell of their own, and nothing else is wrong with them.
struct Breakable {
    import: Import,
    storage: MemoryStorage,
    right: String,
    wrong: String,
    broken: usize,
}

impl Breakable {
    /// `None` if no opportunity can fail without changing what other rows mean.
    fn of(dice: &mut Dice, small: &SmallImport) -> Option<Self> {
        let SmallImport { policy, rows, .. } = small;
        let broken: Vec<bool> = rows.iter().map(|row| breaks(dice, policy, row)).collect();
        let id = |row: &Row| row.get("Opportunity ID").filter(|id| !id.is_empty()).cloned();
        let is_shared =
            |row: &Row| id(row).is_some() && rows.iter().filter(|of| id(of) == id(row)).count() > 1;
        if rows.iter().zip(&broken).any(|(row, is_broken)| *is_broken && is_shared(row)) {
            return None;
        }
        let (import, mut storage) = small.set_up();
        let mut account = serde_json::to_value(&storage.account).unwrap();
        account["custom_fields"].as_array_mut().unwrap().push(
            json!({ "object": "opportunity", "key": "rank", "label": "Rank", "kind": "number" }),
        );
        storage.account = serde_json::from_value(account).unwrap();
        let mut mapping = engine::mapping(policy, &storage.account);
        mapping.columns.push(ColumnMapping {
            header: Some("Rank".into()),
            object: Some(Object::Opportunity),
            field: Some("rank".into()),
            on_invalid: Some(OnInvalid::FailRow),
            ..ColumnMapping::default()
        });
        let csv = small.file();
        let (right, wrong) = (with_rank(&csv, &broken, ""), with_rank(&csv, &broken, BROKEN));
        let broken = broken.iter().filter(|is_broken| **is_broken).count();
        Some(Breakable { import: import.mapping(mapping), storage, right, wrong, broken })
    }
}

/// The file with one more column, that has this cell on the broken rows.
fn with_rank(csv: &str, broken: &[bool], cell: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = broken.iter().map(|is_broken| if *is_broken { cell } else { "" });
    for (record, cell) in reader.records().zip(std::iter::once("Rank").chain(cells)) {
        let mut record = record.unwrap();
        record.push_field(cell);
        writer.write_record(&record).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Is this one of the opportunities that fail?
fn breaks(dice: &mut Dice, policy: &Policy, row: &Row) -> bool {
    let is_filled = |header: &&str| {
        policy.headers.contains(header)
            && row.get(header).is_some_and(|cell| !cell.trim().is_empty())
    };
    ["Opportunity Name", "Stage", "Status", "Opportunity Value"].iter().any(is_filled)
        && dice.one_in(3)
}

/// Has the log just the rows that were broken, and none whose contact was left out, lost a value or failed? What
/// these come to may have changed by the time the log is imported.
fn is_plain(report: &Report, log: &str, broken: usize) -> bool {
    let is_odd = |issue: &Issue| {
        let code = issue.code.code();
        let odd = ["key-", "contact-exists", "contact-not-found", "value-limit", "text-full"];
        odd.iter().any(|odd| code.starts_with(odd))
            || code.ends_with("-invalid") && code != "number-invalid"
            || issue.object == Some(Object::Contact) && issue.severity == Severity::Error
    };
    known_in(log).len() == broken && !report.issues().any(|issue| is_odd(&issue))
}

#[test]
fn section_15_a_log_whose_opportunities_are_mended_leaves_what_the_right_file_would_have_left() {
    let (mut all, mut judged) = (0, 0);
    for case in cases() {
        all += 1;
        let mut dice = Dice::new(case.number + 1);
        let mut policy = generate::policy(&mut dice);
        // Which opportunities a row may be matched with is another import's business (O5).
        (policy.matching, policy.duplicates) = (None, "allow");
        let small = SmallImport::under(policy, &mut dice);
        if small.policy.opportunities.is_none() {
            continue;
        }
        let Some(file) = Breakable::of(&mut dice, &small) else { continue };
        let (mut one, mut other) =
            (with_ids_of_its_own(&file.storage), with_ids_of_its_own(&file.storage));
        if run(&file.import, &file.right, &mut one).is_none() {
            continue;
        }
        let report = run(&file.import, &file.wrong, &mut other).unwrap();
        let log = log_of(&report);
        if file.broken == 0 || !is_plain(&report, &log, file.broken) {
            continue;
        }
        run(&file.import, &log.replace(BROKEN, ""), &mut other).unwrap();
        let (one, other) = (stored(&one), stored(&other));
        assert!(one == other, "{small}\n{}\n{one:#?}\n{other:#?}", file.wrong);
        judged += 1;
    }
    println!("{judged} logs are judged");
    assert_of_all(judged * 100 > all, "too many are left out");
}
