//! A1: what the values of a column say of it, for and against its header.

use crm_import::mapping::suggest;
use crm_import::{Fields, Import, MemoryStorage, Object, Source};

use super::suggest::targets;
use super::{codes, offered, strings};

#[test]
fn a1_values_take_back_what_the_header_promises() {
    let headers = strings(&["Opportunity", "Value", "Email", "Birthday", "Status"]);
    let rows = [
        strings(&["Roof", "2026-01-05", "yes", "no", "Active"]),
        strings(&["Barn", "2026-01-06", "no", "yes", "Customer"]),
    ];
    let fields = Fields::standard();
    let with_values = suggest(&headers, &rows, &Object::ALL, &fields);
    assert_eq!(targets(&with_values, &fields), ["opportunity.name", "-", "-", "-", "-"]);
    assert_eq!(with_values[1].reason, "its values are something else");
    let without = suggest(&headers, &[], &Object::ALL, &fields);
    assert!(without.iter().all(|suggestion| suggestion.target.is_some()));
}

#[test]
fn a1_a_yes_or_no_under_the_header_of_a_name_is_what_somebody_is_called() {
    let fields = Fields::standard();
    let headers = strings(&["First Name", "Last Name", "Email"]);
    for (one, other) in [("Tak", "Sim"), ("Si", "Nu"), ("Da", "Sim")] {
        let row = |name| strings(&["Ana", name, "ana@example.com"]);
        let suggestions = suggest(&headers, &[row(one), row(other)], &Object::ALL, &fields);
        assert_eq!(targets(&suggestions, &fields)[1], "contact.last_name", "{one} {other}");
    }
}

#[test]
fn a1_values_that_cannot_be_what_the_header_says_are_left_out() {
    let fields = Fields::standard();
    for (header, first, second) in [
        ("State", "Active", "inactive"),
        ("Company", "yes", "no"),
        ("Website", "ana@example.com", "bo@example.com"),
        ("Contact", "12", "13"),
        ("Contact", "yes", "no"),
        ("Website", "Main campus", "North campus"),
        ("Site Contact", "Pat", "Kim"),
        ("City", "4711", "4712"),
        ("Company", "12", "13"),
        ("Zip", "yes", "no"),
        ("Pipeline", "yes", "no"),
        ("Contact Owner", "yes", "no"),
        ("Cliente", "Sim", "Não"),
        ("Firma", "ja", "nein"),
        ("Estado", "Ganado", "en proceso"),
        ("Estado", "Ativo", "Concluído"),
        ("Estado", "ofertado", "vendido"),
        ("Provincia", "Da richiamare", "acquisita"),
        ("Provincia", "attivo", "In attesa"),
        ("Bundesland", "Gewonnen", "in Bearbeitung"),
        ("Province", "En cours", "Fermée"),
    ] {
        let headers = strings(&["Deal Name", "Email", header]);
        let row = |value| strings(&["Roof", "ana@example.com", value]);
        let suggestions = suggest(&headers, &[row(first), row(second)], &Object::ALL, &fields);
        assert_eq!(targets(&suggestions, &fields)[2], "-", "{header}");
        assert_eq!(suggestions[2].reason, "its values are something else", "{header}");
    }
    // What may be both is what the header says.
    for (header, first, second, expected) in [
        ("State", "ON", "ON", "contact.state"),
        ("State", "NY", "NE", "contact.state"),
        ("Estado", "Pará", "Nuevo León", "contact.state"),
        ("CEP", "01310-100", "20040002", "contact.postal_code"),
        ("Cep", "0532 123 45 67", "+90 533 123 45 67", "contact.phone"),
        ("Company", "Open", "New", "contact.company"),
        ("City", "12", "Nice", "contact.city"),
        ("Company", "3M", "84 Lumber", "contact.company"),
        ("Country", "NO", "NO", "contact.country"),
        ("Website", "example.com", "none", "contact.website"),
        // Of a few wrong ones each is told, where it stands.
        ("Phone", "12", "13", "contact.phone"),
        ("Email", "nowhere", "ana at example", "contact.email"),
    ] {
        let rows = [strings(&[first]), strings(&[second])];
        let suggestions = suggest(&strings(&[header]), &rows, &Object::ALL, &fields);
        assert_eq!(targets(&suggestions, &fields), [expected], "{header}");
    }
}

#[test]
fn a1_a_contact_or_an_address_is_what_its_values_are() {
    let fields = Fields::standard();
    for (header, first, second, expected) in [
        ("Contact", "206-555-0123", "206-555-0124", "contact.phone"),
        ("Contact", "ana@example.com", "bo@example.com", "contact.email"),
        ("Address", "ana@example.com", "bo@example.com", "contact.email"),
        ("Address", "1 Main St", "2 Oak Ave", "contact.address"),
        ("Numéro", "+33 6 12 34 56 78", "+33 6 12 34 56 79", "contact.phone"),
        ("Number", "2065550123", "2065550124", "-"),
    ] {
        let headers = strings(&["Name", header]);
        let rows = [strings(&["Ana Lee", first]), strings(&["Bo Ek", second])];
        let suggestions = suggest(&headers, &rows, &[Object::Contact], &fields);
        assert_eq!(targets(&suggestions, &fields), ["contact.name", expected], "{header} {first}");
    }
}

#[test]
fn a1_values_say_what_the_header_does_not() {
    let headers = strings(&["Login", "Work", "Owner"]);
    let rows = [
        strings(&["ana@example.com", "217-555-0123", "kim@example.com"]),
        strings(&["bo@example.com", "217-555-0188", "kim@example.com"]),
    ];
    let fields = Fields::standard();
    let suggestions = suggest(&headers, &rows, &[Object::Contact], &fields);
    assert_eq!(targets(&suggestions, &fields), ["contact.email", "contact.phone", "contact.owner"]);
    assert_eq!(suggestions[0].reason, "its values are e-mail addresses");
}

#[test]
fn a1_a_column_of_addresses_is_left_where_its_header_says_whose_they_are() {
    let fields = Fields::standard();
    for header in ["Host", "Created By", "Assigned To Email", "Parent", "Company inbox", "Refers"] {
        let headers = strings(&["Name", header]);
        let rows = [strings(&["Ana", "kim@example.com"]), strings(&["Bo", "kim@example.com"])];
        let suggestions = suggest(&headers, &rows, &[Object::Contact], &fields);
        let expected = if header == "Refers" { "contact.email" } else { "-" };
        assert_eq!(targets(&suggestions, &fields)[1], expected, "{header}");
    }
}

#[test]
fn a1_an_empty_column_is_not_the_primary_one() {
    let fields = Fields::standard();
    let headers = strings(&["Name", "Home Phone", "Mobile Phone", "Primary Phone"]);
    let row = |primary| strings(&["Ann Bee", "217-555-0101", "217-555-0102", primary]);
    let both = "contact.additional_phones";
    let mapped = |rows: &[Vec<String>]| {
        targets(&suggest(&headers, rows, &[Object::Contact], &fields), &fields)
    };
    assert_eq!(mapped(&[row(""), row("")]), ["contact.name", both, "contact.phone", both]);
    let filled = [row(""), row("217-555-0103")];
    assert_eq!(mapped(&filled), ["contact.name", both, both, "contact.phone"]);
    assert_eq!(mapped(&[]), ["contact.name", both, both, "contact.phone"]);
}

#[test]
fn a1_contacts_with_numbers_are_people_or_phones_by_their_values() {
    let fields = Fields::standard();
    let headers = strings(&["Company", "Contact 1", "Email 1", "Contact 2", "Email 2"]);
    let row = |one, other| strings(&["Acme", one, "ann@example.com", other, "cy@example.com"]);
    let people = suggest(&headers, &[row("Ann Bee", "Cy Dee")], &[Object::Contact], &fields);
    let expected = ["contact.company", "contact.name", "contact.email", "-", "-"];
    assert_eq!(targets(&people, &fields), expected);
    let phones =
        suggest(&headers, &[row("217-555-0123", "217-555-0124")], &[Object::Contact], &fields);
    let expected = ["contact.company", "-", "contact.email", "-", "contact.additional_emails"];
    assert_eq!(targets(&phones, &fields), expected);
}

#[test]
fn a1_a_name_with_an_address_behind_it_is_both() {
    for (file, header) in [
        (
            "Deal Name,Amount,Associated Contact\nRoof,12,Jane Roe (Jane@example.com)\n",
            "contact.name",
        ),
        (
            "Deal Name,Amount,Associated Contact\nRoof,12,Jane Roe <jane@example.com>\n",
            "contact.name",
        ),
        (
            "Deal Name,Amount,E-Mail\nRoof,12,\"\"\"Roe, Jane\"\" <jane@example.com>\"\n",
            "contact.email",
        ),
        (
            "Deal Name,Amount,Associated Contact,Email\nRoof,12,Jane Roe (j@example.com),jane@example.com\n",
            "contact.name",
        ),
    ] {
        let mut crm = MemoryStorage::new(Default::default());
        let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        assert_eq!(offered(&plan, Object::Contact, "first_name"), "Jane", "{file}");
        assert_eq!(offered(&plan, Object::Contact, "last_name"), "Roe", "{file}");
        assert_eq!(offered(&plan, Object::Contact, "email"), "jane@example.com", "{file}");
        assert_eq!(codes(&plan), [""; 0], "{file}");
        let rows = Source::from_bytes(file.as_bytes()).open().unwrap();
        let suggested = Import::new().suggest(&rows, &Default::default());
        assert_eq!(targets(&suggested, &Fields::standard())[2], header, "{file}");
    }
}

#[test]
fn a3_a_column_with_several_people_in_a_cell_names_no_contact() {
    let file = ["Ann Bee (ann@example.com)", "Ann Bee (ann@example.com);Cy Dee (cy@example.com)"];
    let headers = strings(&["Deal Name", "Associated Contact"]);
    let rows = file.map(|cell| strings(&["Roof", cell]));
    let fields = Fields::standard();
    let suggestions = suggest(&headers, &rows, &Object::ALL, &fields);
    assert_eq!(targets(&suggestions, &fields)[1], "-");
    assert_eq!(suggestions[1].also, None);
}

#[test]
fn v1_of_two_people_in_a_cell_the_second_gives_the_first_no_address() {
    let one = "Roof,Jane Roe (jane@example.com)\n".repeat(2_000);
    let file = format!(
        "Deal Name,Associated Contact\n{one}Deck,Ann (ann@example.com);Cy (cy@example.com)\n"
    );
    let mut crm = MemoryStorage::new(Default::default());
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    let row = plan.rows().last().unwrap();
    let contact = row.side(Object::Contact).unwrap();
    assert!(contact.values().iter().all(|(field, _)| field.kind != crm_import::FieldKind::Email));
    assert_eq!(codes(&plan)[..1], ["email-invalid"]);
}
