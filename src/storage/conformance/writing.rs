//! What storage writes, and what it refuses to.

use super::trial::{Trial, conflicted, created, updated};
use super::{Result, Run, expect, fail};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{ContactOf, Receipt, StorageWrite};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("every step of a batch has its receipt", every_step_has_a_receipt),
        ("each record has an id of its own", ids_are_distinct),
        ("an update changes only its fields", update_changes_its_fields),
        ("an update without a value clears the field", update_clears),
        ("a list is written as a whole", list_is_replaced),
        ("a write changes the version", write_changes_the_version),
        ("an update of another version is a conflict and changes nothing", stale_version),
        ("an update of a record that is gone creates nothing", update_of_nobody),
        ("a create whose key is taken is a conflict and creates nothing", create_of_taken_key),
        ("an update that adds a taken key is a conflict", update_to_taken_key),
        ("a record's own key is not taken", own_key_is_free),
        ("a conflict does not keep the others from being written", conflict_is_alone),
        ("an opportunity is linked to a contact of the same batch", link_in_batch),
        ("an opportunity moves to another contact", relink),
        ("an opportunity of a contact that was not created is left out", lost_contact),
        ("an opportunity of a contact in conflict is left out", contact_in_conflict),
        ("an opportunity of a contact that is gone is a conflict", gone_contact),
        ("a batch without steps is written", empty_batch),
    ]
}

fn every_step_has_a_receipt<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    let version = trial.get(Contact, &ana)?.version;
    let (tokens, receipts) = trial.write(|batch| {
        let bo = batch.create(Contact, &[("first_name", &["Bo"])]);
        let ana = batch.update(Contact, &ana, version.as_deref(), &[], &[("city", &["Rome"])]);
        let roof = batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(bo));
        [bo, ana, roof]
    })?;
    created(&receipts, tokens[0])?;
    updated(&receipts, tokens[1])?;
    created(&receipts, tokens[2]).map(|_| ())
}

fn ids_are_distinct<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let (tokens, receipts) = trial.write(|batch| {
        ["Ana", "Bo", "Cy", "Di"].map(|name| batch.create(Contact, &[("first_name", &[name])]))
    })?;
    let mut ids = Vec::new();
    for (token, name) in tokens.into_iter().zip(["Ana", "Bo", "Cy", "Di"]) {
        let id = created(&receipts, token)?;
        let seen = trial.get(Contact, &id)?;
        let got = seen.value("first_name");
        expect(got == Some(name), format!("the id of {name} leads to {got:?}"))?;
        ids.push(id);
    }
    ids.sort_unstable();
    ids.dedup();
    expect(ids.len() == 4, format!("4 contacts have the ids {ids:?}"))
}

fn update_changes_its_fields<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(
        Contact,
        &[("first_name", &["Ana"]), ("city", &["Oslo"]), ("email", &["ana@example.com"])],
    )?;
    let bo = trial.add(Contact, &[("first_name", &["Bo"]), ("city", &["Oslo"])])?;
    let version = trial.get(Contact, &ana)?.version;
    let (token, receipts) = trial.write(|batch| {
        batch.update(Contact, &ana, version.as_deref(), &[], &[("city", &["Rome"])])
    })?;
    updated(&receipts, token)?;
    let seen = trial.get(Contact, &ana)?;
    let is_right = seen.value("city") == Some("Rome")
        && seen.value("first_name") == Some("Ana")
        && seen.value("email") == Some("ana@example.com");
    expect(is_right, format!("after city = Rome the contact is {seen:?}"))?;
    let other = trial.get(Contact, &bo)?;
    expect(other.value("city") == Some("Oslo"), "another contact was changed too")
}

fn update_clears<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"]), ("city", &["Oslo"])])?;
    let version = trial.get(Contact, &ana)?.version;
    trial.write(|batch| batch.update(Contact, &ana, version.as_deref(), &[], &[("city", &[])]))?;
    let seen = trial.get(Contact, &ana)?;
    let city = seen.value("city").filter(|city| !city.is_empty());
    expect(city.is_none(), format!("the cleared city is {city:?}"))
}

fn list_is_replaced<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana =
        trial.add(Contact, &[("tags", &["a", "b"]), ("additional_emails", &["x@a.example"])])?;
    let version = trial.get(Contact, &ana)?.version;
    trial.write(|batch| {
        batch.update(
            Contact,
            &ana,
            version.as_deref(),
            &[("tags", &["a", "b"]), ("additional_emails", &["x@a.example"])],
            &[("tags", &["b", "c"]), ("additional_emails", &["x@a.example", "y@a.example"])],
        )
    })?;
    let seen = trial.get(Contact, &ana)?;
    let mut tags = seen.values("tags");
    tags.sort_unstable();
    expect(tags == ["b", "c"], format!("the tags b, c are {tags:?}"))?;
    let emails = seen.values("additional_emails");
    expect(emails == ["x@a.example", "y@a.example"], format!("the addresses are {emails:?}"))
}

fn write_changes_the_version<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    let Some(before) = trial.get(Contact, &ana)?.version else {
        return fail("a record has no version, so that nothing is known of other writers");
    };
    trial.write(|batch| batch.update(Contact, &ana, Some(&before), &[], &[("city", &["Rome"])]))?;
    let after = trial.get(Contact, &ana)?.version;
    expect(after.as_ref() != Some(&before), format!("the version is still {before}"))
}

fn stale_version<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("city", &["Oslo"])])?;
    let Some(old) = trial.get(Contact, &ana)?.version else { return fail("there is no version") };
    trial.write(|batch| batch.update(Contact, &ana, Some(&old), &[], &[("city", &["Rome"])]))?;
    let (token, receipts) = trial
        .write(|batch| batch.update(Contact, &ana, Some(&old), &[], &[("city", &["Bonn"])]))?;
    conflicted(&receipts, token)?;
    let seen = trial.get(Contact, &ana)?;
    expect(seen.value("city") == Some("Rome"), "the conflicting update was written")
}

fn update_of_nobody<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    let gone = format!("{ana}99999");
    let (token, receipts) = trial
        .write(|batch| batch.update(Contact, &gone, Some("1"), &[], &[("city", &["Rome"])]))?;
    match receipts.get(token) {
        Some(Receipt::Conflict | Receipt::Rejected { .. }) => {}
        other => return fail(format!("it was receipted as {other:?}")),
    }
    let found = trial.by_ids(Contact, &[&gone])?;
    expect(found.is_empty(), "the record was created")
}

fn create_of_taken_key<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    for (field, key) in [("email", "ana@example.com"), ("phone", "+12065550123")] {
        let ana = trial.add(Contact, &[(field, &[key])])?;
        let (token, receipts) = trial.write(|batch| {
            batch.create_new(&[(field, &[key]), ("first_name", &["Bo"])], &[(field, key)])
        })?;
        conflicted(&receipts, token)?;
        let found = trial.by_keys(&[field], &[&[key]])?;
        let is_alone = found.len() == 1 && found[0].0 == ana;
        expect(is_alone, format!("{key} is carried by {} contacts", found.len()))?;
    }
    Ok(())
}

fn update_to_taken_key<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let bo = trial.add(Contact, &[("email", &["bo@example.com"])])?;
    let version = trial.get(Contact, &bo)?.version;
    let (token, receipts) = trial.write(|batch| {
        let after: &[(&str, &[&str])] = &[("additional_emails", &["ana@example.com"])];
        let token = batch.update(Contact, &bo, version.as_deref(), &[], after);
        batch.expect_free(&[("email", "ana@example.com")]);
        token
    })?;
    conflicted(&receipts, token)?;
    let seen = trial.get(Contact, &bo)?;
    expect(seen.values("additional_emails").is_empty(), "the taken address was written")
}

fn own_key_is_free<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let version = trial.get(Contact, &ana)?.version;
    let (token, receipts) = trial.write(|batch| {
        let token = batch.update(
            Contact,
            &ana,
            version.as_deref(),
            &[],
            &[("email", &["ana@example.com"])],
        );
        batch.expect_free(&[("email", "ana@example.com")]);
        token
    })?;
    updated(&receipts, token)
}

fn conflict_is_alone<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let (tokens, receipts) = trial.write(|batch| {
        let first = batch.create_new(&[("email", &["a@b.example"])], &[("email", "a@b.example")]);
        let taken =
            batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")]);
        let last = batch.create_new(&[("email", &["z@b.example"])], &[("email", "z@b.example")]);
        [first, taken, last]
    })?;
    let first = created(&receipts, tokens[0])?;
    conflicted(&receipts, tokens[1])?;
    let last = created(&receipts, tokens[2])?;
    let found = trial.by_ids(Contact, &[&first, &last])?;
    expect(found.len() == 2, "steps beside a conflict were receipted but not written")
}

fn link_in_batch<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let (tokens, receipts) = trial.write(|batch| {
        let ana = batch.create(Contact, &[("first_name", &["Ana"])]);
        let bo = batch.create(Contact, &[("first_name", &["Bo"])]);
        let roof = batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(bo));
        [ana, bo, roof]
    })?;
    let bo = created(&receipts, tokens[1])?;
    let roof = created(&receipts, tokens[2])?;
    let seen = trial.get(Opportunity, &roof)?;
    let link = seen.value("contact_id");
    expect(link == Some(bo.as_str()), format!("it is linked to {link:?} instead of {bo}"))
}

fn relink<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("first_name", &["Ana"])])?;
    let bo = trial.add(Contact, &[("first_name", &["Bo"])])?;
    let roof = trial.add_to(&ana, &[("name", &["Roof"])])?;
    let version = trial.get(Opportunity, &roof)?.version;
    trial.write(|batch| batch.relink(&roof, version.as_deref(), &bo))?;
    let seen = trial.get(Opportunity, &roof)?;
    let is_right =
        seen.value("contact_id") == Some(bo.as_str()) && seen.value("name") == Some("Roof");
    expect(is_right, format!("after moving it to {bo} it is {seen:?}"))?;
    let found = trial.of_contacts(&[&ana])?;
    expect(found.is_empty(), "it is still found by its former contact")
}

fn lost_contact<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let (token, receipts) = trial.write(|batch| {
        let taken =
            batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")]);
        batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(taken))
    })?;
    let receipt = receipts.get(token);
    expect(
        !matches!(receipt, Some(Receipt::Created { .. })),
        "an opportunity of nobody was created",
    )?;
    let found = trial.of_contacts(&[&ana])?;
    expect(found.is_empty(), "it was given to the contact that has the key")
}

/// A contact that is only linked to has no step of its own to say that it is gone.
fn gone_contact<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let loft = trial.add_to(&ana, &[("name", &["Loft"])])?;
    let version = trial.get(Opportunity, &loft)?.version;
    let gone = "999999999";
    let (tokens, receipts) = trial.write(|batch| {
        let roof = batch.opportunity(&[("name", &["Roof"])], ContactOf::Known(gone.into()));
        [roof, batch.relink(&loft, version.as_deref(), gone)]
    })?;
    for token in tokens {
        conflicted(&receipts, token)?;
    }
    let found = trial.of_contacts(&[&ana])?;
    expect(found.len() == 1, format!("its former contact has {} opportunities", found.len()))
}

fn contact_in_conflict<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let ana = trial.add(Contact, &[("city", &["Oslo"])])?;
    let loft = trial.add_to(&ana, &[("name", &["Loft"])])?;
    let Some(old) = trial.get(Contact, &ana)?.version else { return fail("there is no version") };
    trial.write(|batch| batch.update(Contact, &ana, Some(&old), &[], &[("city", &["Rome"])]))?;
    let version = trial.get(Opportunity, &loft)?.version;
    let (token, receipts) = trial.write(|batch| {
        let stale = batch.update(Contact, &ana, Some(&old), &[], &[("city", &["Bonn"])]);
        batch.opportunity(&[("name", &["Roof"])], ContactOf::Known(ana.as_str().into()));
        batch.expect_written(stale);
        let attic: &[(&str, &[&str])] = &[("name", &["Attic"])];
        batch.update(Opportunity, &loft, version.as_deref(), &[], attic);
        batch.expect_written(stale);
        stale
    })?;
    conflicted(&receipts, token)?;
    let found = trial.of_contacts(&[&ana])?;
    expect(found.len() == 1, "it was created although its contact is to be found anew")?;
    let seen = trial.get(Opportunity, &loft)?;
    let name = seen.value("name");
    expect(name == Some("Loft"), format!("it was changed to {name:?} before its contact"))
}

fn empty_batch<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.write(|_| ()).map(|_| ())
}
