//! [`KeyNumbers`]: gives each distinct key of the file a number, in the order in which rows offer them.
//!
//! Keys with equal hashes are not taken to be the same: on every hit their texts are compared (the hash of a phone *is*
//! its number). So no collision can merge two people. Nothing iterates in the order of hashes, so the seed is never
//! visible.

use std::hash::BuildHasher;
use std::hint::black_box;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::draft::{Key, KeyKind, KeyText, key_hash};
use crate::lookup::{NumberTable, Search};
use crate::source::TextSpan;
use crate::value::Phone;

/// The number of a distinct key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyNumber(pub(super) u32);

/// Where the text of a key is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyPlace {
    pub(crate) block: u32,
    pub(crate) span: TextSpan,
}

/// A distinct key, in sixteen bytes. Keys are read in random order and each read waits for memory, so they have to be
/// small.
///
/// An entry has two words, each of which is written as a whole. If it were written in smaller pieces and read as a
/// whole, the read would have to wait until the pieces have reached the cache.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// For a text, its block and its start in the block; for a phone, the packed number.
    word: u64,
    /// From the lowest bit on: the length of the text, the kind, and [`PHONE`](Self::PHONE).
    rest: u64,
}

impl Entry {
    const PHONE: u64 = 1 << 62;
    /// An entry that no key equals.
    const NONE: Entry = Entry { word: u64::MAX, rest: u64::MAX };

    fn of(key: &Key, block: u32) -> Self {
        let kind = kind_of(key);
        match key.text {
            KeyText::Span(span) => Entry::text(kind, KeyPlace { block, span }),
            KeyText::Phone => Entry { word: key.hash, rest: code(kind) << 32 | Entry::PHONE },
        }
    }

    fn text(kind: KeyKind, place: KeyPlace) -> Self {
        let (start, len) = place.span.parts();
        let word = u64::from(place.block) << 32 | u64::from(start);
        Entry { word, rest: code(kind) << 32 | u64::from(len) }
    }

    fn is_phone(self) -> bool {
        self.rest & Entry::PHONE != 0
    }

    /// The kind as a number.
    fn code(self) -> u64 {
        self.rest >> 32 & u64::from(u16::MAX)
    }

    fn kind(self) -> KeyKind {
        match self.code() {
            0 => KeyKind::ContactId,
            1 => KeyKind::ContactLink,
            2 => KeyKind::OpportunityId,
            rule => KeyKind::Rule((rule - RULES) as u8),
        }
    }

    /// Where the text is.
    fn place(self) -> KeyPlace {
        let span = TextSpan::of_parts(self.word as u32, self.rest as u32);
        KeyPlace { block: (self.word >> 32) as u32, span }
    }

    /// Whether it may be the same key, as far as can be told without reading the text.
    fn is_like(self, other: Entry) -> bool {
        self.rest == other.rest && (self.word == other.word || !self.is_phone())
    }
}

/// The first code of a match rule.
const RULES: u64 = 3;

/// A kind as a number.
fn code(kind: KeyKind) -> u64 {
    match kind {
        KeyKind::ContactId => 0,
        KeyKind::ContactLink => 1,
        KeyKind::OpportunityId => 2,
        KeyKind::Rule(number) => RULES + u64::from(number),
    }
}

/// How many keys are looked up together. It is more than the number of loads that a processor can have under way,
/// because some keys need further loads.
const TOGETHER: usize = 64;

/// A key that is being looked up.
#[derive(Clone, Copy)]
struct Sought {
    entry: Entry,
    search: Search,
    /// The known key with the same tag, which is probably the same key, or [`Entry::NONE`].
    known: Entry,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct KeyNumbers {
    pub(super) seed: RandomState,
    /// A random number from which tags are made; see [`tag_of`](Self::tag_of).
    secret: u64,
    /// The numbers of the keys, by their tags.
    table: NumberTable,
    entries: Vec<Entry>,
    /// Whether any key is the id of a contact.
    pub(super) has_ids: bool,
}

impl Default for KeyNumbers {
    fn default() -> Self {
        KeyNumbers::new(RandomState::default())
    }
}

impl KeyNumbers {
    /// No numbers yet, for keys that are hashed with this seed.
    pub(crate) fn new(seed: RandomState) -> Self {
        let secret = seed.hash_one(0) | 1;
        let (table, entries) = (NumberTable::default(), Vec::new());
        KeyNumbers { seed, secret, table, entries, has_ids: false }
    }

    pub(super) fn kind(&self, key: KeyNumber) -> KeyKind {
        self.entries[key.0 as usize].kind()
    }

    /// The packed number of the phone, if the key is a phone that fits 64 bits.
    pub(super) fn phone(&self, key: KeyNumber) -> Option<u64> {
        let entry = self.entries[key.0 as usize];
        entry.is_phone().then_some(entry.word)
    }

    /// Where the text of any other key is.
    pub(super) fn place(&self, key: KeyNumber) -> KeyPlace {
        self.entries[key.0 as usize].place()
    }

    /// The text of a key, as people see it.
    pub(super) fn shown<'b>(
        &self,
        key: KeyNumber,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> String {
        let entry = self.entries[key.0 as usize];
        let phone = entry.is_phone().then(|| Phone::unpacked(entry.word)).flatten();
        phone.map_or_else(|| text_of(entry.place()).to_owned(), |phone| phone.to_string())
    }

    /// Finds or adds each key, and appends their numbers in order. `text_of` reads any text in the blocks.
    ///
    /// The table is far larger than the processor's cache, and the place of a key in it may be anywhere. So a group of
    /// keys is looked up together, step by step, and the processor waits for memory once per group instead of once per
    /// key.
    pub(crate) fn add_all<'b>(
        &mut self,
        keys: &[Key],
        block: u32,
        text_of: impl Fn(KeyPlace) -> &'b str,
        numbers: &mut Vec<KeyNumber>,
    ) {
        let mut sought: Vec<Sought> = Vec::with_capacity(TOGETHER);
        for keys in keys.chunks(TOGETHER) {
            // The searches are valid as long as the table does not grow.
            self.table.reserve(keys.len());
            sought.clear();
            sought.extend(keys.iter().map(|key| {
                let entry = Entry::of(key, block);
                let search = Search::of(self.tag_of(entry.code(), key.hash));
                Sought { entry, search, known: Entry::NONE }
            }));
            self.look_up(&mut sought, &text_of);
            numbers.extend(sought.iter().map(|key| KeyNumber(self.number_of(key, &text_of))));
        }
    }

    /// Loads what the keys will be compared with. Each loop does hardly anything but load, so that many loads are under
    /// way at the same time.
    fn look_up<'b>(&self, sought: &mut [Sought], text_of: impl Fn(KeyPlace) -> &'b str) {
        for key in sought.iter_mut() {
            key.search = self.table.begin(key.search);
        }
        for key in sought.iter_mut() {
            key.search = self.table.follow(key.search);
        }
        // Most keys are new, and need no further load.
        for at in positions(sought, |key| key.search.number().is_some()) {
            let key = &mut sought[usize::from(at)];
            key.known = key.search.number().map_or(Entry::NONE, |at| self.entries[at as usize]);
        }
        let is_text = |key: &Sought| key.known.is_like(key.entry) & !key.entry.is_phone();
        let places =
            positions(sought, is_text).into_iter().map(|at| sought[usize::from(at)].known.place());
        let texts = places.map(|place| text_of(place).as_bytes());
        black_box(texts.fold(0, |touched, text| touched ^ text.first().copied().unwrap_or(0)));
    }

    /// The number of a key, which is added if it is new.
    #[inline]
    fn number_of<'b>(&mut self, key: &Sought, text_of: impl Fn(KeyPlace) -> &'b str) -> u32 {
        match key.search.number() {
            Some(likely) if is_same(key.known, key.entry, &text_of) => likely,
            None if self.table.insert(key.search, next_of(&self.entries)) => self.push(key.entry),
            // Another key has the same tag, or an earlier key of this group has taken the slot.
            _ => self.add(key, text_of),
        }
    }

    /// Finds or adds the key, wherever the search for it leads.
    fn add<'b>(&mut self, key: &Sought, text_of: impl Fn(KeyPlace) -> &'b str) -> u32 {
        let entries = &self.entries;
        let is_it = |number: u32| is_same(entries[number as usize], key.entry, &text_of);
        let next = next_of(entries);
        let number = self.table.find_or_insert(key.search.tag(), next, is_it);
        if number == next { self.push(key.entry) } else { number }
    }

    /// Adds a key that no single row has offered, because a contact carries its parts from several rows.
    pub(crate) fn learn(&mut self, kind: KeyKind, text: &str, place: KeyPlace) -> KeyNumber {
        let tag = self.tag_of(code(kind), key_hash(&self.seed, text.as_bytes()));
        self.table.find_or_insert(tag, next_of(&self.entries), |_| false);
        KeyNumber(self.push(Entry::text(kind, place)))
    }

    /// Makes room for so many keys.
    pub(crate) fn reserve(&mut self, keys: usize) {
        self.table.reserve(keys);
        self.entries.reserve(keys);
    }

    /// Gives the next number to a key.
    fn push(&mut self, entry: Entry) -> u32 {
        let number = next_of(&self.entries);
        self.has_ids |= matches!(entry.kind(), KeyKind::ContactId);
        self.entries.push(entry);
        number
    }

    /// The key with this text among the first `known` ones. `packed` is the number of a phone that fits.
    pub(crate) fn find<'b>(
        &self,
        kind: KeyKind,
        text: &str,
        packed: Option<u64>,
        known: usize,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> Option<KeyNumber> {
        let hash = packed.unwrap_or_else(|| key_hash(&self.seed, text.as_bytes()));
        let is_it = |number: u32| {
            let entry = self.entries[number as usize];
            (number as usize) < known
                && entry.kind() == kind
                && entry.is_phone() == packed.is_some()
                && match packed {
                    Some(packed) => entry.word == packed,
                    None => text_of(entry.place()) == text,
                }
        };
        self.table.find(self.tag_of(code(kind), hash), is_it).map(KeyNumber)
    }

    /// The tag of a key. It depends on the hash, on the kind, because the same text may be a key of several kinds, and
    /// on a secret, because the hash of a phone is its number, which the author of the file chooses.
    fn tag_of(&self, kind: u64, hash: u64) -> u32 {
        let mixed = (hash ^ (kind << 56)).wrapping_mul(self.secret);
        ((mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
    }
}

/// The positions of the keys for which `is_so` is true. The processor cannot predict which these are, so it takes no
/// branch.
fn positions(sought: &[Sought], is_so: impl Fn(&Sought) -> bool) -> SmallVec<[u8; TOGETHER]> {
    let (mut positions, mut count) = ([0; TOGETHER], 0);
    for (key, at) in sought.iter().zip(0..) {
        positions[count] = at;
        count += usize::from(is_so(key));
    }
    SmallVec::from_buf_and_len(positions, count)
}

/// The number of the next key.
fn next_of(entries: &[Entry]) -> u32 {
    u32::try_from(entries.len()).expect("fewer than 2³¹ distinct keys")
}

/// The kind under which a key is numbered: an id that links an opportunity to a contact is an id of a contact.
fn kind_of(key: &Key) -> KeyKind {
    match key.kind {
        KeyKind::ContactLink => KeyKind::ContactId,
        kind => kind,
    }
}

/// Whether these are the same key.
fn is_same<'b>(a: Entry, b: Entry, text_of: impl Fn(KeyPlace) -> &'b str) -> bool {
    a.is_like(b) && (a.is_phone() || text_of(a.place()) == text_of(b.place()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_one_hash_are_told_apart_by_their_texts() {
        let texts = ["ana@example.com", "ann@example.com", "ana@example.com", "ana@example.co"];
        let mut index = KeyNumbers::default();
        let mut keys = Vec::new();
        let mut block = crate::source::Block::new();
        for (text, column) in texts.iter().zip(0..) {
            let text = KeyText::Span(block.append_text(text));
            keys.push(Key { kind: KeyKind::Rule(0), column, item: 0, hash: 42, text });
        }
        // The same text under another rule is another key.
        keys.push(Key { kind: KeyKind::Rule(1), ..keys[0] });
        let mut numbers = Vec::new();
        for _ in 0..2 {
            index.add_all(&keys, 0, |place| block.text(place.span), &mut numbers);
        }
        let numbers: Vec<u32> = numbers.into_iter().map(|number| number.0).collect();
        assert_eq!(numbers, [0, 1, 0, 2, 3, 0, 1, 0, 2, 3]);
    }
}
