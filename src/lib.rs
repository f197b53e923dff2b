//! Plan and apply CSV imports of contacts and opportunities into any CRM.

pub mod account;
pub mod field;
mod issue;
pub mod mapping;
pub mod normalize;
mod object;
pub mod source;
mod value;

pub mod dedup {
    //! How contacts are matched.
    pub use crate::account::DedupPolicy;
}

pub use account::Account;
pub use field::{CustomField, Field, FieldId, FieldKind, Fields};
pub use issue::{Issue, IssueCode, Severity};
pub use mapping::Mapping;
pub use object::{Mode, Object, RecordId, RowNumber};
pub use value::{Phone, Value};
