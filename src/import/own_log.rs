//! What is different when the file is our own error log (behaviour §15): the formats in its column `Import formats`
//! are read back. Its ids are found by [`Mapping::resolve`], whatever the mapping says.

use crate::account::DateOrder;
use crate::apply::formats_of_log;
use crate::field::words;
use crate::issue::{ERROR_LOG_COLUMNS, log_columns};
use crate::mapping::Mapping;
use crate::normalize::Separators;
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

/// The formats that our own error log has for its columns, by header.
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

/// Is it our own error log?
fn is_log(headers: &[String]) -> bool {
    let may_lack =
        [log_columns::FORMATS, log_columns::CONTACT_CHECK, log_columns::OPPORTUNITY_CHECK];
    let mut own = ERROR_LOG_COLUMNS.iter().filter(|own| !may_lack.contains(own));
    own.all(|own| headers.iter().any(|header| header == own))
}
