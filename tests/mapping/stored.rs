//! A5: a mapping is a plain value: stored, read back, applied to next week's file.

use crm_import::account::DateOrder;
use crm_import::mapping::{Blank, Mapping, Merge, OnInvalid, Unmapped, suggest};
use crm_import::{Fields, Import, MemoryStorage, Object, Source};

use super::{offered, plan, strings, written};
use Object::{Contact, Opportunity};

/// Every key a mapping file may have.
const FILE: &str = r##"{
  "columns": [
    {"header": "Email", "object": "contact", "field": "email"},
    {"header": "Foo", "ignore": true},
    {"header": "When", "object": "opportunity", "field": "expected_close_date", "date_order": "dmy",
     "blank": "clear", "merge": "fill_blank", "on_invalid": "fail_row", "default": "2027-01-31",
     "separators": {"group": ".", "decimal": ","}, "country": "DE", "excel_serial": true,
     "values": {"Hot": "Open"}},
    {"index": 4, "object": "contact", "field": "additional_emails", "list_separators": "|"}
  ],
  "constants": [{"object": "opportunity", "field": "pipeline", "value": "Sales"}],
  "left_out": ["Shoe size"],
  "clear_token": "#N/A"
}"##;

fn read(text: &str) -> Result<Mapping, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn a5_a_mapping_file_says_all_that_a_mapping_can() {
    let mapping = read(FILE).unwrap();
    let when = &mapping.columns[2];
    assert_eq!(when.object, Some(Opportunity));
    assert_eq!(when.date_order, Some(DateOrder::Dmy));
    assert_eq!((when.blank, when.merge), (Some(Blank::Clear), Some(Merge::FillBlank)));
    assert_eq!(when.on_invalid, Some(OnInvalid::FailRow));
    assert_eq!(when.separators.unwrap().decimal, ',');
    assert_eq!(when.values["Hot"], "Open");
    assert!(when.excel_serial && mapping.columns[1].ignore);
    assert_eq!(mapping.columns[3].index, Some(4));
    assert_eq!(mapping.constants[0].value, "Sales");
    assert_eq!(mapping.clear_token.as_deref(), Some("#N/A"));
}

#[test]
fn a5_a_mapping_that_is_written_and_read_back_is_the_same() {
    let mapping = read(FILE).unwrap();
    let text = serde_json::to_string(&mapping).unwrap();
    assert_eq!(read(&text).unwrap(), mapping);
    // What says nothing is not written.
    let short = Mapping::default().column("Email", Contact, "email");
    let text = serde_json::to_string(&short).unwrap();
    assert_eq!(text, r#"{"columns":[{"header":"Email","object":"contact","field":"email"}]}"#);
}

#[test]
fn a5_a_key_that_a_mapping_file_does_not_have_is_refused_by_name() {
    for (text, key) in [
        (r#"{"column": []}"#, "column"),
        (r#"{"columns": [{"header": "A", "feild": "email"}]}"#, "feild"),
        (r#"{"constants": [{"object": "contact", "field": "a", "valeu": "b"}]}"#, "valeu"),
        (r#"{"columns": [{"header": "A", "separators": {"grup": ".", "decimal": ","}}]}"#, "grup"),
        (r#"{"columns": [{"header": "A", "blank": "erase"}]}"#, "erase"),
        (r#"{"columns": [{"header": "A", "object": "company"}]}"#, "company"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}

#[test]
fn a5_a_suggested_mapping_can_be_stored_and_applied() {
    let headers = strings(&["Email", "Email", "", "City"]);
    let fields = Fields::standard();
    let samples = [strings(&["a@example.com", "b@example.com", "x", "York"])];
    let suggested = suggest(&headers, &samples, &[Contact], &fields);
    let mapping = Mapping::from_suggestions(&suggested, &fields);
    let text = serde_json::to_string(&mapping).unwrap();
    let file = "Email,Email,,City\na@example.com,b@example.com,x,York\n";
    let plan = plan(&read(&text).unwrap(), file, &mut MemoryStorage::default());
    assert_eq!(offered(&plan, Contact, "email"), "a@example.com");
    assert_eq!(offered(&plan, Contact, "additional_emails"), "b@example.com");
    assert_eq!(plan.unmapped().len(), 1);
}

fn mapping() -> Mapping {
    Mapping::default()
        .column("Email", Contact, "email")
        .column("First Name", Contact, "first_name")
        .column("Town", Contact, "city")
        .ignore("Fax")
}

#[test]
fn a5_columns_are_found_by_header_wherever_they_stand_and_however_they_are_spelt() {
    let headers = strings(&["TOWN", "fax", "first_name", "e-mail"]);
    let mapping = mapping();
    let resolved = mapping.resolve(&headers);
    let found: Vec<(usize, &str)> = resolved
        .columns
        .iter()
        .map(|(at, column)| (*at, column.field.as_deref().unwrap()))
        .collect();
    assert_eq!(found, [(3, "email"), (2, "first_name"), (0, "city")]);
    assert!(resolved.missing.is_empty() && resolved.unmapped.is_empty());
}

#[test]
fn a5_missing_new_and_renamed_columns_are_reported() {
    let headers = strings(&["E-mail Address", "First Name", "Postcode", "Fax"]);
    let mapping = mapping();
    let resolved = mapping.resolve(&headers);
    assert_eq!(resolved.missing, ["Email", "Town"]);
    assert_eq!(resolved.renamed, [("Email".to_owned(), "E-mail Address".to_owned())]);
    assert_eq!(resolved.unmapped, [0, 2]);
}

#[test]
fn a5_a_column_is_renamed_by_what_it_means_and_stands_for_one_only() {
    let mapping = Mapping::default()
        .column("Mobile", Contact, "phone")
        .column("Surname", Contact, "last_name")
        .column("Firm", Contact, "company");
    let headers = strings(&["Nachname", "Organisation", "Telephone"]);
    let resolved = mapping.resolve(&headers);
    let pair = |before: &str, now: &str| (before.to_owned(), now.to_owned());
    assert_eq!(
        resolved.renamed,
        [pair("Mobile", "Telephone"), pair("Surname", "Nachname"), pair("Firm", "Organisation")]
    );
}

#[test]
fn a5_a_position_counts_only_where_the_header_still_agrees() {
    let text = r#"{"columns": [
        {"header": "Phone", "index": 1, "object": "contact", "field": "phone"},
        {"index": 2, "object": "contact", "field": "city"}]}"#;
    let mapping = read(text).unwrap();
    let at = |headers: &[&str]| {
        let resolved = mapping.resolve(&strings(headers));
        resolved.columns.iter().map(|(at, _)| *at).collect::<Vec<_>>()
    };
    assert_eq!(at(&["Phone", "Phone", ""]), [1, 2]);
    assert_eq!(at(&["Phone", "Email", ""]), [0, 2]);
    assert_eq!(at(&["Email", "City"]), [] as [usize; 0]);
}

#[test]
fn a5_columns_that_are_called_the_same_keep_their_order_where_they_move() {
    let before = strings(&["Phone", "Phone", "Email"]);
    let fields = Fields::standard();
    let suggested = suggest(&before, &[], &[Contact], &fields);
    let mapping = Mapping::from_suggestions(&suggested, &fields);
    let at = |headers: &[&str]| {
        let resolved = mapping.resolve(&strings(headers));
        let at: Vec<usize> = resolved.columns.iter().map(|(at, _)| *at).collect();
        (at, resolved.missing.len())
    };
    assert_eq!(at(&["Phone", "Phone", "Email"]), (vec![0, 1, 2], 0));
    assert_eq!(at(&["Email", "Phone", "Phone"]), (vec![1, 2, 0], 0));
    assert_eq!(at(&["No", "Phone", "Email", "PHONE"]), (vec![1, 3, 2], 0));
    assert_eq!(at(&["Email", "Phone"]), (vec![1, 0], 1));
}

#[test]
fn a5_an_import_goes_on_without_a_missing_column() {
    let file = "Email,First Name,Fax\nana@example.com,Ana,1\n";
    let plan = plan(&mapping(), file, &mut MemoryStorage::default());
    assert_eq!(written(&plan, Contact, "first_name").as_deref(), Some("Ana"));
    assert!(plan.unmapped().is_empty());
}

#[test]
fn a6_a_stored_mapping_reads_the_ids_of_our_own_error_log() {
    let mut crm = MemoryStorage::default();
    let id = crm.insert(Contact, [("first_name", "Ana")]);
    let file = format!(
        "Email,First Name,Town,Import status,Import contact id\nana@example.com,Ana,York,failed,{id}\n"
    );
    let plan = plan(&mapping(), &file, &mut crm);
    assert_eq!(plan.stats().contacts.update, 1);
    assert_eq!(written(&plan, Contact, "email").as_deref(), Some("ana@example.com"));
    assert!(plan.unmapped().is_empty());
}

#[test]
fn a5_a_saved_mapping_knows_the_columns_it_was_made_without() {
    let headers = strings(&["Email", "Shoe size", "Fax", "", "City"]);
    let fields = Fields::standard();
    let suggested = suggest(&headers, &[], &[Contact], &fields);
    let mapping = Mapping::from_suggestions(&suggested, &fields);
    let saved = read(&serde_json::to_string(&mapping).unwrap()).unwrap();
    assert_eq!(saved.left_out, ["Shoe size", "Fax"]);
    // The same file: nothing is new, and what is left out is told as before.
    let resolved = saved.resolve(&headers);
    assert_eq!((resolved.unmapped, resolved.new), (vec![1, 2, 3], vec![]));
    // Next week's file: one more, one gone, one twice, one renamed; only those are new.
    let next = strings(&["E-mail Address", "shoe_size", "Shoe size", "Pets", "City"]);
    let resolved = saved.resolve(&next);
    assert_eq!((resolved.unmapped, resolved.new), (vec![0, 1, 2, 3], vec![0, 2, 3]));
    assert_eq!(resolved.renamed, [("Email".to_owned(), "E-mail Address".to_owned())]);
}

#[test]
fn a5_what_a_saved_mapping_was_made_without_is_still_unmapped() {
    let headers = strings(&["Email", "Shoe size"]);
    let fields = Fields::standard();
    let suggested = suggest(&headers, &[], &[Contact], &fields);
    let mapping = Mapping::from_suggestions(&suggested, &fields);
    let file = "Email,Shoe size\na@example.com,43\n";
    let shown = plan(&mapping, file, &mut MemoryStorage::default());
    assert_eq!(shown.unmapped()[0].header, "Shoe size");
    let import = Import::new().mapping(mapping).unmapped(Unmapped::Fail);
    let file = Source::from_bytes(file.as_bytes());
    assert!(import.plan(file, &mut MemoryStorage::default()).is_err());
}

#[test]
fn a5_a_column_that_was_left_out_is_not_what_another_is_called_now() {
    let mapping = Mapping {
        left_out: strings(&["Work Phone"]),
        ..Mapping::default().column("Phone", Contact, "phone")
    };
    let renamed = |headers: &[&str]| mapping.resolve(&strings(headers)).renamed;
    assert_eq!(renamed(&["Work Phone"]), []);
    let now = "Telephone".to_owned();
    assert_eq!(renamed(&["Work Phone", "Telephone"]), [("Phone".to_owned(), now)]);
}
