//! The contact as a whole: every field, in the order of the account's fields.

use super::addresses::fold_addresses;
use super::list::{Gift, fold_list};
use super::single::fold_single;
use super::{Addresses, Base, RowOf};
use crate::field::FieldId;
use crate::plan::Changes;

/// Folds the rows of a contact, and adds every change to `out`. `tags` are the [gifts](Gift) to the contact.
pub(crate) fn fold_contact<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    out: &mut Changes,
) {
    fold_groups(base, rows, tags, out, |_| true);
}

/// Whether the rows of a contact, and the [gifts](Gift) to it, change anything. It takes less work than
/// [`fold_contact`], because it stops at the first field that differs. `buffer` is overwritten.
pub(crate) fn changes_contact<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    buffer: &mut Changes,
) -> bool {
    buffer.clear();
    fold_groups(base, rows, tags, buffer, Changes::is_empty);
    !buffer.is_empty()
}

/// Folds one group of columns after the other, as long as `goes_on` is true of the changes so far.
fn fold_groups<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    out: &mut Changes,
    goes_on: impl Fn(&Changes) -> bool,
) {
    let columns = &base.settings.contact_columns;
    let mut tags_pending = !tags.is_empty();
    let groups: &[_] = if rows.is_empty() { &[] } else { &base.settings.contact_groups };
    let filled = filled(rows);
    for group in groups {
        if !goes_on(out) {
            return;
        }
        let (field, is_silent) = (group.field, group.is_silent(filled));
        let group = &columns[group.columns.clone()];
        match (field, Addresses::of_field(field)) {
            (FieldId::CONTACT_ID, _) => {}
            (FieldId::TAGS, _) => {
                tags_pending = false;
                if !tags.is_empty() || !is_silent {
                    fold_list(base, group, rows, tags, out, field);
                }
            }
            _ if is_silent => {}
            (_, Some(kind)) => fold_addresses(base, kind, group, rows, out),
            _ if group[0].is_list => fold_list(base, group, rows, &[], out, field),
            _ => fold_single(base, group, rows, out),
        }
    }
    if tags_pending {
        fold_list(base, &[], &[], tags, out, FieldId::TAGS);
    }
}

/// The columns of the file in which at least one of the rows is filled, as bits.
pub(super) fn filled(rows: &[RowOf<'_>]) -> u64 {
    rows.iter().fold(0, |filled, row| filled | row.cells.filled())
}
