//! [`Standings`]: where a new opportunity stands, that is in which pipeline and with which status.
//!
//! Pipeline, stage, status and lost reason depend on each other (O6-O8), but a thousand rows say the same few
//! things about them. So each way of saying it is worked out once. It depends on nothing but the row, so the
//! thread that drafts a block does it for all of the block's rows.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Status;
use crate::draft::{Column, Drafts, Settings, SideDraft};
use crate::field::FieldId;
use crate::merge::{Deal, RowOf};
use crate::normalize::{Window, is_blank, is_plain};
use crate::object::Mode;
use crate::planner::Planner;
use crate::source::{Block, BlockRow, Stripe, rows_of, side_by_side};

/// The ways in which cells of these four fields were found to be filled, and where each leads.
#[derive(Debug, Default)]
pub(in crate::planner) struct Standings {
    known: HashTable<Known>,
    seed: RandomState,
    /// Where they are in the file; found with the first row.
    columns: Option<Columns>,
    /// A buffer for what the cells of a row say.
    said: Vec<u128>,
    /// Where each way of saying it leads. Shared with the blocks in which the ways were met.
    ways: Arc<Vec<Way>>,
}

/// Where the opportunities of a block's rows stand if they are new.
#[derive(Debug, Default)]
pub(in crate::planner) struct BlockStandings {
    /// For each row a position among the ways, or [`UNPLAIN`].
    of_rows: Vec<u16>,
    ways: Arc<Vec<Way>>,
}

/// Where a way of saying it leads.
#[derive(Clone, Debug)]
struct Way {
    pipeline: Option<String>,
    status: Status,
}

/// The row has to be looked at closely: its name is not plainly in its cell, or something is missing or wrong.
const UNPLAIN: u16 = u16::MAX;

/// What the cells say, and which way that is.
#[derive(Debug)]
struct Known {
    hash: u64,
    said: Box<[u128]>,
    way: u16,
}

/// Where in the file these fields are.
#[derive(Clone, Debug)]
struct Columns {
    /// The columns of the four fields, as ranges of neighbours.
    parts: Vec<Range<usize>>,
    /// The column of the name; `None` if there is none, or if its cells are not read as they are.
    name: Option<usize>,
    /// A name of so many bytes has room in its field.
    name_bytes: usize,
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
        let name_bytes = name.map_or(0, |column| column.max_chars);
        let name = name.filter(|column| column.is_direct()).and_then(Column::index);
        let parts = side_by_side(parts.map(usize::from));
        Columns { parts, name: name.map(usize::from), name_bytes }
    }

    /// Writes down what a row says about the four fields: for each part its length and where its cells end,
    /// then its bytes. Bytes are taken in whole windows, so most rows take the same number of words, and the
    /// processor need not guess how many. `None` in a block with a row of more than 64 KiB.
    fn say(&self, block: &Block, row: &BlockRow<'_>, said: &mut Vec<u128>) -> Option<()> {
        said.clear();
        for part in &self.parts {
            let part = row.stretch(part.clone())?;
            // There are four fields at most.
            let ends = part.ends().fold(0, |ends, end| ends << 16 | u64::from(end));
            said.push(u128::from(ends) << 64 | part.bytes.len() as u128);
            for piece in part.bytes.chunks(size_of::<Window>()) {
                let padded = block.padded(piece);
                let (words, _) = padded.as_chunks();
                said.extend(words.iter().map(|word| u128::from_le_bytes(*word)));
            }
        }
        Some(())
    }
}

/// How many ways are remembered: more than an account has stages, but a column full of nonsense must not fill
/// the memory.
const MOST: usize = 4_096;

impl Standings {
    /// Where the opportunities of a block's rows stand if they are new.
    pub(in crate::planner) fn of_block(
        &mut self,
        settings: &Settings,
        block: &Block,
        drafts: &Drafts,
    ) -> BlockStandings {
        // If a default is for updates as well, later rows have to know what this one has given.
        let has_standing_default =
            settings.opportunity_columns.iter().any(|column| column.default_always);
        if has_standing_default || settings.opportunities.is_none_or(|mode| mode == Mode::Update) {
            return BlockStandings::default();
        }
        let mut of_rows = vec![UNPLAIN; block.len()];
        let stripes = drafts.rows.chunks(Stripe::ROWS).zip(of_rows.chunks_mut(Stripe::ROWS));
        for (number, (drafts, ways)) in stripes.enumerate().filter(|_| !block.may_hold_nul()) {
            let open = drafts.iter().enumerate().fold(0, |open, (row, draft)| {
                open | u64::from(draft.opportunity == SideDraft::Open) << row
            });
            for row in rows_of(open) {
                let of_row = block.row(number * Stripe::ROWS + row);
                ways[row] = self.way_of(settings, block, &of_row).unwrap_or(UNPLAIN);
            }
        }
        BlockStandings { of_rows, ways: self.ways.clone() }
    }

    fn way_of(&mut self, settings: &Settings, block: &Block, row: &BlockRow<'_>) -> Option<u16> {
        let columns = self.columns.get_or_insert_with(|| Columns::of(settings));
        let name = row.bytes(columns.name?);
        let is_blank = !is_plain(*name.first()?) && is_blank(row.cell(columns.name?));
        if is_blank || name.len() > columns.name_bytes {
            return None;
        }
        columns.say(block, row, &mut self.said)?;
        let mut hasher = self.seed.build_hasher();
        self.said.iter().for_each(|word| hasher.write_u128(*word));
        let hash = hasher.finish();
        if let Some(known) = self.known.find(hash, |known| *known.said == *self.said) {
            return Some(known.way);
        }
        self.learn(settings, row, hash)
    }

    /// Adds a way of saying it that was not met before.
    #[cold]
    fn learn(&mut self, settings: &Settings, row: &BlockRow<'_>, hash: u64) -> Option<u16> {
        if self.known.len() == MOST {
            return None;
        }
        let new = work_out(settings, *row)?;
        let way = u16::try_from(self.ways.len()).unwrap_or(UNPLAIN);
        Arc::make_mut(&mut self.ways).push(new);
        self.known.insert_unique(
            hash,
            Known { hash, said: self.said.as_slice().into(), way },
            |known| known.hash,
        );
        Some(way)
    }
}

/// Works out where the cells of a row lead, if nothing is wrong with them.
fn work_out(settings: &Settings, cells: BlockRow<'_>) -> Option<Way> {
    let row = RowOf { cells, number: cells.number(), rule: None, dropped: &[], stays_open: false };
    let mut is_fine = true;
    let deal = Deal::brought_by(settings, &row, |_| is_fine = false);
    is_fine &= deal.pipeline.is_some() || !settings.choices.has_pipelines();
    let status = Status::of(deal.status.as_deref());
    is_fine.then(|| Way { pipeline: deal.pipeline.map(Cow::into_owned), status })
}

/// Where a new opportunity stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Its position in [`KnownOpportunities::pipelines`](super::KnownOpportunities).
    pub(super) pipeline: Option<u32>,
    pub(super) status: Status,
}

impl Standing {
    /// Where it stands before anything is said.
    pub(super) const NOWHERE: Self = Standing { pipeline: None, status: Status::Blank };
}

/// The standings of the current block, with the planner's numbers of pipelines.
#[derive(Debug, Default)]
pub(super) struct AtHand {
    of_rows: Vec<u16>,
    ways: Vec<Standing>,
}

impl Planner {
    /// Takes the standings of the block's rows, or works them out.
    pub(in crate::planner) fn take_standings(&mut self, prepared: Option<BlockStandings>) {
        let Planner { ledger, opportunities, block: current, .. } = self;
        let Some(block) = ledger.blocks.last() else { return };
        let own = || opportunities.standings.of_block(&ledger.settings, block, &current.drafts);
        let BlockStandings { of_rows, ways } = prepared.unwrap_or_else(own);
        let standing = |way: &Way| {
            let pipeline = self.pipeline_number(way.pipeline.as_deref());
            Standing { pipeline, status: way.status }
        };
        let ways = ways.iter().map(standing).collect();
        self.opportunities.at_hand = AtHand { of_rows, ways };
    }

    /// Where the opportunity of a row stands if it is new. `None`: the row has to be looked at closely.
    pub(super) fn plain_standing(&self, at: usize) -> Option<Standing> {
        let AtHand { of_rows, ways } = &self.opportunities.at_hand;
        let way = *of_rows.get(self.window.rows.start + at)?;
        ways.get(usize::from(way)).copied()
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
    fn rows_say_the_same_if_their_cells_are_written_the_same_and_only_then() {
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
            let parts = side_by_side(parts.iter().copied());
            let columns = Columns { parts, name: None, name_bytes: 0 };
            let said = |row: &BlockRow<'_>| {
                let mut said = vec![7];
                columns.say(&block, row, &mut said).unwrap();
                said
            };
            let rows: Vec<_> = (0..block.len()).map(|at| block.row(at)).collect();
            let stretches = |at: usize| {
                columns.parts.iter().map(|part| rows[at].stretch(part.clone())).collect::<Vec<_>>()
            };
            let rows: Vec<_> =
                rows.iter().enumerate().map(|(at, row)| (said(row), stretches(at))).collect();
            for ((said_a, a), (said_b, b)) in
                rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)))
            {
                assert_eq!(said_a == said_b, a == b, "{a:?} {b:?}");
                same += usize::from(a == b);
                different += usize::from(a != b);
            }
        }
        assert!(same > 5_000 && different > 5_000, "{same} {different}");
    }
}
