//! [`Settled`]: which records the rows of an import had met when it was interrupted.

use hashbrown::{HashMap, HashSet};

use crate::issue::FailedRow;
use crate::object::Object;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// Contacts that were there before, by the row that met each first. That row finds its contact again,
    /// whatever has become of its keys.
    pub(crate) contacts: HashMap<u32, Box<str>, foldhash::fast::RandomState>,
    /// The same by id: no row before this one has met the contact.
    pub(crate) first_rows: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    /// Rows that met nobody, with the id of the contact that each created, unless storage refused it. Whoever
    /// else carries their keys now has come by them since.
    pub(crate) new: HashMap<u32, Option<Box<str>>, foldhash::fast::RandomState>,
    /// Opportunities that were there before, by the row that met each first.
    pub(crate) opportunities: HashMap<u32, Box<str>, foldhash::fast::RandomState>,
    /// Rows that brought an opportunity. Whatever they would match now has come there since (O5).
    pub(crate) new_opportunities: HashSet<u32, foldhash::fast::RandomState>,
    /// Sides of rows that failed because of what storage held then.
    pub(crate) failed: HashMap<(Object, u32), Vec<FailedRow>, foldhash::fast::RandomState>,
}

impl Settled {
    /// Is nothing known of any row's contact: has none met one, brought one or failed before?
    pub(crate) fn has_no_row(&self) -> bool {
        self.contacts.is_empty() && self.new.is_empty() && self.failed.is_empty()
    }

    /// Notes which of so many rows after the first `offset` had failed.
    pub(crate) fn note_failed(&mut self, failed: &[FailedRow], offset: u32, len: u32) {
        for failed in failed {
            let row = failed.row.0.checked_sub(offset + 1).filter(|row| *row < len);
            if let Some(row) = row {
                self.failed.entry((failed.object, row)).or_default().push(failed.clone());
            }
        }
    }
}
