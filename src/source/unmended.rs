//! Rows of our own error log that have not all the cells of their row in the file, and which nobody has mended
//! (behaviour §15): a quote without an end has swallowed some, or the row broke a limit, and the log has only its
//! beginning.
//!
//! If such a row were imported as it is, its values would be lost silently (L2): one cell would hold the text of
//! several, or the beginning of its own. So the row fails again, until each cell is in its own column.

use super::Block;
use super::damage::SHOWN;
use super::rows::position;
use crate::issue::{Finding, IssueCode, log_columns};
use crate::object::RowNumber;

/// What may have separated the cells: the log does not say which delimiter its file had.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Fails the rows of the log that nobody has mended.
pub(super) fn fail_unmended(block: &mut Block, headers: &[String], findings: &mut Vec<Finding>) {
    let Some(log) = Log::of(headers) else { return };
    for row in 0..block.len() {
        if block.is_failed(row) {
            continue;
        }
        let swallower =
            log.swallower(block, row).map(|at| (IssueCode::QuoteUnclosed, SWALLOWED, at));
        let cut = || log.cut_cell(block, row).map(|at| (IssueCode::CellTooLong, CUT, at));
        let Some((code, detail, at)) = swallower.or_else(cut) else { continue };
        let number = RowNumber(block.first_row().0 + row as u32);
        findings.push(Finding::row(code, number).column(position(at)).detail(detail));
        block.fail(row);
    }
}

/// Whose quote is never closed.
const SWALLOWED: &str = "so it stands in the error log; put what the cell has swallowed into the columns behind it, or \
     empty Import code if it is right as it is";

/// Which has broken a limit.
const CUT: &str = "the error log has only its beginning, and none of the cells behind it; write them there, or empty \
     Import code if the row is right as it is";

/// Where the columns of the log are.
struct Log<'h> {
    /// The file's own, before ours.
    headers: &'h [String],
    code: usize,
    column: usize,
}

impl<'h> Log<'h> {
    fn of(headers: &'h [String]) -> Option<Self> {
        let place = |name| headers.iter().position(|header| header == name);
        let columns = place(log_columns::STATUS)?;
        let (code, column) = (place(log_columns::CODE)?, place(log_columns::COLUMN)?);
        Some(Log { headers: &headers[..columns], code, column })
    }

    fn has_code(&self, block: &Block, row: usize, code: IssueCode) -> bool {
        block.cell(row, self.code).split("; ").any(|it| it == code.code())
    }

    /// The last cell of the row that is not blank.
    fn last_filled(&self, block: &Block, row: usize) -> Option<usize> {
        (0..self.headers.len()).rev().find(|at| !block.cell(row, *at).trim().is_empty())
    }

    /// The cell of the row that still holds those after it, if there is one.
    fn swallower(&self, block: &Block, row: usize) -> Option<usize> {
        if !self.has_code(block, row, IssueCode::QuoteUnclosed) {
            return None;
        }
        let last = self.last_filled(block, row)?;
        // The last column has no cells after it that it could swallow.
        (last + 1 < self.headers.len() && block.cell(row, last).contains(DELIMITERS))
            .then_some(last)
    }

    /// The cell of the row that has still only its beginning, or nothing, if there is one.
    fn cut_cell(&self, block: &Block, row: usize) -> Option<usize> {
        if !self.has_code(block, row, IssueCode::CellTooLong) {
            return None;
        }
        let named = block.cell(row, self.column);
        let is_named = |at: &usize| named.split("; ").any(|name| name == self.headers[*at]);
        let last = self.last_filled(block, row);
        // It was cut between two letters, and may be escaped for spreadsheets.
        let is_cut = |at: &usize| (SHOWN - 3..=SHOWN + 1).contains(&block.cell(row, *at).len());
        let behind = last.map_or(0, |last| last + 1)..self.headers.len();
        last.filter(is_named).filter(is_cut).or_else(|| behind.into_iter().find(is_named))
    }
}
