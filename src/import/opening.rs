//! Makes what the planner and the applier need: the opened file with its settings, and the job of the applier.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use super::Import;
use crate::account::Account;
use crate::apply::{Ending, Job, Run};
use crate::draft::Settings;
use crate::error::{ConfigError, Error};
use crate::planner::{self, BLOCK_ROWS, OpenFile, Pace, Reading, Threads};
use crate::source::{Rows, Source};
use crate::storage::{AsyncStorage, AsyncStorageWrite};

/// How many rows of a plan are looked up at a time: as many as a block has.
const WINDOW_ROWS: usize = BLOCK_ROWS;
/// How many rows of a run are looked up, planned and written at a time.
const RUN_ROWS: usize = 8_192;

impl Import {
    /// Opens a file, and compiles the settings for it.
    pub(super) async fn open<'a, S: AsyncStorage>(
        &self,
        file: Source<'a>,
        storage: &mut S,
    ) -> Result<(Settings, Rows<'a>), Error<S::Error>> {
        let account = storage.account().await.map_err(|source| Error::Account { source })?;
        let rows = file.open().map_err(Error::Source)?;
        let settings = self.set_up(account, &rows, &|rule| storage.answers(rule))?;
        Ok((settings, rows))
    }

    /// Opens a file to be planned on these threads.
    pub(super) async fn open_to_plan<'a, S: AsyncStorage>(
        &self,
        threads: Threads,
        file: Source<'a>,
        storage: &mut S,
    ) -> Result<OpenFile<'a>, Error<S::Error>> {
        let (settings, rows) = self.open(file, storage).await?;
        let window_rows = self.planning_window.unwrap_or(WINDOW_ROWS);
        Ok(OpenFile { settings, rows, pace: Pace { window_rows, threads } })
    }

    /// Opens a file and reads it to its end.
    pub(super) async fn read<S: AsyncStorage>(
        &self,
        threads: Threads,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Reading, Error<S::Error>> {
        let file = self.open_to_plan(threads, file, storage).await?;
        planner::read(file).map_err(Error::Source)
    }

    /// The threads of an import whose storage never has to be waited for.
    pub(super) fn beside(&self) -> Threads {
        Threads::Beside(self.threads.unwrap_or(1))
    }

    /// The threads of an import whose storage may have to be waited for.
    pub(super) fn in_turn(&self) -> Threads {
        Threads::InTurn(self.threads.unwrap_or(1))
    }

    /// Refuses to resume with a storage that keeps no tokens, because it could not say what was written.
    pub(super) fn check_resumable<S: AsyncStorageWrite>(
        &self,
        storage: &S,
    ) -> Result<(), ConfigError> {
        if storage.keeps_tokens() {
            return Ok(());
        }
        let problem = "the storage keeps no tokens, so an interrupted import cannot be resumed: implement \
                       StorageWrite::keeps_tokens and applied";
        Err(ConfigError::of(problem))
    }

    /// The job of writing a plan.
    pub(super) fn job<S: AsyncStorageWrite>(&self, storage: &S) -> Job {
        Job {
            import_id: self.id.clone().unwrap_or_else(mint_id),
            is_named: self.id.is_some(),
            resumes: self.resumed.is_some(),
            window: 0,
            from_row: self.resumed.as_ref().map_or(0, |checkpoint| checkpoint.row),
            is_begun: false,
            refused: Vec::new(),
            failed: Vec::new(),
            met: Vec::new(),
            joined: None,
            ending: if storage.keeps_tokens() { Ending::Import } else { Ending::Open },
            budget: self.budget,
            threads: self.threads.unwrap_or(1),
        }
    }

    /// Everything that a run needs. A resumed run keeps the window that it was begun with.
    pub(super) fn run_of<'a, S: AsyncStorageWrite>(
        &self,
        account: Account,
        rows: Rows<'a>,
        twin: Option<Rows<'a>>,
        storage: &S,
    ) -> Result<Run<'a>, ConfigError> {
        let settings = self.set_up(account, &rows, &|rule| storage.answers(rule))?;
        let window = match &self.resumed {
            Some(begun) if begun.is_run() => usize::try_from(begun.window).unwrap_or(usize::MAX),
            _ => self.run_window.unwrap_or(RUN_ROWS).max(1),
        };
        Ok(Run {
            settings,
            rows,
            twin,
            window,
            planning_window: self.planning_window.unwrap_or(RUN_ROWS),
            job: Job { window, ..self.job(storage) },
            resumed: self.resumed.clone(),
        })
    }
}

/// A name that no other import has: the time, and 64 random bits from the operating system.
fn mint_id() -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let random = RandomState::new().build_hasher().finish();
    format!("{:012x}-{random:016x}", now.as_millis())
}
