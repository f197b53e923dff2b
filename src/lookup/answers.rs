//! [`Answers`]: the stored records of one object that a plan has read, as they were when they were first read.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::found::{Found, Span};
use super::number_table::{NumberTable, Search};
use crate::field::{FieldId, Fields};
use crate::object::Object;

/// The number of a stored record in its [`Answers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredId(pub(crate) u32);

/// The id, version and wanted values of every record that storage has returned, in one text. They are the values that
/// steps show as those before. A record keeps the values with which it was first read, whatever later answers say
/// (behaviour L1).
#[derive(Debug)]
pub(crate) struct Answers {
    object: Object,
    text: String,
    records: Vec<Record>,
    stored_values: Vec<StoredValue>,
    /// Finds the records by their ids, of which it has a part of the hash.
    by_id: NumberTable,
    seed: RandomState,
}

/// A stored record. Its id, version and values follow each other in the text, from `start` on.
#[derive(Debug)]
struct Record {
    start: u64,
    id_len: u32,
    version_end: u32,
    /// Its values are that many of [`Answers::stored_values`], from `first_value` on.
    first_value: u32,
    value_count: u32,
}

impl Record {
    fn start(&self) -> usize {
        usize::try_from(self.start).expect("text in memory")
    }

    fn id<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start()..self.start() + self.id_len as usize]
    }
}

/// One value of a field of a stored record.
#[derive(Clone, Copy, Debug)]
struct StoredValue {
    field: FieldId,
    /// Where the value ends, relative to the record's start.
    end: u32,
}

/// A key that storage declared for a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeclaredKey<'f> {
    pub(crate) record: StoredId,
    /// `None` if the adapter has named a field that the object does not have.
    pub(crate) field: Option<FieldId>,
    pub(crate) key: &'f str,
    /// The address of the text that the adapter passed.
    pub(crate) address: usize,
}

/// How much the answers hold at some time.
#[derive(Clone, Copy, Debug)]
struct Extent {
    records: usize,
    text: usize,
    stored_values: usize,
}

/// The answer to one question, with the fields that its names mean.
struct Reply<'f> {
    found: &'f Found,
    fields: &'f Fields,
    /// The field that each name means.
    named: Vec<Option<FieldId>>,
    /// Whether a field is wanted, by its position.
    is_wanted: Vec<bool>,
}

impl<'f> Reply<'f> {
    fn of(found: &'f Found, object: Object, fields: &'f Fields, wanted: &[FieldId]) -> Self {
        let mut is_wanted = vec![false; fields.len()];
        wanted.iter().for_each(|field| is_wanted[field.index()] = true);
        Reply { found, fields, named: found.named(object, fields), is_wanted }
    }

    /// The values of wanted fields that a call of [`Found::record`] gave.
    fn values(&self, call: usize) -> impl Iterator<Item = (FieldId, Span)> {
        let is_wanted = |field: &FieldId| self.is_wanted.get(field.index()) == Some(&true);
        let values = self.found.raw_values(call).iter();
        values.filter_map(move |&(name, span)| {
            Some((name.field(&self.named).filter(is_wanted)?, span))
        })
    }
}

impl Answers {
    pub(crate) fn new(object: Object) -> Self {
        Answers {
            object,
            text: String::new(),
            records: Vec::new(),
            stored_values: Vec::new(),
            by_id: NumberTable::default(),
            seed: RandomState::default(),
        }
    }

    /// Makes room for this many times as much as there is now. That is only a guess, so nothing is reserved if it would
    /// take very much memory.
    pub(crate) fn reserve(&mut self, times: usize) {
        const MOST_BYTES: usize = 256 * 1024 * 1024;
        if self.text.len().saturating_mul(times) > MOST_BYTES {
            return;
        }
        self.text.reserve(self.text.len() * times);
        self.records.reserve(self.records.len().saturating_mul(times));
        self.stored_values.reserve(self.stored_values.len().saturating_mul(times));
        self.by_id.reserve(self.records.len().saturating_mul(times));
    }

    /// Gives back unused memory. Nothing will be added after this.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.records.shrink_to_fit();
        self.stored_values.shrink_to_fit();
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The record with this id, if storage has returned it.
    pub(crate) fn find(&self, id: &str) -> Option<StoredId> {
        let is_it = |at| self.id(StoredId(at)) == id;
        self.by_id.find(self.hash(id), is_it).map(StoredId)
    }

    fn hash(&self, id: &str) -> u32 {
        (self.seed.hash_one(id) >> 32) as u32
    }

    pub(crate) fn id(&self, record: StoredId) -> &str {
        self.records[record.0 as usize].id(&self.text)
    }

    pub(crate) fn version(&self, record: StoredId) -> Option<&str> {
        let at = &self.records[record.0 as usize];
        let start = at.start();
        let version = &self.text[start + at.id_len as usize..start + at.version_end as usize];
        (!version.is_empty()).then_some(version)
    }

    /// The stored values of a field, in the order in which storage gave them.
    pub(crate) fn values(&self, record: StoredId, field: FieldId) -> impl Iterator<Item = &str> {
        let at = &self.records[record.0 as usize];
        let start = at.start();
        let values = &self.stored_values
            [at.first_value as usize..(at.first_value + at.value_count) as usize];
        let mut from = at.version_end;
        values.iter().filter_map(move |value| {
            let begin = std::mem::replace(&mut from, value.end);
            (value.field == field)
                .then(|| &self.text[start + begin as usize..start + value.end as usize])
        })
    }

    /// The first stored value of a field; `None` if the field is blank.
    pub(crate) fn value(&self, record: StoredId, field: FieldId) -> Option<&str> {
        self.values(record, field).next()
    }

    /// Takes the answer to one question. Returns, for each call of [`Found::record`], the record that it was about.
    pub(crate) fn absorb(
        &mut self,
        found: &Found,
        fields: &Fields,
        wanted: &[FieldId],
    ) -> Vec<StoredId> {
        let reply = Reply::of(found, self.object, fields, wanted);
        let before = self.extent();
        let mut numbers: Vec<StoredId> = Vec::with_capacity(found.len());
        // The first call about each new record.
        let mut first_calls: Vec<usize> = Vec::new();
        let mut values: Vec<(FieldId, Span)> = Vec::new();
        let mut is_in_pieces = false;
        // All searches begin before the first is followed, so that the processor waits for memory only once.
        let hashes: Vec<u32> = found.ids().map(|id| self.hash(id)).collect();
        let searches: Vec<Search> =
            hashes.iter().map(|&hash| self.by_id.begin(Search::of(hash))).collect();
        for (call, (id, search)) in found.ids().zip(searches).enumerate() {
            let number = self.find_or_number(id, search);
            numbers.push(number);
            let at = number.0 as usize;
            if at == self.records.len() {
                first_calls.push(call);
                values.clear();
                values.extend(reply.values(call));
                self.push(&reply, found.spans(call), &mut values);
            } else if at >= before.records && !is_in_pieces {
                let first = first_calls[at - before.records];
                is_in_pieces = self.says_more(&reply, number, first, call);
            }
        }
        if is_in_pieces {
            self.piece_together(&reply, before, &numbers);
        }
        numbers
    }

    fn extent(&self) -> Extent {
        Extent {
            records: self.records.len(),
            text: self.text.len(),
            stored_values: self.stored_values.len(),
        }
    }

    /// Whether a call adds anything to a new record. Usually it does not: the record was found by another key, and the
    /// call repeats the values.
    fn says_more(&self, reply: &Reply<'_>, record: StoredId, first: usize, call: usize) -> bool {
        let adds = |(field, value)| {
            !self.takes_no_more(record, field, reply.found.slice(value), reply.fields)
        };
        let version = reply.found.called(call).1.filter(|version| !version.is_empty());
        !reply.found.says_the_same(first, call)
            && (version.is_some() && self.version(record).is_none() || reply.values(call).any(adds))
    }

    /// Writes all records that are new with this answer again, each from all calls that were about it.
    fn piece_together(&mut self, reply: &Reply<'_>, before: Extent, numbers: &[StoredId]) {
        self.text.truncate(before.text);
        self.stored_values.truncate(before.stored_values);
        self.records.truncate(before.records);
        let is_new = |&call: &usize| numbers[call].0 as usize >= before.records;
        let mut calls: Vec<usize> = (0..numbers.len()).filter(is_new).collect();
        calls.sort_by_key(|&call| numbers[call].0);
        let mut values: Vec<(FieldId, Span)> = Vec::new();
        for calls in calls.chunk_by(|&a, &b| numbers[a] == numbers[b]) {
            let id = reply.found.spans(calls[0]).0;
            let version = calls.iter().find_map(|&call| reply.found.spans(call).1);
            values.clear();
            values.extend(calls.iter().flat_map(|&call| reply.values(call)));
            self.push(reply, (id, version), &mut values);
        }
    }

    /// The number of the record with this id, or the next number if the record is new.
    fn find_or_number(&mut self, id: &str, search: Search) -> StoredId {
        if let Some(likely) = self.by_id.follow(search).number().map(StoredId)
            && self.id(likely) == id
        {
            return likely;
        }
        let next = u32::try_from(self.records.len()).expect("fewer than 2³² records");
        let Answers { by_id, records, text, .. } = self;
        StoredId(by_id.find_or_insert(search.tag(), next, |at| records[at as usize].id(text) == id))
    }

    /// Whether adding this value to a record would change nothing: a value that is given twice counts once, and a field
    /// with a single value keeps the first one.
    fn takes_no_more(
        &self,
        record: StoredId,
        field: FieldId,
        value: &str,
        fields: &Fields,
    ) -> bool {
        let is_single = !fields.get(field).is_list;
        self.values(record, field).any(|other| is_single || other == value)
    }

    /// Adds a record with this id, version and values. The values are put in the order of the fields; those
    /// of one field stay in the order in which they were given.
    fn push(
        &mut self,
        reply: &Reply<'_>,
        (id, version): (Span, Option<Span>),
        values: &mut [(FieldId, Span)],
    ) {
        let is_plain = values.is_sorted_by(|(one, _), (next, _)| one < next);
        if !is_plain {
            values.sort_by_key(|(field, _)| *field);
        }
        let version = version.unwrap_or(Span { from: id.to, to: id.to });
        let (start, first_value) = (self.text.len(), self.stored_values.len());
        let (id_len, version_end) = match whole_of(id, version, values).filter(|_| is_plain) {
            Some(whole) => {
                self.text.push_str(reply.found.slice(whole));
                let stored_value = |&(field, value): &(FieldId, Span)| StoredValue {
                    field,
                    end: value.to - id.from,
                };
                self.stored_values.extend(values.iter().map(stored_value));
                (id.to - id.from, version.to - id.from)
            }
            None => self.push_texts(reply, (id, version), values),
        };
        self.records.push(Record {
            start: start as u64,
            id_len,
            version_end,
            first_value: u32::try_from(first_value).expect("fewer than 2³² stored values"),
            value_count: u32::try_from(self.stored_values.len() - first_value)
                .expect("fewer than 2³² values"),
        });
    }

    /// Appends the texts of a record one by one. Returns the ends of the id and of the version, counted from the start
    /// of the record.
    fn push_texts(
        &mut self,
        &Reply { found, fields, .. }: &Reply<'_>,
        (id, version): (Span, Span),
        values: &[(FieldId, Span)],
    ) -> (u32, u32) {
        let start = self.text.len();
        let len = |text: &str| u32::try_from(text.len() - start).expect("a record fits 4 GiB");
        self.text.push_str(found.slice(id));
        let id_len = len(&self.text);
        self.text.push_str(found.slice(version));
        let version_end = len(&self.text);
        for (at, &(field, value)) in values.iter().enumerate() {
            let value = found.slice(value);
            let is_single = !fields.get(field).is_list;
            let mut earlier = values[..at].iter().rev().take_while(|&&(of, _)| of == field);
            if !earlier.any(|&(_, other)| is_single || found.slice(other) == value) {
                self.text.push_str(value);
                self.stored_values.push(StoredValue { field, end: len(&self.text) });
            }
        }
        (id_len, version_end)
    }
}

/// The span of id, version and values together, if they follow each other without gaps.
fn whole_of(id: Span, version: Span, values: &[(FieldId, Span)]) -> Option<Span> {
    let mut end = id.to;
    let mut texts = std::iter::once(version).chain(values.iter().map(|(_, value)| *value));
    texts
        .all(|text| text.from == std::mem::replace(&mut end, text.to))
        .then_some(Span { from: id.from, to: end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    const FIELDS: [&str; 4] = ["email", "tags", "first_name", "phone"];
    /// The last field is not wanted.
    const WANTED: usize = 3;

    /// A call of [`Found::record`]: id, version, and the values of fields by their positions.
    type Call = (usize, Option<&'static str>, Vec<(usize, &'static str)>);

    fn calls(dice: &mut Dice) -> Vec<Call> {
        let values = |dice: &mut Dice| -> Vec<(usize, &'static str)> {
            let count = dice.below(5);
            let value = |_| (dice.below(FIELDS.len()), dice.one_of(&["", "a", "b", "c"]));
            (0..count).map(value).collect()
        };
        let usual = values(dice);
        (0..dice.below(8))
            .map(|_| {
                // Most calls repeat what was said about the record.
                let values = if dice.one_in(3) { values(dice) } else { usual.clone() };
                let version = dice.one_of(&[None, None, Some(""), Some("v1"), Some("v2")]);
                (dice.below(3), version, values)
            })
            .collect()
    }

    /// Answers with these calls.
    fn tell(found: &mut Found, calls: &[Call], ids: [FieldId; FIELDS.len()]) {
        for (id, version, values) in calls {
            let mut record = found.record(&format!("c{id}")).key("email", "a");
            // An adapter may say the version first or last.
            let (first, last) = match values.len() % 2 {
                0 => (*version, None),
                _ => (None, *version),
            };
            if let Some(version) = first {
                record = record.version(version);
            }
            for &(field, value) in values {
                record = match field {
                    1 => record.value(ids[field], value),
                    _ => record.value(FIELDS[field], value),
                };
            }
            if let Some(version) = last {
                record.version(version);
            }
        }
    }

    /// What becomes of a record that these calls are about.
    fn merged(calls: &[&Call], fields: &Fields) -> (Option<&'static str>, Vec<Vec<&'static str>>) {
        let version = calls.iter().find_map(|call| call.1).filter(|version| !version.is_empty());
        let values = (0..FIELDS.len()).map(|of| {
            let given = calls.iter().flat_map(|call| &call.2);
            let mut values: Vec<&str> = Vec::new();
            for (_, value) in given.filter(|(field, value)| *field == of && !value.is_empty()) {
                if !values.contains(value) {
                    values.push(value);
                }
            }
            let id = fields.find(Object::Contact, FIELDS[of]).unwrap();
            let most = if fields.get(id).is_list { values.len() } else { 1 };
            values.truncate(if of < WANTED { most } else { 0 });
            values
        });
        (version, values.collect())
    }

    #[test]
    fn l1_a_record_returned_in_pieces_is_merged_and_stays_as_it_was_first_read() {
        let fields = Fields::standard();
        let ids = FIELDS.map(|field| fields.find(Object::Contact, field).unwrap());
        let mut dice = Dice::new(3);
        for _ in 0..5_000 {
            let mut answers = Answers::new(Object::Contact);
            let mut expected: Vec<(usize, _)> = Vec::new();
            let mut found = Found::default();
            for _ in 0..3 {
                let calls = calls(&mut dice);
                found.clear();
                tell(&mut found, &calls, ids);
                for (id, ..) in &calls {
                    let own: Vec<&Call> = calls.iter().filter(|call| call.0 == *id).collect();
                    if expected.iter().all(|(known, _)| known != id) {
                        expected.push((*id, merged(&own, &fields)));
                    }
                }
                let told = answers.absorb(&found, &fields, &ids[..WANTED]);
                assert_eq!(told.len(), calls.len());
                for (record, (id, ..)) in told.iter().zip(&calls) {
                    assert_eq!(answers.id(*record), format!("c{id}"));
                }
                let declared = found.declared_keys(Object::Contact, &fields, &told);
                assert!(declared.map(|key| key.record).eq(told.iter().copied()));
            }
            assert_eq!(answers.len(), expected.len());
            for ((id, (version, values)), number) in expected.iter().zip(0..) {
                let number = StoredId(number);
                assert_eq!(answers.find(&format!("c{id}")), Some(number));
                assert_eq!(answers.version(number), *version);
                let stored = ids.map(|field| answers.values(number, field).collect::<Vec<_>>());
                assert_eq!(stored.as_slice(), values);
            }
        }
    }
}
