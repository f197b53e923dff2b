//! A plan of a part of a file: [`Numbers`] says which rows those are, [`Memory`] what the parts before
//! it have met.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_128;

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
}

/// The records that earlier windows of an import met: a 128-bit fingerprint of the id and the first
/// row for each, so that a file of any length is imported in little memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    contacts: HashMap<u128, Packed, foldhash::fast::RandomState>,
    opportunities: HashMap<u128, Packed, foldhash::fast::RandomState>,
}

/// A [`Met`] in four bytes: the row (0 = none) and two flags above it.
type Packed = (u32, u8);

impl Memory {
    fn of(&self, object: Object) -> &HashMap<u128, Packed, foldhash::fast::RandomState> {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    /// Has no earlier window met anybody?
    pub(crate) fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.opportunities.is_empty()
    }

    pub(crate) fn get(&self, object: Object, id: &str) -> Option<Met> {
        let records = self.of(object);
        let &(row, flags) = records.get(&xxh3_128(id.as_bytes()))?;
        Some(Met {
            first_row: (row > 0).then_some(RowNumber(row)),
            is_made: flags & 1 > 0,
            is_told: flags & 2 > 0,
        })
    }

    /// Adds what a window knows of a record to what was known before.
    pub(crate) fn add(&mut self, object: Object, id: &str, met: Met) {
        let records = match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        };
        let flags = u8::from(met.is_made) | u8::from(met.is_told) << 1;
        let packed = records.entry(xxh3_128(id.as_bytes())).or_insert((0, 0));
        if packed.0 == 0 {
            packed.0 = met.first_row.map_or(0, |row| row.0);
        }
        packed.1 |= flags;
    }
}
