//! [`run`]: plans and writes a file window by window, in memory bounded by the window (behaviour L1).
//!
//! Each window is a plan of its own. Between windows the run keeps only a fingerprint of each record that was met, its
//! first row and a few facts. A later window reads the records of earlier windows from storage, like any other. By the
//! fingerprint the run still recognises them as records that the file has met before.

mod earlier;
mod remembering;
mod tokenless;

use std::collections::VecDeque;
use std::sync::Arc;

use super::checkpoint::first_checkpoint;
use super::driver::{WhileWriting, apply, apply_window, leave_window};
use super::event::Event;
use super::job::{Ending, Job};
use super::progress::{Control, Progress, Status};
use super::report::Report;
use super::token::{HEAD, Tokens};
use super::written_before::{WrittenBefore, check_resumed};
use crate::draft::Settings;
use crate::error::Error;
use crate::issue::{Finding, IssueCode, Severity};
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::{Interrupted, Ledger, Memory, Plan, RowNumbers, Stats};
use crate::planner::{Pace, RowsToPlan, Scanner, Threads, digest_of, plan_rows};
use crate::source::{Block, Rows, SourceError};
use crate::storage::{AsyncStorageWrite, Checkpoint};
use crate::trace;
use earlier::EarlierRun;
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

/// If a file cannot be read twice, formats are inferred from its first windows (behaviour §9): as many of them as it
/// takes to have this many rows, or [this many bytes](HEAD_BYTES).
const HEAD_ROWS: usize = 10_000;

/// See [`HEAD_ROWS`].
const HEAD_BYTES: u64 = 8 << 20;

/// Blocks that were read before the first one is planned, each with the findings about it.
type Held = VecDeque<(Block, Vec<Finding>)>;

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

/// Takes over what an interrupted run has left in its checkpoint.
fn take_up<E: std::error::Error + 'static>(
    job: &mut Job,
    resumed: &Checkpoint,
    file_rows: Option<u64>,
) -> Result<(), Error<E>> {
    // After the last window, the checkpoint names the row that would come next.
    if file_rows.is_some_and(|rows| resumed.row > rows + 1) {
        return Err(Error::Resume { differs: vec!["row"] });
    }
    job.is_begun = resumed.is_begun;
    job.refused = resumed.refused.clone();
    job.failed = resumed.failed.clone();
    job.met = resumed.met.clone();
    Ok(())
}

/// Reads the file to its end, to infer formats from every cell before the first row is planned. Returns the digest and
/// the number of rows.
fn observe(mut rows: Rows<'_>, scan: &mut Scanner) -> Result<(String, Option<u64>), SourceError> {
    let (mut block, mut findings) = (Block::new(), Vec::new());
    let mut count = 0;
    while rows.read_block(&mut block, HEAD_ROWS, &mut findings)? {
        count += block.len() as u64;
        scan.observe(&block);
        findings.clear();
    }
    Ok((digest_of(&rows), Some(count)))
}

/// Reads the beginning of a file that cannot be read twice into `held`. Returns the digest of that beginning.
fn hold(
    rows: &mut Rows<'_>,
    window: usize,
    scan: &mut Scanner,
    held: &mut Held,
) -> Result<String, SourceError> {
    let mut count = 0;
    while count < HEAD_ROWS && rows.bytes_read() < HEAD_BYTES {
        let (mut block, mut findings) = (Block::new(), Vec::new());
        if !rows.read_block(&mut block, window, &mut findings)? {
            break;
        }
        count += block.len();
        scan.observe(&block);
        held.push_back((block, findings));
    }
    Ok(format!("{HEAD}{}", digest_of(rows)))
}

/// The report of a run before its first window. It has the issues about the file as a whole.
fn report_of_file(mut report: Report, rows: &Rows<'_>, findings: &[Finding]) -> Report {
    for finding in findings {
        let issue = report.plan.render(finding);
        report.keep(issue);
    }
    report.plan.source_issues = rows.findings().to_vec();
    report
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

    fn is_over_budget(&self, stats: &Stats) -> bool {
        self.job.budget.is_some_and(|budget| budget.is_exceeded(stats))
    }

    /// The progress before anything is written of the window that ends with row number `rows`.
    fn reached(&self, rows: u64) -> Progress {
        let (bytes, total_bytes) = (self.rows.bytes_read(), self.rows.total_bytes());
        Progress { status: Status::Planning, rows, bytes, total_bytes, ..self.before }
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

    /// Plans one window, whose rows the plan numbers from 1.
    async fn plan<S: AsyncStorageWrite>(
        &mut self,
        mut block: Block,
        mut findings: Vec<Finding>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let offset = renumber(&mut block, &mut findings);
        let numbers = RowNumbers::After(offset);
        let len = u32::try_from(block.len()).unwrap_or(u32::MAX);
        let known = match self.job.resumes {
            true => WrittenBefore::ask(&self.tokens, &numbers, len, storage).await?,
            false => WrittenBefore::default(),
        };
        let interrupted = self.interrupted(&known, offset, len);
        let rows = RowsToPlan {
            interrupted,
            settings: self.settings.clone(),
            blocks: vec![block],
            findings,
            numbers,
            memory: self.memory.clone(),
            pace: Pace { window_rows: self.planning_window, threads: Threads::InTurn(1) },
        };
        let first = RowNumber(offset + 1);
        let is_hidden = |object, id: &str| {
            known.is_hidden(object, id) || self.earlier.is_later(object, id, first)
        };
        let mut plan = plan_rows(rows, &mut WhileWriting(storage), is_hidden).await?;
        plan.file_digest = self.file_digest.clone();
        self.remember_tokenless(&plan);
        known.restore_outcomes(&mut plan);
        let next = RowNumber(offset + len + 1);
        if self.earlier.is_past(next) {
            self.earlier.leave_past(&known, &mut plan);
        }
        Ok(plan)
    }

    /// What the `len` rows after the first `offset` had found before the import was interrupted.
    fn interrupted(&mut self, known: &WrittenBefore, offset: u32, len: u32) -> Interrupted {
        let mut interrupted = known.interrupted();
        if !self.job.resumes {
            return interrupted;
        }
        Arc::make_mut(&mut self.memory).note_written(&interrupted);
        interrupted.note_failed(&self.job.failed, offset, len);
        interrupted.note_met(&self.job.met, offset, len);
        interrupted.is_complete = self.earlier.names_all;
        // A row had also found a record that storage then refused to write.
        let last = u64::from(offset) + u64::from(len);
        let refused = self.earlier.refused(RowNumber(offset + 1), last).iter();
        let refused = refused.filter(|it| it.object == Object::Contact && !it.is_of_tags());
        for refusal in refused {
            let row = RowIndex::new(refusal.row.0 - offset - 1);
            match &refusal.id {
                Some(id) => _ = interrupted.contacts.insert(row, id.as_str().into()),
                None => _ = interrupted.created.insert(row, None),
            }
        }
        interrupted
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

/// Numbers the rows of a block from 1, also in the findings about them. Returns how many rows of the file come before.
fn renumber(block: &mut Block, findings: &mut [Finding]) -> u32 {
    let offset = block.first_row().0 - 1;
    block.renumber(RowNumber(1));
    for row in findings.iter_mut().filter_map(|finding| finding.row.as_mut()) {
        *row = RowNumber(row.0 - offset);
    }
    offset
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
