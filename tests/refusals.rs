//! Every refusal of a value (behaviour §9): its code, HighLevel's number, where it stands, and what to
//! do about it. And what columns tell of their cells together.

#![allow(clippy::unwrap_used)] // outside of test functions too

use crm_import::account::DateOrder;
use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::{
    Account, Import, Issue, IssueCode, MemoryStorage, Object, Plan, Severity, Source,
};
use serde_json::{Value, json};

fn account() -> Account {
    serde_json::from_value(json!({
        "default_country": "US",
        "users": [
            {"id": "u1", "name": "Ann Lee", "email": "ann@example.com"},
            {"id": "u2", "name": "Bo Day", "email": "bo@example.com"},
            {"id": "u3", "name": "Bo Day", "email": "day@example.com"},
        ],
        "options": {
            "contact_type": ["Lead", "Customer"],
            "timezone": ["America/New_York", "Europe/Berlin"],
        },
        "custom_fields": [
            {"object": "contact", "key": "score", "label": "Score", "kind": "number", "options": []},
            {"object": "contact", "key": "size", "label": "Size", "kind": "multiple_choice",
             "options": ["Small", "Large", "large"]},
        ],
    }))
    .unwrap()
}

fn column(index: usize, object: Object, field: &str, more: Value) -> ColumnMapping {
    let mut column: ColumnMapping = serde_json::from_value(more).unwrap();
    column.index = Some(index);
    column.object = Some(object);
    column.field = Some(field.to_owned());
    column
}

/// Plans rows of a name and one more column.
fn plan(account: Account, object: Object, field: &str, more: Value, cells: &[&str]) -> Plan {
    let mut file = String::from("Name,\"The, column\"\n");
    for cell in cells {
        file += &format!("Ana,\"{}\"\n", cell.replace('"', "\"\""));
    }
    let columns =
        vec![column(0, Object::Contact, "first_name", json!({})), column(1, object, field, more)];
    let mapping = Mapping { columns, ..Mapping::default() };
    let import = Import::new().mapping(mapping);
    import.plan(Source::from_bytes(file.as_bytes()), &mut MemoryStorage::new(account)).unwrap()
}

fn values_of(plan: &Plan, object: Object, field: &str) -> Vec<Option<String>> {
    let value = |side: Option<crm_import::plan::SidePlan<'_>>| {
        let values = side?.values();
        let (_, values) = values.iter().find(|(of, _)| of.key == field)?;
        Some(values.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    plan.rows().map(|row| value(row.side(object))).collect()
}

/// The issues about the second column.
fn issues(plan: &Plan) -> Vec<Issue> {
    plan.issues().filter(|issue| issue.column.as_deref() == Some("The, column")).collect()
}

/// The object, field and cell; the code, HighLevel's number, and a part of the remedy.
type Refusal<'t> = (Object, &'t str, &'t str, &'t str, Option<u16>, &'t str);

#[test]
fn every_refusal_says_what_was_seen_where_and_what_to_do() {
    const LONG: &str = "a note that goes on and on ";
    let long = LONG.repeat(200);
    let (contact, deal) = (Object::Contact, Object::Opportunity);
    let table: [Refusal<'_>; 28] = [
        (contact, "company", "a\0b", "text-invalid", None, "cannot be seen"),
        (contact, "notes", &long, "text-too-long", None, "shorten it"),
        (contact, "email", "jane@", "email-invalid", Some(1008), "name@example.com"),
        (contact, "phone", "12", "phone-invalid", Some(1013), "+12065550123"),
        (contact, "phone", "call me", "phone-invalid", Some(1013), "+12065550123"),
        (contact, "phone", "206-555-O123", "phone-invalid", Some(1013), "+12065550123"),
        (contact, "phone", "1.5550101234E+10", "phone-damaged", Some(1013), "as text"),
        (
            contact,
            "phone",
            "20655501232065550124",
            "phone-several",
            Some(1013),
            "column of its own",
        ),
        (contact, "date_of_birth", "31/02/2026", "date-invalid", Some(1014), "2026-03-31"),
        (contact, "date_of_birth", "soon", "date-invalid", Some(1014), "2026-03-31"),
        (
            contact,
            "date_of_birth",
            "03/04/2026",
            "date-ambiguous",
            Some(1014),
            "in which order its dates are written",
        ),
        (contact, "date_of_birth", "46085", "date-serial", Some(1014), "day numbers"),
        (contact, "score", "12.ab", "number-invalid", None, "1234.50"),
        (contact, "score", "1.2.3", "number-invalid", None, "1234.50"),
        (contact, "score", "1.234", "number-ambiguous", None, "comes before decimals"),
        (deal, "value", "1,234", "number-ambiguous", None, "comes before decimals"),
        (contact, "dnd", "maybe", "boolean-invalid", None, "yes or no"),
        (contact, "contact_type", "Custmer", "option-unknown", Some(1005), "add the option"),
        (contact, "size", "Huge", "option-unknown", Some(1005), "add the option"),
        (contact, "size", "LARGE", "option-ambiguous", Some(1016), "option's id"),
        (contact, "country", "Atlantis", "country-unknown", None, "two-letter code"),
        (contact, "timezone", "Mars/Base", "timezone-unknown", None, "America/New_York"),
        (contact, "owner", "Cy Young", "owner-unknown", Some(1015), "e-mail address"),
        (contact, "owner", "Bo Day", "owner-ambiguous", Some(1002), "e-mail address"),
        (contact, "id", "1.23457E+17", "record-id-damaged", None, "as text"),
        (deal, "id", "1.2E+17", "record-id-damaged", None, "as text"),
        (deal, "status", "maybe", "status-unknown", Some(1005), "open, won, lost"),
        (deal, "expected_close_date", "2026-13-01", "date-invalid", Some(1014), "2026-03-31"),
    ];
    for (object, field, cell, code, number, remedy) in table {
        let plan = plan(account(), object, field, json!({}), &["", cell]);
        let found = issues(&plan);
        let [issue] = &found[..] else { panic!("{field} {cell:?}: {found:?}") };
        assert_eq!((issue.code.code(), issue.number()), (code, number), "{field} {cell:?}");
        assert_eq!(issue.row.map(|row| row.0), Some(2), "{field} {cell:?}");
        assert_eq!(issue.line, Some(3), "{field} {cell:?}");
        assert_eq!(issue.object, Some(object), "{field} {cell:?}");
        assert_eq!(issue.field.as_deref(), Some(field), "{field} {cell:?}");
        let shown = issue.value.as_deref().map(|value| value.trim_end_matches('…'));
        let begins = cell.trim().chars().take(Issue::LONGEST_VALUE);
        assert_eq!(shown, Some(begins.collect::<String>().as_str()), "{field} {cell:?}");
        assert!(issue.remedy().contains(remedy), "{}", issue.remedy());
        let is_id = field == "id";
        assert_eq!(issue.severity == Severity::Error, is_id, "{field} {cell:?}");
        // The value is not taken, and by default the rest of the row is.
        assert!(values_of(&plan, object, field)[1].is_none(), "{field} {cell:?}");
        assert_eq!(plan.stats().of(object).fail > 0, is_id || object == Object::Opportunity);
    }
}

#[test]
fn on_invalid_fail_row_makes_an_error_of_every_refusal() {
    for (field, cell) in [("email", "jane@"), ("date_of_birth", "soon"), ("dnd", "maybe")] {
        let more = json!({"on_invalid": "fail_row"});
        let plan = plan(account(), Object::Contact, field, more, &[cell]);
        assert_eq!(issues(&plan)[0].severity, Severity::Error, "{field}");
        assert_eq!(plan.stats().contacts.fail, 1, "{field}");
    }
}

#[test]
fn unknown_choices_name_what_there_is_or_the_nearest_of_many() {
    let many = || {
        let mut account = account();
        let types = ["Lead", "Customer", "Partner", "Vendor", "Press", "Friend", "Other"];
        account.options.insert("contact_type".into(), types.map(String::from).to_vec());
        account
    };
    let commas = || {
        let mut account = account();
        account.options.insert("contact_type".into(), vec!["Lead, cold".into(), "Lead".into()]);
        account
    };
    let table = [
        (account(), "contact_type", "Custmer", ": the options are Lead, Customer"),
        (commas(), "contact_type", "Custmer", ": the options are Lead, cold; Lead"),
        (many(), "contact_type", "Custmer", ": the nearest is Customer"),
        (account(), "owner", "Ann Lea", ": the nearest is Ann Lee"),
        (account(), "owner", "Lee Anne", ": the nearest is Ann Lee"),
    ];
    for (account, field, cell, told) in table {
        let plan = plan(account, Object::Contact, field, json!({}), &[cell]);
        let message = issues(&plan)[0].message();
        assert!(message.ends_with(told), "{message}");
    }
}

#[test]
fn a_phone_tells_whose_it_was_taken_for_unless_it_says_so_itself() {
    for (cell, told, remedy) in [
        (
            "12",
            ": it was read as a number of the country US (United States)",
            "with its country code",
        ),
        ("+49 12", " is not a phone number", "wrong, missing or extra digits"),
    ] {
        let plan = plan(account(), Object::Contact, "phone", json!({}), &[cell]);
        let issue = &issues(&plan)[0];
        assert!(issue.message().ends_with(told), "{issue}");
        assert!(issue.remedy().contains(remedy), "{}", issue.remedy());
    }
}

#[test]
fn one_cell_of_a_full_name_is_told_once() {
    let file = Source::from_bytes(&b"Email,Who\na@example.com,A\0 B\n"[..]);
    let mapping = Mapping::default().column("Email", Object::Contact, "email").column(
        "Who",
        Object::Contact,
        "name",
    );
    let plan = Import::new().mapping(mapping).plan(file, &mut MemoryStorage::default()).unwrap();
    let codes: Vec<_> = plan.issues().map(|issue| issue.code.code()).collect();
    assert_eq!(codes, ["text-invalid"]);
}

#[test]
fn of_a_list_the_good_items_are_kept_and_each_bad_one_is_named() {
    let read = |field: &str, cell: &str| {
        let plan = plan(account(), Object::Contact, field, json!({}), &[cell]);
        let values = values_of(&plan, Object::Contact, field)[0].clone().unwrap_or_default();
        let bad: Vec<String> = issues(&plan).iter().map(|i| i.value.clone().unwrap()).collect();
        (values, bad.join("; "))
    };
    let table = [
        ("additional_emails", "a@x.com; b@; C@x.com", "a@x.com; c@x.com", "b@"),
        (
            "additional_emails",
            "a@x.com/b@x.com ::: c@x.com\nd@x.com",
            "a@x.com; b@x.com; c@x.com; d@x.com",
            "",
        ),
        ("additional_emails", "Jane <a@x.com>, \"Lee, Bo\" <b@x.com>", "a@x.com; b@x.com", ""),
        (
            "additional_phones",
            "206-555-0123 / 206-555-0124, 12",
            "+12065550123; +12065550124",
            "12",
        ),
        ("additional_phones", "206/555-0123", "+12065550123", ""),
        // What is no address is no reason to be lenient: each item is named (V5).
        ("additional_emails", "nowhere; nowhere", "", "nowhere; nowhere"),
        ("email", "n/a", "", "n/a"),
        ("phone", "#N/A", "", "#N/A"),
        ("phone", "12; call me", "", "12; call me"),
        ("phone", "1.5550101234E+10", "", "1.5550101234E+10"),
        ("size", "small, LARGE; huge", "Small", "LARGE; huge"),
        ("size", "large,SMALL", "large; Small", ""),
        ("tags", "vip; spring fair ::: new\r\nold", "vip; spring fair; new; old", ""),
        ("tags", "[\"vip\",\"a, b\"]", "vip; a, b", ""),
        ("followers", "ann@example.com; Lee Ann; nobody", "u1", "nobody"),
    ];
    for (field, cell, values, bad) in table {
        assert_eq!(read(field, cell), (values.to_owned(), bad.to_owned()), "{field} {cell:?}");
    }
}

#[test]
fn the_whole_column_tells_the_order_of_its_dates() {
    let read = |cells: &[&str], more: Value, order: Option<DateOrder>| {
        let account = Account { date_order: order, ..account() };
        let plan = plan(account, Object::Contact, "date_of_birth", more, cells);
        let codes: Vec<IssueCode> = issues(&plan).iter().map(|issue| issue.code).collect();
        let days = values_of(&plan, Object::Contact, "date_of_birth");
        (days.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" "), codes)
    };
    let open = || json!({});
    let (mdy, dmy) = (Some(DateOrder::Mdy), Some(DateOrder::Dmy));
    // One cell tells for all, also for those before it, and the account is not asked.
    let cells = ["03/04/2026", "", "31/03/2026"];
    assert_eq!(read(&cells, open(), mdy), ("2026-04-03  2026-03-31".into(), vec![]));
    // Nothing tells: the account's order, said once; without one, refused.
    let cells = ["03/04/2026", "05/06/2026", "2026-01-02"];
    assert_eq!(
        read(&cells, open(), mdy),
        ("2026-03-04 2026-05-06 2026-01-02".into(), vec![IssueCode::DateOrderAssumed])
    );
    assert_eq!(
        read(&cells, open(), None),
        ("  2026-01-02".into(), vec![IssueCode::DateAmbiguous, IssueCode::DateAmbiguous])
    );
    // Declared: what goes against it is refused, whatever the account says.
    let cells = ["03/04/2026", "03/31/2026"];
    assert_eq!(
        read(&cells, json!({"date_order": "dmy"}), mdy),
        ("2026-04-03 ".into(), vec![IssueCode::DateInvalid])
    );
    // Contradictory: each cell for itself, and never a guess.
    let cells = ["03/04/2026", "03/31/2026", "31/03/2026"];
    assert_eq!(
        read(&cells, open(), dmy),
        (" 2026-03-31 2026-03-31".into(), vec![IssueCode::DateAmbiguous])
    );
    // Years of two digits might stand in front: as it is usually meant, said once, unless the account says otherwise.
    let (cells, ymd) = (["24/05/06", "24/12/31"], Some(DateOrder::Ymd));
    let assumed = vec![IssueCode::DateOrderAssumed];
    assert_eq!(read(&cells, open(), dmy), ("2006-05-24 1931-12-24".into(), assumed.clone()));
    assert_eq!(read(&cells, open(), mdy), ("2006-05-24 1931-12-24".into(), assumed.clone()));
    assert_eq!(read(&cells, open(), ymd), ("2024-05-06 2024-12-31".into(), assumed.clone()));
    assert_eq!(read(&cells, open(), None), ("2006-05-24 1931-12-24".into(), assumed.clone()));
    let cells = ["03.04.21", "31.12.21"];
    assert_eq!(read(&cells, open(), None), ("2021-04-03 2021-12-31".into(), assumed));
    // An order that the column rules out is no order for it.
    let cells = ["03/04/2026"];
    assert_eq!(read(&cells, open(), ymd), ("".into(), vec![IssueCode::DateAmbiguous]));
    // Nobody is born in the years to come.
    let cells = ["31.12.68", "31.12.69"];
    assert_eq!(read(&cells, open(), None), ("1968-12-31 1969-12-31".into(), vec![]));
    // Day numbers only where declared.
    assert_eq!(read(&["46085.0"], json!({"excel_serial": true}), None).0, "2026-03-04");
}

#[test]
fn a_header_tells_the_order_of_dates_that_tell_none_themselves() {
    let read = |header: &str, cells: &str| {
        let account = Account { date_order: Some(DateOrder::Mdy), ..account() };
        let mut storage = MemoryStorage::new(account);
        let file = format!("Email,{header}\n{cells}");
        let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut storage).unwrap();
        let codes: Vec<IssueCode> = plan.issues().map(|issue| issue.code).collect();
        let days = values_of(&plan, Object::Contact, "date_of_birth");
        (days.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" "), codes)
    };
    let cells = "a@example.com,03/04/1984\nb@example.com,05/06/1985\n";
    let assumed = vec![IssueCode::DateOrderAssumed];
    assert_eq!(read("Date of Birth", cells), ("1984-03-04 1985-05-06".into(), assumed));
    assert_eq!(read("Date of Birth (DD/MM/YYYY)", cells), ("1984-04-03 1985-06-05".into(), vec![]));
    assert_eq!(read("Geburtsdatum (TT.MM.JJJJ)", cells), ("1984-04-03 1985-06-05".into(), vec![]));
    // What the cells say counts for more.
    let cells = "a@example.com,03/04/1984\nb@example.com,05/31/1985\n";
    assert_eq!(read("Date of Birth (DD/MM/YYYY)", cells), ("1984-03-04 1985-05-31".into(), vec![]));
}

#[test]
fn the_whole_column_tells_the_separators_of_its_numbers() {
    let read = |cells: &[&str], more: Value| {
        let plan = plan(account(), Object::Contact, "score", more, cells);
        let codes: Vec<IssueCode> = issues(&plan).iter().map(|issue| issue.code).collect();
        let numbers = values_of(&plan, Object::Contact, "score");
        (numbers.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" "), codes)
    };
    let open = || json!({});
    assert_eq!(read(&["1.234", "", "1.234,50 €"], open()), ("1234  1234.5".into(), vec![]));
    assert_eq!(read(&["1,234", "$1,234.50"], open()), ("1234 1234.5".into(), vec![]));
    assert_eq!(read(&["1.234", "0.5"], open()), ("1.234 0.5".into(), vec![]));
    assert_eq!(read(&["1.234", "1.234.567"], open()), ("1234 1234567".into(), vec![]));
    assert_eq!(
        read(&["1.234", "1,234.50", "1.234,50"], open()),
        (" 1234.5 1234.5".into(), vec![IssueCode::NumberAmbiguous])
    );
    let german = json!({"separators": {"group": ".", "decimal": ","}});
    assert_eq!(
        read(&["1.234", "1234.50"], german),
        ("1234 ".into(), vec![IssueCode::NumberInvalid])
    );
    let english = json!({"separators": {"group": ",", "decimal": "."}});
    assert_eq!(read(&["(1,200)", "1e5", "12.-", "-3.5 %"], english).0, "-1200 100000 12 ");
}

#[test]
fn the_row_s_own_country_reads_its_phones_and_the_account_s_the_others() {
    let file = "Country,Phone\nGermany,030 123456\n,206 555 0123\nAtlantis,206 555 0124\nGB,020 7946 0018 ext 7\nFrance,0049 30 123456\n";
    let mut crm = MemoryStorage::new(account());
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    let phones = values_of(&plan, Object::Contact, "phone");
    let phones: Vec<&str> = phones.iter().map(|phone| phone.as_deref().unwrap_or("")).collect();
    assert_eq!(
        phones,
        ["+4930123456", "+12065550123", "+12065550124", "+442079460018;ext=7", "+4930123456"]
    );
}

#[test]
fn value_maps_defaults_and_clear_tokens_stand_before_the_readers() {
    let read = |field: &str, cell: &str, more: Value| {
        let plan = plan(account(), Object::Contact, field, more, &[cell]);
        assert_eq!(issues(&plan), [], "{field} {cell:?}");
        values_of(&plan, Object::Contact, field)[0].clone().unwrap_or_default()
    };
    assert_eq!(read("contact_type", " hot  LEAD", json!({"values": {"Hot lead": "Lead"}})), "Lead");
    assert_eq!(read("dnd", "ja", json!({"values": {"ja": "yes"}})), "true");
    assert_eq!(read("phone", "030 123456", json!({"country": "Germany"})), "+4930123456");
}

#[test]
fn w4_a_number_of_three_decimals_is_the_same_when_it_is_read_again() {
    let file = "Email,Score\nana@example.com,1.234\nbo@example.com,0.5\n";
    let columns = vec![
        column(0, Object::Contact, "email", json!({})),
        column(1, Object::Contact, "score", json!({})),
    ];
    let import = Import::new().mapping(Mapping { columns, ..Mapping::default() });
    let mut crm = MemoryStorage::new(account());
    let source = || Source::from_bytes(file.as_bytes());
    let plan = import.plan(source(), &mut crm).unwrap();
    import.apply(plan, &mut crm).unwrap();
    let again = import.plan(source(), &mut crm).unwrap();
    assert_eq!(again.stats().contacts.unchanged, 2);
}

/// Notes hold 5,000 characters (§10), whoever filled them: what is stored, a row, or the rows before.
#[test]
fn a_text_that_is_full_stays_as_it_is_and_what_finds_no_room_is_named() {
    let part = |letter: &str| letter.repeat(1_200);
    let rows = ["a", "b", "c", "d", "e", "b", "f"].map(part);
    for object in Object::ALL {
        let mut crm = MemoryStorage::new(account());
        let stored = [("first_name", "Ana"), ("email", "ana@example.com")];
        crm.insert_as(Object::Contact, "c1", stored);
        crm.insert_as(Object::Opportunity, "o1", [("name", "Roof"), ("contact_id", "c1")]);
        let mut file = String::from("Contact ID,Opportunity ID,Notes\n");
        rows.iter().for_each(|text| file += &format!("c1,o1,{text}\n"));
        // It is full for what is long, not for what is short.
        file += "c1,o1,short\n";
        let columns = vec![
            column(0, Object::Contact, "id", json!({})),
            column(1, Object::Opportunity, "id", json!({})),
            column(2, object, "notes", json!({})),
        ];
        let import = Import::new().mapping(Mapping { columns, ..Mapping::default() });
        let source = || Source::from_bytes(file.as_bytes());
        let full = |issues: &mut dyn Iterator<Item = Issue>| -> Vec<u64> {
            let of = |issue: &Issue| issue.code == IssueCode::TextFull;
            issues.filter(of).map(|issue| issue.row.unwrap().0.into()).collect()
        };
        let mut in_windows = crm.clone();
        let plan = import.plan(source(), &mut crm).unwrap();
        assert_eq!(full(&mut plan.issues()), [5, 7], "{object}");
        let counts = plan.column_counts();
        assert_eq!((counts[2].filled, counts[2].taken, counts[2].refused), (8, 6, 2), "{object}");
        import.apply(plan, &mut crm).unwrap();
        let id = if object == Object::Contact { "c1" } else { "o1" };
        let kept = rows[..4].join("\n") + "\nshort";
        let notes = |crm: &MemoryStorage| crm.get(object, id).unwrap().values("notes").to_vec();
        assert_eq!(notes(&crm), [kept.as_str()], "{object}");
        // The next import finds it as full as this one left it (L3).
        let again = import.plan(source(), &mut crm).unwrap();
        assert_eq!((full(&mut again.issues()), again.steps().len()), (vec![5, 7], 0), "{object}");
        let report = import.run_window(2).run(source(), &mut in_windows).unwrap();
        assert_eq!(full(&mut report.issues()), [5, 7], "{object}");
        assert_eq!(notes(&in_windows), [kept.as_str()], "{object}");
    }
}

/// Many rows of one contact, two columns that feed the same text, and a default that begins it.
#[test]
fn what_a_text_has_no_room_for_is_told_of_any_number_of_rows() {
    let columns = vec![
        column(0, Object::Contact, "email", json!({})),
        column(1, Object::Contact, "notes", json!({ "default": "begun" })),
    ];
    let import = Import::new().mapping(Mapping { columns, ..Mapping::default() });
    let mut file = String::from("Email,Notes\nana@example.com,\n");
    for row in 2..=700 {
        file += &format!("ana@example.com,note {row:04}\n");
    }
    let mut crm = MemoryStorage::new(account());
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    // "begun" and 499 notes of ten characters with their line breaks are 4,995 characters.
    let full: Vec<u64> = plan
        .issues()
        .filter(|issue| issue.code == IssueCode::TextFull)
        .map(|issue| issue.row.unwrap().0.into())
        .collect();
    assert_eq!(full, (501..=700).collect::<Vec<u64>>());
}

/// HighLevel's numbers (§15), each with the code that stands for it. 1012 depends on how a repeat was found, and 1018
/// is told when columns are mapped.
#[test]
fn section_15_issues_have_the_numbers_of_highlevel() {
    for (number, code) in [
        (1002, IssueCode::OwnerAmbiguous),
        (1004, IssueCode::RequiredMissing),
        (1004, IssueCode::RequiredInvalid),
        (1005, IssueCode::OptionUnknown),
        (1005, IssueCode::StatusUnknown),
        (1006, IssueCode::ContactIdUnknown),
        (1008, IssueCode::EmailInvalid),
        (1009, IssueCode::MatchKeyMissing),
        (1010, IssueCode::KeyAmbiguous),
        (1011, IssueCode::RepeatRejected),
        (1011, IssueCode::RepeatSkipped),
        (1013, IssueCode::PhoneInvalid),
        (1014, IssueCode::DateInvalid),
        (1015, IssueCode::OwnerUnknown),
        (1016, IssueCode::OptionAmbiguous),
        (1020, IssueCode::WriteRejected),
        (1021, IssueCode::ContactEmpty),
        (1022, IssueCode::ContactNotFound),
        (1023, IssueCode::UpdateRejected),
        (1024, IssueCode::FollowUpFailed),
    ] {
        assert_eq!(code.number(), Some(number), "{code}");
    }
}
