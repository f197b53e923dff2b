//! [`Ledger`]: the rows that are planned, the records to which they lead, and the links between these records.

mod entry;
mod follow_ups;
mod sides;

use std::sync::Arc;

use smallvec::SmallVec;

use super::memory::{Fact, Memory, Met};
use super::row_numbers::RowNumbers;
use crate::dedup::KeyPlace;
use crate::draft::{Column, Settings};
use crate::lookup::Answers;
use crate::maps::Map;
use crate::merge::{Base, Dropped, RowOf};
use crate::normalize::is_blank;
use crate::object::{ContactNumber, Object, RecordRef, RowIndex, RowNumber};
use crate::source::{Block, BlockRow};

pub(crate) use entry::Entry;
pub(super) use sides::SideOfRow;
pub(crate) use sides::{By, ContactRow, OpportunityRow};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) settings: Arc<Settings>,
    /// The rows themselves. Blocks are shared, because another thread may still be numbering the keys of later ones.
    pub(crate) blocks: Vec<Arc<Block>>,
    /// The stored contacts that were read, and the stored opportunities.
    pub(crate) stored_contacts: Answers,
    pub(crate) stored_opportunities: Answers,
    /// All contacts by their numbers: the stored ones that were read, and those that rows bring. Likewise the
    /// opportunities.
    pub(crate) contacts: Vec<Entry>,
    pub(crate) opportunities: Vec<Entry>,
    /// The contact side of each row, and the opportunity side of each row.
    pub(crate) contact_rows: Vec<ContactRow>,
    pub(crate) opportunity_rows: Vec<OpportunityRow>,
    /// Values of rows that are not written, for each object. They are sorted by row when planning ends.
    pub(crate) dropped_of_contacts: Vec<Dropped>,
    pub(crate) dropped_of_opportunities: Vec<Dropped>,
    /// Rows whose opportunity gives tags to a contact: (contact, row). They are sorted when planning ends.
    pub(crate) gifts: Vec<(ContactNumber, RowIndex)>,
    /// Keys that pass from one contact to another in this plan, so that steps need not expect them to be free (X3).
    pub(crate) passed_on: PassedOn,
    /// Which rows of the file these are.
    pub(crate) numbers: RowNumbers,
    /// What earlier windows of this import have met.
    pub(crate) memory: Arc<Memory>,
}

/// How a key passes from one contact to another.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    /// The stored contacts that give it up.
    pub(crate) from: SmallVec<[ContactNumber; 1]>,
    /// The contact that has it in the end, if there is just one.
    pub(crate) to: Option<ContactNumber>,
    /// Whether all contacts that give it up are written in earlier batches than the contact that gets it.
    pub(crate) is_in_turn: bool,
}

/// The keys that pass from one contact to another in this plan, or that several contacts carry in the end: by the
/// position of the match rule, and by the text of the key.
pub(crate) type PassedOn = Map<(u8, String), Passage>;

impl Ledger {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Ledger {
            settings,
            blocks: Vec::new(),
            stored_contacts: Answers::new(Object::Contact),
            stored_opportunities: Answers::new(Object::Opportunity),
            contacts: Vec::new(),
            opportunities: Vec::new(),
            contact_rows: Vec::new(),
            opportunity_rows: Vec::new(),
            dropped_of_contacts: Vec::new(),
            dropped_of_opportunities: Vec::new(),
            gifts: Vec::new(),
            passed_on: PassedOn::default(),
            numbers: RowNumbers::default(),
            memory: Arc::default(),
        }
    }

    /// Gives back memory that was reserved and is not needed.
    pub(crate) fn shrink(&mut self) {
        self.contacts.shrink_to_fit();
        self.opportunities.shrink_to_fit();
        self.contact_rows.shrink_to_fit();
        self.opportunity_rows.shrink_to_fit();
        self.stored_contacts.shrink();
        self.stored_opportunities.shrink();
    }

    /// The number in the file of a row.
    pub(crate) fn number(&self, row: RowIndex) -> RowNumber {
        self.numbers.of(row)
    }

    /// What earlier windows of the run have noted about a record, if they met it.
    #[inline]
    pub(crate) fn met(&self, record: impl Into<RecordRef>) -> Option<Met> {
        if self.memory.is_empty() {
            return None;
        }
        let record = record.into();
        self.memory.get(record.object, self.id(record)?)
    }

    /// Whether this import creates the record: it is new, or an earlier window has created it.
    pub(crate) fn is_made(&self, record: impl Into<RecordRef>) -> bool {
        let record = record.into();
        self.entry(record).is_new() || self.met(record).is_some_and(|met| met.has(Fact::Made))
    }

    /// Whether an earlier window has folded rows into the record.
    pub(crate) fn was_folded(&self, record: impl Into<RecordRef>) -> bool {
        self.met(record).is_some_and(|met| met.first_row.is_some())
    }

    /// Whether a row without an opportunity has something about a contact, although contacts are not imported (P8).
    pub(crate) fn is_unused(&self, row: RowIndex) -> bool {
        let Settings { contacts, contact_columns, .. } = &*self.settings;
        let cells = self.cells(row);
        let is_filled = |column: &Column| {
            !column.is_constant() && !is_blank(column.text(&cells)) && !column.means_nothing(&cells)
        };
        contacts.is_none() && contact_columns.iter().any(is_filled)
    }

    /// The number of the first row that is folded into a record, in this plan or by an earlier window.
    pub(crate) fn first_number(&self, record: impl Into<RecordRef>) -> Option<RowNumber> {
        let record = record.into();
        let own = self.entry(record).first_row.map(|row| self.number(row));
        self.met(record).and_then(|met| met.first_row).or(own)
    }

    /// How many rows have been planned.
    pub(crate) fn len(&self) -> usize {
        self.contact_rows.len()
    }

    /// All rows, in order.
    pub(crate) fn all_rows(&self) -> impl ExactSizeIterator<Item = RowIndex> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(RowIndex::new)
    }

    /// The text of a key.
    pub(crate) fn text(&self, place: KeyPlace) -> &str {
        self.blocks[place.block as usize].text(place.span)
    }

    /// All records: the contacts, then the opportunities.
    pub(crate) fn records(&self) -> impl Iterator<Item = RecordRef> + use<> {
        self.records_of(Object::Contact).chain(self.records_of(Object::Opportunity))
    }

    /// All contacts, or all opportunities.
    pub(crate) fn records_of(&self, object: Object) -> impl Iterator<Item = RecordRef> + use<> {
        let records = match object {
            Object::Contact => self.contacts.len(),
            Object::Opportunity => self.opportunities.len(),
        };
        (0u32..).take(records).map(move |number| RecordRef { object, number })
    }

    /// The block that holds a row, and the position of the row in that block.
    pub(crate) fn locate(&self, row: RowIndex) -> (&Block, usize) {
        let number = row.number();
        // Usually it is a row of the block that is being planned.
        if let Some(last) = self.blocks.last()
            && let Some(at) = number.0.checked_sub(last.first_row().0)
        {
            return (last, at as usize);
        }
        // Most blocks have as many rows as the first one, so the right one can be guessed without a search.
        let guess = row.index() / self.blocks[0].len().max(1);
        let has_row = |block: &&Arc<Block>| {
            row.index().checked_sub(block.first_row().index()).is_some_and(|at| at < block.len())
        };
        let is_guessed = self.blocks.get(guess).filter(has_row).is_some();
        let at = if is_guessed {
            guess
        } else {
            self.blocks.partition_point(|block| block.first_row() <= number) - 1
        };
        let block = &self.blocks[at];
        (block, row.index() - block.first_row().index())
    }

    /// The cells of a row.
    #[inline]
    pub(crate) fn cells(&self, row: RowIndex) -> BlockRow<'_> {
        let (block, at) = self.locate(row);
        block.row(at)
    }

    /// The physical line on which a row begins.
    pub(crate) fn line(&self, row: RowIndex) -> u64 {
        let (block, at) = self.locate(row);
        block.line(at)
    }

    /// The entry of a record.
    #[inline]
    pub(crate) fn entry(&self, record: impl Into<RecordRef>) -> &Entry {
        let RecordRef { object, number } = record.into();
        match object {
            Object::Contact => &self.contacts[number as usize],
            Object::Opportunity => &self.opportunities[number as usize],
        }
    }

    /// The stored records of an object that were read.
    pub(crate) fn answers(&self, object: Object) -> &Answers {
        match object {
            Object::Contact => &self.stored_contacts,
            Object::Opportunity => &self.stored_opportunities,
        }
    }

    /// The record as it is before the rows of this plan, for folding them onto it.
    pub(crate) fn base(&self, record: impl Into<RecordRef>) -> Base<'_> {
        let record = record.into();
        let stored = self.entry(record).stored().map(|id| (self.answers(record.object), id));
        let memory = self.settings.depends_on_earlier_windows().then_some(&*self.memory);
        Base { memory, ..Base::of(&self.settings, stored) }
    }

    /// One side of a row, for folding it onto its record.
    pub(crate) fn row(&self, object: Object, row: RowIndex) -> RowOf<'_> {
        let cells = self.cells(row);
        let number = row.number();
        let (rule, stays_open, has_dropped, dropped) = match object {
            Object::Contact => {
                let side = &self.contact_rows[row.index()];
                let rule = if let By::Rule(rule) = side.by { Some(rule) } else { None };
                (rule, false, side.has_dropped, &self.dropped_of_contacts)
            }
            Object::Opportunity => {
                let side = &self.opportunity_rows[row.index()];
                (None, side.stays_open, side.has_dropped, &self.dropped_of_opportunities)
            }
        };
        let dropped: &[Dropped] = if has_dropped {
            let from = dropped.partition_point(|drop| drop.row < number);
            let to = dropped.partition_point(|drop| drop.row <= number);
            &dropped[from..to]
        } else {
            &[]
        };
        RowOf { cells, number, rule, dropped, stays_open }
    }

    /// The rows that are folded into a record, first one first. Rows that only link an opportunity are left out.
    pub(crate) fn rows(&self, record: impl Into<RecordRef>) -> SmallVec<[RowOf<'_>; 4]> {
        let record = record.into();
        let object = record.object;
        if object == Object::Opportunity && self.settings.has_opportunity_checks() {
            let says_more = |row: &RowIndex| !self.opportunity_rows[row.index()].only_links;
            let rows = self.row_indexes(record).filter(says_more);
            let mut rows: SmallVec<_> = rows.map(|row| self.row(object, row)).collect();
            rows.reverse();
            return rows;
        }
        if let Some(row) = self.entry(record).only_row() {
            let mut rows = SmallVec::new();
            rows.push(self.row(object, row));
            return rows;
        }
        let mut rows: SmallVec<[RowOf<'_>; 4]> =
            self.row_indexes(record).map(|row| self.row(object, row)).collect();
        rows.reverse();
        rows
    }

    /// The rows of a record, last one first, including those that only link it.
    pub(crate) fn row_indexes<'s, R: Into<RecordRef>>(
        &'s self,
        record: R,
    ) -> impl Iterator<Item = RowIndex> + use<'s, R> {
        let record = record.into();
        let last = self.entry(record).last_row;
        std::iter::successors(last, move |&row| self.previous(record.object, row))
    }

    /// This row and those before it that are folded into the same record, last one first, without those that only link
    /// it.
    pub(crate) fn back_from(
        &self,
        object: Object,
        row: RowIndex,
    ) -> impl Iterator<Item = RowIndex> {
        std::iter::successors(Some(row), move |&row| self.said_before(object, row))
    }

    /// The row before this one of the same record, without those that only link it (§15).
    pub(crate) fn said_before(&self, object: Object, row: RowIndex) -> Option<RowIndex> {
        let mut before = self.previous(object, row)?;
        while object == Object::Opportunity && self.opportunity_rows[before.index()].only_links {
            before = self.previous(object, before)?;
        }
        Some(before)
    }

    /// The row before this one of the same record, if this is not the first.
    fn previous(&self, object: Object, row: RowIndex) -> Option<RowIndex> {
        match object {
            Object::Contact => self.contact_rows[row.index()].previous,
            Object::Opportunity => self.opportunity_rows[row.index()].previous,
        }
    }

    /// Whether this key may still be with another contact when its new one is written, so that it is not expected to be
    /// free.
    pub(crate) fn passes_on(&self, rule: u8, key: &str) -> bool {
        !self.passed_on.is_empty()
            && self.passed_on.get(&(rule, key.to_owned())).is_some_and(|it| !it.is_in_turn)
    }

    /// The contact to which the file links an opportunity in the end, if it does. A contact is not linked to any.
    pub(crate) fn link_of(&self, record: impl Into<RecordRef>) -> Option<ContactNumber> {
        let record = record.into();
        if record.object == Object::Contact {
            return None;
        }
        self.row_indexes(record)
            .map(|row| &self.opportunity_rows[row.index()])
            .find(|side| side.sets_link)
            .and_then(|side| side.contact)
    }

    /// The id of a record, if it is stored.
    pub(crate) fn id(&self, record: impl Into<RecordRef>) -> Option<&str> {
        let record = record.into();
        self.entry(record).stored().map(|id| self.answers(record.object).id(id))
    }
}
