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

mod dedup;
mod opportunities;

pub use dedup::{Ambiguous, Conflict, DedupPolicy, Keyless, MatchRule, Promote, Repeats};
pub use opportunities::{
    Duplicates, OpportunityMatching, OpportunityPolicy, Relink, Unlinked, WhenNone, WhenOne,
    WhenSeveral,
};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::field::{CustomField, Field, Fields};
use crate::object::Object;

/// The settings of one account, frozen for one import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// ISO 3166 code, in two letters, of the country whose phone numbers are written without a country
    /// code; it decides nothing else. The country that a contact's row names itself, in a mapped column, goes
    /// before it, and that of the [column](crate::mapping::ColumnMapping::country) before both (V6). `None`: only
    /// numbers with a country code can be read.
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
    /// as it is, and the parts that a file has instead are joined to it: `Ana` and `Lee` to `Ana Lee`, a
    /// blank one leaving the other alone. They are mapped to `first_name` and `last_name` as anywhere, and
    /// what is written is the `name`. Beside both of them `name` is never written: full names are split. A CRM
    /// without opportunities names none of theirs (`"opportunity": []`): their columns are left out, and the
    /// plan says so.
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
    /// // Customers have a name, in one column, an e-mail address and a city. There are no deals. The first
    /// // and last names of a file are joined.
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

    /// What a choice field may hold: of a custom field its own options, of a standard one those that the
    /// account lists.
    pub(crate) fn options_of<'a>(&'a self, field: &'a Field) -> &'a [String] {
        match field.is_custom {
            true => &field.options,
            false => self.options.get(&field.key).map_or(&[], Vec::as_slice),
        }
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
