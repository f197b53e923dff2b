//! [`ContactKeys`]: the keys of a stored contact under all match rules, and [`record_keys`]: those under one.

use crate::account::{Account, MatchRule};
use crate::field::{FieldKind, Fields};
use crate::lookup::PART_SEPARATOR;
use crate::normalize::{self, folded};
use crate::object::Object;

/// Makes the keys of stored contacts, for a table of keys that an adapter keeps beside them and asks in
/// [`find`](crate::Storage::find) and [`write`](crate::StorageWrite::write). A key is its rule's
/// [name](MatchRule::name) and one text:
///
/// ```
/// use crm_import::Account;
/// use crm_import::dedup::{ContactKeys, DedupPolicy};
///
/// let account = Account {
///     default_country: Some("US".into()),
///     dedup: DedupPolicy::by([["email"], ["phone"]]),
///     ..Account::default()
/// };
/// let keys = ContactKeys::new(&account); // once, as it reads the whole account
///
/// // A customer as your table has her; a list has a pair for each item.
/// let (mail, mobile, desk) = ("Ana@Example.com", "(206) 555-0123", "206.555.0199");
/// let of_ana = keys.of(&[("email", mail), ("phone", mobile), ("additional_phones", desk)]);
/// let rows: Vec<(&str, &str)> = of_ana.iter().map(|key| (key.rule, &*key.value)).collect();
/// assert_eq!(
///     rows,
///     [("email", "ana@example.com"), ("phone", "+12065550123"), ("phone", "+12065550199")]
/// );
/// ```
///
/// A look-up asks for them by [`MatchBlock::rule`](crate::lookup::MatchBlock::rule) and
/// [`column`](crate::lookup::MatchBlock::column), a step that expects one to be free by
/// [`NewKey::rule`](crate::storage::NewKey::rule) and [`value`](crate::storage::NewKey::value).
#[derive(Clone, Debug)]
pub struct ContactKeys {
    account: Account,
    fields: Fields,
    /// The names of the match rules.
    rules: Vec<String>,
}

/// A key of a stored contact; see [`ContactKeys`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactKey<'a> {
    /// The [name](MatchRule::name) of its match rule.
    pub rule: &'a str,
    /// Its value, normalised as in look-ups. The parts of a key of several fields are joined by U+001F.
    pub value: String,
}

impl ContactKeys {
    /// For the contacts of this account.
    pub fn new(account: &Account) -> Self {
        let rules = account.dedup.contacts.iter().map(MatchRule::name).collect();
        ContactKeys { account: account.clone(), fields: account.fields(), rules }
    }

    /// The keys of a contact, given the stored values of its fields as (key of the field, value). Blank values have
    /// no keys (behaviour M2), nor have phones that cannot be read.
    pub fn of<F: AsRef<str>, V: AsRef<str>>(&self, values: &[(F, V)]) -> Vec<ContactKey<'_>> {
        let of_field = |wanted: &str| -> Vec<String> {
            let own = values.iter().filter(|(field, _)| field.as_ref() == wanted);
            own.map(|(_, value)| value.as_ref().to_owned()).collect()
        };
        let mut all = Vec::new();
        for (rule, name) in self.account.dedup.contacts.iter().zip(&self.rules) {
            let keys = record_keys(Object::Contact, &rule.0, &self.fields, &self.account, of_field);
            let part = PART_SEPARATOR.to_string();
            all.extend(keys.iter().map(|key| ContactKey { rule: name, value: key.join(&part) }));
        }
        all
    }
}

/// The keys of a stored record under a match rule, as a [`Lookup`](crate::lookup::Lookup) asks for them. There is a key
/// for each combination of the values of the rule's fields, with one part per field. If a field is blank, the record
/// has no key, because blank never equals blank (behaviour M2).
///
/// Use it to answer every lookup from an index: keep a table of these keys next to the records, and renew a record's
/// keys with each write. `values` returns the stored values of a field. The [module](super) has an example, and
/// [`ContactKeys`] makes the keys under all rules at once.
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
