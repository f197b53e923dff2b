//! [`Account`]: the settings of the CRM, which every import follows.
//!
//! The account decides how records are matched; an import cannot change that (article, step 3). The adapter
//! returns the account from [`Storage::account`](crate::Storage::account), once for each import, and the plan
//! [keeps it](crate::Plan::account). Every part has a default, so an account file may leave out what does not
//! apply:
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
mod repeats;

pub use dedup::{Ambiguous, Conflict, DedupPolicy, Keyless, MatchRule, Promote, Repeats};
pub use opportunities::{
    Duplicates, OpportunityMatching, OpportunityPolicy, Relink, Unlinked, WhenNone, WhenOne,
    WhenSeveral,
};

pub(crate) use repeats::repeated;

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::field::{CustomField, Field, FieldKind, Fields};
use crate::object::Object;

/// The settings of one account: its fields, pipelines and users, and the policies by which records are matched.
///
/// Build one in code, with [`Account::default`] for the rest, or keep it as JSON:
///
/// ```
/// use crm_import::account::{Account, Pipeline, Stage};
/// use crm_import::dedup::DedupPolicy;
///
/// let stages = [Stage::new(1, "New"), Stage::new(2, "Quoted")]; // ids may be numbers or texts
/// let account = Account {
///     default_country: Some("US".into()),
///     dedup: DedupPolicy::by([["email"], ["phone"]]),
///     pipelines: vec![Pipeline::new("p1", "Sales", stages)],
///     ..Account::default()
/// };
/// # assert!(serde_json::to_string(&account).unwrap().contains("Quoted"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// The country of phone numbers without a country code, as its two-letter ISO 3166 code. It decides nothing
    /// else. With `None`, only numbers with a country code are read.
    ///
    /// The country of the [column](crate::mapping::ColumnMapping::country) takes precedence, then the country that
    /// the row names in a mapped column (V6). A CRM without the field `country` maps no such column.
    pub default_country: Option<String>,
    /// The order of day and month in dates that could be read either way. The
    /// [column's setting](crate::mapping::ColumnMapping::date_order), its cells and its header (`DD/MM/YYYY`) take
    /// precedence, in this order.
    pub date_order: Option<DateOrder>,
    /// Which phone numbers are accepted (behaviour V6).
    pub phones: PhoneRule,
    /// How contacts are matched and merged (behaviour §4).
    pub dedup: DedupPolicy,
    /// How opportunities are matched and linked (behaviour §3, §8).
    pub opportunities: OpportunityPolicy,
    /// The pipelines with their stages, in order.
    pub pipelines: Vec<Pipeline>,
    /// The users, who can own records.
    pub users: Vec<User>,
    /// The options of standard choice fields, by field key (`contact_type`, `lost_reason`,
    /// `timezone`).
    pub options: IndexMap<String, Vec<String>>,
    /// The custom fields.
    pub custom_fields: Vec<CustomField>,
    /// The standard fields that this CRM has, by object. Set it with [`only`](Self::only), for a CRM that has few of
    /// them: a table of customers with a name, an e-mail address and a city, say.
    ///
    /// An object that is not listed has [all](crate::field) its standard fields; one that is listed has
    /// [some](Fields::ALWAYS) in any case. A field that the CRM does not have is never suggested, mapped, looked up
    /// or written.
    ///
    /// - *One address.* Without `additional_emails` (or `additional_phones`) a contact has one address, and the
    ///   address of the file replaces it like any other value. A second one in a row is refused (`value-limit`).
    /// - *Names in one field.* With `name`, but not both `first_name` and `last_name`, a full name is kept as it
    ///   is. If a file has the two parts, map them to `first_name` and `last_name` as usual: they are
    ///   joined (`Ana` and `Lee` to `Ana Lee`) and written to `name`. If one of them is blank, the other is the
    ///   name.
    /// - *Names in two fields.* With both `first_name` and `last_name`, full names are split, and `name` is never
    ///   written.
    /// - *No opportunities.* List none of their fields (`"opportunity": []`). Columns about opportunities are left
    ///   out, and the plan says so.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub standard_fields: IndexMap<Object, Vec<String>>,
    /// How many characters fields for text hold at most, by object and field key; of a list, each of its items. Set
    /// it with [`at_most`](Self::at_most). A field that is not listed holds texts of any length.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub max_chars: IndexMap<Object, IndexMap<String, usize>>,
    /// How many decimals numbers and amounts have at most, by object and field key: 2 in a column of cents. Set it
    /// with [`to_decimals`](Self::to_decimals). A field that is not listed holds any number exactly.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub max_decimals: IndexMap<Object, IndexMap<String, u32>>,
}

impl Account {
    /// The same account, with only these [standard fields](Self::standard_fields) of an object.
    ///
    /// ```
    /// use crm_import::dedup::DedupPolicy;
    /// use crm_import::{Account, Object};
    ///
    /// // Customers have a name (in one column, so the first and last names of a file will be joined), an
    /// // e-mail address and a city. There are no deals.
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

    /// The same account, with fields of an object that hold texts of so many characters at most.
    ///
    /// A longer text is left out with a warning ([`text-too-long`](crate::IssueCode::TextTooLong)), and the rest of the
    /// row is imported. It can be seen in the plan. Without this, the database refuses the whole record when it is
    /// written.
    ///
    /// For fields that hold text: e-mail addresses, phones, ids and the like have lengths of their own. Notes take
    /// 5,000 characters in any case (behaviour §10), or fewer.
    ///
    /// ```
    /// use crm_import::{Account, Import, IssueCode, MemoryStorage, Object, Source};
    ///
    /// // first_name VARCHAR(40), city VARCHAR(20)
    /// let account =
    ///     Account::default().at_most(Object::Contact, &[("first_name", 40), ("city", 20)]);
    /// let file = b"Email,City\nana@example.com,Llanfairpwllgwyngyll\nbo@example.com,Gen\xc3\xa8ve\n\
    ///     cy@example.com,\"Krung Thep Maha Nakhon, Bangkok\"\n";
    /// let plan = Import::new().plan(Source::from_bytes(&file[..]), &mut MemoryStorage::new(account))?;
    /// let told: Vec<String> = plan.issues().map(|issue| issue.to_string()).collect();
    /// assert_eq!(told.len(), 1);
    /// assert!(told[0].contains("takes no more than 20 characters"), "{told:?}");
    /// # Ok::<(), crm_import::Error<crm_import::storage::StorageError>>(())
    /// ```
    #[must_use]
    pub fn at_most(mut self, object: Object, chars: &[(&str, usize)]) -> Self {
        let chars = chars.iter().map(|(key, most)| ((*key).to_owned(), *most));
        self.max_chars.entry(object).or_default().extend(chars);
        self
    }

    /// The same account, with fields of an object that hold numbers of so many decimals at most.
    ///
    /// A number with more is left out with a warning ([`decimals-too-many`](crate::IssueCode::DecimalsTooMany)); it is
    /// never rounded. Zeros at its end do not count: `12.500` has one decimal.
    ///
    /// ```
    /// use crm_import::{Account, Object};
    ///
    /// // value NUMERIC(12, 2), or cents
    /// let account = Account::default().to_decimals(Object::Opportunity, &[("value", 2)]);
    /// assert_eq!(account.max_decimals[&Object::Opportunity]["value"], 2);
    /// ```
    #[must_use]
    pub fn to_decimals(mut self, object: Object, decimals: &[(&str, u32)]) -> Self {
        let decimals = decimals.iter().map(|(key, most)| ((*key).to_owned(), *most));
        self.max_decimals.entry(object).or_default().extend(decimals);
        self
    }

    /// A value of a field as people know it: the name of the pipeline, stage or user with this id. A value of any other
    /// field is returned as it is, and so is an id that is unknown, or that stages of several names share.
    ///
    /// Use it to show the [changes](crate::plan::Change) of a plan, which have the ids.
    ///
    /// ```
    /// use crm_import::account::{Account, Pipeline, Stage, User};
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let account = Account {
    ///     pipelines: vec![Pipeline::new(1, "Sales", [Stage::new(10, "New"), Stage::new(11, "Quoted")])],
    ///     users: vec![User::new(7, "Ann Lee", "")],
    ///     ..Account::default()
    /// };
    /// let file = b"Email,Opportunity Name,Stage,Opportunity Owner\nbo@example.com,Roof,quoted,Ann Lee\n";
    /// let plan = Import::new().plan(Source::from_bytes(&file[..]), &mut MemoryStorage::new(account))?;
    /// let deal = plan.steps().find(|step| step.object() == Object::Opportunity).unwrap();
    /// let mut shown = Vec::new();
    /// for change in deal.changes().iter() {
    ///     shown.push(format!("{}: {}", change.key(), plan.account().shown(change.field(), &change.text())));
    /// }
    /// assert!(shown.contains(&"stage: Quoted".to_owned()) && shown.contains(&"owner: Ann Lee".to_owned()));
    /// # Ok::<(), crm_import::Error<crm_import::storage::StorageError>>(())
    /// ```
    pub fn shown<'a>(&'a self, field: &Field, value: &'a str) -> &'a str {
        let names: Vec<&str> = match field.kind {
            FieldKind::Pipeline => {
                let own = self.pipelines.iter().filter(|pipeline| pipeline.id == value);
                own.map(|pipeline| &*pipeline.name).collect()
            }
            FieldKind::Stage => {
                let all = self.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
                all.filter(|stage| stage.id == value).map(|stage| &*stage.name).collect()
            }
            FieldKind::User => {
                let own = self.users.iter().filter(|user| user.id == value);
                own.map(|user| if user.name.is_empty() { &*user.email } else { &*user.name })
                    .collect()
            }
            _ => return value,
        };
        match names.split_first() {
            Some((name, others)) if others.iter().all(|other| other == name) => name,
            _ => value,
        }
    }

    /// What a choice field may hold: its own options if it is a custom field, those that the account lists if
    /// it is a standard one.
    pub(crate) fn options_of<'a>(&'a self, field: &'a Field) -> &'a [String] {
        match field.is_custom {
            true => &field.options,
            false => self.options.get(&field.key).map_or(&[], Vec::as_slice),
        }
    }

    /// The catalogue of the account's fields: the standard ones it has, and the custom ones.
    pub fn fields(&self) -> Fields {
        let all = Fields::with_custom(&self.custom_fields);
        let own = self.standard_fields.iter();
        own.fold(all, |fields, (object, keys)| fields.only(*object, keys))
            .with_room(&self.max_chars, &self.max_decimals)
            .matched_by(self.dedup.contacts.iter().map(|rule| rule.0.as_slice()))
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

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which phone numbers are accepted (behaviour V6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRule {
    /// Numbers that are valid under the numbering plan of their region.
    #[default]
    Valid,
    /// Numbers whose length is possible there.
    Possible,
}

/// A pipeline: an ordered list of stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its id, which is what storage sees.
    pub id: String,
    /// Its name, which is what files say.
    pub name: String,
    /// Its stages, in order. A new opportunity without a stage gets the first.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// A pipeline with these stages, in order.
    ///
    /// ```
    /// use crm_import::account::{Pipeline, Stage};
    ///
    /// // The ids are the numbers of two tables.
    /// let sales = Pipeline::new(1, "Sales", [Stage::new(10, "New"), Stage::new(11, "Proposal")]);
    /// assert_eq!((&*sales.id, &*sales.stages[1].id), ("1", "11"));
    /// ```
    pub fn new(
        id: impl fmt::Display,
        name: impl Into<String>,
        stages: impl IntoIterator<Item = Stage>,
    ) -> Self {
        let stages = stages.into_iter().collect();
        Pipeline { id: id.to_string(), name: name.into(), stages }
    }
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its id, which is what storage sees.
    pub id: String,
    /// Its name, which is what files say.
    pub name: String,
}

impl Stage {
    /// A stage with this id and name.
    pub fn new(id: impl fmt::Display, name: impl Into<String>) -> Self {
        Stage { id: id.to_string(), name: name.into() }
    }
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

impl User {
    /// A user with this id, name and e-mail address; either of the latter may be "".
    ///
    /// ```
    /// use crm_import::account::User;
    /// use crm_import::{Account, Import, MemoryStorage, Object, RowNumber, Source};
    ///
    /// let users = vec![User::new(7, "Ann Lee", "ann@example.com"), User::new(8, "Bo Kim", "")];
    /// let mut crm = MemoryStorage::new(Account { users, ..Account::default() });
    /// let file = Source::from_bytes(&b"Email,Owner\nana@example.org,Kim Bo\n"[..]);
    /// let plan = Import::new().plan(file, &mut crm)?;
    /// let ana = plan.row(RowNumber(1)).unwrap().side(Object::Contact).unwrap();
    /// let (_, owner) = ana.values().into_iter().find(|(field, _)| field.key == "owner").unwrap();
    /// assert_eq!(owner[0].to_string(), "8"); // found by either order of the name
    /// # Ok::<(), crm_import::Error<crm_import::storage::StorageError>>(())
    /// ```
    pub fn new(id: impl fmt::Display, name: impl Into<String>, email: impl Into<String>) -> Self {
        User { id: id.to_string(), name: name.into(), email: email.into() }
    }
}
