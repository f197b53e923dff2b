//! [`Ledger`]: the rows of the file, the records they met, and how they hang together.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Outcome;
use crate::dedup::KeyPlace;
use crate::draft::Settings;
use crate::field::FieldId;
use crate::follow_up::{FollowUp, Scope};
use crate::lookup::{Answers, StoredId};
use crate::merge::{Base, Dropped, Gift, RowOf};
use crate::object::{Object, RowNumber};
use crate::source::{Block, BlockRow};
use crate::value::Value;

use super::memory::{Memory, Met, Numbers};

/// No row, no record.
pub(crate) const NONE: u32 = u32::MAX;

/// How a row came to its contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    New,
    Id,
    /// By the rule at this position of [`Settings::rules`].
    Rule(u8),
    /// An opportunity, by its fields (O5).
    Match,
    /// An opportunity, by its pipeline (O4).
    Pipeline,
}

/// The contact side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContactRow {
    /// The contact the row leads to; there may be one although the side failed or was skipped.
    pub(crate) contact: u32,
    /// The row before this one that is folded into the contact.
    pub(crate) previous: u32,
    /// `None`: no contact on this row, or contacts are not selected.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// Which of the row's keys under the rule led here.
    pub(crate) key: u8,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl ContactRow {
    /// Before anything is known of it.
    pub(crate) const OPEN: Self = ContactRow {
        contact: NONE,
        previous: NONE,
        outcome: None,
        by: By::New,
        key: 0,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its contact?
    pub(crate) fn is_first(&self) -> bool {
        self.previous == NONE && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// The opportunity side of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpportunityRow {
    pub(crate) deal: u32,
    pub(crate) previous: u32,
    /// The contact that the row names for it.
    pub(crate) contact: u32,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) by: By,
    /// The row decides whom the opportunity is linked to (P2, P7).
    pub(crate) sets_link: bool,
    pub(crate) has_warning: bool,
    pub(crate) has_dropped: bool,
}

impl OpportunityRow {
    /// Before anything is known of it.
    pub(crate) const OPEN: Self = OpportunityRow {
        deal: NONE,
        previous: NONE,
        contact: NONE,
        outcome: None,
        by: By::New,
        sets_link: false,
        has_warning: false,
        has_dropped: false,
    };

    /// Is it the first row that is folded into its opportunity?
    pub(crate) fn is_first(&self) -> bool {
        self.previous == NONE && self.outcome.is_some_and(Outcome::is_folded)
    }
}

/// What both sides of a row have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SideOfRow {
    pub(crate) outcome: Option<Outcome>,
    /// The record it leads to, or [`NONE`].
    pub(crate) record: u32,
    pub(crate) by: By,
    pub(crate) has_warning: bool,
}

/// A record that rows of the file are folded into, stored or new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its number among the answers of storage; [`NONE`] = it is new.
    pub(crate) stored: u32,
    pub(crate) first_row: u32,
    pub(crate) last_row: u32,
    /// The first row that names it, even if it writes nothing into it.
    pub(crate) named_row: u32,
}

impl Entry {
    /// A stored record, that no row has met.
    pub(crate) fn stored_as(stored: u32) -> Self {
        Entry { stored, first_row: NONE, last_row: NONE, named_row: NONE }
    }

    /// A new record, brought by this row.
    pub(crate) fn brought_by(row: u32) -> Self {
        Entry { stored: NONE, first_row: row, last_row: row, named_row: row }
    }

    /// This row is folded into it; gives the one before, or [`NONE`].
    pub(crate) fn take_row(&mut self, row: u32) -> u32 {
        let previous = std::mem::replace(&mut self.last_row, row);
        if previous == NONE {
            self.first_row = row;
        }
        self.name(row);
        previous
    }

    /// Does a row name it, even if it writes nothing into it?
    pub(crate) fn is_named(&self) -> bool {
        self.named_row != NONE
    }

    /// This row names it.
    pub(crate) fn name(&mut self, row: u32) {
        if !self.is_named() {
            self.named_row = row;
        }
    }

    pub(crate) fn stored(&self) -> Option<StoredId> {
        (self.stored != NONE).then_some(StoredId(self.stored))
    }

    pub(crate) fn is_new(&self) -> bool {
        self.stored == NONE
    }

    pub(crate) fn has_rows(&self) -> bool {
        self.first_row != NONE
    }
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) settings: Arc<Settings>,
    /// Shared while another thread numbers the keys of those behind.
    pub(crate) blocks: Vec<Arc<Block>>,
    pub(crate) contacts: Answers,
    pub(crate) opportunities: Answers,
    pub(crate) people: Vec<Entry>,
    pub(crate) deals: Vec<Entry>,
    pub(crate) contact_rows: Vec<ContactRow>,
    pub(crate) opportunity_rows: Vec<OpportunityRow>,
    /// Per object, sorted by row.
    pub(crate) dropped_of_contacts: Vec<Dropped>,
    pub(crate) dropped_of_opportunities: Vec<Dropped>,
    /// Opportunity rows whose tags go to a contact: (contact, row), sorted when planning ends.
    pub(crate) gifts: Vec<(u32, u32)>,
    /// Keys (rule, text) that the plan passes from one contact to another, or that several carry: no
    /// step expects them to be free (X3).
    pub(crate) passed_on: hashbrown::HashSet<(u8, String), foldhash::quality::RandomState>,
    /// Which rows of the file these are.
    pub(crate) numbers: Numbers,
    /// What earlier windows of this import met.
    pub(crate) memory: Arc<Memory>,
}

impl Ledger {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Ledger {
            settings,
            blocks: Vec::new(),
            contacts: Answers::new(Object::Contact),
            opportunities: Answers::new(Object::Opportunity),
            people: Vec::new(),
            deals: Vec::new(),
            contact_rows: Vec::new(),
            opportunity_rows: Vec::new(),
            dropped_of_contacts: Vec::new(),
            dropped_of_opportunities: Vec::new(),
            gifts: Vec::new(),
            passed_on: hashbrown::HashSet::default(),
            numbers: Numbers::default(),
            memory: Arc::default(),
        }
    }

    /// Gives back the room that nothing will need any more.
    pub(crate) fn shrink(&mut self) {
        self.people.shrink_to_fit();
        self.deals.shrink_to_fit();
        self.contact_rows.shrink_to_fit();
        self.opportunity_rows.shrink_to_fit();
        self.contacts.shrink();
        self.opportunities.shrink();
    }

    /// The number in the file of a row of this ledger.
    pub(crate) fn number(&self, row: u32) -> RowNumber {
        self.numbers.of(row)
    }

    /// What earlier windows knew of a record.
    pub(crate) fn met(&self, object: Object, number: u32) -> Option<Met> {
        if self.memory.is_empty() {
            return None;
        }
        self.memory.get(object, self.id(object, number)?)
    }

    /// Is the record new, or was it created by an earlier window of this import?
    pub(crate) fn is_made(&self, object: Object, number: u32) -> bool {
        self.entry(object, number).is_new()
            || self.met(object, number).is_some_and(|met| met.is_made)
    }

    /// Has an earlier window of this import folded rows into the record?
    pub(crate) fn was_folded(&self, object: Object, number: u32) -> bool {
        self.met(object, number).is_some_and(|met| met.first_row.is_some())
    }

    /// The first row of the file that was folded into a record.
    pub(crate) fn first_number(&self, object: Object, number: u32) -> Option<RowNumber> {
        let entry = self.entry(object, number);
        let own = entry.has_rows().then(|| self.number(entry.first_row));
        self.met(object, number).and_then(|met| met.first_row).or(own)
    }

    /// How many rows have been planned.
    pub(crate) fn len(&self) -> usize {
        self.contact_rows.len()
    }

    /// Any text of the blocks.
    pub(crate) fn text(&self, place: KeyPlace) -> &str {
        self.blocks[place.block as usize].text(place.span)
    }

    /// The block that holds a row, and where in it.
    pub(crate) fn locate(&self, row: u32) -> (&Block, usize) {
        let number = row + 1;
        // Mostly it is one of those that are being planned.
        if let Some(last) = self.blocks.last()
            && let Some(at) = number.checked_sub(last.first_row().0)
        {
            return (last, at as usize);
        }
        // Most blocks have as many rows as the first, so it is found without a search.
        let guess = (row / u32::try_from(self.blocks[0].len()).unwrap_or(u32::MAX).max(1)) as usize;
        let has_row = |block: &&Arc<Block>| {
            (row as usize).checked_sub(block.first_row().index()).is_some_and(|at| at < block.len())
        };
        let is_guessed = self.blocks.get(guess).filter(has_row).is_some();
        let at = if is_guessed {
            guess
        } else {
            self.blocks.partition_point(|block| block.first_row().0 <= number) - 1
        };
        let block = &self.blocks[at];
        (block, (number - block.first_row().0) as usize)
    }

    /// The cells of a row.
    pub(crate) fn cells(&self, row: u32) -> BlockRow<'_> {
        let (block, at) = self.locate(row);
        block.row(at)
    }

    pub(crate) fn line(&self, row: u32) -> u64 {
        let (block, at) = self.locate(row);
        block.line(at)
    }

    pub(crate) fn entry(&self, object: Object, number: u32) -> &Entry {
        match object {
            Object::Contact => &self.people[number as usize],
            Object::Opportunity => &self.deals[number as usize],
        }
    }

    pub(crate) fn answers(&self, object: Object) -> &Answers {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    pub(crate) fn base(&self, object: Object, entry: &Entry) -> Base<'_> {
        let stored = entry.stored().map(|id| (self.answers(object), id));
        let memory = self.settings.minds_earlier_windows().then_some(&*self.memory);
        Base { memory, ..Base::of(&self.settings, stored) }
    }

    /// One row as the fold of its record sees it.
    pub(crate) fn row(&self, object: Object, row: u32) -> RowOf<'_> {
        let cells = self.cells(row);
        let number = RowNumber(row + 1);
        let (rule, has_dropped, dropped) = match object {
            Object::Contact => {
                let side = &self.contact_rows[row as usize];
                let rule = if let By::Rule(rule) = side.by { Some(rule) } else { None };
                (rule, side.has_dropped, &self.dropped_of_contacts)
            }
            Object::Opportunity => {
                let side = &self.opportunity_rows[row as usize];
                (None, side.has_dropped, &self.dropped_of_opportunities)
            }
        };
        let dropped: &[Dropped] = if has_dropped {
            let from = dropped.partition_point(|drop| drop.row < number);
            let to = dropped.partition_point(|drop| drop.row <= number);
            &dropped[from..to]
        } else {
            &[]
        };
        RowOf { cells, number, rule, dropped }
    }

    /// The rows folded into a record, first one first.
    pub(crate) fn rows(&self, object: Object, entry: &Entry) -> SmallVec<[RowOf<'_>; 4]> {
        if entry.has_rows() && entry.first_row == entry.last_row {
            let mut rows = SmallVec::new();
            rows.push(self.row(object, entry.first_row));
            return rows;
        }
        let mut rows: SmallVec<[RowOf<'_>; 4]> =
            self.row_numbers(object, entry).map(|row| self.row(object, row)).collect();
        rows.reverse();
        rows
    }

    /// The rows folded into a record, last one first.
    pub(crate) fn row_numbers<'s>(
        &'s self,
        object: Object,
        entry: &Entry,
    ) -> impl Iterator<Item = u32> + use<'s> {
        self.back_from(object, entry.last_row)
    }

    /// This row and those before it that are folded into the same record, last one first.
    pub(crate) fn back_from(&self, object: Object, row: u32) -> impl Iterator<Item = u32> {
        let is_row = |row: u32| (row != NONE).then_some(row);
        std::iter::successors(is_row(row), move |&row| is_row(self.previous(object, row)))
    }

    /// The row before this one that is folded into the same record; [`NONE`] = it is the first.
    pub(crate) fn previous(&self, object: Object, row: u32) -> u32 {
        match object {
            Object::Contact => self.contact_rows[row as usize].previous,
            Object::Opportunity => self.opportunity_rows[row as usize].previous,
        }
    }

    /// The tags that a contact gets besides those of its own rows: from its opportunities (P8), and
    /// from follow-ups (F3).
    pub(crate) fn tags_for(&self, contact: u32) -> Vec<Gift<'_>> {
        let mut tags: Vec<Gift<'_>> = Vec::new();
        let from = self.gifts.partition_point(|&(of, _)| of < contact);
        for &(_, row) in self.gifts[from..].iter().take_while(|&&(of, _)| of == contact) {
            let cells = self.cells(row);
            for column in &self.settings.opportunity_columns {
                if column.field == FieldId::OPPORTUNITY_TAGS {
                    column.read_items(
                        column.text(&cells),
                        None,
                        &self.settings.choices,
                        |_, read| {
                            tags.extend(read.ok().map(|tag| (row, tag)));
                        },
                    );
                }
            }
        }
        // Where an earlier window has tagged it, rows of this one may replace or clear the list; the
        // tag comes after every row of the file.
        let has_rows = self.people[contact as usize].has_rows();
        if self.is_followed_up(contact) || (has_rows && self.settings.contacts.is_some()) {
            let is_made = self.is_made(Object::Contact, contact);
            tags.extend(self.settings.follow_ups.iter().filter_map(|follow_up| match follow_up {
                FollowUp::Tag(tag, scope) if takes(*scope, is_made) => {
                    Some((NONE, Value::text(tag.as_str())))
                }
                _ => None,
            }));
        }
        tags
    }

    /// Are follow-ups for this contact? A contact that the import names, unless an earlier window has
    /// seen to it; of those it does not write only where tags may go to linked contacts (P8).
    pub(crate) fn is_followed_up(&self, contact: u32) -> bool {
        let entry = &self.people[contact as usize];
        let is_written = entry.has_rows() && self.settings.contacts.is_some();
        entry.is_named()
            && (is_written || self.settings.account.opportunities.tag_linked)
            && self.met(Object::Contact, contact).is_none()
    }

    /// The lists and workflows of each contact, as (contact, position in the settings); tags are fields.
    pub(crate) fn lists_and_workflows(&self) -> Vec<(u32, u16)> {
        let follow_ups = (0u16..).zip(&self.settings.follow_ups);
        let others: Vec<(u16, &FollowUp)> =
            follow_ups.filter(|(_, of)| !matches!(of, FollowUp::Tag(..))).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let people = (0u32..).zip(&self.people).filter(|(number, _)| self.is_followed_up(*number));
        people
            .flat_map(|(number, entry)| {
                let due = others.iter().filter(|(_, of)| is_in(of.scope(), entry));
                due.map(move |(at, _)| (number, *at))
            })
            .collect()
    }

    /// Does the plan itself pass this key of a rule on?
    pub(crate) fn passes_on(&self, rule: u8, key: &str) -> bool {
        !self.passed_on.is_empty() && self.passed_on.contains(&(rule, key.to_owned()))
    }

    /// One side of a row, whichever.
    pub(crate) fn side(&self, object: Object, row: u32) -> SideOfRow {
        match object {
            Object::Contact => {
                let ContactRow { outcome, contact: record, by, has_warning, .. } =
                    self.contact_rows[row as usize];
                SideOfRow { outcome, record, by, has_warning }
            }
            Object::Opportunity => {
                let OpportunityRow { outcome, deal: record, by, has_warning, .. } =
                    self.opportunity_rows[row as usize];
                SideOfRow { outcome, record, by, has_warning }
            }
        }
    }

    /// The contact that an opportunity ends linked to, if the file says.
    pub(crate) fn link_of(&self, deal: &Entry) -> Option<u32> {
        self.row_numbers(Object::Opportunity, deal)
            .map(|row| &self.opportunity_rows[row as usize])
            .find(|side| side.sets_link)
            .map(|side| side.contact)
    }

    /// The id of a record, if it is stored.
    pub(crate) fn id(&self, object: Object, number: u32) -> Option<&str> {
        self.entry(object, number).stored().map(|id| self.answers(object).id(id))
    }
}

/// Is a contact within the scope of a follow-up?
pub(crate) fn is_in(scope: Scope, entry: &Entry) -> bool {
    takes(scope, entry.is_new())
}

/// Does a scope take a contact that the import has made, or has not made?
fn takes(scope: Scope, is_made: bool) -> bool {
    match scope {
        Scope::Created => is_made,
        Scope::Updated => !is_made,
        Scope::All => true,
    }
}
