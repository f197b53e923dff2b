//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Deals, Status};
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::plan::NONE;
use crate::planner::Planner;
use crate::source::{BlockRow, side_by_side};

/// What the cells of these four fields have come to, where nothing was wrong with them.
#[derive(Debug, Default)]
pub(super) struct Standings {
    known: HashTable<Known>,
    seed: RandomState,
    /// Where they stand in the file; found with the first row.
    columns: Option<Columns>,
    /// What the cells of the row at hand say.
    said: Vec<u8>,
}

/// What the cells say, and what it comes to.
#[derive(Debug)]
struct Known {
    hash: u64,
    said: Box<[u8]>,
    standing: Standing,
}

/// Where in the file these stand.
#[derive(Clone, Debug)]
struct Columns {
    /// Those of the four fields, as stretches of columns side by side.
    parts: Vec<Range<usize>>,
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
        let parts = side_by_side(parts.map(usize::from));
        Columns { parts, name: name.map(usize::from) }
    }

    /// Writes down what a row says of the four fields: how long each part is, its text and where its
    /// cells end. `None` in a block with a row of more than 64 KiB.
    fn say(&self, row: &BlockRow<'_>, said: &mut Vec<u8>) -> Option<()> {
        said.clear();
        for part in &self.parts {
            let part = row.stretch(part.clone())?;
            said.extend_from_slice(&part.text.len().to_le_bytes());
            said.extend_from_slice(part.text.as_bytes());
            part.ends().for_each(|end| said.extend_from_slice(&end.to_le_bytes()));
        }
        Some(())
    }
}

/// Where a new opportunity stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Position among [`Deals::pipelines`].
    pub(super) pipeline: u32,
    pub(super) status: Status,
}

impl Standing {
    /// Before anything is said.
    pub(super) const NOWHERE: Self = Standing { pipeline: NONE, status: Status::Blank };
}

/// More ways than an account has stages; a column full of nonsense must not fill the memory.
const MOST: usize = 4_096;

impl Planner {
    /// Where the opportunity of a row stands if it is new. `None`: the row does not say its name in so
    /// many words, or something is missing or wrong, and it has to be looked at closely.
    pub(super) fn plain_standing(&mut self, settings: &Settings, at: usize) -> Option<Standing> {
        let Planner { ledger, deals: Deals { standings, .. }, window, .. } = self;
        let row = ledger.blocks.last()?.row(window.start + at);
        let Standings { known, seed, columns, said } = standings;
        let columns = columns.get_or_insert_with(|| Columns::of(settings));
        if row.may_hold_nul() || crate::normalize::is_blank(row.cell(columns.name?)) {
            return None;
        }
        columns.say(&row, said)?;
        let hash = seed.hash_one(said.as_slice());
        if let Some(known) = known.find(hash, |known| *known.said == **said) {
            return Some(known.standing);
        }
        let standing = self.work_out(settings, at)?;
        let Standings { known, said, .. } = &mut self.deals.standings;
        if known.len() < MOST {
            let new = Known { hash, said: said.as_slice().into(), standing };
            known.insert_unique(hash, new, |known| known.hash);
        }
        Some(standing)
    }

    /// Works out what the cells of a row come to, if nothing is wrong with them.
    fn work_out(&mut self, settings: &Settings, at: usize) -> Option<Standing> {
        let row = self.opportunity_row(self.row_at(at));
        let (mut deal, mut is_fine) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true), true, |_| is_fine = false);
        is_fine &= deal.pipeline.is_some() || !settings.choices.has_pipelines();
        let status = Status::of(deal.status.as_deref());
        let pipeline = deal.pipeline.map(std::borrow::Cow::into_owned);
        let pipeline = self.pipeline_number(pipeline.as_deref());
        is_fine.then_some(Standing { pipeline, status })
    }
}
