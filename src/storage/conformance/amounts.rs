//! Cases about numbers and amounts of money: they come back exact.

use super::bench::Bench;
use super::fields::samples;
use super::{Result, Run, expect, fail, skip};
use crate::field::FieldKind;
use crate::object::Object::{self, Contact};
use crate::storage::StorageWrite;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![("an amount comes back exact, or is rejected", amounts_are_exact)]
}

/// A whole number, one below zero, one with a zero after the point, one that cents cannot hold, and two that no
/// float holds.
const AMOUNTS: [&str; 6] = ["100", "-0.5", "0.05", "1.005", "16777217.25", "9007199254740993"];

fn amounts_are_exact<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let mut count = 0;
    for object in Object::ALL {
        let all = samples(bench.account(), bench.fields(), object);
        let is_number = |key: &str| {
            let field = bench.fields().find(object, key).map(|id| bench.fields().get(id).kind);
            matches!(field, Some(FieldKind::Number | FieldKind::Money))
        };
        let keys: Vec<String> =
            all.into_iter().map(|(key, _)| key).filter(|key| is_number(key)).collect();
        count += keys.len();
        for key in keys {
            AMOUNTS.iter().try_for_each(|amount| expect_exact(bench, object, &key, amount))?;
        }
    }
    if count == 0 { skip("no field of the account is a number") } else { Ok(()) }
}

/// An amount is kept exactly. It may be refused if it is below zero, or if it may have too many decimals or digits.
pub(super) fn expect_exact<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    key: &str,
    amount: &str,
) -> Result {
    // A column may hold no amounts below zero, or only cents, or none that long.
    let decimals = amount.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let most = bench.fields().find(object, key).and_then(|id| bench.fields().get(id).max_decimals);
    let may_be_refused = matches!(amount, "-0.5" | "9007199254740993")
        || most.map_or(amount == "1.005", |most| decimals > most as usize);
    let name = if object == Contact { bench.name() } else { "name" };
    let id = match bench.add_or_refuse(object, &[(name, &["Roof"]), (key, &[amount])])? {
        Some(id) => id,
        None if may_be_refused => return Ok(()),
        None => return fail(format!("the {object}'s {key} was refused as {amount}")),
    };
    let seen = bench.get(object, &id)?;
    let got = seen.value(key).unwrap_or("nothing");
    expect(
        bench.is_same(object, key, got, amount),
        format!(
            "the {object}'s {key} was written as {amount} and came back as {got}: receipt with \
             Receipts::rejected what its column cannot hold"
        ),
    )
}
