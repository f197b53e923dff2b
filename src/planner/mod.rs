//! The sans-IO [`Planner`]: it takes blocks of rows and answers of storage, and makes a [`Plan`](crate::Plan) of them.
//!
//! It reads no clock, and its random numbers (the seeds of hashes) make no difference to the plan.
//! [`poll`](Planner::poll) says what it needs next: the answer to a [`Lookup`], or the next block. Each window of rows
//! goes through the same stages:
//!
//! ```text
//! number the keys -> ask for contacts -> resolve the contact of each row, in file order
//!                 -> ask for opportunities -> ask for contacts that they are linked to
//!                 -> resolve the opportunity of each row, in file order
//! ```
//!
//! Contacts never depend on opportunities, so it makes no difference to the plan when each is looked up
//! (behaviour L1).

mod ahead;
mod asking;
mod bringing;
mod clear_tokens;
mod closing;
mod contacts;
mod current;
mod differences;
mod drafting;
mod driver;
mod feed;
mod finder;
mod full_texts;
mod joined;
mod key_policy;
mod numbering;
mod opportunities;
mod prefetching;
mod reading;
mod resumed;
mod row_keys;
mod running_values;
mod scanner;
mod stretches;
mod teach;
mod tokenless;
mod window;

pub(crate) use bringing::each_bringing;
pub(crate) use joined::{Joined, joined_rows};
pub(crate) use teach::keys_of;
pub(crate) use tokenless::{Moved, Tokenless, each_tokenless, each_writing};

pub(crate) use driver::{
    BLOCK_ROWS, OpenFile, Pace, RowsToPlan, Threads, plan_file, plan_new, plan_rest, plan_rows,
};
pub(crate) use finder::{Finder, find};
pub(crate) use reading::{Reading, digest_of, read, skim};
pub(crate) use scanner::Scanner;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;

use contacts::KnownContacts;
use current::{CurrentBlock, Window};
use differences::Differences;
use full_texts::GrowingTexts;
use key_policy::KeyPolicy;
use opportunities::KnownOpportunities;
use window::Stage;

use crate::dedup::{KeyIndex, KeyNumber, KeyNumbers};
use crate::draft::{Drafts, Key, KeyText, Settings};
use crate::issue::Finding;
use crate::lookup::{Found, Lookup, Question};
use crate::maps::Set;
use crate::object::{ContactNumber, Object};
use crate::plan::{Changes, Entry, Interrupted, Ledger, Memory, RowNumbers};
use crate::source::Block;
use crate::value::Phone;

/// What another thread has prepared for a block. The planner does itself whatever is missing.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// The questions of its windows.
    pub(crate) questions: Vec<Question>,
    /// The numbers of its keys.
    pub(crate) numbers: Option<Vec<KeyNumber>>,
    /// Where the opportunities of its rows stand if they are new.
    standings: Option<opportunities::BlockStandings>,
}

/// What a [`Planner`] needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poll {
    /// The answer to [`Planner::lookup`].
    LookUp,
    /// The next block, or the end.
    Feed,
}

/// Plans rows, window by window; see the [module](self).
///
/// Its methods are spread over the files of this module. The position of a row in the current window is called `at`
/// throughout.
#[derive(Debug)]
pub(crate) struct Planner {
    pub(super) ledger: Ledger,
    window_rows: usize,
    /// How many rows are expected: room is made for them at the beginning.
    expected_rows: usize,
    /// How the rows of this file can change which keys lead to a contact.
    key_policy: KeyPolicy,
    /// The columns in which a row may contradict an earlier one.
    differences: Differences,
    /// The texts to which rows append.
    growing_texts: GrowingTexts,
    index: KeyIndex,
    question: Question,
    stage: Stage,
    block: CurrentBlock,
    window: Window,
    contacts: KnownContacts,
    opportunities: KnownOpportunities,
    /// A buffer.
    changes: Changes,
    /// What rows had found before the import was interrupted, if it resumes one.
    interrupted: Interrupted,
    /// Ids that rows name and that storage has given to records of this very import. They mean nobody (M1, O2).
    assigned: Set<(Object, Box<str>)>,
    /// Keys that stored contacts gain or lose. A resumed import has to know them (X6).
    moved: Vec<(KeyNumber, ContactNumber)>,
    /// The same for values that need not be keys of the file, by their fingerprints.
    moved_prints: Vec<(u64, ContactNumber)>,
    /// The findings of the windows that are done.
    all_findings: Vec<Finding>,
    /// How storage broke its contract in its answers.
    faults: Vec<String>,
}

impl Planner {
    /// A planner for these settings that looks up `window_rows` rows at a time.
    pub(crate) fn new(settings: Arc<Settings>, window_rows: usize) -> Self {
        Planner {
            key_policy: KeyPolicy::new(&settings),
            differences: Differences::of(&settings),
            growing_texts: GrowingTexts::of(&settings),
            ledger: Ledger::new(settings),
            window_rows: window_rows.max(1),
            expected_rows: 0,
            index: KeyIndex::default(),
            question: Question::default(),
            stage: Stage::Idle,
            block: CurrentBlock::default(),
            window: Window::default(),
            contacts: KnownContacts::default(),
            opportunities: KnownOpportunities::default(),
            changes: Changes::default(),
            interrupted: Interrupted::default(),
            assigned: Set::default(),
            moved: Vec::new(),
            moved_prints: Vec::new(),
            all_findings: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Says how many rows there will be, which rows of the file they are, and what earlier windows of the import have
    /// met. Call it before the first block.
    pub(crate) fn expect(&mut self, rows: usize, numbers: RowNumbers, memory: Arc<Memory>) {
        self.expected_rows = rows;
        (self.ledger.numbers, self.ledger.memory) = (numbers, memory);
    }

    /// Makes room for all rows, judging by the first block, which has this many keys and rows.
    fn make_room(&mut self, keys: usize, rows: usize) {
        let each = |count: usize| count.saturating_mul(self.expected_rows) / rows.max(1);
        self.index.reserve(each(keys).saturating_add(keys / 8));
        self.ledger.contact_rows.reserve(self.expected_rows);
        self.ledger.opportunity_rows.reserve(self.expected_rows);
        // Most rows bring a new contact and a new opportunity.
        if self.ledger.settings.contacts.is_some() {
            self.ledger.contacts.reserve(self.expected_rows);
        }
        if self.ledger.settings.opportunities.is_some() {
            self.ledger.opportunities.reserve(self.expected_rows);
            self.opportunities.reserve(self.expected_rows);
        }
    }

    /// Makes room for all answers about an object, judging by those about the first window.
    fn make_room_for_answers(&mut self, object: Object) {
        if self.window.first_row == 0 {
            let windows = self.expected_rows / self.window.rows.len().max(1);
            match object {
                Object::Contact => self.ledger.stored_contacts.reserve(windows),
                Object::Opportunity => self.ledger.stored_opportunities.reserve(windows),
            }
        }
    }

    /// Takes the findings from reading the next block.
    pub(crate) fn note(&mut self, findings: Vec<Finding>) {
        self.block.findings = findings;
    }

    /// What keys are hashed with.
    pub(crate) fn seed(&self) -> RandomState {
        self.index.seed()
    }

    /// Lets another thread number the keys, if they all come from rows; call it before the first block.
    pub(crate) fn share_numbers(&mut self) -> Option<Arc<Mutex<KeyNumbers>>> {
        self.key_policy.is_plain.then(|| self.index.share())
    }

    /// Takes the next block of rows with its drafts. Call it only when [`poll`](Self::poll) says
    /// [`Poll::Feed`].
    pub(crate) fn feed(
        &mut self,
        block: impl Into<Arc<Block>>,
        drafts: Drafts,
        prepared: Prepared,
    ) {
        let block = block.into();
        debug_assert_eq!(self.stage, Stage::Idle);
        debug_assert_eq!(block.len(), drafts.rows.len());
        if self.ledger.blocks.is_empty() {
            self.make_room(drafts.all_keys().len(), drafts.rows.len());
        }
        self.ledger.blocks.push(block);
        self.block.drafts = drafts;
        self.block.questions = prepared.questions.into_iter();
        self.block.numbers = prepared.numbers;
        self.take_standings(prepared.standings);
        self.window.rows = 0..0;
        self.next_window();
    }

    /// Gives back the blocks, to be planned once more.
    pub(crate) fn into_blocks(self) -> Vec<Block> {
        self.ledger.blocks.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    /// What is needed next.
    pub(crate) fn poll(&self) -> Poll {
        if self.stage == Stage::Idle { Poll::Feed } else { Poll::LookUp }
    }

    /// The question to answer.
    pub(crate) fn lookup(&self) -> Lookup<'_> {
        let settings = &*self.ledger.settings;
        let object = match self.stage {
            Stage::Opportunities => Object::Opportunity,
            _ => Object::Contact,
        };
        self.question.lookup(
            object,
            &settings.rule_names,
            settings.wanted(object),
            &settings.fields,
        )
    }

    /// Takes the answer, and plans on to the next question or the end of the block.
    pub(crate) fn answer(&mut self, found: &Found) {
        match self.stage {
            Stage::Contacts => {
                self.absorb_contacts(found);
                self.after_contacts();
            }
            Stage::Opportunities => {
                self.absorb_opportunities(found);
                self.after_opportunities();
            }
            Stage::Linked => {
                self.absorb_contacts(found);
                self.after_linked();
            }
            Stage::Idle => {}
        }
    }

    /// How storage broke its contract in its answers.
    pub(crate) fn take_faults(&mut self) -> Vec<String> {
        std::mem::take(&mut self.faults)
    }

    /// The number of the current block.
    fn block_number(&self) -> u32 {
        u32::try_from(self.ledger.blocks.len() - 1).expect("fewer than 2³² blocks")
    }

    /// The text of a key, as an issue shows it.
    fn key_text(&self, key: &Key) -> Cow<'_, str> {
        let text = match key.text {
            KeyText::Phone => Phone::unpacked(key.hash).map(|phone| phone.to_string().into()),
            KeyText::Span(span) => self.ledger.blocks.last().map(|block| block.text(span).into()),
        };
        text.unwrap_or_default()
    }

    /// Adds a contact that is new or was just read, and gives it a number.
    fn new_contact(&mut self, entry: Entry) -> ContactNumber {
        let number = u32::try_from(self.ledger.contacts.len()).expect("fewer than 2³¹ contacts");
        self.ledger.contacts.push(entry);
        ContactNumber::new(number)
    }
}
