//! The opportunity as a whole; pipeline, stage, status and lost reason depend on each other
//! (behaviour O6-O9).

use std::borrow::Cow;

use super::contact::filled;
use super::list::fold_list;
use super::single::{effective, fold_single};
use super::{Base, RowOf};
use crate::draft::{Cell, Column, Settings};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::mapping::Merge;
use crate::plan::Changes;
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

/// Which of them a row of this file has given: no later blank clears it (W3), and no default replaces
/// it (W6).
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

/// What one row says of these fields.
#[derive(Clone, Debug)]
pub(crate) struct Pitch<'p> {
    pipeline: Option<(Cell<'p>, &'p Column)>,
    stage: Option<(Cell<'p>, &'p Column)>,
    status: Option<(Cell<'p>, &'p Column)>,
    lost_reason: Option<(Cell<'p>, &'p Column)>,
    /// The lost reason is what the row says, and no default that only a new opportunity gets.
    gives_reason: bool,
}

/// Something a row says that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: IssueCode,
    pub(crate) column: Option<u16>,
    /// What was said, where the cell may not say it: it may be a default.
    pub(crate) said: Option<String>,
    pub(crate) detail: Option<String>,
}

impl<'p> Pitch<'p> {
    /// `is_new`: the row creates the opportunity, so that defaults stand in for blank cells (W6).
    /// `given`: what rows before have given.
    pub(crate) fn of(settings: &'p Settings, row: &RowOf<'p>, is_new: bool, given: Given) -> Self {
        let choices = &settings.choices;
        let columns_of = |field: FieldId| {
            // They are sorted by field.
            let all = &settings.opportunity_columns;
            let group = settings.opportunity_groups.iter().find(|group| group.field == field);
            group.map_or(&[][..], |group| &all[group.columns.clone()])
        };
        let said = |column: &'p Column| {
            let cell = column.read(column.text(&row.cells), None, choices);
            let is_kept = || row.clears_nothing(settings, column.object);
            (if cell == Cell::Clear && is_kept() { Cell::Blank } else { cell }, column)
        };
        // A status or a lost reason that cannot be used says nothing; a pipeline or stage that cannot does.
        let says = |field: FieldId, cell: &Cell<'_>| match cell {
            Cell::Value(_) => true,
            Cell::Invalid(_) => !matches!(field, FieldId::STATUS | FieldId::LOST_REASON),
            Cell::Blank | Cell::Clear => false,
        };
        let gives = |column: &'p Column| {
            let is_said = || says(column.field, &said(column).0);
            column.default.is_none() || column.default_always || is_said()
        };
        let read = |field: FieldId| {
            let columns = columns_of(field);
            let is_filled = |(cell, _): &(Cell<'_>, &Column)| says(field, cell);
            let default = |column: &'p Column| {
                let is_due = is_new || (column.default_always && !given.has(field));
                let default = is_due.then(|| column.default_value(None, choices)).flatten();
                default.map(|value| (Cell::Value(value), column))
            };
            match columns {
                [] => return None,
                [column] if column.is_silent(&row.cells) => return None,
                [column] if column.is_plain && !column.is_constant() => return Some(said(column)),
                _ => {}
            }
            // A cell counts before a constant, a constant before a default. Only a lost reason is
            // cleared; nothing stands in for it then.
            let is_cleared = |(cell, column): &(Cell<'_>, &Column)| {
                field == FieldId::LOST_REASON && *cell == Cell::Clear && column.merge != Merge::Keep
            };
            let cells = || columns.iter().filter(|column| !column.is_constant()).map(said);
            let constants = || columns.iter().filter(|column| column.is_constant()).map(said);
            cells()
                .find(is_filled)
                .or_else(|| constants().find(is_filled))
                .or_else(|| cells().find(is_cleared))
                .or_else(|| columns.iter().find_map(default))
                .or_else(|| cells().next())
        };
        Pitch {
            pipeline: read(FieldId::PIPELINE),
            stage: read(FieldId::STAGE),
            status: read(FieldId::STATUS),
            lost_reason: read(FieldId::LOST_REASON),
            gives_reason: !is_new || columns_of(FieldId::LOST_REASON).iter().any(gives),
        }
    }
}

impl<'p> Deal<'p> {
    /// Where a stored opportunity stands; pipelines and stages by id.
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

    /// Takes what one more row says; hands every problem to `problem`. `is_new`: this row creates the
    /// opportunity, so what it leaves open gets its default (O6).
    pub(crate) fn take(
        &mut self,
        settings: &'p Settings,
        pitch: Pitch<'p>,
        is_new: bool,
        mut problem: impl FnMut(Problem),
    ) {
        let choices = &settings.choices;
        let (mut is_moved, mut is_lost) = (is_new, false);
        if let Some((cell, column)) = pitch.pipeline {
            match text_of(cell) {
                Ok(said) => {
                    self.given.pipeline |= said.is_some();
                    is_moved |= take_text(&mut self.pipeline, said, column, is_new);
                }
                Err(code) => {
                    let said = column.constant_text().map(str::to_owned);
                    problem(Problem { code, column: column.index(), said, detail: None });
                    // Nothing is created, and whose stage was meant nobody knows.
                    is_lost = is_new;
                }
            }
        }
        if is_new && !is_lost && self.pipeline.is_none() {
            self.pipeline = choices.only_pipeline().map(Cow::Borrowed);
        }
        if is_moved {
            self.stage = None;
        }
        if let Some((cell, column)) = pitch.stage.filter(|_| !is_lost) {
            match text_of(cell) {
                Ok(None) => {}
                Ok(Some(said)) => {
                    let pipeline = self.pipeline.as_deref().unwrap_or("");
                    match stage_in(settings, pipeline, said.clone()) {
                        Ok(stage) => {
                            self.given.stage = true;
                            take_text(&mut self.stage, Some(stage), column, is_new);
                        }
                        Err(code) => {
                            let detail = Some(choices.pipeline_label(pipeline).to_owned());
                            let said = Some(said.into_owned());
                            problem(Problem { code, column: column.index(), said, detail });
                        }
                    }
                }
                Err(code) => {
                    let said = column.constant_text().map(str::to_owned);
                    problem(Problem { code, column: column.index(), said, detail: None });
                }
            }
        }
        if is_moved && !is_lost && self.stage.is_none() {
            let pipeline = self.pipeline.as_deref().unwrap_or("");
            self.stage = choices.first_stage(pipeline).map(Cow::Borrowed);
        }
        if let Some((Cell::Value(_), _)) = pitch.lost_reason {
            // Whether or not it is of use: the next import of the file may find another status (L3).
            self.given.lost_reason |= pitch.gives_reason;
        }
        self.take_status(pitch.status, pitch.lost_reason, is_new, &mut problem);
    }

    fn take_status(
        &mut self,
        status: Option<(Cell<'p>, &'p Column)>,
        lost_reason: Option<(Cell<'p>, &'p Column)>,
        is_new: bool,
        problem: &mut impl FnMut(Problem),
    ) {
        // An unknown status was reported when the row was drafted.
        if let Some((Cell::Value(Value::Text(said)), column)) = status {
            self.given.status = true;
            take_text(&mut self.status, Some(said), column, is_new);
        }
        if let Some((Cell::Clear, column)) = lost_reason
            && !self.given.lost_reason
            && column.merge != Merge::Keep
        {
            self.lost_reason = None;
        }
        if let Some((Cell::Value(Value::Text(reason)), column)) = lost_reason {
            match self.status.as_deref() {
                None | Some("open" | "lost") => {
                    if take_text(&mut self.lost_reason, Some(reason), column, is_new)
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
        if is_new && self.status.is_none() {
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

/// Puts a text in place by the column's merge rule; says whether it is another than before.
fn take_text<'p>(
    place: &mut Option<Cow<'p, str>>,
    said: Option<Cow<'p, str>>,
    column: &Column,
    is_new: bool,
) -> bool {
    let Some(said) = said else { return false };
    let is_taken = match column.merge {
        Merge::FillBlank => place.is_none(),
        Merge::Keep => is_new,
        _ => true,
    };
    if !is_taken || place.as_deref() == Some(&*said) {
        return false;
    }
    *place = Some(said);
    true
}

/// Folds the rows of an opportunity and notes every change but the link. With `stop_early` it is
/// enough to find one change.
pub(crate) fn fold_opportunity<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    stop_early: bool,
    out: &mut Changes,
) {
    let known = out.len();
    let mut folded = DealFold::default();
    let columns = &base.settings.opportunity_columns;
    let filled = filled(rows);
    for group in &base.settings.opportunity_groups {
        if stop_early && out.len() > known {
            return;
        }
        let (field, is_silent) = (group.field, group.is_silent(filled));
        let group = &columns[group.columns.clone()];
        match field {
            FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK | FieldId::OPPORTUNITY_TAGS => {}
            FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON => {
                folded.note(base, rows, field, out);
            }
            FieldId::VALUE => fold_value(base, group, rows, out),
            _ if is_silent => {}
            _ if group.first().is_some_and(|column| column.is_list) => {
                fold_list(base, group, rows, &[], out, field);
            }
            _ => fold_single(base, group, rows, out),
        }
    }
}

/// The value is 0 where nothing is said of it (O6): of a new opportunity, and of one whose value is
/// cleared. Else the next import of the file would clear the 0 that this one has written (L3).
fn fold_value<'p>(base: Base<'p>, group: &'p [Column], rows: &[RowOf<'p>], out: &mut Changes) {
    let (known, zero) = (out.len(), Value::Number(rust_decimal::Decimal::ZERO));
    let may_clear = !base.is_new() && group.iter().any(|column| !column.is_plain);
    if may_clear && effective(base, group, rows).is_none() {
        if base.values(FieldId::VALUE).next().is_some_and(|before| before != zero) {
            out.push(FieldId::VALUE, base.shown(FieldId::VALUE).take(1).map(Value::text), [zero]);
        }
        return;
    }
    fold_single(base, group, rows, out);
    if base.is_new() && out.len() == known {
        out.push(FieldId::VALUE, [], [zero]);
    }
}

/// Where an opportunity stands once these rows are folded onto where it stood.
pub(super) fn folded<'p>(base: Base<'p>, mut deal: Deal<'p>, rows: &[RowOf<'p>]) -> Deal<'p> {
    for (at, row) in rows.iter().enumerate() {
        let is_new = base.is_new() && at == 0;
        let pitch = Pitch::of(base.settings, row, is_new, deal.given);
        deal.take(base.settings, pitch, is_new, |_| {});
    }
    deal
}

/// Before and after of the dependent fields, folded once for all four.
#[derive(Default)]
struct DealFold<'p> {
    deals: Option<(Deal<'p>, Deal<'p>)>,
}

impl<'p> DealFold<'p> {
    fn note(&mut self, base: Base<'p>, rows: &[RowOf<'p>], field: FieldId, out: &mut Changes) {
        let (before, after) = self.deals.get_or_insert_with(|| {
            let before = Deal::stored(base);
            let after = folded(base, before.clone(), rows);
            (before, after)
        });
        let (before, after) = match field {
            FieldId::PIPELINE => (&before.pipeline, &after.pipeline),
            FieldId::STAGE => (&before.stage, &after.stage),
            FieldId::STATUS => (&before.status, &after.status),
            _ => (&before.lost_reason, &after.lost_reason),
        };
        if before == after {
            return;
        }
        match after.as_deref() {
            Some(after) if base.is_new() => out.push_text(field, after),
            after => {
                out.push(field, base.shown(field).take(1).map(Value::text), after.map(Value::text));
            }
        }
    }
}
