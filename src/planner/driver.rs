//! The driver: reads the file, asks storage, and hands both to the planner.
//!
//! It is written once, over [`AsyncStorage`]. A synchronous storage is one that [never has to be waited
//! for](crate::storage::Immediate), and the only difference that makes is what other threads do meanwhile:
//! [`Threads`].

use std::convert::Infallible;
use std::iter::Peekable;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use super::ahead::{Drafted, ReadingAhead};
use super::drafting::Drafting;
use super::feed::Feed;
use super::numbering::Numbering;
use super::{Planner, Poll, Prepared};
use crate::draft::{Drafts, FormatScan, Formats, Settings};
use crate::error::Error;
use crate::issue::{Finding, Issue};
use crate::lookup::{Found, Lookup, Question};
use crate::mapping::{UnmappedCounts, is_consent};
use crate::object::Object;
use crate::plan::{Memory, Numbers, Plan, Settled, UnmappedColumn};
use crate::source::{Block, Rows, SourceError};
use crate::storage::{ATTEMPTS, AsyncStorage, let_others_run, now};
use crate::trace;

/// How many rows a block of a plan has, unless the planning window is larger; a run reads one block per window. A
/// block of usual rows, with its drafts, fits the processor's second-level cache, where each step of planning finds
/// it again.
pub(crate) const BLOCK_ROWS: usize = 4_096;

/// The threads that read and draft, this one included.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Threads {
    /// While this one plans, the others draft what comes next. Only if storage never has to be waited for: no
    /// thread that borrows may run on while this one does something else.
    Beside(usize),
    /// All of them draft some blocks, and then this one plans these.
    InTurn(usize),
}

impl Threads {
    pub(crate) fn count(self) -> usize {
        let (Threads::Beside(count) | Threads::InTurn(count)) = self;
        count
    }
}

/// A file that was read to its end: its rows, and what only all of them can tell.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) settings: Arc<Settings>,
    pub(crate) blocks: Vec<Block>,
    /// What was found in its rows, in their order.
    pub(crate) findings: Vec<Finding>,
    /// What is to be said about it as a whole.
    pub(super) about: AboutFile,
    pub(crate) threads: Threads,
}

impl Reading {
    pub(crate) fn digest(&self) -> &str {
        &self.about.digest
    }
}

/// What is to be said about a file as a whole.
#[derive(Debug)]
pub(super) struct AboutFile {
    /// What was found about it and its columns.
    pub(super) findings: Vec<Finding>,
    pub(super) source_issues: Vec<Issue>,
    pub(super) unmapped: Vec<UnmappedColumn>,
    pub(super) digest: String,
}

impl AboutFile {
    /// What is to be said once the file was read to its end.
    pub(super) fn of(
        rows: &Rows<'_>,
        scan: &Scanner,
        settings: &Settings,
        findings: Vec<Finding>,
    ) -> Self {
        AboutFile {
            findings,
            source_issues: rows.findings().to_vec(),
            unmapped: scan.unmapped(&settings.headers),
            digest: format!("{:032x}", rows.digest()),
        }
    }

    pub(super) fn note(self, plan: &mut Plan) {
        plan.findings.splice(0..0, self.findings);
        plan.source_issues = self.source_issues;
        plan.unmapped = self.unmapped;
        plan.file_digest = self.digest;
    }
}

/// What is learned about columns while rows are read: their formats, and what is in those that are not mapped.
#[derive(Clone)]
pub(crate) struct Scanner {
    formats: FormatScan,
    unmapped: UnmappedCounts,
}

impl Scanner {
    pub(crate) fn new(settings: &Settings) -> Self {
        let unmapped = UnmappedCounts::new(&settings.mapping, &settings.headers);
        Scanner { formats: FormatScan::new(settings), unmapped }
    }

    pub(crate) fn observe(&mut self, block: &Block) {
        self.formats.observe(block);
        self.count(block);
    }

    /// Adds what was seen of formats in other rows.
    pub(super) fn merge_formats(&mut self, formats: &FormatScan) {
        self.formats.merge(formats);
    }

    /// Adds what was learned from the rows that follow.
    pub(super) fn merge(&mut self, behind: &Scanner) {
        self.formats.merge(&behind.formats);
        self.unmapped.merge(&behind.unmapped);
    }

    /// Counts the values of a block, whose formats are settled already, or looked for elsewhere.
    pub(crate) fn count(&mut self, block: &Block) {
        self.unmapped.observe_block(block);
    }

    pub(crate) fn settle(&self, settings: &mut Settings) -> Vec<Finding> {
        let formats = self.formats(settings);
        settings.settle(&formats);
        formats.findings
    }

    /// Did the first block, which is this one, show how every column writes its dates and numbers, as far as
    /// one can know before the last row?
    pub(super) fn tells_formats(&self, block: &Block) -> bool {
        self.formats.are_told(block)
    }

    /// The formats of the columns, judging by what was seen.
    pub(super) fn formats(&self, settings: &Settings) -> Formats {
        self.formats.found(settings)
    }

    pub(crate) fn unmapped(&self, headers: &[String]) -> Vec<UnmappedColumn> {
        let found = self.unmapped.found();
        found
            .map(|(index, filled, examples)| UnmappedColumn {
                index,
                header: headers.get(index).cloned().unwrap_or_default(),
                filled,
                examples: examples.to_vec(),
                is_consent: is_consent(&headers[index]),
            })
            .collect()
    }
}

/// Reads a whole file and settles its formats.
pub(crate) fn read(
    settings: Settings,
    rows: Rows<'_>,
    window_rows: usize,
    threads: Threads,
) -> Result<Reading, SourceError> {
    let scan = Scanner::new(&settings);
    Feed::new(rows, scan, BLOCK_ROWS.max(window_rows))?.read_to_end(settings, threads)
}

/// Reads a whole file for what it tells of its formats, and for its digest. No row of it is kept.
pub(crate) fn skim(
    mut settings: Settings,
    mut rows: Rows<'_>,
) -> Result<(Settings, String), SourceError> {
    let mut scan = Scanner::new(&settings);
    let (mut block, mut findings) = (Block::new(), Vec::new());
    while rows.read_block(&mut block, BLOCK_ROWS, &mut findings)? {
        scan.observe(&block);
        findings.clear();
    }
    scan.settle(&mut settings);
    Ok((settings, format!("{:032x}", rows.digest())))
}

/// Plans a file that is open, and of which nothing is written yet.
pub(crate) async fn plan_file<S: Asked>(
    settings: Settings,
    rows: Rows<'_>,
    window_rows: usize,
    threads: Threads,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    match threads {
        Threads::Beside(count) => plan_ahead(settings, rows, window_rows, count, storage),
        Threads::InTurn(_) => {
            let reading = read(settings, rows, window_rows, threads).map_err(Error::Source)?;
            plan_new(reading, window_rows, storage).await
        }
    }
}

/// Plans a file while it is [read](super::ahead), on so many threads, this one included.
fn plan_ahead<S: Asked>(
    mut settings: Settings,
    rows: Rows<'_>,
    window_rows: usize,
    threads: usize,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    let scan = Scanner::new(&settings);
    let feed = Feed::new(rows, scan, BLOCK_ROWS.max(window_rows)).map_err(Error::Source)?;
    if threads < 2 && !feed.tells_formats() {
        let reading =
            feed.read_to_end(settings, Threads::Beside(threads)).map_err(Error::Source)?;
        return now(plan_new(reading, window_rows, storage));
    }
    let guess = feed.scan.formats(&settings);
    settings.settle(&guess);
    let mut settings = Arc::new(settings);
    let mut planner = Planner::new(settings.clone(), window_rows);
    planner.part_of(feed.expected_rows(), Numbers::default(), Arc::new(Memory::default()));
    let ahead = ReadingAhead {
        settings: &settings,
        numbering: (threads > 1).then(|| planner.share_numbers()).flatten().map(Numbering::new),
        seed: planner.seed(),
        window_rows: window_rows.max(1),
        feed: Mutex::new(feed),
        spare: Mutex::default(),
    };
    let mut planning = Planning::new(planner, storage, |_: Object, _: &str| false);
    ahead.draft_on(threads.saturating_sub(1), |drafted| {
        let Drafted { block, drafts, prepared, findings } = drafted.map_err(Error::Source)?;
        planning.planner.note(findings);
        now(planning.plan_block(block, drafts, prepared))
    })?;
    let ReadingAhead { feed, numbering, .. } = ahead;
    // It holds on to the blocks, too.
    drop(numbering);
    let Feed { rows, scan, findings, .. } =
        feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let formats = scan.formats(&settings);
    let (of_file, of_rows): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.row.is_none());
    let about = AboutFile::of(&rows, &scan, &settings, [&formats.findings[..], &of_file].concat());
    let planner = planning.into_planner()?;
    if formats.are(&guess) {
        let mut plan = planner.finish(Vec::new(), threads);
        about.note(&mut plan);
        return Ok(plan);
    }
    // The rows after the first block contradict the guess.
    let blocks = planner.into_blocks();
    let open = Arc::get_mut(&mut settings).expect("the planner has given its own back");
    open.settle(&formats);
    let threads = Threads::Beside(threads);
    let reading = Reading { settings, blocks, findings: of_rows, about, threads };
    now(plan_new(reading, window_rows, storage))
}

/// Plans a file that was read, and of which nothing is written yet.
pub(crate) async fn plan_new<S: Asked>(
    reading: Reading,
    window_rows: usize,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    plan(reading, window_rows, Settled::default(), storage, |_, _| false).await
}

/// Plans a file that was read. `is_hidden` leaves out records that an interrupted import has created; `settled`
/// are those that it has updated.
pub(crate) async fn plan<S: Asked>(
    reading: Reading,
    window_rows: usize,
    settled: Settled,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let mut memory = Memory::default();
    memory.settle(&settled);
    let part = Part {
        settings: reading.settings,
        blocks: reading.blocks,
        findings: reading.findings,
        numbers: Numbers::default(),
        settled,
        memory: Arc::new(memory),
        window_rows,
        threads: reading.threads,
    };
    let mut plan = plan_part(part, storage, is_hidden).await?;
    reading.about.note(&mut plan);
    Ok(plan)
}

/// Rows of a file that are planned as if they were all of it. The rows of the blocks are numbered from 1.
pub(crate) struct Part {
    pub(crate) settings: Arc<Settings>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) numbers: Numbers,
    pub(crate) memory: Arc<Memory>,
    pub(crate) settled: Settled,
    pub(crate) window_rows: usize,
    pub(crate) threads: Threads,
}

/// Plans some rows.
pub(crate) async fn plan_part<S: Asked>(
    part: Part,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let settings = part.settings;
    let mut planner = Planner::new(settings.clone(), part.window_rows);
    let seed = planner.seed();
    let rows = part.blocks.iter().map(Block::len).sum();
    planner.part_of(rows, part.numbers, part.memory);
    planner.bind(part.settled);
    let mut planning = Planning::new(planner, storage, is_hidden);
    planning.findings = part.findings.into_iter().peekable();
    let drafting = |threads| Drafting {
        settings: &settings,
        seed: &seed,
        window_rows: part.window_rows.max(1),
        threads,
    };
    let (mut blocks, count) = (part.blocks.into_iter(), part.threads.count());
    match part.threads {
        Threads::Beside(_) => {
            drafting(count).draft_blocks(blocks.collect(), |block, drafts, questions| {
                now(planning.plan_asked(block, drafts, questions))
            })?;
        }
        Threads::InTurn(_) => {
            // This one only waits for the others.
            let drafting = drafting(if count > 1 { count + 1 } else { 1 });
            while blocks.len() > 0 {
                let some = blocks.by_ref().take(count.max(1)).collect();
                for (block, drafts, questions) in drafted(&drafting, some) {
                    planning.plan_asked(block, drafts, questions).await?;
                    let_others_run().await;
                }
            }
        }
    }
    // A limit may be met before the first row.
    let late: Vec<Finding> = planning.findings.by_ref().collect();
    Ok(planning.into_planner()?.finish(late, count))
}

/// Some blocks, each with its drafts and the questions of its windows.
fn drafted(drafting: &Drafting<'_>, blocks: Vec<Block>) -> Vec<(Block, Drafts, Vec<Question>)> {
    let mut drafted = Vec::with_capacity(blocks.len());
    let Ok(()) = drafting.draft_blocks(blocks, |block, drafts, questions| {
        drafted.push((block, drafts, questions));
        Ok::<(), Infallible>(())
    });
    drafted
}

/// A planner, and the storage that answers its questions.
struct Planning<'s, S, H> {
    planner: Planner,
    storage: &'s mut S,
    found: Found,
    /// What storage answered against its contract.
    faults: Vec<String>,
    /// Leaves out records that an interrupted import has created.
    is_hidden: H,
    /// What was found in the rows that are still to come, in their order.
    findings: Peekable<vec::IntoIter<Finding>>,
}

impl<'s, S: Asked, H: Fn(Object, &str) -> bool> Planning<'s, S, H> {
    fn new(planner: Planner, storage: &'s mut S, is_hidden: H) -> Self {
        let findings = Vec::new().into_iter().peekable();
        let (found, faults) = (Found::default(), Vec::new());
        Planning { planner, storage, found, faults, is_hidden, findings }
    }

    /// Plans a block whose questions are known, after noting what was found in its rows.
    async fn plan_asked(
        &mut self,
        block: Block,
        drafts: Drafts,
        questions: Vec<Question>,
    ) -> Result<(), Error<S::Error>> {
        let end = block.first_row().index() + block.len();
        let of_block = std::iter::from_fn(|| {
            self.findings.next_if(|finding| finding.row.is_none_or(|row| row.index() < end))
        });
        self.planner.note(of_block.collect());
        self.plan_block(block, drafts, Prepared { questions, ..Prepared::default() }).await
    }

    /// Feeds a block to the planner and answers what it asks.
    async fn plan_block(
        &mut self,
        block: impl Into<Arc<Block>>,
        drafts: Drafts,
        prepared: Prepared,
    ) -> Result<(), Error<S::Error>> {
        self.planner.feed(block, drafts, prepared);
        while self.planner.poll() == Poll::LookUp {
            let lookup = self.planner.lookup();
            let asked = find(&lookup, &mut self.found, self.storage).await;
            asked.map_err(|source| Error::Find { source })?;
            self.faults.extend(self.found.strays(&lookup));
            self.found.hide(|id| (self.is_hidden)(lookup.object(), id));
            self.planner.answer(&self.found);
        }
        Ok(())
    }

    /// The planner, if storage has kept its contract.
    fn into_planner(mut self) -> Result<Planner, Error<S::Error>> {
        self.faults.append(&mut self.planner.take_faults());
        match self.faults.is_empty() {
            true => Ok(self.planner),
            false => Err(Error::Adapter { faults: self.faults, done: None }),
        }
    }
}

/// What is asked while rows are planned: a storage, or one that is written to meanwhile.
pub(crate) trait Asked {
    type Error: std::error::Error + Send + Sync + 'static;

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Self::Error>;

    /// Should a question that failed be asked again?
    async fn asks_again(&mut self, error: &Self::Error, attempt: u32) -> bool;
}

impl<S: AsyncStorage> Asked for S {
    type Error = S::Error;

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), S::Error> {
        AsyncStorage::find(self, lookup, found).await
    }

    async fn asks_again(&mut self, error: &S::Error, attempt: u32) -> bool {
        AsyncStorage::asks_again(self, error, attempt).await
    }
}

/// Asks storage, and once more as long as it says so.
pub(crate) async fn find<S: Asked>(
    lookup: &Lookup<'_>,
    found: &mut Found,
    storage: &mut S,
) -> Result<(), S::Error> {
    let span = trace::find(lookup);
    span.over(async {
        let mut attempt = 0;
        loop {
            found.clear();
            let Err(error) = storage.find(lookup, found).await else { return Ok(()) };
            attempt += 1;
            if attempt == ATTEMPTS || !storage.asks_again(&error, attempt).await {
                return Err(error);
            }
            trace::again(&error, attempt);
        }
    })
    .await?;
    span.found(found);
    Ok(())
}
