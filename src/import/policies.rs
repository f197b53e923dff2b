//! What is wrong with the account's policies, told before row 1 (behaviour A4).

use crate::account::Account;
use crate::field::{FieldId, FieldKind, Fields};
use crate::normalize;
use crate::object::Object;

/// Every problem at once. `answers`: can the storage answer a match rule of these fields?
pub(super) fn problems(
    account: &Account,
    fields: &Fields,
    answers: impl Fn(&[String]) -> bool,
) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(country(account));
    let standard = Fields::standard();
    for (object, keys) in &account.standard_fields {
        for key in keys.iter().filter(|key| standard.find(*object, key).is_none()) {
            let objects = object.plural();
            problems.push(format!(
                "the account names {key:?}, which is no standard field of {objects}"
            ));
        }
    }
    let find = |key: &str| fields.find(Object::Contact, key);
    let is_split = |key: &str| fields.splits_names() && find(key) == Some(FieldId::NAME);
    for rule in &account.dedup.contacts {
        let name = rule.name();
        if rule.0.is_empty() || rule.0.iter().any(|key| find(key).is_none()) {
            problems.push(format!(
                "the match rule {name:?} names a field that contacts do not have: leave it out of the \
                 account's dedup, as in DedupPolicy::by([[\"email\"]])"
            ));
        } else if rule.0.iter().any(|key| is_split(key)) {
            let parts = |key: &String| match is_split(key) {
                true => "first_name+last_name".to_owned(),
                false => key.clone(),
            };
            let instead: Vec<String> = rule.0.iter().map(parts).collect();
            problems.push(format!(
                "the match rule {name:?} finds nobody, for a full name is kept as its two parts: match \
                 by {:?}",
                instead.join("+")
            ));
        } else if !answers(&rule.0) {
            problems.push(format!("the storage cannot answer the match rule {name}"));
        }
    }
    for key in &account.dedup.required {
        match find(key) {
            None => problems.push(format!(
                "new contacts are required to have {key:?}, a field they do not have"
            )),
            Some(_) if is_split(key) => problems.push(
                "new contacts are required to have \"name\", which is kept as its two parts: require \
                 \"first_name\" or \"last_name\""
                    .to_owned(),
            ),
            Some(id) if fields.get(id).kind == FieldKind::RecordId => problems.push(format!(
                "new contacts are required to have {key:?}, which only stored ones have"
            )),
            Some(_) => {}
        }
    }
    for key in account.options.keys() {
        let is_field = |object| fields.find(object, key).or(standard.find(object, key)).is_some();
        if !is_field(Object::Contact) && !is_field(Object::Opportunity) {
            problems.push(format!("the account lists options of {key:?}, which is no field"));
        }
    }
    for key in account.opportunities.matching.iter().flat_map(|matching| &matching.fields) {
        if fields.find(Object::Opportunity, key).is_none() {
            problems
                .push(format!("opportunities are matched by {key:?}, a field they do not have"));
        }
    }
    problems
}

/// The account's country is the code of one, in two letters: nothing else is a region of phone numbers.
fn country(account: &Account) -> Option<String> {
    // Regions of the numbering plan that ISO has no country for.
    let others = ["XK", "AC", "TA"];
    let code = account.default_country.as_deref()?;
    let known = normalize::country(code).ok();
    let is_code = |known: &&str| known.eq_ignore_ascii_case(code);
    if known.iter().chain(&others).any(is_code) {
        return None;
    }
    let remedy = known.map(|known| format!(": write {known:?}")).unwrap_or_default();
    Some(format!(
        "the account's default_country is {code:?}, which is no ISO 3166 code of two letters{remedy}"
    ))
}
