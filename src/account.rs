//! [`Account`]: what the CRM says of itself before an import begins.
//!
//! The account's settings decide how records are matched; an import cannot change them (article,
//! step 3). [`Storage::account`](crate::Storage::account) hands them over once, they are frozen for
//! the import, and the plan records what it used. Every part has a default, so an account file may
//! leave out what does not apply:
//!
//! ```
//! use crm_import::Account;
//!
//! let account: Account = serde_json::from_str(r#"{
//!     "default_country": "US",
//!     "dedup": { "contacts": [["email"], ["phone"]], "ambiguous": "fail" },
//!     "pipelines": [{ "id": "p1", "name": "Sales", "stages": [{ "id": "s1", "name": "New" }] }]
//! }"#).unwrap();
//! assert_eq!(account.pipelines[0].stages[0].name, "New");
//! assert_eq!(account.dedup.contacts.len(), 2);
//! ```

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::field::{CustomField, Fields};
use crate::object::Object;

/// The settings of one account, frozen for one import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// ISO 3166 code, in two letters, of the country whose numbers are written without a country code;
    /// also decides nothing else. `None`: only numbers with a country code can be read.
    pub default_country: Option<String>,
    /// The order of day and month in dates that do not tell, if the account states one.
    pub date_order: Option<DateOrder>,
    /// Which phone numbers count as numbers (behaviour V6).
    pub phones: PhoneRule,
    /// How contacts are matched and joined (behaviour §4).
    pub dedup: DedupPolicy,
    /// How opportunities are matched and linked (behaviour §3, §8).
    pub opportunities: OpportunityPolicy,
    /// The pipelines with their stages, in order.
    pub pipelines: Vec<Pipeline>,
    /// The users, who may own records.
    pub users: Vec<User>,
    /// The options of standard choice fields, by field key (`contact_type`, `lost_reason`,
    /// `timezone`).
    pub options: IndexMap<String, Vec<String>>,
    /// The account's own fields.
    pub custom_fields: Vec<CustomField>,
    /// The standard fields that this CRM has, by object, if it has few: a table of customers with a
    /// name, an e-mail address and a city. Of an object that is not named here it has
    /// [all](crate::field); [some](Fields::ALWAYS) it has anyway. What it does not have is never
    /// suggested, mapped, asked for or written. [`only`](Self::only) sets it.
    ///
    /// Without `additional_emails` (or `additional_phones`) a contact has one address, and what the
    /// file says in its place replaces it like any other value; a second one in a row is refused
    /// (`value-limit`). With `name` but not both of `first_name` and `last_name` a full name is kept
    /// as it is. A CRM without opportunities names none of theirs (`"opportunity": []`): their columns are
    /// left out, and the plan says so.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub standard_fields: IndexMap<Object, Vec<String>>,
}

impl Account {
    /// The same account, whose CRM has only these [standard fields](Self::standard_fields) of an object.
    ///
    /// ```
    /// use crm_import::dedup::DedupPolicy;
    /// use crm_import::{Account, Object};
    ///
    /// // Customers have a name, in one column, an e-mail address and a city. There are no deals.
    /// let account = Account { dedup: DedupPolicy::by([["email"]]), ..Account::default() }
    ///     .only(Object::Contact, &["name", "email", "city"])
    ///     .only(Object::Opportunity, &[]);
    /// assert!(account.fields().find(Object::Contact, "phone").is_none());
    /// assert!(account.fields().find(Object::Opportunity, "name").is_none());
    /// ```
    #[must_use]
    pub fn only(mut self, object: Object, fields: &[&str]) -> Self {
        self.standard_fields.insert(object, fields.iter().map(ToString::to_string).collect());
        self
    }

    /// The fields that the CRM has: the standard ones and its own.
    pub fn fields(&self) -> Fields {
        let all = Fields::with_custom(&self.custom_fields);
        self.standard_fields.iter().fold(all, |fields, (object, keys)| fields.only(*object, keys))
    }
}

/// The order of the parts of a numeric date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
    /// Year, month, day.
    Ymd,
}

impl DateOrder {
    /// The name used in settings: `mdy`, `dmy` or `ymd`.
    pub const fn name(self) -> &'static str {
        match self {
            DateOrder::Mdy => "mdy",
            DateOrder::Dmy => "dmy",
            DateOrder::Ymd => "ymd",
        }
    }

    /// The order with this [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd].into_iter().find(|it| it.name() == name)
    }
}

/// Which phone numbers count as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRule {
    /// Those the numbering plan of their region knows.
    #[default]
    Valid,
    /// Those of a possible length.
    Possible,
}

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

/// How opportunities are matched and linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpportunityPolicy {
    /// May a contact have several opportunities in one pipeline (O4)?
    pub duplicates: Duplicates,
    /// Do tags on an opportunity go to its contact (P8)?
    pub tag_linked: bool,
    /// The row's contact is not the stored one (P7).
    pub relink: Relink,
    /// An opportunity without a contact is to be created (P5).
    pub unlinked: Unlinked,
    /// Matching by fields (O5); `None` = only ids match.
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
    /// Can an opportunity that is there be found without its id (O4, O5)?
    pub fn finds_without_id(&self) -> bool {
        self.matching.is_some() || self.duplicates == Duplicates::Update
    }
}

/// May a contact have several opportunities in one pipeline (O4)?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Yes.
    #[default]
    Allow,
    /// No: another one fails and names the first.
    OnePerPipeline,
    /// No: another one updates the first.
    Update,
}

/// What to do when the row's contact is not the opportunity's (P7).
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

/// Matching of opportunities by fields, within one contact (O5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpportunityMatching {
    /// Field keys that must agree.
    pub fields: Vec<String>,
    /// How many days two dates may lie apart and still agree.
    pub date_window_days: u16,
    /// Only opportunities with the status open are candidates.
    pub open_only: bool,
    /// Nothing matches.
    pub none: WhenNone,
    /// One matches.
    pub one: WhenOne,
    /// Several match.
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

/// The six behaviours known from importers of gifts and pledges, by the names they have there.
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

/// A pipeline: an ordered list of stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its id, which is what storage sees.
    pub id: String,
    /// Its name, which is what files say.
    pub name: String,
    /// Its stages, first one first.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its id, which is what storage sees.
    pub id: String,
    /// Its name, which is what files say.
    pub name: String,
}

/// A user of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The user's id, which is what storage sees.
    pub id: String,
    /// First and last name.
    #[serde(default)]
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: String,
}
