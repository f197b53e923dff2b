//! [`WrittenBefore`]: what an interrupted import had written for some rows, as storage tells by their tokens (behaviour
//! X6). And checks whether the import may go on from there.

use super::token::Tokens;
use crate::error::Error;
use crate::maps::{Map, Set};
use crate::object::{Object, RowIndex};
use crate::plan::{Interrupted, Op, Outcome, Plan, RowNumbers};
use crate::storage::{Applied, AsyncStorageWrite, Checkpoint, Token};

/// How many tokens are asked about at a time.
pub(super) const TOKENS: usize = 10_000;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct WrittenBefore {
    pub(super) steps: Vec<WrittenStep>,
    /// The ids of the records that were created.
    created: Set<(Object, Box<str>)>,
}

/// A step that was written.
#[derive(Debug)]
pub(super) struct WrittenStep {
    pub(super) object: Object,
    /// Its first row.
    pub(super) row: RowIndex,
    pub(super) op: Op,
    pub(super) id: Box<str>,
}

impl WrittenBefore {
    /// Asks storage for the tokens of every row.
    pub(crate) async fn ask<S: AsyncStorageWrite>(
        tokens: &Tokens,
        numbers: &RowNumbers,
        rows: u32,
        storage: &mut S,
    ) -> Result<Self, Error<S::Error>> {
        let mut known = WrittenBefore::default();
        let step = u32::try_from(TOKENS / 2).unwrap_or(1);
        for from in (0..rows).step_by(TOKENS / 2) {
            let rows = (from..rows.min(from + step)).map(RowIndex::new);
            let named: Vec<_> = rows
                .flat_map(|row| {
                    Object::ALL.map(|object| (object, row, tokens.row(object, numbers.of(row))))
                })
                .collect();
            let asked: Vec<_> = named.iter().map(|(.., token)| *token).collect();
            let mut applied = Applied::default();
            ask_applied(&asked, &mut applied, storage).await?;
            for (object, row, token) in named {
                let (Some(op), Some(id)) = (applied.op(token), applied.id(token)) else {
                    continue;
                };
                if op == Op::Create {
                    known.created.insert((object, id.into()));
                }
                known.steps.push(WrittenStep { object, row, op, id: id.into() });
            }
        }
        Ok(known)
    }

    /// Whether the import has created this record itself. Such a record is hidden from the plan, so that the plan is
    /// made as it was the first time.
    pub(crate) fn is_hidden(&self, object: Object, id: &str) -> bool {
        !self.created.is_empty() && self.created.contains(&(object, id.into()))
    }

    /// Whether storage knows any step of these rows.
    pub(crate) fn has_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The last row that has a step, of rows with these numbers; 0 if there is none.
    pub(crate) fn last_row(&self, numbers: &RowNumbers) -> u64 {
        self.steps.iter().map(|step| u64::from(numbers.of(step.row).0)).max().unwrap_or(0)
    }

    /// The steps that have created records.
    pub(super) fn creates(&self) -> impl Iterator<Item = &WrittenStep> {
        self.steps.iter().filter(|step| step.op == Op::Create)
    }

    /// What the rows had found, as far as the tokens tell.
    pub(crate) fn interrupted(&self) -> Interrupted {
        let met = |object| {
            let updates =
                self.steps.iter().filter(|step| step.op == Op::Update && step.object == object);
            updates.map(|step| (step.row, step.id.clone())).collect::<Map<_, _>>()
        };
        let made = |object| self.creates().filter(move |step| step.object == object);
        let mut first_rows: Map<Box<str>, RowIndex> = Map::default();
        for (row, id) in met(Object::Contact) {
            // A later row may have joined it in a further update.
            first_rows.entry(id).and_modify(|first| *first = row.min(*first)).or_insert(row);
        }
        Interrupted {
            first_rows,
            contacts: met(Object::Contact),
            created: made(Object::Contact).map(|step| (step.row, Some(step.id.clone()))).collect(),
            written_opportunities: met(Object::Opportunity).into_values().collect(),
            opportunities: met(Object::Opportunity),
            created_opportunities: made(Object::Opportunity).map(|step| step.row).collect(),
            ..Interrupted::default()
        }
    }

    /// Gives rows whose step is written the outcome that they had, even if nothing is left to write for them.
    pub(crate) fn restore_outcomes(&self, plan: &mut Plan) {
        for &WrittenStep { object, row, op, .. } in &self.steps {
            let outcome = plan.ledger.outcome_mut(object, row);
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
}

/// Asks storage which of these tokens are written already, [some](TOKENS) at a time.
pub(super) async fn ask_applied<S: AsyncStorageWrite>(
    tokens: &[Token],
    applied: &mut Applied,
    storage: &mut S,
) -> Result<(), Error<S::Error>> {
    for tokens in tokens.chunks(TOKENS) {
        let asked = storage.applied(tokens, applied).await;
        asked.map_err(|source| Error::Tokens { source, done: None })?;
        if let Some(fault) = applied.fault() {
            return Err(Error::Adapter { faults: vec![fault], done: None });
        }
    }
    Ok(())
}

/// Refuses to resume an interrupted import if this import is a different one. `mine` is the first checkpoint of this
/// one.
pub(crate) fn check_resumed<E: std::error::Error + 'static>(
    resumed: &Checkpoint,
    mine: &Checkpoint,
) -> Result<(), Error<E>> {
    let mut differs = resumed.differences(mine);
    if resumed.is_run() != mine.is_run() {
        differs.push(if resumed.is_run() { "run" } else { "plan" });
    }
    if differs.is_empty() { Ok(()) } else { Err(Error::Resume { differs }) }
}

/// Refuses to resume an import in a storage that knows nothing of it, neither a step nor the checkpoint: it is probably
/// another storage. There the ids in the checkpoint would mean other records, and a run would leave out windows that
/// were never written. If the storage does not tell its checkpoints, it is accepted as long as no step was written.
pub(crate) async fn check_storage<S: AsyncStorageWrite>(
    resumed: &Checkpoint,
    knows_steps: bool,
    storage: &mut S,
) -> Result<(), Error<S::Error>> {
    if knows_steps || resumed.row == 0 {
        return Ok(());
    }
    let kept = storage.unfinished().await;
    let kept = kept.map_err(|source| Error::Tokens { source, done: None })?;
    let is_own = |kept: &Checkpoint| kept.import_id == resumed.import_id;
    match kept.map_or(!resumed.is_begun, |kept| kept.iter().any(is_own)) {
        true => Ok(()),
        false => Err(Error::Resume { differs: vec!["storage"] }),
    }
}
