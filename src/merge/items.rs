//! [`Items`]: the items of a list, in order and without repeats. Case makes no difference, unless the account has two
//! options or users that differ in nothing else.

use smallvec::SmallVec;

use crate::maps::Set;
use crate::normalize::{self, OptionSet};
use crate::value::Value;

/// Most lists are short, and there comparing is quicker than hashing. In a list longer than this, each item
/// would be compared with all before it.
const SHORT: usize = 16;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct Items<'p> {
    list: SmallVec<[Value<'p>; 4]>,
    /// The items of a long list, folded.
    folded: Option<Set<String>>,
    /// What the account lists for the field: no two of these are one item.
    listed: Option<&'p OptionSet>,
}

impl<'p> Items<'p> {
    /// An empty list of a field for which the account lists these options or users, or none.
    pub(super) fn of(listed: Option<&'p OptionSet>) -> Self {
        Items { listed, ..Items::default() }
    }

    /// The same list with the items that are stored, as they are.
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

    /// Do both hold the same items? Order makes no difference.
    pub(super) fn is_same(&self, other: &Items<'_>) -> bool {
        self.list.len() == other.list.len() && self.are_in(other)
    }

    /// Does the other list hold all of them?
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
