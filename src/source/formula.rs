//! Keeps a spreadsheet from running cells as formulas, and reads such cells back (behaviour §15): `=SUM(A1)` becomes
//! `'=SUM(A1)`.

/// Whether a spreadsheet would run the cell as a formula, or turn it into one.
fn is_risky(cell: &str) -> bool {
    // A spreadsheet in Japanese or Chinese takes the wide signs for the narrow ones.
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A cell for the error log. It gets an apostrophe in front if it could start a formula. A cell that has such an
/// apostrophe itself gets another one, because one is removed when the cell is read back.
pub(crate) fn escape_formula(cell: &str) -> String {
    let rest = cell.trim_start_matches('\'');
    if is_risky(rest) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell as it was before [`escape_formula`].
pub(crate) fn unescape_formula(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_risky(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_harmless_and_comes_back_identical() {
        for cell in [
            "=1+1", "+1206", "-5", "@x", "\tx", "\rx", "\nx", "＝1+1", "'=1", "''=1", "'", "",
            "plain", "'quoted'",
        ] {
            let safe = escape_formula(cell);
            assert!(!is_risky(&safe), "{cell:?}");
            assert_eq!(unescape_formula(&safe), cell);
        }
    }
}
