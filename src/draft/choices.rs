//! [`Choices`]: what a cell may say where the account decides.

use hashbrown::HashMap;

use crate::account::{Account, PhoneRule};
use crate::field::{FieldId, FieldKind, Fields};
use crate::issue::IssueCode;
use crate::normalize::{self, OptionSet, STATUSES};

/// The users, pipelines, stages and options of the account, by all names that cells may use.
#[derive(Debug)]
pub(crate) struct Choices {
    pub(crate) phone_rule: PhoneRule,
    users: OptionSet,
    statuses: OptionSet,
    pipelines: OptionSet,
    /// Per pipeline.
    stages: Vec<OptionSet>,
    options: HashMap<FieldId, OptionSet, foldhash::fast::RandomState>,
}

impl Choices {
    pub(crate) fn new(account: &Account, fields: &Fields) -> Self {
        let mut options = HashMap::default();
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
        }
        Choices {
            phone_rule: account.phones,
            users: OptionSet::of_users(&account.users),
            statuses: OptionSet::of_labels(STATUSES),
            pipelines: OptionSet::of_pipelines(&account.pipelines),
            stages: account.pipelines.iter().map(OptionSet::of_stages).collect(),
            options,
        }
    }

    pub(crate) fn user(&self, cell: &str) -> Result<&str, IssueCode> {
        // `Last, First` is `Last First`, and `First Last` where the last name has several words.
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
        let at = self.users.find(cell).or_else(turned).map_err(|code| match code {
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

    /// The id of a pipeline by id or name; in an account without pipelines any text.
    pub(crate) fn pipeline<'b>(&'b self, cell: &'b str) -> Result<&'b str, IssueCode> {
        if self.pipelines.is_empty() {
            return normalize::text(cell);
        }
        self.pipelines
            .find(cell)
            .map(|at| self.pipelines.id(at))
            .map_err(|_| IssueCode::PipelineUnknown)
    }

    /// The id of a stage of a pipeline (by id), by id or name.
    pub(crate) fn stage<'b>(&'b self, pipeline: &str, cell: &'b str) -> Result<&'b str, IssueCode> {
        let Some(stages) = self.stages_of(pipeline) else {
            return if self.pipelines.is_empty() {
                normalize::text(cell)
            } else {
                Err(IssueCode::StageUnknown)
            };
        };
        stages.find(cell).map(|at| stages.id(at)).map_err(|_| IssueCode::StageUnknown)
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

    /// The only pipeline there is.
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

    /// What might have been meant.
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

    /// What there is to choose from if that is little, else what might have been meant, in words.
    pub(crate) fn meant(
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
        // Users are many, and statuses are told by the remedy.
        let are_told = !matches!(kind, FieldKind::User | FieldKind::Status);
        let (said, names) = match labels.len() {
            0 => return None,
            1 if are_told => (one, labels),
            ..=FEW if are_told => (all, labels),
            _ => (STAGES[2], set.nearest(cell, NEAREST)),
        };
        (!names.is_empty()).then(|| format!("{said} {}", names.join(", ")))
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

/// So many are named as what might have been meant.
const NEAREST: usize = 3;

/// So many are named as what there is.
const FEW: usize = 6;

/// What is said of the stages behind the name of their pipeline.
const STAGES: [&str; 3] = ["its only stage is", "its stages are", "the nearest are"];

/// A pipeline with what is said of its stages.
pub(crate) fn pipeline_and_stages(pipeline: &str, stages: Option<String>) -> String {
    stages.map_or_else(|| pipeline.to_owned(), |stages| format!("{pipeline}; {stages}"))
}

/// The pipeline of [`pipeline_and_stages`].
pub(crate) fn pipeline_of(told: &str) -> &str {
    let said = |said: &&str| told.find(&format!("; {said} "));
    let end = STAGES.iter().filter_map(said).min();
    &told[..end.unwrap_or(told.len())]
}
