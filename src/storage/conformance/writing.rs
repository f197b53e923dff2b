//! Cases about writes: what is written, and what must be left out.

use super::bench::Bench;
use super::receipts::{created_id, expect_conflict, expect_updated};
use super::{NO_LINK, NO_VERSION, Result, Run, cause, expect, fail, skip};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{ContactOf, Receipt, StorageWrite};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("every step of a batch has its receipt", every_step_has_a_receipt),
        ("each record has an id of its own", ids_are_distinct),
        ("an update changes only its fields", update_changes_its_fields),
        ("a list is written as a whole", list_is_replaced),
        ("an update of a record that is gone creates nothing", update_of_nobody),
        ("a create whose key is taken is a conflict and creates nothing", create_of_taken_key),
        ("a create whose combined key is taken is a conflict", create_of_taken_names),
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

fn every_step_has_a_receipt<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let version = bench.get(Contact, &ana)?.version;
    let has_deals = bench.keeps_opportunities();
    let ((bo, ana, roof), receipts) = bench.write(|batch| {
        let bo = batch.create(Contact, &[(name, &["Bo"])]);
        let ana = batch.update(Contact, &ana, version.as_deref(), &[], &[(text, &["Rome"])]);
        let roof = || batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(bo));
        (bo, ana, has_deals.then(roof))
    })?;
    created_id(&receipts, bo)?;
    expect_updated(&receipts, ana, Contact, version.as_deref())?;
    roof.map_or(Ok(()), |roof| created_id(&receipts, roof).map(|_| ()))
}

fn ids_are_distinct<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let field = bench.name();
    let (tokens, receipts) = bench.write(|batch| {
        ["Ana", "Bo", "Cy", "Di"].map(|name| batch.create(Contact, &[(field, &[name])]))
    })?;
    let mut ids = Vec::new();
    for (token, name) in tokens.into_iter().zip(["Ana", "Bo", "Cy", "Di"]) {
        let id = created_id(&receipts, token)?;
        let seen = bench.get(Contact, &id)?;
        let got = seen.value(field);
        expect(got == Some(name), format!("the id of {name} leads to {got:?}"))?;
        ids.push(id);
    }
    ids.sort_unstable();
    ids.dedup();
    expect(ids.len() == 4, format!("4 contacts have the ids {ids:?}"))
}

fn update_changes_its_fields<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let text = bench.text();
    let ana = bench.add(Contact, &[(text, &["Oslo"]), ("email", &["ana@example.com"])])?;
    // Whoever shares an address is somebody else; where it is unique, nobody does.
    let twin: &[(&str, &[&str])] = &[(text, &["Oslo"]), ("email", &["ana@example.com"])];
    let written = bench.write_or_refuse(|batch| batch.create(Contact, twin))?;
    let bo = match &written {
        Some((token, receipts))
            if !matches!(receipts.get(*token), Some(Receipt::Rejected { .. })) =>
        {
            created_id(receipts, *token)?
        }
        _ => bench.add(Contact, &twin[..1])?,
    };
    bench.change(Contact, &ana, &[], &[(text, &["Rome"])])?;
    let seen = bench.get(Contact, &ana)?;
    let is_right =
        seen.value(text) == Some("Rome") && seen.value("email") == Some("ana@example.com");
    expect(is_right, format!("after an update of {text} alone, to Rome, the contact is {seen}"))?;
    let other = bench.get(Contact, &bo)?;
    expect(other.value(text) == Some("Oslo"), "another contact was changed too")?;
    if bench.keeps_opportunities() { deal_stays_where_it_is(bench, &ana) } else { Ok(()) }
}

fn deal_stays_where_it_is<S: StorageWrite>(bench: &mut Bench<S>, contact: &str) -> Result {
    let roof = bench.add_to(contact, &[("name", &["Roof"])])?;
    let before = bench.get(Opportunity, &roof)?;
    bench.change(Opportunity, &roof, &[], &[("name", &["Attic"])])?;
    let after = bench.get(Opportunity, &roof)?;
    let is_there = before.value("contact_id") == after.value("contact_id");
    expect(
        is_there,
        format!("an update of the name alone (Link::Unchanged) made {after} of {before}"),
    )
}

fn list_is_replaced<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let lists: [(&str, [&str; 2], [&str; 2]); 2] = [
        ("tags", ["a", "b"], ["b", "c"]),
        ("additional_emails", ["x@a.example", "y@a.example"], ["y@a.example", "z@a.example"]),
    ];
    let own: Vec<_> = lists.into_iter().filter(|(list, ..)| bench.has(Contact, list)).collect();
    if own.is_empty() {
        return skip("contacts of this account have neither tags nor additional_emails");
    }
    for (list, before, after) in own {
        let only_one = list != "tags" && !bench.takes_two(list)?;
        let from = usize::from(only_one);
        let (before, after) = (&before[from..], &after[from..]);
        let ana = bench.add(Contact, &[(list, before)])?;
        bench.change(Contact, &ana, &[(list, before)], &[(list, after)])?;
        let seen = bench.get(Contact, &ana)?;
        let mut left = seen.values(list);
        left.sort_unstable();
        expect(left == after, format!("{list} came back as {left:?}, written as {after:?} whole"))?;
    }
    Ok(())
}

fn update_of_nobody<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let gone = format!("{ana}99999");
    let (token, receipts) =
        bench.write(|batch| batch.update(Contact, &gone, Some("1"), &[], &[(text, &["Rome"])]))?;
    match receipts.get(token) {
        Some(Receipt::Conflict | Receipt::Rejected { .. }) => {}
        other => return fail(format!("it was receipted as {other:?}")),
    }
    let found = bench.by_ids(Contact, &[&gone])?;
    expect(found.is_empty(), "the record was created")
}

fn create_of_taken_key<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    for (field, key) in bench.addresses()? {
        let ana = bench.add(Contact, &[(field, &[key])])?;
        is_taken(bench, &ana, field, key)?;
        let (list, key) = match field {
            "email" => ("additional_emails", "ana@home.example"),
            _ => ("additional_phones", "+12065550177"),
        };
        if bench.has(Contact, list) {
            let bo = bench.add(Contact, &[(list, &[key])])?;
            is_taken(bench, &bo, field, key)?;
        }
    }
    Ok(())
}

/// Nobody else is given an address that a contact carries.
fn is_taken<S: StorageWrite>(bench: &mut Bench<S>, of: &str, field: &str, key: &str) -> Result {
    let name = bench.name();
    let (token, receipts) = bench
        .write(|batch| batch.create_new(&[(field, &[key]), (name, &["Zoe"])], &[(field, key)]))?;
    if let Some(Receipt::Created { .. }) = receipts.get(token) {
        return fail(format!(
            "{key}, which the contact {of} carries, was given to another one too: look up \
             BatchStep::new_keys before the step is written"
        ));
    }
    expect_conflict(&receipts, token)?;
    let found = bench.by_keys(&[field], &[&[key]])?;
    let is_alone = found.len() == 1 && found[0].0 == of;
    expect(is_alone, format!("{key} is carried by {} contacts", found.len()))
}

fn create_of_taken_names<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_rule(&["first_name", "last_name"])?;
    let values: &[(&str, &[&str])] = &[("first_name", &["Ana"]), ("last_name", &["Lee"])];
    bench.add(Contact, values)?;
    let (token, receipts) = bench
        .write(|batch| batch.create_new(values, &[("first_name+last_name", "ana\u{1f}lee")]))?;
    expect_conflict(&receipts, token)
}

fn update_to_taken_key<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let bo = bench.add(Contact, &[("email", &["bo@example.com"])])?;
    let before = bench.get(Contact, &bo)?;
    let has_list = bench.has(Contact, "additional_emails");
    let field = if has_list { "additional_emails" } else { "email" };
    let version = &before.version;
    let (token, receipts) = bench.write(|batch| {
        let after: &[(&str, &[&str])] = &[(field, &["ana@example.com"])];
        let token = batch.update(Contact, &bo, version.as_deref(), &[], after);
        batch.expect_free(&[("email", "ana@example.com")]);
        token
    })?;
    expect_conflict(&receipts, token)?;
    let after = bench.get(Contact, &bo)?;
    expect(after.values(field) == before.values(field), "the taken address was written")
}

fn own_key_is_free<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let version = bench.get(Contact, &ana)?.version;
    let (token, receipts) = bench.write(|batch| {
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
    expect_updated(&receipts, token, Contact, version.as_deref())
}

fn conflict_is_alone<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let (tokens, receipts) = bench.write(|batch| {
        let first = batch.create_new(&[("email", &["a@b.example"])], &[("email", "a@b.example")]);
        let taken =
            batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")]);
        let last = batch.create_new(&[("email", &["z@b.example"])], &[("email", "z@b.example")]);
        [first, taken, last]
    })?;
    let first = created_id(&receipts, tokens[0])?;
    expect_conflict(&receipts, tokens[1])?;
    let last = created_id(&receipts, tokens[2])?;
    bench.get(Contact, &first)?;
    let found = bench.by_ids(Contact, &[&last])?;
    expect(found.len() == 1, "steps beside a conflict were receipted but not written")
}

fn link_in_batch<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let (tokens, receipts) = bench.write(|batch| {
        let ana = batch.create(Contact, &[(name, &["Ana"])]);
        let bo = batch.create(Contact, &[(name, &["Bo"])]);
        let roof = batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(bo));
        [ana, bo, roof]
    })?;
    let bo = created_id(&receipts, tokens[1])?;
    let roof = created_id(&receipts, tokens[2])?;
    let seen = bench.get(Opportunity, &roof)?;
    let Some(link) = seen.value("contact_id") else { return cause(NO_LINK) };
    expect(link == bo, format!("it is linked to {link} instead of {bo}"))
}

fn relink<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let ana = bench.add(Contact, &[(name, &["Ana"])])?;
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let roof = bench.add_to(&ana, &[("name", &["Roof"])])?;
    bench.relink(&roof, &bo)?;
    let seen = bench.get(Opportunity, &roof)?;
    let Some(link) = seen.value("contact_id") else { return cause(NO_LINK) };
    let is_right = link == bo && seen.value("name") == Some("Roof");
    expect(is_right, format!("after moving it to {bo} it is {seen}"))?;
    let found = bench.of_contacts(&[&ana])?;
    expect(found.is_empty(), "it is still found by its former contact")?;
    // A step that changes something else says whose it is, too.
    let version = bench.get(Opportunity, &roof)?.version;
    bench.write(|batch| batch.relink(&roof, version.as_deref(), &bo))?;
    let count = bench.of_contacts(&[&bo])?.len();
    expect(count == 1, format!("linked to {bo} once more, it is found {count} times by it"))
}

fn lost_contact<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let (token, receipts) = bench.write(|batch| {
        let taken =
            batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")]);
        batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(taken))
    })?;
    let receipt = receipts.get(token);
    expect(
        !matches!(receipt, Some(Receipt::Created { .. })),
        "an opportunity of nobody was created",
    )?;
    let found = bench.of_contacts(&[&ana])?;
    expect(found.is_empty(), "it was given to the contact that has the key")
}

/// Nobody has told the contact's own step, for there is none.
fn gone_contact<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let ana = bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let loft = bench.add_to(&ana, &[("name", &["Loft"])])?;
    let version = bench.get(Opportunity, &loft)?.version;
    let gone = "999999999";
    let (tokens, receipts) = bench.write(|batch| {
        let roof = batch.opportunity(&[("name", &["Roof"])], ContactOf::Known(gone.into()));
        [roof, batch.relink(&loft, version.as_deref(), gone)]
    })?;
    for token in tokens {
        expect_conflict(&receipts, token)?;
    }
    let found = bench.of_contacts(&[&ana])?;
    expect(found.len() == 1, format!("its former contact has {} opportunities", found.len()))
}

fn contact_in_conflict<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let text = bench.text();
    let ana = bench.add(Contact, &[(text, &["Oslo"])])?;
    let loft = bench.add_to(&ana, &[("name", &["Loft"])])?;
    let Some(old) = bench.get(Contact, &ana)?.version else { return cause(NO_VERSION) };
    bench.change(Contact, &ana, &[], &[(text, &["Rome"])])?;
    let version = bench.get(Opportunity, &loft)?.version;
    let (token, receipts) = bench.write(|batch| {
        let stale = batch.update(Contact, &ana, Some(&old), &[], &[(text, &["Bonn"])]);
        batch.opportunity(&[("name", &["Roof"])], ContactOf::Known(ana.as_str().into()));
        batch.expect_written(stale);
        let attic: &[(&str, &[&str])] = &[("name", &["Attic"])];
        batch.update(Opportunity, &loft, version.as_deref(), &[], attic);
        batch.expect_written(stale);
        stale
    })?;
    expect_conflict(&receipts, token)?;
    let found = bench.of_contacts(&[&ana])?;
    expect(found.len() == 1, "it was created although its contact is to be found anew")?;
    let seen = bench.get(Opportunity, &loft)?;
    let name = seen.value("name");
    expect(name == Some("Loft"), format!("it was changed to {name:?} before its contact"))
}

fn empty_batch<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.write(|_| ()).map(|_| ())
}
