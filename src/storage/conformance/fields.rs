//! What storage keeps of each field that the account has.

use super::trial::Trial;
use super::{Result, Run, expect, fail};
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

fn values_come_back<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let account = account(trial)?;
    let contact = samples(&account, trial.fields(), Contact);
    let ana = write(trial, Contact, &contact, |trial, values| trial.add(Contact, values))?;
    let deal = samples(&account, trial.fields(), Opportunity);
    write(trial, Opportunity, &deal, |trial, values| trial.add_to(&ana, values)).map(|_| ())
}

/// Two fields in one column are noticed where only one of them is written.
fn fields_are_apart<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let account = account(trial)?;
    for sample in samples(&account, trial.fields(), Contact) {
        let id = write(trial, Contact, std::slice::from_ref(&sample), |trial, values| {
            trial.add(Contact, values)
        })?;
        let others: Vec<String> = trial.get(Contact, &id)?.fields();
        expect(
            others.iter().all(|field| *field == sample.0),
            format!("where only {} is written, there is {others:?}", sample.0),
        )?;
    }
    Ok(())
}

fn account<S: StorageWrite>(trial: &mut Trial<S>) -> Result<Account> {
    trial.storage.account().or_else(|error| fail(format!("account failed: {error}")))
}

/// Writes a record of these values, and sees whether they come back. Gives its id.
fn write<S: StorageWrite>(
    trial: &mut Trial<S>,
    object: Object,
    samples: &[Sample],
    add: impl FnOnce(&mut Trial<S>, &[(&str, &[&str])]) -> Result<String>,
) -> Result<String> {
    let texts: Vec<Vec<&str>> =
        samples.iter().map(|(_, values)| values.iter().map(String::as_str).collect()).collect();
    let values: Vec<(&str, &[&str])> =
        samples.iter().zip(&texts).map(|((key, _), texts)| (key.as_str(), &**texts)).collect();
    let id = add(trial, &values)?;
    let seen = trial.get(object, &id)?;
    for (field, written) in values {
        let (mut got, mut written) = (seen.values(field), written.to_vec());
        got.sort_unstable();
        written.sort_unstable();
        expect(
            got == written,
            format!("{field} of a {object} came back as {got:?} instead of {written:?}"),
        )?;
    }
    Ok(id)
}

/// Values for each field of an object that an import can write; of what points elsewhere (users,
/// pipelines, options) only what the account knows.
fn samples(account: &Account, fields: &Fields, object: Object) -> Vec<Sample> {
    let own = fields.iter().filter(|(_, field)| field.object == object);
    own.filter_map(|(_, field)| Some((field.key.clone(), values(account, fields, field)?)))
        .collect()
}

fn values(account: &Account, fields: &Fields, field: &Field) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let options = match field.is_custom {
        true => field.options.as_slice(),
        false => account.options.get(&field.key).map_or(&[][..], Vec::as_slice),
    };
    let pipeline = account.pipelines.first();
    // The tags of an opportunity go to its contact; a full name is kept where it has no parts.
    let has_parts =
        ["first_name", "last_name"].iter().all(|part| fields.find(Contact, part).is_some());
    match field.kind {
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
