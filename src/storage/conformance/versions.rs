//! Cases about versions: an update of a record that somebody else has changed is a conflict.

use super::bench::Bench;
use super::fields::samples;
use super::receipts::{expect_conflict, expect_updated};
use super::{NO_VERSION, Result, Run, cause, expect, fail};
use crate::object::Object::{self, Contact, Opportunity};
use crate::storage::{Receipt, StorageWrite};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("a write changes the version", write_changes_the_version),
        ("an update of another version is a conflict and changes nothing", stale_version),
    ]
}

/// Whichever field is written: a version may be computed from some of the record's fields only.
fn write_changes_the_version<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    if bench.get(Contact, &ana)?.version.is_none() {
        return cause(NO_VERSION);
    }
    changes_with(bench, Contact, &ana, text, &["Rome"])?;
    each_field_changes_it(bench, Contact, &ana)?;
    if !bench.keeps_opportunities() {
        return Ok(());
    }
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let deal = bench.add_to(&ana, &[("name", &["Roof"])])?;
    let Some(before) = bench.get(Opportunity, &deal)?.version else { return Ok(()) };
    bench.relink(&deal, &bo)?;
    let after = bench.get(Opportunity, &deal)?.version;
    expect(
        after.as_ref() != Some(&before),
        format!(
            "the version of an opportunity is still {before} after it was moved to another contact"
        ),
    )?;
    changes_with(bench, Opportunity, &deal, "name", &["Attic"])?;
    each_field_changes_it(bench, Opportunity, &deal)
}

fn each_field_changes_it<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    id: &str,
) -> Result {
    for (field, values) in samples(bench.account(), bench.fields(), object) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        changes_with(bench, object, id, &field, &values)?;
    }
    Ok(())
}

/// Expects another version after a field was written, if that changed the field.
fn changes_with<S: StorageWrite>(
    bench: &mut Bench<S>,
    object: Object,
    id: &str,
    field: &str,
    values: &[&str],
) -> Result {
    let before = bench.get(object, id)?;
    let version = before.version.as_deref();
    let written = bench.write_or_refuse(|batch| {
        let old = before.values(field);
        batch.update(object, id, version, &[(field, &old)], &[(field, values)])
    })?;
    let Some((token, receipts)) = written else { return Ok(()) };
    match receipts.get(token) {
        Some(Receipt::Rejected { .. }) => return Ok(()),
        Some(Receipt::Conflict) => expect_updated(&receipts, token, object, version)?,
        _ => {}
    }
    let after = bench.get(object, id)?;
    if before.values(field) == after.values(field) || before.version != after.version {
        return Ok(());
    }
    fail(format!(
        "the version of {} is still {} after a write of its {field}: it must differ each time, as a counter \
         does and a time stamp may not; without a counter, let all that find returns be the version",
        if object == Contact { "a contact" } else { "an opportunity" },
        version.unwrap_or("none"),
    ))
}

fn stale_version<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let text = bench.text();
    let ana = bench.add(Contact, &[(text, &["Oslo"])])?;
    let Some(old) = bench.get(Contact, &ana)?.version else { return cause(NO_VERSION) };
    bench.change(Contact, &ana, &[], &[(text, &["Rome"])])?;
    let (token, receipts) =
        bench.write(|batch| batch.update(Contact, &ana, Some(&old), &[], &[(text, &["Bonn"])]))?;
    expect_conflict(&receipts, token)?;
    let seen = bench.get(Contact, &ana)?;
    expect(seen.value(text) == Some("Rome"), "the conflicting update was written")?;
    if bench.keeps_opportunities() { stale_opportunity(bench, &ana) } else { Ok(()) }
}

/// Opportunities need no version; but if they have one, it must be compared.
fn stale_opportunity<S: StorageWrite>(bench: &mut Bench<S>, contact: &str) -> Result {
    let deal = bench.add_to(contact, &[("name", &["Roof"])])?;
    let Some(old) = bench.get(Opportunity, &deal)?.version else { return Ok(()) };
    bench.change(Opportunity, &deal, &[], &[("name", &["Attic"])])?;
    let cellar: &[(&str, &[&str])] = &[("name", &["Cellar"])];
    let (token, receipts) =
        bench.write(|batch| batch.update(Opportunity, &deal, Some(&old), &[], cellar))?;
    expect_conflict(&receipts, token)?;
    let seen = bench.get(Opportunity, &deal)?;
    let name = seen.value("name");
    expect(name == Some("Attic"), format!("the conflicting update of {deal} made it {name:?}"))?;
    let name = bench.name();
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let (token, receipts) = bench.write(|batch| batch.relink(&deal, Some(&old), &bo))?;
    expect_conflict(&receipts, token)?;
    let count = bench.of_contacts(&[&bo])?.len();
    expect(count == 0, format!("the conflicting update of {deal} moved it to another contact"))
}
