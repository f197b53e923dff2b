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
mod json;
mod log;
mod options;
mod people;
mod sqlite;
mod windows;

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crm_import::mapping::{Confidence, Suggestion};
use crm_import::plan::ColumnCounts;
use crm_import::source::{Rows, Source};
use crm_import::{Account, Error, ErrorBudget, Import, Mapping, Object, Report, Stats};
use json::Document;
use log::Log;
use options::Options;
use serde::de::DeserializeOwned;
use sqlite::Sqlite;
use windows::{KeptRows, Problem, Windows};

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
            if options.json {
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

/// Set when standard output cannot be written, or whoever should read it has gone.
static IS_UNHEARD: AtomicBool = AtomicBool::new(false);

fn say_line(line: fmt::Arguments<'_>) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        IS_UNHEARD.store(true, Ordering::Relaxed);
    }
}

/// How to go on with an import that has stopped.
const AGAIN: &str = "start the same import again: what is written is not written twice";

/// Why the run could not continue.
struct Failure {
    kind: &'static str,
    message: String,
    stopped: Option<Box<Stopped>>,
}

/// What was done before the import stopped, and which rows have failed.
struct Stopped {
    prose: String,
    report: serde_json::Value,
    issues: serde_json::Value,
}

impl Stopped {
    fn of(done: &Report, has_too_many_errors: bool) -> Box<Self> {
        Box::new(Stopped {
            prose: people::stopped(done, has_too_many_errors),
            report: json::reported(done),
            issues: json::errors(done),
        })
    }
}

impl Failure {
    fn new(kind: &'static str, error: impl std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message.push_str(": ");
            message.push_str(&inner.to_string());
            cause = inner.source();
        }
        Failure { kind, message, stopped: None }
    }

    /// Something is wrong with this file of settings.
    fn of_file(kind: &'static str, path: &Path, error: impl fmt::Display) -> Self {
        Failure { kind, message: format!("{}: {error}", path.display()), stopped: None }
    }

    /// It could not be logged either, for this reason.
    fn unlogged(mut self, log: Option<Failure>) -> Self {
        if let Some(log) = log {
            let _ = write!(self.message, "; the error log is not written either: {}", log.message);
        }
        self
    }

    /// The error log cannot be written, and rows may be imported already.
    fn of_log(options: &Options, error: impl fmt::Display) -> Self {
        let path = options.error_log.as_deref().unwrap_or(Path::new(""));
        Failure::of_file("error-log", path, format!("{error}; once it can be written, {AGAIN}"))
    }

    /// The rows of the report cannot be kept until they are printed.
    fn of_rows(error: impl fmt::Display) -> Self {
        Failure::of_file(
            "report",
            &std::env::temp_dir(),
            format!("{error}; once there is room, {AGAIN}"),
        )
    }
}

impl<E: std::error::Error + 'static> From<Error<E>> for Failure {
    fn from(error: Error<E>) -> Self {
        let kind = match &error {
            Error::Config(_) => "config",
            Error::Source(_) | Error::Torn { .. } => "source",
            Error::Resume { .. } => "resume",
            Error::TooManyErrors { .. } => "max-errors",
            Error::Adapter { .. } => "adapter",
            _ => "storage",
        };
        let has_too_many_errors = matches!(&error, Error::TooManyErrors { .. });
        let stopped = error.done().map(|done| Stopped::of(done, has_too_many_errors));
        Failure { stopped, ..Failure::new(kind, error) }
    }
}

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

/// Saves the mapping, if the options ask for it.
fn save_mapping(options: &Options, mapping: &Mapping) -> Result<(), Failure> {
    let Some(path) = &options.save_mapping else { return Ok(()) };
    let text =
        serde_json::to_string_pretty(mapping).map_err(|error| Failure::new("mapping", error))?;
    std::fs::write(path, text).map_err(|error| Failure::of_file("mapping", path, error))
}

/// What is planned, in numbers.
struct Planned {
    stats: Stats,
    columns: Vec<ColumnCounts>,
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
    let planned = Planned { stats: *plan.stats(), columns: plan.column_counts() };
    if !options.json {
        people::plan(&plan);
        people::left_out(&planned.columns);
    }
    if options.dry_run {
        if options.json {
            let (plan, planned) = (&plan, &planned);
            print(&Document { columns, plan, planned, report: None, kept: None })?;
        } else {
            people::issues(plan.issues());
            say!("\nNothing was written.");
        }
        foretell_stop(options, &planned.stats);
        return Ok(());
    }
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
    let report = match result {
        Ok(report) => logged.map(|()| report)?,
        Err(error) => return Err(Failure::from(error).unlogged(logged.err())),
    };
    if options.json {
        let (plan, planned) = (report.plan(), &planned);
        print(&Document { columns, plan, planned, report: Some(&report), kept: None })?;
    } else {
        people::report(&report, options);
    }
    acknowledge(&report, storage)
}

/// Says on a dry run that the import would stop for its errors, if it would (X7).
fn foretell_stop(options: &Options, stats: &Stats) {
    let is_over = |limit: &u64| ErrorBudget::Sides(*limit).is_exceeded(stats);
    let Some(limit) = options.max_errors.filter(is_over) else { return };
    let when = match options.window {
        Some(_) => "as soon as more have failed",
        None => "before it writes anything",
    };
    let [contacts, opportunities] = [stats.contacts.fail, stats.opportunities.fail];
    note!(
        "failed contacts: {contacts}, failed opportunities: {opportunities}; with --max-errors {limit}, the import \
         would stop {when}"
    );
}

/// Plans and applies the file window by window, in bounded memory.
fn run_windows(
    import: &Import,
    options: &Options,
    columns: &[Suggestion],
    storage: &mut Sqlite,
) -> Result<(), Failure> {
    let mut windows = Windows { log: error_log(options)?, ..Windows::default() };
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
    let Windows { mut rows, counts, log, problem } = windows;
    match problem {
        None => {}
        Some(Problem::Rows(error)) => return Err(Failure::of_rows(error)),
        Some(Problem::Log(error)) => return Err(Failure::of_log(options, error)),
    }
    if let Some(rows) = &mut rows {
        rows.finish().map_err(Failure::of_rows)?;
    }
    if let Some(log) = log {
        log.finish().map_err(|error| Failure::of_log(options, error))?;
    }
    save_mapping(options, report.plan().mapping())?;
    let planned = Planned { stats: *report.plan().stats(), columns: counts };
    if options.json {
        let (plan, planned, kept) = (report.plan(), &planned, rows.as_ref());
        print(&Document { columns, plan, planned, report: Some(&report), kept })?;
    } else {
        people::plan(report.plan());
        people::left_out(&planned.columns);
        people::report(&report, options);
    }
    acknowledge(&report, storage)
}

fn print(document: &Document<'_>) -> Result<(), Failure> {
    document.print().map_err(|error| Failure {
        kind: "report",
        message: format!("the report could not be printed: {error}; the next start gives it again"),
        stopped: None,
    })
}

/// Says that whoever started us has the report. If we were killed before this, the next start would go on with
/// the import, which is complete, and report it again.
fn acknowledge(report: &Report, storage: &mut Sqlite) -> Result<(), Failure> {
    if std::io::stdout().flush().is_err() || IS_UNHEARD.load(Ordering::Relaxed) {
        let message = "the import is done, but its report could not be printed; the next start gives it again";
        return Err(Failure { kind: "report", message: message.to_owned(), stopped: None });
    }
    report.acknowledge(storage).map_err(|error| Failure::new("storage", error))
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

/// Reads a file of settings.
fn read_json<T: DeserializeOwned>(kind: &'static str, path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::of_file(kind, path, error))?;
    serde_json::from_str(&text).map_err(|error| Failure::of_file(kind, path, error))
}

/// Opens the database, or makes one with the account's settings. A dry run makes one in memory.
fn open_storage(options: &Options) -> Result<Sqlite, Failure> {
    let fail = |error| Failure::new("storage", error);
    let account = options.account.as_deref();
    let account: Option<Account> = account.map(|path| read_json("account", path)).transpose()?;
    if let Some(storage) = Sqlite::open(&options.db).map_err(fail)? {
        return check_account(storage, account.as_ref(), options);
    }
    let wanted = account.clone().unwrap_or_else(demo::account);
    let memory = std::path::Path::new(":memory:");
    let path = if options.dry_run { memory } else { options.db.as_path() };
    let fill = |storage: &mut Sqlite| if options.demo { demo::fill(storage) } else { Ok(()) };
    let storage = Sqlite::create(path, wanted, fill).map_err(fail)?;
    // Another process may have made it meanwhile.
    check_account(storage, account.as_ref(), options)
}

/// Refuses a database that was made with other settings than the options name.
fn check_account(
    storage: Sqlite,
    account: Option<&Account>,
    options: &Options,
) -> Result<Sqlite, Failure> {
    match (&options.account, account) {
        (Some(path), Some(account)) if account != storage.settings() => {
            let why = format!(
                "the database {} was made with other settings; leave out --account, or name a new database",
                options.db.display()
            );
            Err(Failure::of_file("account", path, why))
        }
        _ => Ok(storage),
    }
}

/// The import as the options want it, and what is suggested for each column.
fn set_up(
    options: &Options,
    rows: &Rows<'_>,
    account: &Account,
) -> Result<(Import, Vec<Suggestion>), Failure> {
    let mut import = Import::new().contacts(options.contacts).opportunities(options.opportunities);
    if let Some(objects) = &options.objects {
        import = import.objects(objects.iter().copied());
    }
    if let Some(id) = &options.import_id {
        import = import.id(id);
    }
    if let Some(threads) = options.threads {
        import = import.threads(threads);
    }
    if let Some(window) = options.planning_window {
        import = import.planning_window(window);
    }
    if let Some(window) = options.window {
        import = import.run_window(window);
    }
    if options.is_highlevel {
        import = import.highlevel();
    }
    for follow_up in &options.follow_ups {
        import = import.follow_up(follow_up.clone());
    }
    if let Some(limit) = options.max_errors {
        import = import.max_errors(ErrorBudget::Sides(limit));
    }
    let suggestions = import.suggest(rows, account);
    let mapping = mapping_of(&suggestions, options, account)?;
    let columns = match options.mapping {
        None => suggestions,
        Some(_) => as_suggestions(&mapping, suggestions, rows.headers(), account),
    };
    Ok((import.mapping(mapping), columns))
}

/// The saved mapping, or the suggested one.
fn mapping_of(
    suggestions: &[Suggestion],
    options: &Options,
    account: &Account,
) -> Result<Mapping, Failure> {
    let mut mapping: Mapping = match &options.mapping {
        None => Mapping::from_suggestions(suggestions, &account.fields()),
        Some(path) => read_json("mapping", path)?,
    };
    for column in &mut mapping.columns {
        column.date_order = column.date_order.or(options.date_order);
    }
    if options.is_highlevel {
        mapping = mapping.highlevel(account);
    }
    Ok(mapping)
}

/// A saved mapping in the shape of suggestions, to be shown like them. Columns that the file no longer has are
/// named on standard error.
fn as_suggestions(
    mapping: &Mapping,
    mut columns: Vec<Suggestion>,
    headers: &[String],
    account: &Account,
) -> Vec<Suggestion> {
    let fields = account.fields();
    let resolved = mapping.resolve(headers);
    people::missing(&resolved);
    for column in &mut columns {
        let mapped = resolved.columns.iter().find(|(at, _)| *at == column.index);
        column.target = mapped.and_then(|(_, m)| fields.find(m.object?, m.field.as_deref()?));
        let before = resolved.renamed.iter().find(|(_, now)| *now == column.header);
        (column.confidence, column.reason) = match column.target {
            Some(_) => (Confidence::Sure, "the saved mapping says so".to_owned()),
            None if !resolved.new.contains(&column.index) => {
                (Confidence::None, "the saved mapping leaves it out".to_owned())
            }
            None => (Confidence::None, new_column(before.map(|(before, _)| before.as_str()))),
        };
    }
    columns
}

/// Why a column that the saved mapping does not know is left out.
fn new_column(before: Option<&str>) -> String {
    match before {
        Some(before) => format!("new; the saved mapping may call it {before:?}"),
        None => "new: the saved mapping does not know it".to_owned(),
    }
}

/// The objects, in the order in which every table has them.
const OBJECTS: [(Object, &str); 2] =
    [(Object::Contact, "contacts"), (Object::Opportunity, "opportunities")];
