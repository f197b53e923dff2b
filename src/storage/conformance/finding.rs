//! Cases about look-ups: what `find` returns.

use super::bench::{Bench, Seen};
use super::receipts::created_id;
use super::{NO_LINK, Result, Run, cause, expect, skip};
use crate::object::Object::{self, Contact, Opportunity};
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
        ("a contact that is found by two keys is declared by both", declares_every_key),
        ("each contact is declared by its own key, among others", declares_own_keys),
        ("ids and keys are answered in one look-up", by_ids_and_keys),
        ("a key that several contacts carry finds them all", finds_all_holders),
        ("a key that nobody carries finds nothing", finds_nobody),
        ("an address that was taken away finds nobody", finds_no_former_holder),
        ("opportunities are found by their contact, and no others", by_contact),
        ("a combined key follows an update of one of its fields", combined_key_follows),
        ("an address with unusual signs is found, and no other", by_odd_address),
    ]
}

/// Records as they are told in a message.
fn told(found: &[(String, Seen)]) -> String {
    let records: Vec<String> = found.iter().map(|(id, seen)| format!("{id} ({seen})")).collect();
    records.join(", ")
}

fn by_unknown_id<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    // Some databases take what begins with a number for that number.
    let odd = [format!("0{ana}"), format!("{ana}0"), format!("{ana}abc")];
    let mut ids = vec!["no such id", "999999999", "'; --"];
    ids.extend(odd.iter().map(String::as_str));
    let found = bench.by_ids(Contact, &ids)?;
    expect(found.is_empty(), format!("with {ana} stored, {ids:?} found {}", told(&found)))
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

/// Nobody is found by an address, which is the cause of much else.
pub(super) fn expect_somebody(found: &[(String, Seen)], field: &str) -> Result {
    match found.is_empty() {
        true => cause(format!(
            "a contact that an import has written is not found by its {field}: answer Lookup::blocks of that rule, \
             and where keys are in a table of their own, renew them after every write to a table with addresses"
        )),
        false => Ok(()),
    }
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
    expect_somebody(&found, field)?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(ids == [ana.as_str()], format!("{own} found {ids:?} instead of {ana}"))?;
    says_the_same(bench, Contact, &found)
}

/// However a record is asked for, all that there is of it is told.
fn says_the_same<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    found: &[(String, Seen)],
) -> Result {
    for (id, seen) in found {
        let whole = bench.get(object, id)?;
        expect(
            seen.is_like(&whole),
            format!(
                "the {object} {id} is {seen}, and where it is asked for by its id it is {whole}"
            ),
        )?;
    }
    Ok(())
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
        expect_somebody(&found, rule)?;
        let declared = found.iter().flat_map(|(_, seen)| &seen.keys);
        let declared: Vec<(&str, &str)> =
            declared.map(|(field, key)| (field.as_str(), key.as_str())).collect();
        let is_right = !declared.is_empty() && declared.iter().all(|own| *own == (rule, key));
        expect(
            is_right,
            format!(
                "{rule} {key} was declared as {declared:?}: call FoundRecord::key({rule:?}, {key:?}), as it \
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
        expect_somebody(&found, rule)?;
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
            "email" => &[
                "%@example.com",
                "an_@example.com",
                "ana",
                "ana@example.co",
                "ana@example.com.example",
                "na@example.com",
            ],
            _ => &["+1206555012", "+12065550123;ext=1"],
        };
        let found = bench.by_keys(&[rule], &[others])?;
        expect(found.is_empty(), format!("with {key} stored, {others:?} found {}", told(&found)))?;
    }
    Ok(())
}

fn finds_no_former_holder<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let all = [
        ("email", "email", ["old@example.com", "new@example.com"]),
        ("additional_emails", "email", ["old@home.example", "new@home.example"]),
        ("phone", "phone", ["+12065550110", "+12065550111"]),
        ("additional_phones", "phone", ["+12065550120", "+12065550121"]),
    ];
    let rules = bench.addresses()?;
    let is_asked = |rule: &str| rules.iter().any(|(known, _)| *known == rule);
    for (field, rule, [old, new]) in all {
        if !is_asked(rule) || !bench.has(Contact, field) {
            continue;
        }
        let ana = bench.add(Contact, &[(field, &[old])])?;
        bench.change(Contact, &ana, &[(field, &[old])], &[(field, &[new])])?;
        let found = bench.by_keys(&[rule], &[&[old]])?;
        expect(found.is_empty(), format!("{field} was {old}, which still finds the contact"))?;
        let found = bench.by_keys(&[rule], &[&[new]])?;
        expect(found.len() == 1, format!("{field} is {new} now, which does not find the contact"))?;
        let left = clear(bench, &ana, field)?;
        let found = bench.by_keys(&[rule], &[&[new]])?;
        expect(
            !left.is_empty() || found.is_empty(),
            format!("{field} was cleared, and {new} still finds the contact"),
        )?;
    }
    Ok(())
}

/// Clears a field of a contact, if storage lets it. Returns what it holds then.
fn clear<S: StorageWrite>(bench: &mut Bench<S>, id: &str, field: &str) -> Result<Vec<String>> {
    let before = bench.get(Contact, id)?;
    let (version, old) = (before.version.as_deref(), before.values(field));
    bench.write_or_refuse(|batch| {
        batch.update(Contact, id, version, &[(field, &old)], &[(field, &[])])
    })?;
    let after = bench.get(Contact, id)?;
    Ok(after.values(field).into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect())
}

fn by_contact<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let roof = bench.add_to(&ana, &[("name", &["Roof"])])?;
    let garage = bench.add_to(&ana, &[("name", &["Garage"])])?;
    bench.add_to(&bo, &[("name", &["Boat"])])?;
    let both = bench.of_contacts(&[&ana, &bo])?;
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
    expect(links, format!("contact {ana} has {}", told(&found)))?;
    expect(
        both.len() == 3,
        format!(
            "the contacts {ana} and {bo} have 3 opportunities, and asked for at once {}",
            told(&both)
        ),
    )?;
    says_the_same(bench, Opportunity, &both)
}

fn combined_key_follows<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_rule(&["first_name", "last_name"])?;
    let ana = bench.add(Contact, &[("first_name", &["Ana"]), ("last_name", &["Lee"])])?;
    let before: &[(&str, &[&str])] = &[("first_name", &["Ana"])];
    bench.change(Contact, &ana, before, &[("first_name", &["Zoe"])])?;
    for (first, expected) in [("ana", 0), ("zoe", 1)] {
        let found = bench.by_keys(&["first_name", "last_name"], &[&[first], &["lee"]])?;
        let count = found.len();
        expect(
            count == expected,
            format!("Ana Lee is called Zoe Lee now, and {first} lee finds {count} contacts"),
        )?;
    }
    Ok(())
}

/// A key that is not declared leads nobody there who comes by it later in the file.
fn declares_every_key<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let rules = bench.addresses()?;
    if rules.len() < 2 {
        return skip("the account matches contacts by one address only");
    }
    let keys: Vec<[&str; 1]> = rules.iter().map(|(_, key)| [*key]).collect();
    let values: Vec<(&str, &[&str])> =
        rules.iter().zip(&keys).map(|((field, _), key)| (*field, &key[..])).collect();
    bench.add(Contact, &values)?;
    let blocks = rules.iter().map(|(field, key)| (*field, *key)).collect();
    let found = bench.by_addresses(blocks)?;
    let declared: Vec<(&str, &str)> = found
        .iter()
        .flat_map(|(_, seen)| &seen.keys)
        .map(|(field, key)| (field.as_str(), key.as_str()))
        .collect();
    expect(
        rules.iter().all(|key| declared.contains(key)),
        format!("a contact that was asked for by {rules:?} at once was declared as {declared:?}"),
    )
}

/// Several keys come in one question. Whoever is declared by the key of somebody else is taken for that one.
fn declares_own_keys<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (rule, _) in bench.addresses()? {
        let keys = match rule {
            "email" => ["ana@example.com", "bo@example.com", "cy@example.com"],
            _ => ["+12065550101", "+12065550102", "+12065550103"],
        };
        // Not in the order of their keys.
        let mut own = Vec::new();
        for at in [1, 2, 0] {
            own.push((bench.add(Contact, &[(rule, &[keys[at]])])?, keys[at]));
        }
        let found = bench.by_keys(&[rule], &[&keys])?;
        expect_somebody(&found, rule)?;
        for (id, key) in own {
            let seen = found.iter().find(|(other, _)| *other == id).map(|(_, seen)| seen);
            let declared: Vec<&str> =
                seen.into_iter().flat_map(|seen| &seen.keys).map(|(_, key)| key.as_str()).collect();
            expect(
                !declared.is_empty() && declared.iter().all(|other| *other == key),
                format!(
                    "{keys:?} were asked for at once, and the contact {id}, which has {key}, was declared as \
                     {declared:?}"
                ),
            )?;
        }
        says_the_same(bench, Contact, &found)?;
    }
    Ok(())
}

/// A file may have a column of ids, which not every row fills.
fn by_ids_and_keys<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let (rule, key) = bench.addresses()?[0];
    let ana = bench.add(Contact, &[(rule, &[key])])?;
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    bench.get(Contact, &bo)?;
    let found = bench.by_id_and_key(&bo, rule, key)?;
    for id in [&ana, &bo] {
        expect(
            found.iter().any(|(other, _)| other == id),
            format!(
                "the id {bo} and the {rule} {key} of the contact {ana} were asked for in one look-up, which found \
                 {}: answer Lookup::ids as well as each of Lookup::blocks",
                told(&found)
            ),
        )?;
    }
    Ok(())
}

/// A quotation mark, and signs that are patterns elsewhere. Without one of them it is another address.
fn by_odd_address<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let rules = bench.addresses()?;
    if !rules.iter().any(|(rule, _)| *rule == "email") {
        return skip("the account does not match contacts by email");
    }
    let own = "o'hara_1+fair@example.com";
    let Some(ana) = bench.add_or_refuse(Contact, &[("email", &[own])])? else { return Ok(()) };
    let found = bench.by_keys(&["email"], &[&[own]])?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(ids == [ana.as_str()], format!("{own} found {ids:?} instead of {ana}"))?;
    let others = [
        "o''hara_1+fair@example.com",
        "o'hara1+fair@example.com",
        "o'hara_1@example.com",
        "ohara_1+fair@example.com",
        "o\u{308}'hara_1+fair@example.com",
        "\u{f6}'hara_1+fair@example.com",
    ];
    let found = bench.by_keys(&["email"], &[&others])?;
    expect(
        found.is_empty(),
        format!("with {own} stored, {others:?} found {}: compare keys byte by byte", told(&found)),
    )
}
