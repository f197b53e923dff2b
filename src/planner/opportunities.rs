//! Decides about the opportunity side of each row of a window, in file order (behaviour §3, §5, §8).

use super::Planner;
use super::contacts::of_file;
use super::row_keys::RowKeys;
use crate::account::{Duplicates, Unlinked};
use crate::draft::{Cell, KeyKind, Settings, SideDraft};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode};
use crate::maps::Map;
use crate::merge::RowOf;
use crate::normalize;
use crate::object::{ContactNumber, Mode, Object, OpportunityNumber, RowIndex};
use crate::pairing::{ContactSide, LinkTo, Named, pair};
use crate::plan::{By, Claim, Outcome};

mod ask;
mod compared;
mod index;
mod known;
mod lending;
mod matching;
mod meeting;
mod record;
mod report;
mod resumed;
mod same_pipeline;
mod standing;

use known::{State, Status};
use matching::MatchResult;
use standing::PlainStanding;

pub(super) use known::KnownOpportunities;
pub(super) use standing::{BlockStandings, Standings};

/// What was decided about the opportunity side of a row. It is [noted](Planner::write_down_opportunity) afterwards.
#[derive(Clone, Copy)]
enum OpportunityDecision {
    /// It leads to no opportunity.
    Nothing(Outcome),
    /// It leads to this opportunity, but is not folded into it.
    Aside(OpportunityNumber, By, Outcome),
    /// It is folded into this opportunity. `links` says whether the row also links it to a contact.
    Joins { opportunity: OpportunityNumber, by: By, links: bool },
    /// It brings a new opportunity, with this standing if that is [plain](PlainStanding).
    New { standing: Option<PlainStanding>, links: bool },
}

impl OpportunityDecision {
    /// Whether the row links its opportunity to a contact. `None` if it is not folded into an opportunity.
    fn links(self) -> Option<bool> {
        match self {
            OpportunityDecision::Joins { links, .. } | OpportunityDecision::New { links, .. } => {
                Some(links)
            }
            OpportunityDecision::Nothing(_) | OpportunityDecision::Aside(..) => None,
        }
    }
}

/// The opportunity side of a row about which nothing is decided yet.
#[derive(Clone, Copy)]
struct OpenOpportunity<'s> {
    settings: &'s Settings,
    mode: Mode,
    /// The position of the row in the window.
    at: usize,
    /// The contact to which the row links the opportunity.
    link: LinkTo<ContactNumber>,
}

impl Planner {
    /// Takes the claims of rows that are not planned now, by the ids of opportunities (O5).
    pub(crate) fn know_claims(&mut self, claims: Map<Box<str>, Claim>) {
        self.opportunities.claims = claims;
    }

    /// Finds out for each row of the window which opportunity it means.
    pub(super) fn resolve_opportunities(&mut self) {
        let settings = self.ledger.settings.clone();
        let Some(mode) = settings.opportunities else { return };
        // Taken out of the planner, so that the planner can be changed while they are borrowed.
        let (keys, numbers) =
            (self.block.drafts.take_keys(), std::mem::take(&mut self.window.numbers));
        let first = self.window_keys().start;
        for at in 0..self.window.rows.len() {
            let draft = self.draft(at);
            if !draft.opportunity.is_present() {
                continue;
            }
            let has_failed = draft.opportunity == SideDraft::Failed;
            let own = RowKeys::of_row(&draft, &keys, &numbers, first).of_opportunity();
            let row = self.row_at(at);
            let link = match has_failed {
                true => LinkTo::Nobody,
                false => self.pair_row(row, own),
            };
            let open = OpenOpportunity { settings: &settings, mode, at, link };
            let decision = match has_failed {
                true => OpportunityDecision::Nothing(Outcome::Fail),
                false => self.resolve_opportunity(open, own),
            };
            self.write_down_opportunity(open, decision);
        }
        self.block.drafts.put_keys(keys);
        self.window.numbers = numbers;
    }

    /// The contact to which a row links its opportunity (P1-P6).
    fn pair_row(&self, row: RowIndex, keys: RowKeys<'_>) -> LinkTo<ContactNumber> {
        let side = match (self.contact_of(row), self.ledger.contact_rows[row.index()].outcome) {
            (Some(contact), _) => ContactSide::Is(contact),
            (None, Some(Outcome::Fail)) => ContactSide::Failed,
            (None, _) if self.contacts.failed_references.contains(&row) => ContactSide::Failed,
            (None, _) => ContactSide::Absent,
        };
        let named = match keys.of(KeyKind::ContactLink).next() {
            None => Named::NotAtAll,
            Some((_, number)) => self.contact_with_id(number).map_or(Named::Unknown, Named::Is),
        };
        pair(side, named)
    }

    /// Decides about the opportunity side of a row.
    fn resolve_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        keys: RowKeys<'_>,
    ) -> OpportunityDecision {
        let OpenOpportunity { at, link, .. } = open;
        if self.fail_again(Object::Opportunity, at) {
            return OpportunityDecision::Nothing(Outcome::Fail);
        }
        if let LinkTo::Disagreement(a, b) = link {
            let names = [a, b].map(|contact| {
                let name = self.ledger.name(contact);
                match self.ledger.contacts[contact.index()].is_new() {
                    true => format!("that of {name}"),
                    false => name,
                }
            });
            let column = keys.of(KeyKind::ContactLink).next().map(|(key, _)| key.column);
            let finding = self.of_opportunity(at, IssueCode::ContactLinkConflict);
            let finding = finding.column(column.and_then(of_file));
            return self.refuse(finding.detail(names.join(" and ")));
        }
        match keys.of(KeyKind::OpportunityId).next() {
            None => match self.decided_before(open) {
                Some(side) => side,
                None => self.resolve_unnamed(open),
            },
            Some((key, _)) => match self.stored_opportunity(key) {
                None => {
                    let (id, cells) = (self.key_text(key), self.ledger.cells(self.row_at(at)));
                    let cell = of_file(key.column).map(|column| cells.cell(column.into()));
                    // If the id is the whole cell, the issue shows it without being told.
                    let is_cell = cell.is_some_and(|cell| normalize::trim(cell) == id);
                    let value = (!is_cell).then(|| id.into());
                    let finding = self.of_opportunity(at, IssueCode::OpportunityIdUnknown);
                    self.refuse(Finding { value, ..finding.column(of_file(key.column)) })
                }
                Some(opportunity) => self.meet_opportunity(open, opportunity, By::Id),
            },
        }
    }

    /// Decides about a row without an opportunity id: it is matched by its fields, or new.
    // Inlined, because nearly every row comes here.
    #[inline(always)]
    fn resolve_unnamed(&mut self, open: OpenOpportunity<'_>) -> OpportunityDecision {
        let OpenOpportunity { settings, mode, at, link } = open;
        let policy = &settings.account.opportunities;
        let is_found = policy.matching.is_some() || policy.duplicates == Duplicates::Update;
        if mode == Mode::Update && !is_found {
            // Only an id could name the opportunity, whichever contact the row has (§5).
            return self.refuse(self.of_opportunity(at, IssueCode::OpportunityIdMissing));
        }
        let contact = match link {
            LinkTo::Contact(contact) => Some(contact),
            LinkTo::Nobody | LinkTo::Disagreement(..) => None,
            LinkTo::FailedContact => {
                let why = self.failure_of(self.number_at(at));
                let finding = self.of_opportunity(at, IssueCode::ContactFailed);
                return self.refuse(Finding { detail: why.map(Into::into), ..finding });
            }
            LinkTo::UnknownId => {
                let column = self.column_of(settings, FieldId::CONTACT_LINK);
                let finding = self.of_opportunity(at, IssueCode::ContactIdUnknown);
                return self.refuse(finding.column(column));
            }
        };
        let result = match contact {
            Some(contact) => self.match_opportunity(open, contact),
            None if policy.unlinked == Unlinked::Create => self.match_none(open),
            None => MatchResult::New,
        };
        match result {
            MatchResult::Is(opportunity) => {
                return self.meet_opportunity(open, opportunity, By::Match);
            }
            MatchResult::Fails => return OpportunityDecision::Nothing(Outcome::Fail),
            MatchResult::New => {}
        }
        let other = contact
            .filter(|_| policy.duplicates != Duplicates::Allow)
            .and_then(|contact| self.in_same_pipeline(open, contact));
        match other {
            Some(there) if policy.duplicates == Duplicates::Update => {
                self.meet_in_pipeline(open, there.lowest, &there)
            }
            _ => self.meet_no_opportunity(open, contact, other.map(|there| there.lowest)),
        }
    }

    fn opportunity_row(&self, row: RowIndex) -> RowOf<'_> {
        self.ledger.row(Object::Opportunity, row)
    }

    /// The value that a row gives for a field, to compare it with a stored opportunity.
    fn said<'p>(
        &'p self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'p>,
        field: FieldId,
    ) -> Option<crate::Value<'p>> {
        let row = self.opportunity_row(self.row_at(at));
        settings.opportunity_columns.iter().filter(|column| column.field == field).find_map(
            |column| match column.read(column.text(&row.cells), None, &settings.choices) {
                Cell::Value(value) => Some(value),
                _ => None,
            },
        )
    }
}
