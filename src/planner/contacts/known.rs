//! [`KnownContacts`]: what the planner knows about contacts that is not in the ledger.

use crate::dedup::KeyNumber;
use crate::maps::{Map, Set};
use crate::object::{ContactNumber, RowIndex};
use crate::planner::clear_tokens::GivenFields;
use crate::planner::running_values::{Books, Singles};

/// See the [module](self).
#[derive(Debug, Default)]
pub(in crate::planner) struct KnownContacts {
    /// The contact numbers of the stored contacts, in the order in which they were read.
    pub(in crate::planner) stored: Vec<ContactNumber>,
    /// For each of them, whether its first row by itself changes it.
    pub(in crate::planner) first_differs: Vec<bool>,
    /// The addresses of contacts with many rows, as their last row left them.
    pub(in crate::planner) books: Books,
    /// Single values of such contacts, if a rule or a consent needs them.
    pub(in crate::planner) singles: Singles,
    /// What rows have given their record, if a clear token needs to know.
    pub(in crate::planner) given: GivenFields,
    /// The keys of combined and text rules that lead to a contact.
    pub(in crate::planner) taught: Map<ContactNumber, Vec<KeyNumber>>,
    /// If the policy does not merge repeats: the contacts that a row has described, that is, about which it has said
    /// more than its keys (M10).
    pub(in crate::planner) described: Set<ContactNumber>,
    /// If contacts are not selected: the rows whose contact side failed. The ledger has no outcome for them (P6, P8).
    pub(in crate::planner) failed_references: Set<RowIndex>,
}
