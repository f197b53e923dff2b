//! The driver: reads the file, asks storage, and hands both to the planner.
//!
//! It is written once, over [`AsyncStorage`](crate::storage::AsyncStorage). A synchronous storage is treated as an
//! asynchronous one that [answers at once](crate::storage::Immediate). That only makes a difference to the threads:
//!
//! ```text
//! storage answers at once      this thread   plan 1 | plan 2 | plan 3      waits for a block that is not drafted yet
//!   (Threads::Beside)          the others    draft 2, 3, 4, ...            wait once they are some blocks ahead
//!
//! storage may be waited for    this thread   .. wait .. | plan 1, 2 | .. wait .. | plan 3, 4
//!   (Threads::InTurn)          the others    draft 1, 2 |           | draft 3, 4 |
//! ```
//!
//! While a future waits for storage, it may be dropped, and no thread that borrows from it may be running then. So with
//! such a storage the other threads end before the first question is asked.
//!
//! A synchronous plan also starts [before the file is read to its end](super::ahead). An asynchronous plan, and
//! one that resumes an import, [read it first](super::reading).

use std::convert::Infallible;
use std::iter::Peekable;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use super::ahead::ReadingAhead;
use super::drafting::{Drafted, Drafting};
use super::feed::Feed;
use super::finder::{Finder, find};
use super::numbering::Numbering;
use super::reading::{AboutFile, Reading, read};
use super::scanner::Scanner;
use super::{Planner, Poll};
use crate::draft::Settings;
use crate::error::Error;
use crate::issue::Finding;
use crate::lookup::Found;
use crate::object::Object;
use crate::plan::{Interrupted, Memory, Plan, RowNumbers};
use crate::source::{Block, Rows};
use crate::storage::{let_others_run, now};

/// How many rows a block of a plan has, unless the planning window is larger. A block of usual rows, together with its
/// drafts, fits the second-level cache of a processor, so that each stage of planning still finds it there. (A run
/// reads one block per window.)
pub(crate) const BLOCK_ROWS: usize = 4_096;

/// How many threads read and draft, this one included, and how they share the work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Threads {
    /// While this thread plans, the others draft the blocks that come next. Only for a storage that never has to be
    /// waited for, because a future that is dropped while it waits must not leave threads behind that borrow from it.
    Beside(usize),
    /// First all threads draft some blocks, then this thread plans them. A run does so, too, for either kind of
    /// storage: it has one thread, and one block for each window.
    InTurn(usize),
}

impl Threads {
    pub(crate) fn count(self) -> usize {
        let (Threads::Beside(count) | Threads::InTurn(count)) = self;
        count
    }
}

/// Settings that change how fast a file is planned, and never what is planned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many rows are looked up at a time.
    pub(crate) window_rows: usize,
    pub(crate) threads: Threads,
}

impl Pace {
    /// How many rows a block has. No window spans two blocks.
    pub(super) fn block_rows(self) -> usize {
        BLOCK_ROWS.max(self.window_rows)
    }
}

/// A file that is open, with the settings for it.
pub(crate) struct OpenFile<'a> {
    pub(crate) settings: Settings,
    pub(crate) rows: Rows<'a>,
    pub(crate) pace: Pace,
}

/// Plans a file for a new import.
pub(crate) async fn plan_file<S: Finder>(
    file: OpenFile<'_>,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    match file.pace.threads {
        Threads::Beside(_) => plan_ahead(file, storage),
        Threads::InTurn(_) => plan_new(read(file).map_err(Error::Source)?, storage).await,
    }
}

/// Plans a file while it is [read](super::ahead).
fn plan_ahead<S: Finder>(file: OpenFile<'_>, storage: &mut S) -> Result<Plan, Error<S::Error>> {
    let OpenFile { mut settings, rows, pace } = file;
    let scan = Scanner::new(&settings);
    let feed = Feed::new(rows, scan, pace.block_rows()).map_err(Error::Source)?;
    if pace.threads.count() < 2 && !feed.tells_formats() {
        let reading = feed.read_to_end(settings, pace).map_err(Error::Source)?;
        return now(plan_new(reading, storage));
    }
    let guess = feed.scan.formats(&settings);
    settings.adopt_formats(&guess);
    let mut settings = Arc::new(settings);
    let (planner, feed) = plan_feed(&settings, feed, pace, storage)?;
    let Feed { rows, scan, findings, .. } = feed;
    let formats = scan.formats(&settings);
    let (of_file, of_rows): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.row.is_none());
    let about = AboutFile::of(&rows, &scan, &settings, [&formats.findings[..], &of_file].concat());
    if formats.read_alike(&guess) {
        let mut plan = planner.finish(Vec::new(), pace.threads.count());
        about.note(&mut plan);
        return Ok(plan);
    }
    // Later rows contradict the formats that were guessed from the first block.
    let blocks = planner.into_blocks();
    let open = Arc::get_mut(&mut settings).expect("the planner has given its own back");
    open.adopt_formats(&formats);
    now(plan_new(Reading { settings, blocks, findings: of_rows, about, pace }, storage))
}

/// Plans all blocks of a feed, while the other threads read and draft those that come next. Returns the planner and the
/// feed, both after the last block.
fn plan_feed<'a, S: Finder>(
    settings: &Arc<Settings>,
    feed: Feed<'a>,
    pace: Pace,
    storage: &mut S,
) -> Result<(Planner, Feed<'a>), Error<S::Error>> {
    let threads = pace.threads.count();
    let mut planner = Planner::new(settings.clone(), pace.window_rows);
    planner.expect(feed.expected_rows(), RowNumbers::default(), Arc::new(Memory::default()));
    let ahead = ReadingAhead {
        settings,
        numbering: (threads > 1).then(|| planner.share_numbers()).flatten().map(Numbering::new),
        seed: planner.seed(),
        window_rows: pace.window_rows.max(1),
        feed: Mutex::new(feed),
        spare: Mutex::default(),
    };
    let mut planning = Planning::new(planner, storage, |_: Object, _: &str| false);
    ahead.draft_on(threads.saturating_sub(1), |drafted| {
        now(planning.plan_block(drafted.map_err(Error::Source)?))
    })?;
    let ReadingAhead { feed, numbering, .. } = ahead;
    // It has references to the blocks, which the planner may want to give back.
    drop(numbering);
    let feed = feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((planning.into_planner()?, feed))
}

/// Plans a file that has been read, for a new import.
pub(crate) async fn plan_new<S: Finder>(
    reading: Reading,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    plan_rest(reading, Interrupted::default(), storage, |_, _| false).await
}

/// Plans a file that was read, and of which an interrupted import has written a part. `is_hidden` tells the records
/// that the import has created: they are hidden from the plan, which then creates them anew, under the same tokens.
pub(crate) async fn plan_rest<S: Finder>(
    reading: Reading,
    interrupted: Interrupted,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let mut memory = Memory::default();
    memory.note_written(&interrupted);
    let rows = RowsToPlan {
        settings: reading.settings,
        blocks: reading.blocks,
        findings: reading.findings,
        numbers: RowNumbers::default(),
        interrupted,
        memory: Arc::new(memory),
        pace: reading.pace,
    };
    let mut plan = plan_rows(rows, storage, is_hidden).await?;
    reading.about.note(&mut plan);
    Ok(plan)
}

/// The rows of one plan: the whole file, or one window of a run.
pub(crate) struct RowsToPlan {
    pub(crate) settings: Arc<Settings>,
    /// Their rows are numbered from 1, even if they are not the first of the file.
    pub(crate) blocks: Vec<Block>,
    /// What was found while the blocks were read.
    pub(crate) findings: Vec<Finding>,
    /// Which rows of the file these are.
    pub(crate) numbers: RowNumbers,
    /// What earlier windows of the run have met.
    pub(crate) memory: Arc<Memory>,
    pub(crate) interrupted: Interrupted,
    pub(crate) pace: Pace,
}

/// Plans rows that have been read. Records that `is_hidden` tells are left out of the answers of storage.
pub(crate) async fn plan_rows<S: Finder>(
    rows: RowsToPlan,
    storage: &mut S,
    is_hidden: impl Fn(Object, &str) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let RowsToPlan { settings, blocks, findings, numbers, memory, interrupted, pace } = rows;
    let mut planner = Planner::new(settings.clone(), pace.window_rows);
    let seed = planner.seed();
    planner.expect(blocks.iter().map(Block::len).sum(), numbers, memory);
    planner.know_interrupted(interrupted);
    let mut planning = Planning::new(planner, storage, is_hidden);
    planning.findings = findings.into_iter().peekable();
    let drafting = |threads| Drafting {
        settings: &settings,
        seed: &seed,
        window_rows: pace.window_rows.max(1),
        threads,
    };
    let (mut blocks, count) = (blocks.into_iter(), pace.threads.count());
    match pace.threads {
        Threads::Beside(_) => {
            drafting(count)
                .draft_blocks(blocks.collect(), |drafted| now(planning.plan_read(drafted)))?;
        }
        Threads::InTurn(_) => {
            // This thread drafts nothing: it only waits for the others.
            let drafting = drafting(if count > 1 { count + 1 } else { 1 });
            while blocks.len() > 0 {
                let some = blocks.by_ref().take(count.max(1)).collect();
                for drafted in drafted(&drafting, some) {
                    planning.plan_read(drafted).await?;
                    let_others_run().await;
                }
            }
        }
    }
    // Findings that belong to no block, such as a limit that is met before the first row.
    let late: Vec<Finding> = planning.findings.by_ref().collect();
    Ok(planning.into_planner()?.finish(late, count))
}

/// Drafts some blocks, all of them before the first is planned.
fn drafted(drafting: &Drafting<'_>, blocks: Vec<Block>) -> Vec<Drafted> {
    let mut all = Vec::with_capacity(blocks.len());
    let Ok(()) = drafting.draft_blocks(blocks, |drafted| {
        all.push(drafted);
        Ok::<(), Infallible>(())
    });
    all
}

/// A planner together with the storage that answers its questions.
struct Planning<'s, S, H> {
    planner: Planner,
    storage: &'s mut S,
    found: Found,
    /// How storage broke its contract in its answers.
    faults: Vec<String>,
    /// Tells the records that are left out of the answers, because an interrupted import has created them.
    is_hidden: H,
    /// The findings from reading about rows that are still to come, in the order of the rows.
    findings: Peekable<vec::IntoIter<Finding>>,
}

impl<'s, S: Finder, H: Fn(Object, &str) -> bool> Planning<'s, S, H> {
    fn new(planner: Planner, storage: &'s mut S, is_hidden: H) -> Self {
        let findings = Vec::new().into_iter().peekable();
        let (found, faults) = (Found::default(), Vec::new());
        Planning { planner, storage, found, faults, is_hidden, findings }
    }

    /// Plans a block of a file that has been read. The findings about its rows are taken from those about the file.
    async fn plan_read(&mut self, mut drafted: Drafted) -> Result<(), Error<S::Error>> {
        let end = drafted.block.first_row().index() + drafted.block.len();
        let of_block = std::iter::from_fn(|| {
            self.findings.next_if(|finding| finding.row.is_none_or(|row| row.index() < end))
        });
        drafted.findings = of_block.collect();
        self.plan_block(drafted).await
    }

    /// Feeds a block to the planner, and answers its questions.
    async fn plan_block(&mut self, drafted: Drafted) -> Result<(), Error<S::Error>> {
        let Drafted { block, drafts, prepared, findings } = drafted;
        self.planner.note(findings);
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

    /// The planner, unless storage has broken its contract.
    fn into_planner(mut self) -> Result<Planner, Error<S::Error>> {
        self.faults.append(&mut self.planner.take_faults());
        match self.faults.is_empty() {
            true => Ok(self.planner),
            false => Err(Error::Adapter { faults: self.faults, done: None }),
        }
    }
}
