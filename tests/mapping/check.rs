//! A4: everything that is wrong with a mapping, at once, before any row.

use crm_import::account::{DedupPolicy, OpportunityMatching, Pipeline, Unlinked};
use crm_import::mapping::{ColumnMapping, MappingProblem, Unmapped};
use crm_import::{
    Account, CustomField, Error, FieldKind, Import, Mapping, MemoryStorage, Mode, Object, Source,
};

use super::strings;
use Object::{Contact, Opportunity};

fn problems(mapping: &Mapping, headers: &[&str], modes: &[(Object, Mode)]) -> Vec<MappingProblem> {
    problems_in(&Account::default(), mapping, headers, modes)
}

fn problems_in(
    account: &Account,
    mapping: &Mapping,
    headers: &[&str],
    modes: &[(Object, Mode)],
) -> Vec<MappingProblem> {
    mapping.check(&strings(headers), account, modes, Unmapped::Notice)
}

/// Each problem in words, errors marked.
fn told(problems: &[MappingProblem]) -> Vec<String> {
    let mark = |problem: &MappingProblem| if problem.is_error() { "error: " } else { "" };
    problems.iter().map(|problem| format!("{}{problem}", mark(problem))).collect()
}

const UPSERT: [(Object, Mode); 1] = [(Contact, Mode::Upsert)];

#[test]
fn a4_every_problem_is_told_at_once() {
    let mapping = Mapping::default()
        .column("A", Contact, "emial")
        .column("B", Contact, "stage")
        .column("C", Contact, "city")
        .column("D", Contact, "city")
        .column("E", Contact, "tags")
        .column("G", Opportunity, "name");
    let headers = ["A", "B", "C", "D", "E", "F", "G"];
    let expected = [
        "error: column \"A\" is mapped to \"emial\", which is no field of contacts; there is email",
        "error: column \"B\" is mapped to \"stage\" of the contact, but that is a field of the other object",
        "column \"G\" belongs to the opportunity, which is not imported",
        "error: the columns \"C\", \"D\" both feed \"city\" of the contact, which holds one value",
        "error: to create contact records, one of id, email, phone, first_name, last_name must be mapped",
        "column \"F\" is neither mapped nor ignored",
    ];
    let modes = [(Contact, Mode::Create)];
    assert_eq!(told(&problems(&mapping, &headers, &modes)), expected);
}

#[test]
fn a4_a_field_that_there_is_not_comes_with_those_that_may_be_meant() {
    let account = Account::default().only(Contact, &["name", "email", "city"]);
    let meant = |field: &str| {
        let mapping =
            Mapping::default().column("A", Contact, field).column("Email", Contact, "email");
        told(&problems_in(&account, &mapping, &["A", "Email"], &UPSERT)).swap_remove(0)
    };
    let unknown = |field| {
        format!("error: column \"A\" is mapped to {field:?}, which is no field of contacts; ")
    };
    assert_eq!(meant("full_name"), unknown("full_name") + "there are name, first_name, last_name");
    assert_eq!(meant("E-Mail"), unknown("E-Mail") + "there is email");
    let all = "there are id, first_name, last_name, name, email, city";
    assert_eq!(meant("phone"), unknown("phone") + all);
}

#[test]
fn a4_an_import_refuses_with_all_errors_of_the_mapping() {
    let mapping =
        Mapping::default().column("A", Contact, "emial").column("B", Contact, "shoe_size");
    let import = Import::new().objects([Contact]).mapping(mapping);
    let file = Source::from_bytes(&b"A,B\nana@example.com,43\n"[..]);
    let Err(Error::Config(error)) = import.plan(file, &mut MemoryStorage::default()) else {
        panic!("the mapping is wrong");
    };
    assert!(error.problems().iter().any(|problem| problem.contains("emial")));
    assert!(error.problems().iter().any(|problem| problem.contains("shoe_size")));
}

#[test]
fn a4_a_field_that_holds_a_list_takes_any_number_of_columns() {
    let mapping = Mapping::default()
        .column("A", Contact, "email")
        .column("B", Contact, "additional_emails")
        .column("C", Contact, "additional_emails")
        .column("D", Contact, "tags")
        .column("E", Contact, "tags");
    assert_eq!(problems(&mapping, &["A", "B", "C", "D", "E"], &UPSERT), []);
}

#[test]
fn a4_a_column_and_a_constant_cannot_both_feed_one_value() {
    let mapping =
        Mapping::default().column("Email", Contact, "email").column("Source", Contact, "source");
    let mapping = mapping.constant(Contact, "source", "Fair");
    let expected = [
        "error: the column \"Source\" and the constant \"Fair\" both feed \"source\" of the contact, which holds one value",
    ];
    assert_eq!(told(&problems(&mapping, &["Email", "Source"], &UPSERT)), expected);
}

#[test]
fn a4_what_creating_and_updating_need_is_shown_apart() {
    let account = Account {
        dedup: DedupPolicy { required: vec!["last_name".into()], ..DedupPolicy::default() },
        ..Account::default()
    };
    let mapping = Mapping::default().column("City", Contact, "city");
    let create = [
        "to create contact records, \"last_name\" must be mapped",
        "to create contact records, one of id, email, phone, first_name, last_name must be mapped",
    ];
    let update = "to update contact records, one of id, email, phone must be mapped";
    let found = |mode| told(&problems_in(&account, &mapping, &["City"], &[(Contact, mode)]));
    let errors = |lines: &[&str]| lines.iter().map(|l| format!("error: {l}")).collect::<Vec<_>>();
    assert_eq!(found(Mode::Create), errors(&create));
    assert_eq!(found(Mode::Update), errors(&[update]));
    // With both, one of the two ways may be all that is wanted.
    assert_eq!(found(Mode::Upsert), [create[0], create[1], update]);

    let needs = mapping.needs(&strings(&["City"]), &account, Contact);
    assert_eq!(needs.create.iter().filter(|need| !need.is_met).count(), 2);
    assert_eq!(needs.update.len(), 1);
}

#[test]
fn a4_a_full_name_stands_for_its_parts_and_additional_addresses_for_the_primary() {
    let account = Account {
        dedup: DedupPolicy {
            required: vec!["last_name".into(), "phone".into()],
            ..DedupPolicy::by([vec!["first_name", "last_name", "email"]])
        },
        ..Account::default()
    };
    let mapping = Mapping::default()
        .column("Name", Contact, "name")
        .column("Mail", Contact, "additional_emails")
        .column("Tel", Contact, "additional_phones");
    assert_eq!(problems_in(&account, &mapping, &["Name", "Mail", "Tel"], &UPSERT), []);
}

#[test]
fn a4_a_rule_of_several_fields_needs_all_of_them() {
    let account =
        Account { dedup: DedupPolicy::by([vec!["last_name", "phone"]]), ..Account::default() };
    let mapping = Mapping::default().column("Name", Contact, "last_name");
    let modes = [(Contact, Mode::Update)];
    let expected = ["error: to update contact records, one of id, last_name+phone must be mapped"];
    assert_eq!(told(&problems_in(&account, &mapping, &["Name"], &modes)), expected);
}

#[test]
fn a4_opportunities_need_a_name_a_pipeline_of_several_and_a_contact() {
    let pipeline = |id: &str| Pipeline { id: id.into(), name: id.into(), stages: vec![] };
    let mut account =
        Account { pipelines: vec![pipeline("a"), pipeline("b")], ..Account::default() };
    let mapping = Mapping::default().column("Stage", Opportunity, "stage");
    let modes = [(Opportunity, Mode::Create)];
    let found = |account: &Account| told(&problems_in(account, &mapping, &["Stage"], &modes));
    let expected = [
        "error: to create opportunity records, \"name\" must be mapped, or given to every row (Mapping::constant)",
        "error: to create opportunity records, \"pipeline\" must be mapped, or given to every row (Mapping::constant)",
        "to create opportunity records, one of contact_id, contact id, contact email, contact phone must be mapped",
    ];
    assert_eq!(found(&account), expected);
    account.pipelines.pop();
    account.opportunities.unlinked = Unlinked::Create;
    assert_eq!(found(&account), expected[..1]);
}

#[test]
fn a4_opportunities_are_updated_by_id_or_by_what_the_account_matches() {
    let mut account = Account::default();
    let mapping =
        Mapping::default().column("Email", Contact, "email").column("Deal", Opportunity, "name");
    let modes = [(Contact, Mode::Upsert), (Opportunity, Mode::Update)];
    let found =
        |account: &Account| told(&problems_in(account, &mapping, &["Email", "Deal"], &modes));
    let by_id = "error: to update opportunity records, \"id\" must be mapped";
    assert_eq!(found(&account), [by_id]);
    let fields = vec!["name".to_owned(), "pipeline".to_owned()];
    account.opportunities.matching =
        Some(OpportunityMatching { fields, ..OpportunityMatching::default() });
    let by_fields = "error: to update opportunity records, one of id, name+pipeline must be mapped";
    assert_eq!(found(&account), [by_fields]);
    account.opportunities.matching = Some(OpportunityMatching::default());
    assert!(found(&account).is_empty());
}

#[test]
fn a4_files_and_signatures_cannot_be_imported() {
    let kinds = [("scan", FieldKind::File), ("signed", FieldKind::Signature)];
    let custom_fields = kinds.map(|(key, kind)| CustomField {
        object: Contact,
        key: key.into(),
        label: String::new(),
        kind,
        options: vec![],
    });
    let account = Account { custom_fields: custom_fields.to_vec(), ..Account::default() };
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Scan", Contact, "scan")
        .column("Signed", Contact, "signed");
    let expected = [
        "error: column \"Scan\" is mapped to \"scan\", whose kind cannot be imported",
        "error: column \"Signed\" is mapped to \"signed\", whose kind cannot be imported",
    ];
    let headers = ["Email", "Scan", "Signed"];
    assert_eq!(told(&problems_in(&account, &mapping, &headers, &UPSERT)), expected);
}

#[test]
fn a4_a_column_left_out_is_a_notice_or_an_error() {
    let mapping = Mapping::default().column("Email", Contact, "email").ignore("Fax");
    let headers = strings(&["Email", "Fax", "Shoe size"]);
    let told_under =
        |unmapped| told(&mapping.check(&headers, &Account::default(), &UPSERT, unmapped));
    let line = "column \"Shoe size\" is neither mapped nor ignored";
    assert_eq!(told_under(Unmapped::Notice), [line]);
    assert_eq!(told_under(Unmapped::Fail), [format!("error: {line}")]);
}

#[test]
fn a4_an_import_under_unmapped_fail_stops_before_any_row() {
    let import = Import::new().unmapped(Unmapped::Fail);
    let plan = |file: &'static str| {
        import.plan(Source::from_bytes(file.as_bytes()), &mut MemoryStorage::default())
    };
    assert!(matches!(plan("Email,Shoe size\na@example.com,43\n"), Err(Error::Config(_))));
    assert!(plan("Email,City\na@example.com,York\n").is_ok());
}

#[test]
fn a4_a_column_that_names_no_field_is_incomplete() {
    let half = ColumnMapping {
        header: Some("Email".into()),
        object: Some(Contact),
        ..ColumnMapping::default()
    };
    let mapping =
        Mapping { columns: vec![half], ..Mapping::default() }.column("Tel", Contact, "phone");
    let expected = [
        "error: column \"Email\" names neither a field nor that it is ignored: set field or ignore",
    ];
    assert_eq!(told(&problems(&mapping, &["Email", "Tel"], &UPSERT)), expected);
}

#[test]
fn a4_settings_that_no_cell_could_be_read_with_are_refused() {
    let column =
        |header: &str, field: &str, default: Option<&str>, country: Option<&str>| ColumnMapping {
            header: Some(header.into()),
            object: Some(Contact),
            field: Some(field.into()),
            default: default.map(Into::into),
            country: country.map(Into::into),
            ..ColumnMapping::default()
        };
    let mapping = Mapping {
        columns: vec![
            column("Tel", "phone", None, Some("Atlantis")),
            column("Born", "date_of_birth", Some("soon"), None),
            column("Mail", "email", None, Some("Germany")),
        ],
        ..Mapping::default()
    };
    let expected = [
        "error: column \"Tel\" has the country \"Atlantis\", which cannot be used: it is no country",
        "error: column \"Born\" has the default \"soon\", which cannot be used: it is no date, or not one in the order of the column",
    ];
    assert_eq!(told(&problems(&mapping, &["Tel", "Born", "Mail"], &UPSERT)), expected);
}

#[test]
fn a4_what_a_value_map_says_must_be_a_value_of_its_field() {
    let account = Account {
        options: [("contact_type".to_owned(), vec!["lead".to_owned()])].into_iter().collect(),
        custom_fields: vec![CustomField {
            object: Contact,
            key: "score".into(),
            label: "Score".into(),
            kind: FieldKind::Number,
            options: vec![],
        }],
        ..Account::default()
    };
    // Beside what no cell could say, what the other cells may settle, what says nothing, and what clears.
    let columns = [
        ("Type", "contact_type", "zz", "lead"),
        ("Born", "date_of_birth", "soon", "04/03/1990"),
        ("Score", "score", "many", "1.234"),
        ("No mail", "dnd", "perhaps", ""),
        ("Place", "country", "Atlantis", "#N/A"),
        ("Town", "city", "York", "Hull"),
    ];
    let mut mapping = Mapping::default().column("Mail", Contact, "email");
    mapping.clear_token = Some("#N/A".into());
    for (header, field, bad, good) in columns {
        mapping = mapping.column_with(header, Contact, field, |column| {
            column.values = [("1", bad), ("2", good)].map(|(a, b)| (a.into(), b.into())).into();
        });
    }
    let headers = ["Mail", "Type", "Born", "Score", "No mail", "Place", "Town"].map(String::from);
    let modes = [(Contact, Mode::Upsert)];
    let found = mapping.check(&headers, &account, &modes, Unmapped::Notice);
    let says = |column, bad, why| {
        format!(
            "error: column {column:?} says {bad:?} in place of \"1\", which cannot be used: {why}"
        )
    };
    let expected = [
        says("Type", "zz", "it is not one of the options, or the name of two"),
        says("Born", "soon", "it is no date, or not one in the order of the column"),
        says("Score", "many", "it is no number, or could be read as two"),
        says("No mail", "perhaps", "it is neither yes nor no"),
        says("Place", "Atlantis", "it is no country"),
    ];
    assert_eq!(told(&found), expected);
}
