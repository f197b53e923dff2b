//! [`Token`] and [`Checkpoint`]: what storage keeps so that nothing is written twice.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::issue::{FailedRow, IssueCode, JoinedRow, MetRow};
use crate::object::{Object, RowNumber};
use crate::plan::Stats;

/// Identifies one step of one import (behaviour X4). A step has the same token however often it is written, and no
/// other step of any import has it.
///
/// Store it with the record, in the same transaction. Then a batch that is repeated after a lost connection creates
/// nothing twice. It is a 128-bit number, which `Display` and `FromStr` represent by 32 hexadecimal digits.
///
/// ```
/// use crm_import::storage::Token;
///
/// let kept = Token(0x2a).to_string(); // for a column of text; `Token::0` is for one of numbers
/// assert_eq!(kept, "0000000000000000000000000000002a");
/// assert_eq!(kept.parse(), Ok(Token(0x2a)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub u128);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An adapter writes each of them: three times as quick as the machinery of formatting.
        let mut digits = [0; 32];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest & 15) as usize];
            rest >>= 4;
        }
        // They are digits, so they are text.
        f.write_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

impl std::str::FromStr for Token {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Token)
    }
}

/// Identifies an import, and says how far it is (behaviour X6).
///
/// Each batch [has one](super::Batch::checkpoint). Commit it with the batch, in place of the import's previous one.
/// [`Import::resume`](crate::Import::resume) continues an interrupted import from the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The name of the import.
    pub import_id: String,
    /// A digest of the file.
    pub file: String,
    /// A digest of the mapping.
    pub mapping: String,
    /// A digest of the modes, objects and follow-ups, and of the account's policies.
    pub policy: String,
    /// A digest of the account's pipelines, users and options.
    pub choices: String,
    /// The inferred formats of columns by header: date orders and separators.
    pub formats: IndexMap<String, String>,
    /// How many rows are planned and written at a time; 0 for the whole file. A resumed
    /// [`run`](crate::Import::run) uses the same window, whatever its own setting is.
    pub window: u64,
    /// The last row that has a step in this batch or in an earlier one; between the windows of a run, the row
    /// that comes next.
    ///
    /// It does not measure progress: records that belong together are written together, so the first batch may
    /// have a step of one of the last rows, and steps of earlier rows may follow after a conflict. To show progress,
    /// use [`apply_with`](crate::Import::apply_with).
    pub row: u64,
    /// Whether storage had written a step of a row before this batch. If storage knows of none when the import is
    /// resumed, it is another storage, and the import is refused there.
    pub is_begun: bool,
    /// Whether the import is complete. Only the checkpoint of the last batch, which has no steps, says so.
    pub is_last: bool,
    /// Whether the report of the complete import has been [acknowledged](crate::Report::acknowledge).
    pub is_seen: bool,
    /// The totals of the import so far.
    pub stats: Stats,
    /// Steps that storage did not write, in earlier windows of a run. A resumed run reports them again but does not
    /// repeat them, because that could undo what later rows have written. Only the first
    /// [thousand](Self::REFUSALS) are kept; the rows of the others count as unchanged.
    pub refused: Vec<Refusal>,
    /// Rows that failed because of what storage held when they were planned, such as a key that two contacts had. They
    /// left no token, and the import itself may have removed the cause since. A resumed import fails them again, so
    /// that its report is the same. A run keeps every such row of its completed windows, even if only somebody else
    /// could remove the cause, because nothing more is written of these windows. Only the [last
    /// thousand](Self::FAILURES) are kept; the others are planned anew.
    pub failed: Vec<FailedRow>,
    /// Rows that did not fail but left no token either: they joined the record of an earlier row, changed nothing, or
    /// were skipped. A row is kept here only if the import itself changes a key by which the row finds its record, so
    /// that it might find another one now. A resumed import leads it to the same record again. Rows that write their
    /// contact are kept as well, if the import gives one of their keys to another contact, because the import may be
    /// interrupted before they are written. Only the [last thousand](Self::FAILURES) are kept.
    pub met: Vec<MetRow>,
    /// Rows of stored records that have other keys than the first row of their record, in the whole file or in the
    /// window at hand. They are written together with that first row. Suppose that a resumed import finds a step
    /// written, and a row with other keys belongs to it now but is not named here. Then the row was not written with
    /// the step: somebody else has given the record its key while the import was interrupted. Such a row is written
    /// now. `None` if there are more than a [thousand](Self::FAILURES) such rows: then all are taken to be written.
    pub joined: Option<Vec<JoinedRow>>,
}

/// A step that storage did not write. If it was only to give a contact the tags of an opportunity, its code is
/// [`IssueCode::FollowUpFailed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The object of its record.
    pub object: Object,
    /// The first row of its record in the window, or the row that brings the tags.
    pub row: RowNumber,
    /// The id of its record, if it was an update.
    pub id: Option<String>,
    /// The code of the issue that reports it.
    pub code: IssueCode,
    /// The reason that storage gave.
    pub why: String,
}

impl Refusal {
    /// Whether the contact was only to get tags, so that none of its rows has failed.
    pub(crate) fn is_of_tags(&self) -> bool {
        self.code == IssueCode::FollowUpFailed
    }
}

impl Checkpoint {
    /// The largest number of refusals that a checkpoint keeps.
    pub const REFUSALS: usize = 1_000;

    /// The largest number of failed rows that a checkpoint keeps, and of other rows that left no token.
    pub const FAILURES: usize = 1_000;

    /// Whether anything is left to do: steps to write, or a report to deliver. A program that starts should resume an
    /// open import of the same file, and begin a new one only if there is none.
    ///
    /// A process that is killed after its last batch leaves a complete import whose report nobody has seen. Resumed,
    /// that import writes nothing and returns its report. Begun again, it would create every record without a key a
    /// second time.
    pub fn is_open(&self) -> bool {
        !(self.is_last && self.is_seen)
    }

    /// Whether the checkpoint names every row that the import's own steps could lead to another record. `last` is the
    /// last row of which storage has a step. If that comes after the checkpoint, a later checkpoint was lost. And there
    /// is room for only so many rows.
    pub(crate) fn names_all(&self, last: u64) -> bool {
        self.row >= last && self.failed.len() < Self::FAILURES && self.met.len() < Self::FAILURES
    }

    /// Whether the import was begun with [`run`](crate::Import::run). If so, continue it with `run`; if not, with
    /// [`plan_resumed`](crate::Import::plan_resumed) and [`apply`](crate::Import::apply).
    pub fn is_run(&self) -> bool {
        self.window > 0
    }

    /// What differs between this import and another: `file`, `mapping`, `policy`; for a run also `choices`, because
    /// its completed windows stay as they are. The window is not compared.
    ///
    /// If nothing differs, it is the same import. If the file is the same but something else differs, somebody has
    /// changed the account or the mapping since the import was begun. Let a person decide then: a new import of the
    /// file would create every record without a key a second time.
    pub fn differences(&self, other: &Checkpoint) -> Vec<&'static str> {
        let parts = [
            ("file", self.file == other.file),
            ("mapping", self.mapping == other.mapping),
            ("policy", self.policy == other.policy),
            ("choices", !self.is_run() || self.choices == other.choices),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| part).collect()
    }
}
