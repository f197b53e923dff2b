//! What the columns of a file mean is what they mean in its log, whatever the few rows of that would say (§15).

use crm_import::mapping::Mapping;
use crm_import::{Account, Import, MemoryStorage, Object, Source};

use super::{log_of, records, run};
use Object::Contact;

/// What is suggested for each column of a file that is not one of ours.
fn suggested(file: &str, account: &Account) -> Vec<(String, Option<String>)> {
    let rows = Source::from_bytes(file.as_bytes()).open().unwrap();
    let columns = Import::new().suggest(&rows, account).into_iter();
    let file = columns.filter(|column| !column.header.starts_with("Import "));
    let fields = account.fields();
    file.map(|column| {
        let field = column.target.map(|id| fields.get(id));
        (column.header, field.map(|it| format!("{}.{}", it.object, it.key)))
    })
    .collect()
}

#[test]
fn section_15_a_column_means_in_the_log_what_it_meant_in_the_file() {
    for file in [
        // Only its cells say that it holds addresses.
        "Subscriber,Name,Last Name,Status,Contact ID\nana@x.org,Ana,Lee,active,c9\nbo@x.org,Bo,Ray,bounced,\n",
        // A name is the whole one, an order's number, or a company's.
        "First Name,Name,Email,Contact ID\nMaria,Ana Lee,a@x.org,c9\nBo,Bo Ray,b@x.org,\nCy,Cy Fox,c@x.org,\n",
        "Name,Email,Billing Name,Contact ID\n,a@x.org,Ana Lee,c9\n#1001,b@x.org,Bo Ray,\n#1002,c@x.org,Cy Fox,\n",
        "display_name,primary_contact_name,Email,Contact ID\nOwl Ltd,,a@x.org,c9\nFox Inc,Bo Ray,b@x.org,\n",
        // All that is left is what could not be used.
        "Email,Phone,Contact ID\na@x.org,see notes,c9\nb@x.org,206-555-0101,\n",
        "Home,Email,Contact ID\n,a@x.org,c9\n206-555-0101,b@x.org,\n206-555-0102,c@x.org,\n",
    ] {
        let mut crm = MemoryStorage::default();
        crm.account.default_country = Some("US".into());
        let before = suggested(file, &crm.account);
        let log = log_of(&run(&Import::new(), file, &mut crm));
        assert_eq!(records(&log).len(), 2, "{log}");
        assert_eq!(suggested(&log, &crm.account), before, "{log}");
        // So it does in the log of the log, and once it is mended.
        let again = log_of(&run(&Import::new(), &log, &mut crm));
        assert_eq!(suggested(&again, &crm.account), before, "{again}");
        let made = crm.len(Contact);
        run(&Import::new(), &again.replace("c9", ""), &mut crm);
        assert_eq!(crm.len(Contact), made + 1);
        assert!(crm.iter(Contact).all(|(_, contact)| contact.value("email").is_some()), "{log}");
    }
}

#[test]
fn section_15_a_column_that_somebody_has_mapped_otherwise_is_so_in_the_log() {
    let mapping = Mapping::default()
        .column("Email", Contact, "email")
        .column("Town", Contact, "state")
        .column("Contact ID", Contact, "id");
    let file = "Email,Town,Zip,Contact ID\na@x.org,York,89501,c9\n";
    let mut crm = MemoryStorage::default();
    let log = log_of(&run(&Import::new().mapping(mapping), file, &mut crm));
    assert!(log.contains("Town=contact.state; Zip=-"), "{log}");
    run(&Import::new(), &log.replace("c9", ""), &mut crm);
    let (_, ana) = crm.iter(Contact).next().unwrap();
    assert_eq!((ana.value("state"), ana.value("postal_code")), (Some("York"), None));
    // A log of before says nothing of that.
    let log = log.replace("Town=contact.state; Zip=-", "").replace("c9", "");
    assert_eq!(suggested(&log, &crm.account)[2].1.as_deref(), Some("contact.postal_code"));
}
