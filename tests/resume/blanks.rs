//! What a blank clears, however the file is cut into windows (behaviour W3, L1).

use crm_import::mapping::{Blank, ColumnMapping, Merge};
use crm_import::{Account, FollowUp, FollowUpKind, Import, Mapping, MemoryStorage, Object};

use super::dice::Dice;
use super::{pause_after, source};
use Object::{Contact, Opportunity};

const COLUMNS: [(&str, Object, &str); 14] = [
    ("Email", Contact, "email"),
    ("More Emails", Contact, "additional_emails"),
    ("Phone", Contact, "phone"),
    ("City", Contact, "city"),
    ("Tags", Contact, "tags"),
    ("Notes", Contact, "notes"),
    ("Opportunity ID", Opportunity, "id"),
    ("Opportunity Name", Opportunity, "name"),
    ("Source", Opportunity, "source"),
    ("Lost Reason", Opportunity, "lost_reason"),
    ("Deal Tags", Opportunity, "tags"),
    ("Pipeline", Opportunity, "pipeline"),
    ("Stage", Opportunity, "stage"),
    ("Value", Opportunity, "value"),
];

/// Every column clears, pipeline and stage too, as the account has no pipelines; the tags join or replace what
/// is there, or fill it and clear nothing; a value fills. No row replaces an address, or those beside it would not be cleared.
fn mapping(tags: Merge) -> Mapping {
    let columns = COLUMNS.map(|(header, object, field)| ColumnMapping {
        header: Some(header.into()),
        object: Some(object),
        field: Some(field.into()),
        blank: match header {
            "Opportunity ID" => None,
            "Tags" if tags == Merge::FillBlank => None,
            _ => Some(Blank::Clear),
        },
        merge: match header {
            "Tags" => Some(tags),
            "Email" | "Value" => Some(Merge::FillBlank),
            _ => None,
        },
        ..ColumnMapping::default()
    });
    Mapping { columns: columns.into(), ..Mapping::default() }
}

fn header() -> String {
    COLUMNS.map(|(header, ..)| header).join(",") + "\n"
}

fn import(tags: Merge) -> Import {
    Import::new()
        .id("blanks")
        .mapping(mapping(tags))
        .follow_up(FollowUp::of(FollowUpKind::Tag, "fair"))
}

/// Two people and an opportunity of each, all fields filled.
fn crm() -> MemoryStorage {
    let options = [("lost_reason".to_owned(), vec!["Price".to_owned(), "Time".to_owned()])];
    let account = Account {
        default_country: Some("US".into()),
        options: options.into_iter().collect(),
        ..Account::default()
    };
    let mut crm = MemoryStorage::new(account);
    for who in ["a", "b"] {
        let (email, more) = (format!("{who}@example.com"), format!("{who}2@example.com"));
        let of = crm.insert(
            Contact,
            [
                ("email", email.as_str()),
                ("additional_emails", &more),
                ("phone", if who == "a" { "+12065550101" } else { "+12065550102" }),
                ("city", "Bonn"),
                ("tags", if who == "a" { "old" } else { "" }),
                ("notes", "met"),
            ],
        );
        crm.insert(
            Opportunity,
            [
                ("name", "Roof"),
                ("source", "web"),
                ("lost_reason", "Price"),
                ("status", "lost"),
                ("pipeline", "Sales"),
                ("stage", "Offer"),
                ("value", if who == "a" { "70" } else { "0" }),
                ("contact_id", of.as_str()),
            ],
        );
    }
    crm
}

/// Everything that is kept, by id for what was there and by value for what is new.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let line = |(id, record): (&str, &crm_import::storage::MemoryRecord)| {
        let mut values: Vec<(&String, Vec<String>)> = record
            .values
            .iter()
            .map(|(field, values)| {
                let mut values = values.clone();
                values.sort();
                (field, values)
            })
            .filter(|(field, _)| *field != "contact_id")
            .collect();
        values.sort();
        let of = record.value("contact_id").and_then(|id| crm.get(Contact, id));
        let of = of.and_then(|contact| contact.value("email"));
        let id = if ["c1", "o2", "c3", "o4"].contains(&id) { id } else { "new" };
        format!("{id} {values:?} of {of:?}")
    };
    let mut lines: Vec<String> = crm.iter(Contact).chain(crm.iter(Opportunity)).map(line).collect();
    lines.sort();
    lines
}

fn plan_and_apply(file: &str, tags: Merge) -> MemoryStorage {
    let mut crm = crm();
    let plan = import(tags).plan(source(file), &mut crm).unwrap();
    import(tags).apply(plan, &mut crm).unwrap();
    crm
}

/// Runs a file, stopped after so many events and resumed.
fn run(
    file: &str,
    tags: Merge,
    window: usize,
    events: usize,
) -> (MemoryStorage, crm_import::Stats) {
    let mut crm = crm();
    let import = import(tags).run_window(window);
    let mut report = import.run_with(source(file), &mut crm, pause_after(events)).unwrap();
    if report.status() == crm_import::Status::Paused {
        let again = match crm.checkpoint() {
            Some(checkpoint) => import.resume(checkpoint.clone()),
            None => import,
        };
        report = again.run(source(file), &mut crm).unwrap();
    }
    (crm, *report.stats())
}

#[test]
fn w3_a_blank_in_a_later_window_does_not_clear_what_an_earlier_window_gave() {
    let rows = [
        "a@example.com,a3@example.com,+12065550109,Oslo,vip,called,o2,Attic,fair,Time,hot,Care,Hello,90",
        "a@example.com,,,,,,o2,,,,,,,",
        "n@example.com,n2@example.com,,Rome,new,,,Boat,,,,,,",
        "n@example.com,,,,,,,,,,,,,",
    ];
    let file = header() + &rows.join("\n") + "\n";
    let expected = content(&plan_and_apply(&file, Merge::Union));
    assert!(expected.iter().any(|line| line.contains("Oslo") && line.contains("a3@")));
    assert!(expected.iter().any(|line| line.contains("Attic") && line.contains("Hello")));
    for window in [1, 2, 3, 4] {
        let (crm, _) = run(&file, Merge::Union, window, 99);
        assert_eq!(content(&crm), expected, "window {window}");
    }
}

#[test]
fn w3_a_blank_in_a_later_window_clears_what_nobody_gave() {
    let rows = ["b@example.com,,,Oslo,,,,,,,,,,", "b@example.com,,,,,,,,,,,,,"];
    let file = header() + &rows.join("\n") + "\n";
    let (crm, _) = run(&file, Merge::Union, 1, 99);
    let b = crm.iter(Contact).find(|(_, rec)| rec.value("email") == Some("b@example.com"));
    let (_, b) = b.unwrap();
    assert_eq!(b.value("city"), Some("Oslo"));
    assert_eq!((b.value("notes"), b.values("additional_emails").len()), (None, 0));
    // The tag of the follow-up comes after every row.
    assert_eq!(b.values("tags"), ["fair"]);
}

/// Row 1 fills the tags with the very word of the follow-up, row 2 says nothing about them.
#[test]
fn w2_a_row_does_not_fill_tags_that_an_earlier_one_has_filled_with_the_word_of_a_follow_up() {
    let rows = [
        "b@example.com,,,,fair,,,,,,,,,",
        "b@example.com,,,Oslo,,,,,,,,,,",
        "b@example.com,,,,hot,,,,,,,,,",
    ];
    let file = header() + &rows.join("\n") + "\n";
    let expected = content(&plan_and_apply(&file, Merge::FillBlank));
    assert!(!expected.concat().contains("hot"));
    for events in 0..15 {
        let (crm, _) = run(&file, Merge::FillBlank, 1, events);
        assert_eq!(content(&crm), expected, "stopped after {events}");
    }
}

/// Some rows of four people and their deals, with blanks here and there.
fn random_file(dice: &mut Dice) -> String {
    let mut file = header();
    for row in 0..2 + dice.below(8) {
        let who = dice.one_of(&["a", "b", "n", "m"]);
        let mut pick = |choices: &[&str]| dice.one_of(choices).to_owned();
        let city = format!("City {row}");
        let cells = [
            format!("{who}@example.com"),
            pick(&["", "", "x@example.com", "y@example.com;z@example.com"])
                .replace('@', &format!("{who}@")),
            pick(&["", "", "+12065550180"]),
            pick(&["", "", &city]),
            pick(&["", "", "vip", "vip;hot", "fair"]),
            pick(&["", "", "called", "wrote"]),
            pick(&[
                "",
                match who {
                    "a" => "o2",
                    "b" => "o4",
                    _ => "",
                },
            ]),
        ];
        let has_id = !cells[6].is_empty();
        let name = if has_id { pick(&["", "Attic"]) } else { pick(&["", "Boat"]) };
        let is_deal = has_id || !name.is_empty();
        let more = if is_deal {
            [
                pick(&["", "fair"]),
                pick(&["", "Time"]),
                pick(&["", "deal"]),
                pick(&["", "", "Sales", "Care"]),
                pick(&["", "", "Offer", "Hello"]),
                pick(&["", "", "80", "0"]),
            ]
        } else {
            Default::default()
        };
        let all: Vec<String> = cells.into_iter().chain([name]).chain(more).collect();
        file.push_str(&(all.join(",") + "\n"));
    }
    file
}

#[test]
fn l1_windows_and_stops_leave_what_plan_and_apply_leave_where_blanks_clear() {
    let mut dice = Dice::new(3);
    for case in 0..2_000 {
        let file = random_file(&mut dice);
        let tags = dice.one_of(&[Merge::Union, Merge::Overwrite, Merge::FillBlank]);
        let expected = content(&plan_and_apply(&file, tags));
        let (window, events) = (1 + dice.below(4), dice.below(14));
        let case =
            format!("case {case}, window {window}, stopped after {events}, {tags:?}\n{file}");
        let (whole, mut stats) = run(&file, tags, window, usize::MAX);
        assert_eq!(content(&whole), expected, "{case}");
        let (resumed, mut again) = run(&file, tags, window, events);
        assert_eq!(content(&resumed), expected, "{case}");
        // Warnings that depend on storage speak of it as it is now (X6).
        for stats in [&mut stats, &mut again] {
            (stats.contacts.warnings, stats.opportunities.warnings) = (0, 0);
        }
        assert_eq!(again, stats, "{case}");
    }
}
