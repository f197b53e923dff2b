//! [`KeyIndex`]: every distinct key of the file, and who carries it.
//!
//! A key is here as soon as a row has offered it, which also means that storage was asked for it.
//! Equal hashes are never trusted: the text is compared on every hit (a phone's hash *is* the
//! number), so that no collision can merge two people. The seed is never visible, since nothing
//! iterates in hash order.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::draft::{Key, KeyKind, KeyText};
use crate::source::TextSpan;
use crate::value::Phone;

/// The number of a contact in the plan, stored or new, in the order in which they were met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContactNumber(pub(crate) u32);

/// The number of a distinct key in the [`KeyIndex`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyNumber(u32);

/// Where a key's text lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyPlace {
    pub(crate) block: u32,
    pub(crate) span: TextSpan,
}

#[derive(Debug)]
struct Entry {
    hash: u64,
    place: KeyPlace,
    holder: u32,
    kind: KeyKind,
    is_phone: bool,
    /// Storage was asked for it.
    is_asked: bool,
}

/// Who carries a key, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Nobody,
    One(ContactNumber),
    /// More than one, or it was.
    Several,
}

/// No holder.
const NOBODY: u32 = u32::MAX;
/// Set: the rest is a position in `several`.
const SEVERAL: u32 = 1 << 31;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct KeyIndex {
    pub(crate) seed: RandomState,
    table: HashTable<u32>,
    entries: Vec<Entry>,
    /// A key is the id of a contact.
    has_ids: bool,
    several: Vec<SmallVec<[ContactNumber; 2]>>,
    /// Keys that have or had more than one holder: where the plan itself passes a key on, nobody can
    /// expect it to be free while the plan is written.
    passed_on: Vec<KeyNumber>,
}

impl KeyIndex {
    /// Finds each key or adds it, and tells their numbers in order; `text_of` reads any text in the
    /// blocks.
    ///
    /// The table is far larger than the processor's cache, and a key's place in it is anywhere. So the
    /// places of some keys are visited together first: the memory is then waited for once, not once
    /// for each.
    pub(crate) fn add_all<'b>(
        &mut self,
        keys: &[Key],
        block: u32,
        text_of: impl Fn(KeyPlace) -> &'b str,
        numbers: &mut Vec<KeyNumber>,
    ) {
        /// As many as the processor has in flight.
        const TOGETHER: usize = 16;
        for keys in keys.chunks(TOGETHER) {
            let mut likely = [NOBODY; TOGETHER];
            for (key, likely) in keys.iter().zip(&mut likely) {
                let found = self.table.find(spread(kind_of(key), key.hash), |_| true);
                *likely = found.copied().unwrap_or(NOBODY);
            }
            for (key, &likely) in keys.iter().zip(&likely) {
                numbers.push(self.add(key, likely, block, &text_of));
            }
        }
    }

    /// Finds the key, which is likely the one with this number, or adds it.
    fn add<'b>(
        &mut self,
        key: &Key,
        likely: u32,
        block: u32,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> KeyNumber {
        let (place, is_phone) = match key.text {
            KeyText::Span(span) => (KeyPlace { block, span }, false),
            KeyText::Phone => (KeyPlace { block, span: TextSpan::default() }, true),
        };
        let kind = kind_of(key);
        let entries = &self.entries;
        let is_same = |&at: &u32| {
            let entry = &entries[at as usize];
            entry.hash == key.hash
                && entry.kind == kind
                && entry.is_phone == is_phone
                && (is_phone || text_of(entry.place) == text_of(place))
        };
        if likely != NOBODY && is_same(&likely) {
            return KeyNumber(likely);
        }
        if let Some(&at) = self.table.find(spread(kind, key.hash), is_same) {
            return KeyNumber(at);
        }
        self.push(Entry { hash: key.hash, place, holder: NOBODY, kind, is_phone, is_asked: false })
    }

    /// Adds a key that no row has offered: one that a contact carries from several rows together.
    pub(crate) fn learn(&mut self, kind: KeyKind, text: &str, place: KeyPlace) -> KeyNumber {
        let hash = self.seed.hash_one(text);
        self.push(Entry { hash, place, holder: NOBODY, kind, is_phone: false, is_asked: false })
    }

    /// Makes room for so many keys.
    pub(crate) fn reserve(&mut self, keys: usize) {
        let entries = &self.entries;
        self.table.reserve(keys, |&at| {
            let entry = &entries[at as usize];
            spread(entry.kind, entry.hash)
        });
        self.entries.reserve(keys);
    }

    /// Has a row offered the id of a contact?
    pub(crate) fn has_ids(&self) -> bool {
        self.has_ids
    }

    fn push(&mut self, entry: Entry) -> KeyNumber {
        self.has_ids |= entry.kind == KeyKind::ContactId;
        let number = u32::try_from(self.entries.len()).expect("fewer than 2³¹ distinct keys");
        let spread = spread(entry.kind, entry.hash);
        self.entries.push(entry);
        let entries = &self.entries;
        self.table.insert_unique(spread, number, |&at| {
            let entry = &entries[at as usize];
            self::spread(entry.kind, entry.hash)
        });
        KeyNumber(number)
    }

    /// True the first time: storage has to be asked for the key.
    pub(crate) fn ask(&mut self, key: KeyNumber) -> bool {
        !std::mem::replace(&mut self.entries[key.0 as usize].is_asked, true)
    }

    pub(crate) fn kind(&self, key: KeyNumber) -> KeyKind {
        self.entries[key.0 as usize].kind
    }

    /// The key with this text, if a row has offered it. `packed` = the phone it is, where it fits.
    pub(crate) fn find<'b>(
        &self,
        kind: KeyKind,
        text: &str,
        packed: Option<u64>,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> Option<KeyNumber> {
        let hash = packed.unwrap_or_else(|| self.seed.hash_one(text));
        let is_same = |&at: &u32| {
            let entry = &self.entries[at as usize];
            entry.hash == hash
                && entry.kind == kind
                && entry.is_phone == packed.is_some()
                && (entry.is_phone || text_of(entry.place) == text)
        };
        self.table.find(spread(kind, hash), is_same).map(|&at| KeyNumber(at))
    }

    /// Who carries the key, at a glance.
    pub(crate) fn holder(&self, key: KeyNumber) -> Holder {
        match self.entries[key.0 as usize].holder {
            NOBODY => Holder::Nobody,
            holder if holder & SEVERAL != 0 => Holder::Several,
            holder => Holder::One(ContactNumber(holder)),
        }
    }

    /// Does this contact carry the key?
    pub(crate) fn is_held_by(&self, key: KeyNumber, contact: ContactNumber) -> bool {
        match self.holder(key) {
            Holder::Nobody => false,
            Holder::One(other) => other == contact,
            Holder::Several => self.holders(key).contains(&contact),
        }
    }

    /// Everybody who carries the key, in the order in which they came to it.
    pub(crate) fn holders(&self, key: KeyNumber) -> SmallVec<[ContactNumber; 2]> {
        match self.entries[key.0 as usize].holder {
            NOBODY => SmallVec::new(),
            holder if holder & SEVERAL != 0 => self.several[(holder & !SEVERAL) as usize].clone(),
            holder => smallvec::smallvec![ContactNumber(holder)],
        }
    }

    /// From now on the key leads to this contact too (M7).
    pub(crate) fn teach(&mut self, key: KeyNumber, contact: ContactNumber) {
        let holder = &mut self.entries[key.0 as usize].holder;
        if *holder == NOBODY {
            *holder = contact.0;
        } else if *holder & SEVERAL != 0 {
            let all = &mut self.several[(*holder & !SEVERAL) as usize];
            if !all.contains(&contact) {
                all.push(contact);
            }
        } else if *holder != contact.0 {
            let number = u32::try_from(self.several.len()).expect("fewer than 2³¹ shared keys");
            self.several.push(smallvec::smallvec![ContactNumber(*holder), contact]);
            self.passed_on.push(key);
            *holder = SEVERAL | number;
        }
    }

    /// Every key that this plan has passed on, with the kind and the text of each.
    pub(crate) fn passed_on<'b>(
        &'b self,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> impl Iterator<Item = (KeyKind, String)> {
        self.passed_on.iter().map(move |&key| {
            let entry = &self.entries[key.0 as usize];
            let phone = entry.is_phone.then(|| Phone::unpacked(entry.hash)).flatten();
            let text = phone.map_or_else(|| text_of(entry.place).to_owned(), |p| p.to_string());
            (entry.kind, text)
        })
    }

    /// From now on the key no longer leads to this contact (M7).
    pub(crate) fn unteach(&mut self, key: KeyNumber, contact: ContactNumber) {
        self.passed_on.push(key);
        let holder = &mut self.entries[key.0 as usize].holder;
        if *holder == contact.0 {
            *holder = NOBODY;
        } else if *holder != NOBODY && *holder & SEVERAL != 0 {
            self.several[(*holder & !SEVERAL) as usize].retain(|other| *other != contact);
        }
    }
}

/// What a key names: the contact of an opportunity is a contact.
fn kind_of(key: &Key) -> KeyKind {
    if key.kind == KeyKind::ContactLink { KeyKind::ContactId } else { key.kind }
}

/// Phones are not random, and one text may be a key of several kinds.
fn spread(kind: KeyKind, hash: u64) -> u64 {
    let kind = match kind {
        KeyKind::Rule(number) => u64::from(number) + 3,
        KeyKind::ContactId => 0,
        KeyKind::ContactLink => 1,
        KeyKind::OpportunityId => 2,
    };
    (hash ^ (kind << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}
