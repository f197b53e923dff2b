//! [`RowStanding`]: what one row says about where its opportunity stands.

use super::GivenStanding;
use crate::draft::{Cell, Column, Settings};
use crate::field::FieldId;
use crate::mapping::Merge;
use crate::merge::{RowOf, RowRole};
use crate::value::Value;

/// What one row says about the pipeline, stage, status and lost reason of its opportunity.
#[derive(Clone, Debug)]
pub(crate) struct RowStanding<'p> {
    pub(super) role: RowRole,
    pub(super) pipeline: Option<Said<'p>>,
    pub(super) stage: Option<Said<'p>>,
    pub(super) status: Option<Said<'p>>,
    pub(super) lost_reason: Option<Said<'p>>,
}

/// What one row says about one of these fields.
#[derive(Clone, Debug)]
pub(super) struct Said<'p> {
    pub(super) cell: Cell<'p>,
    pub(super) column: &'p Column,
    /// Whether the row gives the field, so that no later blank clears it. A default that only new opportunities get
    /// does not: the next import of the file finds the opportunity stored, and uses no default (L3).
    pub(super) is_given: bool,
    /// Whether it is a default that stands in for a blank cell.
    pub(super) is_default: bool,
}

impl<'p> RowStanding<'p> {
    /// What a row says. `given` are the fields that the rows before it have given.
    pub(crate) fn of(
        settings: &'p Settings,
        row: &RowOf<'p>,
        role: RowRole,
        given: GivenStanding,
    ) -> Self {
        let read = |field: FieldId| match columns_of(settings, field) {
            [] => None,
            [column] if column.is_silent(&row.cells) => None,
            [column] if column.is_plain && !column.is_constant() => {
                Some(Said::of(settings, row, column))
            }
            columns => what_counts(settings, row, columns, |column| {
                let is_due =
                    role == RowRole::Creates || (column.default_always && !given.has(field));
                is_due.then(|| Said::default_of(settings, column)).flatten()
            }),
        };
        let (mut status, mut lost_reason) = (read(FieldId::STATUS), read(FieldId::LOST_REASON));
        if row.stays_open {
            status.take_if(|said| said.closes_opportunity());
            lost_reason.take_if(|said| said.closes_opportunity());
        }
        RowStanding {
            role,
            pipeline: read(FieldId::PIPELINE),
            stage: read(FieldId::STAGE),
            status,
            lost_reason,
        }
    }
}

/// Whether this value of a status or a lost reason closes an opportunity (O8).
pub(crate) fn closes_opportunity(field: FieldId, value: &Value<'_>) -> bool {
    field == FieldId::LOST_REASON || value.to_text() != "open"
}

impl<'p> Said<'p> {
    /// What the cell of a row, or a constant, says.
    fn of(settings: &'p Settings, row: &RowOf<'p>, column: &'p Column) -> Self {
        let cell = match column.read(column.text(&row.cells), None, &settings.choices) {
            Cell::Clear if row.clears_nothing(settings, column) => Cell::Blank,
            cell => cell,
        };
        Said { cell, column, is_given: true, is_default: false }
    }

    /// The default of a column, as if a cell said it.
    fn default_of(settings: &'p Settings, column: &'p Column) -> Option<Self> {
        let value = column.default_value(None, &settings.choices)?;
        let is_given = column.default_always;
        Some(Said { cell: Cell::Value(value), column, is_given, is_default: true })
    }

    /// Whether anything is said, so that no constant or default stands in for it. That includes a pipeline or stage
    /// that cannot be used, but not such a status or lost reason: these count as blank.
    fn says_something(&self) -> bool {
        match self.cell {
            Cell::Value(_) => true,
            Cell::Invalid(_) => {
                !matches!(self.column.field, FieldId::STATUS | FieldId::LOST_REASON)
            }
            Cell::Blank | Cell::Clear => false,
        }
    }

    /// Whether the row itself says that its opportunity is open.
    pub(super) fn says_open(&self) -> bool {
        !self.is_default && self.cell == Cell::Value(Value::text("open"))
    }

    fn closes_opportunity(&self) -> bool {
        matches!(&self.cell, Cell::Value(value) if closes_opportunity(self.column.field, value))
    }

    /// Whether it clears the field (W3). An opportunity always has a status and, if the account has pipelines, a
    /// pipeline and a stage (O6, O7). A cell that asks to clear one of these counts as a blank one.
    pub(super) fn clears(&self, settings: &Settings) -> bool {
        self.cell == Cell::Clear
            && self.column.merge != Merge::Keep
            && can_be_blank(settings, self.column.field)
    }
}

/// Whether an opportunity can do without this field, one of the four that depend on each other.
pub(crate) fn can_be_blank(settings: &Settings, field: FieldId) -> bool {
    match field {
        FieldId::PIPELINE | FieldId::STAGE => !settings.choices.has_pipelines(),
        _ => field == FieldId::LOST_REASON,
    }
}

/// The columns that feed one of these fields.
fn columns_of(settings: &Settings, field: FieldId) -> &[Column] {
    let group = settings.opportunity_groups.iter().find(|group| group.field == field);
    group.map_or(&[], |group| &settings.opportunity_columns[group.columns.clone()])
}

/// What counts of all that a row says about a field: a cell before a constant, and a constant before a default. If a
/// cell clears the field, no default stands in for it.
fn what_counts<'p>(
    settings: &'p Settings,
    row: &RowOf<'p>,
    columns: &'p [Column],
    default: impl Fn(&'p Column) -> Option<Said<'p>>,
) -> Option<Said<'p>> {
    let said = |column| Said::of(settings, row, column);
    let cells = || columns.iter().filter(|column| !column.is_constant()).map(said);
    let constants = || columns.iter().filter(|column| column.is_constant()).map(said);
    cells()
        .find(Said::says_something)
        .or_else(|| constants().find(Said::says_something))
        .or_else(|| cells().find(|said| said.clears(settings)))
        .or_else(|| columns.iter().find_map(default))
        .or_else(|| cells().next())
}
