//! What is different when the file is our own error log (behaviour §15): the formats in its column `Import formats`
//! are read back, and what the columns mean. Its ids are found by [`Mapping::resolve`], whatever the mapping says.

use crate::account::DateOrder;
use crate::apply::{formats_of_log, meaning_of};
use crate::field::{FieldId, Fields, words};
use crate::issue::{ERROR_LOG_COLUMNS, log_columns};
use crate::mapping::{Confidence, Mapping, Suggestion, suggest};
use crate::normalize::Separators;
use crate::object::Object;
use crate::source::{Rows, unescape_formula};

/// The rows left in an error log may no longer show how its dates and numbers are written. The log has the
/// formats of its columns, which count where the mapping leaves them open (behaviour §9).
pub(super) fn with_formats_of_log(mut mapping: Mapping, rows: &Rows<'_>) -> Mapping {
    let formats = log_formats(rows);
    for column in &mut mapping.columns {
        let own = column.header.as_deref().unwrap_or("");
        for (_, format) in formats.iter().filter(|(header, _)| words(header) == words(own)) {
            column.date_order = column.date_order.or_else(|| DateOrder::named(format));
            column.separators = column.separators.or_else(|| Separators::of_sample(format));
        }
    }
    mapping
}

/// The suggestions for the columns of our own error log: they mean what they meant in the file that the log is about,
/// whatever its few rows look like. `None` for any other file, and for a log of an earlier version, which does not say
/// that.
pub(super) fn suggest_for_log(
    rows: &Rows<'_>,
    objects: &[Object],
    fields: &Fields,
) -> Option<Vec<Suggestion>> {
    let headers = rows.headers();
    if !is_log(headers) || !headers.iter().any(|header| header == log_columns::FORMATS) {
        return None;
    }
    let mut suggestions = suggest(headers, &[], objects, fields);
    // A column that feeds two fields means more than one word says, so its cells say it again.
    for (column, seen) in
        suggestions.iter_mut().zip(suggest(headers, rows.sample(), objects, fields))
    {
        column.also = seen.also.filter(|_| column.target == seen.target);
    }
    for (header, word) in log_formats(rows) {
        let Some(target) = meaning_of(word, fields) else { continue };
        // Keys of contacts link opportunities even if contacts are not selected (P8).
        let is_imported = target.is_none_or(|id| {
            objects.contains(&fields.get(id).object) || id == FieldId::CONTACT_ID || id.is_address()
        });
        let column = suggestions.iter_mut().find(|column| column.header == header);
        let Some(column) = column.filter(|_| is_imported) else { continue };
        column.target = target;
        (column.confidence, column.reason) = match target {
            Some(_) => (Confidence::Sure, "the error log says so".to_owned()),
            None => (Confidence::None, "the error log says that it was left out".to_owned()),
        };
    }
    Some(suggestions)
}

/// The formats that our own error log has for its columns, and what they mean, by header.
pub(super) fn log_formats<'r>(rows: &'r Rows<'_>) -> Vec<(&'r str, &'r str)> {
    let headers = rows.headers();
    if !is_log(headers) {
        return Vec::new();
    }
    let at = headers.iter().position(|header| header == log_columns::FORMATS);
    let cells = rows.sample().iter().filter_map(|row| row.get(at?)).map(|cell| cell.trim());
    let cell = cells.map(unescape_formula).find(|cell| !cell.is_empty()).unwrap_or("");
    formats_of_log(cell, headers)
}

/// Whether the file is our own error log.
fn is_log(headers: &[String]) -> bool {
    let may_lack =
        [log_columns::FORMATS, log_columns::CONTACT_CHECK, log_columns::OPPORTUNITY_CHECK];
    let mut own = ERROR_LOG_COLUMNS.iter().filter(|own| !may_lack.contains(own));
    own.all(|own| headers.iter().any(|header| header == own))
}
