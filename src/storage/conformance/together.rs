//! Cases in which two imports write to one database at the same moment, each through an adapter of its own.
//!
//! Nobody can stop an adapter between what it looks up and what it writes. So both write again and again, until one
//! that leaves room for the other there has most probably been caught.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::Barrier;
use std::thread::scope;

use super::bench::Bench;
use super::receipts::created_id;
use super::{NO_VERSION, Result, cause, expect, fail, skip};
use crate::object::Object::Contact;
use crate::storage::{Receipt, StorageWrite};

/// A case with two adapters over one database.
pub(super) type Together<S> = fn(&mut Bench<S>, &mut Bench<S>) -> Result;

pub(super) fn cases<S: StorageWrite + Send>() -> Vec<(&'static str, Together<S>)> {
    vec![
        ("an address that two imports give away at once comes to one contact", one_holder),
        ("of two imports that change a contact at once, one meets a conflict", one_change),
        ("a batch that two processes write at once is written once", one_batch),
    ]
}

/// How often both write.
const ROUNDS: usize = 25;
/// How many contacts each of their batches has.
const CONTACTS: usize = 8;

/// Does the same with both at the same moment.
fn both<S: StorageWrite + Send, T: Send>(
    one: &mut Bench<S>,
    other: &mut Bench<S>,
    act: impl Fn(&mut Bench<S>, &str) -> Result<T> + Sync,
) -> Result<[T; 2]> {
    let start = Barrier::new(2);
    let act = |bench, city| {
        start.wait();
        act(bench, city)
    };
    let (one, other) = scope(|scope| {
        let other = scope.spawn(|| act(other, "Rome"));
        (act(one, "Oslo"), other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    Ok([one?, other?])
}

fn one_holder<S: StorageWrite + Send>(one: &mut Bench<S>, other: &mut Bench<S>) -> Result {
    if !one.addresses()?.iter().any(|(field, _)| *field == "email") {
        return skip("the account does not match contacts by email");
    }
    for round in 0..ROUNDS {
        let emails: Vec<String> =
            (0..CONTACTS).map(|who| format!("p{round}-{who}@example.com")).collect();
        let written = both(one, other, |bench, _| {
            bench.write_or_refuse(|batch| {
                let new =
                    |email: &String| batch.create_new(&[("email", &[email])], &[("email", email)]);
                emails.iter().map(new).collect::<Vec<_>>()
            })
        })?;
        for (at, email) in emails.iter().enumerate() {
            for (tokens, receipts) in written.iter().flatten() {
                let receipt = receipts.get(tokens[at]);
                if !matches!(receipt, Some(Receipt::Conflict | Receipt::Rejected { .. })) {
                    created_id(receipts, tokens[at])?;
                }
            }
            let holders = one.by_keys(&["email"], &[&[email]])?.len();
            expect(
                holders == 1,
                format!(
                    "{email} is with {holders} contacts after two imports have created one with it: let nobody else \
                     write between the look-up of new keys and the commit, by locks on Batch::keys or a transaction \
                     that takes its lock before that look-up, or let a unique index refuse the second"
                ),
            )?;
        }
    }
    Ok(())
}

fn one_change<S: StorageWrite + Send>(one: &mut Bench<S>, other: &mut Bench<S>) -> Result {
    let (name, text) = (one.name(), one.text());
    for _ in 0..ROUNDS {
        let id = one.add(Contact, &[(name, &["Ana"])])?;
        let Some(version) = one.get(Contact, &id)?.version else { return cause(NO_VERSION) };
        let written = both(one, other, |bench, city| {
            bench.write(|batch| batch.update(Contact, &id, Some(&version), &[], &[(text, &[city])]))
        })?;
        let is_conflict = |(token, receipts): &&(_, crate::storage::Receipts)| {
            matches!(receipts.get(*token), Some(Receipt::Conflict))
        };
        match written.iter().filter(is_conflict).count() {
            1 => {}
            0 => {
                return fail(
                    "two imports that had read the same version of a contact have both changed it: compare the \
                     version in the statement that writes, or hold the row's lock from the comparison to the commit",
                );
            }
            _ => {
                return fail("two imports have changed a contact at once, and neither was written");
            }
        }
    }
    Ok(())
}

/// An import that was started again while it was still running: both write the same steps.
fn one_batch<S: StorageWrite + Send>(one: &mut Bench<S>, other: &mut Bench<S>) -> Result {
    one.needs_tokens()?;
    let name = one.name();
    for _ in 0..ROUNDS {
        let (tokens, batch) = one.make(|batch| {
            let new = |_| batch.create(Contact, &[(name, &["Ana"])]);
            (0..CONTACTS).map(new).collect::<Vec<_>>()
        });
        // One of them may fail: its import asks for the tokens, or stops.
        let written = both(one, other, |bench, _| Ok(bench.try_write(&batch).ok()))?;
        for token in tokens {
            // A unique index may have refused the step of one.
            let ids = written.iter().flatten().filter_map(|receipts| receipts.id(token));
            let ids: BTreeSet<&str> = ids.collect();
            expect(
                ids.len() < 2,
                format!(
                    "one step that two processes have written at once was receipted with the ids {ids:?}: let \
                     nobody else write between the look-up of tokens and the commit, by a lock on \
                     Checkpoint::import_id or a transaction that takes its lock before that look-up, or let a \
                     unique index refuse the second"
                ),
            )?;
        }
    }
    Ok(())
}
