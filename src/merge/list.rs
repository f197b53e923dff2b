//! Fields with several values, except for e-mail addresses and phones.

use smallvec::SmallVec;

use super::items::Items;
use super::single::is_required;
use super::{Base, RowOf, RowRole, takes};
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::mapping::Merge;
use crate::normalize;
use crate::object::RowNumber;
use crate::plan::Changes;
use crate::value::Value;

/// A tag that a contact gets from something other than its own rows.
#[derive(Clone, Debug)]
pub(crate) struct Gift<'p> {
    pub(crate) tag: Value<'p>,
    /// The row whose opportunity it comes from (P8): it is added in the place of that row. `None` if it comes from a
    /// follow-up: it is added after all rows (F3).
    pub(crate) row: Option<RowNumber>,
}

/// The items of one cell, of which most have no more than this.
type Few<'p> = SmallVec<[Value<'p>; 4]>;

/// Folds the rows of a record for one list, and adds the change to `out`, if there is one.
pub(super) fn fold_list<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
    out: &mut Changes,
    field: FieldId,
) {
    if let ([column], [row], []) = (columns, rows, gifts)
        && column.is_plain
        && base.is_new()
    {
        let items = items_of(base, column, row, field);
        debug_assert!(
            folded(base, columns, rows, gifts, field).items.into_list()
                == items.clone().into_list(),
            "the same as folded in full"
        );
        if !items.is_empty() {
            out.push(field, [], items.into_list());
        }
        return;
    }
    let now = folded(base, columns, rows, gifts, field).items;
    let is_same = match base.shows(field) {
        true => now.is_same(&nothing_in(base, field).with_stored(base.values(field))),
        false => now.is_empty(),
    };
    if !is_same {
        out.push(field, base.shown(field).map(Value::text), now.into_list());
    }
}

/// An empty list of this field.
fn nothing_in(base: Base<'_>, field: FieldId) -> Items<'_> {
    let Settings { fields, choices, .. } = base.settings;
    Items::of(choices.listed(fields.get(field).kind, field))
}

/// The list of a new record with only one row, if only one column feeds it.
fn items_of<'p>(base: Base<'p>, column: &'p Column, row: &RowOf<'p>, field: FieldId) -> Items<'p> {
    let mut items = nothing_in(base, field);
    row.each_value(base.settings, column, |place, item| {
        if !row.is_dropped(column.index(), place) {
            items.join(item);
        }
    });
    items
}

/// The list after these rows have been folded onto what is stored.
pub(super) fn folded<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
    field: FieldId,
) -> List<'p> {
    let mut list = List::stored(base, field);
    list.take_rows(base, columns, rows, gifts);
    list
}

/// Whether these rows leave a contact without tags, except for those of follow-ups. `was_written` says that an
/// interrupted import has written these rows already, so that the stored tags include theirs and those of follow-ups.
/// If a row of an earlier window has filled them, they are not of follow-ups, though they may be the same words.
pub(super) fn leaves_tags_unfilled<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
    was_written: bool,
) -> bool {
    let mut list = List::stored(base, FieldId::TAGS);
    list.is_unfilled |=
        was_written && !base.has_filled_tags() && are_of_follow_ups(base.settings, &list.items);
    list.take_rows(base, columns, rows, gifts);
    list.is_unfilled
}

/// Whether these rows fill the tags of a contact, whatever was there before them.
pub(super) fn fills_tags<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
) -> bool {
    let mut list = List { is_unfilled: true, ..List::stored(base, FieldId::TAGS) };
    list.take_rows(base, columns, rows, gifts);
    !list.is_unfilled
}

/// A list while rows are folded into it.
pub(super) struct List<'p> {
    items: Items<'p>,
    /// Whether a row of this file has given some of it, so that no later blank clears it (W3).
    pub(super) is_given: bool,
    /// Whether it is blank except for what follow-ups have added. Follow-ups come after every row of the file, so a row
    /// may still fill it (W2, F3).
    pub(super) is_unfilled: bool,
}

impl<'p> List<'p> {
    fn stored(base: Base<'p>, field: FieldId) -> Self {
        let mut items = nothing_in(base, field);
        if base.shows(field) {
            items = items.with_stored(base.values(field));
        }
        let is_unfilled = items.is_empty()
            || (base.is_unfilled(field) && are_of_follow_ups(base.settings, &items));
        List { items, is_given: base.is_given(field), is_unfilled }
    }

    fn take_gift(&mut self, gift: &Gift<'p>) {
        // A follow-up is not a row, so it gives nothing (W3) and fills nothing (W2).
        let is_of_row = gift.row.is_some();
        self.is_given |= is_of_row;
        self.is_unfilled &= !is_of_row;
        self.items.join(gift.tag.clone());
    }

    fn take_rows(
        &mut self,
        base: Base<'p>,
        columns: &'p [Column],
        rows: &[RowOf<'p>],
        gifts: &[Gift<'p>],
    ) {
        let mut gifts = gifts.iter().peekable();
        for (at, row) in rows.iter().enumerate() {
            let is_before = |gift: &&Gift<'p>| gift.row.is_some_and(|of| of < row.number);
            while let Some(gift) = gifts.next_if(is_before) {
                self.take_gift(gift);
            }
            self.take_row(base, columns, row, base.role_of(at));
        }
        gifts.for_each(|gift| self.take_gift(gift));
    }

    /// Folds one more row. `columns` are all columns that feed the field.
    fn take_row(&mut self, base: Base<'p>, columns: &'p [Column], row: &RowOf<'p>, role: RowRole) {
        let columns = || columns.iter().filter(|column| !column.is_silent(&row.cells));
        // Clearing comes first, so that no value of the row itself is cleared.
        let is_asked_blank = columns().any(|column| row.clears(base.settings, column));
        if is_asked_blank && !self.is_given {
            self.items.clear();
            self.is_unfilled = true;
        }
        let was_unfilled = self.is_unfilled;
        let mut is_replaced = false;
        for column in columns() {
            let items = self.read_items(base, column, row);
            if column.merge == Merge::Overwrite && !items.is_empty() && !is_replaced {
                self.items.clear();
                is_replaced = true;
            }
            if takes(column.merge, was_unfilled, role) {
                self.fill(items);
            }
        }
        // The row that creates the record gets the defaults (W6), unless the clear token says that the field stays
        // blank. In a column that keeps what is stored, only this row can say so.
        let says_none = |column: &Column| {
            column.merge == Merge::Keep
                && column.is_clear_token(normalize::trim(column.text(&row.cells)))
                && !is_required(base.settings, column.field)
        };
        if self.items.is_empty() && role == RowRole::Creates && !is_asked_blank {
            for column in columns().filter(|column| column.default.is_some() && !says_none(column))
            {
                self.fill(defaults(base, column));
            }
        }
    }

    fn fill(&mut self, items: Few<'p>) {
        self.is_unfilled &= items.is_empty();
        items.into_iter().for_each(|item| self.items.join(item));
    }

    /// The items of a row in one column, or the default that stands in for a blank even on updates. The field counts as
    /// given, whether or not the merge rule takes them (W3).
    fn read_items(&mut self, base: Base<'p>, column: &'p Column, row: &RowOf<'p>) -> Few<'p> {
        let mut items = Few::new();
        row.each_value(base.settings, column, |place, item| {
            self.is_given = true;
            if !row.is_dropped(column.index(), place) {
                items.push(item);
            }
        });
        if column.default_always && !self.is_given && normalize::is_blank(column.text(&row.cells)) {
            items = defaults(base, column);
            self.is_given = !items.is_empty();
        }
        items
    }
}

/// The items that stand in for a blank cell (W6).
fn defaults<'p>(base: Base<'p>, column: &'p Column) -> Few<'p> {
    let mut items = Few::new();
    let default = column.default.as_deref().unwrap_or("");
    column.read_items(default, None, &base.settings.choices, |_, read| items.extend(read.ok()));
    items
}

/// Whether all of these tags come from follow-ups. If somebody else has added a tag, the list is not blank.
fn are_of_follow_ups(settings: &Settings, items: &Items<'_>) -> bool {
    let tags = settings.follow_ups.iter().map(|follow_up| Value::text(follow_up.name()));
    let mut of_follow_ups = Items::default();
    tags.for_each(|tag| of_follow_ups.join(tag));
    items.are_in(&of_follow_ups)
}
