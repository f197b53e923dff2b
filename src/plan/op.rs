//! [`Op`]: what a step does to its record.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a step does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Create it.
    Create,
    /// Update it, if it still has the version that was read.
    Update,
}

impl Op {
    /// The name used in JSON: `create` or `update`.
    pub const fn name(self) -> &'static str {
        match self {
            Op::Create => "create",
            Op::Update => "update",
        }
    }

    /// The operation with this [name](Self::name), to read back what was stored with a
    /// [token](crate::storage::Token).
    pub fn named(name: &str) -> Option<Self> {
        [Op::Create, Op::Update].into_iter().find(|op| op.name() == name)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
