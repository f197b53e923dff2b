//! Cases in which the application writes to the same tables, without the adapter.

use super::bench::Bench;
use super::receipts::{created_id, expect_conflict};
use super::{NO_VERSION, Result, cause, expect, fail, skip};
use crate::object::Object::Contact;
use crate::storage::{Receipt, StorageWrite};

/// A change that the application makes to a contact while an import is running; see
/// [`run_beside`](super::run_beside).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile<'a> {
    /// Adds a contact with this e-mail address, and with whatever else the application's contacts need.
    Insert {
        /// The address.
        email: &'a str,
    },
    /// Gives a contact another e-mail address.
    Change {
        /// The id of the contact.
        id: &'a str,
        /// Its new address.
        email: &'a str,
    },
    /// Deletes a contact, or marks it as deleted.
    Delete {
        /// The id of the contact.
        id: &'a str,
    },
}

/// The application.
pub(super) type Application<'a, S> = &'a mut dyn FnMut(&mut S, Meanwhile<'_>);
/// A case in which the application has a part.
pub(super) type Beside<S> = fn(&mut Bench<S>, Application<'_, S>) -> Result;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Beside<S>)> {
    vec![
        ("a contact that the application adds is found by its address", added),
        ("a contact whose address the application changes is found by the new one alone", changed),
        ("a contact that the application deletes is found no more", deleted),
        ("an address that the application has given to a contact is taken", taken),
        ("an address that the application has taken away is free", freed),
        ("an update of a contact that the application has changed is a conflict", stale),
        ("an update of a contact that the application has deleted is a conflict", gone),
    ]
}

const ANA: &str = "ana@example.com";
const BO: &str = "bo@example.com";
const STALE_KEYS: &str =
    "a table of keys that only the import renews is not enough where the application writes too";

/// The ids of those with an address.
fn holders<S: StorageWrite>(bench: &mut Bench<S>, email: &str) -> Result<Vec<String>> {
    if !bench.addresses()?.iter().any(|(field, _)| *field == "email") {
        return skip("the account does not match contacts by email");
    }
    let found = bench.by_keys(&["email"], &[&[email]])?;
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// A contact with an address, written by an import and found.
fn imported<S: StorageWrite>(bench: &mut Bench<S>, email: &str) -> Result<String> {
    let id = bench.add(Contact, &[("email", &[email])])?;
    let found = holders(bench, email)?;
    expect(found == [id.as_str()], format!("{email} found {found:?} instead of {id}"))?;
    Ok(id)
}

fn added<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    holders(bench, ANA)?;
    application(&mut bench.storage, Meanwhile::Insert { email: ANA });
    let found = holders(bench, ANA)?;
    expect(found.len() == 1, format!("the new contact's {ANA} finds {found:?}: {STALE_KEYS}"))?;
    bench.get(Contact, &found[0]).map(|_| ())
}

fn changed<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    let id = imported(bench, ANA)?;
    application(&mut bench.storage, Meanwhile::Change { id: &id, email: BO });
    let found = holders(bench, BO)?;
    expect(
        found == [id.as_str()],
        format!("the new address finds {found:?}, not {id}: {STALE_KEYS}"),
    )?;
    let found = holders(bench, ANA)?;
    expect(found.is_empty(), format!("the former address still finds {found:?}: {STALE_KEYS}"))
}

fn deleted<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    let id = imported(bench, ANA)?;
    application(&mut bench.storage, Meanwhile::Delete { id: &id });
    let found = holders(bench, ANA)?;
    expect(found.is_empty(), format!("its address still finds {found:?}"))?;
    let found = bench.by_ids(Contact, &[&id])?;
    expect(found.is_empty(), format!("its id {id} still finds it"))
}

/// Storage was asked before, and the address was free.
fn taken<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    let found = holders(bench, ANA)?;
    expect(found.is_empty(), format!("{ANA} found {found:?} in an empty storage"))?;
    application(&mut bench.storage, Meanwhile::Insert { email: ANA });
    let (token, receipts) =
        bench.write(|batch| batch.create_new(&[("email", &[ANA])], &[("email", ANA)]))?;
    match receipts.get(token) {
        Some(Receipt::Created { .. }) => {
            fail(format!("{ANA} was given to a second contact: {STALE_KEYS}"))
        }
        _ => expect_conflict(&receipts, token),
    }
}

fn freed<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    for (was_deleted, email) in [(false, ANA), (true, "cy@example.com")] {
        let id = imported(bench, email)?;
        let change = match was_deleted {
            false => Meanwhile::Change { id: &id, email: BO },
            true => Meanwhile::Delete { id: &id },
        };
        application(&mut bench.storage, change);
        let (token, receipts) =
            bench.write(|batch| batch.create_new(&[("email", &[email])], &[("email", email)]))?;
        match receipts.get(token) {
            Some(Receipt::Conflict) => {
                return fail(format!(
                    "{email} belongs to nobody, and was a conflict: {STALE_KEYS}"
                ));
            }
            // Where deleted contacts keep their addresses, and those must be unique.
            Some(Receipt::Rejected { .. }) if was_deleted => {}
            _ => drop(created_id(&receipts, token)?),
        }
    }
    Ok(())
}

fn stale<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    let text = bench.text();
    let id = imported(bench, ANA)?;
    let Some(version) = bench.get(Contact, &id)?.version else { return cause(NO_VERSION) };
    application(&mut bench.storage, Meanwhile::Change { id: &id, email: BO });
    let (token, receipts) = bench
        .write(|batch| batch.update(Contact, &id, Some(&version), &[], &[(text, &["Rome"])]))?;
    if let Some(Receipt::Updated { .. }) = receipts.get(token) {
        return fail(format!(
            "it was written over what the application has changed: its version was {version}, which must be \
             another one after each write of the application too"
        ));
    }
    expect_conflict(&receipts, token)?;
    let seen = bench.get(Contact, &id)?;
    let is_theirs =
        seen.value("email").is_some_and(|email| bench.is_same(Contact, "email", email, BO));
    expect(is_theirs && seen.value(text) != Some("Rome"), format!("the contact is {seen} now"))
}

fn gone<S: StorageWrite>(bench: &mut Bench<S>, application: Application<'_, S>) -> Result {
    let text = bench.text();
    let id = imported(bench, ANA)?;
    let version = bench.get(Contact, &id)?.version;
    application(&mut bench.storage, Meanwhile::Delete { id: &id });
    let (token, receipts) = bench
        .write(|batch| batch.update(Contact, &id, version.as_deref(), &[], &[(text, &["Rome"])]))?;
    expect_conflict(&receipts, token)?;
    let found = bench.by_ids(Contact, &[&id])?;
    expect(found.is_empty(), format!("{id} is there again"))
}
