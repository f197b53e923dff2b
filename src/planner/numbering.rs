//! [`Numbering`]: gives keys their numbers, block by block, on several threads.
//!
//! Keys are numbered in the order of the file, whichever thread does it. A thread that has drafted a block also numbers
//! its keys, if the blocks before it are numbered and the planner is busy. If the planner is waiting for the block, it
//! numbers the keys itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::dedup::{KeyNumber, KeyNumbers, KeyPlace};
use crate::draft::Drafts;
use crate::lock::lock;
use crate::source::Block;

/// See the [module](self).
pub(super) struct Numbering {
    numbers: Arc<Mutex<KeyNumbers>>,
    /// The blocks whose keys have been numbered.
    blocks: Mutex<Vec<Arc<Block>>>,
    /// Whether the planner is at work, and not waiting for a block.
    is_busy: AtomicBool,
}

impl Numbering {
    pub(super) fn new(numbers: Arc<Mutex<KeyNumbers>>) -> Self {
        Numbering { numbers, blocks: Mutex::default(), is_busy: AtomicBool::new(false) }
    }

    /// Says whether the planner is at work, or waiting for a block.
    pub(super) fn set_busy(&self, is_busy: bool) {
        self.is_busy.store(is_busy, Ordering::Relaxed);
    }

    /// Numbers the keys of the block at this position, if it is its turn and the planner is busy.
    pub(super) fn number_early(
        &self,
        position: usize,
        block: &Arc<Block>,
        drafts: &Drafts,
    ) -> Option<Vec<KeyNumber>> {
        let is_busy = self.is_busy.load(Ordering::Relaxed);
        is_busy.then(|| self.number(position, block, drafts)).flatten()
    }

    /// Numbers the keys of the block at this position, if it is its turn.
    pub(super) fn number(
        &self,
        position: usize,
        block: &Arc<Block>,
        drafts: &Drafts,
    ) -> Option<Vec<KeyNumber>> {
        let mut blocks = lock(&self.blocks);
        if blocks.len() != position {
            return None;
        }
        blocks.push(block.clone());
        let number = u32::try_from(position).expect("fewer than 2³² blocks");
        let keys = drafts.all_keys();
        let mut numbers = Vec::with_capacity(keys.len());
        let text_of = |place: KeyPlace| blocks[place.block as usize].text(place.span);
        lock(&self.numbers).add_all(keys, number, text_of, &mut numbers);
        Some(numbers)
    }
}
