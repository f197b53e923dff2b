//! [`Token`] and [`Checkpoint`]: what storage keeps so that nothing is written twice.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::issue::{FailedRow, IssueCode};
use crate::object::{Object, RowNumber};
use crate::plan::Stats;

/// The name of one step of one import (behaviour X4). A step has the same token whenever and however often
/// it is written, and no other step of any import has that token.
///
/// Keep it beside what it wrote, in the same transaction. Then a batch that is repeated after a lost
/// connection creates nothing twice. It is a 128-bit number; `Display` writes 32 hexadecimal digits.
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

/// Which import this is, and how far it has come (behaviour X6).
///
/// Each batch brings one. Commit it with the batch, in place of the one before, and hand the last one to
/// [`Import::resume`](crate::Import::resume) to go on where an import has stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The name of the import.
    pub import_id: String,
    /// Digest of the file.
    pub file: String,
    /// Digest of the mapping.
    pub mapping: String,
    /// Digest of modes, objects, follow-ups and the account's policy.
    pub policy: String,
    /// Digest of what the account offers to choose from: pipelines, users and options.
    pub choices: String,
    /// How columns whose format was not declared are read: date order and separators, by header.
    pub formats: IndexMap<String, String>,
    /// How many rows are planned and written at a time; 0 = the whole file. An import keeps the window it
    /// was begun with: [`run`](crate::Import::run) goes on with this one, whatever it is asked for.
    pub window: u64,
    /// The last row that has a step in this batch or in one before it; between the windows of a run, the row
    /// that comes next.
    ///
    /// It does not measure progress: records that hang together are written together, so the first batch may
    /// hold a step of one of the last rows, and steps of earlier rows may follow where somebody else was in
    /// the way. To show progress, use [`apply_with`](crate::Import::apply_with).
    pub row: u64,
    /// Is the import complete? Only the last batch says so; it has no steps.
    pub is_last: bool,
    /// Does the caller have the report of the complete import? See
    /// [`Report::acknowledge`](crate::Report::acknowledge).
    pub is_seen: bool,
    /// The totals of the import, as far as they are known.
    pub stats: Stats,
    /// Steps that storage did not write, in earlier windows of a run. When the run is resumed they are
    /// reported again, but not tried again, because that could undo what later rows have written. Only the
    /// first [thousand](Self::REFUSALS) are kept; the rows of any others count as unchanged.
    pub refused: Vec<Refusal>,
    /// Rows that failed because of what storage held when they were planned: a key of two contacts, a second
    /// opportunity of one contact. Later rows may have changed that, and a row that fails leaves no token, so a
    /// resumed import fails these again. Only the [last thousand](Self::FAILURES) are kept; any others are judged by
    /// what storage holds by then.
    pub failed: Vec<FailedRow>,
}

/// A step that storage did not write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The object.
    pub object: Object,
    /// The first row of its record in the window.
    pub row: RowNumber,
    /// The record, if it was to be updated.
    pub id: Option<String>,
    /// The issue that reports it.
    pub code: IssueCode,
    /// Why, in storage's words.
    pub why: String,
}

impl Checkpoint {
    /// How many refusals a checkpoint keeps.
    pub const REFUSALS: usize = 1_000;

    /// How many failed rows a checkpoint keeps.
    pub const FAILURES: usize = 1_000;

    /// Is there anything left to do: steps to write, or a report to hand over? A program that starts should
    /// go on with an open import of the same file, and begin a new one only if there is none.
    ///
    /// A process that is killed after its last batch leaves a complete import whose report nobody has.
    /// Resumed, that import writes nothing and gives its report. Begun anew, it would create every record
    /// without a key a second time.
    pub fn is_open(&self) -> bool {
        !(self.is_last && self.is_seen)
    }

    /// Was the import begun by [`run`](crate::Import::run)? Then `run` is also how to go on with it.
    /// Otherwise it is one plan, and goes on with [`plan_resumed`](crate::Import::plan_resumed) and
    /// [`apply`](crate::Import::apply).
    pub fn is_run(&self) -> bool {
        self.window > 0
    }

    /// What differs between this import and another: `file`, `mapping`, `policy`. For a run it may also be
    /// `choices`, because the windows it has completed stay as they are. The window is not compared.
    ///
    /// If nothing differs, it is the same import. If the file is the same but something else differs, the file
    /// was begun and somebody has changed the account or the mapping since. Let a person decide then: a new
    /// import of the file would write every record without a key a second time.
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
