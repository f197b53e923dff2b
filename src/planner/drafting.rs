//! Drafts the blocks of a file, on one thread or several.
//!
//! A block is drafted without looking at any other (behaviour L4), so it makes no difference which thread does
//! it. The blocks are planned in the order of the file.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use foldhash::fast::RandomState;

use super::asking::questions;
use crate::draft::{Drafter, Drafts, Settings};
use crate::lookup::Question;
use crate::source::Block;

/// How many drafted blocks of a thread may wait for the planner.
const AHEAD: usize = 4;

/// A block with its drafts and the questions of its windows.
type Drafted = (Block, Drafts, Vec<Question>);

/// How blocks are drafted.
pub(super) struct Drafting<'s> {
    pub(super) settings: &'s Settings,
    /// What keys are hashed with.
    pub(super) seed: &'s RandomState,
    pub(super) window_rows: usize,
    pub(super) threads: usize,
}

impl Drafting<'_> {
    /// Drafts the blocks and hands them to `plan`, one after the other. If there are other threads, they draft
    /// while `plan` works, and also make the questions of the windows. Stops at the first error of `plan`.
    pub(super) fn draft_blocks<E>(
        &self,
        blocks: Vec<Block>,
        mut plan: impl FnMut(Block, Drafts, Vec<Question>) -> Result<(), E>,
    ) -> Result<(), E> {
        let workers = self.threads.saturating_sub(1).min(blocks.len());
        if workers == 0 {
            let mut drafter = Drafter::new(self.settings, self.seed.clone());
            return blocks.into_iter().try_for_each(|mut block| {
                let drafts = drafter.draft(&mut block);
                plan(block, drafts, Vec::new())
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
                Ok((block, drafts, asked)) => plan(block, drafts, asked),
                // A worker ends early only if it panics, and the scope hands that on.
                Err(_) => Ok(()),
            })
        })
    }

    fn draft_share(&self, share: Vec<Block>, sender: &SyncSender<Drafted>) {
        let mut drafter = Drafter::new(self.settings, self.seed.clone());
        for mut block in share {
            let drafts = drafter.draft(&mut block);
            let asked = questions(self.settings, &block, &drafts, self.window_rows);
            // Nobody listens any more once planning has failed.
            if sender.send((block, drafts, asked)).is_err() {
                return;
            }
        }
    }
}
