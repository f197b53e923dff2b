//! A column of a [`Block`] that the file does not have: its cells are made from other cells.

use super::block::Block;
use super::block_row::BlockRow;
use super::raw::{BETWEEN, push_raw};

impl Block {
    /// Adds a column after those of the file: `make` appends its cell of a row to a text. It is read like any
    /// other column, but [does not count as one of the file](Self::columns).
    ///
    /// The block is laid out anew, so that code that reads a cell need not ask where it comes from. If a block
    /// already has such a column, nothing is done.
    pub(crate) fn make_column(&mut self, make: impl Fn(&BlockRow<'_>, &mut String)) {
        if self.has_made {
            return;
        }
        let mut whole = Block {
            columns: self.columns + 1,
            stride: self.columns + 1,
            has_made: true,
            first_row: self.first_row,
            is_escaped: self.is_escaped,
            has_nul: self.has_nul,
            ..Block::default()
        };
        whole.reserve(self.len(), 0);
        let mut text = String::with_capacity(self.text.len() + self.text.len() / 4);
        let (mut cell, mut ends) = (String::new(), Vec::new());
        for row in 0..self.len() {
            cell.clear();
            make(&self.row(row), &mut cell);
            ends.clear();
            let width = self.put_ends(row, &mut ends);
            let (start, of_row) = (text.len(), &self.text[self.starts[row] as usize..]);
            // The made cell comes before surplus cells, which follow it as they did before.
            let last = self.columns.checked_sub(1).map_or(0, |last| ends[last]);
            text.push_str(&of_row[..last]);
            text.push(BETWEEN.into());
            push_raw(&mut text, &cell, self.is_escaped);
            let moved = text.len() - start - last;
            text.push_str(&of_row[last..ends.last().copied().unwrap_or(0)]);
            text.push('\n');
            ends[self.columns..].iter_mut().for_each(|end| *end += moved);
            ends.insert(self.columns, last + moved);
            whole.push_row(start, self.line(row), &ends);
            whole.narrow_last(width);
        }
        whole.failed = std::mem::take(&mut self.failed);
        whole.text = text;
        *self = whole;
    }
}

#[cfg(test)]
mod tests {
    use crate::dice::Dice;
    use crate::source::{Block, Source, Stripe};

    /// Rows that are too short, too wide, too long or cannot be read, and cells that begin with quotes.
    fn file(seed: u64, header: &str) -> String {
        let mut dice = Dice::new(seed);
        let cells = [
            "",
            "a",
            "bc",
            "\"d,\"",
            "\"\"\"e\"\" f\"",
            "\"\"",
            "x\"y",
            "'=1",
            "'",
            "\"g\nh\"",
            " é ",
        ];
        let mut text = format!("{header}\n");
        for row in 0..150 {
            let width = if dice.one_in(5) { 1 + dice.below(6) } else { 3 };
            let mut row_cells: Vec<&str> = (0..width).map(|_| dice.one_of(&cells)).collect();
            let long = "y".repeat(65_530 + dice.below(20));
            if row == 140 && seed.is_multiple_of(2) {
                row_cells[0] = &long;
            }
            text += &(row_cells.join(",") + "\n");
        }
        text
    }

    fn block(text: &str) -> Block {
        let mut rows = Source::from_bytes(text.as_bytes()).open().unwrap();
        let mut block = Block::new();
        rows.next_block(&mut block, 1_000).unwrap();
        block
    }

    fn name(cells: [&str; 2]) -> String {
        cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// All that a block says about its file.
    fn told(block: &Block) -> Vec<String> {
        let of_row = |row| {
            let cells: Vec<&str> = block.cells(row).collect();
            let record: Vec<&str> = block.record(row).collect();
            let flags = (block.line(row), block.is_failed(row), block.is_blank(row));
            format!("{cells:?} {record:?} {flags:?} {}", block.cell(row, 3))
        };
        let rows = (0..block.len()).map(of_row);
        rows.chain([format!("{} {}", block.columns(), block.first_row())]).collect()
    }

    #[test]
    fn a_made_column_is_looked_at_like_any_other_and_is_none_of_the_file() {
        // The cells of an error log are escaped against formulas.
        let log = "A,B,Import status,Import code,Import fix";
        for (seed, header) in (0..12).flat_map(|seed| [(seed, "A,B,C"), (seed, log)]) {
            let before = block(&file(seed, header));
            let columns = before.columns();
            let mut after = before.clone();
            for _ in 0..2 {
                after.make_column(|row, cell| cell.push_str(&name([row.cell(0), row.cell(1)])));
            }
            assert_eq!(told(&after), told(&before));
            let every_other = || (0..before.len()).step_by(2);
            let gathered = Block::gather(every_other().map(|row| (&after, row)));
            let of_file = Block::gather(every_other().map(|row| (&before, row)));
            assert_eq!(told(&gathered), told(&of_file));
            let mut seen = [0; 2];
            for row in 0..before.len() {
                let expected = name([before.cell(row, 0), before.cell(row, 1)]);
                let mut buffer = Vec::new();
                let stripe = Stripe::of(&after, row / 64 * 64, &mut buffer);
                let of_row = after.row(row);
                assert_eq!(of_row.cell(columns), expected);
                assert_eq!(of_row.bytes(columns), expected.as_bytes());
                assert_eq!(of_row.is_empty(columns), expected.is_empty());
                assert_eq!(stripe.filled(columns) >> (row % 64) & 1 == 0, expected.is_empty());
                assert_eq!(of_row.filled() >> columns & 1 == 0, expected.is_empty());
                if !expected.is_empty() {
                    assert_eq!(stripe.bytes(row % 64, columns), expected.as_bytes());
                }
                if row % 2 == 0 {
                    assert_eq!(gathered.row(row / 2).cell(columns), expected);
                }
                for column in 0..columns {
                    assert_eq!(of_row.cell(column), before.row(row).cell(column));
                    assert_eq!(of_row.bytes(column), before.row(row).bytes(column));
                }
                seen[usize::from(expected.is_empty())] += 1;
            }
            assert!(seen[0] > 30 && seen[1] > 0, "{seen:?}");
        }
    }
}
