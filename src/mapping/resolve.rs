//! [`Mapping::resolve`]: a mapping applied to the headers of a file.

use super::words::words;
use super::{ColumnMapping, Constant, Mapping};
use crate::object::Object;

/// What a mapping comes to on the headers of a file (behaviour A5).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Resolved<'m> {
    /// The columns of the file that are mapped or ignored, each with what the mapping says of it.
    pub columns: Vec<(usize, &'m ColumnMapping)>,
    /// Headers of the mapping that the file does not have.
    pub missing: Vec<String>,
    /// Columns of the file that the mapping does not name.
    pub unmapped: Vec<usize>,
    /// Missing headers that a column of the file may be the new name of: (before, now).
    pub renamed: Vec<(String, String)>,
}

impl Mapping {
    /// Maps the column with this header to a field.
    ///
    /// ```
    /// use crm_import::{Mapping, Object};
    ///
    /// let mapping = Mapping::default()
    ///     .column("Mail", Object::Contact, "email")
    ///     .constant(Object::Opportunity, "pipeline", "Sales");
    /// assert_eq!(mapping.columns[0].field.as_deref(), Some("email"));
    /// ```
    #[must_use]
    pub fn column(mut self, header: &str, object: Object, field: &str) -> Self {
        self.columns.push(ColumnMapping {
            header: Some(header.to_owned()),
            object: Some(object),
            field: Some(field.to_owned()),
            ..ColumnMapping::default()
        });
        self
    }

    /// Gives every row this value.
    #[must_use]
    pub fn constant(mut self, object: Object, field: &str, value: &str) -> Self {
        self.constants.push(Constant { object, field: field.to_owned(), value: value.to_owned() });
        self
    }

    /// Leaves the column with this header out on purpose.
    #[must_use]
    pub fn ignore(mut self, header: &str) -> Self {
        let header = Some(header.to_owned());
        self.columns.push(ColumnMapping { header, ignore: true, ..ColumnMapping::default() });
        self
    }

    /// Applies the mapping to the headers of a file: by index where it gives one, else by header,
    /// exactly, then with case, spaces and punctuation folded.
    pub fn resolve(&self, headers: &[String]) -> Resolved<'_> {
        let folded: Vec<String> = headers.iter().map(|header| words(header)).collect();
        let mut resolved = Resolved::default();
        let mut is_taken = vec![false; headers.len()];
        for column in &self.columns {
            let header = column.header.as_deref().unwrap_or("").trim();
            let by_index = column.index.filter(|at| {
                *at < headers.len()
                    && (header.is_empty() || headers[*at] == header || folded[*at] == words(header))
            });
            let exact =
                || headers.iter().enumerate().position(|(at, h)| !is_taken[at] && h == header);
            let similar = || {
                let wanted = words(header);
                folded
                    .iter()
                    .enumerate()
                    .position(|(at, h)| !is_taken[at] && !wanted.is_empty() && *h == wanted)
            };
            let found =
                by_index.or_else(|| (!header.is_empty()).then(exact).flatten()).or_else(similar);
            match found {
                Some(at) => {
                    is_taken[at] = true;
                    resolved.columns.push((at, column));
                }
                None if header.is_empty() => {
                    resolved
                        .missing
                        .push(format!("column {}", column.index.map_or(0, |at| at + 1)));
                }
                None => resolved.missing.push(header.to_owned()),
            }
        }
        resolved.unmapped = (0..headers.len()).filter(|at| !is_taken[*at]).collect();
        for missing in &resolved.missing {
            let likeness = |at: &&usize| strsim::jaro_winkler(&words(missing), &folded[**at]);
            let best = resolved.unmapped.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            if let Some(at) = best.filter(|at| likeness(at) > 0.85) {
                resolved.renamed.push((missing.clone(), headers[*at].clone()));
            }
        }
        resolved.columns.retain(|(_, column)| !column.ignore);
        resolved
    }
}
