//! [`Report`]: what an import did.

use std::io;

use hashbrown::HashMap;
use indexmap::IndexMap;

use super::error_log::ErrorLog;
use super::progress::Status;
use super::token::Tokens;
use crate::issue::{Finding, Issue, IssueCode, Severity};
use crate::object::{Object, RowNumber};
use crate::plan::{NONE, Op, Outcome, Plan, Stats, StepRef};
use crate::storage::{Checkpoint, Refusal, Token};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// How many issues of one code a [run](crate::Import::run) keeps (behaviour X8).
const KEPT: u64 = 1_000;

/// What became of every row, with the ids of what was created.
///
/// ```
/// use crm_import::{Import, MemoryStorage, Object, RowNumber, Source};
///
/// let mut crm = MemoryStorage::default();
/// let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
/// let import = Import::new();
/// let plan = import.plan(file, &mut crm).unwrap();
/// let report = import.apply(plan, &mut crm).unwrap();
/// assert_eq!(report.stats().contacts.create, 1);
/// assert_eq!(report.id(Object::Contact, RowNumber(1)), Some("c1"));
/// ```
#[derive(Debug)]
pub struct Report {
    pub(super) plan: Plan,
    pub(super) stats: Stats,
    pub(super) status: Status,
    pub(super) tokens: Tokens,
    /// What was written, by token; the id of what was created.
    pub(super) done: Map<Token, (Op, Box<str>)>,
    /// Sides that came to something else than planned.
    sides: Map<(Object, u32), Side>,
    findings: Vec<Finding>,
    /// Issues of rows that were planned again, and those that a run keeps.
    issues: Vec<Issue>,
    /// Of a run: all issues, also those that it does not keep.
    counts: IndexMap<IssueCode, u64>,
    unwritten: usize,
    pub(super) follow_ups: u64,
    /// The last one that was written.
    pub(super) checkpoint: Checkpoint,
    /// What storage did not write.
    pub(super) refused: Vec<Refusal>,
    /// Of a window: rows of earlier ones.
    pub(super) revised: Vec<(Object, RowNumber)>,
}

/// What a side came to instead.
#[derive(Debug)]
struct Side {
    outcome: Outcome,
    id: Option<Box<str>>,
    token: Option<Token>,
}

impl Report {
    pub(super) fn new(plan: Plan, tokens: Tokens) -> Self {
        Report {
            stats: *plan.stats(),
            plan,
            tokens,
            status: Status::Planning,
            done: Map::default(),
            sides: Map::default(),
            findings: Vec::new(),
            issues: Vec::new(),
            counts: IndexMap::new(),
            unwritten: 0,
            follow_ups: 0,
            checkpoint: Checkpoint::default(),
            refused: Vec::new(),
            revised: Vec::new(),
        }
    }

    /// The totals: `create` counts what was created, and so on; rows whose record storage refused
    /// are failed.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// How the import ended.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The plan that was applied. After a [run](crate::Import::run) its totals are those of all
    /// windows, and it holds no rows.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many steps and follow-ups were not reached, because the import was stopped.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// How many contacts were put on a list or started a workflow.
    pub fn follow_ups(&self) -> u64 {
        self.follow_ups
    }

    /// What became of one side of a row.
    pub fn outcome(&self, object: Object, row: RowNumber) -> Option<Outcome> {
        let planned = self.plan.row(row)?.side(object)?.outcome();
        let row = self.plan.ledger.numbers.row(row)?;
        Some(self.sides.get(&(object, row)).map_or(planned, |side| side.outcome))
    }

    /// Of a [window](crate::Event::Window): sides of rows of earlier windows that were told
    /// [unchanged](Outcome::Unchanged) and whose record this window has changed. They are
    /// [updates](Outcome::Update) now, as they would have been in one plan, and are counted so in the totals
    /// of the run.
    pub fn revised(&self) -> &[(Object, RowNumber)] {
        &self.revised
    }

    /// The id of the record that one side of a row led to, created ones included.
    pub fn id(&self, object: Object, row: RowNumber) -> Option<&str> {
        self.plan.row(row)?;
        let row = self.plan.ledger.numbers.row(row)?;
        if let Some(side) = self.sides.get(&(object, row)) {
            return side.id.as_deref().or_else(|| self.created(side.token?));
        }
        let ledger = &self.plan.ledger;
        let number = self.record(object, row)?;
        let step = StepRef { object, number };
        ledger.id(object, number).or_else(|| self.created(self.tokens.step(ledger, step)))
    }

    /// The id of the stored record that one side of a row was planned for, whatever became of it.
    pub(super) fn stored(&self, object: Object, row: u32) -> Option<&str> {
        self.plan.ledger.id(object, self.record(object, row)?)
    }

    fn record(&self, object: Object, row: u32) -> Option<u32> {
        let ledger = &self.plan.ledger;
        let number = match object {
            Object::Contact => ledger.contact_rows[row as usize].contact,
            Object::Opportunity => ledger.opportunity_rows[row as usize].deal,
        };
        (number != NONE).then_some(number)
    }

    /// Was the record of this step changed in storage?
    pub(super) fn is_updated(&self, step: StepRef) -> bool {
        let token = self.tokens.step(&self.plan.ledger, step);
        self.done.get(&token).is_some_and(|(op, _)| *op == Op::Update)
    }

    /// The id of the record that a step created.
    pub(super) fn created(&self, token: Token) -> Option<&str> {
        self.done.get(&token).map(|(_, id)| &**id).filter(|id| !id.is_empty())
    }

    /// Everything worth saying: the plan's issues, then those of writing, by row. A run keeps the
    /// first 1,000 of each code.
    pub fn issues(&self) -> impl Iterator<Item = Issue> {
        let mut written: Vec<Issue> = self.issues.clone();
        written.extend(self.findings.iter().map(|found| self.plan.render(found)));
        written.sort_by_key(|issue| issue.row);
        self.plan.issues().chain(written)
    }

    /// How many issues of each code there were, also those that a run did not keep.
    pub fn issue_counts(&self) -> IndexMap<IssueCode, u64> {
        if !self.counts.is_empty() {
            return self.counts.clone();
        }
        let mut counts = IndexMap::new();
        for issue in self.issues() {
            *counts.entry(issue.code).or_default() += 1;
        }
        counts
    }

    /// Writes the error log: every row with a failed side as it stood in the file, and what to do
    /// about it. Mend the cells and import the file again: only these rows are in it, and nothing that
    /// was created is created twice. A row whose opportunity alone failed is folded into its contact
    /// once more, so its cells count again where a later row has said otherwise (as `field-differs`
    /// tells): empty those that shall not. A [run](crate::Import::run_with) writes it as it goes, with an
    /// [`ErrorLog`].
    ///
    /// Gives the number of rows written.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_error_log(&self, writer: impl io::Write) -> io::Result<u64> {
        let mut log = ErrorLog::csv(writer);
        log.add(self)?;
        log.finish()
    }

    pub(super) fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// An issue of a row that was planned again, unless it was known before.
    pub(super) fn note_issue(&mut self, issue: Issue) {
        let is_known = |known: &Issue| {
            (known.row, known.code, &known.column) == (issue.row, issue.code, &issue.column)
        };
        if self.issues.iter().any(is_known) {
            return;
        }
        let row = issue.row.and_then(|row| self.plan.ledger.numbers.row(row));
        if let (Severity::Warning, Some(object), Some(row)) = (issue.severity, issue.object, row) {
            self.warn(object, row);
        }
        self.issues.push(issue);
    }

    /// One side of a row has a warning, which may be its first.
    pub(super) fn warn(&mut self, object: Object, row: u32) {
        let ledger = &mut self.plan.ledger;
        let (is_there, has_warning) = match object {
            Object::Contact => {
                let side = &mut ledger.contact_rows[row as usize];
                (side.outcome.is_some(), &mut side.has_warning)
            }
            Object::Opportunity => {
                let side = &mut ledger.opportunity_rows[row as usize];
                (side.outcome.is_some(), &mut side.has_warning)
            }
        };
        if is_there && !std::mem::replace(has_warning, true) {
            self.stats.of_mut(object).warnings += 1;
        }
    }

    /// What a side is now.
    pub(super) fn current(&self, object: Object, row: u32) -> Option<Outcome> {
        let planned = match object {
            Object::Contact => self.plan.ledger.contact_rows[row as usize].outcome,
            Object::Opportunity => self.plan.ledger.opportunity_rows[row as usize].outcome,
        };
        self.sides.get(&(object, row)).map(|side| side.outcome).or(planned)
    }

    /// One side of a row failed while its record was written.
    pub(super) fn fail(&mut self, object: Object, row: u32) {
        self.settle(object, row, Outcome::Fail, None, None);
    }

    /// One side of a row comes to something else than planned.
    pub(super) fn settle(
        &mut self,
        object: Object,
        row: u32,
        outcome: Outcome,
        id: Option<&str>,
        token: Option<Token>,
    ) {
        let Some(before) = self.current(object, row) else { return };
        self.sides.insert((object, row), Side { outcome, id: id.map(Into::into), token });
        if before != outcome {
            self.stats.of_mut(object).shift(before, outcome);
            let side = &self.plan.ledger.opportunity_rows[row as usize];
            let is_link = object == Object::Opportunity && side.sets_link;
            if is_link && outcome == Outcome::Fail && before != Outcome::Merged {
                self.stats.links = self.stats.links.saturating_sub(1);
            }
        }
    }

    /// The import ended with these tasks unwritten.
    pub(super) fn finish(&mut self, open: usize, status: Status) {
        self.unwritten = open;
        self.status = status;
    }
}

/// What a run sums up.
impl Report {
    /// Adds what one window of a run came to.
    pub(crate) fn absorb(&mut self, window: &Report) {
        self.plan.stats.add(window.plan.stats());
        self.stats.add(&window.stats);
        for &(object, _) in &window.revised {
            for stats in [&mut self.plan.stats, &mut self.stats] {
                stats.of_mut(object).shift(Outcome::Unchanged, Outcome::Update);
            }
        }
        self.follow_ups += window.follow_ups;
        self.unwritten += window.unwritten;
        self.status = window.status;
        window.issues().for_each(|issue| self.keep(issue));
    }

    /// Counts an issue and keeps it, if it is among the first of its code.
    pub(crate) fn keep(&mut self, issue: Issue) {
        let count = self.counts.entry(issue.code).or_default();
        *count += 1;
        if *count <= KEPT {
            self.issues.push(issue);
        }
    }

    pub(crate) fn end(&mut self, status: Status) {
        self.status = status;
    }
}
