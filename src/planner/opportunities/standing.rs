//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use hashbrown::HashMap;

use super::Status;
use crate::draft::Settings;
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::planner::Planner;

/// What the cells of these four fields have come to, where nothing was wrong with them.
#[derive(Debug, Default)]
pub(in crate::planner) struct Standings {
    known: HashMap<Box<str>, Standing, foldhash::fast::RandomState>,
    /// The cells of the row that is looked at, one after the other.
    said: String,
}

/// Where a new opportunity stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Position among the planner's pipelines.
    pub(super) pipeline: u32,
    pub(super) status: Status,
}

/// More ways than an account has stages; a column full of nonsense must not fill the memory.
const MOST: usize = 4_096;

impl Planner {
    /// Where the opportunity of a row stands if it is new. `None`: something is missing or wrong.
    pub(super) fn standing_if_new(&mut self, settings: &Settings, at: usize) -> Option<Standing> {
        let number = self.row_at(at);
        let (block, row) = self.ledger.locate(number);
        let row = block.row(row);
        if row.may_hold_nul() {
            return None;
        }
        let said = &mut self.standings.said;
        said.clear();
        for column in &settings.opportunity_columns {
            let is_part = matches!(
                column.field,
                FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON
            );
            if is_part && !column.is_constant() {
                said.push_str(column.text_of(&row));
                said.push('\0');
            }
        }
        if let Some(known) = self.standings.known.get(said.as_str()) {
            return Some(*known);
        }
        let row = self.opportunity_row(number);
        let (mut deal, mut is_fine) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true), true, |_| is_fine = false);
        is_fine &= deal.pipeline.is_some() || !settings.choices.has_pipelines();
        let status = Status::of(deal.status.as_deref());
        let pipeline = deal.pipeline.map(std::borrow::Cow::into_owned);
        let standing = Standing { pipeline: self.pipeline_number(pipeline.as_deref()), status };
        if is_fine && self.standings.known.len() < MOST {
            self.standings.known.insert(self.standings.said.as_str().into(), standing);
        }
        is_fine.then_some(standing)
    }

    /// Does the row say the name of its opportunity in so many words?
    pub(super) fn is_named_plainly(&self, settings: &Settings, at: usize) -> bool {
        let (block, row) = self.ledger.locate(self.row_at(at));
        let row = block.row(row);
        let mut columns = settings.opportunity_columns.iter();
        let name = columns.find(|column| column.field == FieldId::OPPORTUNITY_NAME);
        name.is_some_and(|column| {
            column.is_direct()
                && !row.may_hold_nul()
                && !crate::normalize::is_blank(column.text_of(&row))
        })
    }
}
