//! [`Choices`]: what a cell may say where the account has a list.

use crate::account::{Account, PhoneRule};
use crate::field::{FieldId, FieldKind, Fields};
use crate::issue::IssueCode;
use crate::maps::Map;
use crate::normalize::{self, OptionSet, STATUSES};

/// The users, statuses, pipelines, stages and options of the account, under all names that a cell may use.
#[derive(Debug)]
pub(crate) struct Choices {
    pub(crate) phone_rule: PhoneRule,
    users: OptionSet,
    statuses: OptionSet,
    pipelines: OptionSet,
    /// The stages of each pipeline, in the order of the pipelines.
    stages: Vec<OptionSet>,
    options: Map<FieldId, OptionSet>,
    /// The fields with an option whose label contains signs that may separate items, and the highest number of such
    /// signs in a label.
    marks: Map<FieldId, usize>,
}

impl Choices {
    pub(crate) fn new(account: &Account, fields: &Fields) -> Self {
        let (mut options, mut marks) = (Map::default(), Map::default());
        for (id, field) in fields.iter() {
            let listed = match field.kind {
                FieldKind::SingleChoice | FieldKind::MultipleChoice if field.is_custom => {
                    &field.options
                }
                FieldKind::SingleChoice | FieldKind::MultipleChoice | FieldKind::Timezone => {
                    match account.options.get(&field.key) {
                        Some(listed) => listed,
                        None => continue,
                    }
                }
                _ => continue,
            };
            if !listed.is_empty() {
                options.insert(id, OptionSet::of_labels(listed));
            }
            if let Some(most) =
                listed.iter().map(|label| marks_in(label)).max().filter(|most| *most > 0)
            {
                marks.insert(id, most);
            }
        }
        Choices {
            phone_rule: account.phones,
            users: OptionSet::of_users(&account.users),
            statuses: OptionSet::of_labels(STATUSES),
            pipelines: OptionSet::of_pipelines(&account.pipelines),
            stages: account.pipelines.iter().map(OptionSet::of_stages).collect(),
            options,
            marks,
        }
    }

    pub(crate) fn user(&self, cell: &str) -> Result<&str, IssueCode> {
        // `Last, First` is looked up as `Last First`, and then as `First Last`, which finds a last name of several
        // words.
        let turned = |code| match cell.split_once(',') {
            Some((last, first)) => {
                let (last, first) = (normalize::trim(last), normalize::trim(first));
                let found = self.users.find(&format!("{last} {first}"));
                found.or_else(|code| match code {
                    IssueCode::OptionUnknown => self.users.find(&format!("{first} {last}")),
                    other => Err(other),
                })
            }
            None => Err(code),
        };
        let at = self.users.find(cell).or_else(turned);
        // `Ann Lee (ann@example.com)`: the address behind the name tells her from others who are called so.
        let addressed = |code| match in_brackets(cell) {
            Some((_, address)) if address.contains('@') => self.users.find(address),
            _ => Err(code),
        };
        let at = at.or_else(addressed).map_err(|code| match code {
            IssueCode::OptionAmbiguous => IssueCode::OwnerAmbiguous,
            _ => IssueCode::OwnerUnknown,
        })?;
        Ok(self.users.id(at))
    }

    pub(crate) fn status(&self, cell: &str) -> Result<&str, IssueCode> {
        self.statuses
            .find(cell)
            .map(|at| self.statuses.id(at))
            .map_err(|_| IssueCode::StatusUnknown)
    }

    /// Finds a pipeline by id or name, and returns its id. In an account without pipelines any text will do.
    pub(crate) fn pipeline<'b>(&'b self, cell: &'b str) -> Result<&'b str, IssueCode> {
        if self.pipelines.is_empty() {
            return normalize::text(cell);
        }
        self.pipelines.find(cell).map(|at| self.pipelines.id(at)).map_err(|code| match code {
            IssueCode::OptionAmbiguous => IssueCode::PipelineAmbiguous,
            _ => IssueCode::PipelineUnknown,
        })
    }

    /// Finds a stage by id or name in the pipeline with this id, and returns its id.
    pub(crate) fn stage<'b>(&'b self, pipeline: &str, cell: &'b str) -> Result<&'b str, IssueCode> {
        let Some(stages) = self.stages_of(pipeline) else {
            return if self.pipelines.is_empty() {
                normalize::text(cell)
            } else {
                Err(IssueCode::StageUnknown)
            };
        };
        // `New (Sales)` says the pipeline once more, as HubSpot does.
        let with_pipeline = |code| match in_brackets(cell) {
            Some((stage, of)) if self.pipelines.find(of) == self.pipelines.find(pipeline) => {
                stages.find(stage)
            }
            _ => Err(code),
        };
        let at = stages.find(cell).or_else(with_pipeline);
        at.map(|at| stages.id(at)).map_err(|code| match code {
            IssueCode::OptionAmbiguous => IssueCode::StageAmbiguous,
            _ => IssueCode::StageUnknown,
        })
    }

    /// Whether any pipeline has this stage.
    pub(crate) fn is_stage(&self, cell: &str) -> bool {
        self.stages.iter().any(|stages| stages.find(cell).is_ok())
    }

    /// The first stage of a pipeline.
    pub(crate) fn first_stage(&self, pipeline: &str) -> Option<&str> {
        self.stages_of(pipeline).filter(|stages| !stages.is_empty()).map(|stages| stages.id(0))
    }

    pub(crate) fn pipeline_label<'b>(&'b self, id: &'b str) -> &'b str {
        self.pipelines.find(id).map_or(id, |at| self.pipelines.label(at))
    }

    pub(crate) fn has_pipelines(&self) -> bool {
        !self.pipelines.is_empty()
    }

    /// The account's pipeline, if it has just one.
    pub(crate) fn only_pipeline(&self) -> Option<&str> {
        (self.pipelines.len() == 1).then(|| self.pipelines.id(0))
    }

    pub(crate) fn option<'b>(
        &'b self,
        field: FieldId,
        cell: &'b str,
    ) -> Result<&'b str, IssueCode> {
        match self.options.get(&field) {
            Some(options) => options.find(cell).map(|at| options.id(at)),
            None => normalize::text(cell),
        }
    }

    pub(crate) fn has_options(&self, field: FieldId) -> bool {
        self.options.contains_key(&field)
    }

    /// The highest number of items that an option of the field may be split into.
    pub(crate) fn most_parts(&self, field: FieldId) -> usize {
        1 + self.marks.get(&field).copied().unwrap_or_default()
    }

    /// The options or users that the account lists for a field, if its values are chosen from such a list.
    pub(crate) fn listed(&self, kind: FieldKind, field: FieldId) -> Option<&OptionSet> {
        match kind {
            FieldKind::User => Some(&self.users),
            FieldKind::SingleChoice | FieldKind::MultipleChoice => self.options.get(&field),
            _ => None,
        }
    }

    /// The choices that a cell may have meant.
    pub(crate) fn nearest(
        &self,
        kind: FieldKind,
        field: FieldId,
        pipeline: &str,
        cell: &str,
    ) -> Vec<&str> {
        let set = self.set(kind, field, pipeline);
        set.map_or_else(Vec::new, |set| set.nearest(cell, NEAREST))
    }

    /// What to suggest instead of a cell, in words: all there is to choose from, if that is little, or else
    /// what the cell may have meant.
    pub(crate) fn suggestion(
        &self,
        kind: FieldKind,
        field: FieldId,
        pipeline: &str,
        cell: &str,
    ) -> Option<String> {
        let (one, all) = match kind {
            FieldKind::Pipeline => ("the only pipeline is", "the pipelines are"),
            FieldKind::Stage => (STAGES[0], STAGES[1]),
            _ => ("the only option is", "the options are"),
        };
        let set = self.set(kind, field, pipeline)?;
        let labels = set.labels();
        // There are too many users, and the remedy of the issue lists the statuses.
        let are_told = !matches!(kind, FieldKind::User | FieldKind::Status);
        let (said, names) = match labels.len() {
            0 => return None,
            1 if are_told => (one, labels),
            ..=FEW if are_told => (all, labels),
            _ => match set.nearest(cell, NEAREST) {
                near if near.len() == 1 => (STAGES[3], near),
                near => (STAGES[2], near),
            },
        };
        // A label with a comma in it would look like two.
        let between = if names.iter().any(|name| name.contains(',')) { "; " } else { ", " };
        (!names.is_empty()).then(|| format!("{said} {}", names.join(between)))
    }

    fn set(&self, kind: FieldKind, field: FieldId, pipeline: &str) -> Option<&OptionSet> {
        match kind {
            FieldKind::User => Some(&self.users),
            FieldKind::Status => Some(&self.statuses),
            FieldKind::Pipeline => Some(&self.pipelines),
            FieldKind::Stage => self.stages_of(pipeline),
            _ => self.options.get(&field),
        }
    }

    fn stages_of(&self, pipeline: &str) -> Option<&OptionSet> {
        let at = self.pipelines.find(pipeline).ok()?;
        self.stages.get(at)
    }
}

/// A text and what stands behind it in brackets: `Ann Lee (ann@example.com)`, `Ann Lee <ann@example.com>`.
fn in_brackets(text: &str) -> Option<(&str, &str)> {
    let (open, inner) = match text.strip_suffix(')') {
        Some(inner) => ('(', inner),
        None => ('<', text.strip_suffix('>')?),
    };
    let (before, inside) = inner.rsplit_once(open)?;
    Some((normalize::trim(before), normalize::trim(inside)))
}

/// The number of signs in a label that may separate items.
fn marks_in(label: &str) -> usize {
    label.chars().filter(|sign| !sign.is_alphanumeric() && *sign != ' ').count()
}

/// The most choices that are named as what a cell may have meant.
const NEAREST: usize = 3;

/// If there are no more choices than this, all are named.
const FEW: usize = 6;

/// How the stages are introduced after the name of their pipeline: if there is one, if there are few, if there
/// are many, and if just one of many is near.
const STAGES: [&str; 4] =
    ["its only stage is", "its stages are", "the nearest are", "the nearest is"];

/// The detail of an issue about a stage: the pipeline, and what is suggested of its stages.
pub(crate) fn pipeline_and_stages(pipeline: &str, stages: Option<String>) -> String {
    stages.map_or_else(|| pipeline.to_owned(), |stages| format!("{pipeline}; {stages}"))
}

/// The pipeline in a text of [`pipeline_and_stages`].
pub(crate) fn pipeline_of(told: &str) -> &str {
    let said = |said: &&str| told.find(&format!("; {said} "));
    let end = STAGES.iter().filter_map(said).min();
    &told[..end.unwrap_or(told.len())]
}
