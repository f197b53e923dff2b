//! [`Side`]: the columns of one object as the drafter looks at them.

use super::watch::Watch;
use super::{Column, Settings};
use crate::normalize;
use crate::source::BlockRow;

/// The columns of contacts, or those of opportunities.
#[derive(Debug, Default)]
pub(super) struct Side<'s> {
    /// The loud columns first, in the order of the file; of the quiet ones those that name a contact.
    pub(super) watches: Vec<Watch<'s>>,
    pub(super) has_constants: bool,
}

impl<'s> Side<'s> {
    pub(super) fn new(settings: &Settings, columns: &'s [Column]) -> Self {
        let mut watches: Vec<_> =
            columns.iter().map(|column| Watch::new(settings, column)).collect();
        watches.sort_by_key(|watch| (watch.is_quiet, watch.is_quiet && !watch.is_name));
        Side { has_constants: watches.iter().any(|watch| watch.index.is_none()), watches }
    }

    /// Is a cell of the object filled (P1)?
    pub(super) fn is_present(&self, row: &BlockRow<'_>) -> bool {
        let mut cells = self.watches.iter().filter_map(|watch| watch.index);
        cells.any(|index| !normalize::is_blank(row.cell(index)))
    }
}
