//! The contact as a whole: every field in the account's order.

use super::addresses::fold_addresses;
use super::list::{Gift, fold_list};
use super::single::fold_single;
use super::{Addresses, Base, RowOf};
use crate::draft::Column;
use crate::field::FieldId;
use crate::plan::Changes;

/// Folds the rows of a contact and notes every change. `tags` are gifts: tags of its opportunities
/// and of follow-ups. With `stop_early` it is enough to find one change.
pub(crate) fn fold_contact<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    tags: &[Gift<'p>],
    stop_early: bool,
    out: &mut Changes,
) {
    let known = out.len();
    let columns = &base.settings.contact_columns;
    let mut tags_pending = !tags.is_empty();
    let groups: &[_] = if rows.is_empty() { &[] } else { &base.settings.contact_groups };
    for (field, group) in groups {
        if stop_early && out.len() > known {
            return;
        }
        let group = &columns[group.clone()];
        let field = *field;
        match (field, Addresses::of_field(field)) {
            (FieldId::CONTACT_ID, _) => {}
            (FieldId::TAGS, _) => {
                tags_pending = false;
                if !tags.is_empty() || !are_silent(group, rows) {
                    fold_list(base, group, rows, tags, out, field);
                }
            }
            _ if are_silent(group, rows) => {}
            (_, Some(kind)) => fold_addresses(base, kind, group, rows, out),
            _ if group[0].is_list => fold_list(base, group, rows, &[], out, field),
            _ => fold_single(base, group, rows, out),
        }
    }
    if tags_pending {
        fold_list(base, &[], &[], tags, out, FieldId::TAGS);
    }
}

/// Does no row say anything in these columns? Then their field stays as it is.
pub(super) fn are_silent(columns: &[Column], rows: &[RowOf<'_>]) -> bool {
    columns.iter().all(|column| rows.iter().all(|row| column.is_silent(&row.cells)))
}
