//! [`Said`]: what one row says about the addresses of a contact.

use smallvec::SmallVec;

use super::{Addresses, may_replace_primary, replaces_primary};
use crate::draft::Column;
use crate::mapping::Merge;
use crate::merge::{Base, RowOf};
use crate::value::Value;

/// See the [module](self).
#[derive(Default)]
pub(super) struct Said<'p> {
    /// In the order of the columns.
    pub(super) addresses: SmallVec<[SaidAddress<'p>; 4]>,
    /// It says a primary address, or another one, that is not to be written. It is given all the same (W3).
    pub(super) gives_primary_in_vain: bool,
    pub(super) gives_more_in_vain: bool,
    /// It asks to clear the primary address, or the additional ones (W3).
    pub(super) clears_primary: bool,
    pub(super) clears_list: bool,
    /// It replaces the additional addresses.
    pub(super) replaces_list: bool,
    /// It replaces them, and the primary one: it says all addresses that there are.
    pub(super) says_all: bool,
}

/// An address that a row says, and where.
pub(super) struct SaidAddress<'p> {
    pub(super) column: &'p Column,
    /// Among the items of the cell.
    pub(super) place: u16,
    pub(super) value: Value<'p>,
}

impl<'p> Said<'p> {
    /// `columns` are those of both fields.
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

    /// Does its first address replace a primary one?
    fn replaces_primary(&self, kind: Addresses) -> bool {
        self.addresses.first().is_some_and(|said| replaces_primary(kind, said.column))
    }

    pub(super) fn says(&self, address: &Value<'_>) -> bool {
        self.addresses.iter().any(|said| said.value == *address)
    }
}
