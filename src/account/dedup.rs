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
    /// The match rules, first one first (M2, M4).
    pub contacts: Vec<MatchRule>,
    /// Several records answer the deciding rule (M5).
    pub ambiguous: Ambiguous,
    /// A key of the row belongs to somebody else (M6).
    pub conflict: Conflict,
    /// The file names one contact on several rows (M10).
    pub repeats: Repeats,
    /// A contact has a name and no key (M8).
    pub keyless: Keyless,
    /// May a value from the file become the primary one if the contact holds it already (V2)?
    pub promote: Promote,
    /// Fields that a new contact needs, by key; of a full name that is split, its parts.
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

/// Fields that must all agree, by key; a rule of one field also owns its values (M6). A full name that is
/// split is matched by its parts, `first_name` and `last_name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchRule(pub Vec<String>);

impl MatchRule {
    /// The name of the rule: its fields joined with `+`.
    pub fn name(&self) -> String {
        self.0.join("+")
    }
}

/// What to do when several records answer the deciding rule (M5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguous {
    /// The row fails and names them all.
    #[default]
    Fail,
    /// The lowest id is taken, stored records before contacts of the file.
    First,
    /// The next rule decides; if none is left, the row fails.
    NextRule,
}

/// What to do when a key of the row belongs to another record than the row's (M6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The value is not written; a warning names the other record.
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
/// An address that cannot be used is left out with a warning, so its contact may have no key either, and be
/// created by each import of the file. [`OnInvalid::FailRow`](crate::mapping::OnInvalid::FailRow) on the
/// columns of keys fails the row instead, for its address; `Fail` here fails every row without a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyless {
    /// Create it, with a warning.
    #[default]
    Create,
    /// Fail the row.
    Fail,
}

/// May a value that the contact already holds as an additional one become primary (V2)?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promote {
    /// It stays where it is.
    #[default]
    Never,
    /// The primary column of the file decides.
    Always,
}
