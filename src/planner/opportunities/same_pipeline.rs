//! The opportunity of a row without an id, found by the pipeline in which the row puts it (behaviour O4).

use std::borrow::Cow;

use smallvec::SmallVec;

use super::matching::NotFound;
use super::{OpenOpportunity, OpportunityDecision};
use crate::field::FieldId;
use crate::issue::{IssueCode, Severity};
use crate::merge::Standing;
use crate::object::{ContactNumber, OpportunityNumber};
use crate::plan::By;
use crate::planner::Planner;

/// The opportunities of a contact in one pipeline.
pub(super) struct InPipeline {
    /// The one that a row means if it may not bring another.
    pub(super) lowest: OpportunityNumber,
    all: SmallVec<[OpportunityNumber; 1]>,
}

impl InPipeline {
    pub(super) fn has(&self, opportunity: OpportunityNumber) -> bool {
        self.all.contains(&opportunity)
    }
}

impl Planner {
    /// The opportunities that a contact has in the pipeline of a row, after the rows so far (O4); `None` if it has
    /// none.
    pub(super) fn in_same_pipeline(
        &mut self,
        open: OpenOpportunity<'_>,
        contact: ContactNumber,
    ) -> Option<InPipeline> {
        let pipeline = self.pipeline_of_row(open)?;
        let pipeline = self.pipeline_number(Some(&pipeline));
        let opportunities = self.opportunities.of_contact.get(&contact)?;
        let there = opportunities.iter().copied().filter(|&opportunity| {
            let state = &self.opportunities.states[opportunity.index()];
            state.contact == Some(contact) && state.pipeline == pipeline
        });
        let mut all: SmallVec<[OpportunityNumber; 1]> = there.collect();
        // An opportunity that has left the contact and come back is listed twice.
        all.sort_unstable_by_key(|opportunity| opportunity.number());
        all.dedup();
        let lowest = all.iter().copied().min_by(|a, b| self.ledger.compare(*a, *b))?;
        Some(InPipeline { lowest, all })
    }

    /// Decides about a row that means this opportunity because it is in the pipeline of the row. If there are several
    /// in that pipeline, reports which one is meant (O4).
    pub(super) fn meet_in_pipeline(
        &mut self,
        open: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
        there: &InPipeline,
    ) -> OpportunityDecision {
        let decision = self.meet_opportunity(open, opportunity, By::Pipeline);
        if matches!(decision, OpportunityDecision::Joins { .. }) {
            self.report_choice(open.at, opportunity, there);
        }
        decision
    }

    /// The pipeline of a new opportunity of the row; `None` if the row names one that does not exist.
    fn pipeline_of_row(
        &self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>,
    ) -> Option<String> {
        let row = self.opportunity_row(self.row_at(at));
        let mut is_known = true;
        let standing = Standing::brought_by(settings, &row, |problem| {
            is_known &= !problem.code.is_about_pipeline();
        });
        standing.pipeline.filter(|_| is_known).map(Cow::into_owned)
    }

    /// Why a row has found no opportunity by its pipeline (O4).
    pub(super) fn why_not_in_pipeline(&self, open: OpenOpportunity<'_>) -> NotFound {
        if self.pipeline_of_row(open).is_some() {
            return "the contact has none in the pipeline of the row".into();
        }
        let column = self.column_of(open.settings, FieldId::PIPELINE);
        NotFound { column, why: "the row names no pipeline that there is".to_owned() }
    }

    /// Reports which of several opportunities in one pipeline a row updates (O4).
    pub(super) fn report_choice(
        &mut self,
        at: usize,
        chosen: OpportunityNumber,
        InPipeline { all, lowest }: &InPipeline,
    ) {
        if all.len() > 1 {
            let names = self.ledger.names(all.to_vec());
            let name = self.ledger.name(chosen);
            // If the row was planned before an interruption, it keeps the one that was the lowest then.
            let why = if chosen == *lowest { "the lowest is taken" } else { "this one is taken" };
            let told = format!("{names}; {why}, {name}");
            let finding = self.of_opportunity(at, IssueCode::OpportunityMatchSeveral);
            self.report(finding.severity(Severity::Warning).detail(told));
        }
    }
}
