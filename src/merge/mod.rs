//! What an update writes: the rows of one record, folded in file order onto what is stored.
//!
//! Planning only notes which rows belong to a record. The effective value of a field is computed from the cells of
//! these rows whenever a step is looked at or written (behaviour W1-W6, V1-V6, O6-O9). So a plan stays as small as its
//! file, and the preview and the write cannot differ.
//!
//! A row *gives* a field the value of its cell, whether or not the merge rule of the column takes that value. No later
//! blank clears a field that was given (W3).

mod addresses;
mod contact;
mod given;
mod items;
mod list;
mod notes;
mod opportunity;
mod single;

pub(crate) use addresses::{AddressBook, Addresses, addresses_of, may_replace_primary};
pub(crate) use contact::{changes_contact, fold_contact};
pub(crate) use given::{fills_tags, gives, leaves_unfilled};
pub(crate) use list::Gift;
pub(crate) use notes::has_note;
pub(crate) use opportunity::{
    GivenStanding, Problem, RowStanding, Standing, can_be_blank, changes_opportunity,
    closes_opportunity, fold_opportunity, has_standing,
};
pub(crate) use single::{Single, effective, is_required, takes_back_dnd};

use crate::draft::{Cell, Column, Settings, normalize_stored, region};
use crate::field::{FieldId, FieldKind};
use crate::lookup::{Answers, StoredId};
use crate::mapping::Merge;
use crate::normalize;
use crate::object::{Object, RowNumber};
use crate::plan::{Fact, Memory};
use crate::source::BlockRow;
use crate::value::Value;

/// A value of a row that is not written, for example because it belongs to another contact, or because there is no room
/// for it. It is given by its row, its column, and its place among the items of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dropped {
    pub(crate) row: RowNumber,
    pub(crate) column: u16,
    pub(crate) item: u16,
}

/// One row of a record, for folding it onto the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowOf<'p> {
    pub(crate) cells: BlockRow<'p>,
    pub(crate) number: RowNumber,
    /// The match rule by which the row has found the record. The fields of that rule are not cleared (W3).
    pub(crate) rule: Option<u8>,
    /// The values of the row that are not written.
    pub(crate) dropped: &'p [Dropped],
    /// Whether its opportunity stays open, whatever a cell, a constant or a default says (O5). A cell that would close
    /// it is also [dropped](Self::dropped), so that it gives nothing, and no later row is reported as contradicting it.
    pub(crate) stays_open: bool,
}

impl<'p> RowOf<'p> {
    /// Shows the values of a cell that may hold several, each with its place among the items. Items that cannot be used
    /// are left out.
    pub(crate) fn each_value(
        &self,
        settings: &'p Settings,
        column: &'p Column,
        mut each: impl FnMut(u16, Value<'p>),
    ) {
        let region = region_of(settings, self, column.kind);
        let mut place = 0;
        column.read_items(column.text(&self.cells), region, &settings.choices, |_, read| {
            if let Ok(value) = read {
                each(place, value);
            }
            place += 1;
        });
    }

    /// The value of a cell that holds a single one, unless it is [dropped](Dropped).
    pub(crate) fn value(&self, settings: &'p Settings, column: &'p Column) -> Option<Value<'p>> {
        if self.dropped.is_empty()
            && let Some(text) = column.plain_text(&self.cells)
        {
            return (!text.is_empty()).then(|| Value::text(text));
        }
        let region = region_of(settings, self, column.kind);
        match column.read(column.text(&self.cells), region, &settings.choices) {
            Cell::Value(value) if !self.is_dropped(column.index(), 0) => Some(value),
            _ => None,
        }
    }

    /// Whether a cell of a list column empties the list (W3).
    pub(crate) fn clears(&self, settings: &Settings, column: &Column) -> bool {
        column.asks_to_clear(normalize::trim(column.text(&self.cells)))
            && !is_required(settings, column.field)
            && !self.clears_nothing(settings, column)
    }

    /// Whether a blank clears nothing on this row (W3). That is so in two cases. A short row does not have the cell at
    /// all (§12). Or the file is our own error log, and this side was imported before: it has cleared then what it had
    /// to clear, and must not clear what other rows of that file have given since.
    fn clears_nothing(&self, settings: &Settings, column: &Column) -> bool {
        column.is_missing(&self.cells) || settings.was_imported(column.object, &self.cells)
    }

    /// Whether this item of a cell is [dropped](Dropped).
    pub(crate) fn is_dropped(&self, column: Option<u16>, item: u16) -> bool {
        !self.dropped.is_empty()
            && column.is_some_and(|column| {
                self.dropped.iter().any(|drop| drop.column == column && drop.item == item)
            })
    }
}

/// The record onto which rows are folded, as it was before them: stored or new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'p> {
    pub(crate) settings: &'p Settings,
    pub(crate) stored: Option<(&'p Answers, StoredId)>,
    /// What earlier windows of a run have given each record and left unfilled. `None` unless the mapping has cells that
    /// can clear, or columns that fill blanks.
    pub(crate) memory: Option<&'p Memory>,
}

impl<'p> Base<'p> {
    pub(crate) fn is_new(&self) -> bool {
        self.stored.is_none()
    }

    /// The role of the row at this position among all that are folded.
    pub(crate) fn role_of(&self, at: usize) -> RowRole {
        if self.is_new() && at == 0 { RowRole::Creates } else { RowRole::Joins }
    }

    /// A record that no earlier window has met: a stored one, or with `None` a new one.
    pub(crate) fn of(settings: &'p Settings, stored: Option<(&'p Answers, StoredId)>) -> Self {
        Base { settings, stored, memory: None }
    }

    /// Whether a row of an earlier window has given the field. Then no blank clears it (W3).
    pub(crate) fn is_given(&self, field: FieldId) -> bool {
        let (Some(memory), Some((answers, id))) = (self.memory, self.stored) else { return false };
        let number = self.settings.clearable.binary_search(&field);
        let object = self.settings.fields.get(field).object;
        number.is_ok_and(|number| memory.is_given(object, answers.id(id), number))
    }

    /// Whether no row of an earlier window has filled the field, although something may be in it (W2).
    fn is_unfilled(&self, field: FieldId) -> bool {
        if !self.settings.fillable.contains(&field) {
            return false;
        }
        let (Some(memory), Some((answers, id))) = (self.memory, self.stored) else { return false };
        let object = self.settings.fields.get(field).object;
        memory.get(object, answers.id(id)).is_some_and(|met| met.has(Fact::Unfilled))
    }

    /// Whether a row of an earlier window has filled the tags of this contact (W2).
    fn has_filled_tags(&self) -> bool {
        let (Some(memory), Some((answers, id))) = (self.memory, self.stored) else { return false };
        memory.get(Object::Contact, answers.id(id)).is_some_and(|met| met.has(Fact::FILLED))
    }

    /// Whether a value of the field is stored.
    #[inline]
    pub(crate) fn shows(&self, field: FieldId) -> bool {
        self.stored.is_some_and(|(answers, id)| answers.value(id, field).is_some())
    }

    /// The stored values of a field, as storage has them.
    pub(crate) fn shown(&self, field: FieldId) -> impl Iterator<Item = &'p str> + use<'p> {
        self.stored.into_iter().flat_map(move |(answers, id)| answers.values(id, field))
    }

    /// The stored values of a field, normalised.
    pub(crate) fn values(&self, field: FieldId) -> impl Iterator<Item = Value<'p>> + use<'p> {
        let settings = self.settings;
        let kind = settings.fields.get(field).kind;
        let country = (kind == FieldKind::Phone).then(|| self.country()).flatten();
        self.shown(field)
            .map(move |shown| normalize_stored(kind, shown, country, &settings.choices))
            .filter(|value| !matches!(value, Value::Text(text) if text.is_empty()))
    }

    /// The region in which stored phones without a country code are read: the record's own country, or else the
    /// account's.
    fn country(&self) -> Option<&'p str> {
        let own =
            self.shown(FieldId::COUNTRY).next().and_then(|c| crate::normalize::country(c).ok());
        own.or(self.settings.account.default_country.as_deref())
    }
}

/// The role of a row among those of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowRole {
    /// It creates the record. Defaults stand in for its blanks (W6), and even columns that keep what is stored are
    /// taken.
    Creates,
    /// It is folded into a record that is stored or that an earlier row creates.
    Joins,
}

/// Whether a merge rule takes the value of a row. `is_blank` says that the field has no value yet.
fn takes(merge: Merge, is_blank: bool, role: RowRole) -> bool {
    match merge {
        Merge::Overwrite | Merge::Union | Merge::Append => true,
        Merge::FillBlank => is_blank,
        Merge::Keep => role == RowRole::Creates,
    }
}

/// The region in which phones of a row without a country code are read; `None` for other kinds of values.
fn region_of<'p>(settings: &'p Settings, row: &RowOf<'p>, kind: FieldKind) -> Option<&'p str> {
    (kind == FieldKind::Phone).then(|| region(settings, &row.cells)).flatten()
}
