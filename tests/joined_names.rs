//! A CRM that keeps the name of a contact whole reads first and last names as if the file had one column
//! of the joined names (behaviour §10): files with parts are held to files with that column.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;

use Object::Contact;
use crm_import::dedup::DedupPolicy;
use crm_import::mapping::{Blank, ColumnMapping, Merge, OnInvalid};
use crm_import::plan::{ColumnCounts, SidePlan};
use crm_import::storage::MemoryRecord;
use crm_import::{Account, Import, IssueCode, Mapping, MemoryStorage, Object, Plan, Source};
use dice::Dice;

const FIRST: [&str; 12] =
    ["Ana", "Bo", "", "Ana", "\"Bo\" B", "  ", "#N/A", "O'Hara", "'=1", "=1+1", "a,b", "'"];
const LAST: [&str; 11] =
    ["Lee", "Ray", "", "Lee", "", "\u{a0}", "#N/A", "\"Oz\"", "+3", " Moss ", "x\0y"];
const EMAIL: [&str; 7] =
    ["a@example.com", "b@example.com", "", "c@example.com", "nowhere", "A@EXAMPLE.COM", ""];
const CITY: [&str; 4] = ["York", "", "Leeds", ""];

/// The rule as the rule book says it.
fn joined(first: &str, last: &str, token: Option<&str>) -> String {
    let parts = [first.trim(), last.trim()];
    let said = parts.into_iter().filter(|part| !part.is_empty() && Some(*part) != token);
    let name = said.collect::<Vec<_>>().join(" ");
    let token = token.filter(|token| name.is_empty() && parts.contains(token));
    token.map_or(name, str::to_owned)
}

/// The same file twice: with the parts of names, and with the names.
struct Files {
    parts: Vec<u8>,
    whole: Vec<u8>,
    /// Filled cells of first and of last names.
    filled: [u64; 2],
}

fn files(dice: &mut Dice, rows: usize, token: Option<&str>) -> Files {
    let mut of_parts = csv::Writer::from_writer(Vec::new());
    let mut of_names = csv::Writer::from_writer(Vec::new());
    let mut filled = [0; 2];
    // Columns of no field before those of names, so that they stand anywhere.
    let before = [0, 1, 61, 63, 64, 130][dice.below(6)];
    let is_turned = dice.below(2) == 0;
    let other: Vec<String> = (0..before).map(|at| format!("Z{at}")).collect();
    let mut write = |first: &str, last: &str, name: &str, email: &str, city: &str, filler: &str| {
        let mut row: Vec<&str> =
            other.iter().map(|own| if filler.is_empty() { own } else { filler }).collect();
        let [one, two] = if is_turned { [last, first] } else { [first, last] };
        row.extend([one, email, two, city]);
        of_parts.write_record(&row).unwrap();
        row.truncate(before);
        row.extend([name, email, if filler.is_empty() { "x" } else { "" }, city]);
        of_names.write_record(&row).unwrap();
    };
    write("First Name", "Last Name", "Name", "Email", "City", "");
    let long = "y".repeat(70_000);
    for row in 0..rows {
        let (mut first, last) = (dice.one_of(&FIRST), dice.one_of(&LAST));
        if row == 150 {
            first = &long;
        }
        let (email, city) = (dice.one_of(&EMAIL), dice.one_of(&CITY));
        write(
            first,
            last,
            &joined(first, last, token),
            email,
            city,
            dice.one_of(&["-", "\"", ","]),
        );
        for (filled, part) in filled.iter_mut().zip([first, last]) {
            *filled += u64::from(!part.trim().is_empty());
        }
    }
    Files { parts: of_parts.into_inner().unwrap(), whole: of_names.into_inner().unwrap(), filled }
}

/// A mapping of these columns, all set alike.
fn mapping(names: &[(&str, &str)], dice: &mut Dice, token: Option<&str>) -> Mapping {
    let pattern = ColumnMapping {
        object: Some(Contact),
        blank: [None, Some(Blank::Clear)][dice.below(2)],
        merge: [None, Some(Merge::FillBlank), Some(Merge::Keep), None][dice.below(4)],
        on_invalid: [None, Some(OnInvalid::FailRow)][dice.below(2)],
        ..ColumnMapping::default()
    };
    let column = |(header, field): &(&str, &str)| ColumnMapping {
        header: Some((*header).to_owned()),
        field: Some((*field).to_owned()),
        ..pattern.clone()
    };
    let mut columns: Vec<ColumnMapping> = names.iter().map(column).collect();
    for header in ["Email", "City"] {
        columns.push(ColumnMapping {
            header: Some(header.to_owned()),
            object: Some(Contact),
            field: Some(header.to_lowercase()),
            ..ColumnMapping::default()
        });
    }
    Mapping { columns, clear_token: token.map(str::to_owned), ..Mapping::default() }
}

fn crm(dice: &mut Dice) -> MemoryStorage {
    let rules = [vec![vec!["email"]], vec![vec!["name"]], vec![vec!["email"], vec!["name"]]];
    let mut rules = rules[dice.below(3)].clone();
    if dice.below(3) == 0 {
        rules.push(vec!["name", "city"]);
    }
    let mut dedup = DedupPolicy::by(rules);
    if dice.below(3) == 0 {
        dedup.required = vec!["name".to_owned()];
    }
    let account = Account { dedup, ..Account::default() };
    let mut crm = MemoryStorage::new(account.only(Contact, &["name", "email", "city"]));
    crm.insert(Contact, [("name", "Ana Lee"), ("email", "a@example.com"), ("city", "York")]);
    crm.insert(Contact, [("name", ""), ("email", "b@example.com")]);
    crm.insert(Contact, [("name", "bo RAY"), ("city", "Leeds")]);
    crm
}

/// All that a plan says, without the columns that it names.
fn told(plan: &Plan) -> String {
    let rows = plan.rows().map(|row| {
        let side = row.side(Contact);
        let outcome = side.as_ref().map(SidePlan::outcome);
        let values: Vec<String> = side
            .iter()
            .flat_map(SidePlan::values)
            .map(|(field, values)| format!("{}={values:?}", field.key))
            .collect();
        format!("{} {outcome:?} {}\n", row.number(), values.join(" "))
    });
    let steps = plan.steps().map(|step| {
        let changes: Vec<String> = step.changes().iter().map(|it| it.to_string()).collect();
        format!("{} {} {changes:?}\n", step.first_row(), step.op())
    });
    // A word for nothing is looked for in each column as it is.
    let issues = plan.issues().filter(|issue| issue.code != IssueCode::TextPlaceholder);
    let issues = issues.map(|issue| {
        let is_name = issue.field.as_deref() == Some("name");
        let column = issue.column.filter(|_| !is_name);
        let told = (issue.row, issue.code, issue.severity, column, issue.field, issue.value);
        format!("{told:?} {:?}\n", issue.detail)
    });
    let all: String = rows.chain(steps).chain(issues).collect();
    format!("{all}{:?}", plan.stats())
}

fn counts_of<'c>(counts: &'c [ColumnCounts], header: &str) -> &'c ColumnCounts {
    counts.iter().find(|column| column.header == header).unwrap()
}

#[test]
fn s10_parts_of_names_are_planned_and_written_as_whole_names_would_be() {
    for seed in 0..30 {
        let mut dice = Dice::new(seed);
        let token = [None, Some("#N/A")][dice.below(2)];
        let files = files(&mut dice, 200, token);
        let source = |file: &[u8]| Source::from_bytes(file.to_vec());
        let crm = crm(&mut dice);
        let of_settings = dice.below(usize::MAX) as u64;
        let whole = mapping(&[("Name", "name")], &mut Dice::new(of_settings), token);
        let parts = [("Last Name", "last_name"), ("First Name", "first_name")];
        let parts = mapping(&parts, &mut Dice::new(of_settings), token);
        let whole = Import::new().mapping(whole);
        let parts = Import::new().mapping(parts);

        let expected = whole.plan(source(&files.whole), &mut crm.clone()).unwrap();
        for (threads, window) in [(1, 8_192), (3, 64), (2, 7), (1, 1)] {
            let import = parts.clone().threads(threads).planning_window(window);
            let plan = import.plan(source(&files.parts), &mut crm.clone()).unwrap();
            assert!(told(&plan) == told(&expected), "seed {seed}, windows of {window}");
            let unmapped = plan.unmapped().iter().filter(|it| !it.header.starts_with('Z'));
            assert_eq!(unmapped.count(), 0);
        }

        let plan = parts.plan(source(&files.parts), &mut crm.clone()).unwrap();
        let (counts, of_whole) = (plan.column_counts(), expected.column_counts());
        for header in ["Email", "City"] {
            assert_eq!(counts_of(&counts, header), counts_of(&of_whole, header), "seed {seed}");
        }
        for (header, filled) in ["First Name", "Last Name"].iter().zip(files.filled) {
            let of = counts_of(&counts, header);
            let sum = of.taken + of.left_out + of.refused + of.skipped + of.failed;
            assert_eq!((of.filled, sum), (filled, filled), "seed {seed}, {header} (L2)");
        }

        let mut stores = Vec::new();
        for (import, file) in [(&whole, &files.whole), (&parts, &files.parts)] {
            let mut applied = crm.clone();
            let plan = import.plan(source(file), &mut applied).unwrap();
            if seed % 2 == 1 {
                // Somebody else is quicker, so rows are planned again (X3).
                applied.insert_as(Contact, "c1", [("name", "Ann Lee"), ("email", "a@example.com")]);
                applied.insert(Contact, [("name", "BO Ray"), ("email", "c@example.com")]);
            }
            let report = import.apply(plan, &mut applied).unwrap();
            let mut log = Vec::new();
            report.write_error_log(&mut log).unwrap();
            let mut run = crm.clone();
            let windows = import.clone().run_window(11).threads(2);
            let of_run = windows.run(source(file), &mut run).unwrap();
            // The log holds the cells of the file, and is imported as it was.
            let again = import.plan(source(&log), &mut crm.clone()).unwrap();
            let totals = [*report.stats(), *of_run.stats()];
            stores.push((totals, contents(&applied), contents(&run), told(&again)));
        }
        assert!(stores[0] == stores[1], "seed {seed}");
    }
}

fn contents(crm: &MemoryStorage) -> Vec<String> {
    let of_record = |(id, record): (&str, &MemoryRecord)| {
        let mut values: Vec<_> = record.values.iter().collect();
        values.sort();
        format!("{id} {values:?}")
    };
    let mut all: Vec<String> = crm.iter(Contact).map(of_record).collect();
    all.sort();
    all
}
