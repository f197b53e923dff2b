//! Reads a file in memory on several threads: it is cut where records end, and each piece is read as if it
//! were a file of its own.
//!
//! Each cut is a guess: if the number of quotes before a line end is even, the line end should end a record. Reading
//! proves it. The first piece begins with a record. If no quote is open at the end of a piece, the next piece begins
//! with a record, too. If a quote stays open in any piece, nothing is proven, and the file is read in one go.

use super::input::{Bytes, digest_of};
use super::records::Records;
use super::rows::Rows;
use super::{Block, Limits, SourceError};
use crate::issue::{Finding, IssueCode};
use crate::object::RowNumber;

/// Smaller pieces are not worth a thread.
const PIECE_BYTES: usize = 256 * 1024;

/// The rows of one piece, numbered from 1, and what was seen in them.
struct Piece<T> {
    blocks: Vec<Block>,
    findings: Vec<Finding>,
    rows: u32,
    lines: u64,
    seen: T,
}

/// A file that was read in pieces.
pub(crate) struct Pieces<T> {
    pub(crate) blocks: Vec<Block>,
    pub(crate) findings: Vec<Finding>,
    /// What was seen in each piece, in the order of the file.
    pub(crate) seen: Vec<T>,
}

impl Rows<'_> {
    /// Reads the rest of the file on so many threads, in blocks of so many rows. `look` is shown each block
    /// right after it was read, and adds to what was seen in its piece. `None`: the file cannot be cut, and
    /// nothing was read.
    pub(crate) fn read_in_pieces<T: Clone + Send + Sync>(
        &mut self,
        block_rows: usize,
        threads: usize,
        nothing_seen: &T,
        look: impl Fn(&mut T, &Block) + Sync,
    ) -> Option<Pieces<T>> {
        let (whole, rest) = match &self.records.bytes {
            Bytes::Memory(memory) => (memory.whole(), memory.rest()),
            Bytes::Stream(_) => return None,
        };
        let is_limited = self.limits().rows != Limits::default().rows
            || self.limits().bytes != Limits::default().bytes;
        if threads < 2 || is_limited || self.is_end || rest.len() < threads * PIECE_BYTES {
            return None;
        }
        let cuts = cuts(rest, threads)?;
        let (pieces, digest) = std::thread::scope(|scope| {
            let digest = scope.spawn(|| digest_of(whole));
            let readers: Vec<_> = cuts
                .windows(2)
                .enumerate()
                .map(|(number, cut)| {
                    let piece = self.piece(&rest[cut[0]..cut[1]], number == 0);
                    let (seen, look) = (nothing_seen.clone(), &look);
                    scope.spawn(move || read_piece(piece, block_rows, seen, look))
                })
                .collect();
            let pieces: Option<Vec<Piece<T>>> =
                readers.into_iter().map(|reader| reader.join().ok()?.ok()).collect();
            (pieces, digest.join().ok())
        });
        let pieces = pieces?;
        let is_open = |finding: &Finding| finding.code == IssueCode::QuoteUnclosed;
        if pieces.iter().any(|piece| piece.findings.iter().any(is_open)) {
            return None;
        }
        let len = rest.len();
        self.digest = digest;
        self.records.bytes.stop_digesting();
        Some(self.join(pieces, len))
    }

    fn piece<'p>(&self, bytes: &'p [u8], is_first: bool) -> Rows<'p> {
        let mut records =
            Records::new(Bytes::memory(bytes), self.records.delimiter, self.limits(), 1);
        records.columns = self.records.columns;
        records.after_return = is_first && self.records.after_return;
        self.part(records)
    }

    /// Numbers rows and lines from one piece to the next, and moves to the end of the file.
    fn join<T>(&mut self, pieces: Vec<Piece<T>>, len: usize) -> Pieces<T> {
        let mut all = Pieces { blocks: Vec::new(), findings: Vec::new(), seen: Vec::new() };
        for piece in pieces {
            let (rows, lines) = (self.next_row - 1, self.records.line - 1);
            all.blocks.extend(piece.blocks.into_iter().map(|mut block| {
                block.shift(rows, lines);
                block
            }));
            all.findings.extend(piece.findings.into_iter().map(|mut finding| {
                finding.row = finding.row.map(|row| RowNumber(row.0 + rows));
                finding
            }));
            all.seen.push(piece.seen);
            self.next_row += piece.rows;
            self.records.line += piece.lines;
        }
        self.records.bytes.consume(len);
        self.records.bytes_read += len as u64;
        self.is_end = true;
        all
    }
}

fn read_piece<T>(
    mut rows: Rows<'_>,
    block_rows: usize,
    mut seen: T,
    look: impl Fn(&mut T, &Block),
) -> Result<Piece<T>, SourceError> {
    let (mut blocks, mut findings) = (Vec::new(), Vec::new());
    loop {
        let mut block = Block::new();
        if !rows.read_block(&mut block, block_rows, &mut findings)? {
            break;
        }
        look(&mut seen, &block);
        blocks.push(block);
    }
    let (rows, lines) = (rows.next_row - 1, rows.records.line - 1);
    Ok(Piece { blocks, findings, rows, lines, seen })
}

/// Where to cut: at the end of each equal share, after the next line end that has an even number of quotes
/// before it. The first place is 0, the last one the end of the bytes.
fn cuts(bytes: &[u8], pieces: usize) -> Option<Vec<usize>> {
    let mut cuts = vec![0];
    for piece in 1..pieces {
        let from = *cuts.last()?;
        let target = from.max(bytes.len() / pieces * piece);
        let mut quotes = memchr::memchr_iter(b'"', &bytes[from..target]).count();
        let mut marks = memchr::memchr2_iter(b'"', b'\n', &bytes[target..]);
        let end = marks.find(|&at| {
            let is_line_end = bytes[target + at] == b'\n';
            quotes += usize::from(!is_line_end);
            is_line_end && quotes.is_multiple_of(2)
        })?;
        cuts.push(target + end + 1);
    }
    cuts.push(bytes.len());
    Some(cuts)
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;

    /// Cells and line of each row, and what was found.
    type Read = (Vec<(Vec<String>, u64, bool)>, Vec<(Option<u32>, IssueCode)>, u128);

    fn told(blocks: &[Block], findings: &[Finding], rows: &Rows<'_>) -> Read {
        let lines = blocks.iter().flat_map(|block| {
            (0..block.len()).map(|row| {
                let cells = block.record(row).map(str::to_owned).collect();
                (cells, block.line(row), block.is_failed(row))
            })
        });
        let found = findings.iter().map(|finding| (finding.row.map(|row| row.0), finding.code));
        (lines.collect(), found.collect(), rows.digest())
    }

    fn in_one_go(file: &[u8]) -> Read {
        let mut rows = Source::from_bytes(file).open().unwrap();
        let (mut blocks, mut findings) = (Vec::new(), Vec::new());
        loop {
            let mut block = Block::new();
            if !rows.read_block(&mut block, 1_000, &mut findings).unwrap() {
                return told(&blocks, &findings, &rows);
            }
            blocks.push(block);
        }
    }

    fn in_pieces(file: &[u8], threads: usize) -> Option<(Read, usize)> {
        let mut rows = Source::from_bytes(file).open().unwrap();
        let look = |seen: &mut usize, block: &Block| *seen += block.len();
        let pieces = rows.read_in_pieces(1_000, threads, &0, look)?;
        let seen = pieces.seen.iter().sum();
        Some((told(&pieces.blocks, &pieces.findings, &rows), seen))
    }

    /// More than enough for four pieces; every few rows a cell with line breaks and doubled quotes, a row
    /// that is too short or too long, and a blank line.
    fn file(line_end: &str) -> String {
        let mut file = format!("Email,Notes,City{line_end}");
        for row in 0..40_000 {
            file.push_str(&format!("p{row}@example.com,"));
            match row % 7 {
                0 => file.push_str("\"said \"\"yes\"\",\nthen, \r\nno\",Rome"),
                1 => file.push_str("short"),
                2 => file.push_str("a pipe,Rome,more"),
                3 => file.push_str(&format!("plain,Rome{line_end}")),
                _ => file.push_str("\"a, b\",Rome"),
            }
            file.push_str(line_end);
        }
        file
    }

    #[test]
    fn pieces_put_together_are_the_file_in_one_go() {
        for line_end in ["\n", "\r\n", "\r"] {
            let file = file(line_end);
            let alone = in_one_go(file.as_bytes());
            for threads in [2, 3, 4] {
                // Cuts are looked for behind line feeds.
                let Some((read, seen)) = in_pieces(file.as_bytes(), threads) else {
                    assert_eq!(line_end, "\r");
                    continue;
                };
                assert_eq!(seen, read.0.len());
                assert!(read == alone, "{threads} threads, {}", line_end.escape_debug());
            }
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_proves_nothing() {
        let file = file("\n") + "ana@example.com,\"never closed,Rome\nbo@example.com,,Rome\n";
        assert!(in_pieces(file.as_bytes(), 3).is_none());
    }
}
