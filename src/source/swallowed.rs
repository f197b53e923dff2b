//! Rows of our own error log in which a quote without an end has swallowed some cells, and which nobody has mended
//! (behaviour §15).
//!
//! In the log the quote is closed. If such a row were imported as it is, one cell would hold the text of several, and
//! their values would be lost silently (L2). So the row fails again, until each cell is in its own column.

use super::Block;
use super::rows::position;
use crate::issue::{Finding, IssueCode, log_columns};
use crate::object::RowNumber;

/// What may have separated the cells: the log does not say which delimiter its file had.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Fails the rows of the log that nobody has mended.
pub(super) fn fail_swallowed(block: &mut Block, headers: &[String], findings: &mut Vec<Finding>) {
    let place = |name| headers.iter().position(|header| header == name);
    // Our columns come after those of the file.
    let (Some(columns), Some(code)) = (place(log_columns::STATUS), place(log_columns::CODE)) else {
        return;
    };
    for row in 0..block.len() {
        let Some(at) = swallower(block, row, columns, code).filter(|_| !block.is_failed(row))
        else {
            continue;
        };
        let number = RowNumber(block.first_row().0 + row as u32);
        let finding = Finding::row(IssueCode::QuoteUnclosed, number).column(position(at));
        findings.push(finding.detail(
            "so it stands in the error log; put what the cell has swallowed into the columns behind it, \
             or empty Import code if it is right as it is",
        ));
        block.fail(row);
    }
}

/// The cell of the row that still holds those after it, if there is one.
fn swallower(block: &Block, row: usize, columns: usize, code: usize) -> Option<usize> {
    let mut codes = block.cell(row, code).split("; ");
    if !codes.any(|code| code == IssueCode::QuoteUnclosed.code()) {
        return None;
    }
    let is_filled = |at: &usize| !block.cell(row, *at).trim().is_empty();
    let last = (0..columns).rev().find(is_filled)?;
    // The last column has no cells after it that it could swallow.
    (last + 1 < columns && block.cell(row, last).contains(DELIMITERS)).then_some(last)
}
