//! [`People`]: what the planner keeps of contacts besides the ledger.

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

use super::clearing::Given;
use super::kept::{Books, Singles};
use crate::dedup::KeyNumber;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct People {
    /// Number of the contact that each stored record is, by its number among the answers.
    pub(super) stored: Vec<u32>,
    /// Of each stored contact: would its first row change what is stored of it?
    pub(super) first_differs: Vec<bool>,
    /// The addresses of contacts with many rows, as the last row left them.
    pub(super) books: Books,
    /// Single values of such contacts, where a rule or a consent asks for them.
    pub(super) singles: Singles,
    /// What rows have given their record, where a clear token asks for it.
    pub(super) given: Given,
    /// Keys of combined and text rules that a contact was taught.
    pub(super) taught: HashMap<u32, Vec<KeyNumber>, RandomState>,
    /// Contacts that a row has said more of than its keys, where repeats are not merged (M10).
    pub(super) told: HashSet<u32, RandomState>,
    /// Rows whose contact failed although contacts are not selected (P6, P8).
    pub(super) failed_references: HashSet<u32, RandomState>,
}
