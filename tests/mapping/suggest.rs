//! A1-A3: what is suggested, how surely, and why.

use crm_import::mapping::{Confidence, Suggestion, suggest};
use crm_import::{
    Account, CustomField, FieldKind, Fields, Import, Mapping, MemoryStorage, Object, Source,
};

use super::strings;

pub(super) fn suggested(headers: &[&str], objects: &[Object]) -> Vec<Suggestion> {
    suggest(&strings(headers), &[], objects, &Fields::standard())
}

/// `object.field` for each column, `-` for none.
pub(super) fn targets(suggestions: &[Suggestion], fields: &Fields) -> Vec<String> {
    let name = |suggestion: &Suggestion| {
        suggestion.target.map_or("-".to_owned(), |id| {
            let field = fields.get(id);
            format!("{}.{}", field.object, field.key)
        })
    };
    suggestions.iter().map(name).collect()
}

fn mapped(headers: &[&str], objects: &[Object]) -> Vec<String> {
    targets(&suggested(headers, objects), &Fields::standard())
}

#[test]
fn a1_a_suggestion_is_sure_likely_or_none_and_says_why() {
    let told: Vec<(Confidence, String)> = suggested(
        &["First Name", "Middle Name", "Work Email", "Assistant's Phone", "Shoes"],
        &Object::ALL,
    )
    .into_iter()
    .map(|suggestion| (suggestion.confidence, suggestion.reason))
    .collect();
    let expected = [
        (Confidence::Sure, "the header names the field"),
        (Confidence::None, "\"middle\" says that it is another name"),
        (Confidence::Likely, "the header names the contact's field"),
        (Confidence::None, "\"assistant\" says that it is somebody else's"),
        (Confidence::None, "no field is called like this"),
    ];
    assert_eq!(told, expected.map(|(confidence, reason)| (confidence, reason.to_owned())));
}

#[test]
fn a1_only_fields_of_the_selected_objects_are_suggested() {
    let headers = ["Name", "Email", "Stage", "Amount", "Company"];
    assert_eq!(
        mapped(&headers, &[Object::Contact]),
        ["contact.name", "contact.email", "-", "-", "contact.company"]
    );
    // The keys of contacts find the contact of an opportunity even so (P8).
    assert_eq!(
        mapped(&headers, &[Object::Opportunity]),
        [
            "opportunity.name",
            "contact.email",
            "opportunity.stage",
            "opportunity.value",
            "opportunity.business_name"
        ]
    );
}

#[test]
fn a1_what_both_objects_have_is_the_opportunitys_where_only_those_are_selected() {
    let headers = ["Email", "Opportunity Name", "Tags", "Remarks", "Contact Notes", "Lead Source"];
    let expected = [
        "contact.email",
        "opportunity.name",
        "opportunity.tags",
        "opportunity.notes",
        "-",
        "opportunity.source",
    ];
    assert_eq!(mapped(&headers, &[Object::Opportunity]), expected);
    assert_eq!(mapped(&headers, &Object::ALL)[2], "contact.tags");
    let opportunities = [Object::Opportunity];
    assert_eq!(mapped(&["Etiquetas", "Contact tags"], &opportunities)[0], "opportunity.tags");
    assert_eq!(mapped(&["Tag list"], &opportunities), ["opportunity.tags"]);
}

#[test]
fn p8_suggested_tags_of_an_opportunity_reach_its_contact() {
    let mut crm = MemoryStorage::default();
    crm.insert(Object::Contact, [("email", "ana@example.com")]);
    let file = "Email,Opportunity Name,Tags\nana@example.com,Roof,vip\n";
    let import = Import::new().objects([Object::Opportunity]);
    let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    import.apply(plan, &mut crm).unwrap();
    assert_eq!(crm.get(Object::Contact, "c1").unwrap().value("tags"), Some("vip"));
}

#[test]
fn a1_the_reason_says_what_the_header_said() {
    let reason = |headers: &[&str], objects: &[Object], at: usize| {
        suggested(headers, objects)[at].reason.clone()
    };
    let says = |word: &str, what: &str| format!("\"{word}\" says that it {what}");
    let technical = "is no value of the field itself";
    assert_eq!(reason(&["Created Date"], &Object::ALL, 0), says("created", technical));
    assert_eq!(reason(&["Date Modified"], &Object::ALL, 0), says("date", technical));
    assert_eq!(
        reason(&["Delivery Date"], &Object::ALL, 0),
        says("delivery", "is about a sale or a delivery")
    );
    assert_eq!(reason(&["Name"], &[Object::Opportunity], 0), "only opportunities are imported");
    let city = "it is a field of contacts, which are not imported";
    assert_eq!(reason(&["City"], &[Object::Opportunity], 0), city);
    let stage = "it is a field of opportunities, which are not imported";
    assert_eq!(reason(&["Pipeline"], &[Object::Contact], 0), stage);
    let headers = ["Opportunity Contact ID", "Opportunity Name"];
    assert_eq!(mapped(&headers, &Object::ALL), ["opportunity.contact_id", "opportunity.name"]);
    assert_eq!(mapped(&headers, &[Object::Opportunity])[0], "opportunity.contact_id");
    let foreign = ["Opportunity Contact ID", "Account ID", "Opportunity Name"];
    assert_eq!(
        reason(&foreign, &Object::ALL, 0),
        "the other ids of the file are another product's"
    );
    let accounts = ["Contact ID", "Account Name", "Email"];
    assert_eq!(
        reason(&accounts, &Object::ALL, 0),
        "a file with accounts has the ids of another product"
    );
}

#[test]
fn a1_what_an_opportunity_is_worth_is_its_value() {
    for header in ["Deal Worth", "Opportunity Worth", "Deal - Worth", "Deal Price", "deal_revenue"]
    {
        assert_eq!(
            mapped(&["Deal Name", header], &Object::ALL)[1],
            "opportunity.value",
            "{header}"
        );
    }
    assert_eq!(mapped(&["Name", "Worth", "Stage"], &Object::ALL)[1], "opportunity.value");
    assert_eq!(mapped(&["Email", "Net Worth"], &Object::ALL)[1], "-");
}

#[test]
fn a1_name_is_what_the_columns_beside_it_leave() {
    assert_eq!(mapped(&["Name", "Email"], &Object::ALL), ["contact.name", "contact.email"]);
    assert_eq!(
        mapped(&["Vorname", "Name"], &Object::ALL),
        ["contact.first_name", "contact.last_name"]
    );
    assert_eq!(
        mapped(&["Prénom", "Nom"], &Object::ALL),
        ["contact.first_name", "contact.last_name"]
    );
    assert_eq!(
        mapped(&["Nome", "Cognome"], &Object::ALL),
        ["contact.first_name", "contact.last_name"]
    );
    assert_eq!(mapped(&["Nombre"], &Object::ALL), ["contact.name"]);
    assert_eq!(
        mapped(&["Name", "Contact Name", "Stage"], &Object::ALL),
        ["opportunity.name", "contact.name", "opportunity.stage"]
    );
}

#[test]
fn a1_title_beside_a_person_is_a_job_and_beside_a_stage_a_deal() {
    assert_eq!(mapped(&["First Name", "Title", "Job Title"], &Object::ALL)[1..], ["-", "-"]);
    assert_eq!(mapped(&["Title", "Stage", "Value"], &Object::ALL)[0], "opportunity.name");
}

#[test]
fn a1_owner_and_source_belong_to_the_section_they_stand_in() {
    let headers = ["Email", "First Name", "Last Name", "Source", "Deal Name", "Owner", "Stage"];
    assert_eq!(mapped(&headers, &Object::ALL)[3], "contact.source");
    assert_eq!(mapped(&headers, &Object::ALL)[5], "opportunity.owner");
}

#[test]
fn a2_a_field_that_holds_one_value_takes_one_column() {
    let suggestions = suggested(&["Company", "Organization", "City", "Town"], &Object::ALL);
    let fields = Fields::standard();
    assert_eq!(targets(&suggestions, &fields), ["contact.company", "-", "contact.city", "-"]);
    assert_eq!(suggestions[1].reason, "another column feeds Company, which holds one value");
}

#[test]
fn a2_more_addresses_join_the_additional_ones() {
    let headers = ["Work Email", "Email", "Email 2", "Mobile", "Primary Phone", "Home Phone 2"];
    let expected = [
        "contact.additional_emails",
        "contact.email",
        "contact.additional_emails",
        "contact.additional_phones",
        "contact.phone",
        "contact.additional_phones",
    ];
    assert_eq!(mapped(&headers, &Object::ALL), expected);
}

#[test]
fn a2_a_mobile_phone_comes_before_one_that_is_called_a_landline() {
    let expected = ["contact.additional_phones", "contact.phone"];
    for headers in [["Landline", "Mobile"], ["Tél. fixe", "Tél. portable"], ["Festnetz", "Handy"]]
    {
        assert_eq!(mapped(&headers, &Object::ALL), expected);
    }
    assert_eq!(
        mapped(&["Phone", "Mobile"], &Object::ALL),
        ["contact.phone", "contact.additional_phones"]
    );
    assert_eq!(mapped(&["Default Address Phone", "Phone"], &Object::ALL), expected);
}

#[test]
fn a1_a_remark_says_how_a_value_is_written_or_whose_it_is() {
    for (header, expected) in [
        ("Date of Birth (MM/DD/YYYY)", "contact.date_of_birth"),
        ("Geburtsdatum (TT.MM.JJJJ)", "contact.date_of_birth"),
        ("Phone (with country code)", "contact.phone"),
        ("Phone [incl. area code]", "contact.phone"),
        ("Phone (country code)", "-"),
        ("Zip (5 digits)", "contact.postal_code"),
        ("Email (required)", "contact.email"),
        ("Email (spouse)", "-"),
        ("Principal Email", "-"),
        ("Correo principal", "contact.email"),
        ("First Name (2)", "-"),
        ("Last Name / Surname", "contact.last_name"),
        ("City / State", "-"),
    ] {
        assert_eq!(mapped(&[header], &[Object::Contact]), [expected], "{header}");
    }
}

#[test]
fn a3_a_reason_for_loss_alone_makes_no_opportunity() {
    let headers = ["Email", "Status", "Lost Reason"];
    assert_eq!(mapped(&headers, &Object::ALL), ["contact.email", "-", "-"]);
    let headers = ["Email", "Amount", "Lost Reason"];
    assert_eq!(mapped(&headers, &Object::ALL)[2], "opportunity.lost_reason");
    assert_eq!(mapped(&["Lost Reason"], &[Object::Opportunity]), ["opportunity.lost_reason"]);
}

#[test]
fn a3_a_column_that_contacts_have_too_makes_no_opportunity_alone() {
    for header in ["Stage", "Phase", "Estimated Value", "Lead Value", "Close Date"] {
        let expected = ["contact.email", "-", "contact.owner"];
        assert_eq!(mapped(&["Email", header, "Owner"], &Object::ALL), expected, "{header}");
    }
    assert_eq!(mapped(&["Email", "Stage", "Lead Value"], &Object::ALL)[1], "opportunity.stage");
    assert_eq!(mapped(&["Email", "Deal Value"], &Object::ALL)[1], "opportunity.value");
    assert_eq!(mapped(&["Email", "Pipeline Stage"], &Object::ALL)[1], "opportunity.stage");
    assert_eq!(mapped(&["Stage"], &Object::ALL), ["opportunity.stage"]);
}

#[test]
fn a2_what_is_called_the_deals_or_the_contacts_goes_before_what_is_not() {
    let headers =
        ["First Name", "Last Name", "Email", "Stage", "Source", "Deal Name", "Deal Stage"];
    let expected = ["-", "contact.source", "opportunity.name", "opportunity.stage"];
    assert_eq!(mapped(&headers, &Object::ALL)[3..], expected);
    assert_eq!(
        mapped(&["Name", "Contact Name", "Email"], &Object::ALL)[..2],
        ["-", "contact.name"]
    );
}

#[test]
fn a1_a_client_beside_a_contact_is_a_company() {
    let expected = ["contact.company", "contact.name", "contact.email"];
    assert_eq!(mapped(&["Client", "Contact", "Email"], &Object::ALL), expected);
    assert_eq!(mapped(&["Kunde", "Ansprechpartner", "E-Mail"], &Object::ALL), expected);
    let headers = ["Client", "Contact", "Company", "Email"];
    assert_eq!(mapped(&headers, &Object::ALL)[..3], ["-", "contact.name", "contact.company"]);
    assert_eq!(mapped(&["Client", "Email"], &Object::ALL)[0], "contact.name");
}

#[test]
fn a1_capitals_without_spaces_are_read_apart() {
    for (header, expected) in [
        ("MAILINGPOSTALCODE", "contact.postal_code"),
        ("homephone", "contact.phone"),
        ("CUSTEMAIL", "contact.email"),
        ("DEALSTAGE", "opportunity.stage"),
        ("properties.firstname", "contact.first_name"),
        ("ASSISTANTPHONE", "-"),
        ("SHIPPINGCITY", "-"),
        ("DEALERNAME", "-"),
        ("PERSONALNUMMER", "-"),
    ] {
        assert_eq!(mapped(&[header], &Object::ALL), [expected], "{header}");
    }
}

#[test]
fn a2_the_parts_of_an_address_come_from_one_address() {
    let headers = ["Home City", "Home Zip", "Work City", "Work Zip", "Work Country"];
    let only_home = ["contact.city", "contact.postal_code", "-", "-", "-"];
    assert_eq!(mapped(&headers, &Object::ALL), only_home);
    // The one that is filled is taken.
    let rows = [strings(&["", "", "Leeds", "LS1", "UK"]), strings(&["", "", "York", "YO1", "UK"])];
    let fields = Fields::standard();
    let suggestions = suggest(&strings(&headers), &rows, &Object::ALL, &fields);
    let only_work = ["-", "-", "contact.city", "contact.postal_code", "contact.country"];
    assert_eq!(targets(&suggestions, &fields), only_work);
}

#[test]
fn a3_ids_of_another_product_are_left_out() {
    assert_eq!(mapped(&["Contact ID", "Email"], &Object::ALL)[0], "contact.id");
    assert_eq!(mapped(&["Contact ID", "Account ID", "Email"], &Object::ALL)[..2], ["-", "-"]);
    assert_eq!(mapped(&["Record ID", "Person - ID", "Customer ID", "id"], &Object::ALL), ["-"; 4]);
}

#[test]
fn a3_an_address_that_may_be_somebody_elses_counts_only_where_no_other_is() {
    assert_eq!(mapped(&["Email", "Billing Email"], &Object::ALL), ["contact.email", "-"]);
    assert_eq!(
        mapped(&["Billing Email", "Company Phone"], &Object::ALL),
        ["contact.email", "contact.phone"]
    );
    assert_eq!(mapped(&["Phone", "Company Phone"], &Object::ALL), ["contact.phone", "-"]);
}

#[test]
fn a3_do_not_disturb_is_not_any_consent() {
    let headers = ["Do Not Contact", "Do Not Call", "Email Opt Out", "Unsubscribed", "Marketing"];
    assert_eq!(mapped(&headers, &Object::ALL), ["contact.dnd", "-", "-", "-", "-"]);
}

#[test]
fn a1_slips_of_the_pen_are_likely_and_give_way() {
    let suggestions = suggested(&["Frist Name", "Last Nane", "Emial"], &Object::ALL);
    let fields = Fields::standard();
    let expected = ["contact.first_name", "contact.last_name", "contact.email"];
    assert_eq!(targets(&suggestions, &fields), expected);
    assert!(suggestions.iter().all(|suggestion| suggestion.confidence == Confidence::Likely));
    assert_eq!(mapped(&["First Name", "Frist Name"], &Object::ALL), ["contact.first_name", "-"]);
    // A word that means something else is no slip.
    assert_eq!(mapped(&["Email", "List Name"], &Object::ALL), ["contact.email", "-"]);
}

fn custom(object: Object, key: &str, label: &str, kind: FieldKind) -> CustomField {
    CustomField { object, key: key.into(), label: label.into(), kind, options: vec![] }
}

#[test]
fn a1_the_accounts_own_fields_are_found_by_key_and_label() {
    let fields = Fields::with_custom(&[
        custom(Object::Contact, "contract_no", "Contract No", FieldKind::Text),
        custom(Object::Opportunity, "roof_area", "Roof area (m²)", FieldKind::Number),
        custom(Object::Contact, "lead_status", "Lead Status", FieldKind::Text),
        custom(Object::Contact, "scan", "Scan", FieldKind::File),
    ]);
    let headers = strings(&["Contract No", "contractNo", "Roof area (m²)", "Lead Status", "Scan"]);
    let suggestions = suggest(&headers, &[], &Object::ALL, &fields);
    // A2 holds for them too, and a file cannot be imported.
    let expected =
        ["contact.contract_no", "-", "opportunity.roof_area", "contact.lead_status", "-"];
    assert_eq!(targets(&suggestions, &fields), expected);
    assert_eq!(suggestions[0].reason, "it is named like a custom field");
    let why = "its field holds files or signatures, which cannot be imported";
    assert_eq!(suggestions[4].reason, why);
}

#[test]
fn a1_beside_what_is_called_the_deals_the_plain_column_is_the_contacts() {
    let headers = "Email,Deal Name,Deal Notes,Deal Owner,Deal Source,Deal Stage,Notes,Owner,Source";
    let headers: Vec<&str> = headers.split(',').collect();
    let found = mapped(&headers, &Object::ALL);
    assert_eq!(found[6..], ["contact.notes", "contact.owner", "contact.source"]);
    assert_eq!(found[2..5], ["opportunity.notes", "opportunity.owner", "opportunity.source"]);
}

#[test]
fn a6_the_columns_of_our_own_error_log_are_left_out_but_for_the_ids() {
    let headers = [
        "Email",
        "Opportunity Name",
        "Import status",
        "Import code",
        "Import column",
        "Import message",
        "Import fix",
        "Import contact id",
        "Import opportunity id",
        "Import formats",
    ];
    let expected = [
        "contact.email",
        "opportunity.name",
        "-",
        "-",
        "-",
        "-",
        "-",
        "contact.id",
        "opportunity.id",
        "-",
    ];
    assert_eq!(mapped(&headers, &Object::ALL), expected);
    let reasons = suggested(&headers, &Object::ALL);
    assert_eq!(reasons[9].reason, "the error log's own column");
    let mapping =
        Mapping::from_suggestions(&suggested(&headers, &Object::ALL), &Fields::standard());
    assert!(mapping.resolve(&strings(&headers)).missing.is_empty());
}

#[test]
fn no_header_at_all_maps_to_nothing() {
    assert_eq!(mapped(&["", " ", "-", "#", "12"], &Object::ALL), ["-"; 5]);
    assert!(mapped(&[], &Object::ALL).is_empty());
}

#[test]
fn a3_the_name_of_an_opportunity_is_no_name_of_a_contact() {
    let headers = ["Email", "Opportunity Name", "Deal Title"];
    let expected = ["contact.email", "-", "-"];
    assert_eq!(mapped(&headers, &[Object::Contact]), expected);
}

#[test]
fn a1_what_the_account_does_without_is_not_suggested() {
    let mut account = Account::default();
    let kept = ["name", "email", "phone"].map(String::from);
    account.standard_fields.insert(Object::Contact, kept.to_vec());
    let headers = strings(&["Name", "Email", "Work Email", "City", "Tags", "Mobile"]);
    let suggestions = suggest(&headers, &[], &Object::ALL, &account.fields());
    let found = targets(&suggestions, &account.fields());
    assert_eq!(found, ["contact.name", "contact.email", "-", "-", "-", "contact.phone"]);
    assert_eq!(
        suggestions[2].reason,
        "this account has no field \"Additional Emails\" of contacts"
    );
}
