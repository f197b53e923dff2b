//! [`Outcome`] of one side of a row, and [`Stats`]: how many sides have which.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::object::Object;

/// What becomes of one side of a row. Every side that is present has exactly one outcome (behaviour L2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It creates its record.
    Create,
    /// It changes its record, alone or together with later rows.
    Update,
    /// Its record exists and has the same values already.
    Unchanged,
    /// It joins the record of an earlier row.
    Merged,
    /// It is left out by the mode or by a policy, which is no failure.
    Skip,
    /// It cannot be imported; an issue says why.
    Fail,
}

impl Outcome {
    /// Whether the side is folded into a record.
    pub(crate) const fn is_folded(self) -> bool {
        !matches!(self, Outcome::Skip | Outcome::Fail)
    }

    /// The name used in JSON: `create`, `update`, `unchanged`, `merged`, `skip` or `fail`.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Create => "create",
            Outcome::Update => "update",
            Outcome::Unchanged => "unchanged",
            Outcome::Merged => "merged",
            Outcome::Skip => "skip",
            Outcome::Fail => "fail",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The number of rows with each [`Outcome`], for one object. `rows` is the sum of the six outcomes (behaviour L2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Rows that have a side for the object.
    pub rows: u64,
    /// Rows whose record is created.
    pub create: u64,
    /// Rows whose record is changed.
    pub update: u64,
    /// Rows whose record has the same values already.
    pub unchanged: u64,
    /// Rows that joined the record of an earlier row.
    pub merged: u64,
    /// Rows left out by the mode or by a policy.
    pub skip: u64,
    /// Rows that cannot be imported.
    pub fail: u64,
    /// Rows with at least one warning.
    pub warnings: u64,
}

impl Counts {
    /// Counts one more side, if the row has it.
    pub(crate) fn count(&mut self, outcome: Option<Outcome>, has_warning: bool) {
        if let Some(outcome) = outcome {
            self.rows += 1;
            *self.of(outcome) += 1;
            self.warnings += u64::from(has_warning);
        }
    }

    /// Adds what was counted of other rows.
    fn add(&mut self, other: &Counts) {
        self.rows += other.rows;
        self.create += other.create;
        self.update += other.update;
        self.unchanged += other.unchanged;
        self.merged += other.merged;
        self.skip += other.skip;
        self.fail += other.fail;
        self.warnings += other.warnings;
    }

    /// A side that was counted under one outcome ends under another.
    pub(crate) fn shift(&mut self, from: Outcome, to: Outcome) {
        *self.of(from) -= 1;
        *self.of(to) += 1;
    }

    /// A side that was counted under this outcome is not counted.
    pub(crate) fn leave_out(&mut self, outcome: Outcome) {
        self.rows -= 1;
        *self.of(outcome) -= 1;
    }

    fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Create => &mut self.create,
            Outcome::Update => &mut self.update,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Merged => &mut self.merged,
            Outcome::Skip => &mut self.skip,
            Outcome::Fail => &mut self.fail,
        }
    }
}

/// The totals of a [plan](crate::Plan::stats), or of what an import [has done](crate::Report::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// Contacts.
    pub contacts: Counts,
    /// Opportunities.
    pub opportunities: Counts,
    /// Opportunities that are linked to the contact of their row in the end.
    pub links: u64,
    /// Rows without any mapped value.
    pub blank_rows: u64,
    /// Rows that only say something of a contact, where contacts are not imported (P8). There is no opportunity on
    /// them that could be linked to it.
    #[serde(default)]
    pub unused_rows: u64,
}

impl Stats {
    /// The counts of one object.
    pub fn of(&self, object: Object) -> &Counts {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    /// Adds the totals of other rows.
    pub(crate) fn add(&mut self, other: &Stats) {
        self.contacts.add(&other.contacts);
        self.opportunities.add(&other.opportunities);
        self.links += other.links;
        self.blank_rows += other.blank_rows;
        self.unused_rows += other.unused_rows;
    }

    pub(crate) fn of_mut(&mut self, object: Object) -> &mut Counts {
        match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        }
    }
}
