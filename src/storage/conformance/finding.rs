//! What storage answers.

use super::bench::{Bench, Seen};
use super::receipts::created_id;
use super::{NO_LINK, Result, Run, cause, expect, skip};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{Receipt, StorageWrite};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("an id that nobody has finds nothing", by_unknown_id),
        ("another spelling of an id finds nothing", by_other_spelling),
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
        ("unusual text comes back as it was written", unusual_text_comes_back),
    ]
}

/// Records as they are told in a message.
fn told(found: &[(String, Seen)]) -> String {
    let records: Vec<String> = found.iter().map(|(id, seen)| format!("{id} ({seen})")).collect();
    records.join(", ")
}

fn by_unknown_id<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    bench.add(Contact, &[(name, &["Ana"])])?;
    let found = bench.by_ids(Contact, &["no such id", "999999999", "'; --"])?;
    expect(found.is_empty(), format!("found {}", told(&found)))
}

/// As a person types an id, or a spreadsheet writes it. A record that is found by it is one that nobody has
/// asked for, which stops the import.
fn by_other_spelling<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let roof = match bench.keeps_opportunities() {
        true => Some(bench.add_to(&ana, &[("name", &["Roof"])])?),
        false => None,
    };
    for (object, id) in [(Contact, Some(ana)), (Opportunity, roof)] {
        let Some(id) = id else { continue };
        bench.get(object, &id)?;
        let spelt = [format!("0{id}"), format!("+{id}"), format!("{id}.0")];
        let in_case = [id.to_uppercase(), id.to_lowercase()];
        for other in spelt.iter().chain(&in_case).filter(|other| **other != id) {
            let found = bench.by_ids(object, &[other])?;
            expect(
                found.is_empty(),
                format!(
                    "asked for the id {other:?}, the {object} {id} was found: compare ids as they are spelt, as \
                     texts"
                ),
            )?;
        }
    }
    Ok(())
}

fn by_several_ids<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let field = bench.name();
    let mut ids = Vec::new();
    for name in ["Ana", "Bo", "Cy"] {
        ids.push(bench.add(Contact, &[(field, &[name])])?);
    }
    bench.get(Contact, &ids[0])?;
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = bench.by_ids(Contact, &asked)?;
    expect(found.len() == 3, format!("3 ids found {} records", found.len()))
}

/// The contact with an address is found by it, alone.
fn by_address<S: StorageWrite>(
    bench: &mut Bench<S>,
    field: &str,
    rule: &str,
    own: &str,
    other: &str,
) -> Result {
    let name = bench.name();
    let is_asked = bench.addresses()?.iter().any(|(known, _)| *known == rule);
    if !is_asked {
        return skip(format!("the account does not match contacts by {rule}"));
    }
    let ana = match field == rule {
        true => bench.add(Contact, &[(rule, &[own])])?,
        false => bench.add(Contact, &[(rule, &[other]), (field, &[own])])?,
    };
    bench.add(Contact, &[(name, &["Bo"])])?;
    let found = bench.by_keys(&[rule], &[&[own]])?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(ids == [ana.as_str()], format!("{own} found {ids:?} instead of {ana}"))
}

fn by_primary_email<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    by_address(bench, "email", "email", "ana@example.com", "")
}

fn by_additional_email<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    by_address(bench, "additional_emails", "email", "ana@example.com", "ana@home.example")
}

fn by_primary_phone<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    by_address(bench, "phone", "phone", "+12065550123", "")
}

fn by_additional_phone<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    by_address(bench, "additional_phones", "phone", "+12065550123", "+12065550199")
}

fn declares_keys<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (rule, key) in bench.addresses()? {
        bench.add(Contact, &[(rule, &[key])])?;
        let found = bench.by_keys(&[rule], &[&[key]])?;
        let declared = found.iter().flat_map(|(_, seen)| &seen.keys);
        let declared: Vec<(&str, &str)> =
            declared.map(|(field, key)| (field.as_str(), key.as_str())).collect();
        let is_right = !declared.is_empty() && declared.iter().all(|own| *own == (rule, key));
        expect(
            is_right,
            format!(
                "{rule} {key} was declared as {declared:?}: say FoundRecord::key({rule:?}, {key:?}), as it \
                 was asked"
            ),
        )?;
    }
    Ok(())
}

fn finds_all_holders<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let addresses = bench.addresses()?;
    for &(rule, key) in &addresses {
        let ana = bench.add(Contact, &[(rule, &[key]), (name, &["Ana"])])?;
        let twin: &[(&str, &[&str])] = &[(rule, &[key]), (name, &["Bo"])];
        let (token, receipts) = bench.write(|batch| batch.create(Contact, twin))?;
        if let Some(Receipt::Rejected { .. }) = receipts.get(token) {
            continue; // it is unique there
        }
        let bo = created_id(&receipts, token)?;
        let found = bench.by_keys(&[rule], &[&[key]])?;
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        let all = ids.contains(&ana.as_str()) && ids.contains(&bo.as_str());
        return expect(all, format!("{rule} {key} found {ids:?}, not both {ana} and {bo}"));
    }
    skip("no two contacts can have the same address there")
}

fn finds_nobody<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (rule, key) in bench.addresses()? {
        bench.add(Contact, &[(rule, &[key])])?;
        // A part of an address, or a longer one, is another address.
        let others: &[&str] = match rule {
            "email" => &["ana", "ana@example.co", "ana@example.com.example", "na@example.com"],
            _ => &["+1206555012", "+12065550123;ext=1"],
        };
        let found = bench.by_keys(&[rule], &[others])?;
        expect(found.is_empty(), format!("with {key} stored, {others:?} found {}", told(&found)))?;
    }
    Ok(())
}

fn finds_no_former_holder<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = bench.add(Contact, &[("email", &["old@example.com"])])?;
    let (before, after): (&[&str], &[&str]) = (&["old@example.com"], &["new@example.com"]);
    bench.change(Contact, &ana, &[("email", before)], &[("email", after)])?;
    let found = bench.by_keys(&["email"], &[&["old@example.com"]])?;
    expect(found.is_empty(), "the old address still finds the contact")?;
    let found = bench.by_keys(&["email"], &[&["new@example.com"]])?;
    expect(found.len() == 1, "the new address does not find the contact")
}

fn by_contact<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let roof = bench.add_to(&ana, &[("name", &["Roof"])])?;
    let garage = bench.add_to(&ana, &[("name", &["Garage"])])?;
    bench.add_to(&bo, &[("name", &["Boat"])])?;
    let found = bench.of_contacts(&[&ana])?;
    if found.is_empty() && bench.get(Opportunity, &roof)?.value("contact_id").is_none() {
        return cause(NO_LINK);
    }
    let mut ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let mut own = [roof.as_str(), garage.as_str()];
    ids.sort_unstable();
    own.sort_unstable();
    expect(ids == own, format!("contact {ana} has {own:?}, found {ids:?}"))?;
    if found.iter().any(|(_, seen)| seen.value("contact_id").is_none()) {
        return cause(NO_LINK);
    }
    let links = found.iter().all(|(_, seen)| seen.value("contact_id") == Some(ana.as_str()));
    expect(links, format!("contact {ana} has {}", told(&found)))
}

fn unusual_text_comes_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let field = bench.name();
    let has_tags = bench.has(Contact, "tags");
    for text in ["O'Hara \"Bob\"", "a\nb\tc\\n", "Zoë Ωmega 李 🦀", "100% _x_ $1 ?1 --"] {
        let values: &[(&str, &[&str])] = &[(field, &[text]), ("tags", &[text, "plain"])];
        let id = bench.add(Contact, if has_tags { values } else { &values[..1] })?;
        let seen = bench.get(Contact, &id)?;
        let (name, tags) = (seen.value(field), seen.values("tags"));
        let is_right = name == Some(text) && (tags.contains(&text) || !has_tags);
        expect(is_right, format!("{text:?} came back as {name:?} and {tags:?}"))?;
    }
    Ok(())
}
