//! [`run`]: plans and writes a file window by window, in memory bounded by the window (behaviour L1).
//!
//! Each window is a plan of its own. Between windows the run keeps only a fingerprint of each record that was met, its
//! first row and a few facts. A later window reads the records of earlier windows from storage, like any other. By the
//! fingerprint the run still recognises them as records that the file has met before.

mod earlier;
mod opening;
mod planning;
mod remembering;
mod tokenless;

use std::collections::VecDeque;
use std::sync::Arc;

use super::checkpoint::first_checkpoint;
use super::driver::{apply, apply_window, leave_window};
use super::event::Event;
use super::job::{Ending, Job};
use super::progress::{Control, Progress, Status};
use super::report::Report;
use super::token::Tokens;
use super::written_before::check_resumed;
use crate::draft::Settings;
use crate::error::Error;
use crate::issue::{Finding, IssueCode, Severity};
use crate::object::{RowIndex, RowNumber};
use crate::plan::{Ledger, Memory, Plan, Stats};
use crate::planner::{Scanner, digest_of};
use crate::source::{Block, Rows, SourceError};
use crate::storage::{AsyncStorageWrite, Checkpoint};
use crate::trace;
use earlier::EarlierRun;
use opening::{Held, hold, observe, report_of_file, take_up};
use remembering::Changed;
pub(super) use remembering::met_on;
use tokenless::Remembered;

/// How a file is run.
pub(crate) struct Run<'a> {
    pub(crate) settings: Settings,
    pub(crate) rows: Rows<'a>,
    /// The file opened a second time, if it can be read twice. Then formats are inferred from the whole file.
    pub(crate) twin: Option<Rows<'a>>,
    pub(crate) window: usize,
    pub(crate) planning_window: usize,
    pub(crate) job: Job,
    pub(crate) resumed: Option<Checkpoint>,
}

/// A run under way: the file as far as it has been read, and what its windows have left.
struct Runner<'a> {
    settings: Arc<Settings>,
    rows: Rows<'a>,
    held: Held,
    scan: Scanner,
    /// Whether the file is a stream: it cannot be read twice, so its end has not been seen yet.
    is_stream: bool,
    memory: Arc<Memory>,
    tokens: Tokens,
    job: Job,
    /// The last rows that left no token, which a later window may lead to other records.
    tokenless: VecDeque<Remembered>,
    earlier: EarlierRun,
    file_digest: String,
    window: usize,
    planning_window: usize,
    /// The sum of all windows that were written.
    total: Report,
    /// How far these windows had come.
    before: Progress,
}

/// Runs a whole file.
pub(crate) async fn run<S: AsyncStorageWrite>(
    run: Run<'_>,
    storage: &mut S,
    watch: impl FnMut(Event<'_>) -> Control,
) -> Result<Report, Error<S::Error>> {
    let span = trace::run(&run.job.import_id);
    span.over(run_file(run, storage, watch)).await
}

async fn run_file<S: AsyncStorageWrite>(
    run: Run<'_>,
    storage: &mut S,
    mut watch: impl FnMut(Event<'_>) -> Control,
) -> Result<Report, Error<S::Error>> {
    let Run { mut settings, mut rows, twin, window, planning_window, mut job, resumed } = run;
    let mut scan = Scanner::new(&settings);
    let mut held = Held::new();
    let is_stream = twin.is_none();
    let (file_digest, file_rows) = match twin {
        Some(twin) => observe(twin, &mut scan),
        None => hold(&mut rows, window, &mut scan, &mut held).map(|digest| (digest, None)),
    }
    .map_err(Error::Source)?;
    let file_findings = scan.adopt_formats(&mut settings);
    let import_id = job.import_id.clone();
    let mine = first_checkpoint(&import_id, &settings, &file_digest, window);
    if let Some(resumed) = &resumed {
        check_resumed(resumed, &mine)?;
        take_up(&mut job, resumed, file_rows)?;
    }
    let tokens = Tokens::new(&import_id, &file_digest);
    let settings = Arc::new(settings);
    let empty = Plan::empty(Ledger::new(settings.clone()), file_digest.clone());
    let mut runner = Runner {
        settings,
        held,
        scan,
        is_stream,
        memory: Arc::default(),
        tokenless: VecDeque::new(),
        earlier: EarlierRun::ask(&tokens, resumed.as_ref(), file_rows, storage).await?,
        total: report_of_file(Report::new(empty, tokens.clone()), &rows, &file_findings),
        rows,
        tokens,
        job,
        file_digest,
        window,
        planning_window,
        before: Progress::default(),
    };
    let result = runner.run_windows(storage, &mut watch).await;
    let Runner { settings, scan, mut total, .. } = runner;
    total.plan.unmapped = scan.unmapped(&settings.headers);
    match result {
        Ok(status) => {
            total.end(status);
            Ok(total)
        }
        Err(error) => Err(error.with_total(total)),
    }
}

impl Runner<'_> {
    /// Plans and writes window after window, and adds up their totals.
    async fn run_windows<S: AsyncStorageWrite>(
        &mut self,
        storage: &mut S,
        watch: &mut impl FnMut(Event<'_>) -> Control,
    ) -> Result<Status, Error<S::Error>> {
        while let Some((block, findings)) = self.next_block().map_err(Error::Source)? {
            let span = trace::window(block.first_row().index() + 1, block.len());
            let ran = span.over(self.run_window(block, findings, storage, watch)).await?;
            if let Some(ended) = ran {
                return Ok(ended);
            }
        }
        // A file that was read to its end beforehand must still be the same. If it was cut off meanwhile, rows would be
        // missing, and nobody would know.
        let is_same = self.is_stream || digest_of(&self.rows) == self.file_digest;
        if !is_same {
            return Err(Error::Source(SourceError::Changed));
        }
        self.total.checkpoint = self.tell(self.job.ending, storage).await?;
        Ok(Status::Completed)
    }

    /// Plans and writes one window. Returns a status if the run ends with it.
    async fn run_window<S: AsyncStorageWrite>(
        &mut self,
        block: Block,
        findings: Vec<Finding>,
        storage: &mut S,
        watch: &mut impl FnMut(Event<'_>) -> Control,
    ) -> Result<Option<Status>, Error<S::Error>> {
        let rows = block.first_row().index() as u64 + block.len() as u64;
        if let Some(status) = stopped(watch(Event::Progress(self.reached(rows)))) {
            return Ok(Some(status));
        }
        let plan = self.plan(block, findings, storage).await?;
        let described = plan.described.clone();
        let mut report = self.write(plan, rows, storage, watch).await?;
        let changed = self.revise(&mut report, storage).await;
        // The window was written, so it counts even if storage failed in `revise`.
        self.total.absorb(&report);
        let changed = changed?;
        let control = watch(Event::Window(&report));
        self.remember(&mut report, &described, changed);
        if is_broken(&report) {
            return Ok(Some(Status::Failed));
        }
        let ended = Some(report.status()).filter(|status| *status != Status::Completed);
        if let Some(status) = ended.or_else(|| stopped(control)) {
            return Ok(Some(status));
        }
        // The window is complete, and every checkpoint from here on says so.
        self.job.from_row = self.job.from_row.max(rows + 1);
        self.tell_refused(&mut report, storage).await?;
        if self.is_over_budget(self.total.stats()) {
            return Err(Error::TooManyErrors { done: Box::new(report) });
        }
        Ok(None)
    }

    /// Finds out which rows of earlier windows a window revises, because it has changed their records, and notes them
    /// in its report. Returns these records.
    async fn revise<S: AsyncStorageWrite>(
        &mut self,
        report: &mut Report,
        storage: &mut S,
    ) -> Result<Vec<Changed>, Error<S::Error>> {
        let changed = self.changed(report, storage).await?;
        self.job.is_begun |= report.checkpoint.is_begun;
        self.remember_planned_again(report);
        report.revised = changed.iter().map(|record| (record.object, record.row)).collect();
        let planned = changed.iter().filter(|record| record.was_planned);
        report.revised_plans = planned.map(|record| record.object).collect();
        Ok(changed)
    }

    /// Writes the plan of the window that ends with row number `rows` of the file.
    async fn write<S: AsyncStorageWrite>(
        &mut self,
        plan: Plan,
        rows: u64,
        storage: &mut S,
        watch: &mut impl FnMut(Event<'_>) -> Control,
    ) -> Result<Report, Error<S::Error>> {
        let first = plan.ledger.number(RowIndex::new(0));
        let next = RowNumber(first.0 + u32::try_from(plan.ledger.len()).unwrap_or(u32::MAX));
        let joined = self.earlier.joined(first, next);
        let job = Job { ending: Ending::Open, budget: None, joined, ..self.job.clone() };
        let refused = self.earlier.refused(first, rows);
        // The budget is that of the whole run, so earlier windows count as well.
        let mut planned = *self.total.stats();
        planned.add(plan.stats());
        if self.is_over_budget(&planned) {
            let report = leave_window(plan, &job, refused, storage).await?;
            self.total.absorb(&report);
            watch(Event::Window(&report));
            return Err(Error::TooManyErrors { done: Box::new(report) });
        }
        let before = self.reached(rows);
        let mut now = before;
        let report = apply_window(plan, &job, refused, storage, |progress| {
            now = before.and_window(progress);
            watch(Event::Progress(now))
        });
        let report = report.await.inspect_err(|error| {
            if let Some(done) = error.done() {
                self.total.absorb(done);
                watch(Event::Window(done));
            }
        })?;
        self.before = now;
        Ok(report)
    }

    /// The next window of rows: one that is held, or one that is read now.
    fn next_block(&mut self) -> Result<Option<(Block, Vec<Finding>)>, SourceError> {
        if let Some(held) = self.held.pop_front() {
            return Ok(Some(held));
        }
        let (mut block, mut findings) = (Block::new(), Vec::new());
        if !self.rows.read_block(&mut block, self.window, &mut findings)? {
            return Ok(None);
        }
        if self.is_stream {
            self.scan.count(&block);
        }
        Ok(Some((block, findings)))
    }

    fn is_over_budget(&self, stats: &Stats) -> bool {
        self.job.budget.is_some_and(|budget| budget.is_exceeded(stats))
    }

    /// The progress before anything is written of the window that ends with row number `rows`.
    fn reached(&self, rows: u64) -> Progress {
        let (bytes, total_bytes) = (self.rows.bytes_read(), self.rows.total_bytes());
        Progress { status: Status::Planning, rows, bytes, total_bytes, ..self.before }
    }

    /// Puts what storage refused into every checkpoint from here on, and writes such a checkpoint before the next
    /// window begins.
    async fn tell_refused<S: AsyncStorageWrite>(
        &mut self,
        report: &mut Report,
        storage: &mut S,
    ) -> Result<(), Error<S::Error>> {
        let before = self.job.refused.len();
        for refusal in report.refused.drain(..) {
            // If the window is resumed, the refusal may be in the checkpoint already.
            if before < Checkpoint::REFUSALS && !self.job.refused[..before].contains(&refusal) {
                self.job.refused.push(refusal);
            }
        }
        self.job.refused.truncate(Checkpoint::REFUSALS);
        if self.job.refused.len() == before || self.job.ending == Ending::Open {
            return Ok(());
        }
        self.tell(Ending::Window, storage).await.map(|_| ())
    }

    /// Writes a checkpoint which says that a window or the import is complete, if storage keeps tokens. Returns it.
    async fn tell<S: AsyncStorageWrite>(
        &mut self,
        ending: Ending,
        storage: &mut S,
    ) -> Result<Checkpoint, Error<S::Error>> {
        if ending == Ending::Open {
            return Ok(Checkpoint::default());
        }
        let mut empty = Plan::empty(Ledger::new(self.settings.clone()), self.file_digest.clone());
        empty.stats = self.total.stats;
        let job = Job { resumes: false, budget: None, ending, ..self.job.clone() };
        let told = apply(empty, &job, storage, |_| Control::Continue).await;
        told.map(|report| report.checkpoint)
    }
}

/// Whether the adapter broke its contract, so that the run must stop: what was written is not known. When the import is
/// resumed, storage will tell by the tokens.
fn is_broken(report: &Report) -> bool {
    report
        .issues()
        .any(|issue| (issue.code, issue.severity) == (IssueCode::StorageFault, Severity::Error))
}

/// The status in which the caller stops the run, if it does.
fn stopped(control: Control) -> Option<Status> {
    match control {
        Control::Continue => None,
        Control::Pause => Some(Status::Paused),
        Control::Cancel => Some(Status::Cancelled),
    }
}
