//! What mode and policy do with a row, depending on whether the opportunity it means exists (behaviour §5, §8).

use super::matching::NotFound;
use super::{OpenOpportunity, OpportunityDecision};
use crate::account::{Relink, Unlinked};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::object::{ContactNumber, Mode, OpportunityNumber};
use crate::pairing::LinkTo;
use crate::plan::{By, Outcome};
use crate::planner::Planner;

/// The contact that an opportunity belongs to after the rows so far.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Owner {
    Contact(ContactNumber),
    /// A stored contact that the plan has not read, by id.
    Unread(String),
}

impl Planner {
    /// Decides about a row that means this opportunity: it is folded into it, unless the mode is to create only.
    pub(super) fn meet_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
        by: By,
    ) -> OpportunityDecision {
        match open.mode {
            Mode::Create => self.skip_existing(open.at, opportunity, by),
            Mode::Update | Mode::Upsert => self.update(open, opportunity, by),
        }
    }

    /// Skips a row whose opportunity exists.
    fn skip_existing(
        &mut self,
        at: usize,
        opportunity: OpportunityNumber,
        by: By,
    ) -> OpportunityDecision {
        let name = self.ledger.name(opportunity);
        self.report(self.of_opportunity(at, IssueCode::OpportunityExists).detail(name));
        OpportunityDecision::Aside(opportunity, by, Outcome::Skip)
    }

    /// Decides that a row is folded into an opportunity, and what becomes of the link to a contact (P6, P7).
    fn update(
        &mut self,
        open: OpenOpportunity<'_>,
        opportunity: OpportunityNumber,
        by: By,
    ) -> OpportunityDecision {
        let OpenOpportunity { settings, at, link, .. } = open;
        if self.misfits_fail(open, opportunity) {
            return OpportunityDecision::Nothing(Outcome::Fail);
        }
        let joins = |links| OpportunityDecision::Joins { opportunity, by, links };
        let contact = match link {
            LinkTo::Contact(contact) => contact,
            LinkTo::FailedContact => {
                let why = self.failure_of(self.number_at(at));
                let finding = self.of_opportunity(at, IssueCode::ContactFailedLinkKept);
                let finding = finding.severity(Severity::Warning);
                self.report(Finding { detail: why.map(Into::into), ..finding });
                return joins(false);
            }
            LinkTo::UnknownId => {
                let column = self.column_of(settings, FieldId::CONTACT_LINK);
                let finding = self.of_opportunity(at, IssueCode::ContactIdUnknown);
                self.report(finding.severity(Severity::Warning).column(column));
                return joins(false);
            }
            LinkTo::Nobody | LinkTo::Disagreement(..) => return joins(false),
        };
        let Some(other) = self.other_owner(opportunity, contact) else { return joins(true) };
        match settings.account.opportunities.relink {
            Relink::Move => {
                self.report(self.of_opportunity(at, IssueCode::OpportunityRelinked).detail(other));
                joins(true)
            }
            Relink::Keep => {
                let finding = self.of_opportunity(at, IssueCode::OpportunityLinkKept);
                self.report(finding.severity(Severity::Warning).detail(other));
                joins(false)
            }
            Relink::Fail => {
                let finding = self.of_opportunity(at, IssueCode::OpportunityRelinkRefused);
                self.refuse(finding.detail(other))
            }
        }
    }

    /// The name of the contact that an opportunity belongs to, if it is not this contact.
    fn other_owner(
        &self,
        opportunity: OpportunityNumber,
        contact: ContactNumber,
    ) -> Option<String> {
        match self.owner(opportunity)? {
            Owner::Contact(owner) if owner == contact => None,
            Owner::Contact(owner) => Some(self.ledger.name(owner)),
            Owner::Unread(id) if self.ledger.id(contact) == Some(&*id) => None,
            Owner::Unread(id) if self.was_created_as(contact, &id) => None,
            Owner::Unread(id) => Some(id),
        }
    }

    /// The contact that an opportunity belongs to after the rows so far.
    fn owner(&self, opportunity: OpportunityNumber) -> Option<Owner> {
        match self.opportunities.states[opportunity.index()].contact {
            None => self.stored_link(opportunity).map(|id| Owner::Unread(id.to_owned())),
            Some(contact) => Some(Owner::Contact(contact)),
        }
    }

    /// Decides about a row that means no known opportunity: it brings a new one, if mode and policy allow that.
    /// `beside` is an opportunity of the contact in the same pipeline, if the policy does not allow a second one there.
    pub(super) fn meet_no_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        contact: Option<ContactNumber>,
        beside: Option<OpportunityNumber>,
    ) -> OpportunityDecision {
        let OpenOpportunity { settings, mode, at, .. } = open;
        if mode == Mode::Update {
            // The account also matches opportunities without ids, so the issue says why none was found.
            let NotFound { column, why } = match contact {
                Some(contact) => self.why_not_found(open, contact),
                None => {
                    "it was not looked for by the other cells, as the row has no contact".into()
                }
            };
            let finding = self.of_opportunity(at, IssueCode::OpportunityIdMissing);
            return self.refuse(finding.column(column).detail(why));
        }
        if contact.is_none() && settings.account.opportunities.unlinked == Unlinked::Fail {
            return self.refuse(self.of_opportunity(at, IssueCode::OpportunityContactMissing));
        }
        if let Some(opportunity) = beside {
            // This comes before what the row lacks, because filling its cells would not help (O4).
            let name = self.ledger.name(opportunity);
            let finding = self.of_opportunity(at, IssueCode::OpportunityDuplicate);
            return self.refuse(finding.detail(name));
        }
        let standing = self.plain_standing(at);
        if standing.is_none() && !self.can_be_created(settings, at) {
            return OpportunityDecision::Nothing(Outcome::Fail);
        }
        OpportunityDecision::New { standing, links: contact.is_some() }
    }

    /// Fails the opportunity side of a row, and reports why.
    pub(super) fn refuse(&mut self, why: Finding) -> OpportunityDecision {
        self.report(why);
        OpportunityDecision::Nothing(Outcome::Fail)
    }
}
