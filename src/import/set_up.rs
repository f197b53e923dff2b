//! Sets up an import: makes the settings that are fixed before row 1, or finds everything that is wrong with them.

use super::own_log::{log_formats, with_formats_of_log};
use super::{Import, policies};
use crate::account::{Account, DateOrder};
use crate::draft::{Column, MIXED, Settings};
use crate::error::ConfigError;
use crate::field::synonyms::is_known;
use crate::field::{FieldId, FieldKind, Fields};
use crate::follow_up::{FollowUp, FollowUpKind};
use crate::issue::{Finding, IssueCode, beginning};
use crate::mapping::{Mapping, Need};
use crate::normalize;
use crate::object::{Mode, Object};
use crate::source::Rows;
use crate::storage::AsyncStorageWrite;

impl Import {
    /// The settings for a file, or everything that is wrong with them. `answers` says whether storage can answer a
    /// match rule of these fields.
    pub(super) fn set_up(
        &self,
        account: Account,
        rows: &Rows<'_>,
        answers: &dyn Fn(&[String]) -> bool,
    ) -> Result<Settings, ConfigError> {
        let account = self.account_as_read(account);
        let fields = account.fields();
        let mapping = self.mapping_for(rows, &account, &fields);
        let modes = self.modes(&mapping);
        let checked = mapping.check(rows.headers(), &account, &modes.selected(), self.unmapped);
        let errors = checked.iter().filter(|problem| problem.is_error());
        let mut problems: Vec<String> = errors.map(ToString::to_string).collect();
        problems.extend(policies::problems(&account, &fields, answers));
        problems.extend(self.tags_without_field(&fields));
        problems.extend(self.blank_names());
        if modes.selected().is_empty() || mapping.resolve(rows.headers()).columns.is_empty() {
            problems.push(nothing_mapped(rows));
        }
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let Modes { contacts, opportunities } = modes;
        let (headers, objects) = (rows.headers().to_vec(), (contacts, opportunities));
        let mut settings =
            Settings::new(account, mapping, headers, objects, self.follow_ups_as_written());
        for (header, _) in log_formats(rows).iter().filter(|(_, format)| *format == MIXED) {
            settings.adopt_mixed(header);
        }
        settings.notices = lacking(&settings, &modes);
        settings.notices.extend(placeholders(&settings, rows.sample()));
        Ok(settings)
    }

    /// The account whose settings the file is read with. Under the preset, if the account states no date order, dates
    /// that can be read either way are month first (§9, §16).
    fn account_as_read(&self, mut account: Account) -> Account {
        if self.is_highlevel {
            account.date_order.get_or_insert(DateOrder::Mdy);
        }
        account
    }

    /// The objects that are imported, each with its mode: those that were chosen, or else those with a mapped
    /// column.
    fn modes(&self, mapping: &Mapping) -> Modes {
        let is_mapped = |object| mapping.columns.iter().any(|column| column.object == Some(object));
        let is_selected = |object| match &self.objects {
            Some(objects) => objects.contains(&object),
            None => is_mapped(object),
        };
        Modes {
            contacts: is_selected(Object::Contact).then_some(self.contacts),
            opportunities: is_selected(Object::Opportunity).then_some(self.opportunities),
        }
    }

    /// The follow-ups; under the preset, tags are in lower case.
    fn follow_ups_as_written(&self) -> Vec<FollowUp> {
        let as_written = |follow_up: &FollowUp| match follow_up {
            FollowUp::Tag(name, scope) if self.is_highlevel => {
                FollowUp::Tag(name.to_lowercase(), *scope)
            }
            other => other.clone(),
        };
        self.follow_ups.iter().map(as_written).collect()
    }

    /// The mapping of the file, given or else suggested, with the formats that our own error log states, and with
    /// the preset applied.
    fn mapping_for(&self, rows: &Rows<'_>, account: &Account, fields: &Fields) -> Mapping {
        let mapping = match &self.mapping {
            Some(mapping) => mapping.clone(),
            None => Mapping::from_suggestions(&self.suggest(rows, account), fields),
        };
        let mapping = with_formats_of_log(mapping, rows);
        match self.is_highlevel {
            true => mapping.highlevel(account),
            false => mapping,
        }
    }

    /// A problem for each follow-up without a name, and for an import whose own name is blank.
    fn blank_names(&self) -> Vec<String> {
        let is_blank = normalize::is_blank;
        let unnamed = self.follow_ups.iter().filter(|it| is_blank(it.name())).map(|it| {
            let kind = it.kind().name();
            format!("a follow-up {kind} has no name: name the {kind}, or leave the follow-up out")
        });
        let id = self.id.as_deref().filter(|id| is_blank(id));
        let own =
            id.map(|_| "the name of the import is blank: give it one, or leave it out".into());
        unnamed.chain(own).collect()
    }

    /// A problem for each follow-up that tags contacts, if contacts have no tags.
    fn tags_without_field(&self, fields: &Fields) -> Vec<String> {
        if fields.find(Object::Contact, "tags").is_some() {
            return Vec::new();
        }
        let tags = self.follow_ups.iter().filter(|it| it.kind() == FollowUpKind::Tag);
        tags.map(|tag| {
            format!(
                "contacts have no tags, so the follow-up tag {:?} cannot be done: give the account the field tags, or \
                 leave the follow-up out",
                tag.name()
            )
        })
        .collect()
    }
}

/// The mode of each object; an object without one is not imported.
#[derive(Clone, Copy)]
struct Modes {
    contacts: Option<Mode>,
    opportunities: Option<Mode>,
}

impl Modes {
    /// The imported objects with their modes.
    fn selected(&self) -> Vec<(Object, Mode)> {
        let contacts = self.contacts.map(|mode| (Object::Contact, mode));
        let opportunities = self.opportunities.map(|mode| (Object::Opportunity, mode));
        contacts.into_iter().chain(opportunities).collect()
    }
}

/// Notices about objects of which no row can create a record, because a field that a new record needs is not mapped
/// (A4). It is only a notice, because rows may still update records, or be imported for the other object. If the mode
/// is only to create, the check of the mapping has refused it.
fn lacking(settings: &Settings, modes: &Modes) -> Vec<Finding> {
    let Settings { mapping, headers, fields, account, .. } = settings;
    let mut found = Vec::new();
    for (object, _) in modes.selected().into_iter().filter(|(_, mode)| *mode == Mode::Upsert) {
        let needs = mapping.needs(headers, account, object);
        let is_missing = |need: &&Need| need.is_strict && !need.is_met;
        let finds_none = needs.update.iter().any(|need| is_missing(&need));
        // The id is left out: a new record has none.
        let own = |need: &Need| need.fields.iter().filter(|key| *key != "id").cloned().collect();
        let label = |key: &String| fields.label(object, key).to_owned();
        let in_words = |keys: Vec<String>| keys.iter().map(label).collect::<Vec<_>>().join(" or ");
        let missing = needs.create.iter().filter(is_missing);
        let missing: Vec<String> = missing.map(|need| in_words(own(need))).collect();
        if missing.is_empty() || !(finds_none || tells_of_new(settings, object)) {
            continue;
        }
        let what_fails = match finds_none {
            true => "as no column finds a stored one either, every row with a value for it fails",
            false => "only rows that find a stored one are imported",
        };
        let detail = format!("{}; {what_fails}", missing.join(", and "));
        found.push(Finding::file(IssueCode::ColumnsMissing).object(object).detail(detail));
    }
    found
}

/// Whether the columns say more about a record than the id by which it is found, so that the file may bring new
/// records.
fn tells_of_new(settings: &Settings, object: Object) -> bool {
    settings.columns(object).iter().any(|column| match object {
        Object::Contact => column.field.is_address() || column.field.is_name(),
        Object::Opportunity => column.field == FieldId::OPPORTUNITY_NAME,
    })
}

/// Warnings about columns of text whose first rows hold a word for nothing (`NULL`, `N/A`, a dash) or an error of a
/// spreadsheet. Text is imported as it is written (§9), so there would be no other issue about it.
fn placeholders(settings: &Settings, sample: &[Vec<String>]) -> Vec<Finding> {
    let is_text = |column: &&Column| {
        use FieldKind::{FullName, List, LongText, Text};
        matches!(column.kind, Text | LongText | FullName | List)
    };
    let columns = settings.contact_columns.iter().chain(&settings.opportunity_columns);
    let mut found: Vec<Finding> = Vec::new();
    for column in columns.filter(is_text) {
        let Some(index) = column.index() else { continue };
        let cells = sample.iter().filter_map(|row| row.get(usize::from(index)));
        let mut cells = cells.map(|cell| column.mapped(normalize::trim(cell)));
        let is_placeholder =
            |cell: &&str| normalize::is_placeholder(cell) && !column.is_clear_token(cell);
        if let Some(cell) = cells.find(is_placeholder)
            && found.iter().all(|other| other.column != Some(index))
        {
            found.push(Finding::file(IssueCode::TextPlaceholder).column(index).value(cell));
        }
    }
    found
}

/// Refuses follow-ups that storage cannot do, before the first write (F4).
pub(super) fn check_follow_ups<'f, S: AsyncStorageWrite>(
    follow_ups: impl Iterator<Item = &'f FollowUp>,
    storage: &S,
) -> Result<(), ConfigError> {
    let mut problems: Vec<String> = Vec::new();
    for follow_up in follow_ups.filter(|follow_up| !storage.supports(follow_up.kind())) {
        let (kind, name) = (follow_up.kind().name(), follow_up.name());
        let problem = format!(
            "the storage cannot do the follow-up {kind} {name:?}: do it in StorageWrite::write and let supports say \
             so, or leave the follow-up out"
        );
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ConfigError { problems }) }
}

/// The problem that no column is mapped. It lists the headers, because they usually show what is wrong with the file: a
/// row of values in their place, or one header that contains all of them.
fn nothing_mapped(rows: &Rows<'_>) -> String {
    let headers = rows.headers();
    const MOST: usize = 5;
    // A file that is not a table may be a single long line, so headers are abbreviated.
    const LONGEST: usize = 60;
    // Characters are counted as a person reads them: in Thai or Hindi, marks belong to their letters.
    let called =
        |header: &String| format!("\"{}\"", beginning(header, LONGEST)).replace(['\r', '\n'], " ");
    let called: Vec<String> = headers.iter().take(MOST).map(called).collect();
    let more = if headers.len() > MOST { ", …" } else { "" };
    let called = called.join(", ");
    let is_row = headers.iter().any(|header| normalize::email(header).is_ok());
    let looks = match several_in_one(headers) {
        // A header that contains the delimiter of the file itself must have been quoted.
        Some(sign) if sign == rows.dialect().delimiter => format!("; {QUOTED_LINES}"),
        Some(sign) => format!("; if {sign:?} separates the cells, say so, unless {QUOTED_LINES}"),
        None if is_row => {
            "; the first line looks like a row, and should name the columns".to_owned()
        }
        None => String::new(),
    };
    format!(
        "no column of the file is mapped to an object that is selected; they are called {called}{more}{looks}"
    )
}

/// The explanation if a file has quotes around its lines instead of its cells, and how to mend it.
const QUOTED_LINES: &str = "each line stands in quotes, which makes it a single cell: remove the quotes at its ends \
     in a text editor, and one of each two inside; or export the file again";

/// The sign between the names of columns, if a single header has several of them in it.
fn several_in_one(headers: &[String]) -> Option<char> {
    let mut filled = headers.iter().filter(|header| !header.is_empty());
    let (Some(header), None) = (filled.next(), filled.next()) else { return None };
    let names = |sign: &char| header.split(*sign).filter(|name| is_known(name)).count();
    [',', ';', '\t', '|'].into_iter().find(|sign| names(sign) >= 2)
}
