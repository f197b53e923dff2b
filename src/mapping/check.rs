//! [`Mapping::check`]: everything that is wrong with a mapping, before the first row (behaviour A4).

use std::fmt;

use super::Mapping;
use crate::account::Account;
use crate::field::{FieldId, Fields};
use crate::object::{Mode, Object};

/// What a column that is neither mapped nor ignored is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmapped {
    /// Worth a notice.
    #[default]
    Notice,
    /// An error.
    Fail,
}

/// One thing that is wrong with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingProblem {
    /// The object has no such field.
    UnknownField {
        /// The column or constant.
        column: String,
        /// The object.
        object: Object,
        /// The key.
        field: String,
    },
    /// The other object has this field.
    WrongObject {
        /// The column or constant.
        column: String,
        /// The object it was mapped to.
        object: Object,
        /// The key.
        field: String,
    },
    /// The object is not selected.
    NotSelected {
        /// The column.
        column: String,
        /// The object.
        object: Object,
    },
    /// Two columns feed a field that holds one value.
    MappedTwice {
        /// The object.
        object: Object,
        /// The key.
        field: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// The kind of the field cannot be imported.
    NotImportable {
        /// The column.
        column: String,
        /// The key.
        field: String,
    },
    /// The column names neither a field nor that it is ignored.
    Incomplete {
        /// The column.
        column: String,
    },
    /// A field that new records need is not mapped.
    RequiredMissing {
        /// The object.
        object: Object,
        /// The mode in which it is needed.
        mode: Mode,
        /// The key.
        field: String,
    },
    /// Nothing that is mapped can find an existing record.
    MatchKeyMissing {
        /// The object.
        object: Object,
        /// The mode in which it is needed.
        mode: Mode,
        /// What would do.
        fields: Vec<String>,
    },
    /// The file does not have this column.
    MissingColumn {
        /// The header.
        column: String,
        /// A column of the file that may be meant.
        renamed: Option<String>,
    },
    /// The column is neither mapped nor ignored.
    UnmappedColumn {
        /// The header.
        column: String,
        /// Is that an error?
        is_error: bool,
    },
}

impl MappingProblem {
    /// Does it stop the import? The others are notices.
    pub fn is_error(&self) -> bool {
        match self {
            MappingProblem::MissingColumn { .. } | MappingProblem::NotSelected { .. } => false,
            MappingProblem::UnmappedColumn { is_error, .. } => *is_error,
            // Create and update at once can do without a key: every contact is then a new one.
            MappingProblem::MatchKeyMissing { mode, .. } => *mode == Mode::Update,
            MappingProblem::RequiredMissing { mode, .. } => *mode == Mode::Create,
            _ => true,
        }
    }
}

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MappingProblem::UnknownField { column, object, field } => {
                write!(
                    f,
                    "column {column:?} is mapped to {field:?}, which is no field of a {object}"
                )
            }
            MappingProblem::WrongObject { column, object, field } => {
                write!(
                    f,
                    "column {column:?} is mapped to {field:?} of the {object}, but that is a field of the other object"
                )
            }
            MappingProblem::NotSelected { column, object } => {
                write!(f, "column {column:?} belongs to the {object}, which is not imported")
            }
            MappingProblem::MappedTwice { object, field, columns } => {
                write!(
                    f,
                    "the columns {} all feed {field:?} of the {object}, which holds one value",
                    columns.join(", ")
                )
            }
            MappingProblem::NotImportable { column, field } => {
                write!(f, "column {column:?} is mapped to {field:?}, whose kind cannot be imported")
            }
            MappingProblem::Incomplete { column } => {
                write!(f, "column {column:?} names neither a field nor that it is ignored")
            }
            MappingProblem::RequiredMissing { object, mode, field } => {
                write!(f, "to {mode} {object} records, {field:?} must be mapped")
            }
            MappingProblem::MatchKeyMissing { object, mode, fields } => {
                write!(f, "to {mode} {object} records, one of {} must be mapped", fields.join(", "))
            }
            MappingProblem::MissingColumn { column, renamed: None } => {
                write!(f, "the file has no column {column:?}")
            }
            MappingProblem::MissingColumn { column, renamed: Some(now) } => {
                write!(f, "the file has no column {column:?}; it may be called {now:?} now")
            }
            MappingProblem::UnmappedColumn { column, .. } => {
                write!(f, "column {column:?} is neither mapped nor ignored")
            }
        }
    }
}

impl Mapping {
    /// Every problem of the mapping at once, for these headers, this account and these modes; an
    /// object without a mode is not selected.
    pub fn check(
        &self,
        headers: &[String],
        fields: &Fields,
        account: &Account,
        modes: &[(Object, Mode)],
        unmapped: Unmapped,
    ) -> Vec<MappingProblem> {
        let resolved = self.resolve(headers);
        let mut problems = Vec::new();
        let mut fed: Vec<(FieldId, String)> = Vec::new();
        let named = resolved
            .columns
            .iter()
            .map(|(at, column)| (headers[*at].clone(), column.object, column.field.clone(), true));
        let constants = self.constants.iter().map(|constant| {
            let name = format!("constant {}", constant.value);
            (name, Some(constant.object), Some(constant.field.clone()), false)
        });
        for (column, object, field, is_column) in named.chain(constants) {
            let (Some(object), Some(field)) = (object, field) else {
                problems.push(MappingProblem::Incomplete { column });
                continue;
            };
            let Some(id) = fields.find(object, &field) else {
                problems.push(unknown_field(fields, column, object, field));
                continue;
            };
            if !fields.get(id).kind.is_importable() {
                problems.push(MappingProblem::NotImportable { column: column.clone(), field });
            } else if !modes.iter().any(|(selected, _)| *selected == object)
                && object == Object::Opportunity
            {
                problems.push(MappingProblem::NotSelected { column: column.clone(), object });
            }
            if is_column {
                fed.push((id, column));
            }
        }
        check_twice(fields, &fed, &mut problems);
        let constants = self
            .constants
            .iter()
            .filter_map(|constant| fields.find(constant.object, &constant.field));
        let mapped: Vec<FieldId> = fed.iter().map(|(id, _)| *id).chain(constants).collect();
        for &(object, mode) in modes {
            check_needs(account, object, mode, &mapped, fields, &mut problems);
        }
        for column in &resolved.missing {
            let renamed = resolved.renamed.iter().find(|(before, _)| before == column);
            let renamed = renamed.map(|(_, now)| now.clone());
            problems.push(MappingProblem::MissingColumn { column: column.clone(), renamed });
        }
        for &at in &resolved.unmapped {
            if !is_own(&headers[at]) {
                let is_error = unmapped == Unmapped::Fail;
                problems
                    .push(MappingProblem::UnmappedColumn { column: headers[at].clone(), is_error });
            }
        }
        problems
    }
}

fn unknown_field(fields: &Fields, column: String, object: Object, field: String) -> MappingProblem {
    let other = match object {
        Object::Contact => Object::Opportunity,
        Object::Opportunity => Object::Contact,
    };
    if fields.find(other, &field).is_some() {
        MappingProblem::WrongObject { column, object, field }
    } else {
        MappingProblem::UnknownField { column, object, field }
    }
}

fn check_twice(fields: &Fields, fed: &[(FieldId, String)], problems: &mut Vec<MappingProblem>) {
    let mut seen: Vec<FieldId> = Vec::new();
    for (id, _) in fed {
        let field = fields.get(*id);
        let columns: Vec<String> =
            fed.iter().filter(|(other, _)| other == id).map(|(_, column)| column.clone()).collect();
        // The ids of our own error log stand beside those of the file.
        let own = columns.iter().filter(|column| column.starts_with("Import ")).count();
        if columns.len() - own > 1 && !field.is_list && !seen.contains(id) {
            seen.push(*id);
            problems.push(MappingProblem::MappedTwice {
                object: field.object,
                field: field.key.clone(),
                columns,
            });
        }
    }
}

/// What creating and updating need, each for itself.
fn check_needs(
    account: &Account,
    object: Object,
    mode: Mode,
    mapped: &[FieldId],
    fields: &Fields,
    problems: &mut Vec<MappingProblem>,
) {
    let is_mapped = |key: &str| {
        let more = match key {
            "email" => "additional_emails",
            "phone" => "additional_phones",
            "first_name" | "last_name" => "name",
            other => other,
        };
        [key, more]
            .iter()
            .any(|key| fields.find(object, key).is_some_and(|id| mapped.contains(&id)))
    };
    let required: Vec<&str> = match object {
        Object::Contact => account.dedup.required.iter().map(String::as_str).collect(),
        Object::Opportunity => vec!["name"],
    };
    if mode.creates() {
        for key in required.into_iter().filter(|key| !is_mapped(key)) {
            let field = key.to_owned();
            problems.push(MappingProblem::RequiredMissing { object, mode, field });
        }
    }
    let keys: Vec<Vec<String>> = match object {
        Object::Contact => account.dedup.contacts.iter().map(|rule| rule.0.clone()).collect(),
        Object::Opportunity if account.opportunities.finds_without_id() => return,
        Object::Opportunity => Vec::new(),
    };
    let has_key = is_mapped("id") || keys.iter().any(|rule| rule.iter().all(|key| is_mapped(key)));
    if mode.updates() && !has_key {
        let fields = std::iter::once("id".to_owned())
            .chain(keys.iter().map(|rule| rule.join("+")))
            .collect();
        problems.push(MappingProblem::MatchKeyMissing { object, mode, fields });
    }
}

/// A column that our own error log adds (A6).
pub(super) fn is_own(header: &str) -> bool {
    [
        "Import status",
        "Import code",
        "Import column",
        "Import message",
        "Import fix",
        "Import contact id",
        "Import opportunity id",
    ]
    .contains(&header)
}
