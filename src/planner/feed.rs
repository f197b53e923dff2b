//! [`Feed`]: hands out the blocks of a file in order, each to the thread that asks next.

use std::sync::Arc;

use super::driver::Pace;
use super::reading::{AboutFile, Reading};
use super::scanner::Scanner;
use crate::draft::Settings;
use crate::issue::Finding;
use crate::source::{Block, Rows, SourceError};

/// A block that a thread has taken in order to draft it.
pub(super) struct Taken {
    /// Its place among the blocks of the file.
    pub(super) number: usize,
    pub(super) block: Block,
    /// The findings from reading it.
    pub(super) findings: Vec<Finding>,
}

/// The blocks of a file in order, and what was seen in those that have been read.
pub(super) struct Feed<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) scan: Scanner,
    block_rows: usize,
    /// The first block and its findings, until it is taken.
    first: Option<(Block, Vec<Finding>)>,
    /// How many blocks have been taken.
    pub(super) taken: usize,
    is_end: bool,
    /// All findings so far.
    pub(super) findings: Vec<Finding>,
}

impl<'a> Feed<'a> {
    /// Opens the feed, and reads the first block.
    pub(super) fn new(
        rows: Rows<'a>,
        scan: Scanner,
        block_rows: usize,
    ) -> Result<Self, SourceError> {
        let findings = Vec::new();
        let mut feed =
            Feed { rows, scan, block_rows, first: None, taken: 0, is_end: false, findings };
        feed.first = feed.read(Block::new(), Scanner::observe)?;
        Ok(feed)
    }

    /// Whether the first block shows how every column writes its dates and numbers.
    pub(super) fn tells_formats(&self) -> bool {
        self.first.as_ref().is_none_or(|(block, _)| self.scan.tells_formats(block))
    }

    /// Reads the rest of the file, and decides in which formats its columns are read. If the file can be cut into
    /// pieces, several threads read it.
    pub(super) fn read_to_end(
        mut self,
        mut settings: Settings,
        pace: Pace,
    ) -> Result<Reading, SourceError> {
        let mut blocks: Vec<Block> =
            self.first.take().map(|(block, _)| block).into_iter().collect();
        let nothing_seen = Scanner::new(&settings);
        let (rows, count) = (self.block_rows, pace.threads.count());
        let pieces = self.rows.read_in_pieces(rows, count, &nothing_seen, Scanner::observe);
        if let Some(pieces) = pieces {
            blocks.extend(pieces.blocks);
            self.findings.extend(pieces.findings);
            pieces.seen.iter().for_each(|seen| self.scan.merge(seen));
        }
        while let Some((block, _)) = self.read(Block::new(), Scanner::observe)? {
            blocks.push(block);
        }
        let mut of_file = self.scan.adopt_formats(&mut settings);
        let mut findings = self.findings;
        of_file.extend(findings.extract_if(.., |finding| finding.row.is_none()));
        let about = AboutFile::of(&self.rows, &self.scan, &settings, of_file);
        Ok(Reading { settings: Arc::new(settings), blocks, findings, about, pace })
    }

    /// How many rows the file probably has, judging by the first block.
    pub(super) fn expected_rows(&self) -> usize {
        let Some((block, _)) = &self.first else { return 0 };
        let (read, total) = (self.rows.bytes_read().max(1), self.rows.total_bytes().unwrap_or(0));
        let share = total.max(read) as f64 / read as f64;
        (block.len() as f64 * share) as usize
    }

    /// Takes the next block, which is read into `empty`. Its formats are looked for while it is drafted.
    pub(super) fn take(&mut self, empty: Block) -> Result<Option<Taken>, SourceError> {
        let next = match self.first.take() {
            Some(first) => Some(first),
            None => self.read(empty, Scanner::count)?,
        };
        let number = self.taken;
        self.taken += usize::from(next.is_some());
        Ok(next.map(|(block, findings)| Taken { number, block, findings }))
    }

    /// Reads the next block into an empty one, and shows it to the scanner with `look`.
    fn read(
        &mut self,
        mut block: Block,
        look: fn(&mut Scanner, &Block),
    ) -> Result<Option<(Block, Vec<Finding>)>, SourceError> {
        if self.is_end {
            return Ok(None);
        }
        let mut findings = Vec::new();
        // Set before reading, so that nothing is read after an error.
        self.is_end = true;
        let has_rows = self.rows.read_block(&mut block, self.block_rows, &mut findings)?;
        self.is_end = !has_rows;
        look(&mut self.scan, &block);
        self.findings.extend(findings.iter().cloned());
        findings.retain(|finding| finding.row.is_some());
        Ok(has_rows.then_some((block, findings)))
    }
}
