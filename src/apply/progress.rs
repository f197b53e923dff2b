//! [`Progress`] and [`Status`]: how far an import is, and [`Control`]: whether it continues.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an import is doing, or how it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is reading and planning.
    #[default]
    Planning,
    /// It is writing.
    Applying,
    /// It was [paused](Control::Pause): it stopped between two batches, and can be resumed.
    Paused,
    /// Everything that could be written has been written.
    Completed,
    /// It was [cancelled](Control::Cancel): it stopped between two batches.
    Cancelled,
    /// It stopped because of an [error](crate::Error).
    Failed,
}

impl Status {
    /// The name used in JSON: `planning`, `applying`, `paused`, `completed`, `cancelled` or `failed`.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Planning => "planning",
            Status::Applying => "applying",
            Status::Paused => "paused",
            Status::Completed => "completed",
            Status::Cancelled => "cancelled",
            Status::Failed => "failed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether an import continues. The function that watches it returns this to
/// [`apply_with`](crate::Import::apply_with) or [`run_with`](crate::Import::run_with).
///
/// It may return a `bool` instead, of which `false` cancels, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Continue.
    Continue,
    /// Stop before the next batch, to be resumed later.
    Pause,
    /// Stop before the next batch. What was written stays. The import is still unfinished: to abandon it, delete its
    /// checkpoint.
    Cancel,
}

impl From<bool> for Control {
    /// `true` continues, `false` cancels.
    fn from(continues: bool) -> Self {
        if continues { Control::Continue } else { Control::Cancel }
    }
}

impl From<()> for Control {
    /// Continues.
    fn from((): ()) -> Self {
        Control::Continue
    }
}

/// How many records of an object were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Records created, including those that a resumed import had created before.
    pub created: usize,
    /// Records updated.
    pub updated: usize,
    /// Records that storage refused.
    pub failed: usize,
}

impl Written {
    /// The sum of both.
    pub(super) fn plus(self, more: Written) -> Written {
        Written {
            created: self.created + more.created,
            updated: self.updated + more.updated,
            failed: self.failed + more.failed,
        }
    }
}

/// How far an import is. [`apply_with`](crate::Import::apply_with) and [`run_with`](crate::Import::run_with) pass it to
/// the function that watches them, between batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What the import is doing.
    pub status: Status,
    /// The number of rows planned so far.
    pub rows: u64,
    /// The number of bytes that a run has read; 0 while a plan is applied.
    pub bytes: u64,
    /// The size of the file in bytes, if a run knows it.
    pub total_bytes: Option<u64>,
    /// The number of steps and follow-ups that are done: written, refused or left out.
    pub done: usize,
    /// The number of steps and follow-ups planned so far.
    pub steps: usize,
    /// The contacts written so far.
    pub contacts: Written,
    /// The opportunities written so far.
    pub opportunities: Written,
}

impl Progress {
    /// How far a run has come, once a window of it has come so far.
    pub(super) fn and_window(self, window: Progress) -> Progress {
        Progress {
            status: window.status,
            done: self.done + window.done,
            steps: self.steps + window.steps,
            contacts: self.contacts.plus(window.contacts),
            opportunities: self.opportunities.plus(window.opportunities),
            ..self
        }
    }
}

/// The number of errors that an import tolerates (behaviour X7); see
/// [`Import::max_errors`](crate::Import::max_errors).
///
/// ```
/// use crm_import::{Error, ErrorBudget, Import, MemoryStorage, Object, Source};
///
/// let file = || Source::from_bytes(&b"Email,Phone\nana@example.com,\n,not a phone\n"[..]);
/// let mut crm = MemoryStorage::default();
///
/// let import = Import::new().max_errors(ErrorBudget::Share(0.02)); // 1 of 2 sides fails
/// let plan = import.plan(file(), &mut crm).unwrap();
/// let stopped = import.apply(plan, &mut crm);
/// assert!(matches!(stopped, Err(Error::TooManyErrors { .. })));
/// assert_eq!(crm.len(Object::Contact), 0);
///
/// // A preview can say so.
/// let plan = import.plan(file(), &mut crm).unwrap();
/// assert!(ErrorBudget::Share(0.02).is_exceeded(plan.stats()));
///
/// let import = Import::new().max_errors(ErrorBudget::Sides(10));
/// assert_eq!(import.run(file(), &mut crm).unwrap().stats().contacts.fail, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ErrorBudget {
    /// Up to this number of failed sides of rows.
    Sides(u64),
    /// Up to this share of all sides, between 0 and 1.
    Share(f64),
}

impl ErrorBudget {
    /// Whether more sides have failed than the budget allows. If these are the totals of a whole plan, applying it would
    /// stop before the first write.
    pub fn is_exceeded(self, stats: &crate::plan::Stats) -> bool {
        let (contacts, opportunities) = (&stats.contacts, &stats.opportunities);
        let failed = contacts.fail + opportunities.fail;
        match self {
            ErrorBudget::Sides(limit) => failed > limit,
            #[allow(clippy::cast_precision_loss)] // a share of 2⁵³ rows is as good
            ErrorBudget::Share(share) => {
                failed as f64 > share * (contacts.rows + opportunities.rows) as f64
            }
        }
    }
}
