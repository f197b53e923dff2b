//! What storage keeps so that nothing is written twice.

use super::trial::{Trial, conflicted, created};
use super::{Result, Run, Stop, expect, fail};
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
    ]
}

fn repeated_creates<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.needs_tokens()?;
    let ((ana, roof), made) = trial.make(|batch| {
        let keys = [("email", "ana@example.com")];
        let ana = batch.create_new(&[("email", &["ana@example.com"])], &keys);
        (ana, batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(ana)))
    });
    let first = trial.write_made(&made)?;
    let ids = (created(&first, ana)?, created(&first, roof)?);
    let second = trial.write_made(&made)?;
    for (token, id) in [(ana, &ids.0), (roof, &ids.1)] {
        match second.get(token) {
            Some(Receipt::AlreadyApplied { id: again }) if again == id => {}
            other => return fail(format!("the second time it was receipted as {other:?}")),
        }
    }
    let contacts = trial.by_keys(&["email"], &[&["ana@example.com"]])?;
    let opportunities = trial.of_contacts(&[&ids.0])?;
    let counts = (contacts.len(), opportunities.len());
    expect(counts == (1, 1), format!("there are {counts:?} records instead of one each"))
}

fn repeated_updates<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.needs_tokens()?;
    let ana = trial.add(Contact, &[("city", &["Oslo"])])?;
    let version = trial.get(Contact, &ana)?.version;
    let (token, made) = trial
        .make(|batch| batch.update(Contact, &ana, version.as_deref(), &[], &[("city", &["Rome"])]));
    trial.write_made(&made)?;
    let once = trial.get(Contact, &ana)?;
    let second = trial.write_made(&made)?;
    match second.get(token) {
        Some(Receipt::AlreadyApplied { id }) if *id == ana => {}
        other => return fail(format!("the second time it was receipted as {other:?}")),
    }
    let twice = trial.get(Contact, &ana)?;
    expect(once == twice, format!("the second time made {twice:?} of {once:?}"))
}

/// Which tokens storage knows.
fn applied<S: StorageWrite>(trial: &mut Trial<S>, tokens: &[Token]) -> Result<Applied> {
    let mut known = Applied::default();
    match trial.storage.applied(tokens, &mut known) {
        Ok(()) => Ok(known),
        Err(error) => fail(format!("applied failed: {error}")),
    }
}

fn known_tokens<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.needs_tokens()?;
    let bo = trial.add(Contact, &[("first_name", &["Bo"])])?;
    let version = trial.get(Contact, &bo)?.version;
    let ([ana, change, roof], receipts) = trial.write(|batch| {
        let ana = batch.create(Contact, &[("first_name", &["Ana"])]);
        let change = batch.update(Contact, &bo, version.as_deref(), &[], &[("city", &["Rome"])]);
        [ana, change, batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(ana))]
    })?;
    let known = applied(trial, &[ana, change, roof])?;
    let expected = [
        (ana, Op::Create, created(&receipts, ana)?),
        (change, Op::Update, bo),
        (roof, Op::Create, created(&receipts, roof)?),
    ];
    for (token, op, id) in expected {
        let got = (known.op(token), known.id(token));
        let is_right = got == (Some(op), Some(id.as_str()));
        expect(is_right, format!("a step that is {op:?} of {id} is known as {got:?}"))?;
    }
    trial.get(Opportunity, &created(&receipts, roof)?).map(|_| ())
}

fn unknown_tokens<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.needs_tokens()?;
    trial.add(Contact, &[("first_name", &["Ana"])])?;
    let others = [Token(0), Token(7), Token(u128::MAX)];
    let known = applied(trial, &others)?;
    expect(known.is_empty(), format!("{} tokens are known that were never written", known.len()))
}

fn conflicts_keep_no_token<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    trial.needs_tokens()?;
    trial.add(Contact, &[("email", &["ana@example.com"])])?;
    let (token, receipts) = trial.write(|batch| {
        batch.create_new(&[("email", &["ana@example.com"])], &[("email", "ana@example.com")])
    })?;
    conflicted(&receipts, token)?;
    let known = applied(trial, &[token])?;
    expect(known.is_empty(), "a step that was not written is known as written")
}

fn follow_ups<S: StorageWrite>(trial: &mut Trial<S>) -> Result {
    let kinds: Vec<FollowUpKind> = [FollowUpKind::List, FollowUpKind::Workflow]
        .into_iter()
        .filter(|kind| trial.storage.supports(*kind))
        .collect();
    if kinds.is_empty() {
        return Err(Stop::Skipped("the storage does no follow-ups"));
    }
    let (tokens, made) = trial.make(|batch| {
        let ana = batch.create(Contact, &[("first_name", &["Ana"])]);
        let done =
            |kind: &FollowUpKind| batch.follow_up(*kind, "spring fair", ContactOf::CreatedBy(ana));
        kinds.iter().map(done).collect::<Vec<Token>>()
    });
    let first = trial.write_made(&made)?;
    for token in &tokens {
        let receipt = first.get(*token);
        expect(
            matches!(receipt, Some(Receipt::Done)),
            format!("a follow-up was receipted as {receipt:?}"),
        )?;
    }
    if !trial.storage.keeps_tokens() {
        return Ok(());
    }
    let second = trial.write_made(&made)?;
    for token in &tokens {
        let receipt = second.get(*token);
        expect(
            matches!(receipt, Some(Receipt::AlreadyApplied { .. })),
            format!("the second time it was receipted as {receipt:?}"),
        )?;
    }
    Ok(())
}
