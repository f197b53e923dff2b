//! Cases about unusual values: an adapter returns them as they were written, or rejects them. What it changes
//! silently would differ again in the next import.

use super::bench::{Bench, Values};
use super::fields::samples;
use super::{Result, Run, expect, skip};
use crate::field::{Field, FieldKind};
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::StorageWrite;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("unusual text comes back as it was written", unusual_text_comes_back),
        ("a date comes back as the same day", dates_are_days),
        ("each option comes back as it was chosen", options_come_back),
        ("each stage and each status of an opportunity comes back", stages_come_back),
        ("a phone comes back with its extension, or is rejected", extensions_come_back),
        ("a list comes back with all its items, or is rejected", lists_come_back),
    ]
}

/// Quotation marks, line breaks of both kinds, patterns and parameters of SQL, four bytes to a letter, letters in
/// two parts, and what looks like an entity, a number or nothing at all.
const TEXTS: [&str; 11] = [
    "O'Hara \"Bob\"",
    "a\nb\tc\\n",
    "a\r\nb\rc",
    "Zoë Ωmega 李 🦀 👩‍👧",
    "Zoe\u{308} \u{1100}\u{1161} \u{fb01}",
    "100% _x_ $1 ?1 --",
    "van der  BERG",
    "<b>Lee</b> &amp; {{name}}",
    "007",
    "1e5",
    "null",
];

fn unusual_text_comes_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let is_text = |field: &Field| match field.kind {
        FieldKind::LongText => true,
        FieldKind::Text => field.is_custom,
        _ => false,
    };
    let mut fields = vec![(Contact, bench.name().to_owned())];
    fields.extend(keys(bench, is_text));
    if bench.keeps_opportunities() {
        fields.push((Opportunity, "name".to_owned()));
    }
    for (object, field) in fields {
        for text in TEXTS {
            comes_back(bench, object, &field, &[text], &[])?;
        }
    }
    Ok(())
}

/// Before and after the day with which computers begin to count, a leap day, and days of both halves of the year:
/// a moment is another day elsewhere.
const DAYS: [&str; 7] = [
    "1931-12-31",
    "1969-12-31",
    "1970-01-01",
    "2000-02-29",
    "2026-01-15",
    "2026-07-15",
    "2040-12-31",
];

fn dates_are_days<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let own = keys(bench, |field| field.kind == FieldKind::Date);
    for (object, field) in &own {
        DAYS.iter().try_for_each(|day| comes_back(bench, *object, field, &[day], &[]))?;
    }
    if own.is_empty() { skip("no field of the account is a date") } else { Ok(()) }
}

fn options_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let is_choice = |kind| {
        matches!(kind, FieldKind::SingleChoice | FieldKind::MultipleChoice | FieldKind::Timezone)
    };
    let mut count = 0;
    for (object, key) in keys(bench, |field| is_choice(field.kind)) {
        let field = bench.fields().find(object, &key).map(|id| bench.fields().get(id));
        let options = field.map(|field| bench.account().options_of(field).to_vec());
        for option in options.into_iter().flatten() {
            comes_back(bench, object, &key, &[&option], &[])?;
            count += 1;
        }
    }
    for (object, key) in keys(bench, |field| field.kind == FieldKind::User) {
        for user in bench.account().users.clone() {
            comes_back(bench, object, &key, &[&user.id], &[])?;
            count += 1;
        }
    }
    if count == 0 { skip("the account offers nothing to choose from") } else { Ok(()) }
}

fn stages_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    if !bench.keeps_opportunities() {
        return skip("the account keeps no opportunities");
    }
    for status in ["open", "won", "lost", "abandoned"] {
        comes_back(bench, Opportunity, "status", &[status], &[])?;
    }
    for pipeline in bench.account().pipelines.clone() {
        for stage in &pipeline.stages {
            let of: Values<'_> = &[("pipeline", &[&pipeline.id])];
            comes_back(bench, Opportunity, "stage", &[&stage.id], of)?;
        }
    }
    Ok(())
}

fn extensions_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let own = keys(bench, |field| field.kind == FieldKind::Phone && !field.is_list);
    for (object, field) in &own {
        comes_back(bench, *object, field, &["+12065550123;ext=017"], &[])?;
    }
    if own.is_empty() { skip("no field of the account is a phone") } else { Ok(()) }
}

/// Signs that separate items elsewhere, and as many items as an import gives.
const TAGS: [&str; 10] =
    ["Lee, Jones", "a;b", "c|d", "e/f", "VIP", "\"g\"", "{h}", "[\"i\"]", "10 %", "spring fair"];

fn lists_come_back<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let mut own = keys(bench, |field| field.kind == FieldKind::List);
    // Those of an opportunity are written to its contact.
    own.retain(|(object, key)| (*object, key.as_str()) != (Opportunity, "tags"));
    for (object, field) in &own {
        comes_back(bench, *object, field, &TAGS, &[])?;
    }
    let emails: Vec<String> = (1..=10).map(|at| format!("ana{at}@home.example")).collect();
    let phones: Vec<String> = (1..=10).map(|at| format!("+120655502{at:02}")).collect();
    let addresses = [("additional_emails", emails), ("additional_phones", phones)];
    let has = |list: &str| bench.has(Contact, list);
    let addresses: Vec<_> = addresses.into_iter().filter(|(list, _)| has(list)).collect();
    for (list, items) in &addresses {
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        comes_back(bench, Contact, list, &items, &[])?;
    }
    if own.is_empty() && addresses.is_empty() {
        return skip("no field of the account is a list");
    }
    Ok(())
}

/// The fields of both objects that an import writes and that are like this.
fn keys<S: StorageWrite>(
    bench: &Bench<S>,
    is_asked: impl Fn(&Field) -> bool,
) -> Vec<(Object, String)> {
    let of = |object| {
        let all = samples(bench.account(), bench.fields(), object);
        all.into_iter().map(move |(key, _)| (object, key))
    };
    let mut all: Vec<(Object, String)> = of(Contact).collect();
    if bench.keeps_opportunities() {
        all.extend(of(Opportunity));
    }
    all.retain(|(object, key)| {
        let field = bench.fields().find(*object, key).map(|id| bench.fields().get(id));
        field.is_some_and(&is_asked)
    });
    all
}

/// Expects a field to hold what was written to it, if it was not rejected. With it goes what a new record needs
/// besides.
fn comes_back<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    field: &str,
    written: &[&str],
    besides: Values<'_>,
) -> Result {
    let mut values = besides.to_vec();
    if object == Opportunity && field != "name" {
        values.push(("name", &["Roof"]));
    }
    values.push((field, written));
    let Some(id) = bench.add_or_refuse(object, &values)? else { return Ok(()) };
    let seen = bench.get(object, &id)?;
    let got = seen.values(field);
    expect(
        bench.are_same(object, field, &got, written),
        format!(
            "the {object}'s {field} was written as {written:?} and came back as {got:?}: keep it as it is, \
             or receipt with Receipts::rejected what its column cannot hold"
        ),
    )
}
