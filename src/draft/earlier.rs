//! Fields for which it matters whether an earlier row of the file has given them. A run in windows keeps that for every
//! record.

use super::Column;
use super::settings::{sorted, with_both_addresses};
use crate::field::FieldId;
use crate::follow_up::FollowUp;
use crate::mapping::Merge;

/// The fields that a cell can clear (W3) or replace by a default (W6) unless an earlier row has given them, sorted.
pub(super) fn clearable<'c>(columns: impl Iterator<Item = &'c Column>) -> Vec<FieldId> {
    let clearable = columns.filter(|column| column.depends_on_given()).map(|column| column.field);
    // An address that a row gave may move from one field to the other.
    sorted(with_both_addresses(clearable.collect()))
}

/// The fields that a column fills only where they are blank (W2), but that may hold something although no row
/// has said anything: tags, if a follow-up gives some (F3), and the value of an opportunity, which is 0 then
/// (O6).
pub(super) fn fillable<'c>(
    columns: impl Iterator<Item = &'c Column>,
    follow_ups: &[FollowUp],
) -> Vec<FieldId> {
    let is_tag = |follow_up: &FollowUp| matches!(follow_up, FollowUp::Tag(..));
    let has_tags = follow_ups.iter().any(is_tag);
    let may_hold_more = |field: &FieldId| match *field {
        FieldId::TAGS => has_tags,
        field => field == FieldId::VALUE,
    };
    let filled = columns.filter(|column| column.merge == Merge::FillBlank);
    let mut fields: Vec<FieldId> =
        filled.map(|column| column.field).filter(may_hold_more).collect();
    fields.dedup();
    fields
}
