//! What the planner is working on: a block, and a window of its rows.

use std::ops::Range;

use crate::dedup::KeyNumber;
use crate::draft::Drafts;
use crate::issue::Finding;
use crate::lookup::Question;

/// The block whose rows are being planned. It is the last one of the ledger.
#[derive(Debug, Default)]
pub(super) struct CurrentBlock {
    pub(super) drafts: Drafts,
    /// The questions of the windows that are still to come, if another thread has made them.
    pub(super) questions: std::vec::IntoIter<Question>,
    /// The numbers of its keys, if another thread has given them.
    pub(super) numbers: Option<Vec<KeyNumber>>,
    /// What was found while it was read.
    pub(super) findings: Vec<Finding>,
}

/// The rows that are planned together, after one question to storage for all of them.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Their positions in the block.
    pub(super) rows: Range<usize>,
    /// The position of the first of them among all rows of the plan.
    pub(super) first_row: u32,
    /// The numbers of their keys.
    pub(super) numbers: Vec<KeyNumber>,
    /// What was found while they were planned.
    pub(super) findings: Vec<Finding>,
    /// How many of those, at the beginning, are about contacts.
    pub(super) of_contacts: usize,
}
