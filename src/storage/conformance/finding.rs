//! What storage answers.

use super::trial::Trial;
use super::{Result, Run, Stop, expect};
use crate::object::Object::Contact;
use crate::storage::StorageWrite;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("the account is the same each time", the_account_is_the_same),
        ("a record is found by its id", by_id),
        ("an id that nobody has finds nothing", by_unknown_id),
        ("several ids are answered in one call", by_several_ids),
        ("a contact is found by its primary e-mail", by_primary_email),
        ("a contact is found by an additional e-mail", by_additional_email),
        ("a contact is found by its primary phone", by_primary_phone),
        ("a contact is found by an additional phone", by_additional_phone),
        ("the asked key is declared as it was asked", declares_keys),
        ("a key that several contacts carry finds them all", finds_all_holders),
        ("a key that nobody carries finds nothing", finds_nobody),
        ("an address that was taken away finds nobody", finds_no_former_holder),
        ("opportunities are found by their contact, and no others", by_contact),
        ("a combined rule finds only whom all fields agree with", by_combined_rule),
        ("unusual text comes back as it was written", unusual_text_comes_back),
    ]
}

fn the_account_is_the_same<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let accounts = [trial.storage.account(), trial.storage.account()];
    match accounts {
        [Ok(first), Ok(second)] => expect(first == second, "the second answer differs"),
        [first, second] => {
            let error = first.err().or(second.err());
            expect(false, error.map_or_else(String::new, |e| format!("account failed: {e}")))
        }
    }
}

fn by_id<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    trial.add(Contact, &[("first_name", &["Bo"])])?;
    let seen = trial.get(Contact, &ana)?;
    expect(seen.value("first_name") == Some("Ana"), format!("got {seen:?}"))
}

fn by_unknown_id<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.add(Contact, &[("first_name", &["Ana"])])?;
    let found = trial.by_ids(Contact, &["no such id", "999999999", "'; --"])?;
    expect(found.is_empty(), format!("found {found:?}"))
}

fn by_several_ids<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let mut ids = Vec::new();
    for name in ["Ana", "Bo", "Cy"] {
        ids.push(trial.add(Contact, &[("first_name", &[name])])?);
    }
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = trial.by_ids(Contact, &asked)?;
    expect(found.len() == 3, format!("3 ids found {} records", found.len()))
}

/// The contact with an address is found by it, alone.
fn by_address<S: StorageWrite>(
    trial: &mut Trial<S>,
    field: &str,
    rule: &str,
    own: &str,
    other: &str,
) -> Result {
    let primary = if field == rule { own } else { other };
    let more: &[&str] = if field == rule { &[] } else { &[own] };
    let ana = trial.add(Contact, &[(rule, &[primary]), (field_of(field, rule), more)])?;
    trial.add(Contact, &[("first_name", &["Bo"])])?;
    let found = trial.by_keys(&[rule], &[&[own]])?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(ids == [ana.as_str()], format!("{own} found {ids:?} instead of {ana}"))
}

/// The list beside a primary address.
fn field_of<'f>(field: &'f str, rule: &str) -> &'f str {
    match (field == rule, rule) {
        (false, _) => field,
        (true, "email") => "additional_emails",
        (true, _) => "additional_phones",
    }
}

fn by_primary_email<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    by_address(trial, "email", "email", "ana@example.com", "")
}

fn by_additional_email<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    by_address(trial, "additional_emails", "email", "ana@example.com", "ana@home.example")
}

fn by_primary_phone<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    by_address(trial, "phone", "phone", "+12065550123", "")
}

fn by_additional_phone<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    by_address(trial, "additional_phones", "phone", "+12065550123", "+12065550199")
}

fn declares_keys<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.add(Contact, &[("email", &["ana@example.com"]), ("phone", &["+12065550123"])])?;
    for (rule, key) in [("email", "ana@example.com"), ("phone", "+12065550123")] {
        let found = trial.by_keys(&[rule], &[&[key]])?;
        let declared = found.iter().flat_map(|(_, seen)| &seen.keys);
        let declared: Vec<(&str, &str)> =
            declared.map(|(field, key)| (field.as_str(), key.as_str())).collect();
        let is_right = !declared.is_empty() && declared.iter().all(|own| *own == (rule, key));
        expect(is_right, format!("{rule} {key} was declared as {declared:?}"))?;
    }
    Ok(())
}

fn finds_all_holders<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("phone", &["+12065550123"]), ("first_name", &["Ana"])])?;
    let bo = trial.add(Contact, &[("phone", &["+12065550123"]), ("first_name", &["Bo"])])?;
    let found = trial.by_keys(&["phone"], &[&["+12065550123"]])?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let all = ids.contains(&ana.as_str()) && ids.contains(&bo.as_str());
    expect(all, format!("found {ids:?}, not both {ana} and {bo}"))
}

fn finds_nobody<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.add(Contact, &[("email", &["ana@example.com"]), ("phone", &["+12065550123"])])?;
    // A part of an address, or a longer one, is another address.
    let emails: &[&str] = &["ana", "ana@example.co", "ana@example.com.example", "na@example.com"];
    let found = trial.by_keys(&["email"], &[emails])?;
    expect(found.is_empty(), format!("{emails:?} found {found:?}"))?;
    let found = trial.by_keys(&["phone"], &[&["+1206555012", "+12065550123;ext=1"]])?;
    expect(found.is_empty(), format!("other phones found {found:?}"))
}

fn finds_no_former_holder<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("email", &["old@example.com"])])?;
    let version = trial.get(Contact, &ana)?.version;
    trial.write(|batch| {
        let (before, after): (&[&str], &[&str]) = (&["old@example.com"], &["new@example.com"]);
        batch.update(Contact, &ana, version.as_deref(), &[("email", before)], &[("email", after)])
    })?;
    let found = trial.by_keys(&["email"], &[&["old@example.com"]])?;
    expect(found.is_empty(), "the old address still finds the contact")?;
    let found = trial.by_keys(&["email"], &[&["new@example.com"]])?;
    expect(found.len() == 1, "the new address does not find the contact")
}

fn by_contact<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    let bo = trial.add(Contact, &[("first_name", &["Bo"])])?;
    let roof = trial.add_to(&ana, &[("name", &["Roof"])])?;
    let garage = trial.add_to(&ana, &[("name", &["Garage"])])?;
    trial.add_to(&bo, &[("name", &["Boat"])])?;
    let found = trial.of_contacts(&[&ana])?;
    let mut ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let mut own = [roof.as_str(), garage.as_str()];
    ids.sort_unstable();
    own.sort_unstable();
    expect(ids == own, format!("contact {ana} has {own:?}, found {ids:?}"))?;
    let links = found.iter().all(|(_, seen)| seen.value("contact_id") == Some(ana.as_str()));
    expect(links, "the opportunities do not say whose they are")
}

fn by_combined_rule<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let rule = ["first_name".to_owned(), "last_name".to_owned()];
    let is_asked = trial
        .storage
        .account()
        .is_ok_and(|account| account.dedup.contacts.iter().any(|own| own.0 == rule));
    if !is_asked || !trial.storage.answers(&rule) {
        return Err(Stop::Skipped("the account has no rule first_name+last_name"));
    }
    let ana = trial.add(Contact, &[("first_name", &["Ana"]), ("last_name", &["Lee"])])?;
    trial.add(Contact, &[("first_name", &["Ana"]), ("last_name", &["Ray"])])?;
    trial.add(Contact, &[("first_name", &["Bo"]), ("last_name", &["Lee"])])?;
    let found = trial.by_keys(&["first_name", "last_name"], &[&["ana"], &["lee"]])?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(ids == [ana.as_str()], format!("ana lee found {ids:?} instead of {ana}"))
}

fn unusual_text_comes_back<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    for text in ["O'Hara \"Bob\"", "a\nb\tc\\n", "Zoë Ωmega 李 🦀", "100% _x_ $1 ?1 --"] {
        let id = trial.add(Contact, &[("first_name", &[text]), ("tags", &[text, "plain"])])?;
        let seen = trial.get(Contact, &id)?;
        let (name, tags) = (seen.value("first_name"), seen.values("tags"));
        let is_right = name == Some(text) && tags.contains(&text);
        expect(is_right, format!("{text:?} came back as {name:?} and {tags:?}"))?;
    }
    Ok(())
}
