//! What the planner has in hand: a block, and a window of its rows.

use std::ops::Range;

use crate::dedup::KeyNumber;
use crate::draft::Drafts;
use crate::issue::Finding;
use crate::lookup::Question;

/// The block whose rows are planned: the last one of the ledger.
#[derive(Debug, Default)]
pub(super) struct CurrentBlock {
    pub(super) drafts: Drafts,
    /// The questions of the windows that are still to come, if they were made already.
    pub(super) questions: std::vec::IntoIter<Question>,
    /// The numbers of its keys, where another thread has given them.
    pub(super) numbers: Option<Vec<KeyNumber>>,
    /// What was found while it was read.
    pub(super) findings: Vec<Finding>,
}

/// The rows that are planned together: what they ask storage is one question.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Their positions in the block.
    pub(super) rows: Range<usize>,
    /// The first of them in the file, counted from 0.
    pub(super) first_row: u32,
    /// The numbers of their keys.
    pub(super) numbers: Vec<KeyNumber>,
    /// What was found while they were planned.
    pub(super) findings: Vec<Finding>,
    /// So many of them are of contacts, in the order of the rows.
    pub(super) of_contacts: usize,
}
