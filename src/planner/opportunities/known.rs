//! [`KnownOpportunities`]: what the planner knows about opportunities that is not in the ledger.

use std::borrow::Cow;

use super::index::OpportunityIndex;
use super::standing::{CurrentStandings, Standings};
use crate::maps::{Map, Set};
use crate::merge::GivenStanding;
use crate::object::{ContactNumber, OpportunityNumber};
use crate::plan::Claim;

/// See the [module](self).
#[derive(Debug, Default)]
pub(in crate::planner) struct KnownOpportunities {
    /// The numbers of the stored opportunities, in the order in which they were read.
    pub(super) stored: Vec<OpportunityNumber>,
    /// The state of each opportunity, by its number.
    pub(super) states: Vec<State>,
    /// The ids of the pipelines that were met so far. States name a pipeline by its position here.
    pub(super) pipelines: Vec<String>,
    /// Works out standings, if no other thread has done so.
    pub(super) standings: Standings,
    /// The standings of the rows of the current block.
    pub(super) current_standings: CurrentStandings,
    /// The opportunities of each contact, if rows are compared with them (O4, O5).
    pub(super) of_contact: Map<ContactNumber, Vec<OpportunityNumber>>,
    /// The same, by the values that have to agree exactly (O5).
    pub(super) index: OpportunityIndex,
    /// When rows are planned again after a conflict: the claims of all other rows, by the ids of opportunities.
    pub(super) claims: Map<Box<str>, Claim>,
    /// The contacts whose opportunities were asked for.
    pub(super) asked: Set<ContactNumber>,
}

impl KnownOpportunities {
    /// The id of the pipeline with this number.
    pub(super) fn pipeline(&self, number: Option<u32>) -> Option<&str> {
        self.pipelines.get(number? as usize).map(String::as_str)
    }

    /// Makes room for so many opportunities.
    pub(in crate::planner) fn reserve(&mut self, opportunities: usize) {
        self.states.reserve(opportunities);
    }
}

/// What later rows need to know about an opportunity.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// The position of its pipeline in [`KnownOpportunities::pipelines`].
    pub(super) pipeline: Option<u32>,
    pub(super) status: Status,
    /// The fields of its standing that rows have given, and that no default replaces (W6).
    pub(super) given: GivenStanding,
    /// The contact that it is linked to after the rows so far; `None` if it has none, or if the plan has not read it.
    pub(super) contact: Option<ContactNumber>,
    /// Whether later rows may be matched with it (O5).
    pub(super) claim: Claim,
}

/// The status of an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Blank,
    Open,
    Won,
    Lost,
    Abandoned,
}

impl Status {
    pub(super) fn of(text: Option<&str>) -> Self {
        match text {
            Some("won") => Status::Won,
            Some("lost") => Status::Lost,
            Some("abandoned") => Status::Abandoned,
            Some("open") => Status::Open,
            _ => Status::Blank,
        }
    }

    /// Whether the opportunity is open. Without a status, it is.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Status::Blank | Status::Open)
    }

    pub(super) fn text(self) -> Option<Cow<'static, str>> {
        match self {
            Status::Blank => None,
            Status::Open => Some("open".into()),
            Status::Won => Some("won".into()),
            Status::Lost => Some("lost".into()),
            Status::Abandoned => Some("abandoned".into()),
        }
    }
}
