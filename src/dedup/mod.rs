//! How contacts are recognised: the [`DedupPolicy`] of the account, and the keys of records.
//!
//! The policy is a list of [match rules](MatchRule). A row is compared by one rule after the other, with stored
//! contacts and with the contacts of earlier rows. The first rule that finds a contact decides (behaviour §4).
//!
//! ```
//! use crm_import::dedup::{record_keys, DedupPolicy};
//! use crm_import::{Account, Fields, Object};
//!
//! let policy = DedupPolicy::by([vec!["email"], vec!["first_name", "last_name", "phone"]]);
//! let account = Account { default_country: Some("US".into()), ..Account::default() };
//! let ana = |field: &str| match field {
//!     "first_name" => vec!["Ana".to_owned()],
//!     "last_name" => vec!["LEE".to_owned()],
//!     "phone" => vec!["(206) 555-0123".to_owned()],
//!     _ => vec![],
//! };
//! let keys = record_keys(Object::Contact, &policy.contacts[1].0, &Fields::standard(), &account, ana);
//! assert_eq!(keys, [["ana", "lee", "+12065550123"]]);
//! ```

mod key_index;
mod key_numbers;
mod record_keys;
mod verdict;

pub use crate::account::{Ambiguous, Conflict, DedupPolicy, Keyless, MatchRule, Promote, Repeats};
pub(crate) use key_index::{Holder, KeyIndex};
pub(crate) use key_numbers::{KeyNumber, KeyNumbers, KeyPlace};
pub use record_keys::{ContactKey, ContactKeys, record_keys};
pub(crate) use verdict::{Candidates, Verdict, decide};
