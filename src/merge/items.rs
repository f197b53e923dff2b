//! [`Items`]: the items of a list, in order and without repeats. Items that differ only in case are the same, unless the
//! account lists both as options or users.

use smallvec::SmallVec;

use crate::maps::Set;
use crate::normalize::{self, OptionSet};
use crate::value::Value;

/// A list that is longer than this is indexed. In a short list, as most are, comparing items is quicker than hashing.
const SHORT: usize = 16;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct Items<'p> {
    list: SmallVec<[Value<'p>; 4]>,
    /// The index of a long list: its items, folded.
    folded: Option<Set<String>>,
    /// The options or users that the account lists for the field. No two of them are the same item.
    listed: Option<&'p OptionSet>,
}

impl<'p> Items<'p> {
    /// An empty list of a field, given the options or users that the account lists for it.
    pub(super) fn of(listed: Option<&'p OptionSet>) -> Self {
        Items { listed, ..Items::default() }
    }

    /// The same list with stored items added, as they are.
    pub(super) fn with_stored(mut self, values: impl Iterator<Item = Value<'p>>) -> Self {
        self.list.extend(values);
        self.index();
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.folded = None;
    }

    /// Adds an item, unless the list holds it already.
    pub(super) fn join(&mut self, item: Value<'p>) {
        if self.holds(&item) {
            return;
        }
        if let Some(known) = &mut self.folded {
            known.insert(folded(&item));
        }
        self.list.push(item);
        self.index();
    }

    /// Whether both lists hold the same items, in any order.
    pub(super) fn is_same(&self, other: &Items<'_>) -> bool {
        self.list.len() == other.list.len() && self.are_in(other)
    }

    /// Whether the other list holds all items of this one.
    pub(super) fn are_in(&self, other: &Items<'_>) -> bool {
        self.list.iter().all(|item| other.holds(item))
    }

    pub(super) fn into_list(self) -> SmallVec<[Value<'p>; 4]> {
        self.list
    }

    fn holds(&self, item: &Value<'_>) -> bool {
        if let Some(known) = &self.folded {
            let is_known = known.contains(&folded(item));
            if !is_known || self.listed.is_none() {
                return is_known;
            }
        }
        self.list.iter().any(|other| match (other, item) {
            (Value::Text(a), Value::Text(b)) => {
                normalize::folded_eq(a, b)
                    && self.listed.is_none_or(|listed| !listed.tells_apart(a, b))
            }
            (a, b) => a == b,
        })
    }

    fn index(&mut self) {
        if self.list.len() > SHORT && self.folded.is_none() {
            self.folded = Some(self.list.iter().map(folded).collect());
        }
    }
}

fn folded(item: &Value<'_>) -> String {
    normalize::folded(&item.to_text())
}
