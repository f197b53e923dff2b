//! The words that every module shares: objects, modes, record ids and row numbers.

mod numbers;

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use numbers::{ContactNumber, OpportunityNumber, RecordRef, RowIndex};

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
    /// Both of them, contacts first: an opportunity may belong to a contact, never the other way round.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let mut crm = MemoryStorage::default();
    /// let file = Source::from_bytes(&b"Email,Opportunity Name\nana@example.com,Roof\n"[..]);
    /// let plan = Import::new().plan(file, &mut crm).unwrap();
    /// for object in Object::ALL {
    ///     assert_eq!(plan.stats().of(object).create, 1, "one {object}");
    /// }
    /// ```
    pub const ALL: [Object; 2] = [Object::Contact, Object::Opportunity];

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

/// Whether an import may create records of an object, update them, or both (article, step 3; behaviour §5).
///
/// ```
/// use crm_import::{Import, MemoryStorage, Mode, Source};
///
/// let file = Source::from_bytes(&b"Email,City\nana@example.com,York\n"[..]);
/// let plan = Import::new().contacts(Mode::Update).plan(file, &mut MemoryStorage::default()).unwrap();
/// assert_eq!(plan.stats().contacts.skip, 1); // nobody is there to be updated, and nobody is created
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Create records that do not exist yet. Records that exist are skipped, but can still be linked to.
    Create,
    /// Update records that exist. A row that finds none is skipped, or fails if it names an id.
    Update,
    /// Update records that exist, and create the others: HighLevel's "Create & Update".
    #[default]
    Upsert,
}

impl Mode {
    /// Whether this mode may create records.
    pub const fn creates(self) -> bool {
        matches!(self, Mode::Create | Mode::Upsert)
    }

    /// Whether this mode may change records that exist.
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

/// The id of a record in storage: opaque text, compared exactly.
///
/// If one of several records must be chosen, it is the one with the lowest id (behaviour M5, O5). Ids that consist
/// of digits are ordered as numbers, all others bytewise:
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

    /// The id as a number, for a storage whose ids are numbers. `None` if it is not a number, or not written as
    /// `to_string` writes it: `007` and `+7` are not the id 7, so they must not find it.
    ///
    /// ```
    /// use crm_import::RecordId;
    ///
    /// let asked = ["7", "007", "+7", "x7", ""];
    /// let ids: Vec<i64> = asked.iter().filter_map(|id| RecordId::number(id)).collect();
    /// assert_eq!(ids, [7]);
    /// ```
    pub fn number(id: &str) -> Option<i64> {
        let digits = id.strip_prefix('-').unwrap_or(id);
        let is_canonical = id == "0" || matches!(digits.as_bytes(), [b'1'..=b'9', ..]);
        id.parse().ok().filter(|_| is_canonical)
    }

    /// Compares two ids in that order, without making `RecordId`s of them.
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

/// The number of a row of the file: 1 for the first row below the header.
///
/// It is not the physical line: a row with quoted line breaks takes several lines, and a blank line is not a
/// row. [Issues](crate::Issue) have both numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowNumber(pub u32);

impl RowNumber {
    /// The number of the row at this 0-based position.
    ///
    /// # Panics
    /// If the position is 2³²-1 or more; a [source](crate::Source) stops before that.
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

    #[test]
    fn the_number_of_an_id_is_written_like_the_id() {
        let written = i64::MIN.to_string();
        for id in ["0", "7", "70", "-7", "9223372036854775807", &written] {
            assert_eq!(RecordId::number(id).map(|number| number.to_string()).as_deref(), Some(id));
        }
        for id in
            ["", "-", "-0", "+7", "007", "-07", "--7", "7 ", "x7", "９", "9223372036854775808"]
        {
            assert_eq!(RecordId::number(id), None, "{id:?}");
        }
    }
}
