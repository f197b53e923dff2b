//! Certifies a storage adapter: [`run`] puts it through some forty named cases.
//!
//! Each case gets a storage of its own from `fresh`: empty, with the account that the application has.
//! Values are written to every field of it, its own ones too, and to those that every contact
//! [needs](crate::dedup::DedupPolicy::required). What an adapter does not claim to do (tokens,
//! follow-ups), and what needs a field or an object that the account
//! [does without](crate::Account::standard_fields), is skipped, and the report says why. The more fields
//! and match rules the account has, the more is tried.
//!
//! A failure says what was expected, what came, and which call was forgotten; [the adapter
//! guide](crate::guide::adapters) has the steps.
//!
//! ```
//! use crm_import::MemoryStorage;
//! use crm_import::storage::conformance;
//!
//! let report = conformance::run(MemoryStorage::default);
//! assert!(report.is_passed(), "{report}");
//! ```
//!
//! In the tests of an adapter, with a database that is emptied each time:
//!
//! ```no_run
//! # use crm_import::MemoryStorage as Postgres;
//! # fn empty_database() -> Postgres { Postgres::default() }
//! #[test]
//! fn the_adapter_keeps_the_contract() {
//!     let report = crm_import::storage::conformance::run(empty_database);
//!     assert!(report.is_passed(), "{report}");
//! }
//! ```

mod bench;
mod fields;
mod finding;
mod maker;
mod tokens;
mod writing;

use std::fmt;

use super::StorageWrite;
use bench::Bench;

/// How one case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The adapter keeps this part of the contract.
    Passed,
    /// It does not, for this reason.
    Failed(String),
    /// It does not claim to do what the case is about.
    Skipped(String),
}

/// One part of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// The stable name of the case, a sentence.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
}

/// How every case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    cases: Vec<Case>,
}

impl Report {
    /// Every case, in the order of the suite.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The cases that failed, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.cases.iter().filter_map(|case| match &case.outcome {
            Outcome::Failed(why) => Some((case.name, why.as_str())),
            _ => None,
        })
    }

    /// Did no case fail?
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            match &case.outcome {
                Outcome::Passed => writeln!(f, "passed   {}", case.name)?,
                Outcome::Failed(why) => writeln!(f, "FAILED   {}: {why}", case.name)?,
                Outcome::Skipped(why) => writeln!(f, "skipped  {}: {why}", case.name)?,
            }
        }
        let skipped = |case: &&Case| matches!(case.outcome, Outcome::Skipped(_));
        let (failed, skipped) =
            (self.failures().count(), self.cases.iter().filter(skipped).count());
        let passed = self.cases.len() - failed - skipped;
        writeln!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// Why a case does not pass.
enum Stop {
    Failed(String),
    Skipped(String),
}

/// A case fails for this reason.
fn fail<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(why.into()))
}

/// A case is not about this storage, for this reason.
fn skip<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skipped(why.into()))
}

fn expect(is_true: bool, why: impl Into<String>) -> Result<(), Stop> {
    if is_true { Ok(()) } else { fail(why) }
}

type Result<T = (), E = Stop> = std::result::Result<T, E>;
type Run<S> = fn(&mut Bench<S>) -> Result;

/// Puts an adapter through every case. `fresh` makes an empty storage.
pub fn run<S: StorageWrite>(mut fresh: impl FnMut() -> S) -> Report {
    let cases: Vec<(&'static str, Run<S>)> = finding::cases()
        .into_iter()
        .chain(fields::cases())
        .chain(writing::cases())
        .chain(tokens::cases())
        .collect();
    let run_case = |(name, case): (&'static str, Run<S>)| {
        let outcome = match case(&mut Bench::new(fresh())) {
            Ok(()) => Outcome::Passed,
            Err(Stop::Failed(why)) => Outcome::Failed(why),
            Err(Stop::Skipped(why)) => Outcome::Skipped(why),
        };
        Case { name, outcome }
    };
    Report { cases: cases.into_iter().map(run_case).collect() }
}
