//! [`Mapping::resolve`]: applies a mapping to the headers of a file.

use std::sync::LazyLock;

use super::{ColumnMapping, Mapping, suggest};
use crate::field::{Fields, words};
use crate::issue::log_columns;
use crate::object::Object;

/// A mapping applied to the headers of a file by [`Mapping::resolve`] (behaviour A5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved<'m> {
    /// The mapped columns of the file: their 0-based positions and their settings.
    pub columns: Vec<(usize, &'m ColumnMapping)>,
    /// The headers of the mapping that the file does not have.
    pub missing: Vec<String>,
    /// The positions of the columns that are neither mapped nor ignored.
    pub unmapped: Vec<usize>,
    /// The positions of the unmapped columns that the file did not have when the mapping was made. A column without
    /// a header is never among them, because nothing identifies it.
    pub new: Vec<usize>,
    /// Missing headers that a new column may replace: (before, now).
    pub renamed: Vec<(String, String)>,
}

impl Mapping {
    /// Applies the mapping to the headers of a file.
    ///
    /// A column is found by its position, if the mapping has one; else by its exact header; else by its header
    /// regardless of case, spaces and punctuation. If columns with the same header have moved, they are found in the
    /// same order. A column may feed several fields.
    ///
    /// The id columns of an [error log](crate::ErrorLog) are mapped even if the mapping does not list them (A6).
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
            mapped: self.columns.iter().map(|column| (column, words(header_of(column)))).collect(),
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

/// What a mapping calls a column: its header, or its position if it has none.
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
    [(log_columns::CONTACT_ID, Object::Contact), (log_columns::OPPORTUNITY_ID, Object::Opportunity)]
        .map(|(header, object)| ColumnMapping::of(header, object, "id"))
});

/// The headers of a file, and which of them have been found so far.
struct Search<'h> {
    headers: &'h [String],
    folded: Vec<String>,
    is_taken: Vec<bool>,
    /// What the mapping says, each with its header folded.
    mapped: Vec<(&'h ColumnMapping, String)>,
}

/// The header by which the mapping names a column.
struct Wanted<'m> {
    header: &'m str,
    folded: String,
}

impl<'m> Wanted<'m> {
    fn of(column: &'m ColumnMapping) -> Self {
        let header = header_of(column);
        Wanted { header, folded: words(header) }
    }
}

impl Search<'_> {
    /// The column of the file that the mapping means.
    fn find(&self, column: &ColumnMapping) -> Option<usize> {
        let wanted = Wanted::of(column);
        match column.index {
            index if wanted.header.is_empty() => index.filter(|at| *at < self.headers.len()),
            None => self.find_by_header(&wanted),
            Some(at) => self.find_by_position(&wanted, at),
        }
    }

    fn find_by_header(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let columns = || 0..self.headers.len();
        let free = |at: &usize| !self.is_taken[*at];
        columns()
            .filter(free)
            .find(|at| self.is_exact(*at, wanted))
            .or_else(|| columns().filter(free).find(|at| self.is_similar(*at, wanted)))
            // Named a second time without a position: the column feeds another field, too.
            .or_else(|| columns().find(|at| self.is_exact(*at, wanted)))
    }

    /// Of several columns with one header, the one that stood here when the mapping was made. If they have
    /// moved, the first is still the first of them.
    fn find_by_position(&self, wanted: &Wanted<'_>, position: usize) -> Option<usize> {
        let is_it = |at: usize| {
            at < self.headers.len() && (self.is_exact(at, wanted) || self.is_similar(at, wanted))
        };
        let places = self.places_of(wanted);
        if places.iter().all(|place| is_it(*place)) {
            return Some(position);
        }
        let columns = || 0..self.headers.len();
        let mut found: Vec<usize> = columns().filter(|at| self.is_exact(*at, wanted)).collect();
        if found.len() < places.len() {
            found = columns().filter(|at| is_it(*at)).collect();
        }
        let rank = places.iter().position(|place| *place == position).unwrap_or(0);
        found.get(rank).copied()
    }

    fn is_exact(&self, at: usize, wanted: &Wanted<'_>) -> bool {
        self.headers[at].trim() == wanted.header
    }

    fn is_similar(&self, at: usize, wanted: &Wanted<'_>) -> bool {
        !wanted.folded.is_empty() && self.folded[at] == wanted.folded
    }

    /// Where the columns with this header stood when the mapping was made, in their order.
    fn places_of(&self, wanted: &Wanted<'_>) -> Vec<usize> {
        let is_it = |(column, folded): &&(&ColumnMapping, String)| {
            header_of(column) == wanted.header
                || !wanted.folded.is_empty() && *folded == wanted.folded
        };
        let mut places: Vec<usize> =
            self.mapped.iter().filter(is_it).filter_map(|(column, _)| column.index).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The unmapped columns that were not left out when the mapping was made. A header that was left out once
    /// and is there twice is new once.
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

    /// Which new column may be which missing one, because it would be mapped to the same field, or its header
    /// looks much the same.
    fn renamed(&self, lost: &[(String, &ColumnMapping)], new: &[usize]) -> Vec<(String, String)> {
        if lost.is_empty() || new.is_empty() {
            return Vec::new();
        }
        let fields = Fields::standard();
        let headers: Vec<String> = new.iter().map(|at| self.headers[*at].clone()).collect();
        let suggested = suggest(&headers, &[], &Object::ALL, &fields);
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
