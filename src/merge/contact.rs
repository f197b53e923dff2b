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
    if !rows.is_empty() {
        for group in columns.chunk_by(|a, b| a.field == b.field) {
            if stop_early && out.len() > known {
                return;
            }
            match group[0].field {
                FieldId::CONTACT_ID => {}
                FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS => {
                    if starts(columns, group, Addresses::Emails) {
                        fold_addresses(base, Addresses::Emails, columns, rows, out);
                    }
                }
                FieldId::PHONE | FieldId::ADDITIONAL_PHONES => {
                    if starts(columns, group, Addresses::Phones) {
                        fold_addresses(base, Addresses::Phones, columns, rows, out);
                    }
                }
                FieldId::TAGS => {
                    tags_pending = false;
                    fold_list(base, group, rows, tags, out, FieldId::TAGS);
                }
                field if group[0].is_list => fold_list(base, group, rows, &[], out, field),
                _ => fold_single(base, group, rows, out),
            }
        }
    }
    if tags_pending {
        fold_list(base, &[], &[], tags, out, FieldId::TAGS);
    }
}

/// Is this the first group of columns of the pair? Both fields are folded together, there.
fn starts(columns: &[Column], group: &[Column], kind: Addresses) -> bool {
    columns.iter().find(|column| kind.has(column.field)).map(|column| column.field)
        == Some(group[0].field)
}
