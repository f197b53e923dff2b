//! [`Standing`]: where an opportunity stands, that is its pipeline, stage, status and lost reason.
//!
//! These four fields depend on each other. A stage belongs to its pipeline, so whatever moves an opportunity into
//! another pipeline also puts it into a stage of that pipeline (O7). A lost reason makes an open opportunity lost (O8).

use std::borrow::Cow;

use super::row_standing::{RowStanding, Said};
use crate::draft::{Cell, Column, Settings};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::merge::{Base, RowOf, RowRole, takes};
use crate::normalize;
use crate::value::Value;

/// The fields that depend on each other, as they are after the rows so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing<'p> {
    pub(crate) pipeline: Option<Cow<'p, str>>,
    pub(crate) stage: Option<Cow<'p, str>>,
    pub(crate) status: Option<Cow<'p, str>>,
    pub(crate) lost_reason: Option<Cow<'p, str>>,
    pub(crate) given: GivenStanding,
}

/// Which of the four fields a row of this file has given. A later blank does not clear them (W3), and a default does
/// not replace them (W6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GivenStanding {
    pipeline: bool,
    stage: bool,
    status: bool,
    lost_reason: bool,
}

impl GivenStanding {
    pub(crate) fn has(self, field: FieldId) -> bool {
        match field {
            FieldId::PIPELINE => self.pipeline,
            FieldId::STAGE => self.stage,
            FieldId::STATUS => self.status,
            _ => self.lost_reason,
        }
    }
}

/// A value of a row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: IssueCode,
    pub(crate) column: Option<u16>,
    /// The value, if the cell of the row may not show it: it may come from a constant or a default.
    pub(crate) said: Option<String>,
    pub(crate) detail: Option<String>,
}

impl Problem {
    /// A cell, or a constant, that cannot be used.
    fn of(code: IssueCode, column: &Column) -> Self {
        let said = column.constant_text().map(str::to_owned);
        Problem { code, column: column.index(), said, detail: None }
    }
}

/// How a row moves its opportunity between pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PipelineMove {
    /// It stays in its pipeline.
    Stays,
    /// It enters a pipeline, at the first stage unless the row says another.
    Enters,
    /// It is new and names a pipeline that does not exist. It will not be created, and its stage cannot be judged.
    Unknown,
}

impl<'p> Standing<'p> {
    /// The stored standing of an opportunity, with pipeline and stage as ids.
    pub(crate) fn stored(base: Base<'p>) -> Self {
        if base.is_new() {
            return Standing::default();
        }
        let choices = &base.settings.choices;
        let first =
            |field| base.shown(field).map(crate::normalize::trim).find(|text| !text.is_empty());
        let pipeline = first(FieldId::PIPELINE).map(|text| choices.pipeline(text).unwrap_or(text));
        let stage = first(FieldId::STAGE)
            .map(|text| choices.stage(pipeline.unwrap_or(""), text).unwrap_or(text));
        let status = first(FieldId::STATUS).map(|text| choices.status(text).unwrap_or(text));
        let reason = first(FieldId::LOST_REASON)
            .map(|text| choices.option(FieldId::LOST_REASON, text).unwrap_or(text));
        Standing {
            pipeline: pipeline.map(Cow::Borrowed),
            stage: stage.map(Cow::Borrowed),
            status: status.map(Cow::Borrowed),
            lost_reason: reason.map(Cow::Borrowed),
            given: GivenStanding {
                pipeline: base.is_given(FieldId::PIPELINE),
                stage: base.is_given(FieldId::STAGE),
                status: base.is_given(FieldId::STATUS),
                lost_reason: base.is_given(FieldId::LOST_REASON),
            },
        }
    }

    /// The standing of a new opportunity that this row brings. Values that cannot be used are handed to `problem`.
    pub(crate) fn brought_by(
        settings: &'p Settings,
        row: &RowOf<'p>,
        problem: impl FnMut(Problem),
    ) -> Self {
        let mut standing = Standing::default();
        standing.take(
            settings,
            RowStanding::of(settings, row, RowRole::Creates, GivenStanding::default()),
            problem,
        );
        standing
    }

    /// Takes what one more row says. Values that cannot be used are handed to `problem`. If the row creates the
    /// opportunity, whatever it leaves open gets its default (O6).
    pub(crate) fn take(
        &mut self,
        settings: &'p Settings,
        row: RowStanding<'p>,
        mut problem: impl FnMut(Problem),
    ) {
        let role = row.role;
        let moved = self.take_pipeline(settings, row.pipeline, role, &mut problem);
        if moved != PipelineMove::Stays {
            self.stage = None;
        }
        if moved != PipelineMove::Unknown {
            self.take_stage(settings, row.stage, role, &mut problem);
        }
        if moved == PipelineMove::Enters && self.stage.is_none() {
            let pipeline = self.pipeline.as_deref().unwrap_or("");
            self.stage = settings.choices.first_stage(pipeline).map(Cow::Borrowed);
        }
        if let Some(said) = &row.lost_reason {
            // It counts as given even if the status makes it useless now: the next import of the file may find another
            // status, under which it is used (L3).
            self.given.lost_reason |= said.is_given && matches!(said.cell, Cell::Value(_));
            if said.clears(settings) && !self.given.lost_reason {
                self.lost_reason = None;
            }
        }
        self.take_status(row.status, row.lost_reason, role, &mut problem);
    }

    fn take_pipeline(
        &mut self,
        settings: &'p Settings,
        pipeline: Option<Said<'p>>,
        role: RowRole,
        problem: &mut impl FnMut(Problem),
    ) -> PipelineMove {
        let mut moved =
            if role == RowRole::Creates { PipelineMove::Enters } else { PipelineMove::Stays };
        if let Some(said) = pipeline {
            if said.clears(settings) && !self.given.pipeline {
                // The stage is cleared with the pipeline, unless a row has given the stage.
                let had_one = self.pipeline.take().is_some();
                self.stage.take_if(|_| had_one && !self.given.stage);
            }
            let Said { cell, column, is_given, .. } = said;
            match text_of(cell) {
                Ok(said) => {
                    self.given.pipeline |= said.is_some() && is_given;
                    if take_text(&mut self.pipeline, said, column, role) {
                        moved = PipelineMove::Enters;
                    }
                }
                Err(code) => {
                    problem(Problem::of(code, column));
                    if role == RowRole::Creates {
                        return PipelineMove::Unknown;
                    }
                }
            }
        }
        if role == RowRole::Creates && self.pipeline.is_none() {
            self.pipeline = settings.choices.only_pipeline().map(Cow::Borrowed);
        }
        moved
    }

    fn take_stage(
        &mut self,
        settings: &'p Settings,
        stage: Option<Said<'p>>,
        role: RowRole,
        problem: &mut impl FnMut(Problem),
    ) {
        let Some(said) = stage else { return };
        if said.clears(settings) && !self.given.stage {
            self.stage = None;
        }
        let Said { cell, column, is_given, .. } = said;
        let said = match text_of(cell) {
            Ok(Some(said)) => said,
            Ok(None) => return,
            Err(code) => return problem(Problem::of(code, column)),
        };
        let pipeline = self.pipeline.as_deref().unwrap_or("");
        match stage_in(settings, pipeline, said.clone()) {
            Ok(stage) => {
                self.given.stage |= is_given;
                take_text(&mut self.stage, Some(stage), column, role);
            }
            Err(code) => {
                let detail = Some(settings.choices.pipeline_label(pipeline).to_owned());
                let said = Some(said.into_owned());
                problem(Problem { code, column: column.index(), said, detail });
            }
        }
    }

    fn take_status(
        &mut self,
        status: Option<Said<'p>>,
        lost_reason: Option<Said<'p>>,
        role: RowRole,
        problem: &mut impl FnMut(Problem),
    ) {
        // If the row itself says that the opportunity is open, no default stands in for the blank lost reason (W6): it
        // would close the opportunity.
        let is_open = || status.as_ref().is_some_and(Said::says_open);
        let lost_reason = lost_reason.filter(|reason| !(reason.is_default && is_open()));
        // A status that is no value was reported when the row was drafted.
        if let Some(Said { cell: Cell::Value(Value::Text(said)), column, is_given, .. }) = status {
            self.given.status |= is_given;
            take_text(&mut self.status, Some(said), column, role);
        }
        if let Some(Said { cell: Cell::Value(Value::Text(reason)), column, .. }) = lost_reason {
            match self.status.as_deref() {
                None | Some("open" | "lost") => {
                    if take_text(&mut self.lost_reason, Some(reason), column, role)
                        || self.lost_reason.is_some()
                    {
                        self.status = Some(Cow::Borrowed("lost"));
                    }
                }
                Some(status) => {
                    let detail = Some(status.to_owned());
                    let (code, said) = (IssueCode::LostReasonUnused, Some(reason.into_owned()));
                    problem(Problem { code, column: column.index(), said, detail });
                }
            }
        }
        if role == RowRole::Creates && self.status.is_none() {
            self.status = Some(Cow::Borrowed("open"));
        }
    }
}

fn text_of(cell: Cell<'_>) -> Result<Option<Cow<'_, str>>, IssueCode> {
    match cell {
        Cell::Value(Value::Text(text)) => Ok(Some(text)),
        Cell::Invalid(code) => Err(code),
        _ => Ok(None),
    }
}

fn stage_in<'p>(
    settings: &'p Settings,
    pipeline: &str,
    said: Cow<'p, str>,
) -> Result<Cow<'p, str>, IssueCode> {
    match said {
        Cow::Borrowed(said) => settings.choices.stage(pipeline, said).map(Cow::Borrowed),
        Cow::Owned(said) => {
            settings.choices.stage(pipeline, &said).map(|stage| Cow::Owned(stage.to_owned()))
        }
    }
}

/// Puts what a row says in place of what is there, if the merge rule of the column takes it. Returns whether that
/// changed anything.
fn take_text<'p>(
    place: &mut Option<Cow<'p, str>>,
    said: Option<Cow<'p, str>>,
    column: &Column,
    role: RowRole,
) -> bool {
    let Some(said) = said else { return false };
    let is_there = place.as_deref().is_some_and(|place| normalize::looks_like(place, &said));
    if is_there || !takes(column.merge, place.is_none(), role) {
        return false;
    }
    *place = Some(said);
    true
}
