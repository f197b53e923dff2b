//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use std::hash::{BuildHasher, Hasher};
use std::ops::RangeInclusive;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Status;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::planner::Planner;

/// What the cells of these four fields have come to, where nothing was wrong with them.
#[derive(Debug, Default)]
pub(in crate::planner) struct Standings {
    known: HashTable<Known>,
    seed: RandomState,
    /// What the row before came to: rows are looked at twice.
    last: Option<(u32, Standing)>,
    /// The columns of the four fields, and of the name; found with the first row.
    columns: Option<Columns>,
}

/// What the four cells say, and what it comes to.
#[derive(Debug)]
struct Known {
    hash: u64,
    /// The cells as they are written.
    said: Vec<Box<str>>,
    standing: Standing,
}

/// Where in the file these stand.
#[derive(Clone, Debug)]
struct Columns {
    /// Those of the four fields, as stretches of columns that stand side by side.
    parts: Vec<RangeInclusive<usize>>,
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
        let mut parts: Vec<usize> = parts.map(usize::from).collect();
        parts.sort_unstable();
        let stretches = parts.chunk_by(|a, b| b - a <= 1);
        let parts = stretches.map(|of| of[0]..=of[of.len() - 1]).collect();
        Columns { parts, name: name.map(usize::from) }
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
        let said = columns.parts.iter().map(|part| row.stretch(part.clone()));
        let mut hasher = standings.seed.build_hasher();
        said.clone().for_each(|part| hasher.write(part.as_bytes()));
        let hash = hasher.finish();
        let is_it = |known: &Known| {
            known.hash == hash && known.said.iter().zip(said.clone()).all(|(a, b)| **a == *b)
        };
        if let Some(known) = standings.known.find(hash, is_it) {
            return Some(known.standing);
        }
        let said: Vec<Box<str>> = said.map(Into::into).collect();
        let row = self.opportunity_row(number);
        let (mut deal, mut is_fine) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true), true, |_| is_fine = false);
        is_fine &= deal.pipeline.is_some() || !settings.choices.has_pipelines();
        let status = Status::of(deal.status.as_deref());
        let pipeline = deal.pipeline.map(std::borrow::Cow::into_owned);
        let standing = Standing { pipeline: self.pipeline_number(pipeline.as_deref()), status };
        if is_fine && self.standings.known.len() < MOST {
            let known = Known { hash, said, standing };
            self.standings.known.insert_unique(hash, known, |known| known.hash);
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
