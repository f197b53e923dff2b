//! What can be said of a column besides its field, each through a plan (behaviour W2, W3, W6, §9).

use crm_import::account::DateOrder;
use crm_import::mapping::{Blank, ColumnMapping, Merge, OnInvalid};
use crm_import::normalize::Separators;
use crm_import::{Account, CustomField, FieldKind, Mapping, MemoryStorage, Object, Outcome};

use super::{codes, offered, plan, written};
use Object::{Contact, Opportunity};

/// A mapping of `Email` and one more column.
fn with(
    header: &str,
    object: Object,
    field: &str,
    set: impl FnOnce(&mut ColumnMapping),
) -> Mapping {
    Mapping::default().column("Email", Contact, "email").column_with(header, object, field, set)
}

fn crm() -> MemoryStorage {
    MemoryStorage::new(Account { default_country: Some("US".into()), ..Account::default() })
}

/// A CRM with Ana in it.
fn crm_with(field: &str, value: &str) -> MemoryStorage {
    let mut crm = crm();
    crm.insert(Contact, [("email", "ana@example.com"), (field, value)]);
    crm
}

#[test]
fn a_value_map_says_what_to_read_instead_of_a_cell() {
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Deal", Opportunity, "name")
        .column_with("Heat", Opportunity, "status", |heat| {
            heat.values.insert("Hot  Lead".into(), "Open".into());
        });
    let file = "Email,Deal,Heat\nana@example.com,Roof,hot lead\n";
    assert_eq!(offered(&plan(&mapping, file, &mut crm()), Opportunity, "status"), "open");
}

#[test]
fn a_value_map_reaches_the_items_of_a_list() {
    let mapping = with("Tags", Contact, "tags", |tags| {
        tags.values.insert("cust".into(), "customer".into());
    });
    let file = "Email,Tags\nana@example.com,\"vip, CUST\"\n";
    assert_eq!(offered(&plan(&mapping, file, &mut crm()), Contact, "tags"), "vip|customer");
}

#[test]
fn a_value_map_may_say_that_a_cell_means_nothing() {
    for (field, stored) in
        [("city", "York"), ("tags", "vip"), ("dnd", "true"), ("date_of_birth", "1990-12-31")]
    {
        let mapping = |blank| {
            with("Said", Contact, field, |said| {
                said.values.insert("TBD".into(), String::new());
                (said.blank, said.loosens_consent) = (Some(blank), true);
            })
        };
        let file = "Email,Said\nana@example.com,tbd\n";
        let keeps = plan(&mapping(Blank::Keep), file, &mut crm_with(field, stored));
        assert_eq!((written(&keeps, Contact, field), codes(&keeps)), (None, vec![]), "{field}");
        let clears = plan(&mapping(Blank::Clear), file, &mut crm_with(field, stored));
        assert_eq!(written(&clears, Contact, field).as_deref(), Some(""), "W3 {field}");
    }
}

#[test]
fn w3_a_value_map_may_say_that_a_cell_clears() {
    for (field, stored) in [("city", "York"), ("tags", "vip"), ("date_of_birth", "1990-12-31")] {
        let mut mapping = with("Said", Contact, field, |said| {
            said.values.insert("none".into(), "#N/A".into());
        });
        mapping.clear_token = Some("#N/A".into());
        let file = "Email,Said\nana@example.com,None\n";
        let clears = plan(&mapping, file, &mut crm_with(field, stored));
        assert_eq!(written(&clears, Contact, field).as_deref(), Some(""), "{field}");
    }
}

#[test]
fn w6_a_default_fills_a_blank_cell_on_create_only() {
    let mapping = with("Source", Contact, "source", |source| source.default = Some("Fair".into()));
    let file = "Email,Source\nana@example.com,\n";
    let new = plan(&mapping, file, &mut crm());
    assert_eq!(written(&new, Contact, "source").as_deref(), Some("Fair"));
    let stored = plan(&mapping, file, &mut crm_with("city", "York"));
    assert_eq!(stored.stats().contacts.unchanged, 1);
}

#[test]
fn w6_a_default_asked_for_always_fills_a_blank_cell_on_update_too() {
    let mapping = with("Source", Contact, "source", |source| {
        source.default = Some("Fair".into());
        source.default_always = true;
    });
    let file = "Email,Source\nana@example.com,\n";
    let stored = plan(&mapping, file, &mut crm_with("source", "Web"));
    assert_eq!(written(&stored, Contact, "source").as_deref(), Some("Fair"));
}

#[test]
fn w3_a_blank_cell_is_kept_unless_the_column_says_clear() {
    let file = "Email,City\nana@example.com,\n";
    let keep = with("City", Contact, "city", |_| ());
    assert_eq!(plan(&keep, file, &mut crm_with("city", "York")).stats().contacts.unchanged, 1);
    let clear = with("City", Contact, "city", |city| city.blank = Some(Blank::Clear));
    let cleared = plan(&clear, file, &mut crm_with("city", "York"));
    assert_eq!(written(&cleared, Contact, "city").as_deref(), Some(""));
}

#[test]
fn w3_the_clear_token_clears_and_is_text_where_none_is_configured() {
    let file = "Email,City\nana@example.com,#N/A\n";
    let mut mapping = with("City", Contact, "city", |_| ());
    let text = plan(&mapping, file, &mut crm_with("city", "York"));
    assert_eq!(written(&text, Contact, "city").as_deref(), Some("#N/A"));
    mapping.clear_token = Some("#N/A".into());
    let cleared = plan(&mapping, file, &mut crm_with("city", "York"));
    assert_eq!(written(&cleared, Contact, "city").as_deref(), Some(""));
}

#[test]
fn w2_the_merge_rule_of_a_column_decides_what_is_written() {
    let file = "Email,City\nana@example.com,Leeds\n";
    let city = |merge: Merge, stored: &str| {
        let mapping = with("City", Contact, "city", |city| city.merge = Some(merge));
        written(&plan(&mapping, file, &mut crm_with("city", stored)), Contact, "city")
    };
    assert_eq!(city(Merge::Overwrite, "York").as_deref(), Some("Leeds"));
    assert_eq!(city(Merge::FillBlank, "York"), None);
    assert_eq!(city(Merge::FillBlank, "").as_deref(), Some("Leeds"));
    assert_eq!(city(Merge::Keep, "York"), None);
    let tags = |merge: Option<Merge>| {
        let mapping = with("Tags", Contact, "tags", |tags| tags.merge = merge);
        let file = "Email,Tags\nana@example.com,new\n";
        written(&plan(&mapping, file, &mut crm_with("tags", "old")), Contact, "tags")
    };
    assert_eq!(tags(None).as_deref(), Some("old, new"));
    assert_eq!(tags(Some(Merge::Overwrite)).as_deref(), Some("new"));
}

#[test]
fn w5_notes_are_added_below_unless_the_column_says_otherwise() {
    let notes = |merge: Option<Merge>| {
        let mapping = with("Notes", Contact, "notes", |notes| notes.merge = merge);
        let file = "Email,Notes\nana@example.com,called\n";
        written(&plan(&mapping, file, &mut crm_with("notes", "met")), Contact, "notes").unwrap()
    };
    assert_eq!(notes(None), "met\ncalled");
    assert_eq!(notes(Some(Merge::Overwrite)), "called");
}

#[test]
fn the_date_order_of_a_column_is_declared() {
    let born = |order: Option<DateOrder>| {
        let mapping = with("Born", Contact, "date_of_birth", |born| born.date_order = order);
        let file = "Email,Born\nana@example.com,03/04/1990\n";
        let plan = plan(&mapping, file, &mut crm());
        (offered(&plan, Contact, "date_of_birth"), codes(&plan))
    };
    assert_eq!(born(Some(DateOrder::Dmy)).0, "1990-04-03");
    assert_eq!(born(Some(DateOrder::Mdy)).0, "1990-03-04");
    // The account states no order either.
    assert_eq!(born(None), (String::new(), vec!["date-ambiguous"]));
}

#[test]
fn numbers_are_a_spreadsheets_days_where_the_column_says_so() {
    let born = |excel_serial: bool| {
        let mapping =
            with("Born", Contact, "date_of_birth", |born| born.excel_serial = excel_serial);
        let file = "Email,Born\nana@example.com,32874\n";
        offered(&plan(&mapping, file, &mut crm()), Contact, "date_of_birth")
    };
    assert_eq!(born(true), "1990-01-01");
    assert_eq!(born(false), "");
}

#[test]
fn the_separators_of_a_column_are_declared() {
    let value = |group: char, decimal: char| {
        let mut mapping = Mapping::default()
            .column("Email", Contact, "email")
            .column("Deal", Opportunity, "name")
            .column("Amount", Opportunity, "value");
        mapping.columns[2].separators = Some(Separators { group: Some(group), decimal });
        let file = "Email;Deal;Amount\nana@example.com;Roof;1.234\n";
        offered(&plan(&mapping, file, &mut crm()), Opportunity, "value")
    };
    assert_eq!(value('.', ','), "1234");
    assert_eq!(value(',', '.'), "1.234");
}

#[test]
fn the_country_of_a_phone_column_is_declared() {
    let phone = |country: Option<&str>| {
        let mapping = with("Tel", Contact, "phone", |tel| tel.country = country.map(Into::into));
        let file = "Email,Tel\nana@example.com,020 7946 0018\n";
        offered(&plan(&mapping, file, &mut crm()), Contact, "phone")
    };
    assert_eq!(phone(Some("GB")), "+442079460018");
    assert_eq!(phone(Some("United Kingdom")), "+442079460018");
    assert_eq!(phone(None), "");
}

#[test]
fn v6_an_invalid_value_is_dropped_or_fails_the_row() {
    let outcome = |on_invalid: OnInvalid| {
        let mapping = with("Tel", Contact, "phone", |tel| tel.on_invalid = Some(on_invalid));
        let file = "Email,Tel\nana@example.com,nonsense\n";
        let plan = plan(&mapping, file, &mut crm());
        let row = plan.rows().next().unwrap();
        (row.side(Contact).unwrap().outcome(), codes(&plan))
    };
    assert_eq!(outcome(OnInvalid::DropValue), (Outcome::Create, vec!["phone-invalid"]));
    assert_eq!(outcome(OnInvalid::FailRow), (Outcome::Fail, vec!["phone-invalid"]));
}

#[test]
fn the_separators_of_a_list_are_configured() {
    let tags = |separators: Option<&str>| {
        let mapping =
            with("Tags", Contact, "tags", |t| t.list_separators = separators.map(Into::into));
        let file = "Email,Tags\nana@example.com,\"a, b|c\"\n";
        offered(&plan(&mapping, file, &mut crm()), Contact, "tags")
    };
    assert_eq!(tags(None), "a|b|c");
    assert_eq!(tags(Some("|")), "a, b|c");
}

#[test]
fn a_bad_item_spoils_its_cell_only_where_the_column_says_so() {
    let mails = |on_invalid: Option<OnInvalid>| {
        let mapping =
            with("More", Contact, "additional_emails", |more| more.on_invalid = on_invalid);
        let file = "Email,More\nana@example.com,a@example.com; nonsense; b@example.com\n";
        let plan = plan(&mapping, file, &mut crm());
        assert_eq!(codes(&plan), ["email-invalid"]);
        written(&plan, Contact, "additional_emails")
    };
    assert_eq!(mails(None).as_deref(), Some("a@example.com, b@example.com"));
    assert_eq!(mails(Some(OnInvalid::DropCell)), None);
}

#[test]
fn the_items_of_a_list_are_written_in_lower_case_where_the_column_says_so() {
    let tags = |lower_case: bool| {
        let mapping = with("Tags", Contact, "tags", |tags| tags.lower_case = lower_case);
        let file = "Email,Tags\nana@example.com,\"VIP, \u{c4}rzte\"\n";
        written(&plan(&mapping, file, &mut crm()), Contact, "tags")
    };
    assert_eq!(tags(false).as_deref(), Some("VIP, \u{c4}rzte"));
    assert_eq!(tags(true).as_deref(), Some("vip, \u{e4}rzte"));
}

#[test]
fn a_country_goes_by_its_code_or_name_alone_where_the_column_says_so() {
    let country = |exact: bool, cell: &str| {
        let mapping = with("Country", Contact, "country", |column| column.exact_country = exact);
        let file = format!("Email,Country\nana@example.com,{cell}\n");
        written(&plan(&mapping, &file, &mut crm()), Contact, "country")
    };
    for cell in ["GB", "gbr", "United Kingdom"] {
        assert_eq!(country(true, cell).as_deref(), Some("GB"), "{cell}");
    }
    assert_eq!(country(false, "England").as_deref(), Some("GB"));
    assert_eq!(country(true, "England"), None);
}

#[test]
fn p1_a_constant_is_a_value_for_every_row_that_has_the_side() {
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Deal", Opportunity, "name")
        .constant(Contact, "source", "Spring fair")
        .constant(Contact, "tags", "fair")
        .constant(Opportunity, "value", "100");
    let file = "Email,Deal\nana@example.com,Roof\nbo@example.com,\n";
    let plan = plan(&mapping, file, &mut crm());
    assert_eq!(written(&plan, Contact, "source").as_deref(), Some("Spring fair"));
    assert_eq!(written(&plan, Contact, "tags").as_deref(), Some("fair"));
    assert_eq!(written(&plan, Opportunity, "value").as_deref(), Some("100"));
    // It makes no side present.
    assert_eq!(plan.stats().opportunities.rows, 1);
}

#[test]
fn w6_a_consent_is_loosened_only_where_the_column_says_so() {
    let dnd = |loosens: bool| {
        let mapping = with("DND", Contact, "dnd", |dnd| dnd.loosens_consent = loosens);
        let file = "Email,DND\nana@example.com,no\n";
        written(&plan(&mapping, file, &mut crm_with("dnd", "true")), Contact, "dnd")
    };
    assert_eq!(dnd(false), None);
    assert_eq!(dnd(true).as_deref(), Some("false"));
}

#[test]
fn one_column_may_feed_a_field_of_each_object() {
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Deal", Opportunity, "name")
        .column("Source", Contact, "source")
        .column("Source", Opportunity, "source");
    let file = "Email,Deal,Source\nana@example.com,Roof,Fair\n";
    let plan = plan(&mapping, file, &mut crm());
    assert_eq!(written(&plan, Contact, "source").as_deref(), Some("Fair"));
    assert_eq!(written(&plan, Opportunity, "source").as_deref(), Some("Fair"));
}

#[test]
fn the_accounts_own_fields_take_every_setting_too() {
    let mut crm = crm();
    crm.account.custom_fields.push(CustomField {
        object: Contact,
        key: "roof_area".into(),
        label: "Roof area".into(),
        kind: FieldKind::Number,
        options: vec![],
    });
    let mapping = with("Area", Contact, "roof_area", |area| {
        area.separators = Some(Separators { group: Some('.'), decimal: ',' });
        area.values.insert("big".into(), "1.000".into());
    });
    let file = "Email,Area\nana@example.com,BIG\n";
    assert_eq!(offered(&plan(&mapping, file, &mut crm), Contact, "roof_area"), "1000");
}

#[test]
fn w6_an_opt_in_is_guarded_as_the_opposite_of_do_not_disturb() {
    let mapping = with("Newsletter OK", Contact, "dnd", |dnd| {
        dnd.values.insert("yes".into(), "no".into());
        dnd.values.insert("no".into(), "yes".into());
    });
    let file = |cell: &str| format!("Email,Newsletter OK\nana@example.com,{cell}\n");
    let refuses = plan(&mapping, &file("No"), &mut crm_with("dnd", "false"));
    assert_eq!(written(&refuses, Contact, "dnd").as_deref(), Some("true"));
    let wants = plan(&mapping, &file("Yes"), &mut crm_with("dnd", "true"));
    assert_eq!(written(&wants, Contact, "dnd"), None);
    assert_eq!(codes(&wants), ["consent-kept"]);
}

#[test]
fn v6_the_country_of_the_column_goes_before_that_of_the_row_and_that_before_the_accounts() {
    let phone = |country: Option<&str>, file: &str| {
        let mapping = with("Tel", Contact, "phone", |tel| tel.country = country.map(Into::into))
            .column("Country", Contact, "country");
        offered(&plan(&mapping, file, &mut crm()), Contact, "phone")
    };
    let own = "Email,Tel,Country\nana@example.com,030 901820,Germany\n";
    assert_eq!(phone(None, own), "+4930901820");
    assert_eq!(phone(Some("FR"), &own.replace("030 901820", "01 42 68 53 00")), "+33142685300");
    assert_eq!(phone(None, "Email,Tel,Country\na@example.com,206-555-0123,\n"), "+12065550123");
}
