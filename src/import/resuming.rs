//! Going on with an import that was interrupted: which one it is, and what is left of it.

use super::Import;
use crate::apply::{self, Known, Tokens};
use crate::draft::Settings;
use crate::error::{ConfigError, Error};
use crate::plan::{Numbers, Plan, Settled};
use crate::planner::{self, Reading};
use crate::source::Source;
use crate::storage::{Checkpoint, Storage, StorageWrite};
use crate::trace;

impl Import {
    /// Plans the import of a file, or the rest of it where storage knows it to be
    /// [unfinished](Self::unfinished): what a program does that may have been killed the last time.
    /// [`apply`](Self::apply) knows by the plan which of both it is.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let file = "Name\n".to_owned() + &"Ana\n".repeat(1_200); // nobody can be found again by a key
    /// let source = || Source::from_bytes(file.as_bytes());
    /// let mut crm = MemoryStorage::default();
    ///
    /// let import = Import::new();
    /// let plan = import.plan_or_resume(source(), &mut crm)?; // nothing is unfinished
    /// let mut batches = 0;
    /// import.apply_with(plan, &mut crm, |_| { batches += 1; batches < 2 })?; // stopped behind one batch
    /// assert_eq!(crm.len(Object::Contact), 500);
    ///
    /// let import = Import::new(); // in another process
    /// let plan = import.plan_or_resume(source(), &mut crm)?;
    /// let report = import.apply(plan, &mut crm)?;
    /// assert_eq!(report.stats().contacts.create, 1_200); // of both processes
    /// assert_eq!(crm.len(Object::Contact), 1_200);
    /// report.acknowledge(&mut crm)?; // now it is finished
    /// assert!(import.unfinished(source(), &mut crm)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`unfinished`](Self::unfinished) and [`plan_resumed`](Self::plan_resumed). [`Error::Resume`] also if the
    /// import was begun by [`run`](Self::run), which goes on by [`resume`](Self::resume) and `run`, or if an
    /// import of another file has the same name and is not finished.
    pub fn plan_or_resume<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        if self.resumed.is_some() {
            return self.plan_resumed(file, storage);
        }
        let stopped = self.stopped(storage)?;
        match (&self.id, stopped.first()) {
            (_, None) => self.plan(file, storage),
            (Some(_), Some(one)) => self.clone().resume(one.clone()).plan_resumed(file, storage),
            (None, Some(_)) => {
                let _span = trace::plan(self.threads.unwrap_or(1));
                let reading = self.read(file, storage)?;
                let own = self.checkpoint_of(&reading.settings, reading.digest());
                match own_of(stopped, &own)? {
                    Some(own) => self.plan_rest(&own, reading, storage),
                    None => {
                        let (window, new) = (self.window(), Settled::default());
                        planner::plan(reading, window, new, storage, |_, _| false, S::asks_again)
                    }
                }
            }
        }
    }

    /// The unfinished import that this is: the one that storage [knows](StorageWrite::unfinished), that
    /// [is open](Checkpoint::is_open), and that has this import's [name](Self::id); of an import without a name
    /// the one of the same file, mapping and policy. [`resume`](Self::resume) goes on with it.
    ///
    /// A stream that was [run](Self::run) is known by its name alone: without an [id](Self::id) it is not found,
    /// and would be begun again.
    ///
    /// An import is unfinished until its report is [acknowledged](crate::Report::acknowledge), also if nothing
    /// is left to write.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Source};
    ///
    /// let file = || Source::from_bytes(&b"Email\nana@example.com\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let mut import = Import::new();
    /// if let Some(stopped) = import.unfinished(file(), &mut crm)? {
    ///     import = import.resume(stopped);
    /// }
    /// let report = import.run(file(), &mut crm)?; // or plan_resumed and apply
    /// report.acknowledge(&mut crm)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if storage keeps no tokens, or does not say which imports are unfinished;
    /// [`Error::Tokens`] if it fails to. [`Error::Resume`] if the same file was begun with another mapping or
    /// policy, and not all of it is written: a person has to decide, since another import of it (by
    /// [`plan`](Self::plan)) writes once more what has no key. As [`plan`](Self::plan) besides.
    pub fn unfinished<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Option<Checkpoint>, Error<S::Error>> {
        let stopped = self.stopped(storage)?;
        if self.id.is_some() || stopped.is_empty() {
            return Ok(stopped.into_iter().next());
        }
        let own = self.checkpoint(file, storage)?;
        own_of(stopped, &own)
    }

    /// The imports that are not finished; of one that has a name, it alone.
    fn stopped<S: StorageWrite + ?Sized>(
        &self,
        storage: &mut S,
    ) -> Result<Vec<Checkpoint>, Error<S::Error>> {
        self.check_resumable(storage)?;
        let known = storage.unfinished().map_err(|source| Error::Tokens { source, done: None })?;
        let Some(mut stopped) = known else {
            let problem = "the storage does not say which imports are unfinished \
                           (StorageWrite::unfinished)";
            return Err(ConfigError { problems: vec![problem.to_owned()] }.into());
        };
        let is_named = |own: &Checkpoint| self.id.as_ref().is_none_or(|id| own.import_id == *id);
        stopped.retain(|one| one.is_open() && is_named(one));
        Ok(stopped)
    }

    /// Plans the rest of an import that was interrupted; see [`resume`](Self::resume).
    ///
    /// # Errors
    /// As [`plan`](Self::plan); [`Error::Resume`] if this is not the import that was interrupted,
    /// [`Error::Tokens`] if storage does not say what is written.
    pub fn plan_resumed<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let Some(checkpoint) = &self.resumed else { return self.plan(file, storage) };
        self.check_resumable(storage)?;
        let _span = trace::plan(self.threads.unwrap_or(1));
        let reading = self.read(file, storage)?;
        self.plan_rest(checkpoint, reading, storage)
    }

    /// Plans what is left of an import whose file is read.
    fn plan_rest<S: StorageWrite + ?Sized>(
        &self,
        checkpoint: &Checkpoint,
        reading: Reading,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let mine =
            apply::first_checkpoint(&checkpoint.import_id, &reading.settings, reading.digest(), 0);
        apply::check_resumed(checkpoint, &mine)?;
        let tokens = Tokens::new(&checkpoint.import_id, reading.digest());
        let rows: usize = reading.blocks.iter().map(crate::source::Block::len).sum();
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let known = Known::ask(&tokens, &Numbers::default(), rows, storage)?;
        let is_hidden = |object, id: &str| known.is_hidden(object, id);
        let mut settled = known.settled();
        settled.note_failed(&checkpoint.failed, 0, rows);
        let mut plan =
            planner::plan(reading, self.window(), settled, storage, is_hidden, apply::finds_again)?;
        known.mend(&mut plan);
        plan.resumes = Some((checkpoint.import_id.clone(), checkpoint.row));
        Ok(plan)
    }

    /// What a checkpoint of this import would say before its first batch: to find out, by
    /// [`Checkpoint::differences`], which unfinished import this one is. The file is read to its end, in memory
    /// that does not grow with it.
    ///
    /// # Errors
    /// As [`plan`](Self::plan); storage is asked for nothing but the account.
    pub fn checkpoint<S: Storage + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Checkpoint, Error<S::Error>> {
        let (settings, rows) = self.open(file, storage)?;
        let (settings, digest) = planner::skim(settings, rows).map_err(Error::Source)?;
        Ok(self.checkpoint_of(&settings, &digest))
    }

    fn checkpoint_of(&self, settings: &Settings, digest: &str) -> Checkpoint {
        let id = self.id.as_deref().unwrap_or("");
        // Of a run as soon as its window is set.
        let window = self.run_window.unwrap_or(0);
        apply::first_checkpoint(id, settings, digest, window)
    }
}

/// The one that this import is. If its file was begun otherwise and is not written to its end, nobody but a
/// person can tell what is to be done.
fn own_of<E: std::error::Error + 'static>(
    stopped: Vec<Checkpoint>,
    own: &Checkpoint,
) -> Result<Option<Checkpoint>, Error<E>> {
    let differs = |one: &Checkpoint| one.differences(own);
    let is_begun = |one: &&Checkpoint| one.file == own.file && !one.is_last;
    if let Some(at) = stopped.iter().position(|one| differs(one).is_empty()) {
        return Ok(stopped.into_iter().nth(at));
    }
    match stopped.iter().find(is_begun) {
        Some(begun) => Err(Error::Resume { differs: differs(begun) }),
        None => Ok(None),
    }
}
