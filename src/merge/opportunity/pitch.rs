//! [`Pitch`]: what one row says of where its opportunity stands.

use super::Given;
use crate::draft::{Cell, Choices, Column, Settings};
use crate::field::FieldId;
use crate::mapping::Merge;
use crate::merge::RowOf;

/// What a row says in one column.
pub(super) type SaidIn<'p> = (Cell<'p>, &'p Column);

/// What one row says of these fields.
#[derive(Clone, Debug)]
pub(crate) struct Pitch<'p> {
    pub(super) pipeline: Option<SaidIn<'p>>,
    pub(super) stage: Option<SaidIn<'p>>,
    pub(super) status: Option<SaidIn<'p>>,
    pub(super) lost_reason: Option<SaidIn<'p>>,
    /// The lost reason is what the row says, and no default that only a new opportunity gets.
    pub(super) gives_reason: bool,
}

impl<'p> Pitch<'p> {
    /// `is_new`: the row creates the opportunity, so that defaults stand in for blank cells (W6).
    /// `given`: what rows before have given.
    pub(crate) fn of(settings: &'p Settings, row: &RowOf<'p>, is_new: bool, given: Given) -> Self {
        let choices = &settings.choices;
        let read = |field: FieldId| {
            let columns = columns_of(settings, field);
            let default = |column: &'p Column| {
                let is_due = is_new || (column.default_always && !given.has(field));
                let default = is_due.then(|| column.default_value(None, choices)).flatten();
                default.map(|value| (Cell::Value(value), column))
            };
            match columns {
                [] => None,
                [column] if column.is_silent(&row.cells) => None,
                [column] if column.is_plain && !column.is_constant() => {
                    Some(said_in(choices, row, column))
                }
                _ => what_counts(choices, row, columns, default),
            }
        };
        let gives = |column: &'p Column| {
            let is_said = || says(&said_in(choices, row, column));
            column.default.is_none() || column.default_always || is_said()
        };
        Pitch {
            pipeline: read(FieldId::PIPELINE),
            stage: read(FieldId::STAGE),
            status: read(FieldId::STATUS),
            lost_reason: read(FieldId::LOST_REASON),
            gives_reason: !is_new || columns_of(settings, FieldId::LOST_REASON).iter().any(gives),
        }
    }
}

/// The columns that feed one of these fields.
fn columns_of(settings: &Settings, field: FieldId) -> &[Column] {
    let group = settings.opportunity_groups.iter().find(|group| group.field == field);
    group.map_or(&[], |group| &settings.opportunity_columns[group.columns.clone()])
}

fn said_in<'p>(choices: &'p Choices, row: &RowOf<'p>, column: &'p Column) -> SaidIn<'p> {
    (column.read(column.text(&row.cells), None, choices), column)
}

/// A status or a lost reason that cannot be used says nothing; a pipeline or stage that cannot does.
fn says((cell, column): &SaidIn<'_>) -> bool {
    match cell {
        Cell::Value(_) => true,
        Cell::Invalid(_) => !matches!(column.field, FieldId::STATUS | FieldId::LOST_REASON),
        Cell::Blank | Cell::Clear => false,
    }
}

/// Of all that a row says of a field, what counts: a cell before a constant, a constant before a default.
/// Only a lost reason is cleared; nothing stands in for it then.
fn what_counts<'p>(
    choices: &'p Choices,
    row: &RowOf<'p>,
    columns: &'p [Column],
    default: impl Fn(&'p Column) -> Option<SaidIn<'p>>,
) -> Option<SaidIn<'p>> {
    let said = |column| said_in(choices, row, column);
    let cells = || columns.iter().filter(|column| !column.is_constant()).map(said);
    let constants = || columns.iter().filter(|column| column.is_constant()).map(said);
    let is_cleared = |(cell, column): &SaidIn<'_>| {
        column.field == FieldId::LOST_REASON && *cell == Cell::Clear && column.merge != Merge::Keep
    };
    cells()
        .find(says)
        .or_else(|| constants().find(says))
        .or_else(|| cells().find(is_cleared))
        .or_else(|| columns.iter().find_map(default))
        .or_else(|| cells().next())
}
