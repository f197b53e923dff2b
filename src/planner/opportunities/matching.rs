//! Matching an opportunity without an id by its fields (O5) and by its pipeline (O4).

use hashbrown::HashMap;

use crate::account::{OpportunityMatching, WhenNone, WhenOne, WhenSeveral};
use crate::draft::{Settings, normalize_stored};
use crate::field::{FieldId, FieldKind};
use crate::issue::IssueCode;
use crate::merge::{Deal, Given, Pitch};
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

/// What a row says of the fields that must agree, and when it expects to close.
struct Wanted<'p> {
    fields: Vec<(FieldId, Value<'p>)>,
    date: Option<Value<'p>>,
}

/// A contact with more opportunities than this has them in order of what must agree.
const MANY: usize = 8;

/// The stored opportunities of contacts that have many, by the first field that must agree exactly.
#[derive(Debug, Default)]
pub(super) struct DealIndex {
    deals: HashMap<(u32, String), Vec<u32>, foldhash::fast::RandomState>,
    /// How many of the opportunities of a contact are among them.
    known: HashMap<u32, usize, foldhash::fast::RandomState>,
}

/// A date may lie some days off, and a stage hangs on where the opportunity stands now.
fn is_exact(settings: &Settings, field: FieldId) -> bool {
    !matches!(settings.fields.get(field).kind, FieldKind::Date | FieldKind::Stage)
}

fn folded(value: &Value<'_>) -> String {
    let mut out = String::new();
    normalize::fold_into(&value.to_text(), &mut out);
    out
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
        self.index_deals(settings, matching, contact);
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
        // A blank field agrees with nothing.
        let Some(wanted) = self.wanted(settings, matching, at) else { return Vec::new() };
        let mut agreeing: Vec<(i64, u32)> = Vec::new();
        for &deal in self.deals_to_compare(settings, contact, &wanted) {
            let state = &self.deals.states[deal as usize];
            let is_open = matches!(state.status, Status::Open | Status::Blank);
            if state.is_consumed || state.contact != contact || (matching.open_only && !is_open) {
                continue;
            }
            if let Some(distance) = self.agrees(settings, matching, &wanted, deal) {
                agreeing.push((distance, deal));
            }
        }
        agreeing.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.ledger.compare(Object::Opportunity, a.1, b.1))
        });
        agreeing.dedup_by_key(|(_, deal)| *deal);
        agreeing.into_iter().map(|(_, deal)| deal).collect()
    }

    /// Brings the opportunities of a contact that has many into order.
    fn index_deals(&mut self, settings: &Settings, matching: &OpportunityMatching, contact: u32) {
        let deals = self.deals.of_contact.get(&contact).map_or(&[][..], Vec::as_slice);
        let known = self.deals.index.known.get(&contact).copied().unwrap_or_default();
        let mut fields =
            matching.fields.iter().filter_map(|key| settings.fields.find(Object::Opportunity, key));
        let Some(field) = fields.find(|field| is_exact(settings, *field)) else { return };
        if deals.len() <= MANY || deals.len() == known {
            return;
        }
        let key = |deal: u32| Some(folded(&self.stored_value(settings, deal, field)?));
        let fresh: Vec<(u32, Option<String>)> =
            deals[known..].iter().map(|&deal| (deal, key(deal))).collect();
        self.deals.index.known.insert(contact, deals.len());
        for (deal, key) in fresh {
            // One without a value agrees with nothing.
            if let Some(key) = key {
                self.deals.index.deals.entry((contact, key)).or_default().push(deal);
            }
        }
    }

    /// The opportunities of a contact that may agree with a row.
    fn deals_to_compare(&self, settings: &Settings, contact: u32, wanted: &Wanted<'_>) -> &[u32] {
        let all = self.deals.of_contact.get(&contact).map_or(&[][..], Vec::as_slice);
        let exact = wanted.fields.iter().find(|(field, _)| is_exact(settings, *field));
        match exact.filter(|_| all.len() > MANY) {
            None => all,
            Some((_, value)) => {
                let key = (contact, folded(value));
                self.deals.index.deals.get(&key).map_or(&[][..], Vec::as_slice)
            }
        }
    }

    /// What a row says of the fields that must agree; `None` if it says nothing of one of them.
    fn wanted<'p>(
        &'p self,
        settings: &'p Settings,
        matching: &OpportunityMatching,
        at: usize,
    ) -> Option<Wanted<'p>> {
        let said = |key: &String| {
            let field = settings.fields.find(Object::Opportunity, key)?;
            let value = match field {
                FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS => {
                    self.standing(settings, at, field)?
                }
                _ => self.said(settings, at, field)?,
            };
            Some((field, value))
        };
        let fields: Option<Vec<_>> = matching.fields.iter().map(said).collect();
        let date = self.said(settings, at, FieldId::EXPECTED_CLOSE_DATE);
        Some(Wanted { fields: fields?, date })
    }

    /// What is stored in a field of an opportunity, as the field's kind.
    fn stored_value<'p>(
        &'p self,
        settings: &'p Settings,
        deal: u32,
        field: FieldId,
    ) -> Option<Value<'p>> {
        let stored = self.ledger.deals[deal as usize].stored()?;
        let shown = self.ledger.opportunities.value(stored, field)?;
        let kind = settings.fields.get(field).kind;
        Some(match kind {
            FieldKind::Pipeline => Value::text(settings.choices.pipeline(shown).unwrap_or(shown)),
            FieldKind::Stage => {
                let pipeline =
                    self.deals.pipelines.get(self.deals.states[deal as usize].pipeline as usize);
                let pipeline = pipeline.map_or("", String::as_str);
                Value::text(settings.choices.stage(pipeline, shown).unwrap_or(shown))
            }
            _ => normalize_stored(kind, shown, None, &settings.choices),
        })
    }

    /// Do all fields agree? Gives how many days the dates lie apart.
    fn agrees(
        &self,
        settings: &Settings,
        matching: &OpportunityMatching,
        wanted: &Wanted<'_>,
        deal: u32,
    ) -> Option<i64> {
        let mut distance = 0;
        for (field, said) in &wanted.fields {
            let shown = self.stored_value(settings, deal, *field)?;
            match (said, &shown) {
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
            let shown = self.stored_value(settings, deal, FieldId::EXPECTED_CLOSE_DATE);
            distance = match (&wanted.date, shown) {
                (Some(Value::Date(a)), Some(Value::Date(b))) => {
                    i64::from((*a - b).get_days()).abs()
                }
                (Some(Value::Date(_)), _) => i64::MAX,
                _ => 0,
            };
        }
        Some(distance)
    }

    /// Pipeline, stage or status as the row would create them; none where that is not known.
    fn standing<'p>(
        &'p self,
        settings: &'p Settings,
        at: usize,
        field: FieldId,
    ) -> Option<Value<'p>> {
        let row = self.opportunity_row(self.row_at(at));
        let (mut deal, mut is_known) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true, Given::default()), true, |problem| {
            is_known &= problem.code != IssueCode::StageUnknown;
        });
        let text = match field {
            FieldId::PIPELINE => deal.pipeline,
            // The first stage stands in for a blank, not for one that was misspelt (O7).
            FieldId::STAGE => deal.stage.filter(|_| is_known),
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
        deal.take(settings, Pitch::of(settings, &row, true, Given::default()), true, |problem| {
            is_known &= problem.code != IssueCode::PipelineUnknown;
        });
        let pipeline = deal.pipeline.filter(|_| is_known)?.into_owned();
        let pipeline = self.pipeline_number(Some(&pipeline));
        let deals = self.deals.of_contact.get(&contact)?;
        let there = deals.iter().copied().filter(|&deal| {
            let state = &self.deals.states[deal as usize];
            state.contact == contact && state.pipeline == pipeline
        });
        there.min_by(|a, b| self.ledger.compare(Object::Opportunity, *a, *b))
    }
}
