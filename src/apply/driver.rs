//! The synchronous driver: hands the batches of an applier to storage.

use super::applier::{Applier, Poll};
use super::job::Job;
use super::known::{TOKENS, ask_applied};
use super::progress::{Control, Progress, Status};
use super::report::Report;
use crate::error::Error;
use crate::lookup::Found;
use crate::object::Object;
use crate::plan::Plan;
use crate::storage::{
    ATTEMPTS, Applied, Receipts, Recovery, Refusal, StorageWrite, Token, with_causes,
};
use crate::trace;

/// Writes a plan. `watch` sees the progress before each batch and may stop the import.
pub(crate) fn apply<S: StorageWrite + ?Sized>(
    plan: Plan,
    job: &Job,
    storage: &mut S,
    watch: impl FnMut(Progress) -> Control,
) -> Result<Report, Error<S::Error>> {
    let _span = trace::apply(&job.import_id, plan.steps().len());
    apply_window(plan, job, &[], storage, watch)
}

/// Writes one window of a run. `refused` are its steps that storage had refused before the run was
/// interrupted.
pub(super) fn apply_window<S: StorageWrite + ?Sized>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
    mut watch: impl FnMut(Progress) -> Control,
) -> Result<Report, Error<S::Error>> {
    let mut applier = begin(plan, job, refused, storage)?;
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
                if let Err(source) = look_up(&mut applier, storage) {
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
                if let Err(source) = write(&mut applier, storage, job.threads, &mut attempt) {
                    return Err(Error::Write { source, done: done(applier) });
                }
            }
        }
    }
    watch(applier.progress());
    Ok(applier.finish(Status::Completed))
}

/// The report of a window that is not written.
pub(super) fn leave_window<S: StorageWrite + ?Sized>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
) -> Result<Report, Error<S::Error>> {
    Ok(begin(plan, job, refused, storage)?.finish(Status::Failed))
}

/// An applier that knows what an earlier run of the same import has written.
fn begin<S: StorageWrite + ?Sized>(
    plan: Plan,
    job: &Job,
    refused: &[Refusal],
    storage: &mut S,
) -> Result<Applier, Error<S::Error>> {
    let mut applier = Applier::new(plan, job);
    if job.resumes {
        let token = |refusal: &Refusal| applier.tokens.row(refusal.object, refusal.row);
        let mut tokens: Vec<Token> = refused.iter().map(token).collect();
        tokens.extend(applier.open_tokens());
        let mut applied = Applied::default();
        for tokens in tokens.chunks(TOKENS) {
            ask_applied(tokens, &mut applied, storage)?;
        }
        applier.know(&applied);
        // A contact before what fails with it, as when they were refused. What storage knows to be written, it has not
        // refused, whatever its receipt said.
        for object in [Object::Contact, Object::Opportunity] {
            let of_object = refused.iter().filter(|refusal| refusal.object == object);
            for refusal in of_object {
                if applied.op(applier.tokens.row(object, refusal.row)).is_none() {
                    applier.refuse(refusal);
                }
            }
        }
    }
    Ok(applier)
}

fn done(applier: Applier) -> Box<Report> {
    Box::new(applier.finish(Status::Failed))
}

fn look_up<S: StorageWrite + ?Sized>(
    applier: &mut Applier,
    storage: &mut S,
) -> Result<(), S::Error> {
    let mut found = Found::default();
    let mut attempt = 0;
    loop {
        let Some(lookup) = applier.lookup() else { return Ok(()) };
        let span = trace::find(&lookup);
        found.clear();
        let Err(error) = storage.find(&lookup, &mut found) else {
            span.found(&found);
            break;
        };
        attempt += 1;
        if attempt == ATTEMPTS || !finds_again(storage, &error, attempt) {
            return Err(error);
        }
        trace::again(&error, attempt);
    }
    applier.answer(&mut found);
    Ok(())
}

/// Should a look-up that failed be tried again? A storage that is written to has two ways to say so.
pub(crate) fn finds_again<S: StorageWrite + ?Sized>(
    storage: &mut S,
    error: &S::Error,
    attempt: u32,
) -> bool {
    storage.asks_again(error, attempt) || storage.recover(error, attempt) == Recovery::Retry
}

/// Writes the current batch, or does what storage says about its error.
fn write<S: StorageWrite + ?Sized>(
    applier: &mut Applier,
    storage: &mut S,
    threads: usize,
    attempt: &mut u32,
) -> Result<(), S::Error> {
    let batch = applier.batch();
    let span = trace::write(&batch);
    let mut receipts = Receipts::expecting(&batch);
    let (result, next) = if threads < 2 {
        (storage.write(&batch, &mut receipts), None)
    } else {
        let of = &*applier;
        std::thread::scope(|scope| {
            let next = scope.spawn(|| of.fold_next());
            let result = storage.write(&batch, &mut receipts);
            // If it has panicked, so will the one that does it again.
            (result, next.join().ok().flatten())
        })
    };
    drop(span);
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
    applier.doubt();
    match storage.recover(&error, *attempt) {
        Recovery::Retry if *attempt == ATTEMPTS => Err(error),
        Recovery::Retry => {
            trace::again(&error, *attempt);
            Ok(())
        }
        Recovery::Split => {
            trace::split(&error, steps);
            *attempt = 0;
            if !was_written(applier, storage)? {
                applier.batch_failed(&with_causes(&error));
            }
            Ok(())
        }
        Recovery::Stop => Err(error),
    }
}

/// What has failed alone is to be reported as not written. Was it written after all, and only the answer lost?
fn was_written<S: StorageWrite + ?Sized>(
    applier: &mut Applier,
    storage: &mut S,
) -> Result<bool, S::Error> {
    let Some(token) = applier.only_token().filter(|_| storage.keeps_tokens()) else {
        return Ok(false);
    };
    let mut applied = Applied::default();
    storage.applied(&[token], &mut applied)?;
    Ok(applied.fault().is_none() && applier.was_written(&applied))
}
