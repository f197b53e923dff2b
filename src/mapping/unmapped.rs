//! [`UnmappedCounts`]: what a mapping leaves out (behaviour L2).

use super::Mapping;
use super::check::is_own;
use crate::field::synonyms::{TRAPS, Trap, phrases};
use crate::normalize;
use crate::source::Block;

/// Counts the filled cells of the columns that are neither mapped nor ignored, and keeps a few as examples.
///
/// A plan [has these counts](crate::Plan::unmapped). Use this type to get them without planning.
///
/// ```
/// use crm_import::{mapping::UnmappedCounts, Mapping, Object};
///
/// let headers = ["Mail", "Shoe size"].map(String::from);
/// let mapping = Mapping::default().column("Mail", Object::Contact, "email");
/// let mut counts = UnmappedCounts::new(&mapping, &headers);
/// counts.observe(1, "43");
/// assert_eq!(counts.found().next(), Some((1, 1, &["43".to_owned()][..])));
/// ```
#[derive(Clone, Debug)]
pub struct UnmappedCounts {
    columns: Vec<usize>,
    filled: Vec<u64>,
    examples: Vec<Vec<String>>,
}

/// How many cells are kept of a column.
const EXAMPLES: usize = 3;
/// How much of each.
const EXAMPLE_CHARS: usize = 80;

impl UnmappedCounts {
    /// Counts of zero for each unmapped column of a file with these headers.
    pub fn new(mapping: &Mapping, headers: &[String]) -> Self {
        let mut columns = mapping.resolve(headers).unmapped;
        columns.retain(|at| !is_own(&headers[*at]));
        UnmappedCounts {
            filled: vec![0; columns.len()],
            examples: vec![Vec::new(); columns.len()],
            columns,
        }
    }

    /// The 0-based positions of the columns that are counted, in ascending order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Counts a cell of the column at this position, unless it is blank or the column is not counted.
    pub fn observe(&mut self, column: usize, cell: &str) {
        if let Ok(at) = self.columns.binary_search(&column) {
            self.count(at, cell);
        }
    }

    fn count(&mut self, at: usize, cell: &str) {
        if normalize::is_blank(cell) {
            return;
        }
        self.filled[at] += 1;
        self.show(at, normalize::trim(cell));
    }

    /// Keeps an example, unless it is there already.
    fn show(&mut self, at: usize, cell: &str) {
        let examples = &mut self.examples[at];
        if examples.len() < EXAMPLES {
            let end = cell.char_indices().nth(EXAMPLE_CHARS).map_or(cell.len(), |(end, _)| end);
            let example = &cell[..end];
            if !examples.iter().any(|known| known == example) {
                examples.push(example.to_owned());
            }
        }
    }

    /// Takes over what was counted in the rows behind.
    pub(crate) fn merge(&mut self, behind: &UnmappedCounts) {
        for (at, filled) in behind.filled.iter().enumerate() {
            self.filled[at] += filled;
            behind.examples[at].iter().for_each(|example| self.show(at, example));
        }
    }

    /// Looks at the rows of a block.
    pub(crate) fn observe_block(&mut self, block: &Block) {
        for at in 0..self.columns.len() {
            block.each_filled(self.columns[at], |cell| self.count(at, cell));
        }
    }

    /// The columns with at least one filled cell: position, number of filled cells, up to three examples.
    pub fn found(&self) -> impl Iterator<Item = (usize, u64, &[String])> {
        let counted = self.columns.iter().zip(&self.filled).zip(&self.examples);
        counted
            .filter(|((_, filled), _)| **filled > 0)
            .map(|((column, filled), examples)| (*column, *filled, examples.as_slice()))
    }
}

/// Whether a header speaks of a consent. Such a column is named when it is left out.
pub(crate) fn is_consent(header: &str) -> bool {
    let words = crate::field::words(header);
    let is_one = |word: &str| {
        let lists = TRAPS.iter().filter(|(trap, _)| *trap == Trap::Consent);
        word == "dnd" || lists.flat_map(|(_, list)| phrases(list)).any(|known| known == word)
    };
    // Dynamics calls the columns that it keeps for itself `(Do Not Modify) …`.
    let speaks = words.contains("do not") && !words.contains("do not modify");
    words.split(' ').any(is_one) || speaks
}
