//! What a column called `Name` is: by the columns beside it, by its values (behaviour A1, §10).

use crm_import::mapping::{Blank, suggest};
use crm_import::plan::ColumnCounts;
use crm_import::{Account, Import, Mapping, MemoryStorage, Mode, Object, Plan, Source};

use super::{codes, plan, strings, suggested};
use Object::Contact;

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
        // What the column of the first name does not say is the last name: no word is lost (L2).
        ("Maria Garcia Lopez", "Maria", "first_name=Maria last_name=Garcia Lopez"),
        ("MARIA  Garcia Lopez", "Maria", "first_name=Maria last_name=Garcia Lopez"),
        ("Maria Garcia Lopez; Jr.", "Maria", "first_name=Maria last_name=Garcia Lopez, Jr."),
        ("Jo Ann de la Cruz", "Jo Ann", "first_name=Jo Ann last_name=de la Cruz"),
        ("Smith; Anna Maria", "Anna", "first_name=Anna last_name=Smith"),
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

/// A table of customers with one column for the name.
fn customers(more: &[&str]) -> Account {
    let kept = [&["name", "email"], more].concat();
    let dedup = crm_import::dedup::DedupPolicy::by([["email"]]);
    Account { dedup, ..Account::default() }.only(Contact, &kept)
}

#[test]
fn a1_parts_of_a_name_are_suggested_where_it_is_kept_whole_unless_the_file_has_it() {
    let told = |headers: &[&str], samples: &[&[&str]], account: &Account| -> Vec<String> {
        let samples: Vec<Vec<String>> = samples.iter().map(|row| strings(row)).collect();
        let fields = account.fields();
        let suggested = suggest(&strings(headers), &samples, &[Contact], &fields);
        let told = suggested.into_iter().map(|it| {
            let key = it.target.map_or("-", |id| fields.get(id).key.as_str());
            format!("{key}: {}", it.reason)
        });
        told.collect()
    };
    let parts = told(&["First Name", "Last Name", "Email"], &[], &customers(&[]));
    assert_eq!(
        parts,
        [
            "first_name: the header names the field; it is joined to the name",
            "last_name: the header names the field; it is joined to the name",
            "email: the header names the field",
        ]
    );
    let whole = told(&["First Name", "Full Name", "Last Name"], &[], &customers(&[]));
    assert_eq!(
        whole,
        [
            "-: another column holds the whole name",
            "name: the header names the field",
            "-: another column holds the whole name",
        ]
    );
    // `Name` beside a part is the other one, or the whole, as in any account.
    let surname = told(&["Vorname", "Name"], &[&["Anna", "Berg"]], &customers(&[]));
    assert_eq!(
        surname,
        [
            "first_name: the header names the field; it is joined to the name",
            "last_name: it stands beside a first name; it is joined to the name",
        ]
    );
    let full = told(&["Vorname", "Name"], &[&["Anna", "Anna Berg"]], &customers(&[]));
    assert_eq!(full[0], "-: another column holds the whole name");
    // What is kept as well is a field like any other.
    let both =
        told(&["First Name", "Name"], &[&["Anna", "Anna Berg"]], &customers(&["first_name"]));
    assert_eq!(both, ["first_name: the header names the field", "name: its values are full names"]);
}

#[test]
fn a5_a_mapping_of_joined_names_is_stored_and_used_on_next_weeks_file() {
    let mut crm = MemoryStorage::new(customers(&[]));
    let plan = |import: Import, file: &str, crm: &mut MemoryStorage| {
        import.plan(Source::from_bytes(file.as_bytes().to_vec()), crm).unwrap()
    };
    let file = "First Name,Last Name,Email\nAna,Lee,ana@example.com\n";
    let first = plan(Import::new(), file, &mut crm);
    assert_eq!(first.unmapped().len(), 0);
    let stored = serde_json::to_string(first.mapping()).unwrap();
    let mapping: Mapping = serde_json::from_str(&stored).unwrap();
    assert_eq!(&mapping, first.mapping());
    let next =
        "Email,last name,Phone,FIRST NAME\nana@example.com,Lee,,Ana\nbo@example.com,Ray,,Bo\n";
    for plan in [
        plan(Import::new().mapping(mapping.clone()), next, &mut crm),
        plan(Import::new(), next, &mut crm),
    ] {
        let names = plan.steps().map(|step| step.changes().get("name").unwrap().text());
        assert_eq!(names.collect::<Vec<_>>(), ["Ana Lee", "Bo Ray"]);
    }
    // The same mapping in a CRM that keeps the parts.
    let step = plan(Import::new().mapping(mapping), next, &mut MemoryStorage::default());
    assert_eq!(written(&step)[0], "first_name=Ana last_name=Lee");
}

#[test]
fn l2_cells_that_are_joined_go_where_their_name_goes() {
    let mut crm = MemoryStorage::new(customers(&[]));
    crm.insert(Contact, [("email", "c@x.com"), ("name", "Cy Fox")]);
    let file = "\
Email,Last Name,First Name
a@x.com,Lee,Ana
a@x.com,,Anna
b@x.com,R\0y,Bo
c@x.com,Fox,Cy
d@x.com,R\0y,
";
    let mapping = mapping(&[("First Name", "first_name"), ("Last Name", "last_name")]);
    let plan = plan(&mapping, file, &mut crm);
    let issues: Vec<String> = plan
        .issues()
        .map(|issue| {
            let (column, field) = (issue.column.unwrap(), issue.field.unwrap());
            format!("{} {} in {column}: {field} {:?}", issue.row.unwrap(), issue.code, issue.value)
        })
        .collect();
    assert_eq!(
        issues,
        [
            "2 field-differs in First Name: name Some(\"Anna\")",
            "3 text-invalid in First Name + Last Name: name Some(\"Bo R\\0y\")",
            "5 text-invalid in Last Name: name Some(\"R\\0y\")",
        ]
    );
    let counts = plan.column_counts();
    let told = counts.iter().map(|of| {
        let fates = (of.filled, of.taken, of.left_out, of.refused);
        format!("{} {} -> {} {fates:?}", of.index, of.header, of.field)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "0 Email -> email (5, 5, 0, 0)",
            "1 Last Name -> last_name (4, 1, 1, 2)",
            "2 First Name -> first_name (4, 2, 1, 1)",
        ]
    );
}

#[test]
fn s10_joined_names_of_short_and_long_rows_are_read_as_far_as_they_go() {
    let mut crm = MemoryStorage::new(customers(&[]));
    let file = "Email,First Name,Last Name\na@x.com,Ana\nb@x.com,Bo,Ray,more,and more\nc@x.com\n";
    let mapping = mapping(&[("First Name", "first_name"), ("Last Name", "last_name")]);
    let plan = plan(&mapping, file, &mut crm);
    let name = |step: crm_import::plan::Step<'_>| step.changes().get("name").map(|it| it.text());
    let names: Vec<_> = plan.steps().map(name).collect();
    assert_eq!(names, [Some("Ana".to_owned()), Some("Bo Ray".to_owned()), None]);
    let cells: Vec<String> = plan.rows().nth(1).unwrap().cells().map(str::to_owned).collect();
    assert_eq!(cells, ["b@x.com", "Bo", "Ray", "more", "and more"]);
}
