//! What an interrupted import has written, as storage tells it by token (behaviour X6).

use hashbrown::{HashMap, HashSet};
use twox_hash::XxHash3_128;

use super::driver::TOKENS;
use super::token::Tokens;
use crate::error::Error;
use crate::object::{Object, RowNumber};
use crate::plan::{NONE, Numbers, Op, Outcome, Plan, Settled};
use crate::storage::{Applied, Checkpoint, Refusal, StorageWrite, Token};

/// More rows than a file may have are not asked for.
const MOST_ROWS: u32 = NONE - 1;

/// What an interrupted run has written, beyond the window at hand. A window sees storage as the ones
/// before it left it, although later ones have been written since.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The row that made each contact, and each opportunity, by a fingerprint of its id.
    created: [HashMap<u128, RowNumber, foldhash::fast::RandomState>; 2],
    /// How far it came.
    row: u64,
    /// What storage refused in completed windows, by row: known before the next one is begun.
    refused: Vec<Refusal>,
}

impl Written {
    /// `file_rows`: how many rows the file has, where that is known.
    pub(super) fn ask<S: StorageWrite + ?Sized>(
        tokens: &Tokens,
        resumed: Option<&Checkpoint>,
        file_rows: Option<u64>,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let Some(resumed) = resumed else { return Ok(Written::default()) };
        // A batch that was lost in the middle, in a storage without transactions, left steps of the
        // window that follows but not its checkpoint.
        let ahead = resumed.row.saturating_add(resumed.window.saturating_mul(2));
        let ahead = ahead.min(file_rows.unwrap_or(u64::MAX));
        let rows = u32::try_from(ahead.min(u64::from(MOST_ROWS))).unwrap_or(MOST_ROWS);
        let mut refused = resumed.refused.clone();
        refused.sort_by_key(|refusal| refusal.row);
        let mut written = Written { row: resumed.row, refused, ..Written::default() };
        // Some rows at a time: of most nothing is kept but a fingerprint.
        for from in (0..rows).step_by(TOKENS) {
            let numbers = Numbers::After(from);
            let some = (rows - from).min(u32::try_from(TOKENS).unwrap_or(1));
            let known = Known::ask(tokens, &numbers, some, storage)?;
            for (object, row, id) in &known.rows {
                written.note(*object, id, numbers.of(*row));
            }
            let last = known.steps.iter().map(|(_, row, _)| u64::from(numbers.of(*row).0)).max();
            written.row = written.row.max(last.unwrap_or(0));
        }
        Ok(written)
    }

    fn note(&mut self, object: Object, id: &str, made: RowNumber) {
        self.created[object as usize].insert(XxHash3_128::oneshot(id.as_bytes()), made);
    }

    /// Was the record created by this row or a later one?
    pub(super) fn is_later(&self, object: Object, id: &str, row: RowNumber) -> bool {
        let created = &self.created[object as usize];
        !created.is_empty()
            && created.get(&XxHash3_128::oneshot(id.as_bytes())).is_some_and(|made| *made >= row)
    }

    /// Has a window been written that begins with this row, or a later one?
    pub(super) fn is_past(&self, next: RowNumber) -> bool {
        self.row >= u64::from(next.0)
    }

    /// Is all that storage refused among what is known of it?
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
        of_row.iter().any(|refusal| refusal.object == object)
    }
}

/// Asks storage which of these tokens are written.
pub(super) fn ask<S: StorageWrite + ?Sized>(
    storage: &mut S,
    tokens: &[Token],
    applied: &mut Applied,
) -> Result<(), Error<S::Error>> {
    storage.applied(tokens, applied).map_err(|source| Error::Tokens { source, done: None })?;
    match applied.fault() {
        None => Ok(()),
        Some(fault) => Err(Error::Adapter { faults: vec![fault], done: None }),
    }
}

/// What an interrupted import has written of some rows (X6).
#[derive(Debug, Default)]
pub(crate) struct Known {
    steps: Vec<(Object, u32, Op)>,
    /// The records that were created, with the row of each.
    rows: Vec<(Object, u32, Box<str>)>,
    created: HashSet<(Object, Box<str>), foldhash::fast::RandomState>,
    /// The records that were there before and that it has updated, with the row of each.
    updated: Vec<(Object, u32, Box<str>)>,
}

impl Known {
    /// Asks storage for the tokens of every row.
    pub(crate) fn ask<S: StorageWrite + ?Sized>(
        tokens: &Tokens,
        numbers: &Numbers,
        rows: u32,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let mut known = Known::default();
        let step = u32::try_from(TOKENS / 2).unwrap_or(1);
        for from in (0..rows).step_by(TOKENS / 2) {
            let rows = from..rows.min(from + step);
            let named: Vec<_> = rows
                .flat_map(|row| {
                    [Object::Contact, Object::Opportunity]
                        .map(|object| (object, row, tokens.row(object, numbers.of(row))))
                })
                .collect();
            let asked: Vec<_> = named.iter().map(|(.., token)| *token).collect();
            let mut applied = Applied::default();
            ask(storage, &asked, &mut applied)?;
            for (object, row, token) in named {
                let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) else {
                    continue;
                };
                known.steps.push((object, row, op));
                if op == Op::Create {
                    known.created.insert((object, id.into()));
                    known.rows.push((object, row, id.into()));
                } else {
                    known.updated.push((object, row, id.into()));
                }
            }
        }
        Ok(known)
    }

    /// Is it a record that the import has created itself? The plan is made as if it were not there,
    /// which is how it was made before.
    pub(crate) fn is_hidden(&self, object: Object, id: &str) -> bool {
        !self.created.is_empty() && self.created.contains(&(object, id.into()))
    }

    /// What planning must know of whom the rows have met.
    pub(crate) fn settled(&self) -> Settled {
        let met = |object| {
            let updated = self.updated.iter().filter(move |(of, ..)| *of == object);
            updated.map(|(_, row, id)| (*row, id.clone())).collect::<HashMap<_, _, _>>()
        };
        let made = |object| {
            let rows = self.rows.iter().filter(move |(of, ..)| *of == object);
            rows.map(|(_, row, _)| *row).collect()
        };
        Settled {
            first_rows: met(Object::Contact).into_iter().map(|(row, id)| (id, row)).collect(),
            contacts: met(Object::Contact),
            new: made(Object::Contact),
            opportunities: met(Object::Opportunity),
            new_opportunities: made(Object::Opportunity),
        }
    }

    /// A row whose step is written keeps the outcome it had, whatever is left to do now.
    pub(crate) fn mend(&self, plan: &mut Plan) {
        for &(object, row, op) in &self.steps {
            let outcome = match object {
                Object::Contact => &mut plan.ledger.contact_rows[row as usize].outcome,
                Object::Opportunity => &mut plan.ledger.opportunity_rows[row as usize].outcome,
            };
            let done = match op {
                Op::Create => Outcome::Create,
                Op::Update => Outcome::Update,
            };
            let is_open = |outcome: &Outcome| {
                matches!(outcome, Outcome::Create | Outcome::Update | Outcome::Unchanged)
            };
            if let Some(before) = outcome.filter(is_open)
                && before != done
            {
                *outcome = Some(done);
                plan.stats.of_mut(object).shift(before, done);
            }
        }
    }

    /// The window was written in full, and others after it. What it left unchanged then is not
    /// written now, over what later rows said; nor is anything created that storage has not refused:
    /// rows that come out as new have met somebody whom later rows have changed since.
    pub(super) fn leave_past(&self, plan: &mut Plan, all: &Written) {
        let written: HashSet<(Object, u32), foldhash::fast::RandomState> =
            self.steps.iter().map(|&(object, row, _)| (object, row)).collect();
        let Plan { ledger, steps, stats, .. } = plan;
        steps.retain(|kept| {
            let step = kept.step();
            let entry = *ledger.entry(step.object, step.number);
            let row = entry.first_row;
            if !entry.has_rows()
                || written.contains(&(step.object, row))
                || all.is_refused(step.object, ledger.number(row))
                || (entry.is_new() && !all.knows_refusals())
            {
                return true;
            }
            let outcome = match step.object {
                Object::Contact => &mut ledger.contact_rows[row as usize].outcome,
                Object::Opportunity => &mut ledger.opportunity_rows[row as usize].outcome,
            };
            // Whom a row has met that comes out as new now, is a record that this import has written.
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
        let mut written = Written::default();
        for id in 1..40_000 {
            written.note(Object::Opportunity, &id.to_string(), RowNumber(90_000));
        }
        let first = RowNumber(50_000);
        let mistaken: Vec<u32> = (1..40_000)
            .filter(|id: &u32| written.is_later(Object::Contact, &id.to_string(), first))
            .collect();
        assert_eq!(mistaken, [0; 0]);
        assert!(written.is_later(Object::Opportunity, "20001", first));
    }
}
