//! A4: settings that could not do what they say are refused before any row, with the reason.

use crm_import::account::{DedupPolicy, Pipeline, Stage, User};
use crm_import::mapping::{ColumnMapping, Merge, Unmapped};
use crm_import::{
    Account, CustomField, Error, FieldKind, FollowUp, Import, Mapping, MemoryStorage, Mode, Object,
    Scope, Source,
};

use super::strings;
use Object::{Contact, Opportunity};

/// A column with one setting more.
fn column(object: Object, field: &str, set: impl FnOnce(&mut ColumnMapping)) -> ColumnMapping {
    let mut column = ColumnMapping {
        header: Some(field.to_owned()),
        object: Some(object),
        field: Some(field.to_owned()),
        ..ColumnMapping::default()
    };
    set(&mut column);
    column
}

/// The errors of a mapping for a file that has every column it names.
fn errors(account: &Account, mapping: &Mapping) -> Vec<String> {
    let headers: Vec<String> =
        mapping.columns.iter().filter_map(|column| column.header.clone()).collect();
    let modes = [(Contact, Mode::Upsert), (Opportunity, Mode::Upsert)];
    let problems = mapping.check(&headers, account, &modes, Unmapped::Notice);
    problems.iter().filter(|it| it.is_error()).map(ToString::to_string).collect()
}

fn of_column(account: &Account, column: ColumnMapping) -> Vec<String> {
    errors(account, &Mapping { columns: vec![column], ..Mapping::default() })
}

/// What an import of a file with an e-mail address and a name says of the account.
fn refused(account: Account) -> Vec<String> {
    let file = Source::from_bytes(&b"Email,Name\nana@example.com,Ana Lee\n"[..]);
    match Import::new().plan(file, &mut MemoryStorage::new(account)) {
        Ok(_) => Vec::new(),
        Err(Error::Config(error)) => error.problems().to_vec(),
        Err(error) => panic!("{error}"),
    }
}

fn account() -> Account {
    let custom = |key: &str, kind| CustomField {
        object: Contact,
        key: key.into(),
        label: String::new(),
        kind,
        options: vec![],
    };
    let stage = Stage { id: "s1".into(), name: "New".into() };
    Account {
        custom_fields: vec![
            custom("diary", FieldKind::LongText),
            custom("roofs", FieldKind::Number),
            custom("colours", FieldKind::MultipleChoice),
        ],
        pipelines: vec![Pipeline { id: "p1".into(), name: "Sales".into(), stages: vec![stage] }],
        users: vec![User { id: "u1".into(), name: "Kim Roe".into(), email: "kim@x.com".into() }],
        options: [("contact_type".to_owned(), vec!["Lead".to_owned()])].into_iter().collect(),
        ..Account::default()
    }
}

#[test]
fn w2_only_long_text_is_added_to_and_only_lists_are_united() {
    let told = |object, field: &str, merge| {
        of_column(&account(), column(object, field, |column| column.merge = Some(merge)))
    };
    let allowed = [
        (Merge::Append, vec![(Contact, "notes"), (Opportunity, "notes"), (Contact, "diary")]),
        (
            Merge::Union,
            vec![
                (Contact, "tags"),
                (Contact, "additional_emails"),
                (Contact, "additional_phones"),
                (Contact, "colours"),
                (Contact, "followers"),
                (Opportunity, "tags"),
            ],
        ),
        (Merge::FillBlank, vec![(Contact, "country"), (Contact, "tags"), (Contact, "email")]),
        (Merge::Keep, vec![(Contact, "dnd"), (Contact, "phone"), (Opportunity, "stage")]),
        (Merge::Overwrite, vec![(Contact, "id"), (Contact, "tags"), (Contact, "notes")]),
    ];
    let fields = account().fields();
    for (merge, own) in &allowed {
        for (object, field) in own {
            assert_eq!(told(*object, field, *merge), [] as [&str; 0], "{merge:?} {field}");
        }
    }
    for (_, field) in fields.iter() {
        for (merge, own) in &allowed[..2] {
            if !own.contains(&(field.object, field.key.as_str())) {
                let why = match merge {
                    Merge::Append => "only text of several lines is added to",
                    _ if field.is_list => continue,
                    _ => "the field holds one value",
                };
                let (key, name) = (&field.key, merge.name());
                let expected =
                    format!("column {key:?} has the merge {name:?}, which cannot be used: {why}");
                assert_eq!(told(field.object, key, *merge), [expected]);
            }
        }
    }
    let of_link = told(Opportunity, "contact_id", Merge::FillBlank);
    let expected = "column \"contact_id\" has the merge \"fill_blank\", which cannot be used: an id is not merged";
    assert_eq!(of_link, [expected]);
    let of_tags = told(Opportunity, "tags", Merge::Overwrite);
    let expected = "column \"tags\" has the merge \"overwrite\", which cannot be used: they join the tags of the contact";
    assert_eq!(of_tags, [expected]);
}

#[test]
fn w6_what_a_record_is_known_by_has_no_default() {
    let account = account();
    let told = |object, field: &str, default: &str| {
        let set = |column: &mut ColumnMapping| column.default = Some(default.to_owned());
        of_column(&account, column(object, field, set))
    };
    for (object, field, default) in [
        (Contact, "id", "c1"),
        (Contact, "email", "ana@example.com"),
        (Contact, "additional_emails", "ana@example.com"),
        (Contact, "phone", "+12065550123"),
        (Contact, "additional_phones", "+12065550123"),
        (Opportunity, "id", "o1"),
        (Opportunity, "contact_id", "c1"),
    ] {
        let expected = format!(
            "column {field:?} has the default {default:?}, which cannot be used: what a record is known by is never made up, so leave the blank cells blank"
        );
        assert_eq!(told(object, field, default), [expected]);
    }
    assert_eq!(told(Contact, "source", "Fair"), [] as [&str; 0]);
    assert_eq!(told(Contact, "tags", "fair, new"), [] as [&str; 0]);
    assert_eq!(told(Contact, "owner", "Roe Kim"), [] as [&str; 0]);
    assert_eq!(told(Contact, "owner", "Lou").len(), 1);
    assert_eq!(told(Opportunity, "stage", "Old").len(), 1);
}

/// All who have none would get the same key: one would be taken for the other, or refused (M6).
#[test]
fn m6_a_field_that_contacts_are_matched_by_alone_has_no_default() {
    let whole_names = || account().only(Contact, &["name", "email"]);
    let of = |account: Account, rules: &[&[&str]], field: &str| {
        let dedup = DedupPolicy::by(rules.iter().map(|rule| rule.to_vec()));
        let account = Account { dedup, ..account };
        // As it comes from a mapping file.
        let json = format!(
            r#"{{ "columns": [{{ "header": "A", "object": "contact", "field": "{field}", "default": "X" }},
                              {{ "header": "B", "object": "contact", "field": "email" }}] }}"#
        );
        errors(&account, &serde_json::from_str(&json).unwrap())
    };
    let told = |rules: &[&[&str]], field: &str| of(account(), rules, field);
    let refused = "column \"A\" has the default \"X\", which cannot be used: what a record is known by is \
                   never made up, so leave the blank cells blank";
    assert_eq!(told(&[&["email"], &["diary"]], "diary"), [refused]);
    assert_eq!(told(&[&["email"], &["company"]], "company"), [refused]);
    // A full name is kept as its parts.
    assert_eq!(told(&[&["email"], &["last_name"]], "name"), [refused]);
    assert_eq!(told(&[&["email"], &["last_name"]], "first_name"), [] as [&str; 0]);
    // Of several fields together it is a part, and no key of a row has it.
    assert_eq!(told(&[&["email"], &["company", "last_name"]], "company"), [] as [&str; 0]);
    assert_eq!(told(&[&["email"]], "company"), [] as [&str; 0]);
    // The parts are joined to the name.
    assert_eq!(of(whole_names(), &[&["email"], &["name"]], "first_name"), [refused]);
    assert_eq!(of(whole_names(), &[&["email"]], "first_name"), [] as [&str; 0]);
}

/// A constant counts as what the row says, so all rows would be one contact.
#[test]
fn m6_a_field_that_contacts_are_matched_by_alone_has_no_constant() {
    let told = |rules: &[&[&str]], field: &str, value: &str| {
        let account =
            Account { dedup: DedupPolicy::by(rules.iter().map(|rule| rule.to_vec())), ..account() };
        errors(&account, &Mapping::default().constant(Contact, field, value))
    };
    let refused = |field: &str, value: &str| {
        format!(
            "the constant {value:?} cannot be the {field:?} of the contact: contacts are matched by it, so \
             every row would be the same one; leave it out, or give the id of that contact"
        )
    };
    for (rule, field, value) in [
        ("email", "email", "desk@example.com"),
        ("email", "additional_emails", "desk@example.com"),
        ("phone", "additional_phones", "+12065550123"),
        ("company", "company", "Acme"),
        ("first_name", "name", "Ana Lee"),
    ] {
        assert_eq!(told(&[&["diary"], &[rule]], field, value), [refused(field, value)]);
        assert_eq!(told(&[&["diary"], &[rule, "city"]], field, value), [] as [&str; 0], "{field}");
    }
    assert_eq!(told(&[&["email"]], "id", "c1"), [] as [&str; 0]);
}

#[test]
fn a4_a_constant_that_cannot_be_read_is_refused() {
    let account = account();
    let told = |object, field: &str, value: &str| {
        let mapping = Mapping::default().constant(object, field, value);
        errors(&account, &mapping)
    };
    for (object, field, good, bad) in [
        (Contact, "date_of_birth", "1990-12-31", "garbage"),
        (Contact, "date_of_birth", "31 Dec 1990", "31 Feb 1990"),
        (Contact, "dnd", "no", "maybe"),
        (Contact, "country", "Germany", "Atlantis"),
        (Contact, "owner", "kim@x.com", "lou@x.com"),
        (Contact, "contact_type", "lead", "Client"),
        (Contact, "roofs", "1200", "many"),
        (Opportunity, "value", "$1,234.50", "a lot"),
        (Opportunity, "status", "Won", "pending"),
        (Opportunity, "pipeline", "sales", "Care"),
        (Opportunity, "stage", "New", "Old"),
        (Opportunity, "expected_close_date", "2027-01-31", ""),
    ] {
        assert_eq!(told(object, field, good), [] as [&str; 0]);
        let expected = format!("the constant {bad:?} is no {field:?} of the {object}");
        assert_eq!(told(object, field, bad), [expected]);
    }
    // Where contacts are not matched by them.
    let account = Account { dedup: DedupPolicy::by([["diary"]]), ..account };
    for (field, good, bad) in [
        ("email", "desk@example.com", "desk"),
        ("additional_emails", "a@example.com; b@example.com", "a@example.com; b"),
    ] {
        let told = |value| errors(&account, &Mapping::default().constant(Contact, field, value));
        assert_eq!(told(good), [] as [&str; 0]);
        assert_eq!(told(bad), [format!("the constant {bad:?} is no {field:?} of the contact")]);
    }
}

#[test]
fn m2_a_rule_on_a_name_that_is_split_is_refused_with_the_remedy() {
    let by = |rules: &[&[&str]]| Account {
        dedup: DedupPolicy::by(rules.iter().map(|rule| rule.to_vec())),
        ..Account::default()
    };
    let told = refused(by(&[&["email"], &["name"], &["name", "phone"]]));
    let line = |rule: &str, instead: &str| {
        format!(
            "the match rule {rule:?} finds nobody, for a full name is kept as its two parts: match by {instead:?}"
        )
    };
    let expected =
        [line("name", "first_name+last_name"), line("name+phone", "first_name+last_name+phone")];
    assert_eq!(told, expected);
    // Where the parts are not kept, the name is.
    let mut whole = by(&[&["name"]]);
    whole.standard_fields.insert(Contact, strings(&["name", "email"]));
    assert_eq!(refused(whole.clone()), [] as [&str; 0]);
    let mut crm = MemoryStorage::new(whole);
    crm.insert(Contact, [("name", "Ana Lee")]);
    let file = Source::from_bytes(&b"Name,Email\nana  LEE,ana@example.com\n"[..]);
    let plan = Import::new().plan(file, &mut crm).unwrap();
    assert_eq!(plan.stats().contacts.update, 1);
}

#[test]
fn m2_more_match_rules_than_can_be_told_apart_are_refused() {
    let account = |rules: usize| Account {
        dedup: DedupPolicy::by(vec![["email"]; rules]),
        ..Account::default()
    };
    assert_eq!(refused(account(255)), [] as [&str; 0]);
    let expected =
        "the account has 300 match rules, of which 255 can be told apart: leave out the others";
    assert_eq!(refused(account(300)), [expected]);
}

#[test]
fn a4_policies_that_name_no_field_and_no_country_are_told_at_once() {
    let required = ["shoe_size", "name", "id", "last_name", "stage"].map(String::from).to_vec();
    let account = Account {
        default_country: Some("Germany".into()),
        dedup: DedupPolicy { required, ..DedupPolicy::default() },
        options: [("contact_typ".to_owned(), strings(&["Lead"]))].into_iter().collect(),
        ..Account::default()
    };
    let expected = [
        "the account's default_country is \"Germany\", which is not a two-letter ISO 3166 code: write \"DE\"",
        "new contacts are required to have \"shoe_size\", a field they do not have: leave it out of required in the account's dedup",
        "new contacts are required to have \"name\", which is kept as its two parts: require \"first_name\" or \"last_name\"",
        "new contacts are required to have \"id\", which only stored ones have: leave it out of required in the account's dedup",
        "new contacts are required to have \"stage\", a field they do not have: leave it out of required in the account's dedup",
        "the account lists options of \"contact_typ\", which is no field: correct the key, or add the field to custom_fields",
    ];
    assert_eq!(refused(account), expected);
}

#[test]
fn a4_the_default_country_is_a_code_of_two_letters() {
    let told = |code: &str| {
        refused(Account { default_country: Some(code.to_owned()), ..Account::default() })
    };
    for code in ["US", "us", "GB", "De", "XK"] {
        assert_eq!(told(code), [] as [&str; 0], "{code}");
    }
    let line = "the account's default_country is";
    for (code, told_as) in [
        ("USA", ": write \"US\""),
        ("UK", ": write \"GB\""),
        ("XX", ""),
        ("", ""),
        ("+1", ""),
        (" US", ": write \"US\""),
    ] {
        let expected = format!("{line} {code:?}, which is not a two-letter ISO 3166 code{told_as}");
        assert_eq!(told(code), [expected]);
    }
}

#[test]
fn a4_a_mapping_for_a_file_with_none_of_its_columns_is_refused() {
    let of_last_week = Mapping::default().column("Mail", Contact, "email");
    let by_position = ColumnMapping {
        index: Some(usize::MAX),
        object: Some(Contact),
        field: Some("email".to_owned()),
        ..ColumnMapping::default()
    };
    let by_position = Mapping { columns: vec![by_position], ..Mapping::default() };
    for mapping in [of_last_week, by_position] {
        let file = Source::from_bytes(&b"Name,City\nAna Lee,Oslo\n"[..]);
        let import = Import::new().mapping(mapping);
        let error = import.plan(file, &mut MemoryStorage::default()).unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error}");
        assert!(error.to_string().contains("no column of the file"), "{error}");
    }
}

#[test]
fn a4_a_file_of_which_nothing_is_mapped_says_what_its_columns_are_called() {
    let told = |file: &'static [u8]| {
        let import = Import::new();
        import
            .plan(Source::from_bytes(file), &mut MemoryStorage::default())
            .unwrap_err()
            .to_string()
    };
    let nothing = "the import is not set up right: no column of the file is mapped to an object that is \
                   selected; they are called";
    // Quotes around lines instead of cells.
    let quotes = "each line stands in quotes, which makes it a single cell: remove the quotes at its ends in a text \
                  editor, and one of each two inside; or export the file again";
    for (file, called) in [
        ("\"Name,Email\"\n\"Ana,ana@example.com\"\n", "\"Name,Email\""),
        ("\"Name,Email\",,\n\"Ana,ana@example.com\",,\n", "\"Name,Email\", \"\", \"\""),
    ] {
        assert_eq!(told(file.as_bytes()), format!("{nothing} {called}; {quotes}"));
    }
    let error = told(b"\"Vorname;E-Mail\"\n\"Ana;ana@example.com\"\n");
    let sign = "; if ';' separates the cells, say so, unless";
    assert_eq!(error, format!("{nothing} \"Vorname;E-Mail\"{sign} {quotes}"));
    assert_eq!(
        told(b"\"Colour, shape\"\n\"red, round\"\n"),
        format!("{nothing} \"Colour, shape\"")
    );
    let error = told(b"Ana,Lee,ana@example.com,1,2,3\nBo,Day,bo@example.com,4,5,6\n");
    let row = "; the first line looks like a row, and should name the columns";
    let called = r#""Ana", "Lee", "ana@example.com", "1", "2", …"#;
    assert_eq!(error, format!("{nothing} {called}{row}"));
    // What is no table at all may be one line of any length.
    let error = told("éa".repeat(5_000).leak().as_bytes());
    assert_eq!(error, format!("{nothing} \"{}…\"", "éa".repeat(30)));
}

#[test]
fn x4_f4_an_import_and_a_follow_up_without_a_name_are_refused() {
    let import = Import::new().id(" ").follow_up(FollowUp::List("\u{a0}".into(), Scope::Created));
    let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
    let error = import.plan(file, &mut MemoryStorage::default()).unwrap_err();
    let Error::Config(refused) = error else { panic!("{error}") };
    let expected = [
        "a follow-up list has no name: name the list, or leave the follow-up out",
        "the name of the import is blank: give it one, or leave it out",
    ];
    assert_eq!(refused.problems(), expected);
}

#[test]
fn a4_an_account_that_lists_a_user_id_twice_is_refused_before_the_first_row() {
    let user = |name: &str| User { id: "u1".into(), name: name.into(), email: String::new() };
    let users = vec![user("Kim Roe"), user("Lee Poe"), user("Max Doe")];
    let told = refused(Account { users, ..account() });
    assert_eq!(
        told,
        ["the account has two users with the id \"u1\": give each user an id of its own"]
    );
}
