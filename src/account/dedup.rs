//! [`DedupPolicy`]: how contacts are matched and merged (behaviour §4).

use serde::{Deserialize, Serialize};

/// How contacts are matched: the account's match rules, and what to do in special cases (behaviour §4).
///
/// ```
/// use crm_import::dedup::{Ambiguous, DedupPolicy};
///
/// // By e-mail address, then by first and last name together; what two contacts share decides nothing.
/// let rules: [&[&str]; 2] = [&["email"], &["first_name", "last_name"]];
/// let policy = DedupPolicy {
///     ambiguous: Ambiguous::NextRule,
///     ..DedupPolicy::by(rules.map(|fields| fields.iter().copied()))
/// };
/// assert_eq!(policy.contacts[1].name(), "first_name+last_name");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DedupPolicy {
    /// The match rules, in the order in which they are tried (M2, M4).
    pub contacts: Vec<MatchRule>,
    /// What to do if a match rule finds several contacts (M5).
    pub ambiguous: Ambiguous,
    /// What to do if a key of the row belongs to a contact other than the one that the row found (M6).
    pub conflict: Conflict,
    /// What to do if several rows are about the same contact (M10).
    pub repeats: Repeats,
    /// What to do with a contact that has a name but no key (M8).
    pub keyless: Keyless,
    /// Whether an additional address of the contact may become the primary one (V2).
    pub promote: Promote,
    /// The keys of the fields that a new contact must have. If the account splits full names, use `first_name` and
    /// `last_name`.
    pub required: Vec<String>,
}

impl Default for DedupPolicy {
    fn default() -> Self {
        DedupPolicy::by([["email"], ["phone"]])
    }
}

impl DedupPolicy {
    /// A policy with these match rules and the defaults for everything else. Each rule is a set of field keys,
    /// which must all agree.
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

/// A match rule: the keys of fields that must all agree.
///
/// A rule of a single field also makes its values unique: no two contacts may have the same one (M6). If the
/// account splits full names, use `first_name` and `last_name`.
///
/// ```
/// use crm_import::dedup::DedupPolicy;
///
/// // By e-mail address; a family shares one, so together with the first name.
/// let policy = DedupPolicy::by([vec!["email", "first_name"], vec!["phone"]]);
/// assert_eq!(policy.contacts[0].name(), "email+first_name");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchRule(pub Vec<String>);

impl MatchRule {
    /// The name of the rule: its fields joined with `+`.
    pub fn name(&self) -> String {
        self.0.join("+")
    }
}

/// What to do if a match rule finds several contacts (M5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguous {
    /// The row fails, with an issue that names them.
    #[default]
    Fail,
    /// The one with the lowest [id](crate::RecordId) is taken; stored contacts come before those of the file.
    First,
    /// The next rule decides. After the last one, the row fails.
    NextRule,
}

/// What to do if a key of the row belongs to a contact other than the one that the row found (M6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The value is not written, and a warning names the other contact.
    #[default]
    DropValue,
    /// The row fails.
    Fail,
}

/// What to do with further rows about a contact (M10). A row that offers nothing but keys and an opportunity is none: it
/// says whom the opportunity belongs to, and is merged.
///
/// ```
/// use crm_import::dedup::{DedupPolicy, Repeats};
/// use crm_import::{Account, Import, MemoryStorage, Source};
///
/// let dedup = DedupPolicy { repeats: Repeats::KeepFirst, ..DedupPolicy::default() };
/// let mut crm = MemoryStorage::new(Account { dedup, ..Account::default() });
/// let file = "Email,City\nana@example.com,York\nana@example.com,Hull\n";
/// let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
/// assert_eq!((plan.stats().contacts.create, plan.stats().contacts.skip), (1, 1)); // she lives in York
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// They are merged into the first; later values count.
    #[default]
    Merge,
    /// Their contact sides are skipped.
    KeepFirst,
    /// Their contact sides fail.
    Reject,
}

/// What to do with a contact that has a name but no key (M8).
///
/// Such a contact cannot be found again: each import of the file creates it anew. A contact may also lose its
/// only key because the address is invalid and was dropped with a warning. To fail only those rows, set
/// [`OnInvalid::FailRow`](crate::mapping::OnInvalid::FailRow) on the columns of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyless {
    /// Create it, with a warning.
    #[default]
    Create,
    /// Fail the row, whatever the reason why it has no key.
    Fail,
}

/// Whether an additional address of a contact becomes its primary one if the file has it in the column of primary
/// addresses (V2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promote {
    /// It stays an additional address.
    #[default]
    Never,
    /// It changes places with the primary address.
    Always,
}
