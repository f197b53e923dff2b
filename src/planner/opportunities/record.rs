//! Writes down what was decided about a row's opportunity side: the opportunity, its link, its tags.

use std::borrow::Cow;

use super::standing::Standing;
use super::{Side, State, Status};
use crate::draft::Settings;
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::merge::{Deal, Pitch, Problem, RowRole};
use crate::object::Object;
use crate::pairing::LinkTo;
use crate::plan::{By, Entry, NONE, Outcome};
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
        // If contacts are not selected, the contact is named by an opportunity of its that does not fail.
        let is_looked_up = settings.contacts.is_none() && self.contact_of(row) == Some(named);
        let (opportunity, by, outcome, links) = match side {
            Side::Nothing(outcome) => (NONE, By::New, outcome, None),
            Side::Aside(opportunity, by, outcome) => (opportunity, by, outcome, None),
            Side::Joins { opportunity, by, links } => {
                (opportunity, by, self.join_opportunity(settings, at, opportunity), Some(links))
            }
            Side::New { standing, links } => (
                self.bring_opportunity(settings, at, standing),
                By::New,
                Outcome::Create,
                Some(links),
            ),
        };
        let side = &mut self.ledger.opportunity_rows[row as usize];
        (side.opportunity, side.by, side.contact) = (opportunity, by, named);
        side.outcome = Some(outcome);
        if is_looked_up && outcome != Outcome::Fail {
            self.ledger.contacts[named as usize].name(row);
        }
        let Some(links) = links else { return };
        side.sets_link = links;
        if links {
            self.link(opportunity, named);
        }
        if self.draft(at).has_tags {
            self.give_tags(settings, at, opportunity, row);
        }
    }

    /// Folds a row into an opportunity that exists.
    fn join_opportunity(&mut self, settings: &Settings, at: usize, opportunity: u32) -> Outcome {
        let row = self.row_at(at);
        let previous = self.ledger.opportunities[opportunity as usize].take_row(row);
        self.ledger.opportunity_rows[row as usize].previous = previous;
        self.advance(settings, at, opportunity, RowRole::Joins);
        if settings.mapping.clear_token.is_some() {
            self.note_kept_standing(settings, opportunity, row);
        }
        if previous != NONE {
            self.compare_with_earlier(settings, opportunity, [row, previous]);
        }
        self.note_full_texts(settings, Object::Opportunity, opportunity, row);
        match previous == NONE && !self.ledger.was_folded(Object::Opportunity, opportunity) {
            true => Outcome::Create,
            false => Outcome::Merged,
        }
    }

    /// Makes the new opportunity that a row brings.
    fn bring_opportunity(
        &mut self,
        settings: &Settings,
        at: usize,
        standing: Option<Standing>,
    ) -> u32 {
        let row = self.row_at(at);
        let opportunity = self.new_opportunity(Entry::brought_by(row), standing);
        if standing.is_none() {
            self.advance(settings, at, opportunity, RowRole::Creates);
        }
        self.note_full_texts(settings, Object::Opportunity, opportunity, row);
        opportunity
    }

    fn compare_with_earlier(&mut self, settings: &Settings, opportunity: u32, rows: [u32; 2]) {
        let state = self.opportunities.states[opportunity as usize];
        let pipeline = self.opportunities.pipelines.get(state.pipeline as usize).cloned();
        let is_lost = state.status == Status::Lost;
        let pipeline = pipeline.unwrap_or_default();
        self.note_opportunity_differences(settings, rows, &pipeline, is_lost);
    }

    fn link(&mut self, opportunity: u32, contact: u32) {
        let state = &mut self.opportunities.states[opportunity as usize];
        let is_moved = std::mem::replace(&mut state.contact, contact) != contact;
        if is_moved && self.ledger.settings.compares_opportunities() {
            self.opportunities.of_contact.entry(contact).or_default().push(opportunity);
        }
    }

    /// Brings the state of an opportunity up to this row, and reports what cannot be used of the row.
    fn advance(&mut self, settings: &Settings, at: usize, opportunity: u32, role: RowRole) {
        let state = self.opportunities.states[opportunity as usize];
        let pipeline = self.opportunities.pipelines.get(state.pipeline as usize).cloned();
        let mut now = Deal {
            pipeline: pipeline.map(Cow::Owned),
            status: state.status.text(),
            given: state.given,
            ..Deal::default()
        };
        let mut problems: Vec<Problem> = Vec::new();
        let row = self.opportunity_row(self.row_at(at));
        let pitch = Pitch::of(settings, &row, role, state.given);
        now.take(settings, pitch, |problem| problems.push(problem));
        let (pipeline, status, given) =
            (now.pipeline.map(Cow::into_owned), Status::of(now.status.as_deref()), now.given);
        let pipeline = self.pipeline_number(pipeline.as_deref());
        let contact = state.contact;
        self.opportunities.states[opportunity as usize] =
            State { pipeline, status, given, contact, is_consumed: true };
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Warning);
        }
    }

    /// Gives the tags of an opportunity to the contact that it is linked to (P8).
    fn give_tags(&mut self, settings: &Settings, at: usize, opportunity: u32, row: u32) {
        if self.opportunities.states[opportunity as usize].contact == NONE {
            self.find_stored_link(opportunity);
        }
        let contact = self.opportunities.states[opportunity as usize].contact;
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
        self.window.findings.push(finding.detail(why));
    }
}
