//! [`NumberTable`]: a hash table that finds numbers by a tag, with a single access to memory for most searches.
//!
//! For a large file the table is far larger than the processor's cache, and the place of a tag in it may be anywhere.
//! So a slot holds the tag together with the number: a search sees at once whether it has met its tag, and a new number
//! is written where the search for it has ended. The place of a tag is proportional to its value or, if that slot is
//! taken, the next one that is free:
//!
//! ```text
//! slots    0        1        2        3        4
//! tags     0x10..   0x3a..   0x3b..            0xd2..
//!                   ^ 0x3b.. would be here, but 0x3a.. was first
//! ```
//!
//! So tags are nearly in order, and when the table grows, both the old and the new one are passed through from one end
//! to the other.

/// Numbers that are found by a tag. Several may have the same tag.
#[derive(Debug, Default)]
pub(crate) struct NumberTable {
    /// Each has the tag in its upper half, and the number plus one in its lower half. So an empty table is all
    /// zeros, which is memory that nobody has to write.
    slots: Vec<u64>,
    /// For how many more numbers there is room.
    room: usize,
}

/// A free slot. No number looks like that, because one is added to each.
const EMPTY: u64 = 0;

/// The search for the first number with a tag.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Search {
    tag: u32,
    /// The slot that the search has come to; valid as long as the table does not grow.
    at: u32,
    /// What is in that slot.
    slot: u64,
}

impl Search {
    /// A search that has not begun.
    pub(crate) fn of(tag: u32) -> Self {
        Search { tag, ..Search::default() }
    }

    /// The number that was found. The search must have ended.
    pub(crate) fn number(self) -> Option<u32> {
        (self.slot != EMPTY).then(|| number_of(self.slot))
    }

    pub(crate) fn tag(self) -> u32 {
        self.tag
    }

    /// Whether the search has ended: at its tag, or at a free slot, because the tag does not come after one.
    fn has_ended(self) -> bool {
        (self.slot == EMPTY) | (tag_of(self.slot) == self.tag)
    }
}

impl NumberTable {
    /// Begins a search by reading the first slot, which is in the processor's cache afterwards.
    #[inline]
    pub(crate) fn begin(&self, search: Search) -> Search {
        let at = self.home(search.tag);
        Search { at: at as u32, slot: self.slots.get(at).copied().unwrap_or(EMPTY), ..search }
    }

    /// Follows a search to its end. The processor cannot predict which searches go on from their first slot to the
    /// second, so that step takes no branch. Few searches go farther.
    pub(crate) fn follow(&self, search: Search) -> Search {
        let at = search.at + u32::from(!search.has_ended());
        let slot = self.slots.get(at as usize).copied().unwrap_or(EMPTY);
        let search = Search { at, slot, ..search };
        let is_inside = (at as usize) < self.slots.len();
        if is_inside & search.has_ended() { search } else { self.follow_far(search.tag) }
    }

    fn follow_far(&self, tag: u32) -> Search {
        let (Ok(at) | Err(at)) = self.position(tag, |_| true);
        Search { tag, at: at as u32, slot: self.slots.get(at).copied().unwrap_or(EMPTY) }
    }

    /// Adds a number where a search has ended without finding one. False if the slot was taken since then.
    pub(crate) fn insert(&mut self, search: Search, number: u32) -> bool {
        let place = &mut self.slots[search.at as usize];
        let is_free = *place == EMPTY;
        if is_free {
            *place = slot(search.tag, number);
            self.room -= 1;
        }
        is_free
    }

    /// The first number with this tag for which `is_it` is true.
    pub(crate) fn find(&self, tag: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let at = self.position(tag, is_it).ok()?;
        Some(number_of(self.slots[at]))
    }

    /// Returns the number with this tag for which `is_it` is true. If there is none, adds the given one.
    #[inline]
    pub(crate) fn find_or_insert(
        &mut self,
        tag: u32,
        number: u32,
        is_it: impl Fn(u32) -> bool,
    ) -> u32 {
        self.reserve(1);
        match self.position(tag, is_it) {
            Ok(at) => number_of(self.slots[at]),
            Err(at) => {
                self.slots[at] = slot(tag, number);
                self.room -= 1;
                number
            }
        }
    }

    /// Makes room for so many more numbers.
    #[inline]
    pub(crate) fn reserve(&mut self, more: usize) {
        if more > self.room {
            self.grow(more);
        }
    }

    /// How many numbers there may be at most: a quarter of the slots stays free, so that searches are short.
    fn most(&self) -> usize {
        self.slots.len() / 4 * 3
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let len = self.most() - self.room;
        let size =
            (len.saturating_add(more).saturating_mul(3) / 2).max(2 * self.slots.len()).max(64);
        let size = size.min(u32::MAX as usize);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for slot in old.into_iter().filter(|&slot| slot != EMPTY) {
            let free = self.position(tag_of(slot), |_| false);
            let (Ok(at) | Err(at)) = free;
            self.slots[at] = slot;
        }
        self.room = self.most() - len;
    }

    /// The slot of the first number with this tag for which `is_it` is true, or else the free slot where such a
    /// number belongs.
    fn position(&self, tag: u32, is_it: impl Fn(u32) -> bool) -> Result<usize, usize> {
        let mut at = self.home(tag);
        loop {
            match self.slots.get(at) {
                Some(&EMPTY) => return Err(at),
                Some(&slot) if tag_of(slot) == tag && is_it(number_of(slot)) => return Ok(at),
                Some(_) => at += 1,
                None if self.slots.is_empty() => return Err(0),
                None => at = 0,
            }
        }
    }

    /// The slot at which the search for a tag begins.
    fn home(&self, tag: u32) -> usize {
        ((u64::from(tag) * self.slots.len() as u64) >> 32) as usize
    }
}

fn tag_of(slot: u64) -> u32 {
    (slot >> 32) as u32
}

fn number_of(slot: u64) -> u32 {
    (slot as u32).wrapping_sub(1)
}

/// A slot with this tag and number. No number is 2³² - 1.
fn slot(tag: u32, number: u32) -> u64 {
    (u64::from(tag) << 32) | (u64::from(number) + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Tags that lie close together share their places, at both ends of the table too.
        #[test]
        fn every_number_is_found_among_those_of_its_tag(
            asked in prop::collection::vec((any::<bool>(), 0_u32..40, 0_u32..5), 0..2_000),
        ) {
            let mut table = NumberTable::default();
            let mut names = Vec::new();
            let mut expected = BTreeMap::new();
            for (is_high, tag, name) in asked {
                let tag = if is_high { u32::MAX - tag } else { tag };
                table.reserve(1);
                let search = table.follow(table.begin(Search::of(tag)));
                let likely = search.number();
                let mut of_tag = expected.range((tag, 0)..=(tag, u32::MAX)).map(|(_, &number)| number);
                match likely {
                    Some(number) => prop_assert!(of_tag.any(|other| other == number)),
                    None => prop_assert_eq!(of_tag.next(), None),
                }
                let next = names.len() as u32;
                let is_it = |number: u32| names[number as usize] == name;
                let known = expected.get(&(tag, name)).copied();
                prop_assert_eq!(table.find(tag, is_it), known);
                // Where a search met nothing there is room, until somebody takes it.
                let is_tried = likely.is_none() && next.is_multiple_of(2);
                let is_put = is_tried && table.insert(search, next);
                prop_assert!(is_put == is_tried && (!is_put || !table.insert(search, next)));
                let number = if is_put { next } else { table.find_or_insert(tag, next, is_it) };
                prop_assert_eq!(number, known.unwrap_or(next));
                if number == next {
                    names.push(name);
                    expected.insert((tag, name), next);
                }
            }
        }

        #[test]
        fn whatever_is_put_in_stays(tags in prop::collection::vec(any::<u32>(), 0..5_000)) {
            let mut table = NumberTable::default();
            for (number, &tag) in (0..).zip(&tags) {
                table.find_or_insert(tag, number, |_| false);
            }
            for (number, &tag) in (0..).zip(&tags) {
                prop_assert_eq!(table.find(tag, |found| found == number), Some(number));
            }
        }
    }
}
