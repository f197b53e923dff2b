//! Plans one window of a run.

use std::sync::Arc;

use super::Runner;
use crate::apply::driver::WhileWriting;
use crate::apply::written_before::WrittenBefore;
use crate::error::Error;
use crate::issue::Finding;
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::{Interrupted, Plan, RowNumbers};
use crate::planner::{Pace, RowsToPlan, Threads, plan_rows};
use crate::source::Block;
use crate::storage::AsyncStorageWrite;

impl Runner<'_> {
    /// Plans one window, whose rows the plan numbers from 1.
    pub(super) async fn plan<S: AsyncStorageWrite>(
        &mut self,
        mut block: Block,
        mut findings: Vec<Finding>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let offset = renumber(&mut block, &mut findings);
        let numbers = RowNumbers::After(offset);
        let len = u32::try_from(block.len()).unwrap_or(u32::MAX);
        let known = match self.job.resumes {
            true => WrittenBefore::ask(&self.tokens, &numbers, len, storage).await?,
            false => WrittenBefore::default(),
        };
        let interrupted = self.interrupted(&known, offset, len);
        let rows = RowsToPlan {
            interrupted,
            settings: self.settings.clone(),
            blocks: vec![block],
            findings,
            numbers,
            memory: self.memory.clone(),
            pace: Pace { window_rows: self.planning_window, threads: Threads::InTurn(1) },
        };
        let first = RowNumber(offset + 1);
        let is_hidden = |object, id: &str| {
            known.is_hidden(object, id) || self.earlier.is_later(object, id, first)
        };
        let mut plan = plan_rows(rows, &mut WhileWriting(storage), is_hidden).await?;
        plan.file_digest = self.file_digest.clone();
        self.remember_tokenless(&plan);
        known.restore_outcomes(&mut plan);
        let next = RowNumber(offset + len + 1);
        if self.earlier.is_past(next) {
            self.earlier.leave_past(&known, &mut plan);
        }
        Ok(plan)
    }

    /// What the `len` rows after the first `offset` had found before the import was interrupted.
    fn interrupted(&mut self, known: &WrittenBefore, offset: u32, len: u32) -> Interrupted {
        let mut interrupted = known.interrupted();
        if !self.job.resumes {
            return interrupted;
        }
        Arc::make_mut(&mut self.memory).note_written(&interrupted);
        interrupted.note_failed(&self.job.failed, offset, len);
        interrupted.note_met(&self.job.met, offset, len);
        interrupted.is_complete = self.earlier.names_all;
        // A row had also found a record that storage then refused to write.
        let last = u64::from(offset) + u64::from(len);
        let refused = self.earlier.refused(RowNumber(offset + 1), last).iter();
        let refused = refused.filter(|it| it.object == Object::Contact && !it.is_of_tags());
        for refusal in refused {
            let row = RowIndex::new(refusal.row.0 - offset - 1);
            match &refusal.id {
                Some(id) => _ = interrupted.contacts.insert(row, id.as_str().into()),
                None => _ = interrupted.created.insert(row, None),
            }
        }
        interrupted
    }
}

/// Numbers the rows of a block from 1, also in the findings about them. Returns how many rows of the file come before.
fn renumber(block: &mut Block, findings: &mut [Finding]) -> u32 {
    let offset = block.first_row().0 - 1;
    block.renumber(RowNumber(1));
    for row in findings.iter_mut().filter_map(|finding| finding.row.as_mut()) {
        *row = RowNumber(row.0 - offset);
    }
    offset
}
