//! [`SeparatorScan`]: infers from a whole column which separator stands before decimals.

use super::Separators;
use super::lexer::{self, Reading};
use super::plain::{PlainAmount, Tells};
use crate::normalize::text::trim;

/// Looks at every cell of a column and keeps what they say together, in five bits.
///
/// ```
/// # use crm_import::normalize::{SeparatorScan, Separators, SeparatorsFound};
/// let mut scan = SeparatorScan::default();
/// ["1.234", "", "1.234,50 €"].iter().for_each(|cell| scan.observe(cell));
/// let german = Separators { group: Some('.'), decimal: ',' };
/// assert_eq!(scan.resolve(), SeparatorsFound::Told(german));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeparatorScan {
    /// Whether a cell has a point before its decimals.
    point: bool,
    /// Whether a cell has a comma before its decimals.
    comma: bool,
    /// Whether a cell can be read either way.
    open: bool,
    /// Whether one that can be read either way has a point.
    open_point: bool,
    /// Whether one that can be read either way has a comma, and is [money that never has three decimals](has_sign).
    open_money: bool,
}

/// What a column says about its separators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeparatorsFound {
    /// At least one cell can be read only with these, and none only with the others.
    Told(Separators),
    /// Every cell can be read either way. But all have a comma with three digits after it, and some are in a
    /// currency that is not written with three decimals: `$1,000`.
    Likely(Separators),
    /// No cell has a separator that could be read either way.
    NotNeeded,
    /// Every cell that has a separator can be read either way.
    Unknown,
    /// Some cells can be read only one way, some only the other. So says an amount that never has three decimals
    /// beside a comma before decimals: `£12,500` and `7.500,00`.
    Contradictory,
}

impl SeparatorScan {
    /// Looks at one more cell.
    #[inline]
    pub fn observe(&mut self, cell: &str) {
        // Most cells say nothing new.
        match decimal_mark(cell.as_bytes()) {
            Some(b'.') if self.point => {}
            Some(b',') if self.comma => {}
            _ if cell.is_empty() => {}
            _ => self.look_closer(cell),
        }
    }

    fn look_closer(&mut self, cell: &str) {
        if !cell.bytes().any(|b| matches!(b, b'.' | b',')) {
            return;
        }
        let cell = trim(cell);
        match PlainAmount::read(cell.as_bytes()).map_or(Tells::Unsure, PlainAmount::tells) {
            Tells::Nothing => {}
            Tells::Point => self.point = true,
            Tells::Comma => self.comma = true,
            // Its one separator is a comma.
            Tells::Open => self.note_open(cell, ','),
            Tells::Unsure => self.read_in_full(cell),
        }
    }

    fn read_in_full(&mut self, cell: &str) {
        let Some(body) = lexer::read(cell) else { return };
        let mut marks = body.separators.iter().map(|(c, _)| *c).filter(|c| matches!(c, '.' | ','));
        let Some(last) = marks.next_back() else { return };
        match body.reading() {
            Reading::Wrong => {}
            Reading::Open => self.note_open(cell, last),
            Reading::Point(Some(_)) if last == '.' => self.point = true,
            Reading::Point(Some(_)) => self.comma = true,
            // This separator groups thousands, so the other one stands before decimals.
            Reading::Point(None) if last == '.' => self.comma = true,
            Reading::Point(None) => self.point = true,
        }
    }

    fn note_open(&mut self, cell: &str, mark: char) {
        self.open = true;
        self.open_point |= mark == '.';
        self.open_money |= mark == ',' && has_sign(cell);
    }

    /// Adds what another scan of the same column has seen.
    pub fn merge(&mut self, other: &SeparatorScan) {
        self.point |= other.point;
        self.comma |= other.comma;
        self.open |= other.open;
        self.open_point |= other.open_point;
        self.open_money |= other.open_money;
    }

    /// What the column says.
    pub fn resolve(&self) -> SeparatorsFound {
        let points = Separators { group: Some(','), decimal: '.' };
        match (self.point, self.comma, self.open) {
            (true, true, _) => SeparatorsFound::Contradictory,
            (false, true, _) if self.open_money => SeparatorsFound::Contradictory,
            (true, false, _) => SeparatorsFound::Told(points),
            (false, true, _) => {
                SeparatorsFound::Told(Separators { group: Some('.'), decimal: ',' })
            }
            (false, false, true) if self.open_money && !self.open_point => {
                SeparatorsFound::Likely(points)
            }
            (false, false, true) => SeparatorsFound::Unknown,
            (false, false, false) => SeparatorsFound::NotNeeded,
        }
    }
}

/// The signs of dollars, pounds, rupees, yen, yuan and won, also as wide letters.
const SIGNS: [char; 12] = [
    '$', '\u{ff04}', '\u{a3}', '\u{ffe1}', '\u{20b9}', '\u{a5}', '\u{ffe5}', '\u{20a9}',
    '\u{ffe6}', '円', '元', '원',
];

/// Whether the cell has the sign of a currency that separates thousands by commas and has two decimals or none. The
/// euro is not one of them: its comma stands before decimals, and the price of fuel has three.
fn has_sign(cell: &str) -> bool {
    cell.contains(SIGNS)
}

/// The point or comma before the last one or two digits. So few digits are no group of thousands: either this
/// is the decimal separator, or the cell says nothing.
fn decimal_mark(cell: &[u8]) -> Option<u8> {
    match cell {
        [.., mark @ (b'.' | b','), b'0'..=b'9', b'0'..=b'9']
        | [.., mark @ (b'.' | b','), b'0'..=b'9'] => Some(*mark),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn whole_amounts_of_money_tell_that_commas_group_as_long_as_nothing_speaks_against_it() {
        let points = Separators { group: Some(','), decimal: '.' };
        let commas = Separators { group: Some('.'), decimal: ',' };
        for (cells, found) in [
            (&["$1,000", "$12,500"][..], SeparatorsFound::Likely(points)),
            (&["($1,000)", "12,500", "", "300"], SeparatorsFound::Likely(points)),
            (&["\u{a3} 1,000"], SeparatorsFound::Likely(points)),
            (&["12,000円", "1,500"], SeparatorsFound::Likely(points)),
            (&["12,000元"], SeparatorsFound::Likely(points)),
            (&["12,000 원"], SeparatorsFound::Likely(points)),
            (&["\u{20a9}12,000"], SeparatorsFound::Likely(points)),
            (&["1,000", "12,500"], SeparatorsFound::Unknown),
            (&["$1,000", "12.500"], SeparatorsFound::Unknown),
            (&["$1.000"], SeparatorsFound::Unknown),
            (&["1,459 \u{20ac}"], SeparatorsFound::Unknown),
            (&["1,000", "$1,5"], SeparatorsFound::Told(commas)),
            (&["$1.000", "$1,5"], SeparatorsFound::Told(commas)),
            (&["$1,000", "$1,5"], SeparatorsFound::Contradictory),
            (&["$1,000", "$0,500"], SeparatorsFound::Contradictory),
            (&["$1,000", "$1,500.50"], SeparatorsFound::Told(points)),
        ] {
            let mut scan = SeparatorScan::default();
            cells.iter().for_each(|cell| scan.observe(cell));
            assert_eq!(scan.resolve(), found, "{cells:?}");
        }
    }

    /// A cell made of what stands in amounts.
    fn cell(seed: u64) -> String {
        const PARTS: [&str; 24] = [
            "0", "1", "2", "5", "00", "50", "234", "500", ".", ".", ".", ",", ",", ",", "-", "$",
            " ", "'", "e", "٫", "，", "Rs.", ")", "€",
        ];
        Dice::new(seed).text(9, &PARTS)
    }

    #[test]
    fn a_cell_tells_at_a_glance_what_it_tells_in_full() {
        let bits = |at: u8| SeparatorScan {
            point: at & 1 != 0,
            comma: at & 2 != 0,
            open: at & 4 != 0,
            open_point: at & 8 != 0,
            open_money: at & 16 != 0,
        };
        let (mut told, mut glances) = (0, 0);
        for cell in (0..200_000).map(cell) {
            for before in (0..32).step_by(5).map(bits) {
                let (mut scan, mut full) = (before, before);
                scan.observe(&cell);
                // The lexer passes over cells that have no ASCII separator.
                if cell.contains(['.', ',']) {
                    full.read_in_full(trim(&cell));
                }
                assert_eq!(scan, full, "{cell:?} {before:?}");
                told += usize::from(scan != before);
            }
            glances += usize::from(decimal_mark(cell.as_bytes()).is_some());
        }
        assert!(told > 30_000 && glances > 10_000, "{told} told, {glances} seen at a glance");
    }
}
