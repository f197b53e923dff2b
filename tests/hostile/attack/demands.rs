//! What every import is held to, whatever was done to it.

use std::collections::BTreeMap;

use crm_import::storage::Op;
use crm_import::{MemoryStorage, Object, Outcome};

use super::super::few_people::{self, ADDRESSES};
use super::case::Told;

use Object::{Contact, Opportunity};

/// Who has an address.
pub(super) fn holders<'c>(crm: &'c MemoryStorage, address: &str) -> Vec<&'c str> {
    let holds = |values: &[String]| values.iter().any(|value| value == address);
    let all = crm.iter(Contact);
    all.filter(|(_, record)| ADDRESSES.iter().any(|field| holds(record.values(field))))
        .map(|(id, _)| id)
        .collect()
}

/// The ids of the records that the import has created, as storage knows.
fn created(crm: &MemoryStorage) -> Vec<String> {
    let whole = serde_json::to_value(crm).unwrap();
    let tokens: BTreeMap<String, (Op, String)> =
        serde_json::from_value(whole["tokens"].clone()).unwrap();
    tokens.into_values().filter(|(op, _)| *op == Op::Create).map(|(_, id)| id).collect()
}

/// What is stored, ids apart.
pub(super) fn content(crm: &MemoryStorage) -> Vec<String> {
    let said = |object, id: &str| {
        let values = crm.get(object, id).map(|record| record.values.clone());
        let mut values: Vec<(String, Vec<String>)> =
            values.unwrap_or_default().into_iter().collect();
        values.retain(|(field, _)| field != "contact_id");
        values.sort();
        format!("{values:?}")
    };
    let mut lines: Vec<String> = Vec::new();
    lines.extend(crm.iter(Contact).map(|(id, _)| said(Contact, id)));
    lines.extend(crm.iter(Opportunity).map(|(id, record)| {
        let of = record.value("contact_id").map(|contact| said(Contact, contact));
        format!("{} of {of:?}", said(Opportunity, id))
    }));
    let listed = crm.follow_ups().iter();
    lines.extend(listed.map(|of| format!("{} has {}", of.name, said(Contact, &of.contact))));
    lines.sort();
    lines
}

/// What an import cannot tell in the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Untold {
    Nothing,
    /// Which record a row had met without writing it: the checkpoint that knew is lost. If later rows have moved the
    /// record away, nobody finds it any more.
    Met,
    /// What somebody else has done to the records.
    Others,
}

/// Every row has one outcome, and the totals count them; whoever was created is there once.
pub(super) fn check(told: &Told, crm: &MemoryStorage, untold: Untold) {
    for object in Object::ALL {
        totals_count_the_outcomes(told, object);
        what_is_told_to_be_created_was_created(told, crm, object);
    }
    rows_lead_to_what_is_there(told, crm, untold);
    nobody_has_the_address_of_another(crm);
}

fn totals_count_the_outcomes(told: &Told, object: Object) {
    let stats = told.stats.of(object);
    let outcomes = [
        (Outcome::Create, stats.create),
        (Outcome::Update, stats.update),
        (Outcome::Unchanged, stats.unchanged),
        (Outcome::Merged, stats.merged),
        (Outcome::Skip, stats.skip),
        (Outcome::Fail, stats.fail),
    ];
    for (outcome, counted) in outcomes {
        assert_eq!(told.count(object, outcome), counted, "{object:?} {outcome:?}");
    }
    assert_eq!(outcomes.iter().map(|(_, counted)| counted).sum::<u64>(), stats.rows);
}

fn what_is_told_to_be_created_was_created(told: &Told, crm: &MemoryStorage, object: Object) {
    let letter = if object == Contact { 'c' } else { 'o' };
    let mut made = created(crm);
    made.retain(|id| id.starts_with(letter));
    assert_eq!(made.len() as u64, told.stats.of(object).create, "{object:?}");
    let mut ids: Vec<String> = told
        .outcomes
        .iter()
        .filter(|((_, of), (told, _))| *of == object.name() && *told == Outcome::Create)
        .map(|((row, _), (_, id))| id.clone().unwrap_or_else(|| panic!("row {row} has no id")))
        .collect();
    ids.sort();
    made.sort();
    assert_eq!(ids, made, "the ids of what was created");
}

fn rows_lead_to_what_is_there(told: &Told, crm: &MemoryStorage, untold: Untold) {
    for ((row, of), (outcome, id)) in &told.outcomes {
        let is_met = *outcome == Outcome::Merged && id.is_none();
        if untold == Untold::Others || (untold == Untold::Met && is_met) {
            continue;
        }
        if !matches!(outcome, Outcome::Fail | Outcome::Skip) {
            let object = if *of == "contact" { Contact } else { Opportunity };
            let is_there = id.as_ref().is_some_and(|id| crm.get(object, id).is_some());
            assert!(is_there, "row {row} {of} is lost: {id:?}");
        }
    }
}

fn nobody_has_the_address_of_another(crm: &MemoryStorage) {
    for who in 0..few_people::COUNT {
        for address in [few_people::email(who), few_people::phone(who)] {
            let holders = holders(crm, &address);
            assert!(holders.len() < 2, "{address} is held by {holders:?}");
        }
    }
}
