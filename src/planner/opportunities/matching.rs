//! Matching an opportunity without an id by its fields (O5) and by its pipeline (O4).

use crate::account::{OpportunityMatching, WhenNone, WhenOne, WhenSeveral};
use crate::draft::{Settings, normalize_stored};
use crate::field::{FieldId, FieldKind};
use crate::issue::IssueCode;
use crate::merge::{Deal, Pitch};
use crate::normalize;
use crate::object::{Mode, Object};
use crate::planner::Planner;
use crate::value::Value;

use super::Status;

/// What matching says.
pub(super) enum Answer {
    /// It is this one.
    Is(u32),
    /// It is a new one, as far as matching is concerned.
    New,
    /// The policy fails the row; an issue was noted.
    Fails,
}

impl Planner {
    /// Compares a row with the stored opportunities of its contact (O5).
    pub(super) fn match_opportunity(
        &mut self,
        settings: &Settings,
        mode: Mode,
        at: usize,
        contact: u32,
    ) -> Answer {
        let Some(matching) = &settings.account.opportunities.matching else { return Answer::New };
        let candidates = self.candidates(settings, matching, at, contact);
        match candidates.as_slice() {
            [] if mode == Mode::Upsert && matching.none == WhenNone::Fail => {
                self.fail(at, IssueCode::OpportunityMatchNone, None, None);
                Answer::Fails
            }
            [] => Answer::New,
            [deal] => match matching.one {
                _ if mode != Mode::Upsert => Answer::Is(*deal),
                WhenOne::Update => Answer::Is(*deal),
                WhenOne::Create => Answer::New,
                WhenOne::Fail => {
                    let name = self.ledger.name(Object::Opportunity, *deal);
                    self.fail(at, IssueCode::OpportunityMatchFound, None, Some(name));
                    Answer::Fails
                }
            },
            several => match matching.several {
                WhenSeveral::Best => Answer::Is(several[0]),
                WhenSeveral::Create => Answer::New,
                WhenSeveral::Fail => {
                    let names: Vec<String> = several
                        .iter()
                        .map(|deal| self.ledger.name(Object::Opportunity, *deal))
                        .collect();
                    self.fail(at, IssueCode::OpportunityMatchSeveral, None, Some(names.join(", ")));
                    Answer::Fails
                }
            },
        }
    }

    /// The stored opportunities of a contact that agree with the row and are not consumed, best one
    /// first: nearest date, then lowest id.
    fn candidates(
        &self,
        settings: &Settings,
        matching: &OpportunityMatching,
        at: usize,
        contact: u32,
    ) -> Vec<u32> {
        let mut agreeing: Vec<(i64, u32)> = Vec::new();
        for &deal in self.deals_of.get(&contact).map_or(&[][..], Vec::as_slice) {
            let state = &self.deal_states[deal as usize];
            let is_open = matches!(state.status, Status::Open | Status::Blank);
            if state.is_consumed || state.contact != contact || (matching.open_only && !is_open) {
                continue;
            }
            if let Some(distance) = self.agrees(settings, matching, at, deal) {
                agreeing.push((distance, deal));
            }
        }
        agreeing.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.ledger.compare(Object::Opportunity, a.1, b.1))
        });
        agreeing.dedup_by_key(|(_, deal)| *deal);
        agreeing.into_iter().map(|(_, deal)| deal).collect()
    }

    /// Do all fields agree? Gives how many days the dates lie apart.
    fn agrees(
        &self,
        settings: &Settings,
        matching: &OpportunityMatching,
        at: usize,
        deal: u32,
    ) -> Option<i64> {
        let stored = self.ledger.deals[deal as usize].stored()?;
        let mut distance = 0;
        for key in &matching.fields {
            let field = settings.fields.find(Object::Opportunity, key)?;
            let kind = settings.fields.get(field).kind;
            let shown = self.ledger.opportunities.value(stored, field)?;
            let said = match field {
                FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS => {
                    self.standing(settings, at, field)?
                }
                _ => self.said(settings, at, field)?,
            };
            let shown = match kind {
                FieldKind::Pipeline => {
                    Value::text(settings.choices.pipeline(shown).unwrap_or(shown))
                }
                FieldKind::Stage => {
                    let pipeline =
                        self.pipelines.get(self.deal_states[deal as usize].pipeline as usize);
                    let pipeline = pipeline.map_or("", String::as_str);
                    Value::text(settings.choices.stage(pipeline, shown).unwrap_or(shown))
                }
                _ => normalize_stored(kind, shown, None, &settings.choices),
            };
            match (&said, &shown) {
                (Value::Date(a), Value::Date(b)) => {
                    let days = i64::from((*a - *b).get_days()).abs();
                    if days > i64::from(matching.date_window_days) {
                        return None;
                    }
                    distance += days;
                }
                (Value::Text(a), Value::Text(b)) if normalize::folded_eq(a, b) => {}
                (a, b) if a == b => {}
                _ => return None,
            }
        }
        // Where dates are not compared, the nearest expected close date still breaks the tie.
        if distance == 0 {
            let said = self.said(settings, at, FieldId::EXPECTED_CLOSE_DATE);
            let shown = self.ledger.opportunities.value(stored, FieldId::EXPECTED_CLOSE_DATE);
            let shown =
                shown.map(|s| normalize_stored(FieldKind::Date, s, None, &settings.choices));
            distance = match (said, shown) {
                (Some(Value::Date(a)), Some(Value::Date(b))) => i64::from((a - b).get_days()).abs(),
                (Some(Value::Date(_)), _) => i64::MAX,
                _ => 0,
            };
        }
        Some(distance)
    }

    /// Pipeline, stage or status as the row would create them.
    fn standing<'p>(
        &'p self,
        settings: &'p Settings,
        at: usize,
        field: FieldId,
    ) -> Option<Value<'p>> {
        let row = self.opportunity_row(self.row_at(at));
        let mut deal = Deal::default();
        deal.take(settings, Pitch::of(settings, &row, true), true, |_| {});
        let text = match field {
            FieldId::PIPELINE => deal.pipeline,
            FieldId::STAGE => deal.stage,
            _ => deal.status,
        };
        text.map(Value::Text)
    }

    /// The opportunity that a contact has in the pipeline of a row, as things stand: the lowest (O4).
    pub(super) fn in_same_pipeline(
        &mut self,
        settings: &Settings,
        at: usize,
        contact: u32,
    ) -> Option<u32> {
        let row = self.opportunity_row(self.row_at(at));
        let (mut deal, mut is_known) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true), true, |problem| {
            is_known &= problem.code != IssueCode::PipelineUnknown;
        });
        let pipeline = deal.pipeline.filter(|_| is_known)?.into_owned();
        let pipeline = self.pipeline_number(Some(&pipeline));
        let deals = self.deals_of.get(&contact)?;
        let mut there: Vec<u32> = deals
            .iter()
            .copied()
            .filter(|&deal| {
                let state = &self.deal_states[deal as usize];
                state.contact == contact && state.pipeline == pipeline
            })
            .collect();
        there.sort_by(|a, b| self.ledger.compare(Object::Opportunity, *a, *b));
        there.first().copied()
    }
}
