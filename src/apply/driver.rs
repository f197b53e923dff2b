//! The driver: hands the batches of an applier to storage. As [that of the planner](crate::planner) it is written
//! once, for storages of both kinds.

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

/// The report of a window that is not written.
pub(super) async fn leave_window<S: AsyncStorageWrite>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
) -> Result<Report, Error<S::Error>> {
    Ok(begin(plan, job, refused, storage).await?.finish(Status::Failed))
}

/// An applier that knows what an earlier run of the same import has written.
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
        // A contact before what fails with it, as when they were refused. What storage knows to be written, it has not
        // refused, whatever its receipt said.
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

/// Finds the rows that joined earlier ones. Of a resumed import it is known which of them were to be written with
/// these.
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

/// A storage that is written to, when it is asked: it has two ways to say that a look-up is to be repeated.
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
    // A synchronous storage writes when it is called, which is to be within the span, and beside the fold.
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

/// Waits for a batch that is written, and folds the next one while storage begins to: a synchronous storage has
/// written the batch by then, an asynchronous one has sent it.
async fn write_beside<F: Future>(written: F, applier: &Applier) -> (F::Output, Option<Folded>) {
    let mut written = pin!(written);
    let (begun, next) = poll_fn(|context| {
        task::Poll::Ready(std::thread::scope(|scope| {
            let next = scope.spawn(|| applier.fold_next());
            let begun = written.as_mut().poll(context);
            // If it has panicked, so will the one that does it again.
            (begun, next.join().ok().flatten())
        }))
    })
    .await;
    match begun {
        task::Poll::Ready(result) => (result, next),
        task::Poll::Pending => (written.await, next),
    }
}

/// What has failed alone is to be reported as not written. If it was written after all, and only the answer lost, then
/// this takes its receipt, and returns true.
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
