//! [`Scanner`]: what is learned about columns while rows are read: their formats, and what is in those that are not mapped.

use crate::draft::{FormatScan, Formats, Settings};
use crate::issue::Finding;
use crate::mapping::{UnmappedCounts, is_consent};
use crate::plan::UnmappedColumn;
use crate::source::Block;

/// See the [module](self).
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

    /// Takes in one more block.
    pub(crate) fn observe(&mut self, block: &Block) {
        self.formats.observe(block);
        self.count(block);
    }

    /// Adds what was seen of formats in other rows.
    pub(super) fn merge_formats(&mut self, formats: &FormatScan) {
        self.formats.merge(formats);
    }

    /// Adds what another scanner has seen in rows that come after these.
    pub(super) fn merge(&mut self, later: &Scanner) {
        self.formats.merge(&later.formats);
        self.unmapped.merge(&later.unmapped);
    }

    /// Takes in one more block for which only unmapped columns are counted: its formats are known, or are looked for
    /// elsewhere.
    pub(crate) fn count(&mut self, block: &Block) {
        self.unmapped.observe_block(block);
    }

    /// Lets the settings read columns in the formats that were seen. Returns what is to be reported about that.
    pub(crate) fn adopt_formats(&self, settings: &mut Settings) -> Vec<Finding> {
        let formats = self.formats(settings);
        settings.adopt_formats(&formats);
        formats.findings
    }

    /// Whether the first block, which is this one, shows how every column writes its dates and numbers, as far as that
    /// can be known before the last row.
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
