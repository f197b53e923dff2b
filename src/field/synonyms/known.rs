//! Whether a cell says what columns are called, to find the header among the first lines of a file.

use std::sync::LazyLock;

use super::{
    CONTACT, CONTACT_ELSEWHERE, MOBILE, MOBILE_ELSEWHERE, NAMES_ELSEWHERE, OPPORTUNITY,
    OPPORTUNITY_ELSEWHERE, SHARED, SHARED_ELSEWHERE, TRAPS, phrases, squash,
};
use crate::field::{Fields, words};
use crate::maps::Set;

/// Longer texts name no column.
const LONGEST: usize = 60;

/// Names of people of which the columns beside them decide how much they hold.
const PARTS: &str = "nom | nome | nombre | nombres | nume | jmeno | имя | isim";

static KNOWN: LazyLock<Set<String>> = LazyLock::new(|| {
    let of_fields = [CONTACT, CONTACT_ELSEWHERE, OPPORTUNITY, OPPORTUNITY_ELSEWHERE];
    let of_fields = of_fields.into_iter().flatten().map(|(_, list)| *list);
    let shared = [SHARED, SHARED_ELSEWHERE].into_iter().flatten().map(|(list, ..)| *list);
    let traps = TRAPS.iter().map(|(_, list)| *list);
    let lists = of_fields.chain(shared).chain(traps).chain([
        MOBILE,
        MOBILE_ELSEWHERE,
        NAMES_ELSEWHERE,
        PARTS,
    ]);
    let labels = Fields::standard();
    let labels = labels.iter().map(|(_, field)| squash(&words(&field.label)));
    let mut known = Set::with_capacity_and_hasher(3_000, Default::default());
    known.extend(lists.flat_map(phrases).map(squash).chain(labels));
    known
});

/// Whether a column may be called like this in any of the known languages.
pub(crate) fn is_known(header: &str) -> bool {
    header.len() <= LONGEST && KNOWN.contains(&squash(&words(header)))
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn names_of_columns_are_known_and_notices_are_not() {
        for name in ["Email", "E-Mail", "firstName", "Téléphone", "ZIP Code", "Opportunity Value"]
        {
            assert!(is_known(name), "{name}");
        }
        for text in ["Newsletter list", "Exported on Jan 3", " 2024", "", "Ann", "ann@example.com"]
        {
            assert!(!is_known(text), "{text}");
        }
    }
}
