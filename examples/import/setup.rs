//! What the options stand for: the database, the import, and the mapping of its columns.

use std::path::Path;

use crm_import::mapping::{Confidence, Suggestion};
use crm_import::source::Rows;
use crm_import::{Account, ErrorBudget, Import, Mapping};
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::options::Options;
use crate::sqlite::Sqlite;
use crate::{demo, people};

/// Reads a file of settings.
fn read_json<T: DeserializeOwned>(kind: &'static str, path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Failure::of_file(kind, path, error))?;
    serde_json::from_str(&text).map_err(|error| Failure::of_file(kind, path, error))
}

/// Opens the database, or makes one with the account's settings. A dry run makes one in memory.
pub(crate) fn open_storage(options: &Options) -> Result<Sqlite, Failure> {
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
pub(crate) fn set_up(
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
pub(crate) fn mapping_of(
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

/// Saves the mapping, if the options ask for it.
pub(crate) fn save_mapping(options: &Options, mapping: &Mapping) -> Result<(), Failure> {
    let Some(path) = &options.save_mapping else { return Ok(()) };
    let text =
        serde_json::to_string_pretty(mapping).map_err(|error| Failure::new("mapping", error))?;
    std::fs::write(path, text).map_err(|error| Failure::of_file("mapping", path, error))
}
