//! What rows have given a record, for the windows that follow: a blank never clears what an earlier
//! row of the same file gave (W3).

use super::addresses::{Addresses, addresses_of};
use super::list::Gift;
use super::{Base, Deal, RowOf, list, opportunity, single};
use crate::field::FieldId;

/// Has one of these rows, or of those in windows before, given the record this field? `was_written`:
/// it is as an interrupted import has left it after these rows.
pub(crate) fn gives<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    field: FieldId,
    was_written: bool,
) -> bool {
    let settings = base.settings;
    let all = settings.columns(settings.fields.get(field).object);
    let from = all.partition_point(|column| column.field < field);
    let columns = &all[from..all.partition_point(|column| column.field <= field)];
    if let Some(kind) = Addresses::of_field(field) {
        let book = addresses_of(base, kind, all, rows);
        // Then it may have moved an address that was given before, which does not show any more.
        let may_have_moved = was_written && base.is_given(kind.primary()) && book.is_primary_given;
        return match field == kind.primary() {
            true => book.is_primary_given,
            false => book.is_additional_given || may_have_moved,
        };
    }
    match field {
        FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON => {
            opportunity::folded(base, Deal::stored(base), rows).given.has(field)
        }
        FieldId::TAGS => list::folded(base, columns, rows, tags, field).is_given,
        _ if columns.first().is_some_and(|column| column.is_list) => {
            list::folded(base, columns, rows, &[], field).is_given
        }
        _ => single::folded(base, columns, rows).is_some_and(|now| now.is_given),
    }
}
