//! What is different about the opportunity of a row that was planned before the import was interrupted: the row means the
//! one that it meant then (behaviour X6).

use super::{OpenOpportunity, OpportunityDecision};
use crate::object::{ContactNumber, Object};
use crate::pairing::LinkTo;
use crate::plan::By;
use crate::planner::Planner;

impl Planner {
    /// What was decided about a row without an id before the import was interrupted, if that is known (X6). It must not
    /// be decided again. Later rows may have moved or renamed the opportunity that the row was matched with, or may
    /// have changed another one so that the row would match it now.
    pub(super) fn decided_before(
        &mut self,
        open: OpenOpportunity<'_>,
    ) -> Option<OpportunityDecision> {
        let OpenOpportunity { settings, at, link, .. } = open;
        let row = self.row_at(at);
        if self.interrupted.created_opportunities.contains(&row) {
            let (standing, links) = (self.plain_standing(at), matches!(link, LinkTo::Contact(_)));
            return Some(OpportunityDecision::New { standing, links });
        }
        if let LinkTo::Contact(contact) = link
            && self.interrupted.bringing.contains(&row)
        {
            return Some(self.meet_no_opportunity(open, Some(contact), None));
        }
        let opportunity = match self.interrupted.joined_row.get(&(Object::Opportunity, row)) {
            Some(first) => self.ledger.opportunity_rows[first.index()].opportunity?,
            None => {
                let id = self.interrupted.opportunities.get(&row)?;
                let stored = self.ledger.stored_opportunities.find(id)?;
                self.opportunities.stored[stored.0 as usize]
            }
        };
        let by = match settings.account.opportunities.matching {
            Some(_) => By::Match,
            None => By::Pipeline,
        };
        if !self.ledger.opportunities[opportunity.index()].has_rows() && self.cannot_create(open) {
            // It counts as consumed, because the interrupted import has written it. But it was this row that had met
            // it, and this row only borrows it.
            self.opportunities.states[opportunity.index()].claim = self.claim_before(opportunity);
        }
        let there = match (by, link) {
            (By::Pipeline, LinkTo::Contact(contact)) => self.in_same_pipeline(open, contact),
            _ => None,
        };
        Some(match there.filter(|there| there.has(opportunity)) {
            Some(there) => self.meet_in_pipeline(open, opportunity, &there),
            None => self.meet_opportunity(open, opportunity, by),
        })
    }

    /// Whether the interrupted import has created this contact under this id. To the plan, the contact is new (X6).
    pub(super) fn was_created_as(&self, contact: ContactNumber, id: &str) -> bool {
        let entry = &self.ledger.contacts[contact.index()];
        let created = entry.first_row.and_then(|row| self.interrupted.created.get(&row));
        entry.is_new() && created.is_some_and(|created| created.as_deref() == Some(id))
    }
}
