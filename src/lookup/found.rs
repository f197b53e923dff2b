//! [`Found`]: where storage puts its answers.

use std::ops::Range;

use super::answers::{DeclaredKey, StoredId};
use crate::field::{FieldId, Fields};
use crate::maps::Set;
use crate::object::Object;

/// The answers of storage to one [`Lookup`](super::Lookup).
///
/// Add every record that answers one of the asked keys. You may add a record more than once, with the same or with
/// other values, as a join returns it. The values are merged, and a value that is given twice counts once. For a field
/// with several values, call [`value`](FoundRecord::value) once for each.
#[derive(Debug, Default)]
pub struct Found {
    /// The id, version and values that each call of [`record`](Self::record) gave, one call after the other.
    text: String,
    /// The declared keys. They are kept apart from `text`, so that the id, version and values of a record are
    /// contiguous there.
    key_text: String,
    /// The keys of fields that the adapter has named so far.
    names: Vec<Box<str>>,
    pub(super) records: Vec<Raw>,
    /// The values, call by call.
    values: Vec<(Name, Span)>,
    pub(super) keys: Vec<RawKey>,
}

/// A place in one of the texts of a [`Found`], in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Span {
    fn range(self) -> Range<usize> {
        self.from as usize..self.to as usize
    }

    /// The same place, counted from `start`.
    fn relative_to(self, start: u32) -> Span {
        Span { from: self.from - start, to: self.to - start }
    }
}

/// One call of [`Found::record`].
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) id: Span,
    pub(super) version: Option<Span>,
    first_value: u32,
}

/// A declared key.
#[derive(Debug)]
pub(super) struct RawKey {
    /// The position of its record among the calls.
    pub(super) record: u32,
    pub(super) name: Name,
    pub(super) text: Span,
    /// The address of the text that the adapter passed. Most adapters pass the text of the look-up itself, so the
    /// address usually tells which key it is.
    pub(super) address: usize,
}

/// A field as the adapter named it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Name {
    Id(FieldId),
    /// By the position of the name in [`Found::names`].
    Key(u32),
}

impl Name {
    /// The field, given which field each name means.
    pub(super) fn field(self, named: &[Option<FieldId>]) -> Option<FieldId> {
        match self {
            Name::Id(id) => Some(id),
            Name::Key(at) => named[at as usize],
        }
    }
}

impl Raw {
    fn first_value(&self) -> usize {
        self.first_value as usize
    }
}

impl Found {
    /// Adds a record, or says more about one that was added before.
    pub fn record(&mut self, id: &str) -> FoundRecord<'_> {
        let id = self.push(id);
        let first_value = u32::try_from(self.values.len()).expect("fewer than 2³² values");
        self.records.push(Raw { id, version: None, first_value });
        FoundRecord { found: self }
    }

    /// The number of calls of [`record`](Self::record).
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether no record has been added.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The ids that were added, with repetitions, in the order of the calls. Use it to test an adapter.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.records.iter().map(|record| self.slice(record.id))
    }

    /// The declared keys, each as (id, key of the field, key). Fields that were named by position are left out. Use it
    /// to test an adapter.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.keys.iter().filter_map(|key| match key.name {
            Name::Key(field) => Some((
                self.slice(self.records[key.record as usize].id),
                self.name(field),
                self.key_text(key),
            )),
            Name::Id(_) => None,
        })
    }

    /// Removes the records whose ids are hidden, as if storage did not have them.
    pub(crate) fn hide(&mut self, is_hidden: impl Fn(&str) -> bool) {
        if !self.ids().any(&is_hidden) {
            return;
        }
        let whole = std::mem::take(self);
        let mut renumbered = Vec::with_capacity(whole.records.len());
        for (at, Raw { id, version, .. }) in whole.records.iter().enumerate() {
            let is_kept = !is_hidden(whole.slice(*id));
            renumbered.push(is_kept.then_some(self.records.len() as u32));
            if is_kept {
                let first_value = self.values.len() as u32;
                self.records.push(Raw { id: *id, version: *version, first_value });
                self.values.extend_from_slice(whole.raw_values(at));
            }
        }
        let kept = |key: RawKey| Some(RawKey { record: renumbered[key.record as usize]?, ..key });
        self.keys.extend(whole.keys.into_iter().filter_map(kept));
        (self.text, self.key_text, self.names) = (whole.text, whole.key_text, whole.names);
    }

    /// Describes the answers that were not asked for: records without an id, and records that were neither asked for by
    /// id nor declared for a key. Declared keys that were not asked for are found by the planner.
    pub(crate) fn strays(&self, lookup: &super::Lookup<'_>) -> Vec<String> {
        let answers = self.answer_by_key_or_contact(lookup);
        let is_asked = |id: &str| lookup.ids().binary_search(&id).is_ok();
        let is_fine = |(id, &answers): (&str, &bool)| !id.is_empty() && (answers || is_asked(id));
        if self.ids().zip(&answers).all(is_fine) {
            return Vec::new();
        }
        // A record may be added several times, and one reason is enough.
        let declared: Set<&str> =
            self.ids().zip(&answers).filter(|(_, answers)| **answers).map(|(id, _)| id).collect();
        let mut faults: Vec<String> = Vec::new();
        for id in self.ids() {
            if id.is_empty() {
                let objects = lookup.object().plural();
                faults.push(format!("one of the {objects} was found without an id"));
            } else if !declared.contains(id) && !is_asked(id) {
                let object = lookup.object();
                let by = match object {
                    Object::Contact => "which of the asked keys it answers, with FoundRecord::key",
                    Object::Opportunity => "whose it is, as the value of contact_id",
                };
                faults.push(format!(
                    "the {object} {id} was found, which nobody asked for by id: say {by}"
                ));
            }
        }
        faults.dedup();
        faults
    }

    /// For each call of [`record`](Self::record), whether it declared a key, or named a contact whose opportunities
    /// were asked for.
    fn answer_by_key_or_contact(&self, lookup: &super::Lookup<'_>) -> Vec<bool> {
        let mut answers = vec![false; self.records.len()];
        for key in &self.keys {
            answers[key.record as usize] = true;
        }
        if lookup.contact_ids().is_empty() {
            return answers;
        }
        let named = self.named(lookup.object(), lookup.fields);
        let is_asked = |(field, value): (Option<FieldId>, &str)| {
            field == Some(FieldId::CONTACT_LINK)
                && lookup.contact_ids().binary_search(&value).is_ok()
        };
        for (call, answers) in answers.iter_mut().enumerate() {
            *answers |= self.values(call, &named).any(is_asked);
        }
        answers
    }

    /// The names that the adapter used although the object has no such field, or has it only as a part of another.
    pub(crate) fn unknown<'s>(
        &'s self,
        object: Object,
        fields: &'s Fields,
    ) -> impl Iterator<Item = &'s str> {
        let is_known =
            move |name: &str| fields.find(object, name).is_some_and(|id| !fields.is_part(id));
        self.names.iter().map(|name| &**name).filter(move |name| !is_known(name))
    }

    /// Everything that was added, call by call: id, version, declared keys, values. Fields are named by key.
    #[allow(clippy::type_complexity)] // four columns of one table
    pub(crate) fn told<'s>(
        &'s self,
        object: Object,
        fields: &'s Fields,
    ) -> impl Iterator<Item = (&'s str, Option<&'s str>, Vec<(&'s str, &'s str)>, Vec<(&'s str, &'s str)>)>
    {
        let named = self.named(object, fields);
        let shown = move |(field, text): (Option<FieldId>, &'s str)| {
            Some((fields.get(field?).key.as_str(), text))
        };
        (0..self.len()).map(move |at| {
            let (id, version) = self.called(at);
            let own = self.keys.iter().filter(|key| key.record as usize == at);
            let keys = own.map(|key| (key.name.field(&named), self.key_text(key)));
            let values = self.values(at, &named).filter_map(shown).collect();
            (id, version, keys.filter_map(shown).collect(), values)
        })
    }

    /// The values that a call of [`record`](Self::record) gave, with the names of fields that it used.
    #[inline]
    pub(super) fn raw_values(&self, call: usize) -> &[(Name, Span)] {
        let end = self.records.get(call + 1).map_or(self.values.len(), Raw::first_value);
        &self.values[self.records[call].first_value()..end]
    }

    /// Whether two calls of [`record`](Self::record) gave the same texts in the same order. If not, they may still mean
    /// the same.
    pub(super) fn says_the_same(&self, first: usize, again: usize) -> bool {
        let (whole, whole_again) = (self.extent(first), self.extent(again));
        if self.text.as_bytes()[whole.clone()] != self.text.as_bytes()[whole_again.clone()] {
            return false;
        }
        // The same text may still be divided into values in another way.
        let (start, start_again) = (whole.start as u32, whole_again.start as u32);
        let is_same =
            |span: Span, again: Span| span.relative_to(start) == again.relative_to(start_again);
        let (record, record_again) = (&self.records[first], &self.records[again]);
        let (values, values_again) = (self.raw_values(first), self.raw_values(again));
        let is_same_version = match (record.version, record_again.version) {
            (Some(one), Some(other)) => is_same(one, other),
            (one, other) => one == other,
        };
        let mut both = values.iter().zip(values_again);
        is_same(record.id, record_again.id)
            && is_same_version
            && values.len() == values_again.len()
            && both.all(|((name, value), (name_again, value_again))| {
                name == name_again && is_same(*value, *value_again)
            })
    }

    /// The part of `text` that contains everything a call of [`record`](Self::record) gave.
    fn extent(&self, call: usize) -> Range<usize> {
        let end = self.records.get(call + 1).map_or(self.text.len(), |next| next.id.from as usize);
        self.records[call].id.from as usize..end
    }

    /// The id and the version that a call of [`record`](Self::record) gave.
    #[inline]
    pub(super) fn called(&self, call: usize) -> (&str, Option<&str>) {
        let record = &self.records[call];
        (self.slice(record.id), record.version.map(|version| self.slice(version)))
    }

    /// Where the id and the version are that a call of [`record`](Self::record) gave.
    #[inline]
    pub(super) fn spans(&self, call: usize) -> (Span, Option<Span>) {
        let record = &self.records[call];
        (record.id, record.version)
    }

    /// The values that a call of [`record`](Self::record) gave, each with its field. `named` says
    /// [which field](Self::named) each name means.
    pub(super) fn values(
        &self,
        call: usize,
        named: &[Option<FieldId>],
    ) -> impl Iterator<Item = (Option<FieldId>, &str)> {
        let values = self.raw_values(call).iter();
        values.map(|&(name, span)| (name.field(named), self.slice(span)))
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.key_text.clear();
        self.records.clear();
        self.values.clear();
        self.keys.clear();
    }

    fn push_key(&mut self, field: FieldRef<'_>, key: &str) {
        let record = u32::try_from(self.records.len() - 1).expect("fewer than 2³² records");
        let (name, address) = (self.intern(field), key.as_ptr() as usize);
        let text = append(&mut self.key_text, key);
        self.keys.push(RawKey { record, name, text, address });
    }

    fn push_value(&mut self, field: FieldRef<'_>, shown: &str) {
        if !shown.is_empty() {
            let value = (self.intern(field), self.push(shown));
            self.values.push(value);
        }
    }

    #[inline]
    fn intern(&mut self, field: FieldRef<'_>) -> Name {
        match field {
            FieldRef::Id(id) => Name::Id(id),
            FieldRef::Key(key) => {
                let known = self.names.iter().zip(0..).find(|(name, _)| is_same(name, key));
                let known = known.map(|(_, at)| at);
                Name::Key(known.unwrap_or_else(|| self.name_new(key)))
            }
        }
    }

    #[cold]
    fn name_new(&mut self, key: &str) -> u32 {
        self.names.push(key.into());
        u32::try_from(self.names.len() - 1).expect("an adapter names fewer than 2³² fields")
    }

    fn push(&mut self, text: &str) -> Span {
        append(&mut self.text, text)
    }

    #[inline]
    pub(super) fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    #[inline]
    fn key_text(&self, key: &RawKey) -> &str {
        &self.key_text[key.text.range()]
    }

    /// The declared keys. `told` says [which record](super::Answers::absorb) each call was about.
    pub(crate) fn declared_keys<'f>(
        &'f self,
        object: Object,
        fields: &Fields,
        told: &'f [StoredId],
    ) -> impl Iterator<Item = DeclaredKey<'f>> {
        let named = self.named(object, fields);
        self.keys.iter().map(move |key| DeclaredKey {
            record: told[key.record as usize],
            field: key.name.field(&named),
            key: self.key_text(key),
            address: key.address,
        })
    }

    fn name(&self, at: u32) -> &str {
        &self.names[at as usize]
    }

    /// Which field each name means, for the names that the adapter has used.
    pub(super) fn named(&self, object: Object, fields: &Fields) -> Vec<Option<FieldId>> {
        self.names.iter().map(|name| fields.find(object, name)).collect()
    }
}

fn append(all: &mut String, text: &str) -> Span {
    let start = all.len();
    all.push_str(text);
    let to = u32::try_from(all.len()).expect("the answers to one window fit 4 GiB");
    Span { from: start as u32, to }
}

/// Whether two names are the same. Lengths and first letters are compared first: they tell most names apart.
fn is_same(name: &str, other: &str) -> bool {
    name.len() == other.len()
        && name.as_bytes().first() == other.as_bytes().first()
        && name == other
}

/// A record that is being added to a [`Found`].
#[derive(Debug)]
pub struct FoundRecord<'f> {
    found: &'f mut Found,
}

impl FoundRecord<'_> {
    /// Sets the version of the record, for optimistic locking. It may be any text that changes with each write.
    pub fn version(self, version: &str) -> Self {
        let span = self.found.push(version);
        if let Some(record) = self.found.records.last_mut() {
            record.version = Some(span);
        }
        self
    }

    /// Declares that the record answers this key. Write the key exactly as it was asked.
    ///
    /// The adapter declares keys because the planner cannot compare stored values: a phone may be stored as
    /// `(206) 555-0123`. If it declares a key that was not asked for, that is a fault of the adapter. A record that was
    /// found by its id needs no key.
    pub fn key<'n>(self, field: impl Into<FieldRef<'n>>, key: &str) -> Self {
        self.found.push_key(field.into(), key);
        self
    }

    /// Adds a stored value, as it is stored. You may leave out blank values.
    pub fn value<'n>(self, field: impl Into<FieldRef<'n>>, shown: &str) -> Self {
        self.found.push_value(field.into(), shown);
        self
    }

    /// Adds several values of one field.
    pub fn values<'n>(
        mut self,
        field: impl Into<FieldRef<'n>>,
        shown: impl IntoIterator<Item: AsRef<str>>,
    ) -> Self {
        let field = field.into();
        for value in shown {
            self = self.value(field, value.as_ref());
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
