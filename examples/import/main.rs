//! Imports a CSV file of contacts and opportunities into an SQLite file.
//!
//!     cargo run --release --example import -- examples/data/spring_fair.csv --demo
//!
//! It is a thin client of the public API: whatever it can do, any application can.

/// Prints a line for people or programs.
macro_rules! say {
    ($($text:tt)*) => { $crate::say_line(format_args!($($text)*)) };
}
/// Prints a line on standard error. It is no failure if nobody reads it.
macro_rules! note {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{}\n", format_args!($($text)*)));
    }};
}

mod begun;
mod demo;
mod failure;
mod json;
mod log;
mod options;
mod people;
mod setup;
mod sqlite;
mod windows;

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crm_import::mapping::Suggestion;
use crm_import::plan::{ColumnCounts, UnknownValue};
use crm_import::source::Source;
use crm_import::{Error, Import, Object, Plan, Report, Stats};
use failure::{Failure, Stopped};
use json::Document;
use log::Log;
use options::Options;
use setup::{mapping_of, open_storage, save_mapping, set_up};
use sqlite::Sqlite;
use windows::{KeptRows, Windows};

fn main() -> ExitCode {
    if std::env::args().skip(1).any(|argument| argument == "--help" || argument == "-h") {
        say!("{}", options::USAGE);
        return ExitCode::SUCCESS;
    }
    let mut options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            note!("{problem}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let result = options
        .read_pipe()
        .map_err(|error| Failure::new("source", error))
        .and_then(|()| run(&options));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let Failure { kind, message, stopped } = failure;
            if options.json && !IS_PRINTED.load(Ordering::Relaxed) {
                let mut told = serde_json::json!({ "error": { "kind": kind, "message": message } });
                if let Some(stopped) = stopped {
                    let Stopped { report, issues, .. } = *stopped;
                    (told["report"], told["issues"]) = (report, issues);
                }
                say!("{told}");
                if IS_UNHEARD.load(Ordering::Relaxed) {
                    note!("{message}");
                }
            } else {
                let prose = stopped.map_or_else(String::new, |stopped| stopped.prose);
                note!("{message}{prose}");
            }
            ExitCode::from(1)
        }
    }
}

/// Set when the report is printed. Nothing else is then said there.
static IS_PRINTED: AtomicBool = AtomicBool::new(false);

/// Set when standard output cannot be written, or whoever should read it has gone.
static IS_UNHEARD: AtomicBool = AtomicBool::new(false);

fn say_line(line: fmt::Arguments<'_>) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        IS_UNHEARD.store(true, Ordering::Relaxed);
    }
}

/// How to go on with an import that has stopped.
const AGAIN: &str = "start the same import again: what is written is not written twice";

fn run(options: &Options) -> Result<(), Failure> {
    let mut storage = open_storage(options)?;
    let rows = open(options)?.open().map_err(|error| Failure::new("source", error))?;
    let (import, columns) = set_up(options, &rows, storage.settings())?;
    drop(rows);
    // Saved even if the import is then refused: somebody has to correct it.
    save_mapping(options, &mapping_of(&columns, options, storage.settings())?)?;
    if !options.json {
        people::mapping(&columns, &storage.settings().fields());
    }
    let (import, is_run) = begun::or_new(import, options, &mut storage)?;
    if is_run {
        run_windows(&import, options, &columns, &mut storage)
    } else {
        plan_and_apply(&import, options, &columns, &mut storage)
    }
}

/// What is planned, in numbers.
struct Planned {
    stats: Stats,
    columns: Vec<ColumnCounts>,
    unknown: Vec<UnknownValue>,
}

impl Planned {
    fn of(plan: &Plan) -> Self {
        Planned {
            stats: *plan.stats(),
            columns: plan.column_counts(),
            unknown: plan.unknown_values(),
        }
    }
}

/// Plans the whole file, shows the plan, and applies it.
fn plan_and_apply(
    import: &Import,
    options: &Options,
    columns: &[Suggestion],
    storage: &mut Sqlite,
) -> Result<(), Failure> {
    let plan = import.plan_resumed(open(options)?, storage)?;
    save_mapping(options, plan.mapping())?;
    let planned = Planned::of(&plan);
    if !options.json {
        people::plan(&plan, &planned);
    }
    if options.dry_run {
        return end_dry_run(options, columns, &plan, &planned);
    }
    let report = apply(import, options, plan, storage)?;
    if options.json {
        let (plan, planned) = (report.plan(), &planned);
        print(&Document { columns, plan, planned, report: Some(&report), kept: None })?;
    } else {
        people::report(&report, options);
    }
    acknowledge(&report, storage)
}

/// Shows what a dry run would have done.
fn end_dry_run(
    options: &Options,
    columns: &[Suggestion],
    plan: &Plan,
    planned: &Planned,
) -> Result<(), Failure> {
    if options.json {
        print(&Document { columns, plan, planned, report: None, kept: None })?;
    } else {
        people::issues(plan.issues());
        say!("\nNothing was written.");
    }
    people::foretell_stop(options, &planned.stats);
    Ok(())
}

/// Applies the plan, and writes the error log.
fn apply(
    import: &Import,
    options: &Options,
    plan: Plan,
    storage: &mut Sqlite,
) -> Result<Report, Failure> {
    // Opened before anything is imported, in case it cannot be.
    let log = error_log(options)?;
    let result =
        people::with_progress(options.json, |watch| import.apply_with(plan, storage, watch));
    // What has failed goes into the log even if the import was stopped.
    let done = result.as_ref().map_or_else(Error::done, Some);
    let logged = match (log, done) {
        (Some(mut log), Some(done)) => log.add(done).and_then(|()| log.finish()),
        _ => Ok(()),
    };
    let logged = logged.map_err(|error| Failure::of_log(options, error));
    match result {
        Ok(report) => logged.map(|()| report),
        Err(error) => Err(Failure::from(error).unlogged(logged.err())),
    }
}

/// Plans and applies the file window by window, in bounded memory.
fn run_windows(
    import: &Import,
    options: &Options,
    columns: &[Suggestion],
    storage: &mut Sqlite,
) -> Result<(), Failure> {
    let mut windows = Windows::new(error_log(options)?);
    if options.json {
        windows.rows = Some(KeptRows::new().map_err(Failure::of_rows)?);
    }
    let result = people::with_progress(options.json, |watch| {
        import
            .run_with(open(options)?, storage, |event| match event.window() {
                Some(window) => windows.add(window),
                None => event.progress().is_none_or(&mut *watch),
            })
            .map_err(Failure::from)
    });
    let report = match result {
        Ok(report) => report,
        Err(failure) => {
            // What was there before stays if nothing was begun.
            let log = windows.log.filter(|_| failure.stopped.is_some());
            let logged = log.map_or(Ok(()), Log::finish);
            let unlogged = logged.err().map(|error| Failure::of_log(options, error));
            return Err(failure.unlogged(unlogged));
        }
    };
    let Windows { rows, counts, unknown, .. } = windows.finish(options)?;
    save_mapping(options, report.plan().mapping())?;
    let planned = Planned { stats: *report.plan().stats(), columns: counts, unknown };
    if options.json {
        let (plan, planned, kept) = (report.plan(), &planned, rows.as_ref());
        print(&Document { columns, plan, planned, report: Some(&report), kept })?;
    } else {
        people::plan(report.plan(), &planned);
        people::report(&report, options);
    }
    acknowledge(&report, storage)
}

fn print(document: &Document<'_>) -> Result<(), Failure> {
    document.print().map_err(|error| {
        let why =
            format!("the report could not be printed: {error}; the next start gives it again");
        Failure::said("report", why)
    })?;
    IS_PRINTED.store(true, Ordering::Relaxed);
    Ok(())
}

/// Says that whoever started us has the report. If we were killed before this, the next start would go on with
/// the import, which is complete, and report it again.
fn acknowledge(report: &Report, storage: &mut Sqlite) -> Result<(), Failure> {
    if std::io::stdout().flush().is_err() || IS_UNHEARD.load(Ordering::Relaxed) {
        let why = "the import is done, but its report could not be printed; the next start gives it again";
        return Err(Failure::said("report", why));
    }
    report.acknowledge(storage).map_err(|error| {
        let Failure { message, .. } = Failure::new("storage", error);
        let why =
            format!("the import is done, but {message}; the next start gives its report again");
        Failure::said("storage", why)
    })
}

fn error_log(options: &Options) -> Result<Option<Log>, Failure> {
    let Some(path) = options.error_log.as_deref() else { return Ok(None) };
    Log::open(path).map(Some).map_err(|error| Failure::of_file("error-log", path, error))
}

fn open(options: &Options) -> Result<Source<'_>, Failure> {
    let source = match &options.content {
        Some(content) => Source::from_bytes(content.as_slice()),
        None => Source::from_path(&options.file),
    };
    Ok(source.format(options.format.clone()))
}

/// The objects, in the order in which every table has them.
const OBJECTS: [(Object, &str); 2] =
    [(Object::Contact, "contacts"), (Object::Opportunity, "opportunities")];
