//! [`Import`]: the façade. What an import may do is set here, and from here it is planned, applied and run.

mod opening;
mod policies;
mod resuming;
mod settling;

use crate::account::Account;
use crate::apply::{self, Control, ErrorBudget, Event, Progress, Report};
use crate::error::{ConfigError, Error};
use crate::follow_up::FollowUp;
use crate::mapping::{Mapping, Suggestion, Unmapped, suggest};
use crate::object::{Mode, Object};
use crate::plan::Plan;
use crate::planner;
use crate::source::{Rows, Source};
use crate::storage::{Checkpoint, Storage, StorageWrite};
use crate::trace;
use settling::check_follow_ups;

/// One import: what it may do, and with which mapping.
///
/// How contacts are matched is not among its settings: that is the account's to say, through
/// [`Storage::account`] (article, step 3). A policy that is chosen for one import, such as a box to tick that
/// refuses rows [without a key](crate::dedup::Keyless), goes the same way: hand it to your adapter, whose
/// `account` answers with it.
///
/// ```
/// use crm_import::{Import, MemoryStorage, Mode, Object, Source};
///
/// let mut crm = MemoryStorage::default();
/// let file = Source::from_bytes(&b"Email,Tags\nana@example.com,vip\n"[..]);
///
/// let import = Import::new().contacts(Mode::Create).id("upload 17");
/// let plan = import.plan(file, &mut crm).unwrap();
/// let report = import.apply(plan, &mut crm).unwrap();
/// assert_eq!(report.stats().contacts.create, 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Import {
    id: Option<String>,
    objects: Option<Vec<Object>>,
    contacts: Mode,
    opportunities: Mode,
    mapping: Option<Mapping>,
    follow_ups: Vec<FollowUp>,
    is_highlevel: bool,
    unmapped: Unmapped,
    planning_window: Option<usize>,
    threads: Option<usize>,
    run_window: Option<usize>,
    resumed: Option<Checkpoint>,
    budget: Option<ErrorBudget>,
}

impl Import {
    /// An import of both objects (as far as the file has columns for them) that creates and updates,
    /// with the mapping that is suggested for the file.
    pub fn new() -> Self {
        Import::default()
    }

    /// The name of this import of this file. A row of the file is written once under it (behaviour X4): a
    /// batch that is written again does nothing twice, and what is left out because it was written before is
    /// told (`already-written`). So name an upload (`upload 17`), not a kind of file that is imported every
    /// week. The rows of another file are none of those that were written; but a stream that is
    /// [run](Self::run) is known by its name alone, as it is not read to its end before. By default each
    /// [`apply`](Self::apply) mints a name of its own.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Only these objects (article, step 1). Contacts that are not selected are looked up and linked
    /// to, never written (behaviour P8).
    #[must_use]
    pub fn objects(mut self, objects: impl IntoIterator<Item = Object>) -> Self {
        self.objects = Some(objects.into_iter().collect());
        self
    }

    /// What may be done with contacts; [`Mode::Upsert`] by default.
    #[must_use]
    pub fn contacts(mut self, mode: Mode) -> Self {
        self.contacts = mode;
        self
    }

    /// What may be done with opportunities; [`Mode::Upsert`] by default.
    #[must_use]
    pub fn opportunities(mut self, mode: Mode) -> Self {
        self.opportunities = mode;
        self
    }

    /// The mapping to use instead of the suggested one.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Reads the file as HighLevel's importer documents it, where that is less careful than this crate:
    /// blank cells clear, a bad e-mail address fails its row, and more
    /// ([`Mapping::highlevel`], behaviour §16). Whichever mapping is used, suggested
    /// or given; tags of follow-ups are written in lower case, too.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let mut crm = MemoryStorage::default();
    /// crm.insert(Object::Contact, [("email", "ana@example.com"), ("city", "York")]);
    /// let file = || Source::from_bytes(&b"Email,City,Tags\nana@example.com,,VIP\n"[..]);
    ///
    /// let plan = Import::new().plan(file(), &mut crm).unwrap();
    /// let fields = |plan: &crm_import::Plan| {
    ///     let step = plan.steps().next().unwrap();
    ///     step.changes().iter().map(|change| change.key().to_owned()).collect::<Vec<_>>()
    /// };
    /// assert_eq!(fields(&plan), ["tags"]);
    /// let plan = Import::new().highlevel().plan(file(), &mut crm).unwrap();
    /// assert_eq!(fields(&plan), ["city", "tags"]);
    /// ```
    #[must_use]
    pub fn highlevel(mut self) -> Self {
        self.is_highlevel = true;
        self
    }

    /// Something to be done with the imported contacts besides writing them (article, step 5).
    #[must_use]
    pub fn follow_up(mut self, follow_up: FollowUp) -> Self {
        self.follow_ups.push(follow_up);
        self
    }

    /// What a column that is neither mapped nor ignored is: a notice (default) or an error.
    #[must_use]
    pub fn unmapped(mut self, unmapped: Unmapped) -> Self {
        self.unmapped = unmapped;
        self
    }

    /// How many rows are looked up at a time (default 8,192). It never changes the plan.
    #[must_use]
    pub fn planning_window(mut self, rows: usize) -> Self {
        self.planning_window = Some(rows);
        self
    }

    /// How many threads read, plan and apply (default 1). It never changes the plan: other threads read
    /// and draft the rows that come next while this one plans. Storage is called on the caller's own;
    /// while it writes one batch, another thread makes the next one ready. Two do most of what more can
    /// do.
    ///
    /// Planning begins before the file is read to its end, with the date and number formats that the first
    /// rows tell; on one thread only if they tell those of all columns. If the other rows tell otherwise,
    /// the file is planned once more and storage is asked again.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many rows [`run`](Self::run) plans and writes at a time (default 8,192). An import that is
    /// [resumed](Self::resume) keeps to those it was begun with.
    #[must_use]
    pub fn run_window(mut self, rows: usize) -> Self {
        self.run_window = Some(rows);
        self
    }

    /// How many errors are too many: the import stops with [`Error::TooManyErrors`], before the first
    /// write if the plan says so already (behaviour X7).
    #[must_use]
    pub fn max_errors(mut self, budget: ErrorBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Goes on with an import that was interrupted, from the last checkpoint that storage kept of it
    /// (behaviour X6).
    ///
    /// The file is read again from row 1. What the import has written is known by its tokens: it is
    /// not written again, keeps its outcome and its id, and the report is that of an import that was
    /// never interrupted. Another file, mapping or policy is refused, and so is a storage that keeps
    /// no tokens.
    ///
    /// Which checkpoint to go on with: the one that [`unfinished`](Self::unfinished) gives, and that is to say,
    /// the one that [is open](Checkpoint::is_open) and [does not differ](Checkpoint::differences) from
    /// [this import's own](Self::checkpoint). How: by [`run`](Self::run) if it [is a run's](Checkpoint::is_run), in
    /// windows as large as they were, else by [`plan_resumed`](Self::plan_resumed) and [`apply`](Self::apply). The
    /// other way is refused. [`plan_or_resume`](Self::plan_or_resume) does both of it in one call.
    ///
    /// ```
    /// use crm_import::{Control, Import, MemoryStorage, Object, Source, Status};
    ///
    /// let file = || Source::from_bytes(&b"Email\nana@example.com\nbo@example.com\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let import = Import::new();
    /// let plan = import.plan(file(), &mut crm).unwrap();
    /// import.apply(plan, &mut crm).unwrap();
    ///
    /// // Had it been killed on the way, the checkpoint would say so:
    /// let checkpoint = crm.checkpoint().unwrap().clone();
    /// assert!(checkpoint.is_last);
    /// let again = Import::new().resume(checkpoint);
    /// let plan = again.plan_resumed(file(), &mut crm).unwrap();
    /// let report = again.apply(plan, &mut crm).unwrap();
    /// assert_eq!(report.stats().contacts.create, 2); // as the first time
    /// assert_eq!(crm.len(Object::Contact), 2);
    /// ```
    #[must_use]
    pub fn resume(mut self, checkpoint: Checkpoint) -> Self {
        self.id = Some(checkpoint.import_id.clone());
        self.resumed = Some(checkpoint);
        self
    }

    /// Plans the import of a file: everything that will be done, exactly, with nothing written.
    ///
    /// # Errors
    /// [`Error::Config`] if the settings do not fit, [`Error::Source`] if the file cannot be read at
    /// all, [`Error::Find`] if storage fails. Bad rows are never errors: they are issues of the plan.
    pub fn plan<S: Storage + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        if self.resumed.is_some() {
            let problem = "a plan that resumes an import needs a storage that can be written to: \
                           use plan_resumed"
                .to_owned();
            return Err(ConfigError { problems: vec![problem] }.into());
        }
        let (settings, rows) = self.open(file, storage)?;
        let (window, threads) = (self.window(), self.threads.unwrap_or(1));
        let _span = trace::plan(threads);
        planner::plan_file(settings, rows, window, threads, storage, S::asks_again)
    }

    /// Writes a plan.
    ///
    /// # Errors
    /// [`Error::Config`] if storage cannot do one of the follow-ups, [`Error::Write`] with what was
    /// done if storage fails and says to stop.
    pub fn apply<S: StorageWrite + ?Sized>(
        &self,
        plan: Plan,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.apply_with(plan, storage, |_| true)
    }

    /// Writes a plan; `watch` sees the progress between batches and stops the import by returning
    /// false, [`Control::Cancel`] or [`Control::Pause`].
    ///
    /// ```
    /// use crm_import::{Control, Import, MemoryStorage, Source, Status};
    ///
    /// let file = Source::from_bytes(&b"Email\nana@example.com\nbo@example.com\n"[..]);
    /// let (import, mut crm) = (Import::new(), MemoryStorage::default());
    /// let plan = import.plan(file, &mut crm).unwrap();
    ///
    /// let mut shown = Vec::new();
    /// let report = import.apply_with(plan, &mut crm, |progress| {
    ///     shown.push(format!("{} of {}", progress.done, progress.steps));
    ///     Control::Continue
    /// });
    /// assert_eq!(report.unwrap().status(), Status::Completed);
    /// assert_eq!(shown.first().unwrap(), "0 of 2");
    /// assert_eq!(shown.last().unwrap(), "2 of 2");
    /// ```
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_with<S: StorageWrite + ?Sized, C: Into<Control>>(
        &self,
        plan: Plan,
        storage: &mut S,
        mut watch: impl FnMut(Progress) -> C,
    ) -> Result<Report, Error<S::Error>> {
        let planned: Vec<FollowUp> =
            plan.follow_ups().into_iter().map(|(follow_up, _)| follow_up.clone()).collect();
        check_follow_ups(self.follow_ups.iter().chain(&planned), storage)?;
        let mut job = self.job(storage);
        if let Some((id, row)) = &plan.resumes {
            job.import_id.clone_from(id);
            job.from_row = *row;
            job.resumes = true;
        }
        apply::apply(plan, &job, storage, |progress| watch(progress).into())
    }

    /// Plans and writes a file of any length window by window, in bounded memory.
    ///
    /// A contact that an earlier window has met is a stored record by then (behaviour L1): without
    /// rejections and without other writers the storage ends as after [`plan`](Self::plan) and
    /// [`apply`](Self::apply), and every row has the same outcome. A row that met a stored record first and
    /// changed nothing is told unchanged with its window; where a row of a later window changes the record,
    /// that window's report [revises](Report::revised) it, and the totals count it as an update. Only a
    /// value that goes and comes back differs: in windows it is written twice. (So does a contact that an
    /// opportunity of an earlier window has tagged: a row that meets it and changes nothing is told
    /// unchanged.) Nobody reviews a plan; that is what `plan` is for.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let file = Source::from_bytes(&b"Email,City\nana@example.com,\nana@example.com,Rome\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let report = Import::new().run_window(1).run(file, &mut crm).unwrap();
    /// assert_eq!((report.stats().contacts.create, report.stats().contacts.merged), (1, 1));
    /// assert_eq!(crm.get(Object::Contact, "c1").unwrap().value("city"), Some("Rome"));
    /// ```
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`apply`](Self::apply).
    pub fn run<S: StorageWrite + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.run_with(file, storage, |_| true)
    }

    /// As [`run`](Self::run); `watch` sees the progress between batches and the report of each window
    /// (for an [`ErrorLog`](crate::ErrorLog), and because the final report does not keep rows), and
    /// stops the import by returning false, [`Control::Cancel`] or [`Control::Pause`]. A run that is
    /// [resumed](Self::resume) tells the windows that were written before once more: begin the log anew.
    ///
    /// ```
    /// use crm_import::{Control, Event, Import, MemoryStorage, Source};
    ///
    /// let file = Source::from_bytes(&b"Email\nana@example.com\nbo@example.com\ncy@example.com\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let mut created = Vec::new();
    /// let report = Import::new().run_window(2).run_with(file, &mut crm, |event| {
    ///     if let Event::Window(window) = event {
    ///         created.push(window.stats().contacts.create);
    ///     }
    ///     Control::Continue
    /// });
    /// assert_eq!(created, [2, 1]); // window by window
    /// assert_eq!(report.unwrap().stats().contacts.create, 3);
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with<S: StorageWrite + ?Sized, C: Into<Control>>(
        &self,
        file: Source<'_>,
        storage: &mut S,
        mut watch: impl FnMut(Event<'_>) -> C,
    ) -> Result<Report, Error<S::Error>> {
        check_follow_ups(self.follow_ups.iter(), storage)?;
        if self.resumed.is_some() {
            self.check_resumable(storage)?;
        }
        let account = storage.account().map_err(|source| Error::Account { source })?;
        let job = self.job(storage);
        // A file that can be read twice is: its formats are then inferred over all of it.
        if let (Some(first), Some(second)) = (file.twin(), file.twin()) {
            let twin = first.open().map_err(Error::Source)?;
            let rows = second.open().map_err(Error::Source)?;
            let settings = self.settle(account, &rows, |rule| storage.answers(rule))?;
            let run = self.run_of(settings, rows, Some(twin), job);
            return apply::run(run, storage, |event| watch(event).into());
        }
        let rows = file.open().map_err(Error::Source)?;
        let settings = self.settle(account, &rows, |rule| storage.answers(rule))?;
        let run = self.run_of(settings, rows, None, job);
        apply::run(run, storage, |event| watch(event).into())
    }

    /// The mapping that would be suggested for a file, column by column with reasons.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Source};
    ///
    /// let crm = MemoryStorage::default();
    /// let file = Source::from_bytes(&b"Vorname,Assistant's Phone\nAna,206 555 0123\n"[..]);
    /// let rows = file.open().unwrap();
    /// let [name, phone] = Import::new().suggest(&rows, &crm.account).try_into().unwrap();
    /// assert_eq!(crm.account.fields().get(name.target.unwrap()).key, "first_name");
    /// assert_eq!(phone.target, None);
    /// println!("{:?} is left out: {}", phone.header, phone.reason);
    /// ```
    pub fn suggest(&self, rows: &Rows<'_>, account: &Account) -> Vec<Suggestion> {
        let fields = account.fields();
        let objects =
            self.objects.clone().unwrap_or_else(|| vec![Object::Contact, Object::Opportunity]);
        suggest(rows.headers(), rows.sample(), &objects, &fields)
    }
}
