//! [`Report`]: what an import did.

mod acknowledging;
mod sides;

use std::fmt;
use std::io;

use indexmap::IndexMap;

use super::error_log::ErrorLog;
use super::progress::Status;
use super::token::Tokens;
use crate::issue::{Finding, Issue, IssueCode};
use crate::maps::{Map, Set};
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::plan::{By, Claim, Op, Outcome, Plan, SidePlan, Stats};
use crate::storage::{Checkpoint, Refusal, Token};
pub(super) use sides::Side;

/// How many issues of one code a [run](crate::Import::run) keeps (behaviour X8).
const KEPT: u64 = 1_000;

/// What an import did: the outcome of every row, and the ids of the records that were created.
///
/// If the import was stopped, or failed, the report says what was done until then. Once it has been delivered,
/// [acknowledge](Self::acknowledge) it.
///
/// | to see | use |
/// |---|---|
/// | the totals | [`stats`](Self::stats) |
/// | how the import ended | [`status`](Self::status), [`unwritten`](Self::unwritten) |
/// | what became of a row | [`outcome`](Self::outcome), [`id`](Self::id), [`side`](Self::side) |
/// | what is wrong, and what to do about it | [`issues`](Self::issues) |
/// | a file of the rows that failed, to correct and import again | [`write_error_log`](Self::write_error_log) |
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
pub struct Report {
    pub(super) plan: Plan,
    pub(super) stats: Stats,
    pub(super) status: Status,
    pub(super) tokens: Tokens,
    /// The steps that were written, by token: what each did, and the id of a record that it created.
    pub(super) done: Map<Token, (Op, Box<str>)>,
    /// Plans made again for some rows (X3).
    parts: Vec<Plan>,
    /// Sides that did not turn out as planned.
    sides: Map<(Object, RowIndex), Side>,
    /// Rows whose opportunity was written, but not linked to their contact (P6).
    kept_links: Set<RowIndex>,
    /// Found while writing.
    findings: Vec<Finding>,
    /// In the total of a run: the issues that it keeps.
    issues: Vec<Issue>,
    /// In the total of a run: how many issues there were, kept or not.
    counts: IndexMap<IssueCode, u64>,
    unwritten: usize,
    pub(super) follow_ups: u64,
    /// The last one that was written.
    pub(super) checkpoint: Checkpoint,
    /// Steps that storage did not write.
    pub(super) refused: Vec<Refusal>,
    /// In the report of a window: sides of rows of earlier windows.
    pub(super) revised: Vec<(Object, RowNumber)>,
    /// The objects of those that had been planned unchanged as well.
    pub(super) revised_plans: Vec<Object>,
}

impl Report {
    pub(super) fn new(plan: Plan, tokens: Tokens) -> Self {
        Report {
            stats: *plan.stats(),
            plan,
            tokens,
            status: Status::Planning,
            done: Map::default(),
            parts: Vec::new(),
            sides: Map::default(),
            kept_links: Set::default(),
            findings: Vec::new(),
            issues: Vec::new(),
            counts: IndexMap::new(),
            unwritten: 0,
            follow_ups: 0,
            checkpoint: Checkpoint::default(),
            refused: Vec::new(),
            revised: Vec::new(),
            revised_plans: Vec::new(),
        }
    }

    /// The totals: how many rows have created a record, updated one, and so on. Rows whose record storage refused
    /// count as failed.
    ///
    /// If the import was stopped, the totals count what was done. Rows whose record has not been written yet are left
    /// out ([`unwritten`](Self::unwritten) counts their steps), and so are rows that a
    /// [run](crate::Import::run) never reached. The report of the [resumed](crate::Import::resume) import counts
    /// all of them.
    ///
    /// ```
    /// use crm_import::{Control, Import, MemoryStorage, Source};
    ///
    /// let mut file = String::from("Email,Phone\n,not a phone\n");
    /// (0..1_200).for_each(|n| file.push_str(&format!("p{n}@example.com,\n")));
    /// let mut crm = MemoryStorage::default();
    /// let import = Import::new();
    /// let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
    ///
    /// let mut batches = 0;
    /// let watch = |_| { batches += 1; if batches > 1 { Control::Pause } else { Control::Continue } };
    /// let report = import.apply_with(plan, &mut crm, watch).unwrap();
    /// let contacts = report.stats().contacts;
    /// assert_eq!((contacts.create, contacts.fail, contacts.rows), (500, 1, 501));
    /// assert_eq!(report.unwritten(), 700);
    /// ```
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// How the import ended.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The plan that was applied. Rows that were planned again after a conflict are in it as they were planned first;
    /// [`side`](Self::side) returns them as they were planned last. After a [run](crate::Import::run), the plan
    /// has the totals of all windows, but no rows.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The number of steps and follow-ups that were not reached because the import was stopped. Their rows have no
    /// [outcome](Self::outcome), and are not in the totals.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// The number of follow-ups that were done: contacts put on lists, workflows started.
    pub fn follow_ups(&self) -> u64 {
        self.follow_ups
    }

    /// What became of one side of a row. `None` if the row has no such side, or if the import was stopped
    /// before it was written.
    pub fn outcome(&self, object: Object, row: RowNumber) -> Option<Outcome> {
        let planned = self.plan.row(row)?.side(object)?.outcome();
        let row = self.plan.ledger.numbers.row(row)?;
        self.sides.get(&(object, row)).map_or(Some(planned), |side| side.outcome)
    }

    /// One side of a row as it was planned last: how it found its record, the first row of that record, its
    /// contact. It is that of the [plan](Self::plan), unless the row was planned again after a conflict. What became
    /// of the side is its [`outcome`](Self::outcome), and the id of its record [`id`](Self::id).
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Outcome, RowNumber, Source};
    ///
    /// let mut crm = MemoryStorage::default();
    /// let file = Source::from_bytes(&b"Email,City\nana@example.com,Rome\n"[..]);
    /// let plan = Import::new().plan(file, &mut crm).unwrap();
    /// // Somebody else creates her before the plan is applied.
    /// crm.insert(Object::Contact, [("email", "ana@example.com")]);
    /// let report = Import::new().apply(plan, &mut crm).unwrap();
    ///
    /// let row = RowNumber(1);
    /// assert_eq!(report.outcome(Object::Contact, row), Some(Outcome::Update));
    /// assert_eq!(report.side(Object::Contact, row).unwrap().reason().unwrap().name(), "email");
    /// let planned = report.plan().row(row).unwrap().side(Object::Contact).unwrap();
    /// assert_eq!(planned.reason().unwrap().name(), "new");
    /// ```
    pub fn side(&self, object: Object, row: RowNumber) -> Option<SidePlan<'_>> {
        let part = self.plan.ledger.numbers.row(row).map_or(0, |row| self.part(object, row));
        self.plan_of(part).row(row)?.side(object)
    }

    /// In the report of a [window](crate::Event::Window): the sides of rows of earlier windows that were reported
    /// [unchanged](Outcome::Unchanged) and whose record this window has changed. They are
    /// [updates](Outcome::Update) now, as they would have been in a single plan, and the totals of the run count them
    /// as such.
    pub fn revised(&self) -> &[(Object, RowNumber)] {
        &self.revised
    }

    /// The id of the record of one side of a row, whether it existed before or was created.
    pub fn id(&self, object: Object, row: RowNumber) -> Option<&str> {
        self.plan.row(row)?;
        let row = self.plan.ledger.numbers.row(row)?;
        if let Some(side) = self.sides.get(&(object, row)) {
            return side.id.as_deref().or_else(|| self.created(side.token?));
        }
        let ledger = &self.plan.ledger;
        let record = self.record(object, row)?;
        ledger.id(record).or_else(|| self.created(self.tokens.step(ledger, record)))
    }

    /// The id of the stored record that one side of a row was planned for last, whatever became of it.
    pub(super) fn stored(&self, object: Object, row: RowIndex) -> Option<&str> {
        let part = self.part(object, row);
        let ledger = &self.plan_of(part).ledger;
        ledger.id(ledger.side(object, self.row_in(part, row)?).record?)
    }

    /// The token of the step by which one side of a row is written.
    pub(super) fn token(&self, object: Object, row: RowIndex) -> Option<Token> {
        let planned = || Some(self.tokens.step(&self.plan.ledger, self.record(object, row)?));
        self.sides.get(&(object, row)).and_then(|side| side.token).or_else(planned)
    }

    fn record(&self, object: Object, row: RowIndex) -> Option<RecordRef> {
        self.plan.ledger.side(object, row).record
    }

    /// The claim of a row on its opportunity (O5). A row that was skipped has none, unless it was matched.
    pub(super) fn claim(&self, row: RowIndex) -> Claim {
        let part = self.part(Object::Opportunity, row);
        let own = self.row_in(part, row).unwrap_or(row);
        let side = &self.plan_of(part).ledger.opportunity_rows[own.index()];
        let outcome = self.outcome(Object::Opportunity, self.plan.ledger.number(row));
        match side.by {
            By::Match => Claim::of_match(side.borrows),
            _ if outcome == Some(Outcome::Skip) => Claim::Free,
            _ => Claim::Consumed,
        }
    }

    /// Whether the record of this step was updated in storage.
    pub(super) fn is_updated(&self, step: RecordRef) -> bool {
        let token = self.tokens.step(&self.plan.ledger, step);
        self.done.get(&token).is_some_and(|(op, _)| *op == Op::Update)
    }

    /// The id of the record that a step created.
    pub(super) fn created(&self, token: Token) -> Option<&str> {
        self.done.get(&token).map(|(_, id)| &**id).filter(|id| !id.is_empty())
    }

    /// Every issue: first those of the plan; then, by row, those of writing, and those of rows that were planned
    /// again, which replace the issues of their first plan. A run keeps the first 1,000 issues of each code.
    pub fn issues(&self) -> impl Iterator<Item = Issue> {
        let mut written: Vec<Issue> = self.issues.clone();
        written.extend(
            (0u32..).zip(&self.parts).flat_map(|(before, plan)| {
                self.standing(before + 1).map(|found| plan.render(found))
            }),
        );
        written.extend(self.findings.iter().map(|found| self.plan.render(found)));
        written.sort_by_key(|issue| issue.row);
        let planned = self.standing(0).map(|found| self.plan.render(found));
        self.plan.source_issues.iter().cloned().chain(planned).chain(written)
    }

    /// What a plan has found, as far as it is still the plan of the side in question.
    fn standing(&self, part: u32) -> impl Iterator<Item = &Finding> {
        let plan = self.plan_of(part);
        plan.findings.iter().filter(move |found| {
            // The opportunity was to be moved, but its link was kept.
            let is_relinked = found.code == IssueCode::OpportunityRelinked;
            let home = || self.home(part, RowIndex::of(found.row?));
            if is_relinked && home().is_some_and(|row| self.kept_links.contains(&row)) {
                return false;
            }
            if self.parts.is_empty() {
                return true;
            }
            let side =
                found.object.zip(found.row.and_then(|row| self.home(part, RowIndex::of(row))));
            // A finding about no side is taken from the first plan.
            side.map_or(part == 0, |(object, row)| self.part(object, row) == part)
        })
    }

    /// The number of issues with each code, including those that a run did not keep.
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

    /// Writes the error log as CSV: every row with a failed side as it was in the file, and what to do about
    /// it. Returns the number of rows. For a [run](crate::Import::run_with), use an [`ErrorLog`], which is
    /// written window by window.
    ///
    /// Correct the cells and import the log: it has only these rows, and nothing that was created is created
    /// twice. A contact that was imported with the file is left as it is, unless somebody changes one of its
    /// cells in the log. Then all of its cells count again, even if a later row of the file had other values.
    ///
    /// If blank cells clear, a row whose contact failed clears what other rows of the file have given that
    /// contact. Fill those cells before you import the log (§15 of the [rules](crate::guide::rules)).
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

    /// The import ended with these tasks unwritten.
    pub(super) fn finish(&mut self, open: usize, status: Status) {
        self.unwritten = open;
        self.status = status;
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("status", &self.status)
            .field("stats", &self.stats)
            .field("unwritten", &self.unwritten)
            .finish_non_exhaustive()
    }
}

/// The total of a run.
impl Report {
    /// Adds the report of one window.
    pub(crate) fn absorb(&mut self, window: &Report) {
        self.plan.stats.add(window.plan.stats());
        self.stats.add(&window.stats);
        for &(object, _) in &window.revised {
            self.stats.of_mut(object).shift(Outcome::Unchanged, Outcome::Update);
        }
        for &object in &window.revised_plans {
            self.plan.stats.of_mut(object).shift(Outcome::Unchanged, Outcome::Update);
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
