//! [`Reading`]: a file that has been read to its end before anything is planned.

use std::sync::Arc;

use super::driver::{BLOCK_ROWS, OpenFile, Pace};
use super::feed::Feed;
use super::scanner::Scanner;
use crate::draft::Settings;
use crate::issue::{Finding, Issue};
use crate::plan::{Plan, UnmappedColumn};
use crate::source::{Block, Rows, SourceError};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) settings: Arc<Settings>,
    pub(crate) blocks: Vec<Block>,
    /// The findings about its rows, in the order of the rows.
    pub(crate) findings: Vec<Finding>,
    /// What is reported about the file as a whole.
    pub(super) about: AboutFile,
    pub(super) pace: Pace,
}

impl Reading {
    pub(crate) fn digest(&self) -> &str {
        &self.about.digest
    }
}

/// What is reported about a file as a whole.
#[derive(Debug)]
pub(super) struct AboutFile {
    /// Findings about the file and its columns.
    pub(super) findings: Vec<Finding>,
    pub(super) source_issues: Vec<Issue>,
    pub(super) unmapped: Vec<UnmappedColumn>,
    pub(super) digest: String,
}

impl AboutFile {
    /// What is reported about a file that has been read to its end.
    pub(super) fn of(
        rows: &Rows<'_>,
        scan: &Scanner,
        settings: &Settings,
        findings: Vec<Finding>,
    ) -> Self {
        AboutFile {
            findings,
            source_issues: rows.findings().to_vec(),
            unmapped: scan.unmapped(&settings.headers),
            digest: digest_of(rows),
        }
    }

    /// Puts it into the plan of the file.
    pub(super) fn note(self, plan: &mut Plan) {
        plan.findings.reserve_exact(self.findings.len());
        plan.findings.splice(0..0, self.findings);
        plan.source_issues = self.source_issues;
        plan.unmapped = self.unmapped;
        plan.file_digest = self.digest;
    }
}

/// The digest of what was read of a file, in the form in which checkpoints and plans have it.
pub(crate) fn digest_of(rows: &Rows<'_>) -> String {
    format!("{:032x}", rows.digest())
}

/// Reads a whole file, and decides in which formats its columns are read.
pub(crate) fn read(file: OpenFile<'_>) -> Result<Reading, SourceError> {
    let OpenFile { settings, rows, pace } = file;
    let scan = Scanner::new(&settings);
    Feed::new(rows, scan, pace.block_rows())?.read_to_end(settings, pace)
}

/// Reads a whole file only for its digest and the formats of its columns. No row of it is kept.
pub(crate) fn skim(
    mut settings: Settings,
    mut rows: Rows<'_>,
) -> Result<(Settings, String), SourceError> {
    let mut scan = Scanner::new(&settings);
    let (mut block, mut findings) = (Block::new(), Vec::new());
    while rows.read_block(&mut block, BLOCK_ROWS, &mut findings)? {
        scan.observe(&block);
        findings.clear();
    }
    scan.adopt_formats(&mut settings);
    Ok((settings, digest_of(&rows)))
}
