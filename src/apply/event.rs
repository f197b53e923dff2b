//! [`Event`]: what somebody who watches a run gets to see.

use super::progress::Progress;
use super::report::Report;

/// What somebody who watches a run gets to see; [`Import::run_with`](crate::Import::run_with) has an example.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'r> {
    /// How far the run has come, between two batches.
    Progress(Progress),
    /// A window was written, or as much of it as could be before the run stopped. The report is about the
    /// rows of this window only, under their numbers in the file, and is gone when the next window begins.
    Window(&'r Report),
}

impl<'r> Event<'r> {
    /// The report of a window, if the event is one.
    pub fn window(&self) -> Option<&'r Report> {
        match self {
            Event::Window(report) => Some(report),
            Event::Progress(_) => None,
        }
    }

    /// The progress, if the event is that.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            Event::Progress(progress) => Some(*progress),
            Event::Window(_) => None,
        }
    }
}
