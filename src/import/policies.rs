//! [`problems`]: everything that is wrong with the account's policies, before row 1 (behaviour A4).

use crate::account::{Account, repeated};
use crate::field::{FieldId, FieldKind, Fields};
use crate::normalize;
use crate::object::Object;

/// Every problem with an account. `answers` says whether storage can answer a match rule of these fields.
pub(super) fn problems(
    account: &Account,
    fields: &Fields,
    answers: &dyn Fn(&[String]) -> bool,
) -> Vec<String> {
    let policies = Policies { account, fields, standard: Fields::standard() };
    let mut problems = Vec::new();
    problems.extend(policies.country());
    problems.extend(policies.standard_fields());
    problems.extend(policies.match_rules(answers));
    problems.extend(policies.required_fields());
    problems.extend(policies.options());
    problems.extend(policies.room());
    problems.extend(policies.matched_fields());
    problems.extend(repeated(account));
    problems
}

/// A key names its rule by a byte.
const MOST_RULES: usize = u8::MAX as usize;

/// The policies of an account, and the fields that they name.
struct Policies<'a> {
    account: &'a Account,
    fields: &'a Fields,
    standard: Fields,
}

impl Policies<'_> {
    /// The default country must be a two-letter code: nothing else is a region of phone numbers.
    fn country(&self) -> Option<String> {
        // Regions of phone numbers for which ISO has no country.
        let others = ["XK", "AC", "TA"];
        let code = self.account.default_country.as_deref()?;
        let known = normalize::country(code).ok();
        let is_code = |known: &&str| known.eq_ignore_ascii_case(code);
        if known.iter().chain(&others).any(is_code) {
            return None;
        }
        let remedy = known.map(|known| format!(": write {known:?}")).unwrap_or_default();
        Some(format!(
            "the account's default_country is {code:?}, which is not a two-letter ISO 3166 code{remedy}"
        ))
    }

    fn standard_fields(&self) -> impl Iterator<Item = String> {
        let named = self.account.standard_fields.iter();
        let named = named.flat_map(|(object, keys)| keys.iter().map(move |key| (*object, key)));
        named.filter(|(object, key)| self.standard.find(*object, key).is_none()).map(
            |(object, key)| {
                let objects = object.plural();
                format!(
                    "the account names {key:?}, which is no standard field of {objects}: add a field of your own to \
                     custom_fields instead"
                )
            },
        )
    }

    fn match_rules(&self, answers: &dyn Fn(&[String]) -> bool) -> Vec<String> {
        let mut problems = Vec::new();
        let rules = &self.account.dedup.contacts;
        if rules.len() > MOST_RULES {
            problems.push(format!(
                "the account has {} match rules, of which {MOST_RULES} can be told apart: leave out the others",
                rules.len()
            ));
        }
        for rule in rules {
            let name = rule.name();
            if rule.0.is_empty() || rule.0.iter().any(|key| self.of_contact(key).is_none()) {
                problems.push(format!(
                    "the match rule {name:?} names a field that contacts do not have: leave it out of the \
                     account's dedup, as in DedupPolicy::by([[\"email\"]])"
                ));
            } else if rule.0.iter().any(|key| self.is_split(key)) {
                let parts = |key: &String| match self.is_split(key) {
                    true => "first_name+last_name".to_owned(),
                    false => key.clone(),
                };
                let instead: Vec<String> = rule.0.iter().map(parts).collect();
                problems.push(format!(
                    "the match rule {name:?} finds nobody, for a full name is kept as its two parts: \
                     match by {:?}",
                    instead.join("+")
                ));
            } else if !answers(&rule.0) {
                problems.push(format!(
                    "the storage cannot answer the match rule {name:?}: let Storage::find answer it and \
                     Storage::answers say so, or leave it out of the account's dedup"
                ));
            }
        }
        problems
    }

    fn required_fields(&self) -> impl Iterator<Item = String> {
        self.account.dedup.required.iter().filter_map(|key| match self.of_contact(key) {
            None => {
                Some(format!(
                    "new contacts are required to have {key:?}, a field they do not have: leave it out of \
                     required in the account's dedup"
                ))
            }
            Some(_) if self.is_split(key) => Some(
                "new contacts are required to have \"name\", which is kept as its two parts: require \
                 \"first_name\" or \"last_name\""
                    .to_owned(),
            ),
            Some(id) if self.fields.get(id).kind == FieldKind::RecordId => Some(format!(
                "new contacts are required to have {key:?}, which only stored ones have: leave it out of \
                 required in the account's dedup"
            )),
            Some(_) => None,
        })
    }

    /// Options may also be listed for a standard field that the account does without.
    fn options(&self) -> impl Iterator<Item = String> {
        let is_field = |key: &str| {
            Object::ALL.into_iter().any(|object| {
                self.fields.find(object, key).or(self.standard.find(object, key)).is_some()
            })
        };
        let unknown = self.account.options.keys().filter(move |key| !is_field(key));
        unknown.map(|key| {
            format!(
                "the account lists options of {key:?}, which is no field: correct the key, or add the field to \
                 custom_fields"
            )
        })
    }

    /// Only texts can be limited to so many characters, and only numbers to so many decimals. A standard field that the
    /// account does without may be limited, too.
    fn room(&self) -> impl Iterator<Item = String> {
        let chars = self.account.max_chars.iter();
        let chars = chars.flat_map(|(object, of)| of.keys().map(|key| (*object, key, true)));
        let decimals = self.account.max_decimals.iter();
        let decimals = decimals.flat_map(|(object, of)| of.keys().map(|key| (*object, key, false)));
        chars.chain(decimals).filter_map(|(object, key, is_text)| {
            let known = self.fields.find(object, key);
            let (list, what) =
                if is_text { ("max_chars", "text") } else { ("max_decimals", "number") };
            let why = if known.is_some_and(|id| self.fields.is_part(id)) {
                "is joined to the name: limit \"name\" instead".to_owned()
            } else if object == Object::Contact && self.is_split(key) {
                "is kept as its two parts: limit \"first_name\" and \"last_name\" instead"
                    .to_owned()
            } else if let Some(id) = known.or(self.standard.find(object, key)) {
                let kind = self.fields.get(id).kind;
                let is_fine = if is_text { holds_text(kind) } else { holds_numbers(kind) };
                if is_fine {
                    return None;
                }
                format!("holds no {what}: leave it out")
            } else {
                let objects = object.plural();
                format!(
                    "is no field of {objects}: correct the key, or add the field to custom_fields"
                )
            };
            Some(format!("the account limits {key:?} in {list}, which {why}"))
        })
    }

    /// Opportunities must be matched by fields that they have and that can agree (O5): a row with an id names its
    /// opportunity, and tags are the contact's.
    fn matched_fields(&self) -> Vec<String> {
        let Some(matching) = &self.account.opportunities.matching else { return Vec::new() };
        if matching.compared(self.fields).next().is_none() {
            return vec![
                "opportunities are matched by no field, so any of its contact's would be a row's own: name fields in \
                 the account's matching, or leave the matching out"
                    .to_owned(),
            ];
        }
        let problems = matching.compared(self.fields).filter_map(|key| {
            let remedy = match self.fields.find(Object::Opportunity, key) {
                None => {
                    "a field they do not have: correct the key in the account's matching, or give them the field"
                }
                Some(FieldId::OPPORTUNITY_ID) => {
                    "but a row with an id needs no matching: leave it out of the account's matching"
                }
                Some(FieldId::OPPORTUNITY_TAGS) => {
                    "which their contact has instead of them: leave it out of the account's matching"
                }
                Some(_) => return None,
            };
            Some(format!("opportunities are matched by {key:?}, {remedy}"))
        });
        problems.collect()
    }

    /// The field of contacts with this key. A part of a name that is kept whole does not count: nothing is
    /// stored in it.
    fn of_contact(&self, key: &str) -> Option<FieldId> {
        self.fields.find(Object::Contact, key).filter(|id| !self.fields.is_part(*id))
    }

    /// Whether this is the full name, in an account that keeps its two parts instead.
    fn is_split(&self, key: &str) -> bool {
        self.fields.splits_names() && self.of_contact(key) == Some(FieldId::NAME)
    }
}

/// Whether the values of this kind are texts of any length.
fn holds_text(kind: FieldKind) -> bool {
    use FieldKind::{FullName, List, LongText, MultipleChoice, SingleChoice, Text, Timezone};
    matches!(kind, Text | LongText | FullName | List | SingleChoice | MultipleChoice | Timezone)
}

fn holds_numbers(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Number | FieldKind::Money)
}
