//! Fields with several values, e-mail addresses and phones apart.

use smallvec::SmallVec;

use super::items::Items;
use super::single::is_required;
use super::{Base, RowOf, region_of};
use crate::draft::Column;
use crate::mapping::Merge;
use crate::normalize;
use crate::plan::Changes;
use crate::value::Value;

/// A tag that comes to a contact otherwise than by a row of its own: from an opportunity (P8), in the
/// place of that opportunity's row (0-based), or from a follow-up, last.
pub(crate) type Gift<'p> = (u32, Value<'p>);

/// The items of one cell; few hold more.
type Few<'p> = SmallVec<[Value<'p>; 4]>;

/// Folds the rows of a record on a list and notes the change, if there is one.
pub(super) fn fold_list<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
    out: &mut Changes,
    field: crate::field::FieldId,
) {
    if let ([column], [row], []) = (columns, rows, gifts)
        && column.is_plain
        && base.is_new()
    {
        let items = items_of(base, column, row);
        debug_assert!(
            folded(base, columns, rows, gifts, field).0.into_list() == items.clone().into_list(),
            "the same as folded in full"
        );
        if !items.is_empty() {
            out.push(field, [], items.into_list());
        }
        return;
    }
    let (now, _) = folded(base, columns, rows, gifts, field);
    let is_same = match base.shows(field) {
        true => now.is_same(&Items::stored(base.values(field))),
        false => now.is_empty(),
    };
    if !is_same {
        out.push(field, base.shown(field).map(Value::text), now.into_list());
    }
}

/// What the only row of a new record says in the only column of a list.
fn items_of<'p>(base: Base<'p>, column: &'p Column, row: &RowOf<'p>) -> Items<'p> {
    let region = region_of(base.settings, row, column.kind);
    let (mut items, mut at) = (Items::default(), 0);
    column.read_items(column.text(&row.cells), region, &base.settings.choices, |_, read| {
        if let Ok(item) = read
            && !row.is_dropped(column.index(), at)
        {
            items.join(item);
        }
        at += 1;
    });
    items
}

/// The list once these rows are folded onto what is stored, and whether one of them has given any of
/// it.
pub(super) fn folded<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    gifts: &[Gift<'p>],
    field: crate::field::FieldId,
) -> (Items<'p>, bool) {
    let mut now = match base.shows(field) {
        true => Items::stored(base.values(field)),
        false => Items::default(),
    };
    let mut is_given = base.is_given(field);
    let mut gifts = gifts.iter().peekable();
    for (at, row) in rows.iter().enumerate() {
        while let Some((_, gift)) = gifts.next_if(|(of, _)| of.saturating_add(1) < row.number.0) {
            is_given = true;
            now.join(gift.clone());
        }
        let mut is_replaced = false;
        let columns = || columns.iter().filter(|column| !column.is_silent(&row.cells));
        // What the row removes goes first: nothing that it says itself is removed.
        let clears =
            |column: &Column| column.asks_to_clear(normalize::trim(column.text(&row.cells)));
        let is_asked_blank = !is_required(base.settings, field)
            && columns().any(clears)
            && !row.clears_nothing(base.settings, base.settings.fields.get(field).object);
        if is_asked_blank && !is_given {
            now.clear();
        }
        let was_empty = now.is_empty();
        for column in columns() {
            let text = column.text(&row.cells);
            let region = region_of(base.settings, row, column.kind);
            let (mut items, mut item, mut says_some) = (Few::new(), 0, false);
            column.read_items(text, region, &base.settings.choices, |_, read| {
                let is_kept = !row.is_dropped(column.index(), item);
                says_some |= read.is_ok();
                items.extend(read.ok().filter(|_| is_kept));
                item += 1;
            });
            if column.default_always && !is_given && normalize::is_blank(text) {
                items.extend(defaults(base, column));
            }
            let is_taken = match column.merge {
                Merge::Union | Merge::Append => true,
                Merge::Overwrite => {
                    if !items.is_empty() && !is_replaced {
                        now.clear();
                        is_replaced = true;
                    }
                    true
                }
                Merge::FillBlank => was_empty,
                Merge::Keep => base.is_new() && at == 0,
            };
            // What is said is given, whether or not it is taken (W3).
            is_given |= says_some || !items.is_empty();
            if is_taken {
                items.into_iter().for_each(|item| now.join(item));
            }
        }
        // The row that creates the record gets the defaults (W6), unless it says that there is nothing.
        if now.is_empty() && base.is_new() && at == 0 && !is_asked_blank {
            for column in columns().filter(|column| column.default.is_some()) {
                defaults(base, column).into_iter().for_each(|item| now.join(item));
            }
        }
    }
    for (of, gift) in gifts {
        // What comes after every row is not given by one.
        is_given |= *of != u32::MAX;
        now.join(gift.clone());
    }
    (now, is_given)
}

/// The items that stand in for a blank cell (W6).
fn defaults<'p>(base: Base<'p>, column: &'p Column) -> Few<'p> {
    let mut items = Few::new();
    let default = column.default.as_deref().unwrap_or("");
    column.read_items(default, None, &base.settings.choices, |_, read| items.extend(read.ok()));
    items
}
