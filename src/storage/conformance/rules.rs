//! Cases about the match rules of the account other than a single address.

use super::bench::{Bench, Seen};
use super::fields::sample;
use super::receipts::created_id;
use super::{Result, Run, expect, fail, skip};
use crate::dedup::record_keys;
use crate::field::FieldKind;
use crate::object::Object::Contact;
use crate::storage::{Receipt, Receipts, StorageWrite, Token};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("a combined rule finds only whom all fields agree with", by_combined_rules),
        ("a rule of another field finds only whom it agrees with", by_other_fields),
    ]
}

fn by_combined_rules<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    each_rule(bench, "combined rule", |rule| rule.len() > 1)
}

fn by_other_fields<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    each_rule(
        bench,
        "rule of a field other than email and phone",
        |rule| matches!(rule, [field] if field != "email" && field != "phone"),
    )
}

fn each_rule<S: StorageWrite>(
    bench: &mut Bench<S>,
    what: &str,
    is_asked: impl Fn(&[String]) -> bool,
) -> Result {
    let rules: Vec<Vec<String>> =
        bench.account().dedup.contacts.iter().map(|rule| rule.0.clone()).collect();
    let mut is_any = false;
    for rule in rules.iter().filter(|rule| is_asked(rule)) {
        if !bench.storage.answers(rule) {
            continue;
        }
        // What an account does without, or no import writes, is matched by nobody.
        let Some(own) = values(bench, rule) else { continue };
        by_rule(bench, rule, &own, is_any)?;
        is_any = true;
    }
    if is_any { Ok(()) } else { skip(format!("the account has no {what}")) }
}

/// A value for each field of a rule.
fn values<S: StorageWrite>(bench: &Bench<S>, rule: &[String]) -> Option<Vec<String>> {
    let fields = bench.fields();
    let own = rule.iter().map(|key| {
        let field = fields.get(fields.find(Contact, key)?);
        sample(bench.account(), fields, field)?.into_iter().next()
    });
    own.collect()
}

/// Another value of a field, if there is one that every storage takes.
fn other<S: StorageWrite>(bench: &Bench<S>, key: &str) -> Option<String> {
    let field = bench.fields().get(bench.fields().find(Contact, key)?);
    let text = match field.kind {
        FieldKind::Text | FieldKind::LongText => "Another text",
        FieldKind::FullName => "Bo Ray",
        FieldKind::Email => "bo@example.org",
        FieldKind::Phone => "+12065550177",
        FieldKind::Date => "1991-06-18",
        FieldKind::Number | FieldKind::Money => "7.5",
        _ => return None,
    };
    Some(text.to_owned())
}

/// Writes a contact, and others that agree with it in all fields of the rule but one: its key must find it alone. Where
/// a column is unique, a contact that shares its value is refused, and so may the first one be if another rule was
/// tried before (`is_another`).
fn by_rule<S: StorageWrite>(
    bench: &mut Bench<S>,
    rule: &[String],
    own: &[String],
    is_another: bool,
) -> Result {
    let Some((token, receipts)) = write(bench, rule, own)? else {
        return if is_another { Ok(()) } else { fail("the first contact was refused") };
    };
    if is_another && is_refused(&receipts, token) {
        return Ok(());
    }
    let ana = created_id(&receipts, token)?;
    for (at, key) in rule.iter().enumerate() {
        let Some(text) = other(bench, key) else { continue };
        let mut others = own.to_vec();
        others[at] = text;
        let Some((token, receipts)) = write(bench, rule, &others)? else { continue };
        if !is_refused(&receipts, token) {
            created_id(&receipts, token)?;
        }
    }
    let value = |key: &str| {
        let at = rule.iter().position(|field| field == key);
        at.map(|at| own[at].clone()).into_iter().collect::<Vec<String>>()
    };
    let keys = record_keys(Contact, rule, bench.fields(), bench.account(), value);
    let Some(key) = keys.first() else { return Ok(()) };
    expect_found(bench, rule, key, &ana)?;
    expect_apart(bench, rule, own, key, &ana)
}

/// Asked for at once with a key that differs in all fields, a key finds nobody either who has some fields of the
/// one and some of the other.
fn expect_apart<S: StorageWrite>(
    bench: &mut Bench<S>,
    rule: &[String],
    own: &[String],
    key: &[String],
    id: &str,
) -> Result {
    let others =
        rule.iter().zip(own).map(|(key, text)| other(bench, key).unwrap_or_else(|| text.clone()));
    let others: Vec<String> = others.collect();
    let value = |key: &str| {
        let at = rule.iter().position(|field| field == key);
        at.map(|at| others[at].clone()).into_iter().collect::<Vec<String>>()
    };
    let keys = record_keys(Contact, rule, bench.fields(), bench.account(), value);
    let differs =
        |other: &Vec<String>| other.iter().zip(key).filter(|(other, own)| other != own).count() > 1;
    let Some(other) = keys.into_iter().next().filter(differs) else { return Ok(()) };
    let mut both = [key, &other];
    both.sort_unstable();
    let columns: Vec<[&str; 2]> =
        (0..rule.len()).map(|at| [both[0][at].as_str(), both[1][at].as_str()]).collect();
    let columns: Vec<&[&str]> = columns.iter().map(|column| &column[..]).collect();
    let fields: Vec<&str> = rule.iter().map(String::as_str).collect();
    let found = bench.by_keys(&fields, &columns)?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    expect(
        ids == [id],
        format!(
            "{}: {} and {} were asked for at once and found {ids:?} instead of {id}: compare the fields of one key \
             together, not each with its column",
            rule.join("+"),
            key.join(" "),
            other.join(" ")
        ),
    )
}

/// Expects a key to lead to the contact with this id and to nobody else, and to be declared.
fn expect_found<S: StorageWrite>(
    bench: &mut Bench<S>,
    rule: &[String],
    key: &[String],
    id: &str,
) -> Result {
    let found = bench.by_key(rule, key)?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let (name, asked) = (rule.join("+"), key.join(" "));
    expect(ids == [id], format!("{name}: {asked} found {ids:?} instead of {id}"))?;
    let is_declared = |seen: &Seen| {
        let mut parts = rule.iter().zip(key);
        parts.all(|(field, part)| seen.keys.iter().any(|(f, k)| f == field && k == part))
    };
    expect(
        found.iter().all(|(_, seen)| is_declared(seen)),
        format!(
            "{name}: {asked} was not declared: call FoundRecord::key for each field of the rule"
        ),
    )
}

fn is_refused(receipts: &Receipts, token: Token) -> bool {
    matches!(receipts.get(token), Some(Receipt::Rejected { .. } | Receipt::Conflict))
}

fn write<S: StorageWrite>(
    bench: &mut Bench<S>,
    rule: &[String],
    texts: &[String],
) -> Result<Option<(Token, Receipts)>> {
    let texts: Vec<[&str; 1]> = texts.iter().map(|text| [text.as_str()]).collect();
    let values: Vec<(&str, &[&str])> =
        rule.iter().zip(&texts).map(|(key, text)| (key.as_str(), &text[..])).collect();
    bench.write_or_refuse(|batch| batch.create(Contact, &values))
}
