//! [`EarlierRun`]: what an interrupted run had written, in all of its windows.
//!
//! When a run is resumed, each window has to see storage as the windows before it had left it, although later windows
//! may have been written since. So for every record that the run has created, the row that created it is kept, by a
//! fingerprint of the record's id. Records of later rows are hidden from the window.

use crate::apply::token::Tokens;
use crate::apply::written_before::{TOKENS, WrittenBefore, check_storage};
use crate::error::Error;
use crate::maps::{Map, Set};
use crate::object::{Object, RowIndex, RowNumber};
use crate::plan::{Outcome, Plan, RowNumbers, print_of};
use crate::storage::{AsyncStorageWrite, Checkpoint, JoinedRow, Refusal};

/// More rows than a file may have are not asked for.
const MOST_ROWS: u32 = u32::MAX - 1;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct EarlierRun {
    /// The row that created each contact, and each opportunity, by a fingerprint of its id.
    created: [Map<u128, RowNumber>; 2],
    /// The last row for which a step was written, by checkpoint or token.
    row: u64,
    /// The row in its checkpoint.
    checkpoint_row: u64,
    /// The joined rows of the window in which it was interrupted, if its checkpoint has them.
    joined: Option<Vec<JoinedRow>>,
    /// What storage refused in completed windows, by row.
    refused: Vec<Refusal>,
    /// Whether its checkpoint names all rows that its own steps could lead to other records.
    pub(super) names_all: bool,
}

impl EarlierRun {
    /// Asks storage what the run that is resumed has written. `file_rows` is the number of rows in the file, if it is
    /// known.
    pub(super) async fn ask<S: AsyncStorageWrite>(
        tokens: &Tokens,
        resumed: Option<&Checkpoint>,
        file_rows: Option<u64>,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let Some(resumed) = resumed else { return Ok(EarlierRun::default()) };
        // In a storage without transactions, a batch that was interrupted half-way may have written steps of the next
        // window but not its checkpoint, so rows after the checkpoint are asked for, too.
        let ahead = resumed.row.saturating_add(resumed.window.saturating_mul(2));
        let ahead = ahead.min(file_rows.unwrap_or(u64::MAX));
        let rows = u32::try_from(ahead.min(u64::from(MOST_ROWS))).unwrap_or(MOST_ROWS);
        let mut refused = resumed.refused.clone();
        refused.sort_by_key(|refusal| refusal.row);
        let mut earlier = EarlierRun {
            row: resumed.row,
            checkpoint_row: resumed.row,
            joined: resumed.joined.clone(),
            refused,
            ..EarlierRun::default()
        };
        let mut knows_steps = false;
        // Some rows at a time, because only a fingerprint of each record is kept.
        for from in (0..rows).step_by(TOKENS) {
            let numbers = RowNumbers::After(from);
            let some = (rows - from).min(u32::try_from(TOKENS).unwrap_or(1));
            let known = WrittenBefore::ask(tokens, &numbers, some, storage).await?;
            knows_steps |= known.has_steps();
            for step in known.creates() {
                earlier.note(step.object, &step.id, numbers.of(step.row));
            }
            earlier.row = earlier.row.max(known.last_row(&numbers));
        }
        check_storage(resumed, knows_steps, storage).await?;
        earlier.names_all = resumed.names_all(earlier.row);
        Ok(earlier)
    }

    fn note(&mut self, object: Object, id: &str, made: RowNumber) {
        self.created[object as usize].insert(print_of(id), made);
    }

    /// Whether the run created the record from this row or a later one.
    pub(super) fn is_later(&self, object: Object, id: &str, row: RowNumber) -> bool {
        let created = &self.created[object as usize];
        !created.is_empty() && created.get(&print_of(id)).is_some_and(|made| *made >= row)
    }

    /// Whether steps were written of this row or a later one. For the first row of the next window, that means that the
    /// window at hand was written in full.
    pub(super) fn is_past(&self, next: RowNumber) -> bool {
        self.row >= u64::from(next.0)
    }

    /// The joined rows of the window that begins with row `first` and ends before row `next`. `None` if the checkpoint
    /// does not have them, or if the window was written in full.
    pub(super) fn joined(&self, first: RowNumber, next: RowNumber) -> Option<Vec<JoinedRow>> {
        let is_of_window = self.checkpoint_row >= u64::from(first.0) && !self.is_past(next);
        self.joined.clone().filter(|_| is_of_window)
    }

    /// Whether the checkpoint has everything that storage refused.
    fn knows_refusals(&self) -> bool {
        self.refused.len() < Checkpoint::REFUSALS
    }

    /// What storage refused of the rows from `from` to `to`.
    pub(super) fn refused(&self, from: RowNumber, to: u64) -> &[Refusal] {
        let start = self.refused.partition_point(|refusal| refusal.row < from);
        let end = self.refused.partition_point(|refusal| u64::from(refusal.row.0) <= to);
        &self.refused[start..end.max(start)]
    }

    fn is_refused(&self, object: Object, row: RowNumber) -> bool {
        let of_row = self.refused(row, u64::from(row.0));
        of_row.iter().any(|refusal| refusal.object == object && !refusal.is_of_tags())
    }

    /// Takes out of the plan of a window what must not be written now, because the window was written in full, and
    /// later ones after it.
    ///
    /// - An update without a token was unchanged then. Written now, it would undo what later rows have written.
    /// - A create without a token joined a record then, which later rows have changed since so that it is not found.
    ///   Only if storage refused it, or if it is not known what storage refused, it stays.
    pub(super) fn leave_past(&self, known: &WrittenBefore, plan: &mut Plan) {
        let written: Set<(Object, RowIndex)> =
            known.steps.iter().map(|step| (step.object, step.row)).collect();
        let Plan { ledger, steps, stats, .. } = plan;
        steps.retain(|kept| {
            let step = kept.record();
            let entry = *ledger.entry(step);
            // A contact without rows only gets tags. If they were to be written then, they were written or refused.
            let Some(row) = entry.first_row else { return false };
            if written.contains(&(step.object, row))
                || self.is_refused(step.object, ledger.number(row))
                || (entry.is_new() && !self.knows_refusals())
            {
                return true;
            }
            let outcome = ledger.outcome_mut(step.object, row);
            // A row that would create a record now had joined one that this import has written.
            let before = match *outcome {
                Some(Outcome::Create) => Outcome::Merged,
                Some(Outcome::Update) => Outcome::Unchanged,
                _ => return false,
            };
            if let Some(planned) = outcome.replace(before) {
                stats.of_mut(step.object).shift(planned, before);
            }
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids as a database counts them, for each object from 1: the hash of a short text under one seed
    /// is that of another short text under another seed.
    #[test]
    fn x6_a_contact_is_not_taken_for_an_opportunity_with_another_id() {
        let mut earlier = EarlierRun::default();
        for id in 1..40_000 {
            earlier.note(Object::Opportunity, &id.to_string(), RowNumber(90_000));
        }
        let first = RowNumber(50_000);
        let mistaken: Vec<u32> = (1..40_000)
            .filter(|id: &u32| earlier.is_later(Object::Contact, &id.to_string(), first))
            .collect();
        assert_eq!(mistaken, [0; 0]);
        assert!(earlier.is_later(Object::Opportunity, "20001", first));
    }
}
