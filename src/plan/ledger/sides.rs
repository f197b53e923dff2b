//! What the ledger notes of each side of a row: the record it leads to, how, and what became of it.

use super::{Ledger, NONE};
use crate::object::Object;
use crate::plan::Outcome;

/// How a row found its record: the [`Reason`](crate::plan::Reason) as the ledger notes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// It found none: the row brings a new one.
    New,
    /// By its id.
    Id,
    /// By the rule at this position of [`Settings::rules`](crate::draft::Settings::rules).
    Rule(u8),
    /// An opportunity, by its fields (O5).
    Match,
    /// An opportunity, by its pipeline (O4).
    Pipeline,
}

/// The contact side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContactRow {
    /// The contact that the row leads to, or [`NONE`]. There may be one although the side failed or was skipped.
    pub(crate) contact: u32,
    /// The row before this one that is folded into the contact, or [`NONE`].
    pub(crate) previous: u32,
    /// `None`: no contact on this row, or contacts are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// Which of the row's keys under the rule found the contact.
    pub(crate) key: u8,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl ContactRow {
    /// Before anything is known of it.
    pub(crate) const OPEN: Self = ContactRow {
        contact: NONE,
        previous: NONE,
        outcome: None,
        by: By::New,
        key: 0,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its contact?
    pub(crate) fn is_first(&self) -> bool {
        self.previous == NONE && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// The opportunity side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpportunityRow {
    /// The opportunity that the row leads to, or [`NONE`].
    pub(crate) opportunity: u32,
    /// The row before this one that is folded into the opportunity, or [`NONE`].
    pub(crate) previous: u32,
    /// The contact that the row names for it, or [`NONE`].
    pub(crate) contact: u32,
    /// `None`: no opportunity on this row, or opportunities are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// The row decides whom the opportunity is linked to (P2, P7).
    pub(crate) sets_link: bool,
    /// It was matched with the opportunity, although it could not have created one (O5).
    pub(crate) borrows: bool,
    /// It says whom the opportunity belongs to, and nothing else: its other cells were imported before (§15).
    pub(crate) only_links: bool,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl OpportunityRow {
    /// Before anything is known of it.
    pub(crate) const OPEN: Self = OpportunityRow {
        opportunity: NONE,
        previous: NONE,
        contact: NONE,
        outcome: None,
        by: By::New,
        sets_link: false,
        borrows: false,
        only_links: false,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its opportunity?
    pub(crate) fn is_first(&self) -> bool {
        self.previous == NONE && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// What both sides of a row have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SideOfRow {
    pub(crate) outcome: Option<Outcome>,
    /// The record it leads to, or [`NONE`].
    pub(crate) record: u32,
    pub(crate) by: By,
    pub(crate) has_warning: bool,
}

impl Ledger {
    /// One side of a row, whichever.
    pub(crate) fn side(&self, object: Object, row: u32) -> SideOfRow {
        match object {
            Object::Contact => {
                let ContactRow { outcome, contact: record, by, has_warning, .. } =
                    self.contact_rows[row as usize];
                SideOfRow { outcome, record, by, has_warning }
            }
            Object::Opportunity => {
                let OpportunityRow { outcome, opportunity: record, by, has_warning, .. } =
                    self.opportunity_rows[row as usize];
                SideOfRow { outcome, record, by, has_warning }
            }
        }
    }

    /// The outcome of one side of a row, to be set.
    pub(crate) fn outcome_mut(&mut self, object: Object, row: u32) -> &mut Option<Outcome> {
        match object {
            Object::Contact => &mut self.contact_rows[row as usize].outcome,
            Object::Opportunity => &mut self.opportunity_rows[row as usize].outcome,
        }
    }
}
