//! Cases over records that the application wrote: they survive the updates of an import.

use super::bench::{Bench, Seen};
use super::fields::{Sample, samples};
use super::receipts::expect_updated;
use super::{NO_VERSION, Result, cause, expect, fail, skip};
use crate::dedup::record_keys;
use crate::field::FieldKind;
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::{Receipt, StorageWrite};

/// A case that is told the records of the application.
pub(super) type Over<S> = fn(&mut Bench<S>, &[(Object, &str)]) -> Result;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Over<S>)> {
    vec![
        ("each record of the application is found by its id", found_by_id),
        ("each contact of the application is found by its keys", found_by_keys),
        ("each opportunity of the application is found by its contact", found_by_contact),
        ("an update of one field leaves the others as they were", fields_stay),
        ("an update of one record leaves the others as they were", records_stay),
    ]
}

fn name(object: Object, id: &str) -> String {
    format!("the {object} {id} of the application")
}

/// What is said of a record of the application.
fn get<S: StorageWrite>(bench: &mut Bench<S>, object: Object, id: &str) -> Result<Seen> {
    let found = bench.by_ids(object, &[id])?;
    match found.into_iter().find(|(other, _)| other == id) {
        Some((_, seen)) => Ok(seen),
        None => cause(format!("{} is not found by its id", name(object, id))),
    }
}

fn found_by_id<S: StorageWrite>(bench: &mut Bench<S>, records: &[(Object, &str)]) -> Result {
    for &(object, id) in records {
        let seen = get(bench, object, id)?;
        if object == Contact && seen.version.is_none() {
            return cause(NO_VERSION);
        }
    }
    expect(!records.is_empty(), "give the ids of records that the application has written")
}

/// A table of keys must also have the keys of records that were there before it.
fn found_by_keys<S: StorageWrite>(bench: &mut Bench<S>, records: &[(Object, &str)]) -> Result {
    let mut count = 0;
    for &(_, id) in records.iter().filter(|(object, _)| *object == Contact) {
        let seen = get(bench, Contact, id)?;
        for (rule, key) in keys(bench, &seen) {
            let found = bench.by_key(&rule, &key)?;
            expect(
                found.iter().any(|(other, _)| other == id),
                format!(
                    "{} is not found by its {} {:?}; it is stored as {seen}",
                    name(Contact, id),
                    rule.join("+"),
                    key.join(" ")
                ),
            )?;
            count += 1;
        }
    }
    match count {
        0 => skip("no contact among them has a key of the account's match rules"),
        _ => Ok(()),
    }
}

/// The keys of a contact under each rule that storage answers.
fn keys<S: StorageWrite>(bench: &Bench<S>, seen: &Seen) -> Vec<(Vec<String>, Vec<String>)> {
    let account = bench.account();
    let values = |field: &str| -> Vec<String> {
        seen.values(field).into_iter().map(str::to_owned).collect()
    };
    let rules = account.dedup.contacts.iter().map(|rule| &rule.0);
    let is_asked = |rule: &&Vec<String>| {
        bench.storage.answers(rule) && rule.iter().all(|field| bench.has(Contact, field))
    };
    let of_rule = |rule: &Vec<String>| {
        let keys = record_keys(Contact, rule, bench.fields(), account, values);
        let rule = rule.clone();
        keys.into_iter().map(move |key| (rule.clone(), key))
    };
    rules.filter(is_asked).flat_map(of_rule).collect()
}

fn found_by_contact<S: StorageWrite>(bench: &mut Bench<S>, records: &[(Object, &str)]) -> Result {
    let mut count = 0;
    for &(_, id) in records.iter().filter(|(object, _)| *object == Opportunity) {
        let seen = get(bench, Opportunity, id)?;
        let Some(contact) = seen.value("contact_id") else { continue };
        let found = bench.of_contacts(&[contact])?;
        let is_found = found.iter().any(|(other, _)| other == id);
        let told = name(Opportunity, id);
        expect(is_found, format!("{told} is not found by its contact {contact}"))?;
        count += 1;
    }
    match count {
        0 => skip("no opportunity among them says whose it is"),
        _ => Ok(()),
    }
}

/// One field after the other.
fn fields_stay<S: StorageWrite>(bench: &mut Bench<S>, records: &[(Object, &str)]) -> Result {
    for (at, &(object, id)) in records.iter().enumerate() {
        let mut count = 0;
        for sample in own_samples(bench, object, at) {
            let before = get(bench, object, id)?;
            let written = update(bench, object, id, &sample)?;
            if !written.is_empty() {
                count += 1;
                let after = get(bench, object, id)?;
                others_stay(&name(object, id), &written, &before, &after)?;
            }
        }
        expect(count > 0, format!("no field of {} could be updated", name(object, id)))?;
    }
    Ok(())
}

/// What is told of a record before and after an update of some fields.
fn others_stay(record: &str, written: &[String], before: &Seen, after: &Seen) -> Result {
    let field = written.join(" and ");
    let is_other = |other: &&&str| !written.iter().any(|own| own == **other);
    for other in before.fields().union(&after.fields()).filter(is_other) {
        let (was, is) = (before.values(other), after.values(other));
        expect(
            was == is,
            format!(
                "after an update of {field} alone {other} of {record} is {is:?}, and was {was:?}"
            ),
        )?;
    }
    expect(
        before.version.is_none() || before.version != after.version,
        format!("{record} has the same version after an update of {field}"),
    )
}

fn records_stay<S: StorageWrite>(bench: &mut Bench<S>, records: &[(Object, &str)]) -> Result {
    if records.len() < 2 {
        return skip("there is one record only");
    }
    for (at, &(object, id)) in records.iter().enumerate() {
        let mut before = Vec::new();
        for &(object, id) in records {
            before.push(get(bench, object, id)?);
        }
        for sample in own_samples(bench, object, at) {
            if !update(bench, object, id, &sample)?.is_empty() {
                break;
            }
        }
        for (&(other, other_id), was) in records.iter().zip(before) {
            let is = get(bench, other, other_id)?;
            let (written, told) = (name(object, id), name(other, other_id));
            expect(
                is == was || told == written,
                format!("after an update of {written} {told} is {is}, and was {was}"),
            )?;
        }
    }
    Ok(())
}

/// Values for each field, with addresses that no other of these records is given.
fn own_samples<S: StorageWrite>(bench: &Bench<S>, object: Object, at: usize) -> Vec<Sample> {
    let mut all = samples(bench.account(), bench.fields(), object);
    for (key, values) in &mut all {
        let kind = bench.fields().find(object, key).map(|id| bench.fields().get(id).kind);
        for text in values {
            match kind {
                Some(FieldKind::Email) => *text = format!("{at}.{text}"),
                Some(FieldKind::Phone) => {
                    *text = text.replace("206555", &format!("206{}", 560 + at));
                }
                _ => {}
            }
        }
    }
    all
}

/// The field that an import writes together with this one, because a stage belongs to its pipeline (O7).
fn with(field: &str) -> Option<&'static str> {
    match field {
        "pipeline" => Some("stage"),
        "stage" => Some("pipeline"),
        _ => None,
    }
}

/// Gives a field another value. Returns the fields that were written: none if it has that value already, or may not
/// have it.
fn update<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    id: &str,
    sample: &Sample,
) -> Result<Vec<String>> {
    let before = get(bench, object, id)?;
    let all = samples(bench.account(), bench.fields(), object);
    let other = with(&sample.0).and_then(|with| all.iter().find(|(key, _)| key == with));
    let both = [sample].into_iter().chain(other).map(|(key, values)| {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        (key.as_str(), before.values(key), values)
    });
    let both = both.filter(|(key, old, new)| !bench.are_same(object, key, old, new));
    let both: Vec<(&str, Vec<&str>, Vec<&str>)> = both.collect();
    let Some((field, _, values)) = both.first().filter(|(key, ..)| *key == sample.0) else {
        return Ok(Vec::new());
    };
    let old: Vec<(&str, &[&str])> = both.iter().map(|(key, old, _)| (*key, &old[..])).collect();
    let new: Vec<(&str, &[&str])> = both.iter().map(|(key, _, new)| (*key, &new[..])).collect();
    let version = before.version.as_deref();
    let (token, receipts) = bench.write(|batch| batch.update(object, id, version, &old, &new))?;
    if let Some(Receipt::Rejected { .. }) = receipts.get(token) {
        return Ok(Vec::new());
    }
    expect_updated(&receipts, token, object, version)?;
    let after = get(bench, object, id)?;
    let got = after.values(field);
    if !bench.are_same(object, field, &got, values) {
        let told = name(object, id);
        return fail(format!("{field} of {told} was updated to {values:?} and is {got:?}"));
    }
    Ok(both.iter().map(|(key, ..)| (*key).to_owned()).collect())
}
