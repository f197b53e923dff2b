//! Resumes an interrupted import: finds its checkpoint, and plans what is left of it.

use super::Import;
use crate::apply::{self, Tokens, WhileWriting, WrittenBefore};
use crate::draft::Settings;
use crate::error::{ConfigError, Error};
use crate::plan::{Begun, Plan, RowNumbers};
use crate::planner::{self, Reading, Threads};
use crate::source::Source;
use crate::storage::{AsyncStorageWrite, Checkpoint, Erased, Storage, StorageWrite};
use crate::trace;

impl Import {
    /// Plans the import of a file, or the rest of it if storage knows the import to be
    /// [unfinished](Self::unfinished). Call it in a program that may have been killed the last time; the plan says
    /// [which of the two it is](Plan::is_resumed).
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
    /// import.apply_with(plan, &mut crm, |_| { batches += 1; batches < 2 })?; // stopped after one batch
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
    /// Those of [`unfinished`](Self::unfinished) and [`plan_resumed`](Self::plan_resumed). [`Error::Resume`] also if
    /// the import was begun with [`run`](Self::run), which continues with [`resume`](Self::resume) and `run`, or if
    /// an unfinished import of another file has the same name.
    pub fn plan_or_resume<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_or_resume_any(file, &mut Erased(storage)).map_err(Error::unboxed)
    }

    pub(super) async fn plan_or_resume_on<S: AsyncStorageWrite>(
        &self,
        threads: Threads,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        if self.resumed.is_some() {
            return self.plan_resumed_on(threads, file, storage).await;
        }
        let open = self.open_checkpoints(storage).await?;
        match (&self.id, open.first()) {
            (_, None) => self.plan_on(threads, file, storage).await,
            (Some(_), Some(one)) => {
                self.clone().resume(one.clone()).plan_resumed_on(threads, file, storage).await
            }
            (None, Some(_)) => {
                let span = trace::plan(threads.count());
                span.over(self.plan_own_or_new(threads, file, open, storage)).await
            }
        }
    }

    /// Plans the rest of this import if it is among the `stopped` ones, and otherwise a new import.
    async fn plan_own_or_new<S: AsyncStorageWrite>(
        &self,
        threads: Threads,
        file: Source<'_>,
        open: Vec<Checkpoint>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let reading = self.read(threads, file, storage).await?;
        let own = self.checkpoint_of(&reading.settings, reading.digest());
        match find_own(open, &own)? {
            Some(own) => self.plan_rest(&own, reading, storage).await,
            None => planner::plan_new(reading, storage).await,
        }
    }

    /// The checkpoint of this import, if an earlier process began it and did not finish it. Hand it to
    /// [`resume`](Self::resume).
    ///
    /// Among the checkpoints that storage [keeps](StorageWrite::unfinished) and that [are open](Checkpoint::is_open),
    /// it is the one with this import's [name](Self::id); for an import without a name, the one of the same file,
    /// mapping and policy. A stream that was [run](Self::run) is identified by its name alone: without one it is not
    /// found, and would be imported again.
    ///
    /// An import is unfinished until its report is [acknowledged](crate::Report::acknowledge), even if nothing
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
    /// - [`Error::Config`] if storage keeps no tokens, or does not say which imports are unfinished,
    /// - [`Error::Tokens`] if storage fails,
    /// - [`Error::Resume`] if the same file was begun with another mapping or policy and is not fully written. Let a
    ///   person decide: a new import of the file (with [`plan`](Self::plan)) writes every row without a key again,
    /// - those of [`plan`](Self::plan).
    pub fn unfinished<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Option<Checkpoint>, Error<S::Error>> {
        self.unfinished_any(file, &mut Erased(storage)).map_err(Error::unboxed)
    }

    /// The open checkpoints that storage keeps; if this import has a name, only those with that name.
    pub(super) async fn open_checkpoints<S: AsyncStorageWrite>(
        &self,
        storage: &mut S,
    ) -> Result<Vec<Checkpoint>, Error<S::Error>> {
        self.check_resumable(storage)?;
        let known = storage.unfinished().await;
        let known = known.map_err(|source| Error::Tokens { source, done: None })?;
        let Some(mut open) = known else {
            let problem = "the storage does not say which imports are unfinished: implement \
                           StorageWrite::unfinished, or pass the stored checkpoint to Import::resume";
            return Err(ConfigError::of(problem).into());
        };
        let is_named = |own: &Checkpoint| self.id.as_ref().is_none_or(|id| own.import_id == *id);
        open.retain(|one| one.is_open() && is_named(one));
        Ok(open)
    }

    /// Plans the rest of an interrupted import; see [`resume`](Self::resume). Without a checkpoint to resume it is
    /// [`plan`](Self::plan).
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan). [`Error::Resume`] if the checkpoint is of another import, [`Error::Tokens`] if
    /// storage fails to say what is written already.
    pub fn plan_resumed<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_resumed_any(file, &mut Erased(storage)).map_err(Error::unboxed)
    }

    pub(super) async fn plan_resumed_on<S: AsyncStorageWrite>(
        &self,
        threads: Threads,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let Some(checkpoint) = &self.resumed else {
            return self.plan_on(threads, file, storage).await;
        };
        self.check_resumable(storage)?;
        let span = trace::plan(threads.count());
        span.over(async {
            let reading = self.read(threads, file, storage).await?;
            self.plan_rest(checkpoint, reading, storage).await
        })
        .await
    }

    /// Plans the rest of an interrupted import whose file has been read.
    async fn plan_rest<S: AsyncStorageWrite>(
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
        let known = WrittenBefore::ask(&tokens, &RowNumbers::default(), rows, storage).await?;
        apply::check_storage(checkpoint, known.has_steps(), storage).await?;
        let is_hidden = |object, id: &str| known.is_hidden(object, id);
        let mut interrupted = known.interrupted();
        interrupted.note_failed(&checkpoint.failed, 0, rows);
        interrupted.note_met(&checkpoint.met, 0, rows);
        interrupted.is_complete = checkpoint.names_all(known.last_row(&RowNumbers::default()));
        let mut storage = WhileWriting(storage);
        let planned = planner::plan_rest(reading, interrupted, &mut storage, is_hidden);
        let mut plan = planned.await?;
        known.restore_outcomes(&mut plan);
        plan.resumes = Some(Box::new(Begun {
            import_id: checkpoint.import_id.clone(),
            row: checkpoint.row,
            is_begun: checkpoint.is_begun,
            failed: checkpoint.failed.clone(),
            met: checkpoint.met.clone(),
            joined: checkpoint.joined.clone(),
        }));
        Ok(plan)
    }

    /// The checkpoint of this import as it would be before the first batch. Compare it with stored checkpoints by
    /// [`Checkpoint::differences`], to find the one that belongs to this import.
    ///
    /// The whole file is read, in bounded memory. Storage is asked for nothing but the account.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Source`] and [`Error::Account`], as with [`plan`](Self::plan).
    pub fn checkpoint<S: Storage + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Checkpoint, Error<S::Error>> {
        self.checkpoint_any(file, &mut Erased(storage)).map_err(Error::unboxed)
    }

    pub(super) fn checkpoint_of(&self, settings: &Settings, digest: &str) -> Checkpoint {
        let id = self.id.as_deref().unwrap_or("");
        // Of a run as soon as its window is set.
        let window = self.run_window.unwrap_or(0);
        apply::first_checkpoint(id, settings, digest, window)
    }
}

/// The checkpoint of this import. If its file was begun with other settings and is not fully written, only a
/// person can decide what to do.
pub(super) fn find_own<E: std::error::Error + 'static>(
    open: Vec<Checkpoint>,
    own: &Checkpoint,
) -> Result<Option<Checkpoint>, Error<E>> {
    let differs = |one: &Checkpoint| one.differences(own);
    let is_begun = |one: &&Checkpoint| one.file == own.file && !one.is_last;
    if let Some(at) = open.iter().position(|one| differs(one).is_empty()) {
        return Ok(open.into_iter().nth(at));
    }
    match open.iter().find(is_begun) {
        Some(begun) => Err(Error::Resume { differs: differs(begun) }),
        None => Ok(None),
    }
}
