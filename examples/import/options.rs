//! The options.

use std::io;
use std::path::{Path, PathBuf};

use crm_import::account::DateOrder;
use crm_import::source::FileFormat;
use crm_import::{FollowUp, FollowUpKind, Mode, Object};

pub(crate) const USAGE: &str = "\
usage: import FILE.csv [options]
  --db PATH                  the SQLite file, made if missing (crm.sqlite)
  --account FILE.json        the account's settings, for a new database
  --demo                     put demo records into a new database
  --objects LIST             contacts, opportunities (both that have a column)
  --contacts MODE            create, update or upsert (upsert)
  --opportunities MODE       create, update or upsert (upsert)
  --mapping FILE.json        use a saved mapping
  --save-mapping FILE.json   save the mapping that is used
  --tag NAME                 tag every imported contact
  --list NAME                put the contacts that are created on a list
  --workflow NAME            start a workflow with every imported contact
  --preset highlevel         read the file as HighLevel's importer does
  --date-order ORDER         mdy, dmy or ymd
  --delimiter C  --encoding NAME  --header-line N
  --dry-run                  plan only
  --error-log FILE.csv       write the rows that failed
  --threads N                read and plan on so many threads (1)
  --planning-window ROWS     rows looked up at a time
  --window ROWS              plan and write so many rows at a time, in bounded memory
  --import-id ID             name the import
  --resume                   go on with the unfinished import
  --max-errors N             stop when more rows than this fail
  --json                     one JSON object instead of prose
  --help                     this page";

/// What the command line says.
pub(crate) struct Options {
    pub file: PathBuf,
    /// What the file holds, where it can be read only once.
    pub content: Option<Vec<u8>>,
    pub db: PathBuf,
    pub account: Option<PathBuf>,
    pub demo: bool,
    pub objects: Option<Vec<Object>>,
    pub contacts: Mode,
    pub opportunities: Mode,
    pub mapping: Option<PathBuf>,
    pub save_mapping: Option<PathBuf>,
    pub follow_ups: Vec<FollowUp>,
    pub is_highlevel: bool,
    pub date_order: Option<DateOrder>,
    pub format: FileFormat,
    pub dry_run: bool,
    pub error_log: Option<PathBuf>,
    pub threads: Option<usize>,
    pub planning_window: Option<usize>,
    pub window: Option<usize>,
    pub import_id: Option<String>,
    pub resume: bool,
    pub max_errors: Option<u64>,
    pub json: bool,
}

impl Options {
    /// Reads the command line, or says what is wrong with it.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            file: PathBuf::new(),
            content: None,
            db: "crm.sqlite".into(),
            account: None,
            demo: false,
            objects: None,
            contacts: Mode::Upsert,
            opportunities: Mode::Upsert,
            mapping: None,
            save_mapping: None,
            follow_ups: Vec::new(),
            is_highlevel: false,
            date_order: None,
            format: FileFormat::default(),
            dry_run: false,
            error_log: None,
            threads: None,
            planning_window: None,
            window: None,
            import_id: None,
            resume: false,
            max_errors: None,
            json: false,
        };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => {
                    (name.to_owned(), Some(value.to_owned()))
                }
                _ => (argument, None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| arguments.next())
                    .ok_or_else(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--db" => options.db = value()?.into(),
                "--account" => options.account = Some(value()?.into()),
                "--demo" => options.demo = true,
                "--objects" => options.objects = Some(objects(&value()?)?),
                "--contacts" => options.contacts = mode(&value()?)?,
                "--opportunities" => options.opportunities = mode(&value()?)?,
                "--mapping" => options.mapping = Some(value()?.into()),
                "--save-mapping" => options.save_mapping = Some(value()?.into()),
                "--tag" => options.follow_ups.push(FollowUp::of(FollowUpKind::Tag, value()?)),
                "--list" => options.follow_ups.push(FollowUp::of(FollowUpKind::List, value()?)),
                "--workflow" => {
                    options.follow_ups.push(FollowUp::of(FollowUpKind::Workflow, value()?));
                }
                "--preset" => options.is_highlevel = is_highlevel(&value()?)?,
                "--date-order" => options.date_order = Some(date_order(&value()?)?),
                "--delimiter" => options.format.delimiter = Some(delimiter(&value()?)?),
                "--encoding" => options.format.encoding = Some(value()?),
                "--header-line" => {
                    options.format.header_line = Some(number(&name, &value()?)? as u64);
                }
                "--dry-run" => options.dry_run = true,
                "--error-log" => options.error_log = Some(value()?.into()),
                "--threads" => options.threads = Some(number(&name, &value()?)?),
                "--planning-window" => options.planning_window = Some(number(&name, &value()?)?),
                "--window" => options.window = Some(number(&name, &value()?)?),
                "--import-id" => options.import_id = Some(value()?),
                "--resume" => options.resume = true,
                "--max-errors" => {
                    let text = value()?;
                    let limit = text.parse().map_err(|_| format!("{name} needs a number"))?;
                    options.max_errors = Some(limit);
                }
                "--json" => options.json = true,
                unknown if unknown.starts_with("--") => {
                    return Err(format!("there is no option {unknown}"));
                }
                _ if options.file.as_os_str().is_empty() => options.file = name.into(),
                _ => return Err("give one file".into()),
            }
        }
        if options.file.as_os_str().is_empty() {
            return Err("which file?".into());
        }
        options.check_outputs()?;
        Ok(options)
    }

    /// Reads a pipe, such as `/dev/stdin`: the file is looked at more than once.
    pub(crate) fn read_pipe(&mut self) -> io::Result<()> {
        let is_pipe = self.file.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir());
        if is_pipe {
            self.content = Some(std::fs::read(&self.file)?);
        }
        Ok(())
    }

    /// Nothing that is read is overwritten.
    fn check_outputs(&self) -> Result<(), String> {
        let read = [Some(&self.file), Some(&self.db), self.account.as_ref()];
        let log = ("--error-log", self.error_log.as_ref());
        let mapping = ("--save-mapping", self.save_mapping.as_ref());
        for (option, path) in [log, mapping] {
            let mut read = read.into_iter().flatten();
            if let Some(own) = read.find(|own| path.is_some_and(|path| is_same(path, own))) {
                return Err(format!("{option} would overwrite {}", own.display()));
            }
        }
        match (&self.error_log, &self.save_mapping, &self.mapping) {
            (Some(log), Some(other), _) | (Some(log), _, Some(other)) if is_same(log, other) => {
                Err(format!("--error-log would overwrite {}", other.display()))
            }
            _ => Ok(()),
        }
    }
}

/// Do two paths lead to one file?
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}

fn is_highlevel(preset: &str) -> Result<bool, String> {
    match preset {
        "highlevel" => Ok(true),
        other => Err(format!("there is no preset {other}, only highlevel")),
    }
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "create" => Ok(Mode::Create),
        "update" => Ok(Mode::Update),
        "upsert" => Ok(Mode::Upsert),
        _ => Err(format!("{text:?} is no mode: create, update or upsert")),
    }
}

fn objects(text: &str) -> Result<Vec<Object>, String> {
    text.split(',')
        .map(|name| match name.trim() {
            "contacts" | "contact" => Ok(Object::Contact),
            "opportunities" | "opportunity" => Ok(Object::Opportunity),
            _ => Err(format!("{name:?} is no object: contacts or opportunities")),
        })
        .collect()
}

fn date_order(text: &str) -> Result<DateOrder, String> {
    DateOrder::named(text).ok_or_else(|| format!("{text:?} is no order: mdy, dmy or ymd"))
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(delimiter), None) => Ok(delimiter),
        _ if text == "\\t" || text == "tab" => Ok('\t'),
        _ => Err(format!("{text:?} is not one character")),
    }
}

fn number(name: &str, text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("{name} needs a number above 0"))
}
