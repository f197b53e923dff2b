//! Imports of an asynchronous storage: for each method of [`Import`] that takes a storage a twin, whose name ends in
//! `_async`. The synchronous methods run the same code, and never have to wait.

use super::Import;
use super::resuming::find_own;
use super::set_up::check_follow_ups;
use crate::apply::{self, Control, Event, Progress, Report};
use crate::error::Error;
use crate::follow_up::FollowUp;
use crate::plan::Plan;
use crate::planner;
use crate::source::Source;
use crate::storage::{AsyncStorage, AsyncStorageWrite, Checkpoint};

/// # With an asynchronous storage
///
/// Each of these methods does what its namesake without `_async` does, with the same result and the same errors. The
/// futures are `Send` if the storage and the watching function are.
///
/// **A future that is dropped while it waits** ends its import as the end of the process would: nothing is written
/// after that, and the batch that was under way has arrived or has not.
/// [`plan_or_resume_async`](Self::plan_or_resume_async) resumes the import.
///
/// **Other tasks of the same thread are held up** by the work between two waits: reading, planning and folding take
/// some milliseconds for a block of some thousand rows. But a plan reads its file to the end before its first question
/// to storage, and so does a [`run`](Self::run_async) of a file that can be read twice. So read an upload with your
/// runtime, and hand over its bytes ([`Source::from_bytes`]). Import a large file, or one from a disk, on a thread that
/// may block: let your `spawn_blocking` drive the future there, or use the methods without `_async` with a
/// [`Blocking`](crate::storage::Blocking) storage.
impl Import {
    /// [`plan`](Self::plan) with an asynchronous storage.
    ///
    /// With several [`threads`](Self::threads), all of them read and draft some blocks, and then this one plans these:
    /// the others do not work ahead while it plans.
    ///
    /// ```
    /// use crm_import::storage::Immediate;
    /// use crm_import::{Import, MemoryStorage, Source};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let mut crm = Immediate(MemoryStorage::default()); // or an adapter of your own
    /// let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
    /// let import = Import::new();
    /// let plan = import.plan_async(file, &mut crm).await?;
    /// assert_eq!(plan.stats().contacts.create, 1);
    /// let report = import.apply_async(plan, &mut crm).await?;
    /// assert_eq!(report.stats().contacts.create, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_async<S: AsyncStorage>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_on(self.in_turn(), file, storage).await
    }

    /// [`plan_or_resume`](Self::plan_or_resume) with an asynchronous storage, for a task whose future may have been
    /// dropped last time.
    ///
    /// # Errors
    /// As [`plan_or_resume`](Self::plan_or_resume).
    pub async fn plan_or_resume_async<S: AsyncStorageWrite>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_or_resume_on(self.in_turn(), file, storage).await
    }

    /// [`plan_resumed`](Self::plan_resumed) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`plan_resumed`](Self::plan_resumed).
    pub async fn plan_resumed_async<S: AsyncStorageWrite>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_resumed_on(self.in_turn(), file, storage).await
    }

    /// [`unfinished`](Self::unfinished) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`unfinished`](Self::unfinished).
    pub async fn unfinished_async<S: AsyncStorageWrite>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Option<Checkpoint>, Error<S::Error>> {
        let open = self.open_checkpoints(storage).await?;
        if self.id.is_some() || open.is_empty() {
            return Ok(open.into_iter().next());
        }
        let own = self.checkpoint_async(file, storage).await?;
        find_own(open, &own)
    }

    /// [`checkpoint`](Self::checkpoint) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`checkpoint`](Self::checkpoint).
    pub async fn checkpoint_async<S: AsyncStorage>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Checkpoint, Error<S::Error>> {
        let (settings, rows) = self.open(file, storage).await?;
        let (settings, digest) = planner::skim(settings, rows).map_err(Error::Source)?;
        Ok(self.checkpoint_of(&settings, &digest))
    }

    /// [`apply`](Self::apply) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub async fn apply_async<S: AsyncStorageWrite>(
        &self,
        plan: Plan,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.apply_with_async(plan, storage, |_| true).await
    }

    /// [`apply_with`](Self::apply_with) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub async fn apply_with_async<S: AsyncStorageWrite, C: Into<Control>>(
        &self,
        plan: Plan,
        storage: &mut S,
        mut watch: impl FnMut(Progress) -> C,
    ) -> Result<Report, Error<S::Error>> {
        let planned: Vec<FollowUp> =
            plan.follow_ups().into_iter().map(|(follow_up, _)| follow_up.clone()).collect();
        check_follow_ups(self.follow_ups.iter().chain(&planned), storage)?;
        let mut job = self.job(storage);
        if let Some(begun) = &plan.resumes {
            job.import_id.clone_from(&begun.import_id);
            job.from_row = begun.row;
            job.is_begun = begun.is_begun;
            job.resumes = true;
            job.joined.clone_from(&begun.joined);
            job.remember(begun.failed.clone(), begun.met.clone());
        }
        if storage.keeps_tokens() {
            job.remember_rows_of(&plan);
        }
        apply::apply(plan, &job, storage, |progress| watch(progress).into()).await
    }

    /// [`run`](Self::run) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async<S: AsyncStorageWrite>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.run_with_async(file, storage, |_| true).await
    }

    /// [`run_with`](Self::run_with) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with_async<S: AsyncStorageWrite, C: Into<Control>>(
        &self,
        file: Source<'_>,
        storage: &mut S,
        mut watch: impl FnMut(Event<'_>) -> C,
    ) -> Result<Report, Error<S::Error>> {
        check_follow_ups(self.follow_ups.iter(), storage)?;
        if self.resumed.is_some() {
            self.check_resumable(storage)?;
        }
        let account = storage.account().await.map_err(|source| Error::Account { source })?;
        // A file that can be read twice is read twice, so that its formats are inferred from all of it.
        if let (Some(first), Some(second)) = (file.twin(), file.twin()) {
            let twin = first.open().map_err(Error::Source)?;
            let rows = second.open().map_err(Error::Source)?;
            let run = self.run_of(account, rows, Some(twin), storage)?;
            return apply::run(run, storage, |event| watch(event).into()).await;
        }
        let rows = file.open().map_err(Error::Source)?;
        let run = self.run_of(account, rows, None, storage)?;
        apply::run(run, storage, |event| watch(event).into()).await
    }
}
