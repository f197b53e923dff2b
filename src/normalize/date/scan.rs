//! [`DateScan`]: infers from a whole column whether the day or the month comes first.
//!
//! Each cell leaves a set of orders in which it can be read. What counts in the end is which orders are in all
//! of these sets, so the scan only has to remember which of the eight possible sets it has met.

use jiff::civil::Date;

use super::lexer::{self, Number, Parts};
use super::{full_year, written_day};
use crate::account::DateOrder;
use crate::normalize::text::trim;

/// Looks at every cell of a column and keeps what they say together, in one byte.
///
/// ```
/// # use crm_import::{account::DateOrder, normalize::{DateOrderFound, DateScan}};
/// let mut scan = DateScan::default();
/// ["04/03/2026", "", "31/03/2026"].iter().for_each(|cell| scan.observe(cell));
/// assert_eq!(scan.resolve(), DateOrderFound::Told(DateOrder::Dmy));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateScan {
    /// Which sets of possible orders were met: one bit for each of the eight sets.
    met: u8,
}

/// What a column says about the order of its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrderFound {
    /// All cells can be read in this order, and in no other.
    Told(DateOrder),
    /// Years have two digits and could also come first: `31.12.26` is the last day of 2026, or the 26th of
    /// December 2031. This is the order if they do not.
    Likely(DateOrder),
    /// No cell needs an order.
    NotNeeded,
    /// Every numeric date can be read with the day or the month first.
    Unknown,
    /// There is no order in which all cells can be read.
    Contradictory,
}

const ORDERS: [DateOrder; 3] = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
const DMY: u8 = 0b001;
const MDY: u8 = 0b010;
const YMD: u8 = 0b100;

impl DateScan {
    /// Looks at one more cell.
    #[inline]
    pub fn observe(&mut self, cell: &str) {
        let bytes = cell.as_bytes();
        // Blank cells and ISO dates, which are most, tell nothing.
        let is_silent = bytes.is_empty() || (bytes.len() >= 10 && bytes[4] == b'-');
        if !is_silent {
            self.look_closer(cell);
        }
    }

    fn look_closer(&mut self, cell: &str) {
        if let Some(Parts::Numeric { first, second, third }) = lexer::read(trim(cell)) {
            // Most cells have two numbers that may be a month, and the year behind them.
            let is_month = |number: u16| (1..=12).contains(&number);
            let has_year_last = third.digits == 4 && (1600..=2400).contains(&third.value);
            if has_year_last && is_month(first.value) && is_month(second) && first.value != second {
                self.met |= 1 << (DMY | MDY);
                return;
            }
            let readings = readings(first, second, third, super::DateFormat::default().pivot);
            let days = || readings.iter().flatten();
            if days().any(|day| Some(day) != days().next()) || days().count() == 1 {
                let set =
                    (0..3).filter(|at| readings[*at].is_some()).fold(0, |set, at| set | 1 << at);
                self.met |= 1 << set;
            }
        }
    }

    /// Adds what another scan of the same column has seen.
    pub fn merge(&mut self, other: &DateScan) {
        self.met |= other.met;
    }

    /// Whether all cells can be read in this order.
    pub(crate) fn allows(&self, order: DateOrder) -> bool {
        ORDERS.iter().position(|it| *it == order).is_some_and(|at| self.open() & 1 << at != 0)
    }

    /// The orders in which all cells can be read.
    fn open(&self) -> u8 {
        let sets = (0..8_u8).filter(|set| self.met & 1 << set != 0);
        sets.fold(DMY | MDY | YMD, |all, set| all & set)
    }

    /// What the column tells.
    pub fn resolve(&self) -> DateOrderFound {
        if self.met == 0 {
            return DateOrderFound::NotNeeded;
        }
        match self.open() {
            0 => DateOrderFound::Contradictory,
            DMY => DateOrderFound::Told(DateOrder::Dmy),
            MDY => DateOrderFound::Told(DateOrder::Mdy),
            YMD => DateOrderFound::Told(DateOrder::Ymd),
            open if open == DMY | YMD => DateOrderFound::Likely(DateOrder::Dmy),
            open if open == MDY | YMD => DateOrderFound::Likely(DateOrder::Mdy),
            _ => DateOrderFound::Unknown,
        }
    }
}

/// The days that three numbers can be, in the order of [`ORDERS`].
pub(super) fn readings(first: Number, second: u16, third: Number, pivot: u8) -> [Option<Date>; 3] {
    ORDERS.map(|order| read_in(order, first, second, third, pivot))
}

/// The day that three numbers are in an order.
pub(super) fn read_in(
    order: DateOrder,
    first: Number,
    second: u16,
    third: Number,
    pivot: u8,
) -> Option<Date> {
    let has_year_last = third.digits == 4 || third.digits == 2;
    let (year, month, day) = match order {
        DateOrder::Dmy if has_year_last => (third, second, first.value),
        DateOrder::Mdy if has_year_last => (third, first.value, second),
        DateOrder::Ymd if first.digits == 2 && third.digits <= 2 => (first, second, third.value),
        _ => return None,
    };
    written_day(full_year(year, pivot), month, day).ok()
}
