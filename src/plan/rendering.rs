//! Turns a finding into the issue that people read, by looking up its cells and headers.

use std::borrow::Cow;

use super::Ledger;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::issue::{Detail, Finding, Issue, IssueCode, beginning};
use crate::normalize;
use crate::object::{Object, RowIndex};
use crate::source::BlockRow;

impl Ledger {
    /// The issue of a finding, with cell, header and line.
    pub(crate) fn render(&self, found: &Finding) -> Issue {
        let row = found.row.map(RowIndex::of);
        let settings = &self.settings;
        let column = found.column.map(usize::from);
        let cells = row.map(|row| self.cells(row));
        let joined =
            settings.joined_name.as_ref().filter(|_| found.object == Some(Object::Contact));
        let joined = joined.and_then(|joined| joined.called(column?, cells, &settings.headers));
        let header = || settings.headers.get(column?).cloned();
        let field = column.zip(found.object).and_then(|(index, object)| {
            let mut columns = settings.columns(object).iter();
            columns.find(|column| column.index().map(usize::from) == Some(index))
        });
        let value = self.value_of(found);
        Issue {
            row: row.map(|row| self.number(row)),
            line: row.map(|row| self.line(row)),
            object: found.object,
            value: value.map(|value| beginning(&value, Issue::LONGEST_VALUE).into_owned()),
            column: joined.or_else(header),
            field: field.map(|column| settings.fields.get(column.field).key.clone()),
            severity: found.severity,
            code: found.code,
            detail: found.detail.as_ref().map(|detail| match detail {
                Detail::Text(text) => text.to_string(),
                Detail::Row(row) => self.number(RowIndex::of(*row)).to_string(),
                Detail::Others(others) => others.names.clone(),
            }),
            meant: match &found.detail {
                Some(Detail::Others(others)) => Some(others.meant.clone()),
                _ => None,
            },
        }
    }

    /// The value that a finding is about, in full: the cell, an item of it, or the name on the row.
    pub(crate) fn value_of<'l>(&'l self, found: &'l Finding) -> Option<Cow<'l, str>> {
        if let Some(value) = &found.value {
            return Some((&**value).into());
        }
        let cells = self.cells(RowIndex::of(found.row?));
        let Settings { headers, joined_name, .. } = &*self.settings;
        let joined = joined_name.as_ref().filter(|_| found.object == Some(Object::Contact));
        let is_joined =
            |at: usize| joined.is_some_and(|joined| joined.called(at, None, headers).is_some());
        let column = found.column.map(usize::from);
        let column = column.filter(|&at| at < headers.len() || is_joined(at));
        let cell = column.map(|column| normalize::trim(cells.cell(column)));
        if let Some(cell) = cell.filter(|cell| !cell.is_empty()) {
            return Some(cell.into());
        }
        let nameless = [IssueCode::NoMatchKey, IssueCode::MatchKeyMissing, IssueCode::ContactEmpty];
        let name = nameless.contains(&found.code).then(|| self.name_on(&cells)).flatten();
        name.map(Cow::Owned)
    }

    /// The contact's name as the row writes it. It tells people which row it is, or that it is about nobody, such as
    /// `Total`.
    fn name_on(&self, cells: &BlockRow<'_>) -> Option<String> {
        const NAMES: [FieldId; 3] = [FieldId::FIRST_NAME, FieldId::LAST_NAME, FieldId::NAME];
        let columns = self.settings.contact_columns.iter();
        let mut columns: Vec<&Column> = columns
            .filter(|column| NAMES.contains(&column.field) && !column.is_constant())
            .collect();
        // A full name feeds both of its parts.
        columns.dedup_by_key(|column| column.index());
        let parts = columns.iter().map(|it| (it, normalize::trim(it.whole_text(cells))));
        let said = parts.filter(|(column, part)| !part.is_empty() && !column.is_clear_token(part));
        let name = said.map(|(_, part)| part).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }

    /// A finding and its remedy in one text, to be the detail of another issue that follows from it.
    pub(crate) fn in_words(&self, found: &Finding) -> String {
        const MOST: usize = 80;
        let mut issue = self.render(found);
        issue.value = issue.value.map(|value| beginning(&value, MOST).into_owned());
        format!("{}; {}", issue.message(), issue.remedy())
    }
}
