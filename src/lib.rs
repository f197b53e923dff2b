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
//! An application embeds the crate by implementing two traits over its own tables: [`Storage`] to plan, and
//! [`StorageWrite`] to apply; or [`AsyncStorage`] and [`AsyncStorageWrite`] with `async fn`. An import then
//!
//! 1. maps the columns of the file to fields,
//! 2. pairs the contact and the opportunity on each row,
//! 3. finds out who exists already, under the account's [policy](account::DedupPolicy),
//! 4. plans every create and update, as an exact [`Plan`] to review before anything is written, and
//! 5. applies the plan, and accounts for every row in a [`Report`].
//!
//! Bad data never stops an import. A row that cannot be used gets an [`Issue`] that says what to do about it, and
//! the other rows are imported.
//!
//! These words have a fixed meaning. A *row* of the file has two *sides*, its contact and its opportunity, either of
//! which may be missing. A *record* is what your storage holds. A *key* (an id, an e-mail address, a phone number)
//! leads from a side to its record. A *step* creates or updates one record.
//!
//! # Where to read on
//!
//! | to | read |
//! |---|---|
//! | plan and apply | [`Import`], [`Plan`], [`Report`] |
//! | find the item for a task | [`guide::tasks`] |
//! | write an adapter for your database | [`guide::adapters`], [`storage`] |
//! | map columns | [`mapping`] |
//! | decide which contacts are the same person | [`dedup`] |
//! | see how the sides of a row are paired | [`pairing`] |
//! | read unusual files | [`source`] |
//! | see what a value may look like | [`normalize`], [`field`] |
//! | look up a rule, such as *behaviour M5* | [`guide::rules`] |
//! | understand how the crate is built | [`guide::architecture`] |
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `phone` | yes | the numbering plans of all countries; without it, only North American phones and those that begin with `+` are read |
//! | `encoding` | yes | legacy encodings, declared or detected; without it, only UTF-8, UTF-16 and UTF-32 are read |
//! | `tracing` | no | [spans and events](guide::adapters#watching-it-in-production) for look-ups and batches |

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
mod lock;
pub mod lookup;
pub mod mapping;
mod maps;
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
pub use storage::{AsyncStorage, AsyncStorageWrite, MemoryStorage, Storage, StorageWrite};
pub use value::{Phone, Value};

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
