//! Drafting a file's blocks, in their order, on one thread or several.
//!
//! A block is drafted without looking at any other (behaviour L4), so which thread does it cannot
//! show. The blocks come back in the order of the file.

use std::sync::mpsc::{Receiver, sync_channel};

use foldhash::fast::RandomState;

use super::asking::questions;
use crate::draft::{Drafter, Drafts, Settings};
use crate::lookup::Question;
use crate::source::Block;

/// How many drafted blocks a thread is ahead at most.
const AHEAD: usize = 4;

/// How blocks are drafted.
pub(super) struct Drafting<'s> {
    pub(super) settings: &'s Settings,
    /// What keys are hashed with.
    pub(super) seed: &'s RandomState,
    pub(super) window_rows: usize,
    pub(super) threads: usize,
}

impl Drafting<'_> {
    /// Drafts the blocks and hands them to `plan`, one after the other; with more than one thread the
    /// drafting goes on while `plan` works, and the questions of the windows are made too. Stops at the
    /// first error of `plan`.
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
            let drafted: Vec<Receiver<(Block, Drafts, Vec<Question>)>> = shares
                .into_iter()
                .map(|share| {
                    let (sender, receiver) = sync_channel(AHEAD);
                    scope.spawn(move || {
                        let mut drafter = Drafter::new(self.settings, self.seed.clone());
                        for mut block in share {
                            let drafts = drafter.draft(&mut block);
                            let asked = questions(self.settings, &block, &drafts, self.window_rows);
                            // The other side hangs up when planning has failed.
                            if sender.send((block, drafts, asked)).is_err() {
                                return;
                            }
                        }
                    });
                    receiver
                })
                .collect();
            (0..count).try_for_each(|number| match drafted[number % workers].recv() {
                Ok((block, drafts, asked)) => plan(block, drafts, asked),
                // A worker ends early only by a panic, which the scope hands on.
                Err(_) => Ok(()),
            })
        })
    }
}
