//! The files of the simulation and of the attacks: a few people, stored or not.

use std::sync::LazyLock;

use crm_import::source::FileFormat;
use crm_import::{Import, Mapping, Object, Source};

use super::dice::Dice;

/// How many people there are.
pub(crate) const COUNT: usize = 9;

/// The fields in which a contact has its addresses.
pub(crate) const ADDRESSES: [&str; 4] =
    ["email", "additional_emails", "phone", "additional_phones"];

pub(crate) fn email(who: usize) -> String {
    format!("p{who}@example.com")
}

pub(crate) fn phone(who: usize) -> String {
    format!("+1206555010{who}")
}

/// What is stored of the first three of them.
pub(crate) fn stored() -> [[(&'static str, String); 3]; 3] {
    [0, 1, 2].map(|who| [("email", email(who)), ("phone", phone(who)), ("city", "Bonn".into())])
}

/// The cells of a contact: first name, e-mail, phone and city.
fn person(dice: &mut Dice) -> String {
    let who = dice.below(COUNT);
    let email = if dice.one_in(4) { String::new() } else { email(who) };
    let phone = if dice.one_in(3) { phone(who) } else { String::new() };
    let city = dice.one_of(&["", "Oslo", "Rome"]);
    format!("P{who},{email},{phone},{city}")
}

/// A file of some rows about a few people, with repeats and opportunities.
pub(crate) fn file(dice: &mut Dice) -> String {
    let mut file = String::from(
        "First Name,Email,Phone,City,Tags,Opportunity ID,Opportunity Name,Opportunity Value\n",
    );
    for row in 0..3 + dice.below(12) {
        let person = person(dice);
        let tag = dice.one_of(&["", "vip"]);
        let (id, name) = match dice.below(5) {
            0 => ("101", "Attic"),
            1 => ("102", ""),
            2 | 3 => ("", "Roof"),
            _ => ("", ""),
        };
        let value = if name.is_empty() && id.is_empty() { 0 } else { row * 10 };
        let value = if value == 0 { String::new() } else { value.to_string() };
        file.push_str(&format!("{person},{tag},{id},{name},{value}\n"));
    }
    file
}

/// What each column is. Suggesting it for every file would take nine tenths of the time.
pub(crate) static MAPPING: LazyLock<Mapping> = LazyLock::new(|| {
    let columns = [
        ("First Name", Object::Contact, "first_name"),
        ("Email", Object::Contact, "email"),
        ("Phone", Object::Contact, "phone"),
        ("City", Object::Contact, "city"),
        ("Tags", Object::Contact, "tags"),
        ("Opportunity ID", Object::Opportunity, "id"),
        ("Opportunity Name", Object::Opportunity, "name"),
        ("Opportunity Value", Object::Opportunity, "value"),
    ];
    columns.into_iter().fold(Mapping::default(), |mapping, (header, object, field)| {
        mapping.column(header, object, field)
    })
});

/// The import in windows of so many rows, or by one plan.
pub(crate) fn in_windows(import: &Import, window: Option<usize>) -> Import {
    let import = import.clone();
    match window {
        Some(rows) => import.run_window(rows),
        None => import,
    }
}

/// A file, with its format said, because detecting it is not what these tests are about.
pub(crate) fn source(file: &str) -> Source<'_> {
    let format = FileFormat {
        delimiter: Some(','),
        encoding: Some("utf-8".into()),
        header_line: Some(1),
        ..FileFormat::default()
    };
    Source::from_bytes(file.as_bytes()).format(format)
}
