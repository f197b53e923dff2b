//! Finds out whether the opportunity of a row can be created (O6, O7), and reports values that cannot be used.

use std::borrow::Cow;

use super::OpenOpportunity;
use crate::draft::{Column, Settings, pipeline_and_stages};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::mapping::{Merge, OnInvalid};
use crate::merge::{Base, Dropped, Problem, RowOf, RowRole, Standing, effective};
use crate::object::{Object, OpportunityNumber};
use crate::planner::Planner;

/// What prevents the opportunity of a row from being created. It can be created if nothing is missing and nothing
/// misfits.
pub(super) struct Shortcomings {
    /// The keys of required fields without a value.
    pub(super) missing: Vec<&'static str>,
    /// A pipeline or a stage that does not exist.
    pub(super) misfits: Vec<Problem>,
    /// The pipeline that it would be in.
    pipeline: Option<String>,
}

impl Planner {
    /// Whether the opportunity of a row can be created (O6, O7). If not, reports why. It can be if its
    /// [standing is plain](Planner::plain_standing).
    pub(super) fn can_be_created(&mut self, settings: &Settings, at: usize) -> bool {
        let Shortcomings { missing, misfits, pipeline } = self.shortcomings(settings, at);
        if missing.is_empty() && misfits.is_empty() {
            return true;
        }
        let pipeline = self.pipeline_number(pipeline.as_deref());
        for problem in misfits {
            // A stage is judged only if it is known in which pipeline it would be.
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

    /// Whether a row that updates fails because it names a pipeline or a stage that does not exist, in a column that
    /// fails such rows (V6). If so, reports why. Any other column only drops such a value (O7).
    ///
    /// It must depend on the row alone. The next import of the file, or one that is resumed, finds the opportunity
    /// where later rows have moved it (L3, X6). So a stage that exists, but not in the pipeline of the opportunity, is
    /// only dropped.
    pub(super) fn misfits_fail(
        &mut self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>,
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
            columns.any(|column| is_strict(column) && names_nothing(settings, &row, column))
        });
        let is_failing = !problems.is_empty();
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Error);
        }
        is_failing
    }

    /// What prevents the opportunity of a row from being created.
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

    /// Reports a value of a row that cannot be used for the standing of its opportunity. If that is only a warning, the
    /// value is dropped. `pipeline` is the pipeline in which the opportunity stands after the row.
    pub(super) fn report_problem(
        &mut self,
        settings: &Settings,
        at: usize,
        problem: Problem,
        pipeline: Option<u32>,
        severity: Severity,
    ) {
        let (code, column) = (problem.code, problem.column);
        let (value, detail) = self.value_and_detail(settings, at, problem, pipeline);
        let (value, detail) = (value.map(Into::into), detail.map(Into::into));
        let finding = self.of_opportunity(at, code).severity(severity);
        self.report(Finding { column, value, detail, ..finding });
        if let (Severity::Warning, Some(column)) = (severity, column)
            && code != IssueCode::LostReasonUnused
        {
            self.drop_opportunity_value(at, column);
        }
    }

    /// What the issue about a problem shows: the value, if it is not in its cell, and the detail.
    fn value_and_detail(
        &self,
        settings: &Settings,
        at: usize,
        problem: Problem,
        pipeline: Option<u32>,
    ) -> (Option<String>, Option<String>) {
        let mut columns = settings.opportunity_columns.iter();
        let column = columns.find(|other| other.index() == problem.column);
        let (Some(index), Some(column)) = (problem.column, column) else {
            return (problem.said, problem.detail);
        };
        let row = self.ledger.cells(self.row_at(at));
        let cell = crate::normalize::trim(row.cell(usize::from(index)));
        // A default is in no cell, so the issue has to show it.
        let is_default = cell.is_empty() || column.is_clear_token(cell);
        let value = problem.said.filter(|_| is_default);
        let said = value.as_deref().unwrap_or(cell);
        let suggestion =
            |pipeline: &str| settings.choices.suggestion(column.kind, column.field, pipeline, said);
        let detail = match problem.detail {
            Some(pipeline) if problem.code.is_about_stage() => {
                Some(pipeline_and_stages(&pipeline, suggestion(&pipeline)))
            }
            Some(detail) => Some(detail),
            None => suggestion(self.opportunities.pipeline(pipeline).unwrap_or_default()),
        };
        (value, detail)
    }

    /// Drops the value of a row in a column with one value, so that it is not written.
    pub(super) fn drop_opportunity_value(&mut self, at: usize, column: u16) {
        let row = self.number_at(at);
        self.ledger.dropped_of_opportunities.push(Dropped { row, column, item: 0 });
        self.ledger.opportunity_rows[row.index()].has_dropped = true;
    }

    /// The position in the file of the column that feeds a field.
    pub(super) fn column_of(&self, settings: &Settings, field: FieldId) -> Option<u16> {
        settings.opportunity_columns.iter().find(|column| column.field == field)?.index()
    }

    /// An issue about a row's opportunity side.
    pub(super) fn of_opportunity(&self, at: usize, code: IssueCode) -> Finding {
        Finding::row(code, self.number_at(at)).object(Object::Opportunity)
    }
}

/// Whether a row names a pipeline or a stage in this column that does not exist anywhere. If the row also names a
/// pipeline, a stage of another pipeline does not count.
fn names_nothing(settings: &Settings, row: &RowOf<'_>, column: &Column) -> bool {
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
