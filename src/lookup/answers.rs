//! [`Answers`]: the stored records of one object, as they were first read.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::found::{Found, Name, Span};
use crate::field::{FieldId, Fields};
use crate::object::Object;

/// The number of a stored record in its [`Answers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredId(pub(crate) u32);

/// The before-images: id, version and wanted values of every record that storage answered with, in
/// one text. A record keeps the values it was first read with, whatever later answers say
/// (behaviour L1); only its keys may grow.
#[derive(Debug)]
pub(crate) struct Answers {
    object: Object,
    text: String,
    records: Vec<Record>,
    parts: Vec<Part>,
    /// The records with a part of the hash of their ids.
    by_id: HashTable<(u32, u32)>,
    seed: RandomState,
}

/// The texts of a record lie one after the other from `start`: id, version, values.
#[derive(Debug)]
struct Record {
    start: u64,
    id_len: u32,
    version_end: u32,
    first_part: u32,
    parts: u32,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    field: FieldId,
    /// Relative to the record's start.
    end: u32,
}

/// A key that storage declared for a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredKey<'f> {
    pub(crate) record: StoredId,
    /// `None`: the adapter named a field that the object does not have.
    pub(crate) field: Option<FieldId>,
    pub(crate) key: &'f str,
    /// Where in memory storage took it from.
    pub(crate) address: usize,
}

impl Answers {
    pub(crate) fn new(object: Object) -> Self {
        Answers {
            object,
            text: String::new(),
            records: Vec::new(),
            parts: Vec::new(),
            by_id: HashTable::new(),
            seed: RandomState::default(),
        }
    }

    /// Gives back the room that nothing will need any more.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.records.shrink_to_fit();
        self.parts.shrink_to_fit();
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The record with this id, if storage has answered with it.
    pub(crate) fn find(&self, id: &str) -> Option<StoredId> {
        let hash = self.hash(id);
        let is_it = |&(of, at): &(u32, u32)| of == hash && self.id(StoredId(at)) == id;
        self.by_id.find(spread(hash), is_it).map(|&(_, at)| StoredId(at))
    }

    fn hash(&self, id: &str) -> u32 {
        (self.seed.hash_one(id) >> 32) as u32
    }

    pub(crate) fn id(&self, record: StoredId) -> &str {
        let at = &self.records[record.0 as usize];
        let start = usize::try_from(at.start).expect("text in memory");
        &self.text[start..start + at.id_len as usize]
    }

    pub(crate) fn version(&self, record: StoredId) -> Option<&str> {
        let at = &self.records[record.0 as usize];
        let start = usize::try_from(at.start).expect("text in memory");
        let version = &self.text[start + at.id_len as usize..start + at.version_end as usize];
        (!version.is_empty()).then_some(version)
    }

    /// The stored values of one field, in the order storage gave them.
    pub(crate) fn values(&self, record: StoredId, field: FieldId) -> impl Iterator<Item = &str> {
        let at = &self.records[record.0 as usize];
        let start = usize::try_from(at.start).expect("text in memory");
        let parts = &self.parts[at.first_part as usize..(at.first_part + at.parts) as usize];
        let mut from = at.version_end;
        parts.iter().filter_map(move |part| {
            let begin = std::mem::replace(&mut from, part.end);
            (part.field == field)
                .then(|| &self.text[start + begin as usize..start + part.end as usize])
        })
    }

    /// The first stored value of a field, `None` if it is blank.
    pub(crate) fn value(&self, record: StoredId, field: FieldId) -> Option<&str> {
        self.values(record, field).next()
    }

    /// Takes over the answers to one question. Returns the declared keys.
    pub(crate) fn absorb<'f>(
        &mut self,
        found: &'f Found,
        fields: &Fields,
        wanted: &[FieldId],
    ) -> Vec<DeclaredKey<'f>> {
        let known = self.records.len();
        let named = found.named(self.object, fields);
        // Which stored record each call of `Found::record` was about.
        let mut numbers: Vec<StoredId> = Vec::with_capacity(found.records.len());
        let mut ids: Vec<(&str, Option<&str>)> = Vec::new();
        for raw in &found.records {
            let id = found.slice(raw.id);
            let version = raw.version.map(|span| found.slice(span));
            let number = self.find_or_reserve(id, known, &mut ids);
            if let Some(at) = (number.0 as usize).checked_sub(known) {
                ids[at].1 = ids[at].1.or(version);
            }
            numbers.push(number);
        }
        let values = NewValues::of(found, &numbers, known, ids.len(), |name| {
            name.field(&named).filter(|field| wanted.contains(field))
        });
        for (at, (id, version)) in ids.iter().enumerate() {
            self.push(id, *version, values.of_record(at), fields);
        }
        let key = |(&(record, name, span), &address): (&(u32, Name, Span), &usize)| DeclaredKey {
            record: numbers[record as usize],
            field: name.field(&named),
            key: found.slice(span),
            address,
        };
        found.keys.iter().zip(&found.addresses).map(key).collect()
    }

    fn find_or_reserve<'f>(
        &mut self,
        id: &'f str,
        known: usize,
        new: &mut Vec<(&'f str, Option<&'f str>)>,
    ) -> StoredId {
        let hash = self.hash(id);
        let is_it = |&(of, at): &(u32, u32)| {
            of == hash
                && match (at as usize).checked_sub(known) {
                    Some(later) => new[later].0 == id,
                    None => self.id(StoredId(at)) == id,
                }
        };
        if let Some(&(_, at)) = self.by_id.find(spread(hash), is_it) {
            return StoredId(at);
        }
        let number = u32::try_from(known + new.len()).expect("fewer than 2³² records");
        new.push((id, None));
        self.by_id.insert_unique(spread(hash), (hash, number), |&(hash, _)| spread(hash));
        StoredId(number)
    }

    fn push(
        &mut self,
        id: &str,
        version: Option<&str>,
        values: &[(FieldId, &str)],
        fields: &Fields,
    ) {
        let start = self.text.len();
        let len = |text: &str| u32::try_from(text.len() - start).expect("a record fits 4 GiB");
        self.text.push_str(id);
        let id_len = len(&self.text);
        self.text.push_str(version.unwrap_or(""));
        let version_end = len(&self.text);
        let first_part = self.parts.len();
        for (at, &(field, value)) in values.iter().enumerate() {
            let earlier = values[..at].iter().rev().take_while(|&&(of, _)| of == field);
            let is_single = !fields.get(field).is_list;
            let repeated = earlier.into_iter().any(|&(_, other)| is_single || other == value);
            if !repeated {
                self.text.push_str(value);
                self.parts.push(Part { field, end: len(&self.text) });
            }
        }
        self.records.push(Record {
            start: start as u64,
            id_len,
            version_end,
            first_part: u32::try_from(first_part).expect("fewer than 2³² stored values"),
            parts: u32::try_from(self.parts.len() - first_part).expect("fewer than 2³² values"),
        });
    }
}

/// The values of the records that are new, record by record.
struct NewValues<'f> {
    values: Vec<(FieldId, &'f str)>,
    /// Where those of each record end.
    ends: Vec<usize>,
}

impl<'f> NewValues<'f> {
    /// Those of `count` records from the number `known` on; `field` says which one a name means, if it
    /// is wanted. A record's values are in the order of the fields, and within one as they were given.
    fn of(
        found: &'f Found,
        numbers: &[StoredId],
        known: usize,
        count: usize,
        field: impl Fn(Name) -> Option<FieldId>,
    ) -> Self {
        let of_new = || {
            found.values.iter().filter_map(|&(record, name, span)| {
                let at = (numbers[record as usize].0 as usize).checked_sub(known)?;
                Some((at, field(name)?, span))
            })
        };
        // Sorted by counting: the calls for one record need not stand together.
        let mut ends = vec![0; count + 1];
        of_new().for_each(|(at, ..)| ends[at + 1] += 1);
        for at in 0..count {
            ends[at + 1] += ends[at];
        }
        let mut values = vec![(FieldId::EMAIL, ""); ends[count]];
        for (at, field, span) in of_new() {
            values[ends[at]] = (field, found.slice(span));
            ends[at] += 1;
        }
        ends.truncate(count);
        let mut from = 0;
        for &end in &ends {
            let own = &mut values[from..end];
            if !own.is_sorted_by_key(|(field, _)| *field) {
                own.sort_by_key(|(field, _)| *field);
            }
            from = end;
        }
        NewValues { values, ends }
    }

    fn of_record(&self, at: usize) -> &[(FieldId, &'f str)] {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.values[from..self.ends[at]]
    }
}

/// A part of a hash over all the bits that the table looks at.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}
