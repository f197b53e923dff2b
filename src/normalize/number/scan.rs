//! [`SeparatorScan`]: which separator is the decimal one, told by the whole column.

use super::Separators;
use super::common::{Common, Tells};
use super::lexer::{self, Reading};
use crate::normalize::text::trim;

/// Looks at every cell of a column and keeps what they tell together. Bounded: three counters.
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
    point: u64,
    comma: u64,
    open: u64,
}

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeparatorsFound {
    /// At least one cell can be read with these only, and none with the others only.
    Told(Separators),
    /// No cell needs to know.
    NotNeeded,
    /// Every cell that has a separator can be read either way.
    Unknown,
    /// Some cells can be read only one way, some only the other.
    Contradictory,
}

impl SeparatorScan {
    /// Looks at one more cell.
    pub fn observe(&mut self, cell: &str) {
        if let Some(common) = Common::read(cell.as_bytes()) {
            match common.tells() {
                Tells::Nothing => return,
                Tells::Point => {
                    self.point += 1;
                    return;
                }
                Tells::Open => {
                    self.open += 1;
                    return;
                }
                Tells::Unsure => {}
            }
        }
        if !cell.bytes().any(|b| matches!(b, b'.' | b',')) {
            return;
        }
        let Some(body) = lexer::read(trim(cell)) else { return };
        let marks: smallvec::SmallVec<[char; 4]> =
            body.separators.iter().map(|(c, _)| *c).filter(|c| matches!(c, '.' | ',')).collect();
        let Some(&last) = marks.last() else { return };
        match body.reading() {
            Reading::Wrong => {}
            Reading::Open => self.open += 1,
            Reading::Point(Some(_)) if last == '.' => self.point += 1,
            Reading::Point(Some(_)) => self.comma += 1,
            // The separator groups, so the other one is the decimal one.
            Reading::Point(None) if last == '.' => self.comma += 1,
            Reading::Point(None) => self.point += 1,
        }
    }

    /// Adds what another scan of the same column has seen.
    pub fn merge(&mut self, other: &SeparatorScan) {
        self.point += other.point;
        self.comma += other.comma;
        self.open += other.open;
    }

    /// What the column tells.
    pub fn resolve(&self) -> SeparatorsFound {
        match (self.point > 0, self.comma > 0, self.open > 0) {
            (true, true, _) => SeparatorsFound::Contradictory,
            (true, false, _) => {
                SeparatorsFound::Told(Separators { group: Some(','), decimal: '.' })
            }
            (false, true, _) => {
                SeparatorsFound::Told(Separators { group: Some('.'), decimal: ',' })
            }
            (false, false, true) => SeparatorsFound::Unknown,
            (false, false, false) => SeparatorsFound::NotNeeded,
        }
    }
}
