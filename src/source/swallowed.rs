//! Rows of our own error log that are as they were when a quote without an end had swallowed the cells
//! behind it (behaviour §15).
//!
//! In the log the quote is closed: imported unmended, the row would have one cell for several, and what
//! they said would be gone without a word (L2). So such a row fails again. It is mended once the cells
//! stand in their columns.

use super::Block;
use super::rows::position;
use crate::issue::{Finding, IssueCode, log_columns};
use crate::object::RowNumber;

/// What separates the cells of files; the log does not tell what did in the file that it is of.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Fails the rows of a block of the log that nobody has mended.
pub(super) fn fail_swallowed(block: &mut Block, headers: &[String], findings: &mut Vec<Finding>) {
    let place = |name| headers.iter().position(|header| header == name);
    // Ours stand behind those of the file.
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

/// The cell that still holds those behind it.
fn swallower(block: &Block, row: usize, columns: usize, code: usize) -> Option<usize> {
    let mut codes = block.cell(row, code).split("; ");
    if !codes.any(|code| code == IssueCode::QuoteUnclosed.code()) {
        return None;
    }
    let is_filled = |at: &usize| !block.cell(row, *at).trim().is_empty();
    let last = (0..columns).rev().find(is_filled)?;
    // Behind the last column there is nothing to swallow.
    (last + 1 < columns && block.cell(row, last).contains(DELIMITERS)).then_some(last)
}
