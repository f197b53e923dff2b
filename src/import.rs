//! [`Import`]: the front door of the crate. It holds the settings of one import, and plans, applies or runs it.

mod asynchronous;
mod erased;
mod opening;
mod own_log;
mod policies;
mod resuming;
mod set_up;

use crate::account::Account;
use crate::apply::{Control, ErrorBudget, Event, Progress, Report};
use crate::error::{ConfigError, Error};
use crate::follow_up::FollowUp;
use crate::mapping::{Mapping, Suggestion, Unmapped, suggest};
use crate::object::{Mode, Object};
use crate::plan::Plan;
use crate::planner::{self, Threads};
use crate::source::{Rows, Source};
use crate::storage::{AsyncStorage, Checkpoint, Erased, Storage, StorageWrite};
use crate::trace;
use own_log::suggest_for_log;

/// One import: its settings, and the methods that carry it out.
///
/// | to | call |
/// |---|---|
/// | let somebody review the plan before it is written | [`plan`](Self::plan), then [`apply`](Self::apply) |
/// | import without a review, or a file larger than memory | [`run`](Self::run) |
/// | continue an import that may have been interrupted | [`plan_or_resume`](Self::plan_or_resume), or [`unfinished`](Self::unfinished) and [`resume`](Self::resume) |
/// | see the suggested mapping without planning | [`suggest`](Self::suggest) |
///
/// How contacts are matched is not a setting of the import but of the account, which the adapter returns from
/// [`Storage::account`] (article, step 3). If your application lets people choose a policy for one import (a
/// checkbox that refuses rows [without a key](crate::dedup::Keyless), say), pass the choice to your adapter and let
/// its `account` return it.
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
    /// An import that creates and updates both contacts and opportunities, if the file has columns for them,
    /// with the mapping that is suggested for the file.
    pub fn new() -> Self {
        Import::default()
    }

    /// Names this import of this file. By default each [`apply`](Self::apply) makes up a name of its own.
    ///
    /// Under one name, each row of a file is written once (behaviour X4): a batch that is repeated does
    /// nothing twice, and a row that was written before is left out with an issue (`already-written`). So
    /// name the upload (`upload 17`), not the kind of file that is imported every week.
    ///
    /// Two files may have the same name, with two exceptions. A stream that is [run](Self::run) is not read to its
    /// end beforehand, so it is identified by its name alone. And [`plan_or_resume`](Self::plan_or_resume) refuses
    /// the second file until the report of the first is [acknowledged](crate::Report::acknowledge).
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Imports only these objects (article, step 1). By default, all that have a mapped column.
    ///
    /// Contacts that are not selected are still looked up and linked to, but never written (behaviour P8).
    #[must_use]
    pub fn objects(mut self, objects: impl IntoIterator<Item = Object>) -> Self {
        self.objects = Some(objects.into_iter().collect());
        self
    }

    /// Whether contacts may be created, updated or both. The default is [`Mode::Upsert`]: both.
    #[must_use]
    pub fn contacts(mut self, mode: Mode) -> Self {
        self.contacts = mode;
        self
    }

    /// Whether opportunities may be created, updated or both. The default is [`Mode::Upsert`]: both.
    #[must_use]
    pub fn opportunities(mut self, mode: Mode) -> Self {
        self.opportunities = mode;
        self
    }

    /// Uses this mapping instead of the suggested one.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Reads the file the way HighLevel's importer documents, which is less careful than this crate's default:
    /// blank cells clear stored values, an invalid e-mail address fails its row, and more
    /// ([`Mapping::highlevel`], behaviour §16).
    ///
    /// The preset applies to the suggested mapping as well as to one of your own, and writes the tags of
    /// follow-ups in lower case. Dates that can be read either way are month first, unless the
    /// [account](crate::Account::date_order) states another order.
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

    /// Adds a follow-up: something to do with the imported contacts besides writing them, such as tagging them
    /// (article, step 5). Call it once for each.
    #[must_use]
    pub fn follow_up(mut self, follow_up: FollowUp) -> Self {
        self.follow_ups.push(follow_up);
        self
    }

    /// What to do about a column that is neither mapped nor ignored. The default is a notice.
    #[must_use]
    pub fn unmapped(mut self, unmapped: Unmapped) -> Self {
        self.unmapped = unmapped;
        self
    }

    /// How many rows are looked up at a time: by default 4,096, in a [`run`](Self::run) 8,192. The number never
    /// changes the plan.
    #[must_use]
    pub fn planning_window(mut self, rows: usize) -> Self {
        self.planning_window = Some(rows);
        self
    }

    /// How many threads read, plan and apply (default 1). The number never changes the plan. Two threads bring most
    /// of the gain.
    ///
    /// The other threads read and draft the next rows while this one plans, and prepare the next batch while storage
    /// writes one. Storage is only ever called on the caller's thread.
    ///
    /// Planning starts before the whole file has been read, with the date and number formats that the first rows
    /// show (on one thread, only if those rows settle the format of every column). If later rows show another
    /// format, the file is planned a second time and storage is asked again.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many rows [`run`](Self::run) plans and writes at a time (default 8,192). A
    /// [resumed](Self::resume) import keeps the window it was begun with.
    #[must_use]
    pub fn run_window(mut self, rows: usize) -> Self {
        self.run_window = Some(rows);
        self
    }

    /// How many errors the import tolerates. With more, it stops with [`Error::TooManyErrors`]; if the plan alone
    /// has more, nothing is written (behaviour X7).
    #[must_use]
    pub fn max_errors(mut self, budget: ErrorBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Continues an interrupted import from the last checkpoint that storage kept of it (behaviour X6).
    ///
    /// The file is read again from row 1. What the import has already written is recognised by its tokens: it
    /// is not written again, and keeps its outcome and its id. So the report is the one that an uninterrupted
    /// import would have given. A different file, mapping or policy is refused, and so is a storage that keeps no
    /// tokens, or that knows nothing of the import.
    ///
    /// - *Which checkpoint?* The one that [`unfinished`](Self::unfinished) returns: it [is
    ///   open](Checkpoint::is_open) and [does not differ](Checkpoint::differences) from [this import's
    ///   own](Self::checkpoint).
    /// - *Which method next?* [`run`](Self::run) if the checkpoint [is a run's](Checkpoint::is_run); it uses windows
    ///   of the same size. Otherwise [`plan_resumed`](Self::plan_resumed) and [`apply`](Self::apply). The wrong one
    ///   is refused.
    ///
    /// [`plan_or_resume`](Self::plan_or_resume) finds the checkpoint and plans in one call.
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
    /// // It was killed before anybody saw the report, so its checkpoint is still open.
    /// let checkpoint = crm.checkpoint().unwrap().clone();
    /// assert!(checkpoint.is_open());
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

    /// Plans the import of a file: exactly what would be done, without writing anything.
    ///
    /// Bad rows are not errors. They are [issues](Plan::issues) of the plan.
    ///
    /// # Errors
    /// - [`Error::Config`] if the settings do not fit the file or the storage,
    /// - [`Error::Source`] if the file cannot be read at all,
    /// - [`Error::Account`], [`Error::Find`] or [`Error::Adapter`] if storage fails or breaks its contract.
    pub fn plan<S: Storage + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        self.plan_any(file, &mut Erased(storage)).map_err(Error::unboxed)
    }

    async fn plan_on<S: AsyncStorage>(
        &self,
        threads: Threads,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        if self.resumed.is_some() {
            let problem = "a plan that resumes an import needs a storage that can be written to: \
                           use plan_resumed";
            return Err(ConfigError::of(problem).into());
        }
        let file = self.open_to_plan(threads, file, storage).await?;
        let span = trace::plan(threads.count());
        span.over(planner::plan_file(file, storage)).await
    }

    /// Writes a plan, batch by batch, and reports what became of every row.
    ///
    /// # Errors
    /// - [`Error::Config`] if storage cannot do one of the follow-ups,
    /// - [`Error::Write`] or [`Error::LookUp`], with a report of what was done so far, if storage fails and
    ///   [says to stop](StorageWrite::recover),
    /// - [`Error::TooManyErrors`] if [`max_errors`](Self::max_errors) is exceeded.
    pub fn apply<S: StorageWrite + ?Sized>(
        &self,
        plan: Plan,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.apply_with(plan, storage, |_| true)
    }

    /// As [`apply`](Self::apply), watched. `watch` is called with the progress between batches, and stops the
    /// import by returning `false`, [`Control::Cancel`] or [`Control::Pause`].
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
        let watch = &mut |progress| watch(progress).into();
        self.apply_any(plan, &mut Erased(storage), watch).map_err(Error::unboxed)
    }

    /// Plans and writes a file of any length window by window, in bounded memory. There is no plan to review; that
    /// is what [`plan`](Self::plan) is for.
    ///
    /// Unless storage rejects a record or somebody else writes in the meantime, storage ends up as it would after
    /// [`plan`](Self::plan) and [`apply`](Self::apply), and every row has the same outcome (behaviour L1). To later
    /// windows, a contact that an earlier one created is simply a stored record.
    ///
    /// A row that changes nothing about its record is reported unchanged with its window. If a later window
    /// changes that record, its report [revises](Report::revised) the earlier row, and the totals count it as an
    /// update. Two differences from a single plan remain: a value that changes and changes back is written twice,
    /// and a row that changes nothing about a contact tagged by an opportunity of an earlier window is reported
    /// unchanged.
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

    /// As [`run`](Self::run), watched. `watch` is called with the progress between batches and with the report of
    /// each window, and stops the import by returning `false`, [`Control::Cancel`] or [`Control::Pause`].
    ///
    /// The final report keeps no rows, so take what you need to know about each row from the report of its
    /// window; an [`ErrorLog`](crate::ErrorLog) is written that way. A [resumed](Self::resume) run reports the
    /// windows that were written before the interruption once more, so start a new log.
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
        let watch = &mut |event: Event<'_>| watch(event).into();
        self.run_any(file, &mut Erased(storage), watch).map_err(Error::unboxed)
    }

    /// The mapping that would be suggested for a file, column by column, with reasons.
    ///
    /// [`Mapping::from_suggestions`] makes a mapping of it, which a person may change.
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
        let objects = self.objects.clone().unwrap_or_else(|| Object::ALL.to_vec());
        suggest_for_log(rows, &objects, &fields)
            .unwrap_or_else(|| suggest(rows.headers(), rows.sample(), &objects, &fields))
    }
}
