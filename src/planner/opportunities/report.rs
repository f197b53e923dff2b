//! Finds out whether a row's opportunity can be created (O6, O7), and reports what is noteworthy about it.

use std::borrow::Cow;

use super::OpenSide;
use crate::draft::{Column, Settings, pipeline_and_stages};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::mapping::{Merge, OnInvalid};
use crate::merge::{Base, Dropped, Problem, RowOf, RowRole, Standing, effective};
use crate::object::{Object, OpportunityNumber, RowIndex};
use crate::planner::Planner;

/// What keeps a row's opportunity from being created: nothing, if nothing is missing and everything fits.
pub(super) struct Shortcomings {
    /// The keys of the fields that it needs.
    pub(super) missing: Vec<&'static str>,
    /// The pipeline or the stage that there is not.
    pub(super) misfits: Vec<Problem>,
    /// The pipeline that it would be in.
    pipeline: Option<String>,
}

impl Planner {
    /// Can the row's opportunity be created (O6, O7)? If not, issues say why. If its
    /// [standing is plain](Planner::plain_standing), it can.
    pub(super) fn can_be_created(&mut self, settings: &Settings, at: usize) -> bool {
        let Shortcomings { missing, misfits, pipeline } = self.shortcomings(settings, at);
        if missing.is_empty() && misfits.is_empty() {
            return true;
        }
        let pipeline = self.pipeline_number(pipeline.as_deref());
        for problem in misfits {
            // Without a pipeline nobody knows where the stage would belong.
            if problem.code.is_about_pipeline() || !missing.contains(&"pipeline") {
                self.report_problem(settings, at, problem, pipeline, Severity::Error);
            }
        }
        if !missing.is_empty() {
            let label = |key: &&'static str| settings.fields.label(Object::Opportunity, key);
            let labels: Vec<&str> = missing.iter().map(label).collect();
            let column = missing.iter().find_map(|key| {
                self.column_of(settings, settings.fields.find(Object::Opportunity, key)?)
            });
            let finding = self.of_opportunity(at, IssueCode::RequiredMissing).column(column);
            self.report(finding.detail(labels.join(", ")));
        }
        false
    }

    /// Does a row fail because it names no pipeline or stage that there is, in a column that fails such rows (V6)?
    /// If so, issues say why. Any other column only drops the value of a row that updates (O7).
    ///
    /// That depends on the row alone: a stage that only the opportunity's pipeline lacks is dropped. The next import of
    /// the file, or one that is resumed, finds the opportunity where later rows have moved it (L3, X6).
    pub(super) fn misfits_fail(
        &mut self,
        OpenSide { settings, at, .. }: OpenSide<'_>,
        opportunity: OpportunityNumber,
    ) -> bool {
        let is_strict = |column: &Column| column.on_invalid == OnInvalid::FailRow;
        let fields = [FieldId::PIPELINE, FieldId::STAGE].map(|field| settings.columns_of(field));
        if !fields.iter().any(|columns| columns.iter().any(is_strict)) {
            return false;
        }
        let row = self.opportunity_row(self.row_at(at));
        let mut problems: Vec<Problem> = Vec::new();
        let standing = self
            .standing_after(settings, opportunity, &row, RowRole::Joins, |it| problems.push(it));
        let pipeline = standing.pipeline.map(Cow::into_owned);
        let pipeline = self.pipeline_number(pipeline.as_deref());
        let row = self.opportunity_row(self.row_at(at));
        problems.retain(|problem| {
            let columns = match problem.code {
                code if code.is_about_pipeline() => fields[0],
                code if code.is_about_stage() => fields[1],
                _ => return false,
            };
            let mut columns = columns.iter().filter(|column| column.index() == problem.column);
            columns.any(|column| is_strict(column) && says_none(settings, &row, column))
        });
        let is_failing = !problems.is_empty();
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Error);
        }
        is_failing
    }

    pub(super) fn shortcomings(&self, settings: &Settings, at: usize) -> Shortcomings {
        let row = self.opportunity_row(self.row_at(at));
        let mut misfits: Vec<Problem> = Vec::new();
        let standing = Standing::brought_by(settings, &row, |problem| {
            if problem.code.is_about_pipeline() || problem.code.is_about_stage() {
                misfits.push(problem);
            }
        });
        let base = Base::of(settings, None);
        let columns = settings.columns_of(FieldId::OPPORTUNITY_NAME);
        let mut missing = Vec::new();
        if effective(base, columns, &[row]).is_none() {
            missing.push("name");
        }
        let is_pipeline_bad = misfits.iter().any(|p| p.code.is_about_pipeline());
        if settings.choices.has_pipelines() && standing.pipeline.is_none() && !is_pipeline_bad {
            missing.push("pipeline");
        }
        Shortcomings { missing, misfits, pipeline: standing.pipeline.map(Cow::into_owned) }
    }

    /// Reports that what a cell says about the opportunity's standing cannot be used. If that is only a
    /// warning, the value is dropped.
    pub(super) fn report_problem(
        &mut self,
        settings: &Settings,
        at: usize,
        problem: Problem,
        pipeline: Option<u32>,
        severity: Severity,
    ) {
        let number = self.number_at(at);
        let mut finding = Finding::row(problem.code, number).object(Object::Opportunity);
        (finding.severity, finding.column) = (severity, problem.column);
        let columns = &settings.opportunity_columns;
        let mut columns = columns.iter().filter(|other| other.index() == problem.column);
        let mut detail = problem.detail;
        if let (Some(index), Some(column)) = (problem.column, columns.next()) {
            let row = self.ledger.cells(RowIndex::of(number));
            let cell = crate::normalize::trim(row.cell(usize::from(index)));
            // A default is in no cell, so the issue has to show it.
            let is_default = cell.is_empty() || column.is_clear_token(cell);
            finding.value = problem.said.filter(|_| is_default).map(Into::into);
            let said = finding.value.as_deref().unwrap_or(cell);
            let pipeline = self.opportunities.pipeline(pipeline).unwrap_or_default();
            let meant = || settings.choices.suggestion(column.kind, column.field, pipeline, said);
            detail = match detail {
                Some(pipeline) if problem.code.is_about_stage() => {
                    let (kind, field) = (column.kind, column.field);
                    let stages = settings.choices.suggestion(kind, field, &pipeline, said);
                    Some(pipeline_and_stages(&pipeline, stages))
                }
                detail => detail.or_else(meant),
            };
        } else {
            finding.value = problem.said.map(Into::into);
        }
        finding.detail = detail.map(Into::into);
        self.window.findings.push(finding);
        if let (Severity::Warning, Some(column)) = (severity, problem.column) {
            if problem.code == IssueCode::LostReasonUnused {
                return;
            }
            let dropped = Dropped { row: number, column, item: 0 };
            self.ledger.dropped_of_opportunities.push(dropped);
            self.ledger.opportunity_rows[number.index()].has_dropped = true;
        }
    }

    /// The column of the file that feeds a field.
    pub(super) fn column_of(&self, settings: &Settings, field: FieldId) -> Option<u16> {
        settings.opportunity_columns.iter().find(|column| column.field == field)?.index()
    }

    /// An issue about a row's opportunity side.
    pub(super) fn of_opportunity(&self, at: usize, code: IssueCode) -> Finding {
        Finding::row(code, self.number_at(at)).object(Object::Opportunity)
    }
}

/// Does a row say something in its column for the pipeline, or for the stage, that there is nowhere? If it names a
/// pipeline, a stage of another one is none.
fn says_none(settings: &Settings, row: &RowOf<'_>, column: &Column) -> bool {
    let Some(said) = row.value(settings, column) else { return true };
    if column.field != FieldId::STAGE {
        return true;
    }
    let pipelines = settings.columns_of(FieldId::PIPELINE).iter();
    let mut taken = pipelines.filter(|column| column.merge == Merge::Overwrite);
    match taken.find_map(|column| row.value(settings, column)) {
        Some(pipeline) => settings.choices.stage(&pipeline.to_text(), &said.to_text()).is_err(),
        None => !settings.choices.is_stage(&said.to_text()),
    }
}
