//! What the ledger notes of each side of a row: the record it leads to, how, and what became of it.

use super::Ledger;
use crate::object::{ContactNumber, Object, OpportunityNumber, RecordRef, RowIndex};
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
    /// The import has found it before it was interrupted, and nothing of the row leads there now.
    Before,
}

/// The contact side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContactRow {
    /// The contact that the row leads to. There may be one although the side failed or was skipped.
    pub(crate) contact: Option<ContactNumber>,
    /// The row before this one that is folded into the contact.
    pub(crate) previous: Option<RowIndex>,
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
        contact: None,
        previous: None,
        outcome: None,
        by: By::New,
        key: 0,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its contact?
    pub(crate) fn is_first(&self) -> bool {
        self.previous.is_none() && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// The opportunity side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpportunityRow {
    /// The opportunity that the row leads to.
    pub(crate) opportunity: Option<OpportunityNumber>,
    /// The row before this one that is folded into the opportunity.
    pub(crate) previous: Option<RowIndex>,
    /// The contact that the row names for it.
    pub(crate) contact: Option<ContactNumber>,
    /// `None`: no opportunity on this row, or opportunities are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// The row decides whom the opportunity is linked to (P2, P7).
    pub(crate) sets_link: bool,
    /// It was matched with the opportunity, although it could not have created one (O5).
    pub(crate) borrows: bool,
    /// It borrows one that is open, where only open ones are compared, and so does not close it (O5).
    pub(crate) stays_open: bool,
    /// It says whom the opportunity belongs to, and nothing else: its other cells were imported before (§15).
    pub(crate) only_links: bool,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl OpportunityRow {
    /// Before anything is known of it.
    pub(crate) const OPEN: Self = OpportunityRow {
        opportunity: None,
        previous: None,
        contact: None,
        outcome: None,
        by: By::New,
        sets_link: false,
        borrows: false,
        stays_open: false,
        only_links: false,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its opportunity?
    pub(crate) fn is_first(&self) -> bool {
        self.previous.is_none() && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// What both sides of a row have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SideOfRow {
    pub(crate) outcome: Option<Outcome>,
    /// The record that it leads to.
    pub(crate) record: Option<RecordRef>,
    pub(crate) by: By,
    pub(crate) has_warning: bool,
}

impl Ledger {
    /// One side of a row, whichever.
    pub(crate) fn side(&self, object: Object, row: RowIndex) -> SideOfRow {
        match object {
            Object::Contact => {
                let ContactRow { outcome, contact, by, has_warning, .. } =
                    self.contact_rows[row.index()];
                SideOfRow { outcome, record: contact.map(Into::into), by, has_warning }
            }
            Object::Opportunity => {
                let OpportunityRow { outcome, opportunity, by, has_warning, .. } =
                    self.opportunity_rows[row.index()];
                SideOfRow { outcome, record: opportunity.map(Into::into), by, has_warning }
            }
        }
    }

    /// The outcome of one side of a row, to be set.
    pub(crate) fn outcome_mut(&mut self, object: Object, row: RowIndex) -> &mut Option<Outcome> {
        match object {
            Object::Contact => &mut self.contact_rows[row.index()].outcome,
            Object::Opportunity => &mut self.opportunity_rows[row.index()].outcome,
        }
    }
}
