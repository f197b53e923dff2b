//! [`OpportunityPolicy`]: how opportunities are matched and linked (behaviour §3, §8).

use serde::{Deserialize, Serialize};

use crate::field::{FieldKind, Fields};
use crate::object::Object;

/// How opportunities are matched and linked to contacts (behaviour §3, §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpportunityPolicy {
    /// Whether a contact may have several opportunities in one pipeline (O4).
    pub duplicates: Duplicates,
    /// Whether contacts that are only linked to are tagged as well: with the tags of their opportunities, and by
    /// follow-ups (P8). The default is `true`.
    pub tag_linked: bool,
    /// What to do if a stored opportunity belongs to a contact other than the row's (P7).
    pub relink: Relink,
    /// What to do with a new opportunity that has no contact (P5).
    pub unlinked: Unlinked,
    /// How opportunities are matched by their fields (O5). With `None`, only by their ids.
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

impl OpportunityPolicy {
    /// A policy by which opportunities are matched like this, with the defaults for everything else.
    ///
    /// ```
    /// use crm_import::account::{OpportunityMatching, OpportunityPolicy};
    ///
    /// let policy = OpportunityPolicy::by(OpportunityMatching::best_or_create(["name"]));
    /// assert_eq!(policy.matching.unwrap().fields, ["name"]);
    /// ```
    pub fn by(matching: OpportunityMatching) -> Self {
        OpportunityPolicy { matching: Some(matching), ..OpportunityPolicy::default() }
    }
}

/// Whether a contact may have several opportunities in one pipeline (O4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It may.
    #[default]
    Allow,
    /// It may not: another one fails, with an issue that names the first.
    OnePerPipeline,
    /// It may not: another one updates the first.
    Update,
}

/// What to do if a stored opportunity belongs to a contact other than the row's (P7).
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
/// Each is matched with one row, and before that with one that could not have created an opportunity, for want of a
/// known stage, say: such a row may have failed the first time, and the next import of its file must not create again
/// what another row created then (L3). Such a row moves no date within the window and closes nothing that has to be
/// open, since the other row is found by that; a warning names what it leaves.
///
/// There are six presets, under the names they have in importers of gifts and pledges. They differ in what to do
/// if no opportunity matches, if one does, and if several do:
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
    /// The keys of the fields that must agree.
    pub fields: Vec<String>,
    /// How many days two dates may be apart and still agree. If none of the [`fields`](Self::fields) is a date, the
    /// expected close date has to agree like this, as if it were listed. With 0, only the dates among the fields
    /// are compared.
    pub date_window_days: u16,
    /// Whether only open opportunities are compared. Closed ones are compared with a row that closes its opportunity:
    /// it matches one that was closed as it says and already has every value of the row, even if an open one
    /// matches, too (a warning names that). So importing the file again closes no other one, and creates none.
    pub open_only: bool,
    /// What to do if none matches.
    pub none: WhenNone,
    /// What to do if one matches.
    pub one: WhenOne,
    /// What to do if several match. By default the best one is updated, so that the rows of a file with two
    /// opportunities of one name find both again when it is imported a second time (L3).
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
    /// Whether there is any case in which a row creates an opportunity.
    pub(crate) fn may_create(&self) -> bool {
        self.none == WhenNone::Create
            || self.one == WhenOne::Create
            || self.several == WhenSeveral::Create
    }

    /// Creates an opportunity for every row without an id. This is `None`, the absence of a matching.
    pub fn no_matching() -> Option<Self> {
        None
    }

    /// For files that should have new opportunities only: one that matches fails.
    pub fn require_none<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Fail, WhenSeveral::Fail)
    }

    /// Updates the one that matches, creates it if none does, and fails if several do.
    pub fn one_or_create<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Update, WhenSeveral::Fail)
    }

    /// Updates the one that matches; anything else fails.
    pub fn require_one<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Fail, WhenOne::Update, WhenSeveral::Fail)
    }

    /// Updates the one that matches best, and creates it if none does.
    pub fn best_or_create<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Create, WhenOne::Update, WhenSeveral::Best)
    }

    /// Updates the one that matches best, and fails if none does.
    pub fn require_best<F: Into<String>>(fields: impl IntoIterator<Item = F>) -> Self {
        Self::preset(fields, WhenNone::Fail, WhenOne::Update, WhenSeveral::Best)
    }

    /// The keys of the fields that must agree (O5): those that are listed, and the expected close date where there
    /// is a window but no listed field is a date.
    pub(crate) fn compared(&self, fields: &Fields) -> impl Iterator<Item = &str> {
        let is_date = |key: &String| {
            let field = fields.find(Object::Opportunity, key);
            field.is_some_and(|field| fields.get(field).kind == FieldKind::Date)
        };
        let is_implied = self.date_window_days > 0 && !self.fields.iter().any(is_date);
        let listed = self.fields.iter().map(String::as_str);
        listed.chain(is_implied.then_some("expected_close_date"))
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

/// What to do if no opportunity matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenNone {
    /// Create one.
    #[default]
    Create,
    /// Fail the opportunity.
    Fail,
}

/// What to do if one opportunity matches.
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

/// What to do if several opportunities match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenSeveral {
    /// Update the best one: the one with the nearest date, and of those the one with the lowest id.
    #[default]
    Best,
    /// Fail the opportunity.
    Fail,
    /// Create another.
    Create,
}
