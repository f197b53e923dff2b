//! Cases about tokens: nothing is written twice.

use super::bench::Bench;
use super::receipts::{created_id, expect_conflict, expect_updated};
use super::{Result, Run, expect, fail, skip, with_causes};
use crate::object::Object::{Contact, Opportunity};
use crate::plan::Op;
use crate::storage::{Applied, ContactOf, FollowUpKind, Receipt, StorageWrite, Token};

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("a batch that is written again creates nothing", repeated_creates),
        ("a batch that is written again changes nothing", repeated_updates),
        ("written tokens are known, with what they did and to which record", known_tokens),
        ("other tokens are not known", unknown_tokens),
        ("the token of a conflict is not kept", conflicts_keep_no_token),
        ("follow-ups are receipted, and done once", follow_ups),
        ("a follow-up of a contact that is gone is rejected", follow_up_of_nobody),
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
    expect(once == twice, format!("the second time made {twice} of {once}"))
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
