//! [`Progress`] and [`Status`]: where an import stands, for whoever watches it.

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
    /// It was told to pause: it stopped between two batches, and can be resumed.
    Paused,
    /// Everything that could be written has been written.
    Completed,
    /// It was told to stop, and did so between two batches.
    Cancelled,
    /// It could not go on.
    Failed,
}

/// Whether an import goes on: what the function returns that watches it, handed to
/// [`apply_with`](crate::Import::apply_with) or [`run_with`](crate::Import::run_with). A `bool` will do too:
/// `false` cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop before the next batch, to be resumed later.
    Pause,
    /// Stop before the next batch. What was written stays. The import still counts as unfinished: to give it up,
    /// delete its checkpoint.
    Cancel,
}

impl From<bool> for Control {
    /// `true` goes on, `false` cancels.
    fn from(goes_on: bool) -> Self {
        if goes_on { Control::Continue } else { Control::Cancel }
    }
}

impl From<()> for Control {
    fn from((): ()) -> Self {
        Control::Continue
    }
}

/// What was written of one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Records created, in earlier runs of a resumed import too.
    pub created: usize,
    /// Records changed.
    pub updated: usize,
    /// Records that storage refused.
    pub failed: usize,
}

impl Written {
    /// Both together.
    pub(super) fn plus(self, more: Written) -> Written {
        Written {
            created: self.created + more.created,
            updated: self.updated + more.updated,
            failed: self.failed + more.failed,
        }
    }
}

/// How far an import has come. [`apply_with`](crate::Import::apply_with) and
/// [`run_with`](crate::Import::run_with) hand one to the caller's function between batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is doing.
    pub status: Status,
    /// Rows that are planned.
    pub rows: u64,
    /// Bytes of the file that a run has read; 0 while a plan is applied.
    pub bytes: u64,
    /// Bytes of the file, where a run knows how many there are.
    pub total_bytes: Option<u64>,
    /// Steps and follow-ups that are settled: written, refused or left out.
    pub done: usize,
    /// Steps and follow-ups that are planned so far.
    pub steps: usize,
    /// Contacts written.
    pub contacts: Written,
    /// Opportunities written.
    pub opportunities: Written,
}

/// How many errors are too many (behaviour X7), for [`Import::max_errors`](crate::Import::max_errors).
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
/// let import = Import::new().max_errors(ErrorBudget::Sides(10));
/// assert_eq!(import.run(file(), &mut crm).unwrap().stats().contacts.fail, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ErrorBudget {
    /// More than this many failed sides of rows.
    Sides(u64),
    /// More than this share of all sides, between 0 and 1.
    Share(f64),
}

impl ErrorBudget {
    pub(super) fn is_exceeded(self, stats: &crate::plan::Stats) -> bool {
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
