//! The synchronous driver: reads the file, asks storage, and hands both to the planner.

use std::sync::{Arc, Mutex, PoisonError};

use super::ahead::{Drafted, ReadingAhead};
use super::drafting::Drafting;
use super::feed::Feed;
use super::numbering::Numbering;
use super::{Planner, Poll, Prepared};
use crate::draft::{Drafts, FormatScan, Formats, Settings};
use crate::error::Error;
use crate::issue::{Finding, Issue};
use crate::lookup::{Found, Lookup};
use crate::mapping::{UnmappedCounts, is_consent};
use crate::object::Object;
use crate::plan::{Memory, Numbers, Plan, Settled, UnmappedColumn};
use crate::source::{Block, Rows, SourceError};
use crate::storage::{ATTEMPTS, Storage};
use crate::trace;

/// How many rows a block of a plan has, unless the planning window is larger; a run reads one block per window. A
/// block of usual rows, with its drafts, fits the processor's second-level cache, where each step of planning finds
/// it again.
pub(crate) const BLOCK_ROWS: usize = 4_096;

/// A file that was read to its end: its rows, and what only all of them can tell.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) settings: Arc<Settings>,
    pub(crate) blocks: Vec<Block>,
    /// What was found in its rows, in their order.
    pub(crate) findings: Vec<Finding>,
    /// What is to be said about it as a whole.
    pub(super) about: AboutFile,
    pub(crate) threads: usize,
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
    threads: usize,
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

/// Plans a file while it is [read](super::ahead), on so many threads, this one included. `again` says whether a
/// failed question is asked once more.
pub(crate) fn plan_file<S: Storage + ?Sized>(
    mut settings: Settings,
    rows: Rows<'_>,
    window_rows: usize,
    threads: usize,
    storage: &mut S,
    mut again: impl FnMut(&mut S, &S::Error, u32) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let scan = Scanner::new(&settings);
    let feed = Feed::new(rows, scan, BLOCK_ROWS.max(window_rows)).map_err(Error::Source)?;
    if threads < 2 && !feed.tells_formats() {
        let reading = feed.read_to_end(settings, threads).map_err(Error::Source)?;
        return plan(reading, window_rows, Settled::default(), storage, |_, _| false, again);
    }
    let guess = feed.scan.formats(&settings);
    settings.settle(&guess);
    let mut settings = Arc::new(settings);
    let mut planner = Planner::new(settings.clone(), window_rows);
    planner.part_of(feed.expected_rows(), Numbers::default(), Arc::new(Memory::default()));
    let mut answers = Answering::new(storage, |_: Object, _: &str| false);
    let ahead = ReadingAhead {
        settings: &settings,
        numbering: (threads > 1).then(|| planner.share_numbers()).flatten().map(Numbering::new),
        seed: planner.seed(),
        window_rows: window_rows.max(1),
        feed: Mutex::new(feed),
        spare: Mutex::default(),
    };
    ahead.draft_on(threads.saturating_sub(1), |drafted| {
        let Drafted { block, drafts, prepared, findings } = drafted.map_err(Error::Source)?;
        planner.note(findings);
        answers.plan_block(&mut planner, block, drafts, prepared, &mut again)
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
    answers.check(&mut planner)?;
    if formats.are(&guess) {
        let mut plan = planner.finish(Vec::new(), threads);
        about.note(&mut plan);
        return Ok(plan);
    }
    // The rows after the first block contradict the guess.
    let blocks = planner.into_blocks();
    let open = Arc::get_mut(&mut settings).expect("the planner has given its own back");
    open.settle(&formats);
    let reading = Reading { settings, blocks, findings: of_rows, about, threads };
    plan(reading, window_rows, Settled::default(), answers.storage, |_, _| false, again)
}

/// Plans a file that was read. `is_hidden` leaves out records that an interrupted import has created; `settled`
/// are those that it has updated.
pub(crate) fn plan<S: Storage + ?Sized>(
    reading: Reading,
    window_rows: usize,
    settled: Settled,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
    again: impl FnMut(&mut S, &S::Error, u32) -> bool,
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
    let mut plan = plan_part(part, storage, is_hidden, again)?;
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
    /// How many threads draft and plan.
    pub(crate) threads: usize,
}

/// Plans some rows. `again` says whether a failed question is asked once more.
pub(crate) fn plan_part<S: Storage + ?Sized>(
    part: Part,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
    mut again: impl FnMut(&mut S, &S::Error, u32) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let settings = part.settings;
    let mut planner = Planner::new(settings.clone(), part.window_rows);
    let seed = planner.seed();
    let rows = part.blocks.iter().map(Block::len).sum();
    planner.part_of(rows, part.numbers, part.memory);
    planner.bind(part.settled);
    let mut answers = Answering::new(storage, is_hidden);
    let mut source_findings = part.findings.into_iter().peekable();
    let drafting = Drafting {
        settings: &settings,
        seed: &seed,
        window_rows: part.window_rows.max(1),
        threads: part.threads,
    };
    drafting.draft_blocks(part.blocks, |block, drafts, questions| {
        let last = block.first_row().index() + block.len();
        let of_block = std::iter::from_fn(|| {
            source_findings.next_if(|finding| finding.row.is_none_or(|row| row.index() < last))
        });
        planner.note(of_block.collect());
        let prepared = Prepared { questions, ..Prepared::default() };
        answers.plan_block(&mut planner, block, drafts, prepared, &mut again)
    })?;
    // A limit may be met before the first row.
    let late: Vec<Finding> = source_findings.collect();
    answers.check(&mut planner)?;
    Ok(planner.finish(late, part.threads))
}

/// Answers the planner's questions from a storage.
pub(super) struct Answering<'s, S: ?Sized, H> {
    pub(super) storage: &'s mut S,
    pub(super) found: Found,
    /// What it answered against its contract.
    pub(super) faults: Vec<String>,
    /// Leaves out records that an interrupted import has created.
    pub(super) is_hidden: H,
}

impl<'s, S: Storage + ?Sized, H: Fn(Object, &str) -> bool> Answering<'s, S, H> {
    fn new(storage: &'s mut S, is_hidden: H) -> Self {
        Answering { storage, found: Found::default(), faults: Vec::new(), is_hidden }
    }

    /// Feeds a block to the planner and answers what it asks. `again` says whether a failed question is
    /// asked once more.
    pub(super) fn plan_block(
        &mut self,
        planner: &mut Planner,
        block: impl Into<Arc<Block>>,
        drafts: Drafts,
        prepared: Prepared,
        again: &mut impl FnMut(&mut S, &S::Error, u32) -> bool,
    ) -> Result<(), Error<S::Error>> {
        planner.feed(block, drafts, prepared);
        while planner.poll() == Poll::LookUp {
            let lookup = planner.lookup();
            find(&lookup, &mut self.found, self.storage, again)?;
            self.faults.extend(self.found.strays(&lookup));
            self.found.hide(|id| (self.is_hidden)(lookup.object(), id));
            planner.answer(&self.found);
        }
        Ok(())
    }

    /// Has storage kept its contract?
    pub(super) fn check(&mut self, planner: &mut Planner) -> Result<(), Error<S::Error>> {
        let mut faults = std::mem::take(&mut self.faults);
        faults.append(&mut planner.take_faults());
        if faults.is_empty() { Ok(()) } else { Err(Error::Adapter { faults, done: None }) }
    }
}

/// Asks storage, and once more as long as `again` says so.
fn find<S: Storage + ?Sized>(
    lookup: &Lookup<'_>,
    found: &mut Found,
    storage: &mut S,
    again: &mut impl FnMut(&mut S, &S::Error, u32) -> bool,
) -> Result<(), Error<S::Error>> {
    let span = trace::find(lookup);
    let mut attempt = 0;
    loop {
        found.clear();
        let Err(source) = storage.find(lookup, found) else {
            span.found(found);
            return Ok(());
        };
        attempt += 1;
        if attempt == ATTEMPTS || !again(storage, &source, attempt) {
            return Err(Error::Find { source });
        }
        trace::again(&source, attempt);
    }
}
