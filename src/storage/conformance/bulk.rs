//! Cases with many steps or keys at once: columns of a batch must stay aligned, and no list may be cut short.

use std::collections::HashMap;

use super::bench::{Bench, Seen};
use super::finding::expect_somebody;
use super::receipts::{created_id, expect_updated};
use super::{NO_LINK, Result, Run, cause, expect, fail, with_causes};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{Applied, ContactOf, Receipts, StorageWrite, Token};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("creates of one batch have each their own values", creates_are_apart),
        ("updates of one batch change each their own record", updates_are_apart),
        ("opportunities of one batch have each their own contact", links_are_apart),
        ("a batch of a thousand steps is written whole", many_steps),
        ("thousands of keys are looked up at once", many_keys),
        ("thousands of ids are looked up at once", many_ids),
        ("thousands of tokens are asked for at once", many_tokens),
    ]
}

/// So many are asked for at a time, where an import has that many rows.
const MANY: usize = 8_192;

/// The one in the middle gives nothing but its name.
fn creates_are_apart<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let (has_text, has_tags) = (text != name, bench.has(Contact, "tags"));
    let people = [("Ana", "Oslo", &["a", "b"][..]), ("Bo", "", &[]), ("Cy", "Rome", &["c"])];
    let (tokens, receipts) = bench.write(|batch| {
        people.map(|(who, place, tags)| {
            let (who, place) = ([who], [place]);
            let mut values: Vec<(&str, &[&str])> = vec![(name, &who)];
            if has_text && place != [""] {
                values.push((text, &place));
            }
            if has_tags && !tags.is_empty() {
                values.push(("tags", tags));
            }
            batch.create(Contact, &values)
        })
    })?;
    let mut ids = Vec::new();
    for token in tokens {
        ids.push(created_id(&receipts, token)?);
    }
    for (id, (who, place, tags)) in ids.iter().zip(people) {
        let seen = bench.get(Contact, id)?;
        let mut own = seen.values("tags");
        own.sort_unstable();
        let is_right = seen.value(name) == Some(who)
            && (!has_text || seen.value(text).unwrap_or_default() == place)
            && (!has_tags || own == tags);
        expect(
            is_right,
            format!(
                "{who} was written with {text} {place:?} and tags {tags:?}, together with others, and is {seen}"
            ),
        )?;
    }
    Ok(())
}

/// Each another field, and one of them nothing but its name.
fn updates_are_apart<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let mut ids = Vec::new();
    for who in ["Ana", "Bo", "Cy", "Di"] {
        let values: &[(&str, &[&str])] = &[(name, &[who]), (text, &["Oslo"])];
        ids.push(bench.add(Contact, if name == text { &values[..1] } else { values })?);
    }
    let mut versions = Vec::new();
    for id in &ids {
        versions.push(bench.get(Contact, id)?.version);
    }
    // What is changed of whom. The third stays as it is.
    let all = [(0, text, "Rome"), (1, name, "Bob"), (3, text, "Bonn")];
    let (tokens, receipts) = bench.write(|batch| {
        all.map(|(who, field, value)| {
            let version = versions[who].as_deref();
            batch.update(Contact, &ids[who], version, &[], &[(field, &[value])])
        })
    })?;
    for (token, (who, ..)) in tokens.into_iter().zip(all) {
        expect_updated(&receipts, token, Contact, versions[who].as_deref())?;
    }
    let mut expected = [("Ana", "Rome"), ("Bob", "Oslo"), ("Cy", "Oslo"), ("Di", "Bonn")];
    if name == text {
        expected = [("Rome", ""), ("Bob", ""), ("Cy", ""), ("Bonn", "")];
    }
    for (id, (who, place)) in ids.iter().zip(expected) {
        let seen = bench.get(Contact, id)?;
        let is_right =
            seen.value(name) == Some(who) && (name == text || seen.value(text) == Some(place));
        expect(
            is_right,
            format!(
                "of four contacts {} were changed in one batch; the {name} of {id} is to be {who:?} now, its \
                 {text} {place:?}, and it is {seen}",
                all.len()
            ),
        )?;
    }
    Ok(())
}

fn links_are_apart<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let (tokens, receipts) = bench.write(|batch| {
        let cy = batch.create(Contact, &[(name, &["Cy"])]);
        let contacts = [
            ContactOf::Known(bo.as_str().into()),
            ContactOf::CreatedBy(cy),
            ContactOf::Known(ana.as_str().into()),
        ];
        let deals = ["Boat", "Car", "Attic"].into_iter().zip(contacts);
        let deals: Vec<Token> =
            deals.map(|(deal, of)| batch.opportunity(&[("name", &[deal])], of)).collect();
        (cy, deals)
    })?;
    let cy = created_id(&receipts, tokens.0)?;
    for (token, of) in tokens.1.into_iter().zip([bo, cy, ana]) {
        let id = created_id(&receipts, token)?;
        let seen = bench.get(Opportunity, &id)?;
        let Some(link) = seen.value("contact_id") else { return cause(NO_LINK) };
        expect(link == of, format!("{seen} is to be with the contact {of}"))?;
    }
    Ok(())
}

/// The most that a batch has.
const STEPS: usize = 1_000;

/// New contacts, changes of them all, and an opportunity of each.
fn many_steps<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let address = bench.addresses().ok().and_then(|all| all.first().copied());
    let key = |at: usize| match address {
        Some(("phone", _)) => format!("+1206555{at:04}"),
        _ => format!("p{at:04}@example.com"),
    };
    let (tokens, receipts) = bench.write(|batch| {
        let each = |at| match address {
            Some((field, _)) => {
                let (who, key) = (format!("No {at}"), key(at));
                let values: &[(&str, &[&str])] = &[(name, &[&who]), (field, &[&key])];
                batch.create_new(values, &[(field, &key)])
            }
            None => batch.create(Contact, &[(name, &[&format!("No {at}")])]),
        };
        (0..STEPS).map(each).collect::<Vec<Token>>()
    })?;
    let ids = created(&receipts, &tokens)?;
    let versions = each_named(bench, &ids, name, "No")?;
    let (tokens, receipts) = bench.write(|batch| {
        let each = |(at, (id, version)): (usize, (&String, &Option<String>))| {
            let values: &[(&str, &[&str])] = &[(text, &[&format!("Now {at}")])];
            batch.update(Contact, id, version.as_deref(), &[], values)
        };
        ids.iter().zip(&versions).enumerate().map(each).collect::<Vec<Token>>()
    })?;
    for (token, version) in tokens.into_iter().zip(&versions) {
        expect_updated(&receipts, token, Contact, version.as_deref())?;
    }
    each_named(bench, &ids, text, "Now")?;
    if bench.keeps_opportunities() { many_opportunities(bench, &ids) } else { Ok(()) }
}

fn many_opportunities<S: StorageWrite>(bench: &mut Bench<S>, contacts: &[String]) -> Result {
    let (tokens, receipts) = bench.write(|batch| {
        let of = |id: &String| ContactOf::Known(id.as_str().into());
        let deals = contacts.iter().map(|id| batch.opportunity(&[("name", &["Roof"])], of(id)));
        deals.collect::<Vec<Token>>()
    })?;
    let ids = created(&receipts, &tokens)?;
    let asked: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let found = bench.of_contacts(&asked)?;
    if found.iter().all(|(_, seen)| seen.value("contact_id").is_none()) {
        return cause(NO_LINK);
    }
    for (id, contact) in ids.iter().zip(contacts) {
        let deal = found.iter().find(|(own, _)| own == id);
        let is_right = deal.is_some_and(|(_, seen)| seen.value("contact_id") == Some(contact));
        let count = found.len();
        expect(
            is_right,
            format!(
                "of {} opportunities of as many contacts, written in one batch, {count} were found, and that of \
                 {contact} is not {id}",
                contacts.len()
            ),
        )?;
    }
    Ok(())
}

fn created(receipts: &Receipts, tokens: &[Token]) -> Result<Vec<String>> {
    tokens.iter().map(|token| created_id(receipts, *token)).collect()
}

/// Expects the field of each contact to be this word and its number. Returns their versions.
fn each_named<S: StorageWrite>(
    bench: &mut Bench<S>,
    ids: &[String],
    field: &str,
    word: &str,
) -> Result<Vec<Option<String>>> {
    bench.get(Contact, &ids[0])?;
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut found: HashMap<String, Seen> = bench.by_ids(Contact, &asked)?.into_iter().collect();
    let mut versions = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let seen = found.remove(id).unwrap_or_default();
        let got = seen.value(field);
        let expected = format!("{word} {at}");
        expect(
            got == Some(&expected),
            format!(
                "of {} contacts that were written in one batch step {} has {field} {got:?} instead of \
                 {expected:?}",
                ids.len(),
                at + 1
            ),
        )?;
        versions.push(seen.version);
    }
    Ok(versions)
}

/// Three of the many: the first, one in the middle and the last.
const KNOWN: [usize; 3] = [0, MANY / 2, MANY - 1];

fn many_keys<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (field, _) in bench.addresses()? {
        let key = |n: usize| match field {
            "email" => format!("p{n:04}@example.com"),
            _ => format!("+1206555{n:04}"),
        };
        let mut ids = Vec::new();
        for n in KNOWN {
            ids.push(bench.add(Contact, &[(field, &[key(n).as_str()])])?);
        }
        let keys: Vec<String> = (0..MANY).map(key).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let found = bench.by_keys(&[field], &[&keys])?;
        expect_somebody(&found, field)?;
        let found: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        expect(
            found == ids,
            format!("{MANY} keys of {field}, three of them known, found {found:?}"),
        )?;
    }
    Ok(())
}

fn many_ids<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let mut ids = Vec::new();
    for who in ["Ana", "Bo", "Cy"] {
        ids.push(bench.add(Contact, &[(name, &[who])])?);
    }
    bench.get(Contact, &ids[0])?;
    ids.sort_unstable();
    // Before and behind them.
    let others: Vec<String> =
        (0..MANY / 2).flat_map(|n| ["-9", "9"].map(|sign| format!("{sign}{n:012}"))).collect();
    let mut asked: Vec<&str> = others.iter().map(String::as_str).collect();
    asked.extend(ids.iter().map(String::as_str));
    let found = bench.by_ids(Contact, &asked)?;
    let found: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(found == ids, format!("{} ids, three of them known, found {found:?}", asked.len()))
}

fn many_tokens<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let name = bench.name();
    let (own, receipts) =
        bench.write(|batch| KNOWN.map(|_| batch.create(Contact, &[(name, &["Ana"])])))?;
    for token in own {
        created_id(&receipts, token)?;
    }
    let mut asked: Vec<Token> = (0..MANY).map(|n| Token(n as u128 + 1)).collect();
    for (token, at) in own.into_iter().zip(KNOWN) {
        asked[at] = token;
    }
    let mut known = Applied::default();
    if let Err(error) = bench.storage.applied(&asked, &mut known) {
        return fail(format!("applied failed: {}", with_causes(&error)));
    }
    let count = own.iter().filter(|token| known.id(**token).is_some()).count();
    expect(
        (count, known.len()) == (3, 3),
        format!("of {MANY} tokens, three of them written, {} are known", known.len()),
    )
}
