//! Fields with a single value.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::notes::NoteSearch;
use super::{Base, RowOf, RowRole, region_of, takes};
use crate::draft::{Cell, Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::mapping::Merge;
use crate::normalize;
use crate::object::Object;
use crate::plan::Changes;
use crate::value::Value;

/// Folds the rows of a record for a field with a single value, and adds the change to `out`, if there is one. `columns`
/// are all columns that feed the field.
pub(super) fn fold_single<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    out: &mut Changes,
) {
    let Some(field) = columns.first().map(|column| column.field) else { return };
    let is_shown = base.shows(field);
    if let ([column], [row], false) = (columns, rows, is_shown)
        && (base.is_new() || column.merge != Merge::Keep)
        && let Some(text) = column.plain_text(&row.cells)
    {
        let is_said = !text.is_empty() && !row.is_dropped(column.index(), 0);
        debug_assert_eq!(
            is_said.then_some(Value::text(text)),
            effective(base, columns, rows),
            "the same as folded in full"
        );
        if is_said {
            out.push_text(field, text);
        }
        return;
    }
    if let [column] = columns
        && let Some(said) = from_one_cell(base, column, rows, is_shown)
    {
        let before = if is_shown { base.values(field).next() } else { None };
        debug_assert_eq!(
            said.clone().or(before.clone()),
            effective(base, columns, rows),
            "the same as folded in full"
        );
        match said {
            Some(said) if !is_shown => out.push_value(field, &said),
            Some(said) if Some(&said) != before.as_ref() => {
                out.push(field, base.shown(field).take(1).map(Value::text), [said]);
            }
            _ => {}
        }
        return;
    }
    let before = base.values(field).next();
    let after = effective(base, columns, rows);
    if after != before {
        out.push(field, base.shown(field).take(1).map(Value::text), after);
    }
}

/// A short cut by which most values come straight from their cell. If the field has only one column, its merge rule
/// alone may say which row counts: then this is the value of that row. `Some(None)` if no row has a value, `None` if
/// the rows have to be folded.
fn from_one_cell<'p>(
    base: Base<'p>,
    column: &'p Column,
    rows: &[RowOf<'p>],
    is_shown: bool,
) -> Option<Option<Value<'p>>> {
    if !column.is_plain || column.field == FieldId::DND {
        return None;
    }
    let said = |row: &RowOf<'p>| said_by(base, column, row);
    match column.merge {
        Merge::Overwrite | Merge::Union => Some(last_said(base, column, rows)),
        Merge::FillBlank if !is_shown => Some(rows.iter().find_map(said)),
        Merge::Append if !is_shown && rows.len() == 1 => Some(rows.first().and_then(said)),
        Merge::Keep if base.is_new() => Some(rows.first().and_then(said)),
        Merge::FillBlank | Merge::Append | Merge::Keep => None,
    }
}

/// The last value of the rows. But a value that looks the same as the one before is not written again (W4). So if the
/// values right before the last one, including the stored one, look the same, the earliest of these is kept as it is
/// written.
fn last_said<'p>(base: Base<'p>, column: &'p Column, rows: &[RowOf<'p>]) -> Option<Value<'p>> {
    let mut said = rows.iter().rev().filter_map(|row| said_by(base, column, row));
    let last = said.next()?;
    if normalize::is_written_one_way(&last) {
        return Some(last);
    }
    let mut kept = last.clone();
    for earlier in said.chain(base.values(column.field).next()) {
        if !normalize::says_the_same(&earlier, &last) {
            break;
        }
        kept = earlier;
    }
    Some(kept)
}

/// The value of a row in a column that never clears.
fn said_by<'p>(base: Base<'p>, column: &'p Column, row: &RowOf<'p>) -> Option<Value<'p>> {
    if column.is_silent(&row.cells) || row.is_dropped(column.index(), 0) {
        return None;
    }
    if let Some(text) = column.plain_text(&row.cells) {
        return (!text.is_empty()).then_some(Value::text(text));
    }
    row.value(base.settings, column)
}

/// The value of a single-valued field after these rows have been folded onto what is stored.
pub(crate) fn effective<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> Option<Value<'p>> {
    folded(base, columns, rows)?.value
}

/// The same as [`effective`], together with whether a row has given the field.
pub(super) fn folded<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> Option<Single<'p>> {
    Some(Single::stored(base, columns.first()?.field).take_rows(base, columns, rows))
}

/// Whether this row cannot clear the field (W3): it is an id, a required field, or part of the match rule by which the
/// row has found the record, or a blank of this row clears nothing at all.
fn is_protected(settings: &Settings, row: &RowOf<'_>, column: &Column) -> bool {
    let field = column.field;
    let by = row.rule.and_then(|rule| settings.rules.get(usize::from(rule)));
    by.is_some_and(|rule| rule.has(field))
        || is_required(settings, field)
        || settings.fields.get(field).kind == FieldKind::RecordId
        || row.clears_nothing(settings, column)
}

/// Whether a new record must have this field.
pub(crate) fn is_required(settings: &Settings, field: FieldId) -> bool {
    let of = settings.fields.get(field);
    field == FieldId::OPPORTUNITY_NAME
        || (of.object == Object::Contact && settings.account.dedup.required.contains(&of.key))
}

/// A field with a single value, while rows are folded into it.
#[derive(Clone, Debug)]
pub(crate) struct Single<'p> {
    pub(crate) value: Option<Value<'p>>,
    /// Whether a row of this file has given it.
    pub(super) is_given: bool,
    /// The search for notes that the text has already; `None` unless rows append to the value.
    note_search: Option<NoteSearch>,
    /// The columns whose text was refused because there was no room.
    pub(crate) refused: Vec<u16>,
}

impl<'p> Single<'p> {
    pub(crate) fn stored(base: Base<'p>, field: FieldId) -> Self {
        if base.is_new() {
            return Single { value: None, is_given: false, note_search: None, refused: Vec::new() };
        }
        let stands_in =
            |value: &Value<'_>| *value == Value::Number(Decimal::ZERO) && base.is_unfilled(field);
        let value = base.values(field).next().filter(|value| !stands_in(value));
        let is_given = base.is_given(field);
        Single { value, is_given, note_search: None, refused: Vec::new() }
    }

    /// Folds these rows. The first one creates the record if it is new.
    fn take_rows(mut self, base: Base<'p>, columns: &'p [Column], rows: &[RowOf<'p>]) -> Self {
        for (at, row) in rows.iter().enumerate() {
            self.take_row(base, columns, row, base.role_of(at));
        }
        self
    }

    /// The same, owning its value.
    pub(crate) fn into_owned(self) -> Single<'static> {
        let Single { value, is_given, note_search, refused } = self;
        Single { value: value.map(Value::into_owned), is_given, note_search, refused }
    }

    /// A copy of a value that was kept, to fold further rows into.
    pub(crate) fn from_kept(kept: &Single<'static>) -> Self {
        kept.clone()
    }

    /// Folds one more row. `columns` are all columns that feed the field.
    pub(crate) fn take_row(
        &mut self,
        base: Base<'p>,
        columns: &'p [Column],
        row: &RowOf<'p>,
        role: RowRole,
    ) {
        let Some(kind) = columns.first().map(|column| column.kind) else { return };
        let (choices, region) = (&base.settings.choices, region_of(base.settings, row, kind));
        let mut is_asked_blank = false;
        // If one column of the row has a value, a blank in another column does not clear the field.
        let is_said = columns.len() > 1
            && columns.iter().any(|column| {
                let cell = column.read(column.text(&row.cells), region, choices);
                matches!(cell, Cell::Value(_)) && !row.is_dropped(column.index(), 0)
            });
        for column in columns {
            let cell = match column.read(column.text(&row.cells), region, choices) {
                cell if row.is_dropped(column.index(), 0) => {
                    // The field counts as given, although the value is not written.
                    self.is_given |= matches!(cell, Cell::Value(_));
                    continue;
                }
                Cell::Clear if is_said || is_protected(base.settings, row, column) => Cell::Blank,
                cell => cell,
            };
            is_asked_blank |= cell == Cell::Clear;
            let cell = match cell {
                Cell::Blank if column.default_always && !self.is_given => {
                    column.default_value(region, choices).map_or(Cell::Blank, Cell::Value)
                }
                cell => cell,
            };
            self.take(column, cell, role);
        }
        // The row that creates the record gets the defaults, and later rows find them there (L1, W6). If the row asks
        // to clear the field, no default stands in. A default does not make the field given, because the next import of
        // the file finds the record stored and uses no default (L3).
        if self.value.is_none() && role == RowRole::Creates && !is_asked_blank {
            self.value = columns.iter().find_map(|column| column.default_value(region, choices));
        }
    }

    /// Takes a cell. The field counts as given, whether or not the merge rule takes the value (W3).
    fn take(&mut self, column: &Column, cell: Cell<'p>, role: RowRole) {
        let value = match cell {
            Cell::Blank | Cell::Invalid(_) => return,
            Cell::Clear => {
                // A cleared field means "no", so clearing it would take the wish back as well (W6).
                let no = Value::Boolean(false);
                let is_protected = column.field == FieldId::DND
                    && takes_back_dnd(column, self.value.as_ref(), &no);
                if !self.is_given && !is_protected && column.merge != Merge::Keep {
                    self.value = None;
                }
                return;
            }
            Cell::Value(value) => value,
        };
        self.is_given = true;
        if !takes(column.merge, self.value.is_none(), role)
            || (column.field == FieldId::DND && takes_back_dnd(column, self.value.as_ref(), &value))
        {
            return;
        }
        self.value = Some(match (column.merge, self.value.take()) {
            (Merge::Append, Some(before)) => {
                let search = self.note_search.get_or_insert_default();
                append(before, &value, column.max_chars, search).unwrap_or_else(|before| {
                    self.refused.extend(column.index());
                    before
                })
            }
            // A value that looks the same is not written again (W4).
            (_, Some(before)) if normalize::says_the_same(&before, &value) => before,
            _ => {
                self.note_search = None;
                value
            }
        });
    }
}

/// Whether this value takes back a wish not to be contacted, in a column that must not do so (W6).
pub(crate) fn takes_back_dnd(
    column: &Column,
    before: Option<&Value<'_>>,
    after: &Value<'_>,
) -> bool {
    !column.loosens_consent
        && before == Some(&Value::Boolean(true))
        && *after == Value::Boolean(false)
}

/// Appends a text as a new line, unless it is there already (W5). `Err` has the text as it was, if there is no room for
/// more.
fn append<'p>(
    before: Value<'p>,
    more: &Value<'p>,
    max_chars: usize,
    search: &mut NoteSearch,
) -> Result<Value<'p>, Value<'p>> {
    let (there, more) = (before.to_text(), more.to_text());
    if search.finds(&there, &more) {
        drop(there);
        return Ok(before);
    }
    let is_full = there.len() + 1 + more.len() > max_chars
        && there.chars().count() + 1 + more.chars().count() > max_chars;
    drop(there);
    if is_full {
        return Err(before);
    }
    let mut text = before.into_text().into_owned();
    text.push('\n');
    text.push_str(&more);
    Ok(Value::Text(Cow::Owned(text)))
}
