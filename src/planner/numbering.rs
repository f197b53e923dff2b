//! [`Numbering`]: the keys of one block after the other get their numbers, beside the planner.
//!
//! The numbers of keys are those of the file's order, whoever gives them. So a thread that has drafted a
//! block waits for those before it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::dedup::{KeyNumber, KeyNumbers, KeyPlace};
use crate::draft::Drafts;
use crate::source::Block;

/// See the [module](self).
pub(super) struct Numbering {
    numbers: Arc<Mutex<KeyNumbers>>,
    turns: Mutex<Turns>,
    /// A block more, or a thread less.
    changed: Condvar,
}

#[derive(Default)]
struct Turns {
    /// The blocks so far.
    blocks: Vec<Arc<Block>>,
    /// A thread has left its block behind.
    is_broken: bool,
}

impl Numbering {
    pub(super) fn new(numbers: Arc<Mutex<KeyNumbers>>) -> Self {
        Numbering { numbers, turns: Mutex::default(), changed: Condvar::new() }
    }

    /// The numbers of the keys of the block at this position, once it is its turn. `None`: it will never
    /// be, because a thread has panicked.
    pub(super) fn number_block(
        &self,
        position: usize,
        block: &Arc<Block>,
        drafts: &Drafts,
    ) -> Option<Vec<KeyNumber>> {
        let is_early = |turns: &mut Turns| !turns.is_broken && turns.blocks.len() < position;
        let turns = self.changed.wait_while(lock(&self.turns), is_early);
        let mut turns = turns.unwrap_or_else(PoisonError::into_inner);
        if turns.is_broken {
            return None;
        }
        turns.blocks.push(block.clone());
        let number = u32::try_from(position).expect("fewer than 2³² blocks");
        let keys = drafts.keys_of(&drafts.rows);
        let mut numbers = Vec::with_capacity(keys.len());
        let text_of = |place: KeyPlace| turns.blocks[place.block as usize].text(place.span);
        lock(&self.numbers).add_all(keys, number, text_of, &mut numbers);
        drop(turns);
        self.changed.notify_all();
        Some(numbers)
    }

    /// Lets nobody wait for a thread that panics while this is held.
    pub(super) fn watch(&self) -> Watch<'_> {
        Watch(self)
    }
}

/// See [`Numbering::watch`].
pub(super) struct Watch<'n>(&'n Numbering);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.turns).is_broken = true;
            self.0.changed.notify_all();
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
