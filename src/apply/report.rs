//! [`Report`]: what an import did.

use std::io;

use hashbrown::HashMap;

use crate::issue::{Finding, Issue};
use crate::object::{Object, RowNumber};
use crate::plan::{NONE, Outcome, Plan, Stats, StepRef};

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
    stats: Stats,
    /// Ids of created records by object and number.
    ids: HashMap<(Object, u32), Box<str>, foldhash::fast::RandomState>,
    /// Sides that failed while writing.
    failed: HashMap<(Object, u32), (), foldhash::fast::RandomState>,
    findings: Vec<Finding>,
    unwritten: usize,
}

impl Report {
    pub(super) fn new(plan: Plan) -> Self {
        Report {
            stats: *plan.stats(),
            plan,
            ids: HashMap::default(),
            failed: HashMap::default(),
            findings: Vec::new(),
            unwritten: 0,
        }
    }

    /// The totals: `create` counts what was created, and so on; rows whose record storage refused
    /// are failed.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The plan that was applied.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many steps were not reached, because the import was stopped.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// What became of one side of a row.
    pub fn outcome(&self, object: Object, row: RowNumber) -> Option<Outcome> {
        let planned = self.plan.row(row)?.side(object)?.outcome();
        let failed = self.failed.contains_key(&(object, row.0 - 1));
        Some(if failed { Outcome::Fail } else { planned })
    }

    /// The id of the record that one side of a row led to, created ones included.
    pub fn id(&self, object: Object, row: RowNumber) -> Option<&str> {
        self.plan.row(row)?;
        let ledger = &self.plan.ledger;
        let number = match object {
            Object::Contact => ledger.contact_rows[row.index()].contact,
            Object::Opportunity => ledger.opportunity_rows[row.index()].deal,
        };
        if number == NONE {
            return None;
        }
        ledger.id(object, number).or_else(|| self.created_id(object, number))
    }

    /// Everything worth saying: the plan's issues, then those of writing.
    pub fn issues(&self) -> impl Iterator<Item = Issue> {
        self.plan.issues().chain(self.findings.iter().map(|found| self.plan.render(found)))
    }

    /// Writes the error log: every row with a failed side as it stood in the file, and what to do
    /// about it. Mend the cells and import the file again: only these rows are in it, and what was
    /// done already is not done twice.
    ///
    /// Gives the number of rows written.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_error_log(&self, writer: impl io::Write) -> io::Result<u64> {
        super::error_log::write(self, writer)
    }

    pub(super) fn created_id(&self, object: Object, number: u32) -> Option<&str> {
        self.ids.get(&(object, number)).map(AsRef::as_ref)
    }

    pub(super) fn set_id(&mut self, step: StepRef, id: &str) {
        self.ids.insert((step.object, step.number), id.into());
    }

    pub(super) fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// One side of a row failed while its record was written.
    pub(super) fn fail(&mut self, object: Object, row: u32) {
        let planned = match object {
            Object::Contact => self.plan.ledger.contact_rows[row as usize].outcome,
            Object::Opportunity => self.plan.ledger.opportunity_rows[row as usize].outcome,
        };
        let Some(planned) = planned else { return };
        if self.failed.insert((object, row), ()).is_none() {
            self.stats.of_mut(object).shift(planned, Outcome::Fail);
            let side = &self.plan.ledger.opportunity_rows[row as usize];
            if object == Object::Opportunity && side.sets_link && planned != Outcome::Merged {
                self.stats.links -= 1;
            }
        }
    }

    /// The import ended with these steps of the plan unwritten.
    pub(super) fn finish(&mut self, open: usize) {
        self.unwritten = open;
        self.findings.sort_by_key(|finding| finding.row);
    }
}
