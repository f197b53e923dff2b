//! Writing down what a row came to: the opportunity it joins, its link, its tags.

use std::borrow::Cow;

use super::standing::Standing;
use super::{Side, State, Status};
use crate::draft::Settings;
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::merge::{Deal, Pitch, Problem};
use crate::object::Object;
use crate::pairing::LinkTo;
use crate::plan::{By, NONE, Outcome};
use crate::planner::Planner;

impl Planner {
    pub(super) fn write_down_opportunity(
        &mut self,
        settings: &Settings,
        at: usize,
        row: u32,
        link: LinkTo<u32>,
        side: Side,
    ) {
        let named = if let LinkTo::Contact(contact) = link { contact } else { NONE };
        let (deal, by, outcome) = match side {
            Side::Nothing(outcome) => (NONE, By::New, outcome),
            Side::Aside(deal, by, outcome) => (deal, by, outcome),
            Side::Joins { deal, by, links } => {
                let entry = &mut self.ledger.deals[deal as usize];
                let is_first = !entry.has_rows();
                let previous = std::mem::replace(&mut entry.last_row, row);
                if is_first {
                    entry.first_row = row;
                }
                entry.name(row);
                let side = &mut self.ledger.opportunity_rows[row as usize];
                (side.previous, side.sets_link) = (previous, links);
                self.advance(settings, at, deal, is_first);
                if links {
                    self.link(deal, named);
                }
                self.give_tags(settings, at, deal, row);
                let is_first = is_first && !self.ledger.was_folded(Object::Opportunity, deal);
                (deal, by, if is_first { Outcome::Create } else { Outcome::Merged })
            }
        };
        let side = &mut self.ledger.opportunity_rows[row as usize];
        (side.deal, side.by, side.contact) = (deal, by, named);
        side.outcome = Some(outcome);
    }

    fn link(&mut self, deal: u32, contact: u32) {
        let state = &mut self.deal_states[deal as usize];
        let is_new = std::mem::replace(&mut state.contact, contact) != contact;
        if is_new && self.ledger.settings.compares_opportunities() {
            self.deals_of.entry(contact).or_default().push(deal);
        }
    }

    /// Brings the state of an opportunity up to this row, and notes what of the row cannot be used.
    fn advance(&mut self, settings: &Settings, at: usize, deal: u32, is_first: bool) {
        let state = self.deal_states[deal as usize];
        let is_new = is_first && self.ledger.deals[deal as usize].is_new();
        if is_new && let Some(standing) = self.standing_if_new(settings, at) {
            let Standing { pipeline, status } = standing;
            self.deal_states[deal as usize] =
                State { pipeline, status, is_consumed: true, ..state };
            return;
        }
        let pipeline = self.pipelines.get(state.pipeline as usize).cloned();
        let mut now = Deal {
            pipeline: pipeline.map(Cow::Owned),
            status: state.status.text(),
            ..Deal::default()
        };
        let mut problems: Vec<Problem> = Vec::new();
        let row = self.opportunity_row(self.row_at(at));
        now.take(settings, Pitch::of(settings, &row, is_new), is_new, |problem| {
            problems.push(problem);
        });
        let (pipeline, status) =
            (now.pipeline.map(Cow::into_owned), Status::of(now.status.as_deref()));
        let pipeline = self.pipeline_number(pipeline.as_deref());
        let contact = state.contact;
        self.deal_states[deal as usize] = State { pipeline, status, contact, is_consumed: true };
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Warning);
        }
    }

    /// Tags on an opportunity go to the contact it is linked to (P8).
    fn give_tags(&mut self, settings: &Settings, at: usize, deal: u32, row: u32) {
        if !self.draft(at).has_tags {
            return;
        }
        if self.deal_states[deal as usize].contact == NONE {
            self.find_stored_link(deal);
        }
        let contact = self.deal_states[deal as usize].contact;
        let why = if !settings.account.opportunities.tag_linked {
            "the account does not tag the contacts of opportunities"
        } else if contact == NONE {
            "the opportunity has no contact"
        } else {
            return self.ledger.gifts.push((contact, row));
        };
        let column = self.column_of(settings, FieldId::OPPORTUNITY_TAGS);
        let mut finding = Finding::row(IssueCode::OpportunityTagsUnused, self.number_at(at));
        (finding.object, finding.column) = (Some(Object::Opportunity), column);
        self.findings.push(finding.detail(why));
    }
}
