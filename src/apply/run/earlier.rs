//! [`EarlierRun`]: what an interrupted run had written, beyond the window at hand.
//!
//! When a run is resumed, each window has to see storage as the windows before it had left it, although later
//! windows have been written since. So for every record that the run has created, the row that created it is
//! kept, by a fingerprint of the record's id.

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
    /// How far it came.
    row: u64,
    /// How far its checkpoint says that it came.
    told_row: u64,
    /// Rows of the window that it was in that were to be written with earlier ones, if they are known.
    joined: Option<Vec<JoinedRow>>,
    /// What storage refused in completed windows, by row.
    refused: Vec<Refusal>,
    /// Does its checkpoint name all rows that it could lead elsewhere?
    pub(super) names_all: bool,
}

impl EarlierRun {
    /// `file_rows`: how many rows the file has, where that is known.
    pub(super) async fn ask<S: AsyncStorageWrite>(
        tokens: &Tokens,
        resumed: Option<&Checkpoint>,
        file_rows: Option<u64>,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let Some(resumed) = resumed else { return Ok(EarlierRun::default()) };
        // In a storage without transactions, a batch that was lost half-way has left steps of the next window,
        // but not its checkpoint.
        let ahead = resumed.row.saturating_add(resumed.window.saturating_mul(2));
        let ahead = ahead.min(file_rows.unwrap_or(u64::MAX));
        let rows = u32::try_from(ahead.min(u64::from(MOST_ROWS))).unwrap_or(MOST_ROWS);
        let mut refused = resumed.refused.clone();
        refused.sort_by_key(|refusal| refusal.row);
        let mut earlier = EarlierRun {
            row: resumed.row,
            told_row: resumed.row,
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

    /// Was the record created by this row or a later one?
    pub(super) fn is_later(&self, object: Object, id: &str, row: RowNumber) -> bool {
        let created = &self.created[object as usize];
        !created.is_empty() && created.get(&print_of(id)).is_some_and(|made| *made >= row)
    }

    /// Has a window been written that begins with this row, or a later one?
    pub(super) fn is_past(&self, next: RowNumber) -> bool {
        self.row >= u64::from(next.0)
    }

    /// The rows that were to be written with earlier ones, of the window from this row on and before that one. `None` if
    /// they are not known, or are all written.
    pub(super) fn joined(&self, first: RowNumber, next: RowNumber) -> Option<Vec<JoinedRow>> {
        let is_of_window = self.told_row >= u64::from(first.0) && !self.is_past(next);
        self.joined.clone().filter(|_| is_of_window)
    }

    /// Is everything known that storage refused?
    fn knows_refusals(&self) -> bool {
        self.refused.len() < Checkpoint::REFUSALS
    }

    /// What storage refused of the rows from this one to that one.
    pub(super) fn refused(&self, from: RowNumber, to: u64) -> &[Refusal] {
        let start = self.refused.partition_point(|refusal| refusal.row < from);
        let end = self.refused.partition_point(|refusal| u64::from(refusal.row.0) <= to);
        &self.refused[start..end.max(start)]
    }

    fn is_refused(&self, object: Object, row: RowNumber) -> bool {
        let of_row = self.refused(row, u64::from(row.0));
        of_row.iter().any(|refusal| refusal.object == object && !refusal.is_of_tags())
    }

    /// The window was written in full, and others after it. What it left unchanged then must not be written now,
    /// over what later rows said. Nor is anything created now, unless storage had refused it: a row that comes
    /// out as new had found a record that later rows have changed since.
    pub(super) fn leave_past(&self, known: &WrittenBefore, plan: &mut Plan) {
        let written: Set<(Object, RowIndex)> =
            known.steps.iter().map(|step| (step.object, step.row)).collect();
        let Plan { ledger, steps, stats, .. } = plan;
        steps.retain(|kept| {
            let step = kept.record();
            let entry = *ledger.entry(step);
            // The tags of a contact without rows have a token of their own. If storage does not know it, they were
            // refused then, or were not to be written: a later row has linked the opportunity to the contact.
            let Some(row) = entry.first_row else { return false };
            if written.contains(&(step.object, row))
                || self.is_refused(step.object, ledger.number(row))
                || (entry.is_new() && !self.knows_refusals())
            {
                return true;
            }
            let outcome = ledger.outcome_mut(step.object, row);
            // A row that comes out as new now had found a record that this import has written.
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
