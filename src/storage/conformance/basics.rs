//! The basic cases, which all others depend on. They run first, so that their failures are reported first.

use super::bench::Bench;
use super::fields::{add_sample, samples};
use super::receipts::created_id;
use super::{NO_VERSION, Result, Run, Stop, cause, expect, with_causes};
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::{Receipt, StorageWrite};

/// The name of the first case.
pub(super) const EMPTY: &str = "each storage that `fresh` makes is empty";

/// Why it fails, and all others with it.
pub(super) const NOT_EMPTY: &str = "`fresh` must make an empty storage each time, and this one holds what \
                                    another case or an earlier run has written: empty its tables, those \
                                    of keys and tokens too";

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("the account is the same each time", the_account_is_the_same),
        ("a new contact is written", a_contact_is_written),
        ("find names only fields that the account has", fields_are_known),
        ("a record is found by its id", by_id),
        ("a contact has a version", has_a_version),
    ]
}

/// Neither the first storage nor the one after it holds anything. What else is wrong with them is for
/// other cases to tell.
pub(super) fn is_empty<S: StorageWrite>(fresh: &mut impl FnMut() -> S) -> Result {
    let mut left: Option<String> = None;
    for _ in 0..2 {
        let mut bench = Bench::new(fresh());
        let name = bench.name();
        let addresses = bench.addresses().unwrap_or_default();
        let mut holds = false;
        for &(field, key) in &addresses {
            holds |= bench.by_keys(&[field], &[&[key]]).is_ok_and(|found| !found.is_empty());
        }
        if let Some(id) = &left {
            holds |= bench.by_ids(Contact, &[id]).is_ok_and(|found| !found.is_empty());
        }
        let mut values: Vec<(&str, &[&str])> = vec![(name, &["Ana"])];
        let keys: Vec<[&str; 1]> = addresses.iter().map(|(_, key)| [*key]).collect();
        values.extend(addresses.iter().zip(&keys).map(|((field, _), key)| (*field, &key[..])));
        let (token, data) = bench.make(|batch| batch.create(Contact, &values));
        let Ok(receipts) = bench.write_made(&data) else { return Ok(()) };
        holds |= matches!(receipts.get(token), Some(Receipt::AlreadyApplied { .. }));
        if holds {
            return cause(NOT_EMPTY);
        }
        left = created_id(&receipts, token).ok();
    }
    Ok(())
}

fn the_account_is_the_same<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let accounts = [bench.storage.account(), bench.storage.account()];
    match accounts {
        [Ok(first), Ok(second)] => expect(first == second, "the second answer differs"),
        [first, second] => {
            let error = first.err().or(second.err());
            expect(
                false,
                error.map_or_else(String::new, |e| format!("account failed: {}", with_causes(&e))),
            )
        }
    }
}

fn a_contact_is_written<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    bench.add(Contact, &[(name, &["Ana"])]).map(|_| ())
}

fn by_id<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    bench.add(Contact, &[(name, &["Bo"])])?;
    let seen = bench.get(Contact, &ana)?;
    expect(seen.value(name) == Some("Ana"), format!("the id of Ana leads to {seen}"))
}

fn has_a_version<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    match bench.get(Contact, &ana)?.version {
        Some(_) => Ok(()),
        None => cause(NO_VERSION),
    }
}

/// A misspelt key counts as no value at all, and the next import writes it again.
fn fields_are_known<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = add_sample(bench, Contact, |bench, values| bench.add(Contact, values))?;
    bench.by_ids(Contact, &[&ana])?;
    if bench.keeps_opportunities() {
        let deal = add_sample(bench, Opportunity, |bench, values| bench.add_to(&ana, values))?;
        bench.by_ids(Opportunity, &[&deal])?;
        bench.of_contacts(&[&ana])?;
    }
    for (field, key) in bench.addresses().unwrap_or_default() {
        bench.by_keys(&[field], &[&[key]])?;
    }
    match bench.unknown().first() {
        None => Ok(()),
        Some((object, name)) => cause(stranger(bench, *object, name)),
    }
}

/// A case that fails where `find` misspells a field fails for that, as far as one can tell.
pub(super) fn explained<S: StorageWrite>(bench: &Bench<S>, result: Result) -> Result {
    let misspelt =
        bench.unknown().iter().find(|(object, name)| meant(bench, *object, name).is_some());
    match (&result, misspelt) {
        (Err(Stop::Failed(_)), Some((object, name))) => cause(stranger(bench, *object, name)),
        _ => result,
    }
}

/// What `find` has named and the account does not have.
fn stranger<S: StorageWrite>(bench: &Bench<S>, object: Object, name: &str) -> String {
    let meant = meant(bench, object, name).map(|key| format!("; {key} is one")).unwrap_or_default();
    format!("`find` gave {name}, which {} of this account do not have{meant}", object.plural())
}

/// The field that a misspelt key may mean.
fn meant<S: StorageWrite>(bench: &Bench<S>, object: Object, name: &str) -> Option<String> {
    let all = samples(bench.account(), bench.fields(), object);
    let near = |key: &str| strsim::damerau_levenshtein(key, name);
    let keys = all.into_iter().map(|(key, _)| key).filter(|key| near(key) < 3);
    keys.min_by_key(|key| near(key))
}
