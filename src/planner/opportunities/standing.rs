//! [`Standings`]: where a new opportunity stands. Pipeline, stage, status and lost reason hang
//! together (O6-O8), and few rows differ in what they say of them: each way of saying it is worked
//! out once.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Status;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::merge::{Deal, Pitch};
use crate::planner::Planner;
use crate::source::BlockRow;

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
    said: Vec<Box<str>>,
    standing: Standing,
}

/// Where in the file these stand.
#[derive(Clone, Debug)]
struct Columns {
    /// Those of the four fields.
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
        let Planner { ledger, standings, window, .. } = self;
        let row = ledger.blocks.last()?.row(window.start + at);
        let found = match standings.find(settings, &row) {
            Said::Known(standing) => Some(standing),
            Said::New(hash) => self.work_out(settings, number, hash),
            Said::Oddly => None,
        };
        self.standings.last = found.map(|standing| (number, standing));
        found
    }

    /// Does the row say the name of its opportunity in so many words, and is nothing wrong with where
    /// it would stand?
    pub(super) fn is_plainly_new(&mut self, settings: &Settings, at: usize) -> bool {
        let Planner { ledger, standings, window, .. } = self;
        let Some(block) = ledger.blocks.last() else { return false };
        let row = block.row(window.start + at);
        let name = standings.columns.get_or_insert_with(|| Columns::of(settings)).name;
        let is_filled = |name: usize| !crate::normalize::is_blank(row.cell(name));
        if row.may_hold_nul() || !name.is_some_and(is_filled) {
            return false;
        }
        match standings.find(settings, &row) {
            Said::Known(standing) => {
                self.standings.last = Some((self.row_at(at), standing));
                true
            }
            Said::New(_) | Said::Oddly => self.standing_if_new(settings, at).is_some(),
        }
    }

    /// Works out what the cells of a row come to, and keeps it if nothing is wrong with them.
    fn work_out(&mut self, settings: &Settings, number: u32, hash: u64) -> Option<Standing> {
        let row = self.opportunity_row(number);
        let (mut deal, mut is_fine) = (Deal::default(), true);
        deal.take(settings, Pitch::of(settings, &row, true), true, |_| is_fine = false);
        is_fine &= deal.pipeline.is_some() || !settings.choices.has_pipelines();
        let status = Status::of(deal.status.as_deref());
        let said = self.standings.said(&row.cells);
        let pipeline = deal.pipeline.map(std::borrow::Cow::into_owned);
        let standing = Standing { pipeline: self.pipeline_number(pipeline.as_deref()), status };
        if is_fine && self.standings.known.len() < MOST {
            let known = Known { hash, said, standing };
            self.standings.known.insert_unique(hash, known, |known| known.hash);
        }
        is_fine.then_some(standing)
    }
}

/// What the four cells of a row say.
enum Said {
    /// What was said before.
    Known(Standing),
    /// Something new, with this hash.
    New(u64),
    /// It has to be looked at closely.
    Oddly,
}

impl Standings {
    fn find(&mut self, settings: &Settings, row: &BlockRow<'_>) -> Said {
        if row.may_hold_nul() {
            return Said::Oddly;
        }
        let parts = &self.columns.get_or_insert_with(|| Columns::of(settings)).parts;
        let mut hasher = self.seed.build_hasher();
        for &part in parts {
            hasher.write(row.cell(part).as_bytes());
        }
        let hash = hasher.finish();
        let is_it = |known: &Known| {
            let mut said = known.said.iter().zip(parts);
            known.hash == hash && said.all(|(said, &part)| **said == *row.cell(part))
        };
        let known = self.known.find(hash, is_it);
        known.map_or(Said::New(hash), |known| Said::Known(known.standing))
    }

    /// The cells of a row that are looked at, as they are written.
    fn said(&self, row: &BlockRow<'_>) -> Vec<Box<str>> {
        let parts = self.columns.iter().flat_map(|columns| &columns.parts);
        parts.map(|&part| row.cell(part).into()).collect()
    }
}
