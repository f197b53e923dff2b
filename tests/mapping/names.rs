//! What a column called `Name` is: by the columns beside it, by its values (behaviour A1, §10).

use crm_import::mapping::{Confidence, suggest};
use crm_import::{Fields, Object};

use super::strings;

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
