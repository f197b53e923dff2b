//! The one law (behaviour L1-L4) over files that proptest makes up: neither the window nor the
//! dialect, the quoting, the order of columns or the order of rows without a common key changes the
//! plan; every side is accounted for; and what was planned is applied, once.

#![allow(clippy::unwrap_used)]

mod outcomes;
mod told;

use std::collections::BTreeMap;
use std::fmt::Write;

use crm_import::account::OpportunityMatching;
use crm_import::mapping::suggest;
use crm_import::plan::{ColumnCounts, Counts};
use crm_import::source::FileFormat;
use crm_import::{
    Account, Fields, FollowUp, FollowUpKind, Import, Mapping, MemoryStorage, Object, Plan, Source,
    Stats,
};
use proptest::prelude::*;
use told::told;

const HEADERS: [&str; 8] = [
    "Email",
    "Additional Emails",
    "Phone",
    "First Name",
    "Tags",
    "Opportunity Name",
    "Pipeline",
    "Opportunity Value",
];

type Rows = Vec<Vec<String>>;

/// An import that knows the columns by their headers: what the cells say changes nothing about the mapping.
fn import() -> Import {
    let fields = Fields::standard();
    let headers = HEADERS.map(String::from);
    let suggested = suggest(&headers, &[], &Object::ALL, &fields);
    let mapping = Mapping::from_suggestions(&suggested, &fields);
    assert_eq!(mapping.columns.len(), HEADERS.len());
    Import::new().mapping(mapping)
}

fn cell(header: usize) -> BoxedStrategy<String> {
    let pool: &[&str] = match header {
        0 => &["", "a@x.org", "B@x.org", "b@x.org", "c@x.org", "nowhere"],
        1 => &["", "", "b@x.org; d@x.org", "e@x.org", "a@x.org"],
        2 => &["", "206-555-0101", "+12065550102", "(206) 555-0103", "12"],
        3 => &["", "Ana", "Bo \"the\" Lee", "Cy, Jr"],
        4 => &["", "vip", "VIP, fair", "new"],
        5 => &["", "", "Roof", "Loft"],
        6 => &["", "Sales", "Care", "Nowhere"],
        _ => &["", "100", "\"2,500.50\"", "abc"],
    };
    prop::sample::select(pool).prop_map(|cell| cell.trim_matches('"').to_owned()).boxed()
}

fn rows() -> impl Strategy<Value = Rows> {
    let row = (0..HEADERS.len()).map(cell).collect::<Vec<_>>();
    prop::collection::vec(row, 1..24)
}

fn crm() -> MemoryStorage {
    let mut account: Account = serde_json::from_str(
        r#"{ "default_country": "US", "pipelines": [
            { "id": "p1", "name": "Sales", "stages": [{ "id": "s1", "name": "New" }] },
            { "id": "p2", "name": "Care", "stages": [{ "id": "t1", "name": "Hello" }] } ] }"#,
    )
    .unwrap();
    let matching = OpportunityMatching::best_or_create(["name", "pipeline"]);
    account.opportunities.matching = Some(matching);
    let mut crm = MemoryStorage::new(account);
    crm.insert(Object::Contact, [("email", "A@x.org"), ("first_name", "Anna")]);
    crm.insert(Object::Contact, [("phone", "(206) 555-0102"), ("additional_emails", "e@x.org")]);
    let roof = [("name", "Roof"), ("pipeline", "p1"), ("status", "open"), ("contact_id", "c1")];
    crm.insert(Object::Opportunity, roof);
    crm
}

/// Writes a file; every cell quoted if `quotes`, else only those that must be.
fn csv(rows: &Rows, order: &[usize], delimiter: u8, quotes: bool) -> Vec<u8> {
    let style = if quotes { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
    let mut writer =
        csv::WriterBuilder::new().delimiter(delimiter).quote_style(style).from_writer(Vec::new());
    writer.write_record(order.iter().map(|&at| HEADERS[at])).unwrap();
    for row in rows {
        writer.write_record(order.iter().map(|&at| &row[at])).unwrap();
    }
    writer.into_inner().unwrap()
}

const ORDER: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn plan(file: Vec<u8>, delimiter: u8, window: usize, crm: &mut MemoryStorage) -> Plan {
    let format = FileFormat { delimiter: Some(char::from(delimiter)), ..FileFormat::default() };
    let source = Source::from_bytes(file).format(format);
    import().planning_window(window).plan(source, crm).unwrap()
}

/// What a plan would do: the record of each side and its outcome, and each step.
fn done(plan: &Plan) -> String {
    let mut text = String::new();
    for row in plan.rows() {
        for object in Object::ALL {
            let Some(side) = row.side(object) else { continue };
            let record =
                side.id().map(str::to_owned).or_else(|| Some(side.first_row()?.to_string()));
            writeln!(text, "{} {object} {} {record:?}", row.number(), side.outcome()).unwrap();
        }
    }
    for step in plan.steps() {
        let record = (step.op(), step.id(), step.contact_id(), step.contact_row());
        writeln!(text, "{} {record:?}", step.object()).unwrap();
        step.changes().iter().for_each(|change| writeln!(text, "    {change}").unwrap());
    }
    text
}

/// What somebody else may have done between two plans of a file.
fn meanwhile(change: usize, crm: &mut MemoryStorage) {
    match change {
        0 => {}
        1 => {
            crm.insert_as(Object::Contact, "c1", [("email", "A@x.org"), ("first_name", "Ana")]);
        }
        2 => {
            let tagged = [("email", "A@x.org"), ("first_name", "Anna"), ("tags", "vip")];
            crm.insert_as(Object::Contact, "c1", tagged);
        }
        3 => {
            let noted = [("email", "A@x.org"), ("first_name", "Anna"), ("company", "Acme")];
            crm.insert_as(Object::Contact, "c1", noted);
        }
        4 => drop(crm.insert(Object::Contact, [("email", "b@x.org")])),
        5 => drop(crm.insert(Object::Contact, [("email", "z@x.org"), ("first_name", "Bo")])),
        6 => drop(crm.insert(Object::Contact, [("phone", "+12065550103")])),
        _ => {
            let roof =
                [("name", "Roof"), ("pipeline", "p1"), ("contact_id", "c1"), ("value", "100")];
            crm.insert_as(Object::Opportunity, "o1", roof);
        }
    }
}

/// The totals but for warnings, of which windows see fewer.
fn counts(stats: &Stats) -> [[u64; 7]; 2] {
    [&stats.contacts, &stats.opportunities]
        .map(|c| [c.rows, c.create, c.update, c.unchanged, c.merged, c.skip, c.fail])
}

fn sum(counts: &Counts) -> u64 {
    counts.create + counts.update + counts.unchanged + counts.merged + counts.skip + counts.fail
}

/// The records by what they say, without their ids.
fn stored(crm: &MemoryStorage) -> Vec<BTreeMap<String, Vec<String>>> {
    let mut all = Vec::new();
    for object in Object::ALL {
        for (_, record) in crm.iter(object) {
            let sorted = |(field, values): (&String, &Vec<String>)| {
                let mut values = values.clone();
                values.sort();
                (field.clone(), values)
            };
            let values = record.values.iter().filter(|(field, _)| *field != "contact_id");
            all.push(values.map(sorted).collect());
        }
    }
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn l1_windows_of_1_7_64_and_all_rows_give_the_same_plan(rows in rows()) {
        let file = csv(&rows, &ORDER, b',', false);
        let whole = plan(file.clone(), b',', 1_000_000, &mut crm());
        let (whole, fingerprint) = (told(&whole), whole.fingerprint());
        for window in [1, 7, 64] {
            let cut = plan(file.clone(), b',', window, &mut crm());
            prop_assert_eq!(&told(&cut), &whole, "a window of {} rows", window);
            prop_assert_eq!(cut.fingerprint(), fingerprint, "a window of {} rows", window);
        }
    }

    #[test]
    fn two_plans_have_the_same_fingerprint_if_and_only_if_they_would_do_the_same(
        rows in rows(),
        change in 0..8_usize,
        threads in 1..4_usize,
        window in 1..9_usize,
    ) {
        let file = csv(&rows, &ORDER, b',', false);
        let shown = plan(file.clone(), b',', 64, &mut crm());
        let mut later = crm();
        meanwhile(change, &mut later);
        let import = import().planning_window(window).threads(threads);
        let now = import.plan(Source::from_bytes(file), &mut later).unwrap();
        let is_same = now.fingerprint() == shown.fingerprint();
        prop_assert_eq!(is_same, done(&now) == done(&shown), "{}{}", done(&shown), done(&now));
    }

    #[test]
    fn l1_a_run_gives_every_row_the_outcome_that_one_plan_gives_it(rows in rows(), window in 1..9_usize) {
        let file = csv(&rows, &ORDER, b',', false);
        let (mut one, mut other) = (crm(), crm());
        let planned = plan(file.clone(), b',', 7, &mut one);
        let whole = outcomes::of_plan(&planned);
        let stats = *planned.stats();
        import().apply(planned, &mut one).unwrap();
        let (told, report) = outcomes::of_run(&import().run_window(window), &file, &mut other);
        prop_assert_eq!(told, whole);
        prop_assert_eq!(stored(&one), stored(&other));
        for stats_of_run in [report.stats(), report.plan().stats()] {
            prop_assert_eq!(counts(stats_of_run), counts(&stats));
        }
    }

    #[test]
    fn l2_every_side_that_is_present_has_exactly_one_outcome(rows in rows()) {
        let plan = plan(csv(&rows, &ORDER, b',', false), b',', 7, &mut crm());
        let filled = |columns: &[usize]| {
            rows.iter().filter(|row| columns.iter().any(|&at| !row[at].is_empty())).count() as u64
        };
        let stats = plan.stats();
        prop_assert_eq!(stats.contacts.rows, filled(&[0, 1, 2, 3, 4]));
        prop_assert_eq!(stats.opportunities.rows, filled(&[5, 6, 7]));
        prop_assert_eq!(stats.blank_rows, rows.len() as u64 - filled(&ORDER));
        for counts in [&stats.contacts, &stats.opportunities] {
            prop_assert_eq!(counts.rows, sum(counts));
        }
    }

    #[test]
    fn l2_every_filled_cell_is_counted_once(rows in rows()) {
        let file = csv(&rows, &ORDER, b',', false);
        let planned = plan(file.clone(), b',', 7, &mut crm()).column_counts();
        prop_assert_eq!(planned.len(), HEADERS.len());
        for column in &planned {
            let filled = rows.iter().filter(|row| !row[column.index].is_empty()).count() as u64;
            let sum = column.taken + column.left_out + column.refused + column.skipped + column.failed;
            prop_assert_eq!((column.filled, sum), (filled, filled), "{}", column.header);
        }
        // Window by window they add up to the same cells.
        let mut added: Vec<ColumnCounts> = Vec::new();
        let import = import().run_window(5);
        import
            .run_with(Source::from_bytes(file), &mut crm(), |event| {
                let window = event.window().map(|window| window.plan().column_counts());
                match (window, added.is_empty()) {
                    (Some(window), true) => added = window,
                    (Some(window), false) => {
                        added.iter_mut().zip(&window).for_each(|(sum, more)| *sum += more);
                    }
                    (None, _) => {}
                }
                true
            })
            .unwrap();
        for (column, whole) in added.iter().zip(&planned) {
            prop_assert_eq!((&column.header, column.filled), (&whole.header, whole.filled));
            prop_assert_eq!((column.refused, column.failed), (whole.refused, whole.failed));
        }
    }

    #[test]
    fn l3_what_is_planned_is_applied_and_planning_again_finds_nothing_to_do(rows in rows()) {
        let mut crm = crm();
        let file = csv(&rows, &ORDER, b',', false);
        let before = [crm.len(Object::Contact), crm.len(Object::Opportunity)];
        let planned = plan(file.clone(), b',', 7, &mut crm);
        let stats = *planned.stats();
        let report = import().apply(planned, &mut crm).unwrap();
        prop_assert_eq!(*report.stats(), stats);
        let created = [stats.contacts.create as usize, stats.opportunities.create as usize];
        prop_assert_eq!(crm.len(Object::Contact), before[0] + created[0]);
        prop_assert_eq!(crm.len(Object::Opportunity), before[1] + created[1]);

        let again = plan(file, b',', 7, &mut crm);
        let keyless = again.issues().filter(|issue| issue.code.code() == "no-match-key").count();
        prop_assert_eq!(again.stats().contacts.create as usize, keyless);
        for row in again.rows() {
            let Some(side) = row.side(Object::Contact) else { continue };
            prop_assert!(side.outcome().name() != "update", "row {} is updated again", row.number());
        }
    }

    #[test]
    fn l4_neither_dialect_nor_quoting_changes_the_plan(rows in rows()) {
        let plain = told(&plan(csv(&rows, &ORDER, b',', false), b',', 7, &mut crm()));
        for (delimiter, quotes) in [(b',', true), (b';', false), (b'\t', false), (b'|', true)] {
            let other = plan(csv(&rows, &ORDER, delimiter, quotes), delimiter, 7, &mut crm());
            prop_assert_eq!(&told(&other), &plain, "delimiter {:?}", delimiter as char);
        }
    }

    #[test]
    fn l4_the_order_of_columns_changes_nothing_that_is_stored(
        rows in rows(),
        order in Just(ORDER.to_vec()).prop_shuffle(),
    ) {
        let (mut one, mut other) = (crm(), crm());
        let planned = plan(csv(&rows, &ORDER, b',', false), b',', 7, &mut one);
        let shuffled = plan(csv(&rows, &order, b',', false), b',', 7, &mut other);
        prop_assert_eq!(planned.stats(), shuffled.stats());
        import().apply(planned, &mut one).unwrap();
        import().apply(shuffled, &mut other).unwrap();
        prop_assert_eq!(stored(&one), stored(&other));
    }

    #[test]
    fn l4_rows_of_different_people_may_stand_in_any_order(
        names in prop::collection::vec(cell(3), 2..20),
        order in any::<u64>(),
    ) {
        let row = |at: usize, name: &String| -> Vec<String> {
            let mut row = vec![String::new(); HEADERS.len()];
            row[0] = format!("p{at}@x.org");
            (row[3], row[5], row[6]) = (name.clone(), "Roof".into(), "Sales".into());
            row
        };
        let rows: Rows = names.iter().enumerate().map(|(at, name)| row(at, name)).collect();
        let mut turned = rows.clone();
        turned.rotate_left((order % rows.len() as u64) as usize);
        turned.reverse();
        let (mut one, mut other) = (crm(), crm());
        for (rows, crm) in [(&rows, &mut one), (&turned, &mut other)] {
            let planned = plan(csv(rows, &ORDER, b',', false), b',', 7, crm);
            import().apply(planned, crm).unwrap();
        }
        prop_assert_eq!(stored(&one), stored(&other));
    }
}

/// Ana's first opportunity fails, in a window of its own; whoever reads the file at once follows her up for
/// the second (P8, F1).
#[test]
fn l1_a_run_follows_up_whom_only_a_later_window_gives_an_opportunity() {
    let file =
        "Email,Opportunity Name,Pipeline\na@x.org,,Sales\na@x.org,Roof,Sales\nb@x.org,,Care\n";
    let follow_up = FollowUp::of(FollowUpKind::Workflow, "welcome");
    let import = import().objects([Object::Opportunity]).follow_up(follow_up);
    let source = || Source::from_bytes(file.as_bytes());
    let (mut at_once, mut in_windows) = (crm(), crm());
    for crm in [&mut at_once, &mut in_windows] {
        crm.insert(Object::Contact, [("email", "b@x.org")]);
    }
    let plan = import.plan(source(), &mut at_once).unwrap();
    import.apply(plan, &mut at_once).unwrap();
    import.run_window(1).run(source(), &mut in_windows).unwrap();
    let followed_up = |crm: &MemoryStorage| -> Vec<String> {
        crm.follow_ups().iter().map(|follow_up| follow_up.contact.clone()).collect()
    };
    assert_eq!(followed_up(&at_once), ["c1"]);
    assert_eq!(followed_up(&in_windows), ["c1"]);
}
