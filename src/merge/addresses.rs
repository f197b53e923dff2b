//! E-mail addresses and phones: one primary and up to ten additional values (behaviour §7).

use smallvec::SmallVec;

use super::single::is_required;
use super::{Base, RowOf, region_of};
use crate::account::Promote;
use crate::draft::Column;
use crate::field::{FieldId, FieldKind};
use crate::mapping::Merge;
use crate::normalize;
use crate::plan::Changes;
use crate::value::Value;

/// The two fields that hold the addresses of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Addresses {
    Emails,
    Phones,
}

impl Addresses {
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

    /// The kind of its values.
    fn of(self) -> FieldKind {
        match self {
            Addresses::Emails => FieldKind::Email,
            Addresses::Phones => FieldKind::Phone,
        }
    }

    pub(crate) fn has(self, field: FieldId) -> bool {
        field == self.primary() || field == self.additional()
    }
}

/// The addresses of a contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AddressBook<'p> {
    pub(crate) primary: Option<Value<'p>>,
    pub(crate) additional: SmallVec<[Value<'p>; 2]>,
    /// A row of this file has given the primary one, or one of the additional ones, wherever it stood
    /// in that row: no later blank clears it (W3).
    pub(super) is_primary_given: bool,
    pub(super) is_additional_given: bool,
}

impl<'p> AddressBook<'p> {
    /// How many additional values a contact holds at most (V1).
    pub(crate) const LIMIT: usize = 10;

    pub(crate) fn holds(&self, value: &Value<'_>) -> bool {
        self.primary.as_ref() == Some(value) || self.additional.contains(value)
    }

    /// The same, owning its values.
    pub(crate) fn into_owned(self) -> AddressBook<'static> {
        AddressBook {
            primary: self.primary.map(Value::into_owned),
            additional: self.additional.into_iter().map(Value::into_owned).collect(),
            is_primary_given: self.is_primary_given,
            is_additional_given: self.is_additional_given,
        }
    }

    /// A copy of a book that was kept, for going on with.
    pub(crate) fn resumed(kept: &AddressBook<'static>) -> Self {
        let copy = |value: &Value<'static>| -> Value<'p> { value.clone() };
        AddressBook {
            primary: kept.primary.as_ref().map(copy),
            additional: kept.additional.iter().map(copy).collect(),
            is_primary_given: kept.is_primary_given,
            is_additional_given: kept.is_additional_given,
        }
    }

    pub(crate) fn stored(base: Base<'p>, kind: Addresses) -> Self {
        if base.is_new() {
            return AddressBook::default();
        }
        let primary = base.values(kind.primary()).next();
        let mut book = AddressBook {
            primary,
            is_primary_given: base.is_given(kind.primary()),
            is_additional_given: base.is_given(kind.additional()),
            ..AddressBook::default()
        };
        for value in base.values(kind.additional()) {
            if !book.holds(&value) {
                book.additional.push(value);
            }
        }
        book
    }

    /// A value of the primary column (V2, V3). Gives it back if there is no room for it. It is given
    /// whether or not it is taken (W3).
    fn take_primary(
        &mut self,
        value: Value<'p>,
        merge: Merge,
        is_first: bool,
        promote: Promote,
        room: usize,
    ) -> Option<Value<'p>> {
        let is_taken = match merge {
            Merge::FillBlank => self.primary.is_none(),
            Merge::Keep => is_first,
            _ => true,
        };
        let was_given = self.is_primary_given;
        self.is_primary_given = true;
        if !is_taken || self.primary.as_ref() == Some(&value) {
            self.is_additional_given |= self.additional.contains(&value);
            return None;
        }
        let held = self.additional.iter().position(|other| *other == value);
        match (held, self.primary.take()) {
            (Some(at), None) => {
                self.additional.remove(at);
                self.primary = Some(value);
            }
            (Some(at), Some(old)) if promote == Promote::Always => {
                self.additional[at] = old;
                self.primary = Some(value);
                self.is_additional_given |= was_given;
            }
            (Some(_), old) => {
                self.primary = old;
                self.is_additional_given = true;
            }
            (None, None) => self.primary = Some(value),
            // Where there is but one, it is a value like others.
            (None, Some(_)) if room == 0 => self.primary = Some(value),
            // A stored address is never dropped: where there is no room for it among the additional
            // ones, the new one is refused.
            (None, Some(old)) if self.additional.len() >= room => {
                self.primary = Some(old);
                return Some(value);
            }
            (None, Some(old)) => {
                self.additional.push(old);
                self.primary = Some(value);
                self.is_additional_given |= was_given;
            }
        }
        None
    }

    /// One more value. Gives it back if there is no room for it.
    fn take_additional(&mut self, value: Value<'p>, room: usize) -> Option<Value<'p>> {
        if self.primary.is_none() {
            self.additional.retain(|held| *held != value);
            self.primary = Some(value);
            self.is_primary_given = true;
        } else if self.primary.as_ref() != Some(&value) && !self.additional.contains(&value) {
            if self.additional.len() >= room {
                return Some(value);
            }
            self.additional.push(value);
        }
        None
    }
}

/// The addresses of a contact once these rows are folded onto what is stored. `columns` are those of
/// both fields, in the order of the file.
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
        take_row(base, kind, columns, row, base.is_new() && at == 0, book, |_| {});
    }
}

/// A value that a row says and that finds no room (V5), with its column and its place in the cell.
pub(crate) type Surplus<'p> = (Option<u16>, u16, Value<'p>);

/// Folds one more row; hands on what its columns would take and what finds no room. What the row
/// removes goes first, so that the primary address it replaces is kept as an additional one whatever
/// becomes of the list (V2); and nothing that the row itself says is removed.
pub(crate) fn take_row<'p>(
    base: Base<'p>,
    kind: Addresses,
    columns: &'p [Column],
    row: &RowOf<'p>,
    is_first: bool,
    book: &mut AddressBook<'p>,
    mut no_room: impl FnMut(Surplus<'p>),
) {
    let settings = base.settings;
    let region = region_of(settings, row, kind.of());
    let room = match settings.fields.is_absent(kind.additional()) {
        true => 0,
        false => AddressBook::LIMIT,
    };
    let is_asked = |column: &&Column| kind.has(column.field) && !column.is_silent(&row.cells);
    let all = columns;
    let columns = columns.iter().filter(is_asked);
    let mut said: SmallVec<[(&Column, u16, Value<'p>); 4]> = SmallVec::new();
    let (mut clears_primary, mut clears_list) = (false, false);
    let (mut drops_primary, mut drops_more) = (false, false);
    for column in columns {
        let (text, mut item) = (column.text(&row.cells), 0);
        let known = said.len();
        column.read_items(text, region, &settings.choices, |_, read| {
            match read {
                // It is given, though in vain.
                Ok(_) if row.is_dropped(column.index(), item) => match column.field {
                    field if field == kind.primary() && said.len() == known => {
                        drops_primary = true;
                    }
                    _ => drops_more = true,
                },
                Ok(value) => said.push((column, item, value)),
                Err(_) => {}
            }
            item += 1;
        });
        let clears = column.asks_to_clear(normalize::trim(text))
            && !row.clears_nothing(settings, column.object);
        if column.field == kind.primary() {
            clears_primary |= clears && !is_required(settings, column.field);
        } else {
            let replaces = column.merge == Merge::Overwrite && said.len() > known;
            clears_list |= replaces;
            clears_list |= clears
                && !book.is_additional_given
                && !is_required(settings, column.field)
                && !may_replace_primary(kind, all);
        }
    }
    let says = |held: &Value<'p>| said.iter().any(|(.., value)| value == held);
    if clears_list {
        book.additional.retain(|held| says(held));
    }
    // An address that led the row here, in whichever column it stands, protects the primary one (W3). So
    // does one that would have, had no rule before decided: the next import may find it decides (L3).
    let may_lead = |(_, _, value): &(&Column, u16, Value<'p>)| book.holds(value);
    let is_key = row.rule.is_some()
        && settings.rules.iter().any(|rule| rule.has(kind.primary()))
        && said.iter().any(may_lead);
    // And an address that a row gave would become the primary one with the next import (V3, L3).
    let is_given = book.is_primary_given || book.is_additional_given;
    let is_kept = is_key || is_given || book.primary.as_ref().is_some_and(says);
    if clears_primary && !is_kept {
        book.primary = None;
    }
    book.is_primary_given |= drops_primary;
    book.is_additional_given |= drops_more;
    let mut had_list = !book.additional.is_empty();
    let had_primary = book.primary.is_some();
    let first = said.first().is_some_and(|(column, ..)| column.field == kind.primary());
    if first {
        let (column, item, value) = said.remove(0);
        let promote = settings.account.dedup.promote;
        let surplus = book.take_primary(value, column.merge, is_first, promote, room);
        surplus.into_iter().for_each(|value| no_room((column.index(), item, value)));
    }
    for (column, item, value) in said {
        book.is_primary_given |= book.primary.as_ref() == Some(&value);
        book.is_additional_given = true;
        // What has become the primary one is none of the others any more, and a blank primary one is
        // filled in any case (V3).
        had_list &= !book.additional.is_empty();
        let is_filled = match column.field == kind.primary() {
            true => had_primary,
            false => had_list && book.primary.is_some(),
        };
        match column.merge {
            Merge::FillBlank if is_filled => {}
            Merge::Keep if !is_first => {}
            _ => {
                let surplus = book.take_additional(value, room);
                surplus.into_iter().for_each(|value| no_room((column.index(), item, value)));
            }
        }
    }
}

/// Can a row of this file put another primary address in the place of the stored one? That one is kept
/// among the additional ones (V2), where the next import of the file could not tell it from those that
/// a blank clears: so no blank clears them then, and no token (L3).
pub(crate) fn may_replace_primary(kind: Addresses, columns: &[Column]) -> bool {
    let replaces = |column: &Column| {
        column.field == kind.primary() && !matches!(column.merge, Merge::FillBlank | Merge::Keep)
    };
    columns.iter().any(replaces)
}

/// Those columns that hold addresses of this kind.
fn of_kind(kind: Addresses, columns: &[Column]) -> &[Column] {
    // Sorted by field, and the two fields are neighbours.
    let from = columns.partition_point(|column| column.field < kind.primary());
    let columns = &columns[from..];
    &columns[..columns.partition_point(|column| kind.has(column.field))]
}

/// The primary address of a contact that has no other one after these rows either, because all that they
/// name is one, as most do. `None`: they have to be folded.
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
            let region = region_of(base.settings, row, kind.of());
            let mut item = 0;
            let text = column.text(&row.cells);
            column.read_items(text, region, &base.settings.choices, |_, read| {
                if let Ok(value) = read
                    && !row.is_dropped(column.index(), item)
                {
                    match &only {
                        Some(known) => is_only &= *known == value,
                        None => only = Some(value),
                    }
                }
                item += 1;
            });
        }
    }
    is_only.then_some(only)
}

/// Notes what changes in the two fields, whose columns these are. Order alone is no difference (V2).
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
