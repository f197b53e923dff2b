//! [`Drafts`]: what the rows of one block offer: their sides, their keys, and what is wrong with
//! their cells.

use super::Key;
use crate::issue::Finding;

/// The drafts of the rows of one block.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) rows: Vec<RowDraft>,
    pub(super) keys: Vec<Key>,
    /// By row.
    pub(crate) findings: Vec<Finding>,
}

/// What one row offers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowDraft {
    pub(super) first_key: u32,
    pub(super) end_key: u32,
    /// A mapped cell of the object is not blank (P1).
    pub(crate) has_contact: bool,
    pub(crate) has_opportunity: bool,
    /// A cell or the row itself fails the side.
    pub(crate) contact_failed: bool,
    pub(crate) opportunity_failed: bool,
    pub(crate) has_name: bool,
    /// An e-mail address or a phone, whether a rule uses it or not.
    pub(crate) has_address: bool,
    /// Nothing but keys: the contact is only named to link an opportunity (M10).
    pub(crate) only_keys: bool,
    /// The opportunity brings tags for its contact.
    pub(crate) has_tags: bool,
}

impl RowDraft {
    /// Where the keys of the row lie among those of its block.
    pub(crate) fn keys(&self) -> std::ops::Range<usize> {
        self.first_key as usize..self.end_key as usize
    }
}

impl Drafts {
    /// Some of the keys.
    pub(crate) fn keys(&self, at: std::ops::Range<usize>) -> &[Key] {
        &self.keys[at]
    }

    /// Hands the keys over; [`put_keys`](Self::put_keys) gives them back.
    pub(crate) fn take_keys(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.keys)
    }

    pub(crate) fn put_keys(&mut self, keys: Vec<Key>) {
        self.keys = keys;
    }

    /// How many keys all rows offer together.
    pub(crate) fn len_of_keys(&self) -> usize {
        self.keys.len()
    }

    /// The keys of consecutive rows.
    pub(crate) fn keys_of(&self, rows: &[RowDraft]) -> &[Key] {
        match (rows.first(), rows.last()) {
            (Some(first), Some(last)) => {
                &self.keys[first.first_key as usize..last.end_key as usize]
            }
            _ => &[],
        }
    }
}
