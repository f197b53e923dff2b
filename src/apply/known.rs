//! What an interrupted import has written, as storage tells it by token (behaviour X6).

use hashbrown::{HashMap, HashSet};

use super::driver::TOKENS;
use super::token::Tokens;
use crate::error::Error;
use crate::object::{Object, RowNumber};
use crate::plan::{NONE, Numbers, Op, Outcome, Plan};
use crate::storage::{Applied, Checkpoint, StorageWrite};

/// More rows than a file may have are not asked for.
const MOST_ROWS: u32 = NONE - 1;

/// What an interrupted run has written, beyond the window at hand. A window sees storage as the ones
/// before it left it, although later ones have been written since.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The first row that made each record: a fingerprint of object and id.
    created: HashMap<u128, RowNumber, foldhash::fast::RandomState>,
    row: u64,
}

impl Written {
    pub(super) fn ask<S: StorageWrite + ?Sized>(
        tokens: &Tokens,
        resumed: Option<&Checkpoint>,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let Some(resumed) = resumed else { return Ok(Written::default()) };
        // A batch that was lost in the middle, in a storage without transactions, left steps of the
        // window that follows but not its checkpoint.
        let ahead = resumed.row.saturating_add(resumed.window.saturating_mul(2));
        let rows = u32::try_from(ahead.min(u64::from(MOST_ROWS))).unwrap_or(MOST_ROWS);
        let known = Known::ask(tokens, &Numbers::default(), rows, storage)?;
        let created = known
            .rows
            .iter()
            .map(|(object, row, id)| (fingerprint(*object, id), Numbers::default().of(*row)));
        let last = known.steps.iter().map(|(_, row, _)| u64::from(*row) + 1).max();
        let row = resumed.row.max(last.unwrap_or(0));
        Ok(Written { created: created.collect(), row })
    }

    /// Was the record created by this row or a later one?
    pub(super) fn is_later(&self, object: Object, id: &str, row: RowNumber) -> bool {
        !self.created.is_empty()
            && self.created.get(&fingerprint(object, id)).is_some_and(|made| *made >= row)
    }

    /// Has a window been written that begins with this row, or a later one?
    pub(super) fn is_past(&self, next: RowNumber) -> bool {
        self.row >= u64::from(next.0)
    }
}

fn fingerprint(object: Object, id: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128_with_seed(id.as_bytes(), object as u64)
}

/// What an interrupted import has written of some rows (X6).
#[derive(Debug, Default)]
pub(crate) struct Known {
    steps: Vec<(Object, u32, Op)>,
    /// The records that were created, with the row of each.
    rows: Vec<(Object, u32, Box<str>)>,
    created: HashSet<(Object, Box<str>), foldhash::fast::RandomState>,
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
            storage.applied(&asked, &mut applied).map_err(|source| Error::Tokens { source })?;
            for (object, row, token) in named {
                let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) else {
                    continue;
                };
                known.steps.push((object, row, op));
                if op == Op::Create {
                    known.created.insert((object, id.into()));
                    known.rows.push((object, row, id.into()));
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
    /// written now, over what later rows said.
    pub(super) fn leave_past(&self, plan: &mut Plan) {
        let written: HashSet<(Object, u32), foldhash::fast::RandomState> =
            self.steps.iter().map(|&(object, row, _)| (object, row)).collect();
        let Plan { ledger, steps, stats, .. } = plan;
        steps.retain(|step| {
            let entry = *ledger.entry(step.object, step.number);
            let row = entry.first_row;
            if entry.is_new() || !entry.has_rows() || written.contains(&(step.object, row)) {
                return true;
            }
            let outcome = match step.object {
                Object::Contact => &mut ledger.contact_rows[row as usize].outcome,
                Object::Opportunity => &mut ledger.opportunity_rows[row as usize].outcome,
            };
            if *outcome == Some(Outcome::Update) {
                *outcome = Some(Outcome::Unchanged);
                stats.of_mut(step.object).shift(Outcome::Update, Outcome::Unchanged);
            }
            false
        });
    }
}
