//! Cases about the fields of the account: each is stored, apart from the others, and can be cleared.

use super::bench::{Bench, Seen, Values};
use super::receipts::expect_updated;
use super::{Result, Run, Stop, expect};
use crate::account::Account;
use crate::field::{Field, FieldKind, Fields};
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::{Receipt, StorageWrite};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("every written value comes back", values_come_back),
        ("a field that is written alone comes back alone", fields_are_apart),
        ("every field that may be blank is cleared", fields_are_cleared),
        ("a long text comes back whole, or is rejected", long_texts_are_whole),
    ]
}

/// A field, and values that it may hold.
pub(super) type Sample = (String, Vec<String>);

fn values_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for says in ["true", "false"] {
        let contact = booleans(bench, Contact, says)?;
        let ana = write(bench, Contact, &contact, |bench, values| bench.add(Contact, values))?;
        if bench.keeps_opportunities() {
            let deal = booleans(bench, Opportunity, says)?;
            write(bench, Opportunity, &deal, |bench, values| bench.add_to(&ana, values))?;
        }
    }
    Ok(())
}

/// Values for each field, and this one for what is yes or no: a no is not the same as nothing. With it
/// come no addresses, which may be unique.
fn booleans<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    says: &str,
) -> Result<Vec<Sample>> {
    let mut all = fitting(bench, object)?;
    let kind = |key: &str| bench.fields().find(object, key).map(|id| bench.fields().get(id).kind);
    if says != "true" {
        all.retain(|(key, _)| !matches!(kind(key), Some(FieldKind::Email | FieldKind::Phone)));
    }
    for (_, values) in all.iter_mut().filter(|(key, _)| kind(key) == Some(FieldKind::Boolean)) {
        *values = vec![says.to_owned()];
    }
    Ok(all)
}

/// If two fields share a column, it shows when only one of them is written.
fn fields_are_apart<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let mut alone: Vec<(String, Seen)> = Vec::new();
    for sample in fitting(bench, Contact)? {
        let id = write(bench, Contact, std::slice::from_ref(&sample), |bench, values| {
            bench.add(Contact, values)
        })?;
        alone.push((sample.0, bench.get(Contact, &id)?));
    }
    let required = &bench.account().dedup.required;
    for (written, seen) in &alone {
        let mut others = seen.fields();
        others.retain(|field| {
            *field != written
                && !required.iter().any(|key| key == field)
                && !is_default(bench, &alone, (written, seen), field)
        });
        expect(
            others.is_empty(),
            format!(
                "where only {written} is written, there is {others:?} too, which is no default of a column, \
                 because not every new contact has the same there"
            ),
        )?;
    }
    Ok(())
}

/// Whether the value of a field that was not written is the default of its column: no or 0, or what all other new
/// contacts have there, whatever was written of them.
fn is_default<S: StorageWrite>(
    bench: &Bench<S>,
    alone: &[(String, Seen)],
    (written, seen): (&str, &Seen),
    field: &str,
) -> bool {
    let values = seen.values(field);
    let mut others = alone.iter().filter(|(own, _)| own != written && own != field).peekable();
    values.iter().all(|text| is_no_or_zero(bench, Contact, field, text))
        || others.peek().is_some() && others.all(|(_, other)| other.values(field) == values)
}

/// What a column that is never null may hold instead of nothing.
fn is_no_or_zero<S: StorageWrite>(
    bench: &Bench<S>,
    object: Object,
    field: &str,
    text: &str,
) -> bool {
    ["false", "0"].iter().any(|no| bench.is_same(object, field, text, no))
}

/// One after the other. A column that may not be null may refuse it.
fn fields_are_cleared<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = add_sample(bench, Contact, |bench, values| bench.add(Contact, values))?;
    each_is_cleared(bench, Contact, &ana)?;
    if !bench.keeps_opportunities() {
        return Ok(());
    }
    let deal = add_sample(bench, Opportunity, |bench, values| bench.add_to(&ana, values))?;
    each_is_cleared(bench, Opportunity, &deal)
}

fn each_is_cleared<S: StorageWrite>(bench: &mut Bench<S>, object: Object, id: &str) -> Result {
    // No import clears them (W3).
    let kept: &[&str] = match object {
        Contact => &[],
        Opportunity => &["name", "pipeline", "stage", "status", "value"],
    };
    let required = bench.account().dedup.required.clone();
    for (field, _) in samples(bench.account(), bench.fields(), object) {
        let is_required = object == Contact && required.contains(&field);
        if !is_required && !kept.contains(&field.as_str()) {
            expect_cleared(bench, object, id, &field)?;
        }
    }
    Ok(())
}

fn expect_cleared<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    id: &str,
    field: &str,
) -> Result {
    let before = bench.get(object, id)?;
    let (version, old) = (before.version.as_deref(), before.values(field));
    let written = bench.write_or_refuse(|batch| {
        batch.update(object, id, version, &[(field, &old)], &[(field, &[])])
    });
    let written = written.map_err(|stop| match stop {
        Stop::Cause(why) => Stop::Failed(format!(
            "where {field} is cleared, {why}: receipt with Receipts::rejected what its column refuses, or let \
             StorageWrite::recover split the batch"
        )),
        other => other,
    })?;
    let after = bench.get(object, id)?;
    let left = after.values(field);
    let refused = || {
        expect(
            left == old,
            format!("the clearing of {field} was rejected, and it is {left:?}, no longer {old:?}"),
        )
    };
    let Some((token, receipts)) = written else { return refused() };
    match receipts.get(token) {
        Some(Receipt::Rejected { .. }) => refused(),
        Some(Receipt::Conflict) => expect_updated(&receipts, token, object, version),
        _ => expect(
            left.iter().all(|text| is_no_or_zero(bench, object, field, text)),
            format!(
                "the {object}'s {field} was cleared (Change::text is \"\", Change::after gives nothing) and is \
                 still {left:?}"
            ),
        ),
    }
}

/// Adds a record that has a value in every field. Returns its id.
pub(super) fn add_sample<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    add: impl FnOnce(&mut Bench<S>, Values<'_>) -> Result<String>,
) -> Result<String> {
    let samples = fitting(bench, object)?;
    let texts: Vec<Vec<&str>> = samples.iter().map(|(_, values)| texts(values)).collect();
    let values: Vec<(&str, &[&str])> =
        samples.iter().zip(&texts).map(|((key, _), texts)| (key.as_str(), &**texts)).collect();
    add(bench, &values)
}

fn texts(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

/// Writes a record with these values and expects them to come back. Returns its id.
fn write<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    samples: &[Sample],
    add: impl FnOnce(&mut Bench<S>, Values<'_>) -> Result<String>,
) -> Result<String> {
    let all: Vec<Vec<&str>> = samples.iter().map(|(_, values)| texts(values)).collect();
    let values: Vec<(&str, &[&str])> =
        samples.iter().zip(&all).map(|((key, _), texts)| (key.as_str(), &**texts)).collect();
    let id = add(bench, &values)?;
    let seen = bench.get(object, &id)?;
    for (field, written) in values {
        let got = seen.values(field);
        expect(
            bench.are_same(object, field, &got, written),
            format!("the {object}'s {field} came back as {got:?} instead of {written:?}"),
        )?;
    }
    Ok(id)
}

/// A column for 255 characters may refuse more, but not cut them off in silence.
fn long_texts_are_whole<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (object, length) in [(Contact, 300), (Contact, 5_000), (Opportunity, 300)] {
        // Longer than that are only notes.
        let is_long = |kind| match kind {
            FieldKind::Text => length == 300,
            FieldKind::LongText => true,
            _ => false,
        };
        if object == Opportunity && !bench.keeps_opportunities() {
            continue;
        }
        let own = bench.fields().iter().filter(|(_, field)| {
            field.object == object && is_long(field.kind) && !field.is_part && !field.is_list
        });
        let keys: Vec<String> = own.map(|(_, field)| field.key.clone()).collect();
        let text = "Zoë ".repeat(length / 4 - 1) + "end.";
        for key in keys {
            is_kept_whole(bench, object, &key, &text)?;
        }
    }
    Ok(())
}

/// Is a text kept? If not, it was refused. A part of it must not be kept.
pub(super) fn is_kept_whole<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    key: &str,
    text: &str,
) -> Result<bool> {
    let values: &[(&str, &[&str])] = &[("name", &["Roof"]), (key, &[text])];
    let values = if object == Contact || key == "name" { &values[1..] } else { values };
    let Some(id) = bench.add_or_refuse(object, values)? else { return Ok(false) };
    let seen = bench.get(object, &id)?;
    let got = seen.value(key).unwrap_or_default();
    expect(
        got == text,
        format!(
            "the {object}'s {key} was written with {} characters and came back with {}: receipt with \
             Receipts::rejected what its column cannot hold",
            text.chars().count(),
            got.chars().count()
        ),
    )?;
    Ok(true)
}

/// The samples, with as many items of a list of addresses as storage has room for.
fn fitting<S: StorageWrite>(bench: &mut Bench<S>, object: Object) -> Result<Vec<Sample>> {
    let mut samples = samples(bench.account(), bench.fields(), object);
    for (field, items) in samples.iter_mut().filter(|_| object == Contact) {
        if field.starts_with("additional_") && !bench.takes_two(field)? {
            items.truncate(1);
        }
    }
    Ok(samples)
}

/// Values for each field of an object that an import can write. Users, pipelines and options are those that
/// the account knows.
pub(super) fn samples(account: &Account, fields: &Fields, object: Object) -> Vec<Sample> {
    let own = fields.iter().filter(|(_, field)| field.object == object);
    own.filter_map(|(_, field)| Some((field.key.clone(), sample(account, fields, field)?)))
        .collect()
}

/// Values for one field that it has room for, `None` if an import writes none.
pub(super) fn sample(account: &Account, fields: &Fields, field: &Field) -> Option<Vec<String>> {
    let values = any_sample(account, fields, field)?;
    let most = field.max_chars.unwrap_or(usize::MAX);
    // What texts end with tells them apart.
    let end = |text: String| {
        let surplus = text.chars().count().saturating_sub(most);
        text.chars().skip(surplus).collect::<String>().trim_start().to_owned()
    };
    Some(values.into_iter().map(end).collect())
}

fn any_sample(account: &Account, fields: &Fields, field: &Field) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let options = account.options_of(field);
    let pipeline = account.pipelines.first();
    // The tags of an opportunity go to its contact; a full name is kept where it has no parts.
    let has_parts = fields.splits_names();
    match field.kind {
        _ if field.is_part => None,
        FieldKind::List if field.object == Opportunity && !field.is_custom => None,
        FieldKind::FullName if has_parts => None,
        FieldKind::FullName => one("Ana Maria Lee"),
        FieldKind::Text => one(&format!("Text of {}", field.key)),
        FieldKind::LongText => one("likes boats\nand trains"),
        FieldKind::Number | FieldKind::Money if field.max_decimals == Some(0) => one("18500"),
        FieldKind::Number | FieldKind::Money => one("18500.5"),
        FieldKind::Phone if field.is_list => {
            Some(["+12065550124", "+12065550125"].map(String::from).to_vec())
        }
        FieldKind::Phone => one("+12065550123"),
        FieldKind::Email if field.is_list => {
            Some(["ana@home.example", "ana@work.example"].map(String::from).to_vec())
        }
        FieldKind::Email => one("ana@example.com"),
        FieldKind::Date => one("1990-05-17"),
        FieldKind::Boolean => one("true"),
        FieldKind::MultipleChoice if options.is_empty() => Some(vec!["red".into(), "blue".into()]),
        FieldKind::MultipleChoice => Some(options.to_vec()),
        FieldKind::List => Some(vec!["vip".into(), "spring fair".into()]),
        FieldKind::SingleChoice if options.is_empty() => one("red"),
        FieldKind::SingleChoice => one(&options[0]),
        FieldKind::Country => one("US"),
        FieldKind::Timezone => one(options.first().map_or("Europe/Oslo", String::as_str)),
        FieldKind::User => one(&account.users.first()?.id),
        FieldKind::Pipeline => one(&pipeline?.id),
        FieldKind::Stage => one(&pipeline?.stages.first()?.id),
        FieldKind::Status => one("won"),
        _ => None,
    }
}
