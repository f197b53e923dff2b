//! Which of several columns feeds a field that holds one value, and whose a column is by the kind of the
//! file (behaviour A1-A3).

use crm_import::dedup::DedupPolicy;
use crm_import::mapping::suggest;
use crm_import::{Account, CustomField, FieldKind, Fields, Import, Object, Source};

use super::{strings, suggested};

#[test]
fn a2_a_part_of_the_field_gives_way_to_the_column_that_is_called_it() {
    let county =
        "Email,County,City,State\nana@example.com,King,Seattle,WA\nbo@example.com,Pierce,Tacoma,WA";
    assert_eq!(suggested(county), ["c.email", "-", "c.city", "c.state"]);
    assert_eq!(suggested("Email,County,City")[1], "c.state");
    assert_eq!(suggested("Email,Suburb,City")[1..], ["-", "c.city"]);
    assert_eq!(suggested("Email,Suburb,State")[1..], ["c.city", "c.state"]);
    assert_eq!(suggested("Email,Localidad,Ciudad")[1..], ["-", "c.city"]);
    assert_eq!(suggested("Email,Description,Notes")[1..], ["-", "?c.notes"]);
    assert_eq!(suggested("Email,Origine,Source")[1..], ["-", "?c.source"]);
    assert_eq!(suggested("Email,Origine")[1], "c.source");
}

#[test]
fn a1_an_empty_column_feeds_no_field_where_another_one_has_cells() {
    let street = "Nom,Prénom,Adresse,Adresse 1\nDupont,Ana,,1 rue A\nDurand,Luc,,2 rue B";
    assert_eq!(suggested(street), ["?c.last_name", "c.first_name", "-", "?c.address"]);
    let code =
        "Email,City,Country,Country Code\nana@example.com,Oslo,,NO\nbo@example.com,Bergen,,NO";
    assert_eq!(suggested(code)[2..], ["-", "?c.country"]);
    // Without any cells the headers decide.
    assert_eq!(suggested("Email,City,Country,Country Code")[2..], ["c.country", "-"]);
    assert_eq!(suggested("Nom,Prénom,Adresse,Adresse 1")[2..], ["c.address", "-"]);
}

#[test]
fn a1_an_empty_column_of_addresses_leaves_room_for_one_that_has_some() {
    let bill = "Name,Phone,Billing Phone\nAna Lee,,206 555 0123\nBo Ray,,206 555 0124";
    assert_eq!(suggested(bill), ["c.name", "?c.additional_phones", "?c.phone"]);
    let buyer = "Attendee Email,Buyer Email\n,ana@example.com\n,bo@example.com";
    assert_eq!(suggested(buyer), ["?c.additional_emails", "?c.email"]);
    // Not if somebody else is named.
    let guests = "Attendee Name,Attendee Email,Buyer Email\nKim Ray,,ana@example.com\nLou Ray,,ana@example.com";
    assert_eq!(suggested(guests), ["?c.name", "?c.email", "-"]);
    let both = "Name,Phone,Billing Phone,City\nAna Lee,,,York\nBo Ray,,,Hull";
    assert_eq!(suggested(both)[1..3], ["c.phone", "-"]);
    // One that begins late is not empty.
    let late = format!(
        "Email,Billing Email\n{}ana@example.com,bills@example.com",
        ",bills@example.com\n".repeat(40)
    );
    assert_eq!(suggested(&late), ["c.email", "-"]);
    // Without any cells the headers decide.
    assert_eq!(suggested("Name,Phone,Billing Phone")[1..], ["c.phone", "-"]);
}

#[test]
fn a1_staat_beside_a_country_is_a_region() {
    let both = "Email,Plaats,Staat,Land\nana@example.nl,Echt,LB,nl\nbo@example.nl,Weert,LB,nl";
    assert_eq!(suggested(both)[2..], ["?c.state", "c.country"]);
    assert_eq!(suggested("Email,Ort,Staat")[2], "c.country");
}

#[test]
fn a3_whoever_owns_a_house_is_the_contact_where_nobody_else_is_named() {
    let parts = "Owner 1 First Name,Owner 1 Last Name,Owner 2 First Name,Address,Phone 1,Phone 2\n\
        Ana,Lee,Kim,1 Main St,206 555 0123,206 555 0124\nBo,Ray,Lou,2 Main St,206 555 0125,206 555 0126";
    let owner =
        ["?c.first_name", "?c.last_name", "-", "c.address", "?c.phone", "?c.additional_phones"];
    assert_eq!(suggested(parts), owner);
    let theirs = "Owner 1 First Name,Owner 1 Last Name,Owner 1 Email,Owner 2 First Name,Owner 2 Email\n\
        Ana,Lee,ana@example.com,Kim,kim@example.com\nBo,Ray,bo@example.com,Lou,lou@example.com";
    let first = ["?c.first_name", "?c.last_name", "?c.email", "-", "-"];
    assert_eq!(suggested(theirs), first);
    assert_eq!(suggested("Address,City,Owner Name,Owner Phone")[2..], ["?c.name", "?c.phone"]);
    // Who owns a record in a CRM is somebody else.
    assert_eq!(suggested("First Name,Email,Owner First Name")[2], "-");
    assert_eq!(suggested("Company,Email,Owner Name,Owner Phone")[2..], ["-", "-"]);
    assert_eq!(suggested("Company,City,Owner Name,Owner Email")[2..], ["-", "-"]);
    assert_eq!(suggested("Deal Name,Stage,Owner First Name,Owner Last Name")[2..], ["-", "-"]);
    let parts = "Owner First Name,Owner Last Name,Owner Email";
    for others in [
        "Company,Website",
        "Ticket,Subject",
        "Amount,Close Date",
        "Address,Company",
        "Address,Case",
        "Created",
    ] {
        let told = suggested(&format!("{others},{parts}"));
        assert!(told.iter().rev().take(3).all(|it| it == "-"), "{others}: {told:?}");
    }
    let deals = suggested("Amount,Close Date,Owner Name,Owner Phone,Deal Owner");
    assert_eq!(deals[2..4], ["-", "-"]);
    for house in ["Property Address", "Parcel", "Street"] {
        assert_eq!(suggested(&format!("{house},{parts}"))[1], "?c.first_name", "{house}");
    }
}

#[test]
fn a3_what_stands_behind_the_id_of_a_company_is_the_companys() {
    let file = "Record ID - Contact,First Name,Email,Phone Number,State/Region,Record ID - Company,Company name,Phone Number,City\n\
        1,Ana,ana@example.com,206 555 0123,WA,11,Acme,206 555 0199,Oslo\n2,Bo,bo@example.com,206 555 0124,OR,12,Globex,206 555 0198,Bergen";
    let expected =
        ["-", "c.first_name", "c.email", "c.phone", "c.state", "-", "c.company", "-", "-"];
    assert_eq!(suggested(file), expected);
}

#[test]
fn a3_what_only_a_person_or_an_opportunity_has_is_not_the_companys() {
    let ids = suggested(
        "Record ID - Contact,Record ID - Company,First Name,Last Name,Email,Phone Number",
    );
    assert_eq!(ids[2..], ["c.first_name", "c.last_name", "c.email", "c.phone"]);
    let deal = suggested("Record ID - Contact,Record ID - Company,Email,Deal Name,Amount");
    assert_eq!(deal[2..], ["c.email", "o.name", "?o.value"]);
    let behind = suggested(
        "Record ID - Contact,First Name,Email,Record ID - Company,Company Name,Lead Status,Mobile Phone,Deal Name,Amount",
    );
    assert_eq!(behind[4..], ["c.company", "-", "c.phone", "o.name", "?o.value"]);
    let names = suggested(
        "Record ID - Contact,Email,Record ID - Company,Company Name,City,First Name,Phone Number",
    );
    // A town of the company is better than none.
    assert_eq!(names[3..], ["c.company", "?c.city", "c.first_name", "c.phone"]);
}

#[test]
fn a3_a_name_behind_a_slash_is_that_of_what_a_column_refers_to_and_of_nothing_else() {
    assert_eq!(suggested("Email/Name,Email")[1], "c.email");
    assert_ne!(suggested("Email/Name,Email")[0], "c.email");
    for header in ["Surname/Name", "Cognome/Name", "Family Name/Name", "Phone/Name"] {
        let told = &suggested(&format!("{header},E-mail"))[0];
        assert!(!told.contains("last_name") && !told.contains("phone"), "{header}: {told}");
    }
    assert_eq!(suggested("Email,Company/Name,Followers/Display Name")[1], "c.company");
    assert_eq!(suggested("Deal Name,Email,Pipeline/Name")[2], "o.pipeline");
}

#[test]
fn p5_where_nobody_is_named_the_company_is_the_opportunitys() {
    let deals = ["o.name", "?o.business_name", "o.stage", "-", "?o.source"];
    assert_eq!(suggested("Deal Name,Company,Stage,Country,Source"), deals);
    // A contact that can be found or made keeps its company.
    for who in ["Email", "Contact", "Phone", "Contact ID", "Last Name"] {
        assert_eq!(suggested(&format!("Deal Name,Company,{who}"))[1], "c.company", "{who}");
    }
    // Nor does a company alone make a file one of opportunities.
    assert_eq!(suggested("Company,City,Country"), ["c.company", "c.city", "c.country"]);
}

#[test]
fn p5_a_company_that_contacts_are_matched_by_says_who_the_contact_is() {
    let file = "Deal Name,Company,Country,Tags,City\nRoof,Acme,NO,vip,Oslo\n";
    let told = |dedup: DedupPolicy| {
        let account = Account { dedup, ..Account::default() };
        let fields = account.fields();
        let suggested =
            Import::new().suggest(&Source::from_bytes(file.as_bytes()).open().unwrap(), &account);
        let company = fields.get(suggested[1].target.unwrap());
        format!("{}.{}", company.object, company.key)
    };
    assert_eq!(told(DedupPolicy::by([["company"]])), "contact.company");
    assert_eq!(told(DedupPolicy::by([["company", "city"]])), "contact.company");
    assert_eq!(told(DedupPolicy::by([["company", "website"]])), "opportunity.business_name");
    assert_eq!(told(DedupPolicy::default()), "opportunity.business_name");
}

#[test]
fn a3_a_town_behind_a_street_that_the_account_has_a_field_for_is_not_the_contacts() {
    let street = CustomField {
        object: Object::Contact,
        key: "property_address".into(),
        label: "Property Address".into(),
        kind: FieldKind::Text,
        options: vec![],
    };
    let fields = Fields::with_custom(&[street]);
    let headers = strings(&["Name", "Property Address", "City", "State", "Zip"]);
    let rows = [strings(&["Ana Lee", "1 Main St", "Atlanta", "GA", "30303"])];
    let suggested = suggest(&headers, &rows, &[Object::Contact], &fields);
    let keys = suggested.iter().map(|it| it.target.map_or("-", |id| &fields.get(id).key));
    assert_eq!(keys.collect::<Vec<_>>(), ["name", "property_address", "-", "-", "-"]);
}

#[test]
fn a6_beside_the_columns_of_our_error_log_a_column_means_what_it_meant_in_the_file() {
    let own = "Import status,Import contact id,Import opportunity id,Import formats";
    for file in [
        "First Name,Last Name,Name,Email",
        "Name,First Name,Last Name,Phone,Stage",
        "First Name,Email,Project Name,Stage",
        "Name,Email,Billing Name,Total",
        "Name,Phone,Company,Value",
        "Company,City,Notes,Source",
        "Name,Contact Name,Notes",
        "Email,Contact ID,Notes",
    ] {
        let before = suggested(file);
        let log = suggested(&format!("{file},{own}"));
        assert_eq!(log[..before.len()], before, "{file}");
        assert_eq!(log[before.len()..], ["-", "c.id", "o.id", "-"], "{file}");
    }
}

#[test]
fn a1_whose_an_id_is_no_header_tells() {
    assert_eq!(suggested("Contact ID,Email\n0035e00000ABCd,ana@example.com")[0], "?c.id");
    assert_eq!(suggested("Opportunity ID,Opportunity Name,Email")[0], "?o.id");
}

#[test]
fn a1_a_record_that_is_called_otherwise_than_its_contact_is_a_company() {
    let of = |names: &str| suggested(&format!("display_name,primary_contact_name,status\n{names}"));
    assert_eq!(of("Owl Ltd,Kim Poe,Open\nFox Inc,Ned Fox,Open")[..2], ["?c.company", "?c.name"]);
    // The same people, written in another way.
    assert_eq!(of("Owl Ltd,Kim Poe,Open\n\"Fox; Ned\",Ned Fox,Open")[0], "-");
    assert_eq!(of("Kim Poe,Kim Poe,Open")[0], "-");
    assert_eq!(of(",Kim Poe,Open")[0], "-");
    let own = "Display Name,Contact Name,Company\nOwl,Kim Poe,Owl Ltd";
    assert_eq!(suggested(own), ["-", "c.name", "c.company"]);
}

#[test]
fn a1_a_task_is_the_opportunity_in_a_file_of_deals() {
    let deals = "Task Name,Deal Value,Email,Contact Name\nRoof,900,kim@example.com,Kim Poe";
    assert_eq!(suggested(deals), ["?o.name", "o.value", "c.email", "c.name"]);
    assert_eq!(suggested("Task Name,Due Date,Email,Contact Name")[..2], ["-", "-"]);
    assert_eq!(suggested("Task Name,Deal Name,Deal Value,Email")[..2], ["-", "o.name"]);
}

#[test]
fn a1_what_nothing_names_as_an_opportunity_takes_no_notes_from_the_contact() {
    let lone = "Name,Email,Deal Size,Notes,Source\nZoe Park,zoe@example.com,$400,likes tea,Fair";
    assert_eq!(suggested(lone)[3..], ["?c.notes", "?c.source"]);
    let named = "Email,Deal Name,Deal Size,Notes\nzoe@example.com,Roof,$400,leaks";
    assert_eq!(suggested(named)[3], "?o.notes");
}

#[test]
fn a1_a_phone_of_the_evening_is_one_more_and_accounts_are_companies_where_none_is() {
    let phones = "Name,Tel (day),Tel (eve),Accounts\nKim Poe,206-555-0101,206-555-0102,Owl Ltd";
    let found = suggested(phones);
    assert_eq!(found[1..], ["?c.phone", "?c.additional_phones", "?c.company"]);
    let counts = format!("Name,Email,Accounts{}", "\nKim Poe,kim@example.com,3".repeat(5));
    assert_eq!(suggested(&counts)[2], "-");
    assert_eq!(suggested("Name,Email,Accounts,Company")[2..], ["-", "c.company"]);
}

#[test]
fn a1_german_short_forms_say_which_of_several() {
    let all = "Name,Telefon priv.,Tel. gesch.,Tel. dienstl.,Mobil,E-Mail priv.";
    let more = "?c.additional_phones";
    assert_eq!(suggested(all), ["c.name", more, more, more, "c.phone", "?c.email"]);
    assert_eq!(suggested("Name,Tel. gesch.,E-Mail gesch.")[1..], ["?c.phone", "?c.email"]);
}

#[test]
fn a1_whoever_is_responsible_for_a_deal_owns_it() {
    let deals = "Deal Name,Stage,Amount,Contact,Responsible";
    assert_eq!(suggested(deals)[4], "?o.owner");
    assert_eq!(suggested("Name,Email,Responsible Person")[2], "-");
}
