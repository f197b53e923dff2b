//! Plan and apply CSV imports of contacts and opportunities into any CRM.
//!
//! ```
//! use crm_import::{Import, MemoryStorage, Object, Source};
//!
//! let file = Source::from_bytes("\
//! First Name,Email,Opportunity Name
//! Ana,ana@example.com,Roof
//! Ana,ANA@example.com,Garage
//! ".as_bytes());
//! let mut crm = MemoryStorage::default();
//! let import = Import::new();
//! let plan = import.plan(file, &mut crm)?; // nothing is written yet
//! assert_eq!(plan.stats().contacts.create, 1); // both rows are Ana
//! assert_eq!(plan.stats().links, 2);
//!
//! let report = import.apply(plan, &mut crm)?;
//! assert_eq!(report.stats().opportunities.create, 2);
//! assert_eq!(crm.len(Object::Contact), 1);
//! # Ok::<(), crm_import::Error<crm_import::storage::StorageError>>(())
//! ```
//!
//! An application embeds the crate by implementing [`Storage`] (to plan) and [`StorageWrite`] (to
//! apply) over its own tables. The import then maps the columns, pairs the contact and the
//! opportunity on each row, finds out who exists already under the account's
//! [policy](account::DedupPolicy), plans every create and update exactly, shows that [`Plan`] before
//! anything is written, applies it, and accounts for every row in a [`Report`].
//!
//! | to do this | read that |
//! |---|---|
//! | plan and apply | [`Import`], [`Plan`], [`Report`] |
//! | find the item for a task | [`guide::tasks`] |
//! | keep it in your database | [`guide::adapters`], [`storage`] |
//! | map columns | [`mapping`] |
//! | say who is the same person | [`dedup`] |
//! | see how rows pair | [`pairing`] |
//! | read unusual files | [`source`] |
//! | know what a value may look like | [`normalize`] |
//! | look up a rule, such as *behaviour M5* | [`guide::rules`] |
//! | understand how it is built | [`guide::architecture`] |

pub mod account;
mod apply;
pub mod dedup;
#[cfg(test)]
mod dice;
mod draft;
mod error;
pub mod field;
mod follow_up;
pub mod guide;
mod import;
mod issue;
pub mod lookup;
pub mod mapping;
mod merge;
pub mod normalize;
mod object;
pub mod pairing;
pub mod plan;
mod planner;
pub mod source;
pub mod storage;
mod trace;
mod value;

pub use account::Account;
pub use apply::{Control, ErrorBudget, ErrorLog, Event, Progress, Report, Status, Written};
pub use error::{ConfigError, Error};
pub use field::{CustomField, Field, FieldId, FieldKind, Fields};
pub use follow_up::{FollowUp, FollowUpKind, Scope};
pub use import::Import;
pub use issue::{ERROR_LOG_COLUMNS, Issue, IssueCode, Severity};
pub use mapping::Mapping;
pub use object::{Mode, Object, RecordId, RowNumber};
pub use plan::{Outcome, Plan, Stats, Step};
pub use source::Source;
pub use storage::{MemoryStorage, Storage, StorageWrite};
pub use value::{Phone, Value};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
