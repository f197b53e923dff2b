//! Carries out what was decided about the opportunity side of a row: the opportunity, its link, its tags.

use std::borrow::Cow;

use super::standing::PlainStanding;
use super::{OpenOpportunity, OpportunityDecision, State, Status};
use crate::draft::Settings;
use crate::field::FieldId;
use crate::issue::{IssueCode, Severity};
use crate::maps::Map;
use crate::merge::{Problem, RowOf, RowRole, RowStanding, Standing};
use crate::object::{ContactNumber, Object, OpportunityNumber, RowIndex};
use crate::pairing::LinkTo;
use crate::plan::{By, Claim, Entry, Outcome};
use crate::planner::Planner;

impl Planner {
    /// Carries out a decision about an opportunity side, and notes it in the ledger.
    pub(super) fn write_down_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        decision: OpportunityDecision,
    ) {
        let row = self.row_at(open.at);
        let named = if let LinkTo::Contact(contact) = open.link { Some(contact) } else { None };
        let (opportunity, by, outcome) = self.carry_out(open, decision);
        let side = &mut self.ledger.opportunity_rows[row.index()];
        (side.opportunity, side.contact) = (opportunity, named);
        (side.by, side.outcome) = (by, Some(outcome));
        if let Some(contact) = named
            && open.settings.contacts.is_none()
            && self.contact_of(row) == named
            && outcome != Outcome::Fail
        {
            // If contacts are not selected, a contact counts as named by an opportunity of it that does not fail.
            self.ledger.contacts[contact.index()].name(row);
        }
        if let (Some(opportunity), Some(links)) = (opportunity, decision.links()) {
            self.ledger.opportunity_rows[row.index()].sets_link = links;
            self.link_and_tag(open, opportunity, named.filter(|_| links));
        }
    }

    /// Folds a row into its opportunity or adds a new one, if that was decided. Returns the opportunity, how the row
    /// has found it, and the outcome.
    fn carry_out(
        &mut self,
        open: OpenOpportunity<'_>,
        decision: OpportunityDecision,
    ) -> (Option<OpportunityNumber>, By, Outcome) {
        let OpenOpportunity { settings, at, .. } = open;
        match decision {
            OpportunityDecision::Nothing(outcome) => (None, By::New, outcome),
            OpportunityDecision::Aside(opportunity, by, outcome) => {
                if by == By::Match {
                    self.claim(open, opportunity, by);
                }
                (Some(opportunity), by, outcome)
            }
            OpportunityDecision::Joins { opportunity, by, .. } => {
                let is_as_imported = self.is_as_imported(open);
                let outcome = match self.claim(open, opportunity, by) {
                    _ if is_as_imported => self.join_as_imported(at, opportunity),
                    Claim::Lent => self.lend_opportunity(open, opportunity),
                    Claim::Free | Claim::Consumed => {
                        self.join_opportunity(settings, at, opportunity)
                    }
                };
                (Some(opportunity), by, outcome)
            }
            OpportunityDecision::New { standing, .. } => {
                (Some(self.bring_opportunity(settings, at, standing)), By::New, Outcome::Create)
            }
        }
    }

    /// Links the opportunity of a row to a contact, if the row says to which one, and gives its contact the tags of the
    /// row.
    fn link_and_tag(
        &mut self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
        contact: Option<ContactNumber>,
    ) {
        let is_moved = contact.is_some_and(|to| self.link(opportunity, to));
        // If the row was imported before and only links now, the contact that it belonged to then has had the tags.
        let is_owed = is_moved || !self.ledger.opportunity_rows[self.row_at(at).index()].only_links;
        if self.draft(at).has_tags && is_owed {
            self.give_tags(settings, at, opportunity);
        }
    }

    /// Whether our own error log says that the opportunity of this row was imported before, and nobody has changed its
    /// cells since (§15).
    fn is_as_imported(&self, OpenOpportunity { settings, at, .. }: OpenOpportunity<'_>) -> bool {
        settings.has_opportunity_checks()
            && settings.is_opportunity_as_imported(&self.ledger.cells(self.row_at(at)))
    }

    /// Adds a row to an opportunity to which it was imported before. It only links the opportunity now.
    fn join_as_imported(&mut self, at: usize, opportunity: OpportunityNumber) -> Outcome {
        self.report(self.of_opportunity(at, IssueCode::OpportunityImported));
        let row = self.row_at(at);
        self.ledger.opportunity_rows[row.index()].only_links = true;
        self.take_row(row, opportunity)
    }

    /// Adds a row to the rows of an opportunity. Returns the outcome.
    fn take_row(&mut self, row: RowIndex, opportunity: OpportunityNumber) -> Outcome {
        let previous = self.ledger.opportunities[opportunity.index()].take_row(row);
        self.ledger.opportunity_rows[row.index()].previous = previous;
        let was_folded = self.ledger.was_folded(opportunity);
        if previous.is_some() || was_folded { Outcome::Merged } else { Outcome::Create }
    }

    /// Notes that a row has found an opportunity, and in which way. Returns what it leaves of the opportunity to later
    /// rows (O5).
    fn claim(
        &mut self,
        open: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
        by: By,
    ) -> Claim {
        let borrows = by == By::Match && self.cannot_create(open);
        let row = self.row_at(open.at);
        let state = &mut self.opportunities.states[opportunity.index()];
        let side = &mut self.ledger.opportunity_rows[row.index()];
        side.borrows = borrows;
        side.stays_open = borrows && state.status.is_open() && open.settings.matches_open_only();
        let claim = Claim::of_match(borrows);
        state.claim = state.claim.max(claim);
        claim
    }

    /// Folds a row into an opportunity that is known already.
    pub(super) fn join_opportunity(
        &mut self,
        settings: &Settings,
        at: usize,
        opportunity: OpportunityNumber,
    ) -> Outcome {
        let row = self.row_at(at);
        let outcome = self.take_row(row, opportunity);
        let previous = self.ledger.said_before(Object::Opportunity, row);
        self.advance(settings, at, opportunity, RowRole::Joins);
        if settings.mapping.clear_token.is_some() {
            self.note_kept_standing(settings, opportunity, row);
        }
        if let Some(previous) = previous {
            self.compare_with_earlier(settings, opportunity, [row, previous]);
        }
        self.note_full_texts(settings, opportunity.into(), row);
        outcome
    }

    /// Adds the new opportunity that a row brings.
    fn bring_opportunity(
        &mut self,
        settings: &Settings,
        at: usize,
        standing: Option<PlainStanding>,
    ) -> OpportunityNumber {
        let row = self.row_at(at);
        let opportunity = self.new_opportunity(Entry::brought_by(row), standing);
        if standing.is_none() {
            self.advance(settings, at, opportunity, RowRole::Creates);
        }
        self.note_full_texts(settings, opportunity.into(), row);
        opportunity
    }

    /// Reports where a row contradicts the row before it.
    fn compare_with_earlier(
        &mut self,
        settings: &Settings,
        opportunity: OpportunityNumber,
        rows: [RowIndex; 2],
    ) {
        let state = self.opportunities.states[opportunity.index()];
        let pipeline = self.opportunities.pipeline(state.pipeline).unwrap_or_default().to_owned();
        let is_lost = state.status == Status::Lost;
        self.note_opportunity_differences(settings, rows, &pipeline, is_lost);
    }

    /// Links an opportunity to a contact. Returns whether that changes its link.
    fn link(&mut self, opportunity: OpportunityNumber, contact: ContactNumber) -> bool {
        let state = &mut self.opportunities.states[opportunity.index()];
        let is_moved = state.contact.replace(contact) != Some(contact);
        if is_moved && self.ledger.settings.compares_opportunities() {
            self.opportunities.of_contact.entry(contact).or_default().push(opportunity);
        }
        is_moved
    }

    /// Takes one more row into the standing of an opportunity, and reports values that cannot be used.
    fn advance(
        &mut self,
        settings: &Settings,
        at: usize,
        opportunity: OpportunityNumber,
        role: RowRole,
    ) {
        let state = self.opportunities.states[opportunity.index()];
        let mut problems: Vec<Problem> = Vec::new();
        let row = self.opportunity_row(self.row_at(at));
        let now = self.standing_after(settings, opportunity, &row, role, |it| problems.push(it));
        let (status, given) = (Status::of(now.status.as_deref()), now.given);
        let stays = now.pipeline.as_deref() == self.opportunities.pipeline(state.pipeline);
        let elsewhere = (!stays).then(|| now.pipeline.map(Cow::into_owned));
        let pipeline = elsewhere.map_or(state.pipeline, |to| self.pipeline_number(to.as_deref()));
        self.opportunities.states[opportunity.index()] = State { pipeline, status, given, ..state };
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Warning);
        }
    }

    /// The standing of an opportunity after one more row. Values that cannot be used are handed to `problem`.
    pub(super) fn standing_after<'p>(
        &'p self,
        settings: &'p Settings,
        opportunity: OpportunityNumber,
        row: &RowOf<'p>,
        role: RowRole,
        problem: impl FnMut(Problem),
    ) -> Standing<'p> {
        let state = self.opportunities.states[opportunity.index()];
        let mut standing = Standing {
            pipeline: self.opportunities.pipeline(state.pipeline).map(Cow::Borrowed),
            status: state.status.text(),
            given: state.given,
            ..Standing::default()
        };
        standing.take(settings, RowStanding::of(settings, row, role, state.given), problem);
        standing
    }

    /// Withdraws tags that rows of an opportunity had given before the import was interrupted, if a later row links the
    /// opportunity to another contact. Storage has the later link by now, so this plan would give the tags to that
    /// contact. But the contact that the opportunity belonged to at those rows has had them (X6).
    pub(in crate::planner) fn withdraw_tags(&mut self) {
        if self.interrupted.written_opportunities.is_empty() {
            return;
        }
        let mut gifts = std::mem::take(&mut self.ledger.gifts);
        let mut linking: Map<OpportunityNumber, Option<RowIndex>> = Map::default();
        gifts.retain(|(_, row)| {
            let of = self.ledger.opportunity_rows[row.index()].opportunity;
            let first =
                of.and_then(|of| *linking.entry(of).or_insert_with(|| self.first_linking_row(of)));
            first.is_none_or(|first| first <= *row)
        });
        self.ledger.gifts = gifts;
    }

    /// The first row that links an opportunity, if the opportunity was written before the import was interrupted.
    fn first_linking_row(&self, opportunity: OpportunityNumber) -> Option<RowIndex> {
        let ledger = &self.ledger;
        let id = ledger.id(opportunity);
        id.filter(|id| ledger.memory.is_written(Object::Opportunity, id))?;
        let rows = ledger.row_indexes(opportunity);
        // The rows come last one first.
        rows.filter(|row| ledger.opportunity_rows[row.index()].sets_link).last()
    }

    /// Gives the tags of a row to the contact that its opportunity is linked to (P8).
    fn give_tags(&mut self, settings: &Settings, at: usize, opportunity: OpportunityNumber) {
        if self.opportunities.states[opportunity.index()].contact.is_none() {
            self.find_stored_link(opportunity);
        }
        let contact = self.opportunities.states[opportunity.index()].contact;
        let why = match contact {
            _ if !settings.account.opportunities.tag_linked => {
                "the account does not tag the contacts of opportunities"
            }
            None => "the opportunity has no contact",
            Some(contact) => return self.ledger.gifts.push((contact, self.row_at(at))),
        };
        let column = self.column_of(settings, FieldId::OPPORTUNITY_TAGS);
        let finding = self.of_opportunity(at, IssueCode::OpportunityTagsUnused);
        self.report(finding.column(column).detail(why));
    }
}
