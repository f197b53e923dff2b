//! The options of the command line.

use std::io;
use std::path::{Path, PathBuf};

use crm_import::account::DateOrder;
use crm_import::source::{FileFormat, Source, SourceError};
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
#[derive(Default)]
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
        let mut options = Options { db: "crm.sqlite".into(), ..Options::default() };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            if name.starts_with("--") {
                let value = || inline.or_else(|| arguments.next());
                options.set(name, || value().ok_or_else(|| format!("{name} needs a value")))?;
            } else if options.file.as_os_str().is_empty() {
                options.file = name.into();
            } else {
                return Err("give one file".into());
            }
        }
        if options.file.as_os_str().is_empty() {
            return Err("which file?".into());
        }
        options.check_format()?;
        options.check_outputs()?;
        Ok(options)
    }

    /// Sets one option; `value` is what stands behind its name.
    fn set(
        &mut self,
        name: &str,
        value: impl FnOnce() -> Result<String, String>,
    ) -> Result<(), String> {
        match name {
            "--db" => self.db = value()?.into(),
            "--account" => self.account = Some(value()?.into()),
            "--demo" => self.demo = true,
            "--objects" => self.objects = Some(objects(&value()?)?),
            "--contacts" => self.contacts = mode(&value()?)?,
            "--opportunities" => self.opportunities = mode(&value()?)?,
            "--mapping" => self.mapping = Some(value()?.into()),
            "--save-mapping" => self.save_mapping = Some(value()?.into()),
            "--tag" => self.follow_ups.push(FollowUp::of(FollowUpKind::Tag, value()?)),
            "--list" => self.follow_ups.push(FollowUp::of(FollowUpKind::List, value()?)),
            "--workflow" => self.follow_ups.push(FollowUp::of(FollowUpKind::Workflow, value()?)),
            "--preset" => self.is_highlevel = is_highlevel(&value()?)?,
            "--date-order" => self.date_order = Some(date_order(&value()?)?),
            "--delimiter" => self.format.delimiter = Some(delimiter(&value()?)?),
            "--encoding" => self.format.encoding = Some(value()?),
            "--header-line" => self.format.header_line = Some(number(name, &value()?)? as u64),
            "--dry-run" => self.dry_run = true,
            "--error-log" => self.error_log = Some(value()?.into()),
            "--threads" => self.threads = Some(number(name, &value()?)?),
            "--planning-window" => self.planning_window = Some(number(name, &value()?)?),
            "--window" => self.window = Some(number(name, &value()?)?),
            "--import-id" => self.import_id = Some(value()?),
            "--resume" => self.resume = true,
            "--max-errors" => self.max_errors = Some(limit(name, &value()?)?),
            "--json" => self.json = true,
            unknown => return Err(format!("there is no option {unknown}")),
        }
        Ok(())
    }

    /// Reads a pipe, such as `/dev/stdin`: the file is looked at more than once.
    pub(crate) fn read_pipe(&mut self) -> io::Result<()> {
        let is_pipe = self.file.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir());
        if is_pipe {
            self.content = Some(std::fs::read(&self.file)?);
        }
        Ok(())
    }

    /// No file could be read with a delimiter or an encoding that there is not.
    fn check_format(&self) -> Result<(), String> {
        let format = FileFormat { header_line: None, ..self.format.clone() };
        let any_file = Source::from_bytes(&b"Email\nana@example.com\n"[..]).format(format);
        match any_file.open() {
            Err(wrong @ (SourceError::Delimiter { .. } | SourceError::Encoding { .. })) => {
                Err(wrong.to_string())
            }
            _ => Ok(()),
        }
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

fn limit(name: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{name} needs a number"))
}

fn number(name: &str, text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("{name} needs a number above 0"))
}
