//! [`DateScan`]: which comes first, the day or the month, told by the whole column.

use super::lexer::{self, Parts};
use crate::account::DateOrder;
use crate::normalize::text::trim;

/// Looks at every cell of a column and keeps what they tell together. Bounded: four counters.
///
/// ```
/// # use crm_import::{account::DateOrder, normalize::{DateOrderFound, DateScan}};
/// let mut scan = DateScan::default();
/// ["04/03/2026", "", "31/03/2026"].iter().for_each(|cell| scan.observe(cell));
/// assert_eq!(scan.resolve(), DateOrderFound::Told(DateOrder::Dmy));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateScan {
    day_first: u64,
    month_first: u64,
    open: u64,
}

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrderFound {
    /// At least one cell can be read in this order only, and none in the other only.
    Told(DateOrder),
    /// No cell needs an order.
    NotNeeded,
    /// Every numeric date can be read either way.
    Unknown,
    /// Some cells can be read only one way, some only the other.
    Contradictory,
}

impl DateScan {
    /// Looks at one more cell.
    pub fn observe(&mut self, cell: &str) {
        let bytes = cell.as_bytes();
        // Blank cells and ISO dates, which are most, tell nothing.
        if bytes.is_empty() || (bytes.len() >= 10 && bytes[4] == b'-') {
            return;
        }
        if let Some(Parts::Numeric { first, second, .. }) = lexer::read(trim(cell)) {
            match tells(first, second) {
                Some(DateOrder::Dmy) => self.day_first += 1,
                Some(_) => self.month_first += 1,
                None if first != second && first <= 12 && second <= 12 => self.open += 1,
                None => {}
            }
        }
    }

    /// Adds what another scan of the same column has seen.
    pub fn merge(&mut self, other: &DateScan) {
        self.day_first += other.day_first;
        self.month_first += other.month_first;
        self.open += other.open;
    }

    /// What the column tells.
    pub fn resolve(&self) -> DateOrderFound {
        match (self.day_first > 0, self.month_first > 0, self.open > 0) {
            (true, true, _) => DateOrderFound::Contradictory,
            (true, false, _) => DateOrderFound::Told(DateOrder::Dmy),
            (false, true, _) => DateOrderFound::Told(DateOrder::Mdy),
            (false, false, true) => DateOrderFound::Unknown,
            (false, false, false) => DateOrderFound::NotNeeded,
        }
    }
}

/// The order that two numbers before a year can only have.
pub(super) fn tells(first: u16, second: u16) -> Option<DateOrder> {
    match ((1..=12).contains(&first), (1..=12).contains(&second)) {
        (false, true) if (13..=31).contains(&first) => Some(DateOrder::Dmy),
        (true, false) if (13..=31).contains(&second) => Some(DateOrder::Mdy),
        _ => None,
    }
}
