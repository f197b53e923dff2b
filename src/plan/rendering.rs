//! Turns a finding into the issue that people read, by looking up its cells and headers.

use super::Ledger;
use crate::draft::Column;
use crate::field::FieldId;
use crate::issue::{Finding, Issue, IssueCode};
use crate::normalize;
use crate::object::Object;
use crate::source::BlockRow;

impl Ledger {
    pub(crate) fn render(&self, found: &Finding) -> Issue {
        let row = found.row.map(|row| row.0 - 1);
        let settings = &self.settings;
        let column = found.column.map(usize::from);
        let cells = row.map(|row| self.cells(row));
        let joined = settings.joined.as_ref().filter(|_| found.object == Some(Object::Contact));
        let joined = joined.and_then(|joined| joined.called(column?, cells, &settings.headers));
        let header = || settings.headers.get(column?).cloned();
        let is_shown = |column: &usize| *column < settings.headers.len() || joined.is_some();
        let cell = || -> Option<String> {
            let cell = normalize::trim(cells?.cell(column.filter(is_shown)?));
            (!cell.is_empty()).then(|| cell.to_owned())
        };
        let field = column.zip(found.object).and_then(|(index, object)| {
            let mut columns = settings.columns(object).iter();
            columns.find(|column| column.index().map(usize::from) == Some(index))
        });
        let nameless = [IssueCode::NoMatchKey, IssueCode::MatchKeyMissing];
        let name = || nameless.contains(&found.code).then(|| self.name_on(&cells?)).flatten();
        Issue {
            row: row.map(|row| self.number(row)),
            line: row.map(|row| self.line(row)),
            object: found.object,
            value: found.value.as_deref().map(str::to_owned).or_else(cell).or_else(name),
            column: joined.or_else(header),
            field: field.map(|column| settings.fields.get(column.field).key.clone()),
            severity: found.severity,
            code: found.code,
            detail: found.detail.as_deref().map(str::to_owned),
        }
    }

    /// The contact's name as a row writes it. It shows people whom the row is about, or that it is about nobody:
    /// `Total` is no contact.
    fn name_on(&self, cells: &BlockRow<'_>) -> Option<String> {
        const NAMES: [FieldId; 3] = [FieldId::FIRST_NAME, FieldId::LAST_NAME, FieldId::NAME];
        let columns = self.settings.contact_columns.iter();
        let mut columns: Vec<&Column> = columns
            .filter(|column| NAMES.contains(&column.field) && !column.is_constant())
            .collect();
        // A full name feeds both of its parts.
        columns.dedup_by_key(|column| column.index());
        let parts = columns.iter().map(|column| normalize::trim(column.whole_text(cells)));
        let name = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }

    /// A finding and its remedy in short, for another issue that follows from it.
    pub(crate) fn in_words(&self, found: &Finding) -> String {
        const MOST: usize = 80;
        let mut issue = self.render(found);
        if let Some(value) = &mut issue.value
            && let Some((end, _)) = value.char_indices().nth(MOST)
        {
            value.truncate(end);
            value.push('\u{2026}');
        }
        format!("{}; {}", issue.message(), issue.remedy())
    }
}
