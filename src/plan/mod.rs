//! [`Plan`]: what an import will do, with a [`Step`] for each record to write and an [`Outcome`] for every row.
//!
//! [`Import::plan`](crate::Import::plan) makes a plan. It is exact: applied to an unchanged storage, it gives the
//! outcomes it lists (behaviour L3). It keeps the text of the file and a few numbers per row; values are computed
//! on demand.
//!
//! ```
//! use crm_import::{Import, MemoryStorage, Object, Source};
//!
//! let mut crm = MemoryStorage::default();
//! crm.insert(Object::Contact, [("email", "ana@example.com"), ("city", "Oslo")]);
//! let file = Source::from_bytes(&b"Email,City\nana@example.com,Rome\nbo@example.com,Bonn\n"[..]);
//! let plan = Import::new().plan(file, &mut crm).unwrap();
//!
//! let mut preview = Vec::new();
//! for step in plan.steps() {
//!     let changes: Vec<String> = step.changes().iter().map(|it| it.to_string()).collect();
//!     preview.push(format!("row {}: {} {}", step.first_row().0, step.op(), changes.join(", ")));
//! }
//! assert_eq!(preview[0], "row 1: update city: \"Oslo\" -> \"Rome\"");
//! assert_eq!(preview[1], "row 2: create email: \"\" -> \"bo@example.com\", city: \"\" -> \"Bonn\"");
//! ```

mod changes;
mod claim;
mod column_counts;
mod final_record;
mod fingerprint;
mod interrupted;
mod ledger;
mod memory;
mod met_records;
mod names;
mod op;
mod rendering;
mod row_numbers;
mod rows;
mod stats;
mod step;
mod tokenless;
mod unknown_values;

pub(crate) use changes::Changes;
pub use changes::{Change, ChangeSet, Values};
pub(crate) use claim::Claim;
pub use column_counts::ColumnCounts;
pub use fingerprint::Fingerprint;
pub(crate) use interrupted::Interrupted;
pub(crate) use ledger::{By, ContactRow, Entry, Ledger, OpportunityRow, Passage, PassedOn};
pub(crate) use memory::{Fact, Facts, Memory, Met, print_of};
pub use op::Op;
pub(crate) use row_numbers::RowNumbers;
pub use rows::{Reason, RowPlan, SidePlan};
pub use stats::{Counts, Outcome, Stats};
pub use step::Step;
pub(crate) use step::{
    changes_record, first_number, first_row, fold_record, fold_record_from, moves_link, rows_from,
};
pub use unknown_values::UnknownValue;

use std::fmt;

use crate::account::Account;
use crate::follow_up::FollowUp;
use crate::issue::{FailedRow, Finding, Issue, JoinedRow, MetRow};
use crate::mapping::Mapping;
use crate::maps::Set;
use crate::object::{ContactNumber, Object, RecordRef, RowNumber};

/// Every create and update that an import will do, and every row that it leaves out, with the reason.
///
/// Review it before you [apply](crate::Import::apply) it:
///
/// | to see | use |
/// |---|---|
/// | the totals | [`stats`](Self::stats) |
/// | each record with its values before and after | [`steps`](Self::steps) |
/// | each row of the file, and how its record was found | [`rows`](Self::rows) |
/// | what is wrong, and what to do about it | [`issues`](Self::issues) |
/// | what becomes of the cells of each column | [`column_counts`](Self::column_counts), [`unmapped`](Self::unmapped) |
/// | which stages, owners and options the account does not know | [`unknown_values`](Self::unknown_values) |
/// | whether it resumes an interrupted import | [`is_resumed`](Self::is_resumed) |
/// | whether another plan would do the same | [`fingerprint`](Self::fingerprint) |
///
/// ```
/// use crm_import::{Import, MemoryStorage, Object, Outcome, Source};
///
/// let mut crm = MemoryStorage::default();
/// crm.insert(Object::Contact, [("email", "ana@example.com"), ("first_name", "Ana")]);
///
/// let file = Source::from_bytes(&b"Email,First Name\nANA@example.com,Anna\nbo@example.com,Bo\n"[..]);
/// let plan = Import::new().plan(file, &mut crm).unwrap();
///
/// assert_eq!((plan.stats().contacts.update, plan.stats().contacts.create), (1, 1));
/// let first = plan.rows().next().unwrap();
/// let contact = first.side(Object::Contact).unwrap();
/// assert_eq!(contact.outcome(), Outcome::Update);
/// assert_eq!(contact.id(), Some("c1"));
/// ```
pub struct Plan {
    pub(crate) ledger: Ledger,
    pub(crate) findings: Vec<Finding>,
    pub(crate) source_issues: Vec<Issue>,
    pub(crate) stats: Stats,
    pub(crate) steps: Vec<KeptStep>,
    pub(crate) unmapped: Vec<UnmappedColumn>,
    pub(crate) file_digest: String,
    /// If the policy does not merge repeats: the contacts that a row has described, that is, about which it has said
    /// more than its keys (M10).
    pub(crate) described: Set<ContactNumber>,
    /// Fingerprints of the keys that stored contacts gain or lose, each with the contact.
    pub(crate) moved_keys: Vec<(u64, ContactNumber)>,
    /// What its checkpoint says of the interrupted import that this plan completes.
    pub(crate) resumes: Option<Box<Begun>>,
}

/// What the checkpoint of an interrupted import says.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) import_id: String,
    /// The row up to which its steps are written.
    pub(crate) row: u64,
    /// Whether a step was written.
    pub(crate) is_begun: bool,
    /// Rows that had failed because of what storage held.
    pub(crate) failed: Vec<FailedRow>,
    /// Other rows that left no token.
    pub(crate) met: Vec<MetRow>,
    /// Its joined rows, if the checkpoint has them.
    pub(crate) joined: Option<Vec<JoinedRow>>,
}

/// A step of a plan, packed into half the size of a [`RecordRef`]: the number of its record in the upper 31 bits, and
/// in the lowest bit whether the record is an opportunity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptStep(u32);

impl KeptStep {
    pub(crate) fn new(RecordRef { object, number }: RecordRef) -> Self {
        KeptStep(number << 1 | u32::from(object == Object::Opportunity))
    }

    pub(crate) fn record(self) -> RecordRef {
        let object = if self.0 & 1 == 0 { Object::Contact } else { Object::Opportunity };
        RecordRef { object, number: self.0 >> 1 }
    }
}

/// A column that is neither mapped nor ignored although it holds values (behaviour L2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnmappedColumn {
    /// Its 0-based position in the file.
    pub index: usize,
    /// Its header.
    pub header: String,
    /// How many of its cells are not blank.
    pub filled: u64,
    /// Up to three of those cells, abbreviated.
    pub examples: Vec<String>,
    /// Whether its header suggests that it is about a consent, such as a newsletter or an opt-out.
    pub is_consent: bool,
}

impl Plan {
    /// A plan without rows.
    pub(crate) fn empty(ledger: Ledger, file_digest: String) -> Self {
        Plan {
            ledger,
            findings: Vec::new(),
            source_issues: Vec::new(),
            stats: Stats::default(),
            steps: Vec::new(),
            unmapped: Vec::new(),
            file_digest,
            described: Set::default(),
            moved_keys: Vec::new(),
            resumes: None,
        }
    }

    /// The totals: how many rows have which outcome.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The records that will be created or updated, in the order in which they will be written: a contact before
    /// its opportunities.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step<'_>> {
        self.steps.iter().map(|kept| Step { plan: self, record: kept.record() })
    }

    /// The follow-ups, each with the number of contacts it is for (F2).
    pub fn follow_ups(&self) -> Vec<(&FollowUp, usize)> {
        let ledger = &self.ledger;
        let entries: Vec<&Entry> = ledger.followed_up().map(|(_, entry)| entry).collect();
        let count = |of: &FollowUp| {
            entries.iter().filter(|entry| of.scope().includes(entry.is_new())).count()
        };
        ledger.settings.follow_ups.iter().map(|of| (of, count(of))).collect()
    }

    /// Whether the plan resumes an interrupted import.
    ///
    /// Such a plan still shows the whole import: rows that were written keep their outcome, and records that the
    /// import has created are still among the [steps](Self::steps). [`apply`](crate::Import::apply) recognises them
    /// by their tokens and does not write them again. So its [fingerprint](Self::fingerprint) cannot be compared
    /// with that of the first plan.
    pub fn is_resumed(&self) -> bool {
        self.resumes.is_some()
    }

    /// Every row of the file, including blank ones, with its outcomes.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = RowPlan<'_>> {
        self.ledger.all_rows().map(|row| RowPlan { plan: self, row })
    }

    /// The row with this number, if the file has it.
    pub fn row(&self, number: RowNumber) -> Option<RowPlan<'_>> {
        let row = self.ledger.numbers.row(number)?;
        (row.index() < self.ledger.len()).then_some(RowPlan { plan: self, row })
    }

    /// Every issue: first those of the file and of whole columns, then those of rows, in order.
    pub fn issues(&self) -> impl Iterator<Item = Issue> {
        self.source_issues
            .iter()
            .cloned()
            .chain(self.findings.iter().map(|found| self.render(found)))
    }

    /// The columns that have values but are neither mapped nor ignored.
    pub fn unmapped(&self) -> &[UnmappedColumn] {
        &self.unmapped
    }

    /// The account that the plan follows.
    pub fn account(&self) -> &Account {
        &self.ledger.settings.account
    }

    /// The mapping that was used. It includes the date orders and separators that were inferred from the file
    /// (behaviour §9). So if you save it and use it again, also for the error log, it reads the same cells the same
    /// way.
    pub fn mapping(&self) -> &Mapping {
        self.ledger.settings.mapping_with_formats()
    }

    /// How its columns of dates and numbers are read, by header.
    pub(crate) fn formats(&self) -> indexmap::IndexMap<String, String> {
        self.ledger.settings.resolved_formats()
    }

    /// The headers of the file.
    pub fn headers(&self) -> &[String] {
        &self.ledger.settings.headers
    }

    /// How many records of an object will be created, or updated.
    pub fn writes(&self, object: Object, op: Op) -> usize {
        self.steps().filter(|step| step.object() == object && step.op() == op).count()
    }

    pub(crate) fn render(&self, found: &Finding) -> Issue {
        self.ledger.render(found)
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("stats", &self.stats).finish_non_exhaustive()
    }
}
