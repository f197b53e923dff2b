//! Planning a file while it is read: each block while it is still at hand, or while other threads read
//! and draft those that come next.
//!
//! How a column writes its dates and numbers is told by all of its rows (behaviour §9), and drafting
//! needs to know. So the first block stands for the others until the last one is read. Mostly it has
//! told the same as all of them; where it has not, the blocks are planned once more in the formats of the
//! whole file. So the plan is the same as if the file had been read to its end first.
//!
//! Planning twice would cost a single thread more than it can win: on one, the file is read to its end
//! first unless the first block tells the format of every column.

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::Prepared;
use super::asking::questions;
use super::feed::Feed;
use super::numbering::Numbering;
use super::opportunities::Standings;
use crate::draft::{Drafter, Drafts, Settings};
use crate::issue::Finding;
use crate::source::{Block, SourceError};

/// How many drafted blocks the other threads are ahead at most, besides those at hand.
const AHEAD: usize = 4;

/// A block with everything that the planner needs of it.
pub(super) struct Drafted {
    pub(super) block: Arc<Block>,
    pub(super) drafts: Drafts,
    pub(super) prepared: Prepared,
    /// What was found while it was read.
    pub(super) findings: Vec<Finding>,
}

/// How blocks are read and drafted.
pub(super) struct ReadingAhead<'s, 'a> {
    pub(super) settings: &'s Settings,
    /// `None`: the planner numbers the keys.
    pub(super) numbering: Option<Numbering>,
    /// What keys are hashed with.
    pub(super) seed: RandomState,
    pub(super) window_rows: usize,
    pub(super) feed: Mutex<Feed<'a>>,
    /// Empty blocks, made by the thread that plans. What a plan keeps is then of one thread's memory, and the
    /// allocator has it at hand when the program imports again; of another thread's it gives most back.
    pub(super) spare: Mutex<Vec<Block>>,
}

impl<'a> ReadingAhead<'_, 'a> {
    /// Reads and drafts on so many other threads, or on this one, and hands the blocks to `plan` in the
    /// order of the file. Stops at the first error.
    pub(super) fn draft_on<E>(
        &self,
        threads: usize,
        mut plan: impl FnMut(Result<Drafted, SourceError>) -> Result<(), E>,
    ) -> Result<(), E> {
        if threads == 0 {
            return self.draft_here(plan);
        }
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
                drafted.iter().for_each(|of| self.spare().push(of.block.empty_like()));
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

    /// Reads and drafts a block only when the one before is planned.
    fn draft_here<E>(
        &self,
        mut plan: impl FnMut(Result<Drafted, SourceError>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut drafter = Drafter::new(self.settings, self.seed.clone());
        while let Some(taken) = self.feed().take(Block::new()).transpose() {
            plan(taken.map(|(_, mut block, findings)| {
                let drafts = drafter.draft(&mut block);
                let (block, prepared) = (Arc::new(block), Prepared::default());
                Drafted { block, drafts, prepared, findings }
            }))?;
        }
        Ok(())
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

    fn feed(&self) -> MutexGuard<'_, Feed<'a>> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Block>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draft(&self, sender: &SyncSender<(usize, Result<Drafted, SourceError>)>) {
        let mut drafter = Drafter::new(self.settings, self.seed.clone());
        let mut standings = Standings::default();
        loop {
            let (number, taken) = {
                let empty = self.spare().pop().unwrap_or_default();
                let mut feed = self.feed();
                (feed.taken, feed.take(empty))
            };
            let drafted = match taken {
                Ok(None) => return,
                Err(error) => (number, Err(error)),
                Ok(Some((number, mut block, findings))) => {
                    let drafts = drafter.draft(&mut block);
                    let questions = questions(self.settings, &block, &drafts, self.window_rows);
                    let standings = Some(standings.of_block(self.settings, &block, &drafts));
                    let block = Arc::new(block);
                    let numbers = self
                        .numbering
                        .as_ref()
                        .and_then(|of| of.number_early(number, &block, &drafts));
                    let prepared = Prepared { questions, numbers, standings };
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
