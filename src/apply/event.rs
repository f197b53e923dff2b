//! [`Event`]: what the function that watches a run is called with.

use super::progress::Progress;
use super::report::Report;

/// What the function that watches a run is called with; see [`Import::run_with`](crate::Import::run_with).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'r> {
    /// How far the run is, between two batches.
    Progress(Progress),
    /// The report of a window that was written, or of the part that was written before the run stopped. It has only
    /// the rows of this window, with their numbers in the file.
    Window(&'r Report),
}

impl<'r> Event<'r> {
    /// The report of the window, if the event is one.
    pub fn window(&self) -> Option<&'r Report> {
        match self {
            Event::Window(report) => Some(report),
            Event::Progress(_) => None,
        }
    }

    /// The progress, if the event is one.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            Event::Progress(progress) => Some(*progress),
            Event::Window(_) => None,
        }
    }
}
