//! What the synchronous methods of [`Import`] do, for any storage: compiled here, once for all adapters.

use super::Import;
use crate::apply::{Control, Event, Progress, Report};
use crate::error::Error;
use crate::plan::Plan;
use crate::source::Source;
use crate::storage::{AnyStorage, AnyStorageWrite, Checkpoint, Immediate, StorageError, now};

type Result<T> = std::result::Result<T, Error<StorageError>>;

impl Import {
    pub(super) fn plan_any(&self, file: Source<'_>, storage: &mut AnyStorage<'_>) -> Result<Plan> {
        now(self.plan_on(self.beside(), file, &mut Immediate(storage)))
    }

    pub(super) fn plan_or_resume_any(
        &self,
        file: Source<'_>,
        storage: &mut AnyStorageWrite<'_>,
    ) -> Result<Plan> {
        now(self.plan_or_resume_on(self.beside(), file, &mut Immediate(storage)))
    }

    pub(super) fn plan_resumed_any(
        &self,
        file: Source<'_>,
        storage: &mut AnyStorageWrite<'_>,
    ) -> Result<Plan> {
        now(self.plan_resumed_on(self.beside(), file, &mut Immediate(storage)))
    }

    pub(super) fn unfinished_any(
        &self,
        file: Source<'_>,
        storage: &mut AnyStorageWrite<'_>,
    ) -> Result<Option<Checkpoint>> {
        now(self.unfinished_async(file, &mut Immediate(storage)))
    }

    pub(super) fn checkpoint_any(
        &self,
        file: Source<'_>,
        storage: &mut AnyStorage<'_>,
    ) -> Result<Checkpoint> {
        now(self.checkpoint_async(file, &mut Immediate(storage)))
    }

    pub(super) fn apply_any(
        &self,
        plan: Plan,
        storage: &mut AnyStorageWrite<'_>,
        watch: &mut dyn FnMut(Progress) -> Control,
    ) -> Result<Report> {
        now(self.apply_with_async(plan, &mut Immediate(storage), watch))
    }

    pub(super) fn run_any(
        &self,
        file: Source<'_>,
        storage: &mut AnyStorageWrite<'_>,
        watch: &mut dyn FnMut(Event<'_>) -> Control,
    ) -> Result<Report> {
        now(self.run_with_async(file, &mut Immediate(storage), watch))
    }
}
