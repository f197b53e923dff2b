//! [`FollowUp`]: something to do with imported contacts besides writing them (behaviour §13).

use serde::{Deserialize, Serialize};

/// Something to do with imported contacts besides writing them (article, step 5).
///
/// Each contact gets it once, however often an import is resumed. Storage says which kinds it
/// [can do](crate::StorageWrite::supports); one that it cannot do is refused before the first write.
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
    /// Give it this tag.
    Tag(String, Scope),
    /// Put it on this list.
    List(String, Scope),
    /// Start this workflow with it.
    Workflow(String, Scope),
}

impl FollowUp {
    /// What kind it is, without its name.
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

    /// A follow-up of this kind with HighLevel's scope: a list is for the contacts that the import creates, tags
    /// and workflows are for all (F1).
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
    /// Those that the import creates.
    Created,
    /// Those that were there before.
    Updated,
    /// All that the import names: created, updated or unchanged.
    All,
}

/// The kinds of [`FollowUp`], by which a storage says what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// Add a tag. Tags are a field, so every storage can.
    Tag,
    /// Put it on a list.
    List,
    /// Start a workflow with it.
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
