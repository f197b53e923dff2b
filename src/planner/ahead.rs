//! Planning a file while it is read: other threads read and draft the blocks that come next.
//!
//! How a column writes its dates and numbers is told by all of its rows (behaviour §9), and drafting
//! needs to know. So the first block stands for the others until the last one is read. Mostly it has
//! told the same as all of them; where it has not, the blocks are planned once more in the formats of the
//! whole file. So the plan is the same as if the file had been read to its end first.

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

use super::asking::questions;
use super::driver::{Answering, BLOCK_ROWS, Reading, Scanner, Told, plan};
use super::numbering::Numbering;
use super::{Planner, Prepared};
use crate::draft::{Drafter, Drafts, Settings};
use crate::error::Error;
use crate::issue::Finding;
use crate::lookup::Found;
use crate::object::Object;
use crate::plan::{Memory, Numbers, Plan, Settled};
use crate::source::{Block, Rows, SourceError};
use crate::storage::Storage;

/// How many drafted blocks the other threads are ahead at most, besides those at hand.
const AHEAD: usize = 4;

/// Plans a whole file on so many threads, this one among them. `again` says whether a failed question is
/// asked once more.
pub(crate) fn plan_ahead<S: Storage + ?Sized>(
    mut settings: Settings,
    rows: Rows<'_>,
    window_rows: usize,
    threads: usize,
    storage: &mut S,
    mut again: impl FnMut(&mut S, &S::Error, u32) -> bool,
) -> Result<Plan, Error<S::Error>> {
    let scan = Scanner::new(&settings);
    let feed = Feed::new(rows, scan, BLOCK_ROWS.max(window_rows)).map_err(Error::Source)?;
    let guess = feed.scan.formats(&settings);
    settings.settle(&guess);
    let mut settings = Arc::new(settings);
    let mut planner = Planner::new(settings.clone(), window_rows);
    planner.part_of(feed.expected_rows(), Numbers::default(), Arc::new(Memory::default()));
    let mut answers = Answering {
        storage,
        found: Found::default(),
        faults: Vec::new(),
        is_hidden: |_: Object, _: &str| false,
    };
    let ahead = ReadingAhead {
        settings: &settings,
        numbering: planner.share_numbers().map(Numbering::new),
        seed: planner.seed(),
        window_rows: window_rows.max(1),
        feed: Mutex::new(feed),
    };
    ahead.draft_on(threads.max(2) - 1, |drafted| {
        let Drafted { block, drafts, prepared, findings } = drafted.map_err(Error::Source)?;
        planner.note(findings);
        answers.plan_block(&mut planner, block, drafts, prepared, &mut again)
    })?;
    let ReadingAhead { feed, numbering, .. } = ahead;
    // It shares the blocks.
    drop(numbering);
    let Feed { rows, scan, findings, .. } =
        feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let formats = scan.formats(&settings);
    let (of_file, of_rows): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.row.is_none());
    answers.check(&mut planner)?;
    if formats.are(&guess) {
        let told = Told::of(&rows, &scan, &settings, [formats.findings, of_file].concat());
        let mut plan = planner.finish(Vec::new(), Vec::new());
        told.note(&mut plan);
        return Ok(plan);
    }
    let blocks = planner.into_blocks();
    let open = Arc::get_mut(&mut settings).expect("the planner has given its own back");
    open.settle(&formats);
    let told = Told::of(&rows, &scan, &settings, [formats.findings, of_file].concat());
    let reading = Reading { settings, blocks, findings: of_rows, told, threads };
    plan(reading, window_rows, Settled::default(), answers.storage, |_, _| false, again)
}

/// The blocks of a file in their order, and what was seen of those so far.
struct Feed<'a> {
    rows: Rows<'a>,
    scan: Scanner,
    block_rows: usize,
    /// The first block, until it is taken, with what was found in it.
    first: Option<(Block, Vec<Finding>)>,
    /// How many blocks were taken.
    taken: usize,
    is_end: bool,
    /// Everything that was found.
    findings: Vec<Finding>,
}

impl<'a> Feed<'a> {
    /// Reads the first block.
    fn new(rows: Rows<'a>, scan: Scanner, block_rows: usize) -> Result<Self, SourceError> {
        let findings = Vec::new();
        let mut feed =
            Feed { rows, scan, block_rows, first: None, taken: 0, is_end: false, findings };
        feed.first = feed.read()?;
        Ok(feed)
    }

    /// How many rows there will be, as far as the first block tells.
    fn expected_rows(&self) -> usize {
        let Some((block, _)) = &self.first else { return 0 };
        let (read, total) = (self.rows.bytes_read().max(1), self.rows.total_bytes().unwrap_or(0));
        let share = total.max(read) as f64 / read as f64;
        (block.len() as f64 * share) as usize
    }

    /// The next block with its number.
    fn take(&mut self) -> Result<Option<(usize, Block, Vec<Finding>)>, SourceError> {
        let next = match self.first.take() {
            Some(first) => Some(first),
            None => self.read()?,
        };
        let number = self.taken;
        self.taken += usize::from(next.is_some());
        Ok(next.map(|(block, findings)| (number, block, findings)))
    }

    fn read(&mut self) -> Result<Option<(Block, Vec<Finding>)>, SourceError> {
        if self.is_end {
            return Ok(None);
        }
        let (mut block, mut findings) = (Block::new(), Vec::new());
        // An error is the end, too.
        self.is_end = true;
        let has_rows = self.rows.read_block(&mut block, self.block_rows, &mut findings)?;
        self.is_end = !has_rows;
        self.scan.observe(&block);
        self.findings.extend(findings.iter().cloned());
        findings.retain(|finding| finding.row.is_some());
        Ok(has_rows.then_some((block, findings)))
    }
}

/// A block with everything that the planner needs of it.
struct Drafted {
    block: Arc<Block>,
    drafts: Drafts,
    prepared: Prepared,
    /// What was found while it was read.
    findings: Vec<Finding>,
}

/// How blocks are read and drafted.
struct ReadingAhead<'s, 'a> {
    settings: &'s Settings,
    /// `None`: the planner numbers the keys.
    numbering: Option<Numbering>,
    /// What keys are hashed with.
    seed: RandomState,
    window_rows: usize,
    feed: Mutex<Feed<'a>>,
}

impl ReadingAhead<'_, '_> {
    /// Reads and drafts on so many threads, and hands the blocks to `plan` in the order of the file. Stops
    /// at the first error.
    fn draft_on<E>(
        &self,
        threads: usize,
        mut plan: impl FnMut(Result<Drafted, SourceError>) -> Result<(), E>,
    ) -> Result<(), E> {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(AHEAD);
            for _ in 0..threads {
                let sender = sender.clone();
                scope.spawn(move || self.draft(&sender));
            }
            drop(sender);
            // Those that another thread was quicker with.
            let mut early = BTreeMap::new();
            let mut next = 0;
            for (number, drafted) in receiver {
                self.numbering.iter().for_each(|of| of.set_busy(true));
                early.insert(number, drafted);
                while let Some(mut drafted) = early.remove(&next) {
                    self.number(next, &mut drafted);
                    plan(drafted)?;
                    next += 1;
                }
                self.numbering.iter().for_each(|of| of.set_busy(false));
            }
            Ok(())
        })
    }

    /// Numbers the keys of a block that is taken, unless that is done.
    fn number(&self, position: usize, drafted: &mut Result<Drafted, SourceError>) {
        let (Some(of), Ok(Drafted { block, drafts, prepared, .. })) = (&self.numbering, drafted)
        else {
            return;
        };
        if prepared.numbers.is_none() {
            prepared.numbers = of.number(position, block, drafts);
        }
    }

    fn draft(&self, sender: &SyncSender<(usize, Result<Drafted, SourceError>)>) {
        let mut drafter = Drafter::new(self.settings, self.seed.clone());
        loop {
            let (number, taken) = {
                let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
                (feed.taken, feed.take())
            };
            let drafted = match taken {
                Ok(None) => return,
                Err(error) => (number, Err(error)),
                Ok(Some((number, mut block, findings))) => {
                    let drafts = drafter.draft(&mut block);
                    let questions = questions(self.settings, &block, &drafts, self.window_rows);
                    let block = Arc::new(block);
                    let numbers = self
                        .numbering
                        .as_ref()
                        .and_then(|of| of.number_early(number, &block, &drafts));
                    let prepared = Prepared { questions, numbers };
                    (number, Ok(Drafted { block, drafts, prepared, findings }))
                }
            };
            // The other side hangs up when planning has failed.
            if sender.send(drafted).is_err() {
                return;
            }
        }
    }
}
