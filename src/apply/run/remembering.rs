//! What a run remembers of a window for the windows that follow.

use std::sync::Arc;

use super::Runner;
use crate::apply::report::Report;
use crate::apply::written_before::ask_applied;
use crate::error::Error;
use crate::field::FieldId;
use crate::maps::Set;
use crate::merge::{Base, Gift, RowOf, fills_tags, gives, leaves_unfilled};
use crate::object::{ContactNumber, Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{Fact, Facts, Met, Op, Outcome, first_row};
use crate::storage::{Applied, AsyncStorageWrite, Token};

/// A record that an earlier window reported as unchanged, and that this window has changed.
pub(super) struct Changed {
    pub(super) object: Object,
    /// The row that was reported unchanged.
    pub(super) row: RowNumber,
    /// Whether the row had also been planned as unchanged.
    pub(super) was_planned: bool,
    id: Box<str>,
}

impl Runner<'_> {
    /// Remembers what later windows must know about the records of this one.
    pub(super) fn remember(
        &mut self,
        report: &mut Report,
        described: &Set<ContactNumber>,
        changed: Vec<Changed>,
    ) {
        report.forget_memory();
        let fields = self.given_and_unfilled(report);
        // The report lets go of the memory, so that it can be changed without a copy.
        report.forget_memory();
        let memory = Arc::make_mut(&mut self.memory);
        let ledger = &report.plan.ledger;
        for row in ledger.all_rows() {
            for object in Object::ALL {
                if let Some((id, met)) = met_on(report, described, object, row) {
                    memory.add(object, id, met);
                }
            }
        }
        for record in changed {
            memory.change(record.object, &record.id);
        }
        for (object, id, number) in fields.given {
            memory.give(object, &id, number);
        }
        for (object, id, is_unfilled) in fields.unfilled {
            memory.note_unfilled(object, &id, is_unfilled);
        }
        for id in fields.filled {
            memory.note_filled(&id);
        }
    }

    /// The records that this window has changed and that an earlier one reported as unchanged.
    pub(super) async fn changed<S: AsyncStorageWrite>(
        &mut self,
        report: &Report,
        storage: &mut S,
    ) -> Result<Vec<Changed>, Error<S::Error>> {
        let steps = report.plan.steps.iter().map(|kept| kept.record());
        let steps = steps.filter(|step| report.is_updated(*step));
        let mut changed: Vec<Changed> =
            steps.filter_map(|step| self.reported_unchanged(report, step)).collect();
        if self.job.resumes {
            changed.extend(self.changed_before(report, storage).await?);
        }
        changed.sort_by_key(|record| (record.row, record.object));
        changed.dedup_by_key(|record| (record.row, record.object));
        Ok(changed)
    }

    /// Those of them that were changed before the import was interrupted, so that this plan has no steps for them.
    async fn changed_before<S: AsyncStorageWrite>(
        &mut self,
        report: &Report,
        storage: &mut S,
    ) -> Result<Vec<Changed>, Error<S::Error>> {
        let ledger = &report.plan.ledger;
        let mut records: Vec<(Token, Changed)> = ledger
            .records()
            // A record that no row names was only looked up.
            .filter(|step| first_row(ledger, *step).is_some())
            .filter_map(|step| {
                Some((report.tokens.step(ledger, step), self.reported_unchanged(report, step)?))
            })
            .collect();
        let tokens: Vec<Token> = records.iter().map(|(token, _)| *token).collect();
        let mut known = Applied::default();
        ask_applied(&tokens, &mut known, storage).await?;
        records.retain(|(token, _)| known.op(*token) == Some(Op::Update));
        Ok(records.into_iter().map(|(_, record)| record).collect())
    }

    /// The record of a step, if an earlier window reported it as unchanged.
    fn reported_unchanged(&self, report: &Report, step: RecordRef) -> Option<Changed> {
        let id = report.plan.ledger.id(step)?;
        let met = self.memory.get(step.object, id).filter(|met| met.has(Fact::Unchanged))?;
        let was_planned = met.has(Fact::PlannedUnchanged);
        Some(Changed { object: step.object, row: met.first_row?, was_planned, id: id.into() })
    }

    /// What the rows of a window have given and left unfilled.
    fn given_and_unfilled(&mut self, report: &mut Report) -> FieldNotes {
        let mut fields = FieldNotes::default();
        if !self.settings.depends_on_earlier_windows() {
            return fields;
        }
        // The rows are folded onto what earlier windows left, as if this window had not been written yet.
        let written = Arc::make_mut(&mut self.memory).take_written();
        report.plan.ledger.memory = self.memory.clone();
        for (number, &field) in self.settings.clearable.iter().enumerate() {
            each_fold(report, field, |Fold { object, id, base, rows, tags }| {
                if gives(base, rows, tags, field, written.is_written(object, id)) {
                    fields.given.push((object, id.into(), number));
                }
            });
        }
        for &field in &self.settings.fillable {
            each_fold(report, field, |Fold { object, id, base, rows, tags }| {
                let was_written = written.is_written(object, id);
                let is_unfilled = leaves_unfilled(base, rows, tags, field, was_written);
                fields.unfilled.push((object, id.into(), is_unfilled));
                if field == FieldId::TAGS && fills_tags(base, rows, tags) {
                    fields.filled.push(id.into());
                }
            });
        }
        fields
    }
}

/// What later windows must know about the record that one side of a row has met, with the id of that record.
pub(in crate::apply) fn met_on<'r>(
    report: &'r Report,
    described: &Set<ContactNumber>,
    object: Object,
    row: RowIndex,
) -> Option<(&'r str, Met)> {
    let ledger = &report.plan.ledger;
    let number = ledger.number(row);
    let contact = ledger.contact_rows[row.index()].contact;
    let is_named = || contact.is_none_or(|of| ledger.contacts[of.index()].is_named());
    // If contacts are not selected, one that no opportunity names was only looked up (P8).
    if object == Object::Contact && ledger.settings.contacts.is_none() && !is_named() {
        return None;
    }
    let outcome = report.outcome(object, number);
    if object == Object::Contact && report.was_lost(object, row) {
        return None;
    }
    // A stored record counts as met even if its update was refused, because it has had its follow-ups.
    let id = report.id(object, number).or_else(|| report.stored(object, row))?;
    let is_folded = outcome.is_some_and(Outcome::is_folded);
    let planned = ledger.side(object, row).outcome;
    let facts = Facts::default()
        .with(Fact::Made, outcome == Some(Outcome::Create))
        .with(Fact::Unchanged, outcome == Some(Outcome::Unchanged))
        .with(Fact::PlannedUnchanged, planned == Some(Outcome::Unchanged));
    let facts = match object {
        Object::Contact => {
            facts.with(Fact::Described, contact.is_some_and(|of| described.contains(&of)))
        }
        Object::Opportunity => {
            let is_linked = is_folded && report.is_linked(row);
            facts.with_claim(report.claim(row)).with(Fact::Linked, is_linked)
        }
    };
    let first_row = is_folded.then_some(number);
    let named = || ledger.contacts[contact?.index()].named_row.map(|row| ledger.number(row));
    Some((id, Met { first_row, named_row: first_row.or_else(named), facts }))
}

/// What the rows of a window have done to fields, as far as it matters to later rows.
#[derive(Default)]
struct FieldNotes {
    /// Records to which the rows have given a field, with the number of the field among the clearable ones. No later
    /// blank clears it (W3).
    given: Vec<(Object, Box<str>, usize)>,
    /// Records with a field that a column fills only if it is blank, and whether the rows have left it unfilled (W2).
    unfilled: Vec<(Object, Box<str>, bool)>,
    /// Contacts whose tags the rows have filled, whatever was there before.
    filled: Vec<Box<str>>,
}

/// A stored record, with the rows and tags that a window folds into it.
struct Fold<'r> {
    object: Object,
    id: &'r str,
    base: Base<'r>,
    rows: &'r [RowOf<'r>],
    tags: &'r [Gift<'r>],
}

/// Shows all records that have this field and are stored by now, each with what the window folds into it.
fn each_fold(report: &Report, field: FieldId, mut each: impl FnMut(Fold<'_>)) {
    let ledger = &report.plan.ledger;
    let object = ledger.settings.fields.get(field).object;
    for record in ledger.records_of(object) {
        let entry = ledger.entry(record);
        let is_named = first_row(ledger, record).is_some();
        let is_failed = |row| report.current(object, row) == Some(Outcome::Fail);
        let is_out = entry.first_row.is_some_and(is_failed);
        // After a conflict, its rows may have been written into another record than planned.
        let id = match entry.first_row {
            Some(row) => report.id(object, ledger.number(row)),
            None => ledger.id(record),
        };
        let id = id.or_else(|| report.created(report.tokens.step(ledger, record)));
        let Some(id) = id.filter(|_| is_named && !is_out) else { continue };
        let tags = match object {
            Object::Contact => ledger.tags_for(ContactNumber::new(record.number)),
            Object::Opportunity => Vec::new(),
        };
        let (base, rows) = (ledger.base(record), ledger.rows(record));
        each(Fold { object, id, base, rows: &rows, tags: &tags });
    }
}
