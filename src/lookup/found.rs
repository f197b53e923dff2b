//! [`Found`]: where storage puts its answers.

use crate::field::{FieldId, Fields};
use crate::object::Object;

/// The answers of storage to one [`Lookup`](super::Lookup).
///
/// Add every record that answers one of the asked keys. A record may be added more than once, with
/// the same or other values, as a join yields it: it is merged, and a value given twice counts once.
/// Fields that hold several values take one [`value`](FoundRecord::value) each.
#[derive(Debug, Default)]
pub struct Found {
    text: String,
    /// The field keys that the adapter has named so far.
    names: Vec<Box<str>>,
    pub(super) records: Vec<Raw>,
    pub(super) values: Vec<(u32, Name, Span)>,
    pub(super) keys: Vec<(u32, Name, Span)>,
    /// Where in memory each key was read from, which tells what key it is.
    pub(super) addresses: Vec<usize>,
}

pub(super) type Span = (u32, u32);

#[derive(Debug)]
pub(super) struct Raw {
    pub(super) id: Span,
    pub(super) version: Option<Span>,
}

/// A field as the adapter named it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name {
    Id(FieldId),
    /// Position among the names.
    Key(u32),
}

impl Name {
    /// The field, where it is known which one each name means.
    pub(super) fn field(self, named: &[Option<FieldId>]) -> Option<FieldId> {
        match self {
            Name::Id(id) => Some(id),
            Name::Key(at) => named[at as usize],
        }
    }
}

impl Found {
    /// Adds a record, or goes on with one that was added before.
    pub fn record(&mut self, id: &str) -> FoundRecord<'_> {
        let id = self.push(id);
        self.records.push(Raw { id, version: None });
        FoundRecord { found: self }
    }

    /// How often [`record`](Self::record) was called.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Was no record added?
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The ids that were added, with repetitions, in the order of the calls; for testing an adapter.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.records.iter().map(|record| self.slice(record.id))
    }

    /// The declared keys as (id, field key, key), for testing an adapter. Fields named by position
    /// are left out.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.keys.iter().filter_map(|&(record, name, key)| match name {
            Name::Key(field) => Some((
                self.slice(self.records[record as usize].id),
                self.name(field),
                self.slice(key),
            )),
            Name::Id(_) => None,
        })
    }

    /// Takes out the records with these ids, as if storage did not hold them.
    pub(crate) fn hide(&mut self, is_hidden: impl Fn(&str) -> bool) {
        if !self.ids().any(&is_hidden) {
            return;
        }
        let keep: Vec<bool> = self.ids().map(|id| !is_hidden(id)).collect();
        let mut next = 0;
        let renumbered: Vec<u32> = keep
            .iter()
            .map(|&kept| {
                next += u32::from(kept);
                next.wrapping_sub(1)
            })
            .collect();
        let mut is_kept = self.keys.iter().map(|(record, ..)| keep[*record as usize]);
        self.addresses.retain(|_| is_kept.next().unwrap_or(true));
        for list in [&mut self.values, &mut self.keys] {
            list.retain(|(record, ..)| keep[*record as usize]);
            list.iter_mut().for_each(|(record, ..)| *record = renumbered[*record as usize]);
        }
        let mut kept = keep.into_iter();
        self.records.retain(|_| kept.next().unwrap_or(true));
    }

    /// Answers that nobody asked for: records without an id, and records that were neither asked for
    /// by id nor declared for a key. Undeclared keys are the planner's to find.
    pub(crate) fn strays(&self, lookup: &super::Lookup<'_>) -> Vec<String> {
        let mut is_asked = vec![false; self.records.len()];
        for &(record, ..) in &self.keys {
            is_asked[record as usize] = true;
        }
        for &(record, name, value) in &self.values {
            let is_link = !lookup.contact_ids().is_empty()
                && self.field(lookup.object(), lookup.fields, name) == Some(FieldId::CONTACT_LINK);
            is_asked[record as usize] |=
                is_link && lookup.contact_ids().binary_search(&self.slice(value)).is_ok();
        }
        if is_asked.iter().all(|asked| *asked) && self.ids().all(|id| !id.is_empty()) {
            return Vec::new();
        }
        // A record may be added several times; one reason is enough.
        let declared: std::collections::HashSet<&str> =
            self.ids().zip(&is_asked).filter(|(_, asked)| **asked).map(|(id, _)| id).collect();
        let mut faults: Vec<String> = Vec::new();
        for id in self.ids() {
            if id.is_empty() {
                faults.push(format!("a {} without an id was found", lookup.object()));
            } else if !declared.contains(id) && lookup.ids().binary_search(&id).is_err() {
                faults.push(format!(
                    "the {} {id} was found, which nobody asked for",
                    lookup.object()
                ));
            }
        }
        faults.dedup();
        faults
    }

    /// Everything that was added, call by call: id, version, declared keys, values; fields by key.
    #[allow(clippy::type_complexity)] // four columns of one table
    pub(crate) fn told<'s>(
        &'s self,
        object: Object,
        fields: &'s Fields,
    ) -> impl Iterator<Item = (&'s str, Option<&'s str>, Vec<(&'s str, &'s str)>, Vec<(&'s str, &'s str)>)>
    {
        let of = move |list: &'s [(u32, Name, Span)], record: usize| {
            let own = list.iter().filter(move |(at, ..)| *at as usize == record);
            own.filter_map(move |&(_, name, text)| {
                let field = self.field(object, fields, name)?;
                Some((fields.get(field).key.as_str(), self.slice(text)))
            })
            .collect()
        };
        self.records.iter().enumerate().map(move |(at, record)| {
            let version = record.version.map(|span| self.slice(span));
            (self.slice(record.id), version, of(&self.keys, at), of(&self.values, at))
        })
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.records.clear();
        self.values.clear();
        self.keys.clear();
        self.addresses.clear();
    }

    fn intern(&mut self, field: FieldRef<'_>) -> Name {
        match field {
            FieldRef::Id(id) => Name::Id(id),
            FieldRef::Key(key) => {
                let known = self.names.iter().position(|name| **name == *key);
                let at = known.unwrap_or_else(|| {
                    self.names.push(key.into());
                    self.names.len() - 1
                });
                Name::Key(u32::try_from(at).expect("an adapter names fewer than 2³² fields"))
            }
        }
    }

    fn push(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        let at = |n: usize| u32::try_from(n).expect("the answers to one window fit 4 GiB");
        (at(start), at(self.text.len()))
    }

    pub(super) fn slice(&self, (from, to): Span) -> &str {
        &self.text[from as usize..to as usize]
    }

    fn name(&self, at: u32) -> &str {
        &self.names[at as usize]
    }

    /// Which field each name means that the adapter has used.
    pub(super) fn named(&self, object: Object, fields: &Fields) -> Vec<Option<FieldId>> {
        self.names.iter().map(|name| fields.find(object, name)).collect()
    }

    pub(super) fn field(&self, object: Object, fields: &Fields, name: Name) -> Option<FieldId> {
        match name {
            Name::Id(id) => Some(id),
            Name::Key(at) => fields.find(object, self.name(at)),
        }
    }
}

/// One record that is being added to a [`Found`].
#[derive(Debug)]
pub struct FoundRecord<'f> {
    found: &'f mut Found,
}

impl FoundRecord<'_> {
    fn number(&self) -> u32 {
        u32::try_from(self.found.records.len() - 1).expect("fewer than 2³² records answer a window")
    }

    /// The version of the record, for optimistic locking: any text that changes with each write.
    pub fn version(self, version: &str) -> Self {
        let span = self.found.push(version);
        if let Some(record) = self.found.records.last_mut() {
            record.version = Some(span);
        }
        self
    }

    /// An asked key that the record answers, exactly as it was asked. Saying so (instead of letting
    /// the planner compare values) finds records whose stored spelling differs, such as a phone kept
    /// as `(206) 555-0123`. A key nobody asked for is a fault of the adapter. Records found by id
    /// need none.
    pub fn key<'n>(self, field: impl Into<FieldRef<'n>>, key: &str) -> Self {
        let (number, name) = (self.number(), self.found.intern(field.into()));
        let span = self.found.push(key);
        self.found.keys.push((number, name, span));
        self.found.addresses.push(key.as_ptr() as usize);
        self
    }

    /// A stored value, as it is kept. Blank values may be left out.
    pub fn value<'n>(self, field: impl Into<FieldRef<'n>>, shown: &str) -> Self {
        if shown.is_empty() {
            return self;
        }
        let (number, name) = (self.number(), self.found.intern(field.into()));
        let span = self.found.push(shown);
        self.found.values.push((number, name, span));
        self
    }

    /// Several values of one field.
    pub fn values<'n, 'v>(
        mut self,
        field: impl Into<FieldRef<'n>>,
        shown: impl IntoIterator<Item = &'v str>,
    ) -> Self {
        let field = field.into();
        for value in shown {
            self = self.value(field, value);
        }
        self
    }
}

/// How an adapter names a field: by key (`"email"`) or by the [`FieldId`] of a wanted field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRef<'n> {
    /// By its position in the account's [`Fields`].
    Id(FieldId),
    /// By its key.
    Key(&'n str),
}

impl<'n> From<&'n str> for FieldRef<'n> {
    fn from(key: &'n str) -> Self {
        FieldRef::Key(key)
    }
}

impl<'n> From<&'n String> for FieldRef<'n> {
    fn from(key: &'n String) -> Self {
        FieldRef::Key(key)
    }
}

impl From<FieldId> for FieldRef<'_> {
    fn from(id: FieldId) -> Self {
        FieldRef::Id(id)
    }
}
