//! Reads yes and no.

use super::text::trim;
use crate::issue::IssueCode;

/// A yes or a no: `yes no y n true false t f 1 0 on off`, in any case.
///
/// ```
/// use crm_import::IssueCode;
/// use crm_import::normalize::boolean;
///
/// assert_eq!((boolean("Yes"), boolean("off")), (Ok(true), Ok(false)));
/// assert_eq!(boolean("maybe"), Err(IssueCode::BooleanInvalid));
/// ```
///
/// # Errors
/// [`IssueCode::BooleanInvalid`] for anything else.
pub fn boolean(cell: &str) -> Result<bool, IssueCode> {
    let cell = trim(cell);
    let is_one_of = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is_one_of(&["yes", "y", "true", "t", "1", "on"]) {
        Ok(true)
    } else if is_one_of(&["no", "n", "false", "f", "0", "off"]) {
        Ok(false)
    } else {
        Err(IssueCode::BooleanInvalid)
    }
}
