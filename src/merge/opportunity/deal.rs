//! [`Deal`]: where an opportunity stands, row after row.
//!
//! Pipeline, stage, status and lost reason depend on each other. A stage belongs to its pipeline, so whatever
//! moves an opportunity into another pipeline puts it in a stage of that (O7); a lost reason makes an open
//! opportunity lost (O8).

use std::borrow::Cow;

use super::pitch::{Pitch, Said};
use crate::draft::{Cell, Column, Settings};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::merge::{Base, RowOf, RowRole, takes};
use crate::normalize;
use crate::value::Value;

/// Where an opportunity stands: the fields that depend on each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deal<'p> {
    pub(crate) pipeline: Option<Cow<'p, str>>,
    pub(crate) stage: Option<Cow<'p, str>>,
    pub(crate) status: Option<Cow<'p, str>>,
    pub(crate) lost_reason: Option<Cow<'p, str>>,
    pub(crate) given: Given,
}

/// Which of them a row of this file has given: no later blank clears those (W3), and no default replaces
/// them (W6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    pipeline: bool,
    stage: bool,
    status: bool,
    lost_reason: bool,
}

impl Given {
    pub(crate) fn has(self, field: FieldId) -> bool {
        match field {
            FieldId::PIPELINE => self.pipeline,
            FieldId::STAGE => self.stage,
            FieldId::STATUS => self.status,
            _ => self.lost_reason,
        }
    }
}

/// Something a row says that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: IssueCode,
    pub(crate) column: Option<u16>,
    /// What was said, if it may not be in the cell, as a default is not.
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

/// What a row does with the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Stays,
    /// The opportunity enters a pipeline, at its first stage unless the row says another.
    Enters,
    /// A new opportunity would enter a pipeline that does not exist: it is not created, and nobody can tell
    /// which pipeline's stage was meant.
    Nowhere,
}

impl<'p> Deal<'p> {
    /// Where a stored opportunity stands, with pipeline and stage by id.
    pub(crate) fn stored(base: Base<'p>) -> Self {
        if base.is_new() {
            return Deal::default();
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
        Deal {
            pipeline: pipeline.map(Cow::Borrowed),
            stage: stage.map(Cow::Borrowed),
            status: status.map(Cow::Borrowed),
            lost_reason: reason.map(Cow::Borrowed),
            given: Given {
                pipeline: base.is_given(FieldId::PIPELINE),
                stage: base.is_given(FieldId::STAGE),
                status: base.is_given(FieldId::STATUS),
                lost_reason: base.is_given(FieldId::LOST_REASON),
            },
        }
    }

    /// Where a new opportunity of this row would stand. Hands what cannot be used to `problem`.
    pub(crate) fn brought_by(
        settings: &'p Settings,
        row: &RowOf<'p>,
        problem: impl FnMut(Problem),
    ) -> Self {
        let mut deal = Deal::default();
        deal.take(settings, Pitch::of(settings, row, RowRole::Creates, Given::default()), problem);
        deal
    }

    /// Takes what one more row says, and hands what cannot be used to `problem`. If the row creates the
    /// opportunity, whatever it leaves open gets its default (O6).
    pub(crate) fn take(
        &mut self,
        settings: &'p Settings,
        pitch: Pitch<'p>,
        mut problem: impl FnMut(Problem),
    ) {
        let role = pitch.role;
        let turn = self.take_pipeline(settings, pitch.pipeline, role, &mut problem);
        if turn != Turn::Stays {
            self.stage = None;
        }
        if turn != Turn::Nowhere {
            self.take_stage(settings, pitch.stage, role, &mut problem);
        }
        if turn == Turn::Enters && self.stage.is_none() {
            let pipeline = self.pipeline.as_deref().unwrap_or("");
            self.stage = settings.choices.first_stage(pipeline).map(Cow::Borrowed);
        }
        if let Some(said) = &pitch.lost_reason {
            // Given even if it is of no use now: the next import of the file may find another status (L3).
            self.given.lost_reason |= said.is_given && matches!(said.cell, Cell::Value(_));
            if said.clears(settings) && !self.given.lost_reason {
                self.lost_reason = None;
            }
        }
        self.take_status(pitch.status, pitch.lost_reason, role, &mut problem);
    }

    fn take_pipeline(
        &mut self,
        settings: &'p Settings,
        pipeline: Option<Said<'p>>,
        role: RowRole,
        problem: &mut impl FnMut(Problem),
    ) -> Turn {
        let mut turn = if role == RowRole::Creates { Turn::Enters } else { Turn::Stays };
        if let Some(said) = pipeline {
            if said.clears(settings) && !self.given.pipeline {
                // Its stage goes with it, unless a row has given that.
                let had_one = self.pipeline.take().is_some();
                self.stage.take_if(|_| had_one && !self.given.stage);
            }
            let Said { cell, column, is_given, .. } = said;
            match text_of(cell) {
                Ok(said) => {
                    self.given.pipeline |= said.is_some() && is_given;
                    if take_text(&mut self.pipeline, said, column, role) {
                        turn = Turn::Enters;
                    }
                }
                Err(code) => {
                    problem(Problem::of(code, column));
                    if role == RowRole::Creates {
                        return Turn::Nowhere;
                    }
                }
            }
        }
        if role == RowRole::Creates && self.pipeline.is_none() {
            self.pipeline = settings.choices.only_pipeline().map(Cow::Borrowed);
        }
        turn
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
        // An opportunity that the row says is open misses no reason, so no default stands in for one (W6).
        let is_open = || status.as_ref().is_some_and(Said::says_open);
        let lost_reason = lost_reason.filter(|reason| !(reason.is_default && is_open()));
        // An unknown status was reported when the row was drafted.
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

/// Puts a text in place if the column's merge rule takes it. True if that changed it.
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
