//! [`DedupPolicy`]: how contacts are matched and joined (behaviour §4).

use serde::{Deserialize, Serialize};

/// How contacts are matched: the account's rules and what to do in the odd cases (behaviour §4).
///
/// ```
/// use crm_import::dedup::DedupPolicy;
///
/// let policy = DedupPolicy::by([["phone"], ["email"]]);
/// assert_eq!(policy.contacts[0].name(), "phone");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DedupPolicy {
    /// The match rules, in the order in which they are tried (M2, M4).
    pub contacts: Vec<MatchRule>,
    /// What to do if several contacts are found (M5).
    pub ambiguous: Ambiguous,
    /// What to do if a key of the row belongs to another contact (M6).
    pub conflict: Conflict,
    /// What to do if the file names one contact on several rows (M10).
    pub repeats: Repeats,
    /// What to do with a contact that has a name but no key (M8).
    pub keyless: Keyless,
    /// Whether an address that the contact already has as an additional one may become the primary one (V2).
    pub promote: Promote,
    /// The keys of fields that a new contact must have. Where full names are split, name their parts.
    pub required: Vec<String>,
}

impl Default for DedupPolicy {
    fn default() -> Self {
        DedupPolicy::by([["email"], ["phone"]])
    }
}

impl DedupPolicy {
    /// A policy with these match rules, each a set of field keys that must all agree, and the
    /// defaults for everything else.
    pub fn by<R, F>(rules: R) -> Self
    where
        R: IntoIterator<Item = F>,
        F: IntoIterator,
        F::Item: Into<String>,
    {
        DedupPolicy {
            contacts: rules
                .into_iter()
                .map(|rule| MatchRule(rule.into_iter().map(Into::into).collect()))
                .collect(),
            ambiguous: Ambiguous::default(),
            conflict: Conflict::default(),
            repeats: Repeats::default(),
            keyless: Keyless::default(),
            promote: Promote::default(),
            required: Vec::new(),
        }
    }
}

/// The keys of fields that must all agree. A rule of one field also owns its values: no two contacts may
/// hold the same one (M6). Where full names are split, match by their parts, `first_name` and `last_name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchRule(pub Vec<String>);

impl MatchRule {
    /// The name of the rule: its fields joined with `+`.
    pub fn name(&self) -> String {
        self.0.join("+")
    }
}

/// What to do when the deciding rule finds several contacts (M5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguous {
    /// The row fails, and its issue names them.
    #[default]
    Fail,
    /// The one with the lowest id is taken; stored contacts come before those of the file.
    First,
    /// The next rule decides. If there is none left, the row fails.
    NextRule,
}

/// What to do when a key of the row belongs to another contact than the row's own (M6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The value is not written, and a warning names the other contact.
    #[default]
    DropValue,
    /// The row fails.
    Fail,
}

/// What to do with later rows of one contact (M10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// They fold into the first.
    #[default]
    Merge,
    /// Their contact sides are skipped.
    KeepFirst,
    /// Their contact sides fail.
    Reject,
}

/// What to do with a contact that has a name but no key (M8).
///
/// A contact may also lose its only key because the address cannot be used and is left out with a warning;
/// then every import of the file creates it anew. To fail such rows for their bad address, set
/// [`OnInvalid::FailRow`](crate::mapping::OnInvalid::FailRow) on the columns of keys. `Fail` here fails every
/// row without a key, whatever the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyless {
    /// Create it, with a warning.
    #[default]
    Create,
    /// Fail the row.
    Fail,
}

/// Whether an address that the contact already has as an additional one may become the primary one, because
/// the file has it in the column of primary addresses (V2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promote {
    /// It stays an additional one.
    #[default]
    Never,
    /// It becomes the primary one, and the two change places.
    Always,
}
