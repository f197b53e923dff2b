//! [`Memo`]: what the cells of a column with few distinct ones came to.

/// The last few distinct cells and what they came to.
#[derive(Debug)]
pub(super) struct Memo<T> {
    known: Vec<(Box<[u8]>, T)>,
    oldest: usize,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo { known: Vec::new(), oldest: 0 }
    }
}

impl<T: Copy> Memo<T> {
    /// More words than a pipeline has stages.
    const WORDS: usize = 12;

    #[inline]
    pub(super) fn get(&self, cell: &[u8]) -> Option<T> {
        self.known.iter().find(|(known, _)| **known == *cell).map(|(_, value)| *value)
    }

    pub(super) fn put(&mut self, cell: &[u8], value: T) {
        // Long cells do not repeat.
        if cell.len() > 64 {
            return;
        }
        if self.known.len() < Self::WORDS {
            self.known.push((cell.into(), value));
            return;
        }
        self.known[self.oldest] = (cell.into(), value);
        self.oldest = (self.oldest + 1) % Self::WORDS;
    }
}
