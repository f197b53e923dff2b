//! Which fields of a record the rows of a window have given, and which they have left unfilled. Later windows need to
//! know both: a blank never clears what an earlier row of the file has given (W3), and a row may still fill what no
//! earlier row has filled (W2).

use super::addresses::{Addresses, addresses_of};
use super::list::Gift;
use super::{Base, RowOf, Standing, list, opportunity, single};
use crate::field::FieldId;

/// Whether one of these rows, or a row of an earlier window, has given the record this field. `was_written` says that
/// an interrupted import has written these rows already, so that the stored record includes them.
pub(crate) fn gives<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    field: FieldId,
    was_written: bool,
) -> bool {
    let columns = base.settings.columns_of(field);
    if let Some(kind) = Addresses::of_field(field) {
        let book = addresses_of(base, kind, &base.settings.contact_columns, rows);
        // If the rows were written already, they may have made a given primary address an additional one. The stored
        // record no longer shows that.
        let may_have_moved = was_written && base.is_given(kind.primary()) && book.is_primary_given;
        return match field == kind.primary() {
            true => book.is_primary_given,
            false => book.is_additional_given || may_have_moved,
        };
    }
    match field {
        FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON => {
            opportunity::folded(base, Standing::stored(base), rows).given.has(field)
        }
        FieldId::TAGS => list::folded(base, columns, rows, tags, field).is_given,
        _ if columns.first().is_some_and(|column| column.is_list) => {
            list::folded(base, columns, rows, &[], field).is_given
        }
        _ => single::folded(base, columns, rows).is_some_and(|now| now.is_given),
    }
}

/// Whether a later row may still fill the field (W2): after these rows it is blank, or has only tags of follow-ups, or
/// the 0 that stands for no value (O6). `was_written` has the same meaning as for [`gives`].
pub(crate) fn leaves_unfilled<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    field: FieldId,
    was_written: bool,
) -> bool {
    let columns = base.settings.columns_of(field);
    match field {
        FieldId::TAGS => list::leaves_tags_unfilled(base, columns, rows, tags, was_written),
        _ => single::effective(base, columns, rows).is_none(),
    }
}

/// Whether these rows fill the tags of a contact, even if nothing or only the tags of follow-ups were there before them
/// (W2).
pub(crate) fn fills_tags<'p>(base: Base<'p>, rows: &[RowOf<'p>], tags: &[Gift<'p>]) -> bool {
    list::fills_tags(base, base.settings.columns_of(FieldId::TAGS), rows, tags)
}
