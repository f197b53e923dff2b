//! [`OpportunityPolicy`]: how opportunities are matched and linked (behaviour §3, §8).

use serde::{Deserialize, Serialize};

/// How opportunities are matched and linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpportunityPolicy {
    /// Whether a contact may have several opportunities in one pipeline (O4).
    pub duplicates: Duplicates,
    /// Do the tags of an opportunity go to its contact, and follow-ups to contacts that are only linked to
    /// (P8)?
    pub tag_linked: bool,
    /// What to do if an opportunity belongs to another contact than the row's (P7).
    pub relink: Relink,
    /// What to do with a new opportunity that has no contact (P5).
    pub unlinked: Unlinked,
    /// How opportunities are matched by their fields (O5); `None` = only ids match.
    pub matching: Option<OpportunityMatching>,
}

impl Default for OpportunityPolicy {
    fn default() -> Self {
        OpportunityPolicy {
            duplicates: Duplicates::default(),
            tag_linked: true,
            relink: Relink::default(),
            unlinked: Unlinked::default(),
            matching: None,
        }
    }
}

/// Whether a contact may have several opportunities in one pipeline (O4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Yes.
    #[default]
    Allow,
    /// No: another one fails, and its issue names the first.
    OnePerPipeline,
    /// No: another one updates the first.
    Update,
}

/// What to do when an opportunity belongs to another contact than the row's (P7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relink {
    /// Move the opportunity to the row's contact.
    #[default]
    Move,
    /// Leave it where it is, with a warning.
    Keep,
    /// Fail the opportunity.
    Fail,
}

/// What to do with a new opportunity that has no contact (P5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlinked {
    /// It fails.
    #[default]
    Fail,
    /// It is created without one.
    Create,
}

/// How the opportunities of one contact are matched by their fields (O5).
///
/// The presets are the six behaviours known from importers of gifts and pledges, under the names they have
/// there. They say what to do if no opportunity matches, if one does, and if several do:
///
/// | preset | none | one | several |
/// |---|---|---|---|
/// | [`no_matching`](Self::no_matching) | create | create | create |
/// | [`require_none`](Self::require_none) | create | fail | fail |
/// | [`one_or_create`](Self::one_or_create) | create | update | fail |
/// | [`require_one`](Self::require_one) | fail | update | fail |
/// | [`best_or_create`](Self::best_or_create) | create | update | update the best |
/// | [`require_best`](Self::require_best) | fail | update | update the best |
///
/// ```
/// use crm_import::account::{OpportunityMatching, OpportunityPolicy};
///
/// let policy = OpportunityPolicy {
///     matching: Some(OpportunityMatching::best_or_create(["name", "pipeline"])),
///     ..OpportunityPolicy::default()
/// };
/// assert_eq!(policy.matching.unwrap().fields, ["name", "pipeline"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpportunityMatching {
    /// Field keys that must agree.
    pub fields: Vec<String>,
    /// How many days two dates may lie apart and still agree.
    pub date_window_days: u16,
    /// Are only opportunities with the status open compared?
    pub open_only: bool,
    /// What to do if none matches.
    pub none: WhenNone,
    /// What to do if one matches.
    pub one: WhenOne,
    /// What to do if several match.
    pub several: WhenSeveral,
}

impl Default for OpportunityMatching {
    fn default() -> Self {
        OpportunityMatching {
            fields: vec!["name".into()],
            date_window_days: 0,
            open_only: false,
            none: WhenNone::default(),
            one: WhenOne::default(),
            several: WhenSeveral::default(),
        }
    }
}

impl OpportunityMatching {
    /// Every opportunity without an id is a new one.
    pub fn no_matching() -> Option<Self> {
        None
    }

    /// The file holds only new opportunities: one that is there already is a mistake.
    pub fn require_none<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Fail, WhenSeveral::Fail)
    }

    /// Updates the one that matches, creates what is not there, and does not choose among several.
    pub fn one_or_create<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Update, WhenSeveral::Fail)
    }

    /// Updates exactly one; anything else is a mistake.
    pub fn require_one<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Fail, WhenOne::Update, WhenSeveral::Fail)
    }

    /// Updates the one that matches best, and creates what is not there.
    pub fn best_or_create<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Update, WhenSeveral::Best)
    }

    /// Updates the one that matches best; none is a mistake.
    pub fn require_best<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Fail, WhenOne::Update, WhenSeveral::Best)
    }

    fn preset<F: Into<String>>(
        fields: impl IntoIterator<Item = F>,
        none: WhenNone,
        one: WhenOne,
        several: WhenSeveral,
    ) -> Self {
        let fields = fields.into_iter().map(Into::into).collect();
        OpportunityMatching { fields, none, one, several, ..OpportunityMatching::default() }
    }
}

/// What to do when no opportunity matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenNone {
    /// Create one.
    #[default]
    Create,
    /// Fail the opportunity.
    Fail,
}

/// What to do when one opportunity matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenOne {
    /// Update it.
    #[default]
    Update,
    /// Fail the opportunity.
    Fail,
    /// Create another.
    Create,
}

/// What to do when several opportunities match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenSeveral {
    /// Update the one with the nearest date, then the lowest id.
    Best,
    /// Fail the opportunity.
    #[default]
    Fail,
    /// Create another.
    Create,
}
