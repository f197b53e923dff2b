//! [`Mapping::check`]: everything that is wrong with a mapping, before the first row (behaviour A4).

use super::nearest::nearest;
use super::needs::{MappedFields, feeders};
use super::readable::{can_read, could_read, why_unreadable};
use super::{ColumnMapping, Constant, Mapping, MappingProblem, Merge, Resolved};
use crate::account::Account;
use crate::field::{Field, FieldId, FieldKind, Fields, words};
use crate::issue::ERROR_LOG_COLUMNS;
use crate::normalize;
use crate::object::{Mode, Object};

/// What to do about a column that is neither mapped nor ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmapped {
    /// Report it as a notice and import the other columns.
    #[default]
    Notice,
    /// Refuse the import before row 1.
    Fail,
}

impl Mapping {
    /// Finds everything that is wrong with the mapping, for a file with these headers, this account and these
    /// modes. An object without a mode is not imported.
    ///
    /// A problem [is an error](MappingProblem::is_error), which stops the import before row 1, or a notice.
    ///
    /// ```
    /// use crm_import::mapping::{Mapping, Unmapped};
    /// use crm_import::{Account, Mode, Object};
    ///
    /// let headers = ["Mail", "Shoe size"].map(String::from);
    /// let mapping = Mapping::default().column("Mail", Object::Contact, "emial");
    /// let modes = [(Object::Contact, Mode::Update)];
    /// let problems =
    ///     mapping.check(&headers, &Account::default(), &modes, Unmapped::Fail);
    /// let told: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
    /// assert_eq!(told, [
    ///     "column \"Mail\" is mapped to \"emial\", which is no field of contacts; there is email",
    ///     "to update contact records, one of id, email, phone must be mapped",
    ///     "column \"Shoe size\" is neither mapped nor ignored",
    /// ]);
    /// ```
    pub fn check(
        &self,
        headers: &[String],
        account: &Account,
        modes: &[(Object, Mode)],
        unmapped: Unmapped,
    ) -> Vec<MappingProblem> {
        let (fields, resolved) = (account.fields(), self.resolve(headers));
        let mut check =
            Check { fields: &fields, account, modes, fed: Vec::new(), problems: Vec::new() };
        let token = self.clear_token.as_deref();
        for (at, column) in &resolved.columns {
            check.check_column(&headers[*at], column, token);
        }
        for constant in &self.constants {
            let name = format!("constant {}", constant.value);
            if check.names_part(constant) {
                check.refuse_unknown(name, constant.object, &constant.field);
            } else if let Some(id) = check.find_target(&name, constant.object, &constant.field) {
                check.check_constant(constant, id);
                let name = constant.value.clone();
                check.fed.push(Feed { field: id, name, is_constant: true });
            }
        }
        check.compare_parts(headers, &resolved);
        check.refuse_repeats();
        check.report_needs();
        check.compare_with_file(headers, &resolved, unmapped);
        check.problems
    }
}

/// A check under way.
struct Check<'a> {
    fields: &'a Fields,
    account: &'a Account,
    modes: &'a [(Object, Mode)],
    fed: Vec<Feed>,
    problems: Vec<MappingProblem>,
}

/// A column or constant that feeds a field.
struct Feed {
    field: FieldId,
    /// The header, or the value of the constant.
    name: String,
    is_constant: bool,
}

impl Feed {
    /// Whether it is a column that our own error log adds.
    fn is_own(&self) -> bool {
        !self.is_constant && is_own(&self.name)
    }
}

impl Check<'_> {
    fn check_column(&mut self, header: &str, column: &ColumnMapping, token: Option<&str>) {
        let (Some(object), Some(key)) = (column.object, column.field.as_deref()) else {
            self.problems.push(MappingProblem::Incomplete { column: header.to_owned() });
            return;
        };
        if let Some(id) = self.find_target(header, object, key) {
            self.check_settings(header, column, id);
            self.check_values(header, column, id, token);
            self.fed.push(Feed { field: id, name: header.to_owned(), is_constant: false });
        }
    }

    /// The field that a column or constant feeds, if there is one.
    fn find_target(&mut self, column: &str, object: Object, key: &str) -> Option<FieldId> {
        let column = column.to_owned();
        let Some(id) = self.fields.find(object, key) else {
            let other = match object {
                Object::Contact => Object::Opportunity,
                Object::Opportunity => Object::Contact,
            };
            if self.fields.find(other, key).is_some() {
                let field = key.to_owned();
                self.problems.push(MappingProblem::WrongObject { column, object, field });
            } else {
                self.refuse_unknown(column, object, key);
            }
            return None;
        };
        if !self.fields.get(id).kind.is_importable() {
            let field = key.to_owned();
            self.problems.push(MappingProblem::NotImportable { column, field });
        } else if !self.is_used(id) {
            self.problems.push(MappingProblem::NotSelected { column, object });
        }
        Some(id)
    }

    fn refuse_unknown(&mut self, column: String, object: Object, key: &str) {
        let (field, instead) = (key.to_owned(), nearest(self.fields, object, key));
        self.problems.push(MappingProblem::UnknownField { column, object, field, instead });
    }

    /// Whether the field's object is selected, or the field can link opportunities to contacts (P8). The country counts
    /// too, because it decides how phones are read.
    fn is_used(&self, id: FieldId) -> bool {
        let field = self.fields.get(id);
        let is_selected = self.modes.iter().any(|(object, _)| *object == field.object);
        let rules = &self.account.dedup.contacts;
        is_selected
            || field.object == Object::Contact
                && (id <= FieldId::ADDITIONAL_PHONES
                    || id == FieldId::COUNTRY
                    || rules.iter().any(|rule| rule.0.contains(&field.key))
                    || field.is_part
                        && rules.iter().any(|rule| rule.0.iter().any(|key| key == "name")))
    }

    /// Whether a constant names a part of a name that is kept whole. It would give everybody that name.
    fn names_part(&self, constant: &Constant) -> bool {
        let id = self.fields.find(constant.object, &constant.field);
        id.is_some_and(|id| self.fields.is_part(id))
    }

    /// Where the parts of a name are joined to one value, their columns must be set alike.
    fn compare_parts(&mut self, headers: &[String], resolved: &Resolved<'_>) {
        let fields = self.fields;
        let part = |part: FieldId| {
            let is_it = |column: &ColumnMapping| {
                let named = column.object.zip(column.field.as_deref());
                named.and_then(|(object, key)| fields.find(object, key)) == Some(part)
            };
            let found = resolved.columns.iter().find(|(_, column)| is_it(column));
            found.filter(|_| fields.is_part(part))
        };
        let (Some(&(first_at, first)), Some(&(last_at, last))) =
            (part(FieldId::FIRST_NAME), part(FieldId::LAST_NAME))
        else {
            return;
        };
        let differing = [
            ("merge", first.merge != last.merge),
            ("blank", first.blank != last.blank),
            ("on_invalid", first.on_invalid != last.on_invalid),
            ("default_always", first.default_always != last.default_always),
        ];
        let columns = [&headers[first_at], &headers[last_at]].map(String::clone);
        self.problems.extend(
            differing.iter().filter(|(_, differs)| *differs).map(|(setting, _)| {
                MappingProblem::PartsDiffer { columns: columns.clone(), setting }
            }),
        );
    }

    /// Refuses settings with which no cell could be read, or which the field cannot have.
    fn check_settings(&mut self, header: &str, column: &ColumnMapping, id: FieldId) {
        let (field, is_key) = (self.fields.get(id), self.is_key(id));
        let mut refuse = |setting, value: &str, why| {
            let (column, value) = (header.to_owned(), value.to_owned());
            self.problems.push(MappingProblem::Setting { column, setting, value, why });
        };
        if let Some(country) = column.country.as_deref()
            && normalize::country(country).is_err()
        {
            refuse("country", country, "it is no country");
        }
        if let Some(merge) = column.merge
            && let Some(why) = why_not_merged(id, field, merge)
        {
            refuse("merge", merge.name(), why);
        }
        if let Some(default) = column.default.as_deref() {
            // Being the same on every row, it would make one record of all of them, or give many one key (M6).
            if id.is_id() || id.is_address() || is_key {
                let why =
                    "what a record is known by is never made up, so leave the blank cells blank";
                refuse("default", default, why);
            } else if id == FieldId::OPPORTUNITY_TAGS {
                refuse("default", default, "only tags of the file go to the contact");
            } else if !can_read(field, id, column, default, self.account) {
                refuse("default", default, why_unreadable(field));
            }
        }
        if let Some(separators) = column.separators
            && separators.group == Some(separators.decimal)
        {
            let why = "one sign cannot stand before thousands and before decimals";
            refuse("separators", &separators.decimal.to_string(), why);
        }
    }

    /// Refuses what a value map says in place of a cell, if no cell could say it (A4). It may say nothing, and it may
    /// say the `token` that clears.
    fn check_values(
        &mut self,
        header: &str,
        column: &ColumnMapping,
        id: FieldId,
        token: Option<&str>,
    ) {
        let field = self.fields.get(id);
        for (cell, meant) in &column.values {
            let clears = |token: &str| token.eq_ignore_ascii_case(normalize::trim(meant));
            let is_nothing = normalize::is_blank(meant) || token.is_some_and(clears);
            if is_nothing || could_read(field, id, column, meant, self.account) {
                continue;
            }
            self.problems.push(MappingProblem::Value {
                column: header.to_owned(),
                cell: cell.clone(),
                meant: meant.clone(),
                why: why_unreadable(field),
            });
        }
    }

    /// Refuses a constant that cannot be read, and one by which every row would find the same contact: it
    /// counts as if the row said it.
    fn check_constant(&mut self, constant: &Constant, id: FieldId) {
        let field = self.fields.get(id);
        let column = ColumnMapping::default();
        let why = if !can_read(field, id, &column, &constant.value, self.account) {
            None
        } else if self.is_key(id) {
            Some(
                "contacts are matched by it, so every row would be the same one; leave it out, or give \
                 the id of that contact",
            )
        } else {
            return;
        };
        self.problems.push(MappingProblem::Constant {
            object: constant.object,
            field: constant.field.clone(),
            value: constant.value.clone(),
            why,
        });
    }

    /// Whether contacts are matched by this field alone. Only such rules own their keys (M6).
    fn is_key(&self, id: FieldId) -> bool {
        let mut alone = self.account.dedup.contacts.iter().filter(|rule| rule.0.len() == 1);
        alone.any(|rule| feeders(self.fields, Object::Contact, &rule.0[0]).any(|field| field == id))
    }

    /// Refuses several columns and constants for a field that holds one value. The id columns of our own error
    /// log are allowed beside those of the file.
    fn refuse_repeats(&mut self) {
        let mut seen: Vec<FieldId> = Vec::new();
        // Where the whole name is mapped, its parts say the same once more.
        let has_name = self.fed.iter().any(|feed| feed.field == FieldId::NAME);
        let target = |id: FieldId| {
            if has_name && self.fields.is_part(id) { FieldId::NAME } else { id }
        };
        for id in self.fed.iter().map(|feed| target(feed.field)) {
            let field = self.fields.get(id);
            if field.is_list || seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let same = self.fed.iter().filter(|feed| target(feed.field) == id && !feed.is_own());
            let (constants, columns): (Vec<&Feed>, Vec<&Feed>) =
                same.partition(|feed| feed.is_constant);
            if columns.len() + constants.len() > 1 {
                let names =
                    |feeds: Vec<&Feed>| feeds.iter().map(|feed| feed.name.clone()).collect();
                self.problems.push(MappingProblem::MappedTwice {
                    object: field.object,
                    field: field.key.clone(),
                    columns: names(columns),
                    constants: names(constants),
                });
            }
        }
    }

    /// Names what creating or updating still needs.
    fn report_needs(&mut self) {
        let mapped: Vec<FieldId> = self.fed.iter().map(|feed| feed.field).collect();
        let fed = MappedFields { fields: self.fields, account: self.account, mapped: &mapped };
        for &(object, mode) in self.modes {
            let needs = fed.needs(object);
            for need in needs.create.iter().filter(|need| mode.creates() && !need.is_met) {
                // Unless records are only created, rows may still update some.
                let is_error = need.is_strict && mode == Mode::Create;
                let fields = need.fields.clone();
                self.problems.push(MappingProblem::RequiredMissing { object, fields, is_error });
            }
            for need in needs.update.iter().filter(|need| mode.updates() && !need.is_met) {
                let is_error = need.is_strict && mode == Mode::Update;
                let fields = need.fields.clone();
                self.problems.push(MappingProblem::MatchKeyMissing { object, fields, is_error });
            }
        }
    }

    /// Names the differences between the mapping and the file.
    fn compare_with_file(
        &mut self,
        headers: &[String],
        resolved: &Resolved<'_>,
        unmapped: Unmapped,
    ) {
        for missing in &resolved.missing {
            let renamed = resolved.renamed.iter().find(|(before, _)| before == missing);
            self.problems.push(MappingProblem::MissingColumn {
                column: missing.clone(),
                renamed: renamed.map(|(_, now)| now.clone()),
            });
        }
        let is_error = unmapped == Unmapped::Fail;
        for &at in &resolved.unmapped {
            let column = headers[at].clone();
            if !is_own(&column) {
                self.problems.push(MappingProblem::UnmappedColumn { column, is_error });
            }
        }
    }
}

/// Why a merge rule makes no sense on a field (W2).
fn why_not_merged(id: FieldId, field: &Field, merge: Merge) -> Option<&'static str> {
    match merge {
        Merge::Append if field.kind != FieldKind::LongText => {
            Some("only text of several lines is added to")
        }
        Merge::Union if !field.is_list => Some("the field holds one value"),
        Merge::FillBlank | Merge::Keep | Merge::Overwrite if id == FieldId::OPPORTUNITY_TAGS => {
            Some("they join the tags of the contact")
        }
        Merge::FillBlank | Merge::Keep if id.is_id() => Some("an id is not merged"),
        _ => None,
    }
}

/// Whether this is one of the columns that our own error log adds, however it is spelt.
pub(super) fn is_own(header: &str) -> bool {
    let header = words(header);
    ERROR_LOG_COLUMNS.iter().any(|own| own.eq_ignore_ascii_case(&header))
}
