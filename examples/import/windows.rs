//! What is kept of the windows of a run until its end.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _};

use crm_import::plan::{ColumnCounts, UnknownValue};
use crm_import::{Object, Outcome, Report, normalize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json;
use crate::log::Log;
use crate::options::Options;

/// So many values that the CRM does not know are kept.
const MOST_UNKNOWN: usize = 1_000;

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Windows {
    pub(crate) counts: Vec<ColumnCounts>,
    /// The first values that the CRM does not know, each with its rows in all windows.
    pub(crate) unknown: Vec<UnknownValue>,
    /// The rows, if they are to be printed.
    pub(crate) rows: Option<KeptRows>,
    pub(crate) log: Option<Log>,
    /// Why the error log or the rows could not be written.
    problem: Option<Problem>,
}

/// What could not be written, and why.
enum Problem {
    Rows(io::Error),
    Log(io::Error),
}

impl Windows {
    pub(crate) fn new(log: Option<Log>) -> Self {
        Windows { log, ..Windows::default() }
    }

    /// Takes over the report of one window. False if it could not be written.
    pub(crate) fn add(&mut self, window: &Report) -> bool {
        let counts = window.plan().column_counts();
        if self.counts.is_empty() {
            self.counts = counts;
        } else {
            self.counts.iter_mut().zip(&counts).for_each(|(column, more)| *column += more);
        }
        window.plan().unknown_values().into_iter().for_each(|value| self.add_unknown(value));
        self.problem = self.write(window).err();
        self.problem.is_none()
    }

    fn add_unknown(&mut self, more: UnknownValue) {
        let is_full = self.unknown.len() >= MOST_UNKNOWN;
        let is_same = |known: &&mut UnknownValue| {
            (known.object, &known.column, &known.field, &known.pipeline)
                == (more.object, &more.column, &more.field, &more.pipeline)
                && normalize::folded_eq(&known.value, &more.value)
        };
        match self.unknown.iter_mut().find(is_same) {
            Some(known) => known.rows += more.rows,
            None if is_full => {}
            None => self.unknown.push(more),
        }
    }

    /// After the last window: the rows can be read, and the error log is on disk. Unless one of them could not be
    /// written.
    pub(crate) fn finish(mut self, options: &Options) -> Result<Self, Failure> {
        match self.problem.take() {
            None => {}
            Some(Problem::Rows(error)) => return Err(Failure::of_rows(error)),
            Some(Problem::Log(error)) => return Err(Failure::of_log(options, error)),
        }
        if let Some(rows) = &mut self.rows {
            rows.lines.rewind().map_err(Failure::of_rows)?;
        }
        if let Some(log) = self.log.take() {
            log.finish().map_err(|error| Failure::of_log(options, error))?;
        }
        Ok(self)
    }

    fn write(&mut self, window: &Report) -> Result<(), Problem> {
        if let Some(rows) = &mut self.rows {
            rows.add(window).map_err(Problem::Rows)?;
        }
        if let Some(log) = &mut self.log {
            log.add(window).map_err(Problem::Log)?;
        }
        Ok(())
    }
}

/// The rows of all windows, kept in a temporary file until they are printed, so that a run takes no more memory
/// for a longer file.
pub(crate) struct KeptRows {
    /// One JSON object on each line.
    lines: BufWriter<File>,
    /// Rows that were reported unchanged and whose records a later window has changed.
    revised: HashSet<(Object, u64)>,
}

impl KeptRows {
    pub(crate) fn new() -> io::Result<Self> {
        let lines = BufWriter::new(tempfile::tempfile()?);
        Ok(KeptRows { lines, revised: HashSet::new() })
    }

    fn add(&mut self, window: &Report) -> io::Result<()> {
        for row in json::rows(window.plan(), Some(window)) {
            serde_json::to_writer(&mut self.lines, &row)?;
            self.lines.write_all(b"\n")?;
        }
        let revised = window.revised().iter();
        self.revised.extend(revised.map(|(object, row)| (*object, u64::from(row.0))));
        Ok(())
    }

    /// The rows, after [`Windows::finish`], once.
    pub(crate) fn read(&self) -> impl Iterator<Item = io::Result<Value>> {
        BufReader::new(self.lines.get_ref()).lines().map(|line| {
            let mut row: Value = serde_json::from_str(&line?)?;
            let number = row["row"].as_u64().unwrap_or_default();
            for object in Object::ALL {
                if self.revised.contains(&(object, number)) {
                    row[object.name()]["outcome"] = json!(Outcome::Update);
                }
            }
            Ok(row)
        })
    }
}
