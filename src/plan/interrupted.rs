//! [`Interrupted`]: what the rows of an import had found before it was interrupted.

use crate::issue::{FailedRow, MetRow};
use crate::maps::{Map, Set};
use crate::object::{Object, RowIndex, RowNumber};

/// What is known, when an interrupted import goes on, of the records that its rows had found (behaviour X6).
///
/// Storage has changed since, not least by the import itself. If such a row looked for its record again, it might find
/// another one. So what is noted here counts before what storage answers now. It comes from the tokens of the steps
/// that are written and, for rows that left no token, from the checkpoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupted {
    /// The stored contact that a row had found: for the first row of each contact that was written, and for rows that
    /// left no token. The row leads there again, even if none of its keys does any more.
    pub(crate) contacts: Map<RowIndex, Box<str>>,
    /// The first row of each stored contact that was written, by the contact's id. No earlier row had found the
    /// contact.
    pub(crate) first_rows: Map<Box<str>, RowIndex>,
    /// Rows that had found nobody, each with the id of the contact that it created, or `None` if storage refused that
    /// contact. If somebody else has their keys now, that came later.
    pub(crate) created: Map<RowIndex, Option<Box<str>>>,
    /// The stored opportunity that a row had found: for the first row of each one that was written, and for rows that
    /// left no token.
    pub(crate) opportunities: Map<RowIndex, Box<str>>,
    /// The ids of the stored opportunities that were written.
    pub(crate) written_opportunities: Vec<Box<str>>,
    /// Rows that had created an opportunity. If they match another one now, that has come there later (O5).
    pub(crate) created_opportunities: Set<RowIndex>,
    /// Rows that had brought a new opportunity, which was not written. They bring it again (O4, O5).
    pub(crate) bringing: Set<RowIndex>,
    /// Rows that had joined a record which an earlier row creates, each with that earlier row.
    pub(crate) joined_row: Map<(Object, RowIndex), RowIndex>,
    /// Rows that left no token for their contact, each with those of its keys that belonged to somebody else (M6). A
    /// key is given by its column and its place in the cell.
    pub(crate) dropped: Map<RowIndex, Vec<(u16, u16)>>,
    /// Whether the checkpoint names every row that could find another record because of what the import has written.
    /// Then all rows that it does not name find what they found before.
    pub(crate) is_complete: bool,
    /// Sides of rows that had failed because of what storage held then.
    pub(crate) failed: Map<(Object, RowIndex), Vec<FailedRow>>,
}

impl Interrupted {
    /// Whether nothing is known about the contact of any row.
    pub(crate) fn is_empty_for_contacts(&self) -> bool {
        self.contacts.is_empty()
            && self.created.is_empty()
            && self.failed.is_empty()
            && self.joined_row.is_empty()
    }

    /// Notes which of the `len` rows after the first `offset` had failed. A row that has written a record after all was
    /// planned again in between, and is left out.
    pub(crate) fn note_failed(&mut self, failed: &[FailedRow], offset: u32, len: u32) {
        for failed in failed {
            let row = row_of(failed.row, offset, len);
            if let Some(row) = row.filter(|row| !self.has_written(failed.object, *row)) {
                self.failed.entry((failed.object, row)).or_default().push(failed.clone());
            }
        }
    }

    /// Whether a token says which record this side of the row has written.
    fn has_written(&self, object: Object, row: RowIndex) -> bool {
        match object {
            Object::Contact => self.contacts.contains_key(&row) || self.created.contains_key(&row),
            Object::Opportunity => {
                self.opportunities.contains_key(&row) || self.created_opportunities.contains(&row)
            }
        }
    }

    /// Notes which records the `len` rows after the first `offset` had found without leaving a token.
    pub(crate) fn note_met(&mut self, met: &[MetRow], offset: u32, len: u32) {
        for met in met {
            let Some(row) = row_of(met.row, offset, len) else { continue };
            let first = met.first_row.and_then(|first| row_of(first, offset, len));
            match (&met.id, first, met.object) {
                // If the row has written its contact after all, the token is the better source.
                (Some(id), _, Object::Contact) => {
                    self.contacts.entry(row).or_insert_with(|| id.as_str().into());
                }
                (Some(id), ..) => _ = self.opportunities.insert(row, id.as_str().into()),
                (None, Some(first), object) => _ = self.joined_row.insert((object, row), first),
                (None, None, Object::Contact) => _ = self.created.entry(row).or_insert(None),
                (None, None, Object::Opportunity) if !self.has_written(met.object, row) => {
                    self.bringing.insert(row);
                }
                (None, None, Object::Opportunity) => {}
            }
            if met.object == Object::Contact {
                self.dropped.insert(row, met.dropped.clone());
            }
        }
    }
}

/// The index of a row of the file among the `len` rows after the first `offset`, if it is one of them.
fn row_of(row: RowNumber, offset: u32, len: u32) -> Option<RowIndex> {
    row.0.checked_sub(offset + 1).filter(|row| *row < len).map(RowIndex::new)
}
