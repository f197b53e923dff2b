//! L2: columns that are left out are listed with counts, consents by name.

use crm_import::{Import, Mapping, MemoryStorage, Object, Source};

#[test]
fn l2_columns_left_out_are_listed_with_counts_and_examples() {
    let file = "\
Email,Shoe size,Empty,Unsubscribed,Fax,Import status
a@example.com,43,,no,1,failed
b@example.com,43,,yes,2,failed
c@example.com,38,,,3,failed
d@example.com,40,,,4,failed
e@example.com,41,,no,5,failed
";
    let mapping = Mapping::default().column("Email", Object::Contact, "email").ignore("Fax");
    let import = Import::new().mapping(mapping);
    let plan =
        import.plan(Source::from_bytes(file.as_bytes()), &mut MemoryStorage::default()).unwrap();
    let told: Vec<_> = plan
        .unmapped()
        .iter()
        .map(|c| (c.index, c.header.as_str(), c.filled, c.examples.join(" "), c.is_consent))
        .collect();
    // Neither empty columns, nor ignored ones, nor those of our own error log (A6).
    let expected = [
        (1, "Shoe size", 5, "43 38 40".to_owned(), false),
        (3, "Unsubscribed", 3, "no yes".to_owned(), true),
    ];
    assert_eq!(told, expected);
}

#[test]
fn l2_headers_that_speak_of_a_consent_are_known_by_their_words() {
    let consents = [
        "Newsletter",
        "Email Opt-In",
        "Opted out of email",
        "Accepts Marketing",
        "Do Not Call",
        "GDPR consent",
        "Einwilligung Werbung",
        "Consentement RGPD",
        "Unsubscribed from all email",
    ];
    let others = [
        "Shoe size",
        "Option",
        "Dog",
        "Optimism",
        "Contactless",
        // So Dynamics calls the columns that it keeps for itself.
        "(Do Not Modify) Row Checksum",
    ];
    let file = format!(
        "Email,{},{}\na@example.com{}\n",
        consents.join(","),
        others.join(","),
        ",x".repeat(consents.len() + others.len())
    );
    let mapping = Mapping::default().column("Email", Object::Contact, "email");
    let import = Import::new().mapping(mapping);
    let plan =
        import.plan(Source::from_bytes(file.as_bytes()), &mut MemoryStorage::default()).unwrap();
    let named: Vec<&str> = plan
        .unmapped()
        .iter()
        .filter(|column| column.is_consent)
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(named, consents);
}
