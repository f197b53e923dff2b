//! The question to storage, [`Lookup`], and what collects its answers, [`Found`].
//!
//! Planning asks storage in batches: once for each window of rows and each object. A [`Lookup`] holds the distinct keys
//! that were not asked for before, as sorted parallel columns, which a database takes as array parameters. Storage
//! adds its answers to a [`Found`], in any order. An answer may be repeated, as a join does.
//!
//! ```
//! # use crm_import::lookup::{Found, Lookup};
//! # use crm_import::Object;
//! struct Customer { id: u32, email: String, first_name: String }
//!
//! fn find(customers: &[Customer], lookup: &Lookup<'_>, found: &mut Found) {
//!     for block in lookup.blocks().iter().filter(|block| block.is_rule(&["email"])) {
//!         for email in block.column(0) {
//!             for c in customers.iter().filter(|c| c.email.to_lowercase() == *email) {
//!                 found
//!                     .record(&c.id.to_string())
//!                     .key("email", email)
//!                     .value("email", &c.email)
//!                     .value("first_name", &c.first_name);
//!             }
//!         }
//!     }
//! }
//! # let customers = [Customer { id: 7, email: "ANA@example.com".into(), first_name: "Ana".into() }];
//! # let asked = Lookup::sample(Object::Contact, &[(&["email"], &[&["ana@example.com"]])]);
//! # let mut found = Found::default();
//! # find(&customers, &asked, &mut found);
//! # assert_eq!(found.len(), 1);
//! ```

mod answers;
mod found;
mod number_table;
mod question;
mod sorting;

pub(crate) use answers::{Answers, DeclaredKey, StoredId};
pub use found::{FieldRef, Found, FoundRecord};
pub(crate) use number_table::{NumberTable, Search};
pub(crate) use question::{PART_SEPARATOR, Question};

use crate::field::{Field, FieldId, Fields};
use crate::object::Object;

/// One question to storage: which records of one object answer any of these keys?
///
/// A record answers if its id is among [`ids`](Self::ids), if it is an opportunity of one of the contacts in
/// [`contact_ids`](Self::contact_ids), or if it carries all values of a row in one of the
/// [`blocks`](Self::blocks). Ids are sorted by their bytes, and so are the keys of a block; none occurs twice.
#[derive(Debug)]
pub struct Lookup<'a> {
    pub(crate) object: Object,
    pub(crate) ids: Vec<&'a str>,
    pub(crate) contact_ids: Vec<&'a str>,
    pub(crate) blocks: Vec<MatchBlock<'a>>,
    pub(crate) wanted: &'a [FieldId],
    pub(crate) fields: &'a Fields,
}

impl<'a> Lookup<'a> {
    /// The object that is asked about.
    pub fn object(&self) -> Object {
        self.object
    }

    /// Ids of records of this object.
    pub fn ids(&self) -> &[&'a str] {
        &self.ids
    }

    /// Ids of contacts whose opportunities are wanted; empty when asking about contacts.
    pub fn contact_ids(&self) -> &[&'a str] {
        &self.contact_ids
    }

    /// The keys to match: one block for each match rule that has keys. Empty when asking about opportunities, because
    /// the planner matches the [opportunities of a contact](Self::contact_ids) itself.
    pub fn blocks(&self) -> &[MatchBlock<'a>] {
        &self.blocks
    }

    /// The fields whose values the plan needs to find out what would change. Values of other fields are ignored.
    pub fn wanted(&self) -> impl Iterator<Item = &'a Field> + '_ {
        self.wanted.iter().map(|&id| self.fields.get(id))
    }

    /// Whether nothing is asked for. A look-up that storage receives is never empty.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.contact_ids.is_empty() && self.blocks.is_empty()
    }

    /// The number of keys that are asked for, ids included.
    pub fn len(&self) -> usize {
        let keys: usize = self.blocks.iter().map(MatchBlock::len).sum();
        self.ids.len() + self.contact_ids.len() + keys
    }

    /// A lookup of your own, to test an adapter. Each rule has its fields, and a column of values for each field.
    ///
    /// ```
    /// use crm_import::{lookup::Lookup, Object};
    ///
    /// let asked = Lookup::sample(Object::Contact, &[(&["email"], &[&["ana@example.com"]])]);
    /// assert_eq!(asked.blocks()[0].column(0), ["ana@example.com"]);
    /// ```
    pub fn sample(object: Object, rules: &[(&[&'a str], &[&[&'a str]])]) -> Lookup<'a> {
        static FIELDS: std::sync::LazyLock<Fields> = std::sync::LazyLock::new(Fields::standard);
        let block = |(fields, columns): &(&[&'a str], &[&[&'a str]])| MatchBlock {
            fields: fields.to_vec(),
            columns: columns.iter().map(|column| column.to_vec()).collect(),
        };
        Lookup {
            object,
            ids: Vec::new(),
            contact_ids: Vec::new(),
            blocks: rules.iter().map(block).collect(),
            wanted: &[],
            fields: &FIELDS,
        }
    }
}

/// The keys of one match rule as parallel columns: row `i` of every column together is one key.
///
/// For a rule of one field that is one column, `WHERE email = ANY($1)`; for a combined rule it is
/// `(first_name, last_name, email) IN (SELECT * FROM unnest($1, $2, $3))`. E-mail addresses are in
/// lower case, phones in E.164 (`+12065550123`, with `;ext=17` where there is an extension), names
/// and other texts in lower case with single spaces and each letter in one piece (Unicode NFC).
#[derive(Clone, Debug)]
pub struct MatchBlock<'a> {
    pub(crate) fields: Vec<&'a str>,
    pub(crate) columns: Vec<Vec<&'a str>>,
}

impl<'a> MatchBlock<'a> {
    /// The field keys of the rule. `email` stands for the primary and the additional addresses,
    /// `phone` likewise (behaviour M3).
    pub fn fields(&self) -> &[&'a str] {
        &self.fields
    }

    /// The [name](crate::dedup::MatchRule::name) of the rule: its fields joined with `+`. A table of
    /// [keys](crate::dedup::ContactKeys) has them under this name.
    pub fn rule(&self) -> String {
        self.fields.join("+")
    }

    /// Whether this is the block of the rule with exactly these fields, in this order.
    pub fn is_rule(&self, fields: &[&str]) -> bool {
        self.fields == fields
    }

    /// The values of one of the rule's fields, one for each key.
    ///
    /// # Panics
    /// If the rule has no field at that position.
    pub fn column(&self, field: usize) -> &[&'a str] {
        &self.columns[field]
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// Whether there are no keys. Never true in a look-up that storage receives, because a rule without keys has no
    /// block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys one by one, each with the values of the rule's fields in order.
    pub fn keys(&self) -> impl Iterator<Item = Vec<&'a str>> + '_ {
        (0..self.len()).map(|at| self.columns.iter().map(|column| column[at]).collect())
    }
}
