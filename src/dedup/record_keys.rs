//! [`record_keys`]: the keys of a stored record under a match rule.

use crate::account::Account;
use crate::field::{FieldKind, Fields};
use crate::normalize::{self, folded};
use crate::object::Object;

/// The keys of a stored record under a match rule, as a [`Lookup`](crate::lookup::Lookup) asks for them. There is a key
/// for each combination of the values of the rule's fields, with one part per field. If a field is blank, the record
/// has no key, because blank never equals blank (behaviour M2).
///
/// Use it to answer every lookup from an index: keep a table of these keys next to the records, and renew a record's
/// keys with each write. `values` returns the stored values of a field. The [module](super) has an example.
pub fn record_keys<V: AsRef<[String]>>(
    object: Object,
    rule: &[String],
    fields: &Fields,
    account: &Account,
    values: impl Fn(&str) -> V,
) -> Vec<Vec<String>> {
    let mut keys: Vec<Vec<String>> = vec![Vec::new()];
    for name in rule {
        let kind = fields.find(object, name).map_or(FieldKind::Text, |id| fields.get(id).kind);
        let mut parts: Vec<String> = Vec::new();
        let more = match name.as_str() {
            "email" => "additional_emails",
            "phone" => "additional_phones",
            _ => "",
        };
        for source in [name.as_str(), more].into_iter().filter(|source| !source.is_empty()) {
            for value in values(source).as_ref() {
                parts.extend(key_part(kind, value, account));
            }
        }
        parts.sort_unstable();
        parts.dedup();
        keys = keys
            .iter()
            .flat_map(|key| {
                parts.iter().map(move |part| [key.as_slice(), std::slice::from_ref(part)].concat())
            })
            .collect();
    }
    keys
}

fn key_part(kind: FieldKind, value: &str, account: &Account) -> Option<String> {
    match kind {
        FieldKind::Email => Some(
            normalize::email(value).map_or_else(|_| folded(value), std::borrow::Cow::into_owned),
        ),
        FieldKind::Phone => {
            let region = account.default_country.as_deref();
            normalize::phone(value, region, account.phones).ok().map(|phone| phone.to_string())
        }
        _ => Some(folded(value)),
    }
    .filter(|part| !part.is_empty())
}
