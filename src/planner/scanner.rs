//! [`Scanner`]: what is learned about columns while rows are read.

use crate::draft::{FormatScan, Formats, Settings};
use crate::issue::Finding;
use crate::mapping::{UnmappedCounts, is_consent};
use crate::plan::UnmappedColumn;
use crate::source::Block;

/// The formats of columns, and what is in those that are not mapped.
#[derive(Clone)]
pub(crate) struct Scanner {
    formats: FormatScan,
    unmapped: UnmappedCounts,
}

impl Scanner {
    pub(crate) fn new(settings: &Settings) -> Self {
        let unmapped = UnmappedCounts::new(&settings.mapping, &settings.headers);
        Scanner { formats: FormatScan::new(settings), unmapped }
    }

    pub(crate) fn observe(&mut self, block: &Block) {
        self.formats.observe(block);
        self.count(block);
    }

    /// Adds what was seen of formats in other rows.
    pub(super) fn merge_formats(&mut self, formats: &FormatScan) {
        self.formats.merge(formats);
    }

    /// Adds what was learned from the rows that follow.
    pub(super) fn merge(&mut self, behind: &Scanner) {
        self.formats.merge(&behind.formats);
        self.unmapped.merge(&behind.unmapped);
    }

    /// Counts the values of a block, whose formats are settled already, or looked for elsewhere.
    pub(crate) fn count(&mut self, block: &Block) {
        self.unmapped.observe_block(block);
    }

    pub(crate) fn settle(&self, settings: &mut Settings) -> Vec<Finding> {
        let formats = self.formats(settings);
        settings.settle(&formats);
        formats.findings
    }

    /// Did the first block, which is this one, show how every column writes its dates and numbers, as far as
    /// one can know before the last row?
    pub(super) fn tells_formats(&self, block: &Block) -> bool {
        self.formats.are_told(block)
    }

    /// The formats of the columns, judging by what was seen.
    pub(super) fn formats(&self, settings: &Settings) -> Formats {
        self.formats.found(settings)
    }

    pub(crate) fn unmapped(&self, headers: &[String]) -> Vec<UnmappedColumn> {
        let found = self.unmapped.found();
        found
            .map(|(index, filled, examples)| UnmappedColumn {
                index,
                header: headers.get(index).cloned().unwrap_or_default(),
                filled,
                examples: examples.to_vec(),
                is_consent: is_consent(&headers[index]),
            })
            .collect()
    }
}
