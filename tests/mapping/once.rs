//! A2: a field that holds one value is suggested once, whatever the headers.

use crm_import::mapping::{MappingProblem, Suggestion, Unmapped, suggest};
use crm_import::{Account, Fields, Mapping, Mode, Object};
use proptest::prelude::*;

use super::strings;
use super::suggest::suggested;

#[test]
fn a2_an_id_takes_one_column_too() {
    for headers in [
        ["Contact ID", "Contact ID", "Email"],
        ["Contact Id", "Contact ID", "Email"],
        ["contact_id", "import contact id", "Import Contact ID"],
        ["Opportunity ID", "Opportunity Id", "Opportunity Name"],
    ] {
        let suggestions = suggested(&headers, &Object::ALL);
        assert!(suggestions[0].target.is_some(), "{headers:?}");
        assert!(
            suggestions.iter().any(|other| {
                other.target.is_none()
                    && other.reason.starts_with("another column feeds ")
                    && other.reason.ends_with(", which holds one value")
            }),
            "{headers:?} {suggestions:?}"
        );
        assert_eq!(twice(&headers, &suggestions), [], "{headers:?}");
    }
}

/// Fields that an import would refuse to feed from several columns.
fn twice(headers: &[&str], suggestions: &[Suggestion]) -> Vec<MappingProblem> {
    let fields = Fields::standard();
    let mapping = Mapping::from_suggestions(suggestions, &fields);
    let modes = Object::ALL.map(|object| (object, Mode::Upsert));
    let account = Account::default();
    let mut problems = mapping.check(&strings(headers), &account, &modes, Unmapped::Notice);
    problems.retain(MappingProblem::is_error);
    problems
}

/// Headers that many files have, spelt as many ways as files spell them.
fn headers() -> impl Strategy<Value = Vec<String>> {
    let names: Vec<String> = include_str!("headers.txt")
        .lines()
        .filter_map(|line| line.split_once(" => "))
        .map(|(header, _)| header.to_owned())
        .chain(Fields::standard().iter().map(|(_, field)| field.label.clone()))
        .chain(["Import contact id", "Import opportunity id", "", " "].map(String::from))
        .collect();
    let name = prop::sample::select(names);
    let spelt = (name, 0..6_u8).prop_map(|(name, way)| match way {
        0 => name.to_lowercase(),
        1 => name.replace(' ', "_"),
        2 => name.to_uppercase(),
        3 => format!(" {name} "),
        _ => name,
    });
    // Repeated within a file, too.
    prop::collection::vec(spelt, 1..12)
        .prop_flat_map(|some| prop::collection::vec(prop::sample::select(some), 1..16))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a2_whatever_the_headers_an_import_takes_its_own_suggestion(
        headers in headers(),
        has_addresses in any::<bool>(),
    ) {
        let row = strings(&vec![if has_addresses { "ana@example.com" } else { "" }; headers.len()]);
        let suggestions = suggest(&headers, &[row.clone(), row], &Object::ALL, &Fields::standard());
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        prop_assert_eq!(twice(&headers, &suggestions), []);
        let mapping = Mapping::from_suggestions(&suggestions, &Fields::standard());
        let headers = strings(&headers);
        let resolved = mapping.resolve(&headers);
        for (at, column) in resolved.columns {
            let field = suggestions[at].target.map(|id| Fields::standard().get(id).key.clone());
            // The ids of our own error log are read anyway.
            prop_assert!(field == column.field || column.field.as_deref() == Some("id"));
        }
    }
}
