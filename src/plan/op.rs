//! [`Op`]: what a step does to its record.

use serde::{Deserialize, Serialize};

/// Is the record new?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is to be created, unless a record with this step's token is there already.
    Create,
    /// It is there and shall change, if it still has the version that was read.
    Update,
}
