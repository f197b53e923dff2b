//! Drafts the blocks of a file, on one thread or several.
//!
//! A block is drafted without looking at any other (behaviour L4), so it makes no difference which thread does
//! it. The blocks are planned in the order of the file.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use foldhash::fast::RandomState;

use super::Prepared;
use super::asking::questions;
use crate::draft::{Drafter, Drafts, Settings};
use crate::issue::Finding;
use crate::source::Block;

/// How many drafted blocks may wait for the planner, besides those that the threads are working on.
pub(super) const AHEAD: usize = 4;

/// A block, and everything about it that the planner needs.
pub(super) struct Drafted {
    pub(super) block: Arc<Block>,
    pub(super) drafts: Drafts,
    pub(super) prepared: Prepared,
    /// The findings from reading it.
    pub(super) findings: Vec<Finding>,
}

impl Drafted {
    fn new(block: Block, drafts: Drafts, prepared: Prepared) -> Self {
        Drafted { block: Arc::new(block), drafts, prepared, findings: Vec::new() }
    }
}

/// How blocks are drafted.
pub(super) struct Drafting<'s> {
    pub(super) settings: &'s Settings,
    /// What keys are hashed with.
    pub(super) seed: &'s RandomState,
    pub(super) window_rows: usize,
    pub(super) threads: usize,
}

impl Drafting<'_> {
    /// Drafts the blocks and hands them to `plan`, one after the other, without the findings from reading them. Other
    /// threads, if there are any, draft while `plan` works, and also prepare the questions of the windows. Stops at the
    /// first error of `plan`.
    pub(super) fn draft_blocks<E>(
        &self,
        blocks: Vec<Block>,
        mut plan: impl FnMut(Drafted) -> Result<(), E>,
    ) -> Result<(), E> {
        let workers = self.threads.saturating_sub(1).min(blocks.len());
        if workers == 0 {
            let mut drafter = Drafter::new(self.settings, self.seed.clone());
            return blocks.into_iter().try_for_each(|mut block| {
                let drafts = drafter.draft(&mut block);
                plan(Drafted::new(block, drafts, Prepared::default()))
            });
        }
        let count = blocks.len();
        // Block number n goes to worker n modulo workers, so that the order is known to both sides.
        let mut shares: Vec<Vec<Block>> = (0..workers).map(|_| Vec::new()).collect();
        for (number, block) in blocks.into_iter().enumerate() {
            shares[number % workers].push(block);
        }
        std::thread::scope(|scope| {
            let drafted: Vec<Receiver<Drafted>> = shares
                .into_iter()
                .map(|share| {
                    let (sender, receiver) = sync_channel(AHEAD);
                    scope.spawn(move || self.draft_share(share, &sender));
                    receiver
                })
                .collect();
            (0..count).try_for_each(|number| match drafted[number % workers].recv() {
                Ok(drafted) => plan(drafted),
                // A worker ends early only if it panics, and the scope hands that on.
                Err(_) => Ok(()),
            })
        })
    }

    fn draft_share(&self, share: Vec<Block>, sender: &SyncSender<Drafted>) {
        let mut drafter = Drafter::new(self.settings, self.seed.clone());
        for mut block in share {
            let drafts = drafter.draft(&mut block);
            let questions = questions(self.settings, &block, &drafts, self.window_rows);
            let prepared = Prepared { questions, ..Prepared::default() };
            // If planning has failed, nobody receives blocks any more.
            if sender.send(Drafted::new(block, drafts, prepared)).is_err() {
                return;
            }
        }
    }
}
