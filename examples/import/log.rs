//! The error log on disk.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crm_import::{ErrorLog, Report};

/// Where the rows that fail go. As JSON lines, if the name of the file says so.
pub(crate) struct Log {
    log: ErrorLog<BufWriter<File>>,
    /// The file, as long as it still holds what an earlier import left there.
    former: Option<File>,
}

impl Log {
    /// Opens the file, so that if it cannot be written we know before anything is imported. Its contents stay
    /// until there is something to replace them with, because the import may still be refused.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        let former = file.metadata()?.is_file().then(|| file.try_clone()).transpose()?;
        let is_json = path.extension().is_some_and(|extension| extension == "jsonl");
        let writer = BufWriter::new(file);
        let log = if is_json { ErrorLog::json(writer) } else { ErrorLog::csv(writer) };
        Ok(Log { log, former })
    }

    /// Adds the rows of a report that failed.
    pub(crate) fn add(&mut self, report: &Report) -> io::Result<()> {
        self.clear()?;
        self.log.add(report).map(|_| ())
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.clear()?;
        self.log.finish().map(|_| ())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.former.take().map_or(Ok(()), |file| file.set_len(0))
    }
}
