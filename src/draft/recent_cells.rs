//! [`RecentCells`]: remembers what was made of cells, for a column in which few distinct ones recur.

/// The last few distinct cells, and what was made of each.
#[derive(Debug)]
pub(super) struct RecentCells<T> {
    known: Vec<(Word, T)>,
    oldest: usize,
}

/// A short text in full, in a form that is quickly compared: its length, its first bytes and its last, which
/// may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    len: usize,
    first: u64,
    last: u64,
}

impl<T> Default for RecentCells<T> {
    fn default() -> Self {
        RecentCells { known: Vec::new(), oldest: 0 }
    }
}

impl<T: Copy> RecentCells<T> {
    /// More words than most pipelines have stages.
    const WORDS: usize = 12;

    #[inline]
    pub(super) fn get(&self, cell: &[u8]) -> Option<T> {
        let word = Word::of(cell)?;
        self.known.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    pub(super) fn put(&mut self, cell: &[u8], value: T) {
        // Long cells hardly ever recur.
        let Some(word) = Word::of(cell) else { return };
        if self.known.len() < Self::WORDS {
            self.known.push((word, value));
            return;
        }
        self.known[self.oldest] = (word, value);
        self.oldest = (self.oldest + 1) % Self::WORDS;
    }
}

impl Word {
    /// `None` if the cell has more than sixteen bytes.
    #[inline]
    fn of(cell: &[u8]) -> Option<Self> {
        let (first, last) = match (cell.first_chunk(), cell.last_chunk()) {
            (Some(first), Some(last)) if cell.len() <= 16 => {
                (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
            }
            (Some(_), _) => return None,
            _ => match (cell.first_chunk(), cell.last_chunk(), cell) {
                (Some(first), Some(last), _) => {
                    (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
                }
                (_, _, [first, .., last]) => {
                    ((*first).into(), u64::from(cell[1]) << 8 | u64::from(*last))
                }
                _ => (cell.first().copied().unwrap_or(0).into(), 0),
            },
        };
        Some(Word { len: cell.len(), first, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cells_are_one_word_only_if_they_are_equal() {
        let mut cells: Vec<Vec<u8>> = vec![Vec::new()];
        for len in 1..=18 {
            cells.push(vec![b'a'; len]);
            for at in 0..len {
                for byte in [b'b', 0, 0xff] {
                    let mut cell = vec![b'a'; len];
                    cell[at] = byte;
                    cells.push(cell);
                }
            }
        }
        for (a, b) in cells.iter().flat_map(|a| cells.iter().map(move |b| (a, b))) {
            match (Word::of(a), Word::of(b)) {
                (Some(x), Some(y)) => assert_eq!(x == y, a == b, "{a:?} {b:?}"),
                _ => assert!(a.len() > 16 || b.len() > 16),
            }
        }
    }
}
