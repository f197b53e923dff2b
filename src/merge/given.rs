//! What rows have given a record, for the windows that follow: a blank never clears what an earlier
//! row of the same file gave (W3).

use super::addresses::{AddressBook, Addresses, addresses_of};
use super::list::Gift;
use super::{Base, Deal, RowOf, list, opportunity, single};
use crate::field::FieldId;

/// Has one of these rows, or of those in windows before, given the record this field?
pub(crate) fn gives<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    field: FieldId,
) -> bool {
    let settings = base.settings;
    let all = settings.columns(settings.fields.get(field).object);
    let from = all.partition_point(|column| column.field < field);
    let to = all.partition_point(|column| column.field <= field);
    let book = |kind| -> AddressBook<'p> { addresses_of(base, kind, all, rows) };
    match field {
        FieldId::EMAIL => book(Addresses::Emails).is_primary_given,
        FieldId::ADDITIONAL_EMAILS => book(Addresses::Emails).is_additional_given,
        FieldId::PHONE => book(Addresses::Phones).is_primary_given,
        FieldId::ADDITIONAL_PHONES => book(Addresses::Phones).is_additional_given,
        FieldId::LOST_REASON => opportunity::folded(base, Deal::stored(base), rows).is_reason_given,
        FieldId::TAGS => list::folded(base, &all[from..to], rows, tags, field).1,
        _ if all[from].is_list => list::folded(base, &all[from..to], rows, &[], field).1,
        _ => single::folded(base, &all[from..to], rows).is_some_and(|now| now.is_given),
    }
}
