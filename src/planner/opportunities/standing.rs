//! [`Standings`]: where a new opportunity stands, that is in which pipeline and with which status.
//!
//! Pipeline, stage, status and lost reason depend on each other (O6-O8), so it takes some work to find out. But
//! thousands of rows fill these cells in the same few ways. So each distinct combination of the four cells is worked
//! out once and remembered. The result depends on nothing but the row. So the thread that drafts a block does it for
//! all rows of the block.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Status;
use crate::draft::{Column, Drafts, Settings, SideDraft};
use crate::field::FieldId;
use crate::merge::{RowOf, Standing};
use crate::normalize::{Window, is_blank, is_plain};
use crate::object::Mode;
use crate::planner::Planner;
use crate::source::{Block, BlockRow, Stripe, rows_of, side_by_side};

/// The combinations of the four cells that were met so far, and what was worked out for each.
#[derive(Debug, Default)]
pub(in crate::planner) struct Standings {
    combinations: HashTable<Combination>,
    seed: RandomState,
    /// Where the columns are in the file; found with the first row.
    columns: Option<Columns>,
    /// A buffer for the cells of a row.
    cells: Vec<u128>,
    /// What was worked out, in the order in which the combinations were met. Blocks share it.
    resolved: Arc<Vec<Resolved>>,
}

/// Where the opportunities of a block's rows stand if they are new.
#[derive(Debug, Default)]
pub(in crate::planner) struct BlockStandings {
    /// For each row a position in `resolved`, or [`UNPLAIN`].
    of_rows: Vec<u16>,
    resolved: Arc<Vec<Resolved>>,
}

/// Where an opportunity stands if its four cells are filled in a certain way.
#[derive(Clone, Debug)]
struct Resolved {
    pipeline: Option<String>,
    status: Status,
}

/// Stands for a row that has to be looked at closely: its name is not plainly in its cell, or something is missing or
/// wrong.
const UNPLAIN: u16 = u16::MAX;

/// One combination of the four cells.
#[derive(Debug)]
struct Combination {
    hash: u64,
    cells: Box<[u128]>,
    /// The position of what was worked out for it in [`Standings::resolved`].
    resolved: u16,
}

/// Where the columns are in the file.
#[derive(Clone, Debug)]
struct Columns {
    /// The columns of the four fields, as ranges of columns that stand side by side.
    stretches: Vec<Range<usize>>,
    /// The column of the name; `None` if there is none, or if its cells are not read as they are.
    name: Option<usize>,
    /// A name of so many bytes has room in its field.
    name_bytes: usize,
}

impl Columns {
    fn of(settings: &Settings) -> Self {
        let is_of_standing = |column: &&Column| {
            matches!(
                column.field,
                FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON
            )
        };
        let columns = &settings.opportunity_columns;
        let indexes = columns.iter().filter(is_of_standing).filter_map(Column::index);
        let name = columns.iter().find(|column| column.field == FieldId::OPPORTUNITY_NAME);
        let name_bytes = name.map_or(0, |column| column.max_chars);
        let name = name.filter(|column| column.is_direct()).and_then(Column::index);
        let stretches = side_by_side(indexes.map(usize::from));
        Columns { stretches, name: name.map(usize::from), name_bytes }
    }

    /// Copies the four cells of a row: for each stretch its length and where its cells end, then its bytes. `None` in a
    /// block with a row of more than 64 KiB.
    ///
    /// The bytes are copied in whole windows. So most rows take the same number of words, and the processor need not
    /// guess how many.
    fn copy(&self, block: &Block, row: &BlockRow<'_>, cells: &mut Vec<u128>) -> Option<()> {
        cells.clear();
        for stretch in &self.stretches {
            let stretch = row.stretch(stretch.clone())?;
            // There are four cells at most, so that their ends fit one word.
            let ends = stretch.ends().fold(0, |ends, end| ends << 16 | u64::from(end));
            cells.push(u128::from(ends) << 64 | stretch.bytes.len() as u128);
            for piece in stretch.bytes.chunks(size_of::<Window>()) {
                let padded = block.padded(piece);
                let (words, _) = padded.as_chunks();
                cells.extend(words.iter().map(|word| u128::from_le_bytes(*word)));
            }
        }
        Some(())
    }
}

/// How many combinations are remembered: more than an account has stages, but few enough that a column full of nonsense
/// does not fill the memory.
const MOST: usize = 4_096;

impl Standings {
    /// Where the opportunities of a block's rows stand if they are new.
    pub(in crate::planner) fn of_block(
        &mut self,
        settings: &Settings,
        block: &Block,
        drafts: &Drafts,
    ) -> BlockStandings {
        // With a default that is for updates as well, later rows have to know what this one has given.
        let has_default_always =
            settings.opportunity_columns.iter().any(|column| column.default_always);
        if has_default_always || settings.opportunities.is_none_or(|mode| mode == Mode::Update) {
            return BlockStandings::default();
        }
        let mut of_rows = vec![UNPLAIN; block.len()];
        let stripes = drafts.rows.chunks(Stripe::ROWS).zip(of_rows.chunks_mut(Stripe::ROWS));
        for (number, (drafts, positions)) in stripes.enumerate().filter(|_| !block.may_hold_nul()) {
            let open = drafts.iter().enumerate().fold(0, |open, (row, draft)| {
                open | u64::from(draft.opportunity == SideDraft::Open) << row
            });
            for row in rows_of(open) {
                let of_row = block.row(number * Stripe::ROWS + row);
                positions[row] = self.resolve(settings, block, &of_row).unwrap_or(UNPLAIN);
            }
        }
        BlockStandings { of_rows, resolved: self.resolved.clone() }
    }

    /// The position of what was worked out for the cells of a row; `None` if the row has to be looked at closely.
    fn resolve(&mut self, settings: &Settings, block: &Block, row: &BlockRow<'_>) -> Option<u16> {
        let columns = self.columns.get_or_insert_with(|| Columns::of(settings));
        let name = row.bytes(columns.name?);
        let is_blank = !is_plain(*name.first()?) && is_blank(row.cell(columns.name?));
        if is_blank || name.len() > columns.name_bytes {
            return None;
        }
        columns.copy(block, row, &mut self.cells)?;
        let mut hasher = self.seed.build_hasher();
        self.cells.iter().for_each(|word| hasher.write_u128(*word));
        let hash = hasher.finish();
        if let Some(known) = self.combinations.find(hash, |known| *known.cells == *self.cells) {
            return Some(known.resolved);
        }
        self.add(settings, row, hash)
    }

    /// Works out a combination that was not met before, and remembers it.
    #[cold]
    fn add(&mut self, settings: &Settings, row: &BlockRow<'_>, hash: u64) -> Option<u16> {
        if self.combinations.len() == MOST {
            return None;
        }
        let new = work_out(settings, *row)?;
        let resolved = u16::try_from(self.resolved.len()).unwrap_or(UNPLAIN);
        Arc::make_mut(&mut self.resolved).push(new);
        self.combinations.insert_unique(
            hash,
            Combination { hash, cells: self.cells.as_slice().into(), resolved },
            |known| known.hash,
        );
        Some(resolved)
    }
}

/// Where the new opportunity of a row stands; `None` if something is missing or wrong.
fn work_out(settings: &Settings, cells: BlockRow<'_>) -> Option<Resolved> {
    let row = RowOf { cells, number: cells.number(), rule: None, dropped: &[], stays_open: false };
    let mut is_fine = true;
    let standing = Standing::brought_by(settings, &row, |_| is_fine = false);
    is_fine &= standing.pipeline.is_some() || !settings.choices.has_pipelines();
    let status = Status::of(standing.status.as_deref());
    is_fine.then(|| Resolved { pipeline: standing.pipeline.map(Cow::into_owned), status })
}

/// Where a new opportunity stands, if its row says so plainly: nothing is missing or wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainStanding {
    /// Its position in [`KnownOpportunities::pipelines`](super::KnownOpportunities).
    pub(super) pipeline: Option<u32>,
    pub(super) status: Status,
}

impl PlainStanding {
    /// Where it stands before any row or stored value is taken.
    pub(super) const NOWHERE: Self = PlainStanding { pipeline: None, status: Status::Blank };
}

/// The standings of the current block, with the planner's numbers of pipelines.
#[derive(Debug, Default)]
pub(super) struct CurrentStandings {
    /// For each row a position in `resolved`, or [`UNPLAIN`].
    of_rows: Vec<u16>,
    resolved: Vec<PlainStanding>,
}

impl Planner {
    /// Takes the standings of the block's rows, or works them out.
    pub(in crate::planner) fn take_standings(&mut self, prepared: Option<BlockStandings>) {
        let Planner { ledger, opportunities, block: current, .. } = self;
        let Some(block) = ledger.blocks.last() else { return };
        let own = || opportunities.standings.of_block(&ledger.settings, block, &current.drafts);
        let BlockStandings { of_rows, resolved } = prepared.unwrap_or_else(own);
        let standing = |resolved: &Resolved| {
            let pipeline = self.pipeline_number(resolved.pipeline.as_deref());
            PlainStanding { pipeline, status: resolved.status }
        };
        let resolved = resolved.iter().map(standing).collect();
        self.opportunities.current_standings = CurrentStandings { of_rows, resolved };
    }

    /// Where the opportunity of a row stands if it is new. `None` if the row has to be looked at closely.
    pub(super) fn plain_standing(&self, at: usize) -> Option<PlainStanding> {
        let CurrentStandings { of_rows, resolved } = &self.opportunities.current_standings;
        let position = *of_rows.get(self.window.rows.start + at)?;
        resolved.get(usize::from(position)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::source::Source;

    /// Random rows, some too short, some with cells of more than a window; the last ones end where the
    /// text does.
    #[test]
    fn cells_are_one_combination_if_they_are_written_the_same_and_only_then() {
        let long = "a stage with a name of more than 32 bytes";
        let longer = format!("{long}, and one word more");
        let (quoted, longer) = (format!("\"{long}\""), format!("\"{longer}\""));
        let cells = ["", "", "a", "b", "a,b", "\"a,b\"", "\"\"", long, &quoted, &longer];
        let mut dice = Dice::new(7);
        let mut text = String::from("w,x,y,z\n");
        for _ in 0..300 {
            let row: Vec<&str> = (0..1 + dice.below(4)).map(|_| dice.one_of(&cells)).collect();
            text += &(row.join(",") + "\n");
        }
        let mut rows = Source::from_bytes(text.as_bytes()).open().unwrap();
        let mut block = Block::new();
        rows.next_block(&mut block, 300).unwrap();
        let (mut same, mut different) = (0, 0);
        for parts in [&[0][..], &[1, 2, 3], &[0, 1, 3], &[0, 1, 2, 3]] {
            let stretches = side_by_side(parts.iter().copied());
            let columns = Columns { stretches, name: None, name_bytes: 0 };
            let copied = |row: &BlockRow<'_>| {
                let mut cells = vec![7];
                columns.copy(&block, row, &mut cells).unwrap();
                cells
            };
            let rows: Vec<_> = (0..block.len()).map(|at| block.row(at)).collect();
            let stretches = |at: usize| {
                columns
                    .stretches
                    .iter()
                    .map(|part| rows[at].stretch(part.clone()))
                    .collect::<Vec<_>>()
            };
            let rows: Vec<_> =
                rows.iter().enumerate().map(|(at, row)| (copied(row), stretches(at))).collect();
            for ((copy_a, a), (copy_b, b)) in
                rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)))
            {
                assert_eq!(copy_a == copy_b, a == b, "{a:?} {b:?}");
                same += usize::from(a == b);
                different += usize::from(a != b);
            }
        }
        assert!(same > 5_000 && different > 5_000, "{same} {different}");
    }
}
