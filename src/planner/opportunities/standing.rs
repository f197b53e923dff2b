//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use hashbrown::HashMap;

use super::Status;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::planner::Planner;

/// What the cells of these four fields have come to, where nothing was wrong with them.
#[derive(Debug, Default)]
pub(in crate::planner) struct Standings {
    known: HashMap<Box<str>, Standing, foldhash::fast::RandomState>,
    /// The cells of the row that is looked at, one after the other.
    said: String,
    /// What the row before came to: rows are looked at twice.
    last: Option<(u32, Standing)>,
    /// The columns of the four fields, and of the name; found with the first row.
    columns: Option<Columns>,
}

/// Where in the file these stand.
#[derive(Clone, Debug)]
struct Columns {
    parts: Vec<usize>,
    /// `None`: there is none, or its cells are not read as they stand.
    name: Option<usize>,
}

impl Columns {
    fn of(settings: &Settings) -> Self {
        let is_part = |column: &&Column| {
            matches!(
                column.field,
                FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON
            )
        };
        let columns = &settings.opportunity_columns;
        let parts = columns.iter().filter(is_part).filter_map(Column::index);
        let name = columns.iter().find(|column| column.field == FieldId::OPPORTUNITY_NAME);
        let name = name.filter(|column| column.is_direct()).and_then(Column::index);
        Columns { parts: parts.map(usize::from).collect(), name: name.map(usize::from) }
    }
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
        if let Some((_, last)) = self.standings.last.filter(|(row, _)| *row == number) {
            return Some(last);
        }
        let found = self.find_standing(settings, at, number);
        self.standings.last = found.map(|standing| (number, standing));
        found
    }

    fn find_standing(&mut self, settings: &Settings, at: usize, number: u32) -> Option<Standing> {
        let Planner { ledger, standings, window, .. } = self;
        let row = ledger.blocks.last()?.row(window.start + at);
        if row.may_hold_nul() {
            return None;
        }
        let columns = standings.columns.get_or_insert_with(|| Columns::of(settings));
        let said = &mut standings.said;
        said.clear();
        for &column in &columns.parts {
            said.push_str(row.cell(column));
            said.push('\0');
        }
        if let Some(known) = standings.known.get(said.as_str()) {
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
    pub(super) fn is_named_plainly(&mut self, settings: &Settings, at: usize) -> bool {
        let Planner { ledger, standings, window, .. } = self;
        let Some(block) = ledger.blocks.last() else { return false };
        let row = block.row(window.start + at);
        let columns = standings.columns.get_or_insert_with(|| Columns::of(settings));
        let is_filled = |name: usize| !crate::normalize::is_blank(row.cell(name));
        !row.may_hold_nul() && columns.name.is_some_and(is_filled)
    }
}
