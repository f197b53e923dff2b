//! The synchronous driver: reads the source, asks storage, hands both to the planner.

use std::sync::Arc;

use super::{Planner, Poll};
use crate::draft::{Drafter, FormatScan, Settings};
use crate::error::Error;
use crate::issue::Finding;
use crate::lookup::Found;
use crate::mapping::{UnmappedCounts, is_consent};
use crate::plan::{Plan, UnmappedColumn};
use crate::source::{Block, Rows};
use crate::storage::Storage;

/// Rows of one block, unless the planning window is larger.
const BLOCK_ROWS: usize = 8_192;

/// Plans a whole file.
pub(crate) fn plan<S: Storage + ?Sized>(
    mut settings: Settings,
    mut rows: Rows<'_>,
    window_rows: usize,
    storage: &mut S,
) -> Result<Plan, Error<S::Error>> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut file_findings: Vec<Finding> = Vec::new();
    let mut scan = FormatScan::new(&settings);
    let mut unmapped = Unmapped::new(&settings);
    let mut blocks: Vec<Block> = Vec::new();
    loop {
        let mut block = Block::new();
        let more = rows.read_block(&mut block, BLOCK_ROWS.max(window_rows), &mut findings);
        if !more.map_err(Error::Source)? {
            break;
        }
        scan.observe(&block);
        unmapped.observe(&block);
        blocks.push(block);
    }
    scan.settle(&mut settings, &mut file_findings);
    let settings = Arc::new(settings);
    let mut planner = Planner::new(settings.clone(), window_rows);
    let mut drafter = Drafter::new(&settings, planner.seed());
    let mut found = Found::default();
    let mut source_findings = findings.into_iter().peekable();
    for mut block in blocks {
        let last = block.first_row().index() + block.len();
        let of_block = std::iter::from_fn(|| {
            source_findings.next_if(|finding| finding.row.is_none_or(|row| row.index() < last))
        });
        planner.note(of_block.collect());
        let drafts = drafter.draft(&mut block);
        planner.feed(block, drafts);
        while planner.poll() == Poll::LookUp {
            found.clear();
            storage.find(&planner.lookup(), &mut found).map_err(|source| Error::Find { source })?;
            planner.answer(&found);
        }
    }
    // A limit that is met before the first row.
    file_findings.extend(source_findings);
    let faults = planner.take_faults();
    if !faults.is_empty() {
        return Err(Error::Adapter { faults });
    }
    let source_issues = rows.findings().to_vec();
    let mut plan = planner.finish(file_findings, source_issues);
    plan.unmapped = unmapped.finish(&plan);
    plan.file_digest = format!("{:032x}", rows.digest());
    Ok(plan)
}

/// Counts what the mapping leaves out.
struct Unmapped {
    counts: UnmappedCounts,
}

impl Unmapped {
    fn new(settings: &Settings) -> Self {
        Unmapped { counts: UnmappedCounts::new(&settings.mapping, &settings.headers) }
    }

    fn observe(&mut self, block: &Block) {
        for column in self.counts.columns().to_vec() {
            for row in 0..block.len() {
                self.counts.observe(column, block.cell(row, column));
            }
        }
    }

    fn finish(&self, plan: &Plan) -> Vec<UnmappedColumn> {
        let headers = plan.headers();
        self.counts
            .found()
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
