//! What the ledger notes about each side of a row: the record to which it leads, how it was found, and the outcome.

use super::Ledger;
use crate::object::{ContactNumber, Object, OpportunityNumber, RecordRef, RowIndex};
use crate::plan::Outcome;

/// How a row found its record: the [`Reason`](crate::plan::Reason) as the ledger notes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// It has found none, and brings a new one.
    New,
    /// By its id.
    Id,
    /// By the rule at this position of [`Settings::rules`](crate::draft::Settings::rules).
    Rule(u8),
    /// An opportunity, by its fields (O5).
    Match,
    /// An opportunity, by its pipeline (O4).
    Pipeline,
    /// The row had found it before the import was interrupted, and would not find it now.
    Before,
}

/// The contact side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContactRow {
    /// The contact to which the row leads. A side that failed or was skipped may have one, too.
    pub(crate) contact: Option<ContactNumber>,
    /// The row before this one that is folded into the contact.
    pub(crate) previous: Option<RowIndex>,
    /// `None`: no contact on this row, or contacts are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// If a match rule found the contact: the position of the key among those of the row under that rule.
    pub(crate) key: u8,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl ContactRow {
    /// A side that is not planned yet.
    pub(crate) const OPEN: Self = ContactRow {
        contact: None,
        previous: None,
        outcome: None,
        by: By::New,
        key: 0,
        has_warning: false,
        has_dropped: false,
    };

    /// Whether this is the first row of this plan that is folded into its contact.
    pub(crate) fn is_first(&self) -> bool {
        self.previous.is_none() && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// The opportunity side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpportunityRow {
    /// The opportunity to which the row leads.
    pub(crate) opportunity: Option<OpportunityNumber>,
    /// The row before this one that is folded into the opportunity.
    pub(crate) previous: Option<RowIndex>,
    /// The contact to which the row would link it.
    pub(crate) contact: Option<ContactNumber>,
    /// `None`: no opportunity on this row, or opportunities are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// Whether the row does link it to that contact (P2, P7).
    pub(crate) sets_link: bool,
    /// Whether the row borrows the opportunity: it was matched with it, and could not have created one (O5).
    pub(crate) borrows: bool,
    /// Whether the row must not close the opportunity, because it borrows it, and only open ones are compared (O5).
    pub(crate) stays_open: bool,
    /// Whether the row only links the opportunity, because its other cells were imported before (§15).
    pub(crate) only_links: bool,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl OpportunityRow {
    /// A side that is not planned yet.
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

    /// Whether this is the first row of this plan that is folded into its opportunity.
    pub(crate) fn is_first(&self) -> bool {
        self.previous.is_none() && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// One side of a row: what contacts and opportunities have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SideOfRow {
    pub(crate) outcome: Option<Outcome>,
    /// The record to which it leads.
    pub(crate) record: Option<RecordRef>,
    pub(crate) by: By,
    pub(crate) has_warning: bool,
}

impl Ledger {
    /// One side of a row.
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

    /// The outcome of one side of a row, to be changed.
    pub(crate) fn outcome_mut(&mut self, object: Object, row: RowIndex) -> &mut Option<Outcome> {
        match object {
            Object::Contact => &mut self.contact_rows[row.index()].outcome,
            Object::Opportunity => &mut self.opportunity_rows[row.index()].outcome,
        }
    }
}
