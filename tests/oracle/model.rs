//! What the naive planner knows: the account's policy, the file as text, and the records.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// One field's values; a field with one value has one item.
pub(crate) type Values = BTreeMap<&'static str, Vec<String>>;

/// A row: header -> cell. A header that is not there has no column.
pub(crate) type Row = BTreeMap<&'static str, String>;

/// The settings of one case, in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    /// Which objects are selected, and their modes.
    pub(crate) contacts: Option<&'static str>,
    pub(crate) opportunities: Option<&'static str>,
    pub(crate) rules: Vec<Vec<&'static str>>,
    pub(crate) ambiguous: &'static str,
    pub(crate) conflict: &'static str,
    pub(crate) repeats: &'static str,
    pub(crate) keyless: &'static str,
    pub(crate) promote: &'static str,
    /// The additional addresses for which contacts have no place.
    pub(crate) absent: Vec<&'static str>,
    pub(crate) required: Vec<&'static str>,
    pub(crate) duplicates: &'static str,
    pub(crate) tag_linked: bool,
    pub(crate) relink: &'static str,
    pub(crate) unlinked: &'static str,
    pub(crate) matching: Option<Matching>,
    /// Pipelines with their stages; names only, which are ids too.
    pub(crate) pipelines: Vec<(&'static str, Vec<&'static str>)>,
    /// Per header: how a value joins the stored one, and whether a blank clears it.
    pub(crate) merge: BTreeMap<&'static str, &'static str>,
    pub(crate) clears: Vec<&'static str>,
    /// Per header: what stands in for a blank cell on create.
    pub(crate) defaults: BTreeMap<&'static str, &'static str>,
    /// Headers whose default counts on updates as well.
    pub(crate) always: Vec<&'static str>,
    /// The text of a cell that says: nothing.
    pub(crate) token: Option<&'static str>,
    pub(crate) headers: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Matching {
    pub(crate) fields: Vec<&'static str>,
    pub(crate) window: i64,
    pub(crate) open_only: bool,
    pub(crate) none: &'static str,
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
}

impl Matching {
    /// What must agree: a window asks for the date also where it is not listed (O5).
    pub(crate) fn compared(&self) -> Vec<&'static str> {
        let mut compared = self.fields.clone();
        if self.window > 0 && !compared.contains(&"expected_close_date") {
            compared.push("expected_close_date");
        }
        compared
    }
}

/// A record, stored or new.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Its id, if it is stored.
    pub(crate) id: Option<String>,
    /// As it was read.
    pub(crate) before: Values,
    pub(crate) now: Values,
    /// The rows folded into it.
    pub(crate) rows: Vec<usize>,
    /// Fields that a row of the file has given.
    pub(crate) given: Vec<&'static str>,
    /// Who said what last: field -> (row, value).
    pub(crate) said: BTreeMap<&'static str, (usize, String)>,
    /// A row has said more of it than its keys.
    pub(crate) told: bool,
    /// Opportunities: matched or created by this import.
    pub(crate) consumed: bool,
    /// Opportunities: matched by a row that could not have created one.
    pub(crate) lent: bool,
    /// Opportunities: the contact it is linked to, as stored and now, by position.
    pub(crate) stored_contact: Option<usize>,
    pub(crate) contact: Option<usize>,
    /// A row of the file has said whom it belongs to.
    pub(crate) is_linked: bool,
}

/// What became of one side of a row.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Side {
    pub(crate) outcome: String,
    /// The record: its id, or the row that brought it.
    pub(crate) record: Option<String>,
    pub(crate) by: Option<String>,
}

/// Everything that is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) contacts: Vec<Option<Side>>,
    pub(crate) opportunities: Vec<Option<Side>>,
    /// (row, object, code), sorted.
    pub(crate) issues: Vec<(usize, &'static str, String)>,
    /// The records at the end: their name, their values, and whom they are linked to.
    pub(crate) stored: Vec<(String, BTreeMap<String, Vec<String>>)>,
    pub(crate) links: u64,
}

impl Verdict {
    /// The same, one line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let sides = [&self.contacts, &self.opportunities].into_iter().flat_map(|sides| {
            sides.iter().enumerate().map(|(at, side)| format!("row {}: {side:?}", at + 1))
        });
        let issues = self.issues.iter().map(|issue| format!("{issue:?}"));
        let stored = self.stored.iter().map(|record| format!("{record:?}"));
        sides.chain(issues).chain(stored).chain([format!("links {}", self.links)]).collect()
    }
}

/// The CRM of one case: contacts and opportunities, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crm {
    pub(crate) contacts: Vec<(String, Values)>,
    pub(crate) opportunities: Vec<(String, Values)>,
}

/// Lower case, single spaces.
pub(crate) fn fold(text: &str) -> String {
    look(text).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with line breaks and letters written in one way (W4).
pub(crate) fn look(text: &str) -> String {
    text.nfc().collect::<String>().replace("\r\n", "\n").replace('\r', "\n")
}

/// The order of ids: as numbers if both are digits, else bytewise.
pub(crate) fn by_id(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y),
        _ => a.cmp(b),
    }
}
