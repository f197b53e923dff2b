//! [`KeyIndex`]: which contacts carry each key of the file.
//!
//! A key is in the index from the first row that offers it, and storage is asked for it once. It leads to the contacts
//! that carry it, as far as answers of storage and rows have [taught](KeyIndex::teach) the index.

use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::key_numbers::{KeyNumber, KeyNumbers, KeyPlace};
use crate::draft::{Key, KeyKind};
use crate::lock::lock;
use crate::object::ContactNumber;

/// Which contact carries a key, as far as one look can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Nobody,
    One(ContactNumber),
    /// More than one contact, now or at some time before.
    Several,
}

/// The carrier of a key that no contact carries.
const NOBODY: u32 = u32::MAX;
/// If this bit of a carrier is set, the other bits are a position in [`KeyIndex::several`].
const SEVERAL: u32 = 1 << 31;

/// The bit for a key that storage was asked for.
const ASKED: u8 = 1;
/// The bit for a key that a stored contact had before the import.
const HAD: u8 = 2;

/// A key that passes from one contact to another, so that it may be with either when the second one is written.
#[derive(Debug)]
pub(crate) struct PassedKey {
    pub(crate) kind: KeyKind,
    pub(crate) text: String,
    /// The stored contact that gives it up, if it is stored.
    pub(crate) from: Option<ContactNumber>,
    /// The contact that carries it in the end, if there is just one.
    pub(crate) to: Option<ContactNumber>,
}

/// The numbers of the keys, and which thread gives them.
#[derive(Debug)]
enum Numbers {
    /// The planner gives them, window by window.
    Own(KeyNumbers),
    /// Another thread may give them, some blocks ahead.
    Shared(Arc<Mutex<KeyNumbers>>),
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct KeyIndex {
    numbers: Numbers,
    /// For each key number, the contact that carries the key, [`NOBODY`], or with the bit [`SEVERAL`] a position in
    /// `several`.
    carriers: Vec<u32>,
    /// For each key number, the bits [`ASKED`] and [`HAD`].
    asked: Vec<u8>,
    /// The carriers of keys that have had several.
    several: Vec<SmallVec<[ContactNumber; 2]>>,
    /// Keys that the plan takes away from a contact, or that several contacts carry, each with such a contact.
    passed_on: Vec<(KeyNumber, ContactNumber)>,
}

impl Default for KeyIndex {
    fn default() -> Self {
        KeyIndex {
            numbers: Numbers::Own(KeyNumbers::default()),
            carriers: Vec::new(),
            asked: Vec::new(),
            several: Vec::new(),
            passed_on: Vec::new(),
        }
    }
}

impl KeyIndex {
    /// What keys are hashed with.
    pub(crate) fn seed(&self) -> RandomState {
        self.with_numbers(|numbers| numbers.seed.clone())
    }

    /// Lets another thread number the keys; call it before the first key.
    pub(crate) fn share(&mut self) -> Arc<Mutex<KeyNumbers>> {
        let shared = Arc::new(Mutex::new(KeyNumbers::new(self.seed())));
        self.numbers = Numbers::Shared(shared.clone());
        shared
    }

    fn with_numbers<T>(&self, look: impl FnOnce(&KeyNumbers) -> T) -> T {
        match &self.numbers {
            Numbers::Own(numbers) => look(numbers),
            Numbers::Shared(shared) => look(&lock(shared)),
        }
    }

    fn change_numbers<T>(&mut self, change: impl FnOnce(&mut KeyNumbers) -> T) -> T {
        match &mut self.numbers {
            Numbers::Own(numbers) => change(numbers),
            Numbers::Shared(shared) => change(&mut lock(shared)),
        }
    }

    /// Finds or adds each key, and appends their numbers in order. `text_of` reads any text in the blocks.
    pub(crate) fn add_all<'b>(
        &mut self,
        keys: &[Key],
        block: u32,
        text_of: impl Fn(KeyPlace) -> &'b str,
        numbers: &mut Vec<KeyNumber>,
    ) {
        self.change_numbers(|known| known.add_all(keys, block, text_of, numbers));
        self.know(numbers);
    }

    /// Makes the keys with these numbers known to the index.
    pub(crate) fn know(&mut self, numbers: &[KeyNumber]) {
        let most = numbers.iter().map(|number| number.0).max();
        let len = most.map_or(0, |most| most as usize + 1).max(self.carriers.len());
        self.carriers.resize(len, NOBODY);
        self.asked.resize(len, 0);
    }

    /// Adds a key that no row has offered, because a contact has its parts from several rows.
    pub(crate) fn learn(&mut self, kind: KeyKind, text: &str, place: KeyPlace) -> KeyNumber {
        let number = self.change_numbers(|known| known.learn(kind, text, place));
        self.know(&[number]);
        number
    }

    /// Makes room for so many keys.
    pub(crate) fn reserve(&mut self, keys: usize) {
        self.change_numbers(|known| known.reserve(keys));
        self.carriers.reserve(keys);
        self.asked.reserve(keys);
    }

    /// Whether a row has named a contact by id.
    pub(crate) fn has_ids(&self) -> bool {
        self.with_numbers(|numbers| numbers.has_ids)
    }

    /// Whether storage has to be asked for the key: true the first time, false from then on.
    pub(crate) fn ask(&mut self, key: KeyNumber) -> bool {
        let asked = &mut self.asked[key.0 as usize];
        let before = *asked;
        *asked |= ASKED;
        before & ASKED == 0
    }

    /// Notes that a stored contact had the key before the import.
    pub(crate) fn note_stored(&mut self, key: KeyNumber) {
        self.asked[key.0 as usize] |= HAD;
    }

    pub(crate) fn kind(&self, key: KeyNumber) -> KeyKind {
        self.with_numbers(|numbers| numbers.kind(key))
    }

    /// The key with this text, if the index knows it. `packed` is the number of a phone that fits.
    pub(crate) fn find<'b>(
        &self,
        kind: KeyKind,
        text: &str,
        packed: Option<u64>,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> Option<KeyNumber> {
        let known = self.carriers.len();
        self.with_numbers(|numbers| numbers.find(kind, text, packed, known, text_of))
    }

    /// Which contact carries the key, as far as one look can tell.
    pub(crate) fn holder(&self, key: KeyNumber) -> Holder {
        match self.carriers[key.0 as usize] {
            NOBODY => Holder::Nobody,
            holder if holder & SEVERAL != 0 => Holder::Several,
            holder => Holder::One(ContactNumber::new(holder)),
        }
    }

    /// The contact that carries the key, if it is the only one that ever did. Otherwise `None`.
    pub(crate) fn lone_holder(&self, key: KeyNumber) -> Option<ContactNumber> {
        let holder = self.carriers[key.0 as usize];
        (holder & SEVERAL == 0).then(|| ContactNumber::new(holder))
    }

    /// Whether this contact carries the key.
    pub(crate) fn is_held_by(&self, key: KeyNumber, contact: ContactNumber) -> bool {
        match self.holder(key) {
            Holder::Nobody => false,
            Holder::One(other) => other == contact,
            Holder::Several => self.holders(key).contains(&contact),
        }
    }

    /// All contacts that carry the key, in ascending order of their numbers.
    pub(crate) fn holders(&self, key: KeyNumber) -> SmallVec<[ContactNumber; 2]> {
        match self.carriers[key.0 as usize] {
            NOBODY => SmallVec::new(),
            holder if holder & SEVERAL != 0 => self.several[(holder & !SEVERAL) as usize].clone(),
            holder => smallvec::smallvec![ContactNumber::new(holder)],
        }
    }

    /// Lets the key lead to this contact, too, from now on (M7).
    #[inline]
    pub(crate) fn teach(&mut self, key: KeyNumber, contact: ContactNumber) {
        let holder = &mut self.carriers[key.0 as usize];
        if *holder == NOBODY {
            *holder = contact.number();
        } else if *holder != contact.number() {
            self.teach_another(key, contact);
        }
    }

    /// Does the same for a key that leads to somebody else already.
    #[cold]
    fn teach_another(&mut self, key: KeyNumber, contact: ContactNumber) {
        let holder = &mut self.carriers[key.0 as usize];
        if *holder & SEVERAL != 0 {
            let all = &mut self.several[(*holder & !SEVERAL) as usize];
            if let Err(place) = all.binary_search(&contact) {
                all.insert(place, contact);
            }
        } else {
            let number = u32::try_from(self.several.len()).expect("fewer than 2³¹ shared keys");
            let first = ContactNumber::new(*holder);
            self.several.push(smallvec::smallvec![first.min(contact), first.max(contact)]);
            self.passed_on.extend([(key, first), (key, contact)]);
            *holder = SEVERAL | number;
        }
    }

    /// All keys that pass from one contact to another: a stored contact had the key, or several contacts carry it in
    /// the end. A key that a new contact gives up again is not among them, because the contact is never written with
    /// it.
    pub(crate) fn passed_on<'b>(
        &self,
        is_new: impl Fn(ContactNumber) -> bool,
        text_of: impl Fn(KeyPlace) -> &'b str,
    ) -> Vec<PassedKey> {
        self.with_numbers(|numbers| {
            let passed = |&(key, contact): &(KeyNumber, ContactNumber)| {
                let holders = self.holders(key);
                let was_stored = self.asked[key.0 as usize] & HAD != 0;
                (was_stored || holders.len() > 1).then(|| PassedKey {
                    kind: numbers.kind(key),
                    text: numbers.shown(key, &text_of),
                    from: (!is_new(contact)).then_some(contact),
                    to: holders.first().copied().filter(|_| holders.len() == 1),
                })
            };
            self.passed_on.iter().filter_map(passed).collect()
        })
    }

    /// A fingerprint of each of these keys: the number of a phone that fits 64 bits, and for any other key what `print`
    /// makes of its text.
    pub(crate) fn prints<'b>(
        &self,
        keys: impl Iterator<Item = KeyNumber>,
        text_of: impl Fn(KeyPlace) -> &'b str,
        print: impl Fn(&str) -> u64,
    ) -> Vec<u64> {
        self.with_numbers(|numbers| {
            let print = |key: KeyNumber| match numbers.phone(key) {
                Some(phone) => phone,
                None => print(text_of(numbers.place(key))),
            };
            keys.map(print).collect()
        })
    }

    /// Lets the key no longer lead to this contact, because a row takes it away (M7).
    pub(crate) fn unteach(&mut self, key: KeyNumber, contact: ContactNumber) {
        self.passed_on.push((key, contact));
        self.overlook(key, contact);
    }

    /// Lets the key no longer lead to this contact, although the contact keeps it. A contact that takes the key still
    /// expects it to be free.
    pub(crate) fn overlook(&mut self, key: KeyNumber, contact: ContactNumber) {
        let holder = &mut self.carriers[key.0 as usize];
        if *holder == contact.number() {
            *holder = NOBODY;
        } else if *holder != NOBODY && *holder & SEVERAL != 0 {
            self.several[(*holder & !SEVERAL) as usize].retain(|other| *other != contact);
        }
    }
}
