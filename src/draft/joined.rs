//! [`Joined`]: the parts of a name, joined where the CRM keeps it whole (behaviour §10).
//!
//! The counterpart of [a full name that is split](super::full_name): `Ann` and `Lee` are `Ann Lee`, and a
//! blank part leaves the other alone. The joined cells are [made](Block::make_column) once for each block,
//! before its rows are drafted, so that all the rest meets a column like any other.

use super::Column;
use crate::field::{FieldId, Fields};
use crate::normalize;
use crate::source::{Block, BlockRow};

/// Stands between what the columns of the parts are called.
const AND: &str = " + ";

/// The columns of the parts, and where the joined name stands.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    /// Behind the columns of the file.
    index: u16,
    /// The first name first.
    pub(crate) parts: Vec<Column>,
}

impl Joined {
    /// Puts one column in the place of those that feed parts of a name that is kept whole. Where the CRM
    /// keeps one of the parts as well, that column stays. A whole name wins (the mapping is refused).
    pub(super) fn of(columns: &mut Vec<Column>, fields: &Fields, width: usize) -> Option<Self> {
        let is_part = |column: &Column| fields.is_part(column.field);
        let named = [FieldId::FIRST_NAME, FieldId::LAST_NAME];
        let of_file = |field: FieldId| {
            columns.iter().find(|column| column.field == field && !column.is_constant()).cloned()
        };
        let parts: Vec<Column> = named.into_iter().filter_map(of_file).collect();
        let has_name = columns.iter().any(|column| column.field == FieldId::NAME);
        columns.retain(|column| !is_part(column));
        // What the CRM keeps as it is has settings of its own.
        let pattern = parts.iter().find(|column| is_part(column)).filter(|_| !has_name)?;
        let index = u16::try_from(width).expect("a source has fewer columns");
        let defaults = parts.iter().filter(|column| is_part(column));
        let defaults = defaults.filter_map(|column| column.default.as_deref());
        let default = defaults.map(normalize::trim).collect::<Vec<_>>().join(" ");
        let default = Some(default).filter(|default| !default.is_empty());
        columns.push(pattern.clone().whole(index, default));
        Some(Joined { index, parts })
    }

    /// Is this the column of the joined names?
    pub(crate) fn is(&self, column: &Column) -> bool {
        column.index() == Some(self.index)
    }

    /// Adds the joined names to a block.
    pub(super) fn add_to(&self, block: &mut Block) {
        block.make_column(|row, name| self.join(row, name));
    }

    /// What a row says of the name. A clear token counts where no part says anything.
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

    /// What the column at a place is called whose cell on a row is spoken of: by the parts that are filled
    /// there. `None`: it is not this one.
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

/// What a cell says of its part; "" = nothing.
fn said<'b>(column: &'b Column, row: &BlockRow<'b>) -> &'b str {
    match cell(column, row) {
        "" => "",
        token if column.is_clear_token(token) => "",
        cell => normalize::trim(column.mapped(cell)),
    }
}
