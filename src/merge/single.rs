//! Fields with one value.

use std::borrow::Cow;

use super::{Base, RowOf, region_of};
use crate::draft::{Cell, Column, Settings};
use crate::field::{FieldId, FieldKind};
use crate::mapping::Merge;
use crate::object::Object;
use crate::plan::Changes;
use crate::value::Value;

/// Folds the rows of a record on a single-valued field and notes the change, if there is one.
/// `columns` are all that feed the field.
pub(crate) fn fold_single<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
    out: &mut Changes,
) {
    let Some(field) = columns.first().map(|column| column.field) else { return };
    let after = effective(base, columns, rows);
    let before = base.values(field).next();
    if after != before {
        out.push(field, base.shown(field).take(1).map(Value::text), after);
    }
}

/// The value of a single-valued field once these rows are folded onto what is stored.
pub(crate) fn effective<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> Option<Value<'p>> {
    folded(base, columns, rows)?.value
}

/// As [`effective`], with whether a row has given it.
pub(super) fn folded<'p>(
    base: Base<'p>,
    columns: &'p [Column],
    rows: &[RowOf<'p>],
) -> Option<Single<'p>> {
    let field = columns.first()?.field;
    let mut now = Single { value: base.values(field).next(), is_given: base.is_given(field) };
    for (at, row) in rows.iter().enumerate() {
        let region = region_of(base.settings, row);
        for column in columns {
            let cell =
                match column.read(column.text(row.block, row.at), region, &base.settings.choices) {
                    _ if row.is_dropped(column.index(), 0) => Cell::Blank,
                    Cell::Blank | Cell::Clear if column.default_always => column
                        .default_value(region, &base.settings.choices)
                        .map_or(Cell::Blank, Cell::Value),
                    cell => cell,
                };
            now.take(
                column,
                cell,
                base.is_new() && at == 0,
                is_protected(base.settings, row, field),
            );
        }
        // The row that creates the record gives its defaults; later rows meet them (L1, W6).
        if now.value.is_none() && base.is_new() && at == 0 {
            let choices = &base.settings.choices;
            now.value = columns.iter().find_map(|column| column.default_value(region, choices));
            now.is_given = now.value.is_some();
        }
    }
    Some(now)
}

/// Keys that matched, ids and required fields are never cleared (W3).
pub(super) fn is_protected(settings: &Settings, row: &RowOf<'_>, field: FieldId) -> bool {
    let by = row.rule.and_then(|rule| settings.rules.get(usize::from(rule)));
    by.is_some_and(|rule| rule.has(field))
        || is_required(settings, field)
        || settings.fields.get(field).kind == FieldKind::RecordId
}

/// Must a new record have this field?
pub(super) fn is_required(settings: &Settings, field: FieldId) -> bool {
    let of = settings.fields.get(field);
    field == FieldId::OPPORTUNITY_NAME
        || (of.object == Object::Contact && settings.account.dedup.required.contains(&of.key))
}

pub(super) struct Single<'p> {
    value: Option<Value<'p>>,
    /// A row of this file has said something.
    pub(super) is_given: bool,
}

impl<'p> Single<'p> {
    fn take(&mut self, column: &Column, cell: Cell<'p>, is_first: bool, is_protected: bool) {
        let value = match cell {
            Cell::Blank | Cell::Invalid(_) => return,
            Cell::Clear => {
                // A wish not to be contacted is not taken back by a blank either (W6).
                let no = Value::Boolean(false);
                let is_wish =
                    column.field == FieldId::DND && loosens(column, self.value.as_ref(), &no);
                if !self.is_given && !is_protected && !is_wish {
                    self.value = None;
                }
                return;
            }
            Cell::Value(value) => value,
        };
        let is_blank = self.value.is_none();
        let is_taken = match column.merge {
            Merge::Overwrite | Merge::Union | Merge::Append => true,
            Merge::FillBlank => is_blank,
            Merge::Keep => is_first,
        };
        if !is_taken
            || (column.field == FieldId::DND && loosens(column, self.value.as_ref(), &value))
        {
            return;
        }
        self.is_given = true;
        self.value = Some(match (column.merge, self.value.take()) {
            (Merge::Append, Some(before)) => append(before, &value),
            _ => value,
        });
    }
}

/// A consent field is never loosened unless the column says so (W6).
pub(crate) fn loosens(column: &Column, before: Option<&Value<'_>>, after: &Value<'_>) -> bool {
    !column.loosens_consent
        && before == Some(&Value::Boolean(true))
        && *after == Value::Boolean(false)
}

/// Text already there is not added again (W5).
fn append<'p>(before: Value<'p>, more: &Value<'p>) -> Value<'p> {
    let (old, new) = (before.to_text(), more.to_text());
    if old.contains(&*new) {
        return before;
    }
    Value::Text(Cow::Owned(format!("{old}\n{new}")))
}
