//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Deals, Status};
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::plan::NONE;
use crate::planner::Planner;
use crate::source::{BlockRow, Stretch, side_by_side};

/// What the cells of these four fields have come to, where nothing was wrong with them.
#[derive(Debug, Default)]
pub(super) struct Standings {
    known: HashTable<Known>,
    seed: RandomState,
    /// Where they stand in the file; found with the first row.
    columns: Option<Columns>,
}

/// What the cells say, and what it comes to.
#[derive(Debug)]
struct Known {
    hash: u64,
    said: Vec<Said>,
    standing: Standing,
}

/// What the cells of a stretch say: a [`Stretch`] by itself.
#[derive(Debug)]
struct Said {
    text: Box<str>,
    ends: Box<[u16]>,
}

impl Said {
    fn of(stretch: Stretch<'_>) -> Self {
        Said { text: stretch.text.into(), ends: stretch.ends().collect() }
    }

    fn is(&self, stretch: Stretch<'_>) -> bool {
        *self.text == *stretch.text && self.ends.iter().copied().eq(stretch.ends())
    }
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

    /// What a row says of the four fields.
    fn said<'b>(&self, row: &BlockRow<'b>) -> impl Iterator<Item = Option<Stretch<'b>>> {
        self.parts.iter().map(|part| row.stretch(part.clone()))
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
        let columns = standings.columns.get_or_insert_with(|| Columns::of(settings));
        if row.may_hold_nul() || crate::normalize::is_blank(row.cell(columns.name?)) {
            return None;
        }
        let mut hasher = standings.seed.build_hasher();
        for said in columns.said(&row) {
            hasher.write(said?.text.as_bytes());
        }
        let hash = hasher.finish();
        let is_it = |known: &Known| {
            let mut both = known.said.iter().zip(columns.said(&row));
            known.hash == hash && both.all(|(a, b)| b.is_some_and(|b| a.is(b)))
        };
        if let Some(known) = standings.known.find(hash, is_it) {
            return Some(known.standing);
        }
        let said = columns.said(&row).flatten().map(Said::of).collect();
        let standing = self.work_out(settings, at)?;
        if self.deals.standings.known.len() < MOST {
            let known = Known { hash, said, standing };
            self.deals.standings.known.insert_unique(hash, known, |known| known.hash);
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
