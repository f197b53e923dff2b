//! The nouns that every room shares: which object a cell belongs to, what the import may do with it, and how
//! rows and records are named.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two things a row of the file can describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A person, or a company that is treated like one.
    Contact,
    /// A deal: something that may be sold to a contact.
    Opportunity,
}

impl Object {
    /// The name used in files, messages and JSON: `contact` or `opportunity`.
    pub const fn name(self) -> &'static str {
        match self {
            Object::Contact => "contact",
            Object::Opportunity => "opportunity",
        }
    }

    /// Several of them, in messages.
    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Object::Contact => "contacts",
            Object::Opportunity => "opportunities",
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the import may do with one object (step 3 of the help article, behaviour §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Create records that are not there yet. Records that exist are skipped, but can still be linked to.
    Create,
    /// Update records that exist. Rows without one are skipped or refused.
    Update,
    /// Create or update: HighLevel's "Create & Update".
    #[default]
    Upsert,
}

impl Mode {
    /// May this mode create records?
    pub const fn creates(self) -> bool {
        matches!(self, Mode::Create | Mode::Upsert)
    }

    /// May this mode change records that exist?
    pub const fn updates(self) -> bool {
        matches!(self, Mode::Update | Mode::Upsert)
    }

    /// The name used in settings and JSON: `create`, `update` or `upsert`.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Create => "create",
            Mode::Update => "update",
            Mode::Upsert => "upsert",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The id of a record in the caller's storage: opaque text, compared exactly.
///
/// Where one of several records must be picked, it is the one with the lowest id (behaviour M5, O5). Two ids
/// of digits alone are ordered as numbers, any others bytewise:
///
/// ```
/// use crm_import::RecordId;
///
/// let (nine, ten) = (RecordId::from("9"), RecordId::from("10"));
/// assert!(nine < ten);
/// assert!(RecordId::from("c10") < RecordId::from("c9"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(Box<str>);

impl RecordId {
    /// The id as the storage wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The order that decides which id is the lowest (behaviour M5).
    pub fn compare(a: &str, b: &str) -> Ordering {
        let all_digits = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
        if all_digits(a) && all_digits(b) {
            let (x, y) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            return x.len().cmp(&y.len()).then_with(|| x.cmp(y)).then_with(|| a.cmp(b));
        }
        a.cmp(b)
    }
}

impl Ord for RecordId {
    fn cmp(&self, other: &Self) -> Ordering {
        RecordId::compare(&self.0, &other.0)
    }
}

impl PartialOrd for RecordId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for RecordId {
    fn from(id: &str) -> Self {
        RecordId(id.into())
    }
}

impl From<String> for RecordId {
    fn from(id: String) -> Self {
        RecordId(id.into_boxed_str())
    }
}

impl AsRef<str> for RecordId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a data record in the file: 1 for the first record below the header.
///
/// It is not the physical line: a record with quoted line breaks takes several lines, and blank lines are
/// lines but no records. Issues have both numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowNumber(pub u32);

impl RowNumber {
    /// The row at this 0-based position.
    pub fn from_index(index: usize) -> Self {
        RowNumber(u32::try_from(index + 1).expect("a source stops before row 2³²"))
    }

    /// The 0-based position of this row.
    pub fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for RowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_digits_are_ordered_as_numbers_and_the_rest_bytewise() {
        let mut ids: Vec<RecordId> =
            ["10", "9", "007", "7", "a2", "a10"].map(RecordId::from).into();
        ids.sort();
        let ids: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
        assert_eq!(ids, ["007", "7", "9", "10", "a10", "a2"]);
    }
}
