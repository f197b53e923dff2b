//! The driver: hands the batches of an applier to storage. Like [that of the planner](crate::planner), it is written
//! once, for synchronous and asynchronous storages.

use std::future::poll_fn;
use std::pin::pin;
use std::task;

use super::applier::{Applier, Poll};
use super::filling::Folded;
use super::job::Job;
use super::progress::{Control, Progress, Status};
use super::report::Report;
use super::written_before::ask_applied;
use crate::error::Error;
use crate::lookup::{Found, Lookup};
use crate::object::Object;
use crate::plan::Plan;
use crate::planner::{self, Finder};
use crate::storage::{
    ATTEMPTS, Applied, AsyncStorageWrite, JoinedRow, Receipts, Recovery, Refusal, Token,
    with_causes,
};
use crate::trace;

/// Writes a plan. `watch` sees the progress before each batch and may stop the import.
pub(crate) async fn apply<S: AsyncStorageWrite>(
    plan: Plan,
    job: &Job,
    storage: &mut S,
    watch: impl FnMut(Progress) -> Control,
) -> Result<Report, Error<S::Error>> {
    let span = trace::apply(&job.import_id, plan.steps().len());
    span.over(apply_window(plan, job, &[], storage, watch)).await
}

/// Writes one window of a run. `refused` are its steps that storage had refused before the run was
/// interrupted.
pub(super) async fn apply_window<S: AsyncStorageWrite>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
    mut watch: impl FnMut(Progress) -> Control,
) -> Result<Report, Error<S::Error>> {
    let mut applier = begin(plan, job, refused, storage).await?;
    let mut attempt = 0;
    loop {
        let stats = *applier.report().stats();
        if job.budget.is_some_and(|budget| budget.is_exceeded(&stats)) {
            let done = Box::new(applier.finish(Status::Failed));
            return Err(Error::TooManyErrors { done });
        }
        match applier.poll() {
            Poll::Done => break,
            Poll::LookUp => {
                if let Err(source) = look_up(&mut applier, storage).await {
                    return Err(Error::LookUp { source, done: done(applier) });
                }
            }
            Poll::Write => {
                // Before each attempt: a storage that does not come back can be given up.
                let status = match watch(applier.progress()) {
                    Control::Continue => Status::Applying,
                    Control::Pause => Status::Paused,
                    Control::Cancel => Status::Cancelled,
                };
                if status != Status::Applying {
                    return Ok(applier.finish(status));
                }
                let written = write(&mut applier, storage, job.threads, &mut attempt).await;
                if let Err(source) = written {
                    return Err(Error::Write { source, done: done(applier) });
                }
            }
        }
    }
    watch(applier.progress());
    Ok(applier.finish(Status::Completed))
}

/// The report of a window that is not written, because the run stops before it.
pub(super) async fn leave_window<S: AsyncStorageWrite>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
) -> Result<Report, Error<S::Error>> {
    Ok(begin(plan, job, refused, storage).await?.finish(Status::Failed))
}

/// An applier that has taken over what the import has written before it was interrupted, if it was.
async fn begin<S: AsyncStorageWrite>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
) -> Result<Applier, Error<S::Error>> {
    let mut applier = Applier::new(plan, job);
    if job.may_have_namesakes() && storage.keeps_tokens() {
        let tokens = applier.possible_creates();
        let mut applied = Applied::default();
        ask_applied(&tokens, &mut applied, storage).await?;
        applier.know_creates(&tokens, &applied);
    }
    if job.resumes {
        let token = |refusal: &Refusal| applier.tokens.row(refusal.object, refusal.row);
        let mut tokens: Vec<Token> = refused.iter().map(token).collect();
        tokens.extend(applier.open_tokens());
        let mut applied = Applied::default();
        ask_applied(&tokens, &mut applied, storage).await?;
        applier.take_over(&applied);
        // Contacts come first, because opportunities fail with them. What storage knows as written counts as written,
        // even if its receipt had refused it.
        for object in Object::ALL {
            let of_object = refused.iter().filter(|refusal| refusal.object == object);
            for refusal in of_object {
                let token = applier.tokens.row(object, refusal.row);
                if refusal.is_of_tags() || applied.op(token).is_none() {
                    applier.refuse(refusal);
                }
            }
        }
    }
    if storage.keeps_tokens() {
        let known = job.joined.as_deref().filter(|_| job.resumes);
        take_joined(&mut applier, known, storage).await?;
    }
    Ok(applier)
}

/// Finds the joined rows of the plan, and puts them into the checkpoint. If the import is resumed, `known` are those of
/// its last checkpoint: a row that was not written with its step is planned again.
async fn take_joined<S: AsyncStorageWrite>(
    applier: &mut Applier,
    known: Option<&[JoinedRow]>,
    storage: &mut S,
) -> Result<(), Error<S::Error>> {
    let mut joined = applier.joined_in(0);
    if let Some(known) = known.filter(|_| !joined.is_empty()) {
        let mut applied = Applied::default();
        let tokens = applier.tokens_of_joined(&joined, known);
        ask_applied(&tokens, &mut applied, storage).await?;
        applier.reopen(&mut joined, known, &applied);
    }
    applier.tell_joined(0, &joined);
    Ok(())
}

fn done(applier: Applier) -> Box<Report> {
    Box::new(applier.finish(Status::Failed))
}

async fn look_up<S: AsyncStorageWrite>(
    applier: &mut Applier,
    storage: &mut S,
) -> Result<(), S::Error> {
    let mut found = Found::default();
    let Some(lookup) = applier.lookup() else { return Ok(()) };
    planner::find(&lookup, &mut found, &mut WhileWriting(storage)).await?;
    applier.answer(&mut found);
    Ok(())
}

/// A storage to which the import writes. It may say in either of two ways that a failed look-up is to be repeated.
pub(crate) struct WhileWriting<'s, S>(pub(crate) &'s mut S);

impl<S: AsyncStorageWrite> Finder for WhileWriting<'_, S> {
    type Error = S::Error;

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        self.0.find(lookup, found).await
    }

    async fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        self.0.asks_again(error, attempt).await
            || self.0.recover(error, attempt).await == Recovery::Retry
    }
}

/// Writes the current batch, or does what storage says about its error.
async fn write<S: AsyncStorageWrite>(
    applier: &mut Applier,
    storage: &mut S,
    threads: usize,
    attempt: &mut u32,
) -> Result<(), S::Error> {
    let batch = applier.batch();
    let mut receipts = Receipts::expecting(&batch);
    let span = trace::write(&batch);
    // The method is called inside the block, because a synchronous storage writes as soon as it is called. That has to
    // be within the span, and at the same time as the fold.
    let written = span.over(async { storage.write(&batch, &mut receipts).await });
    let (result, next) = match threads {
        0..2 => (written.await, None),
        _ => write_beside(written, applier).await,
    };
    let steps = batch.len();
    if next.is_some() {
        applier.folded = next;
    }
    let Err(error) = result else {
        *attempt = 0;
        applier.take_receipts(&receipts);
        return Ok(());
    };
    *attempt += 1;
    applier.mark_uncertain();
    match storage.recover(&error, *attempt).await {
        Recovery::Retry if *attempt == ATTEMPTS => Err(error),
        Recovery::Retry => {
            trace::again(&error, *attempt);
            Ok(())
        }
        Recovery::Split => {
            trace::split(&error, steps);
            *attempt = 0;
            if !was_written(applier, storage).await? {
                applier.split_batch(&with_causes(&error));
            }
            Ok(())
        }
        Recovery::Stop => Err(error),
    }
}

/// Writes a batch, and folds the next one on another thread meanwhile. When this has polled once, a synchronous storage
/// has written the batch, and an asynchronous one has sent it.
async fn write_beside<F: Future>(written: F, applier: &Applier) -> (F::Output, Option<Folded>) {
    let mut written = pin!(written);
    let (begun, next) = poll_fn(|context| {
        task::Poll::Ready(std::thread::scope(|scope| {
            let next = scope.spawn(|| applier.fold_next());
            let begun = written.as_mut().poll(context);
            // If the fold has panicked, it will panic again when this thread repeats it.
            (begun, next.join().ok().flatten())
        }))
    })
    .await;
    match begun {
        task::Poll::Ready(result) => (result, next),
        task::Poll::Pending => (written.await, next),
    }
}

/// Finds out whether the only task of a failed batch was written after all, and only the answer was lost. If so, takes
/// its receipt and returns true. If not, the caller reports the task as not written.
async fn was_written<S: AsyncStorageWrite>(
    applier: &mut Applier,
    storage: &mut S,
) -> Result<bool, S::Error> {
    let Some(token) = applier.only_token().filter(|_| storage.keeps_tokens()) else {
        return Ok(false);
    };
    let mut applied = Applied::default();
    storage.applied(&[token], &mut applied).await?;
    let Some(id) = applied.id(token) else { return Ok(false) };
    match applied.fault() {
        Some(fault) => applier.fail_only_task(&fault),
        None => {
            let mut receipts = Receipts::expecting(&applier.batch());
            receipts.already_applied(token, id);
            applier.take_receipts(&receipts);
        }
    }
    Ok(true)
}
