//! [`Dice`]: seeded random numbers for tests, such as those that compare a short cut with the long way. A case that fails can
//! be repeated by its seed.

/// See the [module](self).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// The next number of the splitmix64 sequence, below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % count
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A text of fewer than `below` of these parts.
    pub(crate) fn text(&mut self, below: usize, parts: &[&str]) -> String {
        (0..self.below(below)).map(|_| self.one_of(parts)).collect()
    }
}
