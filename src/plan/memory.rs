//! [`Memory`]: what a run remembers of the records that its earlier windows met.

use hashbrown::{HashMap, HashSet};
use twox_hash::XxHash3_128;

use super::met_records::{self, MetRecords};
use super::settled::Settled;
use crate::object::{Object, RowNumber};

/// What is kept of a record after the window that met it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The first row that was folded into it; `None` if rows only named it.
    pub(crate) first_row: Option<RowNumber>,
    /// This import created it.
    pub(crate) is_made: bool,
    /// A row has said more about it than its keys (M10).
    pub(crate) is_told: bool,
    /// For an opportunity: no later row matches it any more (O5).
    pub(crate) is_consumed: bool,
    /// It was reported unchanged, and no window has changed it since.
    pub(crate) is_unchanged: bool,
    /// It was planned unchanged.
    pub(crate) is_planned_unchanged: bool,
    /// No row has filled its tags, whatever follow-ups have put there; for an opportunity: its value, although
    /// that is 0 (O6). Noted only if a column fills blanks (W2).
    pub(crate) is_unfilled: bool,
    /// For an opportunity: it was counted as linked.
    pub(crate) is_linked: bool,
}

/// The fingerprint of an id.
pub(crate) fn print_of(id: &str) -> u128 {
    XxHash3_128::oneshot(id.as_bytes())
}

/// The records that earlier windows of an import met. Each costs a fingerprint of its id, its first row and a
/// few flags, so that a file of any length is imported in little memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    contacts: Records,
    opportunities: Records,
}

#[derive(Clone, Debug, Default)]
struct Records {
    /// A [`Met`]: the row (0 = none) and flags.
    met: MetRecords,
    /// A bit for each field that could be cleared and was given (W3).
    given: HashMap<u128, u64, foldhash::fast::RandomState>,
    /// Given fields for which there is no bit.
    more: HashSet<(u128, u16), foldhash::fast::RandomState>,
    settled: HashSet<u128, foldhash::fast::RandomState>,
}

const IS_MADE: u8 = 1;
const IS_TOLD: u8 = 2;
const IS_CONSUMED: u8 = 4;
const IS_UNCHANGED: u8 = 8;
const IS_PLANNED_UNCHANGED: u8 = 16;
const IS_UNFILLED: u8 = 32;
const IS_LINKED: u8 = 64;

impl Met {
    fn of(entry: &met_records::Entry) -> Self {
        let has = |flag: u8| entry.flags & flag > 0;
        Met {
            first_row: (entry.row > 0).then_some(RowNumber(entry.row)),
            is_made: has(IS_MADE),
            is_told: has(IS_TOLD),
            is_consumed: has(IS_CONSUMED),
            is_unchanged: has(IS_UNCHANGED),
            is_planned_unchanged: has(IS_PLANNED_UNCHANGED),
            is_unfilled: has(IS_UNFILLED),
            is_linked: has(IS_LINKED),
        }
    }

    fn flags(self) -> u8 {
        [
            (IS_MADE, self.is_made),
            (IS_TOLD, self.is_told),
            (IS_CONSUMED, self.is_consumed),
            (IS_UNCHANGED, self.is_unchanged),
            (IS_PLANNED_UNCHANGED, self.is_planned_unchanged),
            (IS_UNFILLED, self.is_unfilled),
            (IS_LINKED, self.is_linked),
        ]
        .into_iter()
        .fold(0, |flags, (flag, is_set)| if is_set { flags | flag } else { flags })
    }
}

impl Memory {
    fn of(&self, object: Object) -> &Records {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    fn of_mut(&mut self, object: Object) -> &mut Records {
        match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        }
    }

    /// Has no earlier window met any record?
    pub(crate) fn is_empty(&self) -> bool {
        self.contacts.met.is_empty() && self.opportunities.met.is_empty()
    }

    pub(crate) fn get(&self, object: Object, id: &str) -> Option<Met> {
        self.of(object).met.get(print_of(id)).map(Met::of)
    }

    /// Adds what a window knows of a record to what was known before.
    pub(crate) fn add(&mut self, object: Object, id: &str, met: Met) {
        let known = self.of_mut(object).met.entry(print_of(id));
        if known.row == 0 {
            known.row = met.first_row.map_or(0, |row| row.0);
        }
        known.flags |= met.flags();
    }

    /// A window has changed a record that was reported unchanged.
    pub(crate) fn change(&mut self, object: Object, id: &str) {
        self.of_mut(object).met.entry(print_of(id)).flags &= !IS_UNCHANGED;
    }

    /// A window has left unfilled the field that columns fill if it is blank, or has filled it. There is nothing
    /// to note about a record that no row has met.
    pub(crate) fn leave(&mut self, object: Object, id: &str, is_unfilled: bool) {
        if self.get(object, id).is_some_and(|met| met.is_unfilled != is_unfilled) {
            self.of_mut(object).met.entry(print_of(id)).flags ^= IS_UNFILLED;
        }
    }

    /// A row has given the record the field with this number among those that can be cleared.
    pub(crate) fn give(&mut self, object: Object, id: &str, number: usize) {
        let (records, print) = (self.of_mut(object), print_of(id));
        match bit(number) {
            Some(bit) => *records.given.entry(print).or_default() |= bit,
            None => _ = records.more.insert((print, u16::try_from(number).unwrap_or(u16::MAX))),
        }
    }

    /// An interrupted import has folded the rows at hand into these records already, and they are as those rows
    /// left them. So the rows clear nothing that is there now.
    pub(crate) fn settle(&mut self, settled: &Settled) {
        let prints = |ids: &mut dyn Iterator<Item = &Box<str>>| -> HashSet<u128, _> {
            ids.map(|id| print_of(id)).collect()
        };
        self.contacts.settled = prints(&mut settled.first_rows.keys());
        self.opportunities.settled = prints(&mut settled.written_opportunities.iter());
    }

    /// Forgets which records are settled, and returns them.
    pub(crate) fn take_settled(&mut self) -> Memory {
        let take = |records: &mut Records| Records {
            settled: std::mem::take(&mut records.settled),
            ..Records::default()
        };
        Memory { contacts: take(&mut self.contacts), opportunities: take(&mut self.opportunities) }
    }

    pub(crate) fn is_settled(&self, object: Object, id: &str) -> bool {
        let settled = &self.of(object).settled;
        !settled.is_empty() && settled.contains(&print_of(id))
    }

    /// Has a row of an earlier window given the record this field?
    pub(crate) fn is_given(&self, object: Object, id: &str, number: usize) -> bool {
        let (records, print) = (self.of(object), print_of(id));
        if records.settled.contains(&print) {
            return true;
        }
        match bit(number) {
            Some(bit) => records.given.get(&print).is_some_and(|given| given & bit > 0),
            None => records.more.contains(&(print, u16::try_from(number).unwrap_or(u16::MAX))),
        }
    }
}

/// The first 64 fields have a bit each. Hardly any file has more that can be cleared.
fn bit(number: usize) -> Option<u64> {
    (number < 64).then(|| 1 << number)
}
