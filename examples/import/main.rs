//! Imports a CSV file of contacts and opportunities into an SQLite file.
//!
//!     cargo run --release --example import -- examples/data/spring_fair.csv --demo
//!
//! It is a thin client of the public API: what it can do, any application can.

// A command-line program speaks to people.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod demo;
mod json;
mod options;
mod people;
mod sqlite;

use std::process::ExitCode;

use crm_import::mapping::{Confidence, Suggestion};
use crm_import::source::{Rows, Source};
use crm_import::{Account, Error, Fields, FollowUp, Import, Mapping, Object, Scope};
use options::Options;
use sqlite::Sqlite;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if options.json {
                println!(
                    "{}",
                    serde_json::json!({ "error": { "kind": failure.kind, "message": failure.message } })
                );
            } else {
                eprintln!("{}", failure.message);
            }
            ExitCode::from(1)
        }
    }
}

/// Why the run could not continue.
struct Failure {
    kind: &'static str,
    message: String,
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
        Failure { kind, message }
    }
}

impl<E: std::error::Error + 'static> From<Error<E>> for Failure {
    fn from(error: Error<E>) -> Self {
        let kind = match &error {
            Error::Config(_) => "config",
            Error::Source(_) => "source",
            _ => "storage",
        };
        Failure::new(kind, error)
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let mut storage = open_storage(options)?;
    let rows = open(options)?.open().map_err(|error| Failure::new("source", error))?;
    let (import, columns) = set_up(options, &rows, storage.settings())?;
    drop(rows);
    if let Some(path) = &options.save_mapping {
        let mapping = mapping_of(&columns, options, storage.settings())?;
        let text = serde_json::to_string_pretty(&mapping)
            .map_err(|error| Failure::new("mapping", error))?;
        std::fs::write(path, text).map_err(|error| Failure::new("mapping", error))?;
    }
    let plan = import.plan(open(options)?, &mut storage)?;
    let planned = *plan.stats();
    if !options.json {
        people::mapping(&columns, &Fields::with_custom(&storage.settings().custom_fields));
        people::plan(&plan);
    }
    if options.dry_run {
        if options.json {
            println!("{}", json::document(&columns, &planned, &plan, None));
        } else {
            people::issues(plan.issues());
            println!("\nNothing was written.");
        }
        return Ok(());
    }
    let report =
        people::with_progress(options.json, |watch| import.apply_with(plan, &mut storage, watch))?;
    if let Some(path) = &options.error_log {
        let file = std::fs::File::create(path).map_err(|error| Failure::new("error-log", error))?;
        report.write_error_log(file).map_err(|error| Failure::new("error-log", error))?;
    }
    if options.json {
        println!("{}", json::document(&columns, &planned, report.plan(), Some(&report)));
    } else {
        people::report(&report, options);
    }
    Ok(())
}

fn open(options: &Options) -> Result<Source<'static>, Failure> {
    Ok(Source::from_path(&options.file).format(options.format.clone()))
}

/// The database: opened, or made with its account's settings. A dry run makes none.
fn open_storage(options: &Options) -> Result<Sqlite, Failure> {
    let fail = |error| Failure::new("storage", error);
    if let Some(storage) = Sqlite::open(&options.db).map_err(fail)? {
        return Ok(storage);
    }
    let account: Account = match &options.account {
        None => demo::account(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Failure::new("account", error))?;
            serde_json::from_str(&text).map_err(|error| Failure::new("account", error))?
        }
    };
    let memory = std::path::Path::new(":memory:");
    let path = if options.dry_run { memory } else { options.db.as_path() };
    let mut storage = Sqlite::create(path, account).map_err(fail)?;
    if options.demo {
        demo::fill(&mut storage).map_err(fail)?;
    }
    Ok(storage)
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
    if let Some(window) = options.planning_window {
        import = import.planning_window(window);
    }
    for tag in &options.tags {
        import = import.follow_up(FollowUp::Tag(tag.clone(), Scope::All));
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
        None => {
            Mapping::from_suggestions(suggestions, &Fields::with_custom(&account.custom_fields))
        }
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Failure::new("mapping", error))?;
            serde_json::from_str(&text).map_err(|error| Failure::new("mapping", error))?
        }
    };
    for column in &mut mapping.columns {
        column.date_order = column.date_order.or(options.date_order);
    }
    Ok(mapping)
}

/// A saved mapping in the shape of suggestions, for showing it.
fn as_suggestions(
    mapping: &Mapping,
    mut columns: Vec<Suggestion>,
    headers: &[String],
    account: &Account,
) -> Vec<Suggestion> {
    let fields = Fields::with_custom(&account.custom_fields);
    let resolved = mapping.resolve(headers);
    for column in &mut columns {
        let mapped = resolved.columns.iter().find(|(at, _)| *at == column.index);
        let field = mapped.and_then(|(_, m)| fields.find(m.object?, m.field.as_deref()?));
        column.target = field;
        (column.confidence, column.reason) = match field {
            Some(_) => (Confidence::Sure, "the saved mapping says so".to_owned()),
            None => (Confidence::None, "the saved mapping leaves it out".to_owned()),
        };
    }
    columns
}

/// The objects in the order of every table.
const OBJECTS: [(Object, &str); 2] =
    [(Object::Contact, "contacts"), (Object::Opportunity, "opportunities")];
