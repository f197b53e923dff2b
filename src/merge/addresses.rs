//! E-mail addresses and phones: one primary and up to ten additional values (behaviour §7).

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

/// The two fields that hold the addresses of one kind.
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

    /// The kind that a match rule is about, if its keys are addresses.
    pub(crate) fn of_rule(rule: &Rule) -> Option<Addresses> {
        match rule.shape {
            Shape::Emails => Some(Addresses::Emails),
            Shape::Phones => Some(Addresses::Phones),
            Shape::Text(_) | Shape::Combined(_) => None,
        }
    }

    /// The field beside this one.
    pub(crate) fn other(self, field: FieldId) -> FieldId {
        if field == self.primary() { self.additional() } else { self.primary() }
    }

    pub(crate) fn has(self, field: FieldId) -> bool {
        field == self.primary() || field == self.additional()
    }
}

/// The addresses of a contact after these rows have been folded onto what is stored. `columns` are those of
/// the contact, sorted by field.
pub(crate) fn addresses_of<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> AddressBook<'p> {
    let mut book = AddressBook::stored(base, kind);
    take_rows(base, kind, columns, rows, &mut book);
    book
}

fn take_rows<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    book: &mut AddressBook<'p>,
) {
    let columns = of_kind(kind, columns);
    for (at, row) in rows.iter().enumerate() {
        take_row(base, kind, columns, row, base.role_of(at), book, |_| {});
    }
}

/// A value for which there is no room (V5), with its column and its place in the cell.
pub(crate) type Surplus<'p> = (Option<u16>, u16, Value<'p>);

/// Folds one more row; hands on the values for which there is no room. What the row removes goes first; nothing
/// that the row itself says is removed. A primary address that it replaces is kept as an additional one (V2),
/// unless the row replaces these too: then it says all addresses, and the contact has those.
pub(crate) fn take_row<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    row: &RowOf<'p>,
    role: RowRole,
    book: &mut AddressBook<'p>,
    no_room: impl FnMut(Surplus<'p>),
) {
    let said = Said::by(base, kind, columns, row);
    book.remove(base.settings, kind, row, &said);
    book.take(base.settings, kind, said, role, no_room);
}

/// Can a row of this file replace the stored primary address? A replaced address is kept among the additional
/// ones (V2), where the next import of the file could not tell it from those that a blank clears, or that a row
/// without a primary address overwrites. So then neither of these removes any, nor does the clear token (L3).
pub(crate) fn may_replace_primary(kind: Addresses, columns: &[Column]) -> bool {
    columns.iter().any(|column| replaces_primary(kind, column))
}

/// Do the cells of this column replace the stored primary address?
fn replaces_primary(kind: Addresses, column: &Column) -> bool {
    column.field == kind.primary() && !matches!(column.merge, Merge::FillBlank | Merge::Keep)
}

/// The columns that hold addresses of this kind.
fn of_kind(kind: Addresses, columns: &[Column]) -> &[Column] {
    // Sorted by field, and the two fields are neighbours.
    let from = columns.partition_point(|column| column.field < kind.primary());
    let columns = &columns[from..];
    &columns[..columns.partition_point(|column| kind.has(column.field))]
}

/// A short cut for most contacts, of whom these rows name one address and who have no other: that address.
/// `None` if the rows have to be folded.
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

/// Notes what changes in the two fields that these columns feed. Order alone is no difference (V2).
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
    take_rows(base, kind, columns, rows, &mut after);
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
