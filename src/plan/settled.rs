//! [`Settled`]: which records the rows of an import had met when it was interrupted.

use crate::issue::{FailedRow, MetRow};
use crate::maps::{Map, Set};
use crate::object::{Object, RowIndex, RowNumber};

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// Contacts that were there before, by the row that met each first, or left no token for it. That row finds
    /// its contact again, whatever has become of its keys.
    pub(crate) contacts: Map<RowIndex, Box<str>>,
    /// Those that were written, by id: no row before this one has met the contact.
    pub(crate) first_rows: Map<Box<str>, RowIndex>,
    /// Rows that met nobody, with the id of the contact that each created, unless storage refused it. Whoever
    /// else carries their keys now has come by them since.
    pub(crate) new: Map<RowIndex, Option<Box<str>>>,
    /// Opportunities that were there before, by the row that met each first, or left no token for it.
    pub(crate) opportunities: Map<RowIndex, Box<str>>,
    /// Those that were written.
    pub(crate) written_opportunities: Vec<Box<str>>,
    /// Rows that brought an opportunity. Whatever they would match now has come there since (O5).
    pub(crate) new_opportunities: Set<RowIndex>,
    /// Rows that met the record of an earlier row, and which row brought it.
    pub(crate) with_row: Map<(Object, RowIndex), RowIndex>,
    /// Rows that left no token for their contact, with those of their keys that were somebody else's: the column of
    /// each and its place in the cell.
    pub(crate) dropped: Map<RowIndex, Vec<(u16, u16)>>,
    /// The checkpoint names every row that the import itself could lead elsewhere by what it has written. All others
    /// find what they found before.
    pub(crate) has_all: bool,
    /// Sides of rows that failed because of what storage held then.
    pub(crate) failed: Map<(Object, RowIndex), Vec<FailedRow>>,
}

impl Settled {
    /// Is nothing known of any row's contact: has none met one, brought one or failed before?
    pub(crate) fn has_no_row(&self) -> bool {
        self.contacts.is_empty()
            && self.new.is_empty()
            && self.failed.is_empty()
            && self.with_row.is_empty()
    }

    /// Notes which of so many rows after the first `offset` had failed. One that has written since was planned again.
    pub(crate) fn note_failed(&mut self, failed: &[FailedRow], offset: u32, len: u32) {
        for failed in failed {
            let row = row_of(failed.row, offset, len);
            if let Some(row) = row.filter(|row| !self.has_written(failed.object, *row)) {
                self.failed.entry((failed.object, row)).or_default().push(failed.clone());
            }
        }
    }

    /// Is it known by its token which record the row has written?
    fn has_written(&self, object: Object, row: RowIndex) -> bool {
        match object {
            Object::Contact => self.contacts.contains_key(&row) || self.new.contains_key(&row),
            Object::Opportunity => {
                self.opportunities.contains_key(&row) || self.new_opportunities.contains(&row)
            }
        }
    }

    /// Notes which records others of these rows had met, without leaving a token.
    pub(crate) fn note_met(&mut self, met: &[MetRow], offset: u32, len: u32) {
        for met in met {
            let Some(row) = row_of(met.row, offset, len) else { continue };
            let first = met.first_row.and_then(|first| row_of(first, offset, len));
            match (&met.id, first, met.object) {
                // Where a row has written since, its token tells more.
                (Some(id), _, Object::Contact) => {
                    self.contacts.entry(row).or_insert_with(|| id.as_str().into());
                }
                (Some(id), ..) => _ = self.opportunities.insert(row, id.as_str().into()),
                (None, Some(first), object) => _ = self.with_row.insert((object, row), first),
                (None, None, Object::Contact) => _ = self.new.entry(row).or_insert(None),
                (None, None, Object::Opportunity) => {}
            }
            if met.object == Object::Contact {
                self.dropped.insert(row, met.dropped.clone());
            }
        }
    }
}

/// Which of so many rows after the first `offset` a row is.
fn row_of(row: RowNumber, offset: u32, len: u32) -> Option<RowIndex> {
    row.0.checked_sub(offset + 1).filter(|row| *row < len).map(RowIndex::new)
}
