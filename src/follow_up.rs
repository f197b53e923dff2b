//! [`FollowUp`]: a tag, list or workflow for the imported contacts (behaviour §13).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something to do with the imported contacts besides writing them: tag them, put them on a list, start a
/// workflow (article, step 5).
///
/// Each contact gets it once, however often an import is resumed. Storage says which kinds it
/// [supports](crate::StorageWrite::supports); an import with another one is refused before the first write.
///
/// ```
/// use crm_import::{FollowUp, Import, Scope};
///
/// let import = Import::new()
///     .follow_up(FollowUp::Tag("spring fair".into(), Scope::All))
///     .follow_up(FollowUp::List("new leads".into(), Scope::Created));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FollowUp {
    /// Add this tag to the contact.
    Tag(String, Scope),
    /// Put the contact on this list.
    List(String, Scope),
    /// Start this workflow for the contact.
    Workflow(String, Scope),
}

impl FollowUp {
    /// Its kind.
    pub fn kind(&self) -> FollowUpKind {
        match self {
            FollowUp::Tag(..) => FollowUpKind::Tag,
            FollowUp::List(..) => FollowUpKind::List,
            FollowUp::Workflow(..) => FollowUpKind::Workflow,
        }
    }

    /// The name of the tag, list or workflow.
    pub fn name(&self) -> &str {
        match self {
            FollowUp::Tag(name, _) | FollowUp::List(name, _) | FollowUp::Workflow(name, _) => name,
        }
    }

    /// Which contacts it is for.
    pub fn scope(&self) -> Scope {
        match self {
            FollowUp::Tag(_, scope) | FollowUp::List(_, scope) | FollowUp::Workflow(_, scope) => {
                *scope
            }
        }
    }

    /// A follow-up of this kind with the scope that HighLevel gives it: lists are for the contacts that the import
    /// creates, tags and workflows for all (F1).
    pub fn of(kind: FollowUpKind, name: impl Into<String>) -> Self {
        match kind {
            FollowUpKind::Tag => FollowUp::Tag(name.into(), Scope::All),
            FollowUpKind::List => FollowUp::List(name.into(), Scope::Created),
            FollowUpKind::Workflow => FollowUp::Workflow(name.into(), Scope::All),
        }
    }
}

/// Which contacts a follow-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The contacts that the import creates.
    Created,
    /// The contacts that existed before.
    Updated,
    /// All contacts that the import names, whether created, updated or unchanged.
    All,
}

impl Scope {
    /// Whether a contact is within the scope, given whether the import has created it.
    pub(crate) fn includes(self, is_created: bool) -> bool {
        match self {
            Scope::Created => is_created,
            Scope::Updated => !is_created,
            Scope::All => true,
        }
    }
}

/// The kind of a [`FollowUp`]. Storage says which kinds it [supports](crate::StorageWrite::supports).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// Add a tag. Tags are a field, so every storage that has it supports this.
    Tag,
    /// Put the contact on a list.
    List,
    /// Start a workflow for the contact.
    Workflow,
}

impl FollowUpKind {
    /// The name used in files and JSON: `tag`, `list` or `workflow`.
    pub const fn name(self) -> &'static str {
        match self {
            FollowUpKind::Tag => "tag",
            FollowUpKind::List => "list",
            FollowUpKind::Workflow => "workflow",
        }
    }
}

impl fmt::Display for FollowUpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
