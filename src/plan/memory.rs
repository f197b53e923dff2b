//! A plan of a part of a file: [`Numbers`] says which rows those are, [`Memory`] what the parts before
//! it have met.

use hashbrown::{HashMap, HashSet};
use twox_hash::XxHash3_128;

use super::prints::Prints;
use crate::object::{Object, RowNumber};

/// The numbers in the file of the rows of a ledger.
#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    /// All rows that follow so many others.
    After(u32),
    /// These, ascending.
    Listed(Vec<RowNumber>),
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers::After(0)
    }
}

impl Numbers {
    pub(crate) fn of(&self, row: u32) -> RowNumber {
        match self {
            Numbers::After(before) => RowNumber(row.wrapping_add(before + 1)),
            Numbers::Listed(numbers) => {
                numbers.get(row as usize).copied().unwrap_or(RowNumber(row.wrapping_add(1)))
            }
        }
    }

    /// The row with this number in the file.
    pub(crate) fn row(&self, number: RowNumber) -> Option<u32> {
        match self {
            Numbers::After(before) => number.0.checked_sub(before + 1),
            Numbers::Listed(numbers) => {
                numbers.binary_search(&number).ok().and_then(|at| u32::try_from(at).ok())
            }
        }
    }
}

/// What is kept of a record once the window that met it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The first row that was folded into it; `None`: it was only named.
    pub(crate) first_row: Option<RowNumber>,
    /// This import created it.
    pub(crate) is_made: bool,
    /// A row has said more of it than its keys (M10).
    pub(crate) is_told: bool,
    /// No later row matches it any more, of an opportunity (O5).
    pub(crate) is_consumed: bool,
    /// It was told unchanged, and no window has changed it since.
    pub(crate) is_unchanged: bool,
    /// It was planned unchanged.
    pub(crate) is_planned_unchanged: bool,
    /// No row has filled its tags, whatever follow-ups have put there; of an opportunity: its value,
    /// though it is 0 (O6). Noted only where a column fills it if it is blank (W2).
    pub(crate) is_unfilled: bool,
    /// It was counted as linked, of an opportunity.
    pub(crate) is_linked: bool,
}

/// What rows have met before the import was interrupted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// Contacts that were there before, by the row that met each first: the row leads there again,
    /// whatever keys are left of it.
    pub(crate) contacts: HashMap<u32, Box<str>, foldhash::fast::RandomState>,
    /// The same by id: no row before that one has met the contact.
    pub(crate) first_rows: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    /// Rows that met nobody: whoever carries their keys now has got them since.
    pub(crate) new: HashSet<u32, foldhash::fast::RandomState>,
    /// Opportunities that were there before, by the row that met each first.
    pub(crate) opportunities: HashMap<u32, Box<str>, foldhash::fast::RandomState>,
    /// Rows that brought an opportunity: what they would match now has come there since (O5).
    pub(crate) new_opportunities: HashSet<u32, foldhash::fast::RandomState>,
}

impl Settled {
    /// Has no row met a contact, or nobody, before?
    pub(crate) fn has_no_row(&self) -> bool {
        self.contacts.is_empty() && self.new.is_empty()
    }
}

/// The fingerprint of an id.
pub(crate) fn print_of(id: &str) -> u128 {
    XxHash3_128::oneshot(id.as_bytes())
}

/// The records that earlier windows of an import met: a fingerprint of the id and the first row for
/// each, so that a file of any length is imported in little memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    contacts: Records,
    opportunities: Records,
}

#[derive(Clone, Debug, Default)]
struct Records {
    /// A [`Met`]: the row (0 = none) and flags.
    met: Prints,
    /// A bit for each field that could be cleared and was given (W3).
    given: HashMap<u128, u64, foldhash::fast::RandomState>,
    /// Fields given that have no bit of their own.
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

    /// Has no earlier window met anybody?
    pub(crate) fn is_empty(&self) -> bool {
        self.contacts.met.is_empty() && self.opportunities.met.is_empty()
    }

    pub(crate) fn get(&self, object: Object, id: &str) -> Option<Met> {
        let met = self.of(object).met.get(print_of(id))?;
        Some(Met {
            first_row: (met.row > 0).then_some(RowNumber(met.row)),
            is_made: met.flags & IS_MADE > 0,
            is_told: met.flags & IS_TOLD > 0,
            is_consumed: met.flags & IS_CONSUMED > 0,
            is_unchanged: met.flags & IS_UNCHANGED > 0,
            is_planned_unchanged: met.flags & IS_PLANNED_UNCHANGED > 0,
            is_unfilled: met.flags & IS_UNFILLED > 0,
            is_linked: met.flags & IS_LINKED > 0,
        })
    }

    /// Adds what a window knows of a record to what was known before.
    pub(crate) fn add(&mut self, object: Object, id: &str, met: Met) {
        let known = self.of_mut(object).met.entry(print_of(id));
        if known.row == 0 {
            known.row = met.first_row.map_or(0, |row| row.0);
        }
        known.flags |= if met.is_made { IS_MADE } else { 0 };
        known.flags |= if met.is_told { IS_TOLD } else { 0 };
        known.flags |= if met.is_consumed { IS_CONSUMED } else { 0 };
        known.flags |= if met.is_unchanged { IS_UNCHANGED } else { 0 };
        known.flags |= if met.is_planned_unchanged { IS_PLANNED_UNCHANGED } else { 0 };
        known.flags |= if met.is_unfilled { IS_UNFILLED } else { 0 };
        known.flags |= if met.is_linked { IS_LINKED } else { 0 };
    }

    /// A window has changed a record that was told unchanged.
    pub(crate) fn change(&mut self, object: Object, id: &str) {
        self.of_mut(object).met.entry(print_of(id)).flags &= !IS_UNCHANGED;
    }

    /// A window has left the field of the record that columns fill unfilled, or filled. Of a record that no row
    /// has met there is nothing to note.
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

    /// An interrupted import has folded the rows at hand into these records already. They are as those
    /// rows left them: nothing that is there now is cleared by one.
    pub(crate) fn settle(&mut self, settled: &Settled) {
        let prints = |ids: &mut dyn Iterator<Item = &Box<str>>| -> HashSet<u128, _> {
            ids.map(|id| print_of(id)).collect()
        };
        self.contacts.settled = prints(&mut settled.contacts.values());
        self.opportunities.settled = prints(&mut settled.opportunities.values());
    }

    /// Forgets the records that are settled, and gives them away.
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

/// The first 64 fields have a bit; nobody has a file with more that can be cleared.
fn bit(number: usize) -> Option<u64> {
    (number < 64).then(|| 1 << number)
}
