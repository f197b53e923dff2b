//! Cases about tokens: nothing is written twice.

use super::bench::Bench;
use super::receipts::{created_id, expect_conflict, expect_updated};
use super::{NO_LINK, Result, Run, cause, expect, fail, skip, with_causes};
use crate::object::Object::{Contact, Opportunity};
use crate::plan::Op;
use crate::storage::{Applied, Checkpoint, ContactOf, FollowUpKind, Receipt, StorageWrite, Token};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("a batch that is written again creates nothing", repeated_creates),
        ("a batch that is written again changes nothing", repeated_updates),
        ("written tokens are known, with what they did and to which record", known_tokens),
        ("other tokens are not known", unknown_tokens),
        ("written tokens stay known when their import ends", known_at_the_end),
        ("written tokens stay known when another import begins", known_beside_others),
        ("the token of a conflict is not kept", conflicts_keep_no_token),
        ("an opportunity is linked to a contact that was written before", linked_to_written),
        ("follow-ups are receipted, and done once", follow_ups),
        ("a follow-up of a contact that is gone is rejected", follow_up_of_nobody),
        ("a follow-up of a contact that was not created is left out", follow_up_of_the_lost),
    ]
}

fn repeated_creates<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let has_deals = bench.keeps_opportunities();
    let (tokens, data) = bench.make(|batch| {
        let keys = [("email", "ana@example.com")];
        let ana = batch.create_new(&[("email", &["ana@example.com"])], &keys);
        let roof = || batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(ana));
        [Some(ana), has_deals.then(roof)].into_iter().flatten().collect::<Vec<Token>>()
    });
    let first = bench.write_made(&data)?;
    let mut ids = Vec::new();
    for token in &tokens {
        ids.push(created_id(&first, *token)?);
    }
    let second = bench.write_made(&data)?;
    for (token, id) in tokens.iter().zip(&ids) {
        match second.get(*token) {
            Some(Receipt::AlreadyApplied { id: again }) if again == id => {}
            other => return fail(again(other)),
        }
    }
    let contacts = bench.by_keys(&["email"], &[&["ana@example.com"]])?.len();
    let deals = if has_deals { bench.of_contacts(&[&ids[0]])?.len() } else { 0 };
    expect(
        contacts + deals == ids.len(),
        format!("there are {contacts} contacts and {deals} opportunities, not one of each"),
    )
}

/// What was said of a step that was written before.
fn again(receipt: Option<&Receipt>) -> String {
    format!(
        "the second time it was receipted as {receipt:?}: a step whose token is kept is not written, and is \
         receipted with Receipts::already_applied and the id it has"
    )
}

fn repeated_updates<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let text = bench.text();
    let ana = bench.add(Contact, &[(text, &["Oslo"])])?;
    let version = bench.get(Contact, &ana)?.version;
    let (token, data) = bench
        .make(|batch| batch.update(Contact, &ana, version.as_deref(), &[], &[(text, &["Rome"])]));
    let first = bench.write_made(&data)?;
    expect_updated(&first, token, Contact, version.as_deref())?;
    let once = bench.get(Contact, &ana)?;
    let second = bench.write_made(&data)?;
    match second.get(token) {
        Some(Receipt::AlreadyApplied { id }) if *id == ana => {}
        other => return fail(again(other)),
    }
    let twice = bench.get(Contact, &ana)?;
    expect(once == twice, format!("the second time made {twice} of {once}"))?;
    if bench.keeps_opportunities() { repeated_update_of_deal(bench, &ana) } else { Ok(()) }
}

fn repeated_update_of_deal<S: StorageWrite>(bench: &mut Bench<S>, contact: &str) -> Result {
    let roof = bench.add_to(contact, &[("name", &["Roof"])])?;
    let version = bench.get(Opportunity, &roof)?.version;
    let attic: &[(&str, &[&str])] = &[("name", &["Attic"])];
    let (token, data) =
        bench.make(|batch| batch.update(Opportunity, &roof, version.as_deref(), &[], attic));
    let first = bench.write_made(&data)?;
    expect_updated(&first, token, Opportunity, version.as_deref())?;
    match bench.write_made(&data)?.get(token) {
        Some(Receipt::AlreadyApplied { id }) if *id == roof => Ok(()),
        other => fail(again(other)),
    }
}

/// As where there are no transactions: the contact was written before the answer was lost, the opportunity was not.
fn linked_to_written<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let name = bench.name();
    let ([ana, roof], mut data) = bench.make(|batch| {
        let ana = batch.create(Contact, &[(name, &["Ana"])]);
        [ana, batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(ana))]
    });
    let rest = data.steps.split_off(1);
    let id = created_id(&bench.write_made(&data)?, ana)?;
    data.steps.extend(rest);
    let receipts = bench.write_made(&data)?;
    let Some(Receipt::Created { id: roof, .. }) = receipts.get(roof) else {
        return fail(format!(
            "the contact was written before, its opportunity was not, and is receipted as {:?}: link it to the id \
             of BatchStep::link",
            receipts.get(roof)
        ));
    };
    let seen = bench.get(Opportunity, roof)?;
    let Some(link) = seen.value("contact_id") else { return cause(NO_LINK) };
    expect(link == id, format!("it is linked to {link} instead of {id}"))
}

/// Which tokens storage knows.
fn applied<S: StorageWrite>(bench: &mut Bench<S>, tokens: &[Token]) -> Result<Applied> {
    let mut known = Applied::default();
    match bench.storage.applied(tokens, &mut known) {
        Ok(()) => Ok(known),
        Err(error) => fail(format!("applied failed: {}", with_causes(&error))),
    }
}

fn known_tokens<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let (name, text) = (bench.name(), bench.text());
    let bo = bench.add(Contact, &[(name, &["Bo"])])?;
    let version = bench.get(Contact, &bo)?.version;
    let has_deals = bench.keeps_opportunities();
    let ((ana, change, roof), receipts) = bench.write(|batch| {
        let ana = batch.create(Contact, &[(name, &["Ana"])]);
        let change = batch.update(Contact, &bo, version.as_deref(), &[], &[(text, &["Rome"])]);
        let roof = || batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(ana));
        (ana, change, has_deals.then(roof))
    })?;
    expect_updated(&receipts, change, Contact, version.as_deref())?;
    let mut expected =
        vec![(ana, Op::Create, created_id(&receipts, ana)?), (change, Op::Update, bo)];
    if let Some(roof) = roof {
        expected.push((roof, Op::Create, created_id(&receipts, roof)?));
    }
    let tokens: Vec<Token> = expected.iter().map(|(token, ..)| *token).collect();
    let known = applied(bench, &tokens)?;
    for (token, op, id) in expected {
        let got = (known.op(token), known.id(token));
        let is_right = got == (Some(op), Some(id.as_str()));
        expect(is_right, format!("a step that is {op:?} of {id} is known as {got:?}"))?;
    }
    match roof {
        Some(roof) => bench.get(Opportunity, &created_id(&receipts, roof)?).map(|_| ()),
        None => Ok(()),
    }
}

fn unknown_tokens<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    let name = bench.name();
    let (own, _) = bench.write(|batch| batch.create(Contact, &[(name, &["Ana"])]))?;
    // Half of it, and with another first or last digit.
    let like_it = [own.0 >> 64, own.0 << 64 >> 64, own.0 ^ 1, own.0 ^ 1 << 64, own.0 ^ 1 << 127];
    let others = like_it.into_iter().chain([0, 7, u128::MAX]).map(Token).collect::<Vec<_>>();
    let known = applied(bench, &others)?;
    expect(
        known.is_empty(),
        format!(
            "{} tokens are known that were never written: keep and compare all 128 bits",
            known.len()
        ),
    )
}

fn conflicts_keep_no_token<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    bench.needs_tokens()?;
    bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let (token, receipts) = bench.write(|batch| {
        batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")])
    })?;
    expect_conflict(&receipts, token)?;
    let known = applied(bench, &[token])?;
    expect(known.is_empty(), "a step that was not written is known as written")
}

/// Nobody has seen its report yet: if the process dies, the import is resumed, and asks for them.
fn known_at_the_end<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    known_after(bench, |checkpoint| checkpoint.is_last = true, "its last batch was written")
}

fn known_beside_others<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let other = |checkpoint: &mut Checkpoint| checkpoint.import_id = "another import".into();
    known_after(bench, other, "another import has written a batch")
}

/// Expects a token to be known after another batch, without steps and with another checkpoint.
fn known_after<S: StorageWrite>(
    bench: &mut Bench<S>,
    set: impl FnOnce(&mut Checkpoint),
    what: &str,
) -> Result {
    bench.needs_tokens()?;
    let name = bench.name();
    let (own, receipts) = bench.write(|batch| batch.create(Contact, &[(name, &["Ana"])]))?;
    created_id(&receipts, own)?;
    let ((), mut next) = bench.make(|_| ());
    set(&mut next.checkpoint);
    bench.write_made(&next)?;
    let known = applied(bench, &[own])?;
    expect(
        !known.is_empty(),
        format!(
            "the token of a step is not known any more after {what}: keep the tokens of an import until the \
             checkpoint says that its report was seen (Checkpoint::is_seen)"
        ),
    )
}

/// The follow-ups that storage does.
fn supported<S: StorageWrite>(bench: &Bench<S>) -> Result<Vec<FollowUpKind>> {
    let mut kinds = vec![FollowUpKind::List, FollowUpKind::Workflow];
    kinds.retain(|kind| bench.storage.supports(*kind));
    if kinds.is_empty() {
        return skip("the storage does no follow-ups (StorageWrite::supports)");
    }
    Ok(kinds)
}

fn follow_up_of_nobody<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let gone = || ContactOf::Known("999999999".into());
    for kind in supported(bench)? {
        let (token, receipts) =
            bench.write(|batch| batch.follow_up(kind, "spring fair", gone()))?;
        let receipt = receipts.get(token);
        expect(
            matches!(receipt, Some(Receipt::Rejected { .. })),
            format!(
                "a {} for a contact that somebody has deleted was receipted as {receipt:?}: look whether it is \
                 there, and call Receipts::rejected",
                kind.name()
            ),
        )?;
    }
    Ok(())
}

fn follow_up_of_the_lost<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let kinds = supported(bench)?;
    bench.add(Contact, &[("email", &["ana@example.com"])])?;
    let ((taken, tokens), receipts) = bench.write(|batch| {
        let keys = [("email", "ana@example.com")];
        let taken = batch.create_new(&[("email", &["ana@example.com"])], &keys);
        let done = |kind: &FollowUpKind| {
            batch.follow_up(*kind, "spring fair", ContactOf::CreatedBy(taken))
        };
        (taken, kinds.iter().map(done).collect::<Vec<Token>>())
    })?;
    expect_conflict(&receipts, taken)?;
    for token in tokens {
        let receipt = receipts.get(token);
        expect(
            !matches!(receipt, Some(Receipt::Done)),
            "a follow-up for a contact that was not created was receipted as done",
        )?;
    }
    Ok(())
}

fn follow_ups<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let kinds = supported(bench)?;
    let (tokens, data) = bench.make(|batch| {
        let ana = batch.create(Contact, &[(name, &["Ana"])]);
        let done =
            |kind: &FollowUpKind| batch.follow_up(*kind, "spring fair", ContactOf::CreatedBy(ana));
        kinds.iter().map(done).collect::<Vec<Token>>()
    });
    let first = bench.write_made(&data)?;
    for token in &tokens {
        let receipt = first.get(*token);
        expect(
            matches!(receipt, Some(Receipt::Done)),
            format!("a follow-up was receipted as {receipt:?}"),
        )?;
    }
    if !bench.storage.keeps_tokens() {
        return Ok(());
    }
    let second = bench.write_made(&data)?;
    for token in &tokens {
        let receipt = second.get(*token);
        expect(
            matches!(receipt, Some(Receipt::AlreadyApplied { .. })),
            format!("the second time it was receipted as {receipt:?}"),
        )?;
    }
    Ok(())
}
