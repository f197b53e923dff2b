//! Checks of the receipts of a step, which say which call is missing.

use super::{NO_VERSION, Result, cause, fail};
use crate::object::Object;
use crate::storage::{Receipt, Receipts, Token};

/// Expects an update of a record whose version has just been read to be receipted as one.
pub(super) fn expect_updated(
    receipts: &Receipts,
    token: Token,
    object: Object,
    version: Option<&str>,
) -> Result {
    match (receipts.get(token), object, version) {
        (Some(Receipt::Updated { .. } | Receipt::Unchanged), ..) => Ok(()),
        (Some(Receipt::Conflict), Object::Contact, None) => cause(NO_VERSION),
        (Some(Receipt::Conflict), Object::Opportunity, None) => cause(
            "an opportunity has no version in find, and write takes its update for a conflict: give one \
             with FoundRecord::version, or compare none",
        ),
        (Some(Receipt::Conflict), ..) => cause(
            "an update of what nobody else has changed was receipted as a conflict: compare \
             BatchStep::version with the version as find gives it, and new keys with those of other records",
        ),
        (Some(other), ..) => fail(format!("an update was receipted as {other:?}")),
        (None, ..) => fail("an update has no receipt: file one with Receipts::updated"),
    }
}

/// The id under which a record was created, as its receipt says.
pub(super) fn created_id(receipts: &Receipts, token: Token) -> Result<String> {
    match receipts.get(token) {
        Some(Receipt::Created { id, .. }) => Ok(id.clone()),
        Some(Receipt::Rejected { why }) => cause(format!(
            "a create that no stored record stands in the way of was rejected ({why}); if every contact needs a \
             field, name it in the account's dedup.required"
        )),
        Some(Receipt::AlreadyApplied { .. }) => cause(
            "a step that was never written was receipted as already applied: keep all 128 bits of a token, \
             and let `fresh` make a storage without those of earlier runs",
        ),
        Some(Receipt::Conflict) => cause(
            "a create was receipted as a conflict although no other record has one of its \
             BatchStep::new_keys, so it would be planned again in vain: reject what a unique index refuses \
             (Receipts::rejected), unless the address is among the new keys",
        ),
        Some(other) => fail(format!("a create was receipted as {other:?}")),
        None => fail("a create has no receipt: file one with Receipts::created"),
    }
}

/// Expects the step to be receipted as a conflict.
pub(super) fn expect_conflict(receipts: &Receipts, token: Token) -> Result {
    match receipts.get(token) {
        Some(Receipt::Conflict) => Ok(()),
        Some(other) => fail(format!("a conflict was receipted as {other:?}")),
        None => fail("a conflict has no receipt: file one with Receipts::conflict"),
    }
}
