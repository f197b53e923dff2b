//! E-mail addresses and phones: a contact has one primary and up to ten additional ones of each kind (behaviour §7).

mod book;
mod said;

pub(crate) use book::AddressBook;

use said::Said;

use super::{Base, RowOf, RowRole};
use crate::draft::{Column, Rule, Shape};
use crate::field::FieldId;
use crate::mapping::Merge;
use crate::plan::Changes;
use crate::value::Value;

/// A kind of address, with the two fields that hold addresses of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Addresses {
    Emails,
    Phones,
}

impl Addresses {
    pub(crate) const ALL: [Addresses; 2] = [Addresses::Emails, Addresses::Phones];

    pub(crate) fn primary(self) -> FieldId {
        match self {
            Addresses::Emails => FieldId::EMAIL,
            Addresses::Phones => FieldId::PHONE,
        }
    }

    pub(crate) fn additional(self) -> FieldId {
        match self {
            Addresses::Emails => FieldId::ADDITIONAL_EMAILS,
            Addresses::Phones => FieldId::ADDITIONAL_PHONES,
        }
    }

    /// The kind that a field belongs to.
    pub(crate) fn of_field(field: FieldId) -> Option<Addresses> {
        match field {
            FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS => Some(Addresses::Emails),
            FieldId::PHONE | FieldId::ADDITIONAL_PHONES => Some(Addresses::Phones),
            _ => None,
        }
    }

    /// The kind whose primary addresses a field holds.
    pub(crate) fn of_primary(field: FieldId) -> Option<Addresses> {
        Addresses::of_field(field).filter(|kind| kind.primary() == field)
    }

    /// The kind of address that is the key of a match rule, if it is one.
    pub(crate) fn of_rule(rule: &Rule) -> Option<Addresses> {
        match rule.shape {
            Shape::Emails => Some(Addresses::Emails),
            Shape::Phones => Some(Addresses::Phones),
            Shape::Text(_) | Shape::Combined(_) => None,
        }
    }

    /// The other one of the two fields.
    pub(crate) fn other(self, field: FieldId) -> FieldId {
        if field == self.primary() { self.additional() } else { self.primary() }
    }

    pub(crate) fn has(self, field: FieldId) -> bool {
        field == self.primary() || field == self.additional()
    }
}

/// The addresses of a contact after these rows have been folded onto the stored ones. `columns` are all columns of
/// contacts, sorted by field.
pub(crate) fn addresses_of<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> AddressBook<'p> {
    let mut book = AddressBook::stored(base, kind);
    book.take_rows(base, kind, columns, rows);
    book
}

/// An address for which there is no room (V5): its column, its place in the cell, and its value.
pub(crate) type Surplus<'p> = (Option<u16>, u16, Value<'p>);

impl<'p> AddressBook<'p> {
    /// Folds one more row, and hands the addresses for which there is no room to `no_room`.
    ///
    /// Removing comes first, so that no address of the row itself is removed. A primary address that the row replaces
    /// is kept as an additional one (V2). If the row also replaces the additional ones, it states all addresses of the
    /// contact, and the replaced one is not kept.
    pub(crate) fn take_row(
        &mut self,
        base: Base<'p>,
        kind: Addresses,
        columns: &'p [Column],
        row: &RowOf<'p>,
        role: RowRole,
        no_room: impl FnMut(Surplus<'p>),
    ) {
        let said = Said::by(base, kind, columns, row);
        self.remove(base.settings, kind, row, &said);
        self.take(base.settings, kind, said, role, no_room);
    }

    /// Folds these rows. The first one creates the contact if it is new.
    fn take_rows(
        &mut self,
        base: Base<'p>,
        kind: Addresses,
        columns: &'p [Column],
        rows: &[RowOf<'p>],
    ) {
        let columns = of_kind(kind, columns);
        for (at, row) in rows.iter().enumerate() {
            self.take_row(base, kind, columns, row, base.role_of(at), |_| {});
        }
    }
}

/// Whether a row of this file can replace the stored primary address. A replaced address is kept among the additional
/// ones (V2). There the next import of the file could not tell it from other additional addresses, and would lose it if
/// a cell removed these. So if a row can replace the primary address, no blank and no clear token removes additional
/// addresses, and no row without a primary address overwrites them (L3).
pub(crate) fn may_replace_primary(kind: Addresses, columns: &[Column]) -> bool {
    columns.iter().any(|column| replaces_primary(kind, column))
}

/// Whether the cells of this column replace the stored primary address.
fn replaces_primary(kind: Addresses, column: &Column) -> bool {
    column.field == kind.primary() && !matches!(column.merge, Merge::FillBlank | Merge::Keep)
}

/// The columns that feed addresses of this kind.
fn of_kind(kind: Addresses, columns: &[Column]) -> &[Column] {
    // The columns are sorted by field, and the two fields are next to each other.
    let from = columns.partition_point(|column| column.field < kind.primary());
    let columns = &columns[from..];
    &columns[..columns.partition_point(|column| kind.has(column.field))]
}

/// A short cut for most contacts: if the stored contact and these rows have just one address in all, this is that
/// address, or `Some(None)` if they have none. `None` if the rows have to be folded.
fn only_address<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> Option<Option<Value<'p>>> {
    let is_plain = |column: &Column| column.is_plain && column.merge != Merge::Keep;
    if !columns.iter().all(is_plain) || base.shows(kind.additional()) {
        return None;
    }
    let mut only = None;
    if base.shows(kind.primary()) {
        only = Some(base.values(kind.primary()).next()?);
    }
    let mut is_only = true;
    for row in rows {
        for column in columns.iter().filter(|column| !column.is_silent(&row.cells)) {
            row.each_value(base.settings, column, |place, value| match &only {
                _ if row.is_dropped(column.index(), place) => {}
                None => only = Some(value),
                Some(known) => is_only &= *known == value,
            });
        }
    }
    is_only.then_some(only)
}

/// Adds the changes of the two fields that these columns feed to `out`. Another order alone is no change (V2).
pub(super) fn fold_addresses<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    out: &mut Changes,
) {
    if let Some(only) = only_address(base, kind, columns, rows) {
        debug_assert!(
            {
                let full = addresses_of(base, kind, columns, rows);
                full.primary == only && full.additional.is_empty()
            },
            "the same as folded in full"
        );
        if !base.shows(kind.primary())
            && let Some(only) = only
        {
            out.push_value(kind.primary(), &only);
        }
        return;
    }
    let before = AddressBook::stored(base, kind);
    let mut after = before.clone();
    after.take_rows(base, kind, columns, rows);
    if after.primary != before.primary {
        let shown = base.shown(kind.primary()).take(1).map(Value::text);
        out.push(kind.primary(), shown, after.primary.clone());
    }
    let same = after.additional.len() == before.additional.len()
        && after.additional.iter().all(|value| before.additional.contains(value));
    if !same {
        out.push(
            kind.additional(),
            base.shown(kind.additional()).map(Value::text),
            after.additional,
        );
    }
}
