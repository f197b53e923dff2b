//! [`Said`]: what one row says about the addresses of a contact, of one kind.

use smallvec::SmallVec;

use super::{Addresses, may_replace_primary, replaces_primary};
use crate::draft::Column;
use crate::mapping::Merge;
use crate::merge::{Base, RowOf};
use crate::value::Value;

/// See the [module](self).
#[derive(Default)]
pub(super) struct Said<'p> {
    /// Its addresses that are to be written, in the order of the columns.
    pub(super) addresses: SmallVec<[SaidAddress<'p>; 4]>,
    /// Whether it has an address for the primary field that is dropped. The field counts as given all the same (W3).
    pub(super) gives_primary_in_vain: bool,
    /// The same for an additional address.
    pub(super) gives_more_in_vain: bool,
    /// Whether it asks to clear the primary address (W3).
    pub(super) clears_primary: bool,
    /// Whether it asks to clear the additional addresses (W3).
    pub(super) clears_list: bool,
    /// Whether it replaces the additional addresses.
    pub(super) replaces_list: bool,
    /// Whether it replaces both, and so states all addresses of the contact.
    pub(super) says_all: bool,
}

/// An address of a row, and where it stands.
pub(super) struct SaidAddress<'p> {
    pub(super) column: &'p Column,
    /// Its place among the items of the cell.
    pub(super) place: u16,
    pub(super) value: Value<'p>,
}

impl<'p> Said<'p> {
    /// What a row says. `columns` may include columns of other fields.
    pub(super) fn by(
        base: Base<'p>,
        kind: Addresses,
        columns: &'p [Column],
        row: &RowOf<'p>,
    ) -> Self {
        let mut said = Said::default();
        let may_replace = may_replace_primary(kind, columns);
        for column in columns {
            if !kind.has(column.field) || column.is_silent(&row.cells) {
                continue;
            }
            let is_primary = column.field == kind.primary();
            let known = said.addresses.len();
            row.each_value(base.settings, column, |place, value| {
                if !row.is_dropped(column.index(), place) {
                    said.addresses.push(SaidAddress { column, place, value });
                } else if is_primary && said.addresses.len() == known {
                    said.gives_primary_in_vain = true;
                } else {
                    said.gives_more_in_vain = true;
                }
            });
            let clears = row.clears(base.settings, column);
            if is_primary {
                said.clears_primary |= clears;
            } else {
                said.clears_list |= clears && !may_replace;
                said.replaces_list |=
                    column.merge == Merge::Overwrite && said.addresses.len() > known;
            }
        }
        said.says_all = said.replaces_list && said.replaces_primary(kind);
        said.replaces_list &= said.says_all || !may_replace;
        said
    }

    /// Whether its first address replaces the primary one.
    fn replaces_primary(&self, kind: Addresses) -> bool {
        self.addresses.first().is_some_and(|said| replaces_primary(kind, said.column))
    }

    /// Whether the row has this address.
    pub(super) fn says(&self, address: &Value<'_>) -> bool {
        self.addresses.iter().any(|said| said.value == *address)
    }
}
