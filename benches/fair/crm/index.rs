//! [`HashIndex`]: the numbers of the stored records by the hash of one of their keys.

/// So many numbers have one home, half a line of the processor's cache. Most keys that are not stored are
/// known to be none after one look at it, and without a branch that could be guessed wrong.
const SLOTS: usize = 6;
/// So many of them are taken, on average.
const TAKEN: usize = 2;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct HashIndex {
    homes: Vec<Home>,
}

/// Filled from the first slot on; what finds no room goes to the next home.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
pub(super) struct Home {
    /// A byte of each hash; 0 where a slot is free.
    tags: u64,
    numbers: [u32; SLOTS],
}

impl HashIndex {
    /// The records are numbered as their hashes come.
    pub(super) fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut index = HashIndex { homes: vec![Home::default(); hashes.len() / TAKEN + 1] };
        for (hash, number) in hashes.zip(0..) {
            let mut at = index.position(hash);
            while index.homes[at].is_full() {
                at = (at + 1) % index.homes.len();
            }
            index.homes[at].add(hash, number);
        }
        index
    }

    /// Where the number of a record is, if it has this hash.
    pub(super) fn home(&self, hash: u64) -> Home {
        self.homes[self.position(hash)]
    }

    /// The number of the record with this hash that `is_it`.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.position(hash);
        loop {
            let home = &self.homes[at];
            let alike = home.alike(hash).to_le_bytes();
            let mut numbers = home.numbers.iter().zip(alike).filter(|(_, alike)| *alike != 0);
            let number = numbers.find(|(number, _)| is_it(**number));
            if number.is_some() || !home.is_full() {
                return number.map(|(number, _)| *number);
            }
            at = (at + 1) % self.homes.len();
        }
    }

    /// Where the search for a hash begins.
    fn position(&self, hash: u64) -> usize {
        (((hash >> 32) * self.homes.len() as u64) >> 32) as usize
    }
}

impl Home {
    fn add(&mut self, hash: u64, number: u32) {
        let free = 8 - self.tags.leading_zeros() / 8;
        self.tags |= tag_of(hash) << (8 * free);
        self.numbers[free as usize] = number;
    }

    /// Can there be a record with this hash? If so, which one it is most likely.
    #[inline]
    pub(super) fn likely(&self, hash: u64) -> (bool, u32) {
        let alike = self.alike(hash);
        let number = self.numbers[(alike.trailing_zeros() as usize / 8).min(SLOTS - 1)];
        ((alike != 0) | self.is_full(), number)
    }

    /// The slots that a hash may be in, each by the highest bit of its byte: it is in the lowest of them;
    /// a higher one may be another by a borrow.
    fn alike(&self, hash: u64) -> u64 {
        const ONES: u64 = u64::MAX / 0xff;
        let differing = self.tags ^ (tag_of(hash) * ONES);
        differing.wrapping_sub(ONES) & !differing & (ONES << 7)
    }

    fn is_full(&self) -> bool {
        self.tags >> (8 * (SLOTS - 1)) != 0
    }
}

/// None is 0.
fn tag_of(hash: u64) -> u64 {
    (hash & 0xff).max(1)
}
