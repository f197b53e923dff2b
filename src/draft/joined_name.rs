//! [`JoinedName`]: joins the parts of a name where the CRM keeps it whole (behaviour §10).
//!
//! It is the counterpart of [a full name that is split](super::full_name): `Ann` and `Lee` become `Ann Lee`,
//! and if one part is blank, the name is the other. The joined cells are [made](Block::make_column) once for
//! each block, before its rows are drafted, so that everything after that finds a column like any other.

use super::Column;
use crate::field::{FieldId, Fields};
use crate::normalize;
use crate::source::{Block, BlockRow};

/// Goes between the headers of the parts.
const AND: &str = " + ";

/// The columns of the parts, and where the joined name is.
#[derive(Clone, Debug)]
pub(crate) struct JoinedName {
    /// Its column, after those of the file.
    index: u16,
    /// The columns of the parts. The first name comes first.
    pub(crate) parts: Vec<Column>,
}

impl JoinedName {
    /// Replaces the columns that feed parts of a name by one for the whole name. If the CRM keeps one of the
    /// parts as well, the column of that part stays. If a column feeds the whole name already, that one wins
    /// (such a mapping is refused).
    pub(super) fn of(columns: &mut Vec<Column>, fields: &Fields, width: usize) -> Option<Self> {
        let is_part = |column: &Column| fields.is_part(column.field);
        let named = [FieldId::FIRST_NAME, FieldId::LAST_NAME];
        let of_file = |field: FieldId| {
            columns.iter().find(|column| column.field == field && !column.is_constant()).cloned()
        };
        let parts: Vec<Column> = named.into_iter().filter_map(of_file).collect();
        let has_name = columns.iter().any(|column| column.field == FieldId::NAME);
        columns.retain(|column| !is_part(column));
        // The settings are those of a part that the CRM does not keep; one that it keeps has its own.
        let pattern = parts.iter().find(|column| is_part(column)).filter(|_| !has_name)?;
        let index = u16::try_from(width).expect("a source has fewer columns");
        let defaults = parts.iter().filter(|column| is_part(column));
        let defaults = defaults.filter_map(|column| column.default.as_deref());
        let default = defaults.map(normalize::trim).collect::<Vec<_>>().join(" ");
        let default = Some(default).filter(|default| !default.is_empty());
        let first = parts.iter().filter_map(Column::index).min();
        columns.push(pattern.clone().whole(index, first, default, fields));
        Some(JoinedName { index, parts })
    }

    /// Whether this is the column of the joined names.
    pub(crate) fn is_column(&self, column: &Column) -> bool {
        column.index() == Some(self.index)
    }

    /// Adds the joined names to a block.
    pub(super) fn add_to(&self, block: &mut Block) {
        block.make_column(|row, name| self.join(row, name));
    }

    /// Appends the name that the parts on a row make. A clear token counts only if no part says anything else.
    fn join(&self, row: &BlockRow<'_>, name: &mut String) {
        for column in &self.parts {
            let said = said(column, row);
            if !name.is_empty() && !said.is_empty() {
                name.push(' ');
            }
            name.push_str(said);
        }
        if name.is_empty() {
            let cells = self.parts.iter().map(|column| cell(column, row));
            let mut tokens =
                cells.zip(&self.parts).filter(|(cell, part)| part.is_clear_token(cell));
            name.push_str(tokens.next().map_or("", |(token, _)| token));
        }
    }

    /// What a message about a row calls the column at this place: the headers of the parts that the row fills. `None`
    /// if it is not the column of joined names.
    pub(crate) fn called(
        &self,
        place: usize,
        row: Option<BlockRow<'_>>,
        headers: &[String],
    ) -> Option<String> {
        if place != usize::from(self.index) {
            return None;
        }
        let is_filled = |column: &&Column| row.is_some_and(|row| !cell(column, &row).is_empty());
        let header =
            |column: &Column| headers.get(usize::from(column.index()?)).map(String::as_str);
        let filled: Vec<&str> = self.parts.iter().filter(is_filled).filter_map(header).collect();
        let all = || self.parts.iter().filter_map(header).collect();
        Some(if filled.is_empty() { all() } else { filled }.join(AND))
    }
}

fn cell<'b>(column: &'b Column, row: &BlockRow<'b>) -> &'b str {
    normalize::trim(column.whole_text(row))
}

/// What a cell says about its part; "" for nothing.
fn said<'b>(column: &'b Column, row: &BlockRow<'b>) -> &'b str {
    match cell(column, row) {
        "" => "",
        token if column.is_clear_token(token) => "",
        cell => normalize::trim(column.mapped(cell)),
    }
}
