//! The synchronous driver: hands the batches of an applier to storage.

use super::applier::{Applier, Poll};
use super::job::Job;
use super::progress::{Control, Progress, Status};
use super::report::Report;
use crate::error::Error;
use crate::lookup::Found;
use crate::object::Object;
use crate::plan::Plan;
use crate::storage::{
    ATTEMPTS, Applied, Batch, Checkpoint, OwnedBatch, Receipts, Recovery, Refusal, StorageWrite,
    Token,
};
use crate::trace;

/// How many tokens are asked about at a time.
pub(crate) const TOKENS: usize = 10_000;

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

/// Writes one window of a run. `refused` are the steps of it that storage refused when an earlier run
/// wrote it.
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

/// What a window of a run comes to that is not written.
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
        let mut applied = Applied::default();
        for tokens in applier.open_tokens().chunks(TOKENS) {
            ask_applied(tokens, &mut applied, storage)?;
        }
        applier.know(&applied);
        // A contact before what fails with it, as when they were refused.
        for object in [Object::Contact, Object::Opportunity] {
            let of_object = refused.iter().filter(|refusal| refusal.object == object);
            of_object.for_each(|refusal| applier.refuse(refusal));
        }
    }
    Ok(applier)
}

/// Asks storage which of these tokens are written already.
pub(super) fn ask_applied<S: StorageWrite + ?Sized>(
    tokens: &[Token],
    applied: &mut Applied,
    storage: &mut S,
) -> Result<(), Error<S::Error>> {
    storage.applied(tokens, applied).map_err(|source| Error::Tokens { source, done: None })?;
    match applied.fault() {
        None => Ok(()),
        Some(fault) => Err(Error::Adapter { faults: vec![fault], done: None }),
    }
}

/// Is this the import that was interrupted? `mine` is its checkpoint before the first batch.
pub(crate) fn check_resumed<E: std::error::Error + 'static>(
    resumed: &Checkpoint,
    mine: &Checkpoint,
) -> Result<(), Error<E>> {
    let mut differs = resumed.differences(mine);
    if resumed.is_run() != mine.is_run() {
        differs.push("window");
    }
    if differs.is_empty() { Ok(()) } else { Err(Error::Resume { differs }) }
}

impl Report {
    /// Tells storage that this report has reached somebody: it was printed, sent, or written to the error log.
    ///
    /// Until then the import counts as unfinished ([`Checkpoint::is_open`]). So if the process is killed after
    /// the last batch, the next start goes on with the import and reports it, rather than taking it for done or
    /// beginning it anew.
    ///
    /// Storage hears of it through the checkpoint of a batch without steps, so an adapter that keeps
    /// checkpoints has nothing to add. If the import is not complete, or storage keeps no tokens, this does
    /// nothing.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Source};
    ///
    /// let file = || Source::from_bytes(&b"First Name,Last Name\nAna,Lee\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let report = Import::new().run(file(), &mut crm).unwrap();
    /// assert!(crm.checkpoint().unwrap().is_open()); // if we were killed now, nobody would know
    ///
    /// println!("{} created", report.stats().contacts.create);
    /// report.acknowledge(&mut crm).unwrap();
    /// assert!(!crm.checkpoint().unwrap().is_open()); // the next start is another import
    /// ```
    ///
    /// # Errors
    /// The storage's own error, if it cannot write and does not ask for another attempt.
    ///
    /// [`Checkpoint::is_open`]: crate::storage::Checkpoint::is_open
    pub fn acknowledge<S: StorageWrite + ?Sized>(&self, storage: &mut S) -> Result<(), S::Error> {
        if !self.checkpoint.is_last {
            return Ok(());
        }
        let mut last = OwnedBatch { checkpoint: self.checkpoint.clone(), ..OwnedBatch::default() };
        last.checkpoint.is_seen = true;
        let batch = Batch { owned: &last, fields: &self.plan.ledger.settings.fields };
        let mut attempt = 0;
        loop {
            let mut receipts = Receipts::expecting(&batch);
            let Err(error) = storage.write(&batch, &mut receipts) else { return Ok(()) };
            attempt += 1;
            if attempt == ATTEMPTS || storage.recover(&error, attempt) != Recovery::Retry {
                return Err(error);
            }
        }
    }
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

/// Is a look-up that failed to be asked again, by a storage that is written to?
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
            applier.batch_failed(&error.to_string());
            Ok(())
        }
        Recovery::Stop => Err(error),
    }
}
