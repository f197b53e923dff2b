//! What storage keeps of each field that the account has.

use super::bench::Bench;
use super::{Result, Run, expect};
use crate::account::Account;
use crate::field::{Field, FieldKind, Fields};
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::StorageWrite;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("every written value comes back", values_come_back),
        ("a field that is written alone comes back alone", fields_are_apart),
    ]
}

/// A field, and values that it may hold.
type Sample = (String, Vec<String>);

fn values_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let contact = samples(bench.account(), bench.fields(), Contact);
    let ana = write(bench, Contact, &contact, |bench, values| bench.add(Contact, values))?;
    if !bench.keeps_opportunities() {
        return Ok(());
    }
    let deal = samples(bench.account(), bench.fields(), Opportunity);
    write(bench, Opportunity, &deal, |bench, values| bench.add_to(&ana, values)).map(|_| ())
}

/// Two fields in one column are noticed where only one of them is written.
fn fields_are_apart<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let required = bench.account().dedup.required.clone();
    for sample in samples(bench.account(), bench.fields(), Contact) {
        let id = write(bench, Contact, std::slice::from_ref(&sample), |bench, values| {
            bench.add(Contact, values)
        })?;
        let mut others: Vec<String> = bench.get(Contact, &id)?.fields();
        others.retain(|field| *field != sample.0 && !required.contains(field));
        expect(
            others.is_empty(),
            format!("where only {} is written, there is {others:?} too", sample.0),
        )?;
    }
    Ok(())
}

/// Writes a record of these values, and sees whether they come back. Gives its id.
fn write<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    samples: &[Sample],
    add: impl FnOnce(&mut Bench<S>, &[(&str, &[&str])]) -> Result<String>,
) -> Result<String> {
    let texts: Vec<Vec<&str>> =
        samples.iter().map(|(_, values)| values.iter().map(String::as_str).collect()).collect();
    let values: Vec<(&str, &[&str])> =
        samples.iter().zip(&texts).map(|((key, _), texts)| (key.as_str(), &**texts)).collect();
    let id = add(bench, &values)?;
    let seen = bench.get(object, &id)?;
    for (field, written) in values {
        let (mut got, mut written) = (seen.values(field), written.to_vec());
        got.sort_unstable();
        written.sort_unstable();
        let is_same = |pair: (&&str, &&str)| bench.is_same(object, field, pair.0, pair.1);
        expect(
            got.len() == written.len() && got.iter().zip(&written).all(is_same),
            format!("the {object}'s {field} came back as {got:?} instead of {written:?}"),
        )?;
    }
    Ok(id)
}

/// Values for each field of an object that an import can write; of what points elsewhere (users,
/// pipelines, options) only what the account knows.
fn samples(account: &Account, fields: &Fields, object: Object) -> Vec<Sample> {
    let own = fields.iter().filter(|(_, field)| field.object == object);
    own.filter_map(|(_, field)| Some((field.key.clone(), sample(account, fields, field)?)))
        .collect()
}

/// Values for one field, `None` if an import writes none.
pub(super) fn sample(account: &Account, fields: &Fields, field: &Field) -> Option<Vec<String>> {
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
