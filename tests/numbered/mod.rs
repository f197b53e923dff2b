//! Cases that a test makes up from their numbers.
//!
//! With `CRM_IMPORT_CASES=100000` it makes up that many of them, with `CRM_IMPORT_CASE=17` only that one. Each test
//! has a variable of its own in place of `CRM_IMPORT_CASE`. `CRM_IMPORT_FIRST=5000000` begins with that number instead
//! of 0, so that a longer test tries what no earlier one has tried.

/// A number that the environment gives.
pub(crate) fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The cases of the test with this variable, usually so many.
pub(crate) fn cases(variable: &'static str, usual: u64) -> impl Iterator<Item = Numbered> {
    let count = number(&format!("{variable}S")).unwrap_or(usual);
    let first = number("CRM_IMPORT_FIRST").unwrap_or(0);
    let numbers = number(variable).map_or(first..first + count, |only| only..only + 1);
    numbers.map(move |number| {
        let how = format!("{variable}={number} repeats it alone");
        Numbered { number, _how: Story(how) }
    })
}

/// Asserts what holds of many cases together: not of one that is repeated, or of a few.
#[track_caller]
pub(crate) fn assert_of_all(variable: &str, holds: bool, otherwise: &str) {
    let is_usual = number(variable).is_none()
        && number(&format!("{variable}S")).is_none_or(|count| count >= 500);
    assert!(!is_usual || holds, "{otherwise}");
}

/// One case. If the test fails with it, it tells how to repeat it.
pub(crate) struct Numbered {
    pub(crate) number: u64,
    _how: Story,
}

/// It is told if the test fails while it is kept.
pub(crate) struct Story(pub(crate) String);

impl Drop for Story {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}
