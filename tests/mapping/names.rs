//! What a column called `Name` is: by the columns beside it, by its values (behaviour A1, §10).

use crm_import::mapping::{Blank, Confidence, suggest};
use crm_import::plan::ColumnCounts;
use crm_import::{Account, Fields, Import, Mapping, MemoryStorage, Mode, Object, Plan, Source};

use super::{codes, plan, strings};
use Object::Contact;

/// What is suggested for the columns of a file, with how sure that is where it is not sure.
fn suggested(file: &str) -> Vec<String> {
    let mut rows = file.lines().map(|line| strings(&line.split(',').collect::<Vec<_>>()));
    let headers = rows.next().unwrap();
    let samples: Vec<Vec<String>> = rows.collect();
    let fields = Fields::standard();
    let both = [Object::Contact, Object::Opportunity];
    let told = suggest(&headers, &samples, &both, &fields).into_iter().map(|suggestion| {
        let Some(id) = suggestion.target else { return "-".to_owned() };
        let field = fields.get(id);
        let mark = if suggestion.confidence == Confidence::Sure { "" } else { "?" };
        format!("{mark}{}.{}", &field.object.name()[..1], field.key)
    });
    told.collect()
}

#[test]
fn a1_name_beside_one_part_of_a_name_is_the_other_part() {
    let first = ["?c.last_name", "c.first_name"];
    assert_eq!(suggested("Name,First Name\nSmith,Anna\nBerg,Bo"), first);
    assert_eq!(suggested("Name,First Name"), first);
    assert_eq!(suggested("Naam,Voornaam\nvan der Berg,Anna"), first);
    let last = ["?c.first_name", "c.last_name"];
    assert_eq!(suggested("Name,Last Name\nAnna,Smith\nBo,Berg"), last);
    assert_eq!(suggested("Name,Surname\nAnna Maria,Smith"), last);
    assert_eq!(suggested("Name,Apellidos,Email")[..2], last);
}

#[test]
fn a1_name_is_the_full_name_where_its_values_say_so() {
    let first = ["?c.name", "c.first_name"];
    assert_eq!(suggested("Name,First Name\nAnna Smith,Anna\nBo Berg,Bo"), first);
    assert_eq!(suggested("Name,Vorname\nSmith; Anna,Anna"), first);
    assert_eq!(suggested("Name,First Name\nAnna Smith,\nBo Berg,"), first);
    assert_eq!(suggested("Name,Last Name\nAnna Smith,Smith"), ["?c.name", "c.last_name"]);
    let all = ["?c.name", "c.first_name", "c.last_name"];
    assert_eq!(suggested("Name,First Name,Last Name\nAnna Smith,Anna,Smith"), all);
    // Another name's part says nothing.
    assert_eq!(suggested("Name,Billing First Name")[0], "c.name");
}

#[test]
fn a1_the_name_in_a_file_of_opportunities_is_theirs() {
    let deals = ["?o.name", "o.pipeline", "o.stage", "?o.value"];
    assert_eq!(suggested("Name,Pipeline,Stage,Value\nRoof,Sales,New,100"), deals);
    assert_eq!(suggested("Name,Stage,Tags")[0], "?o.name");
    assert_eq!(suggested("Name,Pipeline,Stage,Email")[0], "?c.name");
    assert_eq!(suggested("Name,Contact Name,Stage")[..2], ["?o.name", "c.name"]);
    assert_eq!(suggested("Name,Email,City")[0], "c.name");
}

/// A mapping of these headers of contacts, beside `Email`.
fn mapping(columns: &[(&str, &str)]) -> Mapping {
    let mapping = Mapping::default().column("Email", Contact, "email");
    columns.iter().fold(mapping, |mapping, (header, field)| mapping.column(header, Contact, field))
}

const NAME: (&str, &str) = ("Name", "name");
const FIRST: (&str, &str) = ("First Name", "first_name");
const LAST: (&str, &str) = ("Last Name", "last_name");

/// What each step writes besides the e-mail address.
fn written(plan: &Plan) -> Vec<String> {
    let of_step = plan.steps().map(|step| {
        let changes = step.changes();
        let changes = changes.iter().filter(|change| change.key() != "email");
        let told = changes.map(|change| format!("{}={}", change.key(), change.text()));
        told.collect::<Vec<_>>().join(" ")
    });
    of_step.collect()
}

#[test]
fn s10_a_full_name_says_what_the_columns_of_its_parts_leave_blank() {
    let columns = [NAME, FIRST];
    for (name, first, expected) in [
        ("Smith", "Anna", "first_name=Anna last_name=Smith"),
        ("Anna Smith", "Anna", "first_name=Anna last_name=Smith"),
        ("Smith; Anna", "Anna", "first_name=Anna last_name=Smith"),
        ("Anna", "Anna", "first_name=Anna"),
        ("ANNA", "Anna", "first_name=Anna"),
        ("Anna Smith", "", "first_name=Anna last_name=Smith"),
        ("Anna", "", "first_name=Anna"),
        ("", "Anna", "first_name=Anna"),
        ("Anna Maria Smith", "Anna", "first_name=Anna last_name=Smith"),
    ] {
        let name = name.replace("; ", ", ");
        let file = format!("Email,Name,First Name\na@x.com,\"{name}\",{first}\n");
        let plan = plan(&mapping(&columns), &file, &mut MemoryStorage::default());
        assert_eq!(written(&plan), [expected], "{file}");
        // Wherever the columns stand.
        let file = format!("First Name,Email,Name\n{first},a@x.com,\"{name}\"\n");
        let plan = super::plan(&mapping(&columns), &file, &mut MemoryStorage::default());
        assert_eq!(written(&plan), [expected], "{file}");
    }
    let columns = [LAST, NAME];
    for (name, last, expected) in [
        ("Anna", "Smith", "first_name=Anna last_name=Smith"),
        ("Anna Smith", "Smith", "first_name=Anna last_name=Smith"),
        ("Smith", "Smith", "last_name=Smith"),
        ("Anna Smith", "", "first_name=Anna last_name=Smith"),
        ("Anna", "", "first_name=Anna"),
    ] {
        let file = format!("Email,Name,Last Name\na@x.com,{name},{last}\n");
        let plan = plan(&mapping(&columns), &file, &mut MemoryStorage::default());
        assert_eq!(written(&plan), [expected], "{file}");
    }
}

#[test]
fn l2_what_a_full_name_says_in_vain_is_counted() {
    let file = "\
Email,Name,First Name,Last Name
a@x.com,Anna Smith,Anna,Smith
b@x.com,Bob Jones,Anna,Smith
c@x.com,Anna Jones,Anna,Smith
d@x.com,Anna Smith,,
e@x.com,Smith,Anna,
f@x.com,Zed,Anna,Smith
g@x.com,Anna,Anna,Smith
";
    let plan = plan(&mapping(&[NAME, FIRST, LAST]), file, &mut MemoryStorage::default());
    assert_eq!(codes(&plan), [] as [&str; 0]);
    let told = written(&plan);
    assert!(told.iter().all(|step| step == "first_name=Anna last_name=Smith"), "{told:?}");
    let counts = plan.column_counts();
    let of = |header: &str| -> &ColumnCounts {
        counts.iter().find(|column| column.header == header).unwrap()
    };
    assert_eq!((of("Name").filled, of("Name").taken, of("Name").left_out), (7, 4, 3));
    assert_eq!((of("First Name").filled, of("First Name").taken), (6, 6));
    assert_eq!((of("Last Name").filled, of("Last Name").taken), (5, 5));
}

#[test]
fn s10_a_full_name_beside_a_part_updates_finds_and_clears_as_its_parts_would() {
    let account = Account {
        dedup: crm_import::account::DedupPolicy::by([["first_name", "last_name"]]),
        ..Account::default()
    };
    let mut crm = MemoryStorage::new(account);
    crm.insert(Contact, [("first_name", "Anna"), ("last_name", "Smith"), ("city", "York")]);
    let mut mapping = mapping(&[NAME, FIRST, ("City", "city")]);
    for column in &mut mapping.columns[1..] {
        column.blank = Some(Blank::Clear);
    }
    let file = "Email,Name,First Name,City\na@x.com,Anna Smith,Anna,\nb@x.com,,Anna,\n";
    for windows in [1, 2] {
        let mut crm = crm.clone();
        let import = Import::new().mapping(mapping.clone()).run_window(windows);
        import.run(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
        let anna = crm.get(Contact, "c1").unwrap();
        let value = |key: &str| anna.value(key);
        assert_eq!((value("first_name"), value("last_name")), (Some("Anna"), Some("Smith")));
        assert_eq!((value("city"), value("name")), (None, None));
        assert_eq!(crm.len(Contact), 2);
        let other = crm.get(Contact, "c2").unwrap();
        assert_eq!((other.value("first_name"), other.value("last_name")), (Some("Anna"), None));
    }
}

#[test]
fn s10_no_step_holds_a_full_name_where_its_parts_are_kept() {
    let file = "Email,Name,First Name\na@x.com,Smith,Anna\nb@x.com,Bo Berg,Bo\n";
    for (columns, mode) in [
        (vec![NAME], Mode::Create),
        (vec![NAME, FIRST], Mode::Upsert),
        (vec![FIRST, NAME], Mode::Upsert),
    ] {
        let import = Import::new().mapping(mapping(&columns)).contacts(mode);
        let file = Source::from_bytes(file.as_bytes());
        let plan = import.plan(file, &mut MemoryStorage::default()).unwrap();
        assert!(plan.steps().all(|step| step.changes().get("name").is_none()));
    }
    // With the mapping that is suggested, too.
    let mut crm = MemoryStorage::default();
    let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    assert_eq!(written(&plan)[1], "first_name=Bo last_name=Berg");
}

#[test]
fn w6_a_default_of_one_word_is_a_first_name() {
    let mut mapping = mapping(&[NAME]);
    mapping.columns[1].default = Some("Unknown".into());
    let plan = plan(&mapping, "Email,Name\na@x.com,\n", &mut MemoryStorage::default());
    assert_eq!(written(&plan), ["first_name=Unknown"]);
}
