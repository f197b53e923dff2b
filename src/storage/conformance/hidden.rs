//! Cases beside contacts that an import must neither see nor change.

use super::bench::Bench;
use super::{Result, expect, fail, skip};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{ContactOf, Receipt, StorageWrite};

/// A contact that an import must not see, because it is another tenant's or deleted.
#[derive(Clone, Copy, Debug)]
pub struct Hidden<'a> {
    /// Its id, as the adapter would return it.
    pub id: &'a str,
    /// Its e-mail address, normalised.
    pub email: &'a str,
}

/// A case that is told the hidden contacts.
pub(super) type WithHidden<S> = fn(&mut Bench<S>, &[Hidden<'_>]) -> Result;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, WithHidden<S>)> {
    vec![
        ("a hidden contact is not found by its id", not_found_by_id),
        ("a hidden contact is not found by its address", not_found_by_key),
        ("the opportunities of a hidden contact are not found", opportunities_not_found),
        ("a hidden contact is not updated", not_updated),
        ("no opportunity is linked to a hidden contact", not_linked),
        ("the address of a hidden contact is free, or refused in words", key_is_free),
    ]
}

const ONLY_ITS_OWN: &str =
    "leave out other tenants' rows and deleted ones, in `find` and in `write` alike";

fn not_found_by_id<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    for one in hidden {
        let found = bench.by_ids(Contact, &[one.id])?;
        expect(found.is_empty(), format!("the id {:?} finds it: {ONLY_ITS_OWN}", one.id))?;
    }
    expect(!hidden.is_empty(), "give some contacts that an import must not see")
}

fn not_found_by_key<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    for one in hidden {
        let found = bench.by_keys(&["email"], &[&[one.email]])?;
        expect(found.is_empty(), format!("{} finds it: {ONLY_ITS_OWN}", one.email))?;
    }
    Ok(())
}

fn opportunities_not_found<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    if !bench.keeps_opportunities() {
        return skip("the account keeps no opportunities");
    }
    for one in hidden {
        let found = bench.of_contacts(&[one.id])?;
        let count = found.len();
        expect(
            found.is_empty(),
            format!("the contact {} finds {count} opportunities: {ONLY_ITS_OWN}", one.id),
        )?;
    }
    Ok(())
}

fn not_updated<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    let text = bench.text();
    for one in hidden {
        let (token, receipts) =
            bench.write(|batch| batch.update(Contact, one.id, None, &[], &[(text, &["Rome"])]))?;
        expect_left_out(receipts.get(token), "an update of", one)?;
    }
    Ok(())
}

fn not_linked<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    if !bench.keeps_opportunities() {
        return skip("the account keeps no opportunities");
    }
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let roof = bench.add_to(&ana, &[("name", &["Roof"])])?;
    for one in hidden {
        let version = bench.get(Opportunity, &roof)?.version;
        let (tokens, receipts) = bench.write(|batch| {
            let of = ContactOf::Known(one.id.into());
            let boat = batch.opportunity(&[("name", &["Boat"])], of);
            [boat, batch.relink(&roof, version.as_deref(), one.id)]
        })?;
        for token in tokens {
            expect_left_out(receipts.get(token), "a link to", one)?;
        }
    }
    Ok(())
}

fn expect_left_out(receipt: Option<&Receipt>, what: &str, of: &Hidden<'_>) -> Result {
    match receipt {
        Some(Receipt::Conflict | Receipt::Rejected { .. }) => Ok(()),
        other => fail(format!(
            "{what} the hidden contact {} was receipted as {other:?}: {ONLY_ITS_OWN}",
            of.id
        )),
    }
}

fn key_is_free<S: StorageWrite>(bench: &mut Bench<S>, hidden: &[Hidden<'_>]) -> Result {
    let name = bench.name();
    for one in hidden {
        let values: &[(&str, &[&str])] = &[(name, &["Ana"]), ("email", &[one.email])];
        let keys = [("email", one.email)];
        let written = bench.write_or_refuse(|batch| batch.create_new(values, &keys))?;
        let Some((token, receipts)) = written else { continue };
        match receipts.get(token) {
            Some(Receipt::Created { .. } | Receipt::Rejected { .. }) => {}
            other => {
                return fail(format!(
                    "a new contact with the address {} of a hidden one was receipted as {other:?}: create it, or \
                     where the address must be unique call Receipts::rejected, since a conflict would be \
                     planned again to no avail",
                    one.email
                ));
            }
        }
    }
    Ok(())
}
