//! Plans a file while it is read: each block as soon as it has been read, while other threads read and draft the blocks
//! that come next.
//!
//! Drafting has to know how each column writes its dates and numbers, but only all rows together show that (behaviour
//! §9). So the formats are guessed from the first block. Usually the rest of the file confirms the guess. If it does
//! not, the blocks are planned once more in the formats of the whole file. So the plan is the same as if the file had
//! been read to its end first.
//!
//! A single thread gains little by planning early, and would lose more by planning twice. Unless the first block shows
//! the format of every column, it reads the file to its end first.

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};

use foldhash::fast::RandomState;

use super::Prepared;
use super::asking::questions;
use super::drafting::{AHEAD, Drafted};
use super::feed::{Feed, Taken};
use super::numbering::Numbering;
use super::opportunities::Standings;
use crate::draft::{Drafter, Settings};
use crate::lock::lock;
use crate::source::{Block, SourceError};

/// How blocks are read and drafted.
pub(super) struct ReadingAhead<'s, 'a> {
    pub(super) settings: &'s Settings,
    /// `None` if the planner numbers the keys itself.
    pub(super) numbering: Option<Numbering>,
    /// What keys are hashed with.
    pub(super) seed: RandomState,
    pub(super) window_rows: usize,
    pub(super) feed: Mutex<Feed<'a>>,
    /// Empty blocks, made by the thread that plans. So everything that a plan keeps is allocated by that one thread,
    /// and the allocator can use it again for the next import of the program. Memory of a thread that has ended goes
    /// back to the system.
    pub(super) spare: Mutex<Vec<Block>>,
}

impl<'a> ReadingAhead<'_, 'a> {
    /// Reads and drafts on this many other threads, or on this one if there are none, and hands the blocks to `plan` in
    /// the order of the file. Stops at the first error.
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
            // Blocks that were drafted before it is their turn.
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

    /// Reads, drafts and plans the blocks one after the other on this thread.
    fn draft_here<E>(
        &self,
        mut plan: impl FnMut(Result<Drafted, SourceError>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut drafter = Drafter::scanning(self.settings, self.seed.clone());
        while let Some(taken) = self.feed().take(Block::new()).transpose() {
            plan(taken.map(|Taken { mut block, findings, .. }| {
                let drafts = drafter.draft(&mut block);
                let (block, prepared) = (Arc::new(block), Prepared::default());
                Drafted { block, drafts, prepared, findings }
            }))?;
        }
        self.take_formats(drafter);
        Ok(())
    }

    /// Adds what a drafter has seen of formats.
    fn take_formats(&self, drafter: Drafter<'_>) {
        if let Some(formats) = drafter.into_formats() {
            self.feed().scan.merge_formats(&formats);
        }
    }

    /// Numbers the keys of the block that is planned next, unless a thread has done so.
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
        lock(&self.feed)
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Block>> {
        lock(&self.spare)
    }

    fn draft(&self, sender: &SyncSender<(usize, Result<Drafted, SourceError>)>) {
        let mut drafter = Drafter::scanning(self.settings, self.seed.clone());
        let mut standings = Standings::default();
        loop {
            let (number, taken) = {
                let empty = self.spare().pop().unwrap_or_default();
                let mut feed = self.feed();
                (feed.taken, feed.take(empty))
            };
            let drafted = match taken {
                Ok(None) => return self.take_formats(drafter),
                Err(error) => (number, Err(error)),
                Ok(Some(Taken { number, mut block, findings })) => {
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
            // If planning has failed, nobody receives blocks any more.
            if sender.send(drafted).is_err() {
                return;
            }
        }
    }
}
