//! L5: bad data is never an error, never a panic, and never stops the other rows. L2: every row is
//! accounted for. By property, over files of whatever there is.

#![allow(clippy::unwrap_used)] // outside of test functions too

mod cells;

use cells::any_cell;
use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::normalize::is_blank;
use crm_import::source::FileFormat;
use crm_import::{Import, MemoryStorage, Object, Source};
use proptest::prelude::*;

/// A column of every kind.
const COLUMNS: [(Object, &str); 17] = [
    (Object::Contact, "id"),
    (Object::Contact, "first_name"),
    (Object::Contact, "last_name"),
    (Object::Contact, "email"),
    (Object::Contact, "additional_emails"),
    (Object::Contact, "phone"),
    (Object::Contact, "additional_phones"),
    (Object::Contact, "country"),
    (Object::Contact, "date_of_birth"),
    (Object::Contact, "tags"),
    (Object::Contact, "dnd"),
    (Object::Contact, "notes"),
    (Object::Opportunity, "id"),
    (Object::Opportunity, "name"),
    (Object::Opportunity, "value"),
    (Object::Opportunity, "expected_close_date"),
    (Object::Opportunity, "status"),
];

fn mapping() -> Mapping {
    let column = |(index, (object, field)): (usize, (Object, &str))| ColumnMapping {
        index: Some(index),
        object: Some(object),
        field: Some(field.to_owned()),
        ..ColumnMapping::default()
    };
    Mapping { columns: COLUMNS.into_iter().enumerate().map(column).collect(), ..Mapping::default() }
}

/// A table under these columns; rows are as wide as it happens.
fn any_table() -> impl Strategy<Value = String> {
    let cell = any_cell().prop_map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    let row = prop::collection::vec(cell, 1..18).prop_map(|cells| cells.join(","));
    prop::collection::vec(row, 0..12).prop_map(|rows| {
        let headers = COLUMNS.map(|(object, field)| format!("{} {field}", object.name()));
        format!("{}\n{}", headers.join(","), rows.join("\n"))
    })
}

/// The file. If it is a table, how it is written is said: a short one whose rows have few cells and many other
/// delimiters may well look like another table.
fn source(file: &[u8], is_table: bool) -> Source<'_> {
    let declared =
        FileFormat { delimiter: Some(','), header_line: Some(1), ..FileFormat::default() };
    Source::from_bytes(file).format(if is_table { declared } else { FileFormat::default() })
}

/// Plans a file, looks at everything in the plan, and holds it to L2.
fn plan_and_account(file: &[u8], window: usize, mapping: Option<Mapping>) {
    let is_mapped_whole = mapping.is_some();
    let mut import = Import::new().planning_window(window);
    if let Some(mapping) = mapping {
        import = import.mapping(mapping);
    }
    let Ok(plan) = import.plan(source(file, is_mapped_whole), &mut MemoryStorage::default()) else {
        assert!(!is_mapped_whole);
        return;
    };
    for object in Object::ALL {
        let of = plan.stats().of(object);
        let sum = of.create + of.update + of.unchanged + of.merged + of.skip + of.fail;
        let sides = plan.rows().filter(|row| row.side(object).is_some()).count();
        assert_eq!((of.rows, of.rows), (sum, sides as u64), "{object:?}");
    }
    for row in plan.rows() {
        let sides: Vec<_> = Object::ALL.into_iter().filter_map(|object| row.side(object)).collect();
        let is_empty = row.cells().take(COLUMNS.len()).all(is_blank);
        assert!(!is_mapped_whole || sides.is_empty() == is_empty, "row {}", row.number());
        for (_, values) in sides.iter().flat_map(crm_import::plan::SidePlan::values) {
            values.iter().for_each(|value| drop(value.to_string()));
        }
    }
    plan.steps().for_each(|step| step.changes().iter().for_each(|change| drop(change.text())));
    for issue in plan.issues() {
        assert!(!issue.message().is_empty() && !issue.remedy().is_empty());
        assert!(issue.row.is_none_or(|row| plan.row(row).is_some()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn l5_no_cell_stops_an_import_and_every_row_is_accounted_for(
        table in any_table(),
        window in 1_usize..20,
    ) {
        plan_and_account(table.as_bytes(), window, Some(mapping()));
    }

    #[test]
    fn l5_no_bytes_stop_an_import(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        plan_and_account(&bytes, 8, None);
        let with_header = [&b"First Name,Email,Phone,Value\n"[..], &bytes].concat();
        plan_and_account(&with_header, 8, None);
    }
}

/// A file that is broken, or made to be, may have a header as long as a cell may be.
#[test]
fn l5_a_header_of_thousands_of_words_takes_no_longer_than_its_file() {
    for words in ["word ", "a1 ", "e mail ", "Other Contact 2 ", "\u{5000}\u{2c00} "] {
        let header = words.repeat(200_000 / words.len());
        let file = format!("{header},Name\nana@example.com,Ana\nbo@example.com,Bo\n");
        let rows = Source::from_bytes(file.as_bytes()).open().unwrap();
        let begun = std::time::Instant::now();
        let account = MemoryStorage::default().account;
        assert_eq!(Import::new().suggest(&rows, &account).len(), 2);
        // Half a minute would be too short for one that looks at each pair of words.
        assert!(begun.elapsed().as_secs() < 30, "{words:?}: {:?}", begun.elapsed());
    }
}
