//! [`Report`]: how every case turned out.

use std::fmt;

use super::{Result, Stop};

/// The outcome of one [`Case`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The adapter keeps this part of the contract.
    Passed,
    /// It breaks it, in this way.
    Failed(String),
    /// It fails for the same cause as the case with this name. Fix that one first.
    Follows(&'static str),
    /// The case does not apply, for this reason: the adapter does not claim to do what it is about, or the account
    /// does not have what it needs.
    Skipped(String),
}

/// A test of one part of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// The stable name of the case: a sentence that should be true of the adapter.
    pub name: &'static str,
    /// Its outcome.
    pub outcome: Outcome,
}

/// The outcome of every case of a suite. `Display` writes a line for each and a total.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a report that nobody looks at certifies nothing"]
pub struct Report {
    cases: Vec<Case>,
}

impl Report {
    /// A case that fails for the same cause as one before it follows from that one.
    pub(super) fn of(results: impl IntoIterator<Item = (&'static str, Result)>) -> Self {
        let mut told: Vec<(&'static str, String)> = Vec::new();
        let mut outcome = |name, result| match result {
            Ok(()) => Outcome::Passed,
            Err(Stop::Failed(why)) => Outcome::Failed(why),
            Err(Stop::Skipped(why)) => Outcome::Skipped(why),
            Err(Stop::Cause(why)) => match told.iter().find(|(_, cause)| *cause == why) {
                Some((first, _)) => Outcome::Follows(first),
                None => {
                    told.push((name, why.clone()));
                    Outcome::Failed(why)
                }
            },
        };
        let cases = results.into_iter();
        let cases = cases.map(|(name, result)| Case { name, outcome: outcome(name, result) });
        Report { cases: cases.collect() }
    }

    /// Every case, in the order of the suite.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The name of each case that failed, and the reason. Cases that [follow](Outcome::Follows) from it are left out.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.cases.iter().filter_map(|case| match &case.outcome {
            Outcome::Failed(why) => Some((case.name, why.as_str())),
            _ => None,
        })
    }

    /// Whether no case failed.
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }

    fn count(&self, is_counted: impl Fn(&Outcome) -> bool) -> usize {
        self.cases.iter().filter(|case| is_counted(&case.outcome)).count()
    }
}

/// A line for each case. Cases that follow from another are only counted, below it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Case { name, outcome } in &self.cases {
            match outcome {
                Outcome::Passed => writeln!(f, "passed   {name}")?,
                Outcome::Skipped(why) => writeln!(f, "skipped  {name}: {why}")?,
                Outcome::Follows(_) => {}
                Outcome::Failed(why) => {
                    writeln!(f, "FAILED   {name}: {why}")?;
                    let more = self.count(|other| *other == Outcome::Follows(name));
                    if more > 0 {
                        writeln!(
                            f,
                            "         ({more} more fail for the same cause: fix this first)"
                        )?;
                    }
                }
            }
        }
        let failed = self.failures().count();
        let follow = self.count(|outcome| matches!(outcome, Outcome::Follows(_)));
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        let passed = self.cases.len() - failed - follow - skipped;
        let follow = if follow > 0 { format!(" and {follow} with them") } else { String::new() };
        writeln!(f, "{passed} passed, {failed} failed{follow}, {skipped} skipped")
    }
}
