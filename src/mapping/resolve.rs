//! [`Mapping::resolve`]: a mapping applied to the headers of a file.

use std::sync::LazyLock;

use super::{ColumnMapping, Constant, Mapping, suggest};
use crate::field::Fields;
use crate::field::words;
use crate::object::Object;

/// What a mapping comes to on the headers of a file (behaviour A5).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Resolved<'m> {
    /// The columns of the file that are mapped or ignored, each with what the mapping says of it.
    pub columns: Vec<(usize, &'m ColumnMapping)>,
    /// Headers of the mapping that the file does not have.
    pub missing: Vec<String>,
    /// Columns of the file that are neither mapped nor ignored.
    pub unmapped: Vec<usize>,
    /// Those of them that were not there when the mapping was made. A column without a header is none:
    /// there is nothing to know it by.
    pub new: Vec<usize>,
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
    /// exactly, then with case, spaces and punctuation folded. One column may feed several fields.
    ///
    /// The ids in our own error log are read also where the mapping does not name them (A6).
    ///
    /// ```
    /// use crm_import::{Mapping, Object};
    ///
    /// let mapping = Mapping::default()
    ///     .column("Mail", Object::Contact, "email")
    ///     .column("Firm", Object::Contact, "company")
    ///     .column("City", Object::Contact, "city");
    /// let this_week = ["E-Mail", "firm", "Shoe size"].map(String::from);
    /// let resolved = mapping.resolve(&this_week);
    /// assert_eq!(resolved.missing, ["Mail", "City"]);
    /// assert_eq!(resolved.renamed, [("Mail".to_owned(), "E-Mail".to_owned())]);
    /// assert_eq!(resolved.unmapped, [0, 2]);
    /// assert_eq!(resolved.new, [0, 2]);
    /// ```
    pub fn resolve(&self, headers: &[String]) -> Resolved<'_> {
        let mut search = Search {
            headers,
            folded: headers.iter().map(|header| words(header)).collect(),
            is_taken: vec![false; headers.len()],
        };
        let mut resolved = Resolved::default();
        let mut lost: Vec<(String, &ColumnMapping)> = Vec::new();
        for column in &self.columns {
            match search.find(column) {
                Some(at) => {
                    search.is_taken[at] = true;
                    resolved.columns.push((at, column));
                }
                None => lost.push((name(column), column)),
            }
        }
        for (at, own) in search.own_ids() {
            search.is_taken[at] = true;
            resolved.columns.push((at, own));
        }
        resolved.unmapped = (0..headers.len()).filter(|at| !search.is_taken[*at]).collect();
        resolved.new = search.new_ones(&resolved.unmapped, &self.left_out);
        resolved.renamed = search.renamed(&lost, &resolved.new);
        resolved.missing = lost.into_iter().map(|(name, _)| name).collect();
        resolved.columns.retain(|(_, column)| !column.ignore);
        resolved
    }
}

/// What a mapping calls a column.
fn name(column: &ColumnMapping) -> String {
    match (header_of(column), column.index) {
        ("", at) => format!("column {}", at.map_or(0, |at| at.saturating_add(1))),
        (header, _) => header.to_owned(),
    }
}

fn header_of(column: &ColumnMapping) -> &str {
    column.header.as_deref().unwrap_or("").trim()
}

/// The ids that our own error log adds, as columns.
static OWN_IDS: LazyLock<[ColumnMapping; 2]> = LazyLock::new(|| {
    [("Import contact id", Object::Contact), ("Import opportunity id", Object::Opportunity)].map(
        |(header, object)| ColumnMapping {
            header: Some(header.to_owned()),
            object: Some(object),
            field: Some("id".to_owned()),
            ..ColumnMapping::default()
        },
    )
});

/// The headers of a file, and which are found already.
struct Search<'h> {
    headers: &'h [String],
    folded: Vec<String>,
    is_taken: Vec<bool>,
}

impl Search<'_> {
    fn find(&self, column: &ColumnMapping) -> Option<usize> {
        let header = header_of(column);
        let wanted = words(header);
        let is_exact = |at: usize| self.headers[at].trim() == header;
        let is_similar = |at: usize| !wanted.is_empty() && self.folded[at] == wanted;
        let by_index = column.index.filter(|&at| {
            at < self.headers.len() && (header.is_empty() || is_exact(at) || is_similar(at))
        });
        if by_index.is_some() || header.is_empty() {
            return by_index;
        }
        let columns = || 0..self.headers.len();
        let free = |at: &usize| !self.is_taken[*at];
        columns()
            .filter(free)
            .find(|at| is_exact(*at))
            .or_else(|| columns().filter(free).find(|at| is_similar(*at)))
            // Named once more without a position: it feeds another field too.
            .or_else(|| columns().find(|at| column.index.is_none() && is_exact(*at)))
    }

    /// Which of the unmapped columns the mapping was not made without. A header that was left out once
    /// and stands there twice is new once.
    fn new_ones(&self, unmapped: &[usize], left_out: &[String]) -> Vec<usize> {
        let mut left_out: Vec<String> = left_out.iter().map(|header| words(header)).collect();
        let mut is_new = |at: &usize| {
            let header = &self.folded[*at];
            let known = left_out.iter().position(|known| known == header);
            known.map(|known| left_out.swap_remove(known)).is_none()
                && !self.headers[*at].trim().is_empty()
        };
        unmapped.iter().copied().filter(|at| is_new(at)).collect()
    }

    /// The columns of our own error log that hold ids, unless the mapping names them.
    fn own_ids(&self) -> Vec<(usize, &'static ColumnMapping)> {
        let is_named = |own: &ColumnMapping| {
            let wanted = words(header_of(own));
            (0..self.headers.len()).any(|at| self.is_taken[at] && self.folded[at] == wanted)
        };
        let own = OWN_IDS.iter().filter(|own| !is_named(own));
        own.filter_map(|own| Some((self.find(own)?, own))).collect()
    }

    /// Which new column may be which missing one: it would be mapped to the same field, or is written
    /// much alike.
    fn renamed(&self, lost: &[(String, &ColumnMapping)], new: &[usize]) -> Vec<(String, String)> {
        if lost.is_empty() || new.is_empty() {
            return Vec::new();
        }
        let fields = Fields::standard();
        let headers: Vec<String> = new.iter().map(|at| self.headers[*at].clone()).collect();
        let objects = [Object::Contact, Object::Opportunity];
        let suggested = suggest(&headers, &[], &objects, &fields);
        let mut is_free = vec![true; new.len()];
        let mut renamed = Vec::new();
        for (name, column) in lost {
            let target = column.object.zip(column.field.as_deref());
            let target = target.and_then(|(object, key)| fields.find(object, key));
            let same = |at: &usize| target.is_some() && suggested[*at].target == target;
            let wanted = words(name);
            let likeness = |at: usize| strsim::jaro_winkler(&wanted, &self.folded[new[at]]);
            let alike = || {
                let free = (0..new.len()).filter(|at| is_free[*at] && likeness(*at) > 0.85);
                free.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))
            };
            let found = (0..new.len()).filter(|at| is_free[*at]).find(same).or_else(alike);
            if let Some(at) = found {
                is_free[at] = false;
                renamed.push((name.clone(), headers[at].clone()));
            }
        }
        renamed
    }
}
