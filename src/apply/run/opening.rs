//! What a run does before its first window: it infers the formats of the columns, and takes over what an interrupted run
//! has left.

use std::collections::VecDeque;

use crate::apply::job::Job;
use crate::apply::report::Report;
use crate::apply::token::HEAD;
use crate::error::Error;
use crate::issue::Finding;
use crate::planner::{Scanner, digest_of};
use crate::source::{Block, Rows, SourceError};
use crate::storage::Checkpoint;

/// If a file cannot be read twice, formats are inferred from its first windows (behaviour §9): as many of them as it
/// takes to have this many rows, or [this many bytes](HEAD_BYTES).
const HEAD_ROWS: usize = 10_000;

/// See [`HEAD_ROWS`].
const HEAD_BYTES: u64 = 8 << 20;

/// Blocks that were read before the first one is planned, each with the findings about it.
pub(super) type Held = VecDeque<(Block, Vec<Finding>)>;

/// Reads the file to its end, to infer formats from every cell before the first row is planned. Returns the digest and
/// the number of rows.
pub(super) fn observe(
    mut rows: Rows<'_>,
    scan: &mut Scanner,
) -> Result<(String, Option<u64>), SourceError> {
    let (mut block, mut findings) = (Block::new(), Vec::new());
    let mut count = 0;
    while rows.read_block(&mut block, HEAD_ROWS, &mut findings)? {
        count += block.len() as u64;
        scan.observe(&block);
        findings.clear();
    }
    Ok((digest_of(&rows), Some(count)))
}

/// Reads the beginning of a file that cannot be read twice into `held`. Returns the digest of that beginning.
pub(super) fn hold(
    rows: &mut Rows<'_>,
    window: usize,
    scan: &mut Scanner,
    held: &mut Held,
) -> Result<String, SourceError> {
    let mut count = 0;
    while count < HEAD_ROWS && rows.bytes_read() < HEAD_BYTES {
        let (mut block, mut findings) = (Block::new(), Vec::new());
        if !rows.read_block(&mut block, window, &mut findings)? {
            break;
        }
        count += block.len();
        scan.observe(&block);
        held.push_back((block, findings));
    }
    Ok(format!("{HEAD}{}", digest_of(rows)))
}

/// Takes over what an interrupted run has left in its checkpoint.
pub(super) fn take_up<E: std::error::Error + 'static>(
    job: &mut Job,
    resumed: &Checkpoint,
    file_rows: Option<u64>,
) -> Result<(), Error<E>> {
    // After the last window, the checkpoint names the row that would come next.
    if file_rows.is_some_and(|rows| resumed.row > rows + 1) {
        return Err(Error::Resume { differs: vec!["row"] });
    }
    job.is_begun = resumed.is_begun;
    job.refused = resumed.refused.clone();
    job.failed = resumed.failed.clone();
    job.met = resumed.met.clone();
    Ok(())
}

/// The report of a run before its first window. It has the issues about the file as a whole.
pub(super) fn report_of_file(mut report: Report, rows: &Rows<'_>, findings: &[Finding]) -> Report {
    for finding in findings {
        let issue = report.plan.render(finding);
        report.keep(issue);
    }
    report.plan.source_issues = rows.findings().to_vec();
    report
}
