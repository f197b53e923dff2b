//! [`Token`] and [`Checkpoint`]: what storage keeps so that nothing is written twice.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::issue::IssueCode;
use crate::object::{Object, RowNumber};
use crate::plan::Stats;

/// The name of one step of one import (behaviour X4): the same step has the same token whenever and
/// however often it is written, and no other step of any import has it.
///
/// Keep it beside what it wrote, in the same transaction; then a batch that is repeated after a lost
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

/// How far an import is, and of what (behaviour X6): commit it with the batch it travels in, in place
/// of the one before it.
///
/// Hand the last one to [`Import::resume`](crate::Import::resume) to go on where the import stopped.
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
    /// Digest of what there is to choose from in the account: pipelines, users and options.
    pub choices: String,
    /// How the columns that left it open were read: date order and separators, by header.
    pub formats: IndexMap<String, String>,
    /// Rows that are planned and written at a time; 0 = the whole file. Once begun, an import keeps to
    /// it: [`run`](crate::Import::run) goes on with this one, whichever it is asked for.
    pub window: u64,
    /// The last row whose steps are written once this batch is; steps of earlier rows that somebody
    /// else was in the way of may still follow. That is no measure of progress: records that hang
    /// together are written together, so the first batch may hold a step of one of the last rows; what
    /// [`apply_with`](crate::Import::apply_with) shows is one. Between the windows of a run the next row.
    pub row: u64,
    /// Is the import complete? Only the last batch says so; it holds no step.
    pub is_last: bool,
    /// Does the caller have the report of the complete import? See
    /// [`Report::acknowledge`](crate::Report::acknowledge).
    pub is_seen: bool,
    /// What the import comes to, as far as it is known.
    pub stats: Stats,
    /// Steps of the windows of a run before this one that storage did not write: they are not tried
    /// again when the run is resumed, over what later rows have written, and are reported again. The
    /// first [thousand](Self::REFUSALS); of others the rows count as unchanged.
    pub refused: Vec<Refusal>,
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
    /// What was said of it.
    pub code: IssueCode,
    /// Why, in storage's words.
    pub why: String,
}

impl Checkpoint {
    /// How many refusals a checkpoint keeps.
    pub const REFUSALS: usize = 1_000;

    /// Is there something left to do: steps to write, or a report to hand over? A program that starts
    /// goes on with an open import of the same file, and begins a new one if there is none.
    ///
    /// A process that is killed behind its last batch leaves a complete import whose report nobody
    /// has. Taken up again it writes nothing and gives the same report; begun anew it would create
    /// once more what has no key.
    pub fn is_open(&self) -> bool {
        !(self.is_last && self.is_seen)
    }

    /// Was the import begun by [`run`](crate::Import::run), which is then how to go on with it? Else it is
    /// one plan, and goes on with [`plan_resumed`](crate::Import::plan_resumed) and
    /// [`apply`](crate::Import::apply).
    pub fn is_run(&self) -> bool {
        self.window > 0
    }

    /// What of another import is not as in this one: `file`, `mapping`, `policy`; of a run, whose complete
    /// windows stay as they are, also `choices`. Nothing: it is the same import, also where somebody has
    /// asked for another window since, or for none. If the file is the same and something else is not, the
    /// file was begun and somebody has changed the account, or the mapping, since: let a person decide, for a
    /// new import of the file writes once more what has no key to be found by.
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
