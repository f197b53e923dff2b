//! [`Event`]: what a run tells whoever watches it.

use super::progress::Progress;
use super::report::Report;

/// What a run tells whoever watches it; [`Import::run_with`](crate::Import::run_with) shows one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'r> {
    /// Between two batches.
    Progress(Progress),
    /// A window is written, or as much of it as could be before the run stops. The report speaks of its
    /// rows only, under their numbers in the file; it is gone when the next window begins.
    Window(&'r Report),
}

impl<'r> Event<'r> {
    /// The report of a window, if that is what it is about.
    pub fn window(&self) -> Option<&'r Report> {
        match self {
            Event::Window(report) => Some(report),
            Event::Progress(_) => None,
        }
    }

    /// The progress, if that is what it is about.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            Event::Progress(progress) => Some(*progress),
            Event::Window(_) => None,
        }
    }
}
