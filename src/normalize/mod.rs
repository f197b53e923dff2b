//! One pure function per kind of value: cell text in, normalised value out, or the code of the
//! reason why not.

use serde::{Deserialize, Serialize};

/// The separators of a number as written: thousands and decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Separators {
    /// Between groups of digits; `None` = none is used.
    #[serde(default)]
    pub group: Option<char>,
    /// Before the decimals.
    pub decimal: char,
}
